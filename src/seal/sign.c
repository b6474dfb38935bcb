/* Ed25519 by libsodium, and the text form of its keys. */
#include "seal/sign.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "seal/hash.h"
#include "seal/seal.h"

static_assert(crypto_sign_BYTES == SIGN_LEN && crypto_sign_SECRETKEYBYTES == 64, "Ed25519");
static_assert(crypto_sign_PUBLICKEYBYTES == 32, "Ed25519");

#define PUBLIC_PREFIX "recon-audit-public:"
#define PRIVATE_PREFIX "recon-audit-private:"

static void name_key(struct sign_public *key)
{
	uint8_t digest[SHA256_LEN];

	hash_sha256(key->b, sizeof(key->b), digest);
	memcpy(key->id, digest, sizeof(key->id));
}

void sign_pair_new(struct sign_pair *ret)
{
	seal_init();
	crypto_sign_keypair(ret->public_key.b, ret->secret);
	name_key(&ret->public_key);
}

void sign_pair_wipe(struct sign_pair *pair)
{
	sodium_memzero(pair, sizeof(*pair));
}

void sign_make(const struct sign_pair *pair, struct sv text, uint8_t ret[SIGN_LEN])
{
	crypto_sign_detached(ret, NULL, (const unsigned char *)text.p, text.n, pair->secret);
}

static const struct sign_public *find(
	const struct sign_ring *ring, const uint8_t id[SIGN_ID_LEN])
{
	for (size_t i = 0; i < ring->n; i++)
		if (memcmp(ring->keys[i].id, id, SIGN_ID_LEN) == 0)
			return &ring->keys[i];
	return NULL;
}

bool sign_ring_has(const struct sign_ring *ring, const uint8_t id[SIGN_ID_LEN])
{
	return find(ring, id) != NULL;
}

bool sign_check(const struct sign_ring *ring, const uint8_t id[SIGN_ID_LEN], struct sv text,
	const uint8_t signature[SIGN_LEN])
{
	const struct sign_public *key = find(ring, id);

	seal_init();
	return key != NULL && crypto_sign_verify_detached(signature,
				      (const unsigned char *)text.p, text.n, key->b) == 0;
}

void sign_public_format(const struct sign_public *key, struct buf *out)
{
	buf_add_cstr(out, PUBLIC_PREFIX);
	buf_add_b64url(out, key->b, sizeof(key->b));
	buf_add_char(out, '\n');
}

void sign_pair_format(const struct sign_pair *pair, struct buf *out)
{
	uint8_t seed[crypto_sign_SEEDBYTES];

	crypto_sign_ed25519_sk_to_seed(seed, pair->secret);
	buf_add_cstr(out, PRIVATE_PREFIX);
	buf_add_b64url(out, seed, sizeof(seed));
	buf_add_char(out, '\n');
	sodium_memzero(seed, sizeof(seed));
}

static int key_parse(struct sv line, struct sv prefix, uint8_t ret[32], struct err *err)
{
	uint8_t key[32];
	size_t n = 0;

	line = sv_trim(line);
	if (!sv_starts_with(line, prefix))
		return err_set(err, E_CONFIG, "An audit key starts with \"%.*s\".", SV_ARG(prefix));
	line.p += prefix.n;
	line.n -= prefix.n;
	if (b64url_decode(line, key, sizeof(key), &n) < 0 || n != sizeof(key))
		return err_set(err, E_CONFIG, "The text of an audit key is damaged.");
	memcpy(ret, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return 0;
}

int sign_pair_parse(struct sv line, struct sign_pair *ret, struct err *err)
{
	uint8_t seed[crypto_sign_SEEDBYTES];
	int rc = key_parse(line, SV(PRIVATE_PREFIX), seed, err);

	if (rc < 0)
		return rc;
	seal_init();
	crypto_sign_seed_keypair(ret->public_key.b, ret->secret, seed);
	sodium_memzero(seed, sizeof(seed));
	name_key(&ret->public_key);
	return 0;
}

int sign_ring_parse(struct sv text, struct sign_ring *ret, struct err *err)
{
	struct sign_ring ring = {.n = 0};

	while (text.n > 0) {
		struct sv line = sv_trim(sv_cut(&text, '\n'));
		int rc;

		if (line.n == 0)
			continue;
		if (ring.n == SIGN_RING_MAX)
			return err_set(err, E_CONFIG, "There are more than %d audit keys.",
				SIGN_RING_MAX);
		rc = key_parse(line, SV(PUBLIC_PREFIX), ring.keys[ring.n].b, err);
		if (rc < 0)
			return rc;
		name_key(&ring.keys[ring.n++]);
	}
	if (ring.n == 0)
		return err_set(err, E_CONFIG, "There is no audit key.");
	*ret = ring;
	return 0;
}
