/*
 * Dispatch. The order: route, credential, permission that needs no project, CSRF, session and rate,
 * path, project or platform and role, query, headers, body, transaction. What is cheap and says least comes
 * first; nothing of a project is looked at before membership in it is known.
 */
#include "api/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "api/auth.h"
#include "api/refusals.h"
#include "api/types.h"
#include "seal/hash.h"
#include "store/store_platform.h"
#include "store/store_project.h"
#include "store/store_user.h"

/* --- conditions of a route --------------------------------------------------------------------- */

static int check_person(struct api *a, struct err *err)
{
	/* Which role somebody has is asked later, of the database. */
	if (perm_scope(a->route->perm) == PERM_SCOPE_PROJECT || perm_is_platform(a->route->perm))
		return a->actor.perm.signed_in ? 0 : err_set(err, E_UNAUTHENTICATED, NULL);
	if (perm_allows(a->route->perm, &a->actor.perm, ROLE_NONE))
		return 0;
	return err_set(err, a->actor.perm.signed_in ? E_FORBIDDEN : E_UNAUTHENTICATED, NULL);
}

/* Whose role demands a second factor may only set it up. nginx asks for another route than its own. */
static int check_restricted(const struct api *a, struct err *err)
{
	bool open = a->route->perm == PERM_PUBLIC || a->route->perm == PERM_SELF_ASK ||
		(a->route->flags & ROUTE_RESTRICTED) != 0;

	return a->actor.restricted && !open ? err_set(err, E_MFA_REQUIRED, NULL) : 0;
}

/* A parameter of the wrong form names nothing. */
static int check_path(const struct api *a, struct err *err)
{
	for (size_t i = 0; i < a->match.n; i++) {
		if (schema_check_text(type_of_path_param(a->match.names[i]), a->match.values[i], "",
			    NULL) != 0)
			return err_set(err, E_NOT_FOUND, NULL);
	}
	return 0;
}

static int enter_project(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "project");
	struct membership member;
	int rc;

	if (!uuid_is_nil(&a->actor.key_project) && !uuid_eq(&a->actor.key_project, &id))
		return err_set(err, E_NOT_FOUND, NULL);
	rc = store_membership_get(a->db, &id, &a->actor.user_id, &member, err);
	if (rc == E_NOT_FOUND)
		return err_set(err, E_NOT_FOUND, NULL);
	if (rc != 0)
		return rc;
	a->project.id = id;
	a->project.role = member.role;
	a->project.archived = member.status == PROJECT_STATUS_ARCHIVED;
	db_scope_clear(a->db);
	rc = db_scope(a->db, &a->actor.user_id, &id, 1, err);
	if (rc != 0)
		return rc;
	if (!perm_allows(a->route->perm, &a->actor.perm, member.role))
		return err_set(err, E_FORBIDDEN, NULL);
	if (a->project.archived && !http_method_is_safe(a->route->method) &&
		a->route->perm != PERM_PROJECT_UPDATE)
		return err_set(err, E_CONFLICT, "The project is archived.");
	return 0;
}

/* A project that is about to be made is in scope before it exists. */
static int enter_new_project(struct api *a, struct err *err)
{
	if (!uuid_is_nil(&a->actor.key_project))
		return err_set(err, E_FORBIDDEN, "This API key is for one project.");
	a->project.id = uuid_new();
	a->project.role = ROLE_OWNER;
	db_scope_clear(a->db);
	return db_scope(a->db, &a->actor.user_id, &a->project.id, 1, err);
}

/* All projects of the person, or the one that the key is for. */
static int enter_own_projects(struct api *a, struct err *err)
{
	struct membership *rows;
	struct uuid *ids;
	size_t n;
	size_t kept = 0;
	int rc = store_membership_list(a->db, &a->actor.user_id, a->arena, &rows, &n, err);

	if (rc != 0)
		return rc;
	ids = ARENA_ARRAY(a->arena, n, struct uuid);
	if (ids == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++) {
		if (uuid_is_nil(&a->actor.key_project) ||
			uuid_eq(&a->actor.key_project, &rows[i].project_id))
			ids[kept++] = rows[i].project_id;
	}
	db_scope_clear(a->db);
	return db_scope(a->db, &a->actor.user_id, ids, kept, err);
}

