/*
 * Encodings: guesses, and text as UTF-8 in pieces of any size.
 */
#include "read/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

static void test_guess(void **state)
{
	static const struct {
		const char *label;
		struct sv head;
		bool whole;
		enum encoding want;
	} cases[] = {
		{"plain", SV("a,b\n"), true, ENCODING_UTF_8},
		{"empty", SV(""), true, ENCODING_UTF_8},
		{"UTF-8 mark",
			SV("\xef\xbb\xbf"
			   "a"),
			true, ENCODING_UTF_8},
		{"UTF-8", SV("caf\xc3\xa9"), true, ENCODING_UTF_8},
		{"UTF-8 cut in a character", SV("caf\xc3"), false, ENCODING_UTF_8},
		{"the same as a whole file", SV("caf\xc3"), true, ENCODING_WINDOWS_1252},
		{"Windows-1252", SV("caf\xe9 cr\xe8me"), true, ENCODING_WINDOWS_1252},
		{"UTF-16LE mark",
			SV("\xff\xfe"
			   "a\0"),
			true, ENCODING_UTF_16LE},
		{"UTF-16BE mark", SV("\xfe\xff\0a"), true, ENCODING_UTF_16BE},
		{"UTF-16LE", SV("a\0b\0,\0c\0"), true, ENCODING_UTF_16LE},
		{"UTF-16BE", SV("\0a\0b\0,\0c"), true, ENCODING_UTF_16BE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (encoding_guess(cases[i].head, cases[i].whole) != cases[i].want)
			fail_msg("%s", cases[i].label);
}

static void test_words(void **state)
{
	enum encoding e;

	(void)state;
	for (int i = ENCODING_UTF_8; i <= ENCODING_ISO_8859_1; i++) {
		assert_true(encoding_from_word(sv_from_cstr(encoding_word((enum encoding)i)), &e));
		assert_int_equal(e, i);
	}
	assert_false(encoding_from_word(SV("ebcdic"), &e));
}

/* Reads all of it through buffers of cap bytes. */
static void read_through(struct sv bytes, enum encoding e, size_t cap, struct buf *out)
{
	struct col_memory m = {(const uint8_t *)bytes.p, bytes.n};
	struct text_source t;
	char dst[256];
	size_t n = 1;

	text_source_init(&t, col_source_memory(&m), e, UINT64_MAX);
	while (n > 0) {
		assert_int_equal(text_source_read(&t, dst, cap, &n, NULL), 0);
		assert_true(n <= cap);
		buf_add(out, dst, n);
	}
}

static void test_text(void **state)
{
	static const struct {
		const char *label;
		enum encoding encoding;
		struct sv bytes;
		const char *want;
	} cases[] = {
		{"UTF-8 keeps what is not valid", ENCODING_UTF_8, SV("a\xff"), "a\xff"},
		{"UTF-8 mark", ENCODING_UTF_8, SV("\xef\xbb\xbfx"), "x"},
		{"Windows-1252", ENCODING_WINDOWS_1252, SV("\x80 \xe9 \x9f"),
			"\xe2\x82\xac \xc3\xa9 \xc5\xb8"},
		{"Windows-1252 hole", ENCODING_WINDOWS_1252, SV("\x81"), "\xff"},
		{"Latin-1", ENCODING_ISO_8859_1, SV("\x80\xe9"), "\xc2\x80\xc3\xa9"},
		{"UTF-16LE", ENCODING_UTF_16LE,
			SV("\xff\xfe"
			   "a\0\xac\x20"),
			"a\xe2\x82\xac"},
		{"UTF-16BE", ENCODING_UTF_16BE, SV("\xfe\xff\0a\x20\xac"), "a\xe2\x82\xac"},
		{"UTF-16 pair", ENCODING_UTF_16LE,
			SV("\x3d\xd8\x00\xde"
			   "b\0"),
			"\xf0\x9f\x98\x80"
			"b"},
		{"lone high half", ENCODING_UTF_16LE,
			SV("\x3d\xd8"
			   "b\0"),
			"\xff"
			"b"},
		{"lone high half at the end", ENCODING_UTF_16LE, SV("b\0\x3d\xd8"), "b\xff"},
		{"lone low half", ENCODING_UTF_16LE,
			SV("\x00\xde"
			   "b\0"),
			"\xff"
			"b"},
		{"half a unit at the end", ENCODING_UTF_16LE, SV("b\0c"), "b\xff"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t cap = 16; cap < 40; cap++) {
			struct buf got CLEANUP(buf_free) = BUF_INIT;

			read_through(cases[i].bytes, cases[i].encoding, cap, &got);
			if (!sv_eq_cstr(buf_sv(&got), cases[i].want))
				fail_msg("%s, %zu at once: '%s'", cases[i].label, cap,
					buf_cstr(&got));
		}
}

static void test_long_text(void **state)
{
	struct buf bytes CLEANUP(buf_free) = BUF_INIT;
	struct buf want CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		buf_add(&bytes, i % 3 ? "a\0" : "\x3d\xd8\x00\xde", i % 3 ? 2 : 4);
		buf_add_cstr(&want, i % 3 ? "a" : "\xf0\x9f\x98\x80");
	}
	for (size_t cap = 16; cap < 64; cap += 5) {
		struct buf got CLEANUP(buf_free) = BUF_INIT;

		read_through(buf_sv(&bytes), ENCODING_UTF_16LE, cap, &got);
		assert_true(sv_eq(buf_sv(&got), buf_sv(&want)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
