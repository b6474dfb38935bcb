/*
 * Blocks owned by a table or a result. A block made here carries its header in front, so that one
 * malloc serves both; an adopted one is named by a separate header.
 */
#include "col/col_alloc.h"

#include <stdlib.h>
#include <string.h>

#include "col/col.h"

struct col_alloc {
	struct col_alloc *next;
	void *adopted; /* NULL: the block lies behind this header */
	size_t n;
};

#define ALLOC_ALIGN 64u
_Static_assert(sizeof(struct col_alloc) <= ALLOC_ALIGN, "the header fits in front of a block");

static size_t alloc_round_up(size_t n)
{
	return (n + ALLOC_ALIGN - 1) / ALLOC_ALIGN * ALLOC_ALIGN;
}

void *col_alloc_new(struct col_alloc **list, size_t n)
{
	if (n > PTRDIFF_MAX - 4 * ALLOC_ALIGN)
		return NULL;
	size_t size = ALLOC_ALIGN + alloc_round_up(n + COL_PAD);
	struct col_alloc *a = aligned_alloc(ALLOC_ALIGN, size);
	if (a == NULL)
		return NULL;
	memset(a, 0, size);
	a->n = size;
	a->next = *list;
	*list = a;
	return (char *)a + ALLOC_ALIGN;
}

bool col_alloc_adopt(struct col_alloc **list, void *p, size_t n)
{
	struct col_alloc *a = malloc(sizeof(*a));

	if (a == NULL) {
		free(p);
		return false;
	}
	*a = (struct col_alloc){.next = *list, .adopted = p, .n = n + sizeof(*a)};
	*list = a;
	return true;
}

void col_alloc_free(struct col_alloc **list)
{
	for (struct col_alloc *a = *list, *next; a != NULL; a = next) {
		next = a->next;
		free(a->adopted);
		free(a);
	}
	*list = NULL;
}

size_t col_alloc_bytes(const struct col_alloc *list)
{
	size_t n = 0;

	for (const struct col_alloc *a = list; a != NULL; a = a->next)
		n += a->n;
	return n;
}
