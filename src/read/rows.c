/*
 * Memory of a block of rows: as many rows as keep it in the processor's second cache.
 */
#include "read/rows.h"

#include <stdlib.h>

#define BLOCK_CELLS 8192u
#define BLOCK_ROWS_MIN 16u
#define BLOCK_ROWS_MAX 1024u

int rows_init(struct rows *b, uint32_t ncols, struct err *err)
{
	uint32_t cap = BLOCK_CELLS / MAX(ncols, 1u);

	cap = MIN(MAX(cap, BLOCK_ROWS_MIN), BLOCK_ROWS_MAX);
	*b = (struct rows){.cap = cap, .ncols = ncols};
	b->cells = calloc((size_t)cap * ncols + 1, sizeof(*b->cells));
	b->raw = calloc(cap, sizeof(*b->raw));
	b->line = calloc(cap, sizeof(*b->line));
	if (b->cells == NULL || b->raw == NULL || b->line == NULL) {
		rows_free(b);
		return err_set(err, E_NO_MEMORY, NULL);
	}
	return 0;
}

void rows_free(struct rows *b)
{
	free(b->cells);
	free(b->raw);
	free(b->line);
	*b = (struct rows){0};
}
