/*
 * What the values of each column look like, and from that, with the column's name, its type. A
 * number format and a date order are properties of the file: the one that all columns fit best.
 */
#include "read/detect.h"

#include <string.h>

#include "read/cell.h"
#include "read/feed_make.h"
#include "read/maker.h"

/* In order of preference where several fit. */
const struct decimal_format detect_formats[DETECT_FORMATS] = {
	{'.', ','}, {',', '.'}, {'.', ' '}, {',', ' '}, {'.', '\''}, {',', '\''}, {'.', 0}};

/* A column of money or days is one when 95 of 100 values are: the others are mistakes to be shown.
 * What need not be a number is one only when all values are. */
#define MOSTLY(n, of) ((of) > 0 && (uint64_t)(n)*100 >= (uint64_t)(of)*95)

/* ---- values ---- */

static bool plausible_day(int32_t day)
{
	return day >= -25567 && day <= 47482; /* 1900 to 2099 */
}

static void look_at_date(struct detect_col *c, struct sv s)
{
	if (s.n < 6 || s.n > 40)
		return;
	for (int order = DATE_YMD; order <= DATE_MDY; order++) {
		int32_t day;

		if (cell_date(s, (enum date_order)order, &day) == 0 && plausible_day(day))
			c->dates[order]++;
	}
	const char *mark = s.n > 2 ? strpbrk((char[]){s.p[1], s.p[2], '\0'}, "./-") : NULL;
	if (mark != NULL && *mark == '.')
		c->dotted = true;
	if (mark != NULL && *mark != '.')
		c->slashed = true;
}

static uint32_t digits_behind(struct sv s, char mark)
{
	uint32_t n = 0;
	bool behind = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == mark) {
			behind = true;
			n = 0;
		} else if (behind && s.p[i] >= '0' && s.p[i] <= '9') {
			n++;
		}
	}
	return n;
}

/* The one currency that the text names by sign or code; 0: none. */
static int32_t named_currency(struct sv s)
{
	static const struct {
		struct sv sign;
		const char *code;
	} signs[] = {{{"\xe2\x82\xac", 3}, "EUR"}, {{"\xc2\xa3", 2}, "GBP"}};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (s.n >= signs[i].sign.n && memmem(s.p, s.n, signs[i].sign.p, signs[i].sign.n))
			return col_currency_pack(sv_from(signs[i].code, 3));
	for (size_t i = 0; i + 3 <= s.n; i++) {
		bool starts = i == 0 || !((s.p[i - 1] | 0x20) >= 'a' && (s.p[i - 1] | 0x20) <= 'z');
		bool ends =
			i + 3 == s.n || !((s.p[i + 3] | 0x20) >= 'a' && (s.p[i + 3] | 0x20) <= 'z');

		if (starts && ends && s.p[i] >= 'A' && s.p[i] <= 'Z') {
			int32_t packed = col_currency_pack(sv_from(s.p + i, 3));

			if (packed != 0)
				return packed;
		}
	}
	return 0;
}

static void look_at_number(struct detect_col *c, struct sv s)
{
	bool any = false;
	int64_t v = 0;

	if (s.n > 40)
		return;
	for (unsigned f = 0; f < DETECT_FORMATS; f++) {
		int rc = cell_amount(s, detect_formats[f], 6, ROUNDING_HALF_EVEN, 0, &v);

		if (rc == 0) {
			c->numbers[f]++;
			any = true;
		}
	}
	if (!any)
		return;
	int64_t plain;
	c->marked_numbers += memchr(s.p, '.', s.n) != NULL || memchr(s.p, ',', s.n) != NULL;
	c->money += cell_decimal(s, detect_formats[0], 6, ROUNDING_HALF_EVEN, &plain) != 0 &&
		    cell_decimal(s, detect_formats[1], 6, ROUNDING_HALF_EVEN, &plain) != 0 &&
		    !detect_is_date(s);
	c->negative += v < 0;
	c->leading_zero += s.n > 1 && s.p[0] == '0' && s.p[1] >= '0' && s.p[1] <= '9';
}

static void look_at_text(struct detect_col *c, struct sv s)
{
	static const struct mapping_field any = {0};
	int32_t packed;
	bool negative, digit = false;

	c->currencies += s.n == 3 && cell_currency(s, &packed) == 0;
	c->markers += s.n <= 6 && cell_marker(s, &any, &negative) == 0;
	c->spaced += memchr(s.p, ' ', s.n) != NULL;
	for (size_t i = 0; i < s.n && !digit; i++)
		digit = s.p[i] >= '0' && s.p[i] <= '9';
	c->with_digit += digit;
}

