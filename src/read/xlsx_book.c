/*
 * The package (ECMA-376 part 2): relationships lead from the root to the workbook, and from that to
 * its sheets, styles and strings. Types of relationships are told by the last part of their URI,
 * which the transitional and the strict form share.
 */
#include "read/xlsx_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "read/mapping.h"

#define RELATIONS_MAX 1024u
#define STYLES_MAX 65536u
#define FORMATS_MAX 4096u
#define STRINGS_MAX (16u << 20) /* shared strings, by number */

/* ---- parts ---- */

static int part_read(void *ctx, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	return zip_stream_read(ctx, dst, cap, ret_n, err);
}

int xlsx_part_open(
	struct xlsx_part *p, const struct zip *z, const struct zip_entry *e, struct err *err)
{
	p->stream = NULL;
	p->xml.window = NULL;
	int rc = zip_stream_new(z, e, &p->stream, err);

	return rc != 0 ? rc : xml_open(&p->xml, part_read, p->stream, err);
}

void xlsx_part_close(struct xlsx_part *p)
{
	if (p->xml.window != NULL)
		xml_close(&p->xml);
	zip_stream_free(&p->stream);
}

/* ---- relationships ---- */

struct relation {
	struct sv id, type;
	const struct zip_entry *target;
};

struct relations {
	struct relation *items;
	uint32_t n;
};

/* base is the folder of the part that has the relation, with its slash; target relative to it. */
static const struct zip_entry *resolve(const struct zip *z, struct sv base, struct sv target)
{
	char path[2 * ZIP_NAME_MAX];

	if (sv_starts_with(target, SV("/"))) {
		base.n = 0;
		target = sv_from(target.p + 1, target.n - 1);
	}
	for (;;) {
		if (sv_starts_with(target, SV("./"))) {
			target = sv_from(target.p + 2, target.n - 2);
		} else if (sv_starts_with(target, SV("../")) && base.n > 0) {
			target = sv_from(target.p + 3, target.n - 3);
			base.n--;
			while (base.n > 0 && base.p[base.n - 1] != '/')
				base.n--;
		} else {
			break;
		}
	}
	if (base.n + target.n > sizeof(path))
		return NULL;
	if (base.n > 0)
		memcpy(path, base.p, base.n);
	if (target.n > 0)
		memcpy(path + base.n, target.p, target.n);
	return zip_find(z, sv_from(path, base.n + target.n));
}

static struct sv last_part(struct sv uri)
{
	const char *slash = uri.n == 0 ? NULL : memrchr(uri.p, '/', uri.n);

	return slash == NULL ? uri : sv_from(slash + 1, (size_t)(uri.p + uri.n - slash) - 1);
}

static int read_relations(
	struct xlsx_book *b, struct sv name, struct sv base, struct relations *ret, struct err *err)
{
	struct xlsx_part part CLEANUP(xlsx_part_close) = {0};
	const struct zip_entry *e = zip_find(&b->zip, name);
	enum xml_event event;

	*ret = (struct relations){.items = ARENA_ARRAY(&b->arena, RELATIONS_MAX, struct relation)};
	if (ret->items == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (e == NULL)
		return 0;
	int rc = xlsx_part_open(&part, &b->zip, e, err);
	while (rc == 0 && (rc = xml_next(&part.xml, &event, err)) == 0 && event != XML_EOF) {
		if (event != XML_START || !xml_is(&part.xml, "Relationship") ||
			ret->n == RELATIONS_MAX)
			continue;
		ret->items[ret->n++] =
			(struct relation){arena_sv(&b->arena, xml_attr(&part.xml, "Id")),
				arena_sv(&b->arena, last_part(xml_attr(&part.xml, "Type"))),
				resolve(&b->zip, base, xml_attr(&part.xml, "Target"))};
	}
	return rc;
}

static const struct zip_entry *target_of_type(const struct relations *r, const char *type)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (sv_eq_cstr(r->items[i].type, type) && r->items[i].target != NULL)
			return r->items[i].target;
	return NULL;
}

/* ---- the workbook ---- */

static bool is_true(struct sv s)
{
	return sv_eq_cstr(s, "1") || sv_eq_cstr(s, "true") || sv_eq_cstr(s, "on");
}

