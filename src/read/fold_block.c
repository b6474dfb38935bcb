/*
 * Many cells at once: each function is a loop over vectors without a branch per character.
 */
#include "read/fold_block.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "read/fold.h"

/* ---- byte by byte ---- */

static unsigned look_scalar(const char *p, size_t n)
{
	unsigned sees = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x7f || c < ' ')
			sees |= FOLD_SEES_OTHER;
		if (c >= 'A' && c <= 'Z')
			sees |= FOLD_SEES_UPPER;
		if (c == ' ' && i + 1 < n && p[i + 1] == ' ')
			sees |= FOLD_SEES_GAP;
		if (fold_is_separator(p[i]))
			sees |= FOLD_SEES_SEPARATOR;
	}
	return sees;
}

static inline char lower_one(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static void lower_scalar(const char *p, size_t n, char *dst)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = lower_one(p[i]);
}

static void codes_scalar(
	const char *bytes, const uint32_t *off, uint32_t n, char *dst, uint32_t *ret_off)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t at = ret_off[k];

		for (uint32_t i = off[k]; i < off[k + 1]; i++) {
			dst[at] = lower_one(bytes[i]);
			at += !fold_is_separator(bytes[i]);
		}
		ret_off[k + 1] = at;
	}
}

static const struct fold_block_fns scalar = {look_scalar, lower_scalar, codes_scalar};

#if defined(__x86_64__)

/* ---- 16 bytes ---- */

static inline __m128i load16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i is_upper(__m128i v)
{
	return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
		_mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));
}

static inline __m128i lower16(__m128i v)
{
	return _mm_or_si128(v, _mm_and_si128(is_upper(v), _mm_set1_epi8(0x20)));
}

/* Separators lie before '0', but for two. */
static unsigned look_sse2(const char *p, size_t n)
{
	const __m128i space = _mm_set1_epi8(' '), del = _mm_set1_epi8(0x7f);
	const __m128i zero = _mm_set1_epi8('0'), colon = _mm_set1_epi8(':');
	const __m128i line = _mm_set1_epi8('_');
	__m128i other = _mm_setzero_si128(), upper = other, gap = other, mark = other;
	size_t i = 0;

	for (; i + 16 <= n; i += 16) {
		__m128i v = load16(p + i), blank = _mm_cmpeq_epi8(v, space);

		other = _mm_or_si128(
			other, _mm_or_si128(_mm_cmplt_epi8(v, space), _mm_cmpeq_epi8(v, del)));
		upper = _mm_or_si128(upper, is_upper(v));
		gap = _mm_or_si128(
			gap, _mm_and_si128(blank, _mm_cmpeq_epi8(load16(p + i + 1), space)));
		mark = _mm_or_si128(mark,
			_mm_or_si128(_mm_cmplt_epi8(v, zero),
				_mm_or_si128(_mm_cmpeq_epi8(v, colon), _mm_cmpeq_epi8(v, line))));
	}
	return (_mm_movemask_epi8(other) != 0 ? FOLD_SEES_OTHER : 0u) |
	       (_mm_movemask_epi8(upper) != 0 ? FOLD_SEES_UPPER : 0u) |
	       (_mm_movemask_epi8(gap) != 0 ? FOLD_SEES_GAP : 0u) |
	       (_mm_movemask_epi8(mark) != 0 ? FOLD_SEES_SEPARATOR : 0u) |
	       look_scalar(p + i, n - i);
}

static void lower_sse2(const char *p, size_t n, char *dst)
{
	for (size_t i = 0; i < n; i += 16)
		_mm_storeu_si128((__m128i *)(void *)(dst + i), lower16(load16(p + i)));
}

static inline unsigned separators_sse2(__m128i v)
{
	static const char marks[] = {' ', '#', '\'', ':', '_'};
	__m128i hit = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(',' - 1)),
		_mm_cmplt_epi8(v, _mm_set1_epi8('/' + 1)));

	for (size_t k = 0; k < ARRAY_LEN(marks); k++)
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8(marks[k])));
	return (unsigned)_mm_movemask_epi8(hit);
}

/* What stands between two separators is written as 16 bytes, whatever its length. */
static size_t code_sse2(const char *p, size_t n, char *dst)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i += 16) {
		size_t used = n - i >= 16 ? 16 : n - i, from = 0;
		__m128i v = lower16(load16(p + i));
		unsigned drop = separators_sse2(v) & ((1u << used) - 1);
		char text[32];

		_mm_storeu_si128((__m128i *)(void *)text, v);
		_mm_storeu_si128((__m128i *)(void *)(text + 16), v);
		for (; drop != 0; drop &= drop - 1) {
			size_t at = (size_t)__builtin_ctz(drop);

			memcpy(dst + out, text + from, 16);
			out += at - from;
			from = at + 1;
		}
		memcpy(dst + out, text + from, 16);
		out += used - from;
	}
	return out;
}

