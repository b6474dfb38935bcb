/*
 * One sheet of a workbook. The sheet is read as it is inflated; only the shared strings and one
 * row are in memory.
 */
#include "read/xlsx.h"

#include <string.h>

#include "read/detect.h"
#include "read/read.h"
#include "read/sheet.h"
#include "read/sheet_choose.h"
#include "read/xlsx_book.h"

bool xlsx_sniff(const struct sniff *s)
{
	static const struct sv marks[] = {
		{"[Content_Types].xml", 19}, {"_rels/", 6}, {"xl/", 3}, {"docProps/", 9}};
	struct zip z CLEANUP(zip_free) = {0};

	if (!zip_sniff(s->head))
		return false;
	if (zip_open(s->src, &z, NULL) == 0)
		return zip_find(&z, marks[0]) != NULL;
	/* What is wrong with it is for the reader to say. */
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (memmem(s->head.p, s->head.n, marks[i].p, marks[i].n) != NULL)
			return true;
	return false;
}

/* ---- cells ---- */

struct reader {
	struct xlsx_book *book;
	struct xml *xml;
	struct feed *to;
	struct sheet_row *row;
	struct buf raw, value; /* scratch */
	uint32_t next_row, next_column;
};

static void reader_free(struct reader *r)
{
	sheet_row_free(&r->row);
	buf_free(&r->raw);
	buf_free(&r->value);
}

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_INLINE, CELL_BOOL, CELL_PLAIN };

static enum cell_type type_of(struct sv t)
{
	if (t.n == 0 || sv_eq_cstr(t, "n"))
		return CELL_NUMBER;
	if (sv_eq_cstr(t, "s"))
		return CELL_SHARED;
	if (sv_eq_cstr(t, "str"))
		return CELL_TEXT;
	if (sv_eq_cstr(t, "inlineStr"))
		return CELL_INLINE;
	return sv_eq_cstr(t, "b") ? CELL_BOOL : CELL_PLAIN; /* e: error, d: ISO 8601 */
}

static enum sheet_kind kind_of_style(const struct xlsx_book *b, struct sv style)
{
	uint64_t i = 0;

	return b->nkinds > 0 && (style.n == 0 || sv_to_u64(style, UINT32_MAX, &i)) && i < b->nkinds
		       ? b->kinds[i]
		       : SHEET_NUMBER;
}

static int put_shared(struct reader *r, uint32_t column, struct sv index, struct err *err)
{
	uint64_t i = 0;
	struct sv s;

	if (!sv_to_u64(sv_trim(index), UINT32_MAX, &i) ||
		!sheet_strings_at(&r->book->strings, (uint32_t)i, &s))
		return err_set(err, E_UNREADABLE,
			"A cell of row %u refers to a text that the workbook does not have.",
			r->next_row - 1);
	sheet_row_put(r->row, column, s, false);
	return 0;
}

static int put_value(struct reader *r, uint32_t column, enum cell_type type, enum sheet_kind kind,
	struct err *err)
{
	struct sv raw = buf_sv(&r->raw);

	buf_reset(&r->value);
	switch (type) {
	case CELL_SHARED:
		return put_shared(r, column, raw, err);
	case CELL_NUMBER:
		sheet_put_value(sv_trim(raw), kind, r->book->from_1904, &r->value);
		break;
	case CELL_BOOL:
		buf_add_cstr(&r->value, sv_eq_cstr(sv_trim(raw), "1") ? "TRUE" : "FALSE");
		break;
	case CELL_TEXT:
	case CELL_INLINE:
		xlsx_put_text(raw, &r->value);
		break;
	case CELL_PLAIN:
		buf_add_sv(&r->value, raw);
		break;
	}
	if (!buf_ok(&r->raw) || !buf_ok(&r->value))
		return err_set(err, E_NO_MEMORY, NULL);
	sheet_row_put(r->row, column, buf_sv(&r->value), true);
	return 0;
}

/* A formula without a value was never computed: its text stands for it, and is no number. */
static void keep_formula(struct reader *r, const struct buf *formula)
{
	buf_add_char(&r->raw, '=');
	buf_add_sv(&r->raw, buf_sv(formula));
}

/* The text of <is>: its <t> elements, but not the phonetic ones. */
static int collect_inline(struct reader *r, struct err *err)
{
	struct xml *x = r->xml;
	uint32_t outside = x->depth - 1;
	enum xml_event event = XML_START;
	int rc = 0;

	while (rc == 0 && !(event == XML_END && x->depth == outside)) {
		rc = xml_next(x, &event, err);
		if (rc == 0 && event == XML_START && xml_is(x, "t"))
			rc = xml_collect(x, &r->raw, err);
		else if (rc == 0 && event == XML_START && xml_is(x, "rPh"))
			rc = xml_skip(x, err);
	}
	return rc;
}

