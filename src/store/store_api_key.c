/* API keys; see store_api_key.h. */
#include "store/store_api_key.h"

static const struct db_field key_fields[] = {
	DB_FIELD(api_key, UUID, id),
	DB_FIELD(api_key, UUID, user_id),
	DB_FIELD(api_key, UUID, project_id),
	DB_FIELD(api_key, TEXT, name),
	DB_FIELD(api_key, TEXTS, scopes),
	DB_FIELD(api_key, TEXTS, networks),
	DB_FIELD(api_key, INSTANT, created_at),
	DB_FIELD(api_key, INSTANT, expires_at),
	DB_FIELD(api_key, INSTANT, used_at),
	DB_FIELD(api_key, INSTANT, revoked_at),
};
static const struct db_shape key_shape = DB_SHAPE(api_key, key_fields);

static const struct db_field state_fields[] = {
	DB_FIELD(api_key_state, UUID, id),
	DB_FIELD(api_key_state, UUID, user_id),
	DB_FIELD(api_key_state, UUID, project_id),
	DB_FIELD(api_key_state, HASH, secret_hash),
	DB_FIELD(api_key_state, TEXTS, scopes),
	DB_FIELD(api_key_state, TEXTS, networks),
	DB_FIELD(api_key_state, INSTANT, expires_at),
	DB_FIELD(api_key_state, INSTANT, revoked_at),
	DB_FIELD(api_key_state, BOOL, live),
	DB_FIELD(api_key_state, BOOL, used_lately),
};
static const struct db_shape state_shape = DB_SHAPE(api_key_state, state_fields);

int store_api_key_insert(struct db *db, const struct api_key *key, const uint8_t secret_hash[32],
	int64_t seconds, struct arena *arena, struct api_key *ret, struct err *err)
{
	return db_one(db, SQL_API_KEY_INSERT,
		DB_PARAMS(DB_UUID(&key->id), DB_UUID(&key->user_id), DB_UUID_OPT(&key->project_id),
			DB_SV(key->name), DB_HASH(secret_hash),
			DB_SVS(key->scopes.v, key->scopes.n),
			DB_SVS(key->networks.v, key->networks.n), DB_I64(seconds)),
		&key_shape, arena, ret, err);
}

int store_api_key_list(struct db *db, const struct uuid *user, struct db_page *page,
	struct arena *arena, struct api_key **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_API_KEY_LIST,
		DB_PARAMS(DB_UUID(user), DB_UUID(&before), DB_I32(db_page_limit(page))), &key_shape,
		arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_api_key_count(struct db *db, const struct uuid *user, int64_t *ret, struct err *err)
{
	int code = db_run(db, SQL_API_KEY_LOCK, DB_PARAMS(DB_UUID(user)), NULL, err);

	return code == 0 ? db_value(db, SQL_API_KEY_LIVE, DB_PARAMS(DB_UUID(user)), ret, err) : code;
}

int store_api_key_revoke(
	struct db *db, const struct uuid *id, const struct uuid *user, struct err *err)
{
	return db_run_one(db, SQL_API_KEY_REVOKE, DB_PARAMS(DB_UUID(id), DB_UUID(user)), err);
}

int store_api_key_state(struct db *db, const struct uuid *id, struct arena *arena,
	struct api_key_state *ret, struct err *err)
{
	return db_one(db, SQL_API_KEY_STATE, DB_PARAMS(DB_UUID(id)), &state_shape, arena, ret, err);
}

int store_api_key_rotate(struct db *db, const struct uuid *id, const struct uuid *old,
	const struct uuid *user, const uint8_t secret_hash[32], struct arena *arena,
	struct api_key *ret, struct err *err)
{
	return db_one(db, SQL_API_KEY_ROTATE,
		DB_PARAMS(DB_UUID(id), DB_UUID(old), DB_UUID(user), DB_HASH(secret_hash)),
		&key_shape, arena, ret, err);
}

int store_api_key_used(struct db *db, const struct uuid *id, struct err *err)
{
	int64_t used;

	return db_value(db, SQL_API_KEY_USED, DB_PARAMS(DB_UUID(id)), &used, err);
}
