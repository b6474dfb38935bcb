/*
 * Days and instants. Instants of RFC 3339 section 5.8 are among the cases.
 */
#include "base/date.h"

#include "unit/unit.h"

static void known_days(void **state UNUSED)
{
	static const struct {
		const char *label;
		int y, m, d;
		int32_t day;
		int weekday;
	} cases[] = {
		{"epoch", 1970, 1, 1, 0, 3},
		{"day before", 1969, 12, 31, -1, 2},
		{"leap day", 2000, 2, 29, 11016, 1},
		{"day after it", 2000, 3, 1, 11017, 2},
		{"2026", 2026, 3, 4, 20516, 2},
		{"a Sunday", 2026, 3, 8, 20520, 6},
		{"first", 1, 1, 1, DATE_MIN, 0},
		{"last", 9999, 12, 31, DATE_MAX, 4},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int32_t day = 0;
		int y, m, d;

		CHECK_INT(cases[i].label, date_from_civil(cases[i].y, cases[i].m, cases[i].d, &day),
			0);
		CHECK_INT(cases[i].label, day, cases[i].day);
		CHECK_INT(cases[i].label, date_weekday(day), cases[i].weekday);
		date_to_civil(day, &y, &m, &d);
		CHECK(cases[i].label, y == cases[i].y && m == cases[i].m && d == cases[i].d);
	}
}

static void no_such_day(void **state UNUSED)
{
	static const int cases[][3] = {{0, 1, 1}, {10000, 1, 1}, {-1, 1, 1}, {2026, 0, 1},
		{2026, 13, 1}, {2026, 1, 0}, {2026, 1, 32}, {2026, 4, 31}, {2026, 2, 29},
		{1900, 2, 29}, {2000, 2, 30}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char label[32];
		int32_t day = 4711;

		snprintf(label, sizeof(label), "%d-%d-%d", cases[i][0], cases[i][1], cases[i][2]);
		CHECK_INT(label, date_from_civil(cases[i][0], cases[i][1], cases[i][2], &day),
			E_CELL_RANGE);
		CHECK_INT(label, day, 4711);
	}
}

static void every_day_follows_the_one_before(void **state UNUSED)
{
	int y = 1, m = 1, d = 1;

	for (int32_t day = DATE_MIN; day <= DATE_MAX; day++) {
		int32_t back = 0;
		int ny, nm, nd;

		date_to_civil(day, &ny, &nm, &nd);
		if (ny != y || nm != m || nd != d) {
			assert_int_equal(nd, 1);
			assert_true(d >= 28);
			assert_true(
				(nm == m + 1 && ny == y) || (nm == 1 && m == 12 && ny == y + 1));
		}
		assert_int_equal(date_from_civil(ny, nm, nd, &back), 0);
		assert_int_equal(back, day);
		y = ny;
		m = nm;
		d = nd + 1;
	}
}

