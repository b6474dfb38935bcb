/*
 * Folding: what is equal after it, and that the ASCII path agrees with the general one.
 */
#include "read/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_folds(void **state)
{
	static const struct {
		const char *text, *want, *code;
	} cases[] = {
		{"Rent March", "rent march", "rentmarch"},
		{"  two  blanks\tand\nlines ", "two blanks and lines", "twoblanksandlines"},
		{"", "", ""},
		{"   ", "", ""},
		{"INV-2026/001", "inv-2026/001", "inv2026001"},
		{"00-12", "00-12", "0012"},
		{"Stra\xc3\x9f"
		 "e",
			"strasse", "strasse"},
		{"STRASSE", "strasse", "strasse"},
		{"\xef\xac\x81"
		 "ne",
			"fine", "fine"},                        /* ligature fi */
		{"Cafe\xcc\x81", "caf\xc3\xa9", "caf\xc3\xa9"}, /* combining acute */
		{"a\xc2\xa0"
		 "b",
			"a b", "ab"},                     /* no-break space */
		{"\xef\xbc\xa1\xef\xbc\xa2", "ab", "ab"}, /* full width */
		{"so\xc2\xad"
		 "ft",
			"soft", "soft"}, /* soft hyphen */
		{"\xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82",
			"\xcf\x83\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83",
			"\xcf\x83\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83"}, /* Greek sigmas
										      */
		{"exactly sixteen!", "exactly sixteen!", "exactlysixteen!"},
		{"Seventeen chars !", "seventeen chars !", "seventeenchars!"},
		{"ends at sixteen ", "ends at sixteen", "endsatsixteen"},
		{"A@[`{Z", "a@[`{z", "a@[`{z"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct buf code CLEANUP(buf_free) = BUF_INIT;

		fold(sv_from_cstr(cases[i].text), FOLD_TEXT, &text);
		fold(sv_from_cstr(cases[i].text), FOLD_CODE, &code);
		assert_string_equal(buf_cstr(&text), cases[i].want);
		assert_string_equal(buf_cstr(&code), cases[i].code);
	}
}

static void test_ascii_agrees(void **state)
{
	char text[128], got[192];
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		struct buf want CLEANUP(buf_free) = BUF_INIT;
		enum fold_kind kind = round & 1 ? FOLD_CODE : FOLD_TEXT;
		size_t n = (seed = seed * 1664525 + 1013904223) >> 26, m = 0;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			/* many blanks; no DEL, which the general path drops */
			text[i] = (seed >> 30) == 0 ? ' ' : (char)(' ' + (seed >> 16) % 95);
		}
		memset(text + n, 'X', 63);
		assert_true(fold_ascii(sv_from(text, n), kind, got, &m));
		fold(sv_from(text, n), kind, &want);
		if (m != want.n || memcmp(got, buf_cstr(&want), m) != 0)
			fail_msg("'%.*s': '%.*s' is not '%s'", (int)n, text, (int)m, got,
				buf_cstr(&want));
	}
}

/* What is said of many cells at once by vectors is what the scalar twins say byte by byte. */
static void test_blocks_agree(void **state)
{
	static const char odd[] = "AZaz09 -_/.:#',;\x7f\t\xc3";
	char text[256], lower[256], got[256], want[256];
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		size_t n = (seed = seed * 1664525 + 1013904223) >> 25, common = (size_t)round % 3;

		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = common > 0 && seed >> 28 > common
					  ? 'x'
					  : odd[(seed >> 16) % (sizeof(odd) - 1)];
		}
		unsigned sees = fold_look(text, n), scalar = fold_look_scalar(text, n);
		assert_int_equal(sees & scalar, scalar);
		assert_int_equal(sees & (FOLD_SEES_OTHER | FOLD_SEES_UPPER),
			scalar & (FOLD_SEES_OTHER | FOLD_SEES_UPPER));
		fold_lower(text, n, lower);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(lower[i],
				text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
		memset(lower + n, '-', sizeof(lower) - n);
		size_t m = fold_squeeze(lower, n, got);
		assert_int_equal(m, fold_squeeze_scalar(lower, n, want));
		assert_memory_equal(got, want, m);
	}
}

static void test_not_ascii(void **state)
{
	char text[96] = "abc", got[192];
	size_t n;

	(void)state;
	text[20] = (char)0xc3;
	assert_true(fold_ascii(sv_from(text, 20), FOLD_TEXT, got, &n));
	assert_false(fold_ascii(sv_from(text, 21), FOLD_TEXT, got, &n));
}

static void test_invalid_is_kept(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	fold(SV("a\xff"), FOLD_TEXT, &b);
	assert_string_equal(buf_cstr(&b), "a\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_ascii_agrees),
		cmocka_unit_test(test_blocks_agree),
		cmocka_unit_test(test_not_ascii),
		cmocka_unit_test(test_invalid_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
