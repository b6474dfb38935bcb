/* Settings, kept answers; see store_platform.h. */
#include "store/store_platform.h"

static const struct db_field setting_fields[] = {
	DB_FIELD(setting, TEXT, key),
	DB_FIELD(setting, TEXT, value),
	DB_FIELD(setting, INSTANT, updated_at),
	DB_FIELD(setting, I32, version),
};
static const struct db_shape setting_shape = DB_SHAPE(setting, setting_fields);

static const struct db_field answer_fields[] = {
	DB_FIELD(kept_answer, HASH, request_hash),
	DB_FIELD(kept_answer, I32, status),
	DB_FIELD(kept_answer, BYTES, answer),
	DB_FIELD(kept_answer, INSTANT, created_at),
};
static const struct db_shape answer_shape = DB_SHAPE(kept_answer, answer_fields);

int store_setting_get(
	struct db *db, struct sv key, struct arena *arena, struct setting *ret, struct err *err)
{
	return db_one(db, SQL_SETTING_GET, DB_PARAMS(DB_SV(key)), &setting_shape, arena, ret, err);
}

int store_setting_list(
	struct db *db, struct arena *arena, struct setting **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_SETTING_LIST, DB_NO_PARAMS, &setting_shape, arena, ret, ret_n, err);
}

int store_setting_put(
	struct db *db, struct sv key, struct sv value, const struct uuid *by, struct err *err)
{
	return db_run_one(db, SQL_SETTING_PUT,
		DB_PARAMS(DB_SV(key), DB_SV(value), by ? DB_UUID(by) : DB_NULL(UUID)), err);
}

int store_answer_get(struct db *db, const struct uuid *user, struct sv key, struct arena *arena,
	struct kept_answer *ret, struct err *err)
{
	return db_one(db, SQL_IDEMPOTENCY_GET, DB_PARAMS(DB_UUID(user), DB_SV(key)), &answer_shape,
		arena, ret, err);
}

int store_answer_insert(struct db *db, const struct uuid *user, struct sv key,
	const struct kept_answer *a, struct err *err)
{
	return db_run_one(db, SQL_IDEMPOTENCY_INSERT,
		DB_PARAMS(DB_UUID(user), DB_SV(key), DB_HASH(a->request_hash), DB_I32(a->status),
			DB_BYTES(a->answer)),
		err);
}
