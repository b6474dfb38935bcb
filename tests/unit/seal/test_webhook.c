/* Standard Webhooks: the specification's own example, and what is not accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "seal/webhook.h"

#define SECRET SV("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
#define SIGNATURE SV("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

static const struct webhook_message golden = {.id = {"msg_p5jXN8AQM9LWM0D4loKWxJek", 28},
	.timestamp = 1614265330,
	.body = {"{\"test\": 2432232314}", 20}};

static void test_the_golden_vector(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(0, webhook_sign(SECRET, &golden, &out, NULL));
	assert_true(sv_eq(buf_sv(&out), SIGNATURE));
	assert_int_equal(0, webhook_verify(SECRET, &golden, SIGNATURE, golden.timestamp, NULL));
}

static const struct {
	const char *label, *signatures;
	int64_t late;
	int want;
} cases[] = {
	{"among others", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v2,x", 0, 0},
	{"at the end of the window", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 300, 0},
	{"too old", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 301, E_FORBIDDEN},
	{"of the future", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", -301, E_FORBIDDEN},
	{"another signature", "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 0, E_FORBIDDEN},
	{"another scheme", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 0, E_FORBIDDEN},
	{"no scheme", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 0, E_FORBIDDEN},
	{"none", "", 0, E_FORBIDDEN},
	{"a part", "v1,g0hM9SsE", 0, E_FORBIDDEN},
};

static void test_verifying(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		int rc = webhook_verify(SECRET, &golden, sv_from_cstr(cases[i].signatures),
			golden.timestamp + cases[i].late, &err);

		if (rc != cases[i].want)
			fail_msg("%s: %s", cases[i].label, err_name(rc));
	}
}

static void test_every_part_is_signed(void **state)
{
	struct webhook_message m = golden;

	(void)state;
	m.id = SV("msg_p5jXN8AQM9LWM0D4loKWxJel");
	assert_true(webhook_verify(SECRET, &m, SIGNATURE, m.timestamp, NULL) != 0);
	m = golden;
	m.timestamp++;
	assert_true(webhook_verify(SECRET, &m, SIGNATURE, m.timestamp, NULL) != 0);
	m = golden;
	m.body = SV("{\"test\": 2432232315}");
	assert_true(webhook_verify(SECRET, &m, SIGNATURE, m.timestamp, NULL) != 0);
}

static void test_new_secrets(void **state)
{
	struct buf a CLEANUP(buf_free) = BUF_INIT, b CLEANUP(buf_free) = BUF_INIT;
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	webhook_secret_new(&a);
	webhook_secret_new(&b);
	assert_int_equal(6 + 44, a.n);
	assert_string_not_equal(buf_cstr(&a), buf_cstr(&b));
	assert_int_equal(0, webhook_sign(buf_sv(&a), &golden, &out, NULL));
	assert_int_equal(
		0, webhook_verify(buf_sv(&a), &golden, buf_sv(&out), golden.timestamp, NULL));
	assert_int_equal(E_FORBIDDEN,
		webhook_verify(buf_sv(&b), &golden, buf_sv(&out), golden.timestamp, NULL));
}

static void test_what_is_no_secret_is_refused(void **state)
{
	static const struct sv texts[] = {SV(""), SV("whsec_"), SV("whsec_AAAA"), SV("x"),
		SV("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), SV("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*"),
		SV("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(E_INVALID, webhook_sign(texts[i], &golden, &out, NULL));
		assert_int_equal(
			E_INVALID, webhook_verify(texts[i], &golden, SIGNATURE, 0, NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_golden_vector),
		cmocka_unit_test(test_verifying),
		cmocka_unit_test(test_every_part_is_signed),
		cmocka_unit_test(test_new_secrets),
		cmocka_unit_test(test_what_is_no_secret_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
