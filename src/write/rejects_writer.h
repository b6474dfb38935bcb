#ifndef WRITE_REJECTS_WRITER_H
#define WRITE_REJECTS_WRITER_H
/*
 * Rejected rows as a sheet that a person can repair and hand in again: what was wrong, then the
 * cells as they were in the file, all as text. The first columns have the names of read/repair.h, which no
 * file has by chance; REPAIR_LINE says which row it is, so it must stay.
 */
#include "col/col.h"
#include "read/repair.h"
#include "write/writer.h"

/* rejects: the table of read/read.h. columns (ncolumns, may be 0): those that must be there, beside
 * all that the rows have. E_CORRUPT: it is no such table. */
MUST_CHECK int rejects_writer_all(const struct col_table *rejects, const struct sv *columns,
	uint32_t ncolumns, enum write_format format, struct col_sink sink, struct err *err);

#endif
