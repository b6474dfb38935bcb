/*
 * Sealing of database fields with libsodium. XChaCha20's 192-bit nonce makes random nonces safe for
 * any number of rows under one key.
 */
#include "seal/field.h"

#include <sodium.h>
#include <string.h>

#include "seal/hash.h"
#include "sys/conf.h"

#define FIELD_VERSION 1
#define CREDENTIAL_NAME "auth-key"
#define FILE_MAX 80
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(1 + NONCE_LEN + TAG_LEN == FIELD_OVERHEAD, "overhead");

void field_keys_derive(const uint8_t secret[32], struct field_keys *ret)
{
	hash_derive(secret, "recon field 1", ret->field);
	hash_derive(secret, "recon blind index 1", ret->blind);
	hash_derive(secret, "recon csrf 1", ret->csrf);
	hash_derive(secret, "recon cursor 1", ret->cursor);
}

void field_keys_wipe(struct field_keys *keys)
{
	sodium_memzero(keys, sizeof(*keys));
}

/* The secret from the file's bytes; false when it has no accepted form. */
static bool secret_decode(struct sv text, uint8_t secret[32])
{
	size_t n;

	if (text.n == 32) {
		memcpy(secret, text.p, 32);
		return true;
	}
	return hex_decode(sv_trim(text), secret, 32, &n) == 0 && n == 32;
}

int field_keys_load(const char *path, struct field_keys *ret, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	uint8_t secret[32];
	int rc = conf_read_credential(CREDENTIAL_NAME, path, FILE_MAX, &text, err);
	bool ok = rc == 0 && secret_decode(buf_sv(&text), secret);

	if (text.p != NULL)
		sodium_memzero(text.p, text.n);
	if (rc != 0)
		return rc;
	if (!ok)
		return err_set(err, E_CONFIG, "%s: must hold 32 bytes or 64 hex digits", path);
	field_keys_derive(secret, ret);
	sodium_memzero(secret, sizeof(secret));
	return 0;
}

int field_seal(const struct field_keys *keys, struct sv identity, struct sv plain, struct buf *ret,
	struct err *err)
{
	uint8_t *out = buf_reserve(ret, plain.n + FIELD_OVERHEAD);
	unsigned long long n;

	if (out == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	out[0] = FIELD_VERSION;
	randombytes_buf(out + 1, NONCE_LEN);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE_LEN, &n,
		    (const unsigned char *)plain.p, plain.n, (const unsigned char *)identity.p,
		    identity.n, NULL, out + 1, keys->field) != 0)
		return err_set(err, E_INTERNAL, NULL);
	buf_commit(ret, 1 + NONCE_LEN + (size_t)n);
	return 0;
}

int field_open(const struct field_keys *keys, struct sv identity, struct sv sealed, struct buf *ret,
	struct err *err)
{
	const uint8_t *in = (const uint8_t *)sealed.p;
	unsigned long long n;
	uint8_t *out;

	if (sealed.n < FIELD_OVERHEAD || in[0] != FIELD_VERSION)
		return err_set(err, E_CORRUPT, "A sealed field has an unknown form.");
	/* One byte more than the text, so that an empty one has an address too. */
	out = buf_reserve(ret, sealed.n - FIELD_OVERHEAD + 1);
	if (out == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, in + 1 + NONCE_LEN,
		    sealed.n - 1 - NONCE_LEN, (const unsigned char *)identity.p, identity.n, in + 1,
		    keys->field) != 0)
		return err_set(err, E_CORRUPT, "A sealed field does not open.");
	buf_commit(ret, (size_t)n);
	return 0;
}

void field_index(const struct field_keys *keys, struct sv column, struct sv value,
	uint8_t out[FIELD_INDEX_LEN])
{
	static const unsigned char separator = 0;
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, keys->blind, sizeof(keys->blind));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)column.p, column.n);
	crypto_auth_hmacsha256_update(&st, &separator, 1);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)value.p, value.n);
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
}
