/* See col_join.h. */
#include "col/col_join.h"

#include <string.h>

static uint64_t rows_before(const struct col_table *parts, uint32_t k)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < k; i++)
		rows += parts[i].rows;
	return rows;
}

/* A column's text, or what it folds to; a part that has no twin of its own folds to itself. */
static const struct col_str *str_of(const struct col *c, bool fold)
{
	return fold && c->fold.off != NULL ? &c->fold : &c->str;
}

static uint64_t bytes_before(const struct col_table *parts, uint32_t k, uint32_t c, bool fold)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < k; i++)
		bytes += str_of(&parts[i].cols[c], fold)->off[parts[i].rows];
	return bytes;
}

static int make_str(const struct col_table *parts, uint32_t n, uint32_t c, bool fold,
	struct col_table *t, struct col_str *ret)
{
	uint64_t bytes = bytes_before(parts, n, c, fold);

	if (bytes > UINT32_MAX)
		return E_LIMIT;
	ret->off = col_table_alloc(t, ((size_t)t->rows + 1) * sizeof(*ret->off));
	ret->bytes = col_table_alloc(t, (size_t)bytes);
	if (ret->off == NULL || ret->bytes == NULL)
		return E_NO_MEMORY;
	ret->off[t->rows] = (uint32_t)bytes;
	return 0;
}

/* Bits of neighbours share words, so they are copied here; most columns have none. */
static int make_valid(const struct col_table *parts, uint32_t n, uint32_t c, struct col_table *t)
{
	uint64_t *valid = NULL;
	bool any = false;

	for (uint32_t k = 0; k < n; k++)
		any |= parts[k].cols[c].valid != NULL;
	if (!any)
		return 0;
	valid = col_table_alloc(t, ((size_t)t->rows + 63) / 64 * 8);
	if (valid == NULL)
		return E_NO_MEMORY;
	for (uint32_t k = 0, to = 0; k < n; k++)
		for (uint32_t r = 0; r < parts[k].rows; r++, to++)
			valid[to >> 6] |= (uint64_t)col_valid(&parts[k].cols[c], r) << (to & 63);
	t->cols[c].valid = valid;
	return 0;
}

static int make_column(const struct col_table *parts, uint32_t n, uint32_t c, struct col_table *t)
{
	const struct col *from = &parts[0].cols[c];
	struct col *to = &t->cols[c];
	size_t name_len = strlen(from->name);
	char *name = col_table_alloc(t, name_len + 1);
	bool fold = false;

	if (name == NULL)
		return E_NO_MEMORY;
	*to = (struct col){.name = memcpy(name, from->name, name_len),
		.type = from->type,
		.role = from->role,
		.scale = from->scale,
		.currency = from->currency,
		.currency_col = from->currency_col};
	int rc = make_valid(parts, n, c, t);
	if (rc != 0)
		return rc;
	if (col_held(to->type) != COL_STR) {
		size_t size = col_held(to->type) == COL_I64 ? 8 : 4;

		to->i64 = col_table_alloc(t, t->rows * size);
		return to->i64 == NULL ? E_NO_MEMORY : 0;
	}
	for (uint32_t k = 0; k < n; k++)
		fold |= parts[k].cols[c].fold.off != NULL;
	rc = make_str(parts, n, c, false, t, &to->str);
	return rc == 0 && fold ? make_str(parts, n, c, true, t, &to->fold) : rc;
}

int col_join_begin(
	const struct col_table *parts, uint32_t n, struct col_table *ret, struct err *err)
{
	uint64_t rows = rows_before(parts, n);
	int rc = rows > COL_ROWS_MAX ? E_LIMIT : 0;

	if (rc == 0)
		rc = col_table_set_columns(ret, parts[0].ncols, err);
	ret->rows = (uint32_t)rows;
	for (uint32_t c = 0; c < parts[0].ncols && rc == 0; c++)
		rc = make_column(parts, n, c, ret);
	if (rc == 0 && parts[0].line != NULL) {
		ret->line = col_table_alloc(ret, rows * sizeof(*ret->line));
		rc = ret->line == NULL ? E_NO_MEMORY : 0;
	}
	return rc == 0 ? 0 : err_set(err, rc, NULL);
}

static void copy_str(const struct col_table *parts, uint32_t k, uint32_t c, bool fold,
	uint64_t row, struct col_str *to)
{
	const struct col_str *from = str_of(&parts[k].cols[c], fold);
	uint32_t base = (uint32_t)bytes_before(parts, k, c, fold), rows = parts[k].rows;

	if (from->off[rows] > 0)
		memcpy(to->bytes + base, from->bytes, from->off[rows]);
	for (uint32_t r = 0; r < rows; r++)
		to->off[row + r] = base + from->off[r];
}

void col_join_part(const struct col_table *parts, uint32_t k, uint32_t lines,
	struct col_table *ret)
{
	const struct col_table *part = &parts[k];
	uint64_t row = rows_before(parts, k);

	for (uint32_t c = 0; c < ret->ncols; c++) {
		struct col *to = &ret->cols[c];
		const struct col *from = &part->cols[c];

		if (col_held(to->type) == COL_STR) {
			copy_str(parts, k, c, false, row, &to->str);
			if (to->fold.off != NULL)
				copy_str(parts, k, c, true, row, &to->fold);
		} else if (part->rows > 0 && col_held(to->type) == COL_I64) {
			memcpy(to->i64 + row, from->i64, part->rows * sizeof(*to->i64));
		} else if (part->rows > 0) {
			memcpy(to->i32 + row, from->i32, part->rows * sizeof(*to->i32));
		}
	}
	for (uint32_t r = 0; ret->line != NULL && r < part->rows; r++)
		ret->line[row + r] = part->line[r] + lines;
}
