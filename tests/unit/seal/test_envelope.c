/* Wrapped file keys: only the right private key opens, text forms survive, damage is found. */
#include "seal/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "seal/seal.h"

static void test_wrap_and_unwrap(void **state)
{
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN], again[ENVELOPE_WRAPPED_LEN];
	struct envelope_private pair, stranger;
	struct aead_key key, back = {{0}};

	(void)state;
	envelope_new(&pair);
	envelope_new(&stranger);
	aead_key_new(&key);
	assert_int_equal(envelope_wrap(&pair.public_key, &key, wrapped, NULL), 0);
	assert_int_equal(envelope_wrap(&pair.public_key, &key, again, NULL), 0);
	assert_memory_not_equal(wrapped, again, sizeof(wrapped));
	assert_int_equal(envelope_unwrap(&pair, wrapped, &back, NULL), 0);
	assert_memory_equal(&back, &key, sizeof(key));
	assert_int_equal(envelope_unwrap(&stranger, wrapped, &back, NULL), E_CORRUPT);
}

static void test_every_flip_is_found(void **state)
{
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct envelope_private pair;
	struct aead_key key, back;

	(void)state;
	envelope_new(&pair);
	aead_key_new(&key);
	assert_int_equal(envelope_wrap(&pair.public_key, &key, wrapped, NULL), 0);
	for (size_t i = 0; i < sizeof(wrapped); i++) {
		wrapped[i] ^= 4;
		assert_int_equal(envelope_unwrap(&pair, wrapped, &back, NULL), E_CORRUPT);
		wrapped[i] ^= 4;
	}
}

static void test_text_round_trip(void **state)
{
	struct buf public_text CLEANUP(buf_free) = BUF_INIT;
	struct buf private_text CLEANUP(buf_free) = BUF_INIT;
	struct envelope_private pair, pair_back;
	struct envelope_public public_back;

	(void)state;
	envelope_new(&pair);
	envelope_public_format(&pair.public_key, &public_text);
	envelope_private_format(&pair, &private_text);
	assert_int_equal(envelope_public_parse(buf_sv(&public_text), &public_back, NULL), 0);
	assert_int_equal(envelope_private_parse(buf_sv(&private_text), &pair_back, NULL), 0);
	assert_memory_equal(&public_back, &pair.public_key, sizeof(public_back));
	assert_memory_equal(&pair_back, &pair, sizeof(pair));
}

#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
	const char *label;
	const char *text;
} bad_lines[] = {
	{"empty", ""},
	{"no prefix", ZEROS},
	{"another kind's prefix", "recon-vault-public:" ZEROS},
	{"too short", "recon-vault-private:AAAA"},
	{"too long", "recon-vault-private:" ZEROS "AAAA"},
	{"no base64", "recon-vault-private:!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
};

static void test_bad_text_is_refused(void **state)
{
	struct envelope_private pair;
	struct envelope_public key;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_lines); i++) {
		struct sv line = sv_from_cstr(bad_lines[i].text);

		if (envelope_private_parse(line, &pair, NULL) != E_CONFIG)
			fail_msg("accepted: %s", bad_lines[i].label);
	}
	assert_int_equal(
		envelope_public_parse(SV("recon-vault-private:" ZEROS), &key, NULL), E_CONFIG);
}

static void test_sealed_texts(void **state)
{
	static const char secret[] = "cells of a file";
	struct buf sealed CLEANUP(buf_free) = BUF_INIT, open CLEANUP(buf_free) = BUF_INIT;
	struct envelope_private pair, stranger;

	(void)state;
	envelope_new(&pair);
	envelope_new(&stranger);
	assert_int_equal(
		envelope_seal(&pair.public_key, sv_from_cstr(secret), &sealed, NULL), 0);
	assert_null(memmem(sealed.p, sealed.n, "cells", 5));
	assert_int_equal(envelope_open(&stranger, buf_sv(&sealed), &open, NULL), E_CORRUPT);
	assert_int_equal(open.n, 0);
	assert_int_equal(envelope_open(&pair, buf_sv(&sealed), &open, NULL), 0);
	assert_string_equal(buf_cstr(&open), secret);
	assert_int_equal(envelope_open(&pair, sv_from(sealed.p, 47), &open, NULL), E_CORRUPT);
	sealed.p[sealed.n / 2] ^= 1;
	assert_int_equal(envelope_open(&pair, buf_sv(&sealed), &open, NULL), E_CORRUPT);
	assert_int_equal(envelope_seal(&pair.public_key, sv_from(secret, ENVELOPE_TEXT_MAX + 1),
				 &sealed, NULL), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap_and_unwrap),
		cmocka_unit_test(test_every_flip_is_found),
		cmocka_unit_test(test_text_round_trip),
		cmocka_unit_test(test_bad_text_is_refused),
		cmocka_unit_test(test_sealed_texts),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
