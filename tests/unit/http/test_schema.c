/*
 * Schemas: each type's good and bad values, the pointers of findings, and the printed JSON Schema.
 */
#include "http/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/json.h"

#define ONE(t, ...)                                                                                \
	{.type = SCHEMA_OBJECT,                                                                    \
		.fields = (const struct schema_field[]){                                           \
			{"v", &(const struct schema){.type = (t), __VA_ARGS__}, SCHEMA_REQUIRED,   \
				NULL},                                                             \
			SCHEMA_END}}

static const struct schema text_short = ONE(SCHEMA_STRING, .min = 2, .max = 4);
static const struct schema name = ONE(SCHEMA_NAME, .min = 1, .max = 10);
static const struct schema secret = ONE(SCHEMA_SECRET, .min = 1, .max = 8);
static const struct schema email = ONE(SCHEMA_EMAIL, .max = 30);
static const struct schema uuid = ONE(SCHEMA_UUID);
static const struct schema hash = ONE(SCHEMA_HASH);
static const struct schema day = ONE(SCHEMA_DAY);
static const struct schema instant = ONE(SCHEMA_INSTANT);
static const struct schema minor = ONE(SCHEMA_MINOR);
static const struct schema currency = ONE(SCHEMA_CURRENCY);
static const struct schema zone = ONE(SCHEMA_ZONE, .max = 64);
static const struct schema number = ONE(SCHEMA_NUMBER);
static const struct schema small = ONE(SCHEMA_INT, .min = 1, .max = 9);
static const struct schema boolean = ONE(SCHEMA_BOOL);
static const struct schema word = ONE(SCHEMA_WORD, .set = "JOB_STATE");
static const struct schema choice =
	ONE(SCHEMA_ENUM, .values = (const char *const[]){"a", "b", NULL});
static const struct schema list = ONE(SCHEMA_ARRAY, .min = 1, .max = 2,
	.item = &(const struct schema){.type = SCHEMA_INT, .max = 5});
static const struct schema map =
	ONE(SCHEMA_MAP, .item = &(const struct schema){.type = SCHEMA_BOOL});
static const struct schema any = ONE(SCHEMA_ANY);

