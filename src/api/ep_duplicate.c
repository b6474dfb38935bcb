/*
 * What the file of a dataset repeats of other files of its source, and what people say about it.
 * Nothing follows from either but what is shown: rows are never dropped.
 */
#include "api/api.h"
#include "api/ep.h"
#include "store/store_dataset.h"
#include "store/store_duplicate.h"

static void put_duplicate(struct json_writer *w, const struct duplicate *d)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "file", &d->file_id);
	json_put_uuid(w, "other", &d->other_id);
	api_put_word(w, "kind", d->kind);
	json_put_int(w, "count", d->count);
	api_put_word(w, "verdict", d->verdict);
	api_put_id(w, "decided_by", &d->decided_by);
	api_put_instant(w, "decided_at", d->decided_at);
	api_put_instant(w, "found_at", d->found_at);
	json_close_object(w);
}

static int get_dataset(struct api *a, struct dataset *ret, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "dataset");

	return store_dataset_get(a->db, &a->project.id, &id, a->arena, ret, err);
}

int ep_duplicate_list(struct api *a, struct err *err)
{
	struct dataset dataset;
	struct duplicate *rows;
	size_t n;
	int rc = get_dataset(a, &dataset, err);

	if (rc == 0)
		rc = store_duplicate_list(
			a->db, &a->project.id, &dataset.file_id, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (size_t i = 0; i < n; i++)
		put_duplicate(&a->out, &rows[i]);
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}

int ep_duplicate_decide(struct api *a, struct err *err)
{
	const struct uuid other = api_in_uuid(a, NULL, "other");
	struct dataset dataset;
	struct duplicate made;
	int rc = get_dataset(a, &dataset, err);

	if (rc == 0)
		rc = store_duplicate_decide(a->db, &a->project.id, &dataset.file_id, &other,
			api_in_word(a, NULL, "kind", "DUPLICATE_KIND"),
			api_in_word(a, NULL, "verdict", "DUPLICATE_VERDICT"), &a->actor.user_id,
			a->arena, &made, err);
	if (rc != 0)
		return rc;
	api_object(a, "dataset", &dataset.id);
	put_duplicate(&a->out, &made);
	return 0;
}
