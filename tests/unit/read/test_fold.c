/*
 * Folding: what is equal after it, and that the ASCII path agrees with the general one.
 */
#include "read/fold.h"
#include "read/fold_block.h"

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

static const char *const variants[] = {"scalar", "sse2", "avx512"};

/* The cells of text, folded by fns, are what folding each by itself makes of them. */
static void check_codes(const struct fold_block_fns *fns, const char *text, size_t n)
{
	uint32_t off[64] = {0}, folded_off[64] = {3}, cells = 0;
	char folded[512];

	while (off[cells] < n) {
		uint32_t len = (uint32_t)(unsigned char)text[off[cells]] % 97;

		off[cells + 1] = (uint32_t)MIN(n, off[cells] + (size_t)len);
		cells += off[cells + 1] > off[cells] || cells == 0;
		if (len == 0 || cells == ARRAY_LEN(off) - 1)
			break;
	}
	fns->codes(text, off, cells, folded, folded_off);
	for (uint32_t k = 0; k < cells; k++) {
		struct buf want CLEANUP(buf_free) = BUF_INIT;

		fold(sv_from(text + off[k], off[k + 1] - off[k]), FOLD_CODE, &want);
		assert_int_equal(folded_off[k + 1] - folded_off[k], want.n);
		assert_memory_equal(folded + folded_off[k], buf_cstr(&want), want.n);
	}
}

/* What is said of many cells at once by vectors is what the scalar twins say byte by byte. */
static void test_blocks_agree(void **state)
{
	static const char odd[] = "AZaz09 -_/.:#',;\x7f\t\xc3";
	const struct fold_block_fns *scalar = fold_block_named("scalar");
	char text[320], lower[384];
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		size_t n = (seed = seed * 1664525 + 1013904223) >> 24, common = (size_t)round % 3;
		const struct fold_block_fns *fns =
			fold_block_named(variants[(size_t)round % ARRAY_LEN(variants)]);

		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = common > 0 && seed >> 28 > common
					  ? 'x'
					  : odd[(seed >> 16) % (sizeof(odd) - 1)];
		}
		if (fns == NULL)
			continue;
		unsigned sees = fns->look(text, n), want = scalar->look(text, n);
		assert_int_equal(sees & want, want);
		assert_int_equal(sees & (FOLD_SEES_OTHER | FOLD_SEES_UPPER),
			want & (FOLD_SEES_OTHER | FOLD_SEES_UPPER));
		fns->lower(text, n, lower);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(lower[i],
				text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
		for (size_t i = 0; i < sizeof(text); i++)
			if (text[i] < ' ' || text[i] == 0x7f)
				text[i] = '-';
		check_codes(fns, text, n);
	}
}

static void test_variants(void **state)
{
	(void)state;
	assert_non_null(fold_block_best());
	assert_null(fold_block_named("mmx"));
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
		cmocka_unit_test(test_variants),
		cmocka_unit_test(test_not_ascii),
		cmocka_unit_test(test_invalid_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
