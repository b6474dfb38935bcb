#ifndef VAULT_KEYS_H
#define VAULT_KEYS_H
/*
 * The vault's key files: a public key, and a ring of private keys of which the first line is the
 * present one and the others are retired but still needed. Programs that only store have no ring.
 */
#include "base/base.h"
#include "base/err.h"
#include "seal/envelope.h"

#define VAULT_RING_MAX 16

struct vault_keys {
	bool can_wrap;
	struct envelope_public public_key;
	size_t ring_n;
	struct envelope_private ring[VAULT_RING_MAX];
};

/* Either path may be NULL. E_CONFIG names the file: missing, damaged, readable by others, or the
 * two do not belong together. */
MUST_CHECK int vault_keys_load(const char *public_key_file, const char *private_key_file,
	struct vault_keys *ret_keys, struct err *err);
void vault_keys_wipe(struct vault_keys *keys); /* also the CLEANUP function */

MUST_CHECK int vault_keys_wrap(const struct vault_keys *keys, const struct aead_key *key,
	uint8_t ret_wrapped[ENVELOPE_WRAPPED_LEN], struct err *err);
MUST_CHECK int vault_keys_unwrap(const struct vault_keys *keys,
	const uint8_t wrapped[ENVELOPE_WRAPPED_LEN], struct aead_key *ret_key, struct err *err);

MUST_CHECK int vault_keys_seal(
	const struct vault_keys *keys, struct sv text, struct buf *out, struct err *err);
MUST_CHECK int vault_keys_unseal(
	const struct vault_keys *keys, struct sv sealed, struct buf *out, struct err *err);

/* Makes a pair in two new files (private 0400, public 0444), flushed. E_EXISTS leaves both alone.
 */
MUST_CHECK int vault_keys_generate(
	const char *public_key_file, const char *private_key_file, struct err *err);

/*
 * Rotation, on the files alone. vault_keys_rotate makes a new pair, puts it in front of the ring
 * and makes it the public key; vault_keys_retire leaves only the ring's key that belongs to the
 * public one. Each file is exchanged whole and flushed, the ring first, so that a crash in between
 * leaves files that belong together; owner and mode stay. E_CONFIG as above, E_LIMIT: the ring is
 * full.
 */
MUST_CHECK int vault_keys_rotate(
	const char *public_key_file, const char *private_key_file, struct err *err);
MUST_CHECK int vault_keys_retire(const char *public_key_file, const char *private_key_file,
	size_t *ret_retired, struct err *err);

#endif
