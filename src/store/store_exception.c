/* Exceptions; see store_exception.h. */
#include "store/store_exception.h"

static const struct db_field policy_fields[] = {
	DB_FIELD(exception_policy_row, I64, medium_from),
	DB_FIELD(exception_policy_row, I64, high_from),
	DB_FIELD(exception_policy_row, I64, critical_from),
	DB_FIELD(exception_policy_row, I32, low_days),
	DB_FIELD(exception_policy_row, I32, medium_days),
	DB_FIELD(exception_policy_row, I32, high_days),
	DB_FIELD(exception_policy_row, I32, critical_days),
	DB_FIELD(exception_policy_row, I32, version),
	DB_FIELD(exception_policy_row, DAY, today),
};
static const struct db_shape policy_shape = DB_SHAPE(exception_policy_row, policy_fields);

static const struct db_field reason_fields[] = {
	DB_FIELD(reason, UUID, id),
	DB_FIELD(reason, TEXT, code),
	DB_FIELD(reason, TEXT, label),
	DB_FIELD_WORD(reason, "REASON_STATUS", status),
	DB_FIELD(reason, INSTANT, created_at),
	DB_FIELD(reason, I32, version),
};
static const struct db_shape reason_shape = DB_SHAPE(reason, reason_fields);

static const struct db_field exception_fields[] = {
	DB_FIELD(exception, UUID, id),
	DB_FIELD(exception, UUID, reconciliation_id),
	DB_FIELD(exception, UUID, dataset_id),
	DB_FIELD(exception, I64, row_no),
	DB_FIELD(exception, UUID, job_id),
	DB_FIELD(exception, I32, match_no),
	DB_FIELD(exception, TEXT, type),
	DB_FIELD_WORD(exception, "EXCEPTION_STATE", state),
	DB_FIELD_WORD(exception, "SEVERITY", severity),
	DB_FIELD(exception, UUID, reason),
	DB_FIELD(exception, UUID, owner),
	DB_FIELD(exception, TEXT, team),
	DB_FIELD(exception, DAY, due_on),
	DB_FIELD(exception, TEXT, note),
	DB_FIELD(exception, I64, minor),
	DB_FIELD(exception, TEXT, currency),
	DB_FIELD(exception, DAY, opened_on),
	DB_FIELD(exception, UUID, resolved_by),
	DB_FIELD(exception, UUID, created_by),
	DB_FIELD(exception, INSTANT, created_at),
	DB_FIELD(exception, INSTANT, updated_at),
	DB_FIELD(exception, I32, version),
	DB_FIELD(exception, DAY, today),
};
static const struct db_shape exception_shape = DB_SHAPE(exception, exception_fields);

static const struct db_field change_fields[] = {
	DB_FIELD(exception_change, I32, version),
	DB_FIELD(exception_change, UUID, user_id),
	DB_FIELD(exception_change, INSTANT, at),
	DB_FIELD(exception_change, TEXT, changes),
};
static const struct db_shape change_shape = DB_SHAPE(exception_change, change_fields);

static const struct db_field comment_fields[] = {
	DB_FIELD(exception_comment, UUID, id),
	DB_FIELD(exception_comment, UUID, user_id),
	DB_FIELD(exception_comment, TEXT, text),
	DB_FIELD(exception_comment, UUIDS, mentions),
	DB_FIELD(exception_comment, INSTANT, created_at),
};
static const struct db_shape comment_shape = DB_SHAPE(exception_comment, comment_fields);

/* An update by version that changed nothing: somebody was faster. */
static int stale(int rc, struct err *err)
{
	return rc == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : rc;
}

int store_exception_policy_get(struct db *db, const struct uuid *project, struct arena *arena,
	struct exception_policy_row *ret, struct err *err)
{
	return db_one(db, SQL_EXCEPTION_POLICY_GET, DB_PARAMS(DB_UUID(project)), &policy_shape,
		arena, ret, err);
}

int store_exception_policy_set(struct db *db, const struct uuid *project, int32_t version,
	const struct exception_policy_row *p, struct err *err)
{
	return stale(db_run_one(db, SQL_EXCEPTION_POLICY_SET,
			     DB_PARAMS(DB_UUID(project), DB_I32(version), DB_I64(p->medium_from),
				     DB_I64(p->high_from), DB_I64(p->critical_from),
				     DB_I32(p->low_days), DB_I32(p->medium_days),
				     DB_I32(p->high_days), DB_I32(p->critical_days)),
			     err),
		err);
}

int store_reason_insert(struct db *db, const struct uuid *project, const struct reason *r,
	const struct uuid *by, struct arena *arena, struct reason *ret, struct err *err)
{
	return db_one(db, SQL_REASON_INSERT,
		DB_PARAMS(DB_UUID(&r->id), DB_UUID(project), DB_SV(r->code), DB_SV(r->label),
			DB_UUID(by)),
		&reason_shape, arena, ret, err);
}

int store_reason_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct reason **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int rc = db_list(db, SQL_REASON_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&reason_shape, arena, ret, ret_n, err);

	if (rc == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return rc;
}

int store_reason_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct reason *ret, struct err *err)
{
	return db_one(db, SQL_REASON_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), &reason_shape,
		arena, ret, err);
}

