/* Webhooks and messages; see store_webhook.h. */
#include "store/store_webhook.h"

#include "store/store_task.h"

static const struct db_field webhook_fields[] = {
	DB_FIELD(webhook, UUID, id),
	DB_FIELD(webhook, TEXT, name),
	DB_FIELD(webhook, TEXT, url),
	DB_FIELD(webhook, TEXTS, events),
	DB_FIELD(webhook, TEXT, ca_pem),
	DB_FIELD(webhook, TEXTS, pins),
	DB_FIELD_WORD(webhook, "WEBHOOK_STATUS", status),
	DB_FIELD(webhook, INSTANT, old_until),
	DB_FIELD(webhook, INSTANT, created_at),
};
static const struct db_shape webhook_shape = DB_SHAPE(webhook, webhook_fields);

static const struct db_field delivery_fields[] = {
	DB_FIELD(delivery, UUID, id),
	DB_FIELD(delivery, UUID, webhook_id),
	DB_FIELD(delivery, TEXT, event),
	DB_FIELD(delivery, TEXT, body),
	DB_FIELD_WORD(delivery, "DELIVERY_STATE", state),
	DB_FIELD(delivery, I32, tries),
	DB_FIELD(delivery, I32, status),
	DB_FIELD(delivery, TEXT, error_code),
	DB_FIELD(delivery, INSTANT, created_at),
	DB_FIELD(delivery, INSTANT, expires_at),
	DB_FIELD(delivery, INSTANT, ended_at),
};
static const struct db_shape delivery_shape = DB_SHAPE(delivery, delivery_fields);

static const struct db_field try_fields[] = {
	DB_FIELD(delivery_try, I32, no),
	DB_FIELD(delivery_try, I32, status),
	DB_FIELD(delivery_try, I32, ms),
	DB_FIELD(delivery_try, TEXT, error_code),
	DB_FIELD(delivery_try, INSTANT, at),
};
static const struct db_shape try_shape = DB_SHAPE(delivery_try, try_fields);

static const struct db_field job_fields[] = {
	DB_FIELD(delivery_job, UUID, id),
	DB_FIELD(delivery_job, UUID, webhook_id),
	DB_FIELD(delivery_job, UUID, project_id),
	DB_FIELD(delivery_job, TEXT, event),
	DB_FIELD(delivery_job, TEXT, body),
	DB_FIELD(delivery_job, I32, tries),
	DB_FIELD(delivery_job, BOOL, late),
	DB_FIELD_WORD(delivery_job, "WEBHOOK_STATUS", webhook_status),
	DB_FIELD(delivery_job, TEXT, url),
	DB_FIELD(delivery_job, TEXT, ca_pem),
	DB_FIELD(delivery_job, TEXTS, pins),
	DB_FIELD(delivery_job, BYTES, secret_sealed),
	DB_FIELD(delivery_job, BYTES, old_secret_sealed),
};
static const struct db_shape job_shape = DB_SHAPE(delivery_job, job_fields);

int store_webhook_insert(struct db *db, const struct uuid *project, const struct webhook *w,
	struct sv secret_sealed, const struct uuid *by, struct arena *arena, struct webhook *ret,
	struct err *err)
{
	return db_one(db, SQL_WEBHOOK_INSERT,
		DB_PARAMS(DB_UUID(&w->id), DB_UUID(project), DB_SV(w->name), DB_SV(w->url),
			DB_SVS(w->events.v, w->events.n), DB_SV(w->ca_pem),
			DB_SVS(w->pins.v, w->pins.n), DB_BYTES(secret_sealed), DB_UUID(by)),
		&webhook_shape, arena, ret, err);
}

int store_webhook_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct webhook **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int rc = db_list(db, SQL_WEBHOOK_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&webhook_shape, arena, ret, ret_n, err);

	if (rc == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return rc;
}

int store_webhook_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct webhook *ret, struct err *err)
{
	return db_one(db, SQL_WEBHOOK_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), &webhook_shape,
		arena, ret, err);
}

static struct db_param list_opt(const struct db_texts *list)
{
	return list->v == NULL ? DB_NULL(TEXTS) : DB_SVS(list->v, list->n);
}

