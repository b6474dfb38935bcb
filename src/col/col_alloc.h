#ifndef COL_COL_ALLOC_H
#define COL_COL_ALLOC_H
/*
 * A list of blocks with one owner, for tables and results: zeroed, aligned to 64 bytes, and with
 * COL_PAD readable bytes behind. Private to this folder.
 */
#include "base/base.h"

struct col_alloc;

void *col_alloc_new(struct col_alloc **list, size_t n);
bool col_alloc_adopt(struct col_alloc **list, void *p, size_t n);
void col_alloc_free(struct col_alloc **list);
size_t col_alloc_bytes(const struct col_alloc *list);

#endif
