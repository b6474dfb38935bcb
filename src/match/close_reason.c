/*
 * Why a record stays open: the reason that a person would give. Reasons look further than the passes
 * did: at open records of the other side with the same reference or the same amount whatever their date.
 * All records that are open are sorted by amount and day once; which ones of the other side are nearest
 * is found by walking both sides' lists together.
 */
#include <stdlib.h>

#include "match/close.h"

#define STALE_DAYS 365
#define ROUNDING_MAX 5 /* minor units */

/* ---- the other side's open records, by amount and by reference ---- */

/* Does the item come before (key, day)? */
static inline bool is_earlier(const struct radix_item *item, uint64_t key, int32_t day)
{
	return item->key != key ? item->key < key : item->second < radix_signed32(day);
}

static int32_t item_day(const struct radix_item *item)
{
	return (int32_t)(item->second ^ UINT32_C(1) << 31);
}

/* First item that is not before (key, day). */
static size_t find_key(const struct lookup *l, uint64_t key, int32_t day)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (is_earlier(&l->v[middle], key, day))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t absolute(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

static int32_t day_of(const struct field *date, int side, uint32_t row)
{
	return date != NULL && vec_valid(&date->v[side], row) ? date->v[side].i32[row] : INT32_MIN;
}

static struct lookup index_open(
	struct engine *e, int side, const struct field *code, const struct field *date)
{
	struct lookup l = {ENGINE_NEW(e, (size_t)e->n[side] + 1, struct radix_item), 0};

	for (uint32_t r = 0; r < e->n[side] && l.v != NULL; r++) {
		if (!close_is_open(e, side, r))
			continue;
		uint64_t key = code != NULL ? code->id[side][r] :
			e->amount[side] != NULL ? (uint64_t)row_amount(e, side, r) : 0;
		if (key != 0)
			l.v[l.n++] = (struct radix_item){
				key, radix_signed32(day_of(date, side, r)), r};
	}
	if (l.v != NULL)
		radix_sort(e, l.v, l.n);
	return l;
}

/* The item of this key that is nearest in time; `after` is the first that is not before it. */
static uint32_t nearest_at(const struct lookup *l, size_t after, uint64_t key, int32_t day)
{
	bool has_after = after < l->n && l->v[after].key == key;
	bool has_before = after > 0 && l->v[after - 1].key == key;

	if (!has_after && !has_before)
		return NO_ROW;
	if (has_after && has_before)
		has_after = (int64_t)item_day(&l->v[after]) - day <=
			(int64_t)day - item_day(&l->v[after - 1]);
	return l->v[has_after ? after : after - 1].row;
}

/* Both lists are walked together: the first that is not earlier only moves on. */
static void find_nearest(struct engine *e, void *arg, uint32_t side, unsigned thread)
{
	struct reasons *q = arg;
	const struct lookup *own = &q->by_amount[side], *other = &q->by_amount[1 - side];
	uint32_t *nearest = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	size_t after = 0;

	(void)thread;
	for (size_t i = 0; i < own->n && nearest != NULL; i++) {
		int32_t day = item_day(&own->v[i]);
		while (after < other->n && is_earlier(&other->v[after], own->v[i].key, day))
			after++;
		nearest[own->v[i].row] = nearest_at(other, after, own->v[i].key, day);
	}
	q->nearest[side] = nearest;
}

/* ---- reasons ---- */

static bool transposed(uint64_t a, uint64_t b)
{
	int count[10] = {0};

	if ((a > b ? a - b : b - a) % 9 != 0 || a == b)
		return false;
	for (; a > 0; a /= 10)
		count[a % 10]++;
	for (; b > 0; b /= 10)
		count[b % 10]--;
	for (int d = 0; d < 10; d++)
		if (count[d] != 0)
			return false;
	return true;
}

/* Why two records that belong together by their reference did not match. */
static uint8_t amounts_differ(const struct engine *e, int side, uint32_t row, uint32_t other)
{
	int64_t a = row_amount(e, side, row), b = row_amount(e, 1 - side, other);
	uint64_t x = absolute(a), y = absolute(b), gap = x > y ? x - y : y - x;

	if (row_currency(e, side, row) != row_currency(e, 1 - side, other))
		return BREAK_CURRENCY_DIFFERS;
	if (a == b)
		return BREAK_DATE_OUTSIDE;
	if (a == -b)
		return BREAK_SIGN_REVERSED;
	if (transposed(x, y))
		return BREAK_DIGITS_TRANSPOSED;
	if (gap <= ROUNDING_MAX)
		return BREAK_ROUNDING;
	return gap <= x / 20 ? BREAK_FEE_TAX : BREAK_AMOUNT_DIFFERS;
}

#define FILTER_MOST (1u << 20)

static inline bool has_amount(const struct amounts *a, uint64_t key)
{
	return a->some[mix64(key) & (a->size - 1)];
}

static struct amounts amounts_of(struct engine *e, const struct lookup *l)
{
	struct amounts a = {.size = 64};

	while (a.size < FILTER_MOST && a.size < 16 * l->n)
		a.size *= 2;
	a.some = ENGINE_ZNEW(e, a.size, bool);
	for (size_t i = 0; i < l->n && a.some != NULL; i++)
		a.some[mix64(l->v[i].key) & (a.size - 1)] = true;
	return a;
}

/* The open record of the other side with this amount that is nearest in time, or else with the
 * opposite one. */
static uint32_t nearest_amount(const struct reasons *q, int side, uint32_t row)
{
	const struct lookup *other = &q->by_amount[1 - side];
	uint32_t same = q->nearest[side][row];
	uint64_t key = -(uint64_t)row_amount(q->c->e, side, row);
	int32_t day = day_of(q->date, side, row);

	if (same != NO_ROW || !has_amount(&q->some[1 - side], key))
		return same;
	return nearest_at(other, find_key(other, key, day), key, day);
}

/* Later than its own side is looked at, or so early that the other side begins after it was due. */
static bool outside_period(const struct reasons *q, int side, int32_t day)
{
	const struct engine *e = q->c->e;
	int32_t as_of = e->rs->side[side].as_of, first = q->first_day[1 - side];

	const struct rules_transit *t = &e->rs->transit[side];

	if (as_of != INT32_MIN && day > as_of)
		return true;
	if (t->how == RULES_TRANSIT_BUSINESS && first != INT32_MAX) {
		const struct calendar *c = test_calendar(e, t->calendar);
		return test_business_day(c, first) - test_business_day(c, day) > (int32_t)t->days;
	}
	return first != INT32_MAX && q->c->lag_known[side] &&
		(int64_t)day + q->c->receipt->transit_days[side] < first;
}

/* Not due yet: the other side has not come to the day on which it would show. */
static bool in_transit(const struct reasons *q, int side, int32_t day, int32_t as_of)
{
	const struct engine *e = q->c->e;
	const struct rules_transit *t = &e->rs->transit[side];

	if (t->how != RULES_TRANSIT_BUSINESS)
		return (int64_t)day + q->c->receipt->transit_days[side] > as_of;
	const struct calendar *c = test_calendar(e, t->calendar);
	return test_business_day(c, as_of) - test_business_day(c, day) < (int32_t)t->days;
}

static uint8_t by_time(const struct reasons *q, int side, uint32_t row)
{
	const struct match_receipt *r = q->c->receipt;
	int32_t day = day_of(q->date, side, row), as_of = r->as_of[1 - side];

	if (day == INT32_MIN || as_of == INT32_MIN)
		return BREAK_MISSING;
	if (outside_period(q, side, day))
		return BREAK_NOT_IN_PERIOD;
	if (in_transit(q, side, day, as_of))
		return BREAK_IN_TRANSIT;
	if ((int64_t)as_of - day > STALE_DAYS)
		return BREAK_STALE;
	return q->c->e->rs->transit[side].how == RULES_TRANSIT_LEARNED ? BREAK_MISSING :
		BREAK_OVERDUE;
}

static bool is_duplicate(const struct engine *e, int side, uint32_t row)
{
	if (e->rep[side] == NULL)
		return false;
	uint32_t rep = e->rep[side][row];
	return rep != row && (e->state[side][rep] == ROW_CONFIRMED || e->state[side][rep] == ROW_OPEN);
}

#define PAID_AGAIN_DAYS 45

static bool same_value(const struct field *f, int side, uint32_t a, uint32_t b)
{
	return f != NULL && f->id[side] != NULL && f->id[side][a] != 0 &&
		f->id[side][a] == f->id[side][b];
}

/* A record of the same side with the same amount and reference, or, where there are no references, of
 * the same party, has found its counterpart already. */
static bool is_paid_again(const struct reasons *q, int side, uint32_t row)
{
	const struct engine *e = q->c->e;
	const struct lookup *l = &q->settled[side];
	int32_t day = day_of(q->date, side, row);
	const struct field *by = q->code != NULL ? q->code : q->party;
	uint64_t key = e->amount[side] == NULL ? 0 : (uint64_t)row_amount(e, side, row);

	if (key == 0 || by == NULL || day == INT32_MIN)
		return false;
	for (size_t i = find_key(l, key, day - PAID_AGAIN_DAYS);
		i < l->n && l->v[i].key == key && item_day(&l->v[i]) <= day + PAID_AGAIN_DAYS; i++)
		if (same_value(by, side, row, l->v[i].row) &&
			row_currency(e, side, row) == row_currency(e, side, l->v[i].row))
			return true;
	return false;
}

/* References that differ by a slip or two. */
static bool mistyped(const struct reasons *q, int side, uint32_t row, uint32_t other)
{
	const struct field *f = q->code;
	struct metric *m = q->metric;

	if (f == NULL || f->id[side][row] == 0 || f->id[1 - side][other] == 0)
		return false;
	struct sv a = vec_text(&f->v[side], row), b = vec_text(&f->v[1 - side], other);
	if (MIN(a.n, b.n) < 4)
		return false;
	metric_pattern(m, a);
	return metric_osa(m, b) <= 2;
}

uint8_t reasons_of(const struct reasons *q, int side, uint32_t row)
{
	const struct engine *e = q->c->e;

	if (e->open_amount[side] != NULL && e->open_amount[side][row] != e->amount[side][row])
		return BREAK_PARTIAL;
	if (e->advised[side] != NULL && e->advised[side][row] != 0)
		return BREAK_ADVICE_DIFFERS;
	if (is_duplicate(e, side, row))
		return BREAK_DUPLICATE;
	if (is_paid_again(q, side, row))
		return BREAK_DUPLICATE_PAYMENT;
	if (q->code != NULL && q->code->id[side][row] != 0 && e->amount[0] != NULL) {
		const struct lookup *l = &q->by_code[1 - side];
		size_t i = find_key(l, q->code->id[side][row], INT32_MIN);
		if (i < l->n && l->v[i].key == q->code->id[side][row])
			return amounts_differ(e, side, row, l->v[i].row);
	}
	if (e->amount[0] == NULL || row_amount(e, side, row) == 0)
		return by_time(q, side, row);
	uint32_t other = nearest_amount(q, side, row);
	if (other == NO_ROW)
		return by_time(q, side, row);
	if (row_currency(e, side, row) != row_currency(e, 1 - side, other))
		return BREAK_CURRENCY_DIFFERS;
	if (row_amount(e, side, row) != row_amount(e, 1 - side, other))
		return BREAK_SIGN_REVERSED;
	return mistyped(q, side, row, other) ? BREAK_REFERENCE_MISTYPED : BREAK_DATE_OUTSIDE;
}

static const struct field *code_field(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_CODE && e->f[i].both && !e->f[i].listed)
			return &e->f[i];
	return NULL;
}