static void codes_sse2(
	const char *bytes, const uint32_t *off, uint32_t n, char *dst, uint32_t *ret_off)
{
	for (uint32_t k = 0; k < n; k++)
		ret_off[k + 1] = ret_off[k] + (uint32_t)code_sse2(bytes + off[k],
						      off[k + 1] - off[k], dst + ret_off[k]);
}

static const struct fold_block_fns sse2 = {look_sse2, lower_sse2, codes_sse2};

/* ---- 64 bytes ---- */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

/* At most 64 bytes; zeros behind them. */
AVX512 static inline __m512i load64(const char *p, size_t n, __mmask64 *ret_used)
{
	*ret_used = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
	return _mm512_maskz_loadu_epi8(*ret_used, p);
}

AVX512 static inline __mmask64 upper_avx512(__m512i v)
{
	return _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(v, _mm512_set1_epi8('A')), _mm512_set1_epi8(26));
}

AVX512 static inline __m512i lower_avx512_of(__m512i v)
{
	return _mm512_mask_add_epi8(v, upper_avx512(v), v, _mm512_set1_epi8(32));
}

AVX512 static unsigned look_avx512(const char *p, size_t n)
{
	const __m512i space = _mm512_set1_epi8(' ');
	__mmask64 other = 0, upper = 0, gap = 0, mark = 0, used, after = 0;

	for (size_t i = 0; i < n; i += 64) {
		__m512i v = load64(p + i, n - i, &used);
		__mmask64 blank = _mm512_cmpeq_epi8_mask(v, space);

		other |= (_mm512_cmplt_epi8_mask(v, space) |
				 _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(0x7f))) &
			 used;
		upper |= upper_avx512(v);
		gap |= blank & (blank << 1 | after);
		after = blank >> 63;
		mark |= (_mm512_cmplt_epi8_mask(v, _mm512_set1_epi8('0')) |
				_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(':')) |
				_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('_'))) &
			used;
	}
	return (other != 0 ? FOLD_SEES_OTHER : 0u) | (upper != 0 ? FOLD_SEES_UPPER : 0u) |
	       (gap != 0 ? FOLD_SEES_GAP : 0u) | (mark != 0 ? FOLD_SEES_SEPARATOR : 0u);
}

AVX512 static void lower_avx512(const char *p, size_t n, char *dst)
{
	__mmask64 used;

	for (size_t i = 0; i < n; i += 64)
		_mm512_storeu_si512(dst + i, lower_avx512_of(load64(p + i, n - i, &used)));
}

AVX512 static void codes_avx512(
	const char *bytes, const uint32_t *off, uint32_t n, char *dst, uint32_t *ret_off)
{
	char keep[128];
	__mmask64 used;

	for (unsigned c = 0; c < sizeof(keep); c++)
		keep[c] = fold_is_separator((char)c) ? 0 : -1;
	const __m512i low = _mm512_loadu_si512(keep), high = _mm512_loadu_si512(keep + 64);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t at = ret_off[k];

		for (uint32_t i = off[k]; i < off[k + 1]; i += 64) {
			__m512i v = load64(bytes + i, off[k + 1] - i, &used);
			__mmask64 kept =
				_mm512_movepi8_mask(_mm512_permutex2var_epi8(low, v, high)) & used;

			v = _mm512_maskz_compress_epi8(kept, lower_avx512_of(v));
			if (off[k + 1] - i <= 32) /* which seldom crosses a line of the cache */
				_mm256_storeu_si256((__m256i *)(void *)(dst + at),
					_mm512_castsi512_si256(v));
			else
				_mm512_storeu_si512(dst + at, v);
			at += (uint32_t)__builtin_popcountll(kept);
		}
		ret_off[k + 1] = at;
	}
}

static const struct fold_block_fns avx512 = {look_avx512, lower_avx512, codes_avx512};

#endif

const struct fold_block_fns *fold_block_named(const char *name)
{
	if (strcmp(name, "scalar") == 0)
		return &scalar;
#if defined(__x86_64__)
	if (strcmp(name, "sse2") == 0)
		return &sse2;
	if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2"))
		return &avx512;
#endif
	return NULL;
}

const struct fold_block_fns *fold_block_best(void)
{
	static const char *const names[] = {"avx512", "sse2", "scalar"};
	const struct fold_block_fns *fns = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && fns == NULL; i++)
		fns = fold_block_named(names[i]);
	return fns;
}
