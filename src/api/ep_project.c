/*
 * Projects (api pool) and their members (auth pool, which opens e-mail addresses).
 */
#include "api/api.h"
#include "api/ep.h"
#include "seal/email.h"
#include "store/store_project.h"

static void put_project(struct api *a, const struct project *p)
{
	json_open_object(&a->out, NULL);
	json_put_uuid(&a->out, "id", &p->id);
	json_put_text(&a->out, "name", p->name);
	api_put_word(&a->out, "status", p->status);
	json_put_text(&a->out, "time_zone", p->time_zone);
	json_put_text(&a->out, "base_currency", p->base_currency);
	json_put_cstr(&a->out, "role", role_word(p->role));
	json_put_instant(&a->out, "created_at", p->created_at);
	json_put_int(&a->out, "version", p->version);
	json_close_object(&a->out);
}

static int answer_project(struct api *a, struct err *err)
{
	struct project p;
	int rc = store_project_get(
		a->db, &a->project.id, &a->actor.user_id, a->arena, &p, err);

	if (rc != 0)
		return rc;
	api_etag(a, p.version);
	put_project(a, &p);
	return 0;
}

int ep_project_list(struct api *a, struct err *err)
{
	struct project *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_project_list(a->db, &a->actor.user_id,
			api_query_word(a, "status", "PROJECT_STATUS"), &page, a->arena, &rows, &n,
			err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_project(a, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_project_create(struct api *a, struct err *err)
{
	struct project p = {.id = a->project.id,
		.name = api_in_text(a, NULL, "name"),
		.time_zone = api_in_text(a, NULL, "time_zone"),
		.base_currency = api_in_text(a, NULL, "base_currency"),
		.storage_quota = a->env->conf->project_quota_bytes};
	int rc = api_check_zone(p.time_zone, err);

	if (rc == 0)
		rc = store_project_insert(a->db, &p, &a->actor.user_id, err);
	if (rc == 0)
		rc = store_member_insert(a->db, &p.id, &a->actor.user_id, ROLE_OWNER,
			&a->actor.user_id, err);
	api_object(a, "project", &p.id);
	return rc == 0 ? answer_project(a, err) : rc;
}

int ep_project_get(struct api *a, struct err *err)
{
	return answer_project(a, err);
}

int ep_project_update(struct api *a, struct err *err)
{
	int rc = 0;

	api_object(a, "project", &a->project.id);
	if (json_count(a->input) == 0)
		return err_set(err, E_INVALID, "There is nothing to change.");
	if (a->if_match > INT32_MAX)
		return err_set(err, E_STALE, NULL);
	rc = store_project_update(a->db, &a->project.id, (int32_t)a->if_match,
		api_in_text(a, NULL, "name"), api_in_word(a, NULL, "status", "PROJECT_STATUS"),
		err);
	return rc == 0 ? answer_project(a, err) : rc;
}

static int put_member(struct api *a, const struct member *m, struct err *err)
{
	struct buf email CLEANUP(buf_wipe) = BUF_INIT;
	int rc = email_open(a->env->keys, &m->user_id, m->email_sealed, &email, err);

	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_put_uuid(&a->out, "user", &m->user_id);
	json_put_text(&a->out, "display_name", m->display_name);
	json_put_text(&a->out, "email", buf_sv(&email));
	json_put_cstr(&a->out, "role", role_word(m->role));
	json_put_instant(&a->out, "added_at", m->added_at);
	json_close_object(&a->out);
	return 0;
}

int ep_member_list(struct api *a, struct err *err)
{
	struct member *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_member_list(
			a->db, &a->project.id, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = put_member(a, &rows[i], err);
	api_list_end(a, &page);
	return rc;
}
