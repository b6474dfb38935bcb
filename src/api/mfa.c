/*
 * Checking a second factor. Spending is one statement with its condition in it, so that of any number
 * of requests with one code a single one finds it unspent.
 */
#include "api/mfa.h"

#include "api/auth.h"
#include "api/credential.h"
#include "api/session.h"
#include "seal/code.h"
#include "seal/hash.h"
#include "seal/totp.h"

void mfa_identity(const struct uuid *user, struct buf *out)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(user, text);
	buf_printf(out, "credential.totp:%s", text);
}

int mfa_await(struct api *a, const struct uuid *user, struct err *err)
{
	struct code code;
	int rc;

	code_new(&code);
	rc = store_code_insert(
		a->db, code.hash, user, CODE_PURPOSE_SECOND_FACTOR, MFA_AWAIT_SECONDS, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	if (rc == 0) {
		auth_settle_sessions(a);
		session_set_cookie(a, MFA_COOKIE, code.text, MFA_AWAIT_SECONDS);
		rc = err_set(err, E_SECOND_FACTOR, NULL);
	}
	hash_wipe(&code, sizeof(code));
	return rc;
}

/* Without blanks; the text is in the arena. */
static struct sv digits_of(struct api *a, struct sv code)
{
	char *out = arena_alloc(a->arena, code.n);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < code.n; i++) {
		if (code.p[i] != ' ')
			out[n++] = code.p[i];
	}
	return sv_from(out, n);
}

static int use_totp(
	struct api *a, const struct user_sign_in *user, struct sv code, struct err *err)
{
	struct buf identity CLEANUP(buf_free) = BUF_INIT;
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT;
	int64_t step;
	int rc;

	mfa_identity(&user->id, &identity);
	rc = field_open(a->env->keys, buf_sv(&identity), user->totp_sealed, &secret, err);
	if (rc != 0)
		return rc;
	if (!totp_verify(buf_sv(&secret), code, clock_wall_us(&a->env->clock) / 1000000, &step))
		return E_NOT_FOUND;
	return store_totp_use(a->db, &user->id, step, err);
}

static int use_recovery(
	struct api *a, const struct user_sign_in *user, struct sv code, struct err *err)
{
	uint8_t hash[32];
	int rc = code_recovery_hash(code, hash) == 0 ?
		store_recovery_spend(a->db, &user->id, hash, err) :
		E_NOT_FOUND;

	if (rc != 0)
		return rc;
	api_object(a, "user", &user->id);
	return api_audit(a, EVENT_MFA_RECOVER, AUDIT_DONE, err);
}

static int use_code(struct api *a, const struct user_sign_in *user, struct sv code, struct err *err)
{
	struct sv digits = digits_of(a, code);

	if (user->totp_sealed.p == NULL)
		return E_NOT_FOUND;
	return digits.n <= TOTP_DIGITS ? use_totp(a, user, digits, err) :
					 use_recovery(a, user, code, err);
}

int mfa_try(struct api *a, const struct user_sign_in *user, const uint8_t index[FIELD_INDEX_LEN],
	struct sv code, struct err *err)
{
	int rc = backoff_check(a, index, err);

	if (rc == 0)
		rc = backoff_check_row(a, user, err);
	if (rc == 0)
		rc = db_begin(a->db, err);
	if (rc != 0)
		return rc;
	rc = use_code(a, user, code, err);
	if (rc != E_NOT_FOUND)
		return rc;
	db_rollback(a->db);
	return credential_refused(a, index, &user->id, E_BAD_SECOND_FACTOR, err);
}
