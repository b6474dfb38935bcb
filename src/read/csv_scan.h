#ifndef READ_CSV_SCAN_H
#define READ_CSV_SCAN_H
/*
 * The fast first step over CSV text: where cells and rows end, found in blocks of 64 bytes as bit
 * masks. Quoted regions come from a running xor over the quotes, which is right as long as quotes
 * stand only where RFC 4180 has them; the scan checks just that and stops at the first quote that
 * is elsewhere, for csv_row.h to take that one row by hand.
 *
 * After Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019), section 3.1.
 */
#include "base/base.h"

#define CSV_SCAN_BLOCK 64u

/* Ends of cells and rows in a text. */
struct csv_index {
	uint32_t *cell_end; /* places of delimiters and line ends outside quotes */
	uint32_t *row_end;  /* indexes into cell_end of those that end a row */
	uint32_t ncells, nrows;
	uint64_t line_ends; /* all, those inside quotes too, up to the last row's end */
	bool quoted;        /* some cell has quotes */
	bool stopped;       /* a quote stands where none may: the row after the last one has it */
	/* Of all that was scanned: */
	bool returns; /* there is a CR */
	bool odd;     /* there is more than printable ASCII and ends of cells and rows */
	bool gap;     /* two blanks stand side by side */
	bool edge;    /* perhaps a cell begins or ends with a blank */
};

/*
 * Scans n bytes (n < 2^32 and p readable up to the next multiple of 64) that begin with a row.
 * cell_end and row_end have room for n + 64 places. quote 0: there are no quotes. A line ends with
 * LF, CR LF or CR; its place is that of the first of the two.
 */
typedef void csv_scan_fn(
	const char *p, size_t n, char delimiter, char quote, struct csv_index *ret);

/* The fastest that this processor has. */
csv_scan_fn *csv_scan_best(void);
/* Each on its own, for tests; NULL when this processor has it not. */
csv_scan_fn *csv_scan_named(const char *name); /* "scalar", "sse2", "avx2", "avx512" */

#endif
