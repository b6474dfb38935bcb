/*
 * Accounts from the administrators' side (auth pool): seeing, inviting, deactivating, unlocking,
 * signing out, roles, and the end of a lost second factor. Whatever would leave no active
 * administrator is refused, also when two administrators do it to each other at once.
 */
#include "api/credential.h"
#include "api/ep.h"
#include "api/letters.h"
#include "api/session.h"
#include "api/settings.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/hash.h"
#include "store/store_mfa.h"
#include "store/store_user.h"

/* --- answers ------------------------------------------------------------------------------------ */

static int put_account(struct api *a, const char *key, const struct account *row, struct err *err)
{
	struct session_person person;
	int64_t until = row->failed_at + backoff_seconds(row->failures) * 1000000;
	bool locked = row->failures >= BACKOFF_FREE && until > clock_wall_us(&a->env->clock);
	int rc = session_person_open(
		a, &row->id, row->email_sealed, row->display_name, &person, err);

	if (rc != 0)
		return rc;
	json_open_object(&a->out, key);
	json_put_uuid(&a->out, "id", &row->id);
	json_put_text(&a->out, "email", person.email);
	json_put_text(&a->out, "display_name", row->display_name);
	api_put_word(&a->out, "status", row->status);
	json_open_array(&a->out, "platform_roles");
	for (size_t i = 0; i < row->roles.n; i++)
		json_put_text(&a->out, NULL, row->roles.v[i]);
	json_close_array(&a->out);
	json_put_bool(&a->out, "second_factor", row->totp_at != 0);
	json_put_int(&a->out, "failures", row->failures);
	api_put_instant(&a->out, "locked_until", locked ? until : 0);
	json_put_instant(&a->out, "created_at", row->created_at);
	api_put_instant(&a->out, "used_at", row->used_at);
	json_close_object(&a->out);
	return 0;
}

static int put_one(struct api *a, const struct uuid *id, struct err *err)
{
	struct account row;
	int rc = store_account_get(a->db, id, a->arena, &row, err);

	return rc == 0 ? put_account(a, NULL, &row, err) : rc;
}

int ep_account_list(struct api *a, struct err *err)
{
	struct account *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_account_list(a->db, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_account(a, NULL, &rows[i], err);
	api_list_end(a, &page);
	return rc;
}

int ep_account_get(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "user");

	return put_one(a, &id, err);
}

/* --- inviting ----------------------------------------------------------------------------------- */

/* A link that works once, in a letter. */
static int post_invitation(
	struct api *a, const struct uuid *user, struct sv email, struct err *err)
{
	struct letter_wish wish = {.kind = MAIL_KIND_INVITATION, .user = user, .to = email};
	struct code code;
	int rc = settings_value(a, SETTING_INVITATION_SECONDS, &wish.seconds, err);

	code_new(&code);
	wish.code = code.text;
	if (rc == 0)
		rc = store_code_insert(
			a->db, code.hash, user, CODE_PURPOSE_INVITATION, wish.seconds, err);
	if (rc == 0)
		rc = letters_post(a, &wish, err);
	hash_wipe(&code, sizeof(code));
	return rc;
}

/* Roles as bits of enum platform_role. */
static unsigned roles_in(const struct api *a)
{
	const struct json_object *list = api_in(a, NULL, "platform_roles");
	unsigned bits = 0;

	for (size_t i = 0; i < json_count(list); i++)
		bits |= (unsigned)platform_role_from_word(json_as_text(json_at(list, i)));
	return bits;
}

static int set_roles(
	struct api *a, const struct uuid *user, unsigned before, unsigned after, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && platform_role_words[i] != NULL; i++) {
		const char *role = platform_role_words[i];
		bool had = (before >> i & 1) != 0;
		bool has = (after >> i & 1) != 0;

		if (has && !had)
			rc = store_user_grant(a->db, user, role, &a->actor.user_id, err);
		else if (had && !has)
			rc = store_user_withdraw(a->db, user, role, err);
	}
	if (rc == 0 && before != after)
		rc = api_audit(a, EVENT_ROLE_CHANGE, AUDIT_DONE, err);
	return rc;
}

int ep_account_invite(struct api *a, struct err *err)
{
	struct buf email CLEANUP(buf_wipe) = BUF_INIT;
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	uint8_t index[FIELD_INDEX_LEN];
	struct user user = {.id = uuid_new(),
		.display_name = api_in_text(a, NULL, "display_name"),
		.status = USER_STATUS_INVITED};
	int rc = letters_on(a, err);

	if (rc == 0)
		rc = email_normalise(api_in_text(a, NULL, "email"), &email, err);
	if (rc == 0)
		rc = email_seal(a->env->keys, &user.id, buf_sv(&email), &sealed, err);
	if (rc != 0)
		return rc;
	email_index(a->env->keys, buf_sv(&email), index);
	user.email_sealed = buf_sv(&sealed);
	api_object(a, "user", &user.id);
	rc = store_user_insert(a->db, &user, index, err);
	if (rc == 0)
		rc = set_roles(a, &user.id, 0, roles_in(a), err);
	if (rc == 0)
		rc = post_invitation(a, &user.id, buf_sv(&email), err);
	return rc == 0 ? put_one(a, &user.id, err) : rc;
}

/* --- one account -------------------------------------------------------------------------------- */

