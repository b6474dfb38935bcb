/*
 * Pages: zero when they come, whole huge ones where they fit, kept when they grow.
 */
#include "base/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_sizes(void **state)
{
	static const struct {
		size_t n, size;
	} cases[] = {
		{1, 4096},
		{4097, 8192},
		{PAGES_HUGE, PAGES_HUGE},
		{PAGES_HUGE + 1, 2 * PAGES_HUGE},
		{5 * PAGES_HUGE, 5 * PAGES_HUGE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t size = 0;
		char *p = pages_map(cases[i].n, &size);

		assert_non_null(p);
		assert_int_equal(size, cases[i].size);
		assert_true(size < PAGES_HUGE || (uintptr_t)p % PAGES_HUGE == 0);
		for (size_t k = 0; k < size; k += 4096)
			assert_int_equal(p[k], 0);
		p[size - 1] = 1;
		pages_unmap(p, size);
	}
}

static void test_grow_and_shrink(void **state)
{
	size_t size = 0, grown = 0;
	char *p = pages_map(100000, &size);

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < size; i++)
		p[i] = (char)(i % 251);
	for (size_t n = 1 << 20; n <= 32 << 20; n *= 2) {
		size_t had = size;

		p = pages_grow(p, size, n, &grown);
		assert_non_null(p);
		assert_true(grown >= n);
		assert_true(n < PAGES_HUGE || (uintptr_t)p % PAGES_HUGE == 0);
		assert_int_equal(p[had], 0);
		p[had] = 7;
		size = grown;
	}
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(p[i], (char)(i % 251));
	pages_shrink(p, 3 * PAGES_HUGE - 1, &size);
	assert_int_equal(size, 3 * PAGES_HUGE);
	pages_shrink(p, 4 * PAGES_HUGE, &size);
	assert_int_equal(size, 3 * PAGES_HUGE);
	assert_int_equal(p[99999], (char)(99999 % 251));
	pages_unmap(p, size);
}

static void test_too_much(void **state)
{
	size_t size = 0;
	void *p = pages_map(4096, &size);

	(void)state;
	assert_null(pages_map(SIZE_MAX / 4, &size));
	assert_int_equal(size, 4096);
	assert_null(pages_grow(p, 4096, SIZE_MAX / 4, &size));
	pages_unmap(p, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_grow_and_shrink),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