static const struct {
	const char *label;
	const struct schema *schema;
	const char *value; /* of v */
	int want;
} value_cases[] = {
	{"text of two", &text_short, "\"ab\"", 0},
	{"text of one", &text_short, "\"a\"", E_INVALID},
	{"text of four two-byte letters", &text_short, "\"\\u00e9\\u00e9\\u00e9\\u00e9\"", 0},
	{"text of five", &text_short, "\"abcde\"", E_INVALID},
	{"text with NUL", &text_short, "\"a\\u0000b\"", E_INVALID},
	{"a number for a text", &text_short, "12", E_INVALID},
	{"null", &text_short, "null", E_INVALID},
	{"a name", &name, "\"Bank 1\"", 0},
	{"an empty name", &name, "\"\"", E_INVALID},
	{"a name of blanks", &name, "\"  \"", E_INVALID},
	{"a name with a blank at its end", &name, "\"Bank \"", E_INVALID},
	{"a name with a line end", &name, "\"a\\nb\"", E_INVALID},
	{"a name that turns the direction", &name, "\"a\\u202eb\"", E_INVALID},
	{"a name in Arabic", &name, "\"\\u0628\\u0646\\u0643\"", 0},
	{"a secret", &secret, "\" x\\n \"", 0},
	{"a secret of nine bytes", &secret, "\"123456789\"", E_INVALID},
	{"an address", &email, "\"anna@example.com\"", 0},
	{"an address on this host", &email, "\"anna@localhost\"", 0},
	{"no at", &email, "\"anna.example.com\"", E_INVALID},
	{"two ats", &email, "\"a@b@c\"", E_INVALID},
	{"no local part", &email, "\"@example.com\"", E_INVALID},
	{"no domain", &email, "\"anna@\"", E_INVALID},
	{"a dot first", &email, "\"anna@.com\"", E_INVALID},
	{"a blank", &email, "\"an na@example.com\"", E_INVALID},
	{"a line end", &email, "\"anna@example.com\\n\"", E_INVALID},
	{"too long an address", &email, "\"anna.anna.anna@example.example.com\"", E_INVALID},
	{"an id", &uuid, "\"0190a1b2-0000-7000-8000-0123456789ab\"", 0},
	{"a short id", &uuid, "\"0190a1b2\"", E_INVALID},
	{"a hash", &hash,
		"\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", 0},
	{"a hash in capitals", &hash,
		"\"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\"",
		E_INVALID},
	{"a short hash", &hash, "\"e3b0\"", E_INVALID},
	{"a day", &day, "\"2026-02-28\"", 0},
	{"a day that is not", &day, "\"2026-02-30\"", E_INVALID},
	{"another order", &day, "\"28.02.2026\"", E_INVALID},
	{"an instant", &instant, "\"2026-03-04T10:00:00Z\"", 0},
	{"a day for an instant", &instant, "\"2026-03-04\"", E_INVALID},
	{"minor units", &minor, "\"-1230\"", 0},
	{"minor units with a point", &minor, "\"12.30\"", E_INVALID},
	{"minor units beyond int64", &minor, "\"9223372036854775808\"", E_INVALID},
	{"a currency", &currency, "\"EUR\"", 0},
	{"a currency in small letters", &currency, "\"eur\"", E_CURRENCY},
	{"no currency", &currency, "\"EUX\"", E_CURRENCY},
	{"a zone", &zone, "\"Europe/Berlin\"", 0},
	{"a zone with dots", &zone, "\"../etc/passwd\"", E_INVALID},
	{"an absolute zone", &zone, "\"/UTC\"", E_INVALID},
	{"a whole number", &number, "3", 0},
	{"a fraction", &number, "0.5", 0},
	{"a number as text", &number, "\"3\"", E_INVALID},
	{"in range", &small, "9", 0},
	{"under the range", &small, "0", E_INVALID},
	{"over the range", &small, "10", E_INVALID},
	{"a fraction for a whole number", &small, "1.5", E_INVALID},
	{"true", &boolean, "true", 0},
	{"one for true", &boolean, "1", E_INVALID},
	{"a word of the set", &word, "\"done\"", 0},
	{"a word of another set", &word, "\"clean\"", E_INVALID},
	{"a choice", &choice, "\"b\"", 0},
	{"no choice", &choice, "\"c\"", E_INVALID},
	{"a list", &list, "[1,2]", 0},
	{"an empty list", &list, "[]", E_INVALID},
	{"a long list", &list, "[1,2,3]", E_INVALID},
	{"a bad entry", &list, "[1,6]", E_INVALID},
	{"an object for a list", &list, "{}", E_INVALID},
	{"a map", &map, "{\"x\":true,\"y\":false}", 0},
	{"a map with another type", &map, "{\"x\":1}", E_INVALID},
	{"anything", &any, "{\"x\":[1,{\"y\":null}]}", 0},
	{"a text for anything", &any, "\"x\"", E_INVALID},
};

struct result {
	struct arena arena;
	struct http_problem_error errors[HTTP_PROBLEM_ERRORS_MAX];
	size_t n;
	struct err err;
};

static int check(const struct schema *s, const char *json, struct result *r)
{
	struct json_object *o CLEANUP(json_cleanup) = NULL;

	*r = (struct result){.n = 0};
	arena_init(&r->arena, 0);
	if (json_parse(sv_from_cstr(json), 16, &o, &r->err) != 0)
		fail_msg("%s: %s", json, r->err.detail);
	return schema_check(s, o, &r->arena, r->errors, &r->n, &r->err);
}

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(value_cases); i++) {
		struct buf json CLEANUP(buf_free) = BUF_INIT;
		struct result r;
		int rc;

		buf_printf(&json, "{\"v\":%s}", value_cases[i].value);
		rc = check(value_cases[i].schema, buf_cstr(&json), &r);
		if (rc != value_cases[i].want)
			fail_msg("%s: %d", value_cases[i].label, rc);
		assert_true((rc == 0) == (r.n == 0));
		arena_free(&r.arena);
	}
}

