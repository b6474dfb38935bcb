/*
 * Messages: x of an edge says how free its left end is of other partners, y the same of its right
 * end, and a group has such a message from each of its records. x = 1 / (1 + sum over what else wants
 * the record of its odds times the messages of its other records); p = o x y / (1 + o x y). Sums
 * leave the hypothesis itself out by adding from both ends, never by subtracting: odds span 2^+-60.
 * Two hypotheses that meet in several records, as the sets that fit one target do, are rivals in one
 * of them only; otherwise each meeting would count as another rival.
 */
#include "match/marginal.h"

#include <stdlib.h>
#include <string.h>

#define SWEEPS_MAX 60
#define SETTLED 1e-7
#define COUNTED_MAX 32u      /* hypotheses of a component that may be counted out */
#define COUNTED_NODES 64u
#define COUNTED_WAYS 2000u   /* sets of hypotheses */
#define COUNTED_WAYS_GROUPS 20000u
#define RIVAL_ODDS 0.01
#define MEETINGS_MAX 16384u  /* of one record: beyond, all are taken for the only one */

/* One record's part in a group. */
struct slot {
	uint32_t node, group;
	uint32_t units;     /* of the record's class */
	double message;     /* how free the record is of others */
	double pressure;    /* the group's odds times the messages of its other records */
};

struct marginal_work {
	uint32_t nodes, edges; /* room */
	uint32_t *first;       /* edges of right nodes, in arc */
	uint32_t *arc;
	double *x, *y, *before;
	/* groups */
	uint32_t nslots;
	struct slot *slot;     /* behind each other by group */
	uint32_t *slot_first;  /* by group */
	uint32_t *node_first;  /* by node, in node_slot; NULL: no groups */
	uint32_t *node_slot;
	uint32_t *wants;       /* by node: units that all hypotheses together want */
	size_t *meeting_first; /* by node, in meeting; SIZE_MAX: there are too many */
	uint8_t *meeting;      /* by slot of the node, then by edge and slot: rivals here? */
};

struct marginal_work *marginal_work_new(void)
{
	return calloc(1, sizeof(struct marginal_work));
}

static void release(struct marginal_work *w)
{
	free(w->first);
	free(w->arc);
	free(w->x);
	free(w->y);
	free(w->before);
}

void marginal_work_free(struct marginal_work **w)
{
	if (*w == NULL)
		return;
	release(*w);
	free(*w);
	*w = NULL;
}

static bool make_room(struct marginal_work *w, uint32_t nodes, uint32_t edges)
{
	if (w->first != NULL && nodes <= w->nodes && edges <= w->edges)
		return true;
	nodes = MAX(nodes, w->nodes * 2);
	edges = MAX(edges, w->edges * 2);
	release(w);
	w->nodes = w->edges = 0;
	w->first = calloc(nodes + 2, sizeof(*w->first));
	w->arc = calloc(edges + 1, sizeof(*w->arc));
	w->x = calloc(edges + 1, sizeof(*w->x));
	w->y = calloc(edges + 1, sizeof(*w->y));
	w->before = calloc(edges + 1, sizeof(*w->before));
	if (w->first == NULL || w->arc == NULL || w->x == NULL || w->y == NULL || w->before == NULL)
		return false;
	w->nodes = nodes;
	w->edges = edges;
	return true;
}

static void index_right(struct marginal_work *w, const struct assign *a)
{
	memset(w->first, 0, (a->nr + 2) * sizeof(*w->first));
	for (uint32_t i = 0; i < a->ne; i++)
		w->first[a->edge[i].r + 2]++;
	for (uint32_t n = 0; n < a->nr; n++)
		w->first[n + 2] += w->first[n + 1];
	for (uint32_t i = 0; i < a->ne; i++)
		w->arc[w->first[a->edge[i].r + 1]++] = i;
}

/* ---- groups ---- */

static void free_groups(struct marginal_work *w)
{
	free(w->slot);
	free(w->slot_first);
	free(w->node_first);
	free(w->node_slot);
	free(w->wants);
	free(w->meeting_first);
	free(w->meeting);
	w->meeting_first = NULL;
	w->meeting = NULL;
	w->slot = NULL;
	w->slot_first = w->node_first = w->node_slot = w->wants = NULL;
	w->nslots = 0;
}

