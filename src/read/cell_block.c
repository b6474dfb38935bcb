/*
 * Cells of fixed layouts. With vectors the digits of a cell are moved to their places by one
 * shuffle, whose order follows from the cell's length (amounts) or the column's (days), and summed
 * by three multiplications; a comparison tells whether they were digits.
 */
#include "read/cell_block.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define DIGITS 16u
#define SCALE_MAX 6

/* ---- days ---- */

/* Where in the text each part is. */
static const struct {
	uint8_t year, month, day, mark[2];
} layouts[] = {
	[DATE_YMD] = {0, 5, 8, {4, 7}},
	[DATE_DMY] = {6, 3, 0, {2, 5}},
	[DATE_MDY] = {6, 0, 3, {2, 5}},
};

static inline bool marks_ok(const char *p, enum date_order order)
{
	char mark = p[layouts[order].mark[0]];

	return (mark == '-' || mark == '.' || mark == '/') && p[layouts[order].mark[1]] == mark;
}

/* Days since 1970 of a day that the month has in every year; years begin in March (Hinnant, as
 * date_from_civil). False: it has not. */
static inline bool common_day(unsigned year, unsigned month, unsigned day, int64_t *ret)
{
	static const uint8_t days[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	static const uint16_t before[16] = {
		0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
	unsigned y = year - (month <= 2), century = y / 100;

	*ret = (int64_t)(y * 365 + y / 4 - century + century / 4 + before[month & 15] + day) -
	       719469;
	return year >= 1 && month <= 12 && day >= 1 && day <= days[month & 15];
}

/* Two digits; more than 99 when one is none. */
static inline unsigned two(const char *p)
{
	unsigned a = (unsigned)(unsigned char)p[0] - '0', b = (unsigned)(unsigned char)p[1] - '0';

	return a > 9 || b > 9 ? 1000 : a * 10 + b;
}

static bool dates_scalar(const struct sv *cells, uint32_t n, enum date_order order, int64_t *value,
	uint8_t *done)
{
	bool all = true;

	for (uint32_t r = 0; r < n; r++) {
		const char *p = cells[r].p;

		done[r] = 0;
		if (cells[r].n == 10 && marks_ok(p, order)) {
			unsigned high = two(p + layouts[order].year);
			unsigned low = two(p + layouts[order].year + 2);
			unsigned month = two(p + layouts[order].month);
			unsigned day = two(p + layouts[order].day);

			done[r] = high <= 99 && low <= 99 && month <= 99 && day <= 99 &&
				  common_day(high * 100 + low, month, day, &value[r]);
		}
		all &= done[r] != 0;
	}
	return all;
}

/* ---- numbers ---- */

static bool decimals_scalar(const struct sv *cells, uint32_t n, char mark, int scale,
	int64_t *value, uint8_t *done)
{
	bool all = true;

	for (uint32_t r = 0; r < n; r++) {
		bool minus = cells[r].n > 0 && cells[r].p[0] == '-';
		const char *p = cells[r].p + minus;
		size_t len = cells[r].n - minus, whole = len - (size_t)scale - (scale > 0);
		int64_t v = 0;
		bool ok = scale <= SCALE_MAX && len < DIGITS &&
			  len >= (scale > 0 ? (size_t)scale + 2 : 1) &&
			  (scale == 0 || p[whole] == mark);

		for (size_t i = 0; ok && i < len; i++) {
			unsigned d = (unsigned)(unsigned char)p[i] - '0';

			if (scale > 0 && i == whole)
				continue;
			ok = d <= 9;
			v = v * 10 + (int64_t)d;
		}
		value[r] = minus ? -v : v;
		done[r] = ok;
		all &= ok;
	}
	return all;
}

static const struct cell_block_fns scalar = {decimals_scalar, dates_scalar};

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,bmi,bmi2")))

AVX2 static inline __m128i load_digits(const char *p)
{
	return _mm_xor_si128(
		_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('0'));
}

/* Bit i: byte i is a digit's value. */
AVX2 static inline unsigned digits_of(__m128i v)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v));
}

