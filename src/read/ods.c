/*
 * content.xml of an OpenDocument, read as it is inflated. The document is walked once for the list
 * of sheets or once for the rows of one of them, to its end either way, so that what is cut short
 * is noticed.
 */
#include "read/ods.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "read/detect.h"
#include "read/plant.h"
#include "read/read.h"
#include "read/sheet.h"
#include "read/sheet_choose.h"
#include "read/xlsx_book.h"

#define SHEETS_MAX 256u
#define REPEATED_MAX (UINT64_C(256) << 20) /* bytes that repeated rows come to */
#define HIDDEN_STYLES_MAX 64u
#define LOOK_BYTES (UINT64_C(512) << 20) /* that are read to choose a sheet */

bool ods_sniff(const struct sniff *s)
{
	/* The first member is stored and has this name and content (part 2, 3.3). */
	struct sv mark = SV("mimetypeapplication/vnd.oasis.opendocument.spreadsheet");

	return zip_sniff(s->head) && s->head.n >= 30 + mark.n &&
	       memcmp(s->head.p + 30, mark.p, mark.n) == 0;
}

struct ods {
	struct zip zip;
	struct xlsx_part part;
	struct xml *xml;
	struct arena arena;
	struct sv hidden[HIDDEN_STYLES_MAX]; /* styles of sheets that are not shown */
	uint32_t nhidden;
	struct sv style; /* that is being read, while it is one of a sheet */
};

static void ods_close(struct ods *o)
{
	xlsx_part_close(&o->part);
	zip_free(&o->zip);
	arena_free(&o->arena);
}

/* ---- the container ---- */

static int check_manifest(struct ods *o, struct err *err)
{
	struct xlsx_part part CLEANUP(xlsx_part_close) = {0};
	const struct zip_entry *e = zip_find(&o->zip, SV("META-INF/manifest.xml"));
	enum xml_event event;

	if (e == NULL)
		return 0;
	int rc = xlsx_part_open(&part, &o->zip, e, err);
	while (rc == 0 && (rc = xml_next(&part.xml, &event, err)) == 0 && event != XML_EOF)
		if (event == XML_START && xml_is(&part.xml, "encryption-data"))
			return err_set(err, E_FILE_ENCRYPTED, NULL);
	return rc;
}

static int ods_open(struct ods *o, struct col_source src, struct err *err)
{
	arena_init(&o->arena, 1u << 20);
	int rc = zip_open(src, &o->zip, err);

	if (rc == 0)
		rc = check_manifest(o, err);
	if (rc != 0)
		return rc;
	const struct zip_entry *e = zip_find(&o->zip, SV("content.xml"));
	if (e == NULL)
		return err_set(err, E_UNREADABLE, "The document has no content.");
	o->xml = &o->part.xml;
	return xlsx_part_open(&o->part, &o->zip, e, err);
}

/* ---- which sheets ---- */

static void look_at_style(struct ods *o)
{
	const struct xml *x = o->xml;

	if (xml_is(x, "style"))
		o->style = sv_eq_cstr(xml_attr(x, "family"), "table")
				   ? arena_sv(&o->arena, xml_attr(x, "name"))
				   : SV_NULL;
	if (xml_is(x, "table-properties") && o->style.n > 0 &&
		sv_eq_cstr(xml_attr(x, "display"), "false") && o->nhidden < HIDDEN_STYLES_MAX)
		o->hidden[o->nhidden++] = o->style;
}

static bool is_hidden(const struct ods *o)
{
	struct sv style = xml_attr(o->xml, "style-name");

	for (uint32_t i = 0; i < o->nhidden; i++)
		if (sv_eq(o->hidden[i], style))
			return true;
	return false;
}

