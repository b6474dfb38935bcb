/* Datasets; see store_dataset.h. */
#include "store/store_dataset.h"

static const struct db_field dataset_fields[] = {
	DB_FIELD(dataset, UUID, id),
	DB_FIELD(dataset, I32, no),
	DB_FIELD(dataset, UUID, project_id),
	DB_FIELD(dataset, UUID, source_id),
	DB_FIELD(dataset, UUID, file_id),
	DB_FIELD(dataset, I32, mapping_version),
	DB_FIELD_WORD(dataset, "DATASET_STATE", state),
	DB_FIELD(dataset, I64, rows_read),
	DB_FIELD(dataset, I64, rows_accepted),
	DB_FIELD(dataset, I64, rows_rejected),
	DB_FIELD(dataset, I64, rows_skipped),
	DB_FIELD(dataset, TEXT, sums),
	DB_FIELD(dataset, BYTES, proposal_sealed),
	DB_FIELD(dataset, BYTES, statements_sealed),
	DB_FIELD(dataset, UUID, data_object),
	DB_FIELD(dataset, UUID, rejects_object),
	DB_FIELD(dataset, TEXT, error_code),
	DB_FIELD(dataset, TEXT, error_detail),
	DB_FIELD(dataset, INSTANT, created_at),
	DB_FIELD(dataset, INSTANT, read_at),
	DB_FIELD(dataset, INSTANT, reversed_at),
	DB_FIELD(dataset, UUID, reversed_by),
	DB_FIELD(dataset, TEXT, reversed_note),
	DB_FIELD(dataset, I32, version),
};
static const struct db_shape dataset_shape = DB_SHAPE(dataset, dataset_fields);

static const struct db_field reading_fields[] = {
	DB_FIELD(reading, I32, no),
	DB_FIELD(reading, UUID, file_id),
	DB_FIELD(reading, TEXT, receipt),
	DB_FIELD(reading, HASH, receipt_sha256),
	DB_FIELD(reading, INSTANT, created_at),
};
static const struct db_shape reading_shape = DB_SHAPE(reading, reading_fields);

int store_dataset_insert(struct db *db, const struct uuid *id, const struct uuid *project,
	const struct uuid *source, const struct uuid *file, int32_t mapping_version,
	int32_t *ret_no, struct err *err)
{
	int64_t no;
	int code = db_value(db, SQL_DATASET_INSERT,
		DB_PARAMS(DB_UUID(id), DB_UUID(project), DB_UUID(source), DB_UUID(file),
			DB_I32(mapping_version)),
		&no, err);

	if (code == 0)
		*ret_no = (int32_t)no;
	return code;
}

int store_dataset_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct dataset *ret, struct err *err)
{
	return db_one(db, SQL_DATASET_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), &dataset_shape,
		arena, ret, err);
}

int store_dataset_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct dataset *ret, struct err *err)
{
	return db_one(
		db, SQL_DATASET_BY_ID, DB_PARAMS(DB_UUID(id)), &dataset_shape, arena, ret, err);
}

int store_dataset_by_file(struct db *db, const struct uuid *file, struct arena *arena,
	struct dataset *ret, struct err *err)
{
	return db_one(
		db, SQL_DATASET_BY_FILE, DB_PARAMS(DB_UUID(file)), &dataset_shape, arena, ret, err);
}

