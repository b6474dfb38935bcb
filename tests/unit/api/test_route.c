/*
 * The route table keeps its own rules, start-up refuses rows that break them, and the router finds
 * exactly what the table says.
 */
#include "api/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "http/schema.h"

static int handler(struct api *a, struct err *err)
{
	(void)a;
	(void)err;
	return 0;
}

static struct route good(void)
{
	return (struct route){.id = "thing_get",
		.method = HTTP_GET,
		.path = "/api/v1/things",
		.summary = "A thing",
		.perm = PERM_SELF,
		.rate = RATE_READ,
		.status = 200,
		.handler = handler};
}

static void test_the_table_is_sound(void **state)
{
	struct router *r = NULL;
	struct err err = {0};

	(void)state;
	if (route_check(routes, routes_count, POOL_COUNT, &err) != 0)
		fail_msg("%s", err.detail);
	assert_int_equal(router_new(routes, routes_count, &r, &err), 0);
	router_free(r);
	router_free(NULL);
}

static void test_ids_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes_count; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(routes[i].id, routes[k].id);
	}
}

static const struct schema empty = {
	.type = SCHEMA_OBJECT, .fields = (const struct schema_field[]){SCHEMA_END}};

static void no_perm(struct route *r) { r->perm = PERM_UNSET; }
static void perm_beyond(struct route *r) { r->perm = PERM_COUNT; }
static void no_rate(struct route *r) { r->rate = RATE_UNSET; }
static void no_handler(struct route *r) { r->handler = NULL; }
static void no_summary(struct route *r) { r->summary = NULL; }
static void safe_with_body(struct route *r) { r->input = &empty; }
static void safe_with_tx(struct route *r) { r->flags = ROUTE_TX; }
static void safe_with_event(struct route *r) { r->event = EVENT_JOB_CREATE; }
static void kept_without_tx(struct route *r)
{
	r->method = HTTP_POST;
	r->flags = ROUTE_IDEMPOTENT;
}
static void stream_without_bound(struct route *r)
{
	r->method = HTTP_PUT;
	r->flags = ROUTE_STREAM;
}
static void project_without_path(struct route *r) { r->perm = PERM_PROJECT_READ; }
static void path_without_project(struct route *r) { r->path = "/api/v1/projects/{project}"; }
static void unknown_param(struct route *r) { r->path = "/api/v1/things/{thing}"; }
static void relative_path(struct route *r) { r->path = "api"; }
static void empty_segment(struct route *r) { r->path = "/api//v1"; }
static void many_params(struct route *r)
{
	r->path = "/{source}/{file}/{job}/{view}/{upload}";
}

static const struct {
	const char *label;
	void (*spoil)(struct route *r);
} faults[] = {
	{"no permission", no_perm},
	{"an unknown permission", perm_beyond},
	{"no rate class", no_rate},
	{"no handler", no_handler},
	{"no summary", no_summary},
	{"GET with a body", safe_with_body},
	{"GET with a transaction", safe_with_tx},
	{"GET with an event", safe_with_event},
	{"a kept answer without a transaction", kept_without_tx},
	{"a stream without a bound", stream_without_bound},
	{"a project permission without project", project_without_path},
	{"a project without its permission", path_without_project},
	{"a parameter without type", unknown_param},
	{"a relative path", relative_path},
	{"an empty segment", empty_segment},
	{"too many parameters", many_params},
};

