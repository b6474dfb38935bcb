/*
 * Workbooks of Excel 97 to 2003: a small one that another program wrote, whole, cut and damaged.
 */
#include "read/xls.h"

#include <fcntl.h>

#include "../unit.h"
#include "feed_util.h"
#include "read/read.h"
#include "read_util.h"

static char book[16384];
static size_t book_n;

static int setup(void **state)
{
	int fd = open(TOP_SRCDIR "/tests/fuzz/seeds/xls/book", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, book, sizeof(book));

	(void)state;
	if (fd >= 0)
		close(fd);
	book_n = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : -1;
}

static int feed_bytes(struct sv file, const char *sheet, struct feed_note *note)
{
	const struct mapping m = {.dialect.sheet = sv_from_cstr(sheet)};
	struct col_memory memory;

	return xls_feed(source_of(file, &memory), &m, &note->feed, NULL);
}

static void test_sheets(void **state)
{
	static const struct {
		const char *sheet;
		int code;
		const char *want;
	} cases[] = {
		{"", 0, "Read me"},
		{"Hidden", 0, "old"},
		{"Lines \xe2\x82\xac", 0,
			"\nDate|Text|Amount|Flag\n2024-01-31|Rent \xe2\x82\xac|110.7|TRUE\n"
			"2024-02-01|F\xc3\xbcr|-1234.56|FALSE\n"
			"2024-02-02T18:00:00|x|0.333333333333333|TRUE\n2024-02-03|007|1000000|"
			"FALSE\n\n"},
		{"Lines", E_MAPPING, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed_note note = feed_note_make();

		CHECK_INT(cases[i].sheet, feed_bytes(sv_from(book, book_n), cases[i].sheet, &note),
			cases[i].code);
		CHECK_STR(cases[i].sheet, buf_cstr(&note.text), cases[i].want);
		buf_free(&note.text);
	}
}

static void test_propose(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_proposal p;
	struct col_memory m;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(read_detect(source_of(sv_from(book, book_n), &m), NULL, &a, &p, NULL), 0);
	assert_true(sv_eq_cstr(p.mapping.format, "xls"));
	assert_true(sv_eq_cstr(p.mapping.dialect.sheet, "Lines \xe2\x82\xac"));
	assert_int_equal(p.mapping.dialect.header_row, 2);
	assert_int_equal(read_file(source_of(sv_from(book, book_n), &m), &p.mapping, &r, NULL), 0);
	assert_int_equal(r.info.rows_read,
		r.info.rows_accepted + r.info.rows_rejected + r.info.rows_skipped);
}

static void test_cut_short(void **state)
{
	(void)state;
	for (size_t n = 64; n < book_n; n += 64) {
		struct feed_note note = feed_note_make();

		int rc = feed_bytes(sv_from(book, n), "", &note);
		/* What is behind the last sheet may be missing. */
		assert_true(rc == E_UNREADABLE ||
			    (rc == 0 && strcmp(buf_cstr(&note.text), "Read me") == 0));
		buf_free(&note.text);
	}
}

/* The first record of a type in the workbook's stream, which lies in one piece. */
static char *find_record(char *copy, uint16_t type, uint16_t len)
{
	const char want[4] = {(char)type, (char)(type >> 8), (char)len, (char)(len >> 8)};

	return memmem(copy, book_n, want, 4);
}

static void test_refused(void **state)
{
	static const struct {
		const char *label;
		uint16_t type, len; /* of a record of the workbook */
		size_t at;          /* byte of it that is changed, its header included */
		char to;
		int code;
	} cases[] = {
		{"password", 0x003d, 18, 0, 0x2f, E_FILE_ENCRYPTED},
		{"Excel 95", 0x0809, 16, 5, 5, E_UNREADABLE},
		{"no sheet of cells", 0x0809, 16, 0, 0, E_UNREADABLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed_note note = feed_note_make();
		static char copy[sizeof(book)];

		memcpy(copy, book, book_n);
		char *record = find_record(copy, cases[i].type, cases[i].len);
		assert_non_null(record);
		record[cases[i].at] = cases[i].to;
		CHECK_INT(cases[i].label, feed_bytes(sv_from(copy, book_n), "", &note),
			cases[i].code);
		buf_free(&note.text);
	}
}

/* Any byte may be another: it is read or refused, in bounded time. */
static void test_damaged(void **state)
{
	static char copy[sizeof(book)];

	(void)state;
	for (size_t i = 8; i < book_n; i++) {
		struct feed_note note = feed_note_make();

		memcpy(copy, book, book_n);
		copy[i] = (char)~copy[i];
		int rc = feed_bytes(sv_from(copy, book_n), "", &note);
		assert_true(
			rc == 0 || rc == E_UNREADABLE || rc == E_LIMIT || rc == E_FILE_ENCRYPTED);
		buf_free(&note.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_propose),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
