/* Logarithms by their steps are those worked out bit by bit: at every step and beside it, at all powers of
 * two, and at random. Powers undo them. */
#include "match/num.h"
#include "unit/match/scene.h"

#define RANDOMS 2000000u

static void check(uint64_t v)
{
	if (num_log2_of(v) != num_log2_squared(v))
		fail_msg("log2 of %llu", (unsigned long long)v);
}

/* The least number of so many bits whose logarithm is at least that. */
static uint64_t step_of(int32_t log)
{
	uint64_t low = UINT64_C(1) << 63, high = UINT64_MAX;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (num_log2_squared(middle) >= log)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void test_steps(void **state)
{
	(void)state;
	for (int32_t k = 1; k <= 64; k++) {
		uint64_t step = step_of(63 * 64 + k);
		for (int shift = 0; shift < 64; shift++) {
			check(step >> shift);
			check((step - 1) >> shift);
			check((step + 1) >> shift);
		}
	}
	for (int shift = 0; shift < 64; shift++)
		check(UINT64_C(1) << shift);
	check(UINT64_MAX);
	check(UINT64_MAX - 1);
	assert_int_equal(num_log2_of(0), 0);
}

static void test_random(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (uint32_t i = 0; i < RANDOMS; i++) {
		uint64_t v = (uint64_t)random_of(&seed) << 32 | random_of(&seed);
		check(v >> random_of(&seed) % 64);
	}
}

static void test_powers(void **state)
{
	struct num n;

	(void)state;
	num_init(&n);
	for (uint32_t v = 1; v < NUM_LOG_TABLE; v++)
		assert_int_equal(num_log2(&n, v), num_log2_squared(v));
	for (int32_t q = 6; q < 50 * 64; q += 7) {
		double p = num_pow2(&n, q);
		int32_t back = num_log2(&n, (uint64_t)(p * 1024)) - 10 * 64;
		assert_in_range(back - q + 1, 0, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_powers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
