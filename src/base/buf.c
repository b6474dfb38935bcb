/*
 * The growing buffer, and the hex and base64url codecs that write into it.
 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 64

static const char b64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){.limit = limit};
}

void buf_free(struct buf *b)
{
	free(b->p);
	buf_init(b, b->limit);
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->error = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

/* Makes room for n more bytes and the NUL. */
static bool grow(struct buf *b, size_t n)
{
	size_t limit = b->limit ? b->limit : SIZE_MAX / 2;
	size_t cap = b->cap ? b->cap : CAP_FIRST;
	char *p;

	if (b->error)
		return false;
	if (n > limit || b->n > limit - n) {
		b->error = E_LIMIT;
		return false;
	}
	if (b->p && b->cap - b->n > n)
		return true;
	while (cap - b->n <= n)
		cap = cap > SIZE_MAX / 4 ? SIZE_MAX / 2 + 1 : cap * 2;
	p = realloc(b->p, cap);
	if (!p) {
		b->error = E_NO_MEMORY;
		return false;
	}
	b->p = p;
	b->cap = cap;
	b->p[b->n] = '\0';
	return true;
}

void *buf_reserve(struct buf *b, size_t n)
{
	return grow(b, n) ? b->p + b->n : NULL;
}

void buf_commit(struct buf *b, size_t n)
{
	if (b->error || !b->p)
		return;
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_reserve(b, n);

	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	buf_commit(b, n);
}

void buf_add_sv(struct buf *b, struct sv s)
{
	buf_add(b, s.p, s.n);
}

void buf_add_cstr(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_add_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_add_char(b, '-');
	buf_add_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_add_hex(struct buf *b, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = p;
	char *to = n > SIZE_MAX / 4 ? NULL : buf_reserve(b, 2 * n);

	if (!to) {
		b->error = b->error ? b->error : E_LIMIT;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[from[i] >> 4];
		to[2 * i + 1] = digits[from[i] & 15];
	}
	buf_commit(b, 2 * n);
}

void buf_add_b64url(struct buf *b, const void *p, size_t n)
{
	const unsigned char *from = p;

	for (size_t i = 0; i < n; i += 3) {
		size_t rest = MIN(n - i, (size_t)3);
		uint32_t v = (uint32_t)from[i] << 16;
		char quad[4];

		if (rest > 1)
			v |= (uint32_t)from[i + 1] << 8;
		if (rest > 2)
			v |= from[i + 2];
		for (int k = 0; k < 4; k++)
			quad[k] = b64url[v >> (18 - 6 * k) & 63];
		buf_add(b, quad, rest + 1);
	}
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		b->error = b->error ? b->error : E_LIMIT;
	else if ((to = buf_reserve(b, (size_t)n))) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		buf_commit(b, (size_t)n);
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

bool buf_ok(const struct buf *b)
{
	return b->error == 0;
}

struct sv buf_sv(const struct buf *b)
{
	return sv_from(b->p, b->n);
}

const char *buf_cstr(const struct buf *b)
{
	return b->error || !b->p ? "" : b->p;
}

char *buf_take(struct buf *b)
{
	char *p;

	if (!grow(b, 0))
		return NULL;
	p = TAKE(b->p);
	buf_init(b, b->limit);
	return p;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(struct sv s, void *dst, size_t cap, size_t *ret_n)
{
	unsigned char *to = dst;

	if (s.n % 2 || s.n / 2 > cap)
		return E_INVALID;
	for (size_t i = 0; i < s.n / 2; i++) {
		int high = hex_digit(s.p[2 * i]);
		int low = hex_digit(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return E_INVALID;
		to[i] = (unsigned char)(high * 16 + low);
	}
	*ret_n = s.n / 2;
	return 0;
}

static int b64url_digit(char c)
{
	const char *at = c ? strchr(b64url, c) : NULL;

	return at ? (int)(at - b64url) : -1;
}

int b64url_decode(struct sv s, void *dst, size_t cap, size_t *ret_n)
{
	size_t n = s.n / 4 * 3 + (s.n % 4 ? s.n % 4 - 1 : 0);
	unsigned char *to = dst;
	uint32_t bits = 0;
	int have = 0;

	if (s.n % 4 == 1 || n > cap)
		return E_INVALID;
	for (size_t i = 0, k = 0; i < s.n; i++) {
		int v = b64url_digit(s.p[i]);

		if (v < 0)
			return E_INVALID;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[k++] = (unsigned char)(bits >> have);
			bits &= (1U << have) - 1;
		}
	}
	if (bits) /* only one text may stand for a value */
		return E_INVALID;
	*ret_n = n;
	return 0;
}
