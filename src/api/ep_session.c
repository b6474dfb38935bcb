/*
 * Signing in and out, refreshing, and one's own sessions (auth pool).
 *
 * Refresh tokens rotate on every use. A family is a session; presenting a spent token means that two
 * parties hold it, so the family dies - except for the last generation within ten seconds and its
 * successor unused: that is a second tab, which gets the same successor.
 *
 * Signing in takes the same work for an address that does not exist: one look-up, one hash, one
 * transaction with an audit row. With a second factor it has two steps: the password gives a cookie
 * that only waits for the code.
 */
#include <string.h>

#include "api/auth.h"
#include "api/credential.h"
#include "api/ep.h"
#include "api/mfa.h"
#include "api/session.h"
#include "api/tokens.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/hash.h"
#include "store/store_session.h"
#include "store/store_user.h"

/* --- signing in -------------------------------------------------------------------------------- */

/* The last step, in a transaction that it commits. */
static int admit_person(
	struct api *a, const struct session_person *person, bool second_factor, struct err *err)
{
	int rc = session_start(a, person, second_factor, err);

	if (rc == 0) {
		api_object(a, "session", &a->actor.session_id);
		rc = api_audit(a, EVENT_SESSION_CREATE, AUDIT_DONE, err);
	}
	return rc == 0 ? db_commit(a->db, err) : rc;
}

static int first_step(struct api *a, struct attempt *t, const uint8_t index[FIELD_INDEX_LEN],
	struct err *err)
{
	struct session_person person;
	int rc = session_person_open(
		a, &t->user.id, t->user.email_sealed, t->user.display_name, &person, err);

	if (rc == 0)
		rc = db_begin(a->db, err);
	/* Failures are forgotten when all of it is done: a known password must not let codes be tried. */
	if (rc == 0 && t->user.totp_sealed.p != NULL)
		return mfa_await(a, &t->user.id, err);
	if (rc == 0)
		rc = credential_succeeded(a, t, err);
	if (rc == 0)
		rc = admit_person(a, &person, false, err);
	if (rc == 0)
		backoff_forget(a, index);
	return rc;
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
	rc = credential_check(a, index, api_in_text(a, NULL, "password"), &t, err);
	if (rc == 0)
		rc = first_step(a, &t, index, err);
	metrics_add(a->env->metrics, M_SIGN_INS, rc == 0 ? 0 : rc == E_BAD_CREDENTIALS ? 1 : 2, 1);
	return rc;
}

/* Who waits for the second step, by the cookie of the first. */
static int awaited_person(struct api *a, uint8_t hash[32], struct user_sign_in *user,
	struct session_person *person, struct err *err)
{
	struct sv cookie;
	struct uuid id;
	int rc = http_cookie(a->rq, MFA_COOKIE, &cookie, err);

	if (rc != 0)
		return rc;
	if (cookie.p == NULL || code_hash(cookie, hash) != 0)
		return err_set(err, E_UNAUTHENTICATED, NULL);
	rc = store_code_awaited(a->db, hash, &id, err);
	if (rc == E_CODE_SPENT)
		return err_set(err, E_UNAUTHENTICATED, "Too late; begin again with the password.");
	if (rc == 0)
		rc = store_user_sign_in_by_id(a->db, &id, a->arena, user, err);
	if (rc == 0 && user->status != USER_STATUS_ACTIVE)
		rc = err_set(err, E_UNAUTHENTICATED, NULL);
	return rc == 0 ? session_person_open(
				 a, &id, user->email_sealed, user->display_name, person, err) :
			 rc;
}

int ep_session_second_factor(struct api *a, struct err *err)
{
	struct attempt t = {.found = true};
	struct session_person person;
	uint8_t index[FIELD_INDEX_LEN];
	uint8_t hash[32];
	int rc = tokens_ready(a->env->tokens, a->db, err);

	if (rc == 0)
		rc = awaited_person(a, hash, &t.user, &person, err);
	if (rc != 0)
		return rc;
	email_index(a->env->keys, person.email, index);
	rc = mfa_try(a, &t.user, index, api_in_text(a, NULL, "code"), err);
	if (rc == 0)
		rc = store_code_spend_awaited(a->db, hash, err);
	if (rc == 0)
		rc = credential_succeeded(a, &t, err);
	if (rc == 0)
		session_set_cookie(a, MFA_COOKIE, "", 0);
	if (rc == 0)
		rc = admit_person(a, &person, true, err);
	if (rc == 0)
		backoff_forget(a, index);
	metrics_add(a->env->metrics, M_SIGN_INS, rc == 0 ? 0 : 1, 1);
	return rc;
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
	session_clear_cookies(a);
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
		session_clear_cookies(a);
		return rc == 0 || rc == E_NOT_FOUND ? err_set(err, E_SESSION_ENDED, NULL) : rc;
	}
	a->actor.kind = API_SESSION;
	a->actor.user_id = state.user_id;
	a->actor.session_id = state.id;
	if (t->spent_at != 0 && !second_tab)
		return kill_family(a, &t->session_id, err);
	rc = second_tab ? repeat(a, t, text, err) : rotate(a, t, text, err);
	/* Roles and settings may have changed since. */
	if (rc == 0)
		rc = session_restrict(a, &state.user_id, err);
	if (rc == 0)
		rc = store_session_get(a->db, &t->session_id, a->arena, &session, err);
	if (rc == 0)
		rc = session_person_load(a, &state.user_id, &person, err);
	if (rc == 0)
		rc = session_set_cookies(a, &state.user_id, &session, text, err);
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

	session_clear_cookies(a);
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

/* By the password, or by a code of the second factor. */
static int prove(struct api *a, const struct user_sign_in *user,
	const uint8_t index[FIELD_INDEX_LEN], struct err *err)
{
	struct sv password = api_in_text(a, NULL, "password");
	struct sv code = api_in_text(a, NULL, "code");
	struct attempt t = {.found = false};

	if ((password.p == NULL) == (code.p == NULL))
		return err_set_at(err, E_INVALID, "", "Either the password or a code is needed.");
	if (password.p != NULL)
		return credential_check(a, index, password, &t, err);
	return mfa_try(a, user, index, code, err);
}

int ep_session_step_up(struct api *a, struct err *err)
{
	struct session_person person;
	struct user_sign_in user;
	uint8_t index[FIELD_INDEX_LEN];
	int rc = session_person_load(a, &a->actor.user_id, &person, err);

	if (rc != 0)
		return rc;
	email_index(a->env->keys, person.email, index);
	rc = store_user_sign_in_by_id(a->db, &a->actor.user_id, a->arena, &user, err);
	if (rc == 0)
		rc = prove(a, &user, index, err);
	if (rc == 0 && !db_in_transaction(a->db))
		rc = db_begin(a->db, err);
	if (rc == 0)
		rc = store_session_step_up(a->db, &a->actor.session_id, err);
	api_object(a, "session", &a->actor.session_id);
	if (rc == 0)
		rc = api_audit(a, EVENT_SESSION_STEP_UP, AUDIT_DONE, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
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

int ep_session_revoke_others(struct api *a, struct err *err)
{
	api_object(a, "user", &a->actor.user_id);
	return session_end_others(
		a, &a->actor.user_id, &a->actor.session_id, REVOKED_USER, err);
}

int ep_me(struct api *a, struct err *err)
{
	struct session_person person;
	int rc = session_person_load(a, &a->actor.user_id, &person, err);

	return rc == 0 ? session_put_info(a, &person,
				 a->actor.kind == API_SESSION ? &a->actor.session_id : NULL, err) :
			 rc;
}