static const struct {
	const char *text;
	enum date_order order;
	const char *day; /* NULL: E_CELL_TYPE, "": E_CELL_RANGE */
} parse_cases[] = {
	{"2026-03-04", DATE_YMD, "2026-03-04"},
	{"2026/3/4", DATE_YMD, "2026-03-04"},
	{"2026.03.04", DATE_YMD, "2026-03-04"},
	{"20260304", DATE_YMD, "2026-03-04"},
	{"26-03-04", DATE_YMD, "2026-03-04"},
	{"2026-Mar-04", DATE_YMD, "2026-03-04"},
	{"0001-01-01", DATE_YMD, "0001-01-01"},
	{"9999-12-31", DATE_YMD, "9999-12-31"},
	{"04.03.2026", DATE_DMY, "2026-03-04"},
	{"4. 3. 2026", DATE_DMY, "2026-03-04"},
	{"4/3/26", DATE_DMY, "2026-03-04"},
	{"04-Mar-2026", DATE_DMY, "2026-03-04"},
	{"4 march 2026", DATE_DMY, "2026-03-04"},
	{"1 Sept 2026", DATE_DMY, "2026-09-01"},
	{"1. Dec 2026", DATE_DMY, "2026-12-01"},
	{"04032026", DATE_DMY, "2026-03-04"},
	{"03/04/2026", DATE_MDY, "2026-03-04"},
	{"Mar 4, 2026", DATE_MDY, "2026-03-04"},
	{"March 4 2026", DATE_MDY, "2026-03-04"},
	{"03042026", DATE_MDY, "2026-03-04"},
	{"  2026-03-04\t", DATE_YMD, "2026-03-04"},
	/* two-digit years */
	{"1/1/69", DATE_DMY, "2069-01-01"},
	{"1/1/70", DATE_DMY, "1970-01-01"},
	{"1/1/00", DATE_DMY, "2000-01-01"},
	/* a time of day behind it */
	{"2026-03-04T23:59", DATE_YMD, "2026-03-04"},
	{"2026-03-04T23:59:59.999Z", DATE_YMD, "2026-03-04"},
	{"2026-03-04 23:59:59,5 +01:00", DATE_YMD, "2026-03-04"},
	{"2026-03-04 23:59:59+0100", DATE_YMD, "2026-03-04"},
	{"2026-03-04 23:59:59-05", DATE_YMD, "2026-03-04"},
	{"2026-03-04 9:05 UTC", DATE_YMD, "2026-03-04"},
	{"03/04/2026 10:15:00 AM", DATE_MDY, "2026-03-04"},
	{"20260304T101500", DATE_YMD, NULL},
	{"2026-03-04T24:00", DATE_YMD, NULL},
	{"2026-03-04T10", DATE_YMD, NULL},
	{"2026-03-04T10:60", DATE_YMD, NULL},
	{"2026-03-04T10:00:61", DATE_YMD, NULL},
	{"2026-03-04T10:00:00.", DATE_YMD, NULL},
	{"2026-03-04T10:00 lunch", DATE_YMD, NULL},
	{"2026-03-04T10:00+1", DATE_YMD, NULL},
	{"2026-03-04T10:00+01:0", DATE_YMD, NULL},
	{"2026-03-04x", DATE_YMD, NULL},
	{"2026-03-04 x", DATE_YMD, NULL},
	/* another order, another shape */
	{"2026-03-04", DATE_DMY, NULL},
	{"04.03.2026", DATE_YMD, NULL},
	{"2026-03/04", DATE_YMD, NULL},
	{"2026-03", DATE_YMD, NULL},
	{"2026", DATE_YMD, NULL},
	{"026-03-04", DATE_YMD, NULL},
	{"02026-03-04", DATE_YMD, NULL},
	{"2026-003-04", DATE_YMD, NULL},
	{"2026-03-004", DATE_YMD, NULL},
	{"2026-Foo-04", DATE_YMD, NULL},
	{"Mar-03-2026", DATE_DMY, NULL},
	{"03-04-Mar", DATE_MDY, NULL},
	{"2026--04", DATE_YMD, NULL},
	{"-2026-03-04", DATE_YMD, NULL},
	{"123456789", DATE_YMD, NULL},
	{"", DATE_YMD, NULL},
	{"   ", DATE_YMD, NULL},
	{"yesterday", DATE_YMD, NULL},
	/* days that do not exist */
	{"31.04.2026", DATE_DMY, ""},
	{"29.02.2026", DATE_DMY, ""},
	{"2026-13-01", DATE_YMD, ""},
	{"2026-00-01", DATE_YMD, ""},
	{"0000-01-01", DATE_YMD, ""},
	{"13/13/2026", DATE_MDY, ""},
	{"99999999", DATE_YMD, ""},
};

static void parses_days(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
		const char *want = parse_cases[i].day;
		int32_t day = 4711;
		int code = want == NULL ? E_CELL_TYPE : want[0] == '\0' ? E_CELL_RANGE : 0;

		CHECK_INT(parse_cases[i].text,
			date_parse(sv_from_cstr(parse_cases[i].text), parse_cases[i].order, &day),
			code);
		if (code) {
			CHECK_INT(parse_cases[i].text, day, 4711);
			continue;
		}
		buf_reset(&b);
		date_format(day, &b);
		CHECK_STR(parse_cases[i].text, buf_cstr(&b), want);
	}
}

