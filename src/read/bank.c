/*
 * Entries and statements of banks on their way to the feed.
 */
#include "read/bank.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "read/maker_private.h"
#include "read/rows.h"

#define NAME_LIMIT 120u /* bytes of an account or number */
#define PAGE_LIMIT 40u
#define CELL_LIMIT (ROWS_CELL_MAX + 1) /* what is longer is rejected with its row */

/* The columns of each format, which the feed keeps pointing to. */
#define IF_0(...)
#define IF_1(...) __VA_ARGS__
#define COLUMN(name, field, type, required) {name, field, COL_##type, required},

static const struct feed_column mt940_columns[] = {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif)                         \
	IF_##mt940(COLUMN(name, field, type, required))
#include "read/bank_column.def"
#undef BANK
};
static const struct feed_column camt_columns[] = {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif)                         \
	IF_##camt(COLUMN(name, field, type, required))
#include "read/bank_column.def"
#undef BANK
};
static const struct feed_column bai2_columns[] = {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif)                         \
	IF_##bai2(COLUMN(name, field, type, required))
#include "read/bank_column.def"
#undef BANK
};
static const struct feed_column ofx_columns[] = {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif)                         \
	IF_##ofx(COLUMN(name, field, type, required))
#include "read/bank_column.def"
#undef BANK
};
static const struct feed_column qif_columns[] = {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif)                         \
	IF_##qif(COLUMN(name, field, type, required))
#include "read/bank_column.def"
#undef BANK
};

static const struct {
	const struct feed_column *columns;
	uint32_t n;
} formats[] = {
	[BANK_MT940] = {mt940_columns, ARRAY_LEN(mt940_columns)},
	[BANK_CAMT] = {camt_columns, ARRAY_LEN(camt_columns)},
	[BANK_BAI2] = {bai2_columns, ARRAY_LEN(bai2_columns)},
	[BANK_OFX] = {ofx_columns, ARRAY_LEN(ofx_columns)},
	[BANK_QIF] = {qif_columns, ARRAY_LEN(qif_columns)},
};

static const struct {
	bool in[BANK_QIF + 1];
} members[] = {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif)                         \
	{{mt940, camt, bai2, ofx, qif}},
#include "read/bank_column.def"
#undef BANK
};

int bank_open(struct bank *b, enum bank_format format, struct feed *to, struct err *err)
{
	*b = (struct bank){.to = to};
	for (int c = 0; c < BANK_COLUMN_COUNT; c++) {
		b->place[c] = members[c].in[format] ? (int8_t)b->ncolumns++ : -1;
		buf_init(&b->cell[c], CELL_LIMIT);
	}
	buf_init(&b->raw, 2 * CELL_LIMIT);
	return feed_columns(to, formats[format].columns, formats[format].n, err);
}

void bank_close(struct bank *b)
{
	for (int c = 0; c < BANK_COLUMN_COUNT; c++)
		buf_free(&b->cell[c]);
	buf_free(&b->raw);
	buf_free(&b->account);
	buf_free(&b->number);
}

/* ---- cells ---- */

void bank_put(struct bank *b, enum bank_column c, struct sv text)
{
	buf_reset(&b->cell[c]);
	buf_add_sv(&b->cell[c], sv_trim(text));
}

void bank_add(struct bank *b, enum bank_column c, struct sv text, const char *between)
{
	if (text.n == 0)
		return;
	if (b->cell[c].n > 0)
		buf_add_cstr(&b->cell[c], between);
	buf_add_sv(&b->cell[c], text);
}

bool bank_has(const struct bank *b, enum bank_column c)
{
	return b->cell[c].n > 0;
}

void bank_put_day(struct bank *b, enum bank_column c, int year, int month, int day)
{
	buf_reset(&b->cell[c]);
	buf_printf(&b->cell[c], "%04d-%02d-%02d", year, month, day);
}

