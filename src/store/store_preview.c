/* Previews; see store_preview.h. */
#include "store/store_preview.h"

static const struct db_field preview_fields[] = {
	DB_FIELD(preview, UUID, id),
	DB_FIELD(preview, UUID, dataset_id),
	DB_FIELD(preview, UUID, project_id),
	DB_FIELD(preview, TEXT, mapping),
	DB_FIELD_WORD(preview, "PREVIEW_STATE", state),
	DB_FIELD(preview, I64, rows_read),
	DB_FIELD(preview, I64, rows_accepted),
	DB_FIELD(preview, I64, rows_rejected),
	DB_FIELD(preview, I64, rows_skipped),
	DB_FIELD(preview, BYTES, result_sealed),
	DB_FIELD(preview, TEXT, error_code),
	DB_FIELD(preview, TEXT, error_detail),
	DB_FIELD(preview, INSTANT, created_at),
};
static const struct db_shape preview_shape = DB_SHAPE(preview, preview_fields);

int store_preview_insert(struct db *db, const struct uuid *id, const struct uuid *project,
	const struct uuid *dataset, const struct uuid *person, struct sv mapping, struct err *err)
{
	return db_run_one(db, SQL_PREVIEW_INSERT,
		DB_PARAMS(DB_UUID(id), DB_UUID(project), DB_UUID(dataset), DB_UUID(person),
			DB_SV(mapping)),
		err);
}

int store_preview_get(struct db *db, const struct uuid *project, const struct uuid *dataset,
	const struct uuid *person, const struct uuid *id, struct arena *arena, struct preview *ret,
	struct err *err)
{
	return db_one(db, SQL_PREVIEW_GET,
		DB_PARAMS(DB_UUID(project), DB_UUID(dataset), DB_UUID(person), DB_UUID(id)),
		&preview_shape, arena, ret, err);
}

int store_preview_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct preview *ret, struct err *err)
{
	return db_one(
		db, SQL_PREVIEW_BY_ID, DB_PARAMS(DB_UUID(id)), &preview_shape, arena, ret, err);
}

static int ended(int code, struct err *err)
{
	return code == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : code;
}

int store_preview_set_done(struct db *db, const struct preview *p, struct err *err)
{
	return ended(db_run_one(db, SQL_PREVIEW_DONE,
			     DB_PARAMS(DB_UUID(&p->id), DB_I64(p->rows_read),
				     DB_I64(p->rows_accepted), DB_I64(p->rows_rejected),
				     DB_I64(p->rows_skipped), DB_BYTES(p->result_sealed)),
			     err),
		err);
}

int store_preview_set_failed(
	struct db *db, const struct uuid *id, struct sv code, struct sv detail, struct err *err)
{
	return ended(db_run_one(db, SQL_PREVIEW_FAILED,
			     DB_PARAMS(DB_UUID(id), DB_SV(code), DB_SV(detail)), err),
		err);
}

int store_preview_drop_stale(struct db *db, struct sv key_id, int64_t *ret_rows, struct err *err)
{
	return db_run(db, SQL_PREVIEW_DROP_STALE, DB_PARAMS(DB_BYTES(key_id)), ret_rows, err);
}
