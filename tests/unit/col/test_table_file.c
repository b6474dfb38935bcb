/*
 * Dataset files: what is written is read back equal, only what is wanted is loaded, equal content
 * gives equal bytes, and no changed, cut or extended byte gets through.
 */
#include "col/table_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "col/col_build.h"

static const struct table_info info = {.file_sha256 = {1, 2, 3},
	.mapping_version = 7,
	.rows_read = 12,
	.rows_accepted = 4,
	.rows_rejected = 3,
	.rows_skipped = 5};

static void make_table(struct col_table *t)
{
	struct col_build b;

	assert_int_equal(col_build_init(&b, 5, NULL), 0);
	col_build_define(&b, 0, "text", COL_TEXT, COL_FIELD);
	col_build_define(&b, 1, "amount", COL_AMOUNT, COL_FIELD);
	col_build_define(&b, 2, "Branch", COL_TEXT, COL_SOURCE);
	col_build_define(&b, 3, "currency", COL_CURRENCY, COL_FIELD);
	col_build_define(&b, 4, "Fee", COL_AMOUNT, COL_SOURCE);
	b.cols[1].col.scale = COL_SCALE_OF_CURRENCY;
	b.cols[1].col.currency_col = 3;
	b.cols[4].col.scale = COL_SCALE_OF_CURRENCY;
	b.cols[4].col.currency_col = 3;
	for (int i = 0; i < 4; i++) {
		col_build_str(&b, 0, i % 2 ? SV("Rent March") : SV("Fee"),
			i % 2 ? SV("rent march") : SV("fee"));
		if (i == 2)
			col_build_missing(&b, 1);
		else
			col_build_i64(&b, 1, 100 * i - 150);
		col_build_str(&b, 2, SV("042"), SV_NULL);
		col_build_i32(&b, 3, COL_PACK('E', 'U', 'R'));
		col_build_i64(&b, 4, i);
		col_build_line(&b, (uint32_t)i + 2);
	}
	assert_int_equal(col_build_finish(&b, t, NULL), 0);
	t->flags = col_table_alloc(t, t->rows);
	assert_non_null(t->flags);
	t->flags[3] = COL_ROW_REPEATED;
}

static void write_file(struct buf *out)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

	make_table(&t);
	assert_int_equal(table_file_write(COL_FILE_DATASET, &t, &info, col_sink_buf(out), NULL), 0);
	assert_int_equal(out->n % 64, 0);
}

static int load(struct sv bytes, unsigned want, struct sv name, struct table_info *ret_info,
	struct col_table *ret, struct err *err)
{
	struct col_memory m = {(const uint8_t *)bytes.p, bytes.n};

	return table_file_load(col_source_memory(&m), COL_FILE_DATASET, want, &name,
		name.p == NULL ? 0 : 1, ret_info, ret, err);
}

static void test_round_trip(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_table back CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct buf again CLEANUP(buf_free) = BUF_INIT;
	struct table_info got;

	(void)state;
	make_table(&t);
	write_file(&file);
	assert_int_equal(load(buf_sv(&file), TABLE_ALL, SV_NULL, &got, &back, NULL), 0);
	assert_memory_equal(&got, &info, sizeof(info));
	assert_int_equal(back.rows, t.rows);
	assert_int_equal(back.ncols, t.ncols);
	for (uint32_t c = 0; c < t.ncols; c++) {
		assert_string_equal(back.cols[c].name, t.cols[c].name);
		assert_int_equal(back.cols[c].currency_col, t.cols[c].currency_col);
		for (uint32_t r = 0; r < t.rows; r++) {
			struct buf a CLEANUP(buf_free) = BUF_INIT;
			struct buf b CLEANUP(buf_free) = BUF_INIT;

			col_format(&t, &t.cols[c], r, &a);
			col_format(&back, &back.cols[c], r, &b);
			assert_string_equal(buf_cstr(&a), buf_cstr(&b));
		}
	}
	assert_true(sv_eq(col_folded(&back.cols[0], 1), SV("rent march")));
	assert_memory_equal(back.line, t.line, t.rows * sizeof(*t.line));
	assert_memory_equal(back.flags, t.flags, t.rows);
	/* what was loaded is written to the same bytes */
	assert_int_equal(
		table_file_write(COL_FILE_DATASET, &back, &info, col_sink_buf(&again), NULL), 0);
	assert_int_equal(again.n, file.n);
	assert_memory_equal(again.p, file.p, file.n);
}

static void test_wanted_only(void **state)
{
	static const struct {
		const char *label;
		unsigned want;
		const char *name;
		uint32_t ncols;
		int32_t currency_col; /* of the column "amount", -2: not loaded */
		bool lines, flags;
	} cases[] = {
		{"nothing", 0, NULL, 0, -2, false, false},
		{"fields", TABLE_FIELDS, NULL, 3, 2, false, false},
		{"source columns bring their currency", TABLE_SOURCE, NULL, 3, -2, false, false},
		{"one amount brings its currency", 0, "amount", 2, 1, false, false},
		{"one text", 0, "Branch", 1, -2, false, false},
		{"unknown name", 0, "nobody", 0, -2, false, false},
		{"lines", TABLE_LINES, NULL, 0, -2, true, false},
		{"flags", TABLE_FLAGS, NULL, 0, -2, false, true},
	};
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	write_file(&file);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

		print_message("%s\n", cases[i].label);
		assert_int_equal(load(buf_sv(&file), cases[i].want, sv_from_cstr(cases[i].name),
					 NULL, &t, NULL),
			0);
		assert_int_equal(t.rows, 4);
		assert_int_equal(t.ncols, cases[i].ncols);
		const struct col *amount = col_find(&t, COL_FIELD, SV("amount"));
		assert_int_equal(amount == NULL ? -2 : amount->currency_col, cases[i].currency_col);
		assert_int_equal(t.line != NULL, cases[i].lines);
		assert_int_equal(t.flags != NULL, cases[i].flags);
	}
}

