/*
 * The maker: typed cells of a block are converted column by column into scratch arrays first; when
 * it is known which rows are good, each column appends those. So a row is in all columns or in
 * none, and the loops over a column stay tight.
 */
#include "read/maker.h"

#include <stdlib.h>
#include <string.h>

#include "read/cell.h"
#include "read/cell_block.h"
#include "read/fold.h"
#include "read/fold_block.h"
#include "read/guard.h"
#include "read/maker_private.h"

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

static const char *const reject_names[] = {"line", "column", "value", "code", "detail", "row",
	"cells"};
enum reject_col {
	REJECT_LINE,
	REJECT_COLUMN,
	REJECT_VALUE,
	REJECT_CODE,
	REJECT_DETAIL,
	REJECT_ROW,
	REJECT_CELLS,
	REJECT_COLS
};

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

static int plan_field(
	struct maker *mk, const struct mapping_field *f, uint32_t i, uint8_t *used, struct err *err)
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
	} else if (c->nsrc > 1 || mk->mapping->dialect.guard) {
		c->joined = ARENA_ARRAY(&mk->arena, cap, struct sv);
	}
	return arena_ok(&mk->arena) ? 0 : E_NO_MEMORY;
}

static const struct sv *strip_names(struct maker *mk, const struct sv *names)
{
	struct sv *stripped = ARENA_ARRAY(&mk->arena, mk->nnames + 1u, struct sv);

	for (uint32_t i = 0; stripped != NULL && i < mk->nnames; i++)
		stripped[i] = guard_strip(names[i]);
	return stripped;
}

/* Fields in the mapping's order, then the file's other columns. */
static int plan(struct maker *mk, uint32_t cap, struct err *err)
{
	const struct mapping *m = mk->mapping;
	uint8_t *used = ARENA_ARRAY(&mk->arena, mk->nnames + 1u, uint8_t);
	int rc = 0;

	mk->used = used;
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
				.role = COL_SOURCE,
				.src = {i},
				.nsrc = 1,
				.out = mk->ncols};
			mk->ncols++;
			used[i] = 1;
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
	*mk = (struct maker){.mapping = mapping,
		.names = names,
		.nnames = nnames,
		.cap = cap,
		.block_fns = cell_block_best(),
		.fold_fns = fold_block_best(),
		.last_exponent = -1};
	arena_init(&mk->arena, 0);
	arena_init(&mk->block, 0);
	if (mapping->dialect.guard)
		mk->names = strip_names(mk, names);
	if (mk->names == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
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
	maker_twins_free(&mk->twins);
	buf_free(&mk->cells);
	*mk = (struct maker){0};
}

/* ---- appending the good rows ---- */

#define COPY_STEP 32u
_Static_assert(COPY_STEP <= ROWS_PAD, "a cell is read in whole steps");
_Static_assert(COPY_STEP <= COL_PAD, "and written so");

/* Copies n bytes in whole steps; most cells take no turn of the loop. */
static inline void copy_over(char *dst, const char *src, size_t n)
{
	memcpy(dst, src, COPY_STEP);
	for (size_t i = COPY_STEP; i < n; i += COPY_STEP)
		memcpy(dst + i, src + i, COPY_STEP);
}

static size_t cells_bytes(const struct sv *cells, const uint32_t *rows, uint32_t n)
{
	size_t bytes = 0;

	for (uint32_t k = 0; k < n; k++)
		bytes += cells[rows[k]].n;
	return bytes;
}

static void append_source(struct maker *mk, struct maker_col *c, const struct sv *cells, uint32_t n)
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

/* Cells one by one, where blanks surround some or they are not all ASCII. */
static void append_each(struct maker *mk, struct maker_col *c, const struct sv *cells, uint32_t n)
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

/* copy_cells() of a block of which all rows are taken and all cells are trimmed. */
static bool copy_trimmed(
	struct col_build_col *to, const struct sv *cells, uint32_t n, uint32_t *ret_empty)
{
	uint32_t *off = to->col.str.off + to->n + 1, used = off[-1], empty = 0;
	char *bytes = to->col.str.bytes;

	for (uint32_t k = 0; k < n; k++) {
		copy_over(bytes + used, cells[k].p, cells[k].n);
		used += (uint32_t)cells[k].n;
		empty += cells[k].n == 0;
		off[k] = used;
	}
	*ret_empty = empty;
	return true;
}

/* Copies the cells behind each other without committing them. False: some cell needs trimming, or
 * begins or ends with a longer character. */
static bool copy_cells(struct maker *mk, struct maker_col *c, const struct sv *cells, uint32_t n,
	uint32_t *ret_empty)
{
	struct col_build_col *to = &mk->table.cols[c->out];
	uint32_t *off = to->col.str.off + to->n + 1, used = off[-1], empty = 0;
	char *bytes = to->col.str.bytes;
	int plain = 1;

	if (mk->bytes > 0)
		return copy_trimmed(to, cells, n, ret_empty);
	for (uint32_t k = 0; k < n; k++) {
		struct sv s = cells[mk->accepted[k]];

		copy_over(bytes + used, s.p, s.n);
		if (s.n == 0)
			empty++;
		else /* as signed characters, as in cell_trim */
			plain &= ((signed char)s.p[0] > ' ') & ((signed char)s.p[s.n - 1] > ' ');
		used += (uint32_t)s.n;
		off[k] = used;
	}
	*ret_empty = empty;
	return plain != 0;
}

