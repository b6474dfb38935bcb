#ifndef SEAL_JWT_H
#define SEAL_JWT_H
/*
 * Access tokens: JWS compact serialisation (RFC 7515) with exactly one algorithm, ES256 (RFC 7518
 * section 3.4), carrying the claims of RFC 9068 that we use. There is no way to ask for another
 * algorithm, so none can be confused with it.
 *
 * Strict by policy: at most JWT_MAX bytes; a header of alg, kid and typ only (no jku, x5u, x5c, jwk,
 * crit or anything else); no duplicate keys; base64url without padding in its one canonical form;
 * r and s of 32 bytes each.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"

struct json_object;

#define JWT_MAX 4096
#define JWT_KID_MAX 64
#define JWT_TYP "at+jwt"
#define JWT_LEEWAY_SECONDS 30
#define JWT_PUBLIC_LEN 65  /* uncompressed point of P-256 */
#define JWT_PRIVATE_LEN 97 /* scalar, then the point */

/* --- keys ------------------------------------------------------------------------------------- */

/* A key pair, or the public half of one. May be used by several threads at once. */
struct jwt_key;

void jwt_key_free(struct jwt_key *k);
void jwt_key_freep(struct jwt_key **k); /* CLEANUP function */
MUST_CHECK int jwt_key_generate(struct jwt_key **ret, struct err *err);
/* E_INVALID: not a point of the curve, or another length. */
MUST_CHECK int jwt_key_from_public(struct sv point, struct jwt_key **ret, struct err *err);
/* E_INVALID: not a pair made by jwt_key_private. */
MUST_CHECK int jwt_key_from_private(struct sv pair, struct jwt_key **ret, struct err *err);
/* RFC 7517: kty EC, crv P-256, and alg ES256, use sig, key_ops with verify where given.
 * E_INVALID. */
MUST_CHECK int jwt_key_from_jwk(
	const struct json_object *jwk, struct jwt_key **ret, struct err *err);
void jwt_key_public(const struct jwt_key *k, uint8_t ret[JWT_PUBLIC_LEN]);
/* Of a pair only. Wipe the copy. */
void jwt_key_private(const struct jwt_key *k, uint8_t ret[JWT_PRIVATE_LEN]);
/* The key's name: base64url of its thumbprint (RFC 7638), 43 characters. */
void jwt_key_name(const struct jwt_key *k, char ret[44]);

/* --- tokens ----------------------------------------------------------------------------------- */

struct jwt_claims {
	struct uuid sub; /* the person */
	struct uuid sid; /* the session */
	struct uuid jti;
	int64_t iat; /* seconds since the epoch */
	int64_t nbf;
	int64_t exp;
	uint8_t csrf[32]; /* SHA-256 of the session's double-submit token */
};

/* Appends the token. E_NO_MEMORY, E_INTERNAL. */
MUST_CHECK int jwt_sign(const struct jwt_key *pair, const char *issuer, const char *audience,
	const struct jwt_claims *claims, struct buf *ret, struct err *err);

struct jwt_policy {
	const char *issuer;
	const char *audience;
	int64_t now; /* seconds since the epoch */
	/* The key of that name, or NULL; it must live until jwt_verify returns. */
	const struct jwt_key *(*key)(void *ctx, struct sv kid);
	void *ctx;
};

/* E_TOKEN_EXPIRED: all is well but the time is over. E_TOKEN_INVALID: anything else. The detail
 * says which rule refused it; it is for the log, not for clients. */
MUST_CHECK int jwt_verify(struct sv token, const struct jwt_policy *policy,
	struct jwt_claims *ret, struct err *err);

/* The layer below: signature and header rules only. typ NULL: the header must have none or any.
 * Appends the payload. E_TOKEN_INVALID. */
MUST_CHECK int jwt_open(struct sv token, const char *typ,
	const struct jwt_key *(*key)(void *ctx, struct sv kid), void *ctx, struct buf *ret,
	struct err *err);

#endif
