/*
 * Group search against brute force over every subset, and its three-valued answer.
 */
#include "match/subset.h"

#include "unit/unit.h"

static int setup(void **state)
{
	*state = subset_search_new();
	return *state == NULL;
}

static int teardown(void **state)
{
	subset_search_free((struct subset_search **)state);
	return 0;
}

static uint32_t brute(const struct subset_query *q, uint64_t *ret_best)
{
	uint32_t count = 0;

	*ret_best = 0;
	for (uint64_t mask = 1; mask < UINT64_C(1) << q->n; mask++) {
		const uint32_t lines = (uint32_t)__builtin_popcountll(mask);
		int64_t sum = 0;
		if (lines < q->min_lines || (q->max_lines && lines > q->max_lines))
			continue;
		for (uint32_t i = 0; i < q->n; i++)
			sum += mask >> i & 1 ? q->amount[i] : 0;
		if (sum < q->target - q->tolerance || sum > q->target + q->tolerance)
			continue;
		if (count++ == 0 || lines < (uint32_t)__builtin_popcountll(*ret_best))
			*ret_best = mask;
	}
	return count;
}

static uint32_t lcg(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

static void equals_brute_force(void **state)
{
	uint32_t seed = 1;
	int found = 0, several = 0;

	for (int round = 0; round < 4000; round++) {
		int64_t amount[14];
		struct subset_query q = {.amount = amount, .n = 1 + lcg(&seed) % 14,
			.tolerance = lcg(&seed) % 3 ? 0 : lcg(&seed) % 4, .min_lines = 1 + lcg(&seed) % 3,
			.max_lines = lcg(&seed) % 3 ? 2 + lcg(&seed) % 7 : 0, .budget = UINT64_C(1) << 40};
		struct subset_answer a;
		uint64_t best;
		char label[32];
		const uint32_t spread = round % 4 == 0 ? 20 : 5000;
		snprintf(label, sizeof(label), "round %d", round);
		for (uint32_t i = 0; i < q.n; i++) {
			amount[i] = 1 + lcg(&seed) % spread;
			amount[i] = round % 5 == 0 && lcg(&seed) % 3 == 0 ? -amount[i] : amount[i];
			q.target += lcg(&seed) % 3 == 0 ? amount[i] : 0;
		}
		const uint32_t want = brute(&q, &best);
		subset_find(*state, &q, &a);
		if (a.reason == SUBSET_NOT_IDENTIFIABLE) {
			CHECK(label, a.e0 > 4 * SUBSET_E0_ONE);
			continue;
		}
		CHECK_INT(label, a.outcome, want ? SUBSET_FOUND : SUBSET_NONE);
		CHECK_INT(label, a.count, want > SUBSET_COUNT_MAX ? SUBSET_COUNT_MAX : want);
		if (want == 0)
			continue;
		found++;
		several += want > 1;
		CHECK_INT(label, __builtin_popcountll(a.fit[0]), __builtin_popcountll(best));
		for (uint32_t f = 0; f < a.count && f < SUBSET_FITS_MAX; f++) {
			int64_t sum = 0;
			for (uint32_t i = 0; i < q.n; i++)
				sum += a.fit[f] >> i & 1 ? amount[i] : 0;
			CHECK_INT(label, a.sum[f], sum);
			CHECK(label, sum >= q.target - q.tolerance && sum <= q.target + q.tolerance);
			for (uint32_t g = 0; g < f; g++)
				CHECK(label, a.fit[g] != a.fit[f]);
		}
	}
	assert_true(found > 1000 && several > 100);
}

static void one_minor_unit_off_is_no_fit(void **state)
{
	const int64_t amount[] = {1001, 2003, 4007, 8011};
	struct subset_query q = {.amount = amount, .n = 4, .target = 3005, .min_lines = 2};
	struct subset_answer a;

	subset_find(*state, &q, &a);
	assert_int_equal(a.outcome, SUBSET_NONE);
	q.tolerance = 1;
	subset_find(*state, &q, &a);
	assert_int_equal(a.outcome, SUBSET_FOUND);
	assert_int_equal(a.fit[0], 3);
}

static void chance_is_counted(void **state)
{
	int64_t amount[20];
	struct subset_query q = {.amount = amount, .n = 20, .min_lines = 2, .max_lines = 8};
	struct subset_answer a;

	/* A million subsets over few lattice points: a fit says nothing. */
	for (int i = 0; i < 20; i++)
		amount[i] = 100 + i;
	q.target = 525;
	subset_find(*state, &q, &a);
	assert_int_equal(a.outcome, SUBSET_NOT_PROVED);
	assert_int_equal(a.reason, SUBSET_NOT_IDENTIFIABLE);
	/* The same number of subsets over a wide range: a fit says much. */
	for (int i = 0; i < 20; i++)
		amount[i] = 1000003 * (int64_t)(i + 3) * (i + 7) + 17 * i * i * i;
	q.target = amount[2] + amount[5] + amount[11];
	subset_find(*state, &q, &a);
	assert_int_equal(a.outcome, SUBSET_FOUND);
	assert_int_equal(a.count, 1);
	assert_int_equal(a.fit[0], 1 << 2 | 1 << 5 | 1 << 11);
	assert_true(a.e0 < SUBSET_E0_ONE / 10);
}

static void large_pools_are_cut_and_say_so(void **state)
{
	int64_t amount[64];
	struct subset_query q = {.amount = amount, .n = 64, .min_lines = 2};
	struct subset_answer a;

	for (int i = 0; i < 64; i++)
		amount[i] = 1000000007 + (int64_t)i * i * i * 7919 * 31;
	q.target = amount[0] + amount[1] + amount[2];
	subset_find(*state, &q, &a);
	assert_int_equal(a.outcome, SUBSET_NOT_PROVED);
	assert_int_equal(a.reason, SUBSET_CUT);
	assert_true(a.states <= UINT64_C(1) << 19);
	assert_true(a.count >= 1);
	assert_int_equal(a.fit[0], 7);
}

static void reachability_proves_none(void **state)
{
	int64_t amount[64];
	struct subset_query q = {.amount = amount, .n = 64, .min_lines = 1, .target = 100};
	struct subset_answer a;

	for (int i = 0; i < 64; i++)
		amount[i] = 101 + i;
	subset_find(*state, &q, &a);
	assert_int_equal(a.outcome, SUBSET_NONE);
	q.target = 163;
	subset_find(*state, &q, &a);
	assert_int_not_equal(a.outcome, SUBSET_NONE);
}

static const struct {
	const char *label;
	int64_t amount[6];
	uint32_t n;
	int64_t target;
	uint32_t min, max, count, lo, hi;
} run_cases[] = {
	{"whole", {1, 2, 3}, 3, 6, 1, 0, 1, 0, 3},
	{"middle", {10, 2, 3, 10}, 4, 5, 2, 0, 1, 1, 3},
	{"twice", {2, 3, 9, 3, 2}, 5, 5, 2, 0, 2, 0, 2},
	{"too many lines", {1, 1, 1}, 3, 3, 1, 2, 0, 0, 0},
	{"negative inside", {10, -4, 1}, 3, 7, 2, 0, 1, 0, 3},
	{"none", {1, 2}, 2, 9, 1, 0, 0, 0, 0},
};

static void runs(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(run_cases); i++) {
		uint32_t lo = 0, hi = 0;
		CHECK_INT(run_cases[i].label,
			subset_run(run_cases[i].amount, run_cases[i].n, run_cases[i].target, 0,
				run_cases[i].min, run_cases[i].max, &lo, &hi),
			run_cases[i].count);
		CHECK_INT(run_cases[i].label, lo, run_cases[i].lo);
		CHECK_INT(run_cases[i].label, hi, run_cases[i].hi);
	}
}

