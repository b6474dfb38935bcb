/*
 * The scan in all variants against the row reader, over written cases and over random text of the
 * characters that matter.
 */
#include "read/csv_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "read/csv_row.h"

static const char *const variants[] = {"scalar", "sse2", "avx2", "avx512"};

#define TEXT_MAX 4096u

struct found {
	struct csv_index x;
	uint32_t cell_end[TEXT_MAX + 128], row_end[TEXT_MAX + 128];
	char text[TEXT_MAX + 128];
};

static void scan(struct found *f, csv_scan_fn *fn, const char *text, size_t n)
{
	assert_true(n <= TEXT_MAX);
	memset(f, 0xee, sizeof(*f));
	memcpy(f->text, text, n);
	memset(f->text + n, '"', 64); /* what is behind must not matter */
	f->x.cell_end = f->cell_end;
	f->x.row_end = f->row_end;
	fn(f->text, n, ',', '"', &f->x);
}

/* What the scan says about whole rows must be what the row reader says. */
static void check(const struct found *f, const char *text, size_t n, const char *name)
{
	static struct csv_row row;
	struct arena a CLEANUP(arena_free) = {0};
	size_t at = 0;
	uint32_t first = 0;
	uint64_t lines = 0;

	arena_init(&a, 0);
	for (uint32_t r = 0; r < f->x.nrows; r++) {
		enum csv_row_state s = csv_row_parse(text + at, n - at, true, ',', '"', &a, &row);

		if (s != CSV_ROW_OK || row.n != f->x.row_end[r] - first + 1 ||
			f->x.cell_end[f->x.row_end[r]] != at + row.text_n)
			fail_msg("%s: row %u at %zu of '%.*s' (%zu)", name, r, at, (int)n, text, n);
		first = f->x.row_end[r] + 1;
		at += row.used;
		lines += row.lines;
	}
	/* A row that the scan left out is unfinished, or has odd quotes. */
	if (at < n && f->x.nrows > 0)
		assert_int_equal(f->x.line_ends, lines);
	if (!f->x.stopped && at < n) {
		enum csv_row_state s = csv_row_parse(text + at, n - at, false, ',', '"', &a, &row);

		if (s == CSV_ROW_OK && row.used < n - at)
			fail_msg("%s: a row at %zu was missed in '%.*s'", name, at, (int)n, text);
	}
}

static void scan_all(const char *text, size_t n)
{
	static struct found first, f;

	for (size_t v = 0; v < ARRAY_LEN(variants); v++) {
		csv_scan_fn *fn = csv_scan_named(variants[v]);

		if (fn == NULL) {
			print_message("skipped: this processor has no %s\n", variants[v]);
			continue;
		}
		scan(&f, fn, text, n);
		check(&f, text, n, variants[v]);
		if (v == 0) {
			first = f;
			continue;
		}
		assert_int_equal(f.x.nrows, first.x.nrows);
		assert_int_equal(f.x.ncells, first.x.ncells);
		assert_int_equal(f.x.stopped, first.x.stopped);
		assert_int_equal(f.x.line_ends, first.x.line_ends);
		assert_int_equal(f.x.odd, first.x.odd);
		assert_int_equal(f.x.gap, first.x.gap);
		assert_int_equal(f.x.edge, first.x.edge);
		assert_int_equal(f.x.returns, first.x.returns);
		assert_memory_equal(f.cell_end, first.cell_end, f.x.ncells * 4);
		assert_memory_equal(f.row_end, first.row_end, f.x.nrows * 4);
	}
}

static void test_written(void **state)
{
	static const struct {
		const char *label, *text;
		uint32_t rows;
		bool stopped;
	} cases[] = {
		{"empty", "", 0, false},
		{"two rows", "a,b\nc,d\n", 2, false},
		{"CR LF", "a,b\r\nc,d\r\n", 2, false},
		{"CR", "a,b\rc,d\r", 2, false},
		{"unfinished", "a,b\nc,", 1, false},
		{"quoted delimiter", "\"a,b\",c\n", 1, false},
		{"quoted line end", "\"a\nb\",c\nd,e\n", 2, false},
		{"doubled quote", "\"a\"\"b\",c\n", 1, false},
		{"only a doubled quote", "\"\"\"\",c\n", 1, false},
		{"empty quotes", "\"\",\"\"\n", 1, false},
		{"quote inside a bare cell", "x\ny 5\" z,c\nd\n", 1, true},
		{"text behind a closing quote", "x\n\"a\"b,c\n", 1, true},
		{"never closed", "x\n\"a,b\nc,d\n", 1, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct found f;

		print_message("%s\n", cases[i].label);
		scan(&f, csv_scan_best(), cases[i].text, strlen(cases[i].text));
		assert_int_equal(f.x.nrows, cases[i].rows);
		assert_int_equal(f.x.stopped, cases[i].stopped);
		scan_all(cases[i].text, strlen(cases[i].text));
	}
}

/* What a text has beside cells of plain ASCII. */
static void test_sights(void **state)
{
	static const struct {
		const char *label, *text;
		bool odd, gap, edge;
	} cases[] = {
		{"plain", "a b,c\r\nd,e f\n", false, false, false},
		{"two blanks", "a  b,c\n", false, true, false},
		{"two blanks across blocks",
			"0123456789012345678901234567890123456789012345678901234567890123  b\n", false,
			true, false},
		{"two blanks at a block's edge",
			"012345678901234567890123456789012345678901234567890123456789012  b\n", false,
			true, false},
		{"blanks beside a delimiter", "a , b\n", false, false, true},
		{"a blank at the beginning", " a,b\n", false, false, true},
		{"a blank at a line's end", "a,b \r\nc,d\n", false, false, true},
		{"a tab", "a\tb,c\n", true, false, false},
		{"a longer character", "a,\xc3\xa4\n", true, false, false},
		{"DEL", "a,\x7f\n", true, false, false},
		{"a line end inside quotes", "\"a\nb\",c\n", true, false, true},
		{"a delimiter inside quotes", "\"a,b\",c\n", false, false, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t v = 0; v < ARRAY_LEN(variants); v++) {
			static struct found f;

			if (csv_scan_named(variants[v]) == NULL)
				continue;
			scan(&f, csv_scan_named(variants[v]), cases[i].text, strlen(cases[i].text));
			if (f.x.odd != cases[i].odd || f.x.gap != cases[i].gap ||
				f.x.edge != cases[i].edge)
				fail_msg("%s: %s", variants[v], cases[i].label);
		}
}

static void test_random(void **state)
{
	static const char alphabet[] = "aaaaaab,,,\"\"\n\r \t";
	char text[TEXT_MAX];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = (seed = seed * 1664525 + 1013904223) >> 24;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		scan_all(text, n);
	}
}

/* Mostly regular rows, so that whole blocks are crossed in every state. */
static void test_regular(void **state)
{
	static const char *const cells[] = {"12.50", "\"quoted, with comma\"", "text",
		"\"two\nlines\"", "", "\"say \"\"hi\"\"\"", "2026-03-04"};
	char text[TEXT_MAX];
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t n = 0;

		while (n < 3000) {
			for (int c = 0; c < 4; c++) {
				seed = seed * 1664525 + 1013904223;
				const char *cell = cells[(seed >> 16) % ARRAY_LEN(cells)];
				memcpy(text + n, cell, strlen(cell));
				n += strlen(cell);
				text[n++] = c < 3 ? ',' : '\n';
			}
		}
		scan_all(text, n - (seed >> 20) % 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_sights),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_regular),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
