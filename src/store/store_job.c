/* Jobs; see store_job.h. */
#include "store/store_job.h"

#include "store/store_task.h"

static const struct db_field job_fields[] = {
	DB_FIELD(job, UUID, id),
	DB_FIELD(job, I32, no),
	DB_FIELD(job, UUID, project_id),
	DB_FIELD(job, UUID, reconciliation_id),
	DB_FIELD(job, I32, reconciliation_no),
	DB_FIELD(job, I32, ruleset_version),
	DB_FIELD(job, I32, model_version),
	DB_FIELD_WORD(job, "JOB_STATE", state),
	DB_FIELD(job, TEXT, phase),
	DB_FIELD(job, I64, done),
	DB_FIELD(job, I64, total),
	DB_FIELD(job, I64, rate),
	DB_FIELD(job, I64, eta_ms),
	DB_FIELD(job, I32, attempt),
	DB_FIELD(job, INSTANT, created_at),
	DB_FIELD(job, INSTANT, started_at),
	DB_FIELD(job, INSTANT, finished_at),
	DB_FIELD(job, TEXT, error_code),
	DB_FIELD(job, TEXT, error_detail),
	DB_FIELD(job, TEXT, summary),
	DB_FIELD(job, UUID, result_object),
	DB_FIELD(job, HASH, result_hash),
	DB_FIELD(job, UUID, receipt_object),
	DB_FIELD(job, UUID, model_object),
	DB_FIELD(job, TEXT, inputs),
};
static const struct db_shape job_shape = DB_SHAPE(job, job_fields);

static const struct db_field input_fields[] = {
	DB_FIELD_WORD(job_input, "SIDE", side),
	DB_FIELD(job_input, UUID, dataset_id),
	DB_FIELD(job_input, I32, dataset_no),
	DB_FIELD(job_input, I64, rows_accepted),
	DB_FIELD(job_input, UUID, object_id),
	DB_FIELD(job_input, I64, size),
	DB_FIELD(job_input, I64, stored_size),
	DB_FIELD(job_input, HASH, sha256),
	DB_FIELD(job_input, BYTES, wrapped_key),
	DB_FIELD(job_input, BOOL, dated),
	DB_FIELD(job_input, DAY, first_seen),
	DB_FIELD(job_input, BOOL, carried),
};
static const struct db_shape input_shape = DB_SHAPE(job_input, input_fields);

static const struct db_field about_fields[] = {
	DB_FIELD_WORD(job_input_about, "SIDE", side),
	DB_FIELD(job_input_about, UUID, dataset_id),
	DB_FIELD(job_input_about, I32, dataset_no),
	DB_FIELD(job_input_about, I64, rows_read),
	DB_FIELD(job_input_about, I64, rows_accepted),
	DB_FIELD(job_input_about, I64, rows_rejected),
	DB_FIELD(job_input_about, I64, rows_skipped),
	DB_FIELD(job_input_about, TEXT, name),
	DB_FIELD(job_input_about, HASH, sha256),
	DB_FIELD(job_input_about, I32, mapping_version),
	DB_FIELD(job_input_about, TEXT, mapping),
	DB_FIELD(job_input_about, HASH, content_sha256),
	DB_FIELD(job_input_about, BYTES, statements_sealed),
	DB_FIELD(job_input_about, DAY, first_seen),
	DB_FIELD(job_input_about, BOOL, carried),
};
static const struct db_shape about_shape = DB_SHAPE(job_input_about, about_fields);

/* The statement takes only datasets that may go in; fewer rows than ids tell of one that may not.
 */
static int insert_inputs(struct db *db, const struct uuid *job, const struct uuid *project,
	enum word side, const struct db_uuids *ids, struct err *err)
{
	int64_t rows = 0;
	int code = db_run(db, SQL_JOB_INPUT_INSERT,
		DB_PARAMS(DB_UUID(job), DB_UUID(project), DB_WORD(side), DB_UUIDS(ids->v, ids->n)),
		&rows, err);

	if (code == 0 && rows != (int64_t)ids->n)
		return err_set(err, E_DATASET_NOT_READY,
			"A dataset of the %s %s is not ready, or not of its sources.",
			word_text(side), side == SIDE_ADVICE ? "input" : "side");
	return code;
}

int store_job_insert(struct db *db, const struct job_new *job, struct err *err)
{
	int64_t no;
	int code = db_value(db, SQL_JOB_INSERT,
		DB_PARAMS(DB_UUID(&job->id), DB_UUID(&job->project_id),
			DB_UUID(&job->reconciliation_id), DB_I32(job->ruleset_version),
			DB_I32(job->model_version), DB_UUID(&job->created_by)),
		&no, err);

	if (code == 0)
		code = insert_inputs(db, &job->id, &job->project_id, SIDE_LEFT, &job->left, err);
	if (code == 0)
		code = insert_inputs(db, &job->id, &job->project_id, SIDE_RIGHT, &job->right, err);
	if (code == 0 && job->advice.n > 0)
		code = insert_inputs(
			db, &job->id, &job->project_id, SIDE_ADVICE, &job->advice, err);
	return code;
}