static int enter_platform(struct api *a, struct err *err)
{
	int rc = store_user_platform_roles(
		a->db, &a->actor.user_id, a->arena, &a->actor.perm.platform, err);

	if (rc != 0)
		return rc;
	return perm_allows(a->route->perm, &a->actor.perm, ROLE_NONE) ?
		0 :
		err_set(err, E_FORBIDDEN, NULL);
}

static int check_project(struct api *a, struct err *err)
{
	int rc = 0;

	if (a->actor.kind != API_ANONYMOUS)
		rc = db_scope(a->db, &a->actor.user_id, NULL, 0, err);
	if (rc == 0 && a->route->perm == PERM_PROJECT_LIST)
		rc = enter_own_projects(a, err);
	if (rc == 0 && a->route->perm == PERM_PROJECT_CREATE)
		rc = enter_new_project(a, err);
	if (rc == 0 && perm_scope(a->route->perm) == PERM_SCOPE_PROJECT)
		rc = enter_project(a, err);
	if (rc == 0 && perm_is_platform(a->route->perm))
		rc = enter_platform(a, err);
	return rc;
}

static const struct schema_field *query_field(const struct route *route, struct sv name)
{
	for (const struct schema_field *f = route->query; f != NULL && f->name != NULL; f++) {
		if (sv_eq_cstr(name, f->name))
			return f;
	}
	return NULL;
}

static int check_query(const struct api *a, struct err *err)
{
	for (size_t i = 0; i < a->rq->query_count; i++) {
		const struct http_param *p = &a->rq->query[i];
		const struct schema_field *f = query_field(a->route, p->name);
		char pointer[64];
		int rc;

		if (f == NULL)
			return err_set_at(err, E_UNKNOWN_FIELD, "?",
				"This query parameter is not known here.");
		(void)snprintf(pointer, sizeof(pointer), "?%s", f->name);
		rc = schema_check_text(f->type, p->value, pointer, err);
		if (rc != 0)
			return strcmp(f->name, "cursor") == 0 ?
				err_set_at(err, E_CURSOR, pointer, NULL) :
				rc;
	}
	return 0;
}

static int check_headers(struct api *a, struct err *err)
{
	struct sv tag = http_header(a->rq, "If-Match");
	struct sv key = http_header(a->rq, "Idempotency-Key");

	if ((a->route->flags & ROUTE_IF_MATCH) != 0) {
		if (tag.p == NULL)
			return err_set(err, E_PRECONDITION_REQUIRED, NULL);
		if (tag.n < 3 || tag.p[0] != '"' || tag.p[tag.n - 1] != '"' ||
			!sv_to_i64(sv_from(tag.p + 1, tag.n - 2), 0, INT64_MAX, &a->if_match))
			return err_set(err, E_PRECONDITION,
				"If-Match must be the quoted version that was read.");
	}
	if (key.p != NULL && (a->route->flags & ROUTE_IDEMPOTENT) != 0 &&
		(key.n == 0 || key.n > 255 || memchr(key.p, 0x7f, key.n) != NULL))
		return err_set(err, E_BAD_REQUEST, "Idempotency-Key must be 1 to 255 characters.");
	if ((a->route->flags & ROUTE_STEP_UP) != 0 &&
		clock_wall_us(&a->env->clock) - a->actor.step_up_at > AUTH_STEP_UP_US)
		return err_set(err, E_STEP_UP, NULL);
	return 0;
}

