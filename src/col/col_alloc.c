/*
 * Blocks owned by a table or a result. A block made here carries its header in front, so that one
 * allocation serves both; an adopted one is named by a separate header.
 */
#include "col/col_alloc.h"

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "col/col.h"

struct col_alloc {
	struct col_alloc *prev, *next;
	void *block;   /* what is given back: adopted, or what this header is in */
	size_t n;      /* bytes of it in use */
	size_t size;   /* bytes of it */
	bool mapped;   /* it is of base/pages.h; else of malloc */
	bool slab;     /* blocks are cut from it */
	bool used;     /* a slab that is not zero */
	bool separate; /* the header is not in the block */
};

#define ALLOC_ALIGN 64u
_Static_assert(sizeof(struct col_alloc) <= ALLOC_ALIGN, "the header fits in front of a block");

/* Arrays of a million rows are a few megabytes each: they share slabs of huge pages. */
#define SLAB_BYTES ((size_t)32 << 20)
#define SLAB_FROM ((size_t)256 << 10)
#ifdef __SANITIZE_ADDRESS__
#define SLAB_UPTO 0u /* the sanitizer sees the ends of blocks from malloc only */
#define MAP_FROM SIZE_MAX
#else
#define SLAB_UPTO (SLAB_BYTES / 4)
#define MAP_FROM ((size_t)512 << 10)
#endif

static size_t alloc_round_up(size_t n)
{
	return (n + ALLOC_ALIGN - 1) / ALLOC_ALIGN * ALLOC_ALIGN;
}

static void link_alloc(struct col_alloc **list, struct col_alloc *a)
{
	a->prev = NULL;
	a->next = *list;
	if (*list != NULL)
		(*list)->prev = a;
	*list = a;
}

static void unlink_alloc(struct col_alloc **list, struct col_alloc *a)
{
	if (a->prev != NULL)
		a->prev->next = a->next;
	else
		*list = a->next;
	if (a->next != NULL)
		a->next->prev = a->prev;
}

static void free_alloc(struct col_alloc *a)
{
	bool separate = a->separate;

	if (a->mapped)
		pages_unmap(a->block, a->size);
	else
		free(a->block);
	if (separate)
		free(a);
}

static struct col_alloc *map_alloc(struct col_alloc **list, size_t n)
{
	size_t size;
	struct col_alloc *a = pages_map(n, &size);

	if (a == NULL)
		return NULL;
	*a = (struct col_alloc){.block = a, .n = n, .size = size, .mapped = true};
	link_alloc(list, a);
	return a;
}

/* From the newest slab, or a new one; NULL without memory. */
static void *slab_take(struct col_alloc **list, size_t n)
{
	struct col_alloc *a = *list;

	while (a != NULL && (!a->slab || a->used))
		a = a->next;
	if (a == NULL || a->size - a->n < n) {
		a = map_alloc(list, SLAB_BYTES);
		if (a == NULL)
			return NULL;
		a->slab = true;
		a->n = ALLOC_ALIGN;
	}
	char *p = (char *)a->block + a->n;
	a->n += n;
	return p;
}

/* From the fullest of the slabs that were given; NULL: none has the room. */
static void *given_take(struct col_alloc *list, size_t n)
{
	struct col_alloc *best = NULL;

	for (struct col_alloc *a = list; a != NULL; a = a->next)
		if (a->used && a->size - a->n >= n &&
			(best == NULL || a->size - a->n < best->size - best->n))
			best = a;
	if (best == NULL)
		return NULL;
	char *p = (char *)best->block + best->n;
	best->n += n;
	memset(p, 0, n);
	return p;
}

void col_alloc_give(struct col_alloc **list, void *pages, size_t size)
{
	struct col_alloc *a = pages;

	*a = (struct col_alloc){.block = pages, .n = ALLOC_ALIGN, .size = size, .mapped = true,
		.slab = true, .used = true};
	link_alloc(list, a);
}

/* Room for n bytes and the pad behind a header. */
static struct col_alloc *block_new(struct col_alloc **list, size_t n, bool zero)
{
	size_t size = alloc_round_up(n + COL_PAD) + ALLOC_ALIGN;

