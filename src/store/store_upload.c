/* Uploads; see store_upload.h. */
#include "store/store_upload.h"

#include <string.h>

static const struct db_field upload_fields[] = {
	DB_FIELD(upload, UUID, id),
	DB_FIELD(upload, UUID, project_id),
	DB_FIELD(upload, UUID, file_id),
	DB_FIELD(upload, UUID, user_id),
	DB_FIELD(upload, I64, size),
	DB_FIELD(upload, I64, received),
	DB_FIELD(upload, HASH, sha256),
	DB_FIELD_WORD(upload, "UPLOAD_STATE", state),
	DB_FIELD(upload, INSTANT, created_at),
	DB_FIELD(upload, INSTANT, expires_at),
};
static const struct db_shape upload_shape = DB_SHAPE(upload, upload_fields);

static const struct db_field part_fields[] = {
	DB_FIELD(upload_part, I32, no),
	DB_FIELD(upload_part, I64, start),
	DB_FIELD(upload_part, I64, size),
	DB_FIELD(upload_part, UUID, object_id),
	DB_FIELD(upload_part, BYTES, wrapped_key),
	DB_FIELD(upload_part, I64, stored_size),
	DB_FIELD(upload_part, HASH, sha256),
};
static const struct db_shape part_shape = DB_SHAPE(upload_part, part_fields);

static struct db_param hash_or_null(const uint8_t hash[32])
{
	static const uint8_t none[32];

	return memcmp(hash, none, 32) == 0 ? DB_NULL(BYTEA) : DB_HASH(hash);
}

int store_upload_insert(struct db *db, const struct upload *upload, int64_t seconds,
	struct arena *arena, struct upload *ret, struct err *err)
{
	return db_one(db, SQL_UPLOAD_INSERT,
		DB_PARAMS(DB_UUID(&upload->id), DB_UUID(&upload->project_id),
			DB_UUID(&upload->file_id), DB_UUID(&upload->user_id), DB_I64(upload->size),
			hash_or_null(upload->sha256), DB_I64(seconds), DB_SV(upload->metadata)),
		&upload_shape, arena, ret, err);
}

/* An upload has no texts, so no arena of the caller is needed. */
static int upload_one(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, struct upload *ret, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;

	arena_init(&arena, 0);
	return db_one(db, statement, params, nparams, &upload_shape, &arena, ret, err);
}

int store_upload_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct upload *ret, struct err *err)
{
	return upload_one(db, SQL_UPLOAD_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), ret, err);
}

struct metadata {
	struct sv text;
};

int store_upload_metadata(struct db *db, const struct uuid *id, struct arena *arena, struct sv *ret,
	struct err *err)
{
	static const struct db_field fields[] = {DB_FIELD(metadata, TEXT, text)};
	static const struct db_shape shape = DB_SHAPE(metadata, fields);
	struct metadata m;
	int code = db_one(
		db, SQL_UPLOAD_METADATA, DB_PARAMS(DB_UUID(id)), &shape, arena, &m, err);

	if (code == 0)
		*ret = m.text;
	return code;
}

int store_upload_lock(struct db *db, const struct uuid *project, const struct uuid *id,
	struct upload *ret, struct err *err)
{
	return upload_one(db, SQL_UPLOAD_LOCK, DB_PARAMS(DB_UUID(project), DB_UUID(id)), ret, err);
}

int store_upload_by_file(
	struct db *db, const struct uuid *file, struct upload *ret, struct err *err)
{
	return upload_one(db, SQL_UPLOAD_BY_FILE, DB_PARAMS(DB_UUID(file)), ret, err);
}

int store_upload_add_part(struct db *db, const struct upload *upload, int64_t start, int64_t n,
	const struct uuid *object, struct err *err)
{
	int code = db_run_one(db, SQL_UPLOAD_ADVANCE,
		DB_PARAMS(DB_UUID(&upload->id), DB_I64(start), DB_I64(n)), err);

	if (code == E_NOT_FOUND)
		return err_set(err, E_UPLOAD_OFFSET, NULL);
	if (code == 0)
		code = db_run_one(db, SQL_PART_INSERT,
			DB_PARAMS(DB_UUID(&upload->id), DB_UUID(&upload->project_id), DB_I64(start),
				DB_I64(n), DB_UUID(object)),
			err);
	return code;
}

int store_upload_end(struct db *db, const struct uuid *id, struct err *err)
{
	int code = db_run_one(db, SQL_UPLOAD_END, DB_PARAMS(DB_UUID(id)), err);

	return code == E_NOT_FOUND ? err_set(err, E_UPLOAD_DONE, NULL) : code;
}

int store_upload_expired(struct db *db, int32_t limit, struct arena *arena, struct upload **ret,
	size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_UPLOAD_EXPIRED, DB_PARAMS(DB_I32(limit)), &upload_shape, arena, ret,
		ret_n, err);
}

int store_part_list(struct db *db, const struct uuid *upload, struct arena *arena,
	struct upload_part **ret, size_t *ret_n, struct err *err)
{
	return db_list(
		db, SQL_PART_LIST, DB_PARAMS(DB_UUID(upload)), &part_shape, arena, ret, ret_n, err);
}

int store_part_delete(struct db *db, const struct uuid *upload, struct err *err)
{
	return db_run(db, SQL_PART_DELETE, DB_PARAMS(DB_UUID(upload)), NULL, err);
}