static const struct schema inner = {.type = SCHEMA_OBJECT,
	.name = "inner",
	.fields = (const struct schema_field[]){
		{"a/b", &(const struct schema){.type = SCHEMA_BOOL}, SCHEMA_REQUIRED, NULL},
		{"n", &(const struct schema){.type = SCHEMA_INT}, SCHEMA_NULLABLE, "A \"doc\"."},
		SCHEMA_END}};
static const struct schema inners = {.type = SCHEMA_ARRAY, .item = &inner};
static const struct schema outer = {.type = SCHEMA_OBJECT,
	.name = "outer",
	.doc = "Outer.",
	.fields = (const struct schema_field[]){
		{"list", &inners, SCHEMA_REQUIRED, NULL},
		{"one", &inner, SCHEMA_NULLABLE, NULL},
		SCHEMA_END}};

static void test_findings_are_collected_with_pointers(void **state)
{
	static const struct {
		const char *pointer;
		int code;
	} want[] = {
		{"/list/0/a~1b", E_INVALID},
		{"/list/1/x~0y", E_UNKNOWN_FIELD},
		{"/list/1/a~1b", E_MISSING_FIELD},
		{"/other", E_UNKNOWN_FIELD},
	};
	struct result r;
	int rc = check(&outer,
		"{\"list\":[{\"a/b\":1,\"n\":null},{\"x~y\":1}],\"one\":null,\"other\":2}", &r);

	(void)state;
	assert_int_equal(rc, E_INVALID);
	assert_int_equal(r.n, ARRAY_LEN(want));
	for (size_t i = 0; i < r.n; i++) {
		assert_string_equal(r.errors[i].pointer, want[i].pointer);
		assert_int_equal(r.errors[i].code, want[i].code);
	}
	assert_string_equal(r.err.pointer, "/list/0/a~1b");
	arena_free(&r.arena);
}

static void test_open_objects_let_through(void **state)
{
	struct schema open = inner;
	struct result r;

	(void)state;
	open.open = true;
	assert_int_equal(check(&open, "{\"a/b\":true,\"new\":[]}", &r), 0);
	arena_free(&r.arena);
	assert_int_equal(check(&inner, "{\"a/b\":true,\"new\":[]}", &r), E_UNKNOWN_FIELD);
	arena_free(&r.arena);
}

static void test_findings_are_bounded(void **state)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct result r;

	(void)state;
	buf_add_cstr(&json, "{\"list\":[");
	for (int i = 0; i < 100; i++)
		buf_add_cstr(&json, i == 0 ? "1" : ",1");
	buf_add_cstr(&json, "]}");
	assert_int_equal(check(&outer, buf_cstr(&json), &r), E_INVALID);
	assert_int_equal(r.n, HTTP_PROBLEM_ERRORS_MAX);
	arena_free(&r.arena);
}

static void test_a_very_long_field_name(void **state)
{
	struct buf json CLEANUP(buf_free) = BUF_INIT;
	struct result r;

	(void)state;
	buf_add_cstr(&json, "{\"");
	for (int i = 0; i < 5000; i++)
		buf_add_char(&json, i % 2 ? '~' : 'x');
	buf_add_cstr(&json, "\":1}");
	assert_int_equal(check(&inner, buf_cstr(&json), &r), E_UNKNOWN_FIELD);
	assert_true(strlen(r.errors[0].pointer) < ERR_POINTER_MAX);
	arena_free(&r.arena);
}