/* The next sheet's START; *ret_end: the document has ended. */
static int next_sheet(struct ods *o, bool *ret_end, struct err *err)
{
	enum xml_event event;
	int rc;

	while ((rc = xml_next(o->xml, &event, err)) == 0 && event != XML_EOF) {
		if (event != XML_START)
			continue;
		look_at_style(o);
		if (xml_is(o->xml, "tracked-changes")) {
			rc = xml_skip(o->xml, err);
			if (rc != 0)
				return rc;
		} else if (xml_is(o->xml, "table")) {
			*ret_end = false;
			return 0;
		}
	}
	*ret_end = true;
	return rc;
}

/* ---- cells ---- */

struct reader {
	struct ods *o;
	struct xml *xml;
	struct feed *to;
	struct sheet_row *row;
	struct buf text, value;
	uint32_t next_row, next_column;
	size_t row_bytes;
	uint64_t repeated; /* bytes so far */
};

static void reader_free(struct reader *r)
{
	sheet_row_free(&r->row);
	buf_free(&r->text);
	buf_free(&r->value);
}

static uint32_t count_attr(const struct xml *x, const char *name, uint32_t max)
{
	uint64_t n = 1;

	if (!sv_to_u64(xml_attr(x, name), UINT32_MAX, &n))
		n = 1;
	return n == 0 ? 1 : (uint32_t)MIN(n, (uint64_t)max);
}

/* PT10H20M30.5S as 10:20:30; anything else as it is. */
static void put_duration(struct sv s, struct buf *out)
{
	static const char units[] = "HMS";
	uint64_t v[3] = {0}; /* by unit */
	struct sv rest = s;

	if (!sv_starts_with(rest, SV("PT"))) {
		buf_add_sv(out, s);
		return;
	}
	rest = sv_from(rest.p + 2, rest.n - 2);
	while (rest.n > 0) {
		size_t digits = 0, all;
		const char *unit;

		while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
			digits++;
		all = digits;
		while (all < rest.n && ((rest.p[all] >= '0' && rest.p[all] <= '9') ||
					       rest.p[all] == '.' || rest.p[all] == ','))
			all++;
		unit = all < rest.n && rest.p[all] != '\0' ? strchr(units, rest.p[all]) : NULL;
		if (unit == NULL || !sv_to_u64(sv_from(rest.p, digits), 99999, &v[unit - units])) {
			buf_add_sv(out, s);
			return;
		}
		rest = sv_from(rest.p + all + 1, rest.n - all - 1);
	}
	buf_printf(out, "%02llu:%02llu:%02llu", (unsigned long long)v[0], (unsigned long long)v[1],
		(unsigned long long)v[2]);
}

/* Takes what the attributes say; false: the text of the cell is its value. */
static bool take_typed(struct reader *r)
{
	const struct xml *x = r->xml;
	struct sv type = xml_attr(x, "value-type"), value = xml_attr(x, "value");

	if (sv_eq_cstr(type, "float") || sv_eq_cstr(type, "percentage")) {
		sheet_put_number(value, &r->value);
	} else if (sv_eq_cstr(type, "currency")) {
		struct sv currency = xml_attr(x, "currency");

		sheet_put_number(value, &r->value);
		if (currency.n == 3)
			buf_printf(&r->value, " %.*s", SV_ARG(currency));
	} else if (sv_eq_cstr(type, "date")) {
		buf_add_sv(&r->value, xml_attr(x, "date-value"));
	} else if (sv_eq_cstr(type, "time")) {
		put_duration(xml_attr(x, "time-value"), &r->value);
	} else if (sv_eq_cstr(type, "boolean")) {
		buf_add_cstr(&r->value,
			sv_eq_cstr(xml_attr(x, "boolean-value"), "true") ? "TRUE" : "FALSE");
	} else {
		return false;
	}
	return true;
}