AVX2 static bool dates_avx2(const struct sv *cells, uint32_t n, enum date_order order,
	int64_t *value, uint8_t *done)
{
	const char y = (char)layouts[order].year, m = (char)layouts[order].month,
		   d = (char)layouts[order].day;
	const __m128i parts = _mm_setr_epi8(y, (char)(y + 1), (char)(y + 2), (char)(y + 3), m,
		(char)(m + 1), d, (char)(d + 1), -1, -1, -1, -1, -1, -1, -1, -1);
	const __m128i ten = _mm_set1_epi16(0x010a);
	bool all = true;

	for (uint32_t r = 0; r < n; r++) {
		const char *p = cells[r].p;

		if (cells[r].n != 10) {
			done[r] = 0;
			all = false;
			continue;
		}
		__m128i v = _mm_shuffle_epi8(load_digits(p), parts);
		uint64_t pairs = (uint64_t)_mm_cvtsi128_si64(_mm_maddubs_epi16(v, ten));
		unsigned year = (unsigned)(pairs & 0xffff) * 100 + (unsigned)(pairs >> 16 & 0xffff);
		bool ok = (digits_of(v) & 0xff) == 0xff && marks_ok(p, order) &&
			  common_day(year, (unsigned)(pairs >> 32 & 0xffff),
				  (unsigned)(pairs >> 48), &value[r]);
		done[r] = ok;
		all &= ok;
	}
	return all;
}

/* For texts of each length: which character comes to which of 16 places, right-aligned. */
static void places_of(int scale, char ret[DIGITS][DIGITS])
{
	for (int len = 0; len < (int)DIGITS; len++)
		for (int i = 0; i < (int)DIGITS; i++) {
			int from = len - 1 - i - (scale > 0 && i >= scale);

			ret[len][(int)DIGITS - 1 - i] = (char)(from >= 0 ? from : -1);
		}
}

AVX2 static bool decimals_avx2(const struct sv *cells, uint32_t n, char mark, int scale,
	int64_t *value, uint8_t *done)
{
	const __m128i ten = _mm_set1_epi16(0x010a), hundred = _mm_set1_epi32(0x00010064),
		      myriad = _mm_set1_epi32(0x00012710);
	size_t behind = (size_t)scale, least = scale > 0 ? behind + 2 : 1;
	char places[DIGITS][DIGITS];
	bool all = true;

	if (scale > SCALE_MAX)
		return decimals_scalar(cells, n, mark, scale, value, done);
	places_of(scale, places);
	for (uint32_t r = 0; r < n; r++) {
		size_t minus = cells[r].n > 0 && cells[r].p[0] == '-';
		const char *p = cells[r].p + minus;
		size_t len = cells[r].n - minus;

		if (len - least >= DIGITS - least) {
			done[r] = 0;
			all = false;
			continue;
		}
		__m128i v = _mm_shuffle_epi8(load_digits(p),
			_mm_loadu_si128((const __m128i *)(const void *)places[len]));
		bool ok = digits_of(v) == 0xffff && (scale == 0 || p[len - 1 - behind] == mark);
		v = _mm_madd_epi16(_mm_maddubs_epi16(v, ten), hundred);
		v = _mm_madd_epi16(_mm_packus_epi32(v, v), myriad);
		uint64_t halves = (uint64_t)_mm_cvtsi128_si64(v);
		int64_t units = (int64_t)((halves & UINT32_MAX) * 100000000 + (halves >> 32));
		value[r] = minus ? -units : units;
		done[r] = ok;
		all &= ok;
	}
	return all;
}

static const struct cell_block_fns avx2 = {decimals_avx2, dates_avx2};

#endif

const struct cell_block_fns *cell_block_named(const char *name)
{
	if (strcmp(name, "scalar") == 0)
		return &scalar;
#if defined(__x86_64__)
	if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") &&
		__builtin_cpu_supports("bmi2"))
		return &avx2;
#endif
	return NULL;
}

const struct cell_block_fns *cell_block_best(void)
{
	const struct cell_block_fns *fns = cell_block_named("avx2");

	return fns != NULL ? fns : &scalar;
}
