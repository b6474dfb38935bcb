/*
 * One stage: the pairs of all its passes compete in one assignment, then each chosen one is
 * confirmed, suggested, ambiguous, or left as a hint, by its pass's lines. What is decided leaves
 * the game before the next stage begins.
 */
#include "match/stage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "match/learn.h"

/* ---- prior ---- */

/* log2((n + 1/2) / ((NL - n + 1/2) (NR - n + 1/2))), at most 0. */
static int32_t prior_of(const struct stage *s, uint64_t n)
{
	const struct engine *e = s->e;
	uint64_t left = 2 * (e->nopen[s->side[0]] - n) + 1;
	uint64_t right = 2 * (e->nopen[s->side[1]] - n) + 1;
	int32_t q = num_log2(&e->num, 2 * n + 1) + RULES_BIT - num_log2(&e->num, left) -
		num_log2(&e->num, right);

	return MIN(q, 0);
}

/* A record of a class may have any of the other class. */
static int32_t class_bits(const struct stage *s, const struct edge *edge)
{
	uint32_t l = row_cap(s->e, s->side[0], edge->l), r = row_cap(s->e, s->side[1], edge->r);

	return num_log2(&s->e->num, MAX(l, r));
}

#define SPAN 8192 /* weights are counted from -SPAN to SPAN, in 1/64 bit */

struct weights {
	struct stage *s;
	uint32_t *count; /* SPAN * 2 + 1: pairs that may be matches, by weight */
};

static void count_weights(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct weights *v = arg;
	const struct stage *s = v->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);

	(void)e;
	(void)thread;
	for (size_t i = first; i < end; i++) {
		int32_t w = s->edges.p[i].w;
		w = w > SPAN ? SPAN : w < -SPAN ? -SPAN : w;
		if (s->alone[i] != 0)
			__atomic_fetch_add(&v->count[w + SPAN], 1, __ATOMIC_RELAXED);
	}
}

static uint64_t likely(const uint32_t *count, int32_t prior)
{
	uint64_t n = 0;

	for (int32_t w = -SPAN; w <= SPAN; w++)
		n += w + prior > 0 ? count[w + SPAN] : 0;
	return n;
}

/* A tie is nobody's first choice. */
static bool is_first_choice(const struct wanted *x, int32_t w)
{
	return w == x->best && w != x->second;
}

/* Adds the pairs with rivals that are each other's first choice, by weight. */
static void count_rivals(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct weights *v = arg;
	const struct stage *s = v->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);

	(void)thread;
	for (size_t i = first; i < end; i++) {
		const struct edge *edge = &s->edges.p[i];
		if (i + 16 < end) /* right rows come in no order */
			__builtin_prefetch(&s->wanted[1][s->edges.p[i + 16].r]);
		if (s->alone[i] != EDGE_RIVALS ||
			!is_first_choice(&s->wanted[0][edge->l], edge->w) ||
			!is_first_choice(&s->wanted[1][edge->r], edge->w))
			continue;
		int32_t w = edge->w + class_bits(s, edge);
		w = w > SPAN ? SPAN : w < -SPAN ? -SPAN : w;
		uint32_t n = MIN(row_cap(e, s->side[0], edge->l), row_cap(e, s->side[1], edge->r));
		__atomic_fetch_add(&v->count[w + SPAN], n, __ATOMIC_RELAXED);
	}
}

/* Expected matches: pairs that are each other's first choice and likelier than not, counted again
 * with the prior that this count gives. */
static void estimate_prior(struct stage *s)
{
	struct engine *e = s->e;
	uint32_t least = MIN(e->nopen[s->side[0]], e->nopen[s->side[1]]);
	struct weights v = {s, ENGINE_ZNEW(e, 2 * SPAN + 1, uint32_t)};

	if (!engine_ok(e))
		return;
	par_for(e, chunks(s->edges.n), count_weights, &v);
	if (s->nrivals > 0)
		par_for(e, chunks(s->edges.n), count_rivals, &v);
	s->prior = prior_of(s, least / 2);
	for (int round = 0; round < 40; round++)
		s->prior = prior_of(s, MIN(likely(v.count, s->prior), least));
	engine_free(e, v.count);
}

