#ifndef READ_CSV_PART_H
#define READ_CSV_PART_H
/*
 * A part of a CSV file: what one thread reads of it. Parts are cut where a row probably ends
 * (csv_split.c); whether it did is known when the part before has been read up to there.
 */
#include "col/col_file.h"
#include "read/maker.h"
#include "read/mapping.h"
#include "read/read.h"

#define CSV_BAD_QUOTES_MAX 1000u /* of a file; each may cost a look at CSV_CELL_MAX bytes */
#define CSV_PART_CUT 1           /* no row ends where the next part begins */

struct csv_part {
	uint64_t first; /* where it begins; 0: with what stands above the table */
	uint64_t end;   /* where the next one begins; 0: none does */
	bool of_several;
	/* What was read; lines count from the part's first. */
	struct read_result result; /* of several: without duplicate flags */
	struct maker_twins twins;
	uint32_t lines; /* ends of lines in it */
	uint32_t bad_quotes;
};

void csv_part_free(struct csv_part *p); /* also the CLEANUP function */
/* Reads one part. Parts other than the whole file need src.bytes, and text in UTF-8. CSV_PART_CUT;
 * errors of read_file. */
MUST_CHECK int csv_read_part(struct col_source src, const struct mapping *mapping,
	struct csv_part *part, struct err *err);
/* All of it at once. */
MUST_CHECK int csv_read_whole(struct col_source src, const struct mapping *mapping,
	struct read_result *ret, struct err *err);

#endif
