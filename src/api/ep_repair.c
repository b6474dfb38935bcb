/*
 * What happened to a dataset after it was read: the receipts of its readings, and the files that
 * repaired its rejected rows (ep_file.c announces them).
 */
#include "api/api.h"
#include "api/ep.h"
#include "store/store_dataset.h"
#include "store/store_repair.h"

static int find_dataset(struct api *a, struct dataset *ret, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "dataset");

	return store_dataset_get(a->db, &a->project.id, &id, a->arena, ret, err);
}

static void put_reading(struct json_writer *w, const struct reading *r)
{
	json_open_object(w, NULL);
	json_put_int(w, "no", r->no);
	json_put_uuid(w, "file", &r->file_id);
	api_put_json(w, "receipt", r->receipt);
	api_put_hash(w, "sha256", r->receipt_sha256);
	api_put_instant(w, "created_at", r->created_at);
	json_close_object(w);
}

int ep_reading_list(struct api *a, struct err *err)
{
	struct dataset dataset;
	struct reading *rows;
	size_t n;
	int rc = find_dataset(a, &dataset, err);

	if (rc == 0)
		rc = store_reading_list(a->db, &dataset.id, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (size_t i = 0; i < n; i++)
		put_reading(&a->out, &rows[i]);
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}

static void put_repair(struct json_writer *w, const struct repair *r)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "file", &r->file_id);
	json_put_text(w, "name", r->name);
	api_put_word(w, "file_state", r->file_state);
	api_put_word(w, "state", r->state);
	json_put_int(w, "rows_repaired", r->rows_repaired);
	json_put_int(w, "rows_rejected", r->rows_rejected);
	json_put_int(w, "rows_ignored", r->rows_ignored);
	api_put_finding(w, "error", r->error_code, r->error_detail);
	api_put_instant(w, "created_at", r->created_at);
	api_put_instant(w, "ended_at", r->ended_at);
	json_close_object(w);
}

int ep_repair_list(struct api *a, struct err *err)
{
	struct dataset dataset;
	struct repair *rows;
	size_t n;
	int rc = find_dataset(a, &dataset, err);

	if (rc == 0)
		rc = store_repair_list(
			a->db, &a->project.id, &dataset.id, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (size_t i = 0; i < n; i++)
		put_repair(&a->out, &rows[i]);
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}