static void make_values(struct stage *s)
{
	struct engine *e = s->e;

	s->value = ENGINE_NEW(e, 2 * STAGE_SOFT + 1, int32_t);
	for (int32_t q = -STAGE_SOFT; engine_ok(e) && q < STAGE_SOFT; q++) {
		uint64_t odds = (uint64_t)(num_pow2(&e->num, q) * (1 << 20));
		int32_t v = num_log2(&e->num, (1u << 20) + odds) - 20 * RULES_BIT;
		s->value[q + STAGE_SOFT] = MAX(v, 1);
	}
}

/* ---- deciding ---- */

static int64_t limit_units(const struct engine *e, int64_t micro, int side, uint32_t row)
{
	int exponent = col_currency_exponent(e->currencies[row_currency(e, side, row)]);
	__int128 v = (__int128)micro * decimal_pow10(exponent) / RULES_MICRO;

	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static bool value_allows(
	const struct engine *e, const struct rules_pass *pass, const struct found *m)
{
	if (pass->then.value_up_to < 0)
		return true;
	int side = m->key[LEFT] != NO_ROW ? LEFT : RIGHT;
	int64_t limit = limit_units(e, pass->then.value_up_to, side, m->key[side]);
	int64_t left = m->sum[0] < 0 ? -m->sum[0] : m->sum[0];
	int64_t right = m->sum[1] < 0 ? -m->sum[1] : m->sum[1];
	return left <= limit && right <= limit;
}

static bool within_limit(const struct engine *e, const struct rules_pass *pass, const struct found *m)
{
	int64_t limit = pass->difference.limit, difference = m->sum[0] - m->sum[1];

	if (limit < 0)
		return true;
	limit = limit_units(e, limit, LEFT, m->key[LEFT]);
	return difference <= limit && -difference <= limit;
}

/* The most that a match may be for the difference that it leaves. */
static uint8_t status_most(const struct engine *e, const struct rules_pass *pass, const struct found *m)
{
	if (e->amount[0] == NULL || m->sum[0] == m->sum[1] || m->key[0] == NO_ROW || m->key[1] == NO_ROW)
		return STATUS_CONFIRMED;
	if (pass->difference.then == RULES_BOOK_HINT)
		return 0;
	return pass->difference.then == RULES_BOOK_SUGGEST || !within_limit(e, pass, m) ?
		STATUS_SUGGESTED : STATUS_CONFIRMED;
}

/* Does a status depend on what the match adds up to? */
static bool needs_sums(const struct rules_pass *pass)
{
	return pass->then.value_up_to >= 0 || pass->difference.limit >= 0 ||
		pass->difference.then != RULES_BOOK_PROPOSE;
}

uint8_t stage_status(const struct engine *e, const struct rules_pass *pass, const struct found *m,
	bool rival, int32_t alone)
{
	const struct rules_then *then = &pass->then;
	uint32_t least = then->suggest ? then->suggest_ppm : then->confirm_ppm;
	uint8_t most = needs_sums(pass) ? status_most(e, pass, m) : STATUS_CONFIRMED;

	if (most == 0)
		return 0;
	if (then->confirm && m->margin != RESULT_NONE && m->margin >= then->confirm_margin &&
		calibrate_confirms(e->opt->calibration,
			m->marginal != 0 ? m->marginal : m->confidence, m->confidence,
			then->confirm_ppm) && value_allows(e, pass, m) &&
		!learn_doubts(e, pass))
		return most;
	/* Without its rivals it would pass the line. */
	double odds = num_pow2(&e->num, alone);
	if (rival && (m->margin == RESULT_NONE || m->margin < MAX(then->confirm_margin, 64u)) &&
		(then->confirm || then->suggest) && num_ppm(odds / (1 + odds)) >= least)
		return STATUS_AMBIGUOUS;
	if (then->suggest && m->confidence >= then->suggest_ppm)
		return STATUS_SUGGESTED;
	return 0;
}

/* Classes are taken from the front almost always, so unlinking is short. */
void stage_take(struct engine *e, int side, uint32_t row, uint8_t status)
{
	e->state[side][row] = status == STATUS_CONFIRMED ? ROW_CONFIRMED : ROW_RESERVED;
	e->nopen[side]--;
	if (e->cap[side] == NULL)
		return;
	uint32_t rep = e->rep[side][row];
	e->cap[side][rep]--;
	if (e->head[side][rep] == row) {
		e->head[side][rep] = e->chain[side][row];
		return;
	}
	uint32_t before = e->head[side][rep];
	while (e->chain[side][before] != row)
		before = e->chain[side][before];
	e->chain[side][before] = e->chain[side][row];
}

static uint8_t difference_type(const struct engine *e, const struct rules_pass *pass,
	const struct found *m)
{
	int64_t difference = m->sum[0] - m->sum[1];

	if (difference == 0 || m->key[LEFT] == NO_ROW)
		return DIFFERENCE_NONE;
	if (!within_limit(e, pass, m))
		return DIFFERENCE_UNEXPLAINED;
	return pass->difference.type;
}

void stage_record(struct engine *e, struct found m, uint32_t first)
{
	m.member = first;
	m.nmembers = (uint32_t)e->member.n - first;
	m.difference_type = e->amount[0] == NULL ? DIFFERENCE_NONE :
		difference_type(e, &e->rs->passes[m.pass], &m);
	(void)ENGINE_PUSH(e, &e->found, m);
	e->stats[m.pass].confirmed += m.status == STATUS_CONFIRMED;
	e->stats[m.pass].suggested += m.status == STATUS_SUGGESTED;
	e->stats[m.pass].ambiguous += m.status == STATUS_AMBIGUOUS;
}

/* Records the match and takes its rows out of play. */
static void add_whole(struct engine *e, struct found m, uint32_t first)
{
	for (uint32_t i = first; i < e->member.n; i++)
		stage_take(e, (int)e->member.p[i].side, e->member.p[i].row, m.status);
	stage_record(e, m, first);
}

void stage_member(struct engine *e, struct found *m, int side, uint32_t row)
{
	struct member member = {row, (uint32_t)side, row_amount(e, side, row)};

	if (m->key[side] == NO_ROW || row < m->key[side])
		m->key[side] = row;
	m->sum[side] += member.allocated;
	(void)ENGINE_PUSH(e, &e->member, member);
}

uint32_t stage_first_open(const struct engine *e, int side, uint32_t rep)
{
	return e->head[side] == NULL ? rep : e->head[side][rep];
}

struct found stage_found(
	const struct stage *s, const struct edge *edge, const struct verdict *verdict)
{
	return (struct found){.confidence = stage_stated(s->e, verdict->confidence),
		.marginal = verdict->confidence,
		.margin = verdict->flags & VERDICT_UNPROVED ? RESULT_NONE : verdict->margin,
		.weight = edge->w + s->prior, .pass = edge->pass,
		.kind = s->e->rs->passes[edge->pass].kind,
		.key = {NO_ROW, NO_ROW},
		.flags = (uint8_t)((verdict->flags & VERDICT_UNPROVED ? RESULT_NOT_PROVEN : 0) |
			(verdict->flags & VERDICT_CLASS ? RESULT_INTERCHANGEABLE : 0) |
			(verdict->margin >= MATCH_MARGIN_CAP ? RESULT_MARGIN_CAPPED : 0))};
}

/* Pairs of two classes: first with first, second with second. */
static void decide_edge(struct stage *s, size_t i)
{
	struct engine *e = s->e;
	const struct edge *edge = &s->edges.p[i];
	const struct verdict *verdict = &s->verdict[i];
	const struct rules_pass *pass = &e->rs->passes[edge->pass];

	for (uint32_t k = 0; k < verdict->flow && engine_ok(e); k++) {
		struct found m = stage_found(s, edge, verdict);
		uint32_t first = (uint32_t)e->member.n;
		stage_member(e, &m, s->side[0], stage_first_open(e, s->side[0], edge->l));
		stage_member(e, &m, s->side[1], stage_first_open(e, s->side[1], edge->r));
		m.status = stage_status(e, pass, &m, (verdict->flags & VERDICT_RIVAL) != 0,
			edge->w + s->prior);
		if (m.status == 0) {
			e->member.n = first;
			e->stats[edge->pass].hints += verdict->flow - k;
			return;
		}
		add_whole(e, m, first);
	}
}

static void push_class(struct engine *e, struct found *m, int side, uint32_t rep)
{
	if (e->chain[side] == NULL) {
		stage_member(e, m, side, rep);
		return;
	}
	for (uint32_t r = e->head[side][rep]; r != NO_ROW; r = e->chain[side][r])
		stage_member(e, m, side, r);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The right rows of a component, each class once. */
static void push_right(struct stage *s, struct found *m, const uint32_t *edges, uint32_t ne)
{
	struct engine *e = s->e;
	uint32_t *right = ENGINE_NEW(e, ne, uint32_t);

	if (right == NULL)
		return;
	for (uint32_t i = 0; i < ne; i++)
		right[i] = s->edges.p[edges[i]].r;
	qsort(right, ne, sizeof(*right), by_number);
	for (uint32_t i = 0; i < ne; i++)
		if (i == 0 || right[i] != right[i - 1])
			push_class(e, m, RIGHT, right[i]);
	engine_free(e, right);
}

/* All rows of a component as one n:m match. */
static void decide_bulk(struct stage *s, const uint32_t *edges, uint32_t ne)
{
	struct engine *e = s->e;
	const struct edge *edge = &s->edges.p[edges[0]];
	const struct rules_pass *pass = &e->rs->passes[edge->pass];
	struct found m = stage_found(s, edge, &s->verdict[edges[0]]);
	uint32_t first = (uint32_t)e->member.n;

	m.kind = KIND_N_M;
	m.flags |= RESULT_INTERCHANGEABLE;
	for (uint32_t i = 0; i < ne; i++)
		if (i == 0 || s->edges.p[edges[i]].l != s->edges.p[edges[i - 1]].l)
			push_class(e, &m, LEFT, s->edges.p[edges[i]].l);
	push_right(s, &m, edges, ne);
	m.status = stage_status(e, pass, &m, false, edge->w + s->prior);
	if (m.status == 0 || !engine_ok(e)) {
		e->member.n = first;
		return;
	}
	add_whole(e, m, first);
}

/* Amount by which a group may be off is part of its pass; chance is its own line to confirm. */
static uint8_t group_status(
	const struct engine *e, const struct rules_pass *pass, struct found *m, const struct group *g)
{
	bool sure = g->complete && num_ppm(num_pow2(&e->num, g->chance)) <= pass->then.chance_ppm;
	uint8_t status = stage_status(e, pass, m, g->rival, g->w);

	if (!g->complete)
		m->flags |= RESULT_NOT_PROVEN;
	if (status != STATUS_CONFIRMED || sure)
		return status;
	return pass->then.suggest ? STATUS_SUGGESTED : 0;
}

static bool free_for(const struct engine *e, uint32_t first, int side, uint32_t row)
{
	for (size_t i = first; i < e->member.n; i++)
		if (e->member.p[i].row == row && (int)e->member.p[i].side == side)
			return false;
	return e->state[side][row] == ROW_OPEN;
}

/* The row, or an equal one when another match of the stage, or this one, has it already. */
static uint32_t open_equal(const struct engine *e, uint32_t first, int side, uint32_t row)
{
	if (free_for(e, first, side, row) || e->head[side] == NULL)
		return row;
	uint32_t other = e->head[side][e->rep[side][row]];
	while (other != NO_ROW && !free_for(e, first, side, other))
		other = e->chain[side][other];
	return other == NO_ROW ? row : other;
}

static void decide_group(struct stage *s, const struct group *g)
{
	struct engine *e = s->e;
	const struct rules_pass *pass = &e->rs->passes[g->pass];
	uint32_t first = (uint32_t)e->member.n;
	int side = g->target_side;
	struct found m = {.confidence = stage_stated(e, g->confidence), .marginal = g->confidence,
		.margin = g->margin, .weight = g->w,
		.pass = g->pass, .kind = side == RIGHT ? KIND_N_1 : KIND_1_N, .key = {NO_ROW, NO_ROW},
		.pool = g->pool, .chance = g->chance,
		.flags = (uint8_t)((g->same ? RESULT_INTERCHANGEABLE : 0) |
			(g->cut ? RESULT_POOL_CUT : 0) |
			(g->margin != RESULT_NONE && g->margin >= MATCH_MARGIN_CAP ?
				RESULT_MARGIN_CAPPED : 0))};

	stage_member(e, &m, side, stage_first_open(e, side, stage_rep(e, side, g->target)));
	for (uint32_t i = 0; i < g->n && engine_ok(e); i++)
		stage_member(e, &m, 1 - side,
			open_equal(e, first, 1 - side, s->groups.line.p[g->first + i]));
	m.status = group_status(e, pass, &m, g);
	if (m.status == 0 || !engine_ok(e)) {
		e->member.n = first;
		e->stats[g->pass].hints++;
		return;
	}
	add_whole(e, m, first);
}

/* ---- chosen pairs of rows that stand for no other: in parallel ---- */

#define STATUS_HINT 255 /* chosen, but below all lines; a status only in here */

struct deciding {
	struct stage *s;
	uint8_t *status;      /* per edge */
	uint32_t *first;      /* per chunk: matches before it */
	uint8_t *classes;     /* per chunk: it has chosen pairs of classes, which are decided one by one */
};

/* What became of pairs of one pass. */
struct tally {
	uint16_t pass;
	uint32_t confirmed, suggested, ambiguous, hints;
};

/* Other threads add theirs. */
static void add_tally(struct engine *e, const struct tally *t)
{
	struct match_pass_stat *stat = &e->stats[t->pass];

	__atomic_fetch_add(&stat->confirmed, t->confirmed, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stat->suggested, t->suggested, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stat->ambiguous, t->ambiguous, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stat->hints, t->hints, __ATOMIC_RELAXED);
}

static void tally_pair(struct engine *e, struct tally *t, uint16_t pass, uint8_t status)
{
	if (t->pass != pass) {
		add_tally(e, t);
		*t = (struct tally){.pass = pass};
	}
	t->confirmed += status == STATUS_CONFIRMED;
	t->suggested += status == STATUS_SUGGESTED;
	t->ambiguous += status == STATUS_AMBIGUOUS;
	t->hints += status == STATUS_HINT;
}

static bool is_simple(const struct stage *s, size_t i)
{
	const struct verdict *v = &s->verdict[i];

	return v->flow == 1 && (v->flags & VERDICT_BULK) == 0 &&
		row_cap(s->e, s->side[0], s->edges.p[i].l) == 1 &&
		row_cap(s->e, s->side[1], s->edges.p[i].r) == 1;
}

static struct found pair_of(const struct stage *s, size_t i, struct member member[2])
{
	const struct engine *e = s->e;
	const struct edge *edge = &s->edges.p[i];
	struct found m = stage_found(s, edge, &s->verdict[i]);

	for (int k = 0; k < 2; k++) {
		int side = s->side[k];
		uint32_t row = stage_first_open(e, side, k == 0 ? edge->l : edge->r);
		member[k] = (struct member){row, (uint32_t)side, row_amount(e, side, row)};
		m.key[side] = MIN(m.key[side], row);
		m.sum[side] += member[k].allocated;
	}
	return m;
}

static void status_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct deciding *d = arg;
	const struct stage *s = d->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);
	struct tally tally = {.pass = s->edges.p[first].pass};
	uint32_t n = 0;

	(void)thread;
	for (size_t i = first; i < end; i++) {
		const struct verdict *v = &s->verdict[i];
		struct member members[2];
		d->status[i] = 0;
		if (v->flow == 0 || (v->flags & VERDICT_BULK) != 0)
			continue;
		if (!is_simple(s, i)) {
			d->classes[chunk] = 1;
			continue;
		}
		const struct edge *edge = &s->edges.p[i];
		const struct rules_pass *pass = &e->rs->passes[edge->pass];
		struct found m = needs_sums(pass) ? pair_of(s, i, members) :
			stage_found(s, edge, v);
		d->status[i] = stage_status(e, pass, &m, (v->flags & VERDICT_RIVAL) != 0,
			edge->w + s->prior);
		/* Of no consequence: only a hint. */
		if (d->status[i] == 0)
			d->status[i] = STATUS_HINT;
		n += d->status[i] != STATUS_HINT;
		tally_pair(e, &tally, edge->pass, d->status[i]);
	}
	d->first[chunk + 1] = n;
	add_tally(e, &tally);
}

