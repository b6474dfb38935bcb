/*
 * Excel workbooks: cells as stored, exactly; what is damaged or hostile is refused; public
 * workbooks read as their program shows them.
 */
#include "read/xlsx.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../corpus.h"
#include "../unit.h"
#include "base/date.h"
#include "book_util.h"
#include "feed_util.h"
#include "read/csv_row.h"
#include "read/read.h"
#include "read_util.h"

static int feed_rows(struct sv file, struct mapping *m, struct feed_note *note, struct err *err)
{
	struct col_memory memory;

	return xlsx_feed(source_of(file, &memory), m, &note->feed, err);
}

#define C(ref, more, v) "<c r=\"" ref "\" " more "><v>" v "</v></c>"

static void test_cells(void **state)
{
	static const struct {
		const char *label, *rows, *strings, *want;
	} cases[] = {
		{"shared strings",
			"<row r=\"1\">" C("A1", "t=\"s\"", "1") C("B1", "t=\"s\"", "0") "</row>",
			"<si><t>zero</t></si><si><r><t>on</t></r><r><rPr><b/></rPr><t "
			"xml:space=\"preserve\">e </t></r><rPh><t>x</t></rPh></si>",
			"one |zero"},
		{"inline string",
			"<row r=\"1\"><c r=\"A1\" "
			"t=\"inlineStr\"><is><r><t>a</t></r><t>&lt;b</t></is></c></row>",
			"", "a<b"},
		{"numbers as written",
			"<row r=\"1\">" C("A1", "", "110.7") C("B1", "t=\"n\"", "-1.5E3") C(
				"C1", "s=\"6\"", "0.1") C("D1", "", "1234.5599999999999") "</row>",
			"", "110.7|-1500|0.1|1234.56"},
		{"dates",
			"<row r=\"1\">" C("A1", "s=\"1\"", "45292") C("B1", "s=\"2\"", "45292.5")
				C("C1", "s=\"3\"", "45293.999") C("D1", "s=\"4\"", "0.25")
					C("E1", "t=\"d\" s=\"1\"", "2024-02-29") "</row>",
			"", "2024-01-01|2024-01-01T12:00:00|2024-01-02|06:00:00|2024-02-29"},
		{"booleans, errors, formulas",
			"<row r=\"1\">" C("A1", "t=\"b\"", "1") C("B1", "t=\"b\"", "0") C("C1",
				"t=\"e\"",
				"#N/A") "<c r=\"D1\" t=\"str\"><f>A1&amp;\"x\"</f><v>cached</v></c>"
					"<c r=\"E1\"><f>1+1</f><v>2</v></c><c "
					"r=\"F1\"><f>SUM(A1)</f></c></row>",
			"", "TRUE|FALSE|#N/A|cached|2|=SUM(A1)"},
		{"leading zeros are text",
			"<row r=\"1\">" C("A1", "t=\"str\" s=\"5\"", "00123") "</row>", "",
			"00123"},
		{"gaps",
			"<row r=\"2\">" C("B2", "", "1") "</row><row r=\"5\">" C(
				"A5", "", "2") "</row>",
			"", "\n|1\n\n\n2"},
		{"without references",
			"<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", "",
			"1|2\n3"},
		{"empty cells",
			"<row r=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"B1\"><v></v></c>" C(
				"C1", "", "x") "</row>",
			"", "||x"},
		{"escaped characters", "<row r=\"1\">" C("A1", "t=\"s\"", "0") "</row>",
			"<si><t>a_x000A_b_x005F_x0041_ _x12</t></si>", "a\nb_x0041_ _x12"},
		{"prefixed", "<x:row r=\"1\"><x:c r=\"A1\"><x:v>1</x:v></x:c></x:row>", "", "1"},
		{"no rows", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make z CLEANUP(zip_make_free) = {0};
		struct feed_note note = feed_note_make();
		struct mapping m = {0};
		struct err err = {0};

		if (feed_rows(book_make(&z, cases[i].rows, cases[i].strings), &m, &note, &err) != 0)
			fail_msg("%s: %s", cases[i].label, err.detail);
		CHECK_STR(cases[i].label, buf_cstr(&note.text), cases[i].want);
		buf_free(&note.text);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *label, *rows, *strings;
		int code;
	} cases[] = {
		{"no such string", "<row>" C("A1", "t=\"s\"", "7") "</row>", "<si><t>x</t></si>",
			E_UNREADABLE},
		{"rows out of order", "<row r=\"5\"/><row r=\"4\"/>", "", E_UNREADABLE},
		{"row beyond the last", "<row r=\"1048577\"/>", "", E_UNREADABLE},
		{"no row", "<row r=\"x\"/>", "", E_UNREADABLE},
		{"no column", "<row>" C("1", "", "1") "</row>", "", E_UNREADABLE},
		{"tags cross", "<row><c></row></c>", "", E_UNREADABLE},
		{"document type", "<!DOCTYPE x>", "", E_UNREADABLE},
		{"document type in the strings", "", "<!DOCTYPE x>", E_UNREADABLE},
		{"deep",
			"<row><c><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
			"<a>"
			"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><"
			"a><a>"
			"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
			"", E_LIMIT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make z CLEANUP(zip_make_free) = {0};
		struct feed_note note = feed_note_make();
		struct mapping m = {0};

		CHECK_INT(cases[i].label,
			feed_rows(book_make(&z, cases[i].rows, cases[i].strings), &m, &note, NULL),
			cases[i].code);
		buf_free(&note.text);
	}
}

/* ---- several sheets ---- */

static struct sv three_sheets(struct zip_make *z)
{
	book_begin(z,
		"<workbook><workbookPr date1904=\"1\"/><sheets>"
		"<sheet name=\"Notes\" sheetId=\"1\" r:id=\"a\"/>"
		"<sheet name=\"Secret\" sheetId=\"2\" state=\"hidden\" r:id=\"b\"/>"
		"<sheet name=\"Lines &amp; more\" sheetId=\"3\" r:id=\"c\"/></sheets></workbook>",
		"<Relationships>"
		"<Relationship Id=\"a\" "
		"Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/"
		"worksheet\" Target=\"worksheets/one.xml\"/>"
		"<Relationship Id=\"b\" Type=\"" BOOK_REL
		"worksheet\" Target=\"./worksheets/two.xml\"/>"
		"<Relationship Id=\"c\" Type=\"" BOOK_REL "worksheet\" "
		"Target=\"../xl/worksheets/three.xml\"/><Relationship Id=\"s\" Type=\"" BOOK_REL
		"styles\" Target=\"styles.xml\"/></Relationships>");
	zip_make_add(z, "xl/worksheets/one.xml",
		"<worksheet><sheetData><row>" C(
			"A1", "t=\"str\"", "Read me") "</row></sheetData></worksheet>");
	zip_make_add(z, "xl/worksheets/two.xml",
		"<worksheet><sheetData><row>" C(
			"A1", "t=\"str\"", "hidden") "</row></sheetData></worksheet>");
	zip_make_add(z, "xl/worksheets/three.xml",
		"<worksheet><sheetData><row>" C("A1", "t=\"str\"", "Date")
			C("B1", "t=\"str\"", "Amount") "</row><row>" C("A2", "s=\"1\"", "43830")
				C("B2", "", "12.5") "</row><row>" C("A3", "s=\"1\"", "43831")
					C("B3", "", "-3") "</row></sheetData></worksheet>");
	return zip_make_end(z);
}

static void test_sheets(void **state)
{
	static const struct {
		const char *sheet;
		int code;
		const char *want;
	} cases[] = {
		{"", 0, "Read me"},
		{"Secret", 0, "hidden"},
		{"Lines & more", 0, "Date|Amount\n2024-01-01|12.5\n2024-01-02|-3"},
		{"lines & more", E_MAPPING, ""},
	};
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct sv file = three_sheets(&z);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed_note note = feed_note_make();
		struct mapping m = {.dialect.sheet = sv_from_cstr(cases[i].sheet)};

		CHECK_INT(cases[i].sheet, feed_rows(file, &m, &note, NULL), cases[i].code);
		CHECK_STR(cases[i].sheet, buf_cstr(&note.text), cases[i].want);
		buf_free(&note.text);
	}
}

/* Detection finds the sheet with the table, and the mapping that it proposes reads it. */
static void test_propose(void **state)
{
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf rows CLEANUP(buf_free) = BUF_INIT, json CLEANUP(buf_free) = BUF_INIT;
	struct sv file = three_sheets(&z);
	struct read_proposal p;
	struct mapping again;
	struct col_memory m;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(read_detect(source_of(file, &m), NULL, &a, &p, NULL), 0);
	assert_true(sv_eq_cstr(p.mapping.format, "xlsx"));
	assert_true(sv_eq_cstr(p.mapping.dialect.sheet, "Lines & more"));
	mapping_to_json(&p.mapping, &json);
	assert_int_equal(mapping_from_json(buf_sv(&json), &a, &again, NULL), 0);
	assert_int_equal(read_file(source_of(file, &m), &again, &r, NULL), 0);
	table_text(&r.table, &rows);
	assert_string_equal(buf_cstr(&rows), "12.50|2024-01-01\n-3.00|2024-01-02");
}

static void test_cut_short(void **state)
{
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct sv file = three_sheets(&z);

	(void)state;
	for (size_t n = 1; n < file.n; n += 7) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_proposal p;
		struct col_memory m;

		arena_init(&a, 0);
		int rc = read_detect(source_of(sv_from(file.p, n), &m), NULL, &a, &p, NULL);
		assert_true(rc == E_UNREADABLE || (n < 30 && rc == 0));
	}
}

