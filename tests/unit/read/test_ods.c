/*
 * OpenDocument spreadsheets: cells as stored, repeats within bounds, the sheet that is asked for.
 */
#include "read/ods.h"

#include "../unit.h"
#include "feed_util.h"
#include "read/read.h"
#include "read_util.h"
#include "zip_util.h"

#define MIME "application/vnd.oasis.opendocument.spreadsheet"

static struct sv ods_make(struct zip_make *z, const char *styles, const char *tables)
{
	struct buf content CLEANUP(buf_free) = BUF_INIT;

	zip_make_store(z, "mimetype", MIME);
	buf_printf(&content,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content>"
		"<office:automatic-styles>%s</office:automatic-styles><office:body>"
		"<office:spreadsheet>%s</office:spreadsheet></office:body></"
		"office:document-content>",
		styles, tables);
	zip_make_add(z, "content.xml", buf_cstr(&content));
	return zip_make_end(z);
}

#define TABLE(name, rows) "<table:table table:name=\"" name "\">" rows "</table:table>"
#define ROW(more, cells) "<table:table-row " more ">" cells "</table:table-row>"
#define TEXT(more, s)                                                                              \
	"<table:table-cell office:value-type=\"string\" " more "><text:p>" s "</text:p>"           \
	"</table:table-cell>"
#define NUMBER(v)                                                                                  \
	"<table:table-cell office:value-type=\"float\" office:value=\"" v                          \
	"\" calcext:value-type=\"float\"><text:p>shown</text:p></table:table-cell>"
#define EMPTY(n) "<table:table-cell table:number-columns-repeated=\"" n "\"/>"

static void test_cells(void **state)
{
	static const struct {
		const char *label, *rows, *want;
	} cases[] = {
		{"text and numbers", ROW("", TEXT("", "a") NUMBER("110.7")) ROW("", NUMBER("-1E2")),
			"a|110.7\n-100"},
		{"money",
			ROW("", "<table:table-cell office:value-type=\"currency\" "
				"office:currency=\"EUR\" office:value=\"-12.5\"/>"),
			"-12.5 EUR"},
		{"days and times",
			ROW("", "<table:table-cell office:value-type=\"date\" "
				"office:date-value=\"2024-01-31\"/><table:table-cell "
				"office:value-type=\"date\" "
				"office:date-value=\"2024-01-31T10:20:30\"/>"
				"<table:table-cell office:value-type=\"time\" "
				"office:time-value=\"PT10H20M30.5S\"/>"),
			"2024-01-31|2024-01-31T10:20:30|10:20:30"},
		{"booleans",
			ROW("", "<table:table-cell office:value-type=\"boolean\" "
				"office:boolean-value=\"true\"/>"),
			"TRUE"},
		{"paragraphs and spaces",
			ROW("", "<table:table-cell><text:p>a<text:s text:c=\"2\"/>b<text:tab/>"
				"<text:span>c<text:line-break/>d</text:span></text:p><text:p>e</"
				"text:p>"
				"</table:table-cell>"),
			"a  b\tc\nd\ne"},
		{"comments are none of it",
			ROW("", "<table:table-cell><office:annotation><text:p>note</text:p>"
				"</office:annotation><text:p>x</text:p></table:table-cell>"),
			"x"},
		{"repeated cells",
			ROW("", EMPTY("2") TEXT("table:number-columns-repeated=\"2\"", "x")),
			"||x|x"},
		{"covered cells",
			ROW("", TEXT("", "a") "<table:covered-table-cell/>" TEXT("", "b")), "a||b"},
		{"repeated rows",
			ROW("table:number-rows-repeated=\"2\"", TEXT("", "a"))
				ROW("table:number-rows-repeated=\"3\"", EMPTY("9"))
					ROW("", TEXT("", "b")),
			"a\na\n\n\n\nb"},
		{"empty rows at the end are left out",
			ROW("", TEXT("", "a"))
				ROW("table:number-rows-repeated=\"1048575\"", EMPTY("16384")),
			"a"},
		{"header rows and groups",
			"<table:table-header-rows>" ROW("",
				TEXT("", "h")) "</table:table-header-rows>"
					       "<table:table-row-group>" ROW("",
						       TEXT("", "a")) "</table:table-row-group>",
			"h\na"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make z CLEANUP(zip_make_free) = {0};
		struct buf table CLEANUP(buf_free) = BUF_INIT;
		struct feed_note note = feed_note_make();
		const struct mapping m = {0};
		struct col_memory memory;
		struct err err = {0};

		buf_printf(&table, TABLE("S", "%s"), cases[i].rows);
		struct sv file = ods_make(&z, "", buf_cstr(&table));
		if (ods_feed(source_of(file, &memory), &m, &note.feed, &err) != 0)
			fail_msg("%s: %s", cases[i].label, err.detail);
		CHECK_STR(cases[i].label, buf_cstr(&note.text), cases[i].want);
		buf_free(&note.text);
	}
}

#define HIDDEN                                                                                     \
	"<style:style style:name=\"ta1\" style:family=\"table\"><style:table-properties "          \
	"table:display=\"false\"/></style:style>"

static void test_sheets(void **state)
{
	static const char tables[] =
		"<table:table table:name=\"Old\" table:style-name=\"ta1\">" ROW(
			"", TEXT("", "old")) "</table:table>" TABLE("Notes",
			ROW("", TEXT("", "Read me")))
			TABLE("Lines", ROW("", TEXT("", "Date") TEXT("", "Amount"))
					       ROW("", TEXT("", "2024-01-02") NUMBER("12.5"))
						       ROW("", TEXT("", "2024-01-03") NUMBER("3")));
	static const struct {
		const char *sheet;
		int code;
		const char *want;
	} cases[] = {{"", 0, "Read me"}, {"Old", 0, "old"},
		{"Lines", 0, "Date|Amount\n2024-01-02|12.5\n2024-01-03|3"},
		{"None", E_MAPPING, ""}};
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct arena a CLEANUP(arena_free) = {0};
	struct sv file = ods_make(&z, HIDDEN, tables);
	struct read_proposal p;
	struct col_memory memory;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed_note note = feed_note_make();
		const struct mapping m = {.dialect.sheet = sv_from_cstr(cases[i].sheet)};

		CHECK_INT(cases[i].sheet, ods_feed(source_of(file, &memory), &m, &note.feed, NULL),
			cases[i].code);
		CHECK_STR(cases[i].sheet, buf_cstr(&note.text), cases[i].want);
		buf_free(&note.text);
	}
	arena_init(&a, 0);
	assert_int_equal(read_detect(source_of(file, &memory), NULL, &a, &p, NULL), 0);
	assert_true(sv_eq_cstr(p.mapping.format, "ods"));
	assert_true(sv_eq_cstr(p.mapping.dialect.sheet, "Lines"));
}

