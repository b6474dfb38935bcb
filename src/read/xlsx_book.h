#ifndef READ_XLSX_BOOK_H
#define READ_XLSX_BOOK_H
/*
 * What a workbook says about itself: its sheets, the number formats of its styles, its shared
 * strings. Used by xlsx.c only.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "read/sheet.h"
#include "read/xml.h"
#include "read/zip.h"

#define XLSX_SHEETS_MAX 256u
#define XLSX_STRINGS_MAX (128u << 20) /* bytes of all shared strings */

struct xlsx_sheet {
	struct sv name;
	bool hidden;
	const struct zip_entry *part; /* NULL: no sheet of cells */
};

struct xlsx_book {
	struct zip zip;
	struct arena arena;
	bool from_1904;
	struct xlsx_sheet sheets[XLSX_SHEETS_MAX];
	uint32_t nsheets;
	const struct zip_entry *strings_part, *styles_part; /* or NULL */
	enum sheet_kind *kinds;                             /* by style */
	uint32_t nkinds;
	struct sheet_strings strings;
};

/* Everything but the shared strings. */
MUST_CHECK int xlsx_book_open(struct col_source src, struct xlsx_book **ret, struct err *err);
void xlsx_book_free(struct xlsx_book **b); /* also the CLEANUP function */
MUST_CHECK int xlsx_book_read_strings(struct xlsx_book *b, struct err *err);

/* A part of the package as XML. */
struct xlsx_part {
	struct zip_stream *stream;
	struct xml xml;
};
/* Close it in any case. */
MUST_CHECK int xlsx_part_open(
	struct xlsx_part *p, const struct zip *z, const struct zip_entry *e, struct err *err);
void xlsx_part_close(struct xlsx_part *p); /* also the CLEANUP function */

/* Appends s with _x000D_ and the like replaced by what they stand for (ECMA-376 22.9.2.19). */
void xlsx_put_text(struct sv s, struct buf *out);

#endif
