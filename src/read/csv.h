#ifndef READ_CSV_H
#define READ_CSV_H
/*
 * CSV (RFC 4180 and what is sold as it): a window over the text, scanned for cell and row ends,
 * handed to the maker in blocks. A row that the scan cannot take is taken by hand (csv_row.h).
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"
#include "read/mapping.h"
#include "read/read.h"

/* As read_file_threads, for mapping->format "csv". */
MUST_CHECK int csv_read(struct col_source src, const struct mapping *mapping, unsigned threads,
	struct read_result *ret, struct err *err);

/* Where the last footer_rows rows that are not empty begin, in bytes of src. Quoted line ends in
 * them are not seen. */
MUST_CHECK int csv_footer_start(struct col_source src, enum encoding encoding, uint32_t footer_rows,
	uint64_t *ret, struct err *err);

#endif
