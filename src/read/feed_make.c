/*
 * Rows wait in a batch until it is full: the last ones may turn out to be the footer, and a sheet's
 * width is that of its header or of the widest row of the first batch, whichever is more. Then the
 * cells are laid out by column, and the maker takes them.
 *
 * A waiting row is stored as one line of CSV, which is also what a list of rejects shows; cells
 * that need no quotes point into it.
 */
#include "read/feed_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/cell.h"
#include "read/format.h"
#include "read/maker.h"

#define BATCH_ROWS 1024u
#define BATCH_BYTES (4u << 20)

struct waiting {
	uint32_t line, n;
	struct sv *cells;
	struct sv raw;
};

struct feed_maker {
	struct feed feed; /* first: what readers see */
	const struct mapping *mapping;
	bool sheet;                        /* columns are named by header rows, not by the format */
	const struct feed_column *columns; /* of the format */
	uint32_t ncolumns;
	struct sv *header; /* of a sheet */
	uint32_t nheader;
	uint64_t seen;    /* rows of the sheet so far */
	uint64_t skipped; /* and those that are no data */
	struct waiting *rows;
	uint32_t nrows, cap;
	struct arena arena, spare; /* of the batch, and of the next one */
	struct arena names;
	struct rows block;
	struct maker maker;
	bool started;
	struct statement_list statements;
	struct feed_reject *early; /* before the maker was started */
	uint32_t nearly, early_cap;
};

static void feed_maker_free(struct feed_maker *f)
{
	if (f->started) {
		maker_free(&f->maker);
		rows_free(&f->block);
	}
	arena_free(&f->arena);
	arena_free(&f->spare);
	arena_free(&f->names);
	statement_list_free(&f->statements);
	free(f->rows);
	free(f->early);
}

/* ---- a row as CSV ---- */

static bool needs_quotes(struct sv s)
{
	bool found = false;

	for (size_t i = 0; i < s.n; i++)
		found |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
	return found;
}

static char *put_quoted(char *to, struct sv s)
{
	*to++ = '"';
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			*to++ = '"';
		*to++ = s.p[i];
	}
	*to++ = '"';
	return to;
}

static size_t row_bytes(const struct sv *cells, uint32_t n)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < n; i++)
		bytes += cells[i].n * 2 + 3;
	return bytes;
}

/* Copies the row into a, so that nothing of it points outside. */
static bool copy_row(struct arena *a, const struct feed_row *row, struct waiting *to)
{
	char *p = arena_alloc(a, row_bytes(row->cells, row->n) + ROWS_PAD), *start = p;

	*to = (struct waiting){
		.line = row->line, .n = row->n, .cells = ARENA_ARRAY(a, row->n + 1u, struct sv)};
	if (p == NULL || to->cells == NULL)
		return false;
	for (uint32_t i = 0; i < row->n; i++) {
		struct sv s = row->cells[i];

		if (i > 0)
			*p++ = ',';
		if (needs_quotes(s)) {
			char *aside = arena_alloc(a, s.n + ROWS_PAD);

			if (aside == NULL)
				return false;
			memcpy(aside, s.p, s.n);
			to->cells[i] = sv_from(aside, s.n);
			p = put_quoted(p, s);
			continue;
		}
		to->cells[i] = sv_from(p, s.n);
		if (s.n > 0)
			memcpy(p, s.p, s.n);
		p += s.n;
	}
	to->raw = row->raw.p == NULL ? sv_from(start, (size_t)(p - start)) : arena_sv(a, row->raw);
	return arena_ok(a);
}

/* ---- the header ---- */

static struct sv join_names(struct sv over, struct sv under, struct arena *a)
{
	if (over.n == 0 || sv_eq(over, under))
		return under;
	if (under.n == 0)
		return over;
	return sv_from_cstr(arena_printf(a, "%.*s %.*s", SV_ARG(over), SV_ARG(under)));
}

struct sv *feed_join_header(const struct sv *over, uint32_t nover, const struct sv *under,
	uint32_t nunder, uint32_t *ret_n, struct arena *a)
{
	uint32_t n = MAX(nover, nunder);
	struct sv *names = ARENA_ARRAY(a, n + 1u, struct sv);
	struct sv group = SV_NULL;

	for (uint32_t i = 0; names != NULL && i < n; i++) {
		struct sv top = i < nover ? cell_trim(over[i]) : SV_NULL;
		struct sv low = i < nunder ? arena_sv(a, cell_trim(under[i])) : SV_NULL;

		/* One cell above several: it is the group of all of them. */
		if (top.n > 0 || low.n == 0)
			group = low.n > 0 ? top : SV_NULL;
		else
			top = group;
		names[i] = join_names(top, low, a);
	}
	*ret_n = n;
	return arena_ok(a) ? names : NULL;
}