static void test_refused(void **state)
{
	static const struct {
		const char *label, *tables;
		int code;
	} cases[] = {
		{"rows repeated without end",
			TABLE("S", ROW("table:number-rows-repeated=\"1000000\"",
					   TEXT("table:number-columns-repeated=\"1000\"",
						   "0123456789abcdef"))),
			E_LIMIT},
		{"no sheet", "", E_UNREADABLE},
		{"document type", "<!DOCTYPE x>", E_UNREADABLE},
		{"cut short", "<table:table>", E_UNREADABLE},
	};
	struct zip_make locked CLEANUP(zip_make_free) = {0};
	struct feed_note none = feed_note_make();
	const struct mapping m = {0};
	struct col_memory memory;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make z CLEANUP(zip_make_free) = {0};
		struct feed_note note = feed_note_make();
		struct sv file = ods_make(&z, "", cases[i].tables);

		CHECK_INT(cases[i].label, ods_feed(source_of(file, &memory), &m, &note.feed, NULL),
			cases[i].code);
		buf_free(&note.text);
	}
	zip_make_store(&locked, "mimetype", MIME);
	zip_make_add(&locked, "content.xml", "\x01\x02\x03");
	zip_make_add(&locked, "META-INF/manifest.xml",
		"<manifest:manifest><manifest:file-entry manifest:full-path=\"content.xml\">"
		"<manifest:encryption-data/></manifest:file-entry></manifest:manifest>");
	assert_int_equal(ods_feed(source_of(zip_make_end(&locked), &memory), &m, &none.feed, NULL),
		E_FILE_ENCRYPTED);
}

static void test_cut_short(void **state)
{
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct sv file = ods_make(&z, "", TABLE("S", ROW("", TEXT("", "a") NUMBER("1"))));

	(void)state;
	for (size_t n = 64; n < file.n; n += 3) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_proposal p;
		struct col_memory memory;

		arena_init(&a, 0);
		assert_int_equal(
			read_detect(source_of(sv_from(file.p, n), &memory), NULL, &a, &p, NULL),
			E_UNREADABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