static void fill_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct deciding *d = arg;
	const struct stage *s = d->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);
	size_t at = e->found.n + d->first[chunk], member = e->member.n + 2 * (size_t)d->first[chunk];

	(void)thread;
	for (size_t i = first; i < end; i++) {
		if (i + 16 < end && e->amount[0] != NULL) /* right rows come in no order */
			__builtin_prefetch(&e->amount[s->side[1]][s->edges.p[i + 16].r]);
		if (d->status[i] == 0 || d->status[i] == STATUS_HINT)
			continue;
		struct found m = pair_of(s, i, &e->member.p[member]);
		m.status = d->status[i];
		m.member = (uint32_t)member;
		m.nmembers = 2;
		m.difference_type = e->amount[0] == NULL ? DIFFERENCE_NONE :
			difference_type(e, &e->rs->passes[m.pass], &m);
		e->found.p[at++] = m;
		for (int k = 0; k < 2; k++) {
			uint32_t row = e->member.p[member++].row;
			int side = s->side[k];
			e->state[side][row] =
				m.status == STATUS_CONFIRMED ? ROW_CONFIRMED : ROW_RESERVED;
			if (e->cap[side] == NULL)
				continue;
			e->cap[side][e->rep[side][row]] = 0;
			e->head[side][e->rep[side][row]] = NO_ROW;
		}
	}
}

