/*
 * Tables in column files: a description of the columns, then the raw arrays of each. Loading takes
 * only the wanted columns, and ends with col_table_check, so nobody after it meets a bad offset.
 */
#include "col/table_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "col/col_alloc.h"
#include "col/wire.h"

/* Tags are stored: append only. */
enum tag {
	TAG_META = 1, /* index 0 */
	TAG_LINES = 2,
	TAG_FLAGS = 3,
	TAG_VALID = 1, /* index c + 1 */
	TAG_I64 = 2,
	TAG_I32 = 3,
	TAG_OFF = 4,
	TAG_BYTES = 5,
	TAG_FOLD_OFF = 6,
	TAG_FOLD_BYTES = 7,
};

#define PARTS_PER_COLUMN 5
#define PARTS_OF_TABLE 3
#define META_COLUMN_MIN 13u /* bytes of the shortest column in the description */

/* ---- writing ---- */

static void meta_put(struct buf *b, const struct col_table *t, const struct table_info *info)
{
	wire_put(b, t->rows, 4);
	wire_put(b, t->ncols, 4);
	buf_add(b, info->file_sha256, sizeof(info->file_sha256));
	wire_put(b, info->mapping_version, 4);
	wire_put(b, info->rows_read, 8);
	wire_put(b, info->rows_accepted, 8);
	wire_put(b, info->rows_rejected, 8);
	wire_put(b, info->rows_skipped, 8);
	for (uint32_t i = 0; i < t->ncols; i++) {
		const struct col *c = &t->cols[i];

		wire_put(b, c->type, 1);
		wire_put(b, c->role, 1);
		wire_put(b, c->scale, 1);
		wire_put(b, (uint32_t)c->currency, 4);
		wire_put(b, (uint32_t)c->currency_col, 4);
		wire_put_str(b, sv_from_cstr(c->name));
	}
}

static uint64_t valid_bytes(uint32_t rows)
{
	return ((uint64_t)rows + 63) / 64 * 8;
}

struct parts {
	struct col_part *p;
	size_t n;
};

static void parts_add(struct parts *out, uint32_t index, uint32_t tag, const void *p, uint64_t n)
{
	out->p[out->n++] = (struct col_part){index, tag, p, n};
}

static void parts_add_column(struct parts *out, uint32_t index, const struct col *c, uint32_t rows)
{
	uint64_t off_bytes = ((uint64_t)rows + 1) * 4;

	if (c->valid != NULL)
		parts_add(out, index, TAG_VALID, c->valid, valid_bytes(rows));
	switch (col_held(c->type)) {
	case COL_I64:
		parts_add(out, index, TAG_I64, c->i64, (uint64_t)rows * 8);
		break;
	case COL_I32:
		parts_add(out, index, TAG_I32, c->i32, (uint64_t)rows * 4);
		break;
	case COL_STR:
		parts_add(out, index, TAG_OFF, c->str.off, off_bytes);
		parts_add(out, index, TAG_BYTES, c->str.bytes, c->str.off[rows]);
		if (c->fold.off != NULL) {
			parts_add(out, index, TAG_FOLD_OFF, c->fold.off, off_bytes);
			parts_add(out, index, TAG_FOLD_BYTES, c->fold.bytes, c->fold.off[rows]);
		}
		break;
	}
}

int table_file_write(enum col_file_kind kind, const struct col_table *t,
	const struct table_info *info, struct col_sink sink, struct err *err)
{
	struct buf meta CLEANUP(buf_free) = BUF_INIT;
	size_t max = PARTS_OF_TABLE + (size_t)t->ncols * PARTS_PER_COLUMN;
	struct col_part *p CLEANUP(free_ptr) = calloc(max, sizeof(*p));
	struct parts parts = {p, 0};

	meta_put(&meta, t, info);
	if (p == NULL || !buf_ok(&meta))
		return err_set(err, E_NO_MEMORY, NULL);
	parts_add(&parts, 0, TAG_META, meta.p, meta.n);
	if (t->line != NULL)
		parts_add(&parts, 0, TAG_LINES, t->line, (uint64_t)t->rows * 4);
	if (t->flags != NULL)
		parts_add(&parts, 0, TAG_FLAGS, t->flags, t->rows);
	for (uint32_t i = 0; i < t->ncols; i++)
		parts_add_column(&parts, i + 1, &t->cols[i], t->rows);
	return col_file_write(kind, parts.p, parts.n, sink, err);
}

/* ---- reading ---- */

/* One column as the file describes it. */
struct meta_column {
	struct col col; /* name points into the description */
	struct sv name;
	uint32_t wanted; /* place in the loaded table + 1; 0: not wanted */
};