static void test_start_up_refuses(void **state)
{
	struct route r = good();

	(void)state;
	assert_int_equal(route_check(&r, 1, POOL_COUNT, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct err err = {0};

		r = good();
		faults[i].spoil(&r);
		if (route_check(&r, 1, POOL_COUNT, &err) != E_CONFIG)
			fail_msg("%s was accepted", faults[i].label);
		assert_non_null(strstr(err.detail, "thing_get"));
	}
}

static void test_only_the_pool_asked_for(void **state)
{
	struct route r = good();

	(void)state;
	r.pool = POOL_DATA;
	r.handler = NULL;
	assert_int_equal(route_check(&r, 1, POOL_API, NULL), 0);
	assert_int_equal(route_check(&r, 1, POOL_DATA, NULL), E_CONFIG);
}

static void test_router_refuses_clashes(void **state)
{
	struct route two[2] = {good(), good()};
	struct router *r = NULL;

	(void)state;
	assert_int_equal(router_new(two, 2, &r, NULL), E_CONFIG);
	two[0].path = "/a/{file}";
	two[1].path = "/a/{job}/b";
	assert_int_equal(router_new(two, 2, &r, NULL), E_CONFIG);
	assert_null(r);
}

/* --- finding ------------------------------------------------------------------------------------ */

/* The row's own path with values for its parameters. */
static void fill(const char *path, struct buf *out)
{
	for (const char *c = path; *c != '\0'; c++) {
		if (*c == '{') {
			buf_add_cstr(out, "value");
			c = strchr(c, '}');
		} else {
			buf_add_char(out, *c);
		}
	}
}

static void test_every_row_is_found(void **state)
{
	struct router *r = NULL;

	(void)state;
	assert_int_equal(router_new(routes, routes_count, &r, NULL), 0);
	for (size_t i = 0; i < routes_count; i++) {
		struct buf path CLEANUP(buf_free) = BUF_INIT;
		struct buf allow CLEANUP(buf_free) = BUF_INIT;
		struct route_match m;

		fill(routes[i].path, &path);
		assert_int_equal(
			router_find(r, routes[i].method, buf_sv(&path), &m, &allow, NULL), 0);
		assert_ptr_equal(m.route, &routes[i]);
		for (size_t k = 0; k < m.n; k++)
			assert_true(sv_eq_cstr(m.values[k], "value"));
	}
	router_free(r);
}

static const struct {
	const char *label;
	enum http_method method;
	const char *path;
	int want;
	const char *id; /* or what is allowed, with E_METHOD */
} find_cases[] = {
	{"a list", HTTP_GET, "/api/v1/projects", 0, "project_list"},
	{"HEAD falls back to GET", HTTP_HEAD, "/api/v1/projects", 0, "project_list"},
	{"HEAD of its own", HTTP_HEAD, "/api/v1/projects/p/uploads/u/content", 0,
		"upload_content_head"},
	{"a word before a parameter", HTTP_GET, "/api/v1/projects/p/jobs/j", 0, "job_get"},
	{"another method", HTTP_DELETE, "/api/v1/projects", E_METHOD, "GET, POST"},
	{"an inner node", HTTP_GET, "/api/v1", E_NOT_FOUND, NULL},
	{"too deep", HTTP_GET, "/api/v1/projects/p/jobs/j/k/l", E_NOT_FOUND, NULL},
	{"unknown", HTTP_GET, "/api/v1/none", E_NOT_FOUND, NULL},
	{"the root", HTTP_GET, "/", E_NOT_FOUND, NULL},
	{"a prefix of a word", HTTP_GET, "/api/v1/project", E_NOT_FOUND, NULL},
};

static void test_finding(void **state)
{
	struct router *r = NULL;

	(void)state;
	assert_int_equal(router_new(routes, routes_count, &r, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(find_cases); i++) {
		struct buf allow CLEANUP(buf_free) = BUF_INIT;
		struct route_match m = {.route = NULL};
		int rc = router_find(r, find_cases[i].method, sv_from_cstr(find_cases[i].path), &m,
			&allow, NULL);

		if (rc != find_cases[i].want)
			fail_msg("%s: %d", find_cases[i].label, rc);
		if (rc == 0)
			assert_string_equal(m.route->id, find_cases[i].id);
		if (rc == E_METHOD)
			assert_string_equal(buf_cstr(&allow), find_cases[i].id);
	}
	router_free(r);
}

static void test_pool_names(void **state)
{
	enum pool p;

	(void)state;
	for (int i = 0; i < POOL_COUNT; i++) {
		assert_true(pool_from_name(sv_from_cstr(pool_name((enum pool)i)), &p));
		assert_int_equal(p, i);
	}
	assert_false(pool_from_name(SV("swimming"), &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_is_sound),
		cmocka_unit_test(test_ids_are_unique),
		cmocka_unit_test(test_start_up_refuses),
		cmocka_unit_test(test_only_the_pool_asked_for),
		cmocka_unit_test(test_router_refuses_clashes),
		cmocka_unit_test(test_every_row_is_found),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_pool_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