static bool reserve(struct engine *e, uint32_t more)
{
	while (e->found.cap < e->found.n + more)
		if (!engine_grow(e, (void **)&e->found.p, e->found.n, &e->found.cap,
			    sizeof(*e->found.p)))
			return false;
	while (e->member.cap < e->member.n + 2 * (size_t)more)
		if (!engine_grow(e, (void **)&e->member.p, e->member.n, &e->member.cap,
			    sizeof(*e->member.p)))
			return false;
	return true;
}

static void decide_classes(struct deciding *d, uint32_t chunk)
{
	struct stage *s = d->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);

	for (size_t i = first; i < end && engine_ok(s->e); i++)
		if (d->status[i] == 0 && s->verdict[i].flow > 0 &&
			(s->verdict[i].flags & VERDICT_BULK) == 0)
			decide_edge(s, i);
}

static void decide_pairs(struct stage *s)
{
	struct engine *e = s->e;
	uint32_t n = chunks(s->edges.n);
	struct deciding d = {.s = s, .status = ENGINE_NEW(e, s->edges.n + 1, uint8_t),
		.first = ENGINE_ZNEW(e, (size_t)n + 2, uint32_t),
		.classes = ENGINE_ZNEW(e, (size_t)n + 1, uint8_t)};

	if (engine_ok(e))
		par_for(e, n, status_chunk, &d);
	for (uint32_t c = 0; c < n && engine_ok(e); c++)
		d.first[c + 1] += d.first[c];
	if (engine_ok(e) && reserve(e, d.first[n])) {
		par_for(e, n, fill_chunk, &d);
		e->found.n += d.first[n];
		e->member.n += 2 * (size_t)d.first[n];
		e->nopen[s->side[0]] -= d.first[n];
		e->nopen[s->side[1]] -= d.first[n];
		for (uint32_t c = 0; c < n && engine_ok(e); c++)
			if (d.classes[c] != 0)
				decide_classes(&d, c);
	}
	engine_free(e, d.status);
	engine_free(e, d.first);
	engine_free(e, d.classes);
}

