/*
 * Access tokens: what we sign is accepted, everything else is refused for the reason that it
 * deserves; and Wycheproof's JWS and JWK vectors by our policy: valid means ES256 on a P-256 key.
 */
#include "seal/jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "seal/hash.h"
#include "seal/seal.h"
#include "unit/corpus.h"
#include "wire/json.h"

#define ISSUER "https://recon.example"
#define AUDIENCE "recon"
#define NOW INT64_C(1800000000)

static struct jwt_key *ours;
static struct jwt_key *theirs;
static char our_kid[44];

static int make_keys(void **state)
{
	(void)state;
	if (jwt_key_generate(&ours, NULL) != 0 || jwt_key_generate(&theirs, NULL) != 0)
		return -1;
	jwt_key_name(ours, our_kid);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	jwt_key_freep(&ours);
	jwt_key_freep(&theirs);
	return 0;
}

static const struct jwt_key *find_ours(void *ctx, struct sv kid)
{
	(void)ctx;
	return sv_eq_cstr(kid, our_kid) ? ours : NULL;
}

static struct jwt_policy policy_at(int64_t now)
{
	return (struct jwt_policy){
		.issuer = ISSUER, .audience = AUDIENCE, .now = now, .key = find_ours};
}

static struct jwt_claims claims_now(void)
{
	struct jwt_claims c = {.iat = NOW, .nbf = NOW, .exp = NOW + 300};

	c.sub = uuid_new();
	c.sid = uuid_new();
	c.jti = uuid_new();
	memset(c.csrf, 0x5a, sizeof(c.csrf));
	return c;
}

static void test_round_trip(void **state)
{
	struct jwt_claims c = claims_now();
	struct jwt_policy policy = policy_at(NOW + 10);
	struct buf token CLEANUP(buf_free) = BUF_INIT;
	struct jwt_claims got;

	(void)state;
	assert_int_equal(jwt_sign(ours, ISSUER, AUDIENCE, &c, &token, NULL), 0);
	assert_true(token.n < 1024);
	assert_int_equal(jwt_verify(buf_sv(&token), &policy, &got, NULL), 0);
	assert_memory_equal(&got, &c, sizeof(c));
}

static const struct {
	const char *label;
	int64_t now;
	int want;
} time_cases[] = {
	{"fresh", NOW, 0},
	{"a clock 30 s behind", NOW - 30, 0},
	{"a clock 31 s behind", NOW - 31, E_TOKEN_INVALID},
	{"within the leeway", NOW + 300 + 29, 0},
	{"at its end", NOW + 300 + 30, E_TOKEN_EXPIRED},
	{"long after", NOW + 100000, E_TOKEN_EXPIRED},
};

