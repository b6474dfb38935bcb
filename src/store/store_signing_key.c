/* Signing keys; see store_signing_key.h. */
#include "store/store_signing_key.h"

static const struct db_field key_fields[] = {
	DB_FIELD(signing_key, TEXT, kid),
	DB_FIELD_WORD(signing_key, "KEY_STATE", state),
	DB_FIELD(signing_key, BYTES, public_key),
	DB_FIELD(signing_key, INSTANT, created_at),
	DB_FIELD(signing_key, INSTANT, changed_at),
	DB_FIELD(signing_key, BYTES, private_sealed),
};
/* The public list is without the last field. */
static const struct db_shape key_shape = DB_SHAPE(signing_key, key_fields);
static const struct db_shape public_shape = {
	key_fields, ARRAY_LEN(key_fields) - 1, sizeof(struct signing_key)};

int store_signing_key_list(struct db *db, struct arena *arena, struct signing_key **ret,
	size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_SIGNING_KEY_LIST, DB_NO_PARAMS, &key_shape, arena, ret, ret_n, err);
}

int store_signing_key_public_list(struct db *db, struct arena *arena, struct signing_key **ret,
	size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_SIGNING_KEY_PUBLIC_LIST, DB_NO_PARAMS, &public_shape, arena, ret,
		ret_n, err);
}

int store_signing_key_insert(struct db *db, const struct signing_key *key, struct err *err)
{
	return db_run_one(db, SQL_SIGNING_KEY_INSERT,
		DB_PARAMS(DB_SV(key->kid), DB_WORD(key->state), DB_BYTES(key->public_key),
			DB_BYTES(key->private_sealed)),
		err);
}

int store_signing_key_set_state(struct db *db, struct sv kid, enum word state, struct err *err)
{
	return db_run_one(
		db, SQL_SIGNING_KEY_SET_STATE, DB_PARAMS(DB_SV(kid), DB_WORD(state)), err);
}

int store_signing_key_lock(struct db *db, struct err *err)
{
	return db_run(db, SQL_SIGNING_KEY_LOCK, DB_NO_PARAMS, NULL, err);
}
