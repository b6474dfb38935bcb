#ifndef API_CREDENTIAL_H
#define API_CREDENTIAL_H
/*
 * What people prove themselves with, for handlers of the auth pool: a password is tried in the same
 * time whether there is an account or not, and after BACKOFF_FREE failures in a row, of whatever
 * kind, an account waits twice as long after each further one.
 */
#include "api/api.h"
#include "seal/password.h"
#include "store/store_user.h"

#define BACKOFF_FREE 5

/* Counted in Redis by the address's index; without Redis the row's own count does for accounts.
 * E_LOCKED_OUT with Retry-After. */
MUST_CHECK int backoff_check(struct api *a, const uint8_t index[FIELD_INDEX_LEN], struct err *err);
MUST_CHECK int backoff_check_row(struct api *a, const struct user_sign_in *user, struct err *err);
void backoff_forget(struct api *a, const uint8_t index[FIELD_INDEX_LEN]);
/* How long an account waits after so many failures. */
int64_t backoff_seconds(int64_t failures);

struct attempt {
	struct user_sign_in user;
	bool found;
	bool matches;
	char rehash[PASSWORD_HASH_MAX]; /* a new hash to store, or "" */
};

/* The person of an address and password. E_BAD_CREDENTIALS, E_LOCKED_OUT, E_UNAVAILABLE. The
 * failures are not forgotten yet. */
MUST_CHECK int credential_check(struct api *a, const uint8_t index[FIELD_INDEX_LEN],
	struct sv password, struct attempt *t, struct err *err);
/* A failure, counted and audited in a transaction of its own: gives code. user NULL: nobody's. */
MUST_CHECK int credential_refused(struct api *a, const uint8_t index[FIELD_INDEX_LEN],
	const struct uuid *user, int code, struct err *err);
/* Inside a transaction: the row's failures are forgotten, the better hash kept. */
MUST_CHECK int credential_succeeded(struct api *a, const struct attempt *t, struct err *err);
/* Inside a transaction: a new password. E_PASSWORD_WEAK. */
MUST_CHECK int credential_set(struct api *a, const struct uuid *user, struct sv email,
	struct sv password, struct err *err);

#endif
