/*
 * What a job leaves beside its result: the receipt and the model that it learned, byte for byte as
 * recon-matcher stored them, and models that later jobs score by. They lie in the vault, so this is
 * the data pool's.
 */
#include "api/data.h"
#include "api/ep.h"
#include "seal/hash.h"
#include "store/store_model.h"
#include "store/store_reconciliation.h"

/* The object's text as the whole answer, to be saved under a name. */
static int send_object(
	struct api *a, const struct uuid *object, const char *name, const struct job *job, struct err *err)
{
	char id[UUID_TEXT_LEN + 1];
	int rc = data_text(a, object, &a->rs->body, err);

	if (rc != 0)
		return rc;
	uuid_format(&job->id, id);
	http_response_header(a->rs, "Content-Disposition",
		"attachment; filename=\"%s-%s.json\"; filename*=UTF-8''%s-%s.json", name, id, name,
		id);
	return 0;
}

static int find_job(struct api *a, struct job *ret, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "job");
	int rc = store_job_get(a->db, &a->project.id, &id, a->arena, ret, err);

	if (rc == 0 && ret->state != JOB_STATE_DONE)
		rc = err_set(err, E_JOB_STATE, "The job has no result: it is %s.",
			word_text(ret->state));
	return rc;
}

int ep_receipt_get(struct api *a, struct err *err)
{
	struct job job;
	int rc = find_job(a, &job, err);

	if (rc == 0 && uuid_is_nil(&job.receipt_object))
		rc = err_set(err, E_NOT_FOUND, "The job is older than receipts are.");
	return rc != 0 ? rc : send_object(a, &job.receipt_object, "receipt", &job, err);
}

int ep_job_model_get(struct api *a, struct err *err)
{
	struct job job;
	int rc = find_job(a, &job, err);

	if (rc == 0 && uuid_is_nil(&job.model_object))
		rc = err_set(err, E_NOT_FOUND, "The job has learned nothing: no pass of it learns.");
	return rc != 0 ? rc : send_object(a, &job.model_object, "model", &job, err);
}

/* --- versions --------------------------------------------------------------------------------- */

static void put_model(struct json_writer *w, const struct model_row *m, bool whole)
{
	json_open_object(w, NULL);
	json_put_int(w, "version", m->version);
	api_put_hash(w, "sha256", m->hash);
	api_put_id(w, "job", &m->job_id);
	if (whole)
		api_put_json(w, "model", m->model);
	api_put_instant(w, "created_at", m->created_at);
	json_close_object(w);
}

static int64_t put_model_row(struct json_writer *w, const void *row)
{
	const struct model_row *m = row;

	put_model(w, m, false);
	return m->version;
}

int ep_model_list(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	struct reconciliation rec;
	struct model_row *rows;
	struct number_page page;
	size_t n;
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &rec, err);

	if (rc == 0)
		rc = api_page_number(a, &page, err);
	if (rc == 0)
		rc = store_model_list(a->db, &a->project.id, &id, (int32_t)page.before, page.ask,
			a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_number(a, &page, rows, sizeof(*rows), n, put_model_row);
	return 0;
}

int ep_model_get(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	const int64_t no = api_param_int(a, "no");
	struct model_row row;
	int rc = no > INT32_MAX ? err_set(err, E_NOT_FOUND, NULL) :
				  store_model_get(a->db, &a->project.id, &id, (int32_t)no, a->arena,
					  &row, err);

	if (rc == 0)
		put_model(&a->out, &row, true);
	return rc;
}

/* The text of a model that somebody wrote; whether it fits the ruleset's fields is found out by the
 * engine, which says so. */
static int given_model(struct api *a, struct sv *ret, struct err *err)
{
	const struct json_object *given = api_in(a, NULL, "model"), *passes = NULL;
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	if (json_kind(given) != JSON_OBJECT || !json_find(given, "passes", &passes) ||
		json_kind(passes) != JSON_ARRAY || json_count(passes) == 0)
		return err_set_at(err, E_INVALID, "/model/passes",
			"A model has the passes that it was learned by, as in a job's model.json.");
	json_add_value(&text, given);
	*ret = arena_sv(a->arena, buf_sv(&text));
	return buf_ok(&text) && ret->p ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

static int learned_model(
	struct api *a, const struct uuid *rec, struct model_row *row, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct job job;
	int rc = store_job_get(a->db, &a->project.id, &row->job_id, a->arena, &job, err);

	if (rc == E_NOT_FOUND || (rc == 0 && !uuid_eq(&job.reconciliation_id, rec)))
		return err_set_at(
			err, E_NOT_FOUND, "/job", "The job is of another reconciliation.");
	if (rc == 0 && uuid_is_nil(&job.model_object))
		return err_set_at(err, E_JOB_STATE, "/job", "The job has learned nothing.");
	if (rc == 0)
		rc = data_text(a, &job.model_object, &text, err);
	if (rc != 0)
		return rc;
	row->model = arena_sv(a->arena, sv_trim(buf_sv(&text)));
	return row->model.p ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int ep_model_create(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	struct model_row row = {.job_id = api_in_uuid(a, NULL, "job")}, made;
	const bool by_job = !uuid_is_nil(&row.job_id);
	int rc;

	if (by_job == (api_in(a, NULL, "model") != NULL))
		return err_set_at(err, E_INVALID, "/job", "Name a job or give a model, one of the two.");
	rc = by_job ? learned_model(a, &id, &row, err) : given_model(a, &row.model, err);
	if (rc != 0)
		return rc;
	hash_sha256(row.model.p, row.model.n, row.hash);
	rc = store_model_insert(
		a->db, &a->project.id, &id, &row, &a->actor.user_id, a->arena, &made, err);
	if (rc != 0)
		return rc;
	api_object(a, "reconciliation", &id);
	put_model(&a->out, &made, true);
	return 0;
}

int ep_model_unpin(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	int rc = store_model_unpin(a->db, &a->project.id, &id, err);

	if (rc == 0)
		api_object(a, "reconciliation", &id);
	return rc;
}
