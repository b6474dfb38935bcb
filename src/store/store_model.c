/* Models; see store_model.h. */
#include "store/store_model.h"

static const struct db_field model_fields[] = {
	DB_FIELD(model_row, UUID, reconciliation_id),
	DB_FIELD(model_row, I32, version),
	DB_FIELD(model_row, TEXT, model),
	DB_FIELD(model_row, HASH, hash),
	DB_FIELD(model_row, UUID, job_id),
	DB_FIELD(model_row, INSTANT, created_at),
};
static const struct db_shape model_shape = DB_SHAPE(model_row, model_fields);

int store_model_insert(struct db *db, const struct uuid *project, const struct uuid *rec,
	const struct model_row *row, const struct uuid *created_by, struct arena *arena,
	struct model_row *ret, struct err *err)
{
	int64_t no;
	int code = db_value(
		db, SQL_RECONCILIATION_LOCK, DB_PARAMS(DB_UUID(project), DB_UUID(rec)), &no, err);

	if (code == 0)
		code = db_one(db, SQL_MODEL_INSERT,
			DB_PARAMS(DB_UUID(rec), DB_UUID(project), DB_SV(row->model),
				DB_HASH(row->hash), DB_UUID_OPT(&row->job_id),
				DB_UUID(created_by)),
			&model_shape, arena, ret, err);
	if (code == 0)
		code = db_run_one(db, SQL_RECONCILIATION_SET_MODEL,
			DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(ret->version)), err);
	return code;
}

int store_model_unpin(
	struct db *db, const struct uuid *project, const struct uuid *rec, struct err *err)
{
	return db_run_one(db, SQL_RECONCILIATION_SET_MODEL,
		DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(0)), err);
}

int store_model_get(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t version, struct arena *arena, struct model_row *ret, struct err *err)
{
	return db_one(db, SQL_MODEL_GET, DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(version)),
		&model_shape, arena, ret, err);
}

int store_model_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t before, int32_t limit, struct arena *arena, struct model_row **ret, size_t *ret_n,
	struct err *err)
{
	return db_list(db, SQL_MODEL_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(before > 0 ? before : INT32_MAX),
			DB_I32(limit)),
		&model_shape, arena, ret, ret_n, err);
}
