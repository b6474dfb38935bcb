/*
 * Tokens. The order of checks is that of trust: size and shape, header by our rules, key, signature,
 * and only then the claims of what is now known to be our own.
 */
#include "seal/jwt_private.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <string.h>

#include "seal/hash.h"
#include "wire/json.h"

#define SIGNATURE_LEN 64
#define DER_MAX 80
#define JWT_DEPTH 2

static int refuse(struct err *err, const char *why)
{
	return err_set(err, E_TOKEN_INVALID, "%s", why);
}

/* --- signatures ------------------------------------------------------------------------------- */

static bool sign(const struct jwt_key *k, struct sv text, uint8_t out[SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	const uint8_t *at = der;
	size_t n = sizeof(der);
	ECDSA_SIG *sig = NULL;
	bool ok = ctx != NULL &&
		EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
		EVP_DigestSign(ctx, der, &n, (const uint8_t *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	if (ok)
		sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	ok = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32) == 32 &&
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32) == 32;
	ECDSA_SIG_free(sig);
	return ok;
}

/* r and s as OpenSSL wants them; the length, or 0. */
static size_t to_der(const uint8_t raw[SIGNATURE_LEN], uint8_t out[DER_MAX])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, 32, NULL);
	BIGNUM *s = BN_bin2bn(raw + 32, 32, NULL);
	uint8_t *at = out;
	int n = 0;

	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = NULL;
		s = NULL;
		n = i2d_ECDSA_SIG(sig, NULL);
		n = n > 0 && n <= DER_MAX ? i2d_ECDSA_SIG(sig, &at) : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

