#ifndef API_TOKENS_H
#define API_TOKENS_H
/*
 * Access tokens in one process: the public keys that verify them, a cache of tokens that were
 * verified already, and in the auth pool the pair that signs. Thread-safe.
 *
 * Keys go next -> active -> retiring -> gone. A key is published (next) for at least 120 s before it
 * signs, so every process has seen it; it verifies (retiring) until the last token it signed has
 * expired. A token with an unknown key makes the list be read again, at most once a second.
 */
#include "base/err.h"
#include "base/sv.h"
#include "seal/field.h"
#include "seal/jwt.h"
#include "store/db.h"
#include "sys/clock.h"

struct token_keys;

#define TOKEN_AUDIENCE "recon"
#define TOKEN_PUBLISH_SECONDS 120
#define TOKEN_ROTATE_SECONDS (30 * 24 * 3600)

struct token_options {
	const char *issuer;
	int64_t token_seconds;
	struct clock clock;
	const struct field_keys *keys; /* auth pool: opens the private halves; NULL elsewhere */
};

struct token_keys *tokens_new(const struct token_options *o);
void tokens_free(struct token_keys *t);

/* Reads the keys now. */
MUST_CHECK int tokens_load(struct token_keys *t, struct db *db, struct err *err);
/* Auth pool: makes the first key, and moves keys on when their time has come; then loads. Cheap and
 * safe to call from any process at any time. */
MUST_CHECK int tokens_rotate(struct token_keys *t, struct db *db, struct err *err);

/* Errors of jwt_verify; E_UNAVAILABLE when keys are needed and cannot be read. */
MUST_CHECK int tokens_verify(struct token_keys *t, struct db *db, struct sv token,
	struct jwt_claims *ret, struct err *err);
/* Auth pool, outside of a transaction: there is a key to sign with, made now if there was none. */
MUST_CHECK int tokens_ready(struct token_keys *t, struct db *db, struct err *err);
/* Auth pool: fills iat, nbf, exp and jti, and appends the token. E_UNAVAILABLE without a key. */
MUST_CHECK int tokens_sign(
	struct token_keys *t, struct jwt_claims *claims, struct buf *ret, struct err *err);

#endif
