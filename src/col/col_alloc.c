/*
 * Blocks owned by a table or a result. A block made here carries its header in front, so that one
 * malloc serves both; an adopted one is named by a separate header.
 */
#include "col/col_alloc.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "col/col.h"

struct col_alloc {
	struct col_alloc *next;
	void *block; /* what free() takes: adopted, or what this header is in */
	size_t n;
	bool separate; /* the header is not in the block */
};

#define ALLOC_ALIGN 64u
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM (2 * HUGE_PAGE) /* one lies within for sure */
_Static_assert(sizeof(struct col_alloc) <= ALLOC_ALIGN, "the header fits in front of a block");

static size_t alloc_round_up(size_t n)
{
	return (n + ALLOC_ALIGN - 1) / ALLOC_ALIGN * ALLOC_ALIGN;
}

static void advise_huge(char *p, size_t n)
{
	size_t skip = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;

	(void)madvise(p + skip, (n - skip) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
}

void *col_alloc_new(struct col_alloc **list, size_t n)
{
	if (n > PTRDIFF_MAX - 4 * ALLOC_ALIGN)
		return NULL;
	/* calloc knows of pages that are zero already; aligning by hand lets it. */
	size_t size = 2 * ALLOC_ALIGN + alloc_round_up(n + COL_PAD);
	char *block = calloc(1, size);
	if (block == NULL)
		return NULL;
	if (size >= HUGE_FROM)
		advise_huge(block, size);
	struct col_alloc *a =
		(void *)(block + (ALLOC_ALIGN - (uintptr_t)block % ALLOC_ALIGN) % ALLOC_ALIGN);
	a->block = block;
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
	*a = (struct col_alloc){.next = *list, .block = p, .n = n + sizeof(*a), .separate = true};
	*list = a;
	return true;
}

void col_alloc_free(struct col_alloc **list)
{
	for (struct col_alloc *a = *list, *next; a != NULL; a = next) {
		next = a->next;
		bool separate = a->separate;
		free(a->block);
		if (separate)
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
