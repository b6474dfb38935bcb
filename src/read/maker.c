/*
 * The maker: typed cells of a block are converted column by column into scratch arrays first; when
 * it is known which rows are good, each column appends those. So a row is in all columns or in none,
 * and the loops over a column stay tight.
 */
#include "read/maker.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "read/cell.h"
#include "read/fold.h"

/* Why a row of the block is bad; the text of the reject. */
enum reason {
	GOOD,
	BAD_TYPE,
	BAD_RANGE,
	BAD_CURRENCY,
	BAD_MISSING,
	BAD_MARKER,
	BAD_TWO_AMOUNTS,
	BAD_ENCODING,
	BAD_NUL,
	BAD_LONG,
};

static const struct {
	int code;
	const char *detail;
} reasons[] = {
	[BAD_TYPE] = {E_CELL_TYPE, "The cell is not of the column's type."},
	[BAD_RANGE] = {E_CELL_RANGE, "The value is out of range, or has more digits than it may."},
	[BAD_CURRENCY] = {E_CURRENCY, "The currency is not known."},
	[BAD_MISSING] = {E_CELL_TYPE, "The cell is empty, and the field is required."},
	[BAD_MARKER] = {E_CELL_TYPE, "The marker says neither debit nor credit."},
	[BAD_TWO_AMOUNTS] = {E_CELL_TYPE, "Debit and credit are both filled in."},
	[BAD_ENCODING] = {E_CELL_ENCODING, "The cell is not valid text in the file's encoding."},
	[BAD_NUL] = {E_CELL_ENCODING, "The cell has a NUL byte."},
	[BAD_LONG] = {E_CELL_RANGE, "The cell is longer than a cell can be."},
};

struct maker_col {
	enum col_type type;
	enum col_role role;
	const struct mapping_field *field; /* NULL: a source column */
	uint32_t src[MAPPING_COLUMNS_MAX];
	uint32_t nsrc;
	uint32_t out;      /* column of the table */
	int scale;         /* of amounts: -1 by row */
	int64_t *value;    /* scratch of a block */
	uint8_t *valid;
	struct sv *joined; /* several text columns */
};

static const char *const reject_names[] = {"line", "column", "value", "code", "detail", "row"};
enum reject_col {
	REJECT_LINE,
	REJECT_COLUMN,
	REJECT_VALUE,
	REJECT_CODE,
	REJECT_DETAIL,
	REJECT_ROW,
	REJECT_COLS
};

/* ---- names ---- */

/* Appends s as valid UTF-8 of at most max bytes without NUL: anything else becomes U+FFFD. */
static void add_clean(struct buf *out, struct sv s, size_t max)
{
	size_t start = out->n;

	while (s.n > 0 && out->n - start < max) {
		size_t n = utf8_valid_prefix(s);
		const char *nul = n > 0 ? memchr(s.p, '\0', n) : NULL;

		if (nul != NULL)
			n = (size_t)(nul - s.p);
		if (n > max - (out->n - start)) {
			n = max - (out->n - start);
			while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
				n--;
			buf_add(out, s.p, n);
			return;
		}
		buf_add(out, s.p, n);
		if (n == s.n || out->n - start + 3 > max)
			return;
		buf_add(out, "\xef\xbf\xbd", 3);
		s = sv_from(s.p + n + 1, s.n - n - 1);
	}
}

#define NAME_CUT 200u /* leaves room for a number within COL_NAME_MAX */

static struct sv unique_name(struct sv *names, uint32_t i, struct sv name, struct arena *a)
{
	struct sv tried = name;

	for (uint32_t k = 2, j = 0; j < i;) {
		if (!sv_eq(names[j], tried)) {
			j++;
			continue;
		}
		char *again = arena_printf(a, "%.*s (%u)", SV_ARG(name), k++);
		if (again == NULL)
			return SV_NULL;
		tried = sv_from_cstr(again);
		j = 0;
	}
	return tried;
}

struct sv *maker_names(const struct sv *cells, uint32_t n, struct arena *a)
{
	struct sv *names = ARENA_ARRAY(a, n + 1u, struct sv);

