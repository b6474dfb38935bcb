/*
 * Cells of workbooks as text. All arithmetic on numbers is on their decimal digits.
 */
#include "read/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "read/number.h"
#include "read/plant.h"
#include "read/read.h"

/* ---- a row ---- */

struct sheet_cell {
	const char *p; /* NULL: in text */
	size_t at, n;
};

struct sheet_row {
	struct buf text;
	uint32_t n; /* one more than the last column that was put */
	struct sheet_cell cells[READ_COLUMNS_MAX];
	struct sv given[READ_COLUMNS_MAX + 1];
};

int sheet_row_new(struct sheet_row **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	if (*ret == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	buf_init(&(*ret)->text, READ_ROW_MAX);
	return 0;
}

void sheet_row_free(struct sheet_row **r)
{
	if (*r == NULL)
		return;
	buf_free(&(*r)->text);
	free(*r);
	*r = NULL;
}

void sheet_row_reset(struct sheet_row *r)
{
	buf_reset(&r->text);
	r->n = 0;
}

void sheet_row_put(struct sheet_row *r, uint32_t column, struct sv s, bool copy)
{
	if (s.n == 0)
		return;
	if (column >= READ_COLUMNS_MAX) {
		r->n = READ_COLUMNS_MAX + 1;
		return;
	}
	while (r->n <= column)
		r->cells[r->n++] = (struct sheet_cell){0};
	r->cells[column] = (struct sheet_cell){copy ? NULL : s.p, r->text.n, s.n};
	if (copy)
		buf_add_sv(&r->text, s);
}

int sheet_row_feed(struct sheet_row *r, uint32_t line, struct feed *to, struct err *err)
{
	uint32_t n = MIN(r->n, READ_COLUMNS_MAX);

	if (!buf_ok(&r->text))
		return r->text.error == E_LIMIT
			       ? err_set(err, E_LIMIT, "Row %u is larger than %u bytes.", line,
					 READ_ROW_MAX)
			       : err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < n; i++) {
		const struct sheet_cell *c = &r->cells[i];

		r->given[i] = sv_from(c->p != NULL ? c->p : buf_cstr(&r->text) + c->at, c->n);
	}
	r->given[READ_COLUMNS_MAX] = SV("");
	const struct feed_row row = {.line = line, .cells = r->given, .n = r->n};
	return feed_row(to, &row, err);
}

int sheet_feed_gap(uint32_t next, uint32_t line, struct feed *to, struct err *err)
{
	static const struct sv none;
	int rc = 0;

	for (; rc == 0 && next < line; next++)
		rc = feed_row(to, &(struct feed_row){.line = next, .cells = &none}, err);
	return rc;
}

bool sheet_column_of(struct sv reference, uint32_t *ret)
{
	uint32_t column = 0;
	size_t i = 0;

	for (; i < reference.n && i < 4; i++) {
		unsigned letter = ((unsigned char)reference.p[i] | 0x20u) - 'a';

		if (letter > 25)
			break;
		column = column * 26 + letter + 1;
	}
	if (i == 0 || column > SHEET_COLUMNS_MAX)
		return false;
	*ret = column - 1;
	return true;
}

/* ---- shared strings ---- */

void sheet_strings_init(struct sheet_strings *s, size_t limit)
{
	buf_init(&s->text, limit);
}

void sheet_strings_free(struct sheet_strings *s)
{
	buf_free(&s->text);
	buf_free(&s->ends);
	s->n = 0;
}

bool sheet_strings_end(struct sheet_strings *s)
{
	uint32_t end = (uint32_t)s->text.n;

	buf_add(&s->ends, &end, sizeof(end));
	s->n++;
	return buf_ok(&s->text) && buf_ok(&s->ends);
}

bool sheet_strings_at(const struct sheet_strings *s, uint32_t i, struct sv *ret)
{
	uint32_t from = 0, to = 0;

	if (i >= s->n && !PLANTED)
		return false;
	if (i > 0)
		memcpy(&from, s->ends.p + (i - 1) * sizeof(from), sizeof(from));
	memcpy(&to, s->ends.p + i * sizeof(to), sizeof(to));
	*ret = sv_from(buf_cstr(&s->text) + from, to - from);
	return true;
}

/* ---- numbers ---- */

/* Up to 15 digits and at most a point and a minus: as it is, which most are. */
static bool is_plain(struct sv s)
{
	size_t i = s.n > 0 && s.p[0] == '-', digits = 0, points = 0;
	size_t first = i;

	for (; i < s.n; i++) {
		digits += s.p[i] >= '0' && s.p[i] <= '9';
		points += s.p[i] == '.';
	}
	return digits > 0 && digits <= SHEET_DIGITS && points <= 1 &&
	       digits + points == s.n - first && s.p[first] != '.' && s.p[s.n - 1] != '.' &&
	       (points == 0 || s.p[s.n - 1] != '0') &&
	       !(s.n - first > 1 && s.p[first] == '0' && s.p[first + 1] != '.') &&
	       !(first == 1 && digits == 1 && s.p[1] == '0');
}

void sheet_put_number(struct sv text, struct buf *out)
{
	struct number v;

	if (is_plain(text) || !number_read(text, &v)) {
		buf_add_sv(out, text);
		return;
	}
	number_round(&v, SHEET_DIGITS);
	number_put(&v, out);
}

void sheet_put_double(double v, struct buf *out)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%.*e", SHEET_DIGITS - 1, v);

	sheet_put_number(sv_from(text, (size_t)MAX(n, 0)), out);
}

