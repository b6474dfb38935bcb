/*
 * Partial matches: a record of one side is taken whole and spread over records of the other, which
 * may stay open in part. Records that can share money form components, each a transportation problem
 * (transport.h): exact closings first, then as much money as possible in as few allocations, then the
 * oldest. What could not be proved to be the best way is not confirmed, nor what is a tie.
 */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "match/forest.h"
#include "match/stage.h"
#include "match/transport.h"

#define TASK_COMPONENTS 256u
#define STEPS_MIN 4096u
#define AGE_MAX (1 << 20)

/* A record of either side, as it is ordered. */
struct record {
	uint64_t hash;
	int64_t amount; /* what is left of it, without its sign */
	int32_t day;
	uint32_t row;
};

/* A part that a whole record may take some of. */
struct line {
	uint32_t component, whole, part;
	int32_t w;
	int64_t flow;
	bool proved, tied; /* of its whole record's answer */
};

struct spreading {
	struct engine *e;
	const struct rules_pass *rule;
	uint16_t pass;
	int ws, ps;  /* sides of the whole record and of the parts */
	const struct field *date;
	int32_t last_day;
	struct line *line;
	uint32_t n;
	uint32_t *first; /* lines of each component: ncomponents + 1 */
	uint32_t ncomponents;
	uint64_t budget;
};

static int64_t magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

static struct record record_of(const struct spreading *q, int side, uint32_t row)
{
	const struct engine *e = q->e;
	bool dated = q->date != NULL && vec_valid(&q->date->v[side], row);

	return (struct record){.hash = e->row_hash[side][row], .row = row,
		.amount = magnitude(row_amount(e, side, row)),
		.day = dated ? q->date->v[side].i32[row] : INT32_MAX};
}

