/*
 * Passwords: one-time codes that set one, asking for such a code, and changing it (auth pool).
 */
#include <string.h>

#include "api/auth.h"
#include "api/credential.h"
#include "api/ep.h"
#include "api/letters.h"
#include "api/mfa.h"
#include "api/session.h"
#include "api/settings.h"
#include "api/tokens.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/hash.h"
#include "store/store_user.h"

#define ASKS_PER_HOUR 5 /* of one account */

/* --- redeeming a code --------------------------------------------------------------------------- */

/* What redeeming changes of the account, in its transaction. */
static int renew_account(
	struct api *a, struct user *user, struct session_person *person, struct err *err)
{
	struct sv name = api_in_text(a, NULL, "display_name");
	int rc = session_person_open(a, &user->id, user->email_sealed,
		name.p != NULL ? name : user->display_name, person, err);

	if (rc == 0)
		rc = credential_set(a, &user->id, person->email, api_in_text(a, NULL, "password"), err);
	if (rc == 0 && name.p != NULL)
		rc = store_user_set_name(a->db, &user->id, name, err);
	if (rc == 0 && user->status == USER_STATUS_INVITED)
		rc = store_user_set_status(a->db, &user->id, USER_STATUS_ACTIVE, err);
	return rc == 0 ? session_end_others(a, &user->id, NULL, REVOKED_PASSWORD_CHANGED, err) : rc;
}

/* Commits what it did. */
static int redeem(struct api *a, const uint8_t hash[32], struct err *err)
{
	struct session_person person;
	struct uuid user_id;
	struct user user;
	struct mfa mfa;
	enum word purpose;
	int rc = store_code_spend(a->db, hash, &user_id, &purpose, err);

	if (rc == 0)
		rc = store_user_by_id(a->db, &user_id, a->arena, &user, err);
	if (rc == 0 && user.status == USER_STATUS_DISABLED)
		rc = err_set(err, E_CODE_SPENT, NULL);
	if (rc == 0)
		rc = renew_account(a, &user, &person, err);
	if (rc == 0)
		rc = store_mfa_get(a->db, &user_id, a->arena, &mfa, err);
	/* A letter stands for the password only. */
	if (rc == 0 && mfa.totp_sealed.p == NULL)
		rc = session_start(a, &person, false, err);
	if (rc == 0)
		rc = store_code_void(a->db, &user_id, err);
	if (rc != 0)
		return rc;
	api_object(a, "user", &user_id);
	rc = api_audit(a, EVENT_CODE_REDEEM, AUDIT_DONE, err);
	if (rc == 0)
		rc = api_audit(a, EVENT_PASSWORD_CHANGE, AUDIT_DONE, err);
	if (rc != 0)
		return rc;
	return mfa.totp_sealed.p != NULL ? mfa_await(a, &user_id, err) : db_commit(a->db, err);
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
	return rc;
}

/* --- asking for one ------------------------------------------------------------------------------ */

/* The same look-up, statements and letter for an address that has no account: then the letter goes
 * to nobody. */
static int post_reset(struct api *a, struct sv email, int64_t seconds, struct err *err)
{
	struct letter_wish wish = {.kind = MAIL_KIND_RESET, .to = SV(""), .seconds = seconds};
	uint8_t index[FIELD_INDEX_LEN];
	struct code code;
	struct user user;
	bool made = false;
	int rc;

	code_new(&code);
	email_index(a->env->keys, email, index);
	rc = store_code_insert_for(
		a->db, code.hash, index, CODE_PURPOSE_RESET, seconds, ASKS_PER_HOUR, &made, err);
	if (rc == 0)
		rc = store_user_by_email(a->db, index, a->arena, &user, err);
	if (rc == E_NOT_FOUND)
		rc = 0;
	if (made) {
		wish.user = &user.id;
		wish.to = email;
	}
	wish.code = code.text;
	if (rc == 0)
		rc = letters_post(a, &wish, err);
	hash_wipe(&code, sizeof(code));
	return rc;
}

int ep_password_forget(struct api *a, struct err *err)
{
	struct buf email CLEANUP(buf_wipe) = BUF_INIT;
	int64_t seconds;
	int rc = letters_on(a, err);

	if (rc == 0)
		rc = email_normalise(api_in_text(a, NULL, "email"), &email, err);
	if (rc == 0)
		rc = settings_value(a, SETTING_RESET_SECONDS, &seconds, err);
	return rc == 0 ? post_reset(a, buf_sv(&email), seconds, err) : rc;
}

/* --- changing it --------------------------------------------------------------------------------- */

static int change(struct api *a, const struct session_person *person, struct err *err)
{
	int rc = db_begin(a->db, err);

	if (rc == 0)
		rc = credential_set(
			a, &person->id, person->email, api_in_text(a, NULL, "new_password"), err);
	if (rc == 0)
		rc = session_end_others(
			a, &person->id, &a->actor.session_id, REVOKED_PASSWORD_CHANGED, err);
	if (rc == 0)
		rc = store_session_step_up(a->db, &a->actor.session_id, err);
	if (rc == 0)
		rc = store_code_void(a->db, &person->id, err);
	if (rc == 0)
		rc = letters_notice(
			a, &person->id, person->email, "The password was changed.", err);
	api_object(a, "user", &person->id);
	if (rc == 0)
		rc = api_audit(a, EVENT_PASSWORD_CHANGE, AUDIT_DONE, err);
	return rc == 0 ? db_commit(a->db, err) : rc;
}

int ep_password_change(struct api *a, struct err *err)
{
	struct attempt t = {.found = false};
	struct session_person person;
	uint8_t index[FIELD_INDEX_LEN];
	int rc = session_person_load(a, &a->actor.user_id, &person, err);

	if (rc != 0)
		return rc;
	email_index(a->env->keys, person.email, index);
	rc = credential_check(a, index, api_in_text(a, NULL, "password"), &t, err);
	if (rc == 0)
		rc = change(a, &person, err);
	if (rc == 0) {
		backoff_forget(a, index);
		auth_refresh_session(a->bus, &a->actor.session_id);
	}
	return rc;
}
