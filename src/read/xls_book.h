#ifndef READ_XLS_BOOK_H
#define READ_XLS_BOOK_H
/*
 * The records of an old workbook, and what stands before its sheets: their names, number formats,
 * shared texts. Used by xls.c only.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "col/col_file.h"
#include "read/sheet.h"

#define XLS_SHEETS_MAX 256u

/* [MS-XLS] 2.3.2 */
enum {
	XLS_FORMULA = 0x0006,
	XLS_EOF = 0x000a,
	XLS_DATEMODE = 0x0022,
	XLS_FILEPASS = 0x002f,
	XLS_CONTINUE = 0x003c,
	XLS_BOUNDSHEET = 0x0085,
	XLS_MULRK = 0x00bd,
	XLS_RSTRING = 0x00d6,
	XLS_XF = 0x00e0,
	XLS_SST = 0x00fc,
	XLS_LABELSST = 0x00fd,
	XLS_NUMBER = 0x0203,
	XLS_LABEL = 0x0204,
	XLS_BOOLERR = 0x0205,
	XLS_STRING = 0x0207,
	XLS_RK = 0x027e,
	XLS_FORMAT = 0x041e,
	XLS_BOF = 0x0809,
};

struct xls_record {
	uint16_t type, n;
	const uint8_t *p;
};

struct xls_sheet {
	struct sv name;
	bool hidden;
	size_t at; /* of its BOF in the stream */
};

struct xls_book {
	struct buf stream;
	struct arena arena;
	bool from_1904;
	struct xls_sheet sheets[XLS_SHEETS_MAX];
	uint32_t nsheets;
	struct buf kinds; /* enum sheet_kind by cell format */
	uint32_t nkinds;
	struct sheet_strings strings;
};

MUST_CHECK int xls_book_open(struct col_source src, struct xls_book **ret, struct err *err);
void xls_book_free(struct xls_book **b); /* also the CLEANUP function */
/* The record at *at, which moves behind it; E_UNREADABLE at the end of the stream. */
MUST_CHECK int xls_next(
	const struct xls_book *b, size_t *at, struct xls_record *ret, struct err *err);
enum sheet_kind xls_book_kind(const struct xls_book *b, uint32_t xf);

/* Appends n characters at p as UTF-8; each has one byte, or two when wide. */
void xls_put_chars(const uint8_t *p, size_t n, bool wide, struct buf *out);
/* A text with a length of two bytes in front, as it stands in r from at on, without continuation.
 * False when it does not fit. */
bool xls_put_text(const struct xls_record *r, size_t at, struct buf *out);

static inline uint16_t xls_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t xls_get32(const uint8_t *p)
{
	return (uint32_t)xls_get16(p) | (uint32_t)xls_get16(p + 2) << 16;
}

#endif