static int by_age(const struct record *x, const struct record *y, bool largest_first)
{
	if (largest_first && x->amount != y->amount)
		return x->amount > y->amount ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

void partial_split(struct engine *e)
{
	for (int side = 0; side < 2; side++) {
		size_t n = e->n[side];
		engine_free(e, e->cap[side]);
		engine_free(e, e->head[side]);
		engine_free(e, e->chain[side]);
		e->cap[side] = e->head[side] = e->chain[side] = NULL;
		e->reserved_amount[side] = e->reserved_amount[side] != NULL ?
			e->reserved_amount[side] : ENGINE_ZNEW(e, n + 1, int64_t);
		if (e->open_amount[side] != NULL || !engine_ok(e))
			continue;
		e->open_amount[side] = ENGINE_NEW(e, n + 1, int64_t);
		if (e->open_amount[side] != NULL && n > 0)
			memcpy(e->open_amount[side], e->amount[side], n * sizeof(int64_t));
	}
}

/* ---- components ---- */

static bool takes_part(const struct engine *e, int side, uint32_t row)
{
	return e->state[side][row] == ROW_OPEN && row_amount(e, side, row) != 0 &&
		!row_foreign(e, side, row);
}

/* Records of equal sign only. */
static void keep_lines(struct spreading *q, const struct edges *edges)
{
	const struct engine *e = q->e;

	for (size_t i = 0; i < edges->n; i++) {
		const struct edge *edge = &edges->p[i];
		uint32_t whole = q->ws == LEFT ? edge->l : edge->r;
		uint32_t part = q->ws == LEFT ? edge->r : edge->l;
		if (takes_part(e, q->ws, whole) && takes_part(e, q->ps, part) &&
			(row_amount(e, q->ws, whole) < 0) == (row_amount(e, q->ps, part) < 0))
			q->line[q->n++] = (struct line){.whole = whole, .part = part, .w = edge->w};
	}
}

static void name_components(struct spreading *q)
{
	struct engine *e = q->e;
	uint32_t nw = e->n[q->ws], nodes = nw + e->n[q->ps];
	uint32_t *parent = ENGINE_NEW(e, (size_t)nodes + 1, uint32_t);

	if (parent == NULL)
		return;
	for (uint32_t i = 0; i < nodes; i++)
		parent[i] = i;
	for (uint32_t i = 0; i < q->n; i++) {
		forest_unite(parent, q->line[i].whole, nw + q->line[i].part);
	}
	for (uint32_t i = 0; i < q->n; i++)
		q->line[i].component = forest_root(parent, q->line[i].whole);
	engine_free(e, parent);
}

/* By component, the whole record's age, then the order in which parts are taken. */
static int by_component(const void *a, const void *b, void *arg)
{
	const struct spreading *q = arg;
	const struct line *x = a, *y = b;

	if (x->component != y->component)
		return x->component < y->component ? -1 : 1;
	bool parts = x->whole == y->whole;
	int side = parts ? q->ps : q->ws;
	struct record p = record_of(q, side, parts ? x->part : x->whole);
	struct record r = record_of(q, side, parts ? y->part : y->whole);
	return by_age(&p, &r, parts && q->rule->partial.largest_first);
}

static void find_components(struct spreading *q)
{
	name_components(q);
	q->first = ENGINE_NEW(q->e, (size_t)q->n + 2, uint32_t);
	if (!engine_ok(q->e))
		return;
	if (q->n > 1)
		qsort_r(q->line, q->n, sizeof(*q->line), by_component, q);
	for (uint32_t i = 0; i < q->n; i++)
		if (i == 0 || q->line[i].component != q->line[i - 1].component)
			q->first[q->ncomponents++] = i;
	q->first[q->ncomponents] = q->n;
}

/* ---- one component ---- */

/* Arrays of a component; records have their places in them. */
struct problem {
	struct transport t;
	uint32_t *whole_row, *part_row;
	int64_t *whole, *part, *worth, *flow;
	int32_t *whole_age, *part_age;
	uint64_t *whole_class, *part_class;
	struct transport_edge *edge;
	bool *tied;
};

static int by_part(const void *a, const void *b, void *arg)
{
	const struct spreading *q = arg;
	struct record x = record_of(q, q->ps, *(const uint32_t *)a);
	struct record y = record_of(q, q->ps, *(const uint32_t *)b);

	return by_age(&x, &y, q->rule->partial.largest_first);
}

static int32_t age_of(const struct spreading *q, const struct record *r)
{
	int64_t days = r->day == INT32_MAX ? 0 : (int64_t)q->last_day - r->day;

	return (int32_t)MIN(days, AGE_MAX);
}

static uint64_t class_of(const struct engine *e, int side, uint32_t row)
{
	uint32_t rep = e->rep[side] == NULL ? row : e->rep[side][row];

	return mix64((uint64_t)rep << 1 | 1) ^ (uint64_t)row_amount(e, side, row);
}

static int64_t smallest_part(const struct spreading *q, uint32_t whole)
{
	const struct engine *e = q->e;
	int exponent = col_currency_exponent(e->currencies[row_currency(e, q->ws, whole)]);
	__int128 v = (__int128)q->rule->partial.smallest * decimal_pow10(exponent) / RULES_MICRO;

	return v > DECIMAL_MONEY_MAX ? DECIMAL_MONEY_MAX : (int64_t)v;
}

static void put_whole(const struct spreading *q, struct problem *p, uint32_t row)
{
	struct record r = record_of(q, q->ws, row);
	uint32_t at = p->t.nw++;

	p->whole_row[at] = row;
	p->whole[at] = r.amount;
	p->whole_age[at] = age_of(q, &r);
	p->whole_class[at] = class_of(q->e, q->ws, row);
}

static void put_parts(struct spreading *q, struct problem *p, const struct line *line, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		p->part_row[i] = line[i].part;
	qsort_r(p->part_row, n, sizeof(*p->part_row), by_part, q);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && p->part_row[i] == p->part_row[p->t.np - 1])
			continue;
		struct record r = record_of(q, q->ps, p->part_row[i]);
		uint32_t at = p->t.np++;
		p->part_row[at] = r.row;
		p->part[at] = r.amount;
		p->part_age[at] = age_of(q, &r);
		p->worth[at] = q->rule->partial.largest_first ? r.amount : p->part_age[at];
		p->part_class[at] = class_of(q->e, q->ps, r.row);
	}
}

