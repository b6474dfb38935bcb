/*
 * A sample of what a format feeds. Of a sheet all rows are seen, since its footer is at the end;
 * the first ones are kept, and of the last ones as many as a footer may have.
 */
#include "read/detect.h"

#include <string.h>

#include "read/cell.h"
#include "read/feed_make.h"

#define TAIL_ROWS (DETECT_FOOTER + 1u)
#define TAIL_BYTES 65536u /* of one row of the tail */
#define SAMPLE_BYTES (16u << 20)
#define SPARSE_SHARE 20u /* a column filled in fewer than one of so many rows may be a remark */

struct tail_row {
	struct sv *cells;
	uint32_t n;
	struct arena arena;
};

struct sampler {
	struct feed feed; /* first: what readers see */
	struct detect *d;
	uint64_t rows;                   /* of the sheet */
	uint64_t filled;                 /* of them, with something in them */
	size_t bytes;                    /* of the sample */
	struct tail_row tail[TAIL_ROWS]; /* the last filled ones: number k at k % TAIL_ROWS */
};

static void sampler_free(struct sampler *s)
{
	for (uint32_t i = 0; i < TAIL_ROWS; i++)
		arena_free(&s->tail[i].arena);
}

/* ---- what readers call ---- */

static int take_columns(
	struct feed *feed, const struct feed_column *columns, uint32_t n, struct err *err)
{
	struct sampler *s = (struct sampler *)feed;

	if (n < 1 || n > READ_COLUMNS_MAX)
		return err_set(err, E_UNREADABLE, "A table has 1 to %u columns.", READ_COLUMNS_MAX);
	s->d->columns = columns;
	s->d->ncolumns = n;
	return 0;
}

static struct sv *copy_cells(struct arena *a, const struct feed_row *row, uint32_t n, size_t *bytes)
{
	struct sv *cells = ARENA_ARRAY(a, n + 1u, struct sv);

	for (uint32_t i = 0; cells != NULL && i < n; i++) {
		cells[i] = arena_sv(a, row->cells[i]);
		*bytes += row->cells[i].n;
		if (cells[i].p == NULL)
			cells[i] = SV("");
	}
	return arena_ok(a) ? cells : NULL;
}

/* A row that is wider than a table will be rejected: it tells nothing of the columns. */
static uint32_t filled_width(const struct feed_row *row)
{
	uint32_t n = row->n > READ_COLUMNS_MAX ? 0 : row->n;

	while (n > 0 && cell_trim(row->cells[n - 1]).n == 0)
		n--;
	return n;
}

static void keep_in_tail(struct sampler *s, const struct feed_row *row, uint32_t n)
{
	struct tail_row *to = &s->tail[s->filled++ % TAIL_ROWS];
	size_t bytes = 0;

	arena_free(&to->arena);
	arena_init(&to->arena, TAIL_BYTES);
	to->cells = copy_cells(&to->arena, row, n, &bytes);
	to->n = to->cells == NULL ? 0 : n; /* a row that large is no footer */
}

