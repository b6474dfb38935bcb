/*
 * The JSON tree and its reader.
 */
#include "wire/json.h"

#include "unit/unit.h"

static struct json_object *parse(const char *text)
{
	struct json_object *o = NULL;
	struct err err = {0};

	if (json_parse(sv_from_cstr(text), JSON_DEPTH, &o, &err))
		fail_msg("%s: %s", text, err.detail);
	return o;
}

static void parses_every_kind(void **state UNUSED)
{
	static const struct {
		const char *text;
		enum json_kind kind;
		size_t count;
	} cases[] = {
		{"null", JSON_NULL, 0},
		{"true", JSON_BOOL, 0},
		{"12", JSON_INT, 0},
		{"-9223372036854775808", JSON_INT, 0},
		{"1.5", JSON_REAL, 0},
		{"1e2", JSON_REAL, 0},
		{"\"x\"", JSON_TEXT, 0},
		{"[1,2]", JSON_ARRAY, 2},
		{"{\"a\":1}", JSON_OBJECT, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_object *o CLEANUP(json_cleanup) = parse(cases[i].text);

		CHECK_INT(cases[i].text, json_kind(o), cases[i].kind);
		CHECK_INT(cases[i].text, json_count(o), cases[i].count);
	}
}

static void the_gate_comes_first(void **state UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{"{\"a\":1,\"a\":2}", E_JSON_DUPLICATE},
		{"NaN", E_JSON_SYNTAX},
		{"9223372036854775808", E_INVALID},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
			E_JSON_DEPTH},
		{"", E_JSON_SYNTAX},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_object *o = NULL;

		CHECK_INT(cases[i].text,
			json_parse(sv_from_cstr(cases[i].text), JSON_DEPTH, &o, NULL),
			cases[i].code);
		CHECK(cases[i].text, o == NULL);
	}
}

static void deepest_allowed(void **state UNUSED)
{
	struct json_object *o CLEANUP(json_cleanup) =
		parse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");

	assert_int_equal(json_kind(o), JSON_ARRAY);
}

static void values_and_wrong_kinds(void **state UNUSED)
{
	struct json_object *o CLEANUP(json_cleanup) =
		parse("{\"t\":\"a\\u0000b\",\"i\":-5,\"b\":true,\"n\":null,\"a\":[\"x\"]}");
	const struct json_object *v;
	struct json_member members[8];

	assert_true(json_find(o, "t", &v));
	assert_true(sv_eq(json_as_text(v), sv_from("a\0b", 3)));
	assert_int_equal(json_as_int(v), 0);
	assert_false(json_as_bool(v));
	assert_null(json_at(v, 0));
	assert_true(json_find(o, "i", &v));
	assert_int_equal(json_as_int(v), -5);
	assert_int_equal(json_as_text(v).n, 0);
	assert_true(json_find(o, "b", &v));
	assert_true(json_as_bool(v));
	assert_true(json_find(o, "n", &v));
	assert_null(v);
	assert_false(json_find(o, "none", &v));
	assert_true(json_find(o, "a", &v));
	assert_true(sv_eq(json_as_text(json_at(v, 0)), SV("x")));
	assert_null(json_at(v, 1));
	assert_int_equal(json_members(v, members, 8), 0);
	assert_int_equal(json_members(o, members, 2), 5);
	assert_true(sv_eq(members[1].key, SV("i")));
}

