/*
 * One sheet of an old workbook. Its cells come row by row.
 */
#include "read/xls.h"

#include <string.h>

#include "read/cfb.h"
#include "read/detect.h"
#include "read/sheet.h"
#include "read/sheet_choose.h"
#include "read/xls_book.h"

bool xls_sniff(const struct sniff *s)
{
	return cfb_sniff(s->head);
}

struct reader {
	const struct xls_book *book;
	struct feed *to;
	struct sheet_row *row;
	struct buf value, number;
	uint32_t current;  /* row of the cells put so far, from 1; 0: none */
	uint32_t next;     /* row that was not fed yet */
	bool text_follows; /* the last formula's value is in a record of its own */
	uint16_t text_column;
};

static void reader_free(struct reader *r)
{
	sheet_row_free(&r->row);
	buf_free(&r->value);
	buf_free(&r->number);
}

/* ---- rows ---- */

static int end_row(struct reader *r, struct err *err)
{
	int rc = 0;

	if (r->current == 0)
		return 0;
	rc = sheet_feed_gap(r->next, r->current, r->to, err);
	if (rc == 0)
		rc = sheet_row_feed(r->row, r->current, r->to, err);
	r->next = r->current + 1;
	r->current = 0;
	sheet_row_reset(r->row);
	return rc;
}

/* Goes to the row of the record's cell. */
static int at_row(struct reader *r, const struct xls_record *rec, struct err *err)
{
	uint32_t row = xls_get16(rec->p) + 1u;

	if (row == r->current)
		return 0;
	int rc = end_row(r, err);
	if (rc != 0)
		return rc;
	if (row < r->next)
		return err_set(
			err, E_UNREADABLE, "The sheet's rows are out of order at row %u.", row);
	r->current = row;
	return 0;
}

/* ---- values ---- */

static void put(struct reader *r, uint16_t column)
{
	sheet_row_put(r->row, column, buf_sv(&r->value), true);
	buf_reset(&r->value);
}

/* A number in r->number, by the cell's format. */
static void put_number(struct reader *r, uint16_t column, uint16_t xf)
{
	sheet_put_value(
		buf_sv(&r->number), xls_book_kind(r->book, xf), r->book->from_1904, &r->value);
	buf_reset(&r->number);
	put(r, column);
}

static double get_double(const uint8_t *p)
{
	uint64_t bits = xls_get32(p) | (uint64_t)xls_get32(p + 4) << 32;
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* [MS-XLS] 2.5.217: 30 bits of an integer or of a binary fraction, maybe in hundredths. */
static void put_rk(struct reader *r, uint16_t column, uint16_t xf, uint32_t rk)
{
	bool hundredths = rk & 1;

	if (rk & 2) {
		int32_t v = (int32_t)rk >> 2;

		buf_printf(&r->number, hundredths ? "%dE-2" : "%d", (int)v);
	} else {
		uint64_t bits = (uint64_t)(rk & ~3u) << 32;
		double v;

		memcpy(&v, &bits, sizeof(v));
		sheet_put_double(hundredths ? v / 100 : v, &r->number);
	}
	put_number(r, column, xf);
}

static void put_error(struct reader *r, uint16_t column, uint8_t code)
{
	static const struct {
		uint8_t code;
		const char *word;
	} errors[] = {{0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0f, "#VALUE!"}, {0x17, "#REF!"},
		{0x1d, "#NAME?"}, {0x24, "#NUM!"}, {0x2a, "#N/A"}};
	const char *word = "#ERROR!";

	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i].code == code)
			word = errors[i].word;
	buf_add_cstr(&r->value, word);
	put(r, column);
}

static void put_bool(struct reader *r, uint16_t column, uint8_t v)
{
	buf_add_cstr(&r->value, v ? "TRUE" : "FALSE");
	put(r, column);
}

/* The value that was last computed: a number, or by its first byte something else. */
static void put_formula(struct reader *r, const struct xls_record *rec)
{
	const uint8_t *p = rec->p;
	uint16_t column = xls_get16(p + 2);

	if (p[12] != 0xff || p[13] != 0xff) {
		sheet_put_double(get_double(p + 6), &r->number);
		put_number(r, column, xls_get16(p + 4));
	} else if (p[6] == 0) {
		r->text_follows = true;
		r->text_column = column;
	} else if (p[6] == 1) {
		put_bool(r, column, p[8]);
	} else if (p[6] == 2) {
		put_error(r, column, p[8]);
	}
}

static void put_many(struct reader *r, const struct xls_record *rec)
{
	uint16_t column = xls_get16(rec->p + 2);

	for (size_t at = 4; at + 6 <= rec->n - 2u; at += 6, column++)
		put_rk(r, column, xls_get16(rec->p + at), xls_get32(rec->p + at + 2));
}

static int put_shared(struct reader *r, const struct xls_record *rec, struct err *err)
{
	struct sv s;

	if (!sheet_strings_at(&r->book->strings, xls_get32(rec->p + 6), &s))
		return err_set(err, E_UNREADABLE,
			"A cell of row %u refers to a text that the workbook does not have.",
			r->current);
	sheet_row_put(r->row, xls_get16(rec->p + 2), s, false);
	return 0;
}

