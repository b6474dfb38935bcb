/*
 * Typed cells. The fast paths take exactly what they are sure of and leave all else, errors too, to
 * the general parsers, so that there is one definition of what is a number or a day.
 */
#include "read/cell.h"

#include <string.h>

#include "base/currency.h"

struct sv cell_trim_slow(struct sv s)
{
	static const struct sv spaces[] = {{"\xc2\xa0", 2}, {"\xe2\x80\xaf", 3}};
	size_t before;

	do {
		s = sv_trim(s);
		before = s.n;
		for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
			if (sv_starts_with(s, spaces[i]))
				s = sv_from(s.p + spaces[i].n, s.n - spaces[i].n);
			if (sv_ends_with(s, spaces[i]))
				s.n -= spaces[i].n;
		}
	} while (s.n != before);
	return s;
}

/* ---- days ---- */

static inline unsigned digit(const char *p)
{
	return (unsigned)(unsigned char)*p - '0';
}

/* Two digits; more than 99 when one is none. */
static inline unsigned two(const char *p)
{
	unsigned a = digit(p), b = digit(p + 1);

	return a > 9 || b > 9 ? 1000 : a * 10 + b;
}

/* In every year. */
static const uint8_t month_days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

/* Ten characters, two equal marks at the given places. */
static bool fast_date(struct sv s, enum date_order order, int32_t *ret)
{
	unsigned year, month, day;
	char mark = order == DATE_YMD ? s.p[4] : s.p[2];

	if (mark != '-' && mark != '.' && mark != '/')
		return false;
	if (order == DATE_YMD) {
		if (s.p[7] != mark)
			return false;
		year = two(s.p) * 100 + two(s.p + 2);
		month = two(s.p + 5);
		day = two(s.p + 8);
	} else {
		if (s.p[5] != mark)
			return false;
		day = two(s.p);
		month = two(s.p + 3);
		year = two(s.p + 6) * 100 + two(s.p + 8);
		if (order == DATE_MDY) {
			unsigned t = day;

			day = month;
			month = t;
		}
	}
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
		day > month_days[month])
		return false;
	/* As date_from_civil (Hinnant), for a day that the month has in every year. */
	unsigned y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
	unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	*ret = (int32_t)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year) -
	       719468;
	return true;
}

int cell_date(struct sv s, enum date_order order, int32_t *ret)
{
	if (s.n == 10 && fast_date(s, order, ret))
		return 0;
	return date_parse(s, order, ret);
}

/* ---- numbers ---- */

/* An optional minus, up to 17 digits in all, one decimal mark with at most scale digits behind. */
static bool fast_decimal(struct sv s, char mark, int scale, int64_t *ret)
{
	static const int64_t pow10[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
	const char *p = s.p, *end = s.p + s.n;
	bool negative = s.n > 0 && *p == '-';
	uint64_t v = 0;
	const char *first, *mark_at = NULL;

	p += negative;
	first = p;
	if (end - p < 1 || end - p > 18)
		return false;
	for (; p < end; p++) {
		unsigned d = digit(p);

		if (d <= 9) {
			v = v * 10 + d;
		} else {
			if (*p != mark || mark_at != NULL || p == first)
				return false;
			mark_at = p;
		}
	}
	ptrdiff_t fraction = mark_at == NULL ? 0 : end - mark_at - 1;
	if (fraction > scale || (mark_at != NULL && fraction == 0) || scale - fraction > 6)
		return false;
	if (v > 100000000000) /* then the power below cannot leave 10^17 */
		return false;
	int64_t units = (int64_t)v * pow10[scale - fraction];
	*ret = negative ? -units : units;
	return true;
}

/* Rounds away the last n digits. */
static int64_t round_off(int64_t units, int n, enum mapping_rounding rounding)
{
	int64_t unit = decimal_pow10(n), half = unit / 2;
	int64_t whole = units / unit, rest = units % unit;
	int64_t magnitude = rest < 0 ? -rest : rest;
	bool up = magnitude > half ||
		  (magnitude == half && (rounding == ROUNDING_HALF_UP || whole % 2 != 0));

	return whole + (up ? (units < 0 ? -1 : 1) : 0);
}

static int parse_rounded(struct sv s, struct decimal_format format, int scale,
	enum mapping_rounding rounding, int64_t *ret)
{
	for (int finer = 1; finer <= 8 && scale + finer <= DECIMAL_SCALE_MAX; finer++) {
		int64_t units;
		int rc = decimal_parse(s, format, scale + finer, &units);

		if (rc == E_CELL_RANGE)
			continue;
		if (rc == 0)
			*ret = round_off(units, finer, rounding);
		return rc;
	}
	return E_CELL_RANGE;
}

int cell_decimal(struct sv s, struct decimal_format format, int scale,
	enum mapping_rounding rounding, int64_t *ret)
{
	if (fast_decimal(s, format.decimal, scale, ret))
		return 0;
	int rc = decimal_parse(s, format, scale, ret);
	if (rc == E_CELL_RANGE && rounding != ROUNDING_NONE)
		rc = parse_rounded(s, format, scale, rounding, ret);
	return rc;
}

/* ---- money ---- */

static const struct {
	struct sv sign;
	char code[4]; /* "" for a sign that several currencies share */
} signs[] = {
	{{"\xe2\x82\xac", 3}, "EUR"},
	{{"$", 1}, ""},
	{{"\xc2\xa3", 2}, "GBP"},
	{{"\xc2\xa5", 2}, ""},
	{{"\xe2\x82\xb9", 3}, "INR"},
	{{"z\xc5\x82", 3}, "PLN"},
	{{"kr", 2}, ""},
	{{"K\xc4\x8d", 3}, "CZK"},
	{{"\xe2\x82\xa9", 3}, "KRW"},
	{{"\xe2\x82\xba", 3}, "TRY"},
	{{"R$", 2}, "BRL"},
	{{"\xe2\x82\xaa", 3}, "ILS"},
};

static bool drop(struct sv *s, struct sv what, bool at_end)
{
	if (at_end ? !sv_ends_with(*s, what) : !sv_starts_with(*s, what))
		return false;
	if (!at_end)
		s->p += what.n;
	s->n -= what.n;
	*s = cell_trim(*s);
	return true;
}

/* One currency sign at either end. Bytes are compared first: most cells of a file have none. */
static void drop_sign(struct sv *s)
{
	if (s->n == 0)
		return;
	char head = s->p[0], tail = s->p[s->n - 1];
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		struct sv sign = signs[i].sign;
		if ((head == sign.p[0] && drop(s, sign, false)) ||
			(tail == sign.p[sign.n - 1] && drop(s, sign, true)))
			return;
	}
}

static bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* A code of three letters at one end, the given currency's or any. */
static bool drop_code(struct sv *s, int32_t currency, bool at_end)
{
	if (s->n < 4)
		return false;
	struct sv code = sv_from(at_end ? s->p + s->n - 3 : s->p, 3);
	int32_t found = col_currency_pack(code);

	if (found == 0 || (currency != 0 && found != currency))
		return false;
	return drop(s, code, at_end);
}

/* A trailing CR or DR, or one in front of nothing else. */
static bool drop_marker(struct sv *s, bool *ret_negative)
{
	struct sv end = sv_from(s->p + (s->n >= 2 ? s->n - 2 : 0), s->n >= 2 ? 2 : 0);

	if (sv_eq_nocase(end, SV("CR")))
		*ret_negative = false;
	else if (sv_eq_nocase(end, SV("DR")))
		*ret_negative = true;
	else
		return false;
	return drop(s, end, true);
}

int cell_amount(struct sv s, struct decimal_format format, int scale,
	enum mapping_rounding rounding, int32_t currency, int64_t *ret)
{
	int rc = cell_decimal(s, format, scale, rounding, ret);

	if (rc != E_CELL_TYPE || s.n == 0)
		return rc;
	bool negative = false, marked = drop_marker(&s, &negative), minus = false;
	/* A minus in front of the sign: -$12.00 */
	if (s.n > 1 && s.p[0] == '-' && (s.p[1] < '0' || s.p[1] > '9')) {
		minus = true;
		drop(&s, SV("-"), false);
	}
	drop_sign(&s);
	if (s.n > 0 && is_letter(s.p[0]))
		drop_code(&s, currency, false);
	else if (s.n > 0 && is_letter(s.p[s.n - 1]))
		drop_code(&s, currency, true);
	int64_t units;
	rc = cell_decimal(s, format, scale, rounding, &units);
	if (rc != 0)
		return rc;
	if ((marked || minus) && units < 0) /* two signs */
		return E_CELL_TYPE;
	*ret = (marked && negative) != minus ? -units : units;
	return 0;
}

int cell_currency(struct sv s, int32_t *ret)
{
	int32_t packed = s.n == 3 ? col_currency_pack(s) : 0;

	for (size_t i = 0; i < ARRAY_LEN(signs) && packed == 0; i++)
		if (signs[i].code[0] != '\0' && sv_eq(s, signs[i].sign))
			packed = col_currency_pack(sv_from(signs[i].code, 3));
	if (packed == 0)
		return E_CURRENCY;
	*ret = packed;
	return 0;
}

int cell_marker(struct sv s, const struct mapping_field *f, bool *ret_negative)
{
	static const char *const negative[] = {"D", "DR", "DB", "DEBIT", "S", "SOLL", "-"};
	static const char *const positive[] = {"C", "CR", "CREDIT", "H", "HABEN", "+"};

	for (uint32_t i = 0; i < f->nnegative; i++)
		if (sv_eq_nocase(s, f->negative[i])) {
			*ret_negative = true;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_LEN(negative) && f->nnegative == 0; i++)
		if (sv_eq_nocase(s, sv_from_cstr(negative[i]))) {
			*ret_negative = true;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_LEN(positive); i++)
		if (sv_eq_nocase(s, sv_from_cstr(positive[i]))) {
			*ret_negative = false;
			return 0;
		}
	/* With markers of its own, what is none of them is positive unless it is empty. */
	if (f->nnegative == 0 || s.n == 0)
		return E_CELL_TYPE;
	*ret_negative = false;
	return 0;
}
