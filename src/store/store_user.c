/* People; see store_user.h. */
#include "store/store_user.h"

#include "domain/perm.h"

static const struct db_field user_fields[] = {
	DB_FIELD(user, UUID, id),
	DB_FIELD(user, BYTES, email_sealed),
	DB_FIELD(user, TEXT, display_name),
	DB_FIELD_WORD(user, "USER_STATUS", status),
	DB_FIELD(user, INSTANT, created_at),
	DB_FIELD(user, I32, version),
};
static const struct db_shape user_shape = DB_SHAPE(user, user_fields);

static const struct db_field sign_in_fields[] = {
	DB_FIELD(user_sign_in, UUID, id),
	DB_FIELD(user_sign_in, BYTES, email_sealed),
	DB_FIELD(user_sign_in, TEXT, display_name),
	DB_FIELD_WORD(user_sign_in, "USER_STATUS", status),
	DB_FIELD(user_sign_in, TEXT, password_hash),
	DB_FIELD(user_sign_in, I32, failures),
	DB_FIELD(user_sign_in, INSTANT, failed_at),
	DB_FIELD(user_sign_in, BYTES, totp_sealed),
};
static const struct db_shape sign_in_shape = DB_SHAPE(user_sign_in, sign_in_fields);

int store_user_insert(
	struct db *db, const struct user *user, const uint8_t email_index[32], struct err *err)
{
	return db_run_one(db, SQL_USER_INSERT,
		DB_PARAMS(DB_UUID(&user->id), DB_BYTES(user->email_sealed), DB_HASH(email_index),
			DB_SV(user->display_name), DB_WORD(user->status)),
		err);
}

int store_user_by_id(struct db *db, const struct uuid *id, struct arena *arena, struct user *ret,
	struct err *err)
{
	return db_one(db, SQL_USER_BY_ID, DB_PARAMS(DB_UUID(id)), &user_shape, arena, ret, err);
}

int store_user_by_email(struct db *db, const uint8_t email_index[32], struct arena *arena,
	struct user *ret, struct err *err)
{
	return db_one(db, SQL_USER_BY_EMAIL, DB_PARAMS(DB_HASH(email_index)), &user_shape, arena,
		ret, err);
}

int store_user_sign_in(struct db *db, const uint8_t email_index[32], struct arena *arena,
	struct user_sign_in *ret, struct err *err)
{
	return db_one(db, SQL_USER_SIGN_IN, DB_PARAMS(DB_HASH(email_index)), &sign_in_shape, arena,
		ret, err);
}

int store_user_sign_in_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct user_sign_in *ret, struct err *err)
{
	return db_one(db, SQL_USER_SIGN_IN_BY_ID, DB_PARAMS(DB_UUID(id)), &sign_in_shape, arena, ret,
		err);
}

int store_user_register(struct db *db, const struct user *user, const uint8_t email_index[32],
	bool *ret_made, struct err *err)
{
	int64_t rows = 0;
	int code = db_run(db, SQL_USER_REGISTER,
		DB_PARAMS(DB_UUID(&user->id), DB_BYTES(user->email_sealed), DB_HASH(email_index),
			DB_SV(user->display_name)),
		&rows, err);

	if (code == 0)
		*ret_made = rows == 1;
	return code;
}

int store_user_set_status(struct db *db, const struct uuid *id, enum word status, struct err *err)
{
	return db_run_one(db, SQL_USER_SET_STATUS, DB_PARAMS(DB_UUID(id), DB_WORD(status)), err);
}

int store_user_set_name(
	struct db *db, const struct uuid *id, struct sv display_name, struct err *err)
{
	return db_run_one(db, SQL_USER_SET_NAME, DB_PARAMS(DB_UUID(id), DB_SV(display_name)), err);
}

struct roles {
	struct db_texts roles;
};

static const struct db_field roles_fields[] = {DB_FIELD(roles, TEXTS, roles)};
static const struct db_shape roles_shape = DB_SHAPE(roles, roles_fields);

int store_user_platform_roles(
	struct db *db, const struct uuid *user, struct arena *arena, unsigned *ret, struct err *err)
{
	struct roles roles;
	unsigned bits = 0;
	int code = db_one(db, SQL_PLATFORM_ROLE_LIST, DB_PARAMS(DB_UUID(user)), &roles_shape, arena,
		&roles, err);

	for (size_t i = 0; code == 0 && i < roles.roles.n; i++)
		bits |= (unsigned)platform_role_from_word(roles.roles.v[i]);
	if (code == 0)
		*ret = bits;
	return code;
}

int store_user_grant(struct db *db, const struct uuid *user, const char *role,
	const struct uuid *granted_by, struct err *err)
{
	return db_run(db, SQL_PLATFORM_ROLE_INSERT,
		DB_PARAMS(DB_UUID(user), DB_STR(role),
			granted_by ? DB_UUID(granted_by) : DB_NULL(UUID)),
		NULL, err);
}

int store_user_withdraw(
	struct db *db, const struct uuid *user, const char *role, struct err *err)
{
	return db_run(db, SQL_PLATFORM_ROLE_DELETE, DB_PARAMS(DB_UUID(user), DB_STR(role)), NULL,
		err);
}

int store_administrators_besides(
	struct db *db, const struct uuid *user, int64_t *ret, struct err *err)
{
	int code = db_run(db, SQL_ADMINISTRATORS_LOCK, DB_NO_PARAMS, NULL, err);