/* With a point; a comma that is a decimal mark becomes one. */
static void add_decimal(struct buf *out, struct sv digits)
{
	bool point = sv_find(digits, '.') >= 0;

	for (size_t i = 0; i < digits.n; i++)
		buf_add_char(out, digits.p[i] == ',' && !point ? '.' : digits.p[i]);
	if (out->n > 0 && out->p[out->n - 1] == '.') /* 15, */
		buf_add_char(out, '0');
}

void bank_put_amount(struct bank *b, enum bank_column c, bool negative, struct sv digits)
{
	buf_reset(&b->cell[c]);
	digits = sv_trim(digits);
	if (negative && digits.n > 0)
		buf_add_char(&b->cell[c], '-');
	add_decimal(&b->cell[c], digits);
}

void bank_raw(struct bank *b, struct sv text)
{
	if (b->raw.n > 0)
		buf_add_char(&b->raw, '\n');
	buf_add_sv(&b->raw, text);
}

void bank_entry_drop(struct bank *b)
{
	for (int c = 0; c < BANK_COLUMN_COUNT; c++)
		buf_reset(&b->cell[c]);
	buf_reset(&b->raw);
	b->pending = false;
}

/* What every entry has from its statement, unless it says otherwise. */
static void put_common(struct bank *b)
{
	char currency[4];

	if (!b->open)
		return;
	if (!bank_has(b, BANK_CURRENCY) && b->st.currency != 0) {
		col_currency_unpack(b->st.currency, currency);
		bank_put(b, BANK_CURRENCY, sv_from_cstr(currency));
	}
	if (!bank_has(b, BANK_ACCOUNT))
		bank_put(b, BANK_ACCOUNT, buf_sv(&b->account));
	if (!bank_has(b, BANK_STATEMENT))
		bank_put(b, BANK_STATEMENT, buf_sv(&b->number));
}

/* Adds the entry to its statement's sum. Without one there is no proof. */
static void add_up(struct bank *b)
{
	static const struct decimal_format plain = {'.', 0};
	struct sv code = buf_sv(&b->cell[BANK_CURRENCY]);
	int32_t currency = code.n == 0 ? b->st.currency : col_currency_pack(code);
	int64_t minor;

	if (!b->open || b->pending)
		return;
	b->st.entries++;
	if (currency != b->st.currency ||
		decimal_parse(buf_sv(&b->cell[BANK_AMOUNT]), plain, b->st.scale, &minor) != 0) {
		b->unprovable = true;
		return;
	}
	b->side[minor >= 0].n++;
	b->side[minor >= 0].sum += minor;
}

static int feed_long(struct bank *b, uint32_t line, struct err *err)
{
	const struct feed_reject reject = {.line = line,
		.code = E_CELL_RANGE,
		.detail = "A cell is longer than a cell can be.",
		.raw = buf_sv(&b->raw)};

	return feed_reject(b->to, &reject, err);
}

int bank_entry_end(struct bank *b, uint32_t line, struct err *err)
{
	struct sv cells[BANK_COLUMN_COUNT];
	struct feed_row row = {.line = line, .cells = cells, .n = b->ncolumns};
	int error = b->raw.error == E_NO_MEMORY ? E_NO_MEMORY : 0;

	put_common(b);
	for (int c = 0; c < BANK_COLUMN_COUNT; c++) {
		if (b->cell[c].error != 0 && error != E_NO_MEMORY)
			error = b->cell[c].error;
		if (b->place[c] >= 0)
			cells[b->place[c]] = sv_trim(buf_sv(&b->cell[c]));
	}
	if (error == E_NO_MEMORY)
		return err_set(err, E_NO_MEMORY, NULL);
	if (b->raw.n > 0)
		row.raw = buf_sv(&b->raw);
	add_up(b);
	int rc = error == 0 ? feed_row(b->to, &row, err) : feed_long(b, line, err);
	bank_entry_drop(b);
	return rc;
}

/* ---- statements ---- */

void bank_statement_begin(struct bank *b, uint32_t line)
{
	b->st = (struct statement){.line = line, .scale = 2};
	buf_reset(&b->account);
	buf_reset(&b->number);
	memset(b->side, 0, sizeof(b->side));
	b->unprovable = false;
	b->open = true;
}

