/*
 * The tests of a pass, put to two records (or to one, in an "only"). Everything is exact: limits are
 * scaled to the currency's minor units and rounded down, never compared in floating point.
 */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "match/bind.h"
#include "match/engine.h"

/* ---- calendars ---- */

/* Saturdays and Sundays before the origin (a Thursday) count too: floor division. */
static int32_t weekdays_until(int32_t day)
{
	int32_t since = day + 3; /* 1969-12-29, a Monday */
	int32_t week = since >= 0 ? since / 7 : -((6 - since) / 7);
	int32_t in_week = since - week * 7 + 1;

	return week * 5 + MIN(in_week, 5);
}

int32_t test_business_day(const struct calendar *c, int32_t day)
{
	uint32_t low = 0, high = c->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (c->day[middle] <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return weekdays_until(day) - (int32_t)low;
}

const struct calendar *test_calendar(const struct engine *e, struct sv name)
{
	for (uint32_t i = 1; i < e->ncalendars; i++)
		if (sv_eq(e->calendars[i].name, name))
			return &e->calendars[i];
	return &e->calendars[0];
}

static int by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

static void add_day(struct calendar *c, int32_t day)
{
	if (date_weekday(day) < 5)
		c->day[c->n++] = day;
}

/* Easter Sunday: Meeus, "Astronomical Algorithms", the Gregorian rule of 1876. */
static int32_t easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
	int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;
	int32_t day = 0;

	return date_from_civil(year, f / 31, f % 31 + 1, &day) < 0 ? 0 : day;
}

#define TARGET_FIRST 1999
#define TARGET_LAST 2099

/* The closing days of TARGET2 since 2002 (ECB decision of 14 December 2000). */
static void target_days(struct calendar *c)
{
	static const struct {
		int month, day;
	} fixed[] = {{1, 1}, {5, 1}, {12, 25}, {12, 26}};

	for (int year = TARGET_FIRST; year <= TARGET_LAST; year++) {
		int32_t day;
		for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
			if (date_from_civil(year, fixed[i].month, fixed[i].day, &day) == 0)
				add_day(c, day);
		add_day(c, easter(year) - 2);
		add_day(c, easter(year) + 1);
	}
}

int test_prepare(struct engine *e)
{
	e->calendars = ENGINE_ZNEW(e, e->rs->nlists + 2, struct calendar);
	if (e->calendars == NULL)
		return e->error;
	e->ncalendars = 1;
	for (uint32_t i = 0; i < e->rs->nlists; i++) {
		const struct rules_list *list = &e->rs->lists[i];
		struct calendar *c = &e->calendars[e->ncalendars];
		if (!list->calendar)
			continue;
		c->name = list->name;
		c->day = ENGINE_NEW(e, list->nwords + 1, int32_t);
		if (c->day == NULL)
			return e->error;
		for (uint32_t k = 0; k < list->nwords; k++) {
			int32_t day;
			if (date_parse(list->words[k], DATE_YMD, &day) == 0)
				add_day(c, day);
		}
		qsort(c->day, c->n, sizeof(*c->day), by_day);
		e->ncalendars++;
	}
	struct calendar *target = &e->calendars[e->ncalendars++];
	target->name = SV("TARGET");
	target->day = ENGINE_NEW(e, (TARGET_LAST - TARGET_FIRST + 1) * 6, int32_t);
	if (target->day == NULL)
		return e->error;
	target_days(target);
	qsort(target->day, target->n, sizeof(*target->day), by_day);
	return 0;
}

/* ---- numbers ---- */

/* Millionths to units of 10^-exponent, rounded down. */
static int64_t scaled(int64_t micro, int exponent)
{
	__int128 v = (__int128)micro * decimal_pow10(exponent);

	v = v >= 0 ? v / RULES_MICRO : -((-v + RULES_MICRO - 1) / RULES_MICRO);
	return v > INT64_MAX / 2 ? INT64_MAX / 2 : v < -INT64_MAX / 2 ? -INT64_MAX / 2 : (int64_t)v;
}

static int64_t part_of(int64_t value, int64_t numerator, int64_t denominator)
{
	__int128 v = (__int128)value * numerator;
	__int128 half = denominator / 2;

	v = v >= 0 ? (v + half) / denominator : -((-v + half) / denominator);
	return v > INT64_MAX / 2 ? INT64_MAX / 2 : v < -INT64_MAX / 2 ? -INT64_MAX / 2 : (int64_t)v;
}

static struct test_bounds around(int64_t middle, int64_t limit)
{
	struct test_bounds b = {INT64_MIN, INT64_MAX};

