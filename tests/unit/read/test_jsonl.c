/*
 * JSON records: members to columns, broken lines to rejects, documents refused; and a public suite
 * of texts that are JSON or nearly so.
 */
#include "read/jsonl.h"

#include <dirent.h>

#include "../corpus.h"
#include "../unit.h"
#include "feed_util.h"
#include "read/read.h"
#include "read_util.h"

static void test_records(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} cases[] = {
		{"lines", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", "a|b\n1:1|x\n2|y"},
		{"no line end, CR LF, empty lines", "\n{\"a\":1}\r\n\r\n{\"a\":2}", "a\n1\n4:2"},
		{"members come and go", "{\"a\":1}\n{\"b\":2}\n{\"c\":3,\"a\":4}",
			"a|b|c\n1:1\n|2\n4||3"},
		{"objects inside", "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":3}",
			"a.b|a.c.d|e\n1:1|2|3"},
		{"arrays", "{\"a\":[1,\"x\",true,null],\"b\":[],\"c\":[{\"d\":1}]}\n{}",
			"a|b|c\n1:1, x, true, ||[{\"d\":1}]\n"},
		{"null, true, false", "{\"a\":null,\"b\":true,\"c\":false}",
			"a|b|c\n1:|true|false"},
		{"numbers digit by digit",
			"{\"a\":12345678901234.5678901,\"b\":-1.50,\"c\":1e3,\"d\":25E-3}",
			"a|b|c|d\n1:12345678901234.5678901|-1.50|1000|0.025"},
		{"escapes", "{\"\\u0061\":\"\\\"\\\\\\/\\b\\n\\u20ac\\uD83D\\ude00\"}",
			"a\n1:\"\\/\b\n\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"array of objects", "[\n {\"a\":1},\n {\"a\":2}\n]\n", "a\n1\n2"},
		{"records over several lines", "{\n\"a\":1}\n{\n\"a\":2\n}", "a\n1:1\n3:2"},
		{"byte order mark", "\xef\xbb\xbf{\"a\":1}", "a\n1:1"},
		{"broken lines are rejected",
			"{\"a\":1}\n{\"a\":\n{\"a\":2}\n{\"a\" 3}\n[1]\n{\"a\":4}",
			"a\n1:1\n!2 json_syntax\n3:2\n!4 json_syntax\n!5 cell_type\n6:4"},
		{"a string that does not end", "{\"a\":\"x}\n{\"a\":2}", "a\n!1 json_syntax\n2"},
		{"two ways to one column", "{\"a.b\":1,\"a\":{\"b\":2}}\n{\"a.b\":3}",
			"a.b\n!1 row_ragged\n3"},
		{"a key twice", "{\"a\":1,\"a\":2}\n{\"a\":3}", "a\n!1 json_duplicate_key\n3"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed_note note = feed_note_make();
		const struct mapping m = {0};
		struct col_memory memory;
		struct err err = {0};

		if (jsonl_feed(source_of(sv_from_cstr(cases[i].text), &memory), &m, &note.feed,
			    &err) != 0)
			fail_msg("%s: %s", cases[i].label, err.detail);
		CHECK_STR(cases[i].label, buf_cstr(&note.text), cases[i].want);
		buf_free(&note.text);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *label, *text;
	} cases[] = {
		{"a document", "{\"meta\":{},\"rows\":[{\"a\":1},{\"a\":2}]}"},
		{"an object over several lines", "{\n \"a\": 1,\n \"b\": 2\n}\n"},
		{"nothing but empty objects", "{}\n{}"},
		{"an array that does not end", "[{\"a\":1},{\"a\":2}"},
		{"an array with a comma at its end", "[{\"a\":1},]"},
		{"an array without commas", "[{\"a\":1} {\"a\":2}]"},
		{"something behind the array", "[{\"a\":1}] x"},
		{"two arrays", "[{\"a\":1}][{\"a\":1}]"},
		{"a broken element", "[{\"a\":1},{\"a\"}]"},
		{"an empty array", "[]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed_note note = feed_note_make();
		const struct mapping m = {0};
		struct col_memory memory;

		CHECK_INT(cases[i].label,
			jsonl_feed(source_of(sv_from_cstr(cases[i].text), &memory), &m, &note.feed,
				NULL),
			E_UNREADABLE);
		buf_free(&note.text);
	}
}

static void test_too_many_columns(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct feed_note note = feed_note_make();
	const struct mapping m = {0};
	struct col_memory memory;

	(void)state;
	for (unsigned i = 0; i <= READ_COLUMNS_MAX; i++)
		buf_printf(&text, "{\"a%u\":1}\n", i);
	assert_int_equal(jsonl_feed(source_of(buf_sv(&text), &memory), &m, &note.feed, NULL), 0);
	assert_non_null(strstr(buf_cstr(&note.text), "\n!1025 row_ragged"));
	buf_free(&note.text);
}

/* A member that no record has may be missing; one that must be there may not. */
static void test_missing_members(void **state)
{
	static const char *const required[] = {"", ",\"required\":true"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct buf rows CLEANUP(buf_free) = BUF_INIT;
		struct arena a CLEANUP(arena_free) = {0};
		struct mapping m;
		struct col_memory memory;
		char json[300];

		arena_init(&a, 0);
		snprintf(json, sizeof(json),
			"{\"format\":\"jsonl\",\"fields\":["
			"{\"field\":\"id\",\"type\":\"code\",\"column\":\"id\"},"
			"{\"field\":\"amount\",\"type\":\"number\",\"column\":\"x\"%s}]}",
			required[i]);
		assert_int_equal(mapping_from_json(sv_from_cstr(json), &a, &m, NULL), 0);
		assert_int_equal(
			read_file(source_of(SV("{\"id\":7}\n{\"id\":8}\n"), &memory), &m, &r, NULL),
			i == 0 ? 0 : E_MAPPING);
		table_text(&r.table, &rows);
		assert_string_equal(buf_cstr(&rows), i == 0 ? "7|~\n8|~" : "");
	}
}

/* https://github.com/nst/JSONTestSuite: what is no JSON (n_) is never read as records. */
static void test_public(void **state)
{
	struct dirent *entry;
	char path[4096], file[8192];
	static char text[1 << 20];
	unsigned seen = 0;

	(void)state;
	if (!corpus_path("json-parsing", path))
		skip();
	DIR *dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct read_proposal p;
		struct col_memory m;

		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		FILE *f = fopen(file, "rb");
		assert_non_null(f);
		size_t n = fread(text, 1, sizeof(text), f);
		fclose(f);
		arena_init(&a, 0);
		seen++;
		if (read_detect(source_of(sv_from(text, n), &m), NULL, &a, &p, NULL) != 0)
			continue;
		int rc = read_file(source_of(sv_from(text, n), &m), &p.mapping, &r, NULL);
		bool json = sv_eq_cstr(p.mapping.format, "jsonl");
		if (entry->d_name[0] == 'n' && json)
			CHECK(entry->d_name, rc != 0 || r.table.rows == 0);
		if (!json) /* no row comes of what was meant to be an object or array */
			CHECK(entry->d_name, memchr("[{", text[0], 2) == NULL || r.table.rows == 0);
	}
	closedir(dir);
	assert_true(seen > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many_columns),
		cmocka_unit_test(test_missing_members),
		cmocka_unit_test(test_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
