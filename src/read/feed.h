#ifndef READ_FEED_H
#define READ_FEED_H
/*
 * Where a reader of any format but CSV puts what it finds, row by row. Behind it is either the
 * maker, which makes typed columns of the rows (feed_make.h), or detection, which looks at them
 * (detect_sample.c); a reader does not know which. What is the same for all formats is done here:
 * header rows, footer, empty rows, blocks, limits of memory.
 *
 * Two kinds of formats:
 *   - those that define their columns (statements of banks): feed_columns() once, before the first
 *     row; cells are in that order and in the canonical form: days as 2026-03-04, amounts with a
 *     decimal point and a minus in front, no thousands mark, currencies as codes;
 *   - sheets, whose columns have their names in the dialect's header row, or none: no
 *     feed_columns(); every row of the sheet is fed, the empty ones too unless they are not stored.
 *
 * FEED_STOP from any of these functions means: enough was seen. The reader returns it at once; it
 * is no error. Everything that is given is copied before the call returns.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col.h"
#include "read/statement.h"

#define FEED_STOP 1

struct feed_column {
	const char *name;  /* as the mapping calls it, and people see it */
	const char *field; /* that is proposed for it; NULL: kept as a column, but no field */
	enum col_type type;
	bool required; /* no row is without it */
};

struct feed_row {
	uint32_t line; /* or row of the sheet, from 1: what a person is told */
	const struct sv *cells;
	uint32_t n;
	struct sv raw; /* as written, for the list of rejects; p NULL: the cells as CSV */
};

struct feed_reject {
	uint32_t line;
	struct sv column; /* n 0: the whole row */
	struct sv value;
	int code; /* E_ROW_RAGGED, E_CELL_TYPE, E_CELL_RANGE, E_CURRENCY, … */
	const char *detail;
	struct sv raw;
};

struct feed {
	const struct feed_ops *ops;
};

struct feed_ops {
	int (*columns)(
		struct feed *f, const struct feed_column *columns, uint32_t n, struct err *err);
	int (*row)(struct feed *f, const struct feed_row *row, struct err *err);
	int (*reject)(struct feed *f, const struct feed_reject *reject, struct err *err);
	int (*statement)(struct feed *f, const struct statement *s, struct err *err);
};

/* columns must stay as long as the feed. At most READ_COLUMNS_MAX. */
MUST_CHECK static inline int feed_columns(
	struct feed *f, const struct feed_column *columns, uint32_t n, struct err *err)
{
	return f->ops->columns(f, columns, n, err);
}

/* A row with fewer cells than there are columns is filled up; one with more is rejected. */
MUST_CHECK static inline int feed_row(struct feed *f, const struct feed_row *row, struct err *err)
{
	return f->ops->row(f, row, err);
}

/* A record that is none: counted as read and rejected, and listed with its reason. */
MUST_CHECK static inline int feed_reject(
	struct feed *f, const struct feed_reject *reject, struct err *err)
{
	return f->ops->reject(f, reject, err);
}

/* When a statement has ended, with its sums. */
MUST_CHECK static inline int feed_statement(
	struct feed *f, const struct statement *s, struct err *err)
{
	return f->ops->statement(f, s, err);
}

/* For a feed that looks at rows only: takes nothing, and goes on. */
MUST_CHECK int feed_ignore_reject(
	struct feed *f, const struct feed_reject *reject, struct err *err);
MUST_CHECK int feed_ignore_statement(
	struct feed *f, const struct statement *s, struct err *err);

#endif
