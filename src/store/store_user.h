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
MUST_CHECK int store_user_sign_in_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct user_sign_in *ret, struct err *err);
/* *ret_made false: the address has an account, nothing was changed. */
MUST_CHECK int store_user_register(struct db *db, const struct user *user,
	const uint8_t email_index[32], bool *ret_made, struct err *err);
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

MUST_CHECK int store_user_withdraw(
	struct db *db, const struct uuid *user, const char *role, struct err *err);
/* Inside a transaction: nobody else changes who administers until its end; *ret are the active
 * administrators besides this person. */
MUST_CHECK int store_administrators_besides(
	struct db *db, const struct uuid *user, int64_t *ret, struct err *err);

/* An account as administrators see it. */
struct account {
	struct uuid id;
	struct sv email_sealed;
	struct sv display_name;
	enum word status;
	int64_t created_at;
	int32_t version;
	int32_t failures;
	int64_t failed_at, totp_at, used_at; /* 0: never, none */
	struct db_texts roles;
};

MUST_CHECK int store_account_list(struct db *db, struct db_page *page, struct arena *arena,
	struct account **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_account_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct account *ret, struct err *err);

MUST_CHECK int store_credential_set(
	struct db *db, const struct uuid *user, struct sv password_hash, struct err *err);
MUST_CHECK int store_credential_rehash(
	struct db *db, const struct uuid *user, struct sv password_hash, struct err *err);
/* Counts a failure, or forgets them all. */
MUST_CHECK int store_credential_failed(struct db *db, const struct uuid *user, struct err *err);
MUST_CHECK int store_credential_succeeded(struct db *db, const struct uuid *user, struct err *err);

MUST_CHECK int store_code_insert(struct db *db, const uint8_t code_hash[32],
	const struct uuid *user, enum word purpose, int64_t seconds, struct err *err);
/* For whoever has the address, unless the account is disabled or `most` were made in the last hour;
 * *ret_made says so. The same statement whether there is an account or not. */
MUST_CHECK int store_code_insert_for(struct db *db, const uint8_t code_hash[32],
	const uint8_t email_index[32], enum word purpose, int64_t seconds, int64_t most,
	bool *ret_made, struct err *err);
/* Whose second factor a code awaits; it is not spent by asking. E_CODE_SPENT. */
MUST_CHECK int store_code_awaited(
	struct db *db, const uint8_t code_hash[32], struct uuid *ret_user, struct err *err);
MUST_CHECK int store_code_spend_awaited(
	struct db *db, const uint8_t code_hash[32], struct err *err);
/* Spends all that a person has open. */
MUST_CHECK int store_code_void(struct db *db, const struct uuid *user, struct err *err);
/* Spends a code that a link carried, once. E_CODE_SPENT: unknown, spent or expired. */
MUST_CHECK int store_code_spend(struct db *db, const uint8_t code_hash[32], struct uuid *ret_user,
	enum word *ret_purpose, struct err *err);

#endif
