/*
 * One-time codes and API keys: what is handed out is accepted, any other spelling is not.
 */
#include "seal/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "seal/seal.h"

static void test_code_round_trip(void **state)
{
	struct code a;
	struct code b;
	uint8_t hash[32];

	(void)state;
	code_new(&a);
	code_new(&b);
	assert_int_equal(strlen(a.text), CODE_TEXT_LEN);
	assert_string_not_equal(a.text, b.text);
	assert_int_equal(code_hash(sv_from_cstr(a.text), hash), 0);
	assert_memory_equal(hash, a.hash, 32);
	assert_memory_not_equal(hash, b.hash, 32);
}

static void test_code_refused(void **state)
{
	struct code a;
	uint8_t hash[32];

	(void)state;
	code_new(&a);
	assert_int_equal(code_hash(sv_from(a.text, CODE_TEXT_LEN - 1), hash), E_INVALID);
	assert_int_equal(code_hash(sv_from(a.text, CODE_TEXT_LEN + 1), hash), E_INVALID);
	a.text[5] = '=';
	assert_int_equal(code_hash(sv_from(a.text, CODE_TEXT_LEN), hash), E_INVALID);
	assert_int_equal(code_hash(SV_NULL, hash), E_INVALID);
}

static void test_crc32(void **state)
{
	(void)state;
	assert_int_equal(code_crc32("123456789", 9), 0xcbf43926U);
	assert_int_equal(code_crc32("", 0), 0);
}

static void test_api_key_round_trip(void **state)
{
	struct uuid id = uuid_new();
	struct code_api_key key;
	struct uuid got;
	uint8_t hash[32];

	(void)state;
	code_api_key_new(&id, &key);
	assert_int_equal(strlen(key.text), CODE_API_KEY_LEN);
	assert_true(strncmp(key.text, "rk_live_", 8) == 0);
	assert_int_equal(code_api_key_parse(sv_from_cstr(key.text), &got, hash), 0);
	assert_true(uuid_eq(&got, &id));
	assert_memory_equal(hash, key.hash, 32);
}

static void test_api_key_any_change_is_refused(void **state)
{
	struct uuid id = uuid_new();
	struct code_api_key key;
	struct uuid got;
	uint8_t hash[32];

	(void)state;
	code_api_key_new(&id, &key);
	for (size_t i = 0; i < CODE_API_KEY_LEN; i++) {
		char kept = key.text[i];

		key.text[i] = kept == 'a' ? 'b' : 'a';
		if (code_api_key_parse(sv_from_cstr(key.text), &got, hash) != E_INVALID)
			fail_msg("changed character %zu was accepted", i);
		key.text[i] = '\0';
		assert_int_equal(
			code_api_key_parse(sv_from(key.text, CODE_API_KEY_LEN), &got, hash),
			E_INVALID);
		key.text[i] = kept;
	}
	assert_int_equal(
		code_api_key_parse(sv_from(key.text, CODE_API_KEY_LEN - 1), &got, hash), E_INVALID);
	assert_int_equal(code_api_key_parse(SV(""), &got, hash), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_round_trip),
		cmocka_unit_test(test_code_refused),
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_api_key_round_trip),
		cmocka_unit_test(test_api_key_any_change_is_refused),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
