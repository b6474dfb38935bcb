/*
 * Passwords: what may be chosen, and that hashes verify, differ and ask for renewal.
 */
#include "seal/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "seal/seal.h"

/* The least that libsodium takes: the tests are about behaviour, not cost. */
static const struct password_cost cheap = {.memory_bytes = 8192, .passes = 1};

static const struct {
	const char *label;
	const char *password;
	int want;
} check_cases[] = {
	{"eleven bytes", "elevenbytes", E_PASSWORD_WEAK},
	{"twelve bytes", "twelve-bytes", 0},
	{"a sentence", "the invoice was paid twice", 0},
	{"letters of other scripts", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c-7", 0},
	{"not UTF-8", "\xff\xfe\xfd\xfc-abcdefghij", E_PASSWORD_WEAK},
	{"on the list", "password1234", E_PASSWORD_WEAK},
	{"on the list in capitals", "PassWord1234", E_PASSWORD_WEAK},
	{"one character", "aaaaaaaaaaaaaa", E_PASSWORD_WEAK},
	{"a short period", "abcabcabcabcabc", E_PASSWORD_WEAK},
	{"digits counted up over nine", "1234567890123", E_PASSWORD_WEAK},
	{"digits counted down over zero", "3210987654321", E_PASSWORD_WEAK},
	{"the alphabet", "abcdefghijklmnop", E_PASSWORD_WEAK},
	{"the address", "Anna.Kowalska@example.com", E_PASSWORD_WEAK},
	{"the address's name", "anna.kowalska", E_PASSWORD_WEAK},
	{"containing the name", "anna.kowalska-likes-tea", 0},
};

static void test_check(void **state)
{
	struct sv email = SV("anna.kowalska@example.com");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(check_cases); i++) {
		struct err err = {0};
		int rc = password_check(sv_from_cstr(check_cases[i].password), email, &err);

		if (rc != check_cases[i].want)
			fail_msg("%s: %d", check_cases[i].label, rc);
		assert_int_equal(err.code, rc);
	}
}

static void test_check_length(void **state)
{
	char text[PASSWORD_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 26);
	assert_int_equal(password_check(sv_from(text, PASSWORD_MAX), SV_NULL, NULL), 0);
	assert_int_equal(
		password_check(sv_from(text, sizeof(text)), SV_NULL, NULL), E_PASSWORD_WEAK);
}

static void test_hash_and_verify(void **state)
{
	struct sv password = SV("the invoice was paid twice");
	char one[PASSWORD_HASH_MAX];
	char two[PASSWORD_HASH_MAX];

	(void)state;
	assert_int_equal(password_hash(password, &cheap, one, NULL), 0);
	assert_int_equal(password_hash(password, &cheap, two, NULL), 0);
	assert_true(strncmp(one, "$argon2id$v=19$m=8,t=1,p=1$", 27) == 0);
	assert_string_not_equal(one, two);
	assert_true(password_verify(one, password));
	assert_false(password_verify(one, SV("the invoice was paid twicE")));
	assert_false(password_verify(one, SV("")));
	assert_false(password_verify("$argon2id$nonsense", password));
	assert_false(password_verify("", password));
}

static void test_too_long_is_refused_not_cut(void **state)
{
	char text[PASSWORD_MAX + 1];
	char hash[PASSWORD_HASH_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(password_hash(sv_from(text, PASSWORD_MAX), &cheap, hash, NULL), 0);
	assert_true(password_verify(hash, sv_from(text, PASSWORD_MAX)));
	assert_false(password_verify(hash, sv_from(text, sizeof(text))));
	assert_int_equal(password_hash(sv_from(text, sizeof(text)), &cheap, hash, NULL), E_INVALID);
	password_spend(&cheap, sv_from(text, sizeof(text)));
}

static void test_needs_rehash(void **state)
{
	static const struct password_cost dearer = {.memory_bytes = 16384, .passes = 2};
	char hash[PASSWORD_HASH_MAX];

	(void)state;
	assert_int_equal(password_hash(SV("twelve-bytes"), &cheap, hash, NULL), 0);
	assert_false(password_needs_rehash(hash, &cheap));
	assert_true(password_needs_rehash(hash, &dearer));
	assert_true(password_needs_rehash("not a hash", &cheap));
}

static void test_impossible_cost_is_an_error(void **state)
{
	static const struct password_cost none = {.memory_bytes = 1, .passes = 0};
	char hash[PASSWORD_HASH_MAX];

	(void)state;
	assert_int_equal(password_hash(SV("twelve-bytes"), &none, hash, NULL), E_NO_MEMORY);
	password_spend(&none, SV("twelve-bytes"));
	assert_true(password_default.memory_bytes >= password_floor.memory_bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_length),
		cmocka_unit_test(test_hash_and_verify),
		cmocka_unit_test(test_too_long_is_refused_not_cut),
		cmocka_unit_test(test_needs_rehash),
		cmocka_unit_test(test_impossible_cost_is_an_error),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
