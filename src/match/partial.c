/*
 * Partial matches: a record of one side is taken whole and spread over records of the other, which
 * may stay open in part. An exact closing comes first, then whole records oldest (or largest) first;
 * at most the last one is cut.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "match/stage.h"

struct part {
	uint64_t hash;
	int64_t amount;
	int32_t day;
	uint32_t row;
	int32_t w;
};

struct spreading {
	struct engine *e;
	const struct rules_pass *rule;
	uint16_t pass;
	int ws, ps;  /* sides of the whole record and of the parts */
	const struct field *date;
	uint32_t *first; /* edges of each whole record */
	struct edge *edge;
	struct part *part;
	uint32_t room;
};

static int by_age(const void *a, const void *b, void *largest)
{
	const struct part *x = a, *y = b;

	if (largest != NULL) {
		int64_t p = x->amount < 0 ? -x->amount : x->amount;
		int64_t q = y->amount < 0 ? -y->amount : y->amount;
		if (p != q)
			return p > q ? -1 : 1;
	}
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

static void group_edges(struct spreading *q, const struct edges *edges)
{
	struct engine *e = q->e;

	q->first = ENGINE_ZNEW(e, (size_t)e->n[q->ws] + 2, uint32_t);
	q->edge = ENGINE_NEW(e, edges->n + 1, struct edge);
	if (!engine_ok(e))
		return;
	for (size_t i = 0; i < edges->n; i++)
		q->first[(q->ws == LEFT ? edges->p[i].l : edges->p[i].r) + 2]++;
	for (uint32_t r = 0; r < e->n[q->ws]; r++)
		q->first[r + 2] += q->first[r + 1];
	for (size_t i = 0; i < edges->n; i++) {
		uint32_t whole = q->ws == LEFT ? edges->p[i].l : edges->p[i].r;
		q->edge[q->first[whole + 1]++] = edges->p[i];
	}
}

/* Open records of the same sign that the whole one may be spread over. */
static uint32_t gather_parts(struct spreading *q, uint32_t whole)
{
	const struct engine *e = q->e;
	bool negative = row_amount(e, q->ws, whole) < 0;
	uint32_t n = 0;

	for (uint32_t i = q->first[whole]; i < q->first[whole + 1]; i++) {
		uint32_t rep = q->ws == LEFT ? q->edge[i].r : q->edge[i].l;
		uint32_t row = e->head[q->ps] == NULL ? rep : e->head[q->ps][rep];
		for (; row != NO_ROW && n < q->room;
			row = e->chain[q->ps] == NULL ? NO_ROW : e->chain[q->ps][row]) {
			int64_t amount = row_amount(e, q->ps, row);
			if (e->state[q->ps][row] != ROW_OPEN || amount == 0 ||
				row_foreign(e, q->ps, row) ||
				(amount < 0) != negative)
				continue;
			bool dated = q->date != NULL && vec_valid(&q->date->v[q->ps], row);
			q->part[n++] = (struct part){.hash = e->row_hash[q->ps][row],
				.amount = amount, .row = row, .w = q->edge[i].w,
				.day = dated ? q->date->v[q->ps].i32[row] : INT32_MIN};
		}
	}
	qsort_r(q->part, n, sizeof(*q->part), by_age,
		q->rule->partial.largest_first ? q->part : NULL);
	return n;
}

static int64_t magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

/* One record that closes it exactly goes to the front. */
static void exact_first(struct part *part, uint32_t n, int64_t amount)
{
	for (uint32_t i = 0; i < n; i++) {
		if (part[i].amount != amount)
			continue;
		struct part exact = part[i];
		memmove(part + 1, part, i * sizeof(*part));
		part[0] = exact;
		return;
	}
}

static int64_t smallest_part(const struct spreading *q, uint32_t whole)
{
	const struct engine *e = q->e;
	int exponent = col_currency_exponent(e->currencies[row_currency(e, q->ws, whole)]);

	return (int64_t)((__int128)q->rule->partial.smallest * decimal_pow10(exponent) / RULES_MICRO);
}

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

static void spread(struct spreading *q, uint32_t whole)
{
	struct engine *e = q->e;
	int64_t amount = row_amount(e, q->ws, whole), rest = amount, smallest = smallest_part(q, whole);
	uint32_t n = gather_parts(q, whole), first = (uint32_t)e->member.n;
	struct found m = {.pass = q->pass, .kind = KIND_PARTIAL, .key = {NO_ROW, NO_ROW},
		.margin = MATCH_MARGIN_CAP, .flags = RESULT_MARGIN_CAPPED, .pool = n};
	int32_t w = INT32_MIN;

	exact_first(q->part, n, amount);
	add_member(e, &m, q->ws, whole, amount);
	for (uint32_t i = 0; i < n && rest != 0; i++) {
		int64_t size = MIN(magnitude(rest), magnitude(q->part[i].amount));
		if (size < smallest)
			continue;
		add_member(e, &m, q->ps, q->part[i].row, rest < 0 ? -size : size);
		rest -= rest < 0 ? -size : size;
		w = MAX(w, q->part[i].w);
	}
	/* Evidence of its best line; that several lines could take it does not make it wrong. */
	double odds = num_pow2(&e->num, w == INT32_MIN ? w : w + q->e->prior_last);
	m.confidence = num_ppm(odds / (1 + odds));
	m.marginal = m.confidence;
	m.confidence = stage_stated(e, m.marginal);
	m.status = rest != 0 ? 0 : stage_status(e, q->rule, &m, false, 0);
	e->prior[q->pass] = e->prior_last;
	if (m.status == 0 || !engine_ok(e)) {
		e->member.n = first;
		return;
	}
	for (uint32_t i = first; i < e->member.n; i++)
		partial_book(e, (int)e->member.p[i].side, e->member.p[i].row, e->member.p[i].allocated,
			m.status);
	stage_record(e, m, first);
}

struct whole {
	uint64_t hash;
	int32_t day;
	uint32_t row;
};

static int by_day(const void *a, const void *b)
{
	const struct whole *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Whole records in the order of their days. */
static void spread_all(struct spreading *q)
{
	struct engine *e = q->e;
	struct whole *whole = ENGINE_NEW(e, (size_t)e->n[q->ws] + 1, struct whole);
	uint32_t n = 0;

	assert(q->first != NULL); /* or group_edges() had failed */
	for (uint32_t r = 0; r < e->n[q->ws] && engine_ok(e); r++) {
		if (q->first[r + 1] == q->first[r])
			continue;
		bool dated = q->date != NULL && vec_valid(&q->date->v[q->ws], r);
		whole[n++] = (struct whole){e->row_hash[q->ws][r],
			dated ? q->date->v[q->ws].i32[r] : INT32_MIN, r};
	}
	if (n > 1)
		qsort(whole, n, sizeof(*whole), by_day);
	for (uint32_t i = 0; i < n && engine_ok(e); i++)
		if (e->state[q->ws][whole[i].row] == ROW_OPEN &&
			!row_foreign(e, q->ws, whole[i].row) &&
			row_amount(e, q->ws, whole[i].row) != 0)
			spread(q, whole[i].row);
	engine_free(e, whole);
}

#define PARTS_MAX 100000u

void partial_pass(struct engine *e, uint32_t pass)
{
	struct edges edges = {0};
	struct spreading q = {.e = e, .rule = &e->rs->passes[pass], .pass = (uint16_t)pass,
		.room = PARTS_MAX};

	q.ws = q.rule->partial.whole_right ? RIGHT : LEFT;
	q.ps = 1 - q.ws;
	for (uint32_t i = 0; i < e->nf && q.date == NULL; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].both)
			q.date = &e->f[i];
	intern_row_hashes(e);
	partial_split(e);
	block_pass(e, pass, &edges);
	q.part = ENGINE_NEW(e, PARTS_MAX, struct part);
	if (engine_ok(e))
		group_edges(&q, &edges);
	if (engine_ok(e))
		spread_all(&q);
	engine_free(e, edges.p);
	engine_free(e, q.first);
	engine_free(e, q.edge);
	engine_free(e, q.part);
}
