#ifndef BASE_PAGES_H
#define BASE_PAGES_H
/*
 * Large memory straight from the system: fresh pages, which are zero. What holds a huge page begins at
 * a multiple of one and asks for them, since touching memory for the first time in small pages costs
 * more than what is then done with it.
 */
#include "base/base.h"

#define PAGES_HUGE ((size_t)2 << 20)

/* At least n > 0 bytes; *ret_size is what it came to. NULL without memory. */
void *pages_map(size_t n, size_t *ret_size);
/* size bytes from pages_map() made at least n > size; they may move, what is new is zero. NULL without
 * memory: p is as it was. */
void *pages_grow(void *p, size_t size, size_t n, size_t *ret_size);
/* Gives back what lies behind the first n bytes, as far as it is whole huge pages. */
void pages_shrink(void *p, size_t n, size_t *size);
void pages_unmap(void *p, size_t size);

#endif