static void decide(struct stage *s)
{
	for (size_t g = 0; g < s->groups.group.n && engine_ok(s->e); g++)
		if (s->groups.group.p[g].chosen)
			decide_group(s, &s->groups.group.p[g]);
	for (uint32_t c = 0; c < s->comp.n && engine_ok(s->e); c++) {
		const uint32_t *edges = s->comp.edge + s->comp.first[c];
		uint32_t ne = s->comp.first[c + 1] - s->comp.first[c];
		if (ne > 0 && (s->verdict[edges[0]].flags & VERDICT_BULK) != 0)
			decide_bulk(s, edges, ne);
		else if (ne > 0 && (s->verdict[edges[0]].flags & VERDICT_NEAR) != 0)
			choice_decide(s, edges, ne);
	}
	if (engine_ok(s->e))
		decide_pairs(s);
}

void stage_search(struct stage *s, uint32_t first_pass, uint32_t npasses)
{
	struct engine *e = s->e;

	engine_phase(e, MATCH_PHASE_CANDIDATES);
	for (uint32_t p = first_pass; p < first_pass + npasses && engine_ok(e); p++)
		if (e->rs->passes[p].kind == KIND_1_1)
			block_pass(e, p, &s->edges);
	for (uint32_t p = first_pass; p < first_pass + npasses && engine_ok(e); p++)
		if (e->rs->passes[p].kind == KIND_1_N || e->rs->passes[p].kind == KIND_N_1)
			group_pass(s, p);
}