static uint32_t cap_of(const struct assign *a, uint32_t node)
{
	return node < a->nl ? a->lcap[node] : a->rcap[node - a->nl];
}

/* A group's records, equal ones once; `seen` is by node: 1 + the slot it has in this group. */
static void add_slots(struct marginal_work *w, const struct marginal *m, uint32_t g, uint32_t *seen)
{
	const struct compete_group *group = &m->group[g];

	w->slot_first[g] = w->nslots;
	for (uint32_t k = 0; k < group->n; k++) {
		uint32_t node = m->node[group->first + k];
		if (seen[node] > w->slot_first[g]) {
			w->slot[seen[node] - 1].units++;
			continue;
		}
		w->slot[w->nslots++] = (struct slot){.node = node, .group = g, .units = 1, .message = 1};
		seen[node] = w->nslots;
	}
	w->slot_first[g + 1] = w->nslots;
}

static void index_slots(struct marginal_work *w, const struct assign *a)
{
	for (uint32_t i = 0; i < a->ne; i++) {
		uint32_t units = MIN(a->lcap[a->edge[i].l], a->rcap[a->edge[i].r]);
		w->wants[a->edge[i].l] += units;
		w->wants[a->nl + a->edge[i].r] += units;
	}
	for (uint32_t k = 0; k < w->nslots; k++) {
		w->wants[w->slot[k].node] += w->slot[k].units;
		w->node_first[w->slot[k].node + 2]++;
	}
	for (uint32_t n = 0; n < a->nl + a->nr; n++)
		w->node_first[n + 2] += w->node_first[n + 1];
	for (uint32_t k = 0; k < w->nslots; k++)
		w->node_slot[w->node_first[w->slot[k].node + 1]++] = k;
}

static bool add_groups(struct marginal_work *w, const struct marginal *m)
{
	size_t nodes = (size_t)m->a->nl + m->a->nr, lines = 0;
	uint32_t *seen = calloc(nodes + 1, sizeof(*seen));

	for (uint32_t g = 0; g < m->ng; g++)
		lines += m->group[g].n;
	w->slot = calloc(lines + 1, sizeof(*w->slot));
	w->slot_first = calloc((size_t)m->ng + 1, sizeof(*w->slot_first));
	w->node_first = calloc(nodes + 3, sizeof(*w->node_first));
	w->node_slot = calloc(lines + 1, sizeof(*w->node_slot));
	w->wants = calloc(nodes + 1, sizeof(*w->wants));
	bool ok = seen != NULL && w->slot != NULL && w->slot_first != NULL &&
		w->node_first != NULL && w->node_slot != NULL && w->wants != NULL;
	for (uint32_t g = 0; g < m->ng && ok; g++)
		add_slots(w, m, g, seen);
	if (ok)
		index_slots(w, m->a);
	free(seen);
	return ok;
}

/* ---- where two hypotheses meet ---- */

static bool holds(const struct marginal_work *w, const struct marginal *m, uint32_t h, uint32_t node)
{
	if (h < m->a->ne)
		return m->a->edge[h].l == node || m->a->nl + m->a->edge[h].r == node;
	for (uint32_t k = w->slot_first[h - m->a->ne]; k < w->slot_first[h - m->a->ne + 1]; k++)
		if (w->slot[k].node == node)
			return true;
	return false;
}

/* The record in which group g and another hypothesis are rivals: a target of theirs, or else the
 * first that both have. */
static uint32_t meeting_of(
	const struct marginal_work *w, const struct marginal *m, uint32_t g, uint32_t h)
{
	uint32_t best = UINT32_MAX;

	if (holds(w, m, h, m->group[g].target))
		return m->group[g].target;
	if (h >= m->a->ne && holds(w, m, m->a->ne + g, m->group[h - m->a->ne].target))
		return m->group[h - m->a->ne].target;
	for (uint32_t k = w->slot_first[g]; k < w->slot_first[g + 1]; k++)
		if (w->slot[k].node < best && holds(w, m, h, w->slot[k].node))
			best = w->slot[k].node;
	return best;
}

