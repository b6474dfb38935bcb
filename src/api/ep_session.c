/*
 * Signing in and out, refreshing, and one's own sessions (auth pool).
 *
 * Refresh tokens rotate on every use. A family is a session; presenting a spent token means that two
 * parties hold it, so the family dies - except for the last generation within ten seconds and its
 * successor unused: that is a second tab, which gets the same successor.
 *
 * Signing in takes the same work for an address that does not exist: one look-up, one hash, one
 * transaction with an audit row.
 */
#include "api/ep_session.h"

#include <stdio.h>
#include <string.h>

#include "api/auth.h"
#include "api/ep.h"
#include "api/hash_queue.h"
#include "api/tokens.h"
#include "base/utf8.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/hash.h"
#include "seal/password.h"
#include "store/store_platform.h"
#include "store/store_session.h"
#include "store/store_user.h"

#define BACKOFF_FREE 5
#define BACKOFF_MAX_SECONDS 900

/* --- cookies ----------------------------------------------------------------------------------- */

static void set_cookie(
	struct api *a, const char *name, const char *value, int64_t seconds, bool readable)
{
	http_response_header(a->rs, "Set-Cookie",
		"%s=%s; Path=/; Secure; SameSite=Strict; Max-Age=%lld%s", name, value,
		(long long)seconds, readable ? "" : "; HttpOnly");
}

static void clear_cookies(struct api *a)
{
	set_cookie(a, AUTH_COOKIE_TOKEN, "", 0, false);
	set_cookie(a, AUTH_COOKIE_REFRESH, "", 0, false);
	set_cookie(a, AUTH_COOKIE_CSRF, "", 0, true);
}

/* The session's double-submit token: the same for its whole life, so that tabs do not race. */
static void csrf_token(const struct api *a, const struct uuid *session, struct buf *out)
{
	uint8_t mac[SHA256_LEN];

	hash_hmac(a->env->keys->csrf, session->b, sizeof(session->b), mac);
	buf_add_b64url(out, mac, sizeof(mac));
}

/* The three cookies: a new access token, the given refresh token, the double-submit token. */
static int set_cookies(struct api *a, const struct uuid *user, const struct session *session,
	const char *refresh, struct err *err)
{
	struct buf token CLEANUP(buf_wipe) = BUF_INIT;
	struct buf csrf CLEANUP(buf_wipe) = BUF_INIT;
	struct jwt_claims claims = {.sub = *user, .sid = session->id};
	int64_t left = (session->absolute_expires_at - clock_wall_us(&a->env->clock)) / 1000000;
	int rc;

	csrf_token(a, &session->id, &csrf);
	hash_sha256(csrf.p, csrf.n, claims.csrf);
	rc = tokens_sign(a->env->tokens, &claims, &token, err);
	if (rc != 0)
		return rc;
	set_cookie(a, AUTH_COOKIE_TOKEN, buf_cstr(&token), a->env->conf->token_seconds, false);
	set_cookie(a, AUTH_COOKIE_REFRESH, refresh, left, false);
	set_cookie(a, AUTH_COOKIE_CSRF, buf_cstr(&csrf), left, true);
	return 0;
}

/* --- answers ----------------------------------------------------------------------------------- */

static int put_roles(struct api *a, const struct uuid *user, struct err *err)
{
	unsigned roles;
	int rc = store_user_platform_roles(a->db, user, a->arena, &roles, err);

	if (rc != 0)
		return rc;
	json_open_array(&a->out, "platform_roles");
	for (unsigned i = 0; platform_role_words[i] != NULL; i++) {
		if ((roles >> i & 1) != 0)
			json_put_cstr(&a->out, NULL, platform_role_words[i]);
	}
	json_close_array(&a->out);
	return 0;
}