/* Folds cells copied by copy_cells, which are ASCII without blanks to collapse. */
static void fold_cells(
	struct maker *mk, struct maker_col *c, uint32_t n, size_t bytes, bool squeeze)
{
	struct col_build_col *to = &mk->table.cols[c->out];

	if (!col_build_reserve_fold(&mk->table, c->out, bytes))
		return;
	const uint32_t *from = to->col.str.off + to->n;
	uint32_t *off = to->col.fold.off + to->n;
	if (squeeze) {
		mk->fold_fns->codes(to->col.str.bytes, from, n, to->col.fold.bytes, off);
		return;
	}
	mk->fold_fns->lower(to->col.str.bytes + from[0], bytes, to->col.fold.bytes + off[0]);
	for (uint32_t k = 1; k <= n; k++)
		off[k] = off[0] + (from[k] - from[0]);
}

/* What folding would change in n cells copied by copy_cells. Plain ones of a column that has a twin
 * already are folded whether it is needed or not. */
static unsigned look_at_cells(
	const struct maker *mk, const struct col_build_col *to, uint32_t n, size_t bytes)
{
	if (n > 0 && mk->plain && to->col.fold.off != NULL)
		return FOLD_SEES_UPPER | FOLD_SEES_SEPARATOR;
	return mk->fold_fns->look(to->col.str.bytes + to->col.str.off[to->n], bytes);
}

/* Text of plain ASCII is copied, looked at and folded a whole block at a time. */
static void append_text(struct maker *mk, struct maker_col *c, const struct sv *cells, uint32_t n)
{
	struct col_build_col *to = &mk->table.cols[c->out];
	size_t most = mk->bytes > 0 ? mk->bytes : cells_bytes(cells, mk->accepted, n);
	bool code = c->type == COL_CODE;
	uint32_t empty = 0;

	if (!col_build_reserve(&mk->table, c->out, n, MAX(most, (size_t)1)))
		return;
	unsigned slow = code ? FOLD_SEES_OTHER : FOLD_SEES_OTHER | FOLD_SEES_GAP;
	bool plain = copy_cells(mk, c, cells, n, &empty);
	size_t bytes = n == 0 ? 0 : to->col.str.off[to->n + n] - to->col.str.off[to->n];
	unsigned sees = plain ? look_at_cells(mk, to, n, bytes) : slow;
	if ((sees & slow) != 0) {
		append_each(mk, c, cells, n);
		return;
	}
	bool squeeze = code && (sees & FOLD_SEES_SEPARATOR) != 0;
	if (squeeze || (sees & FOLD_SEES_UPPER) != 0 || to->col.fold.off != NULL)
		fold_cells(mk, c, n, bytes, squeeze);
	if (mk->error != 0 || mk->table.error != 0)
		return;
	for (uint32_t k = 0; empty > 0 && k < n; k++)
		if (cells[mk->accepted[k]].n == 0)
			col_build_missing(&mk->table, c->out);
		else
			col_build_commit(to);
	if (empty == 0)
		col_build_commit_all(to, n);
}

static void append_values(struct maker *mk, struct maker_col *c, uint32_t n)
{
	if (!col_build_reserve(&mk->table, c->out, n, 0))
		return;
	struct col_build_col *to = &mk->table.cols[c->out];
	bool wide = col_held(c->type) == COL_I64;
	uint32_t missing = 0;

	if (mk->whole && wide)
		memcpy(to->col.i64 + to->n, c->value, n * sizeof(*c->value));
	for (uint32_t k = 0; mk->whole && !wide && k < n; k++)
		to->col.i32[to->n + k] = (int32_t)c->value[k];
	for (uint32_t k = 0; mk->whole && k < n; k++)
		missing += c->valid[k] == 0;
	for (uint32_t k = 0; !mk->whole && k < n; k++) {
		uint32_t r = mk->accepted[k];

		missing += c->valid[r] == 0;
		if (wide)
			to->col.i64[to->n + k] = c->value[r];
		else
			to->col.i32[to->n + k] = (int32_t)c->value[r];
	}
	if (missing == 0) {
		col_build_commit_all(to, n);
		return;
	}
	for (uint32_t k = 0; k < n; k++)
		if (c->valid[mk->accepted[k]])
			col_build_commit(to);
		else
			col_build_missing(&mk->table, c->out);
}

