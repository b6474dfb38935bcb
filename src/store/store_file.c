/* Files; see store_file.h. */
#include "store/store_file.h"

static const struct db_field file_fields[] = {
	DB_FIELD(file, UUID, id),
	DB_FIELD(file, UUID, project_id),
	DB_FIELD(file, UUID, source_id),
	DB_FIELD(file, TEXT, name),
	DB_FIELD(file, I64, size),
	DB_FIELD(file, HASH, sha256),
	DB_FIELD_WORD(file, "FILE_STATE", state),
	DB_FIELD(file, TEXT, verdict_code),
	DB_FIELD(file, TEXT, verdict_detail),
	DB_FIELD(file, UUID, object_id),
	DB_FIELD(file, UUID, uploaded_by),
	DB_FIELD(file, INSTANT, uploaded_at),
	DB_FIELD(file, I32, version),
	DB_FIELD(file, UUID, dataset_id),
	DB_FIELD(file, UUID, repairs),
};
static const struct db_shape file_shape = DB_SHAPE(file, file_fields);

int store_file_insert(struct db *db, const struct file *file, struct err *err)
{
	return db_run_one(db, SQL_FILE_INSERT,
		DB_PARAMS(DB_UUID(&file->id), DB_UUID(&file->project_id), DB_UUID(&file->source_id),
			DB_SV(file->name), DB_I64(file->size), DB_UUID(&file->uploaded_by)),
		err);
}

int store_file_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct file *ret, struct err *err)
{
	return db_one(db, SQL_FILE_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), &file_shape,
		arena, ret, err);
}

int store_file_by_id(struct db *db, const struct uuid *id, struct arena *arena, struct file *ret,
	struct err *err)
{
	return db_one(db, SQL_FILE_BY_ID, DB_PARAMS(DB_UUID(id)), &file_shape, arena, ret, err);
}

int store_file_list(struct db *db, const struct uuid *project, const struct uuid *source,
	enum word state, struct db_page *page, struct arena *arena, struct file **ret,
	size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_FILE_LIST,
		DB_PARAMS(DB_UUID(project), source ? DB_UUID(source) : DB_NULL(UUID),
			DB_WORD_OPT(state), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&file_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_file_set_state(struct db *db, const struct uuid *id, enum word from, enum word to,
	struct sv verdict_code, struct sv verdict_detail, struct err *err)
{
	int code = db_run_one(db, SQL_FILE_SET_STATE,
		DB_PARAMS(DB_UUID(id), DB_WORD(from), DB_WORD(to), DB_SV(verdict_code),
			DB_SV(verdict_detail)),
		err);

	return code == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : code;
}

int store_file_set_clean(struct db *db, const struct uuid *id, enum word from,
	const struct uuid *object, const uint8_t sha256[32], struct err *err)
{
	int code = db_run_one(db, SQL_FILE_SET_CLEAN,
		DB_PARAMS(DB_UUID(id), DB_WORD(from), DB_UUID(object), DB_HASH(sha256)), err);

	return code == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : code;
}
