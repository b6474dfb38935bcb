/*
 * Where the table is in a text file: how it is written, which row is its header, which rows at the
 * end are no data.
 *
 * The dialect is the one under which the rows agree best on a number of cells and the cells look
 * like values (after van den Burg, Nazabal, Sutton, "Wrangling messy CSV files by detecting row and
 * type patterns", 2019).
 */
#include "read/detect.h"

#include <string.h>

#include "read/cell.h"
#include "read/csv.h"
#include "read/csv_row.h"

#define DIALECT_ROWS 200u
#define PREAMBLE_MAX 100u
#define TAIL_BYTES 16384u

static const char delimiters[] = {',', ';', '\t', '|', ':', '^', '~'};

/* ---- sample ---- */

static int read_head(struct detect *d, struct err *err)
{
	struct text_source t;
	char raw[4096];
	size_t n = (size_t)MIN(d->src.size, (uint64_t)sizeof(raw));
	size_t cap = (size_t)MIN(d->src.size * 3 + 128, (uint64_t)DETECT_HEAD);
	char *head = arena_alloc(d->arena, cap + 64);
	size_t used = 0, got = 1;

	if (head == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = d->src.pread(d->src.ctx, 0, raw, n, err);
	if (rc != 0)
		return rc;
	d->dialect.encoding = encoding_guess(sv_from(raw, n), n == d->src.size);
	for (bool again = true; again;) {
		text_source_init(&t, d->src, d->dialect.encoding, d->src.size);
		for (used = 0, got = 1; got > 0 && cap - used >= 64; used += got) {
			rc = text_source_read(&t, head + used, cap - used, &got, err);
			if (rc != 0)
				return rc;
		}
		/* The first 4096 bytes may be ASCII and what follows Windows-1252. */
		again = d->dialect.encoding == ENCODING_UTF_8 &&
			encoding_guess(sv_from(head, used), got == 0) == ENCODING_WINDOWS_1252 &&
			!sv_starts_with(sv_from(raw, n), SV("\xef\xbb\xbf"));
		if (again)
			d->dialect.encoding = ENCODING_WINDOWS_1252;
	}
	d->head = sv_from(head, used);
	d->whole = got == 0;
	return used == 0 ? err_set(err, E_FILE_EMPTY, NULL) : 0;
}

/* ---- dialect ---- */

static char guess_quote(struct sv head, char delimiter)
{
	size_t twin[2] = {0, 0};
	static const char quotes[] = {'"', '\''};

	for (size_t q = 0; q < 2; q++)
		for (size_t i = 0; i < head.n; i++)
			if (head.p[i] == quotes[q] &&
				(i == 0 || head.p[i - 1] == delimiter || head.p[i - 1] == '\n' ||
					head.p[i - 1] == '\r'))
				twin[q]++;
	return twin[0] == 0 && twin[1] > 1 ? '\'' : '"';
}

static bool is_plain_value(struct sv s)
{
	if (s.n == 0 || detect_is_number(s) || detect_is_date(s))
		return true;
	/* Text without the marks that other dialects would split at. */
	for (size_t i = 0; i < s.n; i++)
		if (memchr(";|\t", s.p[i], 3) != NULL)
			return false;
	return s.n <= 200;
}

/* 0 to 1000 times the number of columns, roughly: how well the rows agree. */
static uint64_t dialect_score(struct detect *d, char delimiter, char quote, struct csv_row *row)
{
	uint32_t counts[CSV_CELLS_MAX + 1] = {0};
	struct arena a CLEANUP(arena_free) = {0};
	uint64_t cells = 0, plain = 0;
	uint32_t rows = 0, best = 1;

	arena_init(&a, 0);
	for (size_t at = 0; at < d->head.n && rows < DIALECT_ROWS; at += row->used) {
		enum csv_row_state s = csv_row_parse(
			d->head.p + at, d->head.n - at, d->whole, delimiter, quote, &a, row);

		if (s == CSV_ROW_MORE)
			break;
		if (s == CSV_ROW_OK && (row->n > 1 || sv_trim(row->cells[0]).n > 0)) {
			counts[row->n]++;
			for (uint32_t i = 0; i < row->n; i++)
				plain += is_plain_value(cell_trim(row->cells[i]));
			cells += row->n;
		}
		rows += s != CSV_ROW_OK || row->n > 1 || sv_trim(row->cells[0]).n > 0;
	}
	for (uint32_t n = 1; n <= CSV_CELLS_MAX; n++)
		if ((uint64_t)counts[n] * MIN(n, 3u) > (uint64_t)counts[best] * MIN(best, 3u))
			best = n;
	if (rows == 0 || cells == 0 || best < 2)
		return 0;
	uint64_t agree = (uint64_t)counts[best] * 1000 / rows, typed = plain * 1000 / cells;
	/* More columns count for more, but less and less. */
	uint64_t width = best < 4 ? best * 100 : 400 + MIN(best, 40u) * 5;
	return agree * agree / 1000 * (typed * typed / 1000) / 1000 * width;
}

static int guess_dialect(struct detect *d, struct err *err)
{
	struct csv_row *row = arena_alloc(d->arena, sizeof(*row));
	uint64_t best = 0;

	if (row == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	d->dialect.delimiter = ',';
	for (size_t i = 0; i < ARRAY_LEN(delimiters); i++) {
		char quote = guess_quote(d->head, delimiters[i]);
		uint64_t score = dialect_score(d, delimiters[i], quote, row);

		if (score > best) {
			best = score;
			d->dialect.delimiter = delimiters[i];
		}
	}
	d->dialect.quote = guess_quote(d->head, d->dialect.delimiter);
	return 0;
}

/* ---- rows ---- */

static int take_row(struct detect *d, const struct csv_row *row, bool ok, struct err *err)
{
	struct detect_row *to = &d->rows[d->nrows++];

	to->n = ok ? row->n : 0;
	to->cells = ARENA_ARRAY(d->arena, to->n + 1u, struct sv);
	if (to->cells == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < to->n; i++)
		to->cells[i] = row->cells[i];
	return 0;
}

static int take_rows(struct detect *d, struct err *err)
{
	struct csv_row *row = arena_alloc(d->arena, sizeof(*row));

	d->rows = ARENA_ARRAY(d->arena, DETECT_ROWS, struct detect_row);
	if (row == NULL || d->rows == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t at = 0; at < d->head.n && d->nrows < DETECT_ROWS; at += row->used) {
		enum csv_row_state s = csv_row_parse(d->head.p + at, d->head.n - at, d->whole,
			d->dialect.delimiter, d->dialect.quote, d->arena, row);

		if (s == CSV_ROW_MORE)
			break;
		int rc = take_row(d, row, s == CSV_ROW_OK, err);
		if (rc != 0)
			return rc;
	}
	return d->nrows > 0 ? 0 : err_set(err, E_UNREADABLE, "No row of the file can be read.");
}

bool detect_row_blank(const struct detect_row *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (cell_trim(r->cells[i]).n > 0)
			return false;
	return true;
}

/* The most frequent number of cells; on a tie the larger. */
static uint32_t common_width(const struct detect *d)
{
	uint32_t counts[CSV_CELLS_MAX + 1] = {0}, best = 1;

	for (uint32_t i = 0; i < d->nrows; i++)
		if (!detect_row_blank(&d->rows[i]))
			counts[d->rows[i].n]++;
	for (uint32_t n = 1; n <= CSV_CELLS_MAX; n++)
		if (counts[n] > 0 && counts[n] >= counts[best])
			best = n;
	return best;
}

/* ---- header ---- */

bool detect_is_number(struct sv s)
{
	bool digit = false;

	if (s.n == 0 || s.n > 40)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digit = true;
		else if (memchr("+-.,' ()$%", s.p[i], 10) == NULL && (unsigned char)s.p[i] < 0x80)
			return false;
	}
	return digit;
}

bool detect_is_date(struct sv s)
{
	int32_t day;

	if (s.n < 6 || s.n > 40)
		return false;
	for (int order = DATE_YMD; order <= DATE_MDY; order++)
		if (cell_date(s, (enum date_order)order, &day) == 0)
			return true;
	return false;
}

static uint32_t filled(const struct detect_row *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n; i++)
		n += cell_trim(r->cells[i]).n > 0;
	return n;
}

