/*
 * CSV: the window and the walk over its rows.
 *
 * The window always begins with a row. It is filled, scanned once, and its whole rows become
 * blocks; what is left of an unfinished row moves to its front. The scan stops at the first row
 * whose quotes it does not understand; that one is taken by hand and the scan goes on behind it.
 */
#include "read/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"
#include "read/csv_part.h"
#include "read/csv_row.h"
#include "read/csv_scan.h"
#include "read/encoding.h"
#include "read/feed_make.h"
#include "read/maker.h"
#include "read/plant.h"
#include "read/rows.h"

#define WINDOW_FIRST (256u << 10)
#define WINDOW_PAD 128u
_Static_assert(WINDOW_PAD >= ROWS_PAD, "the last cell of a window is one of a block");
#define BY_HAND_FROM (2u << 20) /* bytes of one row after which it is taken by hand */
#define FOOTER_TAIL (256u << 10)

struct csv {
	const struct mapping *mapping;
	struct text_source text;
	csv_scan_fn *scan;
	const char *window; /* the buffer, or the source's own memory */
	char *buffer;
	size_t cap, n; /* n bytes of text in the window */
	size_t at;     /* where the next row begins */
	bool eof;
	const char *mem,
		*mem_end; /* the window in the source's memory, and its end; NULL: it is read */
	const char *stop; /* a part: where the next one begins; NULL: it is the last, or all */
	uint32_t line;    /* of that row */
	uint32_t bad_quotes;
	struct csv_index index;
	struct csv_row row;
	struct arena arena; /* unescaped cells of the block */
	struct arena names_arena;
	struct rows rows;
	struct maker maker;
	bool started;  /* rows and maker are there */
	bool expected; /* the maker knows about how many rows will come */
	uint64_t size;
};

static void csv_close(struct csv **p)
{
	struct csv *c = *p;

	if (c == NULL)
		return;
	if (c->started) {
		maker_free(&c->maker);
		rows_free(&c->rows);
	}
	arena_free(&c->arena);
	arena_free(&c->names_arena);
	free(c->buffer);
	free(c->index.cell_end);
	free(c->index.row_end);
	free(c);
}

/* ---- footer ---- */

/* The tail of a file as characters of one or two bytes. */
struct back {
	const uint8_t *p;
	size_t unit; /* bytes of a character */
	size_t low;  /* which of them is the low one */
};

static char back_char(const struct back *b, size_t i)
{
	const uint8_t *u = b->p + i * b->unit;

	return b->unit == 2 && u[1 - b->low] != 0 ? '?' : (char)u[b->low];
}

/* The first character of the last rows lines of n that are not empty. */
static size_t lines_from_end(const struct back *b, size_t n, uint32_t rows, uint32_t *ret_found)
{
	size_t start = n, i = n;
	bool empty = true;

	*ret_found = 0;
	while (i > 0) {
		char ch = back_char(b, i - 1);

		if (ch == '\n' || ch == '\r') {
			*ret_found += !empty;
			if (*ret_found == rows)
				return i;
			empty = true;
		} else if (ch != ' ' && ch != '\t' && empty) {
			empty = false;
		}
		i--;
		start = i;
	}
	*ret_found += !empty;
	return start;
}