/* ---- public workbooks ---- */

static struct sv slurp(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	char *p = malloc((size_t)st.st_size + 64);
	assert_non_null(p);
	assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
	close(fd);
	return sv_from(p, (size_t)st.st_size);
}

/* The shown forms are in the code page of the machine that showed them. */
static struct sv to_utf_8(struct sv text, struct arena *a)
{
	struct col_memory m;
	struct text_source t;
	char *to = arena_alloc(a, text.n * 3 + 128);
	size_t n = 0, got = 1;

	assert_non_null(to);
	text_source_init(&t, source_of(text, &m), encoding_guess(text, true), text.n);
	for (; got > 0; n += got)
		assert_int_equal(text_source_read(&t, to + n, text.n * 3 + 128 - n, &got, NULL), 0);
	return sv_from(to, n);
}

#define GRID_CELLS 65536u

struct grid {
	uint32_t rows, cols;
	struct sv *cells; /* cols in each row */
};

struct grid_feed {
	struct feed feed; /* first */
	struct arena *arena;
	struct grid grid;
};

static void grid_add(struct grid *g, struct arena *a, const struct sv *cells, uint32_t n)
{
	assert_true(n <= 256 && g->rows < GRID_CELLS / 256);
	g->cols = 256;
	for (uint32_t i = 0; i < n; i++)
		g->cells[(size_t)g->rows * g->cols + i] = arena_sv(a, sv_trim(cells[i]));
	g->rows++;
}

