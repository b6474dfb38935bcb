/*
 * Previews of mappings. The api pool takes the mapping and makes the task; the file is read where all
 * files are, by a child of recon-intake; the answer is sealed, so the data pool gives it.
 */
#include "api/data.h"
#include "api/ep.h"
#include "api/in_mapping.h"
#include "store/store_dataset.h"
#include "store/store_preview.h"
#include "store/store_task.h"
#include "vault/vault.h"

static void put_preview(struct json_writer *w, const struct preview *p, struct sv result)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &p->id);
	json_put_uuid(w, "dataset", &p->dataset_id);
	api_put_word(w, "state", p->state);
	json_put_int(w, "rows_read", p->rows_read);
	json_put_int(w, "rows_accepted", p->rows_accepted);
	json_put_int(w, "rows_rejected", p->rows_rejected);
	json_put_int(w, "rows_skipped", p->rows_skipped);
	api_put_json(w, "result", result);
	api_put_finding(w, "error", p->error_code, p->error_detail);
	api_put_instant(w, "created_at", p->created_at);
	json_close_object(w);
}

/* Its file is there and clean, and it is of use. */
static int check_dataset(struct api *a, const struct uuid *id, struct err *err)
{
	struct dataset d;
	int rc = store_dataset_get(a->db, &a->project.id, id, a->arena, &d, err);

	if (rc != 0)
		return rc;
	if (d.state == DATASET_STATE_NEEDS_MAPPING || d.state == DATASET_STATE_READY ||
		d.state == DATASET_STATE_UNREADABLE)
		return 0;
	return err_set(err, E_DATASET_NOT_READY, "The dataset is %s.", word_text(d.state));
}

int ep_preview_create(struct api *a, struct err *err)
{
	const struct uuid dataset = api_param_uuid(a, "dataset"), id = uuid_new();
	struct preview made;
	struct sv json;
	int rc = check_dataset(a, &dataset, err);

	if (rc == 0)
		rc = api_in_mapping(a, &json, err);
	if (rc == 0)
		rc = store_preview_insert(
			a->db, &id, &a->project.id, &dataset, &a->actor.user_id, json, err);
	if (rc == 0)
		rc = store_task_insert(
			a->db, TASK_PREVIEW, &id, &a->project.id, sv_from_cstr(a->rq->id), err);
	if (rc == 0)
		rc = store_preview_get(a->db, &a->project.id, &dataset, &a->actor.user_id, &id,
			a->arena, &made, err);
	if (rc != 0)
		return rc;
	api_wake(a, "preview");
	api_object(a, "dataset", &dataset);
	put_preview(&a->out, &made, SV_NULL);
	return 0;
}

int ep_preview_get(struct api *a, struct err *err)
{
	const struct uuid dataset = api_param_uuid(a, "dataset"), id = api_param_uuid(a, "preview");
	struct buf result CLEANUP(buf_free) = BUF_INIT;
	struct preview p;
	int rc = store_preview_get(a->db, &a->project.id, &dataset, &a->actor.user_id, &id,
		a->arena, &p, err);

	if (rc == 0 && p.result_sealed.p != NULL)
		rc = vault_unseal(data_pool_of(a)->vault, p.result_sealed, &result, err);
	if (rc == 0)
		put_preview(&a->out, &p, result.n > 0 ? buf_sv(&result) : SV_NULL);
	return rc;
}
