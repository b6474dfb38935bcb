/*
 * Helpers of handlers: what came in, lists, and what goes out.
 */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/decimal.h"
#include "domain/word.h"

#define CURSOR_VERSION 1
#define ZONES "/usr/share/zoneinfo/"

/* --- what came in ----------------------------------------------------------------------------- */

static struct sv param(const struct api *a, const char *name)
{
	for (size_t i = 0; i < a->match.n; i++) {
		if (sv_eq_cstr(a->match.names[i], name))
			return a->match.values[i];
	}
	abort();
}

struct uuid api_param_uuid(const struct api *a, const char *name)
{
	struct uuid id;

	if (uuid_parse(param(a, name), &id) != 0)
		abort();
	return id;
}

int64_t api_param_int(const struct api *a, const char *name)
{
	int64_t value;

	if (!sv_to_i64(param(a, name), INT64_MIN, INT64_MAX, &value))
		abort();
	return value;
}

struct sv api_query(const struct api *a, const char *name)
{
	return http_query(a->rq, name);
}

struct uuid api_query_uuid(const struct api *a, const char *name)
{
	struct uuid id = {.b = {0}};
	struct sv text = api_query(a, name);

	if (text.p != NULL && uuid_parse(text, &id) != 0)
		abort();
	return id;
}

int64_t api_query_int(const struct api *a, const char *name, int64_t otherwise)
{
	struct sv text = api_query(a, name);

	if (text.p != NULL && !sv_to_i64(text, INT64_MIN, INT64_MAX, &otherwise))
		abort();
	return otherwise;
}

enum word api_query_word(const struct api *a, const char *name, const char *set)
{
	enum word word = WORD_NONE;
	struct sv text = api_query(a, name);

	if (text.p != NULL && !word_parse(set, text, &word))
		abort();
	return word;
}

const struct json_object *api_in(
	const struct api *a, const struct json_object *o, const char *name)
{
	const struct json_object *value = NULL;

	return json_find(o == NULL ? a->input : o, name, &value) ? value : NULL;
}

struct sv api_in_text(const struct api *a, const struct json_object *o, const char *name)
{
	const struct json_object *value = api_in(a, o, name);

	return value == NULL ? SV_NULL : json_as_text(value);
}

struct uuid api_in_uuid(const struct api *a, const struct json_object *o, const char *name)
{
	struct uuid id = {.b = {0}};
	struct sv text = api_in_text(a, o, name);

	if (text.p != NULL && uuid_parse(text, &id) != 0)
		abort();
	return id;
}

int64_t api_in_int(
	const struct api *a, const struct json_object *o, const char *name, int64_t otherwise)
{
	const struct json_object *value = api_in(a, o, name);

	return value == NULL ? otherwise : json_as_int(value);
}

enum word api_in_word(
	const struct api *a, const struct json_object *o, const char *name, const char *set)
{
	enum word word = WORD_NONE;
	struct sv text = api_in_text(a, o, name);

	if (text.p != NULL && !word_parse(set, text, &word))
		abort();
	return word;
}

/* The form was checked: no dots, no slash at the ends. */
int api_check_zone(struct sv zone, struct err *err)
{
	char path[sizeof(ZONES) + 64];

	(void)snprintf(path, sizeof(path), ZONES "%.*s", SV_ARG(zone));
	if (sv_eq_cstr(zone, "UTC") || access(path, R_OK) == 0)
		return 0;
	return err_set_at(err, E_INVALID, "/time_zone", "There is no such time zone.");
}

/* --- lists ------------------------------------------------------------------------------------ */

/* A cursor is a version byte and where to go on: opaque to clients, checked for form. It grants
 * nothing: what a page may show is decided by scope, as for the first one. */
static int cursor_read(const struct api *a, void *p, size_t n, bool *ret_given, struct err *err)
{
	struct sv text = api_query(a, "cursor");
	uint8_t raw[32];
	size_t got;

	*ret_given = text.p != NULL;
	if (text.p == NULL)
		return 0;
	if (b64url_decode(text, raw, sizeof(raw), &got) != 0 || got != n + 1 ||
		raw[0] != CURSOR_VERSION)
		return err_set_at(err, E_CURSOR, "?cursor", NULL);
	memcpy(p, raw + 1, n);
	return 0;
}