#define HOPELESS (-554) /* log2(e^-6), 1/64 bit */

/* A learned pass admits anything that shares a word; what the weights rule out would only tie
 * components together. True when edges went. */
static bool drop_hopeless(struct stage *s)
{
	size_t kept = 0, n = s->edges.n;

	for (size_t i = 0; i < n; i++) {
		const struct edge *edge = &s->edges.p[i];
		if (s->e->rs->passes[edge->pass].mode == RULES_MODE_LEARN &&
			edge->w + s->prior < HOPELESS)
			continue;
		s->edges.p[kept++] = *edge;
	}
	s->edges.n = kept;
	if (kept < n)
		engine_free(s->e, s->alone);
	return kept < n;
}

/* What a pair of one of these passes weighed before anything was compared. */
static void note_prior(const struct stage *s)
{
	struct engine *e = s->e;

	e->prior_last = s->prior;
	for (size_t i = 0; i < s->edges.n; i++)
		e->prior[s->edges.p[i].pass] = s->prior;
	for (size_t g = 0; g < s->groups.group.n; g++)
		e->prior[s->groups.group.p[g].pass] = s->prior;
}

static bool is_empty(const struct stage *s)
{
	return s->edges.n == 0 && s->groups.group.n == 0;
}

static void weigh(struct stage *s)
{
	struct engine *e = s->e;

	component_alone(s);
	if (engine_ok(e) && s->nrivals > 0)
		settle_wanted(s);
	if (engine_ok(e))
		estimate_prior(s);
	if (!is_empty(s))
		note_prior(s);
	make_values(s);
	if (engine_ok(e) && drop_hopeless(s)) {
		component_alone(s);
		if (engine_ok(e) && s->nrivals > 0)
			settle_wanted(s);
	}
}

