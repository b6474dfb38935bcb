/*
 * Typed cells of a block, column by column, into the scratch arrays of each; what is wrong marks
 * its row, the first cell of it counts.
 */
#include <string.h>

#include "base/utf8.h"
#include "read/cell.h"
#include "read/cell_block.h"
#include "read/guard.h"
#include "read/maker_private.h"

static void mark_bad(struct maker *mk, uint32_t row, uint32_t column, enum reason why)
{
	if (mk->bad[row] != GOOD)
		return;
	mk->bad[row] = (uint8_t)why;
	mk->accepted[row] = column; /* until the row is rejected: where the bad cell is */
}

static enum reason reason_of(int rc)
{
	switch (rc) {
	case 0:
		return GOOD;
	case E_CELL_RANGE:
		return BAD_RANGE;
	case E_CURRENCY:
		return BAD_CURRENCY;
	default:
		return BAD_TYPE;
	}
}

/* A missing cell: fine unless required. */
static void set_missing(struct maker *mk, struct maker_col *c, uint32_t r, uint32_t column)
{
	c->value[r] = 0;
	c->valid[r] = 0;
	if (c->field->required)
		mark_bad(mk, r, column, BAD_MISSING);
}

static void set_value(
	struct maker *mk, struct maker_col *c, uint32_t r, uint32_t column, int rc, int64_t value)
{
	c->value[r] = value;
	c->valid[r] = 1;
	if (rc != 0)
		mark_bad(mk, r, column, reason_of(rc));
}

/* Cells that the block left. */
static void make_date(struct maker *mk, struct maker_col *c, const struct rows *rows, uint32_t r)
{
	struct sv s = cell_trim(rows_column(rows, c->src[0])[r]);
	int32_t day = 0;

	if (s.n == 0) {
		set_missing(mk, c, r, c->src[0]);
		return;
	}
	int rc = cell_date(s, mk->mapping->date_order, &day);
	set_value(mk, c, r, c->src[0], rc, day);
}

static void make_dates(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	bool all = mk->block_fns->dates(rows_column(rows, c->src[0]), rows->n,
		mk->mapping->date_order, c->value, c->valid);

	for (uint32_t r = 0; !all && r < rows->n; r++)
		if (!c->valid[r])
			make_date(mk, c, rows, r);
}

static void make_currencies(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]);
	struct sv last = SV_NULL;
	int32_t packed = 0;

	for (uint32_t r = 0; r < rows->n; r++) {
		struct sv s = cell_trim(cells[r]);
		int rc = 0;

		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		if (last.p == NULL || !sv_eq(s, last)) {
			rc = cell_currency(s, &packed);
			last = rc == 0 ? s : SV_NULL;
		}
		set_value(mk, c, r, c->src[0], rc, packed);
	}
}

/* The exponent of an amount in one row; currencies are made before amounts. Neighbours mostly share
 * theirs, so the last look-up is kept. */
static int scale_in_row(struct maker *mk, const struct maker_col *c, uint32_t r)
{
	if (c->scale >= 0)
		return c->scale;
	const struct maker_col *by = &mk->cols[mk->table.cols[c->out].col.currency_col];
	int32_t currency = (int32_t)by->value[r];
	if (currency != mk->last_currency || mk->last_exponent < 0) {
		mk->last_currency = currency;
		mk->last_exponent = col_currency_exponent(currency);
	}
	return mk->last_exponent;
}

/* Numbers of the common form, with the first row's scale; true: all of them. */
static bool make_plain_decimals(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	int scale = rows->n > 0 ? scale_in_row(mk, c, 0) : 0;
	bool all = mk->block_fns->decimals(rows_column(rows, c->src[0]), rows->n,
		mk->mapping->decimal.decimal, scale, c->value, c->valid);

	for (uint32_t r = 0; c->scale < 0 && r < rows->n; r++)
		if (scale_in_row(mk, c, r) != scale) {
			c->valid[r] = 0;
			all = false;
		}
	return all;
}

static void make_numbers(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]);
	const struct mapping *m = mk->mapping;
	bool all = make_plain_decimals(mk, c, rows);

	for (uint32_t r = 0; !all && r < rows->n; r++) {
		int64_t v = 0;

		if (c->valid[r])
			continue;
		struct sv s = cell_trim(cells[r]);
		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		int rc = cell_decimal(s, m->decimal, c->scale, m->rounding, &v);
		set_value(mk, c, r, c->src[0], rc, v);
	}
}

static int amount_of(
	struct maker *mk, const struct maker_col *c, uint32_t r, struct sv s, int64_t *ret)
{
	const struct mapping *m = mk->mapping;
	int scale = scale_in_row(mk, c, r);

	return cell_amount(s, m->decimal, scale, m->rounding, m->currency, ret);
}

static void make_plain_amounts(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]);
	bool all = make_plain_decimals(mk, c, rows);

	for (uint32_t r = 0; !all && r < rows->n; r++) {
		int64_t v = 0;

		if (c->valid[r])
			continue;
		struct sv s = cell_trim(cells[r]);
		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		int rc = amount_of(mk, c, r, s, &v);
		set_value(mk, c, r, c->src[0], rc, v);
	}
	for (uint32_t r = 0; c->field->sign == SIGN_NEGATE && r < rows->n; r++)
		c->value[r] = -c->value[r];
}

