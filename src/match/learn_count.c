/*
 * u, the chance of a level among pairs that are no matches, for the left record at hand: how many
 * other right records stand at this level to it. Values, days and amounts are counted exactly, so
 * that a rare value, a quiet day or an odd amount tells more than a common one (Winkler 1989).
 */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "match/learn_parts.h"

#define MANTISSA_BITS 52
#define EXPONENTS 64u
#define CODE_BITS_MAX 12u

/* Amounts to numbers in the same order, close together: sign, exponent and some bits of the mantissa.
 * A search begins where its code begins. */
static uint32_t code_of(const struct comparison *c, int64_t v)
{
	double size = (double)(v < 0 ? -(uint64_t)v : (uint64_t)v);
	uint64_t bits;
	uint32_t middle = EXPONENTS << (MANTISSA_BITS - c->code_shift), code = 0;

	memcpy(&bits, &size, sizeof(bits));
	if (v != 0)
		code = (uint32_t)((bits - (UINT64_C(1023) << MANTISSA_BITS)) >> c->code_shift) + 1;
	return v < 0 ? middle - code : middle + code;
}

static void sort_amounts(struct engine *e, struct comparison *c)
{
	unsigned bits = 0;

	score_sort_values(e, &e->f[c->field]);
	c->sorted = c->f->sorted;
	c->nsorted = c->sorted == NULL ? 0 : c->f->nvalid[RIGHT];
	while (bits < CODE_BITS_MAX && c->nsorted >> bits > 256)
		bits++;
	c->code_shift = MANTISSA_BITS - bits;
	size_t codes = 2 * ((size_t)EXPONENTS << bits) + 3;
	c->sorted_first = ENGINE_ZNEW(e, codes + 1, uint32_t);
	if (c->sorted_first == NULL)
		return;
	for (uint32_t i = 0; i < c->nsorted; i++)
		c->sorted_first[code_of(c, c->sorted[i]) + 1]++;
	for (size_t i = 0; i < codes; i++)
		c->sorted_first[i + 1] += c->sorted_first[i];
}

static void count_days(struct engine *e, struct comparison *c)
{
	const struct vec *v = &c->f->v[RIGHT];
	int32_t low = INT32_MAX, high = INT32_MIN;

	for (uint32_t r = 0; r < e->n[RIGHT]; r++)
		if (vec_valid(v, r)) {
			low = MIN(low, v->i32[r]);
			high = MAX(high, v->i32[r]);
		}
	c->day_first = low;
	c->ndays = low > high ? 0 : (uint32_t)(high - low) + 1;
	c->below = ENGINE_ZNEW(e, (size_t)c->ndays + 2, uint32_t);
	if (c->below == NULL || c->ndays == 0)
		return;
	for (uint32_t r = 0; r < e->n[RIGHT]; r++)
		if (vec_valid(v, r))
			c->below[v->i32[r] - low + 1]++;
	for (uint32_t d = 0; d < c->ndays; d++)
		c->below[d + 1] += c->below[d];
}

void learn_count_make(struct engine *e, struct comparison *c)
{
	c->log_rows = num_log2(&e->num, 2 * ((uint64_t)c->f->nvalid[RIGHT] + 1));
	if (c->how == LEARN_AMOUNT)
		sort_amounts(e, c);
	else if (c->how == LEARN_DATE)
		count_days(e, c);
}

static uint32_t amounts_below(const struct comparison *c, int64_t value)
{
	uint32_t code = code_of(c, value);

	return learn_first_from(c->sorted, c->sorted_first[code], c->sorted_first[code + 1], value);
}

static uint32_t amounts_within(const struct comparison *c, int64_t low, int64_t high)
{
	return low > high ? 0 : amounts_below(c, high + 1) - amounts_below(c, low);
}

#define AMOUNT_LIMIT 4e18

static int64_t to_amount(double v)
{
	return v >= AMOUNT_LIMIT ? INT64_C(4000000000000000000) :
		v <= -AMOUNT_LIMIT ? -INT64_C(4000000000000000000) : (int64_t)v;
}

/* Right amounts whose ratio to a is above low and at most high. */
static uint32_t amounts_by_ratio(const struct comparison *c, int64_t a, double low, double high)
{
	double size = (double)(a < 0 ? -a : a);
	int64_t from = to_amount(size * low) + 1, to = to_amount(size * high);

	if (low == 0)
		from = 1;
	if (high < 1.5 && low < 1 && high >= 1) /* just below: not the amount itself */
		to = (a < 0 ? -a : a) - 1;
	return a < 0 ? amounts_within(c, -to, -from) : amounts_within(c, from, to);
}

