#ifndef GRID_FIND_H
#define GRID_FIND_H
/*
 * Substring search over all cells of a text column at once: one pass over its bytes, 32 at a time,
 * comparing the first and the last byte of what is looked for (W. Mula, "SIMD-friendly algorithms
 * for substring searching", 2018).
 */
#include "base/base.h"
#include "base/sv.h"
#include "col/col.h"

/* Sets the bit of every row (row / 64 of bits) one of whose cells contains needle. needle.n >= 1;
 * the string's bytes are followed by COL_PAD readable ones, as those of all tables are. */
void find_rows(const struct col_str *s, uint32_t rows, struct sv needle, uint64_t *bits);

#endif