static const struct {
	const char *label;
	int64_t amount[6];
	uint32_t n;
	int64_t target;
	uint32_t except, count, n_out, out[3];
} all_but_cases[] = {
	{"all", {1, 2, 4}, 3, 7, 3, 1, 0, {0}},
	{"but one", {1, 2, 4}, 3, 5, 3, 1, 1, {1}},
	{"but one, not allowed", {1, 2, 4}, 3, 5, 0, 0, 0, {0}},
	{"but two", {1, 2, 4, 8, 16}, 5, 21, 3, 1, 2, {1, 3}},
	{"but three", {1, 2, 4, 8, 16, 32}, 6, 42, 3, 1, 3, {0, 2, 4}},
	{"two ways", {5, 5, 9}, 3, 14, 1, 2, 1, {0}},
	{"no way", {5, 5, 9}, 3, 100, 3, 0, 0, {0}},
};

static void all_but(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(all_but_cases); i++) {
		uint32_t out[3] = {0}, n = 0;
		CHECK_INT(all_but_cases[i].label,
			subset_all_but(all_but_cases[i].amount, all_but_cases[i].n,
				all_but_cases[i].target, 0, all_but_cases[i].except, out, &n),
			all_but_cases[i].count);
		CHECK_INT(all_but_cases[i].label, n, all_but_cases[i].n_out);
		for (uint32_t k = 0; k < n; k++)
			CHECK_INT(all_but_cases[i].label, out[k], all_but_cases[i].out[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_brute_force),
		cmocka_unit_test(one_minor_unit_off_is_no_fit),
		cmocka_unit_test(chance_is_counted),
		cmocka_unit_test(large_pools_are_cut_and_say_so),
		cmocka_unit_test(reachability_proves_none),
		cmocka_unit_test(runs),
		cmocka_unit_test(all_but),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