static int put_session(struct api *a, const struct uuid *id, struct err *err)
{
	struct buf csrf CLEANUP(buf_wipe) = BUF_INIT;
	struct session s;
	int rc = store_session_get(a->db, id, a->arena, &s, err);

	if (rc != 0)
		return rc;
	json_open_object(&a->out, "session");
	json_put_uuid(&a->out, "id", &s.id);
	json_put_instant(&a->out, "created_at", s.created_at);
	json_put_instant(&a->out, "idle_expires_at", s.idle_expires_at);
	json_put_instant(&a->out, "absolute_expires_at", s.absolute_expires_at);
	json_close_object(&a->out);
	csrf_token(a, id, &csrf);
	json_put_text(&a->out, "csrf_token", buf_sv(&csrf));
	return 0;
}

int session_put_info(struct api *a, const struct session_person *person,
	const struct uuid *session, struct err *err)
{
	int rc;

	json_open_object(&a->out, NULL);
	json_open_object(&a->out, "user");
	json_put_uuid(&a->out, "id", &person->id);
	json_put_text(&a->out, "email", person->email);
	json_put_text(&a->out, "display_name", person->display_name);
	rc = put_roles(a, &person->id, err);
	json_close_object(&a->out);
	if (rc != 0)
		return rc;
	if (session != NULL) {
		rc = put_session(a, session, err);
	} else {
		json_put_null(&a->out, "session");
		json_put_null(&a->out, "csrf_token");
	}
	json_close_object(&a->out);
	return rc;
}

/* The browser's name as people recognise it in the list: cut at 255 bytes, at a character. */
static struct sv agent_of(const struct api *a)
{
	struct sv agent = http_header(a->rq, "User-Agent");

	agent.n = MIN(agent.n, (size_t)255);
	agent.n = utf8_valid_prefix(agent);
	return agent.p == NULL ? SV("") : agent;
}

int session_start(struct api *a, const struct session_person *person, struct err *err)
{
	struct session session;
	struct uuid id = uuid_new();
	struct code refresh;
	int rc = store_session_insert(a->db, &id, &person->id, a->env->conf->session_idle_seconds,
		a->env->conf->session_absolute_seconds, a->rq->remote_addr, agent_of(a), a->arena,
		&session, err);

	code_new(&refresh);
	a->actor.kind = API_SESSION;
	a->actor.user_id = person->id;
	a->actor.session_id = id;
	if (rc == 0)
		rc = store_refresh_insert(a->db, refresh.hash, &id, 1, err);
	if (rc == 0)
		rc = set_cookies(a, &person->id, &session, refresh.text, err);
	if (rc == 0)
		rc = session_put_info(a, person, &id, err);
	hash_wipe(&refresh, sizeof(refresh));
	return rc;
}

static int open_person(struct api *a, const struct uuid *id, struct sv sealed, struct sv name,
	struct session_person *ret, struct err *err)
{
	struct buf email CLEANUP(buf_wipe) = BUF_INIT;
	int rc = email_open(a->env->keys, id, sealed, &email, err);

	if (rc != 0)
		return rc;
	ret->id = *id;
	ret->email = arena_sv(a->arena, buf_sv(&email));
	ret->display_name = name;
	return ret->email.p == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

static int load_person(
	struct api *a, const struct uuid *id, struct session_person *ret, struct err *err)
{
	struct user user;
	int rc = store_user_by_id(a->db, id, a->arena, &user, err);

	return rc == 0 ? open_person(a, id, user.email_sealed, user.display_name, ret, err) : rc;
}

/* --- back-off per account ---------------------------------------------------------------------- */

/* Counted in Redis by the address's index, so that an address without an account is slowed down
 * just the same. Without Redis the row's own count does for accounts. */
static void backoff_keys(const uint8_t index[FIELD_INDEX_LEN], char count[80], char lock[80])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	buf_add_hex(&hex, index, 16);
	(void)snprintf(count, 80, "sign-in:failures:%s", buf_cstr(&hex));
	(void)snprintf(lock, 80, "sign-in:lock:%s", buf_cstr(&hex));
}

