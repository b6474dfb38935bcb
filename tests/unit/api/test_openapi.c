/*
 * The documents: OpenAPI is sound JSON whose references resolve and that names every public row;
 * nginx's map sends each path to the pool of its row.
 */
#include "api/openapi.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/json.h"

static const struct json_object *member(const struct json_object *o, const char *name)
{
	const struct json_object *v = NULL;

	return json_find(o, name, &v) ? v : NULL;
}

static struct json_object *document(void)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_object *o = NULL;
	struct err err = {0};

	assert_int_equal(openapi_print(routes, routes_count, &text, &err), 0);
	if (json_parse(buf_sv(&text), 64, &o, &err) != 0)
		fail_msg("%s", err.detail);
	return o;
}

static void test_every_public_row_is_there(void **state)
{
	static const char *const lower[HTTP_METHODS] = {
		"get", "head", "post", "put", "patch", "delete"};
	struct json_object *o CLEANUP(json_cleanup) = document();

	(void)state;
	assert_true(sv_eq_cstr(json_as_text(member(o, "openapi")), "3.1.0"));
	for (size_t i = 0; i < routes_count; i++) {
		const struct json_object *path = member(member(o, "paths"), routes[i].path);
		const struct json_object *op = member(path, lower[routes[i].method]);
		bool internal = (routes[i].flags & ROUTE_INTERNAL) != 0;

		if ((op == NULL) != internal)
			fail_msg("%s", routes[i].id);
		if (op == NULL)
			continue;
		assert_true(sv_eq_cstr(json_as_text(member(op, "operationId")), routes[i].id));
		assert_true((member(op, "requestBody") != NULL) ==
			(routes[i].input != NULL || (routes[i].flags & ROUTE_STREAM) != 0));
		assert_int_equal(json_count(member(op, "tags")), 1);
	}
}

/* Calls itself on everything below o; every $ref must name a component. */
static size_t check_refs(const struct json_object *o, const struct json_object *schemas)
{
	struct json_member m[512];
	size_t refs = 0;
	size_t n = json_kind(o) == JSON_OBJECT ? json_members(o, m, ARRAY_LEN(m)) : 0;

	assert_true(n <= ARRAY_LEN(m));
	for (size_t i = 0; i < n; i++) {
		static const struct sv prefix = {"#/components/schemas/", 21};
		struct sv text = json_as_text(m[i].value);

		refs += check_refs(m[i].value, schemas);
		if (!sv_eq_cstr(m[i].key, "$ref"))
			continue;
		assert_true(sv_starts_with(text, prefix));
		if (member(schemas, text.p + prefix.n) == NULL)
			fail_msg("%.*s does not exist", SV_ARG(text));
		refs++;
	}
	for (size_t i = 0; json_kind(o) == JSON_ARRAY && i < json_count(o); i++)
		refs += check_refs(json_at(o, i), schemas);
	return refs;
}

static void test_references_resolve(void **state)
{
	struct json_object *o CLEANUP(json_cleanup) = document();

	(void)state;
	assert_true(check_refs(o, member(member(o, "components"), "schemas")) > 100);
}

static void test_enums_are_not_empty(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(openapi_print(routes, routes_count, &text, NULL), 0);
	assert_null(strstr(buf_cstr(&text), "\"enum\": []"));
	assert_non_null(strstr(buf_cstr(&text), "\"discriminator\""));
}

/* The pool that nginx would choose by the printed map. */
static void choose(const char *map, const char *path, char out[16])
{
	const char *line = map;

	(void)snprintf(out, 16, "api");
	while ((line = strstr(line, "\t\"~")) != NULL) {
		char pattern[256];
		char pool[16];
		regex_t re;
		bool hit;

		assert_int_equal(sscanf(line, "\t\"~%255[^\"]\" %15[a-z];", pattern, pool), 2);
		assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
		hit = regexec(&re, path, 0, NULL, 0) == 0;
		regfree(&re);
		if (hit) {
			(void)snprintf(out, 16, "%s", pool);
			return;
		}
		line++;
	}
}

static void test_nginx_sends_each_path_to_its_pool(void **state)
{
	struct buf map CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(openapi_print_nginx(routes, routes_count, &map, NULL), 0);
	for (size_t i = 0; i < routes_count; i++) {
		struct buf path CLEANUP(buf_free) = BUF_INIT;
		char pool[16];

		for (const char *c = routes[i].path; *c != '\0'; c++) {
			if (*c == '{') {
				buf_add_cstr(&path, "0190a1b2-0000-7000-8000-0123456789ab");
				c = strchr(c, '}');
			} else {
				buf_add_char(&path, *c);
			}
		}
		choose(buf_cstr(&map), buf_cstr(&path), pool);
		if (strcmp(pool, pool_name(routes[i].pool)) != 0)
			fail_msg("%s goes to %s", routes[i].id, pool);
	}
}

static void test_a_full_buffer_is_an_error(void **state)
{
	struct buf small CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	buf_init(&small, 100);
	assert_int_equal(openapi_print(routes, routes_count, &small, NULL), E_NO_MEMORY);
	buf_free(&small);
	buf_init(&small, 100);
	assert_int_equal(openapi_print_nginx(routes, routes_count, &small, NULL), E_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_public_row_is_there),
		cmocka_unit_test(test_references_resolve),
		cmocka_unit_test(test_enums_are_not_empty),
		cmocka_unit_test(test_nginx_sends_each_path_to_its_pool),
		cmocka_unit_test(test_a_full_buffer_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