static void append_rows(struct maker *mk, const struct rows *rows, uint32_t n)
{
	if (n == 0)
		return;
	for (uint32_t i = 0; i < mk->ncols; i++) {
		struct maker_col *c = &mk->cols[i];
		const struct sv *cells =
			c->joined != NULL ? c->joined : rows_column(rows, c->src[0]);

		if (col_held(c->type) != COL_STR)
			append_values(mk, c, n);
		else if (c->role == COL_SOURCE)
			append_source(mk, c, cells, n);
		else
			append_text(mk, c, cells, n);
	}
	col_build_lines(&mk->table, rows->line, mk->accepted, n);
	if (!mk->mapping->fields_only)
		maker_note_rows(mk, rows, n);
	mk->info.rows_accepted += n;
}

static void keep_row(struct maker *mk, const struct rows *rows, uint32_t r)
{
	struct sv *cells = ARENA_ARRAY(&mk->block, rows->ncols + 1u, struct sv);

	for (uint32_t i = 0; cells != NULL && i < rows->ncols; i++)
		cells[i] = rows_column(rows, i)[r];
	if (cells != NULL)
		maker_keep_cells(mk, cells, rows->ncols);
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
		if (!mk->mapping->fields_only)
			keep_row(mk, rows, r);
		maker_reject(mk, rows->line[r], mk->names[column], rows_column(rows, column)[r],
			reasons[mk->bad[r]].code, reasons[mk->bad[r]].detail, rows->raw[r]);
	}
	return n;
}

static size_t rows_bytes(const struct rows *rows)
{
	size_t bytes = 0;

	for (uint32_t r = 0; r < rows->n; r++)
		bytes += rows->raw[r].n;
	return bytes;
}

int maker_add(struct maker *mk, const struct rows *rows, struct err *err)
{
	arena_reset(&mk->block);
	memset(mk->bad, GOOD, rows->n);
	if (!rows->checked)
		maker_check_cells(mk, rows);
	maker_make_typed(mk, rows);
	if (mk->error != 0) /* joined cells are not there */
		return err_set(err, mk->error, NULL);
	if (mk->info.rows_accepted + rows->n > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, "A file has at most %u rows.", COL_ROWS_MAX);
	uint32_t n = sort_out(mk, rows);
	mk->whole = n == rows->n;
	mk->plain = rows->plain;
	mk->bytes = mk->whole && rows->trimmed ? rows_bytes(rows) : 0;
	append_rows(mk, rows, n);
	int error = mk->error != 0 ? mk->error : mk->table.error;
	if (error == 0)
		error = mk->rejects.error;
	return error == 0 ? 0 : err_set(err, error, NULL);
}

#define EXPECT_ROWS (UINT64_C(4) << 20)
#define EXPECT_COLS 64u

void maker_expect(struct maker *mk, uint64_t rows)
{
	uint64_t have = mk->info.rows_accepted;

	if (rows <= have || have == 0 || mk->ncols > EXPECT_COLS || mk->table.error != 0)
		return;
	uint32_t more = (uint32_t)(MIN(rows, EXPECT_ROWS) - MIN(have, EXPECT_ROWS));
	(void)col_build_reserve_lines(&mk->table, more);
	if (!mk->mapping->fields_only)
		(void)maker_reserve_twins(mk, have + more);
	for (uint32_t i = 0; i < mk->ncols; i++) {
		const struct col_build_col *c = &mk->table.cols[i];
		size_t bytes = col_held(c->col.type) == COL_STR ? c->col.str.off[c->n] : 0;

		(void)col_build_reserve(&mk->table, i, more, (size_t)(bytes * more / have));
		if (col_held(c->col.type) == COL_STR && c->col.fold.off != NULL)
			(void)col_build_reserve_fold(&mk->table, i,
				(size_t)((uint64_t)c->col.fold.off[c->n] * more / have));
	}
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
		[REJECT_CELLS] = {buf_sv(&mk->cells), READ_RAW_MAX},
	};

	col_build_i64(&mk->rejects, REJECT_LINE, line);
	for (uint32_t i = REJECT_COLUMN; i < REJECT_COLS; i++) {
		if (texts[i].text.n == 0) {
			col_build_missing(&mk->rejects, i);
			continue;
		}
		buf_reset(&mk->text);
		maker_add_clean(&mk->text, texts[i].text, texts[i].max);
		if (!buf_ok(&mk->text))
			mk->error = E_NO_MEMORY;
		col_build_str(&mk->rejects, i, buf_sv(&mk->text), SV_NULL);
	}
	buf_reset(&mk->cells);
	mk->info.rows_rejected++;
}

void maker_skip_none(struct maker *mk)
{
	mk->info.rows_skipped = 0;
}

void maker_skip(struct maker *mk, uint64_t rows)
{
	mk->info.rows_skipped += rows;
}

int maker_finish(struct maker *mk, struct read_result *ret, struct err *err)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;

	int rc = mk->error != 0 ? err_set(err, mk->error, NULL)
				: col_build_finish(&mk->table, &r.table, err);
	if (rc == 0)
		rc = col_build_finish(&mk->rejects, &r.rejects, err);
	if (rc == 0)
		rc = maker_order_rejects(&r.rejects, err);
	if (rc == 0 && !mk->mapping->fields_only && !mk->part &&
		maker_flag_twins(&mk->twins, &r.table) != 0)
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
