/*
 * Requests: what FastCGI parameters become, and what is refused before anybody looks at it.
 */
#include "http/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A body in memory that comes in pieces and may break off. */
struct source {
	const char *text;
	size_t n;
	size_t at;
	size_t piece;
};

static ssize_t source_read(void *ctx, void *p, size_t n)
{
	struct source *s = ctx;
	size_t wish = MIN(n, s->piece);
	size_t part = MIN(wish, s->n - s->at);

	memcpy(p, s->text + s->at, part);
	s->at += part;
	return (ssize_t)part;
}

static int parse(struct http_request *rq, struct arena *arena, const char *const *env,
	struct source *body, struct err *err)
{
	struct http_io io = {.read = source_read, .ctx = body};

	return http_request_init(rq, arena, env, io, err);
}

static const struct {
	const char *label;
	const char *method;
	const char *uri;
	int want;
} uri_cases[] = {
	{"a plain path", "GET", "/api/v1/projects", 0},
	{"with a query", "GET", "/api/v1/projects?limit=5&cursor=x", 0},
	{"a head request", "HEAD", "/api/v1/health", 0},
	{"an unknown method", "TRACE", "/api/v1/health", E_METHOD},
	{"a lower-case method", "get", "/api/v1/health", E_METHOD},
	{"an escaped slash", "GET", "/api/v1%2fhealth", E_NOT_FOUND},
	{"an escaped letter", "GET", "/api/v1/%68ealth", E_NOT_FOUND},
	{"two slashes", "GET", "/api//v1/health", E_NOT_FOUND},
	{"a slash at the end", "GET", "/api/v1/health/", E_NOT_FOUND},
	{"dots", "GET", "/api/v1/../health", E_NOT_FOUND},
	{"a hidden segment", "GET", "/api/.git", E_NOT_FOUND},
	{"no slash", "GET", "api", E_NOT_FOUND},
	{"empty", "GET", "", E_NOT_FOUND},
	{"an absolute URI", "GET", "https://x/api", E_NOT_FOUND},
	{"bytes over ASCII", "GET", "/api/\xc3\xa9", E_NOT_FOUND},
	{"a parameter twice", "GET", "/a/b?x=1&x=2", E_BAD_REQUEST},
	{"a parameter twice by escape", "GET", "/a/b?x=1&%78=2", E_BAD_REQUEST},
	{"a broken escape", "GET", "/a/b?x=%4", E_BAD_REQUEST},
	{"an escape at the end", "GET", "/a/b?x=%", E_BAD_REQUEST},
	{"no hex", "GET", "/a/b?x=%zz", E_BAD_REQUEST},
	{"NUL", "GET", "/a/b?x=%00", E_BAD_REQUEST},
	{"bad UTF-8", "GET", "/a/b?x=%ff", E_BAD_REQUEST},
};

static void test_uris(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(uri_cases); i++) {
		struct arena arena CLEANUP(arena_free);
		struct http_request rq;
		char method[64];
		char uri[256];
		const char *env[] = {method, uri, NULL};
		int rc;

		arena_init(&arena, 0);
		(void)snprintf(method, sizeof(method), "REQUEST_METHOD=%s", uri_cases[i].method);
		(void)snprintf(uri, sizeof(uri), "REQUEST_URI=%s", uri_cases[i].uri);
		rc = parse(&rq, &arena, env, NULL, NULL);
		if (rc != uri_cases[i].want)
			fail_msg("%s: %d", uri_cases[i].label, rc);
		assert_int_equal(strlen(rq.id), HTTP_REQUEST_ID_LEN);
	}
}

