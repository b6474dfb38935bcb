/* Repairs; see store_repair.h. */
#include "store/store_repair.h"

static const struct db_field repair_fields[] = {
	DB_FIELD(repair, UUID, file_id),
	DB_FIELD(repair, UUID, dataset_id),
	DB_FIELD(repair, TEXT, name),
	DB_FIELD_WORD(repair, "FILE_STATE", file_state),
	DB_FIELD_WORD(repair, "REPAIR_STATE", state),
	DB_FIELD(repair, I64, rows_repaired),
	DB_FIELD(repair, I64, rows_rejected),
	DB_FIELD(repair, I64, rows_ignored),
	DB_FIELD(repair, TEXT, error_code),
	DB_FIELD(repair, TEXT, error_detail),
	DB_FIELD(repair, INSTANT, created_at),
	DB_FIELD(repair, INSTANT, ended_at),
};
static const struct db_shape repair_shape = DB_SHAPE(repair, repair_fields);

int store_repair_insert(struct db *db, const struct uuid *project, const struct uuid *file,
	const struct uuid *dataset, struct err *err)
{
	return db_run_one(db, SQL_REPAIR_INSERT,
		DB_PARAMS(DB_UUID(file), DB_UUID(dataset), DB_UUID(project)), err);
}

int store_repair_list(struct db *db, const struct uuid *project, const struct uuid *dataset,
	struct arena *arena, struct repair **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_REPAIR_LIST, DB_PARAMS(DB_UUID(project), DB_UUID(dataset)),
		&repair_shape, arena, ret, ret_n, err);
}

static int ended(int code, struct err *err)
{
	return code == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : code;
}

int store_repair_set_applied(
	struct db *db, const struct uuid *file, const struct repair *counts, struct err *err)
{
	return ended(db_run_one(db, SQL_REPAIR_APPLIED,
			     DB_PARAMS(DB_UUID(file), DB_I64(counts->rows_repaired),
				     DB_I64(counts->rows_rejected), DB_I64(counts->rows_ignored)),
			     err),
		err);
}

int store_repair_set_refused(struct db *db, const struct uuid *file, struct sv code,
	struct sv detail, struct err *err)
{
	return ended(db_run_one(db, SQL_REPAIR_REFUSED,
			     DB_PARAMS(DB_UUID(file), DB_SV(code), DB_SV(detail)), err),
		err);
}