static const struct field *party_field(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_TEXT && e->f[i].both && !e->f[i].long_text)
			return &e->f[i];
	return NULL;
}

/* Records with a partner on the other side, by their whole amount, when one that is open on their own
 * side may have the same. */
static struct lookup index_settled(
	struct engine *e, int side, const struct amounts *some, const struct field *date)
{
	struct lookup l = {ENGINE_NEW(e, (size_t)e->n[side] + 1, struct radix_item), 0};

	for (size_t i = 0; i < e->found.n && l.v != NULL; i++) {
		const struct found *m = &e->found.p[i];
		if (m->status != STATUS_CONFIRMED || m->kind != KIND_1_1 ||
			!has_amount(some, (uint64_t)m->sum[side]))
			continue;
		uint32_t row = m->key[side];
		l.v[l.n++] = (struct radix_item){
			(uint64_t)m->sum[side], radix_signed32(day_of(date, side, row)), row};
	}
	if (l.v != NULL)
		radix_sort(e, l.v, l.n);
	return l;
}

static int32_t first_day(const struct engine *e, const struct field *date, int side)
{
	int32_t first = INT32_MAX;

	for (uint32_t r = 0; date != NULL && r < e->n[side]; r++)
		if (vec_valid(&date->v[side], r))
			first = MIN(first, date->v[side].i32[r]);
	return first;
}

