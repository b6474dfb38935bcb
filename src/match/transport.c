/*
 * The search: from a state (which wholes are done, what is left of each part) every move takes one
 * more whole: a set of parts that it closes, and perhaps one that it cuts. What is best from a state
 * on does not depend on how one came there, so each state is searched once and remembered by a hash
 * of 128 bits. Afterwards every best move of every state on a best way is looked at: where they give a
 * record different parts, its answer is a tie.
 */
#include "match/transport.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_DEFAULT (1u << 18)
#define STATES_MAX (1u << 15) /* that are remembered */
#define SLOTS (2 * STATES_MAX)
#define CHUNK_STATES 1024u
#define NONE UINT32_MAX
#define SINGLE_SUBSETS 12u /* parts of a single whole up to which sets are simply tried */

struct value {
	int32_t exact, edges;
	__int128 money, worth, old, both;
};

struct move {
	uint32_t whole; /* NONE: stop here */
	uint32_t closed; /* bits: parts */
	uint32_t cut;   /* NONE: none */
};

struct state {
	uint64_t key[2];
	uint32_t slot;
	struct value value;
	struct move best; /* the first of the best ones */
	bool traced;
};

struct transport_work {
	struct state *chunk[STATES_MAX / CHUNK_STATES]; /* made when they are needed; states stay in place */
	uint32_t *slot; /* by hash: number of the state + 1 */
	uint32_t nstates;
	bool failed;    /* without memory */
	struct subset_search *subset;
};

struct searching {
	struct transport_work *w;
	struct transport *t;
	uint32_t reach[TRANSPORT_WHOLES_MAX]; /* bits: parts of each whole */
	int64_t left[TRANSPORT_PARTS_MAX];
	uint32_t done;                        /* bits: wholes */
	uint64_t limit;
	bool cut;
	struct tracing *tracing; /* NULL: values are not known yet */
};

/* What the answer gives each whole, and what the best way at hand does: gifts(). */
struct tracing {
	uint64_t own[TRANSPORT_WHOLES_MAX], other[TRANSPORT_WHOLES_MAX];
};

struct transport_work *transport_work_new(void)
{
	struct transport_work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->slot = calloc(SLOTS, sizeof(*w->slot));
	w->subset = subset_search_new();
	if (w->slot == NULL || w->subset == NULL)
		transport_work_free(&w);
	return w;
}

void transport_work_free(struct transport_work **w)
{
	if (*w == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN((*w)->chunk); i++)
		free((*w)->chunk[i]);
	free((*w)->slot);
	subset_search_free(&(*w)->subset);
	free(*w);
	*w = NULL;
}

/* ---- values ---- */

static int order(__int128 a, __int128 b)
{
	return a < b ? -1 : a > b;
}

/* Which is better: > 0 when a is. */
static int compare(const struct value *a, const struct value *b)
{
	if (a->exact != b->exact)
		return a->exact > b->exact ? 1 : -1;
	if (a->money != b->money)
		return order(a->money, b->money);
	if (a->edges != b->edges)
		return a->edges < b->edges ? 1 : -1;
	if (a->worth != b->worth)
		return order(a->worth, b->worth);
	if (a->old != b->old)
		return order(a->old, b->old);
	return order(a->both, b->both);
}

static void add_flow(const struct transport *t, struct value *v, uint32_t w, uint32_t p, int64_t flow)
{
	v->edges++;
	v->money += flow;
	v->worth += (__int128)flow * t->worth[p];
	v->old += (__int128)flow * t->whole_age[w];
	v->both += (__int128)flow * t->whole_age[w] * t->part_age[p];
}

static struct value sum(const struct value *a, const struct value *b)
{
	return (struct value){a->exact + b->exact, a->edges + b->edges, a->money + b->money,
		a->worth + b->worth, a->old + b->old, a->both + b->both};
}

/* ---- moves ---- */

/* What a move is worth from the state at hand. */
static struct value worth_of(const struct searching *s, const struct move *m)
{
	const struct transport *t = s->t;
	int64_t rest = t->whole[m->whole];
	struct value v = {.exact = m->cut == NONE};

	for (uint32_t p = 0; p < t->np; p++) {
		if ((m->closed >> p & 1) == 0)
			continue;
		if (s->left[p] != t->part[p])
			v.exact = 0;
		add_flow(t, &v, m->whole, p, s->left[p]);
		rest -= s->left[p];
	}
	if (m->cut != NONE)
		add_flow(t, &v, m->whole, m->cut, rest);
	return v;
}