int store_reason_update(struct db *db, const struct uuid *project, const struct reason *change,
	struct arena *arena, struct reason *ret, struct err *err)
{
	struct reason now;
	int rc = store_reason_get(db, project, &change->id, arena, &now, err);

	if (rc != 0)
		return rc;
	return stale(db_one(db, SQL_REASON_UPDATE,
			     DB_PARAMS(DB_UUID(project), DB_UUID(&change->id),
				     DB_I32(change->version), DB_SV(change->label),
				     DB_WORD_OPT(change->status)),
			     &reason_shape, arena, ret, err),
		err);
}

int store_exception_insert(struct db *db, const struct uuid *project, const struct exception *e,
	struct err *err)
{
	bool item = uuid_is_nil(&e->job_id);
	struct db_param row = item ? DB_I64(e->row_no) : DB_NULL(INT8);
	struct db_param match = item ? DB_NULL(INT4) : DB_I32(e->match_no);

	return db_run_one(db, SQL_EXCEPTION_INSERT,
		DB_PARAMS(DB_UUID(&e->id), DB_UUID(project), DB_UUID(&e->reconciliation_id),
			DB_UUID_OPT(&e->dataset_id), row, DB_UUID_OPT(&e->job_id), match,
			DB_SV(e->type), DB_WORD(e->severity), DB_UUID_OPT(&e->reason),
			DB_UUID_OPT(&e->owner), DB_SV(e->team), DB_DAY(e->due_on), DB_SV(e->note),
			DB_I64(e->minor), DB_SV(e->currency), DB_DAY(e->opened_on),
			DB_UUID(&e->created_by)),
		err);
}

int store_exception_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct exception *ret, struct err *err)
{
	return db_one(db, SQL_EXCEPTION_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)),
		&exception_shape, arena, ret, err);
}

static struct db_param bool_opt(int v)
{
	return v < 0 ? DB_NULL(BOOL) : DB_BOOL(v);
}

int store_exception_list(struct db *db, const struct uuid *project,
	const struct exception_filter *f, struct db_page *page, struct arena *arena,
	struct exception **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	struct db_param age = f->age_min < 0 ? DB_NULL(INT4) : DB_I32(f->age_min);
	int rc = db_list(db, SQL_EXCEPTION_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID_OPT(&f->reconciliation), DB_WORD_OPT(f->state),
			bool_opt(f->live), DB_WORD_OPT(f->severity), DB_UUID_OPT(&f->owner),
			DB_SV(f->team), DB_UUID_OPT(&f->reason), DB_SV(f->type),
			bool_opt(f->overdue), DB_WORD_OPT(f->sort), DB_UUID(&before),
			DB_I32(db_page_limit(page)), age),
		&exception_shape, arena, ret, ret_n, err);

	if (rc == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return rc;
}

int store_exception_update(struct db *db, const struct uuid *project, const struct uuid *id,
	int32_t version, const struct uuid *by, const struct exception_edit *e, struct err *err)
{
	struct db_param due = e->set_due ? DB_DAY(e->due_on) : DB_NULL(DATE);

	return stale(db_run_one(db, SQL_EXCEPTION_UPDATE,
			     DB_PARAMS(DB_UUID(project), DB_UUID(id), DB_I32(version), DB_UUID(by),
				     DB_WORD_OPT(e->state), DB_WORD_OPT(e->severity),
				     DB_BOOL(e->set_reason), DB_UUID_OPT(&e->reason),
				     DB_BOOL(e->set_owner), DB_UUID_OPT(&e->owner),
				     DB_BOOL(e->set_team), DB_SV(e->team), due,
				     DB_BOOL(e->set_note), DB_SV(e->note)),
			     err),
		err);
}

int store_exception_history(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct exception_change **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_EXCEPTION_CHANGE_LIST, DB_PARAMS(DB_UUID(project), DB_UUID(id)),
		&change_shape, arena, ret, ret_n, err);
}

int store_exception_comment_insert(struct db *db, const struct uuid *project,
	const struct uuid *exception, const struct exception_comment *c, struct arena *arena,
	struct exception_comment *ret, struct err *err)
{
	return db_one(db, SQL_EXCEPTION_COMMENT_INSERT,
		DB_PARAMS(DB_UUID(&c->id), DB_UUID(exception), DB_UUID(project),
			DB_UUID(&c->user_id), DB_SV(c->text),
			DB_UUIDS(c->mentions.v, c->mentions.n)),
		&comment_shape, arena, ret, err);
}

int store_exception_comments(struct db *db, const struct uuid *project,
	const struct uuid *exception, struct db_page *page, struct arena *arena,
	struct exception_comment **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int rc = db_list(db, SQL_EXCEPTION_COMMENT_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(exception), DB_UUID(&before),
			DB_I32(db_page_limit(page))),
		&comment_shape, arena, ret, ret_n, err);

	if (rc == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return rc;
}

int store_member_count(struct db *db, const struct uuid *project, const struct uuid *users,
	size_t n, int64_t *ret, struct err *err)
{
	return db_value(db, SQL_MEMBER_COUNT, DB_PARAMS(DB_UUID(project), DB_UUIDS(users, n)), ret,
		err);
}