	if (__builtin_sub_overflow(middle, limit, &b.low))
		b.low = INT64_MIN;
	if (__builtin_add_overflow(middle, limit, &b.high))
		b.high = INT64_MAX;
	return b;
}

static int64_t percent_of(int64_t value, int64_t micro_percent)
{
	__int128 v = (__int128)(value < 0 ? -value : value) * micro_percent;

	return (int64_t)(v / (100 * (__int128)RULES_MICRO));
}

struct test_bounds test_numeric_bounds(const struct rules_test *t, int64_t left, int exponent)
{
	int64_t expected;

	switch (t->op) {
	case RULES_OP_SAME:
		return around(left, 0);
	case RULES_OP_OPPOSITE:
		return around(-left, 0);
	case RULES_OP_WITHIN:
#ifdef MATCH_PLANT_TOLERANCE
		/* A fault for the property tests to find. */
		return around(left, scaled(t->high, exponent) + MATCH_PLANT_TOLERANCE);
#endif
		return around(left, scaled(t->high, exponent));
	case RULES_OP_PERCENT:
		return around(left, percent_of(left, t->high));
	case RULES_OP_EXPECT:
		expected = part_of(left, t->factor, RULES_MICRO) + scaled(t->offset, exponent);
		return around(expected, scaled(t->high, exponent));
	case RULES_OP_RATE:
		expected = part_of(left, t->factor, RULES_MICRO);
		return around(expected, percent_of(expected, t->high));
	case RULES_OP_ANY:
	case RULES_OP_DAYS:
	case RULES_OP_LIKE:
	case RULES_OP_PREFIX:
	case RULES_OP_CONTAINS:
	case RULES_OP_COUNT:
		break;
	}
	return (struct test_bounds){INT64_MIN, INT64_MAX};
}

int test_exponent(const struct engine *e, const struct rules_test *t, int side, uint32_t row)
{
	if (e->f[t->field].rule->type != RULES_AMOUNT)
		return e->f[t->field].rule->scale;
	return col_currency_exponent(e->currencies[row_currency(e, side, row)]);
}

/* ---- texts ---- */

static bool contains(struct sv text, struct sv part)
{
	return part.n > 0 && text.n >= part.n && memmem(text.p, text.n, part.p, part.n) != NULL;
}

/* The literal as the ruleset writes it, in lower case as folded texts are. */
static bool contains_literal(struct sv text, struct sv literal)
{
	for (size_t i = 0; i + literal.n <= text.n; i++)
		if (sv_eq_nocase(sv_from(text.p + i, literal.n), literal))
			return true;
	return false;
}

static bool same_prefix(struct sv a, struct sv b, int64_t letters)
{
	const char *p = a.p, *q = b.p;

	for (int64_t i = 0; i < letters; i++) {
		uint32_t x = utf8_next(&p, a.p + a.n), y = utf8_next(&q, b.p + b.n);
		if (x != y || x == UINT32_MAX)
			return false;
	}
	return true;
}

static int32_t similarity(struct metric *m, enum rules_metric by, struct sv a, struct sv b)
{
	metric_pattern_kept(m, a);
	switch (by) {
	case RULES_METRIC_JARO_WINKLER:
		return metric_jaro_winkler(m, b);
	case RULES_METRIC_LEVENSHTEIN:
		return metric_levenshtein_similarity(m, b);
	case RULES_METRIC_OSA:
		return metric_osa_similarity(m, b);
	case RULES_METRIC_TOKEN_SET:
		return metric_token_set(m, b);
	case RULES_METRIC_TOKEN_SORT:
		return metric_token_sort(m, b);
	case RULES_METRIC_QGRAM_COSINE:
		return metric_cosine(m, b, 3);
	case RULES_METRIC_QGRAM_JACCARD:
		return metric_jaccard(m, b, 3);
	case RULES_METRIC_COUNT:
		break;
	}
	return 0;
}

static bool is_like(struct metric *m, const struct rules_test *t, struct sv a, struct sv b)
{
	if (t->metric != RULES_METRIC_JARO_WINKLER)
		return similarity(m, t->metric, a, b) >= t->high;
	metric_pattern_kept(m, a);
	return metric_jaro_winkler_least(m, b, (int32_t)t->high);
}

/* Do two lists have a value in common? */
static bool lists_meet(struct sv a, struct sv b)
{
	while (a.p != NULL) {
		struct sv x = sv_cut(&a, BIND_LIST_MARK), rest = b;
		while (rest.p != NULL)
			if (sv_eq(sv_cut(&rest, BIND_LIST_MARK), x))
				return true;
	}
	return false;
}

