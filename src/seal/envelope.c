/* Sealed boxes around file keys, and the text form of the vault's key pair. */
#include "seal/envelope.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "seal/hash.h"
#include "seal/seal.h"

static_assert(ENVELOPE_WRAPPED_LEN == ENVELOPE_ID_LEN + AEAD_KEY_LEN + crypto_box_SEALBYTES,
	"libsodium's size");
static_assert(crypto_box_PUBLICKEYBYTES == 32 && crypto_box_SECRETKEYBYTES == 32, "X25519");

#define PUBLIC_PREFIX "recon-vault-public:"
#define PRIVATE_PREFIX "recon-vault-private:"
#define OVERHEAD (ENVELOPE_ID_LEN + crypto_box_SEALBYTES)

static void name_key(struct envelope_public *key)
{
	uint8_t digest[SHA256_LEN];

	hash_sha256(key->b, sizeof(key->b), digest);
	memcpy(key->id, digest, sizeof(key->id));
}

void envelope_new(struct envelope_private *ret_pair)
{
	seal_init();
	crypto_box_keypair(ret_pair->public_key.b, ret_pair->secret);
	name_key(&ret_pair->public_key);
}

void envelope_private_wipe(struct envelope_private *pair)
{
	sodium_memzero(pair, sizeof(*pair));
}

static int seal_bytes(
	const struct envelope_public *to, const void *p, size_t n, uint8_t *out, struct err *err)
{
	seal_init();
	memcpy(out, to->id, ENVELOPE_ID_LEN);
	if (crypto_box_seal(out + ENVELOPE_ID_LEN, p, n, to->b) != 0)
		return err_set(err, E_CONFIG, "The vault's public key is not usable.");
	return 0;
}

/* n counts id and box; ret gets n - OVERHEAD bytes. */
static bool open_bytes(
	const struct envelope_private *with, const uint8_t *sealed, size_t n, uint8_t *ret)
{
	seal_init();
	return memcmp(sealed, with->public_key.id, ENVELOPE_ID_LEN) == 0 &&
	       crypto_box_seal_open(ret, sealed + ENVELOPE_ID_LEN, n - ENVELOPE_ID_LEN,
		       with->public_key.b, with->secret) == 0;
}

int envelope_wrap(const struct envelope_public *to, const struct aead_key *key,
	uint8_t ret_wrapped[ENVELOPE_WRAPPED_LEN], struct err *err)
{
	return seal_bytes(to, key->b, AEAD_KEY_LEN, ret_wrapped, err);
}

int envelope_unwrap(const struct envelope_private *with,
	const uint8_t wrapped[ENVELOPE_WRAPPED_LEN], struct aead_key *ret_key, struct err *err)
{
	struct aead_key key = {{0}};

	if (!open_bytes(with, wrapped, ENVELOPE_WRAPPED_LEN, key.b))
		return err_set(err, E_CORRUPT, "A file's key was not wrapped for this vault key.");
	*ret_key = key;
	aead_key_wipe(&key);
	return 0;
}

int envelope_seal(
	const struct envelope_public *to, struct sv text, struct buf *out, struct err *err)
{
	if (text.n > ENVELOPE_TEXT_MAX)
		return err_set(err, E_LIMIT, NULL);
	uint8_t *room = buf_reserve(out, text.n + OVERHEAD);
	int rc = room == NULL ? err_set(err, E_NO_MEMORY, NULL)
			      : seal_bytes(to, text.p, text.n, room, err);

	if (rc == 0)
		buf_commit(out, text.n + OVERHEAD);
	return rc;
}

int envelope_open(
	const struct envelope_private *with, struct sv sealed, struct buf *out, struct err *err)
{
	if (sealed.n < OVERHEAD || sealed.n > ENVELOPE_TEXT_MAX + OVERHEAD)
		return err_set(err, E_CORRUPT, "A sealed text has an impossible length.");
	uint8_t *room = buf_reserve(out, sealed.n - OVERHEAD + 1);

	if (room == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (!open_bytes(with, (const uint8_t *)sealed.p, sealed.n, room))
		return err_set(err, E_CORRUPT, "A text was not sealed for this vault key.");
	buf_commit(out, sealed.n - OVERHEAD);
	return 0;
}

void envelope_public_format(const struct envelope_public *key, struct buf *out)
{
	buf_add_cstr(out, PUBLIC_PREFIX);
	buf_add_b64url(out, key->b, sizeof(key->b));
	buf_add_char(out, '\n');
}

void envelope_private_format(const struct envelope_private *pair, struct buf *out)
{
	buf_add_cstr(out, PRIVATE_PREFIX);
	buf_add_b64url(out, pair->secret, sizeof(pair->secret));
	buf_add_char(out, '\n');
}

static int key_parse(struct sv line, struct sv prefix, uint8_t ret[32], struct err *err)
{
	uint8_t key[32];
	size_t n = 0;

	line = sv_trim(line);
	if (!sv_starts_with(line, prefix))
		return err_set(err, E_CONFIG, "A vault key starts with \"%.*s\".", SV_ARG(prefix));
	line.p += prefix.n;
	line.n -= prefix.n;
	if (b64url_decode(line, key, sizeof(key), &n) < 0 || n != sizeof(key))
		return err_set(err, E_CONFIG, "The text of a vault key is damaged.");
	memcpy(ret, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return 0;
}

int envelope_public_parse(struct sv line, struct envelope_public *ret, struct err *err)
{
	struct envelope_public key = {0};
	int rc = key_parse(line, SV(PUBLIC_PREFIX), key.b, err);

	if (rc < 0)
		return rc;
	name_key(&key);
	*ret = key;
	return 0;
}

int envelope_private_parse(struct sv line, struct envelope_private *ret, struct err *err)
{
	struct envelope_private pair CLEANUP(envelope_private_wipe) = {0};
	int rc = key_parse(line, SV(PRIVATE_PREFIX), pair.secret, err);

	if (rc < 0)
		return rc;
	if (crypto_scalarmult_base(pair.public_key.b, pair.secret) != 0)
		return err_set(err, E_CONFIG, "The vault's private key is not usable.");
	name_key(&pair.public_key);
	*ret = pair;
	return 0;
}