	for (uint32_t i = 0; names != NULL && i < n; i++) {
		struct buf b CLEANUP(buf_free) = BUF_INIT;

		add_clean(&b, cell_trim(cells[i]), NAME_CUT);
		if (b.n == 0)
			buf_printf(&b, "Column %u", i + 1);
		struct sv name = arena_sv(a, buf_sv(&b));
		names[i] = unique_name(names, i, name, a);
		if (name.p == NULL || names[i].p == NULL)
			return NULL;
	}
	return names;
}

/* ---- the plan ---- */

static int column_of(const struct maker *mk, struct sv name)
{
	for (uint32_t i = 0; i < mk->nnames; i++)
		if (sv_eq(mk->names[i], name))
			return (int)i;
	return -1;
}

static int scale_of(const struct mapping *m, const struct mapping_field *f, bool by_row)
{
	switch (f->type) {
	case COL_AMOUNT:
		if (m->currency != 0)
			return col_currency_exponent(m->currency);
		return by_row ? -1 : f->scale >= 0 ? f->scale : 2;
	case COL_QUANTITY:
	case COL_RATE:
		return f->scale >= 0 ? f->scale : 6;
	case COL_NUMBER:
		return f->scale >= 0 ? f->scale : 0;
	default:
		return 0;
	}
}

static int plan_field(struct maker *mk, const struct mapping_field *f, uint32_t i, uint8_t *used,
	struct err *err)
{
	struct maker_col *c = &mk->cols[i];

	*c = (struct maker_col){.type = f->type, .role = COL_FIELD, .field = f, .out = i};
	for (uint32_t k = 0; k < f->ncolumns; k++) {
		int src = column_of(mk, f->columns[k]);

		if (src < 0) {
			struct buf at CLEANUP(buf_free) = BUF_INIT;

			buf_printf(&at, "/fields/%u", i);
			return err_set_at(err, E_MAPPING, buf_cstr(&at),
				"The file has no column '%.*s'.", SV_ARG(f->columns[k]));
		}
		used[src] = 1;
		c->src[c->nsrc++] = (uint32_t)src;
	}
	return 0;
}

static int plan_scratch(struct maker *mk, struct maker_col *c, uint32_t cap)
{
	if (col_held(c->type) != COL_STR) {
		c->value = ARENA_ARRAY(&mk->arena, cap, int64_t);
		c->valid = ARENA_ARRAY(&mk->arena, cap, uint8_t);
	} else if (c->nsrc > 1) {
		c->joined = ARENA_ARRAY(&mk->arena, cap, struct sv);
	}
	return arena_ok(&mk->arena) ? 0 : E_NO_MEMORY;
}

/* Fields in the mapping's order, then the file's other columns. */
static int plan(struct maker *mk, uint32_t cap, struct err *err)
{
	const struct mapping *m = mk->mapping;
	uint8_t *used = ARENA_ARRAY(&mk->arena, mk->nnames + 1u, uint8_t);
	int rc = 0;

	mk->cols = ARENA_ARRAY(&mk->arena, m->nfields + mk->nnames + 1u, struct maker_col);
	if (used == NULL || mk->cols == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < m->nfields; i++) {
		rc = plan_field(mk, &m->fields[i], i, used, err);
		if (rc != 0)
			return rc;
	}
	mk->ncols = m->nfields;
	for (uint32_t i = 0; i < mk->nnames; i++)
		if (!used[i] && !m->fields_only) {
			mk->cols[mk->ncols] = (struct maker_col){.type = COL_TEXT,
				.role = COL_SOURCE, .src = {i}, .nsrc = 1, .out = mk->ncols};
			mk->ncols++;
		}
	for (uint32_t i = 0; i < mk->ncols && rc == 0; i++)
		rc = plan_scratch(mk, &mk->cols[i], cap);
	return rc == 0 ? 0 : err_set(err, rc, NULL);
}

