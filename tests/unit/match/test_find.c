/*
 * Patterns: what they find, and what is no pattern.
 */
#include "match/find.h"

#include "unit/unit.h"

static void test_found(void **state)
{
	static const struct {
		const char *pattern, *text, *want; /* finds joined by | */
	} cases[] = {
		{"(?:RE|INV)[- ]?(\\d{5,})", "pay INV-12345 and re 678901 or RE99", "12345|678901"},
		{"abc", "xxABCxabc", "ABC|abc"},
		{"a.c", "abc a\nc", "abc|a\nc"},
		{"[a-c]+", "xxabcabcxx cab", "abcabc|cab"},
		{"[^0-9 ]+", "12 ab34cd", "ab|cd"},
		{"(po_\\w+|ST-\\w{8})", "x po_1aZ, ST-12345678 st-1", "po_1aZ|ST-12345678"},
		{"\\b\\d{3}\\b", "1234 567 89 012", "567|012"},
		{"^ab", "abab", "ab"},
		{"ab$", "abab", "ab"},
		{"a*b", "aaab b", "aaab|b"},
		{"colou?r", "color colour", "color|colour"},
		{"x{2,3}", "x xx xxxxx", "xx|xxx|xx"},
		{"(a|ab)(c|bcd)?", "abcd", "a"},
		{"", "ab", "||"},
		{"\\.\\*", "a.*b", ".*"},
		{"nothing", "something", ""},
		{"(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct find *f CLEANUP(find_freep) = NULL;
		struct err err = {0};
		char got[256] = "";
		size_t from = 0, n = 0;
		struct sv hit;
		if (find_compile(sv_from_cstr(cases[i].pattern), &f, &err) != 0)
			fail_msg("%s: %s", cases[i].pattern, err.detail);
		for (int k = 0; find_next(f, sv_from_cstr(cases[i].text), &from, &hit); k++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s", k > 0 ? "|" : "",
				SV_ARG(hit));
		CHECK_STR(cases[i].pattern, got, cases[i].want);
	}
}

static void test_bad(void **state)
{
	static const char *const patterns[] = {"(", ")", "a)", "[a", "*", "+a", "a**", "a{3,1}", "a{",
		"a{1000}", "\\q", "\\", "[z-a]", "(((((((((((((((((((((((a)))))))))))))))))))))))",
		"(a{100}){100}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct find *f CLEANUP(find_freep) = NULL;
		struct err err = {0};
		CHECK_INT(patterns[i], find_compile(sv_from_cstr(patterns[i]), &f, &err), E_RULESET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
