/*
 * Growing columns. Arrays double, are trimmed at the end to their length plus COL_PAD zero bytes, and
 * go over to the table with the list that owns them.
 */
#include "col/col_build.h"

#include <stdlib.h>

#include "col/col_alloc.h"

#define BUILD_ROWS_MIN 1024u
#define BUILD_BYTES_MIN 16384u

void col_build_free(struct col_build *b)
{
	col_alloc_free(&b->allocs);
	free(b->cols);
	*b = COL_BUILD_INIT;
}

int col_build_init(struct col_build *b, uint32_t ncols, struct err *err)
{
	*b = COL_BUILD_INIT;
	if (ncols > COL_COLUMNS_MAX)
		return err_set(err, E_LIMIT, "A table has at most %u columns.", COL_COLUMNS_MAX);
	b->cols = calloc(ncols + 1u, sizeof(*b->cols));
	if (b->cols == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	b->ncols = ncols;
	for (uint32_t i = 0; i < ncols; i++)
		b->cols[i].col.currency_col = -1;
	return 0;
}

void col_build_define(
	struct col_build *b, uint32_t i, const char *name, enum col_type type, enum col_role role)
{
	b->cols[i].col.name = name;
	b->cols[i].col.type = type;
	b->cols[i].col.role = role;
}

/* Resizes *p to n bytes and COL_PAD more. */
static bool build_resize(struct col_build *b, void *p, size_t n)
{
	void *old, *new;

	memcpy(&old, p, sizeof(old));
	new = col_alloc_resize(&b->allocs, old, n);
	if (new == NULL) {
		b->error = E_NO_MEMORY;
		return false;
	}
	memcpy(p, &new, sizeof(new));
	return true;
}

static size_t row_bytes(enum col_type type)
{
	return col_held(type) == COL_I64 ? 8 : 4;
}

static bool build_grow_rows(struct col_build *b, struct col_build_col *c, uint32_t need)
{
	uint64_t cap = MAX(c->cap, BUILD_ROWS_MIN);

	while (cap < need)
		cap *= 2;
	cap = MIN(cap, COL_ROWS_MAX);
	bool ok = col_held(c->col.type) == COL_STR
			  ? build_resize(b, &c->col.str.off, (cap + 1) * 4) &&
				    (c->col.fold.off == NULL ||
					    build_resize(b, &c->col.fold.off, (cap + 1) * 4))
			  : build_resize(b, &c->col.i64, cap * row_bytes(c->col.type));
	if (ok && c->col.valid != NULL)
		ok = build_resize(b, &c->col.valid, (cap + 63) / 64 * 8);
	if (ok) {
		if (c->cap == 0 && col_held(c->col.type) == COL_STR)
			c->col.str.off[0] = 0;
		c->cap = (uint32_t)cap;
	}
	return ok;
}

/* Room for n more bytes behind the used ones. */
static bool build_grow_bytes(
	struct col_build *b, char **bytes, size_t *ret_cap, size_t used, size_t n)
{
	size_t cap = MAX(*ret_cap, (size_t)BUILD_BYTES_MIN);

	if (used + n <= *ret_cap)
		return true;
	if (n > UINT32_MAX - used) {
		b->error = E_LIMIT;
		return false;
	}
	while (cap < used + n)
		cap *= 2;
	if (!build_resize(b, bytes, cap))
		return false;
	*ret_cap = cap;
	return true;
}

bool col_build_reserve(struct col_build *b, uint32_t i, uint32_t rows, size_t bytes)
{
	struct col_build_col *c = &b->cols[i];

	if (b->error != 0)
		return false;
	if (rows > COL_ROWS_MAX - c->n) {
		b->error = E_LIMIT;
		return false;
	}
	if (c->n + rows > c->cap && !build_grow_rows(b, c, c->n + rows))
		return false;
	if (bytes == 0)
		return true;
	return build_grow_bytes(b, &c->col.str.bytes, &c->bytes_cap, c->col.str.off[c->n], bytes);
}

void col_build_i64(struct col_build *b, uint32_t i, int64_t v)
{
	struct col_build_col *c = &b->cols[i];

	if (!col_build_reserve(b, i, 1, 0))
		return;
	c->col.i64[c->n] = v;
	col_build_commit(c);
}

void col_build_i32(struct col_build *b, uint32_t i, int32_t v)
{
	struct col_build_col *c = &b->cols[i];

	if (!col_build_reserve(b, i, 1, 0))
		return;
	c->col.i32[c->n] = v;
	col_build_commit(c);
}

/* The first cell that folds to something else: all before it fold to themselves. */
static bool build_start_fold(struct col_build *b, struct col_build_col *c)
{
	size_t used = c->col.str.off[c->n];

	if (!build_resize(b, &c->col.fold.off, ((size_t)c->cap + 1) * 4))
		return false;
	if (!build_resize(b, &c->col.fold.bytes, c->bytes_cap))
		return false;
	c->fold_cap = c->bytes_cap;
	memcpy(c->col.fold.off, c->col.str.off, ((size_t)c->n + 1) * 4);
	if (used > 0)
		memcpy(c->col.fold.bytes, c->col.str.bytes, used);
	return true;
}

bool col_build_reserve_fold(struct col_build *b, uint32_t i, size_t bytes)
{
	struct col_build_col *c = &b->cols[i];

	if (b->error != 0 || (c->col.fold.off == NULL && !build_start_fold(b, c)))
		return false;
	return build_grow_bytes(b, &c->col.fold.bytes, &c->fold_cap, c->col.fold.off[c->n], bytes);
}

static void build_add_fold(struct col_build *b, struct col_build_col *c, struct sv folded)
{
	size_t used = c->col.fold.off[c->n];

	if (folded.n > 0) {
		if (!build_grow_bytes(b, &c->col.fold.bytes, &c->fold_cap, used, folded.n))
			return;
		memcpy(c->col.fold.bytes + used, folded.p, folded.n);
	}
	c->col.fold.off[c->n + 1] = (uint32_t)(used + folded.n);
}

void col_build_str(struct col_build *b, uint32_t i, struct sv text, struct sv folded)
{
	struct col_build_col *c = &b->cols[i];
	bool differs = folded.p != NULL && !sv_eq(text, folded);

	if (!col_build_reserve(b, i, 1, text.n))
		return;
	if (differs && c->col.fold.off == NULL && !build_start_fold(b, c))
		return;
	if (c->col.fold.off != NULL)
		build_add_fold(b, c, differs ? folded : text);
	size_t used = c->col.str.off[c->n];
	if (text.n > 0)
		memcpy(c->col.str.bytes + used, text.p, text.n);
	c->col.str.off[c->n + 1] = (uint32_t)(used + text.n);
	col_build_commit(c);
}

void col_build_missing(struct col_build *b, uint32_t i)
{
	struct col_build_col *c = &b->cols[i];

	if (!col_build_reserve(b, i, 1, 0))
		return;
	if (c->col.valid == NULL) {
		size_t n = ((size_t)c->cap + 63) / 64 * 8;

		if (!build_resize(b, &c->col.valid, n))
			return;
		memset(c->col.valid, 0xff, n);
	}
	c->col.valid[c->n >> 6] &= ~(UINT64_C(1) << (c->n & 63));
	if (col_held(c->col.type) == COL_STR) {
		c->col.str.off[c->n + 1] = c->col.str.off[c->n];
		if (c->col.fold.off != NULL)
			c->col.fold.off[c->n + 1] = c->col.fold.off[c->n];
	} else if (col_held(c->col.type) == COL_I64) {
		c->col.i64[c->n] = 0;
	} else {
		c->col.i32[c->n] = 0;
	}
	c->n++;
}

void col_build_commit_all(struct col_build_col *c, uint32_t n)
{
	if (c->col.valid == NULL)
		c->n += n;
	else
		for (uint32_t k = 0; k < n; k++)
			col_build_commit(c);
}

bool col_build_reserve_lines(struct col_build *b, uint32_t rows)
{
	uint64_t cap = MAX(b->lines_cap, BUILD_ROWS_MIN);

	if (b->error == 0 && rows <= b->lines_cap - b->nlines)
		return true;
	while (cap < (uint64_t)b->nlines + rows)
		cap *= 2;
	cap = MIN(cap, COL_ROWS_MAX);
	if (b->error != 0 || rows > cap - b->nlines || !build_resize(b, &b->line, (size_t)cap * 4))
		return false;
	b->lines_cap = (uint32_t)cap;
	return true;
}

void col_build_line(struct col_build *b, uint32_t line)
{
	if (!col_build_reserve_lines(b, 1))
		return;
	b->line[b->nlines++] = line;
}

void col_build_lines(struct col_build *b, const uint32_t *line, const uint32_t *rows, uint32_t n)
{
	if (!col_build_reserve_lines(b, n))
		return;
	for (uint32_t k = 0; k < n; k++)
		b->line[b->nlines + k] = line[rows[k]];
	b->nlines += n;
}

/* Trims *p to n bytes and the zero pad; an array that nothing was put into is made. */
static bool build_fit(struct col_build *b, void *p, size_t n)
{
	void *block;

	memcpy(&block, p, sizeof(block));
	if (block == NULL && !build_resize(b, p, n))
		return false;
	memcpy(&block, p, sizeof(block));
	block = col_alloc_fit(&b->allocs, block, n);
	memcpy(p, &block, sizeof(block));
	return true;
}

static bool build_fit_str(struct col_build *b, struct col_str *s, uint32_t n)
{
	bool empty = s->off == NULL; /* no cell at all */

	if (!build_fit(b, &s->off, ((size_t)n + 1) * 4))
		return false;
	if (empty)
		s->off[0] = 0;
	return build_fit(b, &s->bytes, s->off[n]);
}

static bool build_fit_column(struct col_build *b, struct col_build_col *from)
{
	struct col *c = &from->col;
	uint32_t n = from->n;

	if (c->valid != NULL) {
		size_t words = ((size_t)n + 63) / 64;

		if (n % 64 != 0)
			c->valid[words - 1] &= (UINT64_C(1) << (n % 64)) - 1;
		if (!build_fit(b, &c->valid, words * 8))
			return false;
	}
	if (col_held(c->type) != COL_STR)
		return build_fit(b, &c->i64, n * row_bytes(c->type));
	return build_fit_str(b, &c->str, n) &&
	       (c->fold.off == NULL || build_fit_str(b, &c->fold, n));
}

static bool build_name(struct col_table *t, struct col *c)
{
	size_t n = strlen(c->name);
	char *name = col_table_alloc(t, n + 1);

	if (name != NULL)
		c->name = memcpy(name, c->name, n);
	return name != NULL;
}

int col_build_finish(struct col_build *b, struct col_table *ret, struct err *err)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

	t.rows = b->ncols > 0 ? b->cols[0].n : b->nlines;
	for (uint32_t i = 0; i < b->ncols && b->error == 0; i++)
		if (b->cols[i].n != t.rows)
			b->error = E_INVALID;
	if (b->line != NULL && b->nlines != t.rows && b->error == 0)
		b->error = E_INVALID;
	if (b->error != 0)
		return err_set(err, b->error, NULL);
	int rc = col_table_set_columns(&t, b->ncols, err);
	if (rc != 0)
		return rc;
	bool ok = b->line == NULL || build_fit(b, &b->line, (size_t)t.rows * 4);
	for (uint32_t i = 0; i < b->ncols && ok; i++) {
		ok = build_fit_column(b, &b->cols[i]);
		t.cols[i] = b->cols[i].col;
		ok = ok && build_name(&t, &t.cols[i]);
	}
	if (!ok)
		return err_set(err, E_NO_MEMORY, NULL);
	t.line = b->line;
	col_alloc_move(&b->allocs, &t.allocs);
	*ret = t;
	t = COL_TABLE_INIT;
	col_build_free(b);
	return 0;
}
