/* Decisions; see store_decision.h. */
#include "store/store_decision.h"

static const struct db_field decision_fields[] = {
	DB_FIELD(decision, UUID, id),
	DB_FIELD(decision, I64, seq),
	DB_FIELD_WORD(decision, "DECISION", kind),
	DB_FIELD(decision, UUID, job_id),
	DB_FIELD(decision, I32, match_no),
	DB_FIELD(decision, UUID, undoes),
	DB_FIELD(decision, TEXT, members),
	DB_FIELD(decision, TEXT, note),
	DB_FIELD(decision, UUID, user_id),
	DB_FIELD(decision, INSTANT, created_at),
};
static const struct db_shape decision_shape = DB_SHAPE(decision, decision_fields);

int store_decision_append(struct db *db, const struct uuid *rec, int64_t expected,
	const struct decision *d, int64_t *ret_seq, struct err *err)
{
	bool match = !uuid_is_nil(&d->job_id);

	return db_value(db, SQL_DECISION_APPEND,
		DB_PARAMS(DB_UUID(rec), DB_I64(expected), DB_UUID(&d->id), DB_WORD(d->kind),
			DB_UUID_OPT(&d->job_id), match ? DB_I32(d->match_no) : DB_NULL(INT4),
			DB_UUID_OPT(&d->undoes), DB_SV(d->members), DB_SV(d->note),
			DB_UUID(&d->user_id)),
		ret_seq, err);
}

int store_decision_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct decision *ret, struct err *err)
{
	return db_one(
		db, SQL_DECISION_GET, DB_PARAMS(DB_UUID(id)), &decision_shape, arena, ret, err);
}

int store_decision_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	int64_t after, int32_t limit, struct arena *arena, struct decision **ret, size_t *ret_n,
	struct err *err)
{
	return db_list(db, SQL_DECISION_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I64(after), DB_I32(limit)),
		&decision_shape, arena, ret, ret_n, err);
}

int store_decision_recent(struct db *db, const struct uuid *project, const struct uuid *rec,
	int64_t before, int32_t limit, struct arena *arena, struct decision **ret, size_t *ret_n,
	struct err *err)
{
	return db_list(db, SQL_DECISION_RECENT,
		DB_PARAMS(DB_UUID(project), DB_UUID(rec), DB_I64(before > 0 ? before : INT64_MAX),
			DB_I32(limit)),
		&decision_shape, arena, ret, ret_n, err);
}
