#ifndef READ_XLS_H
#define READ_XLS_H
/*
 * Workbooks of Excel 97 to 2003 ([MS-XLS], BIFF8): one sheet as rows, values as xlsx.h says.
 * Numbers are binary fractions in this format; they become the decimals of 15 digits that the
 * program shows. Workbooks of Excel 95 and before are refused by name.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"
#include "read/feed.h"
#include "read/format.h"

bool xls_sniff(const struct sniff *s);
/* As format.h says; E_FILE_ENCRYPTED. */
MUST_CHECK int xls_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);
MUST_CHECK int xls_choose(struct detect *d, struct err *err);

#endif
