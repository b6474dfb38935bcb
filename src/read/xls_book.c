/*
 * The workbook's globals ([MS-XLS] 2.1.7.20.3). The shared texts run over the ends of records, even
 * in the middle of a text, where the next record says anew how wide its characters are.
 */
#include "read/xls_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "read/cfb.h"
#include "read/mapping.h"
#include "read/plant.h"

#define FORMATS_MAX 4096u
#define FORMAT_KINDS_MAX 65536u
#define STRINGS_MAX (128u << 20) /* bytes of all shared texts */

static int damaged(struct err *err)
{
	return err_set(err, E_UNREADABLE, "The workbook is damaged or cut short.");
}

void xls_book_free(struct xls_book **b)
{
	if (*b == NULL)
		return;
	buf_free(&(*b)->stream);
	arena_free(&(*b)->arena);
	buf_free(&(*b)->kinds);
	sheet_strings_free(&(*b)->strings);
	free(*b);
	*b = NULL;
}

int xls_next(const struct xls_book *b, size_t *at, struct xls_record *ret, struct err *err)
{
	if (b->stream.n < 4 || *at > b->stream.n - 4)
		return damaged(err);
	const uint8_t *p = (const uint8_t *)b->stream.p + *at;
	*ret = (struct xls_record){xls_get16(p), xls_get16(p + 2), p + 4};
	if (ret->n > b->stream.n - *at - 4)
		return damaged(err);
	*at += 4u + ret->n;
	return 0;
}

/* ---- texts ---- */

void xls_put_chars(const uint8_t *p, size_t n, bool wide, struct buf *out)
{
	char bytes[4];

	for (size_t i = 0; i < n; i++) {
		uint32_t cp = wide ? xls_get16(p + 2 * i) : p[i];

		if (wide && cp >= 0xd800 && cp < 0xdc00 && i + 1 < n) {
			uint32_t low = xls_get16(p + 2 * i + 2);

			if (low >= 0xdc00 && low < 0xe000) {
				cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
				i++;
			}
		}
		if (cp >= 0xd800 && cp < 0xe000)
			cp = 0xfffd;
		buf_add(out, bytes, utf8_put(cp, bytes));
	}
}

bool xls_put_text(const struct xls_record *r, size_t at, struct buf *out)
{
	if (at + 3 > r->n)
		return false;
	size_t n = xls_get16(r->p + at);
	bool wide = r->p[at + 2] & 1;
	if (n * (wide ? 2 : 1) > r->n - at - 3)
		return false;
	xls_put_chars(r->p + at + 3, n, wide, out);
	return true;
}

/* ---- shared texts ---- */

/* A place in a record that goes on in others. */
struct cursor {
	const struct xls_book *book;
	size_t next; /* record in the stream */
	const uint8_t *p;
	size_t left; /* of this record */
};

static int continue_record(struct cursor *c, struct err *err)
{
	struct xls_record r;
	int rc = xls_next(c->book, &c->next, &r, err);

	if (rc == 0 && r.type != XLS_CONTINUE)
		rc = damaged(err);
	if (rc != 0)
		return rc;
	c->p = r.p;
	c->left = r.n;
	return 0;
}

/* n bytes that no record's end may be within. */
static int take(struct cursor *c, size_t n, const uint8_t **ret, struct err *err)
{
	while (c->left == 0) {
		int rc = continue_record(c, err);

		if (rc != 0)
			return rc;
	}
	if (c->left < n)
		return damaged(err);
	*ret = c->p;
	c->p += n;
	c->left -= n;
	return 0;
}

