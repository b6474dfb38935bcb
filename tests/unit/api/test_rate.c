/*
 * GCRA: how many requests in a row, how fast they come back, and that keys do not free each other.
 */
#include "api/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int64_t now_us;

static int64_t fake_now(void *ctx)
{
	(void)ctx;
	return now_us;
}

static struct clock fake_clock(void)
{
	return (struct clock){.wall_us = fake_now, .mono_us = fake_now};
}

/* From rest: exactly `limit` requests, then one per interval. */
static void test_burst_then_interval(void **state)
{
	int64_t tat = 0;
	int64_t now = INT64_C(1800000000000000);
	struct rate_verdict v = {.allowed = true};
	int64_t allowed = 0;
	int64_t before;
	int64_t due;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		tat = rate_gcra(RATE_WRITE, tat, now, &v);
		if (!v.allowed)
			break;
		allowed++;
		assert_int_equal(v.remaining, v.limit - allowed);
	}
	assert_int_equal(allowed, v.limit);
	assert_int_equal(v.remaining, 0);
	assert_true(v.retry_ms > 0);
	due = now + v.retry_ms * 1000;
	before = tat;
	tat = rate_gcra(RATE_WRITE, tat, due - 1000, &v);
	assert_false(v.allowed);
	assert_int_equal(tat, before);
	tat = rate_gcra(RATE_WRITE, tat, due, &v);
	assert_true(v.allowed);
	tat = rate_gcra(RATE_WRITE, tat, due, &v);
	assert_true(tat > before);
}

static void test_rest_restores_all(void **state)
{
	int64_t tat = 0;
	struct rate_verdict v;

	(void)state;
	for (int i = 0; i < 50; i++)
		tat = rate_gcra(RATE_SIGN_IN, tat, 1000, &v);
	tat = rate_gcra(RATE_SIGN_IN, tat, INT64_C(3600000000), &v);
	assert_true(v.allowed);
	assert_int_equal(v.remaining, v.limit - 1);
}

static void test_local_keys_are_apart(void **state)
{
	struct rate_local *r = rate_local_new(fake_clock());
	struct rate_verdict v = {.allowed = true};

	(void)state;
	assert_non_null(r);
	now_us = 1000000;
	while (v.allowed)
		rate_check_local(r, RATE_SIGN_IN, SV("a:192.0.2.1"), &v);
	rate_check_local(r, RATE_SIGN_IN, SV("a:192.0.2.2"), &v);
	assert_true(v.allowed);
	rate_check_local(r, RATE_READ, SV("a:192.0.2.1"), &v);
	assert_true(v.allowed);
	rate_check_local(r, RATE_SIGN_IN, SV("a:192.0.2.1"), &v);
	assert_false(v.allowed);
	now_us += v.retry_ms * 1000 + 1000;
	rate_check_local(r, RATE_SIGN_IN, SV("a:192.0.2.1"), &v);
	assert_true(v.allowed);
	rate_local_free(r);
	rate_local_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_interval),
		cmocka_unit_test(test_rest_restores_all),
		cmocka_unit_test(test_local_keys_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