static int take_row(struct feed *feed, const struct feed_row *row, struct err *err)
{
	struct sampler *s = (struct sampler *)feed;
	struct detect *d = s->d;
	uint32_t n = filled_width(row);
	bool room = d->nrows < DETECT_ROWS && s->bytes < SAMPLE_BYTES;

	s->rows++;
	if (!room && d->columns != NULL)
		return FEED_STOP;
	if (row->n > READ_COLUMNS_MAX && s->filled == 0)
		return err_set(err, E_UNREADABLE, "Row %u is wider than a table can be.", row->line);
	if (room) {
		struct detect_row *to = &d->rows[d->nrows++];

		to->cells = copy_cells(d->arena, row, n, &s->bytes);
		to->n = n;
		if (to->cells == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
	}
	if (n > 0 && d->columns == NULL)
		keep_in_tail(s, row, n);
	return 0;
}

static const struct feed_ops ops = {
	take_columns, take_row, feed_ignore_reject, feed_ignore_statement};

/* ---- sheets ---- */

/* The last column that enough rows have something in: one far out may be a remark. */
static uint32_t usual_width(const struct detect *d)
{
	uint32_t counts[READ_COLUMNS_MAX] = {0}, rows = 0, width = 0, any = 0;

	for (uint32_t r = 0; r < d->nrows; r++) {
		for (uint32_t i = 0; i < d->rows[r].n; i++)
			counts[i] += cell_trim(d->rows[r].cells[i]).n > 0;
		rows += d->rows[r].n > 0;
		any = MAX(any, d->rows[r].n);
	}
	for (uint32_t i = 0; i < any; i++)
		if ((uint64_t)counts[i] * SPARSE_SHARE >= rows)
			width = i + 1;
	return MAX(width, MIN(any, 1u));
}

/* Otherwise the first row that is fed has the names. */
static bool format_has_header(const struct format *f)
{
	return mapping_dialect_members(sv_from_cstr(format_word(f))) & DIALECT_HEADER;
}

/* All rows get n cells. */
static int set_width(struct detect *d, uint32_t n, struct err *err)
{
	for (uint32_t r = 0; r < d->nrows; r++) {
		struct detect_row *row = &d->rows[r];
		struct sv *cells = ARENA_ARRAY(d->arena, n + 1u, struct sv);

		if (cells == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		for (uint32_t i = 0; i < n; i++)
			cells[i] = i < row->n ? row->cells[i] : SV("");
		*row = (struct detect_row){cells, n};
	}
	d->width = n;
	return 0;
}

static uint32_t count_footer(const struct sampler *s)
{
	uint64_t held = MIN(s->filled, (uint64_t)TAIL_ROWS);
	uint64_t data = s->filled;
	uint32_t n = 0;

	for (uint32_t r = 0; r < s->d->first; r++)
		data -= !detect_row_blank(&s->d->rows[r]);
	while (n < held && n + 1 < data) {
		const struct tail_row *row = &s->tail[(s->filled - 1 - n) % TAIL_ROWS];

		if (row->n == 0 || !detect_is_footer(s->d, row->cells, row->n))
			break;
		n++;
	}
	return n > DETECT_FOOTER ? 0 : n;
}

static void drop_footer(struct detect *d, uint64_t rows)
{
	uint32_t left = rows > d->nrows ? 0 : d->dialect.footer_rows;

	while (left > 0 && d->nrows > d->first)
		left -= !detect_row_blank(&d->rows[--d->nrows]);
}

static int settle_sheet(struct sampler *s, struct err *err)
{
	struct detect *d = s->d;
	uint32_t usual = usual_width(d), header;

	if (usual == 0)
		return err_set(err, E_FILE_EMPTY, "The sheet has nothing in it.");
	d->whole = s->rows == d->nrows;
	/* What a header names is a column, though it may be empty. */
	uint32_t *widths = ARENA_ARRAY(d->arena, d->nrows + 1u, uint32_t);
	for (uint32_t r = 0; widths != NULL && r < d->nrows; r++)
		widths[r] = d->rows[r].n;
	struct detect_row *all = ARENA_ARRAY(d->arena, d->nrows + 1u, struct detect_row);
	if (widths == NULL || all == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(all, d->rows, d->nrows * sizeof(*all));
	int rc = set_width(d, usual, err);
	if (rc != 0)
		return rc;
	if (format_has_header(d->reader))
		detect_header(d);
	else
		d->first = d->dialect.header_row = 1;
	header = d->dialect.header_row;
	if (header > 0 && widths[header - 1] > usual) {
		memcpy(d->rows, all, d->nrows * sizeof(*all));
		rc = set_width(d, widths[header - 1], err);
		if (rc != 0)
			return rc;
	}
	if (format_has_header(d->reader))
		d->dialect.footer_rows = count_footer(s);
	drop_footer(d, s->rows);
	return 0;
}

/* ---- the sample ---- */

static int guess_encoding(struct detect *d, struct err *err)
{
	char head[4096];
	size_t n = (size_t)MIN(d->src.size, (uint64_t)sizeof(head));
	int rc = d->src.pread(d->src.ctx, 0, head, n, err);

	if (rc == 0)
		d->dialect.encoding = encoding_guess(sv_from(head, n), n == d->src.size);
	return rc;
}

int detect_sample(struct detect *d, struct err *err)
{
	struct sampler s CLEANUP(sampler_free) = {.feed = {&ops}, .d = d};
	int rc = guess_encoding(d, err);

	d->rows = ARENA_ARRAY(d->arena, DETECT_ROWS, struct detect_row);
	if (d->rows == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0 && d->reader->choose != NULL)
		rc = d->reader->choose(d, err);
	if (rc != 0)
		return rc;
	const struct mapping m = {
		.format = sv_from_cstr(format_word(d->reader)), .dialect = d->dialect};
	rc = d->reader->feed(d->src, &m, &s.feed, err);
	if (rc < 0)
		return rc;
	return d->columns != NULL ? 0 : settle_sheet(&s, err);
}

/* ---- columns of the format ---- */

static void describe(const struct detect *d, uint32_t i, struct read_column *to)
{
	*to = (struct read_column){.name = sv_from_cstr(d->columns[i].name),
		.type = d->columns[i].type,
		.confidence = 1000000,
		.field = sv_from_cstr(d->columns[i].field)};
	for (uint32_t r = 0; r < d->nrows && to->nsamples < READ_SAMPLES; r++)
		if (i < d->rows[r].n && cell_trim(d->rows[r].cells[i]).n > 0)
			to->samples[to->nsamples++] = cell_trim(d->rows[r].cells[i]);
}

int detect_declared(struct detect *d, struct read_proposal *ret, struct err *err)
{
	struct read_proposal p = {.declared = true,
		.ncolumns = d->ncolumns,
		.rows_seen = d->nrows,
		.confidence = d->nquestions > 0 ? 500000u : 1000000u};
	struct mapping *m = &p.mapping;

	p.columns = ARENA_ARRAY(d->arena, d->ncolumns, struct read_column);
	m->fields = ARENA_ARRAY(d->arena, d->ncolumns, struct mapping_field);
	if (p.columns == NULL || m->fields == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	m->format = sv_from_cstr(format_word(d->reader));
	m->dialect = d->dialect;
	m->decimal = d->format_sure ? detect_formats[d->format]
				    : (struct decimal_format){.decimal = '.'};
	m->date_order = d->order;
	m->currency = d->hint->currency;
	for (uint32_t i = 0; i < d->ncolumns; i++) {
		const struct feed_column *c = &d->columns[i];

		describe(d, i, &p.columns[i]);
		if (c->field == NULL)
			continue;
		if (c->type == COL_CURRENCY) /* the file says it row by row */
			m->currency = 0;
		m->fields[m->nfields++] = (struct mapping_field){.field = sv_from_cstr(c->field),
			.type = c->type,
			.columns = {sv_from_cstr(c->name)},
			.ncolumns = 1,
			.scale = -1,
			.required = c->required};
	}
	memcpy(p.questions, d->questions, sizeof(p.questions));
	p.nquestions = d->nquestions;
	*ret = p;
	return 0;
}