static void take(struct searching *s, const struct move *m)
{
	int64_t rest = s->t->whole[m->whole];

	for (uint32_t p = 0; p < s->t->np; p++)
		if ((m->closed >> p & 1) != 0) {
			rest -= s->left[p];
			s->left[p] = 0;
		}
	if (m->cut != NONE)
		s->left[m->cut] -= rest;
	s->done |= 1u << m->whole;
}

/* ---- states ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static void key_of(const struct searching *s, uint64_t key[2])
{
	key[0] = mix(UINT64_C(0x378), s->done);
	key[1] = mix(UINT64_C(0x9e3779b97f4a7c15), s->done);
	for (uint32_t p = 0; p < s->t->np; p++) {
		key[0] = mix(key[0], (uint64_t)s->left[p]);
		key[1] = mix(key[1], (uint64_t)s->left[p] + key[0]);
	}
}

static struct state *state_at(const struct transport_work *w, uint32_t i)
{
	return &w->chunk[i / CHUNK_STATES][i % CHUNK_STATES];
}

/* NULL: no more room. */
static struct state *new_state(struct transport_work *w, const uint64_t key[2], uint32_t slot)
{
	uint32_t i = w->nstates;

	if (i == STATES_MAX || w->failed)
		return NULL;
	struct state **chunk = &w->chunk[i / CHUNK_STATES];
	if (*chunk == NULL)
		*chunk = malloc(CHUNK_STATES * sizeof(**chunk));
	w->failed = *chunk == NULL;
	if (w->failed)
		return NULL;
	w->slot[slot] = ++w->nstates;
	*state_at(w, i) = (struct state){.key = {key[0], key[1]}, .slot = slot};
	return state_at(w, i);
}

/* The state at hand, a new one when it is not remembered; NULL: no more room. */
static struct state *find_state(struct searching *s, bool *ret_known)
{
	struct transport_work *w = s->w;
	uint64_t key[2];
	uint32_t at;

	key_of(s, key);
	*ret_known = true;
	for (at = (uint32_t)key[1] & (SLOTS - 1); w->slot[at] != 0; at = (at + 1) & (SLOTS - 1)) {
		struct state *known = state_at(w, w->slot[at] - 1);
		if (known->key[0] == key[0] && known->key[1] == key[1])
			return known;
	}
	*ret_known = false;
	return new_state(w, key, at);
}

static void forget_states(struct transport_work *w)
{
	for (uint32_t i = 0; i < w->nstates; i++)
		w->slot[state_at(w, i)->slot] = 0;
	w->nstates = 0;
}

static struct value best_from(struct searching *s);
static void trace_move(struct searching *s, const struct state *from, const struct move *m);

static void try_move(struct searching *s, struct state *to, const struct move *m)
{
	struct searching after = *s;
	struct value own = worth_of(s, m);

	if (s->tracing != NULL) {
		trace_move(s, to, m);
		return;
	}
	take(&after, m);
	struct value rest = best_from(&after);
	s->cut |= after.cut;
	struct value all = sum(&own, &rest);
	if (compare(&all, &to->value) > 0) {
		to->best = *m;
		to->value = all;
	}
}

/* Every set of parts from p on that the whole closes, with rest to go; then what it may cut. */
static void try_sets(struct searching *s, struct state *to, struct move *m, uint32_t p, int64_t rest)
{
	const struct transport *t = s->t;

	if (++s->t->steps > s->limit) {
		s->cut = true;
		return;
	}
	if (rest == 0) {
		m->cut = NONE;
		try_move(s, to, m);
		return;
	}
	for (uint32_t k = 0; k < t->np && p == t->np; k++) {
		m->cut = k;
		if ((s->reach[m->whole] >> k & 1) != 0 && (m->closed >> k & 1) == 0 &&
			s->left[k] > rest && rest >= t->smallest && !s->cut)
			try_move(s, to, m);
	}
	if (p == t->np || s->cut)
		return;
	if ((s->reach[m->whole] >> p & 1) != 0 && s->left[p] > 0 && s->left[p] <= rest &&
		s->left[p] >= t->smallest) {
		m->closed |= 1u << p;
		try_sets(s, to, m, p + 1, rest - s->left[p]);
		m->closed &= ~(1u << p);
	}
	if (!s->cut)
		try_sets(s, to, m, p + 1, rest);
}

static void try_wholes(struct searching *s, struct state *to)
{
	for (uint32_t w = 0; w < s->t->nw && !s->cut; w++) {
		struct move m = {w, 0, NONE};
		if ((s->done >> w & 1) == 0)
			try_sets(s, to, &m, 0, s->t->whole[w]);
	}
}

