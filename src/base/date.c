/*
 * Days and instants.
 */
#include "base/date.h"

#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)

/* One written part of a day: digits or a month's name. */
struct part {
	int value;
	int digits; /* 0: a name */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int days_in_month(int year, int month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

int date_from_civil(int year, int month, int day, int32_t *ret_day)
{
	int era, of_era, of_year;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
		day > days_in_month(year, month))
		return E_CELL_RANGE;
	year -= month <= 2; /* years start in March, so the leap day is the last */
	era = year / 400;
	of_era = year - era * 400;
	of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	*ret_day = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
	return 0;
}

void date_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = (int64_t)day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int of_era = (int)(z - era * 146097);
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int month = (5 * of_year + 2) / 153;

	*ret_day = of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = (int)(year + era * 400) + (*ret_month <= 2);
}

int date_weekday(int32_t day)
{
	int r = (day % 7 + 3) % 7; /* 1970-01-01 was a Thursday */

	return r < 0 ? r + 7 : r;
}

static bool take_char(struct sv *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static size_t take_blanks(struct sv *s)
{
	size_t n = 0;

	while (take_char(s, ' '))
		n++;
	return n;
}

/* Exactly digits digits with a value of at most max. */
static bool take_fixed(struct sv *s, int digits, int max, int *ret)
{
	int v = 0;

	if (s->n < (size_t)digits)
		return false;
	for (int i = 0; i < digits; i++) {
		if (!is_digit(s->p[i]))
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	if (v > max)
		return false;
	s->p += digits;
	s->n -= (size_t)digits;
	*ret = v;
	return true;
}

/* An English month name, whole or its first three letters ("Sept" too). */
static int month_number(struct sv name)
{
	static const char *const months[] = {"january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december"};

	if (sv_eq_nocase(name, SV("sept")))
		return 9;
	for (int i = 0; i < (int)ARRAY_LEN(months); i++) {
		struct sv whole = sv_from_cstr(months[i]);

		if (sv_eq_nocase(name, whole) || sv_eq_nocase(name, sv_from(whole.p, 3)))
			return i + 1;
	}
	return 0;
}

static bool take_part(struct sv *s, struct part *ret)
{
	size_t n = 0;

	*ret = (struct part){0};
	if (s->n && is_letter(s->p[0])) {
		while (n < s->n && is_letter(s->p[n]))
			n++;
		ret->value = month_number(sv_from(s->p, n));
		if (!ret->value)
			return false;
	} else {
		for (; n < s->n && is_digit(s->p[n]) && n < 8; n++)
			ret->value = ret->value * 10 + (s->p[n] - '0');
		if (n == 0)
			return false;
		ret->digits = (int)n;
	}
	s->p += n;
	s->n -= n;
	return true;
}

/* The mark between two parts: one of - / . or blanks, with a comma before the blanks allowed. */
static char take_mark(struct sv *s)
{
	bool comma;

	if (s->n && strchr("-/.", s->p[0])) {
		char mark = s->p[0];

		take_char(s, mark);
		if (mark == '.')
			take_blanks(s);
		return mark;
	}
	comma = take_char(s, ',');
	return take_blanks(s) || comma ? ' ' : 0;
}

/* Eight digits without marks. */
static void split_compact(int value, enum date_order order, int *year, int *month, int *day)
{
	int first = value / 1000000, second = value / 10000 % 100;

	if (order == DATE_YMD) {
		*year = value / 10000;
		*month = value / 100 % 100;
		*day = value % 100;
		return;
	}
	*year = value % 10000;
	*month = order == DATE_MDY ? first : second;
	*day = order == DATE_MDY ? second : first;
}

static bool read_parts(
	struct sv *s, enum date_order order, struct part first, int *year, int *month, int *day)
{
	/* of year, month, day */
	static const int8_t position[][3] = {
		[DATE_YMD] = {0, 1, 2}, [DATE_DMY] = {2, 1, 0}, [DATE_MDY] = {2, 0, 1}};
	struct part p[3] = {first};
	const struct part *y = &p[position[order][0]];
	const struct part *m = &p[position[order][1]];
	const struct part *d = &p[position[order][2]];
	char marks[2];

	for (int i = 0; i < 2; i++) {
		marks[i] = take_mark(s);
		if (!marks[i] || !take_part(s, &p[i + 1]))
			return false;
	}
	if (marks[0] != marks[1] && m->digits)
		return false;
	if ((y->digits != 4 && y->digits != 2) || d->digits < 1 || d->digits > 2 || m->digits > 2)
		return false;
	*year = y->digits == 4 ? y->value : y->value + (y->value < 70 ? 2000 : 1900);
	*month = m->value;
	*day = d->value;
	return true;
}

static bool take_offset(struct sv *s, int *ret_minutes)
{
	bool negative = take_char(s, '-');
	int hours, minutes = 0;

	if (!negative && !take_char(s, '+'))
		return false;
	if (!take_fixed(s, 2, 23, &hours))
		return false;
	if ((take_char(s, ':') || s->n) && !take_fixed(s, 2, 59, &minutes))
		return false;
	*ret_minutes = (negative ? -1 : 1) * (hours * 60 + minutes);
	return true;
}

static bool is_zone(struct sv s)
{
	static const char *const names[] = {"z", "utc", "gmt", "am", "pm"};
	int minutes;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sv_eq_nocase(s, sv_from_cstr(names[i])))
			return true;
	return take_offset(&s, &minutes) && s.n == 0;
}

/* Seconds' fraction as microseconds; further digits are dropped. */
static bool take_fraction(struct sv *s, int *ret_us)
{
	int us = 0, n = 0;

	for (; s->n && is_digit(s->p[0]); n++) {
		if (n < 6)
			us = us * 10 + (s->p[0] - '0');
		s->p++;
		s->n--;
	}
	if (n == 0)
		return false;
	for (; n < 6; n++)
		us *= 10;
	*ret_us = us;
	return true;
}

/* What may stand behind a day: nothing, or a time of day that is checked and dropped. */
static bool is_time_of_day(struct sv s)
{
	int ignored;

	if (!s.n)
		return true;
	if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_blanks(&s))
		return false;
	if (!take_fixed(&s, 2, 23, &ignored) && !take_fixed(&s, 1, 9, &ignored))
		return false;
	if (!take_char(&s, ':') || !take_fixed(&s, 2, 59, &ignored))
		return false;
	if (take_char(&s, ':')) {
		if (!take_fixed(&s, 2, 60, &ignored))
			return false;
		if ((take_char(&s, '.') || take_char(&s, ',')) && !take_fraction(&s, &ignored))
			return false;
	}
	take_blanks(&s);
	return !s.n || is_zone(s);
}