static int grid_row(struct feed *feed, const struct feed_row *row, struct err *err)
{
	struct grid_feed *f = (struct grid_feed *)feed;

	(void)err;
	grid_add(&f->grid, f->arena, row->cells, row->n);
	return f->grid.rows < GRID_CELLS / 256 ? 0 : FEED_STOP;
}

static const struct feed_ops grid_ops = {.row = grid_row};

static void grid_of_csv(struct sv text, struct grid *g, struct arena *a)
{
	static struct csv_row row;

	for (size_t at = 0; at < text.n && g->rows < GRID_CELLS / 256; at += row.used) {
		assert_int_equal(csv_row_parse(text.p + at, text.n - at, true, ',', '"', a, &row),
			CSV_ROW_OK);
		grid_add(g, a, row.cells, row.n);
	}
}

static struct sv grid_at(const struct grid *g, uint32_t r, uint32_t c)
{
	return r < g->rows && c < g->cols ? g->cells[(size_t)r * g->cols + c] : SV("");
}

/* The first row and column with anything in them. */
static void grid_origin(const struct grid *g, uint32_t *ret_row, uint32_t *ret_col)
{
	*ret_row = g->rows;
	*ret_col = g->cols;
	for (uint32_t r = 0; r < g->rows; r++)
		for (uint32_t c = 0; c < g->cols; c++)
			if (grid_at(g, r, c).n > 0) {
				*ret_row = MIN(*ret_row, r);
				*ret_col = MIN(*ret_col, c);
			}
}