/* ---- days ---- */

#define SERIAL_MAX 2958465 /* 9999-12-31, counted from 1900 */
#define DAY_SECONDS 86400

/* Whole days, and the seconds of the rest to the nearest one. */
static bool read_serial(struct sv text, int64_t *ret_days, int64_t *ret_seconds)
{
	struct number v;
	int64_t days = 0, part = 0, unit = 1;

	if (!number_read(text, &v) || v.negative || v.point > 7)
		return false;
	number_round(&v, SHEET_DIGITS);
	for (int i = 0; i < v.point; i++)
		days = days * 10 + (i < v.n ? v.d[i] - '0' : 0);
	for (int i = v.point; i < MIN(v.n, v.point + 12); i++) {
		part = part * 10 + (i < 0 ? 0 : v.d[i] - '0');
		unit *= 10;
	}
	int64_t seconds = (int64_t)(((__int128)part * DAY_SECONDS + unit / 2) / unit);
	*ret_days = days + seconds / DAY_SECONDS;
	*ret_seconds = seconds % DAY_SECONDS;
	return true;
}

/* The first workbook program took 1900 for a leap year; all have kept its serial 60. */
static bool day_of_serial(int64_t days, bool from_1904, int32_t *ret)
{
	int32_t first = 0;

	if (days > SERIAL_MAX)
		return false;
	if (from_1904) {
		if (date_from_civil(1904, 1, 1, &first) != 0)
			return false;
	} else {
		if (days == 0 || days == 60 || date_from_civil(1899, 12, 30, &first) != 0)
			return false;
		first += days < 60;
	}
	*ret = first + (int32_t)days;
	return *ret <= DATE_MAX;
}

static void put_time(int64_t seconds, struct buf *out)
{
	buf_printf(out, "%02lld:%02d:%02d", (long long)(seconds / 3600), (int)(seconds / 60 % 60),
		(int)(seconds % 60));
}

void sheet_put_serial(struct sv text, enum sheet_kind kind, bool from_1904, struct buf *out)
{
	int64_t days, seconds;
	int32_t day;

	if (!read_serial(text, &days, &seconds)) {
		sheet_put_number(text, out);
		return;
	}
	if (kind == SHEET_TIME) {
		put_time(days * DAY_SECONDS + seconds, out);
		return;
	}
	if (!day_of_serial(days, from_1904, &day)) {
		sheet_put_number(text, out);
		return;
	}
	date_format(day, out);
	if (kind == SHEET_DATE_TIME && seconds > 0) {
		buf_add_char(out, 'T');
		put_time(seconds, out);
	}
}

void sheet_put_value(struct sv text, enum sheet_kind kind, bool from_1904, struct buf *out)
{
	if (kind == SHEET_NUMBER || kind == SHEET_TEXT)
		sheet_put_number(text, out);
	else
		sheet_put_serial(text, kind, from_1904, out);
}

/* ---- number formats ---- */

/* The next character of a format's code that stands for part of the value; 0 at the end of the
 * section for positive numbers. *ret_elapsed: [h], [m] or [s]. */
static char next_symbol(struct sv *s, bool *ret_elapsed)
{
	*ret_elapsed = false;
	while (s->n > 0) {
		char c = s->p[0];
		size_t used = 1;

		if (c == ';')
			return '\0';
		if (c == '"' || c == '[') {
			const char *end = memchr(s->p + 1, c == '"' ? '"' : ']', s->n - 1);

			used = end == NULL ? s->n : (size_t)(end - s->p) + 1;
			char inside = s->n > 1 ? (char)(s->p[1] | 0x20) : '\0';
			*ret_elapsed = c == '[' &&
				       (inside == 'h' || inside == 'm' || inside == 's') &&
				       (used == 3 || (used == 4 && (s->p[2] | 0x20) == inside));
		} else if (c == '\\' || c == '_' || c == '*') {
			used = MIN(s->n, (size_t)2);
		} else if (s->n >= 5 && sv_eq_nocase(sv_from(s->p, 5), SV("AM/PM"))) {
			used = 5;
		} else if (s->n >= 7 && sv_eq_nocase(sv_from(s->p, 7), SV("General"))) {
			used = 7;
		} else {
			*s = sv_from(s->p + 1, s->n - 1);
			return c;
		}
		*s = sv_from(s->p + used, s->n - used);
		if (*ret_elapsed)
			return 'h';
	}
	return '\0';
}

enum sheet_kind sheet_kind_of_code(struct sv code)
{
	bool day = false, month = false, time = false, text = false, digit = false, elapsed;

	for (char c; (c = next_symbol(&code, &elapsed)) != '\0';) {
		char low = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;

		day = day || low == 'd' || low == 'y';
		month = month || low == 'm';
		time = time || low == 'h' || low == 's';
		text = text || c == '@';
		digit = digit || c == '0' || c == '#' || c == '?';
	}
	if (day || (month && !time))
		return time ? SHEET_DATE_TIME : SHEET_DATE;
	if (time)
		return SHEET_TIME;
	return text && !digit ? SHEET_TEXT : SHEET_NUMBER;
}

enum sheet_kind sheet_kind_of_id(uint32_t id)
{
	if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 ||
		(id >= 50 && id <= 54) || id == 57 || id == 58)
		return SHEET_DATE;
	if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) ||
		id == 55 || id == 56)
		return SHEET_TIME;
	return id == 22 ? SHEET_DATE_TIME : id == 49 ? SHEET_TEXT : SHEET_NUMBER;
}
