/* Sorting by a number of 64 bits and one of 32: beside a sort by comparing; equal items keep their
 * order; too little memory is an error of the run. */
#include "match/radix.h"
#include "unit/match/scene.h"

static int by_all(const void *a, const void *b)
{
	const struct radix_item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void test_sorted(void **state)
{
	static const struct {
		const char *label;
		uint32_t n, keys, seconds;
		uint64_t factor;
	} cases[] = {
		{"nothing", 0, 1, 1, 1},
		{"one", 1, 1, 1, 1},
		{"few", 40, 9, 9, 1},
		{"many equal", 5000, 3, 4, 1},
		{"one key, many days", 5000, 1, 100000, 1},
		{"wide keys", 5000, 4000, 2, UINT64_C(0x123456789abcdef)},
		{"all differ", 3000, UINT32_MAX, UINT32_MAX, UINT64_C(0x9e3779b97f4a7c15)},
	};
	struct match_options options = {.threads = 1};
	struct ruleset rules = {.npasses = 0};
	struct err err = {0};
	struct engine *e = engine_open(NULL, 0, &rules, &options, &err);
	uint64_t seed = 9;

	(void)state;
	assert_non_null(e);
	for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
		struct radix_item *item = calloc(cases[c].n + 1, sizeof(*item));
		struct radix_item *want = calloc(cases[c].n + 1, sizeof(*want));
		assert_true(item != NULL && want != NULL);
		for (uint32_t i = 0; i < cases[c].n; i++)
			want[i] = item[i] = (struct radix_item){
				random_of(&seed) % cases[c].keys * cases[c].factor,
				random_of(&seed) % cases[c].seconds, i};
		radix_sort(e, item, cases[c].n);
		qsort(want, cases[c].n, sizeof(*want), by_all);
		for (uint32_t i = 0; i < cases[c].n; i++)
			CHECK_INT(cases[c].label, item[i].row, want[i].row);
		free(item);
		free(want);
	}
	engine_close(e);
}

static void test_signed(void **state)
{
	static const int64_t v[] = {INT64_MIN, -5, -1, 0, 1, 7, INT64_MAX};

	(void)state;
	for (size_t i = 1; i < ARRAY_LEN(v); i++)
		CHECK("ascending", radix_signed(v[i - 1]) < radix_signed(v[i]));
	CHECK("days too", radix_signed32(-1) < radix_signed32(0) &&
		radix_signed32(INT32_MIN) < radix_signed32(INT32_MAX));
}

static void test_memory(void **state)
{
	struct match_options options = {.threads = 1, .memory_bytes = 1000};
	struct ruleset rules = {.npasses = 0};
	struct err err = {0};
	struct engine *e = engine_open(NULL, 0, &rules, &options, &err);
	struct radix_item *item = calloc(1000, sizeof(*item));

	(void)state;
	assert_true(e != NULL && item != NULL);
	radix_sort(e, item, 1000);
	CHECK_INT("no room", engine_error(e), E_MEMORY_BOUND);
	free(item);
	engine_close(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
