/*
 * The JSON gate: own cases, and the JSONTestSuite (RFC 8259 conformance) when it is present: y_
 * files must pass, n_ files must not, and for i_ files, where the RFC leaves the choice, ours is
 * listed here.
 */
#include "wire/json_check.h"

#include <dirent.h>

#include "base/buf.h"
#include "unit/corpus.h"
#include "unit/unit.h"

static const struct {
	const char *label, *text;
	int code;
	const char *pointer;
} cases[] = {
	{"empty object", "{}", 0, ""},
	{"empty array", " [ ] ", 0, ""},
	{"scalar", "1", 0, ""},
	{"true", "true", 0, ""},
	{"all kinds", "{\"a\":[1,-2.5e+3,\"x\",true,false,null,{}]}", 0, ""},
	{"all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\"", 0, ""},
	{"nested", "[[[1],[2]],{\"a\":{\"b\":[]}}]", 0, ""},
	{"same key in different objects", "[{\"a\":1},{\"a\":2,\"b\":{\"a\":3}}]", 0, ""},
	{"largest integer", "9223372036854775807", 0, ""},
	{"least integer", "-9223372036854775808", 0, ""},
	{"NUL in a text", "\"a\\u0000\"", 0, ""},
	{"tiny real", "1e-400", 0, ""},
	/* syntax */
	{"nothing", "", E_JSON_SYNTAX, ""},
	{"blanks", " \n", E_JSON_SYNTAX, ""},
	{"open object", "{", E_JSON_SYNTAX, ""},
	{"open array", "[1", E_JSON_SYNTAX, ""},
	{"open text", "\"abc", E_JSON_SYNTAX, ""},
	{"open escape", "\"abc\\", E_JSON_SYNTAX, ""},
	{"comma at the end", "[1,]", E_JSON_SYNTAX, ""},
	{"comma at the end of an object", "{\"a\":1,}", E_JSON_SYNTAX, ""},
	{"comma missing", "[1 2]", E_JSON_SYNTAX, ""},
	{"colon missing", "{\"a\" 1}", E_JSON_SYNTAX, ""},
	{"key without quotes", "{a:1}", E_JSON_SYNTAX, ""},
	{"wrong bracket", "[1}", E_JSON_SYNTAX, ""},
	{"two values", "1 2", E_JSON_SYNTAX, ""},
	{"comment", "/**/1", E_JSON_SYNTAX, ""},
	{"single quotes", "'a'", E_JSON_SYNTAX, ""},
	{"NaN", "NaN", E_JSON_SYNTAX, ""},
	{"Infinity", "-Infinity", E_JSON_SYNTAX, ""},
	{"upper case", "TRUE", E_JSON_SYNTAX, ""},
	{"leading zero", "01", E_JSON_SYNTAX, ""},
	{"plus", "+1", E_JSON_SYNTAX, ""},
	{"dot first", ".5", E_JSON_SYNTAX, ""},
	{"dot last", "5.", E_JSON_SYNTAX, ""},
	{"exponent empty", "5e", E_JSON_SYNTAX, ""},
	{"minus alone", "-", E_JSON_SYNTAX, ""},
	{"hex", "0x10", E_JSON_SYNTAX, ""},
	{"line end in a text", "\"a\nb\"", E_JSON_SYNTAX, ""},
	{"unknown escape", "\"\\x\"", E_JSON_SYNTAX, ""},
	{"short hex", "\"\\u12\"", E_JSON_SYNTAX, ""},
	{"byte order mark", "\xef\xbb\xbf{}", E_JSON_SYNTAX, ""},
	{"not UTF-8", "\"\xff\"", E_JSON_SYNTAX, ""},
	{"encoded surrogate", "\"\xed\xa0\x80\"", E_JSON_SYNTAX, ""},
	{"lone high surrogate", "\"\\ud800\"", E_JSON_SYNTAX, ""},
	{"lone low surrogate", "\"\\udc00\"", E_JSON_SYNTAX, ""},
	{"two high surrogates", "\"\\ud800\\ud800\"", E_JSON_SYNTAX, ""},
	{"high surrogate and a letter", "\"\\ud800\\u0041\"", E_JSON_SYNTAX, ""},
	{"high surrogate and half an escape", "\"\\ud800\\u\"", E_JSON_SYNTAX, ""},
	{"NUL in a key", "{\"a\\u0000b\":1}", E_JSON_SYNTAX, ""},
	/* beyond the grammar */
	{"duplicate key", "{\"a\":1,\"a\":2}", E_JSON_DUPLICATE, "/a"},
	{"duplicate far apart", "{\"a\":1,\"b\":2,\"c\":3,\"a\":4}", E_JSON_DUPLICATE, "/a"},
	{"duplicate by an escape", "{\"a\":1,\"\\u0061\":2}", E_JSON_DUPLICATE, "/a"},
	{"duplicate by a pair", "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}", E_JSON_DUPLICATE,
		"/\xf0\x9f\x98\x80"},
	{"duplicate empty key", "{\"\":1,\"\":2}", E_JSON_DUPLICATE, "/"},
	{"duplicate inside", "{\"x\":[0,{\"b\":1,\"b\":2}]}", E_JSON_DUPLICATE, "/x/1/b"},
	{"pointer is escaped", "{\"a/b~\":{\"c\":1,\"c\":2}}", E_JSON_DUPLICATE, "/a~1b~0/c"},
	{"integer too large", "{\"n\":9223372036854775808}", E_INVALID, "/n"},
	{"integer too small", "[1,-9223372036854775809]", E_INVALID, "/1"},
	{"real too large", "[1e400]", E_INVALID, "/0"},
	{"real too small", "[[-1e400]]", E_INVALID, "/0/0"},
};

