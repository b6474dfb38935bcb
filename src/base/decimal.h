#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H
/*
 * Exact decimal numbers as integers: int64 units of 10^-scale. Money is int64 minor units of its
 * currency with |x| <= DECIMAL_MONEY_MAX; sums are taken in __int128. There is no float anywhere.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define DECIMAL_MONEY_MAX INT64_C(100000000000000000) /* 10^17 minor units */
#define DECIMAL_SCALE_MAX 18

/* What the marks of a written number are. decimal == 0 means: no fraction can occur. */
struct decimal_format {
	char decimal;   /* '.' or ',' */
	char thousands; /* ',' '.' ' ' '\'' or 0 for none; no-break spaces count as ' ' */
};

/*
 * Reads a plain or grouped decimal: optional sign before or behind, or parentheses for negative;
 * groups of three if marks are used at all. More fraction digits than scale are accepted only when
 * the rest is zeros. Writes units of 10^-scale. E_CELL_TYPE: not a number in this format;
 * E_CELL_RANGE: beyond DECIMAL_MONEY_MAX (for a scale over 6, which no money has, beyond int64) or
 * with digits that scale cannot hold.
 */
MUST_CHECK int decimal_parse(
	struct sv text, struct decimal_format format, int scale, int64_t *ret_units);

/* Shortest common form: "-12.30" for (-1230, 2). Always with exactly scale fraction digits. */
void decimal_format(int64_t units, int scale, struct buf *out);
void decimal_format128(__int128 units, int scale, struct buf *out);

/* Powers of ten for 0..18. */
int64_t decimal_pow10(int exponent);

#endif
