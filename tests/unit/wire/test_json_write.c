/*
 * The JSON writer. What it writes must pass the gate.
 */
#include "unit/unit.h"
#include "wire/json.h"
#include "wire/json_check.h"

static void writes_every_kind(void **state UNUSED)
{
	static const struct uuid id = {.b = {1, 2}};
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&b);
	struct json_object *o CLEANUP(json_cleanup) = NULL;

	assert_int_equal(json_parse(SV("[1,{\"x\":null}]"), 8, &o, NULL), 0);
	json_open_object(&w, NULL);
	json_put_text(&w, "text", SV("a\"b\n"));
	json_put_text(&w, "empty", SV(""));
	json_put_text(&w, "none", SV_NULL);
	json_put_cstr(&w, "cstr", "x");
	json_put_cstr(&w, "no_cstr", NULL);
	json_put_int(&w, "int", INT64_MIN);
	json_put_bool(&w, "yes", true);
	json_put_bool(&w, "no", false);
	json_put_null(&w, "null");
	json_put_uuid(&w, "id", &id);
	json_put_uuid(&w, "no_id", NULL);
	json_put_day(&w, "day", 0);
	json_put_instant(&w, "at", 0);
	json_put_decimal(&w, "rate", -1230, 3);
	json_put_money(&w, "money", (__int128)INT64_MAX * 10, "EUR");
	json_put_value(&w, "value", o);
	json_put_raw(&w, "raw", SV("[1]"));
	json_close_object(&w);
	assert_string_equal(buf_cstr(&b),
		"{\"text\":\"a\\\"b\\n\",\"empty\":\"\",\"none\":null,\"cstr\":\"x\",\"no_cstr\":"
		"null,"
		"\"int\":-9223372036854775808,\"yes\":true,\"no\":false,\"null\":null,"
		"\"id\":\"01020000-0000-0000-0000-000000000000\",\"no_id\":null,"
		"\"day\":\"1970-01-01\",\"at\":\"1970-01-01T00:00:00.000000Z\",\"rate\":\"-1.230\","
		"\"money\":{\"minor\":\"92233720368547758070\",\"currency\":\"EUR\"},"
		"\"value\":[1,{\"x\":null}],\"raw\":[1]}");
	assert_int_equal(json_check(buf_sv(&b), 32, NULL), 0);
}

static void commas_follow_the_nesting(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&b);

	json_open_array(&w, NULL);
	json_open_array(&w, NULL);
	json_close_array(&w);
	json_open_object(&w, NULL);
	json_open_array(&w, "a");
	json_put_int(&w, NULL, 1);
	json_put_int(&w, NULL, 2);
	json_close_array(&w);
	json_open_object(&w, "b");
	json_close_object(&w);
	json_close_object(&w);
	json_put_int(&w, NULL, 3);
	json_close_array(&w);
	assert_string_equal(buf_cstr(&b), "[[],{\"a\":[1,2],\"b\":{}},3]");
}

static void deep_nesting(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&b);

	for (int i = 0; i < JSON_WRITE_DEPTH_MAX; i++)
		json_open_array(&w, NULL);
	json_put_int(&w, NULL, 1);
	for (int i = 0; i < JSON_WRITE_DEPTH_MAX; i++)
		json_close_array(&w);
	assert_int_equal(b.n, 2 * JSON_WRITE_DEPTH_MAX + 1);
	assert_int_equal(json_check(buf_sv(&b), JSON_WRITE_DEPTH_MAX, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_kind),
		cmocka_unit_test(commas_follow_the_nesting),
		cmocka_unit_test(deep_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