static uint32_t place_of_part(struct spreading *q, const struct problem *p, uint32_t row)
{
	uint32_t low = 0, high = p->t.np;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (by_part(&p->part_row[middle], &row, q) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void pose(struct spreading *q, struct problem *p, const struct line *line, uint32_t n)
{
	p->t = (struct transport){.ne = n, .budget = q->budget, .whole = p->whole, .part = p->part,
		.worth = p->worth, .whole_age = p->whole_age, .part_age = p->part_age,
		.whole_class = p->whole_class, .part_class = p->part_class, .edge = p->edge,
		.flow = p->flow, .tied = p->tied,
		.smallest = MAX(smallest_part(q, line[0].whole), 1)};
	put_parts(q, p, line, n);
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || line[i].whole != line[i - 1].whole)
			put_whole(q, p, line[i].whole);
		p->edge[i] = (struct transport_edge){p->t.nw - 1, place_of_part(q, p, line[i].part)};
	}
}

/* Lines of a whole record are in the order of their parts, as those of the problem are. */
static void note_answer(struct problem *p, struct line *line, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		line[i].flow = p->flow[i];
		line[i].proved = p->t.proved;
		line[i].tied = p->tied[p->edge[i].whole];
	}
}

static bool alloc_problem(struct engine *e, struct problem *p, uint32_t n)
{
	size_t most = (size_t)n + 1;

	p->whole_row = ENGINE_NEW(e, most, uint32_t);
	p->part_row = ENGINE_NEW(e, most, uint32_t);
	p->whole = ENGINE_NEW(e, most, int64_t);
	p->part = ENGINE_NEW(e, most, int64_t);
	p->worth = ENGINE_NEW(e, most, int64_t);
	p->flow = ENGINE_NEW(e, most, int64_t);
	p->whole_age = ENGINE_NEW(e, most, int32_t);
	p->part_age = ENGINE_NEW(e, most, int32_t);
	p->whole_class = ENGINE_NEW(e, most, uint64_t);
	p->part_class = ENGINE_NEW(e, most, uint64_t);
	p->edge = ENGINE_NEW(e, most, struct transport_edge);
	p->tied = ENGINE_NEW(e, most, bool);
	return engine_ok(e);
}

static void free_problem(struct engine *e, struct problem *p)
{
	engine_free(e, p->whole_row);
	engine_free(e, p->part_row);
	engine_free(e, p->whole);
	engine_free(e, p->part);
	engine_free(e, p->worth);
	engine_free(e, p->flow);
	engine_free(e, p->whole_age);
	engine_free(e, p->part_age);
	engine_free(e, p->whole_class);
	engine_free(e, p->part_class);
	engine_free(e, p->edge);
	engine_free(e, p->tied);
}

static void solve_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	struct spreading *q = arg;
	struct match_pass_stat *stat = &e->stats[q->pass];
	uint32_t first = task * TASK_COMPONENTS, end = MIN(first + TASK_COMPONENTS, q->ncomponents);
	struct transport_work *w = transport_work_new();
	struct problem p = {0};
	uint32_t most = 0;

	(void)thread;
	for (uint32_t c = first; c < end; c++)
		most = MAX(most, q->first[c + 1] - q->first[c]);
	if (w == NULL)
		engine_fail(e, E_NO_MEMORY);
	else if (alloc_problem(e, &p, most))
		for (uint32_t c = first; c < end && engine_ok(e); c++) {
			uint32_t n = q->first[c + 1] - q->first[c];
			struct line *line = q->line + q->first[c];
			pose(q, &p, line, n);
			if (!transport_solve(w, &p.t))
				engine_fail(e, E_NO_MEMORY);
			note_answer(&p, line, n);
			__atomic_fetch_add(&stat->states, p.t.steps, __ATOMIC_RELAXED);
			__atomic_fetch_add(&stat->unproved, !p.t.proved, __ATOMIC_RELAXED);
			if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
				engine_fail(e, E_CANCELLED);
		}
	free_problem(e, &p);
	transport_work_free(&w);
}

/* ---- matches ---- */

static void add_member(struct engine *e, struct found *m, int side, uint32_t row, int64_t amount)
{
	struct member member = {row, (uint32_t)side, amount};

	m->key[side] = MIN(m->key[side], row);
	m->sum[side] += amount;
	(void)ENGINE_PUSH(e, &e->member, member);
}

void partial_book(struct engine *e, int side, uint32_t row, int64_t amount, uint8_t status)
{
	e->open_amount[side][row] -= amount;
	if (status != STATUS_CONFIRMED)
		e->reserved_amount[side][row] += amount;
	/* Undecided in part is undecided: what was suggested of it is not matched. */
	if (e->open_amount[side][row] == 0)
		stage_take(e, side, row,
			e->reserved_amount[side][row] != 0 ? STATUS_SUGGESTED : status);
}