static void decides(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};

		CHECK_INT(cases[i].label, json_check(sv_from_cstr(cases[i].text), 32, &err),
			cases[i].code);
		CHECK_INT(cases[i].label, err.code, cases[i].code);
		CHECK_STR(cases[i].label, err.pointer, cases[i].pointer);
	}
}

static void without_an_err(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK_INT(cases[i].label, json_check(sv_from_cstr(cases[i].text), 32, NULL),
			cases[i].code);
}

/* Every prefix of a good text is bad, and reading one does not leave its bytes (ASan sees that). */
static void no_prefix_is_valid(void **state UNUSED)
{
	static const char text[] =
		"{\"k\\u00e4y\":[-12.5e-3,\"\\ud83d\\ude00\",true,false,null,{}]}";

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, text, n);
		assert_int_equal(json_check(sv_from(copy, n), 32, NULL), E_JSON_SYNTAX);
		free(copy);
	}
	assert_int_equal(json_check(sv_from_cstr(text), 32, NULL), 0);
}

static void depth_is_bounded(void **state UNUSED)
{
	char text[2 * JSON_DEPTH_MAX + 4];

	for (unsigned depth = 1; depth <= JSON_DEPTH_MAX; depth += 73) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(json_check(sv_from(text, 2 * depth), depth, NULL), 0);
		memset(text, '[', depth + 1);
		memset(text + depth + 1, ']', depth + 1);
		assert_int_equal(
			json_check(sv_from(text, 2 * depth + 2), depth, NULL), E_JSON_DEPTH);
	}
	memset(text, '[', JSON_DEPTH_MAX + 1);
	assert_int_equal(
		json_check(sv_from(text, JSON_DEPTH_MAX + 1), UINT32_MAX, NULL), E_JSON_DEPTH);
}

static void many_keys(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	buf_add_char(&b, '{');
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "\"\\u006b%d\":%d,", i, i);
	buf_add_cstr(&b, "\"last\":1}");
	assert_int_equal(json_check(buf_sv(&b), 32, &err), 0);
	b.n -= sizeof("last\":1}") - 1;
	buf_add_cstr(&b, "k4711\":1}");
	assert_int_equal(json_check(buf_sv(&b), 32, &err), E_JSON_DUPLICATE);
	assert_string_equal(err.pointer, "/k4711");
}

static void long_numbers(void **state UNUSED)
{
	char text[1000];

	memset(text, '0', sizeof(text));
	text[1] = '.';
	assert_int_equal(json_check(sv_from(text, 512), 32, NULL), 0);
	assert_int_equal(json_check(sv_from(text, 513), 32, NULL), E_INVALID);
	memset(text, '9', sizeof(text));
	assert_int_equal(json_check(sv_from(text, sizeof(text)), 32, NULL), E_INVALID);
}

/* Refused although the grammar allows it: keys that occur twice, and one json-c would cut. */
static const char *const refused[] = {"y_object_duplicated_key.json",
	"y_object_duplicated_key_and_value.json", "y_object_escaped_null_in_key.json", NULL};
/* Accepted where the RFC leaves the choice. */
static const char *const accepted[] = {"i_number_double_huge_neg_exp.json",
	"i_number_real_underflow.json", "i_structure_500_nested_arrays.json", NULL};

static bool is_listed(const char *const *list, const char *name)
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

static bool wanted(const char *name)
{
	if (is_listed(accepted, name))
		return true;
	return name[0] == 'y' && !is_listed(refused, name);
}

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char room[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_add(out, room, n);
	fclose(f);
}

static void json_test_suite(void **state UNUSED)
{
	char dir[4096], path[8192];
	struct dirent *entry;
	unsigned seen = 0;
	DIR *d;

	if (!corpus_path("json-parsing", dir))
		skip();
	d = opendir(dir);
	assert_non_null(d);
	while ((entry = readdir(d))) {
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		const char *name = entry->d_name;

		if (!sv_ends_with(sv_from_cstr(name), SV(".json")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		read_file(path, &text);
		CHECK_INT(name, json_check(buf_sv(&text), JSON_DEPTH_MAX, NULL) == 0, wanted(name));
		seen++;
	}
	closedir(d);
	assert_true(seen > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides),
		cmocka_unit_test(without_an_err),
		cmocka_unit_test(no_prefix_is_valid),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(many_keys),
		cmocka_unit_test(long_numbers),
		cmocka_unit_test(json_test_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
