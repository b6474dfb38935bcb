#ifndef SEAL_ENVELOPE_H
#define SEAL_ENVELOPE_H
/*
 * A file's key wrapped for the vault: libsodium's sealed box (X25519, XSalsa20-Poly1305). Whoever
 * holds the public key can wrap, only the private key's holder can unwrap, and the wrapper itself
 * cannot afterwards. A new key pair changes wrapped keys only, never files. What is sealed starts
 * with the id of the key pair that it is for, so that a rotation knows what is left to do.
 *
 * Keys are written as one line of text: "recon-vault-public:<base64url>", "recon-vault-private:..."
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "seal/aead_file.h"

#define ENVELOPE_ID_LEN 8 /* first bytes of the public key's SHA-256 */
#define ENVELOPE_WRAPPED_LEN (ENVELOPE_ID_LEN + 80)

struct envelope_public {
	uint8_t b[32];
	uint8_t id[ENVELOPE_ID_LEN];
};

struct envelope_private {
	uint8_t secret[32];
	struct envelope_public public_key;
};

void envelope_new(struct envelope_private *ret_pair);
void envelope_private_wipe(struct envelope_private *pair); /* also the CLEANUP function */

MUST_CHECK int envelope_wrap(const struct envelope_public *to, const struct aead_key *key,
	uint8_t ret_wrapped[ENVELOPE_WRAPPED_LEN], struct err *err);
/* E_CORRUPT when it was wrapped for another key or was changed. */
MUST_CHECK int envelope_unwrap(const struct envelope_private *with,
	const uint8_t wrapped[ENVELOPE_WRAPPED_LEN], struct aead_key *ret_key, struct err *err);

/* Short texts (at most ENVELOPE_TEXT_MAX bytes) sealed as a whole, for what the database keeps of a
 * file's content. Both append to out. E_LIMIT, E_CORRUPT, E_NO_MEMORY. */
#define ENVELOPE_TEXT_MAX ((size_t)16 << 20)
MUST_CHECK int envelope_seal(
	const struct envelope_public *to, struct sv text, struct buf *out, struct err *err);
MUST_CHECK int envelope_open(
	const struct envelope_private *with, struct sv sealed, struct buf *out, struct err *err);

void envelope_public_format(const struct envelope_public *key, struct buf *out);
void envelope_private_format(const struct envelope_private *pair, struct buf *out);
/* One line, blanks around it ignored. E_CONFIG. */
MUST_CHECK int envelope_public_parse(struct sv line, struct envelope_public *ret, struct err *err);
MUST_CHECK int envelope_private_parse(
	struct sv line, struct envelope_private *ret, struct err *err);

#endif
