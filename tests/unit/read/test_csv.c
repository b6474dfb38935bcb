/*
 * CSV through a mapping: typed rows, rejects with their reasons, counts that add up.
 */
#include "read/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "read/cell.h"
#include "read/fold.h"
#include "read_util.h"

static void map(struct arena *a, const char *json, struct mapping *ret)
{
	struct err err = {0};

	if (mapping_from_json(sv_from_cstr(json), a, ret, &err) != 0)
		fail_msg("mapping: %s at %s", err.detail, err.pointer);
}

/* All columns a, b, c … as text, as the file has them. */
#define RAW "{\"format\":\"csv\",\"fields\":[{\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}"
#define TWO "{\"format\":\"csv\",\"fields\":[{\"field\":\"x\",\"type\":\"text\",\"column\":\"b\"}]}"

#define MONEY(more)                                                                                \
	"{\"format\":\"csv\"," more "\"currency\":\"EUR\",\"fields\":["                            \
	"{\"field\":\"date\",\"type\":\"date\",\"column\":\"d\"},"                                 \
	"{\"field\":\"amount\",\"type\":\"amount\",\"column\":\"m\",\"required\":true}]}"

static void test_rows(void **state)
{
	static const struct {
		const char *label, *mapping;
		struct sv text;
		const char *want, *rejects; /* rejects: line column code; */
		uint64_t skipped;
	} cases[] = {
		{"plain", RAW, SV("a,b\n1,2\n3,4\n"), "1|2\n3|4", "", 0},
		{"no line end at the end", RAW, SV("a,b\n1,2\n3,4"), "1|2\n3|4", "", 0},
		{"CR LF", RAW, SV("a,b\r\n1,2\r\n"), "1|2", "", 0},
		{"CR", RAW, SV("a,b\r1,2\r3,4\r"), "1|2\n3|4", "", 0},
		{"mixed line ends", RAW, SV("a,b\n1,2\r\n3,4\r5,6\n"), "1|2\n3|4\n5|6", "", 0},
		{"byte order mark", RAW,
			SV("\xef\xbb\xbf"
			   "a,b\n1,2\n"),
			"1|2", "", 0},
		{"quotes", RAW, SV("a,b\n\"x,\"\"y\"\"\",\"2\n3\"\n"), "x,\"y\"|2\n3", "", 0},
		{"quote inside a bare cell", RAW, SV("a,b\n5\" disk,2\n3,4\n"), "5\" disk|2\n3|4",
			"", 0},
		{"stray quote inside quotes", RAW, SV("a,b\n\"5\" disk\",2\n3,4\n"),
			"5\" disk|2\n3|4", "", 0},
		{"quotes never close: one line is lost", RAW, SV("a,b\n\"1,2\n3,4\n5,6\n"),
			"3|4\n5|6", "2 ~ row_ragged;", 0},
		{"empty cells are missing", RAW, SV("a,b\n,2\n\"\",4\n"), "~|2\n~|4", "", 0},
		{"empty rows are skipped", RAW, SV("a,b\n\n1,2\n  \n,\n\n"), "1|2", "", 4},
		{"ragged", RAW, SV("a,b\n1\n1,2\n1,2,3\n"), "1|2", "2 ~ row_ragged;4 ~ row_ragged;",
			0},
		{"delimiters behind the last column", RAW, SV("a,b\n1,2,,\n\"3\",4,\n"), "1|2\n3|4",
			"", 0},
		{"NUL", RAW, SV("a,b\n1\0,2\n3,4\n"), "3|4", "2 a cell_encoding;", 0},
		{"not UTF-8", RAW, SV("a,b\n1,\xff\n3,4\n"), "3|4", "2 b cell_encoding;", 0},
		{"the columns' order is the file's", TWO, SV("a,b,c\n1,2,3\n"), "2|1|3", "", 0},
		{"header with blanks, twice, empty",
			"{\"format\":\"csv\",\"fields\":[{\"field\":\"x\","
			"\"type\":\"text\",\"columns\":[\"a\",\"a (2)\",\"Column 3\"]}]}",
			SV(" a ,a,\n1,2,3\n"), "1 2 3", "", 0},
		{"header in row 3",
			"{\"format\":\"csv\",\"dialect\":{\"header_row\":3},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			SV("Statement\n\na,b\n1,2\n"), "1|2", "", 2},
		{"no header",
			"{\"format\":\"csv\",\"dialect\":{\"header_row\":0},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"Column 2\"}]}",
			SV("1,2\n3,4\n"), "2|1\n4|3", "", 0},
		{"footer",
			"{\"format\":\"csv\",\"dialect\":{\"footer_rows\":2},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			SV("a,b\n1,2\n\nTotal,3\nEnd of file\n\n"), "1|2", "", 3},
		{"delimiter and quote",
			"{\"format\":\"csv\",\"dialect\":{\"delimiter\":\";\",\"quote\":"
			"\"'\"},\"fields\":[{\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			SV("a;b\n'1;1';2\n"), "1;1|2", "", 0},
		{"no quotes",
			"{\"format\":\"csv\",\"dialect\":{\"quote\":\"\"},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			SV("a,b\n\"1,2\"\n"), "\"1|2\"", "", 0},
		{"typed", MONEY(""), SV("d,m\n2026-03-04,12.5\n2026-03-05,-3\n"),
			"2026-03-04|12.50\n2026-03-05|-3.00", "", 0},
		{"a wrong cell rejects its row", MONEY(""),
			SV("d,m\nx,1\n2026-03-05,y\n2026-03-06,\n2026-03-07,0.001\n2026-03-08,4\n,"
			   "5\n"),
			"2026-03-08|4.00\n~|5.00",
			"2 d cell_type;3 m cell_type;4 m cell_type;5 m cell_range;", 0},
		{"rounding", MONEY("\"rounding\":\"half_up\","), SV("d,m\n,0.005\n"), "~|0.01", "",
			0},
		{"decimal comma", MONEY("\"decimal\":\",\",\"thousands\":\".\","),
			SV("d,m\n,\"1.234,5\"\n"), "~|1234.50", "", 0},
		{"day first", MONEY("\"date_order\":\"dmy\","), SV("d,m\n04/03/2026,1\n"),
			"2026-03-04|1.00", "", 0},
		{"Windows-1252",
			"{\"format\":\"csv\",\"dialect\":{\"encoding\":\"windows-1252\"},"
			"\"fields\":[{\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			SV("a\n\x80\n"), "\xe2\x82\xac", "", 0},
		{"UTF-16",
			"{\"format\":\"csv\",\"dialect\":{\"encoding\":\"utf-16le\"},"
			"\"fields\":[{\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			SV("\xff\xfe"
			   "a\0,\0b\0\n\0"
			   "1\0,\0\xe9\0\r\0\n\0"),
			"1|\xc3\xa9", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct buf got CLEANUP(buf_free) = BUF_INIT;
		struct buf rejects CLEANUP(buf_free) = BUF_INIT;
		struct col_memory m;
		struct mapping mapping;
		struct err err = {0};

		arena_init(&a, 0);
		print_message("%s\n", cases[i].label);
		map(&a, cases[i].mapping, &mapping);
		if (read_file(source_of(cases[i].text, &m), &mapping, &r, &err) != 0)
			fail_msg("%s", err.detail);
		assert_int_equal(col_table_check(&r.table, NULL), 0);
		assert_int_equal(col_table_check(&r.rejects, NULL), 0);
		table_text(&r.table, &got);
		assert_string_equal(buf_cstr(&got), cases[i].want);
		for (uint32_t k = 0; k < r.rejects.rows; k++) {
			col_format(&r.rejects, &r.rejects.cols[0], k, &rejects);
			buf_add_char(&rejects, ' ');
			if (!col_valid(&r.rejects.cols[1], k))
				buf_add_char(&rejects, '~');
			col_format(&r.rejects, &r.rejects.cols[1], k, &rejects);
			buf_add_char(&rejects, ' ');
			col_format(&r.rejects, &r.rejects.cols[3], k, &rejects);
			buf_add_char(&rejects, ';');
		}
		assert_string_equal(buf_cstr(&rejects), cases[i].rejects);
		assert_int_equal(r.info.rows_skipped, cases[i].skipped);
		assert_int_equal(r.info.rows_accepted, r.table.rows);
		assert_int_equal(r.info.rows_rejected, r.rejects.rows);
		assert_int_equal(r.info.rows_read,
			r.info.rows_accepted + r.info.rows_rejected + r.info.rows_skipped);
	}
}

static void test_amount_signs(void **state)
{
	static const struct {
		const char *label, *field;
		const char *text, *want, *codes;
	} cases[] = {
		{"negate", "\"column\":\"p\",\"sign\":\"negate\"", "p,q\n5,\n-6,\n", "-5.00\n6.00",
			""},
		{"debit - credit", "\"columns\":[\"p\",\"q\"],\"sign\":\"debit_credit\"",
			"p,q\n5,\n,6\n7,0.00\n", "5.00\n-6.00\n7.00", ""},
		{"credit - debit", "\"columns\":[\"q\",\"p\"],\"sign\":\"credit_debit\"",
			"p,q\n5,\n,6\n", "-5.00\n6.00", ""},
		{"both sides",
			"\"columns\":[\"p\",\"q\"],\"sign\":\"debit_credit\",\"required\":true",
			"p,q\n5,6\n,\n1,x\n2,\n", "2.00", "cell_type cell_type "},
		{"marker", "\"columns\":[\"p\",\"q\"],\"sign\":\"marker\"",
			"p,q\n5,D\n6,CR\n7,?\n,D\n", "-5.00\n6.00\n~", "cell_type "},
		{"own markers",
			"\"columns\":[\"p\",\"q\"],\"sign\":\"marker\",\"negative\":[\"out\"]",
			"p,q\n5,OUT\n6,in\n", "-5.00\n6.00", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct buf got CLEANUP(buf_free) = BUF_INIT;
		struct buf codes CLEANUP(buf_free) = BUF_INIT;
		struct col_memory m;
		struct mapping mapping;
		char json[512];

		arena_init(&a, 0);
		print_message("%s\n", cases[i].label);
		snprintf(json, sizeof(json),
			"{\"format\":\"csv\",\"currency\":\"EUR\",\"fields\":[{\"field\":"
			"\"amount\",\"type\":\"amount\",%s}]}",
			cases[i].field);
		map(&a, json, &mapping);
		mapping.fields_only = true;
		assert_int_equal(
			read_file(source_of(sv_from_cstr(cases[i].text), &m), &mapping, &r, NULL),
			0);
		table_text(&r.table, &got);
		assert_string_equal(buf_cstr(&got), cases[i].want);
		for (uint32_t k = 0; k < r.rejects.rows; k++) {
			col_format(&r.rejects, &r.rejects.cols[3], k, &codes);
			buf_add_char(&codes, ' ');
		}
		assert_string_equal(buf_cstr(&codes), cases[i].codes);
	}
}

static void test_currency_by_row(void **state)
{
	static const char json[] = "{\"format\":\"csv\",\"fields\":[{\"field\":\"amount\",\"type\":"
				   "\"amount\",\"column\":\"m\"},{\"field\":\"currency\",\"type\":"
				   "\"currency\",\"column\":\"c\"}]}";
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf got CLEANUP(buf_free) = BUF_INIT;
	struct col_memory m;
	struct mapping mapping;
	struct read_sum sums[4];

	(void)state;
	arena_init(&a, 0);
	map(&a, json, &mapping);
	assert_int_equal(
		read_file(
			source_of(SV("m,c\n1.50,EUR\n100,JPY\n0.125,KWD\n2,eur\n1.5,JPY\n3,ZZZ\n"),
				&m),
			&mapping, &r, NULL),
		0);
	table_text(&r.table, &got);
	assert_string_equal(buf_cstr(&got), "1.50|EUR\n100|JPY\n0.125|KWD\n2.00|EUR");
	assert_int_equal(r.rejects.rows, 2);
	assert_int_equal(r.table.cols[0].scale, COL_SCALE_OF_CURRENCY);
	assert_int_equal(read_sums(&r.table, &r.table.cols[0], sums, 4), 3);
	assert_int_equal(sums[0].currency, COL_PACK('E', 'U', 'R'));
	assert_int_equal((int64_t)sums[0].sum, 350);
	assert_int_equal(sums[2].scale, 3);
	assert_int_equal(read_sums(&r.table, &r.table.cols[0], sums, 1), 1);
}

static void test_lines_and_duplicates(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct col_memory m;
	struct mapping mapping;

	(void)state;
	arena_init(&a, 0);
	map(&a, RAW, &mapping);
	assert_int_equal(read_file(source_of(SV("a,b\n1,2\n\"x\ny\",3\n1,2\n\n4\" ,5\n1,2\n"), &m),
				 &mapping, &r, NULL),
		0);
	assert_int_equal(r.table.rows, 5);
	static const uint32_t lines[] = {2, 3, 5, 7, 8};
	assert_memory_equal(r.table.line, lines, sizeof(lines));
	static const uint8_t flags[] = {COL_ROW_HAS_TWIN, 0, COL_ROW_HAS_TWIN | COL_ROW_REPEATED, 0,
		COL_ROW_HAS_TWIN | COL_ROW_REPEATED};
	assert_memory_equal(r.table.flags, flags, sizeof(flags));
}

static void test_refused(void **state)
{
	static const struct {
		const char *label, *mapping, *text;
		int rc;
		const char *pointer;
	} cases[] = {
		{"empty file", RAW, "", E_FILE_EMPTY, ""},
		{"only line ends",
			"{\"format\":\"csv\",\"dialect\":{\"header_row\":3},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			"\n\n", E_FILE_EMPTY, ""},
		{"no such row",
			"{\"format\":\"csv\",\"dialect\":{\"header_row\":9},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			"a\n1\n", E_MAPPING, ""},
		{"no such column", RAW, "x,y\n1,2\n", E_MAPPING, "/fields/0"},
		{"no such footer",
			"{\"format\":\"csv\",\"dialect\":{\"footer_rows\":9},\"fields\":[{"
			"\"field\":\"a\",\"type\":\"text\",\"column\":\"a\"}]}",
			"a\n1\n", E_MAPPING, ""},
		{"no such format",
			"{\"format\":\"xyz\",\"fields\":[{\"field\":\"a\",\"type\":\"text\","
			"\"column\":\"a\"}]}",
			"a\n1\n", E_MAPPING, "/format"},
		{"header that cannot be read", RAW, "\"a,b\n1,2", E_UNREADABLE, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct col_memory m;
		struct mapping mapping;
		struct err err = {0};

		arena_init(&a, 0);
		map(&a, cases[i].mapping, &mapping);
		int rc = read_file(source_of(sv_from_cstr(cases[i].text), &m), &mapping, &r, &err);
		if (rc != cases[i].rc || strcmp(err.pointer, cases[i].pointer) != 0)
			fail_msg("%s: %s at '%s'", cases[i].label, err_name(rc), err.pointer);
	}
}

/* Rows of every length around the window's edges, in every style, come out as they went in. */
static void test_large(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf want CLEANUP(buf_free) = BUF_INIT;
	struct mapping mapping;
	uint32_t seed = 11;

	(void)state;
	arena_init(&a, 0);
	map(&a, RAW, &mapping);
	buf_add_cstr(&text, "a,b\r\n");
	for (int i = 0; i < 30000; i++) {
		size_t n = (seed = seed * 1664525 + 1013904223) >> 26;

		if (i > 0)
			buf_add_char(&want, '\n');
		for (size_t k = 0; k < n; k++)
			buf_add_char(&want, (char)('a' + k % 26));
		if (n == 0)
			buf_add_char(&want, '~');
		bool quoted = seed >> 8 & 1, odd = (seed >> 9 & 63) == 0;
		buf_add_cstr(&text, quoted ? "\"" : "");
		for (size_t k = 0; k < n; k++)
			buf_add_char(&text, (char)('a' + k % 26));
		buf_add_cstr(&text, quoted ? "\"," : ",");
		buf_add_cstr(&text, odd      ? "x\"\xc3\xa9"
				    : quoted ? "\"say \"\"hi\"\"\n\""
					     : "\xc3\xa9");
		buf_add_cstr(&want, odd ? "|x\"\xc3\xa9" : quoted ? "|say \"hi\"\n" : "|\xc3\xa9");
		buf_add_cstr(&text, i % 3 ? "\r\n" : "\n");
	}
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf got CLEANUP(buf_free) = BUF_INIT;
	struct col_memory m;
	assert_true(buf_ok(&text) && buf_ok(&want));
	assert_int_equal(read_file(source_of(buf_sv(&text), &m), &mapping, &r, NULL), 0);
	assert_int_equal(r.info.rows_rejected, 0);
	assert_int_equal(r.table.rows, 30000);
	table_text(&r.table, &got);
	assert_true(sv_eq(buf_sv(&got), buf_sv(&want)));
	/* The same from a source that does not lie in memory. */
	struct read_result again CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct col_source src = source_of(buf_sv(&text), &m);
	src.bytes = NULL;
	assert_int_equal(read_file(src, &mapping, &again, NULL), 0);
	assert_int_equal(again.table.rows, r.table.rows);
	assert_memory_equal(again.table.line, r.table.line, r.table.rows * sizeof(uint32_t));
	buf_reset(&got);
	table_text(&again.table, &got);
	assert_true(sv_eq(buf_sv(&got), buf_sv(&want)));
}

static const char *const odd_cells[] = {"plain", "Upper Case", "INV-2026/001", "", "two  blanks",
	" lead", "trail ", "   ",
	"Stra\xc3\x9f"
	"e",
	"caf\xc3\xa9", "a-b_c.d:e#f'g", "---", "x", "tab\there",
	"a somewhat longer text of more than one vector, Really",
	"a\xc2\xa0"
	"b"};

/* Columns of every mixture fold cell by cell as fold() does, however many cells are taken at once.
 */
static void test_folded_blocks(void **state)
{
	static const char *const jsons[] = {"{\"format\":\"csv\",\"fields\":[{\"field\":\"a\","
					    "\"type\":\"text\",\"column\":\"a\"}]}",
		"{\"format\":\"csv\",\"fields\":[{\"field\":\"a\",\"type\":\"code\",\"column\":"
		"\"a\"}]}"};
	uint32_t seed = 17;

	(void)state;
	for (unsigned kinds = 1; kinds <= 2 * ARRAY_LEN(odd_cells); kinds++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct mapping mapping;
		struct col_memory m;
		static uint8_t cell[5000];
		enum fold_kind kind = kinds & 1 ? FOLD_TEXT : FOLD_CODE;

		arena_init(&a, 0);
		map(&a, jsons[kind == FOLD_CODE], &mapping);
		buf_add_cstr(&text, "a;b\n");
		for (uint32_t i = 0; i < ARRAY_LEN(cell); i++) {
			seed = seed * 1664525 + 1013904223;
			/* Odd cells come late, so that blocks without any come first. */
			cell[i] = (uint8_t)(i < 2500 ? 0 : (seed >> 16) % ((kinds + 1) / 2));
			buf_printf(&text, "%s;%u\n", odd_cells[cell[i]], i);
		}
		mapping.dialect.delimiter = ';';
		assert_int_equal(read_file(source_of(buf_sv(&text), &m), &mapping, &r, NULL), 0);
		assert_int_equal(r.table.rows, ARRAY_LEN(cell));
		for (uint32_t i = 0; i < r.table.rows; i++) {
			struct buf want CLEANUP(buf_free) = BUF_INIT;
			struct sv s = sv_from_cstr(odd_cells[cell[i]]);
			bool empty = cell_trim(s).n == 0;

			fold(s, kind, &want);
			assert_int_equal(col_valid(&r.table.cols[0], i), !empty);
			if (!empty &&
				!(sv_eq(col_text(&r.table.cols[0], i), s) &&
					sv_eq(col_folded(&r.table.cols[0], i), buf_sv(&want))))
				fail_msg("kinds %u, row %u: '%.*s' of '%.*s'", kinds, i,
					SV_ARG(col_folded(&r.table.cols[0], i)), SV_ARG(s));
		}
	}
}

/* Columns that nobody wants are not kept, but what is wrong in them still rejects the row. */
static void test_fields_only(void **state)
{
	static const char text[] = "a,b,c\n1,x,2\n3,\xff,4\n5,\"a\"b,6\n7,y\n8,z,9\n";
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result all CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_result some CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf want CLEANUP(buf_free) = BUF_INIT, got CLEANUP(buf_free) = BUF_INIT;
	struct mapping mapping;
	struct col_memory m;

	(void)state;
	arena_init(&a, 0);
	map(&a, RAW, &mapping);
	assert_int_equal(read_file(source_of(SV(text), &m), &mapping, &all, NULL), 0);
	mapping.fields_only = true;
	assert_int_equal(read_file(source_of(SV(text), &m), &mapping, &some, NULL), 0);
	assert_int_equal(all.table.ncols, 3);
	assert_int_equal(some.table.ncols, 1);
	/* Cells for a sheet are kept of none, so nothing can be repaired then. */
	struct col_table said = all.rejects, said_less = some.rejects;
	said.ncols = said_less.ncols = all.rejects.ncols - 1;
	table_text(&said, &want);
	table_text(&said_less, &got);
	assert_string_equal(buf_cstr(&got), buf_cstr(&want));
	assert_int_equal(some.rejects.rows, 3);
	static const int64_t lines[] = {3, 4, 5}; /* by line, whenever they were rejected */
	assert_memory_equal(all.rejects.cols[0].i64, lines, sizeof(lines));
	assert_false(col_valid(&some.rejects.cols[said.ncols], 0));
	assert_true(col_valid(&all.rejects.cols[said.ncols], 0));
	all.table.ncols = 1;
	buf_reset(&want);
	buf_reset(&got);
	table_text(&all.table, &want);
	table_text(&some.table, &got);
	assert_string_equal(buf_cstr(&got), buf_cstr(&want));
}

static void test_long_cells(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct col_memory m;
	struct mapping mapping;

	(void)state;
	arena_init(&a, 0);
	map(&a, RAW, &mapping);
	buf_add_cstr(&text, "a,b\n");
	for (int row = 0; row < 3; row++) {
		size_t n = row == 1 ? (1u << 20) + 1 : 1u << 20; /* one too many in the middle */

		for (size_t i = 0; i < n; i++)
			buf_add_char(&text, 'x');
		buf_add_cstr(&text, ",1\n");
	}
	assert_int_equal(read_file(source_of(buf_sv(&text), &m), &mapping, &r, NULL), 0);
	assert_int_equal(r.table.rows, 2);
	assert_int_equal(r.rejects.rows, 1);
	assert_int_equal(col_text(&r.table.cols[0], 1).n, 1u << 20);
	assert_int_equal(r.rejects.cols[0].i64[0], 3);
}

static void test_many_unclosed_quotes(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct col_memory m;
	struct mapping mapping;
	struct err err = {0};

	(void)state;
	arena_init(&a, 0);
	map(&a, RAW, &mapping);
	buf_add_cstr(&text, "a,b\n");
	for (int i = 0; i < 3000; i++)
		buf_add_cstr(&text, "\"x\" y,1\n");
	assert_int_equal(read_file(source_of(buf_sv(&text), &m), &mapping, &r, &err), E_UNREADABLE);
}

static void test_columns_limit(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct col_memory m;
	struct mapping mapping;

	(void)state;
	arena_init(&a, 0);
	map(&a, RAW, &mapping);
	buf_add_cstr(&text, "a");
	for (int i = 1; i < 1024; i++)
		buf_printf(&text, ",c%d", i);
	buf_add_cstr(&text, "\n1");
	for (int i = 1; i < 1024; i++)
		buf_printf(&text, ",%d", i);
	buf_add_cstr(&text, "\n2,3\n");
	assert_int_equal(read_file(source_of(buf_sv(&text), &m), &mapping, &r, NULL), 0);
	assert_int_equal(r.table.ncols, 1024);
	assert_int_equal(r.table.rows, 1);
	assert_int_equal(r.rejects.rows, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_amount_signs),
		cmocka_unit_test(test_currency_by_row),
		cmocka_unit_test(test_lines_and_duplicates),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_folded_blocks),
		cmocka_unit_test(test_fields_only),
		cmocka_unit_test(test_long_cells),
		cmocka_unit_test(test_many_unclosed_quotes),
		cmocka_unit_test(test_columns_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