/* Nettings are weighed among themselves; then they meet what else wants their records. */
static void weigh_nets(struct stage *s)
{
	struct engine *e = s->e;
	int32_t last = e->prior_last;

	for (int side = 0; side < 2 && engine_ok(e); side++)
		weigh(s->net[side]);
	if (!is_empty(s))
		e->prior_last = last;
	if (engine_ok(e))
		net_meet(s);
	for (int side = 0; side < 2 && engine_ok(e); side++)
		component_decide_alone(s->net[side]);
}

void stage_assign(struct stage *s)
{
	struct engine *e = s->e;

	engine_phase(e, MATCH_PHASE_ASSIGNING);
	weigh(s);
	if (engine_ok(e) && s->net[0] != NULL)
		weigh_nets(s);
	if (engine_ok(e))
		component_decide_alone(s);
	if (engine_ok(e) && s->net[0] != NULL)
		net_solve(s);
	if (engine_ok(e) && s->net[0] == NULL)
		settle_pairs(s);
	if (engine_ok(e))
		component_find(s);
	if (engine_ok(e))
		component_solve(s);
}

void stage_pairs(struct stage *s)
{
	struct engine *e = s->e;

	if (is_empty(s) && s->net[0] == NULL)
		return;
	stage_assign(s);
	if (engine_ok(e))
		decide(s);
	for (int side = 0; side < 2 && engine_ok(e) && s->net[side] != NULL; side++)
		decide(s->net[side]);
	if (engine_ok(e) && s->side[0] != s->side[1])
		candidate_note(s);
}