static void add_sheet(struct xlsx_book *b, const struct xml *x, const struct relations *r)
{
	struct sv state = xml_attr(x, "state"), name = xml_attr(x, "name"), id = xml_attr(x, "id");
	struct xlsx_sheet *to = &b->sheets[b->nsheets];

	*to = (struct xlsx_sheet){.hidden = state.n > 0 && !sv_eq_cstr(state, "visible")};
	if (name.n > MAPPING_SHEET_MAX || !utf8_valid(name))
		return;
	to->name = arena_sv(&b->arena, name);
	for (uint32_t i = 0; i < r->n; i++)
		if (sv_eq(r->items[i].id, id) && sv_eq_cstr(r->items[i].type, "worksheet"))
			to->part = r->items[i].target;
	/* Two sheets of one part: no program writes that, and each would cost its time. */
	for (uint32_t i = 0; i < b->nsheets; i++)
		if (b->sheets[i].part == to->part)
			return;
	b->nsheets += to->part != NULL;
}

static int read_workbook(
	struct xlsx_book *b, const struct zip_entry *e, const struct relations *r, struct err *err)
{
	struct xlsx_part part CLEANUP(xlsx_part_close) = {0};
	enum xml_event event;
	bool rooted = false;
	int rc = xlsx_part_open(&part, &b->zip, e, err);

	while (rc == 0 && (rc = xml_next(&part.xml, &event, err)) == 0 && event != XML_EOF) {
		if (event != XML_START)
			continue;
		if (!rooted && !xml_is(&part.xml, "workbook"))
			return err_set(err, E_UNREADABLE, "The document is no workbook.");
		rooted = true;
		if (xml_is(&part.xml, "workbookPr"))
			b->from_1904 = is_true(xml_attr(&part.xml, "date1904"));
		else if (xml_is(&part.xml, "sheet") && b->nsheets < XLSX_SHEETS_MAX)
			add_sheet(b, &part.xml, r);
	}
	return rc;
}

/* ---- styles ---- */

struct format_code {
	uint32_t id;
	enum sheet_kind kind;
};

static enum sheet_kind kind_of(const struct format_code *codes, uint32_t n, uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (codes[i].id == id)
			return codes[i].kind;
	return sheet_kind_of_id(id);
}

static uint32_t number_attr(const struct xml *x, const char *name)
{
	uint64_t v = 0;

	return sv_to_u64(xml_attr(x, name), UINT32_MAX, &v) ? (uint32_t)v : 0;
}

static int read_styles(struct xlsx_book *b, struct err *err)
{
	struct xlsx_part part CLEANUP(xlsx_part_close) = {0};
	struct format_code *codes = ARENA_ARRAY(&b->arena, FORMATS_MAX, struct format_code);
	struct buf kinds CLEANUP(buf_free) = BUF_INIT;
	enum xml_event event;
	uint32_t ncodes = 0;
	bool in_cells = false;
	int rc = codes == NULL ? err_set(err, E_NO_MEMORY, NULL)
			       : xlsx_part_open(&part, &b->zip, b->styles_part, err);

	while (rc == 0 && (rc = xml_next(&part.xml, &event, err)) == 0 && event != XML_EOF) {
		const struct xml *x = &part.xml;

		if (xml_is(x, "cellXfs") && event != XML_TEXT)
			in_cells = event == XML_START;
		if (event != XML_START)
			continue;
		if (xml_is(x, "numFmt") && ncodes < FORMATS_MAX) {
			codes[ncodes++] = (struct format_code){number_attr(x, "numFmtId"),
				sheet_kind_of_code(xml_attr(x, "formatCode"))};
		} else if (in_cells && xml_is(x, "xf") && b->nkinds < STYLES_MAX) {
			enum sheet_kind kind = kind_of(codes, ncodes, number_attr(x, "numFmtId"));

			buf_add(&kinds, &kind, sizeof(kind));
			b->nkinds++;
		}
	}
	if (rc != 0 || b->nkinds == 0)
		return rc;
	b->kinds = ARENA_ARRAY(&b->arena, b->nkinds, enum sheet_kind);
	if (b->kinds == NULL || !buf_ok(&kinds) || kinds.p == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(b->kinds, kinds.p, kinds.n);
	return 0;
}

/* ---- shared strings ---- */

static int hex_of(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i], low = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v * 16 + (low - 'a' + 10);
		else
			return -1;
	}
	return v;
}

void xlsx_put_text(struct sv s, struct buf *out)
{
	const char *p;

	while ((p = s.n == 0 ? NULL : memmem(s.p, s.n, "_x", 2)) != NULL) {
		size_t before = (size_t)(p - s.p), used = 2;
		int v = s.n - before >= 7 && p[6] == '_' ? hex_of(p + 2) : -1;

		if (v > 0 && (v < 0xd800 || v > 0xdfff)) {
			char bytes[4];

			buf_add(out, s.p, before);
			buf_add(out, bytes, utf8_put((uint32_t)v, bytes));
			used = 7;
		} else {
			buf_add(out, s.p, before + 2);
		}
		s = sv_from(p + used, s.n - before - used);
	}
	buf_add_sv(out, s);
}

