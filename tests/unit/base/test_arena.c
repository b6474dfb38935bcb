/*
 * The arena.
 */
#include "base/arena.h"

#include "unit/unit.h"

static void memory_is_zeroed_aligned_and_apart(void **state UNUSED)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 4000, 5000, 100000, 3};
	struct arena a CLEANUP(arena_free);
	unsigned char *p[ARRAY_LEN(sizes)];

	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		p[i] = arena_alloc(&a, sizes[i]);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[i][k], i + 1);
	assert_true(arena_ok(&a));
}

static void limit_is_kept_until_reset(void **state UNUSED)
{
	struct arena a CLEANUP(arena_free);

	arena_init(&a, 100);
	assert_non_null(arena_alloc(&a, 100 - 16));
	assert_null(arena_alloc(&a, 17));
	assert_false(arena_ok(&a));
	assert_null(arena_alloc(&a, 1)); /* sticky */
	arena_reset(&a);
	assert_true(arena_ok(&a));
	assert_int_equal(a.used, 0);
	assert_non_null(arena_alloc(&a, 100));
	assert_null(arena_alloc(&a, 101));
}

static void reset_reuses_memory_zeroed(void **state UNUSED)
{
	struct arena a CLEANUP(arena_free);
	char *p;

	arena_init(&a, 0);
	p = arena_alloc(&a, 32);
	memset(p, 'x', 32);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&a, 3000));
	arena_reset(&a);
	assert_ptr_equal(arena_alloc(&a, 32), p);
	for (int i = 0; i < 32; i++)
		assert_int_equal(p[i], 0);
}

static void reset_and_free_of_nothing(void **state UNUSED)
{
	struct arena a = {0};

	arena_reset(&a);
	assert_non_null(arena_alloc(&a, 10)); /* a zeroed arena works as one without a limit */
	arena_free(&a);
	arena_free(&a);
	assert_null(a.blocks);
}

static void arrays_check_their_size(void **state UNUSED)
{
	struct arena a CLEANUP(arena_free);
	uint64_t *p;

	arena_init(&a, 0);
	p = ARENA_ARRAY(&a, 10, uint64_t);
	assert_non_null(p);
	assert_int_equal(p[9], 0);
	assert_non_null(ARENA_NEW(&a, struct sv));
	assert_null(arena_array(&a, SIZE_MAX / 2, 3));
	assert_false(arena_ok(&a));
	arena_reset(&a);
	assert_null(arena_array(&a, SIZE_MAX / 2, 1));
	assert_false(arena_ok(&a));
}

static void copies_text(void **state UNUSED)
{
	struct arena a CLEANUP(arena_free);
	struct sv copy;

	arena_init(&a, 1000);
	assert_string_equal(arena_strdup(&a, "abc"), "abc");
	copy = arena_sv(&a, sv_from("a\0b", 3));
	assert_int_equal(copy.n, 3);
	assert_memory_equal(copy.p, "a\0b", 4);
	copy = arena_sv(&a, SV_NULL);
	assert_non_null(copy.p);
	assert_int_equal(copy.n, 0);
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
}

static void copies_fail_over_the_limit(void **state UNUSED)
{
	static const char text[] = "a text that is longer than the arena may become";
	struct arena a CLEANUP(arena_free);

	arena_init(&a, 32);
	assert_null(arena_strdup(&a, text));
	arena_reset(&a);
	assert_null(arena_sv(&a, sv_from_cstr(text)).p);
	arena_reset(&a);
	assert_null(arena_printf(&a, "%s", text));
	assert_false(arena_ok(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(limit_is_kept_until_reset),
		cmocka_unit_test(reset_reuses_memory_zeroed),
		cmocka_unit_test(reset_and_free_of_nothing),
		cmocka_unit_test(arrays_check_their_size),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(copies_fail_over_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
