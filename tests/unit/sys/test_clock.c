/*
 * Clocks and randomness.
 */
#include "sys/clock.h"

#include <time.h>

#include "unit/unit.h"

static void system_clocks_run(void **state UNUSED)
{
	struct clock c = clock_system();
	int64_t mono = clock_mono_us(&c);
	int64_t wall = clock_wall_us(&c);

	assert_true(clock_mono_us(&c) >= mono);
	assert_true(wall / 1000000 >= (int64_t)time(NULL) - 2);
	assert_true(wall / 1000000 <= (int64_t)time(NULL) + 2);
}

static void system_randomness_fills_everything(void **state UNUSED)
{
	struct random r = random_system();
	unsigned char bytes[600] = {0};
	unsigned zeros = 0;

	random_fill(&r, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		zeros += bytes[i] == 0;
	assert_true(zeros < 100);
	random_fill(&r, bytes, 0);
}

static int64_t fixed_time(void *ctx)
{
	return *(int64_t *)ctx;
}

static void fixed_bytes(void *ctx, void *p, size_t n)
{
	memset(p, *(int *)ctx, n);
}

static void ids_repeat_with_their_parameters(void **state UNUSED)
{
	int64_t now = INT64_C(1700000000123456);
	int byte = 0xff;
	struct clock c = {fixed_time, fixed_time, &now};
	struct random r = {fixed_bytes, &byte};
	struct uuid u = random_uuid(&r, &c);
	char text[UUID_TEXT_LEN + 1];

	uuid_format(&u, text);
	assert_string_equal(text, "018bcfe5-687b-7fff-bfff-ffffffffffff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(system_clocks_run),
		cmocka_unit_test(system_randomness_fills_everything),
		cmocka_unit_test(ids_repeat_with_their_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
