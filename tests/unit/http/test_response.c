/*
 * Answers: the head that every one carries, problem documents, and streaming.
 */
#include "http/response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/json.h"

struct sink {
	struct buf bytes;
	bool broken;
};

static int sink_write(void *ctx, const void *p, size_t n)
{
	struct sink *s = ctx;

	if (s->broken)
		return -1;
	buf_add(&s->bytes, p, n);
	return 0;
}

static struct http_request request(struct sink *sink, enum http_method method)
{
	return (struct http_request){.method = method,
		.io = {.write = sink_write, .ctx = sink},
		.id = "the-request"};
}

static const char *const always[] = {
	"Cache-Control: no-store\r\n",
	"X-Content-Type-Options: nosniff\r\n",
	"X-Frame-Options: DENY\r\n",
	"Content-Security-Policy: default-src 'none';",
	"Referrer-Policy: ",
	"Permissions-Policy: ",
	"Cross-Origin-Opener-Policy: same-origin\r\n",
	"Cross-Origin-Resource-Policy: same-origin\r\n",
	"Strict-Transport-Security: max-age=",
	"X-Request-Id: the-request\r\n",
};

static void assert_head(const struct sink *sink, const char *status)
{
	assert_int_equal(strncmp(buf_cstr(&sink->bytes), status, strlen(status)), 0);
	for (size_t i = 0; i < ARRAY_LEN(always); i++) {
		if (strstr(buf_cstr(&sink->bytes), always[i]) == NULL)
			fail_msg("without %s", always[i]);
	}
}

static void test_answer(void **state)
{
	struct sink sink = {.broken = false};
	struct http_request rq = request(&sink, HTTP_GET);
	struct http_response rs CLEANUP(http_response_free);

	(void)state;
	http_response_init(&rs);
	rs.content_type = HTTP_JSON_TYPE;
	buf_add_cstr(&rs.body, "{}");
	http_response_header(&rs, "ETag", "\"%d\"", 7);
	assert_true(http_response_send(&rs, &rq));
	assert_head(&sink, "Status: 200\r\n");
	assert_non_null(strstr(buf_cstr(&sink.bytes), "ETag: \"7\"\r\n"));
	assert_non_null(strstr(buf_cstr(&sink.bytes), "Content-Type: application/json\r\n"));
	assert_non_null(strstr(buf_cstr(&sink.bytes), "Content-Length: 2\r\n\r\n{}"));
	buf_free(&sink.bytes);
}

static void test_head_has_no_body(void **state)
{
	struct sink sink = {.broken = false};
	struct http_request rq = request(&sink, HTTP_HEAD);
	struct http_response rs CLEANUP(http_response_free);

	(void)state;
	http_response_init(&rs);
	buf_add_cstr(&rs.body, "{}");
	assert_true(http_response_send(&rs, &rq));
	assert_non_null(strstr(buf_cstr(&sink.bytes), "Content-Length: 2\r\n\r\n"));
	assert_true(sv_ends_with(buf_sv(&sink.bytes), SV("\r\n\r\n")));
	buf_free(&sink.bytes);
}

static void test_no_content_has_no_length(void **state)
{
	struct sink sink = {.broken = false};
	struct http_request rq = request(&sink, HTTP_POST);
	struct http_response rs CLEANUP(http_response_free);

	(void)state;
	http_response_init(&rs);
	rs.status = 204;
	assert_true(http_response_send(&rs, &rq));
	assert_head(&sink, "Status: 204\r\n");
	assert_null(strstr(buf_cstr(&sink.bytes), "Content-Length"));
	assert_null(strstr(buf_cstr(&sink.bytes), "Content-Type:"));
	buf_free(&sink.bytes);
}

static const struct {
	const char *label;
	int code;
	const char *status;
	const char *retry; /* NULL: none */
} problem_cases[] = {
	{"not found", E_NOT_FOUND, "Status: 404\r\n", NULL},
	{"rate", E_RATE, "Status: 429\r\n", "Retry-After: 1\r\n"},
	{"away", E_UNAVAILABLE, "Status: 503\r\n", "Retry-After: 2\r\n"},
	{"stale", E_STALE, "Status: 409\r\n", NULL},
	{"locked", E_PERIOD_LOCKED, "Status: 423\r\n", NULL},
};

static void test_problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(problem_cases); i++) {
		struct sink sink = {.broken = false};
		struct http_request rq = request(&sink, HTTP_POST);
		struct http_response rs CLEANUP(http_response_free);
		struct err err = {0};

		http_response_init(&rs);
		err_set(&err, problem_cases[i].code, NULL);
		http_response_problem(&rs, &rq, &err, NULL, 0);
		assert_true(http_response_send(&rs, &rq));
		assert_head(&sink, problem_cases[i].status);
		assert_non_null(strstr(buf_cstr(&sink.bytes), HTTP_PROBLEM_TYPE));
		if (problem_cases[i].retry == NULL)
			assert_null(strstr(buf_cstr(&sink.bytes), "Retry-After"));
		else
			assert_non_null(
				strstr(buf_cstr(&sink.bytes), problem_cases[i].retry));
		buf_free(&sink.bytes);
	}
}

static struct sv text_of(const struct json_object *o, const char *name)
{
	const struct json_object *v = NULL;

