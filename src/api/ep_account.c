/*
 * Accounts from their owners' side: making one oneself, and the profile (auth pool).
 */
#include "api/ep.h"
#include "api/letters.h"
#include "api/session.h"
#include "api/settings.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/hash.h"
#include "store/store_user.h"

#define ASKS_PER_HOUR 5 /* of one address */

/* An account for the address, or nothing where there is one. */
static int make_account(struct api *a, struct sv email, const uint8_t index[FIELD_INDEX_LEN],
	bool *ret_made, struct err *err)
{
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct user user = {.id = uuid_new(),
		.display_name = api_in_text(a, NULL, "display_name"),
		.status = USER_STATUS_INVITED};
	int rc = email_seal(a->env->keys, &user.id, email, &sealed, err);

	user.email_sealed = buf_sv(&sealed);
	return rc == 0 ? store_user_register(a->db, &user, index, ret_made, err) : rc;
}

/* Who has an account that was used already is told so, by e-mail alone. */
static int post_welcome(struct api *a, struct sv email, int64_t seconds, struct err *err)
{
	struct letter_wish wish = {
		.kind = MAIL_KIND_VERIFICATION, .to = SV(""), .seconds = seconds};
	uint8_t index[FIELD_INDEX_LEN];
	struct code code;
	struct user user;
	bool made;
	int rc;

	code_new(&code);
	wish.code = code.text;
	email_index(a->env->keys, email, index);
	rc = make_account(a, email, index, &made, err);
	if (rc == 0)
		rc = store_code_insert_for(a->db, code.hash, index, CODE_PURPOSE_VERIFY, seconds,
			ASKS_PER_HOUR, &made, err);
	if (rc == 0)
		rc = store_user_by_email(a->db, index, a->arena, &user, err);
	if (rc == 0 && made) {
		wish.kind = user.status == USER_STATUS_ACTIVE ? MAIL_KIND_KNOWN :
								MAIL_KIND_VERIFICATION;
		wish.user = &user.id;
		wish.to = email;
	}
	if (rc == 0)
		rc = letters_post(a, &wish, err);
	hash_wipe(&code, sizeof(code));
	return rc;
}

int ep_account_register(struct api *a, struct err *err)
{
	struct buf email CLEANUP(buf_wipe) = BUF_INIT;
	int64_t open;
	int64_t seconds;
	int rc = settings_value(a, SETTING_REGISTRATION_OPEN, &open, err);

	if (rc == 0 && open == 0)
		rc = err_set(err, E_REGISTRATION_CLOSED, NULL);
	if (rc == 0)
		rc = letters_on(a, err);
	if (rc == 0)
		rc = email_normalise(api_in_text(a, NULL, "email"), &email, err);
	if (rc == 0)
		rc = settings_value(a, SETTING_INVITATION_SECONDS, &seconds, err);
	return rc == 0 ? post_welcome(a, buf_sv(&email), seconds, err) : rc;
}

int ep_profile_change(struct api *a, struct err *err)
{
	struct session_person person;
	int rc = store_user_set_name(
		a->db, &a->actor.user_id, api_in_text(a, NULL, "display_name"), err);

	api_object(a, "user", &a->actor.user_id);
	if (rc == 0)
		rc = session_person_load(a, &a->actor.user_id, &person, err);
	return rc == 0 ? session_put_info(a, &person, &a->actor.session_id, err) : rc;
}
