#ifndef BASE_BUF_H
#define BASE_BUF_H
/*
 * A growing byte buffer with a sticky error: append without checking, ask buf_ok() once at the end.
 * After a failed append (no memory, or over its limit) it stays as it was and every later append
 * does nothing. The data is always followed by a NUL that is not counted.
 */
#include <stdarg.h>
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t limit; /* never grows past this many bytes; 0: SIZE_MAX / 2 */
	int error;    /* 0, E_NO_MEMORY or E_LIMIT */
};

#define BUF_INIT ((struct buf){0})

void buf_init(struct buf *b, size_t limit);
void buf_free(struct buf *b); /* also the CLEANUP function; leaves an empty usable buffer */
void buf_reset(struct buf *b); /* length 0 and no error; keeps the memory */
void buf_wipe(struct buf *b); /* overwrites the bytes, then buf_free: for secrets */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_sv(struct buf *b, struct sv s);
void buf_add_cstr(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_add_i64(struct buf *b, int64_t v);
void buf_add_hex(struct buf *b, const void *p, size_t n);
/* Base64url without padding, RFC 4648 section 5. */
void buf_add_b64url(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* Room for n more bytes at the returned address, or NULL; buf_commit() counts what was used. */
void *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);
bool buf_ok(const struct buf *b);
struct sv buf_sv(const struct buf *b);
/* The NUL-terminated text; "" for an empty or failed buffer. */
const char *buf_cstr(const struct buf *b);
/* Hands over the malloc'ed NUL-terminated text (the caller frees) and empties b; NULL on error. */
char *buf_take(struct buf *b);

/* Decoders: 0 or E_INVALID. dst takes at most cap bytes; *ret_n is written on success only. */
MUST_CHECK int hex_decode(struct sv s, void *dst, size_t cap, size_t *ret_n);
MUST_CHECK int b64url_decode(struct sv s, void *dst, size_t cap, size_t *ret_n);

#endif