static int locked_out(struct api *a, int64_t seconds, struct err *err)
{
	http_response_header(a->rs, "Retry-After", "%lld", (long long)MAX(seconds, 1));
	return err_set(err, E_LOCKED_OUT, NULL);
}

static int64_t backoff_seconds(int64_t failures)
{
	int64_t doublings = failures - BACKOFF_FREE;

	if (doublings < 0)
		return 0;
	return doublings >= 10 ? BACKOFF_MAX_SECONDS :
				 MIN(INT64_C(1) << doublings, (int64_t)BACKOFF_MAX_SECONDS);
}

static int backoff_check(struct api *a, const uint8_t index[FIELD_INDEX_LEN], struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char count[80];
	char lock[80];

	backoff_keys(index, count, lock);
	if (BUS_COMMAND(a->bus, &reply, NULL, SV("PTTL"), sv_from_cstr(lock)) != 0)
		return 0;
	return bus_int(reply) > 0 ? locked_out(a, (bus_int(reply) + 999) / 1000, err) : 0;
}

static int backoff_check_row(struct api *a, const struct user_sign_in *user, struct err *err)
{
	int64_t until = user->failed_at + backoff_seconds(user->failures) * 1000000;
	int64_t left = until - clock_wall_us(&a->env->clock);

	return left > 0 && user->failures >= BACKOFF_FREE ?
		locked_out(a, (left + 999999) / 1000000, err) :
		0;
}

static void backoff_failed(struct api *a, const uint8_t index[FIELD_INDEX_LEN])
{
	struct redisReply *counted CLEANUP(bus_reply_cleanup) = NULL;
	struct redisReply *expire CLEANUP(bus_reply_cleanup) = NULL;
	struct redisReply *locked CLEANUP(bus_reply_cleanup) = NULL;
	char count[80];
	char lock[80];
	char seconds[24];

	backoff_keys(index, count, lock);
	BUS_APPEND(a->bus, SV("INCR"), sv_from_cstr(count));
	BUS_APPEND(a->bus, SV("EXPIRE"), sv_from_cstr(count), SV("3600"));
	if (bus_receive(a->bus, &counted, NULL) != 0 || bus_receive(a->bus, &expire, NULL) != 0 ||
		backoff_seconds(bus_int(counted)) == 0)
		return;
	(void)snprintf(seconds, sizeof(seconds), "%lld",
		(long long)backoff_seconds(bus_int(counted)));
	if (BUS_COMMAND(a->bus, &locked, NULL, SV("SET"), sv_from_cstr(lock), SV("1"), SV("EX"),
		    sv_from_cstr(seconds)) != 0)
		return;
}

static void backoff_forget(struct api *a, const uint8_t index[FIELD_INDEX_LEN])
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	char count[80];
	char lock[80];

	backoff_keys(index, count, lock);
	if (BUS_COMMAND(a->bus, &reply, NULL, SV("DEL"), sv_from_cstr(count),
		    sv_from_cstr(lock)) != 0)
		return;
}

/* --- passwords --------------------------------------------------------------------------------- */

static struct password_cost cost_of(const struct api *a)
{
	return (struct password_cost){
		.memory_bytes = (size_t)a->env->conf->auth_password_memory,
		.passes = (unsigned)a->env->conf->auth_password_passes};
}

struct attempt {
	struct user_sign_in user;
	bool found;
	bool matches;
	char rehash[PASSWORD_HASH_MAX]; /* a new hash to store, or "" */
};

/* Takes the time of one hash whoever asks. */
static int try_password(struct api *a, struct sv password, struct attempt *t, struct err *err)
{
	struct password_cost cost = cost_of(a);
	int rc = hash_queue_enter(a->env->hashing, err);

	if (rc != 0)
		return rc;
	t->rehash[0] = '\0';
	if (t->found && t->user.password_hash.p != NULL) {
		t->matches = password_verify(t->user.password_hash.p, password);
		if (t->matches && password_needs_rehash(t->user.password_hash.p, &cost) &&
			password_hash(password, &cost, t->rehash, NULL) != 0)
			t->rehash[0] = '\0';
	} else {
		password_spend(&cost, password);
	}
	hash_queue_leave(a->env->hashing);
	t->matches = t->matches && t->user.status == USER_STATUS_ACTIVE;
	return 0;
}

