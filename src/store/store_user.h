#ifndef STORE_STORE_USER_H
#define STORE_STORE_USER_H
/*
 * People: accounts, platform roles, credentials, one-time codes. E-mail addresses arrive and leave
 * sealed; they are found by their blind index. Texts of results lie in the arena.
 *
 * Which pool may call what is a matter of grants; E_FORBIDDEN tells of a wrong one.
 */
#include "store/db.h"

struct user {
	struct uuid id;
	struct sv email_sealed;
	struct sv display_name;
	enum word status; /* USER_STATUS_ */
	int64_t created_at;
	int32_t version;
};

/* What signing in needs; password_hash is SV_NULL while none was set. */
struct user_sign_in {
	struct uuid id;
	struct sv email_sealed;
	struct sv display_name;
	enum word status;
	struct sv password_hash;
	int32_t failures;  /* in a row */
	int64_t failed_at; /* the last one; 0: none */
	struct sv totp_sealed;
};

/* E_EXISTS: the address has an account. */
MUST_CHECK int store_user_insert(
	struct db *db, const struct user *user, const uint8_t email_index[32], struct err *err);
MUST_CHECK int store_user_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct user *ret, struct err *err);
MUST_CHECK int store_user_by_email(struct db *db, const uint8_t email_index[32],
	struct arena *arena, struct user *ret, struct err *err);
MUST_CHECK int store_user_sign_in(struct db *db, const uint8_t email_index[32], struct arena *arena,
	struct user_sign_in *ret, struct err *err);
MUST_CHECK int store_user_set_status(
	struct db *db, const struct uuid *id, enum word status, struct err *err);
MUST_CHECK int store_user_set_name(
	struct db *db, const struct uuid *id, struct sv display_name, struct err *err);

/* Bits of enum platform_role. */
MUST_CHECK int store_user_platform_roles(struct db *db, const struct uuid *user,
	struct arena *arena, unsigned *ret, struct err *err);
/* granted_by NULL: by the operator. Granting twice is fine. */
MUST_CHECK int store_user_grant(struct db *db, const struct uuid *user, const char *role,
	const struct uuid *granted_by, struct err *err);

MUST_CHECK int store_credential_set(
	struct db *db, const struct uuid *user, struct sv password_hash, struct err *err);
MUST_CHECK int store_credential_rehash(
	struct db *db, const struct uuid *user, struct sv password_hash, struct err *err);
/* Counts a failure, or forgets them all. */
MUST_CHECK int store_credential_failed(struct db *db, const struct uuid *user, struct err *err);
MUST_CHECK int store_credential_succeeded(struct db *db, const struct uuid *user, struct err *err);

MUST_CHECK int store_code_insert(struct db *db, const uint8_t code_hash[32],
	const struct uuid *user, enum word purpose, int64_t seconds, struct err *err);
/* Spends a code, once. E_CODE_SPENT: unknown, spent or expired. */
MUST_CHECK int store_code_spend(struct db *db, const uint8_t code_hash[32], struct uuid *ret_user,
	enum word *ret_purpose, struct err *err);

#endif