static void test_wrong_kind(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct err err;

	(void)state;
	write_file(&file);
	struct col_memory m = {(const uint8_t *)file.p, file.n};
	assert_int_equal(table_file_load(col_source_memory(&m), COL_FILE_REJECTS, TABLE_ALL, NULL,
				 0, NULL, &t, &err),
		E_CORRUPT);
}

/* Every single changed byte is refused: header, directory, content; padding is not read. */
static void test_changed_bytes(void **state)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	size_t accepted = 0;

	(void)state;
	write_file(&file);
	for (size_t i = 0; i < file.n; i++) {
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

		char was = file.p[i];
		file.p[i] = (char)(was ^ 0x41);
		int rc = load(buf_sv(&file), TABLE_ALL, SV_NULL, NULL, &t, NULL);
		assert_true(rc == 0 || rc == E_CORRUPT);
		if (rc == 0) {
			accepted++;
			assert_int_equal(was, 0); /* padding between sections */
		}
		file.p[i] = was;
	}
	assert_true(accepted < file.n / 2);
}

static void test_cut_and_extended(void **state)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct err err;

	(void)state;
	write_file(&file);
	for (size_t n = 0; n < file.n; n++) {
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

		assert_int_equal(
			load(sv_from(file.p, n), TABLE_ALL, SV_NULL, NULL, &t, &err), E_CORRUPT);
	}
	for (size_t n = 1; n <= 64; n++) {
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

		buf_add_char(&file, 0);
		assert_int_equal(
			load(buf_sv(&file), TABLE_ALL, SV_NULL, NULL, &t, &err), E_CORRUPT);
	}
}

/* Descriptions with right sums and wrong content: made by the container's own writer. */
static void test_wrong_descriptions(void **state)
{
	static const struct {
		const char *label;
		size_t at;
		uint8_t value;
	} cases[] = {
		{"rows beyond the maximum", 3, 0xff},
		{"rows without data", 0, 9},
		{"columns beyond the maximum", 6, 1},
		{"columns that are not described", 4, 6},
		{"a column less", 4, 4},
		{"unknown type", 76, 99},
		{"unknown role", 77, 9},
		{"wrong scale", 78, 44},
		{"currency column out of range", 83, 77},
		{"name of length 0", 87, 0},
		{"name longer than the rest", 88, 0xff},
		{"NUL in the name", 89, 0},
	};
	struct buf file CLEANUP(buf_free) = BUF_INIT;
	struct col_file f CLEANUP(col_file_close) = COL_FILE_INIT;
	struct err err;

	(void)state;
	write_file(&file);
	struct col_memory m = {(const uint8_t *)file.p, file.n};
	assert_int_equal(col_file_open(col_source_memory(&m), COL_FILE_DATASET, &f, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
		struct buf bad CLEANUP(buf_free) = BUF_INIT;
		struct col_part parts[64];
		uint8_t meta[512];

		assert_true(f.nsections <= ARRAY_LEN(parts) && f.sections[0].n <= sizeof(meta));
		for (uint32_t k = 0; k < f.nsections; k++)
			parts[k] = (struct col_part){f.sections[k].index, f.sections[k].tag,
				file.p + f.sections[k].offset, f.sections[k].n};
		memcpy(meta, parts[0].p, parts[0].n);
		parts[0].p = meta;
		meta[cases[i].at] = cases[i].value;
		assert_int_equal(col_file_write(COL_FILE_DATASET, parts, f.nsections,
					 col_sink_buf(&bad), NULL),
			0);
		if (load(buf_sv(&bad), TABLE_ALL, SV_NULL, NULL, &t, &err) != E_CORRUPT)
			fail_msg("accepted: %s", cases[i].label);
	}
}

static int failing_write(void *ctx, const void *p, size_t n, struct err *err)
{
	int *calls = ctx;

	(void)p;
	(void)n;
	return --*calls < 0 ? err_set(err, E_NO_SPACE, NULL) : 0;
}

static void test_sink_errors(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf small CLEANUP(buf_free) = BUF_INIT;
	struct err err;

	(void)state;
	make_table(&t);
	for (int calls = 0; calls < 8; calls++) {
		int left = calls;
		struct col_sink sink = {failing_write, &left};

		assert_int_equal(
			table_file_write(COL_FILE_DATASET, &t, &info, sink, &err), E_NO_SPACE);
	}
	buf_init(&small, 100);
	assert_int_equal(
		table_file_write(COL_FILE_DATASET, &t, &info, col_sink_buf(&small), &err), E_LIMIT);
	assert_int_equal(col_file_write(COL_FILE_DATASET, NULL, COL_FILE_SECTIONS_MAX + 1,
				 col_sink_buf(&small), &err),
		E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_wanted_only),
		cmocka_unit_test(test_wrong_kind),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_cut_and_extended),
		cmocka_unit_test(test_wrong_descriptions),
		cmocka_unit_test(test_sink_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
