/* The bytes of CSV and of a sheet's cells; what a sheet has no room for. */
#include "write/writer.h"

#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/buf.h"
#include "read/zip.h"

static void put_row(struct writer *w)
{
	writer_text(w, SV("=1+1"));
	writer_text(w, SV("007"));
	writer_decimal(w, -1230, 2);
	writer_day(w, 20516); /* 2026-03-04 */
	writer_empty(w);
	writer_text(w, SV("a \"b\", <c> & d"));
}

static void write_row(enum write_format format, struct buf *out)
{
	static const struct sv names[] = {{"-x", 2}, {"code", 4}, {"amount", 6}, {"day", 3},
		{"none", 4}, {"text", 4}};
	struct writer *w CLEANUP(writer_free) = NULL;
	struct err err = {0};

	assert_int_equal(writer_new(format, col_sink_buf(out), &w, &err), 0);
	assert_int_equal(writer_header(w, names, ARRAY_LEN(names), &err), 0);
	put_row(w);
	assert_int_equal(writer_row(w, &err), 0);
	assert_int_equal(writer_finish(w, &err), 0);
}

static void test_csv(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	write_row(WRITE_CSV, &out);
	assert_string_equal(buf_cstr(&out),
		"\"'-x\",code,amount,day,none,text\n"
		"\"'=1+1\",007,-12.30,2026-03-04,,\"a \"\"b\"\", <c> & d\"\n");
}

static void read_sheet(const struct buf *book, struct buf *ret)
{
	struct col_memory m = {(const uint8_t *)book->p, book->n};
	struct zip z CLEANUP(zip_free) = {0};
	struct zip_stream *s CLEANUP(zip_stream_free) = NULL;
	size_t n;

	assert_int_equal(zip_open(col_source_memory(&m), &z, NULL), 0);
	const struct zip_entry *e = zip_find(&z, SV("xl/worksheets/sheet1.xml"));
	assert_non_null(e);
	assert_int_equal(zip_stream_new(&z, e, &s, NULL), 0);
	do {
		char *to = buf_reserve(ret, 65536);

		assert_non_null(to);
		assert_int_equal(zip_stream_read(s, to, 65536, &n, NULL), 0);
		buf_commit(ret, n);
	} while (n > 0);
}

static void test_cells_of_a_sheet(void **state)
{
	static const char *const wanted[] = {
		"<c r=\"A1\" s=\"2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">-x</t></is></c>",
		"<c r=\"A2\" s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">=1+1</t></is></c>",
		"<c r=\"B2\" s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">007</t></is></c>",
		"<c r=\"C2\" s=\"6\"><v>-12.30</v></c>",
		"<c r=\"D2\" s=\"3\"><v>46085</v></c><c r=\"F2\"",
		"a \"b\", &lt;c&gt; &amp; d",
	};
	struct buf out CLEANUP(buf_free) = BUF_INIT, sheet CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	write_row(WRITE_XLSX, &out);
	read_sheet(&out, &sheet);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (strstr(buf_cstr(&sheet), wanted[i]) == NULL)
			fail_msg("%s is not in %s", wanted[i], buf_cstr(&sheet));
	assert_null(strstr(buf_cstr(&sheet), "<f>"));
}

/* What would be another number or another day in a spreadsheet stays text. */
static void test_what_a_sheet_would_change_is_text(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT, sheet CLEANUP(buf_free) = BUF_INIT;
	struct writer *w CLEANUP(writer_free) = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(writer_new(WRITE_XLSX, col_sink_buf(&out), &w, &err), 0);
	assert_int_equal(writer_header(w, NULL, 0, &err), 0);
	writer_decimal(w, INT64_C(1234567890123456), 2);
	writer_decimal(w, INT64_C(123456789012345), 2);
	writer_day(w, -25509); /* 1900-02-28 */
	writer_day(w, -25508); /* 1900-03-01 */
	writer_decimal(w, 5, 12);
	assert_int_equal(writer_row(w, &err), 0);
	assert_int_equal(writer_finish(w, &err), 0);
	read_sheet(&out, &sheet);
	assert_non_null(strstr(buf_cstr(&sheet), "preserve\">12345678901234.56</t>"));
	assert_non_null(strstr(buf_cstr(&sheet), "<v>1234567890123.45</v>"));
	assert_non_null(strstr(buf_cstr(&sheet), "preserve\">1900-02-28</t>"));
	assert_non_null(strstr(buf_cstr(&sheet), "<v>61</v>"));
	assert_non_null(strstr(buf_cstr(&sheet), "s=\"0\"><v>0.000000000005</v>"));
}

static void test_a_cell_has_room(void **state)
{
	char *text CLEANUP(free_ptr) = malloc(2 * WRITER_SHEET_TEXT_MAX + 2);
	const struct {
		size_t n;
		bool two_bytes; /* per character */
		int rc;
	} cases[] = {{WRITER_SHEET_TEXT_MAX, false, 0}, {WRITER_SHEET_TEXT_MAX + 1, false, E_LIMIT},
		{WRITER_SHEET_TEXT_MAX, true, 0}, {WRITER_SHEET_TEXT_MAX + 1, true, E_LIMIT}};

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct writer *w CLEANUP(writer_free) = NULL;
		struct err err = {0};
		size_t n = cases[i].two_bytes ? 2 * cases[i].n : cases[i].n;

		for (size_t k = 0; k < n; k++)
			text[k] = cases[i].two_bytes ? "\xc3\xa4"[k % 2] : 'x';
		assert_int_equal(writer_new(WRITE_XLSX, col_sink_buf(&out), &w, &err), 0);
		assert_int_equal(writer_header(w, NULL, 0, &err), 0);
		writer_text(w, sv_from(text, n));
		assert_int_equal(writer_row(w, &err), cases[i].rc);
	}
}

static int drop(void *ctx, const void *p, size_t n, struct err *err)
{
	size_t *total = ctx;

	(void)p;
	(void)err;
	*total += n;
	return 0;
}

static void test_a_sheet_has_rows(void **state)
{
	struct writer *w CLEANUP(writer_free) = NULL;
	struct err err = {0};
	size_t total = 0;

	(void)state;
	assert_int_equal(writer_new(WRITE_XLSX, (struct col_sink){drop, &total}, &w, &err), 0);
	assert_int_equal(writer_header(w, NULL, 0, &err), 0);
	for (uint32_t i = 0; i < WRITER_SHEET_ROWS_MAX; i++) {
		writer_decimal(w, i, 0);
		assert_int_equal(writer_row(w, &err), 0);
	}
	writer_decimal(w, 1, 0);
	assert_int_equal(writer_row(w, &err), E_LIMIT);
}

static void test_formats_have_words(void **state)
{
	enum write_format f = WRITE_CSV;

	(void)state;
	assert_true(write_format_from_word(SV("xlsx"), &f));
	assert_int_equal(f, WRITE_XLSX);
	assert_false(write_format_from_word(SV("pdf"), &f));
	assert_non_null(strstr(write_format_media(WRITE_CSV), "text/csv"));
}

static void test_too_many_columns(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct writer *w CLEANUP(writer_free) = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(writer_new(WRITE_CSV, col_sink_buf(&out), &w, &err), 0);
	assert_int_equal(writer_header(w, NULL, WRITER_COLUMNS_MAX + 1, &err), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_cells_of_a_sheet),
		cmocka_unit_test(test_what_a_sheet_would_change_is_text),
		cmocka_unit_test(test_a_cell_has_room),
		cmocka_unit_test(test_a_sheet_has_rows),
		cmocka_unit_test(test_formats_have_words),
		cmocka_unit_test(test_too_many_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