	if (n > PTRDIFF_MAX - 4 * ALLOC_ALIGN)
		return NULL;
	if (size >= MAP_FROM)
		return map_alloc(list, size);
	/* calloc knows of pages that are zero already; aligning by hand lets it. */
	size += ALLOC_ALIGN;
	char *block = zero ? calloc(1, size) : malloc(size);
	if (block == NULL)
		return NULL;
	struct col_alloc *a =
		(void *)(block + (ALLOC_ALIGN - (uintptr_t)block % ALLOC_ALIGN) % ALLOC_ALIGN);
	*a = (struct col_alloc){.block = block, .n = size, .size = size};
	link_alloc(list, a);
	return a;
}

void *col_alloc_new(struct col_alloc **list, size_t n)
{
	if (n >= SLAB_FROM && n < PTRDIFF_MAX / 2) {
		void *p = given_take(*list, alloc_round_up(n + COL_PAD));
		if (p != NULL)
			return p;
	}
	if (n >= SLAB_FROM && n <= SLAB_UPTO)
		return slab_take(list, alloc_round_up(n + COL_PAD));
	struct col_alloc *a = block_new(list, n, true);
	return a == NULL ? NULL : (char *)a + ALLOC_ALIGN;
}

bool col_alloc_adopt(struct col_alloc **list, void *p, size_t n)
{
	struct col_alloc *a = malloc(sizeof(*a));

	if (a == NULL) {
		free(p);
		return false;
	}
	*a = (struct col_alloc){
		.block = p, .n = n + sizeof(*a), .size = n, .separate = true};
	link_alloc(list, a);
	return true;
}

/* ---- blocks that change their size ---- */

static struct col_alloc *alloc_of(void *p)
{
	return (void *)((char *)p - ALLOC_ALIGN);
}

/* Bytes behind p that belong to its block. */
static size_t room_at(const struct col_alloc *a, const void *p)
{
	return a->size - (size_t)((const char *)p - (const char *)a->block);
}

static void *grow_mapped(struct col_alloc **list, struct col_alloc *a, size_t size)
{
	unlink_alloc(list, a);
	struct col_alloc *to = pages_grow(a->block, a->size, size, &size);
	if (to != NULL) {
		to->block = to;
		to->size = size;
	}
	link_alloc(list, to != NULL ? to : a);
	return to == NULL ? NULL : (char *)to + ALLOC_ALIGN;
}

static void *move_block(struct col_alloc **list, void *p, size_t n)
{
	struct col_alloc *from = alloc_of(p), *to = block_new(list, n, false);

	if (to == NULL)
		return NULL;
	memcpy((char *)to + ALLOC_ALIGN, p, MIN(room_at(from, p), n + COL_PAD));
	unlink_alloc(list, from);
	free_alloc(from);
	return (char *)to + ALLOC_ALIGN;
}

void *col_alloc_resize(struct col_alloc **list, void *p, size_t n)
{
	if (p == NULL) {
		struct col_alloc *a = block_new(list, n, false);

		return a == NULL ? NULL : (char *)a + ALLOC_ALIGN;
	}
	struct col_alloc *a = alloc_of(p);
	if (n > PTRDIFF_MAX - 4 * ALLOC_ALIGN)
		return NULL;
	if (room_at(a, p) >= n + COL_PAD)
		return p;
	return a->mapped ? grow_mapped(list, a, n + COL_PAD + ALLOC_ALIGN) : move_block(list, p, n);
}

void *col_alloc_fit(struct col_alloc **list, void *p, size_t n)
{
	struct col_alloc *a = alloc_of(p);

	if (!a->mapped && room_at(a, p) / 2 > n + COL_PAD) {
		void *fitting = move_block(list, p, n);

		p = fitting != NULL ? fitting : p;
		a = alloc_of(p);
	}
	if (a->mapped)
		pages_shrink(a->block, n + COL_PAD + ALLOC_ALIGN, &a->size);
	a->n = MIN(a->size, n + COL_PAD + ALLOC_ALIGN);
	memset((char *)p + n, 0, COL_PAD);
	return p;
}

void col_alloc_move(struct col_alloc **from, struct col_alloc **to)
{
	struct col_alloc *last = *from;

	if (last == NULL)
		return;
	while (last->next != NULL)
		last = last->next;
	last->next = *to;
	if (*to != NULL)
		(*to)->prev = last;
	*to = *from;
	*from = NULL;
}

void col_alloc_free(struct col_alloc **list)
{
	for (struct col_alloc *a = *list, *next; a != NULL; a = next) {
		next = a->next;
		free_alloc(a);
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