static uint32_t typed(const struct detect_row *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		struct sv s = cell_trim(r->cells[i]);

		n += s.n > 0 && (detect_is_number(s) || detect_is_date(s));
	}
	return n;
}

static uint32_t known_names(const struct detect_row *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n; i++)
		n += detect_name_role(r->cells[i]) != NAME_NONE;
	return n;
}

static uint32_t currency_codes(const struct detect_row *r)
{
	uint32_t n = 0;
	int32_t packed;

	for (uint32_t i = 0; i < r->n; i++)
		n += cell_currency(cell_trim(r->cells[i]), &packed) == 0;
	return n;
}

/* Whether a value of the row stands again in its own column below. */
static bool repeats_below(const struct detect *d, uint32_t at)
{
	for (uint32_t r = at + 1; r < d->nrows && r < at + 200; r++)
		for (uint32_t i = 0; i < d->rows[at].n && i < d->rows[r].n; i++)
			if (d->rows[at].cells[i].n > 0 &&
				sv_eq(d->rows[at].cells[i], d->rows[r].cells[i]))
				return true;
	return false;
}

/* Columns whose values below row at look typed, of which that row has a word instead. */
static uint32_t words_over_values(const struct detect *d, uint32_t at)
{
	uint32_t columns = 0;

	for (uint32_t i = 0; i < d->width && i < d->rows[at].n; i++) {
		uint32_t values = 0, like = 0;

		for (uint32_t r = at + 1; r < d->nrows && r < at + 50; r++) {
			struct sv s = i < d->rows[r].n ? cell_trim(d->rows[r].cells[i]) : SV("");

			values += s.n > 0;
			like += s.n > 0 && (detect_is_number(s) || detect_is_date(s));
		}
		columns += values >= 2 && like * 10 >= values * 8 &&
			   cell_trim(d->rows[at].cells[i]).n > 0;
	}
	return columns;
}