static bool is_header(const struct feed_maker *f, uint64_t row)
{
	const struct mapping_dialect *d = &f->mapping->dialect;

	return d->header_row > 0 && row >= d->header_row &&
	       row < (uint64_t)d->header_row + MAX(d->header_rows, 1u);
}

static bool is_too_large(const struct feed_row *row)
{
	return row->n > READ_COLUMNS_MAX || row_bytes(row->cells, row->n) > READ_ROW_MAX * 2;
}

static int add_header(struct feed_maker *f, const struct feed_row *row, struct err *err)
{
	if (is_too_large(row))
		return err_set(err, E_UNREADABLE,
			"Row %u, the header, is larger than a row can be.", row->line);
	f->header =
		feed_join_header(f->header, f->nheader, row->cells, row->n, &f->nheader, &f->names);
	return f->header == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

static uint32_t width_without_blanks(const struct sv *cells, uint32_t n)
{
	while (n > 0 && cell_trim(cells[n - 1]).n == 0)
		n--;
	return n;
}

/* The columns' names: the format's own, or the header's, filled up to the widest row. */
static struct sv *column_names(struct feed_maker *f, uint32_t nrows, uint32_t *ret_n)
{
	uint32_t n = f->sheet ? width_without_blanks(f->header, f->nheader) : f->ncolumns;

	for (uint32_t r = 0; f->sheet && r < nrows; r++)
		n = MAX(n, f->rows[r].n);
	struct sv *cells = ARENA_ARRAY(&f->names, n + 1u, struct sv);
	for (uint32_t i = 0; cells != NULL && i < n; i++) {
		if (!f->sheet)
			cells[i] = sv_from_cstr(f->columns[i].name);
		else if (i < f->nheader)
			cells[i] = f->header[i];
	}
	*ret_n = n;
	return cells == NULL ? NULL : maker_names(cells, n, &f->names);
}

static int start(struct feed_maker *f, uint32_t nrows, struct err *err)
{
	uint32_t n;
	struct sv *names = column_names(f, nrows, &n);

	if (names == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (n == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	int rc = rows_init(&f->block, n, err);
	if (rc != 0)
		return rc;
	f->started = true;
	rc = maker_init(&f->maker, f->mapping, names, n, f->block.cap, err);
	for (uint32_t i = 0; rc == 0 && i < f->nearly; i++) {
		const struct feed_reject *r = &f->early[i];

		maker_reject(&f->maker, r->line, r->column, r->value, r->code, r->detail, r->raw);
	}
	return rc;
}

/* ---- blocks ---- */

static int flush_block(struct feed_maker *f, struct err *err)
{
	int rc = f->block.n == 0 ? 0 : maker_add(&f->maker, &f->block, err);

	f->block.n = 0;
	return rc;
}

static int to_block(struct feed_maker *f, const struct waiting *w, struct err *err)
{
	static const char nothing[ROWS_PAD];
	char detail[ERR_DETAIL_MAX];
	uint32_t r = f->block.n;

	if (w->n > f->block.ncols) {
		snprintf(detail, sizeof(detail), "The row has %u cells, the table %u columns.",
			w->n, f->block.ncols);
		maker_keep_cells(&f->maker, w->cells, w->n);
		maker_reject(&f->maker, w->line, SV_NULL, SV_NULL, E_ROW_RAGGED, detail, w->raw);
		return 0;
	}
	for (uint32_t i = 0; i < f->block.ncols; i++)
		rows_column(&f->block, i)[r] = i < w->n ? w->cells[i] : sv_from(nothing, 0);
	f->block.raw[r] = w->raw;
	f->block.line[r] = w->line;
	f->block.n++;
	return f->block.n == f->block.cap ? flush_block(f, err) : 0;
}

/* Hands over the first n waiting rows; the others stay. */
static int flush_batch(struct feed_maker *f, uint32_t n, struct err *err)
{
	int rc = f->started ? 0 : start(f, n, err);

	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = to_block(f, &f->rows[i], err);
	if (rc == 0)
		rc = flush_block(f, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = n; i < f->nrows; i++) {
		struct waiting kept;
		const struct waiting *w = &f->rows[i];
		const struct feed_row row = {w->line, w->cells, w->n, w->raw};

		if (!copy_row(&f->spare, &row, &kept))
			return err_set(err, E_NO_MEMORY, NULL);
		f->rows[i - n] = kept;
	}
	f->nrows -= n;
	struct arena full = f->arena;
	f->arena = f->spare;
	f->spare = full;
	arena_reset(&f->spare);
	return 0;
}

/* ---- what readers call ---- */

static int take_columns(
	struct feed *feed, const struct feed_column *columns, uint32_t n, struct err *err)
{
	struct feed_maker *f = (struct feed_maker *)feed;

	if (n < 1 || n > READ_COLUMNS_MAX)
		return err_set(err, E_UNREADABLE, "A table has 1 to %u columns.", READ_COLUMNS_MAX);
	f->sheet = false;
	f->columns = columns;
	f->ncolumns = n;
	return 0;
}

static int take_reject(struct feed *feed, const struct feed_reject *reject, struct err *err)
{
	struct feed_maker *f = (struct feed_maker *)feed;
	struct feed_reject copy = *reject;

	if (f->started) {
		maker_reject(&f->maker, reject->line, reject->column, reject->value, reject->code,
			reject->detail, reject->raw);
		return f->maker.error == 0 ? 0 : err_set(err, f->maker.error, NULL);
	}
	if (f->nearly == f->early_cap) {
		uint32_t cap = MAX(f->early_cap * 2, 64u);
		struct feed_reject *grown = reallocarray(f->early, cap, sizeof(*grown));

		if (grown == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		f->early = grown;
		f->early_cap = cap;
	}
	copy.column = arena_sv(&f->names, reject->column);
	copy.value =
		arena_sv(&f->names, sv_from(reject->value.p, MIN(reject->value.n, READ_VALUE_MAX)));
	copy.raw = arena_sv(&f->names, sv_from(reject->raw.p, MIN(reject->raw.n, READ_RAW_MAX)));
	copy.detail = arena_strdup(&f->names, reject->detail);
	if (!arena_ok(&f->names))
		return err_set(err, E_NO_MEMORY, NULL);
	f->early[f->nearly++] = copy;
	return 0;
}

/* Rows of a sheet that are no data: what is above the header, empty ones; and the header, which is
 * no row of the table at all. */
static int sort_out(
	struct feed_maker *f, const struct feed_row *row, bool *ret_data, struct err *err)
{
	const struct mapping_dialect *d = &f->mapping->dialect;

	f->seen++;
	*ret_data = false;
	if (f->seen <= (uint64_t)d->skip_rows || f->seen < d->header_row) {
		f->skipped++;
		return 0;
	}
	if (is_header(f, f->seen))
		return add_header(f, row, err);
	*ret_data = width_without_blanks(row->cells, row->n) > 0;
	f->skipped += !*ret_data;
	return 0;
}

static int take_row(struct feed *feed, const struct feed_row *row, struct err *err)
{
	struct feed_maker *f = (struct feed_maker *)feed;
	struct feed_row cut = *row;
	bool data = true;
	int rc = 0;

	if (f->sheet) {
		rc = sort_out(f, row, &data, err);
		cut.n = width_without_blanks(row->cells, row->n);
	}
	if (rc != 0 || !data)
		return rc;
	if (is_too_large(row))
		return take_reject(feed,
			&(struct feed_reject){.line = row->line,
				.code = E_ROW_RAGGED,
				.detail = "The row is larger than a row can be.",
				.raw = row->raw},
			err);
	if (f->nrows == f->cap || f->arena.used > BATCH_BYTES) {
		uint32_t kept = f->mapping->dialect.footer_rows;

		if (f->nrows > kept)
			rc = flush_batch(f, f->nrows - kept, err);
		if (rc != 0)
			return rc;
	}
	if (f->nrows == f->cap || !copy_row(&f->arena, &cut, &f->rows[f->nrows]))
		return err_set(err, E_NO_MEMORY, NULL);
	f->nrows++;
	return 0;
}

static int take_statement(struct feed *feed, const struct statement *s, struct err *err)
{
	return statement_list_add(&((struct feed_maker *)feed)->statements, s, err);
}

static const struct feed_ops ops = {take_columns, take_row, take_reject, take_statement};

/* ---- the whole ---- */

static int finish(struct feed_maker *f, struct read_result *ret, struct err *err)
{
	const struct mapping_dialect *d = &f->mapping->dialect;
	uint32_t footer = f->sheet ? d->footer_rows : 0;

	if (f->sheet && f->seen < d->header_row)
		return err_set(
			err, E_MAPPING, "The table has no row %u for the header.", d->header_row);
	if (f->nrows < footer)
		return err_set(err, E_MAPPING, "The table has no %u rows for the footer.", footer);
	int rc = flush_batch(f, f->nrows - footer, err);
	if (rc != 0)
		return rc;
	maker_skip(&f->maker, f->skipped + footer);
	rc = maker_finish(&f->maker, ret, err);
	if (rc == 0) {
		ret->statements = f->statements;
		f->statements = (struct statement_list){0};
	}
	return rc;
}

int feed_make(const struct format *format, struct col_source src, const struct mapping *mapping,
	struct read_result *ret, struct err *err)
{
	struct feed_maker f CLEANUP(feed_maker_free) = {
		.feed = {&ops}, .mapping = mapping, .sheet = true};

	f.cap = BATCH_ROWS + mapping->dialect.footer_rows;
	f.rows = calloc(f.cap, sizeof(*f.rows));
	arena_init(&f.arena, 0);
	arena_init(&f.spare, 0);
	arena_init(&f.names, 64u << 20);
	if (f.rows == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = format->feed(src, mapping, &f.feed, err);
	return rc < 0 ? rc : finish(&f, ret, err);
}