static void all_month_names(void **state UNUSED)
{
	static const char *const names[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (int i = 0; i < 12; i++) {
		char text[32];
		int32_t day = 0;
		int y, m, d;

		snprintf(text, sizeof(text), "%s 7, 2026", names[i]);
		CHECK_INT(text, date_parse(sv_from_cstr(text), DATE_MDY, &day), 0);
		date_to_civil(day, &y, &m, &d);
		CHECK(text, m == i + 1 && d == 7);
	}
}

static const struct {
	const char *text;
	bool ok;
	int64_t us;
	const char *formatted; /* NULL: as text */
} instants[] = {
	{"1970-01-01T00:00:00.000000Z", true, 0, NULL},
	{"1969-12-31T23:59:59.999999Z", true, -1, NULL},
	{"2026-03-04T10:00:00.000000Z", true, INT64_C(1772618400000000), NULL},
	{"0001-01-01T00:00:00.000000Z", true, INT64_C(-62135596800000000), NULL},
	{"9999-12-31T23:59:59.999999Z", true, INT64_C(253402300799999999), NULL},
	{"1985-04-12T23:20:50.52Z", true, INT64_C(482196050520000), "1985-04-12T23:20:50.520000Z"},
	{"1996-12-19T16:39:57-08:00", true, INT64_C(851042397000000),
		"1996-12-20T00:39:57.000000Z"},
	{"1990-12-31T23:59:60Z", true, INT64_C(662688000000000), "1991-01-01T00:00:00.000000Z"},
	{"1937-01-01T12:00:27.87+00:20", true, INT64_C(-1041337172130000),
		"1937-01-01T11:40:27.870000Z"},
	{"2026-03-04t10:00:00z", true, INT64_C(1772618400000000), "2026-03-04T10:00:00.000000Z"},
	{"2026-03-04 10:00:00Z", true, INT64_C(1772618400000000), "2026-03-04T10:00:00.000000Z"},
	{"2026-03-04T10:00:00.1234569Z", true, INT64_C(1772618400123456),
		"2026-03-04T10:00:00.123456Z"},
	{"2026-03-04T10:00:00", false, 0, NULL},
	{"2026-03-04", false, 0, NULL},
	{"2026-3-4T10:00:00Z", false, 0, NULL},
	{"2026-02-30T10:00:00Z", false, 0, NULL},
	{"2026-03-04T24:00:00Z", false, 0, NULL},
	{"2026-03-04T10:60:00Z", false, 0, NULL},
	{"2026-03-04T10:00:61Z", false, 0, NULL},
	{"2026-03-04T10:00Z", false, 0, NULL},
	{"2026-03-04T10:00:00.Z", false, 0, NULL},
	{"2026-03-04T10:00:00+0100", false, 0, NULL},
	{"2026-03-04T10:00:00+24:00", false, 0, NULL},
	{"2026-03-04T10:00:00+01:60", false, 0, NULL},
	{"2026-03-04T10:00:00 01:00", false, 0, NULL},
	{"2026-03-04T10:00:00Zx", false, 0, NULL},
	{"x026-03-04T10:00:00Z", false, 0, NULL},
	{"2026-03-04_10:00:00Z", false, 0, NULL},
	{"", false, 0, NULL},
};

static void instants_both_ways(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(instants); i++) {
		const char *want = instants[i].formatted ? instants[i].formatted : instants[i].text;
		int64_t us = 4711;

		CHECK_INT(instants[i].text, instant_parse(sv_from_cstr(instants[i].text), &us),
			instants[i].ok ? 0 : E_INVALID);
		CHECK_INT(instants[i].text, us, instants[i].ok ? instants[i].us : 4711);
		if (!instants[i].ok)
			continue;
		buf_reset(&b);
		instant_format(us, &b);
		CHECK_STR(instants[i].text, buf_cstr(&b), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_days),
		cmocka_unit_test(no_such_day),
		cmocka_unit_test(every_day_follows_the_one_before),
		cmocka_unit_test(parses_days),
		cmocka_unit_test(all_month_names),
		cmocka_unit_test(instants_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