static void canonical_text(void **state UNUSED)
{
	static const struct {
		const char *in, *sorted, *same;
	} cases[] = {
		{" { \"b\" : 1 , \"a\" : [ true, null, \"\\u00e4\" ] } ",
			"{\"a\":[true,null,\"\xc3\xa4\"],\"b\":1}",
			"{\"b\":1,\"a\":[true,null,\"\xc3\xa4\"]}"},
		{"{\"b\":{\"d\":1,\"c\":false},\"B\":0.10}",
			"{\"B\":0.10,\"b\":{\"c\":false,\"d\":1}}",
			"{\"b\":{\"d\":1,\"c\":false},\"B\":0.10}"},
		{"[]", "[]", "[]"},
		{"{}", "{}", "{}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_object *o CLEANUP(json_cleanup) = parse(cases[i].in);
		struct buf b CLEANUP(buf_free) = BUF_INIT;

		json_add_canonical(&b, o);
		CHECK_STR(cases[i].in, buf_cstr(&b), cases[i].sorted);
		buf_reset(&b);
		json_add_value(&b, o);
		CHECK_STR(cases[i].in, buf_cstr(&b), cases[i].same);
	}
}

static const char *const colours[] = {"red", "green", "blue"};

struct all {
	struct sv text;
	int64_t n, minor, us;
	bool yes;
	size_t colour;
	struct uuid id;
	int32_t day;
	char currency[4], money_currency[4];
	const struct json_object *any;
	size_t count;
};

/* Reads one of each; with defaults that show what was left alone. */
static int read_all(const char *text, struct all *ret, struct err *err)
{
	struct json_object *o CLEANUP(json_cleanup) = parse(text);
	struct json_reader r = json_reader_of(o, err), in;
	const struct json_object *items;

	*ret = (struct all){.n = 77, .colour = 99};
	json_read_text(&r, "text", JSON_OPTIONAL, 1, 5, &ret->text);
	ret->text.p = NULL; /* it dies with the tree */
	json_read_int(&r, "n", JSON_OPTIONAL, -3, 100, &ret->n);
	json_read_bool(&r, "yes", JSON_OPTIONAL, &ret->yes);
	json_read_choice(&r, "colour", JSON_OPTIONAL, colours, ARRAY_LEN(colours), &ret->colour);
	json_read_uuid(&r, "id", JSON_OPTIONAL, &ret->id);
	json_read_day(&r, "day", JSON_OPTIONAL, &ret->day);
	json_read_instant(&r, "at", JSON_OPTIONAL, &ret->us);
	json_read_currency(&r, "currency", JSON_OPTIONAL, ret->currency);
	json_read_money(&r, "money", JSON_OPTIONAL, &ret->minor, ret->money_currency);
	json_read_value(&r, "any", JSON_OPTIONAL, &ret->any);
	ret->any = NULL;
	if (json_read_object(&r, "in", JSON_OPTIONAL, &in)) {
		json_read_int(&in, "x", JSON_REQUIRED, 0, 9, &ret->n);
		if (json_reader_end(&in))
			return err->code;
	}
	json_read_array(&r, "items", JSON_OPTIONAL, 3, &items, &ret->count);
	for (size_t i = 0; i < ret->count; i++) {
		in = json_reader_item(&r, "items", items, i);
		json_read_int(&in, "y", JSON_REQUIRED, 0, 9, &ret->n);
		if (json_reader_end(&in))
			break;
	}
	json_read_array(&r, "names", JSON_OPTIONAL, 3, &items, &ret->count);
	for (size_t i = 0; i < ret->count; i++)
		if (!json_item_text(&r, "names", items, i, 1, 5, &ret->text))
			break;
	ret->text.p = NULL;
	json_read_array(&r, "ids", JSON_OPTIONAL, 3, &items, &ret->count);
	for (size_t i = 0; i < ret->count; i++)
		if (!json_item_uuid(&r, "ids", items, i, &ret->id))
			break;
	return json_reader_end(&r);
}

static void reads_fields(void **state UNUSED)
{
	struct err err = {0};
	struct all all;

	assert_int_equal(
		read_all("{\"text\":\"abc\",\"n\":-3,\"yes\":true,\"colour\":\"blue\","
			 "\"id\":\"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\",\"day\":\"1970-01-02\","
			 "\"at\":\"1970-01-01T00:00:01Z\",\"currency\":\"eur\","
			 "\"money\":{\"minor\":\"-123\",\"currency\":\"USD\"},\"any\":[1]}",
			&all, &err),
		0);
	assert_int_equal(all.text.n, 3);
	assert_int_equal(all.n, -3);
	assert_true(all.yes);
	assert_int_equal(all.colour, 2);
	assert_int_equal(all.id.b[0], 0x01);
	assert_int_equal(all.day, 1);
	assert_int_equal(all.us, 1000000);
	assert_string_equal(all.currency, "EUR");
	assert_int_equal(all.minor, -123);
	assert_string_equal(all.money_currency, "USD");
	assert_int_equal(err.code, 0);
}

static void absent_and_null_keep_the_default(void **state UNUSED)
{
	static const char *const texts[] = {"{}", "{\"n\":null,\"colour\":null,\"items\":null}"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err err = {0};
		struct all all;

		CHECK_INT(texts[i], read_all(texts[i], &all, &err), 0);
		CHECK_INT(texts[i], all.n, 77);
		CHECK_INT(texts[i], all.colour, 99);
	}
}

static void names_what_is_wrong(void **state UNUSED)
{
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} cases[] = {
		{"[]", E_INVALID, ""},
		{"{\"text\":\"\"}", E_INVALID, "/text"},
		{"{\"text\":\"abcdef\"}", E_INVALID, "/text"},
		{"{\"text\":\"a\\u0000\"}", E_INVALID, "/text"},
		{"{\"text\":5}", E_INVALID, "/text"},
		{"{\"n\":101}", E_INVALID, "/n"},
		{"{\"n\":-4}", E_INVALID, "/n"},
		{"{\"n\":1.0}", E_INVALID, "/n"},
		{"{\"n\":\"1\"}", E_INVALID, "/n"},
		{"{\"yes\":1}", E_INVALID, "/yes"},
		{"{\"colour\":\"bleu\"}", E_INVALID, "/colour"},
		{"{\"colour\":\"violet\"}", E_INVALID, "/colour"},
		{"{\"id\":\"1\"}", E_INVALID, "/id"},
		{"{\"day\":\"02.01.1970\"}", E_INVALID, "/day"},
		{"{\"day\":\"1970/01/02\"}", E_INVALID, "/day"},
		{"{\"day\":\"1970-02-30\"}", E_INVALID, "/day"},
		{"{\"day\":\"1970-01-02T00:00\"}", E_INVALID, "/day"},
		{"{\"at\":\"1970-01-02\"}", E_INVALID, "/at"},
		{"{\"currency\":\"ZZZ\"}", E_CURRENCY, "/currency"},
		{"{\"money\":{\"minor\":\"1\"}}", E_MISSING_FIELD, "/money/currency"},
		{"{\"money\":{\"minor\":\"1.5\",\"currency\":\"EUR\"}}", E_INVALID, "/money/minor"},
		{"{\"money\":{\"minor\":1,\"currency\":\"EUR\"}}", E_INVALID, "/money/minor"},
		{"{\"money\":{\"minor\":\"100000000000000001\",\"currency\":\"EUR\"}}", E_INVALID,
			"/money/minor"},
		{"{\"money\":{\"minor\":\"1\",\"currency\":\"EUR\",\"x\":1}}", E_UNKNOWN_FIELD,
			"/money/x"},
		{"{\"in\":{}}", E_MISSING_FIELD, "/in/x"},
		{"{\"in\":{\"x\":null}}", E_MISSING_FIELD, "/in/x"},
		{"{\"in\":[]}", E_INVALID, "/in"},
		{"{\"items\":[1]}", E_INVALID, "/items/0"},
		{"{\"items\":[{\"y\":1},{\"y\":10}]}", E_INVALID, "/items/1/y"},
		{"{\"items\":[{\"y\":1},{\"y\":1},{\"y\":1},{\"y\":1}]}", E_LIMIT, "/items"},
		{"{\"items\":{}}", E_INVALID, "/items"},
		{"{\"names\":[\"a\",2]}", E_INVALID, "/names/1"},
		{"{\"names\":[\"a\",\"\"]}", E_INVALID, "/names/1"},
		{"{\"ids\":[\"x\"]}", E_INVALID, "/ids/0"},
		{"{\"ids\":[null]}", E_INVALID, "/ids/0"},
		{"{\"colur\":\"red\"}", E_UNKNOWN_FIELD, "/colur"},
		{"{\"a/b~c\":1}", E_UNKNOWN_FIELD, "/a~1b~0c"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct all all;

		CHECK_INT(cases[i].text, read_all(cases[i].text, &all, &err), cases[i].code);
		CHECK_INT(cases[i].text, err.code, cases[i].code);
		CHECK_STR(cases[i].text, err.pointer, cases[i].pointer);
	}
}

static void nearest_names_are_suggested(void **state UNUSED)
{
	struct err err = {0};
	struct all all;

	assert_int_equal(read_all("{\"colur\":\"red\"}", &all, &err), E_UNKNOWN_FIELD);
	assert_non_null(strstr(err.detail, "\"colour\""));
	assert_int_equal(read_all("{\"colour\":\"bleu\"}", &all, &err), E_INVALID);
	assert_non_null(strstr(err.detail, "\"blue\""));
}

static void the_first_error_stays(void **state UNUSED)
{
	struct json_object *o CLEANUP(json_cleanup) = parse("{\"a\":\"x\",\"b\":\"y\"}");
	struct err err = {0};
	struct json_reader r = json_reader_of(o, &err);
	int64_t n = 5;

	json_read_int(&r, "a", JSON_REQUIRED, 0, 9, &n);
	json_read_int(&r, "b", JSON_REQUIRED, 0, 9, &n);
	assert_int_equal(json_reader_fail(&r, E_STALE, "c", "too late"), E_INVALID);
	assert_int_equal(json_reader_end(&r), E_INVALID);
	assert_string_equal(err.pointer, "/a");
	assert_int_equal(n, 5);
}

static void callers_can_fail_a_reader(void **state UNUSED)
{
	struct json_object *o CLEANUP(json_cleanup) = parse("{\"a\":1}");
	struct err err = {0};
	struct json_reader r = json_reader_of(o, &err);

	assert_true(json_has(&r, "a"));
	assert_false(json_has(&r, "b"));
	assert_int_equal(json_reader_fail(&r, E_QUOTA, "a", NULL), E_QUOTA);
	assert_int_equal(json_reader_end(&r), E_QUOTA);
	assert_string_equal(err.detail, err_text(E_QUOTA));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_every_kind),
		cmocka_unit_test(the_gate_comes_first),
		cmocka_unit_test(deepest_allowed),
		cmocka_unit_test(values_and_wrong_kinds),
		cmocka_unit_test(canonical_text),
		cmocka_unit_test(reads_fields),
		cmocka_unit_test(absent_and_null_keep_the_default),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(nearest_names_are_suggested),
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(callers_can_fail_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
