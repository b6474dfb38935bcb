#ifndef READ_CELL_BLOCK_H
#define READ_CELL_BLOCK_H
/*
 * Many written cells of one column at once: those of the common forms become values without a branch
 * per character, all others are left to cell.h. A variant per instruction set, all with the same
 * result; 17 bytes from the start of each cell must be readable.
 */
#include "base/base.h"
#include "base/date.h"
#include "base/sv.h"

struct cell_block_fns {
	/*
	 * An optional minus, then at most 15 characters: digits with exactly scale (0..6) of them
	 * behind the mark, and one before it. done[r] is 1 where value[r] is that number, else 0.
	 * True: all are done.
	 */
	bool (*decimals)(const struct sv *cells, uint32_t n, char mark, int scale, int64_t *value,
		uint8_t *done);
	/* Ten characters: digits between two equal marks, a day that its month has in every year. */
	bool (*dates)(const struct sv *cells, uint32_t n, enum date_order order, int64_t *value,
		uint8_t *done);
};

/* The fastest that this processor has. */
const struct cell_block_fns *cell_block_best(void);
/* Each on its own, for tests; NULL when this processor has it not. */
const struct cell_block_fns *cell_block_named(const char *name); /* "scalar", "avx2" */

#endif
