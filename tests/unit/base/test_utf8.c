/*
 * UTF-8. Ill-formed cases follow table 3-7 of the Unicode standard.
 */
#include "base/utf8.h"

#include "unit/unit.h"

static void valid_prefix(void **state UNUSED)
{
	static const struct {
		const char *label, *text;
		size_t prefix;
	} cases[] = {
		{"empty", "", 0},
		{"ASCII", "abc", 3},
		{"long ASCII", "0123456789abcdefghij", 20},
		{"two bytes", "\xc2\x80\xdf\xbf", 4},
		{"three bytes", "\xe0\xa0\x80\xef\xbf\xbf", 6},
		{"four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8},
		{"around the surrogates", "\xed\x9f\xbf\xee\x80\x80", 6},
		{"after eight ASCII bytes", "12345678\xc3\xa4", 10},
		{"bad byte behind eight good ones", "12345678\x80", 8},
		{"bad byte in the second word", "123456789\xffxxxxxxxx", 9},
		{"continuation alone", "\x80", 0},
		{"overlong of two", "a\xc0\x80", 1},
		{"overlong of two, c1", "\xc1\xbf", 0},
		{"overlong of three", "\xe0\x9f\xbf", 0},
		{"overlong of four", "\xf0\x8f\xbf\xbf", 0},
		{"low surrogate bound", "\xed\xa0\x80", 0},
		{"high surrogate bound", "\xed\xbf\xbf", 0},
		{"above U+10FFFF", "\xf4\x90\x80\x80", 0},
		{"f5", "\xf5\x80\x80\x80", 0},
		{"ff", "\xff", 0},
		{"cut in two", "x\xc3", 1},
		{"cut in three", "\xe2\x82", 0},
		{"cut in four", "\xf0\x9f\x98", 0},
		{"bad second byte", "\xc3\x28", 0},
		{"bad third byte", "\xe2\x82\x28", 0},
		{"bad fourth byte", "\xf0\x9f\x98\x28", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sv s = sv_from_cstr(cases[i].text);

		CHECK_INT(cases[i].label, utf8_valid_prefix(s), cases[i].prefix);
		CHECK_INT(cases[i].label, utf8_valid(s), cases[i].prefix == s.n);
	}
	assert_true(utf8_valid(SV_NULL));
}

static void every_scalar_value_round_trips(void **state UNUSED)
{
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char out[4];
		const char *p = out;
		size_t n = utf8_put(cp, out);

		if (cp >= 0xd800 && cp <= 0xdfff) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_in_range(n, 1, 4);
		assert_int_equal(utf8_valid_prefix(sv_from(out, n)), n);
		assert_int_equal(utf8_next(&p, out + n), cp);
		assert_ptr_equal(p, out + n);
	}
}

static void beyond_unicode_is_not_written(void **state UNUSED)
{
	char out[4];

	assert_int_equal(utf8_put(0x110000, out), 0);
	assert_int_equal(utf8_put(UINT32_MAX, out), 0);
}

static void counts_and_walks(void **state UNUSED)
{
	static const uint32_t want[] = {'a', 0xe4, 0x20ac, 0x1f600};
	struct sv s = SV("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	const char *p = s.p;

	assert_int_equal(utf8_count(s), ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(utf8_next(&p, s.p + s.n), want[i]);
	assert_int_equal(utf8_next(&p, s.p + s.n), UINT32_MAX);
}

static void unsafe_in_names(void **state UNUSED)
{
	static const struct {
		uint32_t cp;
		bool unsafe;
	} cases[] = {
		{0, true},
		{'\n', true},
		{' ', false},
		{'~', false},
		{0x7f, true},
		{0x9f, true},
		{0xa0, false},
		{0xe4, false},
		{0x061c, true},
		{0x200d, false}, /* joins emoji and Indic letters */
		{0x200f, true},
		{0x202e, true},
		{0x2067, true},
		{0xfeff, true},
		{0x1f600, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char label[16];

		snprintf(label, sizeof(label), "U+%04X", (unsigned)cases[i].cp);
		CHECK_INT(label, utf8_is_unsafe_in_name(cases[i].cp), cases[i].unsafe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_prefix),
		cmocka_unit_test(every_scalar_value_round_trips),
		cmocka_unit_test(beyond_unicode_is_not_written),
		cmocka_unit_test(counts_and_walks),
		cmocka_unit_test(unsafe_in_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
