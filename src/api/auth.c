/*
 * Authentication. Every refusal has its own code; what exactly was wrong with a token goes to the
 * log only.
 */
#include "api/auth.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/rate.h"
#include "api/tokens.h"
#include "seal/code.h"
#include "seal/hash.h"
#include "store/store_api_key.h"
#include "store/store_session.h"

#define RESTRICTED_MARK "r" /* behind what Redis repeats of a session */

/* --- credentials ------------------------------------------------------------------------------ */

/* The credential of an Authorization header; SV_NULL without one. */
static int read_bearer(const struct api *a, struct sv *ret, struct err *err)
{
	struct sv value = http_header(a->rq, "Authorization");
	struct sv scheme;

	*ret = SV_NULL;
	if (value.p == NULL)
		return 0;
	scheme = sv_cut(&value, ' ');
	if (!sv_eq_nocase(scheme, SV("Bearer")) || value.n == 0)
		return err_set(err, E_UNAUTHENTICATED, "The Authorization header must be a bearer.");
	*ret = value;
	return 0;
}

static int identify_token(struct api *a, struct sv token, bool by_cookie, struct err *err)
{
	struct jwt_claims claims;
	int rc = tokens_verify(a->env->tokens, a->db, token, &claims, err);

	if (rc == E_TOKEN_INVALID) {
		log_info(&a->log, "token refused", LOG_FAIL(err));
		return err_set(err, E_TOKEN_INVALID, NULL);
	}
	if (rc != 0)
		return rc;
	a->actor.kind = API_SESSION;
	a->actor.user_id = claims.sub;
	a->actor.session_id = claims.sid;
	a->actor.by_cookie = by_cookie;
	a->actor.perm.signed_in = true;
	memcpy(a->actor.csrf, claims.csrf, sizeof(claims.csrf));
	return 0;
}

