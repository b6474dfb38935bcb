/*
 * Sources and the versions of their mappings. A confirmed mapping has every dataset that waits for
 * one read again; datasets that are ready stay as they are.
 */
#include "api/api.h"
#include "api/ep.h"
#include "api/in_mapping.h"
#include "read/mapping.h"
#include "store/store_dataset.h"
#include "store/store_source.h"
#include "store/store_task.h"

static void put_source(struct json_writer *w, const struct source *s)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &s->id);
	json_put_text(w, "name", s->name);
	api_put_word(w, "kind", s->kind);
	json_put_text(w, "time_zone", s->time_zone);
	json_put_text(w, "currency", s->currency);
	api_put_version(w, "mapping_version", s->mapping_version);
	api_put_instant(w, "created_at", s->created_at);
	json_close_object(w);
}

int ep_source_list(struct api *a, struct err *err)
{
	struct db_page page;
	struct source *sources;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_source_list(
			a->db, &a->project.id, &page, a->arena, &sources, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_source(&a->out, &sources[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_source_create(struct api *a, struct err *err)
{
	const struct source source = {
		.id = uuid_new(),
		.project_id = a->project.id,
		.name = api_in_text(a, NULL, "name"),
		.kind = api_in_word(a, NULL, "kind", "SOURCE_KIND"),
		.time_zone = api_in_text(a, NULL, "time_zone"),
		.currency = api_in_text(a, NULL, "currency"),
	};
	struct source made;
	int rc = api_check_zone(source.time_zone, err);

	if (rc == 0)
		rc = store_source_insert(
			a->db, &source, &a->actor.user_id, a->arena, &made, err);

	if (rc != 0)
		return rc;
	api_object(a, "source", &made.id);
	put_source(&a->out, &made);
	return 0;
}

int ep_source_get(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "source");
	struct source source;
	int rc = store_source_get(a->db, &a->project.id, &id, a->arena, &source, err);

	if (rc == 0)
		put_source(&a->out, &source);
	return rc;
}

/* --- mappings --------------------------------------------------------------------------------- */

static int64_t put_mapping(struct json_writer *w, const void *row)
{
	const struct mapping_row *m = row;

	json_open_object(w, NULL);
	json_put_int(w, "version", m->version);
	api_put_json(w, "mapping", m->mapping);
	api_put_instant(w, "created_at", m->created_at);
	json_close_object(w);
	return m->version;
}

int ep_mapping_list(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "source");
	struct source source;
	struct mapping_row *rows;
	struct number_page page;
	size_t n;
	int rc = store_source_get(a->db, &a->project.id, &id, a->arena, &source, err);

	if (rc == 0)
		rc = api_page_number(a, &page, err);
	if (rc == 0)
		rc = store_mapping_list(a->db, &a->project.id, &id, (int32_t)page.before, page.ask,
			a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_number(a, &page, rows, sizeof(*rows), n, put_mapping);
	return 0;
}

int api_in_mapping(struct api *a, struct sv *ret_json, struct err *err)
{
	const struct json_object *given = api_in(a, NULL, "mapping");
	struct buf text CLEANUP(buf_free) = BUF_INIT, canonical CLEANUP(buf_free) = BUF_INIT;
	struct mapping mapping;
	struct err inner = {0};

	json_add_value(&text, given);
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	const int rc = mapping_from_json(buf_sv(&text), a->arena, &mapping, &inner);
	if (rc != 0) {
		char *at = arena_printf(a->arena, "/mapping%s", inner.pointer);
		return err_set_at(err, rc, at ? at : "/mapping", "%s", inner.detail);
	}
	mapping_to_json(&mapping, &canonical);
	*ret_json = arena_sv(a->arena, buf_sv(&canonical));
	return buf_ok(&canonical) && ret_json->p ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* Is a dataset's reading under way already? It will see the new mapping by itself. */
static int is_read(struct api *a, const struct uuid *dataset, bool *ret, struct err *err)
{
	struct task task;
	enum word state = WORD_NONE;
	int rc = store_task_newest(a->db, TASK_READ, dataset, a->arena, &task, &state, err);

	*ret = rc == 0 && (state == TASK_STATE_WAITING || state == TASK_STATE_RUNNING);
	return rc == E_NOT_FOUND ? 0 : rc;
}

/* Datasets that waited for a mapping are read again: the reader moves them on. */
static int read_waiting(struct api *a, const struct uuid *source, struct err *err)
{
	struct dataset *waiting;
	size_t n;
	int rc = store_dataset_waiting(
		a->db, &a->project.id, source, a->arena, &waiting, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool under_way;

		rc = is_read(a, &waiting[i].id, &under_way, err);
		if (rc == 0 && !under_way)
			rc = store_task_insert(a->db, TASK_READ, &waiting[i].id, &a->project.id,
				sv_from_cstr(a->rq->id), err);
	}
	if (rc == 0 && n > 0)
		api_wake(a, "read");
	return rc;
}

int ep_mapping_create(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "source");
	struct source source;
	struct mapping_row made;
	struct sv json;
	int rc = store_source_get(a->db, &a->project.id, &id, a->arena, &source, err);

	if (rc == 0)
		rc = api_in_mapping(a, &json, err);
	if (rc == 0)
		rc = store_mapping_insert(a->db, &a->project.id, &id, json, &a->actor.user_id,
			a->arena, &made, err);
	if (rc == 0)
		rc = read_waiting(a, &id, err);
	if (rc != 0)
		return rc;
	api_object(a, "source", &id);
	put_mapping(&a->out, &made);
	return 0;
}