struct place {
	uint32_t node, slots;   /* and how many slots it has */
	const uint32_t *arc;
	uint32_t n;             /* edges */
};

static struct place place_of(const struct marginal_work *w, const struct assign *a,
	const uint32_t *left_first, const uint32_t *left_arc, uint32_t node)
{
	struct place p = {.node = node, .slots = w->node_first[node + 1] - w->node_first[node]};
	uint32_t r = node - a->nl;

	p.arc = node < a->nl ? left_arc + left_first[node] : w->arc + w->first[r];
	p.n = node < a->nl ? left_first[node + 1] - left_first[node] : w->first[r + 1] - w->first[r];
	return p;
}

static void fill_meetings(struct marginal_work *w, const struct marginal *m, const struct place *p)
{
	uint8_t *to = w->meeting + w->meeting_first[p->node];
	const uint32_t *slots = w->node_slot + w->node_first[p->node];

	for (uint32_t i = 0; i < p->slots; i++) {
		uint32_t g = w->slot[slots[i]].group;
		for (uint32_t k = 0; k < p->n; k++)
			*to++ = meeting_of(w, m, g, p->arc[k]) == p->node;
		for (uint32_t k = 0; k < p->slots; k++) {
			uint32_t other = w->slot[slots[k]].group;
			*to++ = k != i && meeting_of(w, m, g, m->a->ne + other) == p->node;
		}
	}
}

/* Needs the index of right nodes' edges. */
static bool find_meetings(struct marginal_work *w, const struct marginal *m)
{
	const struct assign *a = m->a;
	uint32_t nodes = a->nl + a->nr;
	uint32_t *first = calloc((size_t)a->nl + 2, sizeof(*first));
	uint32_t *arc = calloc((size_t)a->ne + 1, sizeof(*arc));
	size_t room = 0;

	w->meeting_first = calloc((size_t)nodes + 1, sizeof(*w->meeting_first));
	bool ok = first != NULL && arc != NULL && w->meeting_first != NULL;
	for (uint32_t i = 0; ok && i < a->ne; i++) {
		first[a->edge[i].l + 1]++;
		arc[i] = i;
	}
	for (uint32_t l = 0; ok && l < a->nl; l++)
		first[l + 1] += first[l];
	for (uint32_t node = 0; ok && node < nodes; node++) {
		struct place p = place_of(w, a, first, arc, node);
		size_t n = (size_t)p.slots * ((size_t)p.slots + p.n);
		w->meeting_first[node] = n > MEETINGS_MAX ? SIZE_MAX : room;
		room += n > MEETINGS_MAX ? 0 : n;
	}
	w->meeting = ok ? malloc(room + 1) : NULL;
	ok = ok && w->meeting != NULL;
	for (uint32_t node = 0; ok && node < nodes; node++) {
		struct place p = place_of(w, a, first, arc, node);
		if (w->meeting_first[node] != SIZE_MAX)
			fill_meetings(w, m, &p);
	}
	free(first);
	free(arc);
	return ok;
}

/* ---- messages ---- */

/* Each group's pressure on its records: the product of the other messages, from both ends. */
static void press(struct marginal_work *w, const struct marginal *m)
{
	for (uint32_t g = 0; g < m->ng; g++) {
		double product = num_pow2(m->num, m->group[g].w);
		for (uint32_t k = w->slot_first[g]; k < w->slot_first[g + 1]; k++) {
			w->slot[k].pressure = product;
			product *= w->slot[k].message;
		}
		product = 1;
		for (uint32_t k = w->slot_first[g + 1]; k-- > w->slot_first[g];) {
			w->slot[k].pressure *= product;
			product *= w->slot[k].message;
		}
	}
}

/* ---- one record ---- */

struct record {
	const uint32_t *arc;    /* its edges */
	uint32_t *copies;       /* of each edge: records of the class at the other end */
	uint32_t n;
	const double *from;     /* messages of the other ends */
	double *to;             /* messages of this one */
	const uint32_t *slots;  /* its parts in groups */
	uint32_t nslots;
	const uint8_t *meeting; /* NULL: all meet here */
	double pressed;         /* by all groups together */
	uint32_t cap;
	bool enough;            /* for all that want the class */
};

