/*
 * The merge builds both tables anew, column by column: old rows first, then the repaired ones in the
 * order of their lines; rejects without those that were repaired.
 */
#include "read/repair.h"

#include <stdlib.h>
#include <string.h>

#include "col/col_build.h"
#include "read/cell.h"
#include "wire/json.h"

#define LINE_FIELD "recon_line"
#define CELLS_DEPTH 2
#define CELLS_MAX 2048u

/* ---- reading the sheet ---- */

/* How the sheet is written; header and rows are where our own sheet has them. */
static int sheet_dialect(
	struct col_source src, struct arena *a, struct mapping *m, struct err *err)
{
	struct read_proposal p;
	int rc = read_detect(src, NULL, a, &p, err);

	if (rc != 0)
		return rc;
	if (!(mapping_dialect_members(p.mapping.format) & DIALECT_HEADER))
		return err_set(err, E_REPAIR, "Repaired rows come as CSV or in a workbook.");
	m->format = p.mapping.format;
	m->dialect = p.mapping.dialect;
	m->dialect.header_row = m->dialect.header_rows = 1;
	m->dialect.skip_rows = m->dialect.footer_rows = 0;
	m->dialect.guard = sv_eq(m->format, SV("csv"));
	return 0;
}

int repair_read(struct col_source src, const struct mapping *mapping, struct read_result *ret,
	struct err *err)
{
	struct arena a CLEANUP(arena_free);
	struct mapping m = *mapping;

