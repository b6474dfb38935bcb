/*
 * import(export(x)) = x: tables of every type and of every text that has ever broken an import are
 * written, read back through the mapping that the writer gives, and are the same.
 */
#include "write/table_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../corpus.h"
#include "../unit.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "col/col_build.h"
#include "read/cell.h"
#include "read/fold.h"
#include "read/read.h"
#include "wire/json.h"
#include "write/rejects_writer.h"

#define MONEY_MAX INT64_C(100000000000000000)

struct numbers {
	uint64_t x;
};

static uint64_t next(struct numbers *n)
{
	n->x ^= n->x << 13;
	n->x ^= n->x >> 7;
	n->x ^= n->x << 17;
	return n->x;
}

/* ---- a table ---- */

enum { DATE, AMOUNT, OTHER, CURRENCY, TEXT, CODE, RATE, QUANTITY, NUMBER, SOURCE, SAME, FORMULA,
	COLS };

static void define(struct col_build *b)
{
	static const struct {
		const char *name;
		enum col_type type;
		enum col_role role;
		uint8_t scale;
	} cols[COLS] = {
		[DATE] = {"date", COL_DATE, COL_FIELD, 0},
		[AMOUNT] = {"amount", COL_AMOUNT, COL_FIELD, COL_SCALE_OF_CURRENCY},
		[OTHER] = {"fee", COL_AMOUNT, COL_FIELD, COL_SCALE_OF_CURRENCY},
		[CURRENCY] = {"currency", COL_CURRENCY, COL_FIELD, 0},
		[TEXT] = {"text", COL_TEXT, COL_FIELD, 0},
		[CODE] = {"reference", COL_CODE, COL_FIELD, 0},
		[RATE] = {"rate", COL_RATE, COL_FIELD, 9},
		[QUANTITY] = {"quantity", COL_QUANTITY, COL_FIELD, 3},
		[NUMBER] = {"number", COL_NUMBER, COL_FIELD, 0},
		[SOURCE] = {"Memo, \"2nd\"", COL_TEXT, COL_SOURCE, 0},
		[SAME] = {"text", COL_TEXT, COL_SOURCE, 0}, /* a source column named as a field */
		[FORMULA] = {"=1+1", COL_TEXT, COL_SOURCE, 0},
	};

	assert_int_equal(col_build_init(b, COLS, NULL), 0);
	for (uint32_t i = 0; i < COLS; i++) {
		col_build_define(b, i, cols[i].name, cols[i].type, cols[i].role);
		b->cols[i].col.scale = cols[i].scale;
		b->cols[i].col.currency_col = cols[i].type == COL_AMOUNT ? CURRENCY : -1;
	}
}

static void put_text(struct col_build *b, uint32_t i, struct sv s)
{
	struct buf folded CLEANUP(buf_free) = BUF_INIT;

	if (i == TEXT || i == CODE)
		fold(s, i == CODE ? FOLD_CODE : FOLD_TEXT, &folded);
	col_build_str(b, i, s, i == TEXT || i == CODE ? sv_from(buf_cstr(&folded), folded.n) : SV_NULL);
}

static int64_t some_units(struct numbers *n, int64_t max)
{
	int64_t v = (int64_t)(next(n) % (uint64_t)max);

	v = next(n) % 3 == 0 ? v % 1000 : v;
	return next(n) % 2 == 0 ? v : -v;
}

static void put_row(struct col_build *b, struct numbers *n, const struct sv *texts, size_t ntexts)
{
	static const int32_t currencies[] = {
		COL_PACK('E', 'U', 'R'), COL_PACK('J', 'P', 'Y'), COL_PACK('B', 'H', 'D')};

	/* From 0001 on; an amount is never without its currency. */
	if (next(n) % 8 == 0)
		col_build_missing(b, DATE);
	else
		col_build_i32(b, DATE, (int32_t)(next(n) % 3652059) - 719162);
	col_build_i64(b, AMOUNT, next(n) % 9 == 0 ? MONEY_MAX : some_units(n, MONEY_MAX));
	if (next(n) % 3 == 0)
		col_build_missing(b, OTHER);
	else
		col_build_i64(b, OTHER, some_units(n, MONEY_MAX));
	col_build_i32(b, CURRENCY, currencies[next(n) % ARRAY_LEN(currencies)]);
	col_build_i64(b, RATE, some_units(n, INT64_MAX));
	col_build_i64(b, QUANTITY, some_units(n, MONEY_MAX));
	col_build_i64(b, NUMBER, some_units(n, MONEY_MAX));
	for (uint32_t i = TEXT; i < COLS; i++) {
		if (b->cols[i].col.type != COL_TEXT && b->cols[i].col.type != COL_CODE)
			continue;
		if (next(n) % 5 == 0)
			col_build_missing(b, i);
		else
			put_text(b, i, texts[next(n) % ntexts]);
	}
	col_build_line(b, b->nlines + 2);
}

