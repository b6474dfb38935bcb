#ifndef READ_XLSX_H
#define READ_XLSX_H
/*
 * Excel workbooks (ECMA-376, ISO 29500 transitional and strict): one sheet as rows. Values are as
 * stored, not as shown: a number without its thousands marks, a day as 2026-03-04, an error as its
 * word (#N/A), a formula as the value that was last computed for it, or its text when there is
 * none. Hidden rows and columns are read. Of merged cells the first has the value.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"
#include "read/feed.h"
#include "read/format.h"

bool xlsx_sniff(const struct sniff *s);
/* As format.h says; E_FILE_ENCRYPTED, E_ARCHIVE as zip.h says. */
MUST_CHECK int xlsx_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);
/* Chooses the sheet that looks most like a table; asks where there are several. */
MUST_CHECK int xlsx_choose(struct detect *d, struct err *err);

#endif
