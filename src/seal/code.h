#ifndef SEAL_CODE_H
#define SEAL_CODE_H
/*
 * Secrets that are handed out once and stored as SHA-256: one-time codes, refresh tokens and API
 * keys. All carry 256 random bits, so a plain hash is enough at rest.
 *
 * An API key reads rk_live_<id><secret><checksum>: 26 base32 characters of the row's id, 52 of the
 * secret, 7 of the CRC-32 of everything before them. The checksum lets a scanner (and us) refuse a
 * mistyped key without a look-up. Base32 is Crockford's alphabet in lower case.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"

#define CODE_TEXT_LEN 43 /* base64url of 32 bytes */
#define CODE_API_KEY_PREFIX "rk_live_"
#define CODE_API_KEY_LEN (8 + 26 + 52 + 7)

struct code {
	char text[CODE_TEXT_LEN + 1];
	uint8_t hash[32]; /* what is stored */
};

/* A new random code. */
void code_new(struct code *ret);
/* The stored form of a code that somebody presents. E_INVALID: not 43 base64url characters. */
MUST_CHECK int code_hash(struct sv text, uint8_t ret_hash[32]);

struct code_api_key {
	char text[CODE_API_KEY_LEN + 1];
	struct uuid id;
	uint8_t hash[32];
};

/* A new key for the row id. */
void code_api_key_new(const struct uuid *id, struct code_api_key *ret);
/* E_INVALID: wrong length, prefix, character or checksum. */
MUST_CHECK int code_api_key_parse(struct sv text, struct uuid *ret_id, uint8_t ret_hash[32]);
/* A recovery code: 120 random bits as 24 characters of the same alphabet, in groups of six. */
#define CODE_RECOVERY_LEN 27
struct code_recovery {
	char text[CODE_RECOVERY_LEN + 1]; /* "xxxxxx-xxxxxx-xxxxxx-xxxxxx" */
	uint8_t hash[32];
};

void code_recovery_new(struct code_recovery *ret);
/* The stored form of one that somebody types: case, blanks and dashes do not matter, nor does O for 0
 * or I and L for 1. E_INVALID: not 24 characters of the alphabet. */
MUST_CHECK int code_recovery_hash(struct sv text, uint8_t ret_hash[32]);

/* CRC-32 (IEEE 802.3, reflected). */
uint32_t code_crc32(const void *p, size_t n);

#endif