static void test_query_values(void **state)
{
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	const char *env[] = {"REQUEST_METHOD=GET",
		"REQUEST_URI=/a/b?name=one+two&e=%C3%A9&empty=&bare&&last=a%3Db", NULL};

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(parse(&rq, &arena, env, NULL, NULL), 0);
	assert_true(sv_eq_cstr(rq.path, "/a/b"));
	assert_int_equal(rq.query_count, 5);
	assert_true(sv_eq_cstr(http_query(&rq, "name"), "one two"));
	assert_true(sv_eq_cstr(http_query(&rq, "e"), "\xc3\xa9"));
	assert_true(sv_eq_cstr(http_query(&rq, "last"), "a=b"));
	assert_int_equal(http_query(&rq, "empty").n, 0);
	assert_non_null(http_query(&rq, "bare").p);
	assert_null(http_query(&rq, "absent").p);
}

static void test_too_many_parameters(void **state)
{
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	char uri[512] = "REQUEST_URI=/a/b?";
	const char *env[] = {"REQUEST_METHOD=GET", uri, NULL};

	(void)state;
	for (int i = 0; i <= HTTP_PARAMS_MAX; i++) {
		size_t n = strlen(uri);

		(void)snprintf(uri + n, sizeof(uri) - n, "p%d=1&", i);
	}
	arena_init(&arena, 0);
	assert_int_equal(parse(&rq, &arena, env, NULL, NULL), E_BAD_REQUEST);
}

static void test_headers_and_cookies(void **state)
{
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	struct sv value;
	const char *env[] = {"REQUEST_METHOD=POST", "REQUEST_URI=/first", "REQUEST_URI=/a/b",
		"CONTENT_TYPE=Application/JSON; charset=utf-8", "HTTP_IF_MATCH=\"7\"",
		"HTTP_COOKIE=a=1; __Host-at=tok=en;b=; c=1; c=2", "REMOTE_ADDR=192.0.2.1",
		"REQUEST_ID=0123456789abcdef0123456789abcdef", NULL};

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(parse(&rq, &arena, env, NULL, NULL), 0);
	assert_true(sv_eq_cstr(rq.path, "/a/b"));
	assert_true(sv_eq_cstr(http_header(&rq, "If-Match"), "\"7\""));
	assert_true(sv_eq_cstr(http_header(&rq, "Content-Type"),
		"Application/JSON; charset=utf-8"));
	assert_null(http_header(&rq, "If-None-Match").p);
	assert_true(http_content_is(&rq, "application/json"));
	assert_false(http_content_is(&rq, "application/jso"));
	assert_string_equal(rq.id, "0123456789abcdef0123456789abcdef");
	assert_true(sv_eq_cstr(rq.remote_addr, "192.0.2.1"));
	assert_int_equal(http_cookie(&rq, "__Host-at", &value, NULL), 0);
	assert_true(sv_eq_cstr(value, "tok=en"));
	assert_int_equal(http_cookie(&rq, "b", &value, NULL), 0);
	assert_true(value.p != NULL && value.n == 0);
	assert_int_equal(http_cookie(&rq, "none", &value, NULL), 0);
	assert_null(value.p);
	assert_int_equal(http_cookie(&rq, "c", &value, NULL), E_BAD_REQUEST);
}

static void test_request_id_from_a_stranger_is_not_taken(void **state)
{
	static const char *const given[] = {"REQUEST_ID=zz23456789abcdef0123456789abcdef",
		"REQUEST_ID=0123", "HTTP_X_REQUEST_ID=0123456789abcdef0123456789abcdef"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		struct arena arena CLEANUP(arena_free);
		struct http_request rq;
		const char *env[] = {"REQUEST_METHOD=GET", "REQUEST_URI=/a", given[i], NULL};

		arena_init(&arena, 0);
		assert_int_equal(parse(&rq, &arena, env, NULL, NULL), 0);
		assert_int_equal(strlen(rq.id), HTTP_REQUEST_ID_LEN);
	}
}

static void test_header_size(void **state)
{
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	char *big = calloc(1, HTTP_HEADERS_MAX + 64);
	const char *env[] = {"REQUEST_METHOD=GET", "REQUEST_URI=/a", big, NULL};

	(void)state;
	assert_non_null(big);
	memset(big, 'x', HTTP_HEADERS_MAX + 1);
	memcpy(big, "HTTP_X=", 7);
	arena_init(&arena, 0);
	assert_int_equal(parse(&rq, &arena, env, NULL, NULL), E_HEADER_SIZE);
	free(big);
}

