/*
 * Views over a result of some thousand rows against the obvious computation: orders beside a sort by
 * comparing, facets beside counting one value at a time, with values that need packed keys, keys field
 * by field, several currencies and dates outside of the months that are told.
 */
#include "grid/grid.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/date.h"
#include "col/col_build.h"

#define ROWS 3000u
#define PATTERNS 130u

static const char *const levels[] = {"equal", "else"};
static const int32_t currencies[] = {
	0, COL_PACK('E', 'U', 'R'), COL_PACK('U', 'S', 'D'), COL_PACK('J', 'P', 'Y')};

struct fixture {
	struct col_table tables[2];
	struct result r;
	struct grid *g;
	struct grid_states states;
};

static uint64_t seed = 378;

static uint32_t next(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

/* Few different ones, and some that are huge. */
static int64_t amount(void)
{
	return next(20) == 0 ? (int64_t)next(1000000) * 100000000000 : next(500);
}

static int32_t day_of(uint32_t i)
{
	switch (i % 50) {
	case 0:
		return 0; /* none */
	case 1:
		return -400000; /* long ago */
	default:
		return 20000 + (int32_t)next(300);
	}
}

static void make_table(struct col_table *t)
{
	struct col_build b;

	assert_int_equal(col_build_init(&b, 2, NULL), 0);
	col_build_define(&b, 0, "date", COL_DATE, COL_FIELD);
	col_build_define(&b, 1, "currency", COL_CURRENCY, COL_FIELD);
	for (uint32_t i = 0; i < ROWS; i++) {
		int32_t day = day_of(i);

		if (day == 0)
			col_build_missing(&b, 0);
		else
			col_build_i32(&b, 0, day);
		col_build_i32(&b, 1, currencies[1 + next(3)]);
	}
	assert_int_equal(col_build_finish(&b, t, NULL), 0);
}

static void make_match(struct result *r, uint32_t i)
{
	struct result_matches *m = &r->matches;

	m->kind[i] = KIND_1_1;
	m->status[i] = STATUS_SUGGESTED;
	m->pass[i] = (uint16_t)next(2);
	m->confidence[i] = next(1000001);
	m->margin[i] = next(3) == 0 ? RESULT_NONE : next(1300);
	m->pattern[i] = next(4) == 0 ? RESULT_NONE : next(PATTERNS);
	m->rival[i] = RESULT_NONE;
	m->currency[i] = currencies[next(4)];
	m->left[i] = amount();
	m->right[i] = -amount();
	m->member[i + 1] = 2 * i + 2;
	for (uint32_t k = 0; k < 2; k++) {
		r->members.input[2 * i + k] = (uint16_t)k;
		r->members.row[2 * i + k] = i;
	}
}

static void make_result(struct result *r)
{
	r->ninputs = 2;
	r->inputs = result_alloc(r, 2 * sizeof(*r->inputs));
	r->inputs[0] = (struct result_input){RESULT_LEFT, 1, ROWS, {0}};
	r->inputs[1] = (struct result_input){RESULT_RIGHT, 2, ROWS, {0}};
	r->npasses = 2;
	r->passes = result_alloc(r, 2 * sizeof(*r->passes));
	r->passes[0] = (struct result_pass){"reference", 1, 0};
	r->passes[1] = (struct result_pass){"learned", 2, 0};
	r->ncomparisons = 2;
	r->comparisons = result_alloc(r, 2 * sizeof(*r->comparisons));
	r->comparisons[0] = (struct result_comparison){"ref", 0, 2};
	r->comparisons[1] = (struct result_comparison){"memo", 0, 2};
	r->nlevels = 2;
	r->levels = result_alloc(r, 2 * sizeof(*r->levels));
	for (uint32_t i = 0; i < 2; i++)
		r->levels[i] = (struct result_level){levels[i], 0};
	assert_int_equal(result_set_patterns(r, PATTERNS, NULL), 0);
	for (uint32_t i = 0; i < 2 * PATTERNS; i++)
		r->pattern_level[i] = i == 1 ? RESULT_LEVEL_MISSING : i % 2;
	assert_int_equal(result_set_matches(r, ROWS, NULL), 0);
	assert_int_equal(result_set_members(r, 2 * ROWS, NULL), 0);
	assert_int_equal(result_set_open(r, 2 * ROWS, NULL), 0);
	assert_int_equal(result_set_candidates(r, 2, NULL), 0);
	for (uint32_t i = 0; i < ROWS; i++)
		make_match(r, i);
	for (uint32_t i = 0; i < 2 * ROWS; i++) {
		r->open.input[i] = i >= ROWS;
		r->open.row[i] = i % ROWS;
		r->open.break_type[i] = (uint8_t)next(17);
		r->open.remaining[i] = next(2) == 0 ? amount() : -amount();
		r->open.nearest[i] = RESULT_NONE;
		r->open.match[i] = i % ROWS + 1;
	}
}

/* Matches 4 and 5 of records 3 and 4 want each other's: deciding one frees a pair of the other. */
static void make_rivals(struct result *r)
{
	for (uint32_t i = 0; i < 2; i++) {
		r->candidates.input[i] = 0;
		r->candidates.row[i] = 3 + i;
		r->candidates.other_input[i] = 1;
		r->candidates.other_row[i] = 4 - i;
	}
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	make_table(&f->tables[0]);
	make_table(&f->tables[1]);
	make_result(&f->r);
	make_rivals(&f->r);
	const struct col_table *const tables[] = {&f->tables[0], &f->tables[1]};
	assert_int_equal(grid_new(&f->r, tables, &f->g, NULL), 0);
	assert_int_equal(grid_states_make(f->g, NULL, 0, &f->states, NULL), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	grid_states_free(&f->states);
	grid_free(&f->g);
	result_free(&f->r);
	col_table_free(&f->tables[0]);
	col_table_free(&f->tables[1]);
	free(f);
	return 0;
}

/* ---- values, as a person would look them up ---- */

static int32_t record_day(const struct fixture *f, uint32_t input, uint32_t row)
{
	const struct col *c = &f->tables[input].cols[0];

	return col_valid(c, row) ? c->i32[row] : GRID_NO_DAY;
}

static __int128 match_key(const struct fixture *f, uint32_t id, enum grid_field field)
{
	const struct result_matches *m = &f->r.matches;
	const int64_t larger = MAX(m->left[id], -m->right[id]);
	const uint32_t p = m->confidence[id];
	const int rivals = id == 3 || id == 4 ? 2 : 0;

	switch (field) {
	case GRID_AMOUNT:
		return larger;
	case GRID_DATE:
		return MIN(record_day(f, 0, id), record_day(f, 1, id));
	case GRID_CONFIDENCE:
		return p;
	case GRID_MARGIN:
		return m->margin[id] == RESULT_NONE ? 0 : m->margin[id];
	case GRID_PASS:
		return m->pass[id];
	case GRID_PATTERN:
		return m->pattern[id];
	case GRID_REVIEW: {
		__int128 v = (__int128)larger * (MIN(p, 1000000 - p) + 1) * (1 + rivals);
		return v > UINT64_MAX ? UINT64_MAX : v;
	}
	default:
		return id;
	}
}

static __int128 item_key(const struct fixture *f, uint32_t id, enum grid_field field)
{
	const struct result_open *o = &f->r.open;

	switch (field) {
	case GRID_AMOUNT:
		return o->remaining[id] < 0 ? -o->remaining[id] : o->remaining[id];
	case GRID_DATE:
		return record_day(f, o->input[id], o->row[id]);
	case GRID_BREAK_TYPE:
		return o->break_type[id];
	case GRID_CONFIDENCE:
		return 0;
	case GRID_PATTERN:
	case GRID_REVIEW:
		return match_key(f, o->match[id] - 1, field);
	default:
		return id;
	}
}

static void check_order(const struct fixture *f, const struct grid_spec *spec, const char *label)
{
	uint32_t *ids CLEANUP(free_ptr) = NULL;
	uint32_t n = 0;

	assert_int_equal(grid_select(f->g, &f->states, spec, &ids, &n, NULL), 0);
	assert_int_equal(n, spec->kind == GRID_MATCHES ? ROWS : 2 * ROWS);
	for (uint32_t i = 1; i < n; i++) {
		__int128 before = 0, after = 0;

		for (uint32_t k = 0; k < spec->nsorts && before == after; k++) {
			bool down = spec->sorts[k].descending;

			before = spec->kind == GRID_MATCHES ?
					       match_key(f, ids[i - 1], spec->sorts[k].field) :
					       item_key(f, ids[i - 1], spec->sorts[k].field);
			after = spec->kind == GRID_MATCHES ?
					      match_key(f, ids[i], spec->sorts[k].field) :
					      item_key(f, ids[i], spec->sorts[k].field);
			if (down) {
				before = -before;
				after = -after;
			}
		}
		if (before > after || (before == after && ids[i - 1] >= ids[i]))
			fail_msg("%s: row %u is before row %u", label, ids[i - 1], ids[i]);
	}
}

static void test_orders(void **state)
{
	static const struct {
		const char *label;
		struct grid_spec spec;
	} cases[] = {
		{"amount", {.sorts = {{GRID_AMOUNT, false}}, .nsorts = 1}},
		{"amount down", {.sorts = {{GRID_AMOUNT, true}}, .nsorts = 1}},
		{"date down, amount",
			{.sorts = {{GRID_DATE, true}, {GRID_AMOUNT, false}}, .nsorts = 2}},
		{"pass, confidence down, no down",
			{.sorts = {{GRID_PASS, false}, {GRID_CONFIDENCE, true}, {GRID_NO, true}},
				.nsorts = 3}},
		{"field by field: review down, amount, date",
			{.sorts = {{GRID_REVIEW, true}, {GRID_AMOUNT, false}, {GRID_DATE, true}},
				.nsorts = 3}},
		{"pattern, margin", {.sorts = {{GRID_PATTERN, false}, {GRID_MARGIN, true}}, .nsorts = 2}},
		{"items: amount down",
			{.kind = GRID_OPEN_ITEMS,
				.side = GRID_ANY_SIDE,
				.sorts = {{GRID_AMOUNT, true}},
				.nsorts = 1}},
		{"items: date, break type down",
			{.kind = GRID_OPEN_ITEMS,
				.side = GRID_ANY_SIDE,
				.sorts = {{GRID_DATE, false}, {GRID_BREAK_TYPE, true}},
				.nsorts = 2}},
		{"items: confidence is the nearest's, review the match's",
			{.kind = GRID_OPEN_ITEMS,
				.side = GRID_ANY_SIDE,
				.sorts = {{GRID_CONFIDENCE, false}, {GRID_REVIEW, true},
					{GRID_PATTERN, false}},
				.nsorts = 3}},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_order(*state, &cases[i].spec, cases[i].label);
}

static void test_review_counts_rivals(void **state)
{
	struct fixture *f = *state;
	const struct grid_spec spec = {.sorts = {{GRID_REVIEW, true}}, .nsorts = 1};
	const struct decision_step reject = {.kind = DECISION_REJECT, .match_no = 4};
	struct grid_states states CLEANUP(grid_states_free) = GRID_STATES_INIT;
	uint32_t *ids CLEANUP(free_ptr) = NULL;
	uint32_t n = 0;

	/* What is decided comes last, whatever it is worth. */
	assert_int_equal(grid_states_make(f->g, &reject, 1, &states, NULL), 0);
	assert_int_equal(grid_select(f->g, &states, &spec, &ids, &n, NULL), 0);
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == 3)
			assert_int_equal(match_key(f, ids[n - 1], GRID_AMOUNT) == 0 || i == n - 1, 1);
}

static void test_patterns(void **state)
{
	const struct fixture *f = *state;
	const struct grid_spec spec = {.patterns = {7, 9, 4000000}, .npatterns = 3};
	const struct grid_spec items = {.kind = GRID_OPEN_ITEMS,
		.side = RESULT_LEFT,
		.patterns = {7},
		.npatterns = 1};
	uint32_t *ids CLEANUP(free_ptr) = NULL, *more CLEANUP(free_ptr) = NULL;
	uint32_t n = 0, want = 0, seven = 0;

	assert_int_equal(grid_select(f->g, &f->states, &spec, &ids, &n, NULL), 0);
	for (uint32_t i = 0; i < ROWS; i++) {
		want += f->r.matches.pattern[i] == 7 || f->r.matches.pattern[i] == 9;
		seven += f->r.matches.pattern[i] == 7;
	}
	assert_true(want > 0);
	assert_int_equal(n, want);
	assert_int_equal(grid_select(f->g, &f->states, &items, &more, &n, NULL), 0);
	assert_int_equal(n, seven);
}

/* ---- facets ---- */

static void month_of(int32_t day, char *ret)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	date_format(day, &text);
	snprintf(ret, 8, "%.7s", buf_cstr(&text));
}

/* The word of a field's range that a match is in; empty: none is shown. */
static void range_of(const struct fixture *f, uint32_t id, enum grid_field field, char ret[24])
{
	const struct result_matches *m = &f->r.matches;
	int64_t v = (int64_t)match_key(f, id, field);

	ret[0] = '\0';
	if (field == GRID_CONFIDENCE) {
		snprintf(ret, 24, "0.%d", (int)MIN(v / 100000, 9));
	} else if (field == GRID_MARGIN) {
		int64_t low = 1;

		while (low * 2 * 64 <= v)
			low *= 2;
		snprintf(ret, 24, "%d", (int)(v < 64 ? 0 : low));
	} else if (field == GRID_AMOUNT) {
		int64_t low = 1;

		while (low <= v / 10)
			low *= 10;
		snprintf(ret, 24, "%" PRId64, v == 0 ? 0 : low);
	} else if (field == GRID_DATE && v > -30000 && v != GRID_NO_DAY) {
		month_of((int32_t)v, ret);
	} else if (field == GRID_PATTERN && m->pattern[id] != RESULT_NONE) {
		snprintf(ret, 24, "%u", m->pattern[id]);
	}
}

static void check_value(
	const struct fixture *f, enum grid_field field, const struct grid_value *v)
{
	uint32_t count = 0;
	__int128 sums[ARRAY_LEN(currencies)] = {0};
	char word[24];

	for (uint32_t i = 0; i < ROWS; i++) {
		range_of(f, i, field, word);
		if (!sv_eq_cstr(v->value, word))
			continue;
		count++;
		for (size_t k = 0; k < ARRAY_LEN(currencies); k++)
			if (f->r.matches.currency[i] == currencies[k])
				sums[k] += match_key(f, i, GRID_AMOUNT);
	}
	assert_int_equal(v->count, count);
	for (uint32_t k = 0; k < v->nmoney; k++)
		for (size_t c = 0; c < ARRAY_LEN(currencies); c++)
			if (v->money[k].currency == currencies[c])
				assert_true(v->money[k].sum == sums[c]);
}

static void test_facets(void **state)
{
	const struct fixture *f = *state;
	struct arena a CLEANUP(arena_free) = {0};
	uint32_t ids[ROWS], counted = 0;
	struct grid_facet *facets;
	size_t n;

	arena_init(&a, 0);
	for (uint32_t i = 0; i < ROWS; i++)
		ids[i] = ROWS - 1 - i;
	assert_int_equal(
		grid_facets(f->g, &f->states, GRID_MATCHES, ids, ROWS, &a, &facets, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		enum grid_field field = facets[i].field;

		if (field != GRID_CONFIDENCE && field != GRID_MARGIN && field != GRID_AMOUNT &&
			field != GRID_DATE && field != GRID_PATTERN)
			continue;
		assert_true(facets[i].nvalues > 1);
		for (uint32_t k = 0; k < facets[i].nvalues; k++) {
			check_value(f, field, &facets[i].values[k]);
			counted += facets[i].values[k].count;
			assert_true(field != GRID_PATTERN || k == 0 ||
				    facets[i].values[k - 1].count >= facets[i].values[k].count);
		}
		assert_true(field != GRID_PATTERN || facets[i].nvalues == 100);
	}
	assert_true(counted > 3 * ROWS);
}

static void test_pattern_label(void **state)
{
	const struct fixture *f = *state;
	struct arena a CLEANUP(arena_free) = {0};
	struct grid_facet *facets;
	size_t n, seen = 0;
	uint32_t one = 0;

	arena_init(&a, 0);
	for (uint32_t i = 0; i < ROWS; i++) {
		const uint32_t pattern = f->r.matches.pattern[i];

		if (pattern > 1)
			continue;
		one = i;
		assert_int_equal(grid_facets(f->g, &f->states, GRID_MATCHES, &one, 1, &a, &facets,
					 &n, NULL),
			0);
		assert_int_equal(facets[n - 1].field, GRID_PATTERN);
		assert_int_equal(facets[n - 1].nvalues, 1);
		assert_true(sv_eq_cstr(facets[n - 1].values[0].label,
			pattern == 0 ? "ref equal" : "ref equal, memo else"));
		seen++;
	}
	assert_true(seen > 2);
}

static void test_item_facets(void **state)
{
	const struct fixture *f = *state;
	struct arena a CLEANUP(arena_free) = {0};
	const uint32_t ids[] = {5, 2 * ROWS + 11}; /* an open item, and a member of a match */
	struct grid_facet *facets;
	size_t n;

	arena_init(&a, 0);
	assert_int_equal(
		grid_facets(f->g, &f->states, GRID_OPEN_ITEMS, ids, 2, &a, &facets, &n, NULL), 0);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		uint32_t count = 0;

		for (uint32_t k = 0; k < facets[i].nvalues; k++)
			count += facets[i].values[k].count;
		assert_int_equal(count, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_review_counts_rivals),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_facets),
		cmocka_unit_test(test_pattern_label),
		cmocka_unit_test(test_item_facets),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