static const struct {
	const char *label;
	struct schema schema;
	const char *text;
	int want;
} text_cases[] = {
	{"an int", {.type = SCHEMA_INT, .min = 1, .max = 10}, "10", 0},
	{"an int too big", {.type = SCHEMA_INT, .min = 1, .max = 10}, "11", E_INVALID},
	{"no int", {.type = SCHEMA_INT, .min = 1, .max = 10}, "1x", E_INVALID},
	{"an empty int", {.type = SCHEMA_INT, .min = 1, .max = 10}, "", E_INVALID},
	{"a bool", {.type = SCHEMA_BOOL}, "true", 0},
	{"no bool", {.type = SCHEMA_BOOL}, "yes", E_INVALID},
	{"a word", {.type = SCHEMA_WORD, .set = "JOB_STATE"}, "queued", 0},
	{"no word", {.type = SCHEMA_WORD, .set = "JOB_STATE"}, "QUEUED", E_INVALID},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(text_cases); i++) {
		struct err err = {0};
		int rc = schema_check_text(&text_cases[i].schema,
			sv_from_cstr(text_cases[i].text), "?x", &err);

		if (rc != text_cases[i].want)
			fail_msg("%s: %d", text_cases[i].label, rc);
		assert_string_equal(err.pointer, rc == 0 ? "" : "?x");
	}
}

/* --- printing ----------------------------------------------------------------------------------- */

static const struct schema variant_a = {.type = SCHEMA_OBJECT,
	.name = "variant_a",
	.values = (const char *const[]){"a", NULL},
	.fields = (const struct schema_field[]){SCHEMA_END}};
static const struct schema variant_b = {.type = SCHEMA_OBJECT,
	.name = "variant_b",
	.values = (const char *const[]){"b", NULL},
	.fields = (const struct schema_field[]){SCHEMA_END}};
static const struct schema either = {.type = SCHEMA_ONE_OF,
	.name = "either",
	.discriminator = "kind",
	.variants = (const struct schema *const[]){&variant_a, &variant_b, NULL}};

static const struct {
	const char *label;
	const struct schema *schema;
	const char *want;
} print_cases[] = {
	{"inner", &inner,
		"{\"type\":\"object\",\"properties\":{\"a/b\":{\"type\":\"boolean\"},\"n\":{\"anyOf\":"
		"[{\"type\":\"integer\",\"minimum\":0},{\"type\":\"null\"}],\"description\":"
		"\"A \\\"doc\\\".\"}},\"required\":[\"a/b\"],\"additionalProperties\":false}"},
	{"outer", &outer,
		"{\"type\":\"object\",\"properties\":{\"list\":{\"type\":\"array\",\"items\":{\"$ref\":"
		"\"#/components/schemas/inner\"}},\"one\":{\"anyOf\":[{\"$ref\":"
		"\"#/components/schemas/inner\"},{\"type\":\"null\"}]}},\"required\":[\"list\"],"
		"\"additionalProperties\":false,\"description\":\"Outer.\"}"},
};

static void test_printing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(print_cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;

		schema_print(print_cases[i].schema, true, &out);
		assert_string_equal(buf_cstr(&out), print_cases[i].want);
	}
}

/* Every type prints as JSON. */
static void test_every_type_prints_json(void **state)
{
	static const struct schema *const all[] = {&text_short, &name, &secret, &email, &uuid, &hash,
		&day, &instant, &minor, &currency, &zone, &number, &small, &boolean, &word, &choice,
		&list, &map, &any, &either};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct json_object *o CLEANUP(json_cleanup) = NULL;
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};

		schema_print(all[i], true, &out);
		if (json_parse(buf_sv(&out), 16, &o, &err) != 0)
			fail_msg("%s: %s", buf_cstr(&out), err.detail);
	}
}

static void count(void *arg, const struct schema *s)
{
	buf_printf(arg, "%s ", s->name);
}

static void test_walk(void **state)
{
	struct buf names CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	schema_walk(&outer, count, &names);
	assert_string_equal(buf_cstr(&names), "inner inner outer ");
	buf_reset(&names);
	schema_walk(&either, count, &names);
	assert_string_equal(buf_cstr(&names), "variant_a variant_b either ");
	assert_true(schema_is_scalar(&(const struct schema){.type = SCHEMA_ENUM}));
	assert_false(schema_is_scalar(&inners));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_findings_are_collected_with_pointers),
		cmocka_unit_test(test_open_objects_let_through),
		cmocka_unit_test(test_findings_are_bounded),
		cmocka_unit_test(test_a_very_long_field_name),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_printing),
		cmocka_unit_test(test_every_type_prints_json),
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
