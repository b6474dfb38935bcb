/*
 * A client of the platform's API: one connection, one key, and patience.
 */
#include "cli/remote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sys/conf.h"

#define PAUSE_FIRST_MS 200
#define PAUSE_LAST_MS 10000
#define PATH_MAX_LEN 1024
#define RETRY_AFTER_MAX 3600u
#define LIST_PAGES_MAX 1000

static int read_key(const char *key_file, struct buf *out, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	struct sv key;
	int rc = conf_read_credential("import-key", key_file, REMOTE_KEY_MAX, &text, err);

	if (rc < 0)
		return rc;
	key = sv_trim(buf_sv(&text));
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] <= ' ' || key.p[i] > '~')
			return err_set(err, E_CONFIG, "%s does not hold an API key.", key_file);
	buf_add_cstr(out, "Authorization: Bearer ");
	buf_add_sv(out, key);
	return key.n > 0 && buf_ok(out) ?
		0 :
		err_set(err, E_CONFIG, "%s does not hold an API key.", key_file);
}

int remote_open(const struct remote_options *options, struct remote *ret, struct err *err)
{
	const struct net_options how = {
		.agent = "recon", .ca_file = options->ca_file, .proxies = true};
	size_t n = strlen(options->server);
	int rc;

	*ret = REMOTE_INIT;
	ret->patience_ms = options->patience_ms;
	while (n > 0 && options->server[n - 1] == '/')
		n--;
	ret->server = strndup(options->server, n);
	rc = ret->server ? 0 : err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0 && strncmp(options->server, "https://", 8) != 0)
		rc = err_set(err, E_CONFIG, "The server's address must begin with https://.");
	if (rc == 0)
		rc = read_key(options->key_file, &ret->authorization, err);
	if (rc == 0)
		rc = net_client_new(&how, &ret->net, err);
	if (rc < 0)
		remote_close(ret);
	return rc;
}

void remote_close(struct remote *r)
{
	net_client_free(&r->net);
	buf_wipe(&r->authorization);
	free(r->server);
	r->server = NULL;
}

/* --- patience --------------------------------------------------------------------------------- */

struct remote_wait remote_wait_start(const struct remote *r)
{
	return (struct remote_wait){.left_ms = r->patience_ms, .pause_ms = PAUSE_FIRST_MS};
}

bool remote_wait_next(struct remote_wait *w, int64_t at_least_ms)
{
	int64_t ms = MAX(w->pause_ms, at_least_ms);
	struct timespec pause;

	if (w->left_ms < ms)
		return false;
	w->left_ms -= ms;
	w->pause_ms = MIN(w->pause_ms * 2, PAUSE_LAST_MS);
	pause = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	return nanosleep(&pause, NULL) == 0;
}

bool remote_is_away(int code)
{
	return code == E_UNAVAILABLE || code == E_TIMEOUT || code == E_RATE;
}

/* --- calls ------------------------------------------------------------------------------------ */

/* What an answer that is no success says of itself. */
static int read_problem(const struct net_response *rs, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	const struct json_object *code = NULL, *detail = NULL, *errors = NULL, *pointer = NULL;
	int rc;

	if (json_parse(buf_sv(&rs->body), JSON_DEPTH, &root, NULL) < 0 ||
		!json_find(root, "code", &code) || json_kind(code) != JSON_TEXT)
		return err_set(err, rs->status == 404 ? E_NOT_FOUND : E_INTERNAL,
			"The server answers %d; is it this platform's address?", rs->status);
	rc = err_of_wire(json_as_text(code).p);
	json_find(root, "detail", &detail);
	if (json_find(root, "errors", &errors) && json_count(errors) > 0) {
		json_find(json_at(errors, 0), "detail", &detail);
		json_find(json_at(errors, 0), "pointer", &pointer);
	}
	return err_set_at(err, rc ? rc : E_INTERNAL,
		json_kind(pointer) == JSON_TEXT ? json_as_text(pointer).p : "", "%s",
		json_kind(detail) == JSON_TEXT ? json_as_text(detail).p : err_text(rc));
}

/* A pool that restarts is a 502, or a 500 where nginx asks it for leave. A full disk is none. */
static bool status_is_passing(int status)
{
	return status == 429 || (status >= 500 && status != 501 && status != 507);
}

static int check_status(const struct net_response *rs, int64_t *ret_retry_ms, struct err *err)
{
	uint64_t seconds = 0;

	if (rs->status >= 200 && rs->status < 300)
		return 0;
	if (!status_is_passing(rs->status))
		return read_problem(rs, err);
	if (sv_to_u64(net_response_header(rs, "Retry-After"), RETRY_AFTER_MAX, &seconds))
		*ret_retry_ms = (int64_t)seconds * 1000;
	return err_set(err, rs->status == 429 ? E_RATE : E_UNAVAILABLE,
		"The server answers %d.", rs->status);
}

#define HEADERS_MAX 12

/* Headers of the call behind the common ones; scratch keeps the text of one. */
static void list_headers(const struct remote *r, const struct remote_call *call,
	struct buf *scratch, const char *out[HEADERS_MAX])
{
	size_t n = 0;

