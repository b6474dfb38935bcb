/*
 * Without memory: every allocation of building, writing and loading fails once. The answer is
 * E_NO_MEMORY, and (under the leak sanitizer) nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/pages.h"
#include "col/col_build.h"
#include "col/result_file.h"
#include "col/table_file.h"

/* The linker sends the allocations of this program here (--wrap). */
static long left = -1; /* until the one that fails; -1: none does */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);

static bool fails(void)
{
	return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
	return fails() ? NULL : __real_aligned_alloc(align, n);
}

static int build(struct col_table *ret, struct err *err)
{
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	int rc = col_build_init(&b, 3, err);

	if (rc != 0)
		return rc;
	col_build_define(&b, 0, "text", COL_TEXT, COL_FIELD);
	col_build_define(&b, 1, "amount", COL_AMOUNT, COL_FIELD);
	col_build_define(&b, 2, "date", COL_DATE, COL_FIELD);
	for (int i = 0; i < 3000; i++) { /* past the first capacity of rows, lines and bytes */
		col_build_str(&b, 0, i % 100 ? SV("some text") : SV("Some Text"), SV("some text"));
		col_build_i64(&b, 1, i);
		if (i % 50)
			col_build_i32(&b, 2, i);
		else
			col_build_missing(&b, 2);
		col_build_line(&b, (uint32_t)i);
	}
	return col_build_finish(&b, ret, err);
}

static int table_round(struct err *err)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_table again CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct table_info info = {0};
	int rc = build(&t, err);

	if (rc == 0)
		rc = table_file_write(COL_FILE_DATASET, &t, &info, col_sink_buf(&file), err);
	if (rc != 0)
		return rc;
	struct col_memory m = {(const uint8_t *)file.p, file.n};
	return table_file_load(
		col_source_memory(&m), COL_FILE_DATASET, TABLE_ALL, NULL, 0, &info, &again, err);
}

static int make_result(struct result *r, struct err *err)
{
	r->ninputs = r->npasses = r->ncomparisons = r->nlevels = 1;
	r->inputs = result_alloc(r, sizeof(*r->inputs));
	r->passes = result_alloc(r, sizeof(*r->passes));
	r->comparisons = result_alloc(r, sizeof(*r->comparisons));
	r->levels = result_alloc(r, sizeof(*r->levels));
	const char *name = result_strdup(r, SV("name"));
	if (!r->inputs || !r->passes || !r->comparisons || !r->levels || !name)
		return err_set(err, E_NO_MEMORY, NULL);
	r->inputs[0].rows = 9;
	r->passes[0].name = r->comparisons[0].field = r->levels[0].name = name;
	r->comparisons[0].level_count = 1;
	int rc = result_set_patterns(r, 2, err);
	if (rc == 0)
		rc = result_set_matches(r, 0, err);
	if (rc == 0)
		rc = result_set_members(r, 0, err);
	if (rc == 0)
		rc = result_set_candidates(r, 0, err);
	return rc != 0 ? rc : result_set_open(r, 0, err);
}

static int result_round(struct err *err)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct result again CLEANUP(result_free) = RESULT_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	int rc = make_result(&r, err);

	if (rc == 0)
		rc = result_file_write(&r, col_sink_buf(&file), err);
	if (rc != 0)
		return rc;
	struct col_memory m = {(const uint8_t *)file.p, file.n};
	return result_file_load(col_source_memory(&m), &again, err);
}

/* Fails the first, the second … allocation until the round needs no more of them. */
static void starve(int (*round)(struct err *err))
{
	for (long k = 0;; k++) {
		struct err err = {0};

		left = k;
		int rc = round(&err);
		bool reached = left < 0;
		left = -1;
		/* A name that cannot be kept makes a description look broken: that is an answer
		 * too. */
		if (reached)
			assert_true(rc == E_NO_MEMORY || rc == E_CORRUPT);
		else
			assert_int_equal(rc, 0);
		if (!reached)
			break;
		assert_true(k < 1000);
	}
}

static void test_table(void **state)
{
	(void)state;
	starve(table_round);
}

static void test_result(void **state)
{
	(void)state;
	starve(result_round);
}

/* Is it zero, aligned, and in the pages (or in none, with size 0)? */
static void check_place(const char *p, size_t n, const char *pages, size_t size)
{
	assert_non_null(p);
	assert_int_equal((uintptr_t)p % 64, 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], 0);
	assert_true(size == 0 || (p > pages && p + n + COL_PAD <= pages + size));
}

/* Large arrays of a result are made of pages that it was given, the smallest that have the room, whatever
 * was in them; what does not fit is made of others. */
static void test_given(void **state)
{
	struct result r CLEANUP(result_free) = RESULT_INIT;
	const size_t n = 700000, wide = (size_t)8 << 20;
	size_t size[2];
	char *pages[2] = {pages_map((size_t)1 << 20, &size[0]), pages_map((size_t)4 << 20, &size[1])};

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_non_null(pages[i]);
		memset(pages[i], 0xab, size[i]);
		result_give(&r, pages[i], size[i]);
	}
	check_place(result_alloc(&r, n), n, pages[0], size[0]);
	for (int i = 0; i < 4; i++)
		check_place(result_alloc(&r, n), n, pages[1], size[1]);
	const char *other = result_alloc(&r, wide);
	check_place(other, wide, NULL, 0);
	for (int i = 0; i < 2; i++)
		assert_true(other + wide <= pages[i] || other >= pages[i] + size[i]);
	assert_true(result_bytes(&r) > wide + 5 * n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