/* A number as shown: marks and signs left out, to as many digits as are shown. */
static bool same_number(struct sv stored, struct sv shown)
{
	char text[64];
	size_t n = 0, behind = 0;
	bool percent = false, point = false, minus = false;

	if (shown.n == 0 || shown.n >= sizeof(text))
		return false;
	for (size_t i = 0; i < shown.n; i++) {
		char c = shown.p[i];

		if ((c >= '0' && c <= '9') || c == '.') {
			behind += point;
			point = point || c == '.';
			text[n++] = c;
		} else if (c == '%') {
			percent = true;
		} else if (c == '-' || c == '(') {
			minus = true;
		} else if (strchr("$,) \xc2\xa3", c) == NULL) {
			return false;
		}
	}
	text[n] = '\0';
	char stored_text[64] = "";
	char *end;
	snprintf(stored_text, sizeof(stored_text), "%.*s", SV_ARG(stored));
	double have = strtod(stored_text, &end) * (percent ? 100 : 1);
	if (end == stored_text || *end != '\0')
		return false;
	double want = strtod(text, NULL) * (minus ? -1 : 1), unit = 0.5000001;
	for (size_t i = 0; i < behind; i++)
		unit /= 10;
	return have - want <= unit && want - have <= unit;
}

static bool same_day(struct sv stored, struct sv shown)
{
	int32_t have, want;

	if (date_parse(stored, DATE_YMD, &have) != 0)
		return false;
	for (int order = DATE_YMD; order <= DATE_MDY; order++)
		if (date_parse(shown, (enum date_order)order, &want) == 0 && want == have)
			return true;
	return false;
}

static bool same_cell(struct sv stored, struct sv shown)
{
	return sv_eq(stored, shown) || same_number(stored, shown) || same_day(stored, shown) ||
	       (sv_eq_nocase(stored, shown) && stored.n <= 5);
}

static void compare_grids(const char *name, const struct grid *have, const struct grid *want)
{
	uint32_t hr, hc, wr, wc;

	grid_origin(have, &hr, &hc);
	grid_origin(want, &wr, &wc);
	for (uint32_t r = 0; r + wr < want->rows || r + hr < have->rows; r++)
		for (uint32_t c = 0; c < 200; c++) {
			struct sv a = grid_at(have, hr + r, hc + c),
				  b = grid_at(want, wr + r, wc + c);

			if (same_cell(a, b))
				continue;
			fail_msg("%s row %u column %u: \"%.*s\", shown \"%.*s\"", name, r + 1,
				c + 1, SV_ARG(a), SV_ARG(b));
		}
}

static void test_public(void **state)
{
	static const char *const files[] = {"45430", "45544", "46536", "47813", "48779", "49872",
		"50786-indexed_colours", "51963", "53734", "54288", "55850", "56017", "Booleans",
		"DataValidations-49244", "Formatting", "NumberFormatTests", "Tables",
		"WithConditionalFormatting", "WithThreeCharts", "headerFooterTest", "styles"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		char path[4096], name[256];
		struct mapping m = {0};
		struct col_memory memory;
		struct err err = {0};

		snprintf(name, sizeof(name), "xlsx/%s.xlsx", files[i]);
		if (!corpus_path(name, path))
			skip();
		struct sv book = slurp(path);
		snprintf(name, sizeof(name), "xlsx/%s.xlsx.0.csv", files[i]);
		if (!corpus_path(name, path))
			skip();
		struct sv csv = slurp(path);
		arena_init(&a, 0);
		struct grid_feed have = {.feed = {&grid_ops}, .arena = &a};
		struct grid want = {0};
		have.grid.cells = ARENA_ARRAY(&a, GRID_CELLS, struct sv);
		want.cells = ARENA_ARRAY(&a, GRID_CELLS, struct sv);
		if (xlsx_feed(source_of(book, &memory), &m, &have.feed, &err) < 0)
			fail_msg("%s: %s", files[i], err.detail);
		grid_of_csv(to_utf_8(csv, &a), &want, &a);
		compare_grids(files[i], &have.grid, &want);
		free((char *)(uintptr_t)book.p);
		free((char *)(uintptr_t)csv.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_propose),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