static int note_failure(struct api *a, const struct attempt *t, struct err *err)
{
	int rc = db_begin(a->db, err);

	if (rc == 0 && t->found) {
		api_object(a, "user", &t->user.id);
		rc = store_credential_failed(a->db, &t->user.id, err);
	}
	if (rc == 0 || rc == E_NOT_FOUND)
		rc = api_audit(a, EVENT_SESSION_REFUSE, AUDIT_REFUSED, err);
	return rc == 0 ? db_commit(a->db, err) : rc;
}

/* The person of an address and password. E_BAD_CREDENTIALS, E_LOCKED_OUT, E_UNAVAILABLE. */
static int check_password(struct api *a, const uint8_t index[FIELD_INDEX_LEN], struct sv password,
	struct attempt *t, struct err *err)
{
	int rc = backoff_check(a, index, err);

	if (rc != 0)
		return rc;
	rc = store_user_sign_in(a->db, index, a->arena, &t->user, err);
	t->found = rc == 0;
	if (rc != 0 && rc != E_NOT_FOUND)
		return rc;
	if (t->found)
		rc = backoff_check_row(a, &t->user, err);
	else
		rc = 0;
	if (rc == 0)
		rc = try_password(a, password, t, err);
	if (rc != 0 || t->matches)
		return rc;
	rc = note_failure(a, t, err);
	backoff_failed(a, index);
	return rc == 0 ? err_set(err, E_BAD_CREDENTIALS, NULL) : rc;
}

static int note_success(struct api *a, const struct attempt *t, struct err *err)
{
	int rc = 0;

	if (t->user.failures > 0)
		rc = store_credential_succeeded(a->db, &t->user.id, err);
	if (rc == 0 && t->rehash[0] != '\0')
		rc = store_credential_rehash(
			a->db, &t->user.id, sv_from_cstr(t->rehash), err);
	return rc;
}

/* --- signing in -------------------------------------------------------------------------------- */

static int admit_person(struct api *a, const struct attempt *t, struct err *err)
{
	struct session_person person;
	int rc = open_person(
		a, &t->user.id, t->user.email_sealed, t->user.display_name, &person, err);

	if (rc == 0)
		rc = db_begin(a->db, err);
	if (rc == 0)
		rc = note_success(a, t, err);
	if (rc == 0)
		rc = session_start(a, &person, err);
	if (rc == 0) {
		api_object(a, "session", &a->actor.session_id);
		rc = api_audit(a, EVENT_SESSION_CREATE, AUDIT_DONE, err);
	}
	return rc == 0 ? db_commit(a->db, err) : rc;
}

int ep_session_create(struct api *a, struct err *err)
{
	struct buf email CLEANUP(buf_wipe) = BUF_INIT;
	struct attempt t = {.found = false};
	uint8_t index[FIELD_INDEX_LEN];
	int rc = tokens_ready(a->env->tokens, a->db, err);

	if (rc != 0)
		return rc;
	if (email_normalise(api_in_text(a, NULL, "email"), &email, NULL) != 0)
		return err_set(err, E_BAD_CREDENTIALS, NULL);
	email_index(a->env->keys, buf_sv(&email), index);
	rc = check_password(a, index, api_in_text(a, NULL, "password"), &t, err);
	if (rc == 0)
		rc = admit_person(a, &t, err);
	if (rc == 0)
		backoff_forget(a, index);
	metrics_add(a->env->metrics, M_SIGN_INS, rc == 0 ? 0 : rc == E_BAD_CREDENTIALS ? 1 : 2, 1);
	return rc;
}

/* Inside the transaction that spends the code. */
static int set_password(
	struct api *a, const struct user *user, struct sv email, struct err *err)
{
	struct sv password = api_in_text(a, NULL, "password");
	struct password_cost cost = cost_of(a);
	char hash[PASSWORD_HASH_MAX];
	int rc = password_check(password, email, err);