/* Distinct values, about: a bit per hash. */
#define SEEN_BITS 16384u

static bool seen_before(uint64_t *seen, struct sv s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 29;
	h &= SEEN_BITS - 1;
	bool before = seen[h / 64] >> (h % 64) & 1;
	seen[h / 64] |= UINT64_C(1) << (h % 64);
	return before;
}

static void look_at_column(struct detect *d, uint32_t i)
{
	struct detect_col *c = &d->cols[i];
	uint64_t seen[SEEN_BITS / 64] = {0};

	c->currency = named_currency(c->name);
	for (uint32_t r = d->first; r < d->nrows; r++) {
		if (d->rows[r].n != d->width)
			continue;
		struct sv s = cell_trim(d->rows[r].cells[i]);
		if (s.n == 0) {
			c->empty++;
			continue;
		}
		c->values++;
		c->distinct += !seen_before(seen, s);
		look_at_date(c, s);
		look_at_number(c, s);
		look_at_text(c, s);
		if (c->currency == 0 && c->money > 0)
			c->currency = named_currency(s);
	}
}

/* ---- file-wide formats ---- */

/* A column that any format reads as numbers. */
static bool numeric(const struct detect_col *c)
{
	for (unsigned f = 0; f < DETECT_FORMATS; f++)
		if (MOSTLY(c->numbers[f], c->values))
			return true;
	return false;
}

static bool any_date(const struct detect_col *c)
{
	return MOSTLY(c->dates[DATE_YMD], c->values) || MOSTLY(c->dates[DATE_DMY], c->values) ||
	       MOSTLY(c->dates[DATE_MDY], c->values);
}

static void choose_format(struct detect *d)
{
	uint64_t total[DETECT_FORMATS] = {0}, marked = 0;

	for (uint32_t i = 0; i < d->width; i++) {
		const struct detect_col *c = &d->cols[i];

		if (!numeric(c) || any_date(c))
			continue;
		marked += c->marked_numbers;
		for (unsigned f = 0; f < DETECT_FORMATS; f++)
			total[f] += c->numbers[f];
	}
	d->format = 0;
	for (unsigned f = 1; f < DETECT_FORMATS; f++)
		if (total[f] > total[d->format])
			d->format = f;
	/* "1,234" alone is a thousand or one and a bit: the delimiter says which is likelier. */
	bool rivals = marked > 0 && total[0] == total[1] && total[0] > 0;
	if (rivals && d->dialect.delimiter == ';')
		d->format = 1;
	d->format_sure = !rivals;
}

static void choose_order(struct detect *d)
{
	static const unsigned preference[] = {DATE_YMD, DATE_DMY, DATE_MDY};
	bool some = false;

	d->orders = 7;
	for (uint32_t i = 0; i < d->width; i++) {
		const struct detect_col *c = &d->cols[i];
		unsigned fits = 0;

		if (!any_date(c))
			continue;
		for (unsigned o = 0; o < 3; o++)
			fits |= (unsigned)(c->dates[o] == c->values) << o;
		for (unsigned o = 0; o < 3 && fits == 0; o++)
			fits |= (unsigned)MOSTLY(c->dates[o], c->values) << o;
		/* Days with dots are day first wherever they are used. */
		if (c->dotted && !c->slashed && (fits & 1u << DATE_DMY))
			fits = 1u << DATE_DMY;
		if (d->orders & fits)
			d->orders &= fits;
		some = true;
	}
	if (!some)
		d->orders = 1u << DATE_YMD;
	for (size_t i = 0; i < ARRAY_LEN(preference); i++)
		if (d->orders >> preference[i] & 1) {
			d->order = (enum date_order)preference[i];
			return;
		}
}

/* ---- types ---- */

static uint32_t share(uint32_t n, uint32_t of)
{
	return of == 0 ? 0 : (uint32_t)((uint64_t)n * 1000000 / of);
}

static bool money_role(enum name_role role)
{
	return role == NAME_AMOUNT || role == NAME_DEBIT || role == NAME_CREDIT ||
	       role == NAME_OUT || role == NAME_IN || role == NAME_BALANCE || role == NAME_FEE ||
	       role == NAME_TAX;
}

