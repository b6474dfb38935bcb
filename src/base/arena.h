#ifndef BASE_ARENA_H
#define BASE_ARENA_H
/*
 * Memory with one lifetime: everything allocated from an arena lives until the arena is reset or
 * freed. One per request, job or message. Not thread-safe. A limit bounds the whole arena; over
 * it, or without memory, allocation returns NULL and arena_ok() stays false until reset.
 */
#include "base/base.h"
#include "base/sv.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;                /* bytes handed out since the last reset */
	size_t limit;               /* 0: none */
	size_t block_size;          /* of the next block */
	bool failed;
};

void arena_init(struct arena *a, size_t limit);
void arena_free(struct arena *a);  /* also the CLEANUP function */
void arena_reset(struct arena *a); /* frees all but the first block */
bool arena_ok(const struct arena *a);
/* Zeroed memory aligned to 16 bytes; NULL when over the limit. n == 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t n);
/* count * size with an overflow check. */
void *arena_array(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))
/* Copies, always NUL-terminated. */
char *arena_strdup(struct arena *a, const char *s);
struct sv arena_sv(struct arena *a, struct sv s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