static void index_side(struct engine *e, void *arg, uint32_t side, unsigned thread)
{
	struct reasons *q = arg;

	(void)thread;
	q->by_amount[side] = index_open(e, (int)side, NULL, q->date);
	q->first_day[side] = first_day(e, q->date, (int)side);
	q->some[side] = amounts_of(e, &q->by_amount[side]);
	if ((q->code != NULL || q->party != NULL) && engine_ok(e))
		q->settled[side] = index_settled(e, (int)side, &q->some[side], q->date);
	if (q->code != NULL)
		q->by_code[side] = index_open(e, (int)side, q->code, q->date);
}

void reasons_prepare(struct closing *c, const struct field *date, struct reasons *ret)
{
	struct engine *e = c->e;

	*ret = (struct reasons){.c = c, .date = date, .code = code_field(e), .party = party_field(e)};
	par_for(e, 2, index_side, ret);
	if (engine_ok(e))
		par_for(e, 2, find_nearest, ret);
}

void reasons_free(struct reasons *q)
{
	struct engine *e = q->c->e;

	for (int side = 0; side < 2; side++) {
		engine_free(e, q->by_amount[side].v);
		engine_free(e, q->by_code[side].v);
		engine_free(e, q->settled[side].v);
		engine_free(e, q->nearest[side]);
		engine_free(e, q->some[side].some);
	}
}
