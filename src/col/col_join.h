#ifndef COL_COL_JOIN_H
#define COL_COL_JOIN_H
/*
 * Tables of the same columns made one, the rows of each behind those of the one before: for parts of a
 * file that were read by several threads. Duplicate flags are not taken over.
 */
#include "col/col.h"

/* Makes room for all rows in *ret, an empty table, and everything that parts share. n > 0; parts have
 * equal columns. E_LIMIT, E_NO_MEMORY; ret is the caller's to free then too. */
MUST_CHECK int col_join_begin(
	const struct col_table *parts, uint32_t n, struct col_table *ret, struct err *err);
/* Copies the rows of parts[k], with lines added to where each starts. Once for every part, in any order
 * and by any thread: parts do not touch the same places. */
void col_join_part(const struct col_table *parts, uint32_t k, uint32_t lines,
	struct col_table *ret);

#endif
