/*
 * Substring search over a column against the obvious search, cell by cell.
 */
#include "grid/find.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "col/col_build.h"

static void compare(const struct col_table *t, struct sv needle)
{
	uint64_t *bits = calloc(t->rows / 64 + 1, 8);

	assert_non_null(bits);
	find_rows(&t->cols[0].str, t->rows, needle, bits);
	for (uint32_t r = 0; r < t->rows; r++) {
		struct sv s = col_text(&t->cols[0], r);
		bool want = s.n > 0 && memmem(s.p, s.n, needle.p, needle.n) != NULL;

		if ((bits[r >> 6] >> (r & 63) & 1) != want)
			fail_msg("row %u '%.*s' needle '%.*s'", r, SV_ARG(s), SV_ARG(needle));
	}
	free(bits);
}

static void test_against_memmem(void **state)
{
	static const char *const needles[] = {"a", "ab", "aba", "b", "bbb", "c", "abab", "zz",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_build b;
	uint32_t seed = 7;

	(void)state;
	assert_int_equal(col_build_init(&b, 1, NULL), 0);
	col_build_define(&b, 0, "s", COL_TEXT, COL_FIELD);
	for (int i = 0; i < 5000; i++) {
		char cell[64];
		size_t n = (seed = seed * 1664525 + 1013904223) >> 27;

		for (size_t k = 0; k < n; k++)
			cell[k] = (char)('a' + ((seed = seed * 1664525 + 1013904223) >> 30));
		col_build_str(&b, 0, sv_from(cell, i % 100 == 99 ? 0 : n), SV_NULL);
	}
	assert_int_equal(col_build_finish(&b, &t, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(needles); i++)
		compare(&t, sv_from_cstr(needles[i]));
}

static void test_hit_across_cells_is_none(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_build b;

	(void)state;
	assert_int_equal(col_build_init(&b, 1, NULL), 0);
	col_build_define(&b, 0, "s", COL_TEXT, COL_FIELD);
	for (int i = 0; i < 200; i++)
		col_build_str(&b, 0, i % 2 ? SV("cd") : SV("ab"), SV_NULL);
	assert_int_equal(col_build_finish(&b, &t, NULL), 0);
	compare(&t, SV("bc"));
	compare(&t, SV("ab"));
	compare(&t, SV("d"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_memmem),
		cmocka_unit_test(test_hit_across_cells_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
