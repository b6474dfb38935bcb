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
	void *block;   /* what is given back: adopted, or what this header is in */
	size_t n;      /* bytes of it in use */
	size_t mapped; /* of a slab; 0: from malloc */
	bool separate; /* the header is not in the block */
};

#define ALLOC_ALIGN 64u
_Static_assert(sizeof(struct col_alloc) <= ALLOC_ALIGN, "the header fits in front of a block");

/* Arrays of a million rows are a few megabytes each: they share slabs of huge pages, since touching
 * memory for the first time costs more than what is then done with it. */
#define SLAB_BYTES ((size_t)32 << 20)
#define SLAB_FROM ((size_t)256 << 10)
#define HUGE_PAGE ((size_t)2 << 20)
#ifdef __SANITIZE_ADDRESS__
#define SLAB_UPTO 0u /* the sanitizer sees the ends of blocks from malloc only */
#else
#define SLAB_UPTO (SLAB_BYTES / 4)
#endif

static size_t alloc_round_up(size_t n)
{
	return (n + ALLOC_ALIGN - 1) / ALLOC_ALIGN * ALLOC_ALIGN;
}

static bool slab_new(struct col_alloc **list)
{
	size_t more = SLAB_BYTES + HUGE_PAGE;
	char *p = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	size_t skip = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
	if (skip > 0)
		munmap(p, skip);
	if (skip < HUGE_PAGE)
		munmap(p + skip + SLAB_BYTES, HUGE_PAGE - skip);
	p += skip;
	(void)madvise(p, SLAB_BYTES, MADV_HUGEPAGE);
	struct col_alloc *a = (void *)p;
	*a = (struct col_alloc){.next = *list, .block = p, .n = ALLOC_ALIGN, .mapped = SLAB_BYTES};
	*list = a;
	return true;
}

/* From the newest slab, or a new one; NULL without memory. */
static void *slab_take(struct col_alloc **list, size_t n)
{
	struct col_alloc *a = *list;

	while (a != NULL && a->mapped == 0)
		a = a->next;
	if (a == NULL || a->mapped - a->n < n) {
		if (!slab_new(list))
			return NULL;
		a = *list;
	}
	char *p = (char *)a->block + a->n;
	a->n += n;
	return p;
}

void *col_alloc_new(struct col_alloc **list, size_t n)
{
	if (n > PTRDIFF_MAX - 4 * ALLOC_ALIGN)
		return NULL;
	if (n >= SLAB_FROM && n <= SLAB_UPTO)
		return slab_take(list, alloc_round_up(n + COL_PAD));
	/* calloc knows of pages that are zero already; aligning by hand lets it. */
	size_t size = 2 * ALLOC_ALIGN + alloc_round_up(n + COL_PAD);
	char *block = calloc(1, size);
	if (block == NULL)
		return NULL;
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
		if (a->mapped > 0)
			munmap(a->block, a->mapped);
		else
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