	if (rc == 0)
		rc = hash_queue_enter(a->env->hashing, err);
	if (rc != 0)
		return rc;
	rc = password_hash(password, &cost, hash, err);
	hash_queue_leave(a->env->hashing);
	if (rc == 0)
		rc = store_credential_set(a->db, &user->id, sv_from_cstr(hash), err);
	return rc;
}

static int end_others(struct api *a, const struct uuid *user, struct err *err)
{
	struct uuid *ended;
	size_t n;
	int rc = store_session_revoke_others(
		a->db, user, NULL, REVOKED_PASSWORD_CHANGED, a->arena, &ended, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		auth_forget_session(a->bus, &ended[i]);
	return rc;
}

/* What redeeming changes of the account, in its transaction. */
static int renew_account(
	struct api *a, struct user *user, struct session_person *person, struct err *err)
{
	struct sv name = api_in_text(a, NULL, "display_name");
	int rc = open_person(a, &user->id, user->email_sealed,
		name.p != NULL ? name : user->display_name, person, err);

	if (rc == 0)
		rc = set_password(a, user, person->email, err);
	if (rc == 0 && name.p != NULL)
		rc = store_user_set_name(a->db, &user->id, name, err);
	if (rc == 0 && user->status == USER_STATUS_INVITED)
		rc = store_user_set_status(a->db, &user->id, USER_STATUS_ACTIVE, err);
	return rc == 0 ? end_others(a, &user->id, err) : rc;
}

static int redeem(struct api *a, const uint8_t hash[32], struct err *err)
{
	struct session_person person;
	struct uuid user_id;
	struct user user;
	enum word purpose;
	int rc = store_code_spend(a->db, hash, &user_id, &purpose, err);

	if (rc == 0)
		rc = store_user_by_id(a->db, &user_id, a->arena, &user, err);
	if (rc == 0 && user.status == USER_STATUS_DISABLED)
		rc = err_set(err, E_CODE_SPENT, NULL);
	if (rc == 0)
		rc = renew_account(a, &user, &person, err);
	if (rc == 0)
		rc = session_start(a, &person, err);
	if (rc != 0)
		return rc;
	api_object(a, "user", &user_id);
	rc = api_audit(a, EVENT_CODE_REDEEM, AUDIT_DONE, err);
	return rc == 0 ? api_audit(a, EVENT_PASSWORD_CHANGE, AUDIT_DONE, err) : rc;
}

int ep_code_redeem(struct api *a, struct err *err)
{
	uint8_t hash[32];
	int rc;

	if (code_hash(api_in_text(a, NULL, "code"), hash) != 0)
		return err_set(err, E_CODE_SPENT, NULL);
	rc = tokens_ready(a->env->tokens, a->db, err);
	if (rc == 0)
		rc = db_begin(a->db, err);
	if (rc == 0)
		rc = redeem(a, hash, err);
	return rc == 0 ? db_commit(a->db, err) : rc;
}

/* --- refresh ----------------------------------------------------------------------------------- */

static void successor_identity(const struct refresh_token *t, struct buf *out)
{
	buf_add_cstr(out, "refresh_token.successor:");
	buf_add_hex(out, t->token_hash, sizeof(t->token_hash));
}

/* Spends the token and makes its successor. */
static int rotate(
	struct api *a, const struct refresh_token *t, char ret_text[CODE_TEXT_LEN + 1], struct err *err)
{
	struct buf identity CLEANUP(buf_free) = BUF_INIT;
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct code next;
	int rc;

	code_new(&next);
	successor_identity(t, &identity);
	rc = field_seal(
		a->env->keys, buf_sv(&identity), sv_from(next.text, CODE_TEXT_LEN), &sealed, err);
	if (rc == 0)
		rc = store_refresh_spend(a->db, t->token_hash, buf_sv(&sealed), err);
	if (rc == 0)
		rc = store_refresh_insert(
			a->db, next.hash, &t->session_id, t->generation + 1, err);
	if (rc == 0)
		rc = store_session_touch(
			a->db, &t->session_id, a->env->conf->session_idle_seconds, err);
	memcpy(ret_text, next.text, sizeof(next.text));
	hash_wipe(&next, sizeof(next));
	return rc;
}

/* A second tab: the successor that the first one got. */
static int repeat(
	struct api *a, const struct refresh_token *t, char ret_text[CODE_TEXT_LEN + 1], struct err *err)
{
	struct buf identity CLEANUP(buf_free) = BUF_INIT;
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	int rc;

	successor_identity(t, &identity);
	rc = field_open(a->env->keys, buf_sv(&identity), t->successor_sealed, &text, err);
	if (rc == 0 && text.n != CODE_TEXT_LEN)
		rc = err_set(err, E_CORRUPT, NULL);
	if (rc == 0)
		memcpy(ret_text, buf_cstr(&text), CODE_TEXT_LEN + 1);
	return rc;
}

/* The family dies. The transaction is committed here: refusing must not undo it. */
static int kill_family(struct api *a, const struct uuid *session, struct err *err)
{
	int rc = store_session_revoke(
		a->db, session, &a->actor.user_id, REVOKED_TOKEN_REUSE, err);

	if (rc == E_NOT_FOUND)
		rc = 0; /* dead already */
	api_object(a, "session", session);
	if (rc == 0)
		rc = api_audit(a, EVENT_SESSION_REUSE, AUDIT_REFUSED, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	if (rc != 0)
		return rc;
	auth_forget_session(a->bus, session);
	log_warn(&a->log, "a spent refresh token was used again; its family was ended");
	clear_cookies(a);
	return err_set(err, E_SESSION_ENDED, NULL);
}

static int refresh_session(struct api *a, const struct refresh_token *t, struct err *err)
{
	bool second_tab = t->spent_at != 0 && t->spent_just_now && !t->newest_spent &&
		t->generation + 1 == t->newest_generation;
	char text[CODE_TEXT_LEN + 1];
	struct session_state state;
	struct session_person person;
	struct session session;
	int rc = store_session_state(a->db, &t->session_id, &state, err);

	if (rc != 0 || !state.live) {
		clear_cookies(a);
		return rc == 0 || rc == E_NOT_FOUND ? err_set(err, E_SESSION_ENDED, NULL) : rc;
	}
	a->actor.kind = API_SESSION;
	a->actor.user_id = state.user_id;
	a->actor.session_id = state.id;
	if (t->spent_at != 0 && !second_tab)
		return kill_family(a, &t->session_id, err);
	rc = second_tab ? repeat(a, t, text, err) : rotate(a, t, text, err);
	if (rc == 0)
		rc = store_session_get(a->db, &t->session_id, a->arena, &session, err);
	if (rc == 0)
		rc = load_person(a, &state.user_id, &person, err);
	if (rc == 0)
		rc = set_cookies(a, &state.user_id, &session, text, err);
	if (rc == 0)
		rc = session_put_info(a, &person, &t->session_id, err);
	hash_wipe(text, sizeof(text));
	return rc == 0 ? db_commit(a->db, err) : rc;
}

/* The presented refresh token, its family locked. E_SESSION_ENDED without a known one. */
static int take_refresh(struct api *a, struct refresh_token *ret, struct err *err)
{
	uint8_t hash[32];
	struct sv cookie;
	int rc = http_cookie(a->rq, AUTH_COOKIE_REFRESH, &cookie, err);

	if (rc != 0)
		return rc;
	if (cookie.p == NULL)
		return err_set(err, E_UNAUTHENTICATED, NULL);
	if (code_hash(cookie, hash) != 0)
		return err_set(err, E_SESSION_ENDED, NULL);
	rc = db_begin(a->db, err);
	if (rc == 0)
		rc = store_refresh_get(a->db, hash, a->arena, ret, err);
	return rc == E_NOT_FOUND ? err_set(err, E_SESSION_ENDED, NULL) : rc;
}

int ep_session_refresh(struct api *a, struct err *err)
{
	struct refresh_token t;
	int rc = tokens_ready(a->env->tokens, a->db, err);

	if (rc == 0)
		rc = take_refresh(a, &t, err);
	return rc == 0 ? refresh_session(a, &t, err) : rc;
}

int ep_session_end(struct api *a, struct err *err)
{
	struct session_state state;
	struct refresh_token t;
	int rc = take_refresh(a, &t, err);

	clear_cookies(a);
	if (rc == E_UNAUTHENTICATED || rc == E_SESSION_ENDED)
		return 0;
	if (rc == 0)
		rc = store_session_state(a->db, &t.session_id, &state, err);
	if (rc != 0)
		return rc;
	a->actor.kind = API_SESSION;
	a->actor.user_id = state.user_id;
	a->actor.session_id = state.id;
	api_object(a, "session", &state.id);
	rc = store_session_revoke(a->db, &state.id, &state.user_id, REVOKED_SIGN_OUT, err);
	if (rc == E_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = api_audit(a, EVENT_SESSION_END, AUDIT_DONE, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	if (rc == 0)
		auth_forget_session(a->bus, &state.id);
	return rc;
}

/* --- one's own --------------------------------------------------------------------------------- */

int ep_session_step_up(struct api *a, struct err *err)
{
	struct session_person person;
	struct attempt t = {.found = false};
	uint8_t index[FIELD_INDEX_LEN];
	int rc = load_person(a, &a->actor.user_id, &person, err);

	if (rc != 0)
		return rc;
	email_index(a->env->keys, person.email, index);
	rc = check_password(a, index, api_in_text(a, NULL, "password"), &t, err);
	if (rc == 0)
		rc = store_session_step_up(a->db, &a->actor.session_id, err);
	if (rc == 0) {
		backoff_forget(a, index);
		auth_refresh_session(a->bus, &a->actor.session_id);
	}
	return rc;
}

static void put_session_row(struct api *a, const struct session *s)
{
	json_open_object(&a->out, NULL);
	json_put_uuid(&a->out, "id", &s->id);
	json_put_bool(&a->out, "current", uuid_eq(&s->id, &a->actor.session_id));
	json_put_instant(&a->out, "created_at", s->created_at);
	json_put_instant(&a->out, "used_at", s->used_at);
	json_put_instant(&a->out, "idle_expires_at", s->idle_expires_at);
	json_put_instant(&a->out, "absolute_expires_at", s->absolute_expires_at);
	json_put_text(&a->out, "address", s->address);
	json_put_text(&a->out, "agent", s->agent);
	json_close_object(&a->out);
}

int ep_session_list(struct api *a, struct err *err)
{
	struct session *rows;
	struct db_page page;
	size_t shown = 0;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_session_list(a->db, &a->actor.user_id, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n && !page.more; i++) {
		if (!uuid_is_nil(&page.before) &&
			memcmp(rows[i].id.b, page.before.b, sizeof(page.before.b)) >= 0)
			continue;
		if (shown == (size_t)page.limit) {
			page.more = true;
			continue;
		}
		put_session_row(a, &rows[i]);
		page.next = rows[i].id;
		shown++;
	}
	api_list_end(a, &page);
	return 0;
}

int ep_session_revoke(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "session");
	int rc = store_session_revoke(a->db, &id, &a->actor.user_id, REVOKED_USER, err);

	api_object(a, "session", &id);
	if (rc == 0)
		auth_forget_session(a->bus, &id);
	return rc;
}

int ep_me(struct api *a, struct err *err)
{
	struct session_person person;
	int rc = load_person(a, &a->actor.user_id, &person, err);

	return rc == 0 ? session_put_info(a, &person,
				 a->actor.kind == API_SESSION ? &a->actor.session_id : NULL, err) :
			 rc;
}