/* Bits of address and network that must agree; false when they are of different families. */
static bool in_network(struct sv network, struct sv address)
{
	struct sv bits_text = network;
	char net[64];
	char addr[64];
	uint8_t n[16];
	uint8_t x[16];
	struct sv base = sv_cut(&bits_text, '/');
	int family = sv_find(base, ':') >= 0 ? AF_INET6 : AF_INET;
	uint64_t bits = family == AF_INET ? 32 : 128;

	if (base.n >= sizeof(net) || address.n >= sizeof(addr))
		return false;
	memcpy(net, base.p, base.n);
	net[base.n] = '\0';
	memcpy(addr, address.p, address.n);
	addr[address.n] = '\0';
	if (bits_text.p != NULL && !sv_to_u64(bits_text, bits, &bits))
		return false;
	if (inet_pton(family, net, n) != 1 || inet_pton(family, addr, x) != 1)
		return false;
	for (uint64_t i = 0; i < bits; i++) {
		if (((n[i / 8] ^ x[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	}
	return true;
}

static bool from_its_networks(const struct api *a, const struct api_key_state *key)
{
	for (size_t i = 0; i < key->networks.n; i++) {
		if (in_network(key->networks.v[i], a->rq->remote_addr))
			return true;
	}
	return key->networks.n == 0;
}

/* For its owner's list; no reason to refuse anything. */
static void note_use(struct api *a, const struct api_key_state *key)
{
	struct err err = {0};

	if (store_api_key_used(a->db, &key->id, &err) != 0)
		log_warn(&a->log, "the use of a key was not noted", LOG_FAIL(&err));
}

static int identify_key(struct api *a, struct sv text, struct err *err)
{
	struct api_key_state key;
	struct uuid id;
	uint8_t hash[SHA256_LEN];
	int rc;

	if (code_api_key_parse(text, &id, hash) != 0)
		return err_set(err, E_UNAUTHENTICATED, "The API key is not valid.");
	rc = store_api_key_state(a->db, &id, a->arena, &key, err);
	if (rc == E_NOT_FOUND || (rc == 0 && (!key.live || !hash_equal(hash, key.secret_hash, 32))))
		return err_set(err, E_UNAUTHENTICATED, "The API key is not valid.");
	if (rc != 0)
		return rc;
	if (!from_its_networks(a, &key))
		return err_set(err, E_UNAUTHENTICATED, "The API key may not be used from here.");
	if (!key.used_lately)
		note_use(a, &key);
	a->actor.kind = API_KEY;
	a->actor.user_id = key.user_id;
	a->actor.key_id = key.id;
	a->actor.key_project = key.project_id;
	a->actor.perm.signed_in = true;
	a->actor.perm.is_key = true;
	for (size_t i = 0; i < key.scopes.n; i++)
		a->actor.perm.key_scopes |= (unsigned)key_scope_from_word(key.scopes.v[i]);
	return 0;
}

int auth_identify(struct api *a, struct err *err)
{
	struct sv bearer;
	struct sv cookie;
	int rc = read_bearer(a, &bearer, err);

	if (rc == 0)
		rc = http_cookie(a->rq, AUTH_COOKIE_TOKEN, &cookie, err);
	if (rc != 0)
		return rc;
	if (bearer.p != NULL && cookie.p != NULL)
		return err_set(err, E_TWO_CREDENTIALS, NULL);
	if (cookie.p != NULL)
		return identify_token(a, cookie, true, err);
	if (bearer.p == NULL)
		return 0;
	if (sv_starts_with(bearer, SV(CODE_API_KEY_PREFIX)))
		return identify_key(a, bearer, err);
	return identify_token(a, bearer, false, err);
}

/* --- does the session stand ------------------------------------------------------------------- */

static void session_key(const struct uuid *id, char out[48])
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	(void)snprintf(out, 48, "session:%s", text);
}

void auth_forget_session(struct bus *bus, const struct uuid *session)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char key[48];

	session_key(session, key);
	if (BUS_COMMAND(bus, &reply, NULL, SV("SET"), sv_from_cstr(key), SV("dead"), SV("EX"),
		    SV(AUTH_DEAD_SECONDS)) != 0)
		return;
}

void auth_refresh_session(struct bus *bus, const struct uuid *session)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char key[48];

	session_key(session, key);
	if (BUS_COMMAND(bus, &reply, NULL, SV("DEL"), sv_from_cstr(key)) != 0)
		return;
}

void auth_settle_sessions(struct api *a)
{
	for (size_t i = 0; i < a->ended.n; i++)
		auth_forget_session(a->bus, &a->ended.ids[i]);
	for (size_t i = 0; i < a->changed.n; i++)
		auth_refresh_session(a->bus, &a->changed.ids[i]);
	a->ended.n = 0;
	a->changed.n = 0;
}

/* Tells the others for a few seconds, unless somebody has said that it is dead. */
static void remember_session(struct api *a)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char key[48];
	char value[24];

	session_key(&a->actor.session_id, key);
	(void)snprintf(value, sizeof(value), "%lld%s", (long long)a->actor.step_up_at,
		a->actor.restricted ? RESTRICTED_MARK : "");
	if (BUS_COMMAND(a->bus, &reply, NULL, SV("SET"), sv_from_cstr(key), sv_from_cstr(value),
		    SV("EX"), SV(AUTH_ALIVE_SECONDS), SV("NX")) != 0)
		return;
}

static int ask_database(struct api *a, bool redis, struct err *err)
{
	struct session_state state;
	int rc = store_session_state(a->db, &a->actor.session_id, &state, err);

	if (rc == E_NOT_FOUND || (rc == 0 && !state.live))
		return err_set(err, E_SESSION_ENDED, NULL);
	if (rc != 0)
		return rc;
	if (!uuid_eq(&state.user_id, &a->actor.user_id))
		return err_set(err, E_TOKEN_INVALID, NULL);
	a->actor.step_up_at = state.step_up_at;
	a->actor.restricted = state.restricted;
	if (redis)
		remember_session(a);
	return 0;
}

/* What the pipeline said of the session. *ret_known false: Redis does not know it. */
static int take_session(struct api *a, bool *ret_known, struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	int rc = bus_receive(a->bus, &reply, err);
	struct sv value;

	*ret_known = false;
	if (rc != 0)
		return rc;
	value = bus_text(reply);
	if (value.p == NULL)
		return 0;
	*ret_known = true;
	a->actor.restricted = sv_ends_with(value, SV(RESTRICTED_MARK));
	value.n -= a->actor.restricted ? strlen(RESTRICTED_MARK) : 0;
	if (!sv_to_i64(value, 0, INT64_MAX, &a->actor.step_up_at))
		return err_set(err, E_SESSION_ENDED, NULL);
	return 0;
}

