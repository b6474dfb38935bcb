/*
 * One's own second factor: setting it up, giving it up, recovery codes (auth pool).
 *
 * A seed is begun first and counts only when a code of it was given, so that nobody locks themselves
 * out with an authenticator that did not take it.
 */
#include "api/auth.h"
#include "api/ep.h"
#include "api/letters.h"
#include "api/mfa.h"
#include "api/session.h"
#include "seal/code.h"
#include "seal/hash.h"
#include "seal/random.h"
#include "seal/totp.h"

#define ISSUER "378 Reconciliation"

int ep_mfa_get(struct api *a, struct err *err)
{
	struct mfa mfa;
	int rc = store_mfa_get(a->db, &a->actor.user_id, a->arena, &mfa, err);

	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_put_bool(&a->out, "totp", mfa.totp_sealed.p != NULL);
	api_put_instant(&a->out, "totp_at", mfa.totp_at);
	json_put_int(&a->out, "recovery_codes_left", mfa.codes_left);
	json_put_bool(&a->out, "required", mfa.required);
	json_close_object(&a->out);
	return 0;
}

static int seal_seed(struct api *a, struct sv secret, struct buf *ret, struct err *err)
{
	struct buf identity CLEANUP(buf_free) = BUF_INIT;

	mfa_identity(&a->actor.user_id, &identity);
	return field_seal(a->env->keys, buf_sv(&identity), secret, ret, err);
}

static void put_seed(struct api *a, const struct session_person *person, struct sv secret)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;

	json_open_object(&a->out, NULL);
	totp_add_base32(&text, secret);
	json_put_text(&a->out, "secret", buf_sv(&text));
	buf_reset(&text);
	totp_add_uri(&text, ISSUER, person->email, secret);
	json_put_text(&a->out, "uri", buf_sv(&text));
	json_close_object(&a->out);
}

int ep_totp_begin(struct api *a, struct err *err)
{
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct session_person person;
	uint8_t seed[TOTP_SECRET_LEN] = {0};
	struct sv secret = sv_from((const char *)seed, sizeof(seed));
	struct mfa mfa;
	int rc = store_mfa_get(a->db, &a->actor.user_id, a->arena, &mfa, err);

	api_object(a, "user", &a->actor.user_id);
	if (rc == 0 && mfa.totp_sealed.p != NULL)
		rc = err_set(err, E_CONFLICT, "There is a second factor; give it up first.");
	if (rc == 0)
		rc = session_person_load(a, &a->actor.user_id, &person, err);
	if (rc != 0)
		return rc;
	random_bytes(seed, sizeof(seed));
	rc = seal_seed(a, secret, &sealed, err);
	if (rc == 0)
		rc = store_totp_begin(a->db, &a->actor.user_id, buf_sv(&sealed), err);
	if (rc == 0)
		put_seed(a, &person, secret);
	hash_wipe(seed, sizeof(seed));
	return rc;
}

/* New recovery codes in place of the old ones, shown this once. */
static int put_codes(struct api *a, struct err *err)
{
	int rc = store_recovery_clear(a->db, &a->actor.user_id, err);

	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "codes");
	for (int i = 0; rc == 0 && i < MFA_RECOVERY_CODES; i++) {
		struct code_recovery code;

		code_recovery_new(&code);
		rc = store_recovery_insert(a->db, &a->actor.user_id, code.hash, err);
		json_put_cstr(&a->out, NULL, code.text);
		hash_wipe(&code, sizeof(code));
	}
	json_close_array(&a->out);
	json_close_object(&a->out);
	return rc;
}

static int notice(struct api *a, const char *what, struct err *err)
{
	struct session_person person;
	int rc = session_person_load(a, &a->actor.user_id, &person, err);

	return rc == 0 ? letters_notice(a, &person.id, person.email, what, err) : rc;
}

/* Does the code fit what was begun? */
static int check_begun(struct api *a, struct sv sealed, int64_t *ret_step, struct err *err)
{
	struct buf identity CLEANUP(buf_free) = BUF_INIT;
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT;
	int64_t now = clock_wall_us(&a->env->clock) / 1000000;
	int rc;

	mfa_identity(&a->actor.user_id, &identity);
	rc = field_open(a->env->keys, buf_sv(&identity), sealed, &secret, err);
	if (rc != 0)
		return rc;
	return totp_verify(buf_sv(&secret), api_in_text(a, NULL, "code"), now, ret_step) ?
		0 :
		err_set(err, E_BAD_SECOND_FACTOR, NULL);
}

int ep_totp_confirm(struct api *a, struct err *err)
{
	struct mfa mfa;
	int64_t step;
	int rc = store_mfa_get(a->db, &a->actor.user_id, a->arena, &mfa, err);

	api_object(a, "user", &a->actor.user_id);
	if (rc == 0 && mfa.totp_pending_sealed.p == NULL)
		rc = err_set(err, E_CONFLICT, "No second factor is being set up.");
	if (rc == 0)
		rc = check_begun(a, mfa.totp_pending_sealed, &step, err);
	if (rc == 0)
		rc = store_totp_enable(a->db, &a->actor.user_id, step, err);
	if (rc == 0)
		rc = put_codes(a, err);
	if (rc == 0)
		rc = store_session_free(a->db, &a->actor.session_id, err);
	if (rc == 0)
		rc = session_end_others(a, &a->actor.user_id, &a->actor.session_id,
			REVOKED_MFA_CHANGED, err);
	if (rc == 0)
		rc = notice(a, "A second factor was set up.", err);
	a->changed = (struct api_sessions){&a->actor.session_id, 1};
	return rc;
}

int ep_totp_disable(struct api *a, struct err *err)
{
	struct mfa mfa;
	int rc = store_mfa_get(a->db, &a->actor.user_id, a->arena, &mfa, err);

	api_object(a, "user", &a->actor.user_id);
	if (rc == 0 && mfa.required)
		rc = err_set(err, E_MFA_REQUIRED, "Your role requires a second factor.");
	if (rc == 0)
		rc = store_totp_disable(a->db, &a->actor.user_id, err);
	if (rc == 0)
		rc = session_end_others(a, &a->actor.user_id, &a->actor.session_id,
			REVOKED_MFA_CHANGED, err);
	return rc == 0 ? notice(a, "The second factor was given up.", err) : rc;
}

int ep_recovery_renew(struct api *a, struct err *err)
{
	struct mfa mfa;
	int rc = store_mfa_get(a->db, &a->actor.user_id, a->arena, &mfa, err);

	api_object(a, "user", &a->actor.user_id);
	if (rc == 0 && mfa.totp_sealed.p == NULL)
		rc = err_set(err, E_CONFLICT, "There is no second factor.");
	if (rc == 0)
		rc = put_codes(a, err);
	return rc == 0 ? notice(a, "New recovery codes were made.", err) : rc;
}
