/*
 * Hashes against the published vectors: FIPS 180-4 examples, RFC 4231, and HKDF recomputed from
 * HMAC as RFC 5869 defines it.
 */
#include "seal/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "seal/random.h"
#include "seal/seal.h"

static void unhex(const char *hex, uint8_t out[SHA256_LEN])
{
	size_t n;

	assert_int_equal(hex_decode(sv_from_cstr(hex), out, SHA256_LEN, &n), 0);
	assert_int_equal(n, SHA256_LEN);
}

static const struct {
	const char *label;
	const char *text;
	const char *digest;
} sha_cases[] = {
	{"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void test_sha256_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sha_cases); i++) {
		uint8_t want[SHA256_LEN];
		uint8_t got[SHA256_LEN];

		unhex(sha_cases[i].digest, want);
		hash_sha256(sha_cases[i].text, strlen(sha_cases[i].text), got);
		assert_memory_equal(got, want, SHA256_LEN);
	}
}

static void test_streaming_equals_one_call(void **state)
{
	struct hash *h CLEANUP(hash_freep) = hash_new();
	uint8_t data[1000];
	uint8_t one[SHA256_LEN];
	uint8_t many[SHA256_LEN];

	(void)state;
	assert_non_null(h);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	hash_sha256(data, sizeof(data), one);
	for (size_t step = 1; step < 200; step += 33) {
		hash_reset(h);
		for (size_t at = 0; at < sizeof(data); at += step)
			hash_update(h, data + at, MIN(step, sizeof(data) - at));
		hash_final(h, many);
		assert_memory_equal(one, many, SHA256_LEN);
	}
}

/* RFC 4231 test case 2, its key filled with zeros to our key length, which HMAC defines as equal. */
static void test_hmac_vector(void **state)
{
	uint8_t key[SHA256_LEN] = "Jefe";
	uint8_t want[SHA256_LEN];
	uint8_t got[SHA256_LEN];
	const char *text = "what do ya want for nothing?";

	(void)state;
	unhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", want);
	hash_hmac(key, text, strlen(text), got);
	assert_memory_equal(got, want, SHA256_LEN);
}

static void test_derive_is_hkdf(void **state)
{
	static const uint8_t zeros[SHA256_LEN] = {0};
	uint8_t secret[SHA256_LEN];
	uint8_t prk[SHA256_LEN];
	uint8_t want[SHA256_LEN];
	uint8_t got[SHA256_LEN];
	uint8_t other[SHA256_LEN];

	(void)state;
	memset(secret, 0x0b, sizeof(secret));
	hash_hmac(zeros, secret, sizeof(secret), prk);
	hash_hmac(prk, "purpose\x01", 8, want);
	hash_derive(secret, "purpose", got);
	assert_memory_equal(got, want, SHA256_LEN);
	hash_derive(secret, "purpose2", other);
	assert_memory_not_equal(got, other, SHA256_LEN);
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(hash_equal("abcd", "abcd", 4));
	assert_false(hash_equal("abcd", "abce", 4));
	assert_true(hash_equal("x", "y", 0));
	assert_true(hash_equal_sv(SV("one"), SV("one")));
	assert_false(hash_equal_sv(SV("one"), SV("onE")));
	assert_false(hash_equal_sv(SV("one"), SV("ones")));
}

static void test_random_and_wipe(void **state)
{
	uint8_t a[32] = {0};
	uint8_t b[32] = {0};
	static const uint8_t zeros[32] = {0};

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	hash_wipe(a, sizeof(a));
	assert_memory_equal(a, zeros, sizeof(a));
	hash_free(NULL);
}

/* FIPS 180-4's example, and the same object again after a reset. */
static void test_sha1(void **state)
{
	static const uint8_t want[SHA1_LEN] = {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d};
	struct hash *h = hash_new_sha1();
	uint8_t got[SHA256_LEN];

	(void)state;
	assert_non_null(h);
	for (int i = 0; i < 2; i++) {
		hash_update(h, "abc", 3);
		hash_final(h, got);
		assert_memory_equal(got, want, sizeof(want));
		hash_reset(h);
	}
	hash_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_vectors),
		cmocka_unit_test(test_streaming_equals_one_call),
		cmocka_unit_test(test_hmac_vector),
		cmocka_unit_test(test_derive_is_hkdf),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_random_and_wipe),
		cmocka_unit_test(test_sha1),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
