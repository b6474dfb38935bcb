/*
 * Reason codes of a project, and its policy for exceptions.
 */
#include "api/api.h"
#include "api/ep.h"
#include "store/store_exception.h"

/* Beyond them a list of reasons tells nobody anything; archived ones count. */
#define REASONS_MAX 500

static void put_reason(struct json_writer *w, const struct reason *r)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &r->id);
	json_put_text(w, "code", r->code);
	json_put_text(w, "label", r->label);
	api_put_word(w, "status", r->status);
	json_put_instant(w, "created_at", r->created_at);
	json_put_int(w, "version", r->version);
	json_close_object(w);
}

static int answer_reason(struct api *a, const struct reason *r)
{
	api_object(a, "reason", &r->id);
	api_etag(a, r->version);
	put_reason(&a->out, r);
	return 0;
}

int ep_reason_list(struct api *a, struct err *err)
{
	struct reason *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_reason_list(a->db, &a->project.id, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_reason(&a->out, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

static int check_code(struct sv code, struct err *err)
{
	bool ok = code.n > 0 && code.p[0] >= 'a' && code.p[0] <= 'z';

	for (size_t i = 0; ok && i < code.n; i++)
		ok = (code.p[i] >= 'a' && code.p[i] <= 'z') || code.p[i] == '_' ||
		     (code.p[i] >= '0' && code.p[i] <= '9');
	return ok ? 0 : err_set_at(err, E_INVALID, "/code",
				"Small letters, digits and _, a letter first.");
}

static int check_room(struct api *a, struct err *err)
{
	struct db_page page = {.limit = REASONS_MAX};
	struct reason *rows;
	size_t n;
	int rc = store_reason_list(a->db, &a->project.id, &page, a->arena, &rows, &n, err);

	return rc == 0 && n >= REASONS_MAX
		       ? err_set(err, E_LIMIT, "A project has at most %d reasons.", REASONS_MAX)
		       : rc;
}

int ep_reason_create(struct api *a, struct err *err)
{
	struct reason made, wish = {.id = uuid_new(),
		.code = api_in_text(a, NULL, "code"),
		.label = api_in_text(a, NULL, "label")};
	int rc = check_code(wish.code, err);

	if (rc == 0)
		rc = check_room(a, err);
	if (rc == 0)
		rc = store_reason_insert(a->db, &a->project.id, &wish, &a->actor.user_id, a->arena,
			&made, err);
	return rc == 0 ? answer_reason(a, &made) : rc;
}

int ep_reason_update(struct api *a, struct err *err)
{
	struct reason now, change = {.id = api_param_uuid(a, "reason"),
		.label = api_in_text(a, NULL, "label"),
		.status = api_in_word(a, NULL, "status", "REASON_STATUS"),
		.version = (int32_t)MIN(a->if_match, (int64_t)INT32_MAX)};
	int rc = store_reason_update(a->db, &a->project.id, &change, a->arena, &now, err);

	return rc == 0 ? answer_reason(a, &now) : rc;
}

/* --- the policy ------------------------------------------------------------------------------- */

static int answer_policy(struct api *a, struct err *err)
{
	struct json_writer *w = &a->out;
	struct exception_policy_row p;
	int rc = store_exception_policy_get(a->db, &a->project.id, a->arena, &p, err);

	if (rc != 0)
		return rc;
	api_etag(a, p.version);
	json_open_object(w, NULL);
	json_put_int(w, "medium_from", p.medium_from);
	json_put_int(w, "high_from", p.high_from);
	json_put_int(w, "critical_from", p.critical_from);
	json_put_int(w, "low_days", p.low_days);
	json_put_int(w, "medium_days", p.medium_days);
	json_put_int(w, "high_days", p.high_days);
	json_put_int(w, "critical_days", p.critical_days);
	json_put_int(w, "version", p.version);
	json_close_object(w);
	return 0;
}

int ep_exception_policy_get(struct api *a, struct err *err)
{
	return answer_policy(a, err);
}

int ep_exception_policy_set(struct api *a, struct err *err)
{
	const struct exception_policy_row p = {
		.medium_from = api_in_int(a, NULL, "medium_from", 0),
		.high_from = api_in_int(a, NULL, "high_from", 0),
		.critical_from = api_in_int(a, NULL, "critical_from", 0),
		.low_days = (int32_t)api_in_int(a, NULL, "low_days", 0),
		.medium_days = (int32_t)api_in_int(a, NULL, "medium_days", 0),
		.high_days = (int32_t)api_in_int(a, NULL, "high_days", 0),
		.critical_days = (int32_t)api_in_int(a, NULL, "critical_days", 0),
	};
	int rc;

	if (p.medium_from > p.high_from || p.high_from > p.critical_from)
		return err_set_at(err, E_INVALID, "/high_from", "Each step is at least the one before.");
	api_object(a, "project", &a->project.id);
	rc = store_exception_policy_set(a->db, &a->project.id,
		(int32_t)MIN(a->if_match, (int64_t)INT32_MAX), &p, err);
	return rc == 0 ? answer_policy(a, err) : rc;
}