static const struct {
	const char *label;
	const char *length; /* NULL: none */
	size_t sent;
	size_t max;
	int want;
	size_t got;
} body_cases[] = {
	{"as announced", "CONTENT_LENGTH=11", 11, 100, 0, 11},
	{"nothing", "CONTENT_LENGTH=0", 0, 100, 0, 0},
	{"no length, nothing", NULL, 0, 100, 0, 0},
	{"at the limit", "CONTENT_LENGTH=11", 11, 11, 0, 11},
	{"over the limit", "CONTENT_LENGTH=11", 11, 10, E_TOO_LARGE, 0},
	{"shorter than announced", "CONTENT_LENGTH=12", 11, 100, E_SHORT_BODY, 0},
	{"longer is not read", "CONTENT_LENGTH=5", 11, 100, 0, 5},
};

static void test_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(body_cases); i++) {
		struct source body = {.text = "hello world", .n = body_cases[i].sent, .piece = 4};
		struct arena arena CLEANUP(arena_free);
		struct http_request rq;
		const char *env[] = {"REQUEST_METHOD=POST", "REQUEST_URI=/a", body_cases[i].length,
			NULL};
		struct sv text = SV_NULL;
		int rc;

		arena_init(&arena, 0);
		assert_int_equal(parse(&rq, &arena, env, &body, NULL), 0);
		rc = http_read_all(&rq, body_cases[i].max, &text, NULL);
		if (rc != body_cases[i].want || text.n != body_cases[i].got)
			fail_msg("%s: %d, %zu bytes", body_cases[i].label, rc, text.n);
	}
}

static void test_body_without_length(void **state)
{
	struct source body = {.text = "x", .n = 1, .piece = 1};
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	struct sv text;
	const char *env[] = {"REQUEST_METHOD=POST", "REQUEST_URI=/a",
		"HTTP_TRANSFER_ENCODING=chunked", NULL};
	const char *bad[] = {"REQUEST_METHOD=POST", "REQUEST_URI=/a", "CONTENT_LENGTH=-5", NULL};

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(parse(&rq, &arena, env, &body, NULL), 0);
	assert_int_equal(http_read_all(&rq, 10, &text, NULL), E_LENGTH_REQUIRED);
	assert_int_equal(parse(&rq, &arena, bad, &body, NULL), E_BAD_REQUEST);
}

static void test_memory_limit(void **state)
{
	struct source body = {.text = "hello world", .n = 11, .piece = 4};
	struct arena arena CLEANUP(arena_free);
	struct http_request rq;
	struct sv text;
	const char *env[] = {
		"REQUEST_METHOD=POST", "REQUEST_URI=/a", "CONTENT_LENGTH=100000", NULL};

	(void)state;
	arena_init(&arena, 1000);
	assert_int_equal(parse(&rq, &arena, env, &body, NULL), 0);
	assert_int_equal(http_read_all(&rq, 200000, &text, NULL), E_NO_MEMORY);
}

static void test_methods(void **state)
{
	(void)state;
	assert_string_equal(http_method_name(HTTP_PATCH), "PATCH");
	assert_true(http_method_is_safe(HTTP_GET));
	assert_true(http_method_is_safe(HTTP_HEAD));
	for (int m = HTTP_POST; m < HTTP_METHODS; m++)
		assert_false(http_method_is_safe((enum http_method)m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uris),
		cmocka_unit_test(test_query_values),
		cmocka_unit_test(test_too_many_parameters),
		cmocka_unit_test(test_headers_and_cookies),
		cmocka_unit_test(test_request_id_from_a_stranger_is_not_taken),
		cmocka_unit_test(test_header_size),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_body_without_length),
		cmocka_unit_test(test_memory_limit),
		cmocka_unit_test(test_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