	arena_init(&a, 64u << 20);
	m.fields = ARENA_ARRAY(&a, mapping->nfields + 1u, struct mapping_field);
	if (m.fields == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(m.fields, mapping->fields, mapping->nfields * sizeof(*m.fields));
	m.fields[m.nfields++] = (struct mapping_field){.field = SV(LINE_FIELD),
		.type = COL_NUMBER,
		.columns = {SV(REPAIR_LINE)},
		.ncolumns = 1,
		.scale = -1,
		.required = true};
	int rc = sheet_dialect(src, &a, &m, err);
	return rc != 0 ? rc : read_file(src, &m, ret, err);
}

/* ---- which rows are whose ---- */

struct open_row {
	int64_t line;
	uint32_t reject; /* row of the old rejects */
	bool taken;
};

struct fixed_row {
	int64_t line;
	uint32_t row; /* of the sheet's table */
};

struct merge {
	const struct read_result *before, *sheet;
	const struct col *sheet_line;
	struct open_row *open; /* by line */
	uint32_t nopen;
	struct fixed_row *fixed;
	uint32_t nfixed;
	uint32_t *from;    /* per column of before: that of the sheet, or UINT32_MAX */
	uint32_t *replace; /* per old reject: row of the sheet's rejects that says it anew, or UINT32_MAX */
	uint8_t *extra;    /* per row of the sheet: it has a cell where the table has no column */
	struct repair_counts counts;
};

static void merge_end(struct merge *m)
{
	free(m->open);
	free(m->fixed);
	free(m->from);
	free(m->replace);
	free(m->extra);
}

static int by_line(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static const struct col *number_column(const struct col_table *t, const char *name)
{
	const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(name));

	return c != NULL && c->type == COL_NUMBER ? c : NULL;
}

static int list_open(struct merge *m, struct err *err)
{
	const struct col *line = number_column(&m->before->rejects, "line");

	m->nopen = m->before->rejects.rows;
	m->open = calloc(m->nopen + 1u, sizeof(*m->open));
	m->replace = calloc(m->nopen + 1u, sizeof(*m->replace));
	if (m->open == NULL || m->replace == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (line == NULL)
		return err_set(err, E_CORRUPT, "The rejected rows have no lines.");
	for (uint32_t r = 0; r < m->nopen; r++) {
		m->open[r] = (struct open_row){line->i64[r], r, false};
		m->replace[r] = UINT32_MAX;
	}
	qsort(m->open, m->nopen, sizeof(*m->open), by_line);
	return 0;
}

/* The next open row of a line; NULL: there is none (any more). */
static struct open_row *take_open(struct merge *m, int64_t line)
{
	struct open_row *found = bsearch(&line, m->open, m->nopen, sizeof(*m->open), by_line);

	while (found != NULL && found > m->open && found[-1].line == line)
		found--;
	for (; found != NULL && found < m->open + m->nopen && found->line == line; found++)
		if (!found->taken) {
			found->taken = true;
			return found;
		}
	return NULL;
}

static bool is_ours(const struct col *c)
{
	return sv_starts_with(sv_from_cstr(c->name), SV(REPAIR_PREFIX));
}

/* A row may not bring a cell that the table has no column for: it would be lost. */
static void find_extra(struct merge *m)
{
	const struct col_table *t = &m->sheet->table;

	for (uint32_t i = 0; i < t->ncols; i++) {
		const struct col *c = &t->cols[i];

		if (c->role != COL_SOURCE || is_ours(c) ||
			col_find(&m->before->table, COL_SOURCE, sv_from_cstr(c->name)) != NULL)
			continue;
		for (uint32_t r = 0; r < t->rows; r++)
			m->extra[r] |= col_valid(c, r) && cell_trim(col_text(c, r)).n > 0;
	}
}

static bool same_kind(const struct col *a, const struct col *b)
{
	return a->type == b->type && a->scale == b->scale && a->currency == b->currency;
}

/* Both were made through one mapping; a source column need not be in the sheet. */
static int pair_columns(struct merge *m, struct err *err)
{
	const struct col_table *old = &m->before->table, *new = &m->sheet->table;

	m->from = calloc(old->ncols + 1u, sizeof(*m->from));
	m->extra = calloc(new->rows + 1u, 1);
	if (m->from == NULL || m->extra == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < old->ncols; i++) {
		const struct col *c =
			col_find(new, old->cols[i].role, sv_from_cstr(old->cols[i].name));

		m->from[i] = c == NULL ? UINT32_MAX : (uint32_t)(c - new->cols);
		if (c == NULL ? old->cols[i].role == COL_FIELD : !same_kind(&old->cols[i], c))
			return err_set(err, E_CORRUPT, "The repaired rows have other columns.");
	}
	m->sheet_line = number_column(new, LINE_FIELD);
	if (m->sheet_line == NULL)
		return err_set(err, E_CORRUPT, "The repaired rows have no lines.");
	find_extra(m);
	return 0;
}

static int choose_fixed(struct merge *m, struct err *err)
{
	const struct col_table *t = &m->sheet->table;

	m->fixed = calloc(t->rows + 1u, sizeof(*m->fixed));
	if (m->fixed == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t r = 0; r < t->rows; r++) {
		int64_t line = m->sheet_line->i64[r];

		if (m->extra[r])
			m->counts.rejected++;
		else if (take_open(m, line) == NULL)
			m->counts.ignored++;
		else
			m->fixed[m->nfixed++] = (struct fixed_row){line, r};
	}
	qsort(m->fixed, m->nfixed, sizeof(*m->fixed), by_line);
	m->counts.repaired = m->nfixed;
	return 0;
}

/* ---- rows that still are rejected ---- */

static struct sv text_of(const struct col_table *t, const char *name, uint32_t row)
{
	const struct col *c = col_find(t, COL_FIELD, sv_from_cstr(name));

	return c != NULL && c->type == COL_TEXT && col_valid(c, row) ? col_text(c, row) : SV_NULL;
}

/* The line that a rejected row of the sheet names; 0: none that can be read. */
static int64_t line_of_reject(const struct merge *m, uint32_t row)
{
	struct json_object *cells CLEANUP(json_cleanup) = NULL;
	const struct json_object *cell = NULL;
	int64_t line = 0;

	if (json_parse(text_of(&m->sheet->rejects, "cells", row), CELLS_DEPTH, &cells, NULL) != 0 ||
		!json_find(cells, REPAIR_LINE, &cell) ||
		!sv_to_i64(cell_trim(json_as_text(cell)), 1, INT64_MAX, &line))
		return 0;
	return line;
}

/* They take no open row from a repaired one, so they come last. */
static void find_still_rejected(struct merge *m)
{
	for (uint32_t r = 0; r < m->sheet->rejects.rows; r++) {
		struct open_row *o = take_open(m, line_of_reject(m, r));

		if (o == NULL) {
			m->counts.ignored++;
			continue;
		}
		o->taken = false;
		m->replace[o->reject] = r;
		m->counts.rejected++;
	}
}

/* The cells without the columns that are ours. */
static void strip_cells(struct sv json, struct buf *out)
{
	static const size_t prefix = sizeof(REPAIR_PREFIX) - 1;
	struct json_object *cells CLEANUP(json_cleanup) = NULL;
	struct json_member *members CLEANUP(free_ptr) = calloc(CELLS_MAX, sizeof(*members));
	struct json_writer w = json_writer_of(out);

	buf_reset(out);
	if (members == NULL || json_parse(json, CELLS_DEPTH, &cells, NULL) != 0)
		return;
	size_t n = MIN(json_members(cells, members, CELLS_MAX), (size_t)CELLS_MAX);
	json_open_object(&w, NULL);
	for (size_t i = 0; i < n; i++)
		if (members[i].key.n < prefix || memcmp(members[i].key.p, REPAIR_PREFIX, prefix) != 0)
			json_put_text(&w, members[i].key.p, json_as_text(members[i].value));
	json_close_object(&w);
}

/* What is wrong with the row now; what it was in the file stays. */
static const struct col_table *table_saying(const struct merge *m, const char *name, uint32_t *row)
{
	uint32_t anew = m->replace[*row];

	if (anew == UINT32_MAX || strcmp(name, "row") == 0)
		return &m->before->rejects;
	*row = anew;
	return &m->sheet->rejects;
}

static void put_reject(
	struct merge *m, struct col_build *b, uint32_t i, uint32_t reject, struct buf *scratch)
{
	const struct col *c = &m->before->rejects.cols[i];
	uint32_t row = reject;

	if (c->type == COL_NUMBER) {
		col_build_i64(b, i, c->i64[reject]);
		return;
	}
	const struct col_table *t = table_saying(m, c->name, &row);
	struct sv text = text_of(t, c->name, row);
	if (t == &m->sheet->rejects && strcmp(c->name, "cells") == 0) {
		strip_cells(text, scratch);
		text = buf_sv(scratch);
	}
	if (text.n == 0)
		col_build_missing(b, i);
	else
		col_build_str(b, i, text, SV_NULL);
}

static int make_rejects(struct merge *m, struct col_table *ret, struct err *err)
{
	const struct col_table *old = &m->before->rejects;
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	struct buf scratch CLEANUP(buf_free) = BUF_INIT;
	uint8_t *gone CLEANUP(free_ptr) = calloc(m->nopen + 1u, 1);
	int rc = col_build_init(&b, old->ncols, err);

	if (rc == 0 && gone == NULL)
		rc = err_set(err, E_NO_MEMORY, NULL);
	if (rc != 0)
		return rc;
	for (uint32_t k = 0; k < m->nopen; k++)
		gone[m->open[k].reject] = m->open[k].taken;
	for (uint32_t i = 0; i < old->ncols; i++) {
		col_build_define(&b, i, old->cols[i].name, old->cols[i].type, old->cols[i].role);
		for (uint32_t r = 0; r < old->rows; r++)
			if (!gone[r])
				put_reject(m, &b, i, r, &scratch);
	}
	return col_build_finish(&b, ret, err);
}

/* ---- the rows ---- */

static void put_cell(struct col_build *b, uint32_t i, const struct col *c, uint32_t row)
{
	if (c == NULL || !col_valid(c, row)) {
		col_build_missing(b, i);
		return;
	}
	switch (col_held(c->type)) {
	case COL_I64:
		col_build_i64(b, i, c->i64[row]);
		break;
	case COL_I32:
		col_build_i32(b, i, c->i32[row]);
		break;
	case COL_STR:
		col_build_str(b, i, col_text(c, row),
			c->role == COL_FIELD ? col_folded(c, row) : SV_NULL);
		break;
	}
}

static void put_column(const struct merge *m, struct col_build *b, uint32_t i)
{
	const struct col *old = &m->before->table.cols[i];
	const struct col *new =
		m->from[i] == UINT32_MAX ? NULL : &m->sheet->table.cols[m->from[i]];
	struct col *c = &b->cols[i].col;

	col_build_define(b, i, old->name, old->type, old->role);
	c->scale = old->scale;
	c->currency = old->currency;
	c->currency_col = old->currency_col;
	for (uint32_t r = 0; r < m->before->table.rows; r++)
		put_cell(b, i, old, r);
	for (uint32_t k = 0; k < m->nfixed; k++)
		put_cell(b, i, new, m->fixed[k].row);
}

/* Equal rows by hash, as when a file is read: the later one repeats the earlier. */
struct twin {
	uint64_t hash;
	uint32_t row;
};

static int by_hash(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Flags of the old rows stay; a new one is compared with all. */
static int flag_rows(const struct merge *m, struct col_table *t, struct err *err)
{
	uint64_t *hashes CLEANUP(free_ptr) = calloc(t->rows + 1u, sizeof(*hashes));
	struct twin *twins CLEANUP(free_ptr) = calloc(t->rows + 1u, sizeof(*twins));
	uint8_t *flags = col_table_alloc(t, t->rows);
	uint32_t old = m->before->table.rows;
	bool any = m->before->table.flags != NULL;

	if (hashes == NULL || twins == NULL || flags == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if (any)
		memcpy(flags, m->before->table.flags, old);
	col_row_hash(t, 1u << COL_FIELD | 1u << COL_SOURCE, hashes);
	for (uint32_t r = 0; r < t->rows; r++)
		twins[r] = (struct twin){hashes[r], r};
	qsort(twins, t->rows, sizeof(*twins), by_hash);
	for (uint32_t k = 1; k < t->rows; k++) {
		if (twins[k].hash != twins[k - 1].hash || twins[k].row < old)
			continue;
		flags[twins[k].row] |= COL_ROW_REPEATED | COL_ROW_HAS_TWIN;
		flags[twins[k - 1].row] |= COL_ROW_HAS_TWIN;
		any = true;
	}
	t->flags = any ? flags : NULL;
	return 0;
}

static int make_table(const struct merge *m, struct col_table *ret, struct err *err)
{
	const struct col_table *old = &m->before->table;
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	int rc;

	if ((uint64_t)old->rows + m->nfixed > COL_ROWS_MAX)
		return err_set(err, E_LIMIT, "A dataset has at most %u rows.", COL_ROWS_MAX);
	rc = col_build_init(&b, old->ncols, err);
	for (uint32_t i = 0; rc == 0 && i < old->ncols; i++)
		put_column(m, &b, i);
	for (uint32_t r = 0; rc == 0 && old->line != NULL && r < old->rows; r++)
		col_build_line(&b, old->line[r]);
	for (uint32_t k = 0; rc == 0 && old->line != NULL && k < m->nfixed; k++)
		col_build_line(&b, (uint32_t)MIN(m->fixed[k].line, (int64_t)UINT32_MAX));
	if (rc == 0)
		rc = col_build_finish(&b, &t, err);
	if (rc == 0)
		rc = flag_rows(m, &t, err);
	if (rc == 0) {
		*ret = t;
		t = COL_TABLE_INIT;
	}
	return rc;
}

static int merge(struct merge *m, struct read_result *ret, struct err *err)
{
	int rc = list_open(m, err);

	if (rc == 0)
		rc = pair_columns(m, err);
	if (rc == 0)
		rc = choose_fixed(m, err);
	if (rc != 0)
		return rc;
	find_still_rejected(m);
	if (m->nfixed == 0)
		return err_set(err, E_REPAIR,
			"No row was repaired: %llu are still rejected, %llu have a line that is of no "
			"rejected row.",
			(unsigned long long)m->counts.rejected,
			(unsigned long long)m->counts.ignored);
	rc = make_table(m, &ret->table, err);
	if (rc == 0)
		rc = make_rejects(m, &ret->rejects, err);
	ret->info = m->before->info;
	ret->info.rows_accepted += m->nfixed;
	ret->info.rows_rejected -= m->nfixed;
	return rc;
}

int repair_merge(const struct read_result *before, const struct read_result *sheet,
	struct read_result *ret, struct repair_counts *ret_counts, struct err *err)
{
	struct merge m CLEANUP(merge_end) = {.before = before, .sheet = sheet};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	int rc = merge(&m, &r, err);

	if (rc != 0)
		return rc;
	*ret_counts = m.counts;
	*ret = r;
	r = READ_RESULT_INIT;
	return 0;
}