static bool code_role(enum name_role role)
{
	return role == NAME_CODE || role == NAME_REFERENCE || role == NAME_ACCOUNT;
}

static enum col_type number_type(const struct detect_col *c, enum name_role role)
{
	if (role == NAME_RATE)
		return COL_RATE;
	if (role == NAME_QUANTITY)
		return COL_QUANTITY;
	if (code_role(role) && c->marked_numbers == 0)
		return COL_CODE;
	if (money_role(role) || c->money > 0)
		return COL_AMOUNT;
	if (c->leading_zero > 0 && c->marked_numbers == 0)
		return COL_CODE;
	/* Two digits behind the mark throughout is how money is written. */
	if (c->marked_numbers * 2 > c->values && c->digits_behind <= 3 && c->digits_behind > 0)
		return COL_AMOUNT;
	return COL_NUMBER;
}

static void count_digits(struct detect *d, uint32_t i)
{
	struct detect_col *c = &d->cols[i];

	for (uint32_t r = d->first; r < d->nrows; r++)
		if (d->rows[r].n == d->width)
			c->digits_behind =
				MAX(c->digits_behind, digits_behind(cell_trim(d->rows[r].cells[i]),
							      detect_formats[d->format].decimal));
}

/* Text or a code: what never refuses a value. */
static void choose_text(struct detect_col *c, enum name_role role)
{
	c->type = COL_TEXT;
	c->confidence = role != NAME_NONE ? 980000 : 900000;
	if (c->values == 0)
		return;
	if ((c->spaced == 0 && MOSTLY(c->with_digit, c->values)) ||
		(code_role(role) && c->spaced * 4 <= c->values))
		c->type = COL_CODE;
}

static bool choose_number(struct detect *d, uint32_t i, enum name_role role)
{
	struct detect_col *c = &d->cols[i];
	uint32_t fit = c->numbers[d->format];

	if (!MOSTLY(fit, c->values))
		return false;
	count_digits(d, i);
	c->type = number_type(c, role);
	if (c->type != COL_AMOUNT && fit < c->values)
		return false;
	c->confidence = share(fit, c->values);
	if (role == NAME_NONE)
		c->confidence = c->confidence / 10 * 9;
	return true;
}

static void choose_type(struct detect *d, uint32_t i)
{
	struct detect_col *c = &d->cols[i];
	enum name_role role = detect_name_role(c->name);

	if (MOSTLY(c->dates[d->order], c->values)) {
		c->type = COL_DATE;
		c->confidence = share(c->dates[d->order], c->values);
	} else if (MOSTLY(c->currencies, c->values) &&
		   (role == NAME_CURRENCY || c->distinct * 4 <= c->values + 4)) {
		c->type = COL_CURRENCY;
		c->confidence = share(c->currencies, c->values);
	} else if (!choose_number(d, i, role)) {
		choose_text(c, role);
	}
}

/* Without money the records are people or things: their numbers are names, and a mistyped birthday
 * must not cost the row. */
static void relax_types(struct detect *d)
{
	for (uint32_t i = 0; i < d->width; i++)
		if (d->cols[i].type == COL_AMOUNT)
			return;
	for (uint32_t i = 0; i < d->width; i++) {
		struct detect_col *c = &d->cols[i];

		if (c->type == COL_NUMBER && c->digits_behind == 0)
			c->type = COL_CODE;
		if (c->type == COL_DATE && c->dates[d->order] < c->values)
			choose_text(c, detect_name_role(c->name));
	}
}

int detect_types(struct detect *d, struct err *err)
{
	static const struct sv nameless[READ_COLUMNS_MAX];
	const struct sv *header = nameless;
	uint32_t n = 0;

	d->cols = ARENA_ARRAY(d->arena, d->width, struct detect_col);
	for (uint32_t r = d->dialect.header_row; header != NULL && r > 0 && r <= d->first; r++)
		header = feed_join_header(
			header, n, d->rows[r - 1].cells, d->rows[r - 1].n, &n, d->arena);
	struct sv *names = header == NULL ? NULL : maker_names(header, d->width, d->arena);
	if (d->cols == NULL || names == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < d->width; i++) {
		d->cols[i].name = names[i];
		look_at_column(d, i);
	}
	choose_format(d);
	choose_order(d);
	for (uint32_t i = 0; i < d->width; i++)
		choose_type(d, i);
	relax_types(d);
	return 0;
}
