/*
 * Jobs: people start and cancel them, recon-matcher runs them.
 */
#include "api/api.h"
#include "api/ep.h"
#include "api/put_job.h"
#include "rules/ruleset.h"
#include "store/store_reconciliation.h"
#include "store/store_task.h"

void put_job(struct json_writer *w, const char *key, const struct job *j)
{
	json_open_object(w, key);
	json_put_uuid(w, "id", &j->id);
	json_put_uuid(w, "reconciliation", &j->reconciliation_id);
	api_put_word(w, "state", j->state);
	json_put_text(w, "phase", j->phase.p ? j->phase : SV(""));
	json_put_int(w, "done", j->done);
	json_put_int(w, "total", j->total);
	json_put_int(w, "rate", j->rate);
	if (j->eta_ms < 0)
		json_put_null(w, "eta_ms");
	else
		json_put_int(w, "eta_ms", j->eta_ms);
	json_put_int(w, "attempt", j->attempt);
	api_put_instant(w, "created_at", j->created_at);
	api_put_instant(w, "started_at", j->started_at);
	api_put_instant(w, "finished_at", j->finished_at);
	api_put_finding(w, "error", j->error_code, j->error_detail);
	api_put_json(w, "summary", j->summary);
	api_put_hash(w, "result_hash", j->result_hash);
	api_put_json(w, "inputs", j->inputs.p ? j->inputs : SV("[]"));
	json_put_bool(w, "receipt", !uuid_is_nil(&j->receipt_object));
	json_put_bool(w, "model", !uuid_is_nil(&j->model_object));
	api_put_version(w, "ruleset_version", j->ruleset_version);
	api_put_version(w, "model_version", j->model_version);
	json_close_object(w);
}

static int answer_job(struct api *a, const struct uuid *id, struct err *err)
{
	struct job job;
	int rc = store_job_get(a->db, &a->project.id, id, a->arena, &job, err);

	if (rc == 0)
		put_job(&a->out, NULL, &job);
	return rc;
}

static int list_jobs(struct api *a, const struct uuid *rec, struct err *err)
{
	struct db_page page;
	struct job *jobs;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_job_list(a->db, &a->project.id, rec,
			api_query_word(a, "state", "JOB_STATE"), &page, a->arena, &jobs, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_job(&a->out, NULL, &jobs[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_job_list(struct api *a, struct err *err)
{
	return list_jobs(a, NULL, err);
}

int ep_job_list_of_reconciliation(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	struct reconciliation rec;
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &rec, err);

	return rc != 0 ? rc : list_jobs(a, &id, err);
}

int ep_job_get(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "job");

	return answer_job(a, &id, err);
}

/* Datasets that were named once; a second mention is refused, since it would count records twice. */
static int chosen(struct api *a, const char *side, struct db_uuids *ret, struct err *err)
{
	const struct json_object *list = api_in(a, NULL, side);
	const size_t n = json_count(list);
	struct uuid *v = ARENA_ARRAY(a->arena, n, struct uuid);

	if (v == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++) {
		char *at = arena_printf(a->arena, "/%s/%zu", side, i);
		if (uuid_parse(json_as_text(json_at(list, i)), &v[i]) != 0)
			return err_set_at(err, E_INVALID, at ? at : "", NULL);
		for (size_t k = 0; k < i; k++)
			if (uuid_eq(&v[k], &v[i]))
				return err_set_at(err, E_INVALID, at ? at : "",
					"The dataset is named twice.");
	}
	*ret = (struct db_uuids){v, n};
	return 0;
}

/* A ruleset that says nothing of advice cannot read one; without a ruleset the engine finds out how. */
static int check_advice(struct api *a, const struct reconciliation *rec, struct err *err)
{
	struct ruleset_row row;
	struct ruleset *rules;
	int rc;

	if (rec->advice_sources.n == 0)
		return err_set_at(err, E_INVALID, "/advice",
			"This reconciliation has no source of advice.");
	if (rec->ruleset_version == 0)
		return 0;
	rc = store_ruleset_get(a->db, &a->project.id, &rec->id, rec->ruleset_version, a->arena,
		&row, err);
	if (rc == 0)
		rc = ruleset_parse(row.ruleset, a->arena, &rules, err);
	if (rc == 0 && !rules->advice.given)
		rc = err_set_at(err, E_RULESET, "/advice",
			"The ruleset has no \"advice\": it does not say how to read one.");
	return rc;
}

int ep_job_create(struct api *a, struct err *err)
{
	struct job_new job = {.id = uuid_new(),
		.project_id = a->project.id,
		.reconciliation_id = api_param_uuid(a, "reconciliation"),
		.created_by = a->actor.user_id};
	struct reconciliation rec;
	int rc = store_reconciliation_get(
		a->db, &a->project.id, &job.reconciliation_id, a->arena, &rec, err);

	if (rc == 0)
		rc = chosen(a, "left", &job.left, err);
	if (rc == 0)
		rc = chosen(a, "right", &job.right, err);
	if (rc == 0 && api_in(a, NULL, "advice") != NULL)
		rc = chosen(a, "advice", &job.advice, err);
	if (rc == 0 && job.advice.n > 0)
		rc = check_advice(a, &rec, err);
	if (rc != 0)
		return rc;
	job.ruleset_version = rec.ruleset_version;
	job.model_version = rec.model_version;
	rc = store_job_insert(a->db, &job, err);
	if (rc == 0)
		rc = store_task_insert(a->db, TASK_MATCH, &job.id, &a->project.id,
			sv_from_cstr(a->rq->id), err);
	if (rc != 0)
		return rc;
	api_wake(a, "match");
	api_object(a, "job", &job.id);
	return answer_job(a, &job.id, err);
}

int ep_job_cancel(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "job");
	struct job job;
	enum word state, task_state;
	int rc = store_job_get(a->db, &a->project.id, &id, a->arena, &job, err);

	if (rc == 0)
		rc = store_job_cancel(a->db, &id, &state, err);
	if (rc != 0)
		return rc;
	rc = store_task_cancel(a->db, TASK_MATCH, &id, &task_state, err);
	if (rc != 0 && rc != E_NOT_FOUND)
		return rc;
	api_object(a, "job", &id);
	return answer_job(a, &id, err);
}