static void define_column(struct maker *mk, struct maker_col *c, int32_t currency_col)
{
	struct sv name = c->field != NULL ? c->field->field : mk->names[c->src[0]];
	const char *copy = arena_sv(&mk->arena, name).p;
	struct col *col = &mk->table.cols[c->out].col;

	col_build_define(&mk->table, c->out, copy == NULL ? "" : copy, c->type, c->role);
	if (c->field == NULL)
		return;
	c->scale = scale_of(mk->mapping, c->field, currency_col >= 0);
	col->scale = c->scale < 0 ? COL_SCALE_OF_CURRENCY : (uint8_t)c->scale;
	if (c->type == COL_AMOUNT) {
		col->currency = mk->mapping->currency;
		col->currency_col = col->currency != 0 ? -1 : currency_col;
	}
}

int maker_init(struct maker *mk, const struct mapping *mapping, const struct sv *names,
	uint32_t nnames, uint32_t cap, struct err *err)
{
	*mk = (struct maker){.mapping = mapping, .names = names, .nnames = nnames, .cap = cap,
		.last_exponent = -1};
	arena_init(&mk->arena, 0);
	arena_init(&mk->block, 0);
	int rc = plan(mk, cap, err);
	if (rc == 0)
		rc = col_build_init(&mk->table, mk->ncols, err);
	if (rc == 0)
		rc = col_build_init(&mk->rejects, REJECT_COLS, err);
	if (rc != 0)
		return rc;
	mk->accepted = ARENA_ARRAY(&mk->arena, cap, uint32_t);
	mk->bad = ARENA_ARRAY(&mk->arena, cap, uint8_t);
	int32_t currency_col = -1;
	for (uint32_t i = 0; i < mapping->nfields && currency_col < 0; i++)
		if (mapping->fields[i].type == COL_CURRENCY)
			currency_col = (int32_t)i;
	for (uint32_t i = 0; i < mk->ncols; i++)
		define_column(mk, &mk->cols[i], currency_col);
	for (uint32_t i = 0; i < REJECT_COLS; i++)
		col_build_define(&mk->rejects, i, reject_names[i],
			i == REJECT_LINE ? COL_NUMBER : COL_TEXT, COL_FIELD);
	return arena_ok(&mk->arena) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

void maker_free(struct maker *mk)
{
	col_build_free(&mk->table);
	col_build_free(&mk->rejects);
	arena_free(&mk->arena);
	arena_free(&mk->block);
	buf_free(&mk->text);
	free(mk->hashes);
	*mk = (struct maker){0};
}

/* ---- typed cells of a block ---- */


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

static void make_dates(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]);
	struct sv last = SV_NULL;
	int32_t day = 0;
	int rc = 0;

	for (uint32_t r = 0; r < rows->n; r++) {
		struct sv s = cell_trim(cells[r]);

		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		/* Neighbours often share their day. */
		if (last.p == NULL || rc != 0 || !(s.n == last.n && memcmp(s.p, last.p, s.n) == 0)) {
			rc = cell_date(s, mk->mapping->date_order, &day);
			last = s;
		}
		set_value(mk, c, r, c->src[0], rc, day);
	}
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