/* Whether the row below a header belongs to it: words over numbers, and names of their own or the
 * only ones of their columns. */
static bool continues_header(const struct detect *d, uint32_t at)
{
	const struct detect_row *over = &d->rows[at - 1], *row = &d->rows[at];
	uint32_t alone = 0;

	if (row->n != d->width || typed(row) > 0 || words_over_values(d, at) == 0)
		return false;
	for (uint32_t i = 0; i < row->n && i < over->n; i++)
		alone += cell_trim(over->cells[i]).n == 0 && cell_trim(row->cells[i]).n > 0;
	return alone > 0 || known_names(row) * 2 >= filled(row) ||
	       currency_codes(row) == filled(row);
}

/* Row i is the header, or without one the first of the data. */
static void take_header(struct detect *d, uint32_t i, bool header)
{
	bool two = header && i + 1 < d->nrows && continues_header(d, i + 1);

	d->dialect.header_row = header ? i + 1 : 0;
	d->dialect.header_rows = two ? 2 : 1;
	d->dialect.skip_rows = header ? 0 : i;
	d->first = header ? i + 1 + two : i;
}

/* The header is the first row of full width with names in it. Data of full width before any such
 * row: there is none. */
void detect_header(struct detect *d)
{
	d->first = 0;
	d->dialect.header_row = 0;
	for (uint32_t i = 0; i < d->nrows && i < PREAMBLE_MAX; i++) {
		const struct detect_row *r = &d->rows[i];

		if (r->n != d->width || filled(r) * 2 < d->width || detect_row_blank(r))
			continue;
		/* Names are no numbers and no days; a year or two among many may be. */
		bool header = typed(r) == 0 || (known_names(r) * 2 >= r->n && typed(r) * 4 <= r->n);
		if (header && known_names(r) == 0 && d->nrows - i > 1 && repeats_below(d, i))
			header = false;
		take_header(d, i, header);
		return;
	}
	/* No row looks like any: the first one counts. */
	d->dialect.header_row = d->nrows > 1 || typed(&d->rows[0]) == 0 ? 1 : 0;
	d->first = d->dialect.header_row;
	d->width = d->rows[0].n;
}