/* What a part in a group takes of a class, as one record of the class sees it. */
static double slot_weight(const struct marginal_work *w, const struct record *r, uint32_t k)
{
	const struct slot *slot = &w->slot[r->slots[k]];

	return slot->pressure * slot->units / r->cap;
}

/* Do the record's slot and another of its hypotheses, an edge or (n + k) a slot, meet here? */
static bool meet(const struct record *r, uint32_t slot, uint32_t other)
{
	return r->meeting[(size_t)slot * (r->n + r->nslots) + other] != 0;
}

static double edge_weight(const double *odds, const struct record *r, uint32_t k)
{
	return odds[r->arc[k]] * r->from[r->arc[k]] * r->copies[k];
}

static double change_of(double *message, double to)
{
	double moved = to > *message ? to - *message : *message - to;

	*message = to;
	return moved;
}

static double met_weight(
	struct marginal_work *w, const double *odds, const struct record *r, uint32_t slot)
{
	double sum = 0;

	for (uint32_t k = 0; k < r->n; k++)
		sum += meet(r, slot, k) ? edge_weight(odds, r, k) : 0;
	for (uint32_t k = 0; k < r->nslots; k++)
		sum += meet(r, slot, r->n + k) ? slot_weight(w, r, k) : 0;
	return sum;
}

/* The record's messages to its groups, and what all of them press. */
static double slot_messages(struct marginal_work *w, const double *odds, struct record *r)
{
	double edges = 0, behind = 0, change = 0;

	r->pressed = 0;
	for (uint32_t k = 0; k < r->nslots; k++) {
		w->before[k] = r->pressed;
		r->pressed += slot_weight(w, r, k);
	}
	for (uint32_t k = 0; k < r->n && r->nslots > 0; k++)
		edges += edge_weight(odds, r, k);
	for (uint32_t k = r->nslots; k-- > 0;) {
		double rivals = r->enough ? 0 : r->meeting != NULL ? met_weight(w, odds, r, k) :
			edges + w->before[k] + behind;
		behind += slot_weight(w, r, k);
		double c = change_of(&w->slot[r->slots[k]].message, 1 / (1 + rivals));
		change = MAX(change, c);
	}
	return change;
}

/* What the record's groups press on its edge k. */
static double groups_on_edge(const struct marginal_work *w, const struct record *r, uint32_t k)
{
	double sum = 0;

	if (r->meeting == NULL)
		return r->pressed;
	for (uint32_t s = 0; s < r->nslots; s++)
		sum += meet(r, s, k) ? slot_weight(w, r, s) : 0;
	return sum;
}

/* New messages to all that want the record. Returns the largest change. */
static double record_messages(struct marginal_work *w, const double *odds, struct record *r)
{
	double sum = 0, change = slot_messages(w, odds, r);

	for (uint32_t k = 0; k < r->n; k++) {
		w->before[k] = sum;
		sum += edge_weight(odds, r, k);
	}
	sum = 0;
	for (uint32_t k = r->n; k-- > 0;) {
		uint32_t i = r->arc[k];
		/* Another record of the same class is a rival as well. */
		double rest = sum + odds[i] * r->from[i] * (r->copies[k] - 1);
		rest += groups_on_edge(w, r, k);
		sum += edge_weight(odds, r, k);
		double c = change_of(&r->to[i], 1 / (1 + w->before[k] + rest));
		change = MAX(change, c);
	}
	return change;
}

static void take_slots(const struct marginal_work *w, const struct assign *a, uint32_t node,
	struct record *r)
{
	if (w->node_first == NULL)
		return;
	r->cap = cap_of(a, node);
	r->enough = w->wants[node] <= r->cap;
	r->meeting = w->meeting_first[node] == SIZE_MAX ? NULL : w->meeting + w->meeting_first[node];
	r->slots = w->node_slot + w->node_first[node];
	r->nslots = w->node_first[node + 1] - w->node_first[node];
}

struct sides {
	uint32_t *arc;
	uint32_t *copies;
};

static double sweep_left(
	struct marginal_work *w, const struct marginal *m, const struct sides *s)
{
	const struct assign *a = m->a;
	double change = 0;