int date_parse(struct sv text, enum date_order order, int32_t *ret_day)
{
	struct sv s = sv_trim(text);
	struct part first;
	int year, month, day;

	if (!take_part(&s, &first))
		return E_CELL_TYPE;
	if (first.digits == 8)
		split_compact(first.value, order, &year, &month, &day);
	else if (!read_parts(&s, order, first, &year, &month, &day))
		return E_CELL_TYPE;
	if (!is_time_of_day(s))
		return E_CELL_TYPE;
	return date_from_civil(year, month, day, ret_day);
}

void date_format(int32_t day, struct buf *out)
{
	int y, m, d;

	date_to_civil(day, &y, &m, &d);
	buf_printf(out, "%04d-%02d-%02d", y, m, d);
}

void instant_format(int64_t us, struct buf *out)
{
	int64_t day = us / US_PER_DAY, rest = us % US_PER_DAY;
	int seconds;

	if (rest < 0) {
		rest += US_PER_DAY;
		day--;
	}
	seconds = (int)(rest / US_PER_SECOND);
	date_format((int32_t)day, out);
	buf_printf(out, "T%02d:%02d:%02d.%06dZ", seconds / 3600, seconds / 60 % 60, seconds % 60,
		(int)(rest % US_PER_SECOND));
}

static bool take_rfc3339_zone(struct sv *s, int *ret_minutes)
{
	*ret_minutes = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	return s->n == 6 && s->p[3] == ':' && take_offset(s, ret_minutes);
}

int instant_parse(struct sv text, int64_t *ret_us)
{
	int year, month, mday, hour, minute, second, us = 0, zone;
	struct sv s = text;
	int32_t day;

	if (!take_fixed(&s, 4, 9999, &year) || !take_char(&s, '-') ||
		!take_fixed(&s, 2, 12, &month) || !take_char(&s, '-') ||
		!take_fixed(&s, 2, 31, &mday) || date_from_civil(year, month, mday, &day))
		return E_INVALID;
	if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
		return E_INVALID;
	if (!take_fixed(&s, 2, 23, &hour) || !take_char(&s, ':') ||
		!take_fixed(&s, 2, 59, &minute) || !take_char(&s, ':') ||
		!take_fixed(&s, 2, 60, &second))
		return E_INVALID;
	if (take_char(&s, '.') && !take_fraction(&s, &us))
		return E_INVALID;
	if (!take_rfc3339_zone(&s, &zone) || s.n)
		return E_INVALID;
	*ret_us = day * US_PER_DAY + us +
		  (hour * INT64_C(3600) + (minute - zone) * INT64_C(60) + second) * US_PER_SECOND;
	return 0;
}
