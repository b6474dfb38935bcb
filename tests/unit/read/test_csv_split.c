/*
 * Files read by several threads are, byte by byte, what one thread reads: dataset, rejects, flags and
 * counts. Also where the cuts fall badly and one thread has to do it all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "read/read.h"
#include "read_util.h"

#define BYTES ((size_t)13 << 20)

static uint32_t seed;

static uint32_t next(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

typedef void row_fn(struct buf *text, uint32_t r);

static void plain_row(struct buf *text, uint32_t r)
{
	buf_printf(text, "A%07u,2026-0%u-1%u,%u.%02u,payment for order %u\n", r, 1 + next(9),
		next(10), next(100000), next(100), next(1000000));
}

/* Values missing, rows rejected, rows alike, ragged rows, empty lines, letters to fold. */
static void mixed_row(struct buf *text, uint32_t r)
{
	switch (next(50)) {
	case 0:
		buf_add_cstr(text, "again,2026-01-02,1.00,the same row\n");
		break;
	case 1:
		buf_add_cstr(text, "bad,2026-13-77,1.00,no such day\n");
		break;
	case 2:
		buf_add_cstr(text, "ragged,2026-01-02\n");
		break;
	case 3:
		buf_add_cstr(text, "\n");
		break;
	case 4:
		buf_printf(text, "Stra\xc3\x9f"
				 "e %u,,,\n",
			r);
		break;
	default:
		buf_printf(text, "INV-%u,2026-02-0%u,-%u.5, Big  Text %u\r\n", next(900000),
			1 + next(9), next(1000), next(50));
	}
}

/* Line ends and delimiters inside quotes. */
static void quoted_row(struct buf *text, uint32_t r)
{
	buf_printf(text, "\"Q%u\",\"2026-03-04\",\"%u.00\",\"first\nsecond, %u \"\"said\"\"\n\n\"\n", r,
		next(1000), r);
}

/* Now and then a quote where none may stand, so that counting quotes says nothing. */
static void odd_row(struct buf *text, uint32_t r)
{
	if (next(3000) == 0)
		buf_add_cstr(text, "5\" disk,2026-01-02,1.00,x\n");
	else
		quoted_row(text, r);
}

/* One row in the middle that never ends its quotes. */
static void unclosed_row(struct buf *text, uint32_t r)
{
	if (r == 100000)
		buf_add_cstr(text, "\"open,2026-01-02,1.00,x\n");
	else
		plain_row(text, r);
}

static void long_row(struct buf *text, uint32_t r)
{
	buf_printf(text, "L%u,2026-01-02,1.00,", r);
	for (uint32_t i = 0; i < 20000 + next(20000); i++)
		buf_add_cstr(text, "lorem ");
	buf_add_char(text, '\n');
}

static void file_of(const struct col_table *t, enum col_file_kind kind,
	const struct table_info *info, struct buf *out)
{
	assert_int_equal(col_table_check(t, NULL), 0);
	assert_int_equal(table_file_write(kind, t, info, col_sink_buf(out), NULL), 0);
}

static void check_same(const char *label, unsigned threads, const struct read_result *a,
	const struct read_result *b)
{
	struct buf one CLEANUP(buf_free) = BUF_INIT, many CLEANUP(buf_free) = BUF_INIT;

	file_of(&a->table, COL_FILE_DATASET, &a->info, &one);
	file_of(&b->table, COL_FILE_DATASET, &b->info, &many);
	if (!sv_eq(buf_sv(&one), buf_sv(&many)))
		fail_msg("%s: %u threads read other rows", label, threads);
	buf_reset(&one);
	buf_reset(&many);
	file_of(&a->rejects, COL_FILE_REJECTS, &a->info, &one);
	file_of(&b->rejects, COL_FILE_REJECTS, &b->info, &many);
	if (!sv_eq(buf_sv(&one), buf_sv(&many)))
		fail_msg("%s: %u threads reject other rows", label, threads);
}

static void read_both_ways(const char *label, row_fn *row, bool typed, uint32_t footer_rows)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct mapping_field fields[] = {
		{.field = SV("date"), .type = COL_DATE, .columns = {SV("date")}, .ncolumns = 1,
			.scale = -1},
		{.field = SV("amount"), .type = COL_AMOUNT, .columns = {SV("amount")}, .ncolumns = 1,
			.scale = -1},
		{.field = SV("ref"), .type = COL_CODE, .columns = {SV("ref")}, .ncolumns = 1,
			.scale = -1},
		{.field = SV("memo"), .type = COL_TEXT, .columns = {SV("memo")}, .ncolumns = 1,
			.scale = -1},
	};
	struct mapping m = {.format = SV("csv"),
		.dialect = {.delimiter = ',', .quote = '"', .header_row = 1,
			.footer_rows = footer_rows},
		.decimal = {'.', 0},
		.fields = fields,
		.nfields = typed ? ARRAY_LEN(fields) : 1};
	struct read_result one CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct col_memory memory;

	seed = 7;
	buf_add_cstr(&text, "ref,date,amount,memo\n");
	for (uint32_t r = 0; text.n < BYTES; r++)
		row(&text, r);
	buf_add_cstr(&text, "last,2026-01-02,1.00,without a line end");
	assert_true(buf_ok(&text));
	struct col_source src = source_of(buf_sv(&text), &memory);
	assert_int_equal(read_file(src, &m, &one, NULL), 0);
	assert_true(one.table.rows > 0);
	for (unsigned threads = 2; threads <= 3; threads++) {
		struct read_result many CLEANUP(read_result_free) = READ_RESULT_INIT;

		assert_int_equal(read_file_threads(src, &m, threads, &many, NULL), 0);
		check_same(label, threads, &one, &many);
	}
}

static void test_same(void **state)
{
	static const struct {
		const char *label;
		row_fn *row;
		bool typed;
		uint32_t footer_rows;
	} cases[] = {
		{"plain", plain_row, true, 0},
		{"plain, source columns, a footer", plain_row, false, 3},
		{"mixed", mixed_row, true, 0},
		{"mixed, source columns", mixed_row, false, 0},
		{"quoted", quoted_row, true, 0},
		{"odd quotes", odd_row, true, 0},
		{"a quote that never closes", unclosed_row, true, 0},
		{"long rows", long_row, true, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].label);
		read_both_ways(
			cases[i].label, cases[i].row, cases[i].typed, cases[i].footer_rows);
	}
}

/* What one thread refuses, several refuse for the same reason. */
static void test_refused(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct mapping_field field = {.field = SV("a"), .type = COL_TEXT, .columns = {SV("a")},
		.ncolumns = 1, .scale = -1};
	struct mapping m = {.format = SV("csv"),
		.dialect = {.delimiter = ',', .quote = '"', .header_row = 1},
		.decimal = {'.', 0},
		.fields = &field,
		.nfields = 1};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct col_memory memory;
	struct err one = {0}, many = {0};

	(void)state;
	buf_add_cstr(&text, "a,b\n");
	for (uint32_t i = 0; text.n < BYTES; i++)
		buf_printf(&text, "%s%u,2\n", i % 64 == 0 ? "\"x" : "", i);
	struct col_source src = source_of(buf_sv(&text), &memory);
	int rc = read_file(src, &m, &r, &one);
	assert_int_equal(rc, E_UNREADABLE);
	assert_int_equal(read_file_threads(src, &m, 3, &r, &many), rc);
	assert_string_equal(one.detail, many.detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
