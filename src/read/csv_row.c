/*
 * One row at a time, byte by byte. Rare in practice: what is fast is csv_scan.c.
 */
#include "read/csv_row.h"

#include <string.h>

#include "read/rows.h"

struct cursor {
	const char *p;
	size_t n, at;
	bool eof;
	char delimiter, quote;
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* Whether a cell can end at i: at a delimiter, a line end or the end of the file. */
static bool ends_at(const struct cursor *c, size_t i)
{
	return i >= c->n ? c->eof : c->p[i] == c->delimiter || is_line_end(c->p[i]);
}

struct sv csv_unescape(struct sv inside, char quote, struct arena *a)
{
	if (memchr(inside.p, quote, inside.n) == NULL)
		return inside;
	char *p = arena_alloc(a, inside.n + ROWS_PAD);
	size_t n = 0;

	if (p == NULL)
		return SV_NULL;
	for (size_t i = 0; i < inside.n; i++) {
		p[n++] = inside.p[i];
		if (inside.p[i] == quote && i + 1 < inside.n && inside.p[i + 1] == quote)
			i++;
	}
	return sv_from(p, n);
}

/* A quoted cell at c->at; *ret is its inside. */
static enum csv_row_state take_quoted(struct cursor *c, struct sv *ret, uint32_t *lines)
{
	size_t start = c->at + 1, i = start;
	bool stray = false;

	for (;; i++) {
		if (i >= c->n)
			return c->eof ? CSV_ROW_QUOTE : CSV_ROW_MORE;
		if (i - start > CSV_CELL_MAX)
			return CSV_ROW_QUOTE;
		if (is_line_end(c->p[i])) {
			if (stray)
				return CSV_ROW_QUOTE;
			*lines += c->p[i] == '\n' || i + 1 >= c->n || c->p[i + 1] != '\n';
		}
		if (c->p[i] != c->quote)
			continue;
		if (i + 1 >= c->n && !c->eof)
			return CSV_ROW_MORE;
		if (i + 1 < c->n && c->p[i + 1] == c->quote)
			i++;
		else if (ends_at(c, i + 1))
			break;
		else
			stray = true;
	}
	*ret = sv_from(c->p + start, i - start);
	c->at = i + 1;
	return CSV_ROW_OK;
}

static enum csv_row_state take_bare(struct cursor *c, struct sv *ret)
{
	size_t i = c->at;

	while (i < c->n && !ends_at(c, i))
		i++;
	if (i >= c->n && !c->eof)
		return CSV_ROW_MORE;
	*ret = sv_from(c->p + c->at, i - c->at);
	c->at = i;
	return ret->n > CSV_CELL_MAX ? CSV_ROW_LONG : CSV_ROW_OK;
}

/* After the last cell: takes the line end. */
static enum csv_row_state take_line_end(struct cursor *c, struct csv_row *ret)
{
	ret->text_n = c->at;
	if (c->at < c->n) {
		if (c->p[c->at] == '\r' && c->at + 1 >= c->n && !c->eof)
			return CSV_ROW_MORE;
		c->at += c->p[c->at] == '\r' && c->at + 1 < c->n && c->p[c->at + 1] == '\n' ? 2 : 1;
	}
	ret->lines++;
	ret->used = c->at;
	return CSV_ROW_OK;
}

static enum csv_row_state take_cells(struct cursor *c, struct arena *a, struct csv_row *ret)
{
	for (;;) {
		struct sv cell;
		bool quoted = c->at < c->n && c->quote != 0 && c->p[c->at] == c->quote;
		enum csv_row_state s =
			quoted ? take_quoted(c, &cell, &ret->lines) : take_bare(c, &cell);

		if (s != CSV_ROW_OK)
			return s;
		if (ret->n == CSV_CELLS_MAX)
			return CSV_ROW_CELLS;
		ret->cells[ret->n++] = quoted ? csv_unescape(cell, c->quote, a) : cell;
		if (c->at >= c->n || c->p[c->at] != c->delimiter)
			return CSV_ROW_OK;
		c->at++;
	}
}

enum csv_row_state csv_row_parse(const char *p, size_t n, bool eof, char delimiter, char quote,
	struct arena *a, struct csv_row *ret)
{
	struct cursor c = {p, n, 0, eof, delimiter, quote};

	ret->n = 0;
	ret->lines = 0;
	enum csv_row_state s = take_cells(&c, a, ret);
	if (s == CSV_ROW_OK)
		return take_line_end(&c, ret);
	if (s == CSV_ROW_MORE)
		return s;
	/* Not readable: step over its first line only. */
	ret->lines = 0;
	c.at = 0;
	while (c.at < n && !is_line_end(p[c.at]))
		c.at++;
	if (c.at >= n && !eof)
		return CSV_ROW_MORE;
	return take_line_end(&c, ret) == CSV_ROW_MORE ? CSV_ROW_MORE : s;
}