static int skip(struct cursor *c, uint64_t n, struct err *err)
{
	while (n > 0) {
		size_t part = (size_t)MIN(n, (uint64_t)c->left);

		c->p += part;
		c->left -= part;
		n -= part;
		int rc = n > 0 ? continue_record(c, err) : 0;
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int take_chars(struct cursor *c, size_t n, bool wide, struct buf *out, struct err *err)
{
	while (n > 0) {
		size_t fit = MIN(n, c->left / (wide ? 2 : 1));

		xls_put_chars(c->p, fit, wide, out);
		c->p += fit * (wide ? 2 : 1);
		c->left -= fit * (wide ? 2 : 1);
		n -= fit;
		if (n == 0)
			break;
		const uint8_t *flags;
		int rc = c->left > 0 ? damaged(err) : take(c, 1, &flags, err);
		if (rc != 0)
			return rc;
		wide = flags[0] & 1;
	}
	return 0;
}

/* [MS-XLS] 2.5.293 */
static int take_string(struct cursor *c, struct buf *out, struct err *err)
{
	const uint8_t *p = NULL, *q = NULL;
	uint64_t behind = 0;
	int rc = take(c, 3, &p, err);

	if (rc == 0 && (p[2] & 8)) { /* formatting runs of four bytes */
		rc = take(c, 2, &q, err);
		behind += rc == 0 ? 4u * xls_get16(q) : 0;
	}
	if (rc == 0 && (p[2] & 4)) { /* phonetics */
		rc = take(c, 4, &q, err);
		behind += rc == 0 ? xls_get32(q) : 0;
	}
	if (rc == 0)
		rc = take_chars(c, xls_get16(p), p[2] & 1, out, err);
	return rc != 0 ? rc : skip(c, behind, err);
}

static int read_strings(
	struct xls_book *b, const struct xls_record *r, size_t next, struct err *err)
{
	struct cursor c = {b, next, r->p, r->n};
	const uint8_t *p = NULL;
	int rc = take(&c, 8, &p, err);
	uint32_t n = rc == 0 ? xls_get32(p + 4) : 0;

	sheet_strings_init(&b->strings, STRINGS_MAX);
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		rc = take_string(&c, &b->strings.text, err);
		if (!sheet_strings_end(&b->strings) && rc == 0)
			rc = err_set(err, E_LIMIT, "The workbook has more text than can be read.");
	}
	return rc;
}

/* ---- formats and sheets ---- */

struct formats {
	uint16_t id[FORMATS_MAX];
	enum sheet_kind kind[FORMATS_MAX];
	uint32_t n;
};

static void add_format(struct formats *f, const struct xls_record *r)
{
	struct buf code CLEANUP(buf_free) = BUF_INIT;

	if (r->n < 2 || f->n == FORMATS_MAX || !xls_put_text(r, 2, &code))
		return;
	f->id[f->n] = xls_get16(r->p);
	f->kind[f->n++] = sheet_kind_of_code(buf_sv(&code));
}

static void add_cell_format(struct xls_book *b, const struct formats *f, const struct xls_record *r)
{
	enum sheet_kind kind = SHEET_NUMBER;

	if (b->nkinds == FORMAT_KINDS_MAX)
		return;
	if (r->n >= 4) {
		uint16_t id = xls_get16(r->p + 2);

		kind = sheet_kind_of_id(id);
		for (uint32_t i = 0; i < f->n; i++)
			if (f->id[i] == id)
				kind = f->kind[i];
	}
	buf_add(&b->kinds, &kind, sizeof(kind));
	b->nkinds++;
}

enum sheet_kind xls_book_kind(const struct xls_book *b, uint32_t xf)
{
	enum sheet_kind kind = SHEET_NUMBER;

	if (xf < b->nkinds || PLANTED)
		memcpy(&kind, b->kinds.p + xf * sizeof(kind), sizeof(kind));
	return kind;
}

static void add_sheet(struct xls_book *b, const struct xls_record *r)
{
	struct buf name CLEANUP(buf_free) = BUF_INIT;

	if (r->n < 8 || r->p[5] != 0 || b->nsheets == XLS_SHEETS_MAX) /* a chart, a macro */
		return;
	bool wide = r->p[7] & 1;
	size_t n = r->p[6];
	if (n == 0 || n * (wide ? 2 : 1) > r->n - 8u)
		return;
	xls_put_chars(r->p + 8, n, wide, &name);
	if (!buf_ok(&name) || name.n > MAPPING_SHEET_MAX)
		return;
	b->sheets[b->nsheets++] = (struct xls_sheet){
		arena_sv(&b->arena, buf_sv(&name)), (r->p[4] & 3) != 0, xls_get32(r->p)};
}

static int read_globals(struct xls_book *b, struct formats *f, struct err *err)
{
	struct xls_record r;
	size_t at = 0;
	int rc = xls_next(b, &at, &r, err);

	if (rc == 0 && (r.type != XLS_BOF || r.n < 4))
		rc = damaged(err);
	if (rc == 0 && xls_get16(r.p) != 0x0600)
		rc = err_set(err, E_UNREADABLE,
			"The workbook is of Excel 95 or before; save it as .xlsx.");
	while (rc == 0 && (rc = xls_next(b, &at, &r, err)) == 0 && r.type != XLS_EOF) {
		if (r.type == XLS_FILEPASS)
			return err_set(err, E_FILE_ENCRYPTED, NULL);
		if (r.type == XLS_DATEMODE && r.n >= 2)
			b->from_1904 = xls_get16(r.p) == 1;
		else if (r.type == XLS_FORMAT)
			add_format(f, &r);
		else if (r.type == XLS_XF)
			add_cell_format(b, f, &r);
		else if (r.type == XLS_BOUNDSHEET)
			add_sheet(b, &r);
		else if (r.type == XLS_SST && b->strings.n == 0)
			rc = read_strings(b, &r, at, err);
	}
	if (rc == 0 && b->nsheets == 0)
		rc = err_set(err, E_UNREADABLE, "The workbook has no sheet of cells.");
	return rc != 0 || (buf_ok(&b->kinds) && arena_ok(&b->arena))
		       ? rc
		       : err_set(err, E_NO_MEMORY, NULL);
}

static int read_stream(struct xls_book *b, struct col_source src, struct err *err)
{
	struct cfb *c CLEANUP(cfb_close) = NULL;
	int rc = cfb_open(src, &c, err);

	if (rc != 0)
		return rc;
	if (cfb_has(c, "EncryptedPackage"))
		return err_set(err, E_FILE_ENCRYPTED, NULL);
	if (cfb_has(c, "Workbook"))
		return cfb_read(c, "Workbook", &b->stream, err);
	if (cfb_has(c, "Book"))
		return err_set(err, E_UNREADABLE,
			"The workbook is of Excel 95 or before; save it as .xlsx.");
	return err_set(err, E_UNREADABLE, "The document is no workbook.");
}

int xls_book_open(struct col_source src, struct xls_book **ret, struct err *err)
{
	struct xls_book *b CLEANUP(xls_book_free) = calloc(1, sizeof(*b));
	struct formats *f CLEANUP(free_ptr) = calloc(1, sizeof(*f));

	if (b == NULL || f == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	arena_init(&b->arena, 0);
	buf_init(&b->stream, CFB_STREAM_MAX + 4096);
	int rc = read_stream(b, src, err);
	if (rc == 0)
		rc = read_globals(b, f, err);
	if (rc == 0)
		*ret = TAKE(b);
	return rc;
}
