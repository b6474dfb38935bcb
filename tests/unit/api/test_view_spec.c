/*
 * Specs of views: JSON to what the grid takes.
 */
#include "api/view_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int spec_of(
	const char *json, struct grid_spec *ret, struct json_object **root, struct err *err)
{
	assert_int_equal(json_parse(sv_from_cstr(json), JSON_DEPTH, root, NULL), 0);
	return view_spec_of(*root, ret, err);
}

static void test_empty(void **state)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct grid_spec s;

	(void)state;
	assert_int_equal(spec_of("{\"kind\":\"matches\"}", &s, &root, NULL), 0);
	assert_int_equal(s.kind, GRID_MATCHES);
	assert_int_equal(s.side, GRID_ANY_SIDE);
	assert_int_equal(s.kinds | s.statuses | s.states | s.breaks, 0);
	assert_int_equal(s.nsorts + s.npasses, 0);
	assert_false(s.has_amount_min || s.has_confidence_min || s.has_date_from);
}

static void test_full(void **state)
{
	static const char json[] =
		"{\"kind\":\"open_items\",\"side\":\"right\",\"filter\":{\"pass\":[\"a\",\"b\"],"
		"\"kind\":[\"1:1\",\"n:m\"],\"status\":[\"suggested\"],\"state\":[\"rejected\","
		"\"undone\"],"
		"\"break_type\":[\"missing\"],\"confidence_min\":0.5,\"confidence_max\":1,\"margin_"
		"max\":7.25,"
		"\"amount_min\":\"-5\",\"amount_max\":\"700\",\"currency\":\"EUR\",\"date_from\":"
		"\"2026-03-04\","
		"\"date_to\":\"2026-03-05\",\"text\":\"Rent\"},\"sort\":[{\"field\":\"amount\","
		"\"descending\":true},"
		"{\"field\":\"no\"}]}";
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct grid_spec s;

	(void)state;
	assert_int_equal(spec_of(json, &s, &root, NULL), 0);
	assert_int_equal(s.kind, GRID_OPEN_ITEMS);
	assert_int_equal(s.side, RESULT_RIGHT);
	assert_int_equal(s.npasses, 2);
	assert_true(sv_eq(s.passes[1], SV("b")));
	assert_int_equal(s.kinds, 1u << KIND_1_1 | 1u << KIND_N_M);
	assert_int_equal(s.statuses, 1u << STATUS_SUGGESTED);
	assert_int_equal(s.states, 1u << MATCH_REJECTED | 1u << MATCH_UNDONE);
	assert_int_equal(s.breaks, 1u << BREAK_MISSING);
	assert_int_equal(s.confidence_min, 500000);
	assert_int_equal(s.confidence_max, 1000000);
	assert_int_equal(s.margin_max, 464);
	assert_int_equal(s.amount_min, -5);
	assert_int_equal(s.amount_max, 700);
	assert_int_equal(s.currency, COL_PACK('E', 'U', 'R'));
	assert_int_equal(s.date_from, 20516);
	assert_int_equal(s.date_to, 20517);
	assert_true(sv_eq(s.text, SV("Rent")));
	assert_int_equal(s.nsorts, 2);
	assert_int_equal(s.sorts[0].field, GRID_AMOUNT);
	assert_true(s.sorts[0].descending && !s.sorts[1].descending);
}

static void test_refused(void **state)
{
	static const struct {
		const char *filter, *pointer;
	} cases[] = {
		{"{\"confidence_min\":-0.1}", "/filter/confidence_min"},
		{"{\"margin_max\":1e99}", "/filter/margin_max"},
		{"{\"amount_min\":\"99999999999999999999\"}", "/filter/amount_min"},
		{"{\"date_to\":\"2026-02-30\"}", "/filter/date_to"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_object *root CLEANUP(json_cleanup) = NULL;
		struct grid_spec s;
		struct err err = {0};
		struct buf json CLEANUP(buf_free) = BUF_INIT;

		buf_printf(&json, "{\"kind\":\"matches\",\"filter\":%s}", cases[i].filter);
		assert_int_equal(spec_of(buf_cstr(&json), &s, &root, &err), E_INVALID);
		assert_string_equal(err.pointer, cases[i].pointer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
