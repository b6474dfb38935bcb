/*
 * The rows' cells are JSON objects by column; the sheet's columns are all that occur, in the order
 * in which they are met.
 */
#include "write/rejects_writer.h"

#include <stdlib.h>

#include "base/arena.h"
#include "wire/json.h"

#define DEPTH 2
#define COLUMNS_MAX 2048u

struct rejects {
	const struct col *line, *column, *detail, *cells, *row;
	struct arena arena; /* names */
	struct sv names[COLUMNS_MAX];
	uint32_t n;
	bool has_text; /* a row without cells */
	struct json_member members[COLUMNS_MAX]; /* of one row */
};

static const struct col *text_column(const struct col_table *t, const char *name)
{
	const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(name));

	return c != NULL && c->type == COL_TEXT ? c : NULL;
}

static int add_name(struct rejects *r, struct sv name, struct err *err)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (sv_eq(r->names[i], name))
			return 0;
	if (r->n == COLUMNS_MAX)
		return err_set(err, E_LIMIT, "The rejected rows have too many columns.");
	r->names[r->n] = arena_sv(&r->arena, name);
	return r->names[r->n++].p == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

/* The row's cells, which the caller frees; NULL: it has none, or none that can be read. */
static struct json_object *cells_of(const struct rejects *r, uint32_t row)
{
	struct json_object *root = NULL;

	if (r->cells == NULL || !col_valid(r->cells, row) ||
		json_parse(col_text(r->cells, row), DEPTH, &root, NULL) != 0)
		return NULL;
	return root;
}

static int collect_names(struct rejects *r, uint32_t rows, struct err *err)
{
	int rc = 0;

	for (uint32_t row = 0; row < rows && rc == 0; row++) {
		struct json_object *cells CLEANUP(json_cleanup) = cells_of(r, row);

		size_t n = cells == NULL ? 0 : json_members(cells, r->members, COLUMNS_MAX);

		r->has_text |= cells == NULL;
		for (size_t i = 0; i < MIN(n, (size_t)COLUMNS_MAX) && rc == 0; i++)
			rc = add_name(r, r->members[i].key, err);
	}
	return rc;
}

static void put_text(struct writer *w, const struct col *c, uint32_t row)
{
	if (c == NULL || !col_valid(c, row))
		writer_empty(w);
	else
		writer_text(w, col_text(c, row));
}

static int put_row(struct writer *w, const struct rejects *r, uint32_t row, struct err *err)
{
	struct json_object *cells CLEANUP(json_cleanup) = cells_of(r, row);

	writer_decimal(w, r->line->i64[row], 0);
	put_text(w, r->column, row);
	put_text(w, r->detail, row);
	for (uint32_t i = 0; i < r->n; i++) {
		const struct json_object *cell = NULL;
		struct sv text = SV_NULL;

		if (cells != NULL && json_find(cells, r->names[i].p, &cell))
			text = json_as_text(cell);
		if (text.n == 0)
			writer_empty(w);
		else
			writer_text(w, text);
	}
	if (r->has_text && cells == NULL)
		put_text(w, r->row, row);
	return writer_row(w, err);
}

static int put_header(struct writer *w, const struct rejects *r, struct err *err)
{
	writer_text(w, SV(REPAIR_LINE));
	writer_text(w, SV(REPAIR_COLUMN));
	writer_text(w, SV(REPAIR_REASON));
	for (uint32_t i = 0; i < r->n; i++)
		writer_text(w, r->names[i]);
	if (r->has_text)
		writer_text(w, SV(REPAIR_TEXT));
	return writer_row(w, err);
}

/* Rows that are no rows are rejected before their neighbours are looked into. */
static int by_line(const void *a, const void *b, void *ctx)
{
	const struct rejects *r = ctx;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (r->line->i64[x] != r->line->i64[y])
		return r->line->i64[x] < r->line->i64[y] ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int write_all(struct rejects *r, uint32_t rows, enum write_format format,
	struct col_sink sink, struct err *err)
{
	struct writer *w CLEANUP(writer_free) = NULL;
	uint32_t *order CLEANUP(free_ptr) = calloc(rows + 1u, sizeof(*order));

	if (order == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < rows; i++)
		order[i] = i;
	qsort_r(order, rows, sizeof(*order), by_line, r);
	int rc = writer_new(format, sink, &w, err);
	if (rc == 0)
		rc = put_header(w, r, err);
	for (uint32_t i = 0; i < rows && rc == 0; i++)
		rc = put_row(w, r, order[i], err);
	return rc != 0 ? rc : writer_finish(w, err);
}

int rejects_writer_all(const struct col_table *rejects, const struct sv *columns,
	uint32_t ncolumns, enum write_format format, struct col_sink sink, struct err *err)
{
	struct rejects *r CLEANUP(free_ptr) = calloc(1, sizeof(*r));
	int rc = 0;

	if (r == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	r->line = col_find(rejects, COL_FIELD, SV("line"));
	r->column = text_column(rejects, "column");
	r->detail = text_column(rejects, "detail");
	r->cells = text_column(rejects, "cells");
	r->row = text_column(rejects, "row");
	if (r->line == NULL || r->line->type != COL_NUMBER)
		return err_set(err, E_CORRUPT, "The table has no rejected rows.");
	arena_init(&r->arena, 0);
	/* The columns of the rows come first, in the file's order; one that none has, behind. */
	rc = collect_names(r, rejects->rows, err);
	for (uint32_t i = 0; i < ncolumns && rc == 0; i++)
		rc = add_name(r, columns[i], err);
	if (rc == 0)
		rc = write_all(r, rejects->rows, format, sink, err);
	arena_free(&r->arena);
	return rc;
}
