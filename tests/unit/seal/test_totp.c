/* One-time passwords: the table of RFC 6238 (appendix B), the window, and what people are shown. */
#include "seal/totp.h"

#include "seal/code.h"
#include "seal/seal.h"
#include "unit/unit.h"

#define SEED20 "12345678901234567890"
#define SEED32 "12345678901234567890123456789012"
#define SEED64 "1234567890123456789012345678901234567890123456789012345678901234"

static void test_rfc_6238(void **state)
{
	static const struct {
		int64_t time;
		enum totp_hash hash;
		const char *code;
	} cases[] = {
		{59, TOTP_SHA1, "94287082"},
		{59, TOTP_SHA256, "46119246"},
		{59, TOTP_SHA512, "90693936"},
		{1111111109, TOTP_SHA1, "07081804"},
		{1111111109, TOTP_SHA256, "68084774"},
		{1111111109, TOTP_SHA512, "25091201"},
		{1111111111, TOTP_SHA1, "14050471"},
		{1111111111, TOTP_SHA256, "67062674"},
		{1111111111, TOTP_SHA512, "99943326"},
		{1234567890, TOTP_SHA1, "89005924"},
		{1234567890, TOTP_SHA256, "91819424"},
		{1234567890, TOTP_SHA512, "93441116"},
		{2000000000, TOTP_SHA1, "69279037"},
		{2000000000, TOTP_SHA256, "90698825"},
		{2000000000, TOTP_SHA512, "38618901"},
		{20000000000, TOTP_SHA1, "65353130"},
		{20000000000, TOTP_SHA256, "77737706"},
		{20000000000, TOTP_SHA512, "47863826"},
	};
	static const struct sv seeds[] = {
		[TOTP_SHA1] = SV(SEED20), [TOTP_SHA256] = SV(SEED32), [TOTP_SHA512] = SV(SEED64)};
	char code[9];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(totp_code(seeds[cases[i].hash], cases[i].hash, 8, cases[i].time,
					 code, NULL),
			0);
		assert_string_equal(code, cases[i].code);
	}
	assert_int_equal(totp_code(SV(SEED20), TOTP_SHA1, 5, 0, code, NULL), E_INTERNAL);
	assert_int_equal(totp_code(SV(SEED20), TOTP_SHA1, 9, 0, code, NULL), E_INTERNAL);
}

static void test_window(void **state)
{
	static const struct {
		const char *label;
		int64_t off; /* of the code's time */
		bool taken;
	} cases[] = {
		{"now", 0, true},
		{"one step early", 30, true},
		{"one step late", -30, true},
		{"two steps early", 60, false},
		{"two steps late", -60, false},
	};
	const int64_t now = 1234567890;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t step = 0;
		char code[9];

		assert_int_equal(totp_code(SV(SEED20), TOTP_SHA1, TOTP_DIGITS,
					 now + cases[i].off, code, NULL),
			0);
		if (totp_verify(SV(SEED20), sv_from_cstr(code), now, &step) != cases[i].taken)
			fail_msg("%s", cases[i].label);
		if (cases[i].taken)
			assert_int_equal(step, (now + cases[i].off) / 30);
	}
}

static void test_refuses(void **state)
{
	static const struct sv codes[] = {SV(""), SV("12345"), SV("1234567"), SV("89005924"),
		SV("abcdef"), SV("00592\0")};
	int64_t step = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		assert_false(totp_verify(SV(SEED20), codes[i], 1234567890, &step));
	assert_int_equal(step, 7);
	assert_true(totp_verify(SV(SEED20), SV("005924"), 1234567890, &step));
}

static void test_base32_and_uri(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {/* RFC 4648 section 10 */
		{"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"},
		{"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"},
		{SEED20, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}};
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&out);
		totp_add_base32(&out, sv_from_cstr(cases[i].in));
		assert_string_equal(buf_cstr(&out), cases[i].out);
	}
	buf_reset(&out);
	totp_add_uri(&out, "378 Recon", SV("ö&x@y.test"), SV("foobar"));
	assert_string_equal(buf_cstr(&out),
		"otpauth://totp/378%20Recon:%C3%B6%26x%40y.test?secret=MZXW6YTBOI"
		"&issuer=378%20Recon&algorithm=SHA1&digits=6&period=30");
}

static void test_recovery_codes(void **state)
{
	static const char *const bad[] = {"", "abc", "000000-000000-000000-00000",
		"000000-000000-000000-0000000", "000000-000000-000000-00000u",
		"000000-000000-000000-00000!"};
	struct code_recovery a, b;
	char typed[64];
	uint8_t hash[32];
	size_t n = 0;

	(void)state;
	code_recovery_new(&a);
	code_recovery_new(&b);
	assert_int_equal(strlen(a.text), CODE_RECOVERY_LEN);
	assert_string_not_equal(a.text, b.text);
	assert_int_equal(code_recovery_hash(sv_from_cstr(a.text), hash), 0);
	assert_memory_equal(hash, a.hash, 32);
	/* as somebody types it */
	for (const char *p = a.text; *p; p++) {
		typed[n++] = *p == '-' ? ' ' : *p == '0' ? 'O' : *p == '1' ? 'I' : (char)(*p >= 'a' ? *p - 32 : *p);
		if (n % 5 == 0)
			typed[n++] = ' ';
	}
	assert_int_equal(code_recovery_hash(sv_from(typed, n), hash), 0);
	assert_memory_equal(hash, a.hash, 32);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(code_recovery_hash(sv_from_cstr(bad[i]), hash), E_INVALID);
}

static int setup(void **state)
{
	(void)state;
	seal_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_6238),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_base32_and_uri),
		cmocka_unit_test(test_recovery_codes),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
