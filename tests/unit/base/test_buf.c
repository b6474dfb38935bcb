/*
 * The buffer and its codecs. Base64url vectors: RFC 4648 section 10, without padding.
 */
#include "base/buf.h"

#include "unit/unit.h"

static void appends_and_stays_terminated(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	assert_string_equal(buf_cstr(&b), "");
	buf_add_cstr(&b, "a");
	buf_add(&b, "\0b", 2);
	buf_add_sv(&b, SV("cd"));
	buf_add_sv(&b, SV_NULL);
	buf_add_char(&b, 'e');
	buf_printf(&b, "%d%s", 12, "f");
	assert_true(buf_ok(&b));
	assert_int_equal(b.n, 9);
	assert_memory_equal(b.p, "a\0bcde12f", 10);
	assert_true(sv_eq(buf_sv(&b), sv_from("a\0bcde12f", 9)));
}

static void grows_over_many_appends(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (int i = 0; i < 100000; i++) {
		buf_add_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.p[b.n], 0);
	}
	assert_int_equal(b.n, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.p[i], 'a' + i % 26);
}

static void numbers(void **state UNUSED)
{
	static const struct {
		int64_t v;
		const char *text;
	} cases[] = {
		{0, "0"},
		{-1, "-1"},
		{10, "10"},
		{INT64_MAX, "9223372036854775807"},
		{INT64_MIN, "-9223372036854775808"},
	};
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&b);
		buf_add_i64(&b, cases[i].v);
		CHECK_STR(cases[i].text, buf_cstr(&b), cases[i].text);
	}
	buf_reset(&b);
	buf_add_u64(&b, UINT64_MAX);
	assert_string_equal(buf_cstr(&b), "18446744073709551615");
}

static void limit_is_sticky_and_keeps_content(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free);

	buf_init(&b, 5);
	buf_add_cstr(&b, "12345");
	assert_true(buf_ok(&b));
	buf_add_char(&b, '6');
	assert_int_equal(b.error, E_LIMIT);
	assert_int_equal(b.n, 5);
	assert_memory_equal(b.p, "12345", 6);
	assert_string_equal(buf_cstr(&b), "");
	buf_add(&b, "", 0);
	buf_printf(&b, "x");
	buf_add_hex(&b, "x", 1);
	buf_commit(&b, 1);
	assert_int_equal(b.n, 5);
	assert_null(buf_take(&b));
	buf_reset(&b);
	assert_true(buf_ok(&b));
	buf_add_cstr(&b, "abcde");
	assert_string_equal(buf_cstr(&b), "abcde");
}

static void impossible_sizes_are_refused(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_int_equal(b.error, E_LIMIT);
	buf_reset(&b);
	buf_add_hex(&b, "", SIZE_MAX / 2);
	assert_int_equal(b.error, E_LIMIT);
	buf_reset(&b);
	assert_string_equal(buf_cstr(&b), "");
}

static void reserve_and_commit(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	char *to = buf_reserve(&b, 100);

	assert_non_null(to);
	memcpy(to, "xyz", 3);
	buf_commit(&b, 2);
	assert_string_equal(buf_cstr(&b), "xy");
	buf_free(&b);
	buf_commit(&b, 0);
	assert_string_equal(buf_cstr(&b), "");
}

static void take_hands_over(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	char *text;

	buf_add_cstr(&b, "abc");
	text = buf_take(&b);
	assert_string_equal(text, "abc");
	free(text);
	assert_int_equal(b.n, 0);
	text = buf_take(&b);
	assert_string_equal(text, "");
	free(text);
}

static void wipe_leaves_an_empty_buffer(void **state UNUSED)
{
	struct buf b = BUF_INIT;

	buf_wipe(&b);
	buf_add_cstr(&b, "secret");
	buf_wipe(&b);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
}

static const struct {
	const char *plain, *hex, *b64;
} codecs[] = {
	{"", "", ""},
	{"f", "66", "Zg"},
	{"fo", "666f", "Zm8"},
	{"foo", "666f6f", "Zm9v"},
	{"foob", "666f6f62", "Zm9vYg"},
	{"fooba", "666f6f6261", "Zm9vYmE"},
	{"foobar", "666f6f626172", "Zm9vYmFy"},
	{"\xff\xef\xfe", "ffeffe", "_-_-"},
};

static void codecs_both_ways(void **state UNUSED)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(codecs); i++) {
		struct sv hex = sv_from_cstr(codecs[i].hex), b64 = sv_from_cstr(codecs[i].b64);
		size_t len = strlen(codecs[i].plain), n = 99;
		char out[8];

		buf_reset(&b);
		buf_add_hex(&b, codecs[i].plain, len);
		CHECK_STR(codecs[i].hex, buf_cstr(&b), codecs[i].hex);
		buf_reset(&b);
		buf_add_b64url(&b, codecs[i].plain, len);
		CHECK_STR(codecs[i].b64, buf_cstr(&b), codecs[i].b64);
		CHECK_INT(codecs[i].hex, hex_decode(hex, out, len, &n), 0);
		CHECK(codecs[i].hex, n == len && memcmp(out, codecs[i].plain, n) == 0);
		CHECK_INT(codecs[i].b64, b64url_decode(b64, out, len, &n), 0);
		CHECK(codecs[i].b64, n == len && memcmp(out, codecs[i].plain, n) == 0);
		if (len) {
			CHECK_INT(codecs[i].hex, hex_decode(hex, out, len - 1, &n), E_INVALID);
			CHECK_INT(codecs[i].b64, b64url_decode(b64, out, len - 1, &n), E_INVALID);
		}
	}
}

static void decoders_refuse(void **state UNUSED)
{
	static const struct {
		const char *label, *text;
		bool hex;
	} cases[] = {
		{"odd hex", "abc", true},
		{"no hex digit", "0g", true},
		{"no hex digit first", "g0", true},
		{"blank in hex", "a b ", true},
		{"one left over", "Zm9vY", false},
		{"padding", "Zg==", false},
		{"standard alphabet +", "+-_-", false},
		{"standard alphabet /", "/-_-", false},
		{"bits left over, one byte", "Zh", false},
		{"bits left over, two bytes", "Zm9", false},
		{"line end", "Zm9v\n   ", false},
		{"high byte", "Zm9\xff", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sv s = sv_from_cstr(cases[i].text);
		size_t n = 99;
		char out[16];
		int r = cases[i].hex ? hex_decode(s, out, sizeof(out), &n)
				     : b64url_decode(s, out, sizeof(out), &n);

		CHECK_INT(cases[i].label, r, E_INVALID);
		CHECK_INT(cases[i].label, n, 99);
	}
}

static void decoders_refuse_a_nul(void **state UNUSED)
{
	char out[4];
	size_t n;

	assert_int_equal(b64url_decode(sv_from("Zm\0v", 4), out, sizeof(out), &n), E_INVALID);
}

static void hex_takes_upper_case(void **state UNUSED)
{
	unsigned char out[1];
	size_t n;

	assert_int_equal(hex_decode(SV("Af"), out, 1, &n), 0);
	assert_int_equal(out[0], 0xaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_and_stays_terminated),
		cmocka_unit_test(grows_over_many_appends),
		cmocka_unit_test(numbers),
		cmocka_unit_test(limit_is_sticky_and_keeps_content),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(reserve_and_commit),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(wipe_leaves_an_empty_buffer),
		cmocka_unit_test(codecs_both_ways),
		cmocka_unit_test(decoders_refuse),
		cmocka_unit_test(decoders_refuse_a_nul),
		cmocka_unit_test(hex_takes_upper_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