static uint32_t days_within(const struct comparison *c, int64_t low, int64_t high)
{
	int64_t first = c->day_first, last = first + c->ndays - 1;

	low = MAX(low, first);
	high = MIN(high, last);
	return low > high ? 0 : c->below[high - first + 1] - c->below[low - first];
}

static uint32_t count_amount(const struct comparison *c, unsigned level, int64_t a)
{
	double low, high;

	if (level == AMOUNT_REVERSED)
		return amounts_within(c, -a, -a);
	if (level >= AMOUNT_ATOM) {
		int64_t from, to;
		learn_atom_range(&c->atom[level - AMOUNT_ATOM], a, &from, &to);
		return amounts_within(c, from, to);
	}
	learn_ratio_bounds(c->low[level], c->high[level], &low, &high);
	return amounts_by_ratio(c, a, low, high);
}

static uint32_t count_swapped(const struct comparison *c, int32_t day)
{
	int y, m, d;
	int32_t other;

	date_to_civil(day, &y, &m, &d);
	if (d > 12 || date_from_civil(y, d, m, &other) != 0)
		return 0;
	return days_within(c, other, other);
}

/* First and last day of a range of levels, as differences. */
static void day_bounds(unsigned low, unsigned high, int64_t *ret_low, int64_t *ret_high)
{
	static const int32_t ends[] = {41, 61, 121, 366, 4000000};

	*ret_low = low < DATE_FIRST ? -(int64_t)(ends[DATE_FIRST - low] - 1) :
		low > DATE_LAST ? ends[low - DATE_LAST - 1] : (int64_t)low - DATE_EQUAL;
	*ret_high = high < DATE_FIRST ? -(int64_t)ends[DATE_FIRST - 1 - high] :
		high > DATE_LAST ? ends[high - DATE_LAST] - 1 : (int64_t)high - DATE_EQUAL;
}

static uint32_t count_date(const struct comparison *c, unsigned level, int32_t day)
{
	int64_t low, high;

	if (level == DATE_SWAPPED)
		return count_swapped(c, day);
	day_bounds(c->low[level], c->high[level], &low, &high);
	return days_within(c, day + low, day + high);
}

/* How many right records stand at the level to the left one; false: it is not counted. */
static bool count_level(
	const struct comparison *c, unsigned level, uint32_t l, uint32_t *ret)
{
	switch (c->how) {
	case LEARN_AMOUNT:
		if (level == AMOUNT_OTHER)
			return false;
		*ret = level == AMOUNT_EQUAL ? c->f->count[RIGHT][c->f->id[LEFT][l]] :
			count_amount(c, level, c->f->v[LEFT].i64[l]);
		return true;
	case LEARN_DATE:
		if (level == DATE_DIGIT)
			return false;
		*ret = count_date(c, level, c->f->v[LEFT].i32[l]);
		return true;
	case LEARN_SAME:
	case LEARN_SHORT:
		if (level != SHORT_EQUAL || c->f->listed)
			return false;
		*ret = c->f->count[RIGHT][c->f->id[LEFT][l]];
		return true;
	case LEARN_LONG:
		break;
	}
	return false;
}

/* Right records with the candidate's own value stand at its level, whichever that is: u is no less. A
 * letter off a rare name is no better than the name itself, and a letter off a common one is common. */
static int32_t log_alike(const struct learn *n, const struct comparison *c, uint32_t r)
{
	uint32_t others = c->f->count[RIGHT][c->f->id[RIGHT][r]] - 1;

	return num_log2(&n->e->num, 2 * (uint64_t)others + 1) - c->log_rows;
}

int32_t learn_log_u(const struct learn *n, const struct comparison *c, unsigned level, int32_t shape,
	uint32_t l, uint32_t r)
{
	uint32_t count = 0, own = n->same ? 2 : 1; /* the candidate; in one table, the record too */

	if (c->how == LEARN_LONG)
		return -shape;
	if (c->f->listed && level == 0) {
		struct word_overlap o = words_compare(c->f, (struct pair){LEFT, RIGHT, l, r});
		return -o.rarest;
	}
	if (!count_level(c, level, l, &count))
		return c->how == LEARN_SHORT ? MAX(c->log_u[level], log_alike(n, c, r)) :
			c->log_u[level];
	bool self = n->same && (level == 0 || c->how >= LEARN_AMOUNT) &&
		(c->how != LEARN_AMOUNT || level == AMOUNT_EQUAL) &&
		(c->how != LEARN_DATE || (c->low[level] <= DATE_EQUAL && c->high[level] >= DATE_EQUAL));
	own = self ? 2 : 1;
	count = count > own ? count - own : 0;
	return num_log2(&n->e->num, 2 * (uint64_t)count + 1) - c->log_rows;
}