	return code == 0 ? db_value(db, SQL_ADMINISTRATORS_BESIDES, DB_PARAMS(DB_UUID(user)), ret,
				   err) :
			   code;
}

static const struct db_field account_fields[] = {
	DB_FIELD(account, UUID, id),
	DB_FIELD(account, BYTES, email_sealed),
	DB_FIELD(account, TEXT, display_name),
	DB_FIELD_WORD(account, "USER_STATUS", status),
	DB_FIELD(account, INSTANT, created_at),
	DB_FIELD(account, I32, version),
	DB_FIELD(account, I32, failures),
	DB_FIELD(account, INSTANT, failed_at),
	DB_FIELD(account, INSTANT, totp_at),
	DB_FIELD(account, INSTANT, used_at),
	DB_FIELD(account, TEXTS, roles),
};
static const struct db_shape account_shape = DB_SHAPE(account, account_fields);

int store_account_list(struct db *db, struct db_page *page, struct arena *arena,
	struct account **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_ACCOUNT_LIST,
		DB_PARAMS(DB_UUID(&before), DB_I32(db_page_limit(page))), &account_shape, arena, ret,
		ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_account_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct account *ret, struct err *err)
{
	return db_one(db, SQL_ACCOUNT_GET, DB_PARAMS(DB_UUID(id)), &account_shape, arena, ret, err);
}

int store_credential_set(
	struct db *db, const struct uuid *user, struct sv password_hash, struct err *err)
{
	return db_run_one(
		db, SQL_CREDENTIAL_SET, DB_PARAMS(DB_UUID(user), DB_SV(password_hash)), err);
}

int store_credential_rehash(
	struct db *db, const struct uuid *user, struct sv password_hash, struct err *err)
{
	return db_run_one(
		db, SQL_CREDENTIAL_REHASH, DB_PARAMS(DB_UUID(user), DB_SV(password_hash)), err);
}

int store_credential_failed(struct db *db, const struct uuid *user, struct err *err)
{
	return db_run_one(db, SQL_CREDENTIAL_FAILED, DB_PARAMS(DB_UUID(user)), err);
}

int store_credential_succeeded(struct db *db, const struct uuid *user, struct err *err)
{
	return db_run_one(db, SQL_CREDENTIAL_SUCCEEDED, DB_PARAMS(DB_UUID(user)), err);
}

int store_code_insert(struct db *db, const uint8_t code_hash[32], const struct uuid *user,
	enum word purpose, int64_t seconds, struct err *err)
{
	return db_run_one(db, SQL_CODE_INSERT,
		DB_PARAMS(DB_HASH(code_hash), DB_UUID(user), DB_WORD(purpose), DB_I64(seconds)),
		err);
}

struct spent_code {
	struct uuid user_id;
	enum word purpose;
};

static const struct db_field spent_code_fields[] = {
	DB_FIELD(spent_code, UUID, user_id),
	DB_FIELD_WORD(spent_code, "CODE_PURPOSE", purpose),
};
static const struct db_shape spent_code_shape = DB_SHAPE(spent_code, spent_code_fields);

int store_code_spend(struct db *db, const uint8_t code_hash[32], struct uuid *ret_user,
	enum word *ret_purpose, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct spent_code spent;
	int code;

	arena_init(&arena, 0);
	code = db_one(db, SQL_CODE_SPEND, DB_PARAMS(DB_HASH(code_hash)), &spent_code_shape, &arena,
		&spent, err);
	if (code == E_NOT_FOUND)
		return err_set(err, E_CODE_SPENT, NULL);
	if (code < 0)
		return code;
	*ret_user = spent.user_id;
	*ret_purpose = spent.purpose;
	return 0;
}

int store_code_insert_for(struct db *db, const uint8_t code_hash[32], const uint8_t email_index[32],
	enum word purpose, int64_t seconds, int64_t most, bool *ret_made, struct err *err)
{
	int64_t rows = 0;
	int code = db_run(db, SQL_CODE_INSERT_FOR,
		DB_PARAMS(DB_HASH(code_hash), DB_HASH(email_index), DB_WORD(purpose),
			DB_I64(seconds), DB_I64(most)),
		&rows, err);

	if (code == 0)
		*ret_made = rows == 1;
	return code;
}

int store_code_awaited(
	struct db *db, const uint8_t code_hash[32], struct uuid *ret_user, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct spent_code awaited;
	int code;

	arena_init(&arena, 0);
	code = db_one(db, SQL_CODE_AWAITED, DB_PARAMS(DB_HASH(code_hash)), &spent_code_shape, &arena,
		&awaited, err);
	if (code == 0)
		*ret_user = awaited.user_id;
	return code == E_NOT_FOUND ? err_set(err, E_CODE_SPENT, NULL) : code;
}

int store_code_spend_awaited(struct db *db, const uint8_t code_hash[32], struct err *err)
{
	int code = db_run_one(db, SQL_CODE_SPEND_AWAITED, DB_PARAMS(DB_HASH(code_hash)), err);

	return code == E_NOT_FOUND ? err_set(err, E_CODE_SPENT, NULL) : code;
}

int store_code_void(struct db *db, const struct uuid *user, struct err *err)
{
	return db_run(db, SQL_CODE_VOID, DB_PARAMS(DB_UUID(user)), NULL, err);
}