	for (uint32_t l = 0, i = 0, end; l < a->nl; l++, i = end) {
		struct record r = {.arc = s->arc, .copies = s->copies, .from = w->y, .to = w->x};
		for (end = i; end < a->ne && a->edge[end].l == l; end++) {
			s->arc[end - i] = end;
			s->copies[end - i] = a->rcap[a->edge[end].r];
		}
		r.n = end - i;
		take_slots(w, a, l, &r);
		double c = record_messages(w, m->odds, &r);
		change = MAX(change, c);
	}
	return change;
}

static double sweep_right(
	struct marginal_work *w, const struct marginal *m, const struct sides *s)
{
	const struct assign *a = m->a;
	double change = 0;

	for (uint32_t n = 0; n < a->nr; n++) {
		struct record r = {.arc = w->arc + w->first[n], .copies = s->copies,
			.n = w->first[n + 1] - w->first[n], .from = w->x, .to = w->y};
		for (uint32_t k = 0; k < r.n; k++)
			s->copies[k] = a->lcap[a->edge[r.arc[k]].l];
		take_slots(w, a, a->nl + n, &r);
		double c = record_messages(w, m->odds, &r);
		change = MAX(change, c);
	}
	return change;
}

static double sweep(struct marginal_work *w, const struct marginal *m, const struct sides *s)
{
	press(w, m);
	double left = sweep_left(w, m, s);
	press(w, m);
	double right = sweep_right(w, m, s);
	return MAX(left, right);
}

static void write_pairs(const struct marginal_work *w, const struct marginal *m)
{
	const struct assign *a = m->a;

	for (uint32_t i = 0; i < a->ne; i++) {
		/* A record of the smaller class may have any of the larger one. */
		uint32_t nl = a->lcap[a->edge[i].l], nr = a->rcap[a->edge[i].r];
		double q = m->odds[i] * w->x[i] * w->y[i];
		double any = (double)MAX(nl, nr) * q / (1 + q);
		m->p[i] = MIN(any, 1.0);
	}
}

static void write_groups(const struct marginal_work *w, const struct marginal *m)
{
	for (uint32_t g = 0; g < m->ng; g++) {
		double q = num_pow2(m->num, m->group[g].w);
		for (uint32_t k = w->slot_first[g]; k < w->slot_first[g + 1]; k++)
			q *= w->slot[k].message;
		m->group_p[g] = q / (1 + q);
	}
}

static bool propagate(struct marginal_work *w, const struct marginal *m)
{
	const struct assign *a = m->a;
	size_t n = (size_t)a->ne + 1;
	struct sides s = {malloc(n * sizeof(*s.arc)), malloc(n * sizeof(*s.copies))};
	bool ok = make_room(w, MAX(a->nl, a->nr), MAX(a->ne, w->nslots)) && s.arc != NULL && s.copies != NULL;

	if (ok) {
		index_right(w, a);
		ok = m->ng == 0 || find_meetings(w, m);
	}
	if (ok) {
		for (uint32_t i = 0; i < a->ne; i++)
			w->x[i] = w->y[i] = 1;
		for (int round = 0; round < SWEEPS_MAX && sweep(w, m, &s) > SETTLED; round++)
			;
		write_pairs(w, m);
		write_groups(w, m);
	}
	free(s.arc);
	free(s.copies);
	return ok;
}

/* ---- counting out ---- */

struct counting {
	uint64_t mask[COUNTED_MAX]; /* nodes of each hypothesis */
	int32_t bits[COUNTED_MAX];
	double sum[COUNTED_MAX];
	const struct num *num;
	uint32_t n, ways, most;
	int64_t best;
	bool weighing; /* second time: the best is known */
	bool cut;
};

/* Weight of a whole set, as a part of the best one's. */
static double count_way(struct counting *c, int64_t bits)
{
	if (c->weighing)
		return num_pow2(c->num, (int32_t)MAX(bits - c->best, -64000));
	c->best = MAX(c->best, bits);
	c->cut |= ++c->ways > c->most;
	return 0;
}