int store_dataset_list(struct db *db, const struct uuid *project, const struct uuid *source,
	enum word state, struct db_page *page, struct arena *arena, struct dataset **ret,
	size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_DATASET_LIST,
		DB_PARAMS(DB_UUID(project), source ? DB_UUID(source) : DB_NULL(UUID),
			DB_WORD_OPT(state), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&dataset_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_dataset_waiting(struct db *db, const struct uuid *project, const struct uuid *source,
	struct arena *arena, struct dataset **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_DATASET_WAITING, DB_PARAMS(DB_UUID(project), DB_UUID(source)),
		&dataset_shape, arena, ret, ret_n, err);
}

/* A statement that moves a state: no row means that it was in another one. */
static int move(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	struct err *err)
{
	int code = db_run_one(db, statement, params, nparams, err);

	return code == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : code;
}

int store_dataset_set_reading(
	struct db *db, const struct uuid *id, int32_t mapping_version, struct err *err)
{
	return move(db, SQL_DATASET_READING, DB_PARAMS(DB_UUID(id), DB_I32(mapping_version)), err);
}

int store_dataset_set_ready(
	struct db *db, const struct uuid *id, const struct dataset *d, struct err *err)
{
	return move(db, SQL_DATASET_READY,
		DB_PARAMS(DB_UUID(id), DB_I32(d->mapping_version), DB_I64(d->rows_read),
			DB_I64(d->rows_accepted), DB_I64(d->rows_rejected), DB_I64(d->rows_skipped),
			DB_SV(d->sums), DB_UUID(&d->data_object), DB_UUID_OPT(&d->rejects_object),
			d->statements_sealed.p ? DB_BYTES(d->statements_sealed) : DB_NULL(BYTEA),
			d->has_days ? DB_DAY(d->first_day) : DB_NULL(DATE),
			d->has_days ? DB_DAY(d->last_day) : DB_NULL(DATE)),
		err);
}

int store_dataset_set_needs_mapping(
	struct db *db, const struct uuid *id, struct sv proposal_sealed, struct err *err)
{
	return move(db, SQL_DATASET_NEEDS_MAPPING, DB_PARAMS(DB_UUID(id), DB_BYTES(proposal_sealed)), err);
}

int store_dataset_set_unreadable(struct db *db, const struct uuid *id, struct sv error_code,
	struct sv error_detail, struct err *err)
{
	return move(db, SQL_DATASET_UNREADABLE,
		DB_PARAMS(DB_UUID(id), DB_SV(error_code), DB_SV(error_detail)), err);
}

int store_dataset_set_repaired(struct db *db, const struct uuid *id, int32_t version,
	const struct dataset *d, struct err *err)
{
	return move(db, SQL_DATASET_REPAIRED,
		DB_PARAMS(DB_UUID(id), DB_I32(version), DB_I64(d->rows_accepted),
			DB_I64(d->rows_rejected), DB_SV(d->sums), DB_UUID(&d->data_object),
			DB_UUID_OPT(&d->rejects_object),
			d->has_days ? DB_DAY(d->first_day) : DB_NULL(DATE),
			d->has_days ? DB_DAY(d->last_day) : DB_NULL(DATE)),
		err);
}

struct reversal {
	struct sv held;
};

int store_dataset_reverse(struct db *db, const struct uuid *id, const struct uuid *person,
	struct sv note, struct arena *arena, struct err *err)
{
	static const struct db_field fields[] = {DB_FIELD(reversal, TEXT, held)};
	static const struct db_shape shape = DB_SHAPE(reversal, fields);
	static const struct {
		const char *held;
		int code;
		const char *detail;
	} reasons[] = {
		{"state", E_DATASET_NOT_READY, "Only a dataset that is ready can be taken back."},
		{"job", E_DATASET_HELD, "A job is under way with it; wait, or cancel the job."},
		{"match", E_DATASET_HELD,
			"Confirmed matches have records of it; undo or reject them first."},
	};
	struct reversal r;
	int code = db_one(db, SQL_DATASET_REVERSE,
		DB_PARAMS(DB_UUID(id), DB_UUID(person), DB_SV(note)), &shape, arena, &r, err);

	for (size_t i = 0; code == 0 && i < ARRAY_LEN(reasons); i++)
		if (sv_eq_cstr(r.held, reasons[i].held))
			return err_set(err, reasons[i].code, "%s", reasons[i].detail);
	return code;
}

int store_reading_insert(struct db *db, const struct dataset *d, const struct uuid *file,
	const struct reading *r, struct err *err)
{
	return db_run_one(db, SQL_READING_INSERT,
		DB_PARAMS(DB_UUID(&d->id), DB_UUID(&d->project_id), DB_UUID(file),
			DB_UUID(&d->data_object), DB_UUID_OPT(&d->rejects_object), DB_SV(r->receipt),
			DB_HASH(r->receipt_sha256)),
		err);
}

int store_reading_list(struct db *db, const struct uuid *dataset, struct arena *arena,
	struct reading **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_READING_LIST, DB_PARAMS(DB_UUID(dataset)), &reading_shape, arena,
		ret, ret_n, err);
}

int store_reading_last(struct db *db, const struct uuid *dataset, struct arena *arena,
	struct reading *ret, struct err *err)
{
	return db_one(db, SQL_READING_LAST, DB_PARAMS(DB_UUID(dataset)), &reading_shape, arena, ret,
		err);
}