static int read_cell(struct reader *r, struct err *err)
{
	struct buf formula CLEANUP(buf_free) = BUF_INIT;
	struct xml *x = r->xml;
	struct sv reference = xml_attr(x, "r");
	enum cell_type type = type_of(xml_attr(x, "t"));
	enum sheet_kind kind = kind_of_style(r->book, xml_attr(x, "s"));
	uint32_t column = r->next_column, outside = x->depth - 1;
	enum xml_event event = XML_START;
	bool has_value = false, has_formula = false;
	int rc = 0;

	if (reference.n > 0 && !sheet_column_of(reference, &column))
		return err_set(
			err, E_UNREADABLE, "A cell of row %u has no column.", r->next_row - 1);
	r->next_column = column + 1;
	buf_reset(&r->raw);
	while (rc == 0 && !(event == XML_END && x->depth == outside)) {
		rc = xml_next(x, &event, err);
		if (rc != 0 || event != XML_START)
			continue;
		if (xml_is(x, "v")) {
			has_value = true;
			rc = xml_collect(x, &r->raw, err);
		} else if (xml_is(x, "is")) {
			has_value = true;
			rc = collect_inline(r, err);
		} else if (xml_is(x, "f")) {
			has_formula = true;
			rc = xml_collect(x, &formula, err);
		} else {
			rc = xml_skip(x, err);
		}
	}
	if (rc != 0 || (!has_value && !has_formula))
		return rc;
	if (!has_value) {
		keep_formula(r, &formula);
		type = CELL_PLAIN;
	}
	return has_value && r->raw.n == 0 ? 0 : put_value(r, column, type, kind, err);
}

/* ---- rows ---- */

static int read_row(struct reader *r, struct err *err)
{
	struct sv number = xml_attr(r->xml, "r");
	uint32_t outside = r->xml->depth - 1;
	enum xml_event event = XML_START;
	uint64_t line = r->next_row;

	if (number.n > 0 && !sv_to_u64(number, SHEET_ROWS_MAX, &line))
		line = 0;
	if (line < r->next_row || line > SHEET_ROWS_MAX)
		return err_set(err, E_UNREADABLE, "The sheet's rows are out of order at row %u.",
			r->next_row);
	int rc = sheet_feed_gap(r->next_row, (uint32_t)line, r->to, err);
	r->next_row = (uint32_t)line + 1;
	r->next_column = 0;
	sheet_row_reset(r->row);
	while (rc == 0 && !(event == XML_END && r->xml->depth == outside)) {
		rc = xml_next(r->xml, &event, err);
		if (rc == 0 && event == XML_START)
			rc = xml_is(r->xml, "c") ? read_cell(r, err) : xml_skip(r->xml, err);
	}
	return rc != 0 ? rc : sheet_row_feed(r->row, (uint32_t)line, r->to, err);
}

/* The sheet to its end: what is cut short must not look whole. */
static int read_sheet(struct reader *r, struct err *err)
{
	enum xml_event event;
	bool rooted = false;
	int rc;

	while ((rc = xml_next(r->xml, &event, err)) == 0 && event != XML_EOF) {
		if (event != XML_START)
			continue;
		if (!rooted && !xml_is(r->xml, "worksheet"))
			return err_set(err, E_UNREADABLE, "The sheet is no sheet of cells.");
		rooted = true;
		if (xml_is(r->xml, "row"))
			rc = read_row(r, err);
		if (rc != 0)
			return rc;
	}
	return rc;
}

static int feed_sheet(
	struct xlsx_book *b, const struct xlsx_sheet *sheet, struct feed *to, struct err *err)
{
	struct xlsx_part part CLEANUP(xlsx_part_close) = {0};
	struct reader r CLEANUP(reader_free) = {
		.book = b, .xml = &part.xml, .to = to, .next_row = 1};
	int rc = sheet_row_new(&r.row, err);

	if (rc == 0)
		rc = xlsx_part_open(&part, &b->zip, sheet->part, err);
	return rc != 0 ? rc : read_sheet(&r, err);
}

/* ---- which sheet ---- */

static int find_sheet(const struct xlsx_book *b, struct sv name, uint32_t *ret, struct err *err)
{
	for (uint32_t i = 0; i < b->nsheets; i++)
		if (name.n == 0 ? !b->sheets[i].hidden : sv_eq(b->sheets[i].name, name)) {
			*ret = i;
			return 0;
		}
	if (name.n > 0)
		return err_set_at(err, E_MAPPING, "/dialect/sheet",
			"The workbook has no sheet '%.*s'.", SV_ARG(name));
	*ret = 0; /* all are hidden */
	return 0;
}

int xlsx_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct xlsx_book *b CLEANUP(xlsx_book_free) = NULL;
	uint32_t sheet = 0;
	int rc = xlsx_book_open(src, &b, err);

	if (rc == 0)
		rc = find_sheet(b, mapping->dialect.sheet, &sheet, err);
	if (rc == 0)
		rc = xlsx_book_read_strings(b, err);
	return rc != 0 ? rc : feed_sheet(b, &b->sheets[sheet], to, err);
}

static int look_at_sheet(void *ctx, uint32_t i, struct feed *to, struct err *err)
{
	struct xlsx_book *b = ctx;

	return feed_sheet(b, &b->sheets[i], to, err);
}

int xlsx_choose(struct detect *d, struct err *err)
{
	struct xlsx_book *b CLEANUP(xlsx_book_free) = NULL;
	struct sheet_list list = {.look = look_at_sheet};
	int rc = xlsx_book_open(d->src, &b, err);

	if (rc != 0 || b->nsheets == 1)
		return rc;
	rc = xlsx_book_read_strings(b, err);
	list.ctx = b;
	list.n = b->nsheets;
	list.items = ARENA_ARRAY(d->arena, list.n, struct sheet_item);
	if (rc == 0 && list.items == NULL)
		rc = err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; rc == 0 && i < list.n; i++)
		list.items[i] = (struct sheet_item){
			arena_sv(d->arena, b->sheets[i].name), b->sheets[i].hidden};
	return rc != 0 ? rc : sheet_choose(d, &list, err);
}