/* Records of cells, and how long they are at least. */
static size_t cell_bytes(uint16_t type)
{
	switch (type) {
	case XLS_LABELSST:
	case XLS_RK:
	case XLS_MULRK:
		return 10;
	case XLS_NUMBER:
	case XLS_FORMULA:
		return 14;
	case XLS_BOOLERR:
		return 8;
	case XLS_LABEL:
	case XLS_RSTRING:
		return 9;
	default:
		return 0;
	}
}

static int put_cell(struct reader *r, const struct xls_record *rec, struct err *err)
{
	uint16_t column = xls_get16(rec->p + 2), xf = xls_get16(rec->p + 4);

	r->text_follows = false;
	switch (rec->type) {
	case XLS_LABELSST:
		return put_shared(r, rec, err);
	case XLS_RK:
		put_rk(r, column, xf, xls_get32(rec->p + 6));
		return 0;
	case XLS_MULRK:
		put_many(r, rec);
		return 0;
	case XLS_NUMBER:
		sheet_put_double(get_double(rec->p + 6), &r->number);
		put_number(r, column, xf);
		return 0;
	case XLS_FORMULA:
		put_formula(r, rec);
		return 0;
	case XLS_BOOLERR:
		if (rec->p[7])
			put_error(r, column, rec->p[6]);
		else
			put_bool(r, column, rec->p[6]);
		return 0;
	default: /* a text of its own */
		if (!xls_put_text(rec, 6, &r->value))
			return err_set(
				err, E_UNREADABLE, "A text of row %u is cut short.", r->current);
		put(r, column);
		return 0;
	}
}

static int take_record(struct reader *r, const struct xls_record *rec, struct err *err)
{
	size_t needed = cell_bytes(rec->type);

	if (rec->type == XLS_STRING && r->text_follows) {
		r->text_follows = false;
		if (!xls_put_text(rec, 0, &r->value))
			return err_set(
				err, E_UNREADABLE, "A text of row %u is cut short.", r->current);
		put(r, r->text_column);
		return 0;
	}
	if (needed == 0)
		return 0;
	if (rec->n < needed)
		return err_set(err, E_UNREADABLE, "A cell behind row %u is cut short.", r->current);
	int rc = at_row(r, rec, err);
	return rc != 0 ? rc : put_cell(r, rec, err);
}

/* From the sheet's BOF to its EOF; what is embedded in between has both too. */
static int feed_sheet(
	const struct xls_book *b, const struct xls_sheet *sheet, struct feed *to, struct err *err)
{
	struct reader r CLEANUP(reader_free) = {.book = b, .to = to, .next = 1};
	struct xls_record rec;
	size_t at = sheet->at, depth = 0;
	int rc = sheet_row_new(&r.row, err);

	while (rc == 0) {
		rc = xls_next(b, &at, &rec, err);
		if (rc != 0)
			break;
		if (depth == 0 && rec.type != XLS_BOF)
			return err_set(err, E_UNREADABLE,
				"A sheet of the workbook is not where it should be.");
		depth += rec.type == XLS_BOF;
		depth -= rec.type == XLS_EOF;
		if (depth == 0)
			break;
		if (depth == 1)
			rc = take_record(&r, &rec, err);
		if (rc == 0 && (!buf_ok(&r.value) || !buf_ok(&r.number)))
			rc = err_set(err, E_NO_MEMORY, NULL);
	}
	return rc != 0 ? rc : end_row(&r, err);
}

/* ---- which sheet ---- */

static int find_sheet(const struct xls_book *b, struct sv name, uint32_t *ret, struct err *err)
{
	for (uint32_t i = 0; i < b->nsheets; i++)
		if (name.n == 0 ? !b->sheets[i].hidden : sv_eq(b->sheets[i].name, name)) {
			*ret = i;
			return 0;
		}
	*ret = 0; /* all are hidden */
	return name.n == 0 ? 0
			   : err_set_at(err, E_MAPPING, "/dialect/sheet",
				     "The workbook has no sheet '%.*s'.", SV_ARG(name));
}

int xls_feed(struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct xls_book *b CLEANUP(xls_book_free) = NULL;
	uint32_t sheet = 0;
	int rc = xls_book_open(src, &b, err);

	if (rc == 0)
		rc = find_sheet(b, mapping->dialect.sheet, &sheet, err);
	return rc != 0 ? rc : feed_sheet(b, &b->sheets[sheet], to, err);
}

static int look_at_sheet(void *ctx, uint32_t i, struct feed *to, struct err *err)
{
	const struct xls_book *b = ctx;

	return feed_sheet(b, &b->sheets[i], to, err);
}

int xls_choose(struct detect *d, struct err *err)
{
	struct xls_book *b CLEANUP(xls_book_free) = NULL;
	struct sheet_list list = {.look = look_at_sheet};
	int rc = xls_book_open(d->src, &b, err);

	if (rc != 0 || b->nsheets == 1)
		return rc;
	list.ctx = b;
	list.n = b->nsheets;
	list.items = ARENA_ARRAY(d->arena, list.n, struct sheet_item);
	if (list.items == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < list.n; i++)
		list.items[i] = (struct sheet_item){
			arena_sv(d->arena, b->sheets[i].name), b->sheets[i].hidden};
	return sheet_choose(d, &list, err);
}