/* One <si>: the text of its <t> elements, but not of the phonetic ones. */
static int read_string(struct xlsx_book *b, struct xml *x, struct buf *raw, struct err *err)
{
	uint32_t outside = x->depth - 1;
	enum xml_event event = XML_START;
	int rc = 0;

	buf_reset(raw);
	while (rc == 0 && !(event == XML_END && x->depth == outside)) {
		rc = xml_next(x, &event, err);
		if (rc == 0 && event == XML_START && xml_is(x, "t"))
			rc = xml_collect(x, raw, err);
		else if (rc == 0 && event == XML_START && xml_is(x, "rPh"))
			rc = xml_skip(x, err);
	}
	if (rc != 0)
		return rc;
	xlsx_put_text(buf_sv(raw), &b->strings.text);
	if (!sheet_strings_end(&b->strings) || b->strings.n > STRINGS_MAX)
		return err_set(err, E_LIMIT, "The workbook has more text than can be read.");
	return 0;
}

int xlsx_book_read_strings(struct xlsx_book *b, struct err *err)
{
	struct xlsx_part part CLEANUP(xlsx_part_close) = {0};
	struct buf raw CLEANUP(buf_free) = BUF_INIT;
	enum xml_event event;

	if (b->strings_part == NULL || b->strings.n > 0)
		return 0;
	sheet_strings_init(&b->strings, XLSX_STRINGS_MAX);
	int rc = xlsx_part_open(&part, &b->zip, b->strings_part, err);
	while (rc == 0 && (rc = xml_next(&part.xml, &event, err)) == 0 && event != XML_EOF)
		if (event == XML_START && xml_is(&part.xml, "si"))
			rc = read_string(b, &part.xml, &raw, err);
	return rc;
}

/* ---- the whole ---- */

void xlsx_book_free(struct xlsx_book **b)
{
	if (*b == NULL)
		return;
	zip_free(&(*b)->zip);
	arena_free(&(*b)->arena);
	sheet_strings_free(&(*b)->strings);
	free(*b);
	*b = NULL;
}

static struct sv folder_of(struct sv name)
{
	const char *slash = memrchr(name.p, '/', name.n);

	return slash == NULL ? SV("") : sv_from(name.p, (size_t)(slash - name.p) + 1);
}

static int find_workbook(struct xlsx_book *b, const struct zip_entry **ret, struct err *err)
{
	struct relations root;
	int rc = read_relations(b, SV("_rels/.rels"), SV(""), &root, err);

	if (rc != 0)
		return rc;
	*ret = target_of_type(&root, "officeDocument");
	if (*ret == NULL)
		*ret = zip_find(&b->zip, SV("xl/workbook.xml"));
	if (*ret == NULL)
		return err_set(err, E_UNREADABLE, "The document is no workbook.");
	if (sv_ends_with((*ret)->name, SV(".bin")))
		return err_set(err, E_UNREADABLE,
			"The workbook is in the binary form (xlsb); save it as .xlsx.");
	return 0;
}

static int read_book(struct xlsx_book *b, struct err *err)
{
	const struct zip_entry *workbook = NULL;
	struct relations r;
	int rc = find_workbook(b, &workbook, err);

	if (rc != 0)
		return rc;
	struct sv folder = folder_of(workbook->name);
	char *name = arena_printf(&b->arena, "%.*s_rels/%.*s.rels", SV_ARG(folder),
		(int)(workbook->name.n - folder.n), workbook->name.p + folder.n);
	rc = read_relations(b, sv_from_cstr(name), folder, &r, err);
	if (rc == 0)
		rc = read_workbook(b, workbook, &r, err);
	if (rc != 0)
		return rc;
	b->strings_part = target_of_type(&r, "sharedStrings");
	b->styles_part = target_of_type(&r, "styles");
	if (b->nsheets == 0)
		return err_set(err, E_UNREADABLE, "The workbook has no sheet of cells.");
	if (b->styles_part != NULL)
		rc = read_styles(b, err);
	return rc != 0 || arena_ok(&b->arena) ? rc : err_set(err, E_NO_MEMORY, NULL);
}

int xlsx_book_open(struct col_source src, struct xlsx_book **ret, struct err *err)
{
	struct xlsx_book *b CLEANUP(xlsx_book_free) = calloc(1, sizeof(*b));

	if (b == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	arena_init(&b->arena, 0);
	int rc = zip_open(src, &b->zip, err);
	if (rc == 0)
		rc = read_book(b, err);
	if (rc == 0)
		*ret = TAKE(b);
	return rc;
}
