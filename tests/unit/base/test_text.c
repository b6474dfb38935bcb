/*
 * JSON string literals and nearest words.
 */
#include "base/text.h"

#include "unit/unit.h"

static void json_strings(void **state UNUSED)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", "\"\""},
		{"plain", "\"plain\""},
		{"a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{"\n\r\t", "\"\\n\\r\\t\""},
		{"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
		{"\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\""},
		{"x\xe2\x80\xa8y\xe2\x80\xa9", "\"x\\u2028y\\u2029\""},
		{"\xe2\x80\xa6", "\"\xe2\x80\xa6\""},
		{"a\xff\x62", "\"a\xef\xbf\xbd\x62\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xc3", "\"\xef\xbf\xbd\""},
	};
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&b);
		text_add_json(&b, sv_from_cstr(cases[i].in));
		CHECK_STR(cases[i].out, buf_cstr(&b), cases[i].out);
	}
	buf_reset(&b);
	text_add_json(&b, sv_from("a\0b", 3));
	assert_string_equal(buf_cstr(&b), "\"a\\u0000b\"");
	buf_reset(&b);
	text_add_json(&b, SV_NULL);
	assert_string_equal(buf_cstr(&b), "\"\"");
}

static void nearest_words(void **state UNUSED)
{
	static const char *const words[] = {"amount", "account", "date", "id"};
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{"amount", "amount"},
		{"amuont", "amount"},
		{"acccount", "account"},
		{"AMOUNTS", "amount"},
		{"dat", "date"},
		{"i", "id"},
		{"daet", "date"},
		{"reference", NULL},
		{"", NULL},
		{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got =
			text_nearest(sv_from_cstr(cases[i].word), words, ARRAY_LEN(words));

		CHECK_STR(cases[i].word, got ? got : "", cases[i].nearest ? cases[i].nearest : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_strings),
		cmocka_unit_test(nearest_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