/* The account of the path, as it is now; nobody else changes who administers until the end. */
static int enter(struct api *a, struct account *ret, struct err *err)
{
	struct uuid id = api_param_uuid(a, "user");
	int64_t besides;
	int rc = store_administrators_besides(a->db, &id, &besides, err);

	api_object(a, "user", &id);
	if (rc == 0)
		rc = store_account_get(a->db, &id, a->arena, ret, err);
	return rc;
}

static unsigned roles_of(const struct account *row)
{
	unsigned bits = 0;

	for (size_t i = 0; i < row->roles.n; i++)
		bits |= (unsigned)platform_role_from_word(row->roles.v[i]);
	return bits;
}

/* Would the platform be without an administrator? */
static int check_last(struct api *a, const struct account *row, struct err *err)
{
	int64_t besides;
	int rc;

	if ((roles_of(row) & PLATFORM_ADMINISTRATOR) == 0 || row->status != USER_STATUS_ACTIVE)
		return 0;
	rc = store_administrators_besides(a->db, &row->id, &besides, err);
	return rc == 0 && besides == 0 ? err_set(err, E_LAST_ADMINISTRATOR, NULL) : rc;
}

int ep_account_invite_again(struct api *a, struct err *err)
{
	struct session_person person = {.email = {NULL, 0}};
	struct account row;
	int rc = enter(a, &row, err);

	if (rc == 0)
		rc = letters_on(a, err);
	if (rc == 0 && row.status != USER_STATUS_INVITED)
		rc = err_set(err, E_CONFLICT, "The invitation was accepted already.");
	if (rc == 0)
		rc = session_person_open(
			a, &row.id, row.email_sealed, row.display_name, &person, err);
	if (rc == 0)
		rc = store_code_void(a->db, &row.id, err);
	return rc == 0 ? post_invitation(a, &row.id, person.email, err) : rc;
}

int ep_account_deactivate(struct api *a, struct err *err)
{
	struct account row;
	int rc = enter(a, &row, err);

	if (rc == 0)
		rc = check_last(a, &row, err);
	if (rc == 0)
		rc = store_user_set_status(a->db, &row.id, USER_STATUS_DISABLED, err);
	if (rc == 0)
		rc = store_code_void(a->db, &row.id, err);
	if (rc == 0)
		rc = session_end_others(a, &row.id, NULL, REVOKED_DISABLED, err);
	return rc == 0 ? put_one(a, &row.id, err) : rc;
}

/* One who never chose a password is invited as before. */
int ep_account_activate(struct api *a, struct err *err)
{
	struct account row;
	struct mfa mfa;
	int has_password;
	int rc = enter(a, &row, err);

	if (rc == 0 && row.status != USER_STATUS_DISABLED)
		rc = err_set(err, E_CONFLICT, "The account is not deactivated.");
	if (rc != 0)
		return rc;
	has_password = store_mfa_get(a->db, &row.id, a->arena, &mfa, err);
	if (has_password != 0 && has_password != E_NOT_FOUND)
		return has_password;
	rc = store_user_set_status(a->db, &row.id,
		has_password == 0 ? USER_STATUS_ACTIVE : USER_STATUS_INVITED, err);
	return rc == 0 ? put_one(a, &row.id, err) : rc;
}

int ep_account_unlock(struct api *a, struct err *err)
{
	struct session_person person;
	uint8_t index[FIELD_INDEX_LEN];
	struct account row;
	int rc = enter(a, &row, err);

	if (rc == 0)
		rc = session_person_open(
			a, &row.id, row.email_sealed, row.display_name, &person, err);
	if (rc != 0)
		return rc;
	rc = store_credential_succeeded(a->db, &row.id, err);
	if (rc != 0 && rc != E_NOT_FOUND) /* without a password there are no failures */
		return rc;
	email_index(a->env->keys, person.email, index);
	backoff_forget(a, index);
	return put_one(a, &row.id, err);
}

int ep_account_sign_out(struct api *a, struct err *err)
{
	struct account row;
	int rc = enter(a, &row, err);

	return rc == 0 ? session_end_others(a, &row.id, NULL, REVOKED_ADMINISTRATOR, err) : rc;
}

int ep_account_reset_mfa(struct api *a, struct err *err)
{
	struct session_person person = {.email = {NULL, 0}};
	struct account row;
	int rc = enter(a, &row, err);

	if (rc == 0 && row.totp_at == 0)
		rc = err_set(err, E_CONFLICT, "There is no second factor.");
	if (rc == 0)
		rc = session_person_open(
			a, &row.id, row.email_sealed, row.display_name, &person, err);
	if (rc == 0)
		rc = store_totp_disable(a->db, &row.id, err);
	if (rc == 0)
		rc = session_end_others(a, &row.id, NULL, REVOKED_MFA_CHANGED, err);
	if (rc == 0)
		rc = letters_notice(a, &row.id, person.email,
			"An administrator took the second factor away.", err);
	return rc == 0 ? put_one(a, &row.id, err) : rc;
}

int ep_account_set_roles(struct api *a, struct err *err)
{
	unsigned after = roles_in(a);
	struct account row;
	int rc = enter(a, &row, err);

	if (rc == 0 && (after & PLATFORM_ADMINISTRATOR) == 0)
		rc = check_last(a, &row, err);
	if (rc == 0)
		rc = set_roles(a, &row.id, roles_of(&row), after, err);
	if (rc == 0)
		rc = session_restrict(a, &row.id, err);
	a->event = EVENT_NONE; /* written with the change */
	return rc == 0 ? put_one(a, &row.id, err) : rc;
}
