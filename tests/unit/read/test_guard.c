/* What opens a formula, and that guarding a text and stripping it are each other's opposite. */
#include "read/guard.h"

#include <string.h>

#include "../unit.h"
#include "base/buf.h"

static void test_what_is_guarded(void **state)
{
	static const struct {
		const char *text;
		bool guarded;
	} cases[] = {
		{"", false},
		{"Rent", false},
		{"=1+1", true},
		{"=cmd|' /C calc'!A0", true},
		{"@SUM(1)", true},
		{"+1+1", true},
		{"-1+1", true},
		{"-2+3+cmd|' /C calc'!D2", true},
		{"\t=1", true},
		{"\r=1", true},
		{"\n=1", true},
		{"  =1", true},
		{"\xc2\xa0=1", true},
		{"\xef\xbc\x9d" "1+1", true},
		{"\xef\xbc\xa0SUM", true},
		{"'=1", true},
		{"''  @x", true},
		/* numbers are what they look like */
		{"-12.30", false},
		{"+49", false},
		{"-1,234.50", false},
		{"'-12.30", false},
		{"-", true},
		{"+", true},
		{"-.", true},
		{"-1e5", true},
		{"- 12", true},
		{"'", false},
		{"' ", false},
		{"1=1", false},
		{"a@b.example", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (guard_needed(sv_from_cstr(cases[i].text)) != cases[i].guarded)
			fail_msg("'%s' is taken for the opposite", cases[i].text);
}

static void check_both_ways(struct sv s)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	if (guard_needed(s))
		buf_add_char(&b, '\'');
	buf_add_sv(&b, s);
	if (!sv_eq(guard_strip(sv_from(buf_cstr(&b), b.n)), s))
		fail_msg("'%.*s' does not come back", SV_ARG(s));
}

/* Every text of up to six of the characters that matter. */
static void test_comes_back(void **state)
{
	static const char letters[] = "'= -1+\t.";
	const size_t n = sizeof(letters) - 1;
	size_t total = 1;

	(void)state;
	for (size_t len = 0; len <= 6; len++, total *= n)
		for (size_t k = 0; k < total; k++) {
			char text[6];

			for (size_t i = 0, v = k; i < len; i++, v /= n)
				text[i] = letters[v % n];
			check_both_ways(sv_from(text, len));
		}
}

static void test_foreign_apostrophes_stay(void **state)
{
	(void)state;
	assert_int_equal(guard_strip(SV("'twas")).n, 5);
	assert_int_equal(guard_strip(SV("'")).n, 1);
	assert_int_equal(guard_strip(SV("'007")).n, 4);
	assert_int_equal(guard_strip(SV("'=1")).n, 2);
	assert_int_equal(guard_strip(SV_NULL).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_guarded),
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_foreign_apostrophes_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
