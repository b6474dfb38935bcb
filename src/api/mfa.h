#ifndef API_MFA_H
#define API_MFA_H
/*
 * The second factor, for handlers of the auth pool: a code of the person's authenticator, or a
 * recovery code. Each is taken once, whoever tries at the same time.
 */
#include "api/api.h"
#include "store/store_mfa.h"
#include "store/store_user.h"

#define MFA_COOKIE "__Host-mfa"
#define MFA_AWAIT_SECONDS 300
#define MFA_RECOVERY_CODES 10

/* In a transaction, which it commits: the password was right. Sets the cookie that waits for the
 * code, and gives E_SECOND_FACTOR. */
MUST_CHECK int mfa_await(struct api *a, const struct uuid *user, struct err *err);

/* Takes a code. On success a transaction is open, in which it is spent. E_BAD_SECOND_FACTOR and
 * E_LOCKED_OUT, counted and audited like wrong passwords; nothing is open then. */
MUST_CHECK int mfa_try(struct api *a, const struct user_sign_in *user,
	const uint8_t index[FIELD_INDEX_LEN], struct sv code, struct err *err);

/* The person's seed sealed for its row; identity's bytes are in out. */
void mfa_identity(const struct uuid *user, struct buf *out);

#endif
