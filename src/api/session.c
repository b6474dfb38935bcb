/*
 * A person's session: its cookies, its description, its beginning and its end.
 */
#include "api/session.h"

#include <string.h>

#include "api/auth.h"
#include "api/tokens.h"
#include "base/utf8.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/hash.h"
#include "store/store_mfa.h"
#include "store/store_user.h"

/* --- cookies ----------------------------------------------------------------------------------- */

static void set_cookie(
	struct api *a, const char *name, const char *value, int64_t seconds, bool readable)
{
	http_response_header(a->rs, "Set-Cookie",
		"%s=%s; Path=/; Secure; SameSite=Strict; Max-Age=%lld%s", name, value,
		(long long)seconds, readable ? "" : "; HttpOnly");
}

void session_set_cookie(struct api *a, const char *name, const char *value, int64_t seconds)
{
	set_cookie(a, name, value, seconds, false);
}

void session_clear_cookies(struct api *a)
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
int session_set_cookies(struct api *a, const struct uuid *user, const struct session *session,
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
	json_put_bool(&a->out, "restricted", s.restricted);
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

int session_start(struct api *a, const struct session_person *person, bool second_factor,
	struct err *err)
{
	struct session session;
	bool required = false;
	struct uuid id = uuid_new();
	struct code refresh;
	int rc = second_factor ? 0 : store_mfa_required(a->db, &person->id, &required, err);

	if (rc == 0)
		rc = store_session_insert(a->db, &id, &person->id,
			a->env->conf->session_idle_seconds, a->env->conf->session_absolute_seconds,
			a->rq->remote_addr, agent_of(a), required, a->arena, &session, err);

	code_new(&refresh);
	a->actor.kind = API_SESSION;
	a->actor.user_id = person->id;
	a->actor.session_id = id;
	if (rc == 0)
		rc = store_refresh_insert(a->db, refresh.hash, &id, 1, err);
	if (rc == 0)
		rc = session_set_cookies(a, &person->id, &session, refresh.text, err);
	if (rc == 0)
		rc = session_put_info(a, person, &id, err);
	hash_wipe(&refresh, sizeof(refresh));
	return rc;
}

int session_person_open(struct api *a, const struct uuid *id, struct sv sealed, struct sv name,
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

int session_person_load(
	struct api *a, const struct uuid *id, struct session_person *ret, struct err *err)
{
	struct user user;
	int rc = store_user_by_id(a->db, id, a->arena, &user, err);

	return rc == 0 ? session_person_open(a, id, user.email_sealed, user.display_name, ret, err) : rc;
}

/* --- ending ------------------------------------------------------------------------------------ */

int session_end_others(struct api *a, const struct uuid *user, const struct uuid *keep,
	enum word reason, struct err *err)
{
	struct uuid *ended;
	size_t n;
	int rc = store_session_revoke_others(
		a->db, user, keep, reason, a->arena, &ended, &n, err);

	if (rc == 0)
		a->ended = (struct api_sessions){ended, n};
	return rc;
}

int session_restrict(struct api *a, const struct uuid *user, struct err *err)
{
	struct uuid *restricted;
	size_t n;
	int rc = store_session_restrict(a->db, user, a->arena, &restricted, &n, err);

	if (rc == 0)
		a->changed = (struct api_sessions){restricted, n};
	return rc;
}
