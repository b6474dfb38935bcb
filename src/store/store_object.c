/* Vault objects; see store_object.h. */
#include "store/store_object.h"

static const struct db_field object_fields[] = {
	DB_FIELD(object, UUID, id),
	DB_FIELD(object, UUID, project_id),
	DB_FIELD_WORD(object, "OBJECT_KIND", kind),
	DB_FIELD(object, I64, size),
	DB_FIELD(object, I64, stored_size),
	DB_FIELD(object, HASH, sha256),
	DB_FIELD(object, BYTES, wrapped_key),
	DB_FIELD(object, INSTANT, created_at),
	DB_FIELD(object, INSTANT, erased_at),
};
static const struct db_shape object_shape = DB_SHAPE(object, object_fields);
static const struct db_field place_fields[] = {
	DB_FIELD(object_place, UUID, id),
	DB_FIELD_WORD(object_place, "OBJECT_KIND", kind),
	DB_FIELD(object_place, I64, stored_size),
};
static const struct db_shape place_shape = DB_SHAPE(object_place, place_fields);
static const struct db_field stale_object_fields[] = {
	DB_FIELD(sealed_row, UUID, id),
	{"wrapped_key", DB_MEMBER_BYTES, offsetof(struct sealed_row, sealed), NULL},
};
static const struct db_shape stale_object_shape = DB_SHAPE(sealed_row, stale_object_fields);
static const struct db_field stale_proposal_fields[] = {
	DB_FIELD(sealed_row, UUID, id),
	{"proposal_sealed", DB_MEMBER_BYTES, offsetof(struct sealed_row, sealed), NULL},
};
static const struct db_shape stale_proposal_shape = DB_SHAPE(sealed_row, stale_proposal_fields);

struct key_range {
	struct sv object_least, object_greatest, proposal_least, proposal_greatest;
};
static const struct db_field key_range_fields[] = {
	DB_FIELD(key_range, BYTES, object_least),
	DB_FIELD(key_range, BYTES, object_greatest),
	DB_FIELD(key_range, BYTES, proposal_least),
	DB_FIELD(key_range, BYTES, proposal_greatest),
};
static const struct db_shape key_range_shape = DB_SHAPE(key_range, key_range_fields);
/* The id alone: a struct uuid is its first member. */
static const struct db_field id_fields[] = {{"id", DB_MEMBER_UUID, 0, NULL}};
static const struct db_shape id_shape = {id_fields, 1, sizeof(struct uuid)};

int store_object_insert(struct db *db, const struct object *object, struct err *err)
{
	return db_run_one(db, SQL_OBJECT_INSERT,
		DB_PARAMS(DB_UUID(&object->id), DB_UUID(&object->project_id), DB_WORD(object->kind),
			DB_I64(object->size), DB_I64(object->stored_size), DB_HASH(object->sha256),
			DB_BYTES(object->wrapped_key)),
		err);
}

int store_object_get(struct db *db, const struct uuid *id, struct arena *arena, struct object *ret,
	struct err *err)
{
	return db_one(db, SQL_OBJECT_GET, DB_PARAMS(DB_UUID(id)), &object_shape, arena, ret, err);
}

int store_object_erase(
	struct db *db, const struct uuid *ids, size_t n, int64_t *ret_n, struct err *err)
{
	return db_run(db, SQL_OBJECT_ERASE, DB_PARAMS(DB_UUIDS(ids, n)), ret_n, err);
}

int store_object_known(struct db *db, const struct uuid *ids, size_t n, struct arena *arena,
	struct uuid **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_OBJECT_KNOWN, DB_PARAMS(DB_UUIDS(ids, n)), &id_shape, arena, ret,
		ret_n, err);
}

int store_object_page(struct db *db, const struct uuid *after, int32_t limit, struct arena *arena,
	struct object_place **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_OBJECT_PAGE, DB_PARAMS(DB_UUID(after), DB_I32(limit)), &place_shape,
		arena, ret, ret_n, err);
}

int store_object_stale(struct db *db, struct sv key_id, int32_t limit, struct arena *arena,
	struct sealed_row **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_OBJECT_STALE, DB_PARAMS(DB_BYTES(key_id), DB_I32(limit)),
		&stale_object_shape, arena, ret, ret_n, err);
}

int store_dataset_stale(struct db *db, struct sv key_id, int32_t limit, struct arena *arena,
	struct sealed_row **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_DATASET_STALE, DB_PARAMS(DB_BYTES(key_id), DB_I32(limit)),
		&stale_proposal_shape, arena, ret, ret_n, err);
}

int store_object_rewrap(
	struct db *db, const struct sealed_row *row, struct sv wrapped, struct err *err)
{
	return db_run(db, SQL_OBJECT_REWRAP,
		DB_PARAMS(DB_UUID(&row->id), DB_BYTES(row->sealed), DB_BYTES(wrapped)), NULL, err);
}

int store_dataset_reseal(
	struct db *db, const struct sealed_row *row, struct sv sealed, struct err *err)
{
	return db_run(db, SQL_DATASET_RESEAL,
		DB_PARAMS(DB_UUID(&row->id), DB_BYTES(row->sealed), DB_BYTES(sealed)), NULL, err);
}

int store_object_any_stale(
	struct db *db, struct sv key_id, struct arena *arena, bool *ret, struct err *err)
{
	struct key_range range = {0};
	int rc = db_one(
		db, SQL_OBJECT_KEY_RANGE, DB_NO_PARAMS, &key_range_shape, arena, &range, err);
	const struct sv ids[] = {range.object_least, range.object_greatest, range.proposal_least,
		range.proposal_greatest};

	*ret = false;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		*ret |= ids[i].p != NULL && !sv_eq(ids[i], key_id);
	return rc;
}