int store_webhook_update(struct db *db, const struct uuid *project, const struct webhook *w,
	struct arena *arena, struct webhook *ret, struct err *err)
{
	return db_one(db, SQL_WEBHOOK_UPDATE,
		DB_PARAMS(DB_UUID(project), DB_UUID(&w->id), DB_SV(w->name), DB_SV(w->url),
			list_opt(&w->events), list_opt(&w->pins), DB_WORD_OPT(w->status)),
		&webhook_shape, arena, ret, err);
}

int store_webhook_delete(
	struct db *db, const struct uuid *project, const struct uuid *id, struct err *err)
{
	return db_run_one(db, SQL_WEBHOOK_DELETE, DB_PARAMS(DB_UUID(project), DB_UUID(id)), err);
}

int store_webhook_rotate(struct db *db, const struct uuid *project, const struct uuid *id,
	struct sv secret_sealed, struct arena *arena, struct webhook *ret, struct err *err)
{
	return db_one(db, SQL_WEBHOOK_ROTATE,
		DB_PARAMS(DB_UUID(project), DB_UUID(id), DB_BYTES(secret_sealed)), &webhook_shape,
		arena, ret, err);
}

int store_delivery_list(struct db *db, const struct uuid *project, const struct uuid *webhook,
	struct db_page *page, struct arena *arena, struct delivery **ret, size_t *ret_n,
	struct err *err)
{
	struct uuid before = db_page_before(page);
	int rc = db_list(db, SQL_DELIVERY_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(webhook), DB_UUID(&before),
			DB_I32(db_page_limit(page))),
		&delivery_shape, arena, ret, ret_n, err);

	if (rc == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return rc;
}

int store_delivery_tries(struct db *db, const struct uuid *project, const struct uuid *webhook,
	const struct uuid *delivery, struct arena *arena, struct delivery_try **ret, size_t *ret_n,
	struct err *err)
{
	int64_t tries;
	int rc = db_value(db, SQL_DELIVERY_TRIES,
		DB_PARAMS(DB_UUID(project), DB_UUID(webhook), DB_UUID(delivery)), &tries, err);

	if (rc < 0)
		return rc;
	return db_list(db, SQL_DELIVERY_TRY_LIST, DB_PARAMS(DB_UUID(project), DB_UUID(delivery)),
		&try_shape, arena, ret, ret_n, err);
}

int store_delivery_again(struct db *db, const struct uuid *project, const struct uuid *webhook,
	const struct uuid *delivery, struct sv request_id, struct err *err)
{
	int rc = db_run_one(db, SQL_DELIVERY_AGAIN,
		DB_PARAMS(DB_UUID(project), DB_UUID(webhook), DB_UUID(delivery)), err);

	return rc == 0 ? store_task_insert(db, TASK_WEBHOOK, delivery, project, request_id, err)
		       : rc;
}

int store_delivery_begin(struct db *db, const struct uuid *id, struct arena *arena,
	struct delivery_job *ret, struct err *err)
{
	return db_one(db, SQL_DELIVERY_BEGIN, DB_PARAMS(DB_UUID(id)), &job_shape, arena, ret, err);
}

int store_delivery_tried(struct db *db, const struct delivery_job *job, enum word state,
	int32_t status, struct sv code, int32_t ms, struct err *err)
{
	struct db_param number = status == 0 ? DB_NULL(INT4) : DB_I32(status);
	int rc = db_run(db, SQL_DELIVERY_TRIED,
		DB_PARAMS(DB_UUID(&job->id), DB_I32(job->tries), DB_UUID(&job->project_id), number,
			DB_SV(code), DB_I32(ms)),
		NULL, err);

	return rc == 0 ? db_run_one(db, SQL_DELIVERY_SET,
				 DB_PARAMS(DB_UUID(&job->id), DB_WORD(state), number, DB_SV(code)),
				 err)
		       : rc;
}

int store_webhook_gone(struct db *db, const struct uuid *id, struct err *err)
{
	return db_run_one(db, SQL_WEBHOOK_GONE, DB_PARAMS(DB_UUID(id)), err);
}