/* The paragraphs of a cell, but not those of its comments and drawings. */
static int take_text(struct reader *r, struct err *err)
{
	struct xml *x = r->xml;
	uint32_t outside = x->depth - 1, inside = 0;
	enum xml_event event = XML_START;
	bool any = false;
	int rc = 0;

	while (rc == 0 && !(event == XML_END && x->depth == outside)) {
		rc = xml_next(x, &event, err);
		if (rc != 0)
			return rc;
		if (event == XML_TEXT && inside > 0)
			buf_add_sv(&r->text, x->text);
		if (event == XML_END && inside > 0 && x->depth < inside)
			inside = 0;
		if (event != XML_START)
			continue;
		if (inside == 0 && xml_is(x, "p")) {
			if (any)
				buf_add_char(&r->text, '\n');
			any = true;
			inside = x->depth;
		} else if (inside > 0 && xml_is(x, "s")) {
			for (uint32_t n = count_attr(x, "c", 1000); n > 0; n--)
				buf_add_char(&r->text, ' ');
		} else if (inside > 0 && (xml_is(x, "tab") || xml_is(x, "line-break"))) {
			buf_add_char(&r->text, xml_is(x, "tab") ? '\t' : '\n');
		} else if (inside == 0 || xml_is(x, "annotation") || xml_is(x, "note")) {
			rc = xml_skip(x, err);
		}
	}
	return rc;
}

static int read_cell(struct reader *r, struct err *err)
{
	uint32_t times = count_attr(r->xml, "number-columns-repeated", SHEET_COLUMNS_MAX);

	buf_reset(&r->text);
	buf_reset(&r->value);
	bool typed = take_typed(r);
	int rc = take_text(r, err);
	struct sv s = typed && r->value.n > 0 ? buf_sv(&r->value) : buf_sv(&r->text);

	if (rc == 0 && (!buf_ok(&r->text) || !buf_ok(&r->value)))
		rc = err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; rc == 0 && s.n > 0 && i < times; i++) {
		sheet_row_put(r->row, r->next_column + i, s, true);
		r->row_bytes += s.n;
		if (r->next_column + i >= READ_COLUMNS_MAX)
			break;
	}
	r->next_column = MIN(r->next_column + times, SHEET_COLUMNS_MAX);
	return rc;
}

/* ---- rows ---- */

static int feed_times(struct reader *r, uint32_t from, uint32_t times, struct err *err)
{
	int rc = 0;

	if (times > 1)
		r->repeated += (uint64_t)(r->row_bytes + 64) * times;
	if (r->repeated > REPEATED_MAX)
		return err_set(err, E_LIMIT, "The sheet repeats its rows too often.");
	for (uint32_t i = 0; rc == 0 && i < times; i++)
		rc = sheet_row_feed(r->row, from + (PLANTED ? MIN(i, 1u) : i), r->to, err);
	return rc;
}

/* *fed: the number of the next row that was not fed yet. Empty rows wait for one that is not. */
static int read_row(struct reader *r, uint32_t *fed, struct err *err)
{
	uint32_t times = count_attr(r->xml, "number-rows-repeated", SHEET_ROWS_MAX);
	uint32_t outside = r->xml->depth - 1, from = r->next_row;
	enum xml_event event = XML_START;
	int rc = 0;

	sheet_row_reset(r->row);
	r->next_column = 0;
	r->row_bytes = 0;
	while (rc == 0 && !(event == XML_END && r->xml->depth == outside)) {
		rc = xml_next(r->xml, &event, err);
		if (rc != 0 || event != XML_START)
			continue;
		rc = xml_is(r->xml, "table-cell") || xml_is(r->xml, "covered-table-cell")
			     ? read_cell(r, err)
			     : xml_skip(r->xml, err);
	}
	r->next_row = MIN(r->next_row + times, SHEET_ROWS_MAX + 1);
	if (rc != 0 || r->row_bytes == 0)
		return rc;
	rc = sheet_feed_gap(*fed, from, r->to, err);
	if (rc == 0)
		rc = feed_times(r, from, r->next_row - from, err);
	*fed = r->next_row;
	return rc;
}

