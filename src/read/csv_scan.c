/*
 * The scan of CSV text in its variants, and the choice between them. All give the same index.
 */
#include "read/csv_scan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* One bit per byte of a block. */
struct scan_masks {
	uint64_t delimiter, quote, lf, cr;
	uint64_t blank, other; /* other: what is not printable ASCII */
};

/* What a block leaves to the next one; each is 0 or 1 but for inside. */
struct scan_state {
	uint64_t inside;      /* all ones: the block begins inside quotes */
	uint64_t before_ok;   /* the byte before may precede an opening quote */
	uint64_t after_close; /* the byte before is a closing quote */
	uint64_t after_cr;
	uint64_t after_blank;
	uint64_t after_stop; /* the byte before ends a cell or a row */
};

/* Each bit: the xor of all bits up to it. */
static inline uint64_t prefix_xor(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	x ^= x << 32;
	return x;
}

/* Bytes inside quotes, the opening quote included and the closing one not. */
static inline uint64_t scan_quotes(struct scan_state *s, const struct scan_masks *m)
{
	uint64_t inside = prefix_xor(m->quote) ^ s->inside;

	s->inside = 0 - (inside >> 63);
	return inside;
}

/* Quotes that open elsewhere than at a cell's start or after a quote, and what follows a closing
 * quote without being an end or a quote. */
static inline uint64_t scan_bad(
	struct scan_state *s, const struct scan_masks *m, uint64_t inside, uint64_t used)
{
	uint64_t end = m->delimiter | m->lf | m->cr | m->quote;
	uint64_t opens = m->quote & inside, closes = m->quote & ~inside;
	uint64_t may_open = end << 1 | s->before_ok;
	uint64_t after_close = closes << 1 | s->after_close;

	s->before_ok = end >> 63;
	s->after_close = closes >> 63;
	return ((opens & ~may_open) | (after_close & ~end)) & used;
}

/* Eight at a time without a branch per bit; what is beyond the last is overwritten. */
#define PUT_PLACES(out, ends, at)                                                                  \
	for (uint32_t k = 0, found = (uint32_t)__builtin_popcountll(ends); k < found; k += 8)      \
		for (uint32_t j = 0; j < 8; j++) {                                                 \
			(out)[k + j] = (at) +                                                      \
				(uint32_t)__builtin_ctzll((ends) | UINT64_C(1) << 63);             \
			(ends) &= (ends)-1;                                                        \
		}

static inline void places_scalar(uint32_t *out, uint64_t ends, uint32_t at)
{
	PUT_PLACES(out, ends, at);
}

static inline struct scan_masks masks_scalar(const char *p, char delimiter, char quote)
{
	struct scan_masks m = {0};

	for (unsigned i = 0; i < CSV_SCAN_BLOCK; i++) {
		m.delimiter |= (uint64_t)(p[i] == delimiter) << i;
		m.quote |= (uint64_t)(p[i] == quote && quote != 0) << i;
		m.lf |= (uint64_t)(p[i] == '\n') << i;
		m.cr |= (uint64_t)(p[i] == '\r') << i;
		m.blank |= (uint64_t)(p[i] == ' ') << i;
		m.other |= (uint64_t)(p[i] < ' ' || p[i] >= 0x7f) << i;
	}
	return m;
}

#define SCAN_NAME scan_scalar
#define SCAN_MASKS masks_scalar
#define SCAN_PLACES places_scalar
#define SCAN_TARGET
#include "read/csv_scan_impl.h"

#if defined(__x86_64__)

static inline uint64_t equal_sse2(const __m128i v[4], char c)
{
	const __m128i x = _mm_set1_epi8(c);
	uint64_t m = 0;

	for (int i = 0; i < 4; i++)
		m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], x)) << (16 * i);
	return m;
}

/* As signed bytes, so that what is no ASCII is below the blank. */
static inline uint64_t other_sse2(const __m128i v[4])
{
	uint64_t m = equal_sse2(v, 0x7f);

	for (int i = 0; i < 4; i++)
		m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmplt_epi8(v[i], _mm_set1_epi8(' ')))
		     << (16 * i);
	return m;
}