struct meta {
	void *bytes;
	uint32_t rows, ncols;
	struct table_info info;
	struct meta_column *cols;
};

static void meta_free(struct meta *m)
{
	free(m->bytes);
	free(m->cols);
}

static struct meta_column meta_get_column(struct wire *w)
{
	struct meta_column m = {0};

	m.col.type = (enum col_type)wire_get(w, 1);
	m.col.role = (enum col_role)wire_get(w, 1);
	m.col.scale = (uint8_t)wire_get(w, 1);
	m.col.currency = (int32_t)(uint32_t)wire_get(w, 4);
	m.col.currency_col = (int32_t)(uint32_t)wire_get(w, 4);
	m.name = wire_get_str(w);
	return m;
}

/* The checks that loading itself needs; the rest is col_table_check's. */
static bool meta_column_ok(const struct meta *m, const struct meta_column *c)
{
	int32_t k = c->col.currency_col;

	return c->col.type < COL_TYPE_COUNT && c->col.role <= COL_SOURCE && c->name.n >= 1 &&
	       c->name.n <= COL_NAME_MAX && memchr(c->name.p, '\0', c->name.n) == NULL && k >= -1 &&
	       k < (int64_t)m->ncols && (k < 0 || m->cols[k].col.type == COL_CURRENCY);
}

static int meta_parse(struct meta *m, size_t n, struct err *err)
{
	struct wire w = {m->bytes, n, false};
	struct table_info *info = &m->info;

	m->rows = (uint32_t)wire_get(&w, 4);
	m->ncols = (uint32_t)wire_get(&w, 4);
	wire_get_bytes(&w, info->file_sha256, sizeof(info->file_sha256));
	info->mapping_version = (uint32_t)wire_get(&w, 4);
	info->rows_read = wire_get(&w, 8);
	info->rows_accepted = wire_get(&w, 8);
	info->rows_rejected = wire_get(&w, 8);
	info->rows_skipped = wire_get(&w, 8);
	if (w.failed || m->rows > COL_ROWS_MAX || m->ncols > COL_COLUMNS_MAX ||
		m->ncols > w.n / META_COLUMN_MIN)
		return err_set(err, E_CORRUPT, "The table's description is not valid.");
	m->cols = calloc(m->ncols + 1u, sizeof(*m->cols));
	if (m->cols == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < m->ncols; i++)
		m->cols[i] = meta_get_column(&w);
	if (!wire_done(&w))
		return err_set(err, E_CORRUPT, "The table's description is not valid.");
	for (uint32_t i = 0; i < m->ncols; i++)
		if (!meta_column_ok(m, &m->cols[i]))
			return err_set(
				err, E_CORRUPT, "The description of column %u is not valid.", i);
	return 0;
}

/* Bytes of the section that says how many rows a column has. */
static uint64_t rows_section(const struct col *c, uint32_t rows, uint32_t *ret_tag)
{
	static const struct {
		uint32_t tag;
		uint32_t size, more;
	} sections[] = {[COL_STR] = {TAG_OFF, 4, 1},
		[COL_I64] = {TAG_I64, 8, 0},
		[COL_I32] = {TAG_I32, 4, 0}};
	enum col_held held = col_held(c->type);

	*ret_tag = sections[held].tag;
	return ((uint64_t)rows + sections[held].more) * sections[held].size;
}

/* Every column has as many rows as the description says, those that nobody wants too; so the
 * number of rows costs the file at least as many bytes. */
static int meta_check_rows(const struct col_file *f, const struct meta *m, struct err *err)
{
	if (m->ncols == 0 && m->rows > 0)
		return err_set(err, E_CORRUPT, "The table has rows without columns.");
	for (uint32_t i = 0; i < m->ncols; i++) {
		uint32_t tag;
		uint64_t n = rows_section(&m->cols[i].col, m->rows, &tag);
		const struct col_section *s = col_file_find(f, i + 1, tag);

		if (s == NULL || s->n != n)
			return err_set(err, E_CORRUPT, "Column %u has another number of rows.", i);
	}
	return 0;
}

