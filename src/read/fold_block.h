#ifndef READ_FOLD_BLOCK_H
#define READ_FOLD_BLOCK_H
/*
 * Folding (fold.h) of many cells that lie behind each other: what is in them that folding changes,
 * and the folding of plain ones. A variant per instruction set, all with the same result. Up to 31
 * bytes behind what is given must be readable; up to 63 behind what is written may be overwritten.
 */
#include "base/base.h"

enum fold_sight {
	FOLD_SEES_OTHER = 1, /* what only fold() knows */
	FOLD_SEES_UPPER = 2,
	FOLD_SEES_GAP = 4,       /* two blanks side by side */
	FOLD_SEES_SEPARATOR = 8, /* perhaps one */
};

struct fold_block_fns {
	/* May say too much of GAP and SEPARATOR, never too little. */
	unsigned (*look)(const char *p, size_t n);
	/* ASCII in lower case. dst may not overlap p. */
	void (*lower)(const char *p, size_t n, char *dst);
	/* Printable ASCII in lower case without the separators of a code: cell k of n, off[k] to
	 * off[k + 1] in bytes, goes to dst + ret_off[k], which sets ret_off[k + 1]. */
	void (*codes)(const char *bytes, const uint32_t *off, uint32_t n, char *dst,
		uint32_t *ret_off);
};

/* The fastest that this processor has. */
const struct fold_block_fns *fold_block_best(void);
/* Each on its own, for tests; NULL when this processor has it not. */
const struct fold_block_fns *fold_block_named(const char *name); /* "scalar", "sse2", "avx512" */

#endif