/* From the START of a sheet to its END. */
static int read_sheet(struct ods *o, struct feed *to, struct err *err)
{
	struct reader r CLEANUP(reader_free) = {.o = o, .xml = o->xml, .to = to, .next_row = 1};
	uint32_t outside = o->xml->depth - 1, fed = 1;
	enum xml_event event = XML_START;
	int rc = sheet_row_new(&r.row, err);

	while (rc == 0 && !(event == XML_END && o->xml->depth == outside)) {
		rc = xml_next(o->xml, &event, err);
		if (rc == 0 && event == XML_START && xml_is(o->xml, "table-row")) {
			rc = read_row(&r, &fed, err);
		} else if (rc == 0 && event == XML_START && xml_is(o->xml, "shapes")) {
			rc = xml_skip(o->xml, err);
		}
	}
	return rc;
}

/* ---- the document ---- */

struct pick {
	struct sv name; /* n 0: the first that is visible, or else the first */
	int index;      /* or by number; -1: by name */
	bool any;       /* all are hidden */
};

static bool is_picked(const struct ods *o, const struct pick *p, int index)
{
	if (p->index >= 0)
		return p->index == index;
	if (p->name.n > 0)
		return sv_eq(xml_attr(o->xml, "name"), p->name);
	return p->any || !is_hidden(o);
}

static int feed_picked(struct col_source src, const struct pick *p, struct feed *to,
	bool *ret_found, struct err *err)
{
	struct ods o CLEANUP(ods_close) = {0};
	bool end = false;
	int rc = ods_open(&o, src, err);

	*ret_found = false;
	for (int i = 0; rc == 0 && !end; i++) {
		rc = next_sheet(&o, &end, err);
		if (rc != 0 || end)
			break;
		if (!*ret_found && is_picked(&o, p, i)) {
			*ret_found = true;
			rc = read_sheet(&o, to, err);
		} else {
			rc = xml_skip(o.xml, err);
		}
	}
	return rc;
}

int ods_feed(struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct pick p = {.name = mapping->dialect.sheet, .index = -1};
	bool found = false;
	int rc = feed_picked(src, &p, to, &found, err);

	if (rc != 0 || found)
		return rc;
	if (p.name.n > 0)
		return err_set_at(err, E_MAPPING, "/dialect/sheet",
			"The workbook has no sheet '%.*s'.", SV_ARG(p.name));
	p.any = true;
	rc = feed_picked(src, &p, to, &found, err);
	return rc != 0 || found ? rc : err_set(err, E_UNREADABLE, "The workbook has no sheet.");
}

static int look_at_sheet(void *ctx, uint32_t i, struct feed *to, struct err *err)
{
	const struct detect *d = ctx;
	const struct pick p = {.index = (int)i};
	bool found;

	return feed_picked(d->src, &p, to, &found, err);
}

int ods_choose(struct detect *d, struct err *err)
{
	struct ods o CLEANUP(ods_close) = {0};
	struct sheet_list list = {.look = look_at_sheet, .ctx = d};
	bool end = false;
	int rc = ods_open(&o, d->src, err);

	list.items = ARENA_ARRAY(d->arena, SHEETS_MAX, struct sheet_item);
	if (rc == 0 && list.items == NULL)
		rc = err_set(err, E_NO_MEMORY, NULL);
	while (rc == 0 && list.n < SHEETS_MAX) {
		rc = next_sheet(&o, &end, err);
		if (rc != 0 || end)
			break;
		struct sv name = xml_attr(o.xml, "name");
		bool usable = name.n > 0 && name.n <= MAPPING_SHEET_MAX && utf8_valid(name);

		list.items[list.n++] = (struct sheet_item){
			arena_sv(d->arena, usable ? name : SV("")), !usable || is_hidden(&o)};
		rc = xml_skip(o.xml, err);
	}
	/* Each look walks over the whole document. */
	const struct zip_entry *e = rc == 0 ? zip_find(&o.zip, SV("content.xml")) : NULL;
	if (e != NULL)
		list.looks = (uint32_t)MIN(LOOK_BYTES / (e->size + 1) + 1, (uint64_t)SHEET_LOOKS);
	return rc != 0 || list.n <= 1 ? rc : sheet_choose(d, &list, err);
}