/* ---- footer ---- */

static bool is_total_word(struct sv s)
{
	static const char *const words[] = {"total", "totals", "sum", "summe", "gesamt", "saldo",
		"closing balance", "opening balance", "balance", "end of", "records", "rows",
		"count", "subtotal", "grand total", "trailer", "***"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct sv w = sv_from_cstr(words[i]);

		if (s.n >= w.n && sv_eq_nocase(sv_from(s.p, w.n), w) &&
			(s.n == w.n || !((s.p[w.n] | 0x20) >= 'a' && (s.p[w.n] | 0x20) <= 'z')))
			return true;
	}
	return false;
}

bool detect_is_footer(const struct detect *d, const struct sv *cells, uint32_t n)
{
	uint32_t seen = 0, words = 0, dates = 0, full = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct sv s = cell_trim(cells[i]);

		if (s.n == 0)
			continue;
		full++;
		dates += detect_is_date(s);
		if (seen++ < 2)
			words += is_total_word(s);
	}
	if (words > 0 && dates == 0)
		return true;
	return n != d->width && dates == 0 && full * 2 <= d->width;
}

/* How many rows at the end are totals or remarks. */
static int guess_footer(struct detect *d, struct err *err)
{
	char tail[TAIL_BYTES + 64];
	struct csv_row *row = arena_alloc(d->arena, sizeof(*row));

	if (row == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t n = 1; n <= DETECT_FOOTER; n++) {
		struct text_source t;
		uint64_t start;
		size_t got = 0;

		if (csv_footer_start(d->src, d->dialect.encoding, n, &start, NULL) != 0)
			return 0;
		text_source_init(&t, d->src, d->dialect.encoding, d->src.size);
		t.started = true;
		t.at = start;
		int rc = text_source_read(&t, tail, TAIL_BYTES, &got, err);
		if (rc != 0)
			return rc;
		if (got == 0 || csv_row_parse(tail, got, got < TAIL_BYTES, d->dialect.delimiter,
					d->dialect.quote, d->arena, row) != CSV_ROW_OK)
			return 0;
		if (!detect_is_footer(d, row->cells, row->n) ||
			(d->whole && d->nrows <= d->first + n))
			return 0;
		d->dialect.footer_rows = n;
	}
	d->dialect.footer_rows = 0; /* that many are no footer */
	return 0;
}

/* The footer's rows are no data of the sample either. */
static void drop_footer(struct detect *d)
{
	uint32_t left = d->dialect.footer_rows;

	while (d->whole && left > 0 && d->nrows > d->first) {
		left -= !detect_row_blank(&d->rows[d->nrows - 1]);
		d->nrows--;
	}
}

int detect_table(struct detect *d, struct err *err)
{
	int rc = read_head(d, err);

	if (rc == 0)
		rc = guess_dialect(d, err);
	if (rc == 0)
		rc = take_rows(d, err);
	if (rc != 0)
		return rc;
	d->width = common_width(d);
	detect_header(d);
	if (d->width == 0)
		return err_set(err, E_UNREADABLE, "The first row of the file cannot be read.");
	rc = guess_footer(d, err);
	drop_footer(d);
	return rc;
}
