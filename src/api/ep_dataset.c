/*
 * Datasets as facts: states, counts, sums and what the reader proposes. Their rows are the data
 * pool's.
 */
#include "api/api.h"
#include "api/ep.h"
#include "store/store_dataset.h"

static void put_dataset(struct json_writer *w, const struct dataset *d)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &d->id);
	json_put_int(w, "no", d->no);
	json_put_uuid(w, "source", &d->source_id);
	json_put_uuid(w, "file", &d->file_id);
	if (d->mapping_version == 0)
		json_put_null(w, "mapping_version");
	else
		json_put_int(w, "mapping_version", d->mapping_version);
	api_put_word(w, "state", d->state);
	json_put_int(w, "rows_read", d->rows_read);
	json_put_int(w, "rows_accepted", d->rows_accepted);
	json_put_int(w, "rows_rejected", d->rows_rejected);
	json_put_int(w, "rows_skipped", d->rows_skipped);
	api_put_json(w, "sums", d->sums.p ? d->sums : SV("[]"));
	api_put_json(w, "proposal", d->proposal);
	api_put_finding(w, "error", d->error_code, d->error_detail);
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
		put_dataset(&a->out, &datasets[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_dataset_get(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "dataset");
	struct dataset dataset;
	int rc = store_dataset_get(a->db, &a->project.id, &id, a->arena, &dataset, err);

	if (rc != 0)
		return rc;
	api_etag(a, dataset.version);
	put_dataset(&a->out, &dataset);
	return 0;
}