static void make(struct numbers *n, uint32_t rows, const struct sv *texts, size_t ntexts,
	struct col_table *ret)
{
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	struct err err = {0};

	define(&b);
	for (uint32_t r = 0; r < rows; r++)
		put_row(&b, n, texts, ntexts);
	if (col_build_finish(&b, ret, &err) != 0 || col_table_check(ret, &err) != 0)
		fail_msg("%s", err.detail);
}

/* ---- there and back ---- */

static bool same_cell(const struct col *a, const struct col *b, uint32_t r)
{
	if (col_valid(a, r) != col_valid(b, r))
		return false;
	if (!col_valid(a, r))
		return true;
	switch (col_held(a->type)) {
	case COL_STR:
		return sv_eq(col_text(a, r), col_text(b, r)) &&
		       (a->role == COL_SOURCE || sv_eq(col_folded(a, r), col_folded(b, r)));
	case COL_I64:
		return a->i64[r] == b->i64[r];
	case COL_I32:
		return a->i32[r] == b->i32[r];
	}
	return false;
}

static void check_same(const char *label, const struct col_table *a, const struct col_table *b)
{
	CHECK_INT(label, b->ncols, a->ncols);
	CHECK_INT(label, b->rows, a->rows);
	for (uint32_t i = 0; i < a->ncols; i++) {
		const struct col *x = &a->cols[i], *y = &b->cols[i];

		CHECK_STR(label, y->name, x->name);
		CHECK_INT(x->name, y->type, x->type);
		CHECK_INT(x->name, y->role, x->role);
		CHECK_INT(x->name, y->scale, x->scale);
		CHECK_INT(x->name, y->currency, x->currency);
		CHECK_INT(x->name, y->currency_col, x->currency_col);
		for (uint32_t r = 0; r < a->rows; r++)
			if (!same_cell(x, y, r)) {
				struct buf was CLEANUP(buf_free) = BUF_INIT;
				struct buf is CLEANUP(buf_free) = BUF_INIT;

				col_format(a, x, r, &was);
				col_format(b, y, r, &is);
				fail_msg("%s: row %u, %s: '%s' became '%s'", label, r, x->name,
					buf_cstr(&was), buf_cstr(&is));
			}
	}
}

static void check_round(const struct col_table *t, enum write_format format)
{
	const char *label = write_format_words[format];
	struct buf out CLEANUP(buf_free) = BUF_INIT, json CLEANUP(buf_free) = BUF_INIT;
	struct read_result back CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct arena a CLEANUP(arena_free);
	struct mapping m, parsed;
	struct err err = {0};

	arena_init(&a, 0);
	assert_int_equal(table_writer_check(t, format, &err), 0);
	if (table_writer_all(t, format, col_sink_buf(&out), &err) != 0)
		fail_msg("%s: %s", label, err.detail);
	assert_int_equal(table_writer_mapping(t, format, &a, &m, &err), 0);
	/* The mapping is one that a person could have confirmed. */
	mapping_to_json(&m, &json);
	if (mapping_from_json(buf_sv(&json), &a, &parsed, &err) != 0)
		fail_msg("%s: %s at %s", label, err.detail, err.pointer);
	struct col_memory memory = {(const uint8_t *)out.p, out.n};
	if (read_file(col_source_memory(&memory), &parsed, &back, &err) != 0)
		fail_msg("%s: %s", label, err.detail);
	if (back.info.rows_rejected > 0) {
		col_format(&back.rejects, &back.rejects.cols[4], 0, &json);
		col_format(&back.rejects, &back.rejects.cols[2], 0, &json);
		fail_msg("%s: %s", label, buf_cstr(&json));
	}
	check_same(label, t, &back.table);
}

static void check_both(const struct sv *texts, size_t n, uint32_t rows, uint64_t seed)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct numbers numbers = {seed};

	make(&numbers, rows, texts, n, &t);
	for (int f = 0; f < WRITE_FORMAT_COUNT; f++)
		check_round(&t, (enum write_format)f);
}

/* ---- texts ---- */