/* Two columns, the first one positive. A zero in one of them is as good as nothing. */
static void make_pair_amounts(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *first = rows_column(rows, c->src[0]),
			*second = rows_column(rows, c->src[1]);

	for (uint32_t r = 0; r < rows->n; r++) {
		struct sv a = cell_trim(first[r]), b = cell_trim(second[r]);
		int64_t va = 0, vb = 0;

		if (a.n == 0 && b.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		int rc = a.n == 0 ? 0 : amount_of(mk, c, r, a, &va);
		set_value(mk, c, r, c->src[0], rc, 0);
		rc = b.n == 0 ? 0 : amount_of(mk, c, r, b, &vb);
		set_value(mk, c, r, c->src[1], rc, va - vb);
		if (va != 0 && vb != 0)
			mark_bad(mk, r, c->src[1], BAD_TWO_AMOUNTS);
	}
}

static void make_marked_amounts(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]),
			*marks = rows_column(rows, c->src[1]);

	for (uint32_t r = 0; r < rows->n; r++) {
		struct sv s = cell_trim(cells[r]);
		bool negative = false;
		int64_t v = 0;

		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		int rc = amount_of(mk, c, r, s, &v);
		if (rc == 0 && cell_marker(cell_trim(marks[r]), c->field, &negative) != 0)
			mark_bad(mk, r, c->src[1], BAD_MARKER);
		set_value(mk, c, r, c->src[0], rc, negative ? -v : v);
	}
}

static void make_amounts(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	switch (c->field->sign) {
	case SIGN_PLAIN:
	case SIGN_NEGATE:
		make_plain_amounts(mk, c, rows);
		break;
	case SIGN_DEBIT_CREDIT:
	case SIGN_CREDIT_DEBIT: /* the columns are in the order of the word */
		make_pair_amounts(mk, c, rows);
		break;
	case SIGN_MARKER:
		make_marked_amounts(mk, c, rows);
		break;
	}
}

/* Text of one column without its guard. */
static void make_stripped(struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]);

	for (uint32_t r = 0; r < rows->n; r++)
		c->joined[r] = guard_strip(cells[r]);
}

/* Several columns of text to one: those that are not empty, a space between. */
static void make_joined(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	for (uint32_t r = 0; r < rows->n; r++) {
		size_t total = 0, n = 0;

		for (uint32_t k = 0; k < c->nsrc; k++)
			total += rows_column(rows, c->src[k])[r].n + 1;
		char *p = arena_alloc(&mk->block, total + ROWS_PAD);
		for (uint32_t k = 0; k < c->nsrc && p != NULL; k++) {
			struct sv s = rows_column(rows, c->src[k])[r];

			s = cell_trim(mk->mapping->dialect.guard ? guard_strip(s) : s);
			if (s.n == 0)
				continue;
			if (n > 0)
				p[n++] = ' ';
			memcpy(p + n, s.p, s.n);
			n += s.n;
		}
		c->joined[r] = p == NULL ? SV_NULL : sv_from(p, n);
	}
	if (!arena_ok(&mk->block))
		mk->error = E_NO_MEMORY;
}

static void check_required(struct maker *mk, const struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = c->joined != NULL ? c->joined : rows_column(rows, c->src[0]);

	for (uint32_t r = 0; c->field->required && r < rows->n; r++)
		if (cell_trim(cells[r]).n == 0)
			mark_bad(mk, r, c->src[0], BAD_MISSING);
}

void maker_make_typed(struct maker *mk, const struct rows *rows)
{
	for (uint32_t i = 0; i < mk->ncols; i++)
		if (mk->cols[i].type == COL_CURRENCY)
			make_currencies(mk, &mk->cols[i], rows);
	for (uint32_t i = 0; i < mk->ncols; i++) {
		struct maker_col *c = &mk->cols[i];

		switch (c->type) {
		case COL_DATE:
			make_dates(mk, c, rows);
			break;
		case COL_AMOUNT:
			make_amounts(mk, c, rows);
			break;
		case COL_QUANTITY:
		case COL_RATE:
		case COL_NUMBER:
			make_numbers(mk, c, rows);
			break;
		case COL_TEXT:
		case COL_CODE:
			if (c->nsrc > 1)
				make_joined(mk, c, rows);
			else if (c->joined != NULL)
				make_stripped(c, rows);
			if (c->field != NULL)
				check_required(mk, c, rows);
			break;
		case COL_CURRENCY:
		case COL_TYPE_COUNT:
			break;
		}
	}
}

void maker_check_cells(struct maker *mk, const struct rows *rows)
{
	for (uint32_t i = 0; i < rows->ncols; i++) {
		const struct sv *cells = rows_column(rows, i);

		for (uint32_t r = 0; r < rows->n; r++) {
			if (cells[r].n > ROWS_CELL_MAX)
				mark_bad(mk, r, i, BAD_LONG);
			else if (cells[r].n > 0 && memchr(cells[r].p, '\0', cells[r].n) != NULL)
				mark_bad(mk, r, i, BAD_NUL);
			else if (!utf8_valid(cells[r]))
				mark_bad(mk, r, i, BAD_ENCODING);
		}
	}
}
