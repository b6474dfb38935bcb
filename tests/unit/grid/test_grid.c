/*
 * Views over a small result: every part of a spec alone, order, facets, and what decisions change.
 *
 * left:  0 "Rent March" 10.00   1 "Fee" 2.00   2 "Loan" 30.00   3 "Tax" 4.00
 * right: 0 "RENT 03" 10.00   1 "Fee" 2.00   2 "loan" 29.00   3 "Other" 7.00
 * match 1: left 0 - right 0, confirmed; match 2: left 1 - right 1, suggested;
 * match 3: left 2 - right 2, ambiguous. Open: left 1 2 3, right 1 2 3.
 */
#include "grid/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "col/col_build.h"

struct fixture {
	struct col_table tables[2];
	struct result r;
	struct grid *g;
};

static void make_table(struct col_table *t, const char *const *texts, const char *const *folded,
	const int64_t *amounts, const int32_t *days)
{
	struct col_build b;

	assert_int_equal(col_build_init(&b, 4, NULL), 0);
	col_build_define(&b, 0, "date", COL_DATE, COL_FIELD);
	col_build_define(&b, 1, "amount", COL_AMOUNT, COL_FIELD);
	col_build_define(&b, 2, "text", COL_TEXT, COL_FIELD);
	col_build_define(&b, 3, "Branch", COL_TEXT, COL_SOURCE);
	b.cols[1].col.scale = 2;
	b.cols[1].col.currency = COL_PACK('E', 'U', 'R');
	for (int i = 0; i < 4; i++) {
		if (days[i] == 0)
			col_build_missing(&b, 0);
		else
			col_build_i32(&b, 0, days[i]);
		col_build_i64(&b, 1, amounts[i]);
		col_build_str(&b, 2, sv_from_cstr(texts[i]), sv_from_cstr(folded[i]));
		col_build_str(&b, 3, i == 3 ? SV("Ulm") : SV("Bonn"), SV_NULL);
	}
	assert_int_equal(col_build_finish(&b, t, NULL), 0);
}

static void make_matches(struct result *r)
{
	static const uint8_t status[] = {STATUS_CONFIRMED, STATUS_SUGGESTED, STATUS_AMBIGUOUS};
	static const uint32_t confidence[] = {999000, 900000, 500000};
	static const uint32_t margin[] = {640, RESULT_NONE, 64};
	static const int64_t left[] = {1000, 200, 3000}, right[] = {1000, 200, 2900};

	for (uint32_t i = 0; i < 3; i++) {
		r->matches.kind[i] = KIND_1_1;
		r->matches.status[i] = status[i];
		r->matches.pass[i] = i == 2;
		r->matches.confidence[i] = confidence[i];
		r->matches.margin[i] = margin[i];
		r->matches.pattern[i] = r->matches.rival[i] = RESULT_NONE;
		r->matches.currency[i] = COL_PACK('E', 'U', 'R');
		r->matches.left[i] = left[i];
		r->matches.right[i] = right[i];
		r->matches.member[i + 1] = 2 * i + 2;
		for (uint32_t k = 0; k < 2; k++) {
			r->members.input[2 * i + k] = (uint16_t)k;
			r->members.row[2 * i + k] = i;
			r->members.allocated[2 * i + k] = k == 0 ? left[i] : right[i];
		}
	}
}