static void test_times(void **state)
{
	struct jwt_claims c = claims_now();
	struct buf token CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(jwt_sign(ours, ISSUER, AUDIENCE, &c, &token, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(time_cases); i++) {
		struct jwt_policy policy = policy_at(time_cases[i].now);
		struct jwt_claims got;
		int rc = jwt_verify(buf_sv(&token), &policy, &got, NULL);

		if (rc != time_cases[i].want)
			fail_msg("%s: %d", time_cases[i].label, rc);
	}
}

static void test_other_issuer_audience_or_key(void **state)
{
	struct jwt_claims c = claims_now();
	struct jwt_policy policy = policy_at(NOW);
	const struct {
		const struct jwt_key *key;
		const char *issuer;
		const char *audience;
	} cases[] = {
		{ours, "https://evil.example", AUDIENCE},
		{ours, ISSUER, "other"},
		{theirs, ISSUER, AUDIENCE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf token CLEANUP(buf_free) = BUF_INIT;
		struct jwt_claims got;

		assert_int_equal(jwt_sign(cases[i].key, cases[i].issuer, cases[i].audience, &c,
					 &token, NULL),
			0);
		assert_int_equal(
			jwt_verify(buf_sv(&token), &policy, &got, NULL), E_TOKEN_INVALID);
	}
}

/* Every bit of the token matters: header, payload and signature, also the base64's stray bits. */
static void test_every_changed_character_is_refused(void **state)
{
	struct jwt_claims c = claims_now();
	struct jwt_policy policy = policy_at(NOW);
	struct buf token CLEANUP(buf_free) = BUF_INIT;
	static const char others[] = "AQgw-_.=+ ";

	(void)state;
	assert_int_equal(jwt_sign(ours, ISSUER, AUDIENCE, &c, &token, NULL), 0);
	for (size_t i = 0; i < token.n; i++) {
		for (size_t k = 0; k < sizeof(others); k++) {
			char kept = token.p[i];
			struct jwt_claims got;

			if (others[k] == kept)
				continue;
			token.p[i] = others[k];
			if (jwt_verify(buf_sv(&token), &policy, &got, NULL) != E_TOKEN_INVALID)
				fail_msg("character %zu as %c was accepted", i, others[k]);
			token.p[i] = kept;
		}
	}
	for (size_t n = 0; n < token.n; n++) {
		struct jwt_claims got;

		assert_int_equal(jwt_verify(sv_from(token.p, n), &policy, &got, NULL),
			E_TOKEN_INVALID);
	}
}

/* --- headers ------------------------------------------------------------------------------------ */

/* A token with a signature that does not hold: what is refused before it, shows its reason. */
static void make(const char *header, const char *payload, struct buf *out)
{
	static const char signature[64] = {1};

	buf_reset(out);
	buf_add_b64url(out, header, strlen(header));
	buf_add_char(out, '.');
	buf_add_b64url(out, payload, strlen(payload));
	buf_add_char(out, '.');
	buf_add_b64url(out, signature, sizeof(signature));
}

static const struct {
	const char *label;
	const char *header; /* @ stands for our kid */
	const char *detail;
} header_cases[] = {
	{"none", "{\"alg\":\"none\",\"kid\":\"@\",\"typ\":\"at+jwt\"}", "header: alg"},
	{"HS256", "{\"alg\":\"HS256\",\"kid\":\"@\",\"typ\":\"at+jwt\"}", "header: alg"},
	{"lower case", "{\"alg\":\"es256\",\"kid\":\"@\",\"typ\":\"at+jwt\"}", "header: alg"},
	{"no alg", "{\"kid\":\"@\",\"typ\":\"at+jwt\"}", "header: alg"},
	{"another typ", "{\"alg\":\"ES256\",\"kid\":\"@\",\"typ\":\"JWT\"}", "header: typ"},
	{"no typ", "{\"alg\":\"ES256\",\"kid\":\"@\"}", "header: typ"},
	{"no kid", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", "header: kid"},
	{"unknown kid", "{\"alg\":\"ES256\",\"kid\":\"x\",\"typ\":\"at+jwt\"}",
		"the key is not known"},
	{"crit", "{\"alg\":\"ES256\",\"crit\":[\"x\"],\"typ\":\"at+jwt\"}",
		"header: has a member that is not allowed"},
	{"jku", "{\"alg\":\"ES256\",\"kid\":\"@\",\"jku\":\"https://evil.example\"}",
		"header: has a member that is not allowed"},
	{"x5u", "{\"alg\":\"ES256\",\"kid\":\"@\",\"x5u\":\"https://evil.example\"}",
		"header: has a member that is not allowed"},
	{"x5c", "{\"alg\":\"ES256\",\"kid\":\"@\",\"x5c\":[]}",
		"header: has a member that is not allowed"},
	{"jwk", "{\"alg\":\"ES256\",\"kid\":\"@\",\"jwk\":{}}",
		"header: has a member that is not allowed"},
	{"four members", "{\"alg\":\"ES256\",\"kid\":\"@\",\"typ\":\"at+jwt\",\"cty\":\"x\"}",
		"header: has a member that is not allowed"},
	{"a key twice", "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"@\",\"typ\":\"at+jwt\"}",
		"header: not JSON"},
	{"alg is a number", "{\"alg\":256,\"kid\":\"@\",\"typ\":\"at+jwt\"}",
		"header: has a member that is not allowed"},
	{"an array", "[\"ES256\"]", "header: has a member that is not allowed"},
	{"no JSON", "ES256", "header: not JSON"},
	{"too deep", "{\"alg\":[[[[1]]]]}", "header: not JSON"},
	{"a good header, a bad signature",
		"{\"alg\":\"ES256\",\"kid\":\"@\",\"typ\":\"at+jwt\"}",
		"signature: does not hold"},
};

static void test_headers(void **state)
{
	struct jwt_policy policy = policy_at(NOW);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(header_cases); i++) {
		struct buf header CLEANUP(buf_free) = BUF_INIT;
		struct buf token CLEANUP(buf_free) = BUF_INIT;
		struct jwt_claims got;
		struct err err = {0};

		for (const char *c = header_cases[i].header; *c != '\0'; c++) {
			if (*c == '@')
				buf_add_cstr(&header, our_kid);
			else
				buf_add_char(&header, *c);
		}
		make(buf_cstr(&header), "{}", &token);
		if (jwt_verify(buf_sv(&token), &policy, &got, &err) != E_TOKEN_INVALID)
			fail_msg("%s was accepted", header_cases[i].label);
		if (strcmp(err.detail, header_cases[i].detail) != 0)
			fail_msg("%s: %s", header_cases[i].label, err.detail);
	}
}

static void test_size_limit(void **state)
{
	struct jwt_policy policy = policy_at(NOW);
	struct jwt_claims got;
	struct err err = {0};
	char text[JWT_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(jwt_verify(sv_from(text, sizeof(text)), &policy, &got, &err),
		E_TOKEN_INVALID);
	assert_string_equal(err.detail, "too long");
	assert_int_equal(jwt_verify(sv_from(text, JWT_MAX), &policy, &got, &err), E_TOKEN_INVALID);
	assert_string_equal(err.detail, "not three parts");
	assert_int_equal(jwt_verify(SV("a.b.c.d"), &policy, &got, &err), E_TOKEN_INVALID);
	assert_string_equal(err.detail, "not three parts");
}

/* --- keys --------------------------------------------------------------------------------------- */

static void test_keys_round_trip(void **state)
{
	struct jwt_key *pair CLEANUP(jwt_key_freep) = NULL;
	struct jwt_key *public CLEANUP(jwt_key_freep) = NULL;
	uint8_t raw[JWT_PRIVATE_LEN];
	uint8_t point[JWT_PUBLIC_LEN];
	char name[44];

	(void)state;
	jwt_key_private(ours, raw);
	jwt_key_public(ours, point);
	assert_int_equal(
		jwt_key_from_private(sv_from((char *)raw, sizeof(raw)), &pair, NULL), 0);
	assert_int_equal(
		jwt_key_from_public(sv_from((char *)point, sizeof(point)), &public, NULL), 0);
	jwt_key_name(public, name);
	assert_string_equal(name, our_kid);
	jwt_key_name(pair, name);
	assert_string_equal(name, our_kid);
}

static void test_bad_keys(void **state)
{
	struct jwt_key *k = NULL;
	uint8_t raw[JWT_PRIVATE_LEN];
	uint8_t other[JWT_PRIVATE_LEN];
	uint8_t point[JWT_PUBLIC_LEN];

	(void)state;
	jwt_key_public(ours, point);
	assert_int_equal(jwt_key_from_public(sv_from((char *)point, 64), &k, NULL), E_INVALID);
	point[40] ^= 1;
	assert_int_equal(jwt_key_from_public(sv_from((char *)point, 65), &k, NULL), E_INVALID);
	jwt_key_private(ours, raw);
	jwt_key_private(theirs, other);
	assert_int_equal(jwt_key_from_private(sv_from((char *)raw, 96), &k, NULL), E_INVALID);
	/* Our scalar with their point. */
	memcpy(other, raw, 32);
	assert_int_equal(
		jwt_key_from_private(sv_from((char *)other, sizeof(other)), &k, NULL), E_INVALID);
	assert_null(k);
	jwt_key_free(NULL);
}

/* RFC 7517 appendix A.1's EC key; its thumbprint computed by the definition of RFC 7638. */
static void test_jwk(void **state)
{
	static const char jwk[] =
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",\"kid\":\"1\","
		"\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		"\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}";
	static const char canonical[] =
		"{\"crv\":\"P-256\",\"kty\":\"EC\","
		"\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		"\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}";
	struct json_object *o CLEANUP(json_cleanup) = NULL;
	struct json_object *plain CLEANUP(json_cleanup) = NULL;
	struct jwt_key *k CLEANUP(jwt_key_freep) = NULL;
	struct buf want CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	char name[44];

	(void)state;
	assert_int_equal(json_parse(sv_from_cstr(jwk), 4, &o, NULL), 0);
	assert_int_equal(jwt_key_from_jwk(o, &k, NULL), E_INVALID);
	assert_int_equal(json_parse(sv_from_cstr(canonical), 4, &plain, NULL), 0);
	assert_int_equal(jwt_key_from_jwk(plain, &k, NULL), 0);
	hash_sha256(canonical, strlen(canonical), digest);
	buf_add_b64url(&want, digest, sizeof(digest));
	jwt_key_name(k, name);
	assert_string_equal(name, buf_cstr(&want));
}

/* --- Wycheproof --------------------------------------------------------------------------------- */

static const struct jwt_key *only_key(void *ctx, struct sv kid)
{
	(void)kid;
	return ctx;
}

static const struct json_object *member(const struct json_object *o, const char *name)
{
	const struct json_object *v = NULL;

	return json_find(o, name, &v) ? v : NULL;
}

/* The group's key, or the second of a set; sets are not something that we read. */
static struct jwt_key *group_key(const struct json_object *group)
{
	const struct json_object *jwk = member(group, "public");
	struct jwt_key *k = NULL;

	if (jwk == NULL)
		jwk = member(group, "private");
	if (member(jwk, "keys") != NULL && json_count(member(jwk, "keys")) == 1)
		jwk = json_at(member(jwk, "keys"), 0);
	return jwt_key_from_jwk(jwk, &k, NULL) == 0 ? k : NULL;
}

static size_t run_group(const struct json_object *group, size_t *accepted)
{
	struct jwt_key *k CLEANUP(jwt_key_freep) = group_key(group);
	const struct json_object *tests = member(group, "tests");

	for (size_t i = 0; i < json_count(tests); i++) {
		const struct json_object *t = json_at(tests, i);
		const struct json_object *jws = member(t, "jws");
		bool valid = sv_eq_cstr(json_as_text(member(t, "result")), "valid") && k != NULL;
		struct buf payload CLEANUP(buf_free) = BUF_INIT;
		struct sv token = json_kind(jws) == JSON_TEXT ? json_as_text(jws) : SV("");
		int rc = jwt_open(token, NULL, only_key, k, &payload, NULL);

		if ((rc == 0) != valid)
			fail_msg("test %lld: %d", (long long)json_as_int(member(t, "tcId")), rc);
		*accepted += rc == 0;
	}
	return json_count(tests);
}

static void run_file(const char *name, size_t min_tests, size_t *accepted)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	const struct json_object *groups;
	char path[4096];
	char part[65536];
	size_t ran = 0;
	size_t n;
	FILE *f;

	if (!corpus_path(name, path))
		skip();
	f = fopen(path, "rb");
	assert_non_null(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&text, part, n);
	fclose(f);
	assert_int_equal(json_parse(buf_sv(&text), 32, &root, NULL), 0);
	groups = member(root, "testGroups");
	for (size_t i = 0; i < json_count(groups); i++)
		ran += run_group(json_at(groups, i), accepted);
	assert_true(ran >= min_tests);
}

static void test_wycheproof_jws(void **state)
{
	size_t accepted = 0;

	(void)state;
	run_file("wycheproof/json_web_signature_test.json", 400, &accepted);
	assert_int_equal(accepted, 2);
}

static void test_wycheproof_jwk(void **state)
{
	size_t accepted = 0;

	(void)state;
	run_file("wycheproof/json_web_key_test.json", 20, &accepted);
	assert_int_equal(accepted, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_other_issuer_audience_or_key),
		cmocka_unit_test(test_every_changed_character_is_refused),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_size_limit),
		cmocka_unit_test(test_keys_round_trip),
		cmocka_unit_test(test_bad_keys),
		cmocka_unit_test(test_jwk),
		cmocka_unit_test(test_wycheproof_jws),
		cmocka_unit_test(test_wycheproof_jwk),
	};

	seal_init();
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