/* Evidence of its best line: that several lines could take it does not make it wrong. */
static struct found found_of(const struct spreading *q, const struct line *line, uint32_t n)
{
	const struct engine *e = q->e;
	struct found m = {.pass = q->pass, .kind = KIND_PARTIAL, .key = {NO_ROW, NO_ROW}, .pool = n};
	int32_t w = INT32_MIN;

	for (uint32_t i = 0; i < n; i++)
		w = line[i].flow != 0 ? MAX(w, line[i].w) : w;
	double odds = num_pow2(&e->num, w + e->prior_last);
	m.marginal = num_ppm(odds / (1 + odds));
	m.confidence = stage_stated(e, m.marginal);
	m.weight = w + e->prior_last;
	m.margin = !line->proved ? RESULT_NONE : line->tied ? 0 : MATCH_MARGIN_CAP;
	m.flags = !line->proved ? RESULT_NOT_PROVEN : line->tied ? 0 : RESULT_MARGIN_CAPPED;
	return m;
}

/* The lines of one whole record. */
static void decide(struct spreading *q, const struct line *line, uint32_t n)
{
	struct engine *e = q->e;
	uint32_t first = (uint32_t)e->member.n, used = 0;
	bool negative = row_amount(e, q->ws, line->whole) < 0;

	for (uint32_t i = 0; i < n; i++)
		used += line[i].flow != 0;
	if (used == 0)
		return;
	struct found m = found_of(q, line, n);
	add_member(e, &m, q->ws, line->whole, row_amount(e, q->ws, line->whole));
	for (uint32_t i = 0; i < n; i++)
		if (line[i].flow != 0)
			add_member(e, &m, q->ps, line[i].part, negative ? -line[i].flow : line[i].flow);
	m.status = stage_status(e, q->rule, &m, line->proved && line->tied, m.weight);
	if (m.status == 0 || !engine_ok(e)) {
		e->stats[q->pass].hints++;
		e->member.n = first;
		return;
	}
	for (uint32_t i = first; i < e->member.n; i++)
		partial_book(e, (int)e->member.p[i].side, e->member.p[i].row, e->member.p[i].allocated,
			m.status);
	stage_record(e, m, first);
}

static int32_t last_day(const struct spreading *q)
{
	int32_t last = INT32_MIN;

	for (int side = 0; side < 2 && q->date != NULL; side++)
		for (uint32_t r = 0; r < q->e->n[side]; r++)
			if (vec_valid(&q->date->v[side], r))
				last = MAX(last, q->date->v[side].i32[r]);
	return last;
}

static void solve(struct spreading *q)
{
	struct engine *e = q->e;
	uint64_t states = e->rs->limit_states != 0 ? e->rs->limit_states : STATES_DEFAULT;

	find_components(q);
	if (!engine_ok(e))
		return;
	q->last_day = last_day(q);
	q->budget = MIN(MAX(states / (q->ncomponents + 1), STEPS_MIN), STATES_TARGET);
	engine_phase(e, MATCH_PHASE_ASSIGNING);
	par_for(e, (q->ncomponents + TASK_COMPONENTS - 1) / TASK_COMPONENTS, solve_task, q);
	for (uint32_t i = 0, end; i < q->n && engine_ok(e); i = end) {
		for (end = i + 1; end < q->n && q->line[end].whole == q->line[i].whole; end++)
			;
		decide(q, q->line + i, end - i);
	}
}

void partial_pass(struct engine *e, uint32_t pass)
{
	struct edges edges = {0};
	struct spreading q = {.e = e, .rule = &e->rs->passes[pass], .pass = (uint16_t)pass};

	q.ws = q.rule->partial.whole_right ? RIGHT : LEFT;
	q.ps = 1 - q.ws;
	for (uint32_t i = 0; i < e->nf && q.date == NULL; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].both)
			q.date = &e->f[i];
	intern_row_hashes(e);
	partial_split(e);
	block_pass(e, pass, &edges);
	e->prior[pass] = e->prior_last;
	q.line = ENGINE_NEW(e, edges.n + 1, struct line);
	if (engine_ok(e)) {
		keep_lines(&q, &edges);
		solve(&q);
	}
	engine_free(e, edges.p);
	engine_free(e, q.line);
	engine_free(e, q.first);
}