int store_job_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct job *ret, struct err *err)
{
	return db_one(db, SQL_JOB_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), &job_shape, arena,
		ret, err);
}

int store_job_by_id(
	struct db *db, const struct uuid *id, struct arena *arena, struct job *ret, struct err *err)
{
	return db_one(db, SQL_JOB_BY_ID, DB_PARAMS(DB_UUID(id)), &job_shape, arena, ret, err);
}

int store_job_newest_done(struct db *db, const struct uuid *project, const struct uuid *rec,
	struct arena *arena, struct job *ret, struct err *err)
{
	return db_one(db, SQL_JOB_NEWEST_DONE, DB_PARAMS(DB_UUID(project), DB_UUID(rec)),
		&job_shape, arena, ret, err);
}

int store_job_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	enum word state, struct db_page *page, struct arena *arena, struct job **ret, size_t *ret_n,
	struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_JOB_LIST,
		DB_PARAMS(DB_UUID(project), rec ? DB_UUID(rec) : DB_NULL(UUID), DB_WORD_OPT(state),
			DB_UUID(&before), DB_I32(db_page_limit(page))),
		&job_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_job_inputs(struct db *db, const struct uuid *job, struct arena *arena,
	struct job_input **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_JOB_INPUT_LIST, DB_PARAMS(DB_UUID(job)), &input_shape, arena, ret,
		ret_n, err);
}

int store_job_inputs_about(struct db *db, const struct uuid *job, struct arena *arena,
	struct job_input_about **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_JOB_INPUT_ABOUT, DB_PARAMS(DB_UUID(job)), &about_shape, arena, ret,
		ret_n, err);
}

int store_job_cancel(struct db *db, const struct uuid *job, enum word *ret_state, struct err *err)
{
	enum word task = WORD_NONE;
	int code = store_task_cancel(db, TASK_MATCH, job, &task, err);

	if (code == E_NOT_FOUND)
		return err_set(err, E_JOB_STATE, NULL);
	if (code == 0 && task == TASK_STATE_CANCELLED)
		code = store_job_set_cancelled(db, job, err);
	if (code == 0)
		*ret_state = task == TASK_STATE_CANCELLED ? JOB_STATE_CANCELLED : JOB_STATE_RUNNING;
	return code;
}

/* A statement that is fenced by the attempt. */
static int fenced(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	struct err *err)
{
	int code = db_run_one(db, statement, params, nparams, err);

	return code == E_NOT_FOUND ? err_set(err, E_FENCED, NULL) : code;
}

int store_job_start(struct db *db, const struct uuid *job, int32_t attempt, struct err *err)
{
	return fenced(db, SQL_JOB_START, DB_PARAMS(DB_UUID(job), DB_I32(attempt)), err);
}

int store_job_set_progress(struct db *db, const struct uuid *job, int32_t attempt,
	const struct job_progress *p, struct err *err)
{
	return fenced(db, SQL_JOB_PROGRESS,
		DB_PARAMS(DB_UUID(job), DB_I32(attempt), DB_SV(p->phase), DB_I64(p->done),
			DB_I64(p->total), DB_I64(p->rate), DB_I64(p->eta_ms)),
		err);
}

int store_job_set_done(struct db *db, const struct uuid *job, int32_t attempt,
	const struct job_done *done, struct err *err)
{
	return fenced(db, SQL_JOB_DONE,
		DB_PARAMS(DB_UUID(job), DB_I32(attempt), DB_SV(done->summary),
			DB_UUID(&done->result_object), DB_HASH(done->result_hash),
			DB_UUID_OPT(&done->receipt_object), DB_UUID_OPT(&done->model_object)),
		err);
}

int store_job_set_failed(struct db *db, const struct uuid *job, int32_t attempt,
	struct sv error_code, struct sv error_detail, struct err *err)
{
	return fenced(db, SQL_JOB_FAILED,
		DB_PARAMS(DB_UUID(job), DB_I32(attempt), DB_SV(error_code), DB_SV(error_detail)),
		err);
}

int store_job_set_cancelled(struct db *db, const struct uuid *job, struct err *err)
{
	return fenced(db, SQL_JOB_CANCELLED, DB_PARAMS(DB_UUID(job)), err);
}

int store_job_requeue(struct db *db, const struct uuid *job, int32_t attempt, struct err *err)
{
	return fenced(db, SQL_JOB_REQUEUED, DB_PARAMS(DB_UUID(job), DB_I32(attempt)), err);
}

int store_job_insert_stats(struct db *db, const struct uuid *job, const struct uuid *project,
	const struct job_stats *s, struct err *err)
{
	return db_run(db, SQL_JOB_STAT_INSERT,
		DB_PARAMS(DB_UUID(job), DB_UUID(project), DB_DAYS(s->day, s->n),
			DB_SVS(s->side, s->n), DB_SVS(s->pass, s->n), DB_SVS(s->kind, s->n),
			DB_SVS(s->status, s->n), DB_SVS(s->currency, s->n), DB_I64S(s->count, s->n),
			DB_SVS(s->minor, s->n)),
		NULL, err);
}
