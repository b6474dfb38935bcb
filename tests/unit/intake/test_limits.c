/* What reading a file may take, by its length, its form and the settings. */
#include "intake/read_limits.h"
#include "unit/unit.h"

#define MB (INT64_C(1) << 20)

static const struct {
	const char *label, *name;
	uint64_t length;
	int64_t memory_setting, seconds_setting;
	int64_t memory_bytes, seconds;
} cases[] = {
	{"a small table", "a.csv", 1000, 2048 * MB, 600, 512 * MB, 30},
	{"a small packed one", "a.xlsx", 1000, 2048 * MB, 600, 512 * MB, 30},
	{"an empty file", "a.csv", 0, 2048 * MB, 600, 512 * MB, 30},
	{"grows with the table", "a.csv", 64 << 20, 2048 * MB, 600, 1024 * MB, 64},
	{"and more with a packed one", "a.csv.gz", 8 << 20, 2048 * MB, 600, 1024 * MB, 64},
	{"not beyond the settings", "a.csv", 1 << 30, 2048 * MB, 600, 2048 * MB, 600},
	{"which may be below the floor", "a.csv", 1, 64 * MB, 5, 64 * MB, 5},
	{"a length that no file has", "a.zip", UINT64_MAX, 2048 * MB, 600, 2048 * MB, 600},
	{"a name without extension", "a", 64 << 20, 2048 * MB, 600, 1024 * MB, 64},
};

static void test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct conf conf = {.intake_memory_bytes = cases[i].memory_setting,
			.intake_seconds = cases[i].seconds_setting};
		struct read_limits got =
			read_limits(&conf, sv_from_cstr(cases[i].name), cases[i].length);

		if (got.memory_bytes != cases[i].memory_bytes || got.seconds != cases[i].seconds)
			fail_msg("%s: %lld bytes, %lld s", cases[i].label,
				(long long)got.memory_bytes, (long long)got.seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
