/* Reconciliations; see store_reconciliation.h. */
#include "store/store_reconciliation.h"

static const struct db_field rec_fields[] = {
	DB_FIELD(reconciliation, UUID, id),
	DB_FIELD(reconciliation, I32, no),
	DB_FIELD(reconciliation, UUID, project_id),
	DB_FIELD(reconciliation, TEXT, name),
	DB_FIELD_WORD(reconciliation, "PROJECT_STATUS", status),
	DB_FIELD(reconciliation, I32, ruleset_version),
	DB_FIELD(reconciliation, I32, model_version),
	DB_FIELD(reconciliation, I64, decision_seq),
	DB_FIELD(reconciliation, INSTANT, created_at),
	DB_FIELD(reconciliation, UUIDS, left_sources),
	DB_FIELD(reconciliation, UUIDS, right_sources),
	DB_FIELD(reconciliation, UUIDS, advice_sources),
	DB_FIELD(reconciliation, UUID, last_job),
};
static const struct db_shape rec_shape = DB_SHAPE(reconciliation, rec_fields);

static const struct db_field ruleset_fields[] = {
	DB_FIELD(ruleset_row, UUID, reconciliation_id),
	DB_FIELD(ruleset_row, I32, version),
	DB_FIELD(ruleset_row, TEXT, ruleset),
	DB_FIELD(ruleset_row, HASH, hash),
	DB_FIELD(ruleset_row, INSTANT, created_at),
	DB_FIELD(ruleset_row, INSTANT, approved_at),
};
static const struct db_shape ruleset_shape = DB_SHAPE(ruleset_row, ruleset_fields);

static int insert_sources(struct db *db, const struct reconciliation *rec, enum word side,
	const struct db_uuids *sources, struct err *err)
{
	return db_run(db, SQL_RECONCILIATION_SOURCE_INSERT,
		DB_PARAMS(DB_UUID(&rec->id), DB_UUID(&rec->project_id), DB_WORD(side),
			DB_UUIDS(sources->v, sources->n)),
		NULL, err);
}

int store_reconciliation_insert(struct db *db, const struct reconciliation *rec,
	const struct uuid *created_by, struct err *err)
{
	int code = db_run_one(db, SQL_RECONCILIATION_INSERT,
		DB_PARAMS(DB_UUID(&rec->id), DB_UUID(&rec->project_id), DB_SV(rec->name),
			DB_UUID(created_by)),
		err);

	if (code == 0)
		code = insert_sources(db, rec, SIDE_LEFT, &rec->left_sources, err);
	if (code == 0)
		code = insert_sources(db, rec, SIDE_RIGHT, &rec->right_sources, err);
	if (code == 0 && rec->advice_sources.n > 0)
		code = insert_sources(db, rec, SIDE_ADVICE, &rec->advice_sources, err);
	return code;
}

int store_reconciliation_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct reconciliation *ret, struct err *err)
{
	return db_one(db, SQL_RECONCILIATION_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)),
		&rec_shape, arena, ret, err);
}

int store_reconciliation_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct reconciliation **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_RECONCILIATION_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&rec_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_ruleset_insert(struct db *db, const struct uuid *project, const struct uuid *rec,
	struct sv ruleset, const uint8_t hash[32], const struct uuid *created_by,
	struct arena *arena, struct ruleset_row *ret, struct err *err)
{
	int64_t no;
	int code = db_value(
		db, SQL_RECONCILIATION_LOCK, DB_PARAMS(DB_UUID(project), DB_UUID(rec)), &no, err);

	if (code == 0)
		code = db_one(db, SQL_RULESET_INSERT,
			DB_PARAMS(DB_UUID(rec), DB_UUID(project), DB_SV(ruleset), DB_HASH(hash),
				DB_UUID(created_by)),
			&ruleset_shape, arena, ret, err);
	if (code == 0)
		code = db_run_one(db, SQL_RECONCILIATION_SET_RULESET,
			DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(ret->version)), err);
	return code;
}

int store_ruleset_get(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t version, struct arena *arena, struct ruleset_row *ret, struct err *err)
{
	return db_one(db, SQL_RULESET_GET,
		DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(version)), &ruleset_shape, arena,
		ret, err);
}

int store_ruleset_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t before, int32_t limit, struct arena *arena, struct ruleset_row **ret, size_t *ret_n,
	struct err *err)
{
	return db_list(db, SQL_RULESET_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I32(before > 0 ? before : INT32_MAX),
			DB_I32(limit)),
		&ruleset_shape, arena, ret, ret_n, err);
}