static int setup(void **state)
{
	static const char *const left[] = {"Rent March", "Fee", "Loan", "Tax"};
	static const char *const left_folded[] = {"rent march", "fee", "loan", "tax"};
	static const char *const right[] = {"RENT 03", "Fee", "loan", "Other"};
	static const char *const right_folded[] = {"rent 03", "fee", "loan", "other"};
	static const int64_t left_amounts[] = {1000, 200, 3000, -400};
	static const int64_t right_amounts[] = {1000, 200, 2900, 700};
	static const int32_t left_days[] = {20000, 20003, 20001, 0},
			     right_days[] = {20002, 19999, 20004, 20005};
	struct fixture *f = calloc(1, sizeof(*f));
	struct result *r;

	assert_non_null(f);
	r = &f->r;
	make_table(&f->tables[0], left, left_folded, left_amounts, left_days);
	make_table(&f->tables[1], right, right_folded, right_amounts, right_days);
	r->ninputs = 2;
	r->inputs = result_alloc(r, 2 * sizeof(*r->inputs));
	r->inputs[0] = (struct result_input){RESULT_LEFT, 1, 4, {0}};
	r->inputs[1] = (struct result_input){RESULT_RIGHT, 2, 4, {0}};
	r->npasses = 2;
	r->passes = result_alloc(r, 2 * sizeof(*r->passes));
	r->passes[0] = (struct result_pass){"reference", 1, 0};
	r->passes[1] = (struct result_pass){"learned", 2, 0};
	assert_int_equal(result_set_matches(r, 3, NULL), 0);
	assert_int_equal(result_set_members(r, 6, NULL), 0);
	assert_int_equal(result_set_open(r, 6, NULL), 0);
	make_matches(r);
	for (uint32_t i = 0; i < 6; i++) {
		r->open.input[i] = i >= 3;
		r->open.row[i] = i % 3 + 1;
		r->open.break_type[i] = i % 3 == 2 ? BREAK_MISSING : BREAK_AMOUNT_DIFFERS;
		r->open.remaining[i] = f->tables[i >= 3].cols[1].i64[i % 3 + 1];
		r->open.nearest[i] = RESULT_NONE;
		r->open.match[i] = i % 3 == 2 ? 0 : i % 3 + 2;
	}
	assert_int_equal(result_check(r, NULL), 0);
	const struct col_table *const tables[] = {&f->tables[0], &f->tables[1]};
	assert_int_equal(grid_new(r, tables, &f->g, NULL), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	grid_free(&f->g);
	result_free(&f->r);
	col_table_free(&f->tables[0]);
	col_table_free(&f->tables[1]);
	free(f);
	return 0;
}

/* "0 2 1": the ids of a view. */
static void expect(const struct fixture *f, const struct decision_step *steps, size_t n,
	const struct grid_spec *spec, const char *want, const char *label)
{
	struct grid_states states CLEANUP(grid_states_free) = GRID_STATES_INIT;
	uint32_t *ids CLEANUP(free_ptr) = NULL;
	uint32_t count = 0;
	char got[200] = "";

	assert_int_equal(grid_states_make(f->g, steps, n, &states, NULL), 0);
	assert_int_equal(grid_select(f->g, &states, spec, &ids, &count, NULL), 0);
	for (uint32_t i = 0; i < count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%u", i > 0 ? " " : "",
			ids[i]);
	if (strcmp(got, want) != 0)
		fail_msg("%s: got '%s', not '%s'", label, got, want);
}

static void test_filters(void **state)
{
	const struct {
		const char *label;
		struct grid_spec spec;
		const char *want;
	} cases[] = {
		{"all matches", {.kind = GRID_MATCHES}, "0 1 2"},
		{"kind", {.kinds = 1u << KIND_1_N}, ""},
		{"status", {.statuses = 1u << STATUS_SUGGESTED | 1u << STATUS_AMBIGUOUS}, "1 2"},
		{"state", {.states = 1u << MATCH_CONFIRMED}, "0"},
		{"pass", {.passes = {SV("learned")}, .npasses = 1}, "2"},
		{"unknown pass", {.passes = {SV("nothing")}, .npasses = 1}, ""},
		{"confidence at least", {.has_confidence_min = true, .confidence_min = 900000},
			"0 1"},
		{"confidence at most", {.has_confidence_max = true, .confidence_max = 899999}, "2"},
		{"margin at most; not proved too", {.has_margin_max = true, .margin_max = 100},
			"1 2"},
		{"amount at least", {.has_amount_min = true, .amount_min = 1000}, "0 2"},
		{"amount at most", {.has_amount_max = true, .amount_max = 999}, "1"},
		{"currency", {.currency = COL_PACK('U', 'S', 'D')}, ""},
		{"earliest date from", {.has_date_from = true, .date_from = 20000}, "0 2"},
		{"earliest date to", {.has_date_to = true, .date_to = 20000}, "0 1"},
		{"text in any case, either side", {.text = SV("ReNt")}, "0"},
		{"text over a blank", {.text = SV("t 03")}, "0"},
		{"text not there", {.text = SV("xyz")}, ""},
		{"text of a source column", {.text = SV("Bonn")}, "0 1 2"},
		{"only blanks", {.text = SV("  ")}, "0 1 2"},
		{"all together",
			{.statuses = 1u << STATUS_AMBIGUOUS,
				.text = SV("loan"),
				.has_amount_min = true,
				.amount_min = 1},
			"2"},
		{"all open items", {.kind = GRID_OPEN_ITEMS, .side = GRID_ANY_SIDE}, "0 1 2 3 4 5"},
		{"left items", {.kind = GRID_OPEN_ITEMS, .side = RESULT_LEFT}, "0 1 2"},
		{"right items", {.kind = GRID_OPEN_ITEMS, .side = RESULT_RIGHT}, "3 4 5"},
		{"break type",
			{.kind = GRID_OPEN_ITEMS,
				.side = GRID_ANY_SIDE,
				.breaks = 1u << BREAK_MISSING},
			"2 5"},
		{"magnitude of a negative item",
			{.kind = GRID_OPEN_ITEMS,
				.side = RESULT_LEFT,
				.has_amount_min = true,
				.amount_min = 400,
				.has_amount_max = true,
				.amount_max = 400},
			"2"},
		{"items with a date",
			{.kind = GRID_OPEN_ITEMS,
				.side = RESULT_LEFT,
				.has_date_to = true,
				.date_to = 30000},
			"0 1"},
		{"items reserved by a pass",
			{.kind = GRID_OPEN_ITEMS,
				.side = GRID_ANY_SIDE,
				.passes = {SV("learned")},
				.npasses = 1},
			"1 4"},
		{"items by text",
			{.kind = GRID_OPEN_ITEMS, .side = GRID_ANY_SIDE, .text = SV("OTHER")}, "5"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect(*state, NULL, 0, &cases[i].spec, cases[i].want, cases[i].label);
}

static void test_order(void **state)
{
	const struct {
		const char *label;
		struct grid_spec spec;
		const char *want;
	} cases[] = {
		{"confidence up", {.sorts = {{GRID_CONFIDENCE, false}}, .nsorts = 1}, "2 1 0"},
		{"amount down", {.sorts = {{GRID_AMOUNT, true}}, .nsorts = 1}, "2 0 1"},
		{"date", {.sorts = {{GRID_DATE, false}}, .nsorts = 1}, "1 0 2"},
		{"equal keys keep their order", {.sorts = {{GRID_KIND, true}}, .nsorts = 1},
			"0 1 2"},
		{"pass down, then amount",
			{.sorts = {{GRID_PASS, true}, {GRID_AMOUNT, false}}, .nsorts = 2}, "2 1 0"},
		{"no down", {.sorts = {{GRID_NO, true}}, .nsorts = 1}, "2 1 0"},
		{"items: side down, amount",
			{.kind = GRID_OPEN_ITEMS,
				.side = GRID_ANY_SIDE,
				.sorts = {{GRID_SIDE, true}, {GRID_AMOUNT, false}},
				.nsorts = 2},
			"3 5 4 0 2 1"},
		{"items: no date comes last",
			{.kind = GRID_OPEN_ITEMS,
				.side = RESULT_LEFT,
				.sorts = {{GRID_DATE, false}},
				.nsorts = 1},
			"1 0 2"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect(*state, NULL, 0, &cases[i].spec, cases[i].want, cases[i].label);
}

static struct uuid id_of(uint8_t n)
{
	return (struct uuid){{n, [8] = n}};
}

static void test_decisions(void **state)
{
	const struct decision_step confirm_2 = {.id = id_of(1), .kind = DECISION_CONFIRM, .match_no = 2};
	const struct decision_step reject_1 = {.id = id_of(2), .kind = DECISION_REJECT, .match_no = 1};
	const struct decision_step undo_1 = {.id = id_of(3), .kind = DECISION_UNDO, .undoes = id_of(1)};
	const struct grid_spec matches = {.states = 1u << MATCH_CONFIRMED};
	const struct grid_spec items = {.kind = GRID_OPEN_ITEMS, .side = GRID_ANY_SIDE};
	const struct {
		const char *label;
		struct decision_step steps[3];
		size_t n;
		const char *confirmed, *open;
	} cases[] = {
		{"none", {confirm_2}, 0, "0", "0 1 2 3 4 5"},
		{"confirm takes its items", {confirm_2}, 1, "0 1", "1 2 4 5"},
		{"undone is as if never made", {confirm_2, undo_1}, 2, "0", "0 1 2 3 4 5"},
		{"members of a rejected match are open", {reject_1}, 1, "", "0 1 2 3 4 5 6 7"},
		{"both", {confirm_2, reject_1}, 2, "1", "1 2 4 5 6 7"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		expect(*state, cases[i].steps, cases[i].n, &matches, cases[i].confirmed,
			cases[i].label);
		expect(*state, cases[i].steps, cases[i].n, &items, cases[i].open, cases[i].label);
	}
}

/* Of match 3 (left row 2, right row 2) a person chose right row 3 instead. */
static void test_chosen_records(void **state)
{
	static const struct decision_record chosen[] = {{1, 2}, {2, 3}, {9, 0}, {2, 99}};
	const struct decision_step choose = {.id = id_of(1),
		.kind = DECISION_CONFIRM,
		.match_no = 3,
		.records = chosen,
		.nrecords = 2};
	const struct decision_step undo = {
		.id = id_of(2), .kind = DECISION_UNDO, .undoes = id_of(1)};
	const struct decision_step unknown = {.id = id_of(3),
		.kind = DECISION_CONFIRM,
		.match_no = 3,
		.records = chosen,
		.nrecords = 4};
	const struct decision_step steps[] = {choose, undo};
	const struct grid_spec items = {.kind = GRID_OPEN_ITEMS, .side = GRID_ANY_SIDE};
	const struct fixture *f = *state;
	struct grid_states states CLEANUP(grid_states_free) = GRID_STATES_INIT;
	struct grid_states strange CLEANUP(grid_states_free) = GRID_STATES_INIT;

	expect(f, &choose, 1, &items, "0 2 3 4", "the chosen one is taken, the other open");
	expect(f, steps, 2, &items, "0 1 2 3 4 5", "undone");
	assert_int_equal(grid_states_make(f->g, &choose, 1, &states, NULL), 0);
	struct grid_members m = grid_members_of(f->g, &states, 2);
	assert_int_equal(m.n, 2);
	assert_int_equal(m.input[1], 1);
	assert_int_equal(m.row[1], 3);
	m = grid_members_of(f->g, NULL, 2);
	assert_int_equal(m.row[1], 2);
	m = grid_members_of(f->g, &states, 1);
	assert_int_equal(m.row[1], 1);
	assert_int_equal(grid_states_make(f->g, &unknown, 1, &strange, NULL), 0);
	assert_int_equal(grid_members_of(f->g, &strange, 2).n, 2);
}

static void test_age(void **state)
{
	static const int32_t days[] = {20010, 20000};
	const struct fixture *f = *state;
	const struct grid_spec by_age = {.kind = GRID_OPEN_ITEMS,
		.side = GRID_ANY_SIDE,
		.sorts = {{GRID_FIRST_SEEN, false}},
		.nsorts = 1};

	assert_int_equal(grid_first_seen(f->g, 1), GRID_NO_DAY);
	expect(f, NULL, 0, &by_age, "0 1 2 3 4 5", "nobody knows");
	grid_set_first_seen(f->g, days);
	assert_int_equal(grid_first_seen(f->g, 1), 20000);
	expect(f, NULL, 0, &by_age, "3 4 5 0 1 2", "the oldest first");
}

static void test_items(void **state)
{
	const struct fixture *f = *state;
	const struct decision_step confirm = {.id = id_of(1), .kind = DECISION_CONFIRM, .match_no = 3};
	struct grid_states states CLEANUP(grid_states_free) = GRID_STATES_INIT;
	struct grid_item item;

	grid_item(f->g, 1, &item);
	assert_int_equal(item.input, 0);
	assert_int_equal(item.row, 2);
	assert_int_equal(item.match, 3);
	assert_int_equal(item.remaining, 3000);
	grid_item(f->g, 6 + 1, &item); /* right member of match 1 */
	assert_int_equal(item.input, 1);
	assert_int_equal(item.row, 0);
	assert_int_equal(item.break_type, BREAK_MISSING);
	assert_int_equal(grid_ids(f->g, GRID_OPEN_ITEMS), 12);
	assert_int_equal(grid_ids(f->g, GRID_MATCHES), 3);
	assert_int_equal(grid_states_make(f->g, &confirm, 1, &states, NULL), 0);
	assert_false(grid_item_open(f->g, &states, 1));
	assert_true(grid_item_open(f->g, &states, 0));
	assert_false(grid_item_open(f->g, &states, 6));
	assert_true(grid_bytes(f->g) > 0 && grid_states_bytes(f->g) > 0);
}

static const struct grid_value *value_of(
	const struct grid_facet *facets, size_t n, enum grid_field field, const char *value)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; facets[i].field == field && k < facets[i].nvalues; k++)
			if (sv_eq_cstr(facets[i].values[k].value, value))
				return &facets[i].values[k];
	return NULL;
}

static void test_facets(void **state)
{
	const struct fixture *f = *state;
	struct grid_states states CLEANUP(grid_states_free) = GRID_STATES_INIT;
	struct arena a CLEANUP(arena_free) = {0};
	const uint32_t matches[] = {0, 1, 2}, items[] = {0, 2, 5};
	struct grid_facet *facets;
	size_t n;

	arena_init(&a, 0);
	assert_int_equal(grid_states_make(f->g, NULL, 0, &states, NULL), 0);
	assert_int_equal(
		grid_facets(f->g, &states, GRID_MATCHES, matches, 3, &a, &facets, &n, NULL), 0);
	assert_int_equal(n, 10);
	const struct grid_value *v = value_of(facets, n, GRID_PASS, "reference");
	assert_non_null(v);
	assert_int_equal(v->count, 2);
	assert_int_equal(v->nmoney, 1);
	assert_int_equal((int64_t)v->money[0].sum, 1200);
	assert_int_equal(v->money[0].currency, COL_PACK('E', 'U', 'R'));
	assert_int_equal(value_of(facets, n, GRID_STATE, "ambiguous")->count, 1);
	assert_int_equal(value_of(facets, n, GRID_CURRENCY, "EUR")->count, 3);
	assert_true(sv_eq_cstr(facets[0].values[0].value, "reference"));
	assert_int_equal(
		grid_facets(f->g, &states, GRID_OPEN_ITEMS, items, 3, &a, &facets, &n, NULL), 0);
	assert_int_equal(value_of(facets, n, GRID_SIDE, "left")->count, 2);
	v = value_of(facets, n, GRID_BREAK_TYPE, "missing");
	assert_int_equal(v->count, 2);
	assert_int_equal((int64_t)v->money[0].sum, 1100);
}

static void test_wrong_tables(void **state)
{
	struct fixture *f = *state;
	struct col_table other = f->tables[1];
	const struct col_table *const tables[] = {&f->tables[0], &other};
	struct grid *g = NULL;

	other.rows = 3;
	assert_int_equal(grid_new(&f->r, tables, &g, NULL), E_CORRUPT);
	assert_null(g);
}

static void test_field_words(void **state)
{
	enum grid_field field;

	(void)state;
	for (unsigned i = 0; i < GRID_FIELD_COUNT; i++) {
		assert_true(grid_field_from_word(
			sv_from_cstr(grid_field_word((enum grid_field)i)), &field));
		assert_int_equal(field, i);
	}
	assert_false(grid_field_from_word(SV("memo"), &field));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_chosen_records),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_facets),
		cmocka_unit_test(test_wrong_tables),
		cmocka_unit_test(test_field_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