void stage_free(struct stage *s)
{
	struct engine *e = s->e;

	engine_free(e, s->edges.p);
	engine_free(e, s->verdict);
	engine_free(e, s->alone);
	engine_free(e, s->wanted[0]);
	engine_free(e, s->wanted[1]);
	engine_free(e, s->value);
	engine_free(e, s->comp.first);
	engine_free(e, s->comp.edge);
	engine_free(e, s->comp.group_first);
	engine_free(e, s->comp.group);
	engine_free(e, s->groups.group.p);
	engine_free(e, s->groups.line.p);
}

static void search_nets(struct stage *s, struct stage net[2], uint32_t first_pass, uint32_t npasses)
{
	struct engine *e = s->e;

	for (uint32_t p = first_pass; p < first_pass + npasses && engine_ok(e); p++) {
		uint8_t kind = e->rs->passes[p].kind;
		if (kind == KIND_NET_LEFT || kind == KIND_NET_RIGHT)
			net_search(&net[kind == KIND_NET_LEFT ? LEFT : RIGHT], p);
	}
	for (int side = 0; side < 2 && net[LEFT].edges.n + net[RIGHT].edges.n > 0; side++)
		s->net[side] = &net[side];
}

void stage_run(struct engine *e, uint32_t first_pass, uint32_t npasses)
{
	struct stage s = {.e = e, .side = {LEFT, RIGHT}};
	struct stage net[2] = {
		{.e = e, .side = {LEFT, LEFT}}, {.e = e, .side = {RIGHT, RIGHT}}};

	choose_prepare(&s, first_pass, npasses);
	for (uint32_t p = first_pass; p < first_pass + npasses && engine_ok(e); p++)
		if (e->rs->passes[p].advice)
			advice_pass(e, p);
	stage_search(&s, first_pass, npasses);
	search_nets(&s, net, first_pass, npasses);
	if (engine_ok(e))
		stage_pairs(&s);
	stage_free(&s);
	for (int side = 0; side < 2; side++)
		stage_free(&net[side]);
	for (uint32_t p = first_pass; p < first_pass + npasses && engine_ok(e); p++) {
		uint8_t kind = e->rs->passes[p].kind;
		if (kind == KIND_PARTIAL && !e->rs->passes[p].advice)
			partial_pass(e, p);
		else if (kind == KIND_N_M)
			many_pass(e, p);
	}
}
