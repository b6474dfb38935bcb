/*
 * Arena: a chain of blocks that only grows until it is reset. A block is at least as large as its
 * first request, and the usual size doubles up to a megabyte, so the chain stays short.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 16
#define BLOCK_FIRST 4096
#define BLOCK_LAST (1024 * 1024)

struct arena_block {
	struct arena_block *older;
	size_t used;
	size_t size;
	_Alignas(ALIGN) unsigned char data[];
};

void arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){.limit = limit, .block_size = BLOCK_FIRST};
}

/* Frees blocks until *keep is the newest. */
static void free_until(struct arena *a, const struct arena_block *keep)
{
	while (a->blocks != keep) {
		struct arena_block *older = a->blocks->older;

		free(a->blocks);
		a->blocks = older;
	}
}

void arena_free(struct arena *a)
{
	free_until(a, NULL);
	arena_init(a, a->limit);
}

void arena_reset(struct arena *a)
{
	const struct arena_block *first = a->blocks;

	while (first && first->older)
		first = first->older;
	free_until(a, first);
	if (a->blocks)
		a->blocks->used = 0;
	a->used = 0;
	a->failed = false;
}

bool arena_ok(const struct arena *a)
{
	return !a->failed;
}

static struct arena_block *block_add(struct arena *a, size_t n)
{
	size_t usual = a->block_size ? a->block_size : BLOCK_FIRST;
	size_t size = MAX(usual - sizeof(struct arena_block), n);
	struct arena_block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->older = a->blocks;
	block->used = 0;
	block->size = size;
	a->blocks = block;
	a->block_size = MIN(usual * 2, (size_t)BLOCK_LAST);
	return block;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t limit = a->limit ? a->limit : SIZE_MAX / 4;
	struct arena_block *block = a->blocks;
	size_t rounded;
	void *p;

	if (a->failed || n > limit) {
		a->failed = true;
		return NULL;
	}
	rounded = (MAX(n, (size_t)1) + ALIGN - 1) / ALIGN * ALIGN;
	if (a->used > limit - n || ((!block || block->size - block->used < rounded) &&
					   !(block = block_add(a, rounded)))) {
		a->failed = true;
		return NULL;
	}
	p = block->data + block->used;
	block->used += rounded;
	a->used += rounded;
	return memset(p, 0, rounded);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n)) {
		a->failed = true;
		return NULL;
	}
	return arena_alloc(a, n);
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s);
	char *copy = arena_alloc(a, n + 1);

	return copy ? memcpy(copy, s, n) : NULL;
}

struct sv arena_sv(struct arena *a, struct sv s)
{
	char *copy = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;

	if (!copy)
		return SV_NULL;
	if (s.n)
		memcpy(copy, s.p, s.n);
	return sv_from(copy, s.n);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0)
		text = arena_alloc(a, (size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	else
		a->failed = true;
	va_end(again);
	va_end(ap);
	return text;
}
