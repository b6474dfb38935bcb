/*
 * Keys of ES256 by OpenSSL: P-256 key pairs in a small form of our own for the database, and JWK.
 */
#include "seal/jwt_private.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "seal/hash.h"
#include "wire/json.h"

#define SCALAR_LEN 32

void jwt_key_free(struct jwt_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	hash_wipe(k, sizeof(*k));
	free(k);
}

void jwt_key_freep(struct jwt_key **k)
{
	jwt_key_free(*k);
	*k = NULL;
}

/* Takes pkey over, also on failure. */
static int key_new(EVP_PKEY *pkey, struct jwt_key **ret, struct err *err)
{
	struct jwt_key *k = calloc(1, sizeof(*k));
	size_t n = 0;

	if (k == NULL) {
		EVP_PKEY_free(pkey);
		return err_set(err, E_NO_MEMORY, NULL);
	}
	k->pkey = pkey;
	if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, k->point,
		    sizeof(k->point), &n) != 1 ||
		n != JWT_PUBLIC_LEN || k->point[0] != 4) {
		jwt_key_free(k);
		return err_set(err, E_INVALID, "The key has no uncompressed public point.");
	}
	*ret = k;
	return 0;
}

int jwt_key_generate(struct jwt_key **ret, struct err *err)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	if (pkey == NULL)
		return err_set(err, E_INTERNAL, "A signing key could not be made.");
	return key_new(pkey, ret, err);
}

/* scalar NULL: the public half only. NULL when OpenSSL refuses the point or has no memory. */
static EVP_PKEY *import(const uint8_t *point, const BIGNUM *scalar)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (bld != NULL && ctx != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(
			bld, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(
			bld, OSSL_PKEY_PARAM_PUB_KEY, point, JWT_PUBLIC_LEN) == 1 &&
		(scalar == NULL ||
			OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(
			ctx, &pkey, scalar == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

int jwt_key_from_public(struct sv point, struct jwt_key **ret, struct err *err)
{
	EVP_PKEY *pkey = NULL;

	if (point.n == JWT_PUBLIC_LEN && point.p[0] == 4)
		pkey = import((const uint8_t *)point.p, NULL);
	if (pkey == NULL)
		return err_set(err, E_INVALID, "This is not a public key of P-256.");
	return key_new(pkey, ret, err);
}

/* Does the private half belong to the point? */
static bool is_pair(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

int jwt_key_from_private(struct sv pair, struct jwt_key **ret, struct err *err)
{
	const uint8_t *p = (const uint8_t *)pair.p;
	EVP_PKEY *pkey = NULL;

	if (pair.n == JWT_PRIVATE_LEN && p[SCALAR_LEN] == 4) {
		BIGNUM *scalar = BN_secure_new();

		if (scalar != NULL && BN_bin2bn(p, SCALAR_LEN, scalar) != NULL)
			pkey = import(p + SCALAR_LEN, scalar);
		BN_clear_free(scalar);
	}
	if (pkey != NULL && !is_pair(pkey)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	if (pkey == NULL)
		return err_set(err, E_INVALID, "This is not a key pair of P-256.");
	return key_new(pkey, ret, err);
}

/* One coordinate of a JWK: exactly 32 bytes (RFC 7518 section 6.2.1.2). */
static bool read_coordinate(const struct json_object *jwk, const char *name, uint8_t *out)
{
	const struct json_object *value;
	size_t n;

	return json_find(jwk, name, &value) && json_kind(value) == JSON_TEXT &&
		b64url_decode(json_as_text(value), out, SCALAR_LEN, &n) == 0 && n == SCALAR_LEN;
}

static bool member_is(
	const struct json_object *jwk, const char *name, const char *want, bool required)
{
	const struct json_object *value;

	if (!json_find(jwk, name, &value))
		return !required;
	return json_kind(value) == JSON_TEXT && sv_eq_cstr(json_as_text(value), want);
}

/* key_ops, when given, must name verify (RFC 7517 section 4.3). */
static bool may_verify(const struct json_object *jwk)
{
	const struct json_object *ops;

	if (!json_find(jwk, "key_ops", &ops))
		return true;
	for (size_t i = 0; i < json_count(ops); i++) {
		if (sv_eq_cstr(json_as_text(json_at(ops, i)), "verify"))
			return true;
	}
	return false;
}

int jwt_key_from_jwk(const struct json_object *jwk, struct jwt_key **ret, struct err *err)
{
	uint8_t point[JWT_PUBLIC_LEN] = {4};

	if (!member_is(jwk, "kty", "EC", true) || !member_is(jwk, "crv", "P-256", true) ||
		!member_is(jwk, "alg", "ES256", false) || !member_is(jwk, "use", "sig", false) ||
		!may_verify(jwk) ||
		!read_coordinate(jwk, "x", point + 1) ||
		!read_coordinate(jwk, "y", point + 1 + SCALAR_LEN))
		return err_set(err, E_INVALID, "This JWK is not one of ES256.");
	return jwt_key_from_public(sv_from((const char *)point, sizeof(point)), ret, err);
}

void jwt_key_public(const struct jwt_key *k, uint8_t ret[JWT_PUBLIC_LEN])
{
	memcpy(ret, k->point, JWT_PUBLIC_LEN);
}

void jwt_key_private(const struct jwt_key *k, uint8_t ret[JWT_PRIVATE_LEN])
{
	BIGNUM *scalar = NULL;

	if (EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) != 1 ||
		BN_bn2binpad(scalar, ret, SCALAR_LEN) != SCALAR_LEN)
		abort(); /* of a public key there is nothing to give */
	BN_clear_free(scalar);
	memcpy(ret + SCALAR_LEN, k->point, JWT_PUBLIC_LEN);
}

void jwt_key_name(const struct jwt_key *k, char ret[44])
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	struct buf name CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	buf_add_cstr(&b, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"");
	buf_add_b64url(&b, k->point + 1, SCALAR_LEN);
	buf_add_cstr(&b, "\",\"y\":\"");
	buf_add_b64url(&b, k->point + 1 + SCALAR_LEN, SCALAR_LEN);
	buf_add_cstr(&b, "\"}");
	hash_sha256(b.p, b.n, digest);
	buf_add_b64url(&name, digest, sizeof(digest));
	if (!buf_ok(&b) || name.n != 43)
		abort();
	memcpy(ret, buf_cstr(&name), 44);
}
