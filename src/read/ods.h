#ifndef READ_ODS_H
#define READ_ODS_H
/*
 * OpenDocument spreadsheets (ISO 26300, 1.0 to 1.3): one sheet as rows. Values are as stored: days
 * as 2026-03-04, numbers without marks, an amount of money with its currency's code behind it.
 * Repeated rows and cells are repeated within bounds; empty rows at the end are left out.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"
#include "read/feed.h"
#include "read/format.h"

bool ods_sniff(const struct sniff *s);
/* As format.h says; E_FILE_ENCRYPTED, E_ARCHIVE as zip.h says. */
MUST_CHECK int ods_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);
MUST_CHECK int ods_choose(struct detect *d, struct err *err);

#endif