static int meta_load(const struct col_file *f, struct meta *m, struct err *err)
{
	const struct col_section *s = col_file_find(f, 0, TAG_META);

	if (s == NULL)
		return err_set(err, E_CORRUPT, "The table has no description.");
	m->bytes = malloc(s->n + 1);
	if (m->bytes == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = col_file_read(f, 0, TAG_META, m->bytes, s->n, err);
	if (rc == 0)
		rc = meta_parse(m, s->n, err);
	return rc != 0 ? rc : meta_check_rows(f, m, err);
}

/* Gives wanted columns their places; returns how many there are. */
static uint32_t meta_choose(struct meta *m, unsigned want, const struct sv *names, size_t nnames)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->ncols; i++) {
		struct meta_column *c = &m->cols[i];
		bool take = want & (c->col.role == COL_FIELD ? TABLE_FIELDS : TABLE_SOURCE);

		for (size_t k = 0; k < nnames && !take; k++)
			take = sv_eq(names[k], c->name);
		c->wanted = take;
	}
	for (uint32_t i = 0; i < m->ncols; i++)
		if (m->cols[i].wanted && m->cols[i].col.currency_col >= 0)
			m->cols[m->cols[i].col.currency_col].wanted = true;
	for (uint32_t i = 0; i < m->ncols; i++)
		if (m->cols[i].wanted)
			m->cols[i].wanted = ++n;
	return n;
}

static int str_load(const struct col_file *f, uint32_t index, uint32_t off_tag, uint32_t rows,
	struct col_alloc **list, struct col_str *ret, struct err *err)
{
	int rc = col_file_load(f, index, off_tag, ((uint64_t)rows + 1) * 4, list, &ret->off, err);

	if (rc != 0)
		return rc;
	return col_file_load(f, index, off_tag + 1, ret->off[rows], list, &ret->bytes, err);
}

static int column_load(const struct col_file *f, uint32_t index, struct col_table *t, struct col *c,
	struct err *err)
{
	uint64_t rows = t->rows;
	int rc = 0;

	if (col_file_find(f, index, TAG_VALID) != NULL)
		rc = col_file_load(
			f, index, TAG_VALID, valid_bytes(t->rows), &t->allocs, &c->valid, err);
	if (rc != 0)
		return rc;
	switch (col_held(c->type)) {
	case COL_I64:
		return col_file_load(f, index, TAG_I64, rows * 8, &t->allocs, &c->i64, err);
	case COL_I32:
		return col_file_load(f, index, TAG_I32, rows * 4, &t->allocs, &c->i32, err);
	case COL_STR:
		rc = str_load(f, index, TAG_OFF, t->rows, &t->allocs, &c->str, err);
		if (rc == 0 && col_file_find(f, index, TAG_FOLD_OFF) != NULL)
			rc = str_load(f, index, TAG_FOLD_OFF, t->rows, &t->allocs, &c->fold, err);
		return rc;
	}
	return err_set(err, E_CORRUPT, "A column has no type.");
}

static int columns_load(
	const struct col_file *f, const struct meta *m, struct col_table *t, struct err *err)
{
	for (uint32_t i = 0; i < m->ncols; i++) {
		const struct meta_column *from = &m->cols[i];

		if (from->wanted == 0)
			continue;
		struct col *c = &t->cols[from->wanted - 1];
		char *name = col_table_alloc(t, from->name.n + 1);
		if (name == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		memcpy(name, from->name.p, from->name.n);
		*c = from->col;
		c->name = name;
		if (c->currency_col >= 0)
			c->currency_col = (int32_t)m->cols[c->currency_col].wanted - 1;
		int rc = column_load(f, i + 1, t, c, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int rows_load(const struct col_file *f, unsigned want, struct col_table *t, struct err *err)
{
	int rc = 0;

	if ((want & TABLE_LINES) && col_file_find(f, 0, TAG_LINES) != NULL)
		rc = col_file_load(
			f, 0, TAG_LINES, (uint64_t)t->rows * 4, &t->allocs, &t->line, err);
	if (rc == 0 && (want & TABLE_FLAGS) && col_file_find(f, 0, TAG_FLAGS) != NULL)
		rc = col_file_load(f, 0, TAG_FLAGS, t->rows, &t->allocs, &t->flags, err);
	return rc;
}

int table_file_load(struct col_source src, enum col_file_kind kind, unsigned want,
	const struct sv *names, size_t nnames, struct table_info *ret_info, struct col_table *ret,
	struct err *err)
{
	struct col_file f CLEANUP(col_file_close) = COL_FILE_INIT;
	struct meta m CLEANUP(meta_free) = {0};
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

	int rc = col_file_open(src, kind, &f, err);
	if (rc == 0)
		rc = meta_load(&f, &m, err);
	if (rc != 0)
		return rc;
	t.rows = m.rows;
	rc = col_table_set_columns(&t, meta_choose(&m, want, names, nnames), err);
	if (rc == 0)
		rc = columns_load(&f, &m, &t, err);
	if (rc == 0)
		rc = rows_load(&f, want, &t, err);
	if (rc == 0)
		rc = col_table_check(&t, err);
	if (rc != 0)
		return rc;
	if (ret_info != NULL)
		*ret_info = m.info;
	*ret = t;
	t = COL_TABLE_INIT;
	return 0;
}