static void make_numbers(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *cells = rows_column(rows, c->src[0]);
	const struct mapping *m = mk->mapping;

	for (uint32_t r = 0; r < rows->n; r++) {
		struct sv s = cell_trim(cells[r]);
		int64_t v = 0;

		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		int rc = cell_decimal(s, m->decimal, c->scale, m->rounding, &v);
		set_value(mk, c, r, c->src[0], rc, v);
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
	bool negate = c->field->sign == SIGN_NEGATE;

	for (uint32_t r = 0; r < rows->n; r++) {
		struct sv s = cell_trim(cells[r]);
		int64_t v = 0;

		if (s.n == 0) {
			set_missing(mk, c, r, c->src[0]);
			continue;
		}
		int rc = amount_of(mk, c, r, s, &v);
		set_value(mk, c, r, c->src[0], rc, negate ? -v : v);
	}
}

/* Two columns, the first one positive. A zero in one of them is as good as nothing. */
static void make_pair_amounts(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	const struct sv *first = rows_column(rows, c->src[0]), *second = rows_column(rows, c->src[1]);

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
	const struct sv *cells = rows_column(rows, c->src[0]), *marks = rows_column(rows, c->src[1]);

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

/* Several columns of text to one: those that are not empty, a space between. */
static void make_joined(struct maker *mk, struct maker_col *c, const struct rows *rows)
{
	for (uint32_t r = 0; r < rows->n; r++) {
		size_t total = 0, n = 0;

		for (uint32_t k = 0; k < c->nsrc; k++)
			total += rows_column(rows, c->src[k])[r].n + 1;
		char *p = arena_alloc(&mk->block, total + 64);
		for (uint32_t k = 0; k < c->nsrc && p != NULL; k++) {
			struct sv s = cell_trim(rows_column(rows, c->src[k])[r]);

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

static void make_typed(struct maker *mk, const struct rows *rows)
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
			if (c->joined != NULL)
				make_joined(mk, c, rows);
			if (c->field != NULL)
				check_required(mk, c, rows);
			break;
		case COL_CURRENCY:
		case COL_TYPE_COUNT:
			break;
		}
	}
}

static void check_cells(struct maker *mk, const struct rows *rows)
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

/* ---- appending the good rows ---- */

/* Copies n bytes; both sides have 15 bytes more. */
static inline void copy_over(char *dst, const char *src, size_t n)
{
	for (size_t i = 0; i < n; i += 16)
		memcpy(dst + i, src + i, 16);
}

static size_t cells_bytes(const struct sv *cells, const uint32_t *rows, uint32_t n)
{
	size_t bytes = 0;

	for (uint32_t k = 0; k < n; k++)
		bytes += cells[rows[k]].n;
	return bytes;
}

static void append_source(
	struct maker *mk, struct maker_col *c, const struct sv *cells, uint32_t n)
{
	if (!col_build_reserve(&mk->table, c->out, n, cells_bytes(cells, mk->accepted, n)))
		return;
	struct col_build_col *to = &mk->table.cols[c->out];
	uint32_t used = to->col.str.off[to->n];

	for (uint32_t k = 0; k < n; k++) {
		struct sv s = cells[mk->accepted[k]];

		if (s.n == 0) {
			col_build_missing(&mk->table, c->out);
			continue;
		}
		copy_over(to->col.str.bytes + used, s.p, s.n);
		used += (uint32_t)s.n;
		to->col.str.off[to->n + 1] = used;
		col_build_commit(to);
	}
}

/* Folds s behind the last folded cell of column c; room for left bytes more is kept. */
static void append_fold(
	struct maker *mk, struct maker_col *c, struct sv s, enum fold_kind kind, size_t left)
{
	struct col_build_col *to = &mk->table.cols[c->out];
	uint32_t at = to->col.fold.off[to->n];
	size_t n = 0;

	if (!fold_ascii(s, kind, to->col.fold.bytes + at, &n)) {
		buf_reset(&mk->text);
		fold(s, kind, &mk->text);
		n = mk->text.n;
		if (!buf_ok(&mk->text))
			mk->error = E_NO_MEMORY;
		if (!col_build_reserve_fold(&mk->table, c->out, n + left))
			return;
		if (n > 0)
			memcpy(to->col.fold.bytes + at, mk->text.p, n);
	}
	to->col.fold.off[to->n + 1] = at + (uint32_t)n;
}

/* The folded twin starts with the first cell that differs; until then each is folded aside. */
static bool folds_to_itself(struct maker *mk, struct sv s, enum fold_kind kind)
{
	size_t n = 0;

	buf_reset(&mk->text);
	char *aside = buf_reserve(&mk->text, s.n + 64);
	if (aside == NULL) {
		mk->error = E_NO_MEMORY;
		return true;
	}
	if (!fold_ascii(s, kind, aside, &n)) {
		fold(s, kind, &mk->text);
		return sv_eq(buf_sv(&mk->text), s);
	}
	return n == s.n && memcmp(aside, s.p, n) == 0;
}

static void append_text(struct maker *mk, struct maker_col *c, const struct sv *cells, uint32_t n)
{
	enum fold_kind kind = c->type == COL_CODE ? FOLD_CODE : FOLD_TEXT;
	size_t left = cells_bytes(cells, mk->accepted, n);
	struct col_build_col *to = &mk->table.cols[c->out];

	if (!col_build_reserve(&mk->table, c->out, n, left))
		return;
	if (to->col.fold.off != NULL && !col_build_reserve_fold(&mk->table, c->out, left))
		return;
	for (uint32_t k = 0; k < n && mk->error == 0 && mk->table.error == 0; k++) {
		struct sv s = cells[mk->accepted[k]];

		if (cell_trim(s).n == 0) {
			left -= s.n;
			col_build_missing(&mk->table, c->out);
			continue;
		}
		if (to->col.fold.off == NULL && !folds_to_itself(mk, s, kind) &&
			!col_build_reserve_fold(&mk->table, c->out, left))
			return;
		left -= s.n;
		if (to->col.fold.off != NULL)
			append_fold(mk, c, s, kind, left);
		uint32_t used = to->col.str.off[to->n];
		copy_over(to->col.str.bytes + used, s.p, s.n);
		to->col.str.off[to->n + 1] = used + (uint32_t)s.n;
		col_build_commit(to);
	}
}

static void append_values(struct maker *mk, struct maker_col *c, uint32_t n)
{
	if (!col_build_reserve(&mk->table, c->out, n, 0))
		return;
	struct col_build_col *to = &mk->table.cols[c->out];
	bool wide = col_held(c->type) == COL_I64;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t r = mk->accepted[k];

		if (!c->valid[r]) {
			col_build_missing(&mk->table, c->out);
			continue;
		}
		if (wide)
			to->col.i64[to->n] = c->value[r];
		else
			to->col.i32[to->n] = (int32_t)c->value[r];
		col_build_commit(to);
	}
}

/* A hash of the row as written: for the duplicate flags. */
static uint64_t hash_row(struct sv s)
{
	uint64_t h = s.n, w[2];
	size_t i = 0;

	for (; i + 16 <= s.n; i += 16) {
		memcpy(w, s.p + i, 16);
		unsigned __int128 m = (unsigned __int128)(w[0] ^ h ^ UINT64_C(0x9e3779b97f4a7c15)) *
			(w[1] ^ UINT64_C(0xd6e8feb86659fd93));
		h = (uint64_t)m ^ (uint64_t)(m >> 64);
	}
	memset(w, 0, sizeof(w));
	memcpy(w, s.p + i, s.n - i);
	unsigned __int128 m = (unsigned __int128)(w[0] ^ h ^ UINT64_C(0xa0761d6478bd642f)) *
		(w[1] ^ h ^ UINT64_C(0xe7037ed1a0b428db));
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static void append_hashes(struct maker *mk, const struct rows *rows, uint32_t n)
{
	uint64_t have = mk->info.rows_accepted;

	if (have + n > mk->hashes_cap) {
		size_t cap = MAX(mk->hashes_cap * 2, (size_t)4096);
		uint64_t *grown = reallocarray(mk->hashes, cap, sizeof(*grown));

		if (grown == NULL) {
			mk->error = E_NO_MEMORY;
			return;
		}
		mk->hashes = grown;
		mk->hashes_cap = cap;
	}
	for (uint32_t k = 0; k < n; k++)
		mk->hashes[have + k] = hash_row(rows->raw[mk->accepted[k]]);
}

static void append_rows(struct maker *mk, const struct rows *rows, uint32_t n)
{
	if (n == 0)
		return;
	for (uint32_t i = 0; i < mk->ncols; i++) {
		struct maker_col *c = &mk->cols[i];
		const struct sv *cells = c->joined != NULL ? c->joined : rows_column(rows, c->src[0]);

		if (col_held(c->type) != COL_STR)
			append_values(mk, c, n);
		else if (c->role == COL_SOURCE)
			append_source(mk, c, cells, n);
		else
			append_text(mk, c, cells, n);
	}
	for (uint32_t k = 0; k < n; k++)
		col_build_line(&mk->table, rows->line[mk->accepted[k]]);
	append_hashes(mk, rows, n);
	mk->info.rows_accepted += n;
}

/* Rejects the bad rows and lists the others in mk->accepted; returns how many. */
static uint32_t sort_out(struct maker *mk, const struct rows *rows)
{
	uint32_t n = 0;

	for (uint32_t r = 0; r < rows->n; r++) {
		if (mk->bad[r] == GOOD) {
			mk->accepted[n++] = r;
			continue;
		}
		uint32_t column = mk->accepted[r];
		maker_reject(mk, rows->line[r], mk->names[column], rows_column(rows, column)[r],
			reasons[mk->bad[r]].code, reasons[mk->bad[r]].detail, rows->raw[r]);
	}
	return n;
}

int maker_add(struct maker *mk, const struct rows *rows, struct err *err)
{
	arena_reset(&mk->block);
	memset(mk->bad, GOOD, rows->n);
	if (!rows->checked)
		check_cells(mk, rows);
	make_typed(mk, rows);
	if (mk->info.rows_accepted + rows->n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, "A file has at most %u rows.", COL_ROWS_MAX);
	append_rows(mk, rows, sort_out(mk, rows));
	int error = mk->error != 0 ? mk->error : mk->table.error;
	if (error == 0)
		error = mk->rejects.error;
	return error == 0 ? 0 : err_set(err, error, NULL);
}

void maker_reject(struct maker *mk, uint32_t line, struct sv column, struct sv value, int code,
	const char *detail, struct sv raw)
{
	const struct {
		struct sv text;
		size_t max;
	} texts[] = {
		[REJECT_COLUMN] = {column, COL_NAME_MAX},
		[REJECT_VALUE] = {value, READ_VALUE_MAX},
		[REJECT_CODE] = {sv_from_cstr(err_wire(code)), COL_NAME_MAX},
		[REJECT_DETAIL] = {sv_from_cstr(detail), ERR_DETAIL_MAX},
		[REJECT_ROW] = {raw, READ_RAW_MAX},
	};

	col_build_i64(&mk->rejects, REJECT_LINE, line);
	for (uint32_t i = REJECT_COLUMN; i < REJECT_COLS; i++) {
		if (texts[i].text.n == 0) {
			col_build_missing(&mk->rejects, i);
			continue;
		}
		buf_reset(&mk->text);
		add_clean(&mk->text, texts[i].text, texts[i].max);
		if (!buf_ok(&mk->text))
			mk->error = E_NO_MEMORY;
		col_build_str(&mk->rejects, i, buf_sv(&mk->text), SV_NULL);
	}
	mk->info.rows_rejected++;
}

void maker_skip(struct maker *mk, uint64_t rows)
{
	mk->info.rows_skipped += rows;
}

/* ---- duplicates ---- */

/* Equal rows of one file: an open table of row numbers + 1 by hash. */
static int flag_duplicates(const struct maker *mk, struct col_table *t)
{
	size_t size = 16;

	while (size < (size_t)t->rows * 2)
		size *= 2;
	uint32_t *slots CLEANUP(free_ptr) = calloc(size, sizeof(*slots));
	uint8_t *flags = col_table_alloc(t, t->rows);
	uint8_t any = 0;
	if (slots == NULL || flags == NULL)
		return E_NO_MEMORY;
	for (uint32_t r = 0; r < t->rows; r++) {
		size_t i = mk->hashes[r] & (size - 1);

		while (slots[i] != 0 && mk->hashes[slots[i] - 1] != mk->hashes[r])
			i = (i + 1) & (size - 1);
		if (slots[i] == 0) {
			slots[i] = r + 1;
			continue;
		}
		flags[slots[i] - 1] |= COL_ROW_HAS_TWIN;
		flags[r] |= COL_ROW_REPEATED | COL_ROW_HAS_TWIN;
		any = 1;
	}
	if (any)
		t->flags = flags;
	return 0;
}

int maker_finish(struct maker *mk, struct read_result *ret, struct err *err)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;

	int rc = mk->error != 0 ? err_set(err, mk->error, NULL)
				: col_build_finish(&mk->table, &r.table, err);
	if (rc == 0)
		rc = col_build_finish(&mk->rejects, &r.rejects, err);
	if (rc == 0 && flag_duplicates(mk, &r.table) != 0)
		rc = err_set(err, E_NO_MEMORY, NULL);
	if (rc != 0)
		return rc;
	mk->info.rows_read =
		mk->info.rows_accepted + mk->info.rows_rejected + mk->info.rows_skipped;
	r.info = mk->info;
	*ret = r;
	r = READ_RESULT_INIT;
	return 0;
}
