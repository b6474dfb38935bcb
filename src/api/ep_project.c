/*
 * Projects: the workspace and the boundary of what its members see.
 */
#include "api/api.h"
#include "api/ep.h"
#include "store/store_project.h"

static void put_project(struct json_writer *w, const struct project *p)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &p->id);
	json_put_text(w, "name", p->name);
	api_put_word(w, "status", p->status);
	json_put_text(w, "time_zone", p->time_zone);
	json_put_text(w, "base_currency", p->base_currency);
	json_put_cstr(w, "role", role_words[p->role]);
	api_put_instant(w, "created_at", p->created_at);
	json_put_int(w, "version", p->version);
	json_close_object(w);
}

static int answer_project(struct api *a, const struct uuid *id, struct err *err)
{
	struct project project;
	int rc = store_project_get(a->db, id, &a->actor.user_id, a->arena, &project, err);

	if (rc != 0)
		return rc;
	api_etag(a, project.version);
	put_project(&a->out, &project);
	return 0;
}

int ep_project_list(struct api *a, struct err *err)
{
	struct db_page page;
	struct project *projects;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_project_list(a->db, &a->actor.user_id,
			api_query_word(a, "status", "PROJECT_STATUS"), &page, a->arena, &projects,
			&n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_project(&a->out, &projects[i]);
	api_list_end(a, &page);
	return 0;
}

/* The project comes into scope with the transaction that makes it: its maker is its first member. */
int ep_project_create(struct api *a, struct err *err)
{
	const struct project project = {
		.id = uuid_new(),
		.name = api_in_text(a, NULL, "name"),
		.time_zone = api_in_text(a, NULL, "time_zone"),
		.base_currency = api_in_text(a, NULL, "base_currency"),
		.storage_quota = (int64_t)a->env->conf->project_quota_bytes,
	};
	int rc;

	if (!uuid_is_nil(&a->actor.key_project))
		return err_set(err, E_FORBIDDEN, "This API key is bound to one project.");
	db_scope_clear(a->db);
	rc = db_scope(a->db, &a->actor.user_id, &project.id, 1, err);
	if (rc == 0)
		rc = store_project_insert(a->db, &project, &a->actor.user_id, err);
	if (rc == 0)
		rc = store_member_insert(
			a->db, &project.id, &a->actor.user_id, ROLE_OWNER, &a->actor.user_id, err);
	if (rc != 0)
		return rc;
	a->project.id = project.id;
	api_object(a, "project", &project.id);
	return answer_project(a, &project.id, err);
}

int ep_project_get(struct api *a, struct err *err)
{
	return answer_project(a, &a->project.id, err);
}

int ep_project_update(struct api *a, struct err *err)
{
	int rc = store_project_update(a->db, &a->project.id, (int32_t)a->if_match,
		api_in_text(a, NULL, "name"), api_in_word(a, NULL, "status", "PROJECT_STATUS"),
		err);

	if (rc != 0)
		return rc;
	api_object(a, "project", &a->project.id);
	return answer_project(a, &a->project.id, err);
}