void bank_account(struct bank *b, struct sv account)
{
	buf_reset(&b->account);
	maker_add_clean(&b->account, sv_trim(account), NAME_LIMIT);
}

void bank_number(struct bank *b, struct sv number)
{
	buf_reset(&b->number);
	maker_add_clean(&b->number, sv_trim(number), NAME_LIMIT);
}

void bank_page(struct bank *b, struct sv page)
{
	if (page.n == 0)
		return;
	buf_add_char(&b->number, '/');
	maker_add_clean(&b->number, sv_trim(page), PAGE_LIMIT);
}

void bank_currency(struct bank *b, struct sv code)
{
	int32_t packed = col_currency_pack(sv_trim(code));

	if (packed == 0)
		return;
	b->st.currency = packed;
	b->st.scale = (uint8_t)col_currency_exponent(packed);
}

static bool parse_money(struct sv text, int scale, int64_t *ret)
{
	static const struct decimal_format plain = {'.', 0};
	struct buf decimal CLEANUP(buf_free) = BUF_INIT;

	add_decimal(&decimal, sv_trim(text));
	return decimal_parse(buf_sv(&decimal), plain, scale, ret) == 0;
}

bool bank_balance(bool negative, struct sv text, struct sv currency, const int32_t *day,
	struct statement_balance *ret)
{
	struct statement_balance balance = {.known = true, .has_day = day != NULL};
	int scale = col_currency_exponent(col_currency_pack(sv_trim(currency)));

	if (!parse_money(text, scale, &balance.minor))
		return false;
	if (negative)
		balance.minor = -balance.minor;
	if (day != NULL)
		balance.day = *day;
	*ret = balance;
	return true;
}

static void add_check(struct bank *b, const char *what, int64_t said, int64_t found, bool money)
{
	if (b->st.nchecks < STATEMENT_CHECKS)
		b->st.checks[b->st.nchecks++] = (struct statement_check){what, said, found, money};
}

void bank_check_count(struct bank *b, const char *what, int64_t said, int64_t found)
{
	add_check(b, what, said, found, false);
}

void bank_check_amount(struct bank *b, const char *what, struct sv said, __int128 found)
{
	int64_t minor;

	if (found < 0)
		found = -found;
	if (found <= INT64_MAX && parse_money(said, b->st.scale, &minor))
		add_check(b, what, minor < 0 ? -minor : minor, (int64_t)found, true);
}

void bank_days(struct bank *b, int32_t from, int32_t to)
{
	b->st.has_days = from <= to;
	b->st.from = from;
	b->st.to = to;
}

/* Without days of its own, a statement is about those of its balances. */
static void days_of_balances(struct statement *st)
{
	if (st->has_days || !st->closing.has_day)
		return;
	st->to = st->closing.day;
	st->from = st->opening.has_day ? MIN(st->opening.day, st->to) : st->to;
	st->has_days = true;
}

int bank_statement_end(struct bank *b, struct err *err)
{
	struct statement *st = &b->st;

	if (!buf_ok(&b->account) || !buf_ok(&b->number))
		return err_set(err, E_NO_MEMORY, NULL);
	st->account = buf_sv(&b->account);
	st->number = buf_sv(&b->number);
	days_of_balances(st);
	__int128 sum = b->side[0].sum + b->side[1].sum;
	if (sum > INT64_MAX || sum < INT64_MIN)
		b->unprovable = true;
	else
		st->sum = (int64_t)sum;
	st->incomplete = b->unprovable;
	b->open = false;
	return feed_statement(b->to, st, err);
}

/* ---- what formats share ---- */

int bank_digits(struct sv s, size_t at, size_t n)
{
	int v = 0;

	if (at + n > s.n)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

bool bank_yymmdd(struct sv s, int32_t *ret)
{
	int year = bank_digits(s, 0, 2), month = bank_digits(s, 2, 2), day = bank_digits(s, 4, 2);

	return year >= 0 && month >= 0 && day >= 0 &&
	       date_from_civil(year + (year < 80 ? 2000 : 1900), month, day, ret) == 0;
}
