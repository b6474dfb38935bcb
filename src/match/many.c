/*
 * Several against several: all open records of a key on one side against all of the same key on the
 * other, settled where their totals agree. Keys are whole, so there is nothing to search for and
 * nothing that competes; how likely totals of this size agree by chance is the evidence.
 */
#include <stdlib.h>

#include "base/decimal.h"
#include "match/stage.h"

struct keyed {
	uint64_t hash; /* of the ids of the key's fields and the currency */
	uint32_t row;
	uint8_t side;
};

struct many {
	struct engine *e;
	const struct rules_pass *rule;
	uint16_t pass;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* False when a part of the key is missing. */
static bool key_of(const struct many *q, int side, uint32_t row, uint64_t *ret)
{
	const struct engine *e = q->e;
	uint64_t h = row_currency(e, side, row);

	for (uint32_t i = 0; i < q->rule->group.nby; i++) {
		uint32_t id = e->f[q->rule->group.by[i]].id[side][row];
		if (id == 0)
			return false;
		h = mix64(h ^ id) + i;
	}
	*ret = h;
	return true;
}

static bool same_key(const struct many *q, const struct keyed *a, const struct keyed *b)
{
	const struct engine *e = q->e;

	for (uint32_t i = 0; i < q->rule->group.nby; i++) {
		const struct field *f = &e->f[q->rule->group.by[i]];
		if (f->id[a->side][a->row] != f->id[b->side][b->row])
			return false;
	}
	return row_currency(e, a->side, a->row) == row_currency(e, b->side, b->row);
}

static int64_t tolerance_of(const struct many *q, const struct keyed *k)
{
	const struct engine *e = q->e;
	int exponent = col_currency_exponent(e->currencies[row_currency(e, k->side, k->row)]);
	__int128 v = (__int128)q->rule->group.within * decimal_pow10(exponent) / RULES_MICRO;

	return v > DECIMAL_MONEY_MAX ? DECIMAL_MONEY_MAX : (int64_t)v;
}

/* All rows of one key, left ones first. */
static void settle(struct many *q, const struct keyed *v, size_t n)
{
	struct engine *e = q->e;
	struct found m = {
		.pass = q->pass, .kind = KIND_N_M, .key = {NO_ROW, NO_ROW}, .pool = (uint32_t)n};
	__int128 sum[2] = {0, 0};
	int64_t tolerance = tolerance_of(q, v);

	for (size_t i = 0; i < n; i++) {
		sum[v[i].side] += row_amount(e, v[i].side, v[i].row);
		m.key[v[i].side] = MIN(m.key[v[i].side], v[i].row);
	}
	__int128 gap = sum[0] > sum[1] ? sum[0] - sum[1] : sum[1] - sum[0];
	if (m.key[LEFT] == NO_ROW || m.key[RIGHT] == NO_ROW || gap > tolerance ||
		n < q->rule->group.lines_min || n > q->rule->group.lines_max ||
		sum[0] > DECIMAL_MONEY_MAX || sum[0] < -(__int128)DECIMAL_MONEY_MAX)
		return;
	m.sum[LEFT] = (int64_t)sum[LEFT];
	m.sum[RIGHT] = (int64_t)sum[RIGHT];
	m.chance = group_plain_chance(e, m.sum[LEFT], tolerance);
	m.weight = -m.chance;
	m.margin = (uint32_t)MIN(MAX(m.weight, 0), (int32_t)MATCH_MARGIN_CAP);
	m.flags = m.margin == MATCH_MARGIN_CAP ? RESULT_MARGIN_CAPPED : 0;
	double odds = num_pow2(&e->num, m.weight);
	m.confidence = num_ppm(odds / (1 + odds));
	m.status = stage_status(e, q->rule, &m, false, m.weight);
	if (m.status == 0) {
		e->stats[q->pass].hints++;
		return;
	}
	uint32_t first = (uint32_t)e->member.n;
	for (size_t i = 0; i < n && engine_ok(e); i++) {
		struct member member = {v[i].row, v[i].side, row_amount(e, v[i].side, v[i].row)};
		if (ENGINE_PUSH(e, &e->member, member))
			stage_take(e, v[i].side, v[i].row, m.status);
	}
	stage_record(e, m, first);
}

void many_pass(struct engine *e, uint32_t pass)
{
	struct many q = {.e = e, .rule = &e->rs->passes[pass], .pass = (uint16_t)pass};
	struct keyed *v = ENGINE_NEW(e, (size_t)e->n[0] + e->n[1] + 1, struct keyed);
	size_t n = 0;

	engine_phase(e, MATCH_PHASE_GROUPS);
	for (int side = 0; side < 2 && engine_ok(e); side++)
		for (uint32_t r = 0; r < e->n[side]; r++) {
			uint64_t hash;
			if (e->state[side][r] == ROW_OPEN && row_whole(e, side, r) &&
				key_of(&q, side, r, &hash) &&
				test_only(e, &q.rule->only[side], side, r))
				v[n++] = (struct keyed){hash, r, (uint8_t)side};
		}
	if (n > 1 && engine_ok(e))
		qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0, end; i < n && engine_ok(e); i = end) {
		bool pure = true;
		for (end = i + 1; end < n && v[end].hash == v[i].hash; end++)
			pure &= same_key(&q, &v[i], &v[end]);
		/* Two keys of one hash of 64 bits are left alone, not mixed. */
		if (pure)
			settle(&q, v + i, end - i);
		if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
			engine_fail(e, E_CANCELLED);
	}
	engine_free(e, v);
}
