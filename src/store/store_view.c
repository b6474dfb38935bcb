/* Review views; see store_view.h. */
#include "store/store_view.h"

static const struct db_field view_fields[] = {
	DB_FIELD(view, UUID, id),
	DB_FIELD(view, UUID, project_id),
	DB_FIELD(view, UUID, reconciliation_id),
	DB_FIELD(view, UUID, job_id),
	DB_FIELD(view, UUID, user_id),
	DB_FIELD_WORD(view, "VIEW_KIND", kind),
	DB_FIELD(view, TEXT, spec),
	DB_FIELD(view, I64, seq),
	DB_FIELD(view, I64, total),
	DB_FIELD(view, INSTANT, created_at),
	DB_FIELD(view, INSTANT, expires_at),
};
static const struct db_shape view_shape = DB_SHAPE(view, view_fields);

int store_view_insert(struct db *db, const struct view *v, int64_t seconds, struct err *err)
{
	return db_run_one(db, SQL_VIEW_INSERT,
		DB_PARAMS(DB_UUID(&v->id), DB_UUID(&v->project_id), DB_UUID(&v->reconciliation_id),
			DB_UUID(&v->job_id), DB_UUID(&v->user_id), DB_WORD(v->kind), DB_SV(v->spec),
			DB_I64(v->seq), DB_I64(v->total), DB_I64(seconds)),
		err);
}

int store_view_get(struct db *db, const struct uuid *project, const struct uuid *user,
	const struct uuid *id, struct arena *arena, struct view *ret, struct err *err)
{
	return db_one(db, SQL_VIEW_GET, DB_PARAMS(DB_UUID(project), DB_UUID(user), DB_UUID(id)),
		&view_shape, arena, ret, err);
}
