#ifndef WRITE_REJECTS_WRITER_H
#define WRITE_REJECTS_WRITER_H
/*
 * Rejected rows as a sheet that a person can repair and hand in again: what was wrong, then the
 * cells as they were in the file, all as text. The first columns have names that no file has by
 * chance; REPAIR_LINE is what says which row it is, so it must stay.
 */
#include "col/col.h"
#include "write/writer.h"

#define REPAIR_LINE "recon: line"     /* where the row starts in the file */
#define REPAIR_COLUMN "recon: column" /* with the cell that could not be read; empty: the whole */
#define REPAIR_REASON "recon: reason"
#define REPAIR_TEXT "recon: text" /* the row as written, where it has no cells; last */

/* rejects: the table of read/read.h. columns (ncolumns, may be 0): those that must be there, beside
 * all that the rows have. E_CORRUPT: it is no such table. */
MUST_CHECK int rejects_writer_all(const struct col_table *rejects, const struct sv *columns,
	uint32_t ncolumns, enum write_format format, struct col_sink sink, struct err *err);

#endif
