/*
 * Requests: what FastCGI parameters say, checked once, so that nobody behind this file parses
 * headers again.
 */
#include "http/request.h"

#include <string.h>

#include "base/utf8.h"
#include "base/uuid.h"

static const struct {
	const char *name;
	bool safe;
} methods[HTTP_METHODS] = {
	[HTTP_GET] = {"GET", true},
	[HTTP_HEAD] = {"HEAD", true},
	[HTTP_POST] = {"POST", false},
	[HTTP_PUT] = {"PUT", false},
	[HTTP_PATCH] = {"PATCH", false},
	[HTTP_DELETE] = {"DELETE", false},
};

const char *http_method_name(enum http_method m)
{
	return methods[m].name;
}

bool http_method_is_safe(enum http_method m)
{
	return methods[m].safe;
}

struct sv http_env(const struct http_request *rq, const char *name)
{
	size_t n = strlen(name);
	struct sv found = SV_NULL;

	/* The last one: nginx sends a parameter that a location sets anew behind the common one. */
	for (const char *const *e = rq->env; *e != NULL; e++) {
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			found = sv_from_cstr(*e + n + 1);
	}
	return found;
}

struct sv http_header(const struct http_request *rq, const char *name)
{
	char key[80] = "HTTP_";
	size_t n = 5;

	for (const char *c = name; *c != '\0' && n < sizeof(key) - 1; c++, n++) {
		if (*c == '-')
			key[n] = '_';
		else
			key[n] = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	}
	key[n] = '\0';
	/* RFC 3875 gives these two without the prefix. */
	if (strcmp(key, "HTTP_CONTENT_TYPE") == 0 || strcmp(key, "HTTP_CONTENT_LENGTH") == 0)
		return http_env(rq, key + 5);
	return http_env(rq, key);
}

static int parse_method(struct http_request *rq, struct err *err)
{
	struct sv name = http_env(rq, "REQUEST_METHOD");

	for (int m = 0; m < HTTP_METHODS; m++) {
		if (sv_eq_cstr(name, methods[m].name)) {
			rq->method = (enum http_method)m;
			return 0;
		}
	}
	return err_set(err, E_METHOD, NULL);
}

/* Our paths consist of unreserved ASCII only: whatever needs an escape is nobody's. */
static bool path_is_canonical(struct sv path)
{
	if (path.n < 2 || path.p[0] != '/' || path.n > HTTP_PATH_MAX)
		return false;
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~' ||
			(c == '/' && i + 1 < path.n && path.p[i + 1] != '/' && path.p[i + 1] != '.');

		if (!ok)
			return false;
	}
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* application/x-www-form-urlencoded; false for a broken escape, NUL or text that is not UTF-8. */
static bool decode(struct arena *arena, struct sv s, struct sv *ret)
{
	char *out = arena_alloc(arena, s.n + 1);
	size_t n = 0;

	if (out == NULL)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0')
			return false;
		out[n++] = c;
	}
	*ret = sv_from(out, n);
	return utf8_valid(*ret);
}

static int parse_query(struct http_request *rq, struct sv query, struct err *err)
{
	if (query.n > HTTP_QUERY_MAX)
		return err_set(err, E_BAD_REQUEST, "The query is too long.");
	while (query.n > 0) {
		struct sv value = sv_cut(&query, '&');
		struct sv name = sv_cut(&value, '=');
		struct http_param *p = &rq->query[rq->query_count];

		if (name.n == 0 && value.n == 0)
			continue;
		if (rq->query_count == HTTP_PARAMS_MAX)
			return err_set(err, E_BAD_REQUEST, "There are too many query parameters.");
		if (!decode(rq->arena, name, &p->name) || !decode(rq->arena, value, &p->value))
			return err_set(err, E_BAD_REQUEST, "The query is not well encoded.");
		for (size_t i = 0; i < rq->query_count; i++) {
			if (sv_eq(rq->query[i].name, p->name))
				return err_set(err, E_BAD_REQUEST,
					"A query parameter is given twice.");
		}
		rq->query_count++;
	}
	return 0;
}

static int parse_uri(struct http_request *rq, struct err *err)
{
	struct sv query = http_env(rq, "REQUEST_URI");
	struct sv path = sv_cut(&query, '?');

	if (!path_is_canonical(path))
		return err_set(err, E_NOT_FOUND, NULL);
	rq->path = path;
	return parse_query(rq, query, err);
}