static bool test_texts(
	const struct field *f, struct metric *m, const struct rules_test *t, struct sv a, struct sv b)
{
	switch (t->op) {
	case RULES_OP_SAME:
		return f->listed ? lists_meet(a, b) : sv_eq(a, b);
	case RULES_OP_LIKE:
		return t->high == 0 || is_like(m, t, a, b);
	case RULES_OP_PREFIX:
		return same_prefix(a, b, t->high);
	case RULES_OP_CONTAINS:
		if (t->text.n > 0)
			return contains_literal(a, t->text) && contains_literal(b, t->text);
		return contains(a, b) || contains(b, a);
	default:
		return true;
	}
}

/* ---- a pair ---- */

static bool test_days(const struct engine *e, const struct rules_test *t, int32_t a, int32_t b)
{
	int64_t days = (int64_t)b - a;

	if (t->business_days) {
		const struct calendar *c = test_calendar(e, t->calendar);
		days = (int64_t)test_business_day(c, b) - test_business_day(c, a);
	}
	return days >= t->low && days <= t->high;
}

bool test_rate_bounds(const struct engine *e, const struct rules_test *t, int side, uint32_t row,
	struct test_bounds *ret)
{
	const struct vec *day = &e->f[t->on].v[side], *value = &e->f[t->field].v[side];
	int64_t rate;

	if (!vec_valid(day, row) || !vec_valid(value, row) ||
		!rules_rate_on(&e->rs->lists[t->rates], day->i32[row], &rate))
		return false;
	int64_t expected = part_of(value->i64[row], rate, decimal_pow10(RULES_RATE_SCALE));
	*ret = around(expected, percent_of(expected, t->high));
	return true;
}

static bool test_rate(const struct engine *e, const struct rules_test *t, int sa, uint32_t a, int sb,
	uint32_t b)
{
	int64_t value = e->f[t->field].v[sb].i64[b];
	struct test_bounds bounds;

	if (!test_rate_bounds(e, t, sa, a, &bounds))
		return t->missing != RULES_MISSING_FAIL;
	return value >= bounds.low && value <= bounds.high;
}

static bool test_pair(const struct engine *e, struct metric *m, const struct rules_test *t, int sa,
	uint32_t a, int sb, uint32_t b)
{
	const struct field *f = &e->f[t->field];

	if (!vec_valid(&f->v[sa], a) || !vec_valid(&f->v[sb], b))
		return t->missing != RULES_MISSING_FAIL;
	if (t->op == RULES_OP_ANY)
		return true;
	if (t->op == RULES_OP_SAME && f->id[sa] != NULL && f->id[sb] != NULL && !f->listed)
		return f->id[sa][a] == f->id[sb][b];
	if (f->textual)
		return test_texts(f, m, t, vec_text(&f->v[sa], a), vec_text(&f->v[sb], b));
	if (t->op == RULES_OP_RATE && t->rates != UINT32_MAX)
		return test_rate(e, t, sa, a, sb, b);
	if (t->op == RULES_OP_DAYS)
		return test_days(e, t, f->v[sa].i32[a], f->v[sb].i32[b]);
	if (f->v[sa].i32 != NULL)
		return f->v[sa].i32[a] == f->v[sb].i32[b];
	struct test_bounds bounds =
		test_numeric_bounds(t, f->v[sa].i64[a], test_exponent(e, t, sa, a));
	int64_t value = f->v[sb].i64[b];
	return value >= bounds.low && value <= bounds.high;
}

bool test_branch(const struct engine *e, struct metric *m, const struct rules_branch *branch,
	int sa, uint32_t a, int sb, uint32_t b, uint64_t skip)
{
	for (uint32_t i = 0; i < branch->ntests; i++)
		if ((skip >> i & 1) == 0 && !test_pair(e, m, &branch->tests[i], sa, a, sb, b))
			return false;
	return true;
}

/* ---- one record ---- */

static bool test_one(const struct engine *e, const struct rules_test *t, int side, uint32_t row)
{
	const struct field *f = &e->f[t->field];

	if (!vec_valid(&f->v[side], row))
		return t->missing != RULES_MISSING_FAIL;
	if (f->textual && t->op == RULES_OP_CONTAINS && t->text.n > 0)
		return contains_literal(vec_text(&f->v[side], row), t->text);
	return true;
}

bool test_only(const struct engine *e, const struct rules_when *only, int side, uint32_t row)
{
	for (uint32_t i = 0; i < only->nbranches; i++) {
		const struct rules_branch *branch = &only->branches[i];
		uint32_t k = 0;
		while (k < branch->ntests && test_one(e, &branch->tests[k], side, row))
			k++;
		if (k == branch->ntests)
			return true;
	}
	return only->nbranches == 0;
}
