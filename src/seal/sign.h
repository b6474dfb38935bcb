#ifndef SEAL_SIGN_H
#define SEAL_SIGN_H
/*
 * Signatures of our own records (Ed25519, RFC 8032): who holds the private half can sign, everybody
 * else can only check. Not for tokens, whose form is fixed elsewhere (jwt.h).
 *
 * Keys are written as one line of text: "recon-audit-public:<base64url>", "recon-audit-private:..."
 * A file of public keys may hold several lines: the present one and those before it.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define SIGN_LEN 64
#define SIGN_ID_LEN 8 /* first bytes of the public key's SHA-256 */
#define SIGN_RING_MAX 16

struct sign_public {
	uint8_t b[32];
	uint8_t id[SIGN_ID_LEN];
};

struct sign_pair {
	uint8_t secret[64];
	struct sign_public public_key;
};

struct sign_ring {
	struct sign_public keys[SIGN_RING_MAX];
	size_t n;
};

void sign_pair_new(struct sign_pair *ret);
void sign_pair_wipe(struct sign_pair *pair); /* also the CLEANUP function */
void sign_make(const struct sign_pair *pair, struct sv text, uint8_t ret[SIGN_LEN]);
/* Did the key of this id in the ring sign the text? */
bool sign_check(const struct sign_ring *ring, const uint8_t id[SIGN_ID_LEN], struct sv text,
	const uint8_t signature[SIGN_LEN]);
bool sign_ring_has(const struct sign_ring *ring, const uint8_t id[SIGN_ID_LEN]);

void sign_public_format(const struct sign_public *key, struct buf *out);
void sign_pair_format(const struct sign_pair *pair, struct buf *out);
/* One line, blanks around it ignored. E_CONFIG. */
MUST_CHECK int sign_pair_parse(struct sv line, struct sign_pair *ret, struct err *err);
/* Lines, of which empty ones are ignored. E_CONFIG: none, damaged, or more than SIGN_RING_MAX. */
MUST_CHECK int sign_ring_parse(struct sv text, struct sign_ring *ret, struct err *err);

#endif
