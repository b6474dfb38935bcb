#ifndef STORE_STORE_MFA_H
#define STORE_STORE_MFA_H
/*
 * Second factors of people: one seed for one-time passwords (sealed, see seal/field.h) and recovery
 * codes (their SHA-256). For the auth pool alone.
 */
#include "store/db.h"

struct mfa {
	struct uuid user_id;
	struct sv totp_sealed;         /* SV_NULL: none */
	struct sv totp_pending_sealed; /* begun and not yet proven */
	int64_t totp_at;
	int64_t codes_left;
	bool required; /* a role of the person demands it */
};

/* E_NOT_FOUND: nobody who has a password. */
MUST_CHECK int store_mfa_get(struct db *db, const struct uuid *user, struct arena *arena,
	struct mfa *ret, struct err *err);
MUST_CHECK int store_mfa_required(
	struct db *db, const struct uuid *user, bool *ret, struct err *err);

MUST_CHECK int store_totp_begin(
	struct db *db, const struct uuid *user, struct sv sealed, struct err *err);
/* E_NOT_FOUND: nothing was begun. */
MUST_CHECK int store_totp_enable(
	struct db *db, const struct uuid *user, int64_t step, struct err *err);
/* Takes a step's code, once for all who try at the same time. E_NOT_FOUND: it or a later one was
 * taken already. */
MUST_CHECK int store_totp_use(
	struct db *db, const struct uuid *user, int64_t step, struct err *err);
/* With the recovery codes. E_NOT_FOUND: there is none. */
MUST_CHECK int store_totp_disable(struct db *db, const struct uuid *user, struct err *err);

MUST_CHECK int store_recovery_insert(
	struct db *db, const struct uuid *user, const uint8_t hash[32], struct err *err);
/* E_NOT_FOUND: not a code of this person, or spent. */
MUST_CHECK int store_recovery_spend(
	struct db *db, const struct uuid *user, const uint8_t hash[32], struct err *err);
MUST_CHECK int store_recovery_clear(struct db *db, const struct uuid *user, struct err *err);

#endif
