/*
 * Mappings: JSON both ways, and what is refused, by pointer.
 */
#include "read/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FIELD "{\"field\":\"a\",\"type\":\"text\",\"column\":\"A\"}"

static void test_round_trip(void **state)
{
	static const char *const cases[] = {
		"{\"format\":\"csv\",\"dialect\":{\"delimiter\":\",\",\"quote\":\"\\\"\","
		"\"encoding\":\"utf-8\","
		"\"header_row\":1},\"decimal\":\".\",\"thousands\":\"\",\"date_order\":\"ymd\","
		"\"fields\":[" FIELD "]}",
		"{\"format\":\"csv\",\"dialect\":{\"delimiter\":\";\",\"quote\":\"\",\"encoding\":"
		"\"windows-1252\",\"header_row\":4,\"footer_rows\":2},\"decimal\":\",\","
		"\"thousands\":\".\","
		"\"date_order\":\"dmy\",\"currency\":\"EUR\",\"rounding\":\"half_even\",\"fields\":"
		"["
		"{\"field\":\"amount\",\"type\":\"amount\",\"columns\":[\"S\",\"H\"],\"sign\":"
		"\"credit_debit\","
		"\"required\":true},{\"field\":\"m\",\"type\":\"amount\",\"columns\":[\"M\",\"K\"],"
		"\"sign\":"
		"\"marker\",\"negative\":[\"S\",\"-\"],\"scale\":3},{\"field\":\"rate\",\"type\":"
		"\"rate\","
		"\"column\":\"R\",\"scale\":8}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct mapping m;
		struct err err = {0};

		arena_init(&a, 0);
		if (mapping_from_json(sv_from_cstr(cases[i]), &a, &m, &err) != 0)
			fail_msg("%s at %s", err.detail, err.pointer);
		mapping_to_json(&m, &out);
		assert_string_equal(buf_cstr(&out), cases[i]);
	}
}

static void test_defaults(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct mapping m;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(
		mapping_from_json(SV("{\"format\":\"csv\",\"fields\":[" FIELD "]}"), &a, &m, NULL),
		0);
	assert_int_equal(m.dialect.delimiter, ',');
	assert_int_equal(m.dialect.quote, '"');
	assert_int_equal(m.dialect.header_row, 1);
	assert_int_equal(m.decimal.decimal, '.');
	assert_int_equal(m.date_order, DATE_YMD);
	assert_int_equal(m.fields[0].scale, -1);
	assert_int_equal(m.rounding, ROUNDING_NONE);
}

#define WITH(members) "{\"format\":\"csv\"," members ",\"fields\":[" FIELD "]}"
#define FIELDS(fields) "{\"format\":\"csv\",\"fields\":[" fields "]}"

