/*
 * Datasets as facts: states, counts, sums, what the reader proposes, the bank's statements in it; taking one back.
 * Proposals and statements show what the file has, so one dataset is the data pool's, which can unseal them; lists do without.
 */
#include "api/data.h"
#include "api/ep.h"
#include "store/store_dataset.h"
#include "vault/vault.h"

static void put_reversal(struct json_writer *w, const struct dataset *d)
{
	if (d->reversed_at == 0) {
		json_put_null(w, "reversal");
		return;
	}
	json_open_object(w, "reversal");
	api_put_instant(w, "at", d->reversed_at);
	json_put_uuid(w, "by", &d->reversed_by);
	json_put_text(w, "note", d->reversed_note);
	json_close_object(w);
}

static void put_dataset(
	struct json_writer *w, const struct dataset *d, struct sv proposal, struct sv statements)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &d->id);
	json_put_int(w, "no", d->no);
	json_put_uuid(w, "source", &d->source_id);
	json_put_uuid(w, "file", &d->file_id);
	api_put_version(w, "mapping_version", d->mapping_version);
	api_put_word(w, "state", d->state);
	json_put_int(w, "rows_read", d->rows_read);
	json_put_int(w, "rows_accepted", d->rows_accepted);
	json_put_int(w, "rows_rejected", d->rows_rejected);
	json_put_int(w, "rows_skipped", d->rows_skipped);
	api_put_json(w, "sums", d->sums.p ? d->sums : SV("[]"));
	api_put_json(w, "proposal", proposal);
	api_put_json(w, "statements", statements);
	api_put_finding(w, "error", d->error_code, d->error_detail);
	put_reversal(w, d);
	api_put_instant(w, "created_at", d->created_at);
	json_close_object(w);
}

int ep_dataset_list(struct api *a, struct err *err)
{
	const struct uuid source = api_query_uuid(a, "source");
	struct db_page page;
	struct dataset *datasets;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_dataset_list(a->db, &a->project.id,
			uuid_is_nil(&source) ? NULL : &source,
			api_query_word(a, "state", "DATASET_STATE"), &page, a->arena, &datasets, &n,
			err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_dataset(&a->out, &datasets[i], SV_NULL, SV_NULL);
	api_list_end(a, &page);
	return 0;
}

static int answer_dataset(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "dataset");
	struct buf proposal CLEANUP(buf_free) = BUF_INIT;
	struct buf statements CLEANUP(buf_free) = BUF_INIT;
	struct dataset dataset;
	int rc = store_dataset_get(a->db, &a->project.id, &id, a->arena, &dataset, err);

	if (rc == 0 && dataset.proposal_sealed.p != NULL)
		rc = vault_unseal(
			data_pool_of(a)->vault, dataset.proposal_sealed, &proposal, err);
	if (rc == 0 && dataset.statements_sealed.p != NULL)
		rc = vault_unseal(
			data_pool_of(a)->vault, dataset.statements_sealed, &statements, err);
	if (rc != 0)
		return rc;
	api_etag(a, dataset.version);
	put_dataset(&a->out, &dataset, proposal.n > 0 ? buf_sv(&proposal) : SV_NULL,
		statements.n > 0 ? buf_sv(&statements) : SV_NULL);
	return 0;
}

int ep_dataset_get(struct api *a, struct err *err)
{
	return answer_dataset(a, err);
}

/* Only this pool sees which records are taken. */
int ep_dataset_reverse(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "dataset");
	int rc = store_dataset_reverse(
		a->db, &id, &a->actor.user_id, api_in_text(a, NULL, "note"), a->arena, err);

	if (rc != 0)
		return rc;
	api_object(a, "dataset", &id);
	return answer_dataset(a, err);
}
