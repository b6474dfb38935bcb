#ifndef READ_REPAIR_H
#define READ_REPAIR_H
/*
 * Rejected rows that people have repaired in a sheet (write/rejects_writer.h makes it) and handed in
 * again: read through the mapping of their dataset, and put behind its rows.
 *
 * What makes a row of the sheet the row that it was is its line. So nothing comes in twice: a row
 * whose line is that of no rejected row, because it was repaired before or never was one, is ignored
 * and counted. Rows that are there already stay as they are, where they are.
 */
#include "base/base.h"
#include "base/err.h"
#include "read/mapping.h"
#include "read/read.h"

#define REPAIR_PREFIX "recon: "             /* of the columns that are ours */
#define REPAIR_LINE REPAIR_PREFIX "line"     /* where the row starts in the file */
#define REPAIR_COLUMN REPAIR_PREFIX "column" /* with the cell that could not be read; empty: all */
#define REPAIR_REASON REPAIR_PREFIX "reason"
#define REPAIR_TEXT REPAIR_PREFIX "text" /* the row as written, where it has no cells */

/* Reads the sheet: its format and how it is written are found out, its columns are those of the
 * mapping. As read_file; the table has one field more, "recon_line". E_MAPPING: a column is missing. */
MUST_CHECK int repair_read(struct col_source src, const struct mapping *mapping,
	struct read_result *ret, struct err *err);

struct repair_counts {
	uint64_t repaired, ignored;
	uint64_t rejected; /* rows of the sheet that still are */
};

/* before: the dataset as it is; sheet: what repair_read gave. *ret has the rows of before with the
 * repaired ones behind them, the rejects that are left (with what is wrong with them now), and the
 * counts; before and sheet stay the caller's. E_REPAIR: nothing was repaired; E_CORRUPT: the tables
 * do not belong together; E_LIMIT, E_NO_MEMORY. */
MUST_CHECK int repair_merge(const struct read_result *before, const struct read_result *sheet,
	struct read_result *ret, struct repair_counts *ret_counts, struct err *err);

#endif