static struct value best_from(struct searching *s)
{
	bool known = false;
	struct state *to = find_state(s, &known);

	if (to != NULL && known)
		return to->value;
	if (to == NULL) {
		s->cut = true;
		return (struct value){0};
	}
	to->value = (struct value){0};
	to->best = (struct move){NONE, 0, NONE};
	try_wholes(s, to);
	return to->value;
}

/* ---- answers ---- */

static uint32_t edge_of(const struct transport *t, uint32_t whole, uint32_t part)
{
	uint32_t low = 0, high = t->ne;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct transport_edge *e = &t->edge[middle];
		if (e->whole < whole || (e->whole == whole && e->part < part))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void write_move(const struct searching *s, const struct move *m, int64_t *flow)
{
	int64_t rest = s->t->whole[m->whole];

	for (uint32_t p = 0; p < s->t->np; p++)
		if ((m->closed >> p & 1) != 0) {
			flow[edge_of(s->t, m->whole, p)] = s->left[p];
			rest -= s->left[p];
		}
	if (m->cut != NONE)
		flow[edge_of(s->t, m->whole, m->cut)] = rest;
}

static void follow(const struct searching *from, int64_t *flow)
{
	struct searching s = *from;
	bool known = true;

	for (;;) {
		const struct state *at = find_state(&s, &known);
		if (at == NULL || !known || at->best.whole == NONE)
			return;
		write_move(&s, &at->best, flow);
		take(&s, &at->best);
	}
}

/* ---- ties ---- */

/* What a whole was given, the same for equal parts in any order; 0: nothing. */
static uint64_t gift(const struct transport *t, uint32_t part, int64_t flow)
{
	return mix(mix(t->part_class[part], (uint64_t)flow), 1);
}

static uint64_t gifts(const struct transport *t, const int64_t *flow, uint32_t whole)
{
	uint64_t h = 0;

	for (uint32_t i = edge_of(t, whole, 0); i < t->ne && t->edge[i].whole == whole; i++)
		h += flow[i] != 0 ? gift(t, t->edge[i].part, flow[i]) : 0;
	return h;
}

static uint64_t gifts_of_move(const struct searching *s, const struct move *m)
{
	int64_t rest = s->t->whole[m->whole];
	uint64_t h = 0;

	for (uint32_t p = 0; p < s->t->np; p++)
		if ((m->closed >> p & 1) != 0) {
			h += gift(s->t, p, s->left[p]);
			rest -= s->left[p];
		}
	return m->cut == NONE ? h : h + gift(s->t, m->cut, rest);
}

/* Equal wholes may change places: of each kind as many as before are to be given this. */
static void compare_gifts(const struct transport *t, const struct tracing *g)
{
	for (uint32_t w = 0; w < t->nw; w++) {
		int32_t count = 0;
		for (uint32_t k = 0; k < t->nw; k++)
			if (t->whole_class[k] == t->whole_class[w])
				count += (g->own[k] == g->own[w]) - (g->other[k] == g->own[w]);
		t->tied[w] |= count != 0;
	}
}

/* The way at hand, led on to its end. */
static void note_way(const struct searching *from)
{
	struct tracing way = *from->tracing;
	struct searching s = *from;
	bool known = true;

	for (uint32_t w = 0; w < s.t->nw; w++)
		if ((s.done >> w & 1) == 0)
			way.other[w] = 0;
	for (;;) {
		const struct state *at = find_state(&s, &known);
		if (at == NULL || !known || at->best.whole == NONE)
			break;
		way.other[at->best.whole] = gifts_of_move(&s, &at->best);
		take(&s, &at->best);
	}
	compare_gifts(s.t, &way);
}

static void trace_state(struct searching *s)
{
	bool known = false;
	struct state *at = find_state(s, &known);

	if (at == NULL || !known || at->traced)
		return;
	at->traced = true;
	try_wholes(s, at);
}

/* A move that is as good as the best leads on along a best way. */
static void trace_move(struct searching *s, const struct state *from, const struct move *m)
{
	struct searching after = *s;
	struct value own = worth_of(s, m);
	uint64_t before = s->tracing->other[m->whole];
	bool known = false;

	take(&after, m);
	const struct state *to = find_state(&after, &known);
	if (to == NULL || !known)
		return;
	struct value all = sum(&own, &to->value);
	if (compare(&all, &from->value) != 0)
		return;
	s->tracing->other[m->whole] = gifts_of_move(s, m);
	note_way(&after);
	trace_state(&after);
	s->tracing->other[m->whole] = before;
}

static void find_ties(struct searching *s)
{
	struct tracing tracing = {{0}, {0}};

	for (uint32_t w = 0; w < s->t->nw; w++)
		tracing.own[w] = gifts(s->t, s->t->flow, w);
	s->tracing = &tracing;
	s->limit = UINT64_MAX; /* no more than it took to search */
	trace_state(s);
	s->tracing = NULL;
}

/* ---- a single whole ---- */

/* All sets of m parts that it may use, one of them cut or none: the best. m is 1 to 3. */
struct choosing {
	const struct transport *t;
	uint32_t part[3], best[3], n;
	struct value value;
	bool found, tied;
};

static void weigh_choice(struct choosing *c, const int64_t flow[3])
{
	struct value v = {0};
	uint64_t own = 0, best = 0;

	for (uint32_t i = 0; i < c->n; i++)
		add_flow(c->t, &v, 0, c->part[i], flow[i]);
	int better = c->found ? compare(&v, &c->value) : 1;
	for (uint32_t i = 0; i < c->n && better == 0; i++) {
		own += mix(c->t->part_class[c->part[i]], 1);
		best += mix(c->t->part_class[c->best[i]], 1);
	}
	if (better == 0)
		c->tied |= own != best;
	if (better <= 0)
		return;
	c->found = true;
	c->tied = false;
	c->value = v;
	memcpy(c->best, c->part, sizeof(c->best));
}

/* The last of them is the one that is cut. */
static void choose_from(struct choosing *c, uint32_t depth, uint32_t from, int64_t rest, int64_t flow[3])
{
	const struct transport *t = c->t;
	bool last = depth + 1 == c->n;

	for (uint32_t p = last ? 0 : from; p < t->np; p++) {
		bool used = false;
		for (uint32_t i = 0; i < depth; i++)
			used |= c->part[i] == p;
		if (used || (last ? t->part[p] <= rest : t->part[p] >= rest || t->part[p] < t->smallest))
			continue;
		c->part[depth] = p;
		flow[depth] = last ? rest : t->part[p];
		if (last)
			weigh_choice(c, flow);
		else
			choose_from(c, depth + 1, p + 1, rest - t->part[p], flow);
	}
}

/* Not closed exactly by anything: the fewest parts, the last of them cut. */
static void cut_single(struct transport *t)
{
	int64_t flow[3] = {0}, rest = t->whole[0];
	struct choosing c = {.t = t};

	for (c.n = 1; c.n <= 3 && !c.found; c.n++) {
		t->steps += c.n == 1 ? t->np : c.n == 2 ? t->np * t->np : t->np * t->np * t->np;
		choose_from(&c, 0, 0, rest, flow);
		if (c.found)
			break;
	}
	if (!c.found || t->smallest > 1)
		return;
	t->proved = true;
	t->tied[0] = c.tied;
	for (uint32_t i = 0; i < c.n; i++) {
		t->flow[c.best[i]] = i + 1 < c.n ? t->part[c.best[i]] : rest;
		rest -= t->part[c.best[i]];
	}
}

static struct value value_of_fit(const struct transport *t, uint64_t fit)
{
	struct value v = {0};

	for (uint32_t p = 0; p < t->np; p++)
		if ((fit >> p & 1) != 0)
			add_flow(t, &v, 0, p, t->part[p]);
	return v;
}

static uint64_t class_of_fit(const struct transport *t, uint64_t fit)
{
	uint64_t h = 0;

	for (uint32_t p = 0; p < t->np; p++)
		if ((fit >> p & 1) != 0)
			h += mix(t->part_class[p], 1);
	return h;
}

/* Sets that close it exactly, fewest parts first; the best of those with as few. */
static void close_single(struct transport *t, const struct subset_answer *a)
{
	uint32_t listed = MIN(a->count, SUBSET_FITS_MAX), few = 1, best = 0;
	int lines = __builtin_popcountll(a->fit[0]);

	while (few < listed && __builtin_popcountll(a->fit[few]) == lines)
		few++;
	struct value top = value_of_fit(t, a->fit[0]);
	for (uint32_t i = 1; i < few; i++) {
		struct value v = value_of_fit(t, a->fit[i]);
		int better = compare(&v, &top);
		if (better == 0 && class_of_fit(t, a->fit[i]) != class_of_fit(t, a->fit[best]))
			t->tied[0] = true;
		if (better <= 0)
			continue;
		t->tied[0] = false;
		top = v;
		best = i;
	}
	t->proved = few < SUBSET_FITS_MAX || a->count <= few;
	for (uint32_t p = 0; p < t->np; p++)
		t->flow[p] = (a->fit[best] >> p & 1) != 0 ? t->part[p] : 0;
}

/* False when nothing can be said; edges of a single whole are its parts. */
static bool solve_single(struct transport_work *w, struct transport *t)
{
	struct subset_answer a;
	struct subset_query q = {.amount = t->part, .n = t->np, .target = t->whole[0], .min_lines = 1,
		.budget = t->budget};

	__int128 all = 0;

	if (t->np > SUBSET_POOL_MAX || t->ne != t->np)
		return false;
	for (uint32_t p = 0; p < t->np; p++) {
		if (t->part[p] < t->smallest)
			return false;
		all += t->part[p];
	}
	t->proved = all < t->whole[0];
	if (t->proved)
		return true;
	subset_find(w->subset, &q, &a);
	t->steps += a.states;
	if (a.count > 0)
		close_single(t, &a);
	else if (a.outcome == SUBSET_NONE)
		cut_single(t);
	t->proved = t->proved && a.outcome != SUBSET_NOT_PROVED;
	return t->proved || a.count > 0;
}

/* ---- greedy ---- */

static void spread(struct transport *t, int64_t *left, uint32_t whole, bool exact)
{
	uint32_t first = edge_of(t, whole, 0), end = edge_of(t, whole + 1, 0);
	int64_t rest = t->whole[whole], sum_left = 0;

	for (uint32_t i = first; i < end; i++) {
		uint32_t p = t->edge[i].part;
		sum_left += left[p] >= t->smallest ? left[p] : 0;
		if (!exact || left[p] != rest || left[p] != t->part[p])
			continue;
		t->flow[i] = rest;
		left[p] = 0;
		return;
	}
	if (exact || sum_left < rest)
		return;
	for (uint32_t i = first; i < end && rest > 0; i++) {
		uint32_t p = t->edge[i].part;
		int64_t size = MIN(rest, left[p]);
		if (size == 0 || size < t->smallest)
			continue;
		t->flow[i] = size;
		rest -= size;
	}
	for (uint32_t i = first; i < end; i++) {
		if (rest > 0)
			t->flow[i] = 0;
		left[t->edge[i].part] -= t->flow[i];
	}
}

/* One part that closes it exactly first, then the oldest. */
static bool solve_greedily(struct transport *t)
{
	int64_t *left = malloc(((size_t)t->np + 1) * sizeof(*left));

	if (left == NULL)
		return false;
	if (t->np > 0)
		memcpy(left, t->part, t->np * sizeof(*left));
	memset(t->flow, 0, t->ne * sizeof(*t->flow));
	for (int round = 0; round < 2; round++)
		for (uint32_t w = 0; w < t->nw; w++) {
			bool has = false;
			for (uint32_t i = edge_of(t, w, 0); i < t->ne && t->edge[i].whole == w; i++)
				has |= t->flow[i] != 0;
			if (!has)
				spread(t, left, w, round == 0);
		}
	free(left);
	return true;
}

/* ---- all ---- */

static void solve_search(struct transport_work *w, struct transport *t)
{
	struct searching s = {
		.w = w, .t = t, .limit = t->steps + (t->budget != 0 ? t->budget : STEPS_DEFAULT)};

	memcpy(s.left, t->part, t->np * sizeof(*s.left));
	for (uint32_t i = 0; i < t->ne; i++)
		s.reach[t->edge[i].whole] |= 1u << t->edge[i].part;
	(void)best_from(&s);
	t->proved = !s.cut;
	if (t->proved) {
		uint64_t steps = t->steps;
		follow(&s, t->flow);
		find_ties(&s);
		t->steps = steps;
	}
	forget_states(w);
}

bool transport_solve(struct transport_work *w, struct transport *t)
{
	t->proved = false;
	t->steps = 0;
	memset(t->flow, 0, t->ne * sizeof(*t->flow));
	memset(t->tied, 0, t->nw * sizeof(*t->tied));
#ifdef MATCH_PLANT_GREEDY
	t->proved = true; /* a fault for the property tests to find */
	return solve_greedily(t);
#endif
	if (t->nw == 1 && t->np > SINGLE_SUBSETS && solve_single(w, t))
		return true;
	if (t->nw <= TRANSPORT_WHOLES_MAX && t->np <= TRANSPORT_PARTS_MAX)
		solve_search(w, t);
	if (t->proved)
		return true;
	memset(t->tied, 0, t->nw * sizeof(*t->tied));
	return !w->failed && solve_greedily(t);
}