int csv_footer_start(struct col_source src, enum encoding encoding, uint32_t footer_rows,
	uint64_t *ret, struct err *err)
{
	bool wide = encoding == ENCODING_UTF_16LE || encoding == ENCODING_UTF_16BE;
	struct back b = {.unit = wide ? 2 : 1, .low = encoding == ENCODING_UTF_16BE};
	uint64_t size = src.size - src.size % b.unit;
	size_t n = (size_t)MIN(size, (uint64_t)FOOTER_TAIL);
	uint8_t *tail CLEANUP(free_ptr) = malloc(n + 1);
	uint32_t found;

	if (tail == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = src.pread(src.ctx, size - n, tail, n, err);
	if (rc != 0)
		return rc;
	b.p = tail;
	size_t at = lines_from_end(&b, n / b.unit, footer_rows, &found);
	if (found < footer_rows)
		return err_set(
			err, E_MAPPING, "The file has no %u rows for the footer.", footer_rows);
	*ret = size - n + at * b.unit;
	return 0;
}

/* ---- window ---- */

static int window_resize(struct csv *c, size_t cap, struct err *err)
{
	bool buffered = c->window == c->buffer;
	char *buffer = realloc(c->buffer, cap + 3 * WINDOW_PAD);
	uint32_t *cell_end, *row_end;

	if (buffer != NULL)
		c->buffer = buffer;
	if (buffered)
		c->window = c->buffer;
	cell_end = reallocarray(c->index.cell_end, cap + 3 * WINDOW_PAD, sizeof(*cell_end));
	if (cell_end != NULL)
		c->index.cell_end = cell_end;
	row_end = reallocarray(c->index.row_end, cap + 3 * WINDOW_PAD, sizeof(*row_end));
	if (row_end != NULL)
		c->index.row_end = row_end;
	if (buffer == NULL || cell_end == NULL || row_end == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	c->cap = cap;
	return 0;
}

static int csv_open(
	struct csv *c, struct col_source src, const struct mapping *mapping, struct err *err)
{
	const struct mapping_dialect *d = &mapping->dialect;
	uint64_t end = src.size;
	int rc = 0;

	arena_init(&c->arena, 0);
	arena_init(&c->names_arena, 0);
	c->mapping = mapping;
	c->scan = csv_scan_best();
	c->line = 1;
	c->size = src.size;
	if (d->footer_rows > 0)
		rc = csv_footer_start(src, d->encoding, d->footer_rows, &end, err);
	text_source_init(&c->text, src, d->encoding, end);
	if (src.bytes != NULL && d->encoding == ENCODING_UTF_8) {
		c->mem = src.bytes;
		c->mem_end = src.bytes + end;
		if (end >= 3 && sv_starts_with(sv_from(c->mem, 3), SV("\xef\xbb\xbf")))
			c->mem += 3;
	}
	/* A byte of the file is at most three of UTF-8. */
	uint64_t all = src.size * 3 + WINDOW_PAD;
	return rc != 0 ? rc : window_resize(c, (size_t)MIN(all, (uint64_t)WINDOW_FIRST), err);
}

/* From the length of the first block's rows. */
static void expect(struct csv *c)
{
	const struct sv *raw = c->rows.raw;
	uint64_t bytes = 0;

	for (uint32_t r = 0; r < c->rows.n; r++)
		bytes += raw[r].n + 1;
	if (bytes > 0)
		maker_expect(&c->maker, c->size * c->rows.n / bytes + c->size / bytes);
	c->expected = true;
}

static int flush(struct csv *c, struct err *err)
{
	int rc = 0;

	if (!arena_ok(&c->arena))
		return err_set(err, E_NO_MEMORY, NULL);
	if (c->rows.n > 0)
		rc = maker_add(&c->maker, &c->rows, err);
	if (c->rows.n > 0 && c->rows.n == c->rows.cap && !c->expected)
		expect(c);
	c->rows.n = 0;
	c->rows.checked = c->rows.plain = c->rows.trimmed = true;
	arena_reset(&c->arena);
	return rc;
}

/* The window moves on over the source's memory. The last piece is copied, since something must be
 * readable behind it. */
static int fill_in_place(struct csv *c)
{
	size_t had = c->n - c->at;
	c->mem += c->at;
	c->at = 0;
	size_t left = (size_t)(c->mem_end - c->mem);
	if (left > c->cap + WINDOW_PAD) {
		c->window = c->mem;
		c->n = c->cap;
		if (c->stop != NULL)
			c->n = MIN(c->cap, (size_t)(c->stop - c->mem));
		return c->stop == NULL || c->n != had || had == 0 ? 0 : CSV_PART_CUT;
	}
	if (c->stop != NULL) /* a part has text behind it */
		return CSV_PART_CUT;
	if (left > 0)
		memcpy(c->buffer, c->mem, left);
	c->window = c->buffer;
	c->n = left;
	c->eof = true;
	return 0;
}

/* Moves what is left to the front and reads on. */
static int fill_buffer(struct csv *c, struct err *err)
{
	c->n -= c->at;
	memmove(c->buffer, c->buffer + c->at, c->n);
	c->at = 0;
	while (!c->eof && c->cap - c->n >= 64) {
		size_t got = 0;
		int rc = text_source_read(&c->text, c->buffer + c->n, c->cap - c->n, &got, err);

		if (rc != 0)
			return rc;
		c->n += got;
		c->eof = got == 0;
	}
	return 0;
}

/* More text behind what is left; the window grows when a row fills it. */
static int fill(struct csv *c, struct err *err)
{
	int rc = flush(c, err);

	if (rc == 0 && !c->eof && c->n - c->at + 64 >= c->cap) {
		if (c->cap >= 2 * READ_ROW_MAX)
			return err_set(err, E_UNREADABLE,
				"The row at line %u is longer than %u bytes.", c->line,
				READ_ROW_MAX);
		rc = window_resize(c, c->cap * 2, err);
	}
	if (rc == 0 && c->mem != NULL && !c->eof)
		rc = fill_in_place(c);
	else if (rc == 0)
		rc = fill_buffer(c, err);
	if (rc != 0 || c->window != c->buffer)
		return rc;
	memset(c->buffer + c->n, 0, WINDOW_PAD);
	/* The last row may lack its line end. */
	if (c->eof && c->n > 0 && c->buffer[c->n - 1] != '\n' && c->buffer[c->n - 1] != '\r')
		c->buffer[c->n++] = '\n';
	return 0;
}

static struct sv rest(const struct csv *c)
{
	return sv_from(c->window + c->at, c->n - c->at);
}

/* The next row by hand into c->row; *ret_end: there is none. */
static int row_by_hand(struct csv *c, enum csv_row_state *ret, bool *ret_end, struct err *err)
{
	const struct mapping_dialect *d = &c->mapping->dialect;

	for (;;) {
		*ret_end = c->at == c->n && c->eof;
		if (*ret_end)
			return 0;
		*ret = c->at == c->n ? CSV_ROW_MORE
				     : csv_row_parse(rest(c).p, rest(c).n, c->eof, d->delimiter,
					       d->quote, &c->arena, &c->row);
		if (*ret != CSV_ROW_MORE)
			return 0;
		int rc = fill(c, err);
		if (rc != 0)
			return rc;
	}
}

static void step_over(struct csv *c)
{
	c->at += c->row.used;
	c->line += c->row.lines;
}

/* ---- header ---- */

static int start_table(struct csv *c, const struct sv *cells, uint32_t n, struct err *err)
{
	struct sv *names = maker_names(cells, n, &c->names_arena);

	if (names == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = rows_init(&c->rows, n, err);
	if (rc != 0)
		return rc;
	c->rows.checked = c->rows.plain = c->rows.trimmed = true;
	c->started = true;
	return maker_init(&c->maker, c->mapping, names, n, c->rows.cap, err);
}

/* What stands above the table. */
static int skip_above(struct csv *c, uint32_t rows, struct err *err)
{
	enum csv_row_state state;
	bool end;

	for (uint32_t row = 0; row < rows; row++) {
		int rc = row_by_hand(c, &state, &end, err);
		if (rc != 0)
			return rc;
		if (end)
			return err_set(
				err, E_MAPPING, "The file has no row %u for the header.", rows + 1);
		step_over(c);
	}
	return 0;
}

/* The next row into c->row: one that must be there and be whole. */
static int need_row(struct csv *c, struct err *err)
{
	enum csv_row_state state;
	bool end;
	int rc = row_by_hand(c, &state, &end, err);

	if (rc != 0)
		return rc;
	if (end)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (state != CSV_ROW_OK)
		return err_set(err, E_UNREADABLE, "Line %u cannot be read as a header.", c->line);
	return 0;
}

/* Steps over everything up to the header, which names the columns. Without a header the first row
 * says how many there are. The header is no row of the table: it is neither read nor skipped. */
static int read_header(struct csv *c, struct err *err)
{
	static const struct sv no_names[CSV_CELLS_MAX];
	const struct mapping_dialect *d = &c->mapping->dialect;
	uint32_t above = d->header_row > 0 ? d->header_row - 1 : d->skip_rows, n = 0;
	uint32_t rows = d->header_row > 0 ? MAX(d->header_rows, 1u) : 0;
	const struct sv *names = no_names;
	int rc = skip_above(c, above, err);

	for (uint32_t i = 0; rc == 0 && i < rows; i++) {
		rc = need_row(c, err);
		if (rc != 0)
			return rc;
		names = feed_join_header(names, n, c->row.cells, c->row.n, &n, &c->names_arena);
		if (names == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		step_over(c);
	}
	if (rc == 0 && rows == 0) {
		rc = need_row(c, err);
		n = c->row.n;
	}
	if (rc == 0)
		rc = start_table(c, names, n, err);
	if (rc == 0)
		maker_skip(&c->maker, (uint64_t)above + d->footer_rows);
	return rc;
}

/* ---- rows ---- */

static bool is_blank(struct sv s)
{
	return sv_trim(s).n == 0;
}

/* What the index tells of its cells is not enough: some are quoted. */
static void keep_cells(struct csv *c, struct sv raw)
{
	const struct mapping_dialect *d = &c->mapping->dialect;

	if (csv_row_parse(raw.p, raw.n, true, d->delimiter, d->quote, &c->arena, &c->row) ==
		CSV_ROW_OK)
		maker_keep_cells(&c->maker, c->row.cells, c->row.n);
}

static void reject_ragged(struct csv *c, uint32_t cells, uint32_t line, struct sv raw)
{
	char detail[ERR_DETAIL_MAX];

	snprintf(detail, sizeof(detail), "The row has %u cells, the header %u.", cells,
		c->rows.ncols);
	maker_reject(&c->maker, line, SV_NULL, SV_NULL, E_ROW_RAGGED, detail, raw);
}

/* From here on the cells of the block must be checked: one that was not is done first. */
static int must_check(struct csv *c, struct err *err)
{
	int rc = c->rows.checked && c->rows.n > 0 ? flush(c, err) : 0;

	c->rows.checked = false;
	return rc;
}

/* A row taken by hand: into the block, or rejected. */
static int add_by_hand(struct csv *c, enum csv_row_state state, struct err *err)
{
	static const char *const details[] = {
		[CSV_ROW_QUOTE] = "The row's quotes do not close.",
		[CSV_ROW_CELLS] = "The row has more cells than a row can have.",
		[CSV_ROW_LONG] = "A cell is longer than a cell can be.",
	};
	struct sv raw = sv_from(rest(c).p, c->row.text_n);
	uint32_t ncells = c->row.n;

	if (state != CSV_ROW_OK) {
		maker_reject(
			&c->maker, c->line, SV_NULL, SV_NULL, E_ROW_RAGGED, details[state], raw);
		if (state == CSV_ROW_QUOTE && ++c->bad_quotes > CSV_BAD_QUOTES_MAX)
			return err_set(err, E_UNREADABLE,
				"Quotes do not close in more than %u rows.", CSV_BAD_QUOTES_MAX);
		return 0;
	}
	if (is_blank(raw)) {
		maker_skip(&c->maker, 1);
		return 0;
	}
	while (ncells > c->rows.ncols && c->row.cells[ncells - 1].n == 0)
		ncells--;
	if (ncells != c->rows.ncols) {
		maker_keep_cells(&c->maker, c->row.cells, c->row.n);
		reject_ragged(c, c->row.n, c->line, raw);
		return 0;
	}
	int rc = must_check(c, err);
	c->rows.plain = c->rows.trimmed = false;
	uint32_t r = c->rows.n++;
	for (uint32_t i = 0; i < ncells; i++)
		rows_column(&c->rows, i)[r] = c->row.cells[i];
	c->rows.raw[r] = raw;
	c->rows.line[r] = c->line;
	return rc == 0 && c->rows.n == c->rows.cap ? flush(c, err) : rc;
}

/* Line ends within a row of the index, its own included. */
static uint32_t count_lines(const char *p, size_t n)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n' || (p[i] == '\r' && !(i + 1 < n && p[i + 1] == '\n'));
	return lines;
}

/* Rows of the index that go into the block together. */
struct run {
	const char *p;        /* what the index counts from */
	uint32_t first[1024]; /* per row of the block: its first cell in the index */
	uint32_t start[1024]; /* and where it begins */
	uint32_t from;        /* first row of the block that this run fills */
};
_Static_assert(CSV_CELLS_MAX == 1024, "rows_init keeps blocks at 1024 rows too");

static void unquote_column(struct csv *c, struct sv *cells, uint32_t from)
{
	char quote = c->mapping->dialect.quote;

	for (uint32_t r = from; r < c->rows.n; r++)
		if (cells[r].n >= 2 && cells[r].p[0] == quote)
			cells[r] = csv_unescape(
				sv_from(cells[r].p + 1, cells[r].n - 2), quote, &c->arena);
}

/* Cuts the rows of the run into cells, one column after the other. Columns that nobody asked for
 * are cut only where all cells must be checked. */
static void fill_columns(struct csv *c, const struct run *run)
{
	const uint32_t *ends = c->index.cell_end, *first = run->first;
	uint32_t n = c->rows.n;

	for (uint32_t i = 0; i < c->rows.ncols; i++) {
		struct sv *cells = rows_column(&c->rows, i);

		if (c->rows.checked && !c->maker.used[i])
			continue;
		for (uint32_t r = run->from; i == 0 && r < n; r++)
			cells[r] = sv_from(run->p + run->start[r], ends[first[r]] - run->start[r]);
		for (uint32_t r = run->from; i > 0 && r < n; r++) {
			uint32_t start = ends[first[r] + i - 1] + 1;

			cells[r] = sv_from(run->p + start, ends[first[r] + i] - start);
		}
		if (c->index.quoted)
			unquote_column(c, cells, run->from);
	}
}

static int finish_run(struct csv *c, struct run *run, struct err *err)
{
	fill_columns(c, run);
	if (run->from < c->rows.n) {
		c->rows.plain &= !c->index.odd && !c->index.gap;
		c->rows.trimmed &= c->rows.plain && !c->index.edge;
	}
	int rc = c->rows.n == c->rows.cap ? flush(c, err) : 0;
	run->from = c->rows.n;
	return rc;
}

/* One row of the index that has not the header's number of cells; true: it is taken all the same.
 */
static bool odd_row(struct csv *c, struct sv raw, uint32_t ncells, const uint32_t *ends)
{
	uint32_t extra = ncells - c->rows.ncols;

	if (is_blank(raw) || ncells == c->rows.ncols) { /* nothing but delimiters */
		maker_skip(&c->maker, 1);
		return false;
	}
	/* Delimiters behind the last column are a habit of some programs. */
	if (ncells > c->rows.ncols && ends[ncells - 1] - ends[ncells - 1 - extra] == extra)
		return true;
	keep_cells(c, raw);
	reject_ragged(c, ncells, c->line, raw);
	return false;
}

/* UTF-8 without NUL, as cells must be; text of ASCII alone is seen 16 bytes at a time. */
static bool text_ok(const char *p, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i zero = _mm_setzero_si128();

	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		if (_mm_movemask_epi8(_mm_cmpgt_epi8(v, zero)) != 0xffff)
			break;
	}
#endif
	n -= PLANTED && n > i;
	return memchr(p + i, '\0', n - i) == NULL && utf8_valid(sv_from(p + i, n - i));
}

/* All rows of the index, which counts from c->at; moves c->at and c->line behind them. */
static int take_index(struct csv *c, struct err *err)
{
	const struct csv_index *x = &c->index;
	const char *p = c->window + c->at;
	bool single_lines = x->line_ends == x->nrows;
	struct run run = {.p = p};
	uint32_t first = 0, start = 0;
	int rc = 0;

	if (x->nrows == 0)
		return 0;
	uint32_t end = x->cell_end[x->row_end[x->nrows - 1]];
	if (c->cap > ROWS_CELL_MAX || (x->odd && !text_ok(p, end)))
		rc = must_check(c, err);
	run.from = c->rows.n;
	for (uint32_t r = 0; r < x->nrows && rc == 0; r++) {
		uint32_t last = x->row_end[r], ncells = last + 1 - first;
		struct sv raw = sv_from(p + start, x->cell_end[last] - start);

		if ((ncells == c->rows.ncols && raw.n >= ncells) ||
			odd_row(c, raw, ncells, x->cell_end + first)) {
			uint32_t to = c->rows.n++;

			run.first[to] = first;
			run.start[to] = start;
			c->rows.raw[to] = raw;
			c->rows.line[to] = c->line;
			if (c->rows.n == c->rows.cap)
				rc = finish_run(c, &run, err);
		}
		c->line += single_lines ? 1 : count_lines(raw.p, raw.n);
		start = x->cell_end[last] + 1;
		start += x->returns && p[start - 1] == '\r' && c->at + start < c->n &&
			 p[start] == '\n';
		first = last + 1;
	}
	if (rc == 0)
		rc = finish_run(c, &run, err);
	c->at += start;
	return rc;
}

/* A CR at the very end of the window may be half a line end: left for the next window. */
static size_t scannable(const struct csv *c)
{
	struct sv s = rest(c);

	return s.n > 0 && !c->eof && s.p[s.n - 1] == '\r' ? s.n - 1 : s.n;
}

/* All whole rows of the window. What is left then is an unfinished row. */
static int read_window(struct csv *c, struct err *err)
{
	const struct mapping_dialect *d = &c->mapping->dialect;

	while (c->at < c->n) {
		c->scan(rest(c).p, scannable(c), d->delimiter, d->quote, &c->index);
		bool stopped = c->index.stopped;
		int rc = take_index(c, err);

		if (rc != 0 || c->at == c->n)
			return rc;
		/* By hand: quotes out of place, ones that never close, and very long rows. */
		if (!stopped && !c->eof && rest(c).n < BY_HAND_FROM)
			return 0;
		enum csv_row_state state = csv_row_parse(
			rest(c).p, rest(c).n, c->eof, d->delimiter, d->quote, &c->arena, &c->row);
		if (state == CSV_ROW_MORE)
			return 0;
		rc = add_by_hand(c, state, err);
		if (rc != 0)
			return rc;
		step_over(c);
	}
	return 0;
}

/* To where a part begins that is not the first. */
static void start_part(struct csv *c, const struct csv_part *part)
{
	c->mem = c->text.src.bytes + part->first;
	c->window = c->buffer;
	c->n = c->at = 0;
	c->eof = false;
	c->line = 1;
	maker_skip_none(&c->maker);
}

static bool at_end(const struct csv *c)
{
	return c->stop != NULL ? c->mem + c->at == c->stop : c->eof && c->at == c->n;
}

int csv_read_part(struct col_source src, const struct mapping *mapping, struct csv_part *part,
	struct err *err)
{
	struct csv *c CLEANUP(csv_close) = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = csv_open(c, src, mapping, err);
	if (rc == 0 && part->end > 0)
		c->stop = src.bytes + part->end;
	if (rc == 0)
		rc = read_header(c, err);
	if (rc == 0 && part->first > 0)
		start_part(c, part);
	if (part->first > 0 || part->end > 0)
		c->size = (part->end > 0 ? part->end : src.size) - part->first;
	c->maker.part = part->of_several;
	while (rc == 0 && !at_end(c)) {
		rc = read_window(c, err);
		if (rc == 0 && !at_end(c))
			rc = fill(c, err);
	}
	if (rc == 0)
		rc = flush(c, err);
	if (rc == 0)
		rc = maker_finish(&c->maker, &part->result, err);
	if (rc != 0)
		return rc;
	part->twins = c->maker.twins;
	c->maker.twins = (struct maker_twins){0};
	part->lines = c->line - 1;
	part->bad_quotes = c->bad_quotes;
	return 0;
}

int csv_read_whole(struct col_source src, const struct mapping *mapping, struct read_result *ret,
	struct err *err)
{
	struct csv_part part CLEANUP(csv_part_free) = {0};
	int rc = csv_read_part(src, mapping, &part, err);

	if (rc != 0)
		return rc;
	*ret = part.result;
	part.result = READ_RESULT_INIT;
	return 0;
}