	assert_true(json_find(o, name, &v));
	return json_as_text(v);
}

/* The document is JSON whatever a client made us quote. */
static void test_problem_document(void **state)
{
	struct http_request rq = request(NULL, HTTP_POST);
	struct http_response rs CLEANUP(http_response_free);
	struct json_object *o CLEANUP(json_cleanup) = NULL;
	const struct json_object *errors = NULL;
	const struct http_problem_error found[] = {
		{"/a\"b\\c\x01", E_UNKNOWN_FIELD, "first"}, {"/d", E_MISSING_FIELD, "second"}};
	struct err err = {0};

	(void)state;
	http_response_init(&rs);
	err_set_at(&err, E_UNKNOWN_FIELD, "/x", "said \"%s\"", "quote\xff");
	buf_add_cstr(&rs.body, "half an answer");
	http_response_problem(&rs, &rq, &err, found, 2);
	assert_int_equal(json_parse(buf_sv(&rs.body), 4, &o, NULL), 0);
	assert_true(sv_eq_cstr(text_of(o, "type"), "urn:recon:problem:unknown_field"));
	assert_true(sv_eq_cstr(text_of(o, "code"), "unknown_field"));
	assert_true(sv_eq_cstr(text_of(o, "detail"), "said \"quote"));
	assert_true(sv_eq_cstr(text_of(o, "request_id"), "the-request"));
	assert_true(json_find(o, "errors", &errors));
	assert_int_equal(json_count(errors), 2);
	assert_true(sv_eq_cstr(text_of(json_at(errors, 0), "pointer"), "/a\"b\\c\x01"));
	assert_true(sv_eq_cstr(text_of(json_at(errors, 1), "code"), "missing_field"));
}

static void test_one_pointer_of_the_error_itself(void **state)
{
	struct http_request rq = request(NULL, HTTP_POST);
	struct http_response rs CLEANUP(http_response_free);
	struct json_object *o CLEANUP(json_cleanup) = NULL;
	const struct json_object *errors = NULL;
	struct err err = {0};

	(void)state;
	http_response_init(&rs);
	err_set_at(&err, E_INVALID, "/x", "no");
	http_response_problem(&rs, &rq, &err, NULL, 0);
	assert_int_equal(json_parse(buf_sv(&rs.body), 4, &o, NULL), 0);
	assert_true(json_find(o, "errors", &errors));
	assert_int_equal(json_count(errors), 1);
	assert_true(sv_eq_cstr(text_of(json_at(errors, 0), "pointer"), "/x"));
}

static void test_given_retry_after_stays(void **state)
{
	struct sink sink = {.broken = false};
	struct http_request rq = request(&sink, HTTP_POST);
	struct http_response rs CLEANUP(http_response_free);
	struct err err = {.code = E_RATE};

	(void)state;
	http_response_init(&rs);
	http_response_header(&rs, "Retry-After", "17");
	http_response_problem(&rs, &rq, &err, NULL, 0);
	assert_true(http_response_send(&rs, &rq));
	assert_non_null(strstr(buf_cstr(&sink.bytes), "Retry-After: 17\r\n"));
	assert_null(strstr(buf_cstr(&sink.bytes), "Retry-After: 1\r\n"));
	buf_free(&sink.bytes);
}

static void test_streaming(void **state)
{
	struct sink sink = {.broken = false};
	struct http_request rq = request(&sink, HTTP_GET);
	struct http_response rs CLEANUP(http_response_free);

	(void)state;
	http_response_init(&rs);
	rs.content_type = "text/csv";
	assert_true(http_response_begin(&rs, &rq, -1));
	assert_true(http_response_write(&rs, &rq, "a,b\n", 4));
	assert_true(http_response_write(&rs, &rq, "1,2\n", 4));
	assert_head(&sink, "Status: 200\r\n");
	assert_null(strstr(buf_cstr(&sink.bytes), "Content-Length"));
	assert_true(sv_ends_with(buf_sv(&sink.bytes), SV("\r\n\r\na,b\n1,2\n")));
	sink.broken = true;
	assert_false(http_response_write(&rs, &rq, "x", 1));
	sink.broken = false;
	assert_false(http_response_write(&rs, &rq, "x", 1));
	buf_free(&sink.bytes);
}

static void test_broken_body_becomes_an_error(void **state)
{
	struct sink sink = {.broken = false};
	struct http_request rq = request(&sink, HTTP_GET);
	struct http_response rs CLEANUP(http_response_free);

	(void)state;
	http_response_init(&rs);
	buf_init(&rs.body, 300);
	for (int i = 0; i < 10; i++)
		buf_add_cstr(&rs.body, "0123456789012345678901234567890123456789");
	assert_false(buf_ok(&rs.body));
	(void)http_response_send(&rs, &rq);
	assert_head(&sink, "Status: 503\r\n");
	buf_free(&sink.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_head_has_no_body),
		cmocka_unit_test(test_no_content_has_no_length),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_problem_document),
		cmocka_unit_test(test_one_pointer_of_the_error_itself),
		cmocka_unit_test(test_given_retry_after_stays),
		cmocka_unit_test(test_streaming),
		cmocka_unit_test(test_broken_body_becomes_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
