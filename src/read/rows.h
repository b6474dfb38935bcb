#ifndef READ_ROWS_H
#define READ_ROWS_H
/*
 * A block of rows as written: what a reader of any format hands over, and what the maker turns into
 * typed columns. Cells lie column by column, so that each column is converted in one loop.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define ROWS_CELL_MAX (1u << 20) /* bytes of a cell */
#define ROWS_PAD 64u             /* readable behind each cell, also behind an empty one */

struct rows {
	uint32_t n, cap, ncols;
	struct sv *cells; /* column c, row r at c * cap + r; ROWS_PAD bytes behind each are readable */
	struct sv *raw;   /* the row as written, for the list of rejects */
	uint32_t *line;   /* where it starts, from 1 */
	bool checked;     /* all cells are known to be UTF-8 without NUL and at most CELL_MAX */
	bool plain;       /* and to be printable ASCII without two blanks side by side */
	bool trimmed;     /* and to begin and end with none; cells are then parts of raw */
};

/* cap is chosen by the number of columns. E_NO_MEMORY. */
MUST_CHECK int rows_init(struct rows *b, uint32_t ncols, struct err *err);
void rows_free(struct rows *b); /* also the CLEANUP function */

static inline struct sv *rows_column(const struct rows *b, uint32_t c)
{
	return b->cells + (size_t)c * b->cap;
}

#endif