/* Weight of all sets that go on from here with hypothesis h or a later one. */
static double count_from(struct counting *c, uint32_t h, uint64_t used, int64_t bits)
{
	while (h < c->n && (c->mask[h] & used) != 0)
		h++;
	if (h == c->n)
		return count_way(c, bits);
	double with = count_from(c, h + 1, used | c->mask[h], bits + c->bits[h]);
	c->sum[h] += with;
	return c->cut ? 0 : with + count_from(c, h + 1, used, bits);
}

/* False when the component is too large, or has classes of equal records. */
static bool count_out(struct marginal *m)
{
	const struct assign *a = m->a;
	struct counting c = {.num = m->num, .n = a->ne + m->ng, .best = INT64_MIN,
		.most = m->ng > 0 ? COUNTED_WAYS_GROUPS : COUNTED_WAYS};

	if (m->bits == NULL || a->ne > COUNTED_MAX || m->ng > COUNTED_MAX || c.n > COUNTED_MAX ||
		a->nl + a->nr > COUNTED_NODES)
		return false;
	for (uint32_t n = 0; n < a->nl + a->nr; n++)
		if (cap_of(a, n) > 1)
			return false;
	for (uint32_t i = 0; i < a->ne; i++) {
		c.mask[i] = UINT64_C(1) << a->edge[i].l | UINT64_C(1) << (a->nl + a->edge[i].r);
		c.bits[i] = m->bits[i];
	}
	for (uint32_t g = 0; g < m->ng; g++) {
		for (uint32_t k = 0; k < m->group[g].n; k++)
			c.mask[a->ne + g] |= UINT64_C(1) << m->node[m->group[g].first + k];
		c.bits[a->ne + g] = m->group[g].w;
	}
	(void)count_from(&c, 0, 0, 0);
	if (c.cut)
		return false;
	c.weighing = true;
	double all = count_from(&c, 0, 0, 0);
	for (uint32_t i = 0; i < a->ne; i++)
		m->p[i] = c.sum[i] / all;
	for (uint32_t g = 0; g < m->ng; g++)
		m->group_p[g] = c.sum[a->ne + g] / all;
	return true;
}

/* ---- rivals of groups ---- */

/* The best odds of what wants a record, and of the second best. */
struct top {
	double odds, second;
	uint32_t of; /* edge, or ne + group */
};

static void note_top(struct top *t, double odds, uint32_t of)
{
	if (odds > t->odds) {
		t->second = t->odds;
		*t = (struct top){odds, t->second, of};
	} else if (odds > t->second) {
		t->second = odds;
	}
}

static bool find_rivals(const struct marginal_work *w, const struct marginal *m)
{
	const struct assign *a = m->a;
	struct top *top = calloc((size_t)a->nl + a->nr + 1, sizeof(*top));

	if (top == NULL)
		return false;
	for (uint32_t i = 0; i < a->ne; i++) {
		note_top(&top[a->edge[i].l], m->odds[i], i);
		note_top(&top[a->nl + a->edge[i].r], m->odds[i], i);
	}
	for (uint32_t k = 0; k < w->nslots; k++)
		note_top(&top[w->slot[k].node], num_pow2(m->num, m->group[w->slot[k].group].w),
			a->ne + w->slot[k].group);
	for (uint32_t g = 0; g < m->ng; g++) {
		m->group_rival[g] = false;
		for (uint32_t k = w->slot_first[g]; k < w->slot_first[g + 1]; k++) {
			uint32_t node = w->slot[k].node;
			double other = top[node].of == a->ne + g ? top[node].second : top[node].odds;
			m->group_rival[g] |= other > RIVAL_ODDS && w->wants[node] > cap_of(a, node);
		}
	}
	free(top);
	return true;
}

bool marginal_solve(struct marginal_work *w, struct marginal *m)
{
	bool ok = m->ng == 0 || (add_groups(w, m) && find_rivals(w, m));

	m->exact = ok && count_out(m);
	ok = ok && (m->exact || propagate(w, m));
	free_groups(w);
	return ok;
}

bool marginal_run(struct marginal_work *w, const struct assign *a, const double *odds, double *ret_p)
{
	struct marginal m = {.a = a, .odds = odds, .p = ret_p};

	return marginal_solve(w, &m);
}