static void test_refused(void **state)
{
	static const struct {
		const char *json;
		int rc;
		const char *pointer;
	} cases[] = {
		{"", E_JSON_SYNTAX, NULL},
		{"[]", E_INVALID, NULL},
		{"{\"format\":\"csv\"}", E_MISSING_FIELD, "/fields"},
		{"{\"fields\":[" FIELD "]}", E_MISSING_FIELD, "/format"},
		{WITH("\"colour\":1"), E_UNKNOWN_FIELD, "/colour"},
		{WITH("\"dialect\":{\"eol\":1}"), E_UNKNOWN_FIELD, "/dialect/eol"},
		{WITH("\"dialect\":{\"encoding\":\"ebcdic\"}"), E_MAPPING, "/dialect/encoding"},
		{WITH("\"dialect\":{\"delimiter\":\"\\n\"}"), E_MAPPING, "/dialect/delimiter"},
		{WITH("\"dialect\":{\"delimiter\":\"\"}"), E_MAPPING, "/dialect/delimiter"},
		{WITH("\"dialect\":{\"delimiter\":\"\\\"\"}"), E_MAPPING, "/dialect/delimiter"},
		{WITH("\"dialect\":{\"header_row\":1001}"), E_MAPPING, "/dialect/header_row"},
		{WITH("\"dialect\":{\"footer_rows\":101}"), E_MAPPING, "/dialect/footer_rows"},
		{WITH("\"dialect\":{\"header_rows\":5}"), E_MAPPING, "/dialect/header_rows"},
		{WITH("\"dialect\":{\"header_row\":0,\"header_rows\":2}"), E_MAPPING,
			"/dialect/header_rows"},
		{WITH("\"dialect\":{\"skip_rows\":1}"), E_MAPPING, "/dialect/skip_rows"},
		{WITH("\"dialect\":{\"sheet\":\"A\"}"), E_UNKNOWN_FIELD, "/dialect/sheet"},
		{WITH("\"decimal\":\";\""), E_MAPPING, "/decimal"},
		{WITH("\"decimal\":\",\",\"thousands\":\",\""), E_MAPPING, "/thousands"},
		{WITH("\"date_order\":\"ydm\""), E_INVALID, "/date_order"},
		{WITH("\"rounding\":\"up\""), E_INVALID, "/rounding"},
		{WITH("\"currency\":\"XYZ\""), E_CURRENCY, "/currency"},
		{FIELDS(""), E_MAPPING, "/fields"},
		{FIELDS("{\"field\":\"a\",\"type\":\"text\"}"), E_MAPPING, "/fields/0/columns"},
		{FIELDS("{\"field\":\"a\",\"type\":\"money\",\"column\":\"A\"}"), E_INVALID,
			"/fields/0/type"},
		{FIELDS("{\"field\":\"A b\",\"type\":\"text\",\"column\":\"A\"}"), E_MAPPING,
			"/fields/0/field"},
		{FIELDS(FIELD "," FIELD), E_MAPPING, "/fields/1/field"},
		{FIELDS("{\"field\":\"a\",\"type\":\"date\",\"columns\":[\"A\",\"B\"]}"), E_MAPPING,
			"/fields/0/columns"},
		{FIELDS("{\"field\":\"a\",\"type\":\"amount\",\"column\":\"A\",\"sign\":"
			"\"marker\"}"),
			E_MAPPING, "/fields/0/columns"},
		{FIELDS("{\"field\":\"a\",\"type\":\"text\",\"column\":\"A\",\"columns\":[\"B\"]}"),
			E_MAPPING, "/fields/0/columns"},
		{FIELDS("{\"field\":\"a\",\"type\":\"text\",\"column\":\"A\",\"sign\":\"negate\"}"),
			E_MAPPING, "/fields/0/sign"},
		{FIELDS("{\"field\":\"a\",\"type\":\"amount\",\"column\":\"A\",\"negative\":[\"S\"]"
			"}"),
			E_MAPPING, "/fields/0/negative"},
		{FIELDS("{\"field\":\"a\",\"type\":\"amount\",\"column\":\"A\",\"scale\":7}"),
			E_MAPPING, "/fields/0/scale"},
		{FIELDS("{\"field\":\"a\",\"type\":\"rate\",\"column\":\"A\",\"scale\":19}"),
			E_INVALID, "/fields/0/scale"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct mapping m;
		struct err err = {0};

		arena_init(&a, 0);
		int rc = mapping_from_json(sv_from_cstr(cases[i].json), &a, &m, &err);
		if (rc != cases[i].rc ||
			(cases[i].pointer != NULL && strcmp(err.pointer, cases[i].pointer) != 0))
			fail_msg("%s: %s at '%s': %s", cases[i].json, err_name(rc), err.pointer,
				err.detail);
	}
}

static void test_too_large(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct mapping m;

	(void)state;
	arena_init(&a, 0);
	while (json.n <= MAPPING_JSON_MAX)
		buf_add_cstr(&json, "          ");
	assert_int_equal(mapping_from_json(buf_sv(&json), &a, &m, NULL), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
