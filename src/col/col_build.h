#ifndef COL_COL_BUILD_H
#define COL_COL_BUILD_H
/*
 * Builds a table column by column or row by row: readers and tests append cells, each column keeps
 * its own count, and all must agree at the end. Errors stick (as in base/buf.h): append without
 * checking, col_build_finish() reports. Limits: COL_ROWS_MAX rows, 4 GiB of text in a column.
 *
 * The folded twin of a text column is kept only from the first cell on whose folded text differs.
 */
#include <string.h>

#include "col/col.h"

struct col_build_col {
	struct col col; /* description; its arrays have room for cap rows */
	uint32_t n;     /* cells so far */
	uint32_t cap;
	size_t bytes_cap;
	size_t fold_cap;
};

struct col_build {
	uint32_t ncols;
	struct col_build_col *cols;
	uint32_t *line; /* see col_build_lines */
	uint32_t nlines;
	uint32_t lines_cap;
	int error; /* 0, E_NO_MEMORY or E_LIMIT */
	struct col_alloc *allocs; /* all arrays */
};

#define COL_BUILD_INIT ((struct col_build){0})
void col_build_free(struct col_build *b); /* also the CLEANUP function */
MUST_CHECK int col_build_init(struct col_build *b, uint32_t ncols, struct err *err);
/* Describes column i; name must stay until finish. Scale, currency and currency_col may be set in
 * b->cols[i].col before finish. */
void col_build_define(
	struct col_build *b, uint32_t i, const char *name, enum col_type type, enum col_role role);

void col_build_i64(struct col_build *b, uint32_t i, int64_t v);
void col_build_i32(struct col_build *b, uint32_t i, int32_t v);
/* folded.p == NULL: equal to text (and always so for source columns). */
void col_build_str(struct col_build *b, uint32_t i, struct sv text, struct sv folded);
void col_build_missing(struct col_build *b, uint32_t i);
void col_build_line(struct col_build *b, uint32_t line);

/* Room for rows more cells (and bytes more of text) in column i; false once there is an error.
 * After it the arrays may be written directly at place n, as col_build_str does. */
bool col_build_reserve(struct col_build *b, uint32_t i, uint32_t rows, size_t bytes);

/* Starts the folded twin of column i if need be, with room for bytes more in it. */
bool col_build_reserve_fold(struct col_build *b, uint32_t i, size_t bytes);

/* For those who write the arrays directly: the cell at place n is there. */
static inline void col_build_commit(struct col_build_col *c)
{
	if (c->col.valid != NULL)
		c->col.valid[c->n >> 6] |= UINT64_C(1) << (c->n & 63);
	c->n++;
}

/* The same of n cells that all are there. */
void col_build_commit_all(struct col_build_col *c, uint32_t n);
/* Room for lines of rows more; false once there is an error. */
bool col_build_reserve_lines(struct col_build *b, uint32_t rows);
/* Lines of n rows: line[rows[k]]. */
void col_build_lines(struct col_build *b, const uint32_t *line, const uint32_t *rows, uint32_t n);

/* Moves everything to *ret, which the caller frees; b is empty then. E_NO_MEMORY, E_LIMIT;
 * E_INVALID when columns differ in length. */
MUST_CHECK int col_build_finish(struct col_build *b, struct col_table *ret, struct err *err);

#endif
