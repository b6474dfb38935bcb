/*
 * Hashes by OpenSSL (which uses the processor's SHA instructions) and constant-time helpers by
 * libsodium. A failure inside OpenSSL here can only be lack of memory or a broken installation: the
 * functions that cannot report it abort rather than return a wrong digest.
 */
#include "seal/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct hash {
	EVP_MD_CTX *ctx;
	const EVP_MD *md;
	unsigned int len;
};

static void must(int ok)
{
	if (ok != 1)
		abort();
}

static struct hash *new_of(const EVP_MD *md, unsigned int len)
{
	struct hash *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL) {
		free(h);
		return NULL;
	}
	h->md = md;
	h->len = len;
	hash_reset(h);
	return h;
}

struct hash *hash_new(void)
{
	return new_of(EVP_sha256(), SHA256_LEN);
}

struct hash *hash_new_sha1(void)
{
	return new_of(EVP_sha1(), SHA1_LEN);
}

void hash_free(struct hash *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void hash_freep(struct hash **h)
{
	hash_free(*h);
	*h = NULL;
}

void hash_reset(struct hash *h)
{
	must(EVP_DigestInit_ex(h->ctx, h->md, NULL));
}

void hash_update(struct hash *h, const void *p, size_t n)
{
	must(EVP_DigestUpdate(h->ctx, p, n));
}

void hash_final(struct hash *h, uint8_t out[SHA256_LEN])
{
	unsigned int n = 0;

	must(EVP_DigestFinal_ex(h->ctx, out, &n));
	assert(n == h->len);
}

void hash_sha256(const void *p, size_t n, uint8_t out[SHA256_LEN])
{
	static const uint8_t none = 0;

	if (SHA256(n == 0 ? &none : p, n, out) == NULL)
		abort();
}

void hash_hmac(const uint8_t key[SHA256_LEN], const void *p, size_t n, uint8_t out[SHA256_LEN])
{
	must(crypto_auth_hmacsha256(out, p, n, key) == 0);
}

/* RFC 5869 with an empty salt and one block of output; purpose is the info string. */
void hash_derive(const uint8_t secret[SHA256_LEN], const char *purpose, uint8_t out[SHA256_LEN])
{
	static const uint8_t no_salt[SHA256_LEN] = {0};
	uint8_t prk[SHA256_LEN];
	crypto_auth_hmacsha256_state st;
	static const uint8_t counter = 1;

	hash_hmac(no_salt, secret, SHA256_LEN, prk);
	crypto_auth_hmacsha256_init(&st, prk, sizeof(prk));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)purpose, strlen(purpose));
	crypto_auth_hmacsha256_update(&st, &counter, 1);
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(prk, sizeof(prk));
	sodium_memzero(&st, sizeof(st));
}

bool hash_equal(const void *a, const void *b, size_t n)
{
	return n == 0 || sodium_memcmp(a, b, n) == 0;
}

bool hash_equal_sv(struct sv a, struct sv b)
{
	return a.n == b.n && hash_equal(a.p, b.p, a.n);
}

void hash_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
