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
