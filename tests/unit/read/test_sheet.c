/*
 * Numbers, days and number formats of workbooks.
 */
#include "read/sheet.h"

#include "../unit.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"0", "0"},
		{"-0", "0"},
		{"1", "1"},
		{"-1.5", "-1.5"},
		{"110.7", "110.7"},
		{"1.50", "1.5"},
		{"007", "7"},
		{".5", "0.5"},
		{"5.", "5"},
		{"1E3", "1000"},
		{"1.5E-3", "0.0015"},
		{"-2.5e+2", "-250"},
		{"1E-10", "0.0000000001"},
		{"0.30000000000000004", "0.3"},
		{"1234.5599999999999", "1234.56"},
		{"110.70000000000000284", "110.7"},
		{"999999999999999.9", "1000000000000000"},
		{"123456789012345678", "123456789012346000"},
		{"0.1234567890123456", "0.123456789012346"},
		{"12345678.899999999", "12345678.9"},
		{"1e400", "1e400"},
		{"abc", "abc"},
		{"1.2.3", "1.2.3"},
		{"", ""},
		{"-", "-"},
		{"1e", "1e"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;

		sheet_put_number(sv_from_cstr(cases[i].text), &out);
		CHECK_STR(cases[i].text, buf_cstr(&out), cases[i].want);
	}
}

/* What a sheet stores as a binary fraction comes out as what was typed. */
static void test_doubles(void **state)
{
	(void)state;
	for (int64_t cents = -2000000; cents <= 2000000; cents += 37) {
		struct buf got CLEANUP(buf_free) = BUF_INIT, want CLEANUP(buf_free) = BUF_INIT;
		char typed[32];

		snprintf(typed, sizeof(typed), "%s%lld.%02lld", cents < 0 ? "-" : "",
			(long long)llabs(cents) / 100, (long long)llabs(cents) % 100);
		sheet_put_double((double)cents / 100, &got);
		sheet_put_number(sv_from_cstr(typed), &want);
		assert_string_equal(buf_cstr(&got), buf_cstr(&want));
	}
}

static void test_serials(void **state)
{
	static const struct {
		const char *label, *text;
		enum sheet_kind kind;
		bool from_1904;
		const char *want;
	} cases[] = {
		{"day", "45292", SHEET_DATE, false, "2024-01-01"},
		{"first", "1", SHEET_DATE, false, "1900-01-01"},
		{"before the leap day that was none", "59", SHEET_DATE, false, "1900-02-28"},
		{"the leap day that was none", "60", SHEET_DATE, false, "60"},
		{"after it", "61", SHEET_DATE, false, "1900-03-01"},
		{"last", "2958465", SHEET_DATE, false, "9999-12-31"},
		{"beyond", "2958466", SHEET_DATE, false, "2958466"},
		{"negative", "-1", SHEET_DATE, false, "-1"},
		{"1904", "0", SHEET_DATE, true, "1904-01-01"},
		{"1904, today", "43830", SHEET_DATE, true, "2024-01-01"},
		{"date without its time", "45292.75", SHEET_DATE, false, "2024-01-01"},
		{"date and time", "45292.75", SHEET_DATE_TIME, false, "2024-01-01T18:00:00"},
		{"date and no time", "45292", SHEET_DATE_TIME, false, "2024-01-01"},
		{"rounded up to midnight", "45291.999999999", SHEET_DATE_TIME, false, "2024-01-01"},
		{"a third", "0.33333333333333331", SHEET_TIME, false, "08:00:00"},
		{"duration", "1.5", SHEET_TIME, false, "36:00:00"},
		{"no number", "soon", SHEET_DATE, false, "soon"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;

		sheet_put_serial(
			sv_from_cstr(cases[i].text), cases[i].kind, cases[i].from_1904, &out);
		CHECK_STR(cases[i].label, buf_cstr(&out), cases[i].want);
	}
}

static void test_formats(void **state)
{
	static const struct {
		const char *code;
		enum sheet_kind kind;
	} cases[] = {
		{"General", SHEET_NUMBER},
		{"0.00", SHEET_NUMBER},
		{"#,##0.00", SHEET_NUMBER},
		{"0.00E+00", SHEET_NUMBER},
		{"@", SHEET_TEXT},
		{"yyyy-mm-dd", SHEET_DATE},
		{"dd/mm/yy", SHEET_DATE},
		{"mmm-yy", SHEET_DATE},
		{"MMMM", SHEET_DATE},
		{"d.m.yyyy h:mm", SHEET_DATE_TIME},
		{"h:mm AM/PM", SHEET_TIME},
		{"[h]:mm:ss", SHEET_TIME},
		{"[hh]:mm", SHEET_TIME},
		{"mm:ss", SHEET_TIME},
		{"[$-409]d-mmm-yy;@", SHEET_DATE},
		{"\"days\" 0", SHEET_NUMBER},
		{"0 \\d", SHEET_NUMBER},
		{"[Red]0.00;[Blue]-0.00", SHEET_NUMBER},
		{"_-* #,##0.00\\ \"EUR\"_-;-* d", SHEET_NUMBER},
		{"#,##0.00 [$\xe2\x82\xac-407]", SHEET_NUMBER},
		{"0.00_d", SHEET_NUMBER},
		{"\"unclosed yyyy", SHEET_NUMBER},
		{"", SHEET_NUMBER},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK_INT(cases[i].code, sheet_kind_of_code(sv_from_cstr(cases[i].code)),
			cases[i].kind);
	assert_int_equal(sheet_kind_of_id(14), SHEET_DATE);
	assert_int_equal(sheet_kind_of_id(20), SHEET_TIME);
	assert_int_equal(sheet_kind_of_id(22), SHEET_DATE_TIME);
	assert_int_equal(sheet_kind_of_id(4), SHEET_NUMBER);
	assert_int_equal(sheet_kind_of_id(49), SHEET_TEXT);
}

static void test_columns(void **state)
{
	static const struct {
		const char *text;
		int want; /* -1: none */
	} cases[] = {{"A1", 0}, {"Z9", 25}, {"AA1", 26}, {"XFD1", 16383}, {"XFE1", -1},
		{"ZZZ1", -1}, {"1", -1}, {"", -1}, {"b2", 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t column = 0;
		bool ok = sheet_column_of(sv_from_cstr(cases[i].text), &column);

		CHECK_INT(cases[i].text, ok ? (int)column : -1, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_serials),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
