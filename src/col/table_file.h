#ifndef COL_TABLE_FILE_H
#define COL_TABLE_FILE_H
/*
 * Tables as files. A dataset file is the reading of one file through one mapping: a typed column
 * per field, every other source column as text, the line of each row, the duplicate flags. A
 * rejects file is a small table of the rows that could not be read (read/read.h names its columns).
 *
 * Sections (col_file.h): index 0 holds table-wide parts, index c + 1 those of column c.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col.h"
#include "col/col_file.h"

/* What is known about the reading, beside the rows. */
struct table_info {
	uint8_t file_sha256[32]; /* of the file that was read */
	uint32_t mapping_version;
	uint64_t rows_read; /* = accepted + rejected + skipped */
	uint64_t rows_accepted;
	uint64_t rows_rejected;
	uint64_t rows_skipped; /* preamble, footer, empty rows; the header is no row */
};

/* What to load: any of the flags, or single columns by name. */
enum table_want {
	TABLE_FIELDS = 1,
	TABLE_SOURCE = 2,
	TABLE_LINES = 4,
	TABLE_FLAGS = 8,
	TABLE_ALL = 15,
};

/* Writes the table, which must be valid (col_table_check). */
MUST_CHECK int table_file_write(enum col_file_kind kind, const struct col_table *t,
	const struct table_info *info, struct col_sink sink, struct err *err);

/*
 * Loads the wanted parts of a file of that kind; names (nnames of them, may be NULL) adds fields
 * and source columns by name to what the flags ask for. A currency column comes with the amounts
 * that need it. *ret is the caller's (col_table_free), and is checked as a whole. Blocks as the
 * source does. E_CORRUPT, E_NO_MEMORY, errors of the source.
 */
MUST_CHECK int table_file_load(struct col_source src, enum col_file_kind kind, unsigned want,
	const struct sv *names, size_t nnames, struct table_info *ret_info, struct col_table *ret,
	struct err *err);

#endif
