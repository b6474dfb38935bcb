/*
 * Substring search. A hit that lies across two cells is none.
 */
#include "grid/find.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Where hits go: their rows, found by walking the offsets along. */
struct hits {
	const struct col_str *s;
	uint32_t rows;
	struct sv needle;
	uint64_t *bits;
	uint32_t row; /* the row that the last hit was in */
};

/* The first row after h->row that ends behind at: near ones by steps, far ones by halving. */
static void advance(struct hits *h, size_t at)
{
	uint32_t low = h->row, step = 1;

	while (low + step < h->rows && h->s->off[low + step] <= at) {
		low += step;
		step *= 2;
	}
	uint32_t high = MIN(low + step, h->rows);
	while (low + 1 < high) { /* off[low] <= at < off[high] */
		uint32_t mid = low + (high - low) / 2;

		if (h->s->off[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	h->row = low;
}

static void take_hit(struct hits *h, size_t at)
{
	if (memcmp(h->s->bytes + at, h->needle.p, h->needle.n) != 0)
		return;
	advance(h, at);
	if (at + h->needle.n <= h->s->off[h->row + 1])
		h->bits[h->row >> 6] |= UINT64_C(1) << (h->row & 63);
}

#ifdef __SSE2__
/* Candidates of 16 places at once. */
static inline unsigned both_ends(const char *p, size_t last, __m128i first_byte, __m128i last_byte)
{
	__m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + last));

	return (unsigned)_mm_movemask_epi8(
		_mm_and_si128(_mm_cmpeq_epi8(a, first_byte), _mm_cmpeq_epi8(b, last_byte)));
}

static size_t find_wide(struct hits *h, size_t end)
{
	size_t last = h->needle.n - 1, at = 0;
	const __m128i first_byte = _mm_set1_epi8(h->needle.p[0]);
	const __m128i last_byte = _mm_set1_epi8(h->needle.p[last]);
	const char *p = h->s->bytes;

	for (; at + 32 <= end; at += 32) {
		unsigned hit = both_ends(p + at, last, first_byte, last_byte) |
			       both_ends(p + at + 16, last, first_byte, last_byte) << 16;

		for (; hit != 0; hit &= hit - 1)
			take_hit(h, at + (size_t)__builtin_ctz(hit));
	}
	return at;
}
#else
static size_t find_wide(struct hits *h, size_t end)
{
	(void)h;
	(void)end;
	return 0;
}
#endif

void find_rows(const struct col_str *s, uint32_t rows, struct sv needle, uint64_t *bits)
{
	struct hits h = {s, rows, needle, bits, 0};
	size_t n = s->off[rows];

	if (n < needle.n)
		return;
	size_t end = n - needle.n + 1; /* places where a hit can start */
	for (size_t at = find_wide(&h, end); at < end; at++)
		if (s->bytes[at] == needle.p[0])
			take_hit(&h, at);
}