	out[n++] = buf_cstr(&r->authorization);
	out[n++] = "Accept: application/json";
	if (call->json.p)
		out[n++] = "Content-Type: application/json";
	if (call->idempotency) {
		buf_printf(scratch, "Idempotency-Key: %s", call->idempotency);
		out[n++] = buf_cstr(scratch);
	}
	for (const char *const *more = call->headers; more && *more && n + 1 < HEADERS_MAX; more++)
		out[n++] = *more;
	out[n] = NULL;
}

int remote_try(struct remote *r, const struct remote_call *call, struct net_response *rs,
	int64_t *ret_retry_ms, struct err *err)
{
	struct buf url CLEANUP(buf_free) = BUF_INIT;
	struct buf scratch CLEANUP(buf_free) = BUF_INIT;
	const char *headers[HEADERS_MAX];
	struct net_request rq = {
		.method = call->method,
		.headers = headers,
		.body = call->json,
		.read = call->read,
		.read_ctx = call->read_ctx,
		.body_size = call->read_size,
	};
	int rc;

	*ret_retry_ms = 0;
	list_headers(r, call, &scratch, headers);
	buf_printf(&url, "%s%s", r->server, call->path);
	if (!buf_ok(&url) || !buf_ok(&scratch))
		return err_set(err, E_NO_MEMORY, NULL);
	rq.url = buf_cstr(&url);
	rc = net_send(r->net, &rq, rs, err);
	return rc < 0 ? rc : check_status(rs, ret_retry_ms, err);
}

/* May it be sent again when nobody knows whether it arrived? With a key, the first one may still be
 * under way. */
static bool is_repeatable(const struct remote_call *call, int code)
{
	return call->idempotency ?
		remote_is_away(code) || code == E_CONFLICT :
		remote_is_away(code) && strcmp(call->method, "POST") != 0;
}

int remote_json(struct remote *r, const struct remote_call *call, struct json_object **ret_json,
	struct err *err)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct remote_wait wait = remote_wait_start(r);
	int64_t retry_ms;
	int rc;

	do {
		rc = remote_try(r, call, &rs, &retry_ms, err);
	} while (is_repeatable(call, rc) && remote_wait_next(&wait, retry_ms));
	if (rc < 0)
		return rc;
	if (rs.body.n == 0) {
		*ret_json = NULL;
		return 0;
	}
	if (json_parse(buf_sv(&rs.body), JSON_DEPTH, ret_json, NULL) < 0)
		return err_set(err, E_INTERNAL,
			"The server's answer is no JSON; is it this platform's address?");
	return 0;
}

int remote_get(
	struct remote *r, struct json_object **ret_json, struct err *err, const char *fmt, ...)
{
	char path[PATH_MAX_LEN];
	struct remote_call call = {.method = "GET", .path = path};
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, E_INTERNAL, "The path is too long.");
	return remote_json(r, &call, ret_json, err);
}

/* --- names ------------------------------------------------------------------------------------ */

struct search {
	const char *name;
	struct uuid found;
	size_t n;
};

static void search_page(struct search *s, const struct json_object *page)
{
	const struct json_object *items = NULL, *name, *id;

	json_find(page, "items", &items);
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json_object *item = json_at(items, i);

		if (json_find(item, "name", &name) && json_find(item, "id", &id) &&
			sv_eq_cstr(json_as_text(name), s->name) &&
			uuid_parse(json_as_text(id), &s->found) == 0)
			s->n++;
	}
}

/* Walks a list page by page. */
static int search_list(struct remote *r, const char *list, struct search *s, struct err *err)
{
	struct buf cursor CLEANUP(buf_free) = BUF_INIT;

	for (int pages = 0; pages < LIST_PAGES_MAX; pages++) {
		struct json_object *page CLEANUP(json_cleanup) = NULL;
		const struct json_object *next = NULL;
		int rc = remote_get(r, &page, err, "%s?limit=1000%s", list, buf_cstr(&cursor));

		if (rc < 0)
			return rc;
		search_page(s, page);
		if (!json_find(page, "next_cursor", &next) || json_kind(next) != JSON_TEXT)
			return 0;
		buf_reset(&cursor);
		buf_add_cstr(&cursor, "&cursor=");
		net_add_encoded(&cursor, json_as_text(next));
	}
	return 0;
}

static int find_named(struct remote *r, const char *list, const char *what, const char *id_or_name,
	struct uuid *ret, struct err *err)
{
	struct search s = {.name = id_or_name};
	int rc;

	if (uuid_parse(sv_from_cstr(id_or_name), ret) == 0)
		return 0;
	rc = search_list(r, list, &s, err);
	if (rc < 0)
		return rc;
	if (s.n == 0)
		return err_set(err, E_NOT_FOUND, "There is no %s \"%s\" that this key may see.",
			what, id_or_name);
	if (s.n > 1)
		return err_set(err, E_CONFLICT, "Several %ss are named \"%s\"; give the id.", what,
			id_or_name);
	*ret = s.found;
	return 0;
}

int remote_find_project(
	struct remote *r, const char *id_or_name, struct uuid *ret, struct err *err)
{
	return find_named(r, "/api/v1/projects", "project", id_or_name, ret, err);
}

int remote_find_source(struct remote *r, const struct uuid *project, const char *id_or_name,
	struct uuid *ret, struct err *err)
{
	char text[UUID_TEXT_LEN + 1], list[PATH_MAX_LEN];

	uuid_format(project, text);
	snprintf(list, sizeof(list), "/api/v1/projects/%s/sources", text);
	return find_named(r, list, "source", id_or_name, ret, err);
}
