#ifndef READ_MAKER_H
#define READ_MAKER_H
/*
 * Blocks of rows to a typed table and a table of rejects, by a mapping: the part that all readers
 * share. A row is accepted whole or rejected whole, with the first cell that could not be read.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "col/col_build.h"
#include "read/mapping.h"
#include "read/read.h"
#include "read/rows.h"

struct maker_col;
struct cell_block_fns;
struct fold_block_fns;

/* What tells accepted rows that are written alike. */
struct maker_twins {
	uint64_t *hashes; /* by row; of base/pages.h */
	size_t size;      /* bytes of it */
	uint64_t first_begin, last_begin; /* the first eight bytes of those rows */
	bool unordered; /* some row does not begin with more than the one before */
};
void maker_twins_free(struct maker_twins *t); /* also the CLEANUP function */
/* Flags rows of t, for which twins was made, that are written alike. E_NO_MEMORY. */
MUST_CHECK int maker_flag_twins(const struct maker_twins *twins, struct col_table *t);
/* Those of n parts, of which part k has rows[k], one behind the other. E_NO_MEMORY. */
MUST_CHECK int maker_join_twins(const struct maker_twins *const *parts, const uint32_t *rows,
	uint32_t n, struct maker_twins *ret);

struct maker {
	const struct mapping *mapping;
	struct arena arena; /* names, plan */
	struct arena block; /* joined cells, until the block is done */
	struct col_build table, rejects;
	struct maker_col *cols;
	uint32_t ncols;         /* of the table */
	const struct sv *names; /* of the file's columns */
	uint32_t nnames;
	uint8_t *used; /* per column of the file: its cells are looked at */
	struct table_info info;
	uint32_t *accepted; /* rows of the block */
	uint8_t *bad;       /* per row of the block: 0, or the reason */
	size_t bytes;       /* of the block: at least those of all its cells in any column; 0: unknown */
	bool whole;         /* all rows of the block are accepted */
	bool plain;         /* its cells are what rows.h calls plain */
	uint32_t cap;
	const struct cell_block_fns *block_fns;
	const struct fold_block_fns *fold_fns;
	struct buf text;  /* scratch */
	struct maker_twins twins;
	bool part; /* of a file: who joins the parts flags their twins */
	struct buf cells; /* of the next reject, see maker_keep_cells */
	int32_t last_currency; /* and its exponent; -1: none looked up yet */
	int last_exponent;
	int error;
};

/* names are the columns of the file, made unique with maker_names; they and mapping must stay.
 * E_MAPPING when the mapping names a column that the file has not. */
MUST_CHECK int maker_init(struct maker *mk, const struct mapping *mapping, const struct sv *names,
	uint32_t nnames, uint32_t cap, struct err *err);
void maker_free(struct maker *mk); /* also the CLEANUP function */
/* rows->ncols == nnames. Cells of columns that are not used may be anything where rows->checked is
 * set. E_NO_MEMORY, E_LIMIT. */
MUST_CHECK int maker_add(struct maker *mk, const struct rows *rows, struct err *err);
/* About so many rows will come in all: makes room for them. */
void maker_expect(struct maker *mk, uint64_t rows);
/* A row that is no row: column NULL for the whole. code: E_*. */
void maker_reject(struct maker *mk, uint32_t line, struct sv column, struct sv value, int code,
	const char *detail, struct sv raw);
/* Cells of the row that is rejected next, for its column `cells`: a JSON object of texts by name;
 * those beyond the last column are "Column 7". Left out where only fields are read, and where it
 * would have more than READ_RAW_MAX bytes. */
void maker_keep_cells(struct maker *mk, const struct sv *cells, uint32_t n);
/* Nothing was skipped yet: what stands above the table belongs to another part. */
void maker_skip_none(struct maker *mk);
/* Header, footer, empty rows. */
void maker_skip(struct maker *mk, uint64_t rows);
MUST_CHECK int maker_finish(struct maker *mk, struct read_result *ret, struct err *err);

/* Names for columns from header cells: blanks trimmed, what is no text replaced, "Column 3" for an
 * empty one, " (2)" behind the second of the same name. NULL without memory. */
struct sv *maker_names(const struct sv *cells, uint32_t n, struct arena *a);

#endif
