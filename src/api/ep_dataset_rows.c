/*
 * Rows of a dataset and the rows that were rejected, as pages by offset.
 */
#include "api/data.h"
#include "api/ep.h"
#include "store/store_dataset.h"

/* The dataset of the path, which has been read. */
static int ready_dataset(struct api *a, struct dataset *ret, struct err *err)
{
	struct uuid id = api_param_uuid(a, "dataset");
	int rc = store_dataset_get(a->db, &a->project.id, &id, a->arena, ret, err);

	if (rc == 0 && ret->state != DATASET_STATE_READY && ret->state != DATASET_STATE_REVERSED)
		rc = err_set(err, E_DATASET_NOT_READY, "The dataset is %s.", word_text(ret->state));
	return rc;
}

struct page {
	uint32_t from, to;
};

static struct page page_of(const struct api *a, uint32_t total)
{
	int64_t offset = api_query_int(a, "offset", 0), limit = api_query_int(a, "limit", 100);
	uint32_t from = (uint32_t)MIN(offset, (int64_t)total);

	return (struct page){from, (uint32_t)MIN((int64_t)from + limit, (int64_t)total)};
}

static void end_page(struct api *a, struct page page, uint32_t total)
{
	json_close_array(&a->out);
	json_put_int(&a->out, "offset", page.from);
	json_put_int(&a->out, "total", total);
	json_close_object(&a->out);
}

int ep_dataset_rows(struct api *a, struct err *err)
{
	struct cache_item *item CLEANUP(cache_release) = NULL;
	struct dataset d;
	int rc = ready_dataset(a, &d, err);

	if (rc == 0)
		rc = data_table(a, &d.data_object, COL_FILE_DATASET, &item, err);
	if (rc != 0)
		return rc;
	const struct col_table *t = data_table_of(item);
	struct page page = page_of(a, t->rows);
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (uint32_t row = page.from; row < page.to; row++)
		data_put_row(&a->out, NULL, t, &d.id, row);
	end_page(a, page, t->rows);
	return 0;
}

static void put_reject(struct json_writer *w, const struct col_table *t, uint32_t row)
{
	static const char *const texts[] = {"column", "value", "code", "detail"};
	const struct col *line = col_find(t, COL_FIELD, SV("line"));

	json_open_object(w, NULL);
	json_put_int(w, "row", row);
	json_put_int(w, "line", line == NULL || line->type != COL_NUMBER ? 0 : line->i64[row]);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(texts[i]));
		bool there = c != NULL && c->type == COL_TEXT && col_valid(c, row);

		json_put_text(w, texts[i], there ? col_text(c, row) : SV_NULL);
	}
	json_close_object(w);
}

int ep_dataset_rejects(struct api *a, struct err *err)
{
	static const struct col_table none;
	struct cache_item *item CLEANUP(cache_release) = NULL;
	const struct col_table *t = &none;
	struct dataset d;
	int rc = ready_dataset(a, &d, err);

	if (rc == 0 && !uuid_is_nil(&d.rejects_object)) {
		rc = data_table(a, &d.rejects_object, COL_FILE_REJECTS, &item, err);
		if (rc == 0)
			t = data_table_of(item);
	}
	if (rc != 0)
		return rc;
	struct page page = page_of(a, t->rows);
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (uint32_t row = page.from; row < page.to; row++)
		put_reject(&a->out, t, row);
	end_page(a, page, t->rows);
	return 0;
}