static const struct sv bad_texts[] = {
	{"=1+1", 4}, {"'=1+1", 5}, {"''", 2}, {"'", 1}, {"-12.30", 6}, {"'-12.30", 7}, {"- 1", 3},
	{"@x", 2}, {"\t=1", 3}, {"+", 1}, {"a,b", 3}, {"a;b", 3}, {"\"", 1}, {"\"\"", 2},
	{"a\nb", 3}, {"a\r\nb", 4}, {"a\rb", 3}, {"\n=x", 3}, {" lead", 5}, {"trail ", 6},
	{"two  blanks", 11}, {"_x000D_", 7}, {"_x", 2}, {"__x0041_", 8}, {"_x005F_x0041_", 13},
	{"\x01\x02\x1f\x7f", 4}, {"\xef\xbf\xbe", 3}, {"\xef\xbf\xbf", 3}, {"\xc2\x85", 2},
	{"\xe2\x80\xa8", 3}, {"<a>&amp;</a>", 12}, {"]]>", 3}, {"\xf0\x9f\x92\xb6", 4}, {"NULL", 4},
	{"TRUE", 4}, {"1e5", 3}, {"007", 3}, {"2026-03-04", 10}, {"(12)", 4}, {"#REF!", 5},
	{"\xc2\xa0=1", 4}, {"x\xc2\xa0", 3}, {"\xef\xbc\x9d" "1", 4}, {"\xef\xbb\xbf", 3},
};

static void test_texts_that_break_imports(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		check_both(bad_texts, ARRAY_LEN(bad_texts), 200, seed * UINT64_C(0x9e3779b97f4a7c15));
}

/* Any characters at all, those that matter more often. */
static struct sv any_text(struct numbers *n, struct buf *out)
{
	static const char *const marks[] = {"'", "=", "\"", ",", "\n", "\r", "\t", " ", "_x", "-",
		"<", "&", ";", "\xc2\xa0", "\xef\xbc\x8b", "\x1b"};
	size_t len = 1 + next(n) % 12;

	buf_reset(out);
	for (size_t i = 0; i < len; i++) {
		char bytes[4];
		uint32_t c = 1 + (uint32_t)(next(n) % 0x10ffff);

		if (next(n) % 2 == 0)
			buf_add_cstr(out, marks[next(n) % ARRAY_LEN(marks)]);
		else if (next(n) % 2 == 0)
			buf_add_char(out, (char)('!' + next(n) % 94));
		else if (c < 0xd800 || c > 0xdfff)
			buf_add(out, bytes, utf8_put(c, bytes));
	}
	/* Text without anything but blanks is a cell that is missing. */
	buf_add_char(out, '.');
	return buf_sv(out);
}

static void test_any_texts(void **state)
{
	struct numbers n = {88172645463325252u};

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct buf texts[64] = {0};
		struct sv views[64];

		for (size_t i = 0; i < ARRAY_LEN(texts); i++)
			views[i] = any_text(&n, &texts[i]);
		check_both(views, ARRAY_LEN(views), 300, next(&n) | 1);
		for (size_t i = 0; i < ARRAY_LEN(texts); i++)
			buf_free(&texts[i]);
	}
}

/* The Big List of Naughty Strings, where it is. */
static void test_naughty_strings(void **state)
{
	char path[4096];
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct sv *views CLEANUP(free_ptr) = NULL;
	size_t n = 0, got;

	(void)state;
	if (!corpus_path("naughty-strings/blns.json", path))
		skip();
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	do {
		char room[65536];

		got = fread(room, 1, sizeof(room), f);
		buf_add(&text, room, got);
	} while (got > 0);
	fclose(f);
	assert_int_equal(json_parse(buf_sv(&text), 2, &root, NULL), 0);
	views = calloc(json_count(root), sizeof(*views));
	assert_non_null(views);
	for (size_t i = 0; i < json_count(root); i++) {
		struct sv s = json_as_text(json_at(root, i));

		if (cell_trim(s).n > 0 && memchr(s.p, '\0', s.n) == NULL)
			views[n++] = s;
	}
	assert_true(n > 400);
	for (uint64_t seed = 1; seed <= 5; seed++)
		check_both(views, n, 2000, seed * UINT64_C(0x2545f4914f6cdd1d));
}

/* ---- other tables ---- */

static void test_one_currency_and_none(void **state)
{
	static const struct {
		int32_t currency;
		uint8_t scale;
	} cases[] = {{COL_PACK('J', 'P', 'Y'), 0}, {COL_PACK('E', 'U', 'R'), 2}, {0, 3}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

		assert_int_equal(col_build_init(&b, 1, NULL), 0);
		col_build_define(&b, 0, "amount", COL_AMOUNT, COL_FIELD);
		b.cols[0].col.scale = cases[i].scale;
		b.cols[0].col.currency = cases[i].currency;
		b.cols[0].col.currency_col = -1;
		col_build_i64(&b, 0, -MONEY_MAX);
		col_build_i64(&b, 0, 5);
		col_build_line(&b, 2);
		col_build_line(&b, 3);
		assert_int_equal(col_build_finish(&b, &t, NULL), 0);
		for (int f = 0; f < WRITE_FORMAT_COUNT; f++)
			check_round(&t, (enum write_format)f);
	}
}

