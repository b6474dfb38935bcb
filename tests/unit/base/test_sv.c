/*
 * Views of bytes.
 */
#include "base/sv.h"

#include "unit/unit.h"

static void from_keeps_pointer_and_length(void **state UNUSED)
{
	struct sv s = sv_from_cstr("abc");

	assert_int_equal(s.n, 3);
	assert_null(sv_from_cstr(NULL).p);
	assert_int_equal(sv_from_cstr(NULL).n, 0);
	assert_int_equal(sv_from(s.p, 2).n, 2);
}

static void compares(void **state UNUSED)
{
	static const struct {
		const char *label, *a, *b;
		int cmp;
		bool nocase;
	} cases[] = {
		{"equal", "abc", "abc", 0, true},
		{"both empty", "", "", 0, true},
		{"shorter first", "ab", "abc", -1, false},
		{"longer last", "abc", "ab", 1, false},
		{"empty first", "", "a", -1, false},
		{"case differs", "ABC", "abc", -1, true},
		{"bytes are unsigned", "\xff", "a", 1, false},
		{"only ASCII folds", "\xc3\x84", "\xc3\xa4", -1, false},
		{"@ is no letter", "@", "`", -1, false},
		{"[ is no letter", "[", "{", -1, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sv a = sv_from_cstr(cases[i].a), b = sv_from_cstr(cases[i].b);

		CHECK_INT(cases[i].label, sv_cmp(a, b), cases[i].cmp);
		CHECK_INT(cases[i].label, sv_eq(a, b), cases[i].cmp == 0);
		CHECK_INT(cases[i].label, sv_eq_cstr(a, cases[i].b), cases[i].cmp == 0);
		CHECK_INT(cases[i].label, sv_eq_nocase(a, b), cases[i].nocase);
	}
	assert_true(sv_eq(SV_NULL, SV("")));
	assert_true(sv_eq_cstr(SV_NULL, NULL));
}

static void starts_and_ends(void **state UNUSED)
{
	static const struct {
		const char *s, *part;
		bool starts, ends;
	} cases[] = {
		{"abcab", "ab", true, true},
		{"abc", "bc", false, true},
		{"abc", "", true, true},
		{"", "", true, true},
		{"a", "ab", false, false},
		{"abc", "abc", true, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sv s = sv_from_cstr(cases[i].s), part = sv_from_cstr(cases[i].part);

		CHECK_INT(cases[i].s, sv_starts_with(s, part), cases[i].starts);
		CHECK_INT(cases[i].s, sv_ends_with(s, part), cases[i].ends);
	}
	assert_true(sv_starts_with(SV_NULL, SV_NULL));
	assert_true(sv_ends_with(SV_NULL, SV_NULL));
}

static void trims_blanks_only(void **state UNUSED)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"  a b\t\r\n", "a b"},
		{"\v\fx", "x"},
		{" \t ", ""},
		{"", ""},
		{"\xc2\xa0", "\xc2\xa0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(cases[i].in, sv_eq_cstr(sv_trim(sv_from_cstr(cases[i].in)), cases[i].out));
}

static void finds_first(void **state UNUSED)
{
	assert_int_equal(sv_find(SV("a,b,c"), ','), 1);
	assert_int_equal(sv_find(SV("abc"), ','), -1);
	assert_int_equal(sv_find(SV_NULL, ','), -1);
	assert_int_equal(sv_find(sv_from("a\0b", 3), '\0'), 1);
}

static void cuts_until_nothing_is_left(void **state UNUSED)
{
	static const char *const want[] = {"a", "", "b"};
	struct sv rest = SV("a,,b");

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_non_null(rest.p);
		CHECK(want[i], sv_eq_cstr(sv_cut(&rest, ','), want[i]));
	}
	assert_null(rest.p);
	rest = SV("a,");
	assert_true(sv_eq(sv_cut(&rest, ','), SV("a")));
	assert_non_null(rest.p); /* one empty piece is still to come */
	assert_int_equal(rest.n, 0);
}

static void reads_unsigned(void **state UNUSED)
{
	static const struct {
		const char *text;
		uint64_t max, value;
		bool ok;
	} cases[] = {
		{"0", UINT64_MAX, 0, true},
		{"007", 7, 7, true},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
		{"18446744073709551616", UINT64_MAX, 0, false},
		{"99999999999999999999", UINT64_MAX, 0, false},
		{"8", 7, 0, false},
		{"", 7, 0, false},
		{"+1", 7, 0, false},
		{"-0", 7, 0, false},
		{" 1", 7, 0, false},
		{"1x", 7, 0, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t v = 4711;

		CHECK_INT(cases[i].text, sv_to_u64(sv_from_cstr(cases[i].text), cases[i].max, &v),
			cases[i].ok);
		CHECK(cases[i].text, v == (cases[i].ok ? cases[i].value : 4711));
	}
}

static void reads_signed(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t min, max, value;
		bool ok;
	} cases[] = {
		{"-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, true},
		{"9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, true},
		{"9223372036854775808", INT64_MIN, INT64_MAX, 0, false},
		{"-9223372036854775809", INT64_MIN, INT64_MAX, 0, false},
		{"-0", -1, 1, 0, true},
		{"-1", -1, 1, -1, true},
		{"-2", -1, 1, 0, false},
		{"2", -1, 1, 0, false},
		{"-", -1, 1, 0, false},
		{"--1", -1, 1, 0, false},
		{"", -1, 1, 0, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t v = 4711;

		CHECK_INT(cases[i].text,
			sv_to_i64(sv_from_cstr(cases[i].text), cases[i].min, cases[i].max, &v),
			cases[i].ok);
		CHECK_INT(cases[i].text, v, cases[i].ok ? cases[i].value : 4711);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_keeps_pointer_and_length),
		cmocka_unit_test(compares),
		cmocka_unit_test(starts_and_ends),
		cmocka_unit_test(trims_blanks_only),
		cmocka_unit_test(finds_first),
		cmocka_unit_test(cuts_until_nothing_is_left),
		cmocka_unit_test(reads_unsigned),
		cmocka_unit_test(reads_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