static inline struct scan_masks masks_sse2(const char *p, char delimiter, char quote)
{
	__m128i v[4];

	for (int i = 0; i < 4; i++)
		v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
	return (struct scan_masks){equal_sse2(v, delimiter), quote ? equal_sse2(v, quote) : 0,
		equal_sse2(v, '\n'), equal_sse2(v, '\r'), equal_sse2(v, ' '), other_sse2(v)};
}

#define SCAN_NAME scan_sse2
#define SCAN_MASKS masks_sse2
#define SCAN_PLACES places_scalar
#define SCAN_TARGET
#include "read/csv_scan_impl.h"

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

AVX2 static inline uint64_t equal_avx2(__m256i a, __m256i b, char c)
{
	const __m256i x = _mm256_set1_epi8(c);

	return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, x)) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, x)) << 32;
}

AVX2 static inline struct scan_masks masks_avx2(const char *p, char delimiter, char quote)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	const __m256i space = _mm256_set1_epi8(' ');
	uint64_t low = (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(space, a)) |
		       (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(space, b)) << 32;

	return (struct scan_masks){equal_avx2(a, b, delimiter), quote ? equal_avx2(a, b, quote) : 0,
		equal_avx2(a, b, '\n'), equal_avx2(a, b, '\r'), equal_avx2(a, b, ' '),
		low | equal_avx2(a, b, 0x7f)};
}

AVX2 static inline void places_avx2(uint32_t *out, uint64_t ends, uint32_t at)
{
	PUT_PLACES(out, ends, at);
}

#define SCAN_NAME scan_avx2
#define SCAN_MASKS masks_avx2
#define SCAN_PLACES places_avx2
#define SCAN_TARGET AVX2
#include "read/csv_scan_impl.h"

#define AVX512                                                                                     \
	__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt,lzcnt")))

AVX512 static inline struct scan_masks masks_avx512(const char *p, char delimiter, char quote)
{
	const __m512i v = _mm512_loadu_si512(p);

	return (struct scan_masks){
		.delimiter = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(delimiter)),
		.quote = quote ? _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(quote)) : 0,
		.lf = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')),
		.cr = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\r')),
		.blank = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(' ')),
		.other = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(' ')) |
			 _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(0x7f)),
	};
}

/* Sixteen at a time. */
AVX512 static inline void places_avx512(uint32_t *out, uint64_t ends, uint32_t at)
{
	static const char places[64] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37,
		38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58,
		59, 60, 61, 62, 63};
	const __m512i base = _mm512_set1_epi32((int)at);
	__m512i v = _mm512_maskz_compress_epi8(ends, _mm512_loadu_si512(places));
	uint32_t found = (uint32_t)__builtin_popcountll(ends);

	for (uint32_t k = 0;; k += 16) {
		_mm512_storeu_si512(out + k,
			_mm512_add_epi32(
				base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(v))));
		if (k + 16 >= found)
			return;
		v = _mm512_alignr_epi32(_mm512_setzero_si512(), v, 4);
	}
}

#define SCAN_NAME scan_avx512
#define SCAN_MASKS masks_avx512
#define SCAN_PLACES places_avx512
#define SCAN_TARGET AVX512
#include "read/csv_scan_impl.h"

#endif

csv_scan_fn *csv_scan_named(const char *name)
{
	if (strcmp(name, "scalar") == 0)
		return scan_scalar;
#if defined(__x86_64__)
	if (strcmp(name, "sse2") == 0)
		return scan_sse2;
	if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") &&
		__builtin_cpu_supports("bmi2"))
		return scan_avx2;
	if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2"))
		return scan_avx512;
#endif
	return NULL;
}

csv_scan_fn *csv_scan_best(void)
{
	static const char *const names[] = {"avx512", "avx2", "sse2", "scalar"};
	csv_scan_fn *fn = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && fn == NULL; i++)
		fn = csv_scan_named(names[i]);
	return fn;
}