/* Whom the rate counts: the key, the person, or the address. */
static struct sv rate_subject(struct api *a, char out[80])
{
	char id[UUID_TEXT_LEN + 1];

	if (a->actor.kind == API_ANONYMOUS) {
		(void)snprintf(out, 80, "a:%.*s", SV_ARG(a->rq->remote_addr));
	} else {
		uuid_format(a->actor.kind == API_KEY ? &a->actor.key_id : &a->actor.user_id, id);
		(void)snprintf(out, 80, "%s:%s", a->actor.kind == API_KEY ? "k" : "u", id);
	}
	return sv_from_cstr(out);
}

static int judge(struct api *a, const struct rate_verdict *v, struct err *err)
{
	http_response_header(a->rs, "RateLimit-Limit", "%lld", (long long)v->limit);
	http_response_header(a->rs, "RateLimit-Remaining", "%lld", (long long)v->remaining);
	if (v->allowed)
		return 0;
	http_response_header(
		a->rs, "Retry-After", "%lld", (long long)((v->retry_ms + 999) / 1000));
	return err_set(err, E_RATE, NULL);
}

int auth_admit(struct api *a, struct err *err)
{
	bool session = a->actor.kind == API_SESSION;
	bool limited = a->route->rate != RATE_NONE;
	bool known = false;
	struct rate_verdict v = {.allowed = true};
	char subject[80];
	char key[48];
	struct sv who = rate_subject(a, subject);
	int session_rc = 0;
	int rate_rc = 0;

	if (session) {
		session_key(&a->actor.session_id, key);
		BUS_APPEND(a->bus, SV("GET"), sv_from_cstr(key));
	}
	if (limited)
		rate_append(a->bus, a->route->rate, who);
	if (session)
		session_rc = take_session(a, &known, err);
	if (limited)
		rate_rc = rate_receive(a->bus, a->route->rate, &v, NULL);
	if (session_rc == E_SESSION_ENDED)
		return session_rc;
	if (session && !known)
		session_rc = ask_database(a, session_rc == 0, err);
	if (session && session_rc != 0)
		return session_rc;
	if (!limited)
		return 0;
	if (rate_rc != 0)
		rate_check_local(a->env->rates, a->route->rate, who, &v);
	return judge(a, &v, err);
}

/* --- requests that a browser might have been tricked into -------------------------------------- */

int auth_check_origin(const struct api *a, struct err *err)
{
	struct sv site = http_header(a->rq, "Sec-Fetch-Site");
	struct sv origin = http_header(a->rq, "Origin");

	if (site.p != NULL && !sv_eq_cstr(site, "same-origin"))
		return err_set(err, E_CSRF, NULL);
	if (origin.p != NULL && !sv_eq_cstr(origin, a->env->conf->site_origin))
		return err_set(err, E_CSRF, NULL);
	return 0;
}

int auth_check_csrf(const struct api *a, struct err *err)
{
	struct sv header = http_header(a->rq, "X-CSRF-Token");
	struct sv cookie;
	uint8_t hash[SHA256_LEN];
	int rc = auth_check_origin(a, err);

	if (rc == 0 && http_header(a->rq, "Origin").p == NULL &&
		http_header(a->rq, "Sec-Fetch-Site").p == NULL)
		rc = err_set(err, E_CSRF, "The request does not say where it comes from.");
	if (rc == 0)
		rc = http_cookie(a->rq, AUTH_COOKIE_CSRF, &cookie, err);
	if (rc != 0)
		return rc;
	if (header.n == 0 || !hash_equal_sv(header, cookie))
		return err_set(err, E_CSRF, NULL);
	hash_sha256(header.p, header.n, hash);
	return hash_equal(hash, a->actor.csrf, sizeof(hash)) ? 0 : err_set(err, E_CSRF, NULL);
}