static int parse_length(struct http_request *rq, struct err *err)
{
	struct sv text = http_env(rq, "CONTENT_LENGTH");
	uint64_t n;

	rq->content_length = -1;
	if (text.n == 0)
		return 0;
	if (!sv_to_u64(text, INT64_MAX, &n))
		return err_set(err, E_BAD_REQUEST, "Content-Length is not a number.");
	rq->content_length = (int64_t)n;
	return 0;
}

static int check_header_size(const struct http_request *rq, struct err *err)
{
	size_t n = 0;

	for (const char *const *e = rq->env; *e != NULL; e++) {
		if (strncmp(*e, "HTTP_", 5) == 0)
			n += strlen(*e);
	}
	return n > HTTP_HEADERS_MAX ? err_set(err, E_HEADER_SIZE, NULL) : 0;
}

/* nginx's $request_id, 32 hex digits; a client cannot set this parameter. */
static void choose_id(struct http_request *rq)
{
	struct sv given = http_env(rq, "REQUEST_ID");
	struct uuid id;
	bool ok = given.n == 32;

	for (size_t i = 0; ok && i < given.n; i++)
		ok = hex_value(given.p[i]) >= 0;
	if (ok) {
		memcpy(rq->id, given.p, given.n);
		rq->id[given.n] = '\0';
		return;
	}
	id = uuid_new();
	uuid_format(&id, rq->id);
}

int http_request_init(struct http_request *ret, struct arena *arena, const char *const *env,
	struct http_io io, struct err *err)
{
	int rc;

	*ret = (struct http_request){.arena = arena, .env = env, .io = io, .content_length = -1};
	choose_id(ret);
	ret->remote_addr = http_env(ret, "REMOTE_ADDR");
	rc = check_header_size(ret, err);
	if (rc == 0)
		rc = parse_length(ret, err);
	if (rc == 0)
		rc = parse_method(ret, err);
	if (rc == 0)
		rc = parse_uri(ret, err);
	return rc;
}

struct sv http_query(const struct http_request *rq, const char *name)
{
	for (size_t i = 0; i < rq->query_count; i++) {
		if (sv_eq_cstr(rq->query[i].name, name))
			return rq->query[i].value;
	}
	return SV_NULL;
}

int http_cookie(const struct http_request *rq, const char *name, struct sv *ret, struct err *err)
{
	struct sv rest = http_header(rq, "Cookie");
	struct sv found = SV_NULL;

	while (rest.n > 0) {
		struct sv value = sv_trim(sv_cut(&rest, ';'));
		struct sv key = sv_cut(&value, '=');

		if (!sv_eq_cstr(key, name))
			continue;
		if (found.p != NULL)
			return err_set(err, E_BAD_REQUEST, "A cookie is given twice.");
		found = value.p == NULL ? SV("") : value;
	}
	*ret = found;
	return 0;
}

bool http_content_is(const struct http_request *rq, const char *type)
{
	struct sv value = http_env(rq, "CONTENT_TYPE");

	return sv_eq_nocase(sv_trim(sv_cut(&value, ';')), sv_from_cstr(type));
}

ssize_t http_read(struct http_request *rq, void *p, size_t n, struct err *err)
{
	int64_t left = MAX(rq->content_length, 0) - rq->body_read;
	ssize_t got;

	if (left <= 0 || n == 0)
		return 0;
	if ((uint64_t)left < n)
		n = (size_t)left;
	got = rq->io.read(rq->io.ctx, p, n);
	if (got <= 0)
		return err_set(err, E_SHORT_BODY, NULL);
	rq->body_read += got;
	return got;
}

int http_read_all(struct http_request *rq, size_t max, struct sv *ret, struct err *err)
{
	size_t want;
	size_t at = 0;
	char *p;

	if (rq->content_length < 0 && http_header(rq, "Transfer-Encoding").n > 0)
		return err_set(err, E_LENGTH_REQUIRED, NULL);
	want = (size_t)MAX(rq->content_length, 0);
	if (want > max)
		return err_set(err, E_TOO_LARGE, "The body may have at most %zu bytes.", max);
	p = arena_alloc(rq->arena, want + 1);
	if (p == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	while (at < want) {
		ssize_t got = http_read(rq, p + at, want - at, err);

		if (got < 0)
			return (int)got;
		at += (size_t)got;
	}
	*ret = sv_from(p, want);
	return 0;
}