static int check_body(struct api *a, struct err *err)
{
	size_t max = a->route->body_max != 0 ? a->route->body_max : ROUTE_JSON_MAX;
	struct sv text;
	int rc;

	if ((a->route->flags & ROUTE_STREAM) != 0) {
		if (a->rq->content_length > 0 && (uint64_t)a->rq->content_length > max)
			return err_set(err, E_TOO_LARGE, NULL);
		return 0;
	}
	/* Where there is nothing to say, nothing or an empty object may be sent. */
	if (a->route->input == NULL && a->rq->content_length <= 0)
		return 0;
	if (!http_content_is(a->rq, HTTP_JSON_TYPE))
		return err_set(err, E_MEDIA_TYPE, "The body must be application/json.");
	rc = http_read_all(a->rq, max, &text, err);
	if (rc == 0)
		rc = json_parse(text, ROUTE_JSON_DEPTH, &a->input_root, err);
	if (rc != 0)
		return rc;
	a->errors = ARENA_ARRAY(a->arena, HTTP_PROBLEM_ERRORS_MAX, struct http_problem_error);
	if (a->errors == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = schema_check(a->route->input != NULL ? a->route->input : &type_empty, a->input_root,
		a->arena, a->errors, &a->errors_count, err);
	a->input = a->input_root;
	return rc;
}

/* --- transactions ------------------------------------------------------------------------------ */

int api_audit(struct api *a, enum event event, enum word outcome, struct err *err)
{
	struct audit audit = {.project_id = a->project.id,
		.event = event,
		.object_kind = a->object_kind,
		.object_id = a->object_id,
		.outcome = outcome,
		.request_id = sv_from_cstr(a->rq->id),
		.details = a->audit_details};

	if (a->actor.kind == API_KEY) {
		audit.actor_kind = ACTOR_API_KEY;
		audit.actor_id = a->actor.key_id;
	} else {
		audit.actor_kind = a->actor.kind == API_SESSION ? ACTOR_USER : ACTOR_ANONYMOUS;
		audit.actor_id = a->actor.user_id;
	}
	return store_audit_insert(a->db, &audit, err);
}

int api_record(struct api *a, enum event event, struct err *err)
{
	int rc = db_begin(a->db, err);

	if (rc == 0)
		rc = api_audit(a, event, AUDIT_DONE, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	db_rollback(a->db);
	return rc;
}

/* A refused act leaves its own row, after the rollback; those of nobody in particular are counted. What
 * never was an act (no such path, form of the input) leaves none. */
static void audit_refusal(struct api *a, int code)
{
	struct err err = {0};

	if (a->actor.kind == API_ANONYMOUS && a->env->refusals != NULL)
		refusals_note(a->env->refusals, a->rq->remote_addr, code);
	if (a->route == NULL || a->actor.kind == API_ANONYMOUS ||
		(code != E_FORBIDDEN && code != E_CSRF && code != E_STEP_UP &&
			code != E_SELF_APPROVAL))
		return;
	if (api_audit(a, a->route->event != EVENT_NONE ? a->route->event : EVENT_REQUEST_REFUSE,
		    AUDIT_REFUSED, &err) != 0)
		log_error(&a->log, "a refused act could not be audited", LOG_FAIL(&err));
}

/* What the same key must come with: the route, its path and the body. */
static void hash_request(const struct api *a, uint8_t out[SHA256_LEN])
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	buf_add_cstr(&b, http_method_name(a->route->method));
	buf_add_char(&b, ' ');
	buf_add_sv(&b, a->rq->path);
	buf_add_char(&b, '\n');
	if (a->input != NULL)
		json_add_canonical(&b, a->input);
	hash_sha256(buf_cstr(&b), b.n, out);
}

static struct sv idempotency_key(const struct api *a)
{
	return (a->route->flags & ROUTE_IDEMPOTENT) != 0 ?
		http_header(a->rq, "Idempotency-Key") :
		SV_NULL;
}

/* Gives the kept answer again. *ret_done false: there is none. */
static int replay(struct api *a, struct sv key, bool *ret_done, struct err *err)
{
	struct kept_answer kept;
	uint8_t hash[SHA256_LEN];
	int rc = store_answer_get(a->db, &a->actor.user_id, key, a->arena, &kept, err);

	*ret_done = false;
	if (rc == E_NOT_FOUND)
		return 0;
	if (rc != 0)
		return rc;
	hash_request(a, hash);
	if (!hash_equal(hash, kept.request_hash, sizeof(hash)))
		return err_set(err, E_CONFLICT,
			"This Idempotency-Key was used for another request.");
	a->status = kept.status;
	buf_add_sv(&a->rs->body, kept.answer);
	http_response_header(a->rs, "Idempotency-Replayed", "true");
	*ret_done = true;
	return 0;
}

static int keep_answer(struct api *a, struct sv key, struct err *err)
{
	struct kept_answer kept = {.status = a->status, .answer = buf_sv(&a->rs->body)};
	int rc;

	hash_request(a, kept.request_hash);
	rc = store_answer_insert(a->db, &a->actor.user_id, key, &kept, err);
	return rc == E_EXISTS ? err_set(err, E_CONFLICT,
					"A request with this Idempotency-Key is under way.") :
				rc;
}

static int act(struct api *a, struct sv key, struct err *err)
{
	int rc = db_begin(a->db, err);

	if (rc == 0)
		rc = a->route->handler(a, err);
	if (rc == 0 && !buf_ok(&a->rs->body))
		rc = err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0 && key.p != NULL)
		rc = keep_answer(a, key, err);
	if (rc == 0 && a->event != EVENT_NONE)
		rc = api_audit(a, a->event, AUDIT_DONE, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	return rc;
}

/* After the commit: Redis is told of sessions, workers are woken. */
static void wake(struct api *a)
{
	auth_settle_sessions(a);
	for (size_t i = 0; i < a->wakes_count; i++) {
		struct err err = {0};

		if (bus_wake(a->bus, a->wakes[i], &err) != 0)
			log_debug(&a->log, "a wake was lost", LOG_FAIL(&err));
	}
}

static int run_transaction(struct api *a, struct err *err)
{
	struct sv key = idempotency_key(a);
	bool done = false;
	int rc = 0;

	if (key.p != NULL)
		rc = replay(a, key, &done, err);
	if (rc != 0 || done)
		return rc;
	rc = act(a, key, err);
	if (rc == 0)
		wake(a);
	return rc;
}

/* --- one request ------------------------------------------------------------------------------- */

static int find_route(struct api *a, struct err *err)
{
	struct buf allow CLEANUP(buf_free) = BUF_INIT;
	int rc = router_find(
		a->env->router, a->rq->method, a->rq->path, &a->match, &allow, err);

	if (rc == E_METHOD && allow.n > 0)
		http_response_header(a->rs, "Allow", "%s", buf_cstr(&allow));
	if (rc != 0)
		return rc;
	if (a->match.route->pool != a->env->pool)
		return err_set(err, E_NOT_FOUND, NULL);
	a->route = a->match.route;
	a->status = a->route->status;
	a->event = a->route->event;
	a->asked_by_nginx = (a->route->flags & ROUTE_INTERNAL) != 0;
	return 0;
}

static bool is_write(const struct api *a)
{
	return !http_method_is_safe(a->rq->method);
}

/* Everything before the body that concerns who asks for what. */
static int admit(struct api *a, struct err *err)
{
	int rc = 0;

	if (a->route->perm != PERM_PUBLIC)
		rc = auth_identify(a, err);
	if (rc == 0)
		rc = check_person(a, err);
	if (rc == 0 && a->route->perm == PERM_PUBLIC && is_write(a))
		rc = auth_check_origin(a, err);
	if (rc == 0 && a->actor.by_cookie && is_write(a))
		rc = auth_check_csrf(a, err);
	if (rc == 0)
		rc = auth_admit(a, err);
	if (rc == 0)
		rc = check_restricted(a, err);
	if (rc == 0)
		rc = check_path(a, err);
	if (rc == 0)
		rc = check_project(a, err);
	return rc;
}

static int run(struct api *a, struct err *err)
{
	int rc = find_route(a, err);

	if (rc == 0)
		rc = admit(a, err);
	if (rc == 0)
		rc = check_query(a, err);
	if (rc == 0)
		rc = check_headers(a, err);
	if (rc == 0)
		rc = check_body(a, err);
	if (rc != 0)
		return rc;
	if ((a->route->flags & ROUTE_TX) != 0)
		return run_transaction(a, err);
	rc = a->route->handler(a, err);
	if (rc == 0)
		wake(a);
	return rc;
}

int dispatch_authorize(struct api *a, struct sv method, struct sv uri, struct err *err)
{
	struct route_match match;
	struct buf allow CLEANUP(buf_free) = BUF_INIT;
	struct sv query = uri;
	struct sv path = sv_cut(&query, '?');
	int rc = E_METHOD;

	for (int m = 0; m < HTTP_METHODS; m++) {
		if (sv_eq_cstr(method, http_method_name((enum http_method)m))) {
			a->rq->method = (enum http_method)m;
			rc = router_find(a->env->router, a->rq->method, path, &match, &allow, err);
		}
	}
	if (rc != 0)
		return rc;
	a->route = match.route;
	a->match = match;
	rc = check_person(a, err);
	if (rc == 0 && a->actor.by_cookie && is_write(a))
		rc = auth_check_csrf(a, err);
	if (rc == 0)
		rc = check_restricted(a, err);
	if (rc == 0)
		rc = check_path(a, err);
	return rc == 0 ? check_project(a, err) : rc;
}

/* --- the answer -------------------------------------------------------------------------------- */

/* A missing grant is a defect of ours, not a refusal of the person's. The database's own words, and
 * those of any failure of ours, are for the log. */
static void hide_inner_words(struct api *a, struct err *err)
{
	bool database = sv_starts_with(sv_from_cstr(err->detail), SV("PostgreSQL:"));

	if (database && err->code == E_FORBIDDEN)
		err->code = E_INTERNAL;
	if (err_status(err->code) >= 500 || database)
		log_error(&a->log, "request failed", LOG_FAIL(err));
	if (err_status(err->code) == 500 || database)
		err->detail[0] = '\0';
}

static void answer_error(struct api *a, struct err *err)
{
	int status;

	hide_inner_words(a, err);
	status = err_status(err->code);
	if (status == 401 && a->rs->head.n == 0)
		http_response_header(a->rs, "WWW-Authenticate", "Bearer");
	http_response_header(a->rs, "X-Problem-Code", "%s", err_wire(err->code));
	http_response_problem(a->rs, a->rq, err, a->errors, a->errors_count);
	/* nginx's question about an upload: it knows 401 and 403; the code is in the header. */
	if (a->route != NULL && a->asked_by_nginx && status < 500 && status != 401)
		a->rs->status = 403;
	http_response_send(a->rs, a->rq);
}

static void answer(struct api *a)
{
	if (a->rs->begun)
		return;
	a->rs->status = a->status;
	if (a->rs->content_type == NULL && a->rs->body.n > 0)
		a->rs->content_type = HTTP_JSON_TYPE;
	http_response_send(a->rs, a->rq);
}

static void note(struct api *a, int64_t started_us)
{
	int64_t us = clock_mono_us(&a->env->clock) - started_us;
	size_t class = (size_t)MAX(a->rs->status / 100, 0);

	metrics_add(a->env->metrics, M_HTTP_REQUESTS, class, 1);
	metrics_observe(a->env->metrics, M_HTTP_SECONDS, 0, us);
	if (a->route != NULL)
		metrics_add(a->env->metrics, M_ROUTE_REQUESTS, (size_t)(a->route - routes), 1);
	log_info(&a->log, "request", LOG_STR("route", a->route == NULL ? "" : a->route->id),
		LOG_STR("method", http_method_name(a->rq->method)),
		LOG_INT("status", a->rs->status), LOG_INT("us", us));
}

void dispatch_serve(void *ctx, struct http_request *rq, struct http_response *rs,
	const struct err *parse_error)
{
	struct api_thread *t = ctx;
	int64_t started_us = clock_mono_us(&t->env->clock);
	struct api a = {.env = t->env,
		.log = log_with_request(t->env->log, rq->id),
		.arena = rq->arena,
		.db = t->db,
		.bus = t->bus,
		.rq = rq,
		.rs = rs,
		.out = json_writer_of(&rs->body)};
	struct err err = *parse_error;
	int rc = parse_error->code;

	if (rc == 0)
		rc = run(&a, &err);
	if (rc != 0) {
		db_rollback(t->db);
		err.code = rc;
		audit_refusal(&a, rc);
	}
	if (rc != 0 && !rs->begun)
		answer_error(&a, &err);
	else
		answer(&a);
	db_scope_clear(t->db);
	json_free(a.input_root);
	note(&a, started_us);
}
