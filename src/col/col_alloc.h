#ifndef COL_COL_ALLOC_H
#define COL_COL_ALLOC_H
/*
 * A list of blocks with one owner, for tables and results: zeroed, aligned to 64 bytes, and with
 * COL_PAD readable bytes behind. Private to this folder.
 */
#include "base/base.h"

struct col_alloc;

void *col_alloc_new(struct col_alloc **list, size_t n);
/* Pages of base/pages.h (size bytes, whatever is in them) that the list now owns: what is large is taken
 * from them first, so that no fresh ones are touched. */
void col_alloc_give(struct col_alloc **list, void *pages, size_t size);
bool col_alloc_adopt(struct col_alloc **list, void *p, size_t n);
/* A block of its own, of which what is new is not zero, made to hold n bytes and the pad; p NULL: a new
 * one. It may move. NULL without memory: p is as it was. */
void *col_alloc_resize(struct col_alloc **list, void *p, size_t n);
/* Such a block keeps n bytes and a pad of zeros; most of what is behind is given back. It may move. */
void *col_alloc_fit(struct col_alloc **list, void *p, size_t n);
/* All blocks of from, which is empty then. */
void col_alloc_move(struct col_alloc **from, struct col_alloc **to);
void col_alloc_free(struct col_alloc **list);
size_t col_alloc_bytes(const struct col_alloc *list);

#endif