static void cursor_write(struct api *a, const void *p, size_t n)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	uint8_t raw[32] = {CURSOR_VERSION};

	memcpy(raw + 1, p, n);
	buf_add_b64url(&text, raw, n + 1);
	json_put_text(&a->out, "next_cursor", buf_sv(&text));
}

int api_page(const struct api *a, struct db_page *ret, struct err *err)
{
	struct db_page page = {.limit = (int32_t)api_query_int(a, "limit", 100)};
	bool given;
	int rc = cursor_read(a, page.before.b, sizeof(page.before.b), &given, err);

	if (rc == 0 && given && uuid_is_nil(&page.before))
		rc = err_set_at(err, E_CURSOR, "?cursor", NULL);
	if (rc == 0)
		*ret = page;
	return rc;
}

int api_page_number(const struct api *a, struct number_page *ret, struct err *err)
{
	struct number_page page = {.ask = (int32_t)api_query_int(a, "limit", 100) + 1};
	bool given;
	int rc = cursor_read(a, &page.before, sizeof(page.before), &given, err);

	if (rc == 0 && given && page.before <= 0)
		rc = err_set_at(err, E_CURSOR, "?cursor", NULL);
	if (rc == 0)
		*ret = page;
	return rc;
}

void api_list_begin(struct api *a)
{
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
}

void api_list_end(struct api *a, const struct db_page *page)
{
	json_close_array(&a->out);
	if (page != NULL && page->more)
		cursor_write(a, page->next.b, sizeof(page->next.b));
	else
		json_put_null(&a->out, "next_cursor");
	json_close_object(&a->out);
}

void api_list_number(struct api *a, struct number_page *page, const void *rows, size_t size,
	size_t n, api_put_fn put)
{
	int64_t last = 0;

	page->more = n >= (size_t)page->ask;
	n = page->more ? (size_t)page->ask - 1 : n;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		last = put(&a->out, (const char *)rows + i * size);
	json_close_array(&a->out);
	if (page->more)
		cursor_write(a, &last, sizeof(last));
	else
		json_put_null(&a->out, "next_cursor");
	json_close_object(&a->out);
}

/* --- what goes out ---------------------------------------------------------------------------- */

void api_put_instant(struct json_writer *w, const char *key, int64_t us)
{
	if (us == 0)
		json_put_null(w, key);
	else
		json_put_instant(w, key, us);
}

void api_put_hash(struct json_writer *w, const char *key, const uint8_t hash[32])
{
	static const uint8_t zero[32] = {0};
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	if (memcmp(hash, zero, sizeof(zero)) == 0) {
		json_put_null(w, key);
		return;
	}
	buf_add_hex(&hex, hash, 32);
	json_put_text(w, key, buf_sv(&hex));
}

void api_put_id(struct json_writer *w, const char *key, const struct uuid *id)
{
	json_put_uuid(w, key, uuid_is_nil(id) ? NULL : id);
}

void api_put_version(struct json_writer *w, const char *key, int32_t version)
{
	if (version == 0)
		json_put_null(w, key);
	else
		json_put_int(w, key, version);
}

void api_put_word(struct json_writer *w, const char *key, enum word word)
{
	json_put_cstr(w, key, word == WORD_NONE ? NULL : word_text(word));
}

void api_put_finding(struct json_writer *w, const char *key, struct sv code, struct sv detail)
{
	if (code.p == NULL) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_text(w, "code", code);
	json_put_text(w, "detail", detail.p == NULL ? SV("") : detail);
	json_close_object(w);
}

void api_put_json(struct json_writer *w, const char *key, struct sv json)
{
	if (json.p == NULL)
		json_put_null(w, key);
	else
		json_put_raw(w, key, json);
}

void api_put_number(struct json_writer *w, const char *key, int64_t units, int scale)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	decimal_format(units, scale, &text);
	json_put_raw(w, key, buf_sv(&text));
}

void api_etag(struct api *a, int64_t version)
{
	http_response_header(a->rs, "ETag", "\"%lld\"", (long long)version);
}

void api_object(struct api *a, const char *kind, const struct uuid *id)
{
	a->object_kind = kind;
	a->object_id = *id;
}

void api_wake(struct api *a, const char *kind)
{
	if (a->wakes_count < API_WAKES_MAX)
		a->wakes[a->wakes_count++] = kind;
}