static bool signature_holds(
	const struct jwt_key *k, struct sv text, const uint8_t raw[SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[DER_MAX];
	size_t n = to_der(raw, der);
	bool ok = ctx != NULL && n > 0 &&
		EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
		EVP_DigestVerify(ctx, der, n, (const uint8_t *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* --- making ----------------------------------------------------------------------------------- */

static void write_claims(struct buf *out, const char *issuer, const char *audience,
	const struct jwt_claims *c)
{
	struct json_writer w = json_writer_of(out);
	struct buf csrf CLEANUP(buf_free) = BUF_INIT;

	buf_add_b64url(&csrf, c->csrf, sizeof(c->csrf));
	json_open_object(&w, NULL);
	json_put_cstr(&w, "iss", issuer);
	json_put_cstr(&w, "aud", audience);
	json_put_uuid(&w, "sub", &c->sub);
	json_put_uuid(&w, "sid", &c->sid);
	json_put_uuid(&w, "jti", &c->jti);
	json_put_int(&w, "iat", c->iat);
	json_put_int(&w, "nbf", c->nbf);
	json_put_int(&w, "exp", c->exp);
	json_put_text(&w, "csrf", buf_sv(&csrf));
	json_close_object(&w);
}

int jwt_sign(const struct jwt_key *pair, const char *issuer, const char *audience,
	const struct jwt_claims *claims, struct buf *ret, struct err *err)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	uint8_t signature[SIGNATURE_LEN];
	size_t start = ret->n;
	char kid[44];

	jwt_key_name(pair, kid);
	buf_printf(&json, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"" JWT_TYP "\"}", kid);
	buf_add_b64url(ret, json.p, json.n);
	buf_add_char(ret, '.');
	buf_reset(&json);
	write_claims(&json, issuer, audience, claims);
	buf_add_b64url(ret, json.p, json.n);
	if (!buf_ok(&json) || !buf_ok(ret))
		return err_set(err, E_NO_MEMORY, NULL);
	if (!sign(pair, sv_from(ret->p + start, ret->n - start), signature))
		return err_set(err, E_INTERNAL, "A token could not be signed.");
	buf_add_char(ret, '.');
	buf_add_b64url(ret, signature, sizeof(signature));
	return buf_ok(ret) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The three parts; false unless there are exactly two dots. */
static bool split(struct sv token, struct sv part[3])
{
	struct sv rest = token;

	part[0] = sv_cut(&rest, '.');
	if (rest.p == NULL)
		return false;
	part[1] = sv_cut(&rest, '.');
	if (rest.p == NULL)
		return false;
	part[2] = rest;
	return sv_find(rest, '.') < 0;
}

/* Decodes to at most cap bytes and demands the canonical form: re-encoding gives the same text, so
 * stray bits behind the last byte are refused. */
static bool decode(struct sv text, struct buf *out)
{
	struct buf again CLEANUP(buf_free) = BUF_INIT;
	void *p = buf_reserve(out, text.n + 1);
	size_t start = out->n;
	size_t n;

	if (p == NULL || b64url_decode(text, p, text.n + 1, &n) != 0)
		return false;
	buf_commit(out, n);
	buf_add_b64url(&again, out->p + start, n);
	return sv_eq(buf_sv(&again), text);
}

struct header {
	struct sv alg;
	struct sv kid;
	struct sv typ;
};

/* Only the three names, all texts; the text lives in the tree. */
static bool read_header(const struct json_object *o, struct header *ret)
{
	struct json_member m[4];
	size_t n = json_members(o, m, ARRAY_LEN(m));

	if (json_kind(o) != JSON_OBJECT || n > 3)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct sv value = json_as_text(m[i].value);

		if (json_kind(m[i].value) != JSON_TEXT)
			return false;
		if (sv_eq_cstr(m[i].key, "alg"))
			ret->alg = value;
		else if (sv_eq_cstr(m[i].key, "kid"))
			ret->kid = value;
		else if (sv_eq_cstr(m[i].key, "typ"))
			ret->typ = value;
		else
			return false;
	}
	return true;
}

static int check_header(struct sv text, const char *typ,
	const struct jwt_key *(*key)(void *ctx, struct sv kid), void *ctx,
	const struct jwt_key **ret, struct err *err)
{
	struct json_object *o CLEANUP(json_cleanup) = NULL;
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct header h = {.alg = SV_NULL};

	if (!decode(text, &json))
		return refuse(err, "header: not base64url");
	if (json_parse(buf_sv(&json), JWT_DEPTH, &o, NULL) != 0)
		return refuse(err, "header: not JSON");
	if (!read_header(o, &h))
		return refuse(err, "header: has a member that is not allowed");
	if (!sv_eq_cstr(h.alg, "ES256"))
		return refuse(err, "header: alg");
	if (typ != NULL && !sv_eq_cstr(h.typ, typ))
		return refuse(err, "header: typ");
	if (h.kid.n == 0 || h.kid.n > JWT_KID_MAX)
		return refuse(err, "header: kid");
	*ret = key(ctx, h.kid);
	return *ret == NULL ? refuse(err, "the key is not known") : 0;
}

int jwt_open(struct sv token, const char *typ,
	const struct jwt_key *(*key)(void *ctx, struct sv kid), void *ctx, struct buf *ret,
	struct err *err)
{
	struct buf raw CLEANUP(buf_free) = BUF_INIT;
	const struct jwt_key *k;
	struct sv part[3];
	int rc;

	if (token.n > JWT_MAX)
		return refuse(err, "too long");
	if (!split(token, part))
		return refuse(err, "not three parts");
	rc = check_header(part[0], typ, key, ctx, &k, err);
	if (rc != 0)
		return rc;
	if (!decode(part[2], &raw) || raw.n != SIGNATURE_LEN)
		return refuse(err, "signature: not 64 bytes of base64url");
	if (!signature_holds(k, sv_from(token.p, part[0].n + 1 + part[1].n),
		    (const uint8_t *)raw.p))
		return refuse(err, "signature: does not hold");
	return decode(part[1], ret) ? 0 : refuse(err, "payload: not base64url");
}

/* A time in seconds that fits any arithmetic here. */
static bool read_time(const struct json_object *o, const char *name, int64_t *ret)
{
	const struct json_object *v;

	if (!json_find(o, name, &v) || json_kind(v) != JSON_INT)
		return false;
	*ret = json_as_int(v);
	return *ret >= 0 && *ret < (INT64_C(1) << 40);
}

static bool read_id(const struct json_object *o, const char *name, struct uuid *ret)
{
	const struct json_object *v;

	return json_find(o, name, &v) && json_kind(v) == JSON_TEXT &&
		uuid_parse(json_as_text(v), ret) == 0;
}

static bool text_is(const struct json_object *o, const char *name, const char *want)
{
	const struct json_object *v;

	return json_find(o, name, &v) && json_kind(v) == JSON_TEXT &&
		sv_eq_cstr(json_as_text(v), want);
}

static bool read_csrf(const struct json_object *o, uint8_t ret[32])
{
	const struct json_object *v;
	size_t n;

	return json_find(o, "csrf", &v) && json_kind(v) == JSON_TEXT &&
		b64url_decode(json_as_text(v), ret, 32, &n) == 0 && n == 32;
}

static int read_claims(const struct json_object *o, const struct jwt_policy *policy,
	struct jwt_claims *c, struct err *err)
{
	if (!text_is(o, "iss", policy->issuer))
		return refuse(err, "claim iss");
	if (!text_is(o, "aud", policy->audience))
		return refuse(err, "claim aud");
	if (!read_id(o, "sub", &c->sub))
		return refuse(err, "claim sub");
	if (!read_id(o, "sid", &c->sid))
		return refuse(err, "claim sid");
	if (!read_id(o, "jti", &c->jti))
		return refuse(err, "claim jti");
	if (!read_csrf(o, c->csrf))
		return refuse(err, "claim csrf");
	if (!read_time(o, "iat", &c->iat) || !read_time(o, "nbf", &c->nbf) ||
		!read_time(o, "exp", &c->exp))
		return refuse(err, "claim iat, nbf or exp");
	if (c->nbf > policy->now + JWT_LEEWAY_SECONDS || c->iat > policy->now + JWT_LEEWAY_SECONDS)
		return refuse(err, "not valid yet");
	if (c->exp + JWT_LEEWAY_SECONDS <= policy->now)
		return err_set(err, E_TOKEN_EXPIRED, NULL);
	return 0;
}

int jwt_verify(struct sv token, const struct jwt_policy *policy, struct jwt_claims *ret,
	struct err *err)
{
	struct json_object *o CLEANUP(json_cleanup) = NULL;
	struct buf payload CLEANUP(buf_free) = BUF_INIT;
	struct jwt_claims c;
	int rc = jwt_open(token, JWT_TYP, policy->key, policy->ctx, &payload, err);

	if (rc != 0)
		return rc;
	if (json_parse(buf_sv(&payload), JWT_DEPTH, &o, NULL) != 0)
		return refuse(err, "payload: not JSON");
	rc = read_claims(o, policy, &c, err);
	if (rc == 0)
		*ret = c;
	return rc;
}