static void test_a_sheet_has_no_room(void **state)
{
	char *text CLEANUP(free_ptr) = calloc(1, WRITER_SHEET_TEXT_MAX + 1);
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct err err = {0};

	(void)state;
	assert_non_null(text);
	memset(text, 'x', WRITER_SHEET_TEXT_MAX + 1);
	assert_int_equal(col_build_init(&b, 1, NULL), 0);
	col_build_define(&b, 0, "text", COL_TEXT, COL_FIELD);
	col_build_str(&b, 0, sv_from(text, WRITER_SHEET_TEXT_MAX + 1), SV_NULL);
	assert_int_equal(col_build_finish(&b, &t, NULL), 0);
	assert_int_equal(table_writer_check(&t, WRITE_XLSX, &err), E_LIMIT);
	assert_int_equal(table_writer_check(&t, WRITE_CSV, &err), 0);
	t.rows = WRITER_SHEET_ROWS_MAX + 1;
	assert_int_equal(table_writer_check(&t, WRITE_XLSX, &err), E_LIMIT);
	t.rows = 1;
}

static int no_room(void *ctx, const void *p, size_t n, struct err *err)
{
	(void)ctx;
	(void)p;
	(void)n;
	return err_set(err, E_NO_SPACE, NULL);
}

static void test_errors_of_the_sink(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct numbers n = {7};
	struct err err = {0};

	(void)state;
	make(&n, 3, bad_texts, ARRAY_LEN(bad_texts), &t);
	for (int f = 0; f < WRITE_FORMAT_COUNT; f++)
		assert_int_equal(table_writer_all(&t, (enum write_format)f,
					 (struct col_sink){no_room, NULL}, &err),
			E_NO_SPACE);
}

/* ---- rejects ---- */

static void read_with(struct sv file, const char *mapping, struct read_result *ret)
{
	struct arena a CLEANUP(arena_free);
	struct col_memory memory = {(const uint8_t *)file.p, file.n};
	struct mapping m;
	struct err err = {0};

	arena_init(&a, 0);
	if (mapping_from_json(sv_from_cstr(mapping), &a, &m, &err) != 0 ||
		read_file(col_source_memory(&memory), &m, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

static void test_rejected_rows_with_their_cells(void **state)
{
	static const char mapping[] =
		"{\"format\":\"csv\",\"currency\":\"EUR\",\"dialect\":{\"delimiter\":\";\"},\"fields\":["
		"{\"field\":\"amount\",\"type\":\"amount\",\"column\":\"Amount\",\"required\":true},"
		"{\"field\":\"text\",\"type\":\"text\",\"column\":\"Text\"}]}";
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	const struct sv more[] = {SV("Amount"), SV("Text"), SV("Absent")};
	struct err err = {0};

	(void)state;
	read_with(SV("Amount;Text;Memo\n1.00;good;\nx;\"=a\nb\";\"q\"\"q\"\n;;only\n2;3\n4;5;6;7\n"),
		mapping, &r);
	assert_int_equal(r.info.rows_accepted, 1);
	assert_int_equal(rejects_writer_all(&r.rejects, more, ARRAY_LEN(more), WRITE_CSV,
				 col_sink_buf(&out), &err),
		0);
	assert_string_equal(buf_cstr(&out),
		"recon: line,recon: column,recon: reason,Amount,Text,Memo,Column 4,Absent\n"
		"3,Amount,The cell is not of the column's type.,x,\"'=a\nb\",\"q\"\"q\",,\n"
		"5,Amount,\"The cell is empty, and the field is required.\",,,only,,\n"
		"6,,\"The row has 2 cells, the header 3.\",2,3,,,\n"
		"7,,\"The row has 4 cells, the header 3.\",4,5,6,7,\n");
}

static void test_no_rejects(void **state)
{
	struct col_table t = COL_TABLE_INIT;
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	(void)state;
	assert_int_equal(
		rejects_writer_all(&t, NULL, 0, WRITE_CSV, col_sink_buf(&out), &err), E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_that_break_imports),
		cmocka_unit_test(test_any_texts),
		cmocka_unit_test(test_naughty_strings),
		cmocka_unit_test(test_one_currency_and_none),
		cmocka_unit_test(test_a_sheet_has_no_room),
		cmocka_unit_test(test_errors_of_the_sink),
		cmocka_unit_test(test_rejected_rows_with_their_cells),
		cmocka_unit_test(test_no_rejects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
