/*
 * Decimals: a scanner over the written number that collects digits into an int64 as it goes.
 */
#include "base/decimal.h"

#include <assert.h>

/* Above this scale a number is a rate or a quantity, no money: only int64 bounds it. */
#define MONEY_SCALE_MAX 6

struct scan {
	struct sv rest;
	struct decimal_format format;
	uint64_t units;
	bool overflow;
};

int64_t decimal_pow10(int exponent)
{
	int64_t v = 1;

	assert(exponent >= 0 && exponent <= DECIMAL_SCALE_MAX);
	while (exponent-- > 0)
		v *= 10;
	return v;
}

static bool take(struct sv *s, struct sv prefix)
{
	if (!sv_starts_with(*s, prefix))
		return false;
	s->p += prefix.n;
	s->n -= prefix.n;
	return true;
}

static bool drop_end(struct sv *s, struct sv suffix)
{
	if (!sv_ends_with(*s, suffix))
		return false;
	s->n -= suffix.n;
	return true;
}

/* No-break spaces count as blanks around a number too. */
static struct sv trim(struct sv s)
{
	static const struct sv spaces[] = {{"\xc2\xa0", 2}, {"\xe2\x80\xaf", 3}};
	size_t before;

	do {
		before = s.n;
		s = sv_trim(s);
		for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
			take(&s, spaces[i]);
			drop_end(&s, spaces[i]);
		}
	} while (s.n != before);
	return s;
}

/* Takes the one sign that a number may have, before or behind it or as parentheses. False: two. */
static bool take_sign(struct sv *s, bool *ret_negative)
{
	static const struct {
		struct sv text;
		bool negative;
	} signs[] = {{{"-", 1}, true}, {{"+", 1}, false}, {{"\xe2\x88\x92", 3}, true}};
	int found = 0;

	*ret_negative = false;
	if (s->n >= 2 && s->p[0] == '(' && s->p[s->n - 1] == ')') {
		*s = trim(sv_from(s->p + 1, s->n - 2));
		*ret_negative = true;
		found++;
	}
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		int here = take(s, signs[i].text) + drop_end(s, signs[i].text);

		found += here;
		*ret_negative |= here && signs[i].negative;
	}
	*s = trim(*s);
	return found <= 1;
}

static bool is_digit(struct sv s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9';
}

static void push_digit(struct scan *in, unsigned digit)
{
	if (__builtin_mul_overflow(in->units, UINT64_C(10), &in->units) ||
		__builtin_add_overflow(in->units, (uint64_t)digit, &in->units))
		in->overflow = true;
}

static size_t take_digits(struct scan *in)
{
	size_t n = 0;

	for (; is_digit(in->rest); n++) {
		push_digit(in, (unsigned)(in->rest.p[0] - '0'));
		in->rest.p++;
		in->rest.n--;
	}
	return n;
}

static bool take_group_mark(struct scan *in)
{
	switch (in->format.thousands) {
	case 0:
		return false;
	case ' ':
		return take(&in->rest, SV(" ")) || take(&in->rest, SV("\xc2\xa0")) ||
		       take(&in->rest, SV("\xe2\x80\xaf"));
	case '\'':
		return take(&in->rest, SV("'")) || take(&in->rest, SV("\xe2\x80\x99"));
	default:
		return take(&in->rest, sv_from(&in->format.thousands, 1));
	}
}

/* The digits before the decimal mark; false when the groups are not of three. */
static bool take_whole(struct scan *in, size_t *ret_digits)
{
	size_t n = take_digits(in);

	*ret_digits = n;
	if (n == 0 || n > 3)
		return true;
	while (take_group_mark(in)) {
		n = take_digits(in);
		*ret_digits += n;
		if (n != 3)
			return false;
	}
	return true;
}

/* The fraction, padded to scale. Digits beyond it must be zeros, else *ret_lossy. */
static bool take_fraction(struct scan *in, int scale, size_t *ret_digits, bool *ret_lossy)
{
	int n = 0;

	*ret_digits = 0;
	if (in->format.decimal && take(&in->rest, sv_from(&in->format.decimal, 1))) {
		for (; is_digit(in->rest); ++*ret_digits) {
			if (n < scale) {
				push_digit(in, (unsigned)(in->rest.p[0] - '0'));
				n++;
			} else if (in->rest.p[0] != '0') {
				*ret_lossy = true;
			}
			in->rest.p++;
			in->rest.n--;
		}
		if (*ret_digits == 0)
			return false;
	}
	if (in->units)
		for (; n < scale; n++)
			push_digit(in, 0);
	return true;
}

int decimal_parse(struct sv text, struct decimal_format format, int scale, int64_t *ret_units)
{
	struct scan in = {.rest = trim(text), .format = format};
	uint64_t max = scale <= MONEY_SCALE_MAX ? (uint64_t)DECIMAL_MONEY_MAX : (uint64_t)INT64_MAX;
	size_t whole, fraction;
	bool negative, lossy = false;

	assert(scale >= 0 && scale <= DECIMAL_SCALE_MAX);
	if (!take_sign(&in.rest, &negative) || !take_whole(&in, &whole) ||
		!take_fraction(&in, scale, &fraction, &lossy))
		return E_CELL_TYPE;
	if (in.rest.n || whole + fraction == 0)
		return E_CELL_TYPE;
	if (lossy || in.overflow || in.units > max)
		return E_CELL_RANGE;
	*ret_units = negative ? -(int64_t)in.units : (int64_t)in.units;
	return 0;
}

void decimal_format128(__int128 units, int scale, struct buf *out)
{
	char digits[48]; /* 39 digits, mark, sign */
	unsigned __int128 v = units < 0 ? 0 - (unsigned __int128)units : (unsigned __int128)units;
	size_t at = sizeof(digits);

	assert(scale >= 0 && scale <= DECIMAL_SCALE_MAX);
	for (int n = 0; v || n <= scale; n++) {
		if (n == scale && n)
			digits[--at] = '.';
		digits[--at] = (char)('0' + (int)(v % 10));
		v /= 10;
	}
	if (units < 0)
		digits[--at] = '-';
	buf_add(out, digits + at, sizeof(digits) - at);
}

void decimal_format(int64_t units, int scale, struct buf *out)
{
	decimal_format128(units, scale, out);
}
