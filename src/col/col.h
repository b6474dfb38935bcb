#ifndef COL_COL_H
#define COL_COL_H
/*
 * The typed column table in memory: what a reader makes of a file, what a dataset file stores, what
 * the engine and the grid compute on.
 *
 * Types and how a cell is held (an invalid cell holds 0 or an empty string, so that no bit of an
 * array is undefined):
 *   text      original UTF-8 bytes; folded twin: NFKC, case folded, blanks collapsed and trimmed
 *   code      as text, leading zeros kept; its folded twin also drops the separators " -_/.:#'"
 *   amount    i64 minor units of the row's currency (struct col.currency, or column currency_col)
 *   quantity  i64 units of 10^-scale      rate  i64 units of 10^-scale
 *   number    i64 units of 10^-scale (0: an integer)
 *   date      i32 days since 1970-01-01 (base/date.h)
 *   currency  i32 packed letters, COL_PACK('E','U','R'): sorts as the text does
 *
 * A cell that is empty in the source is missing: its validity bit is 0. `valid == NULL`: all rows
 * are valid. Bit r of word r / 64.
 *
 * Ownership: a table owns everything its columns point to, by an allocation list (col_table_alloc)
 * that col_table_free() frees. Columns are immutable once the table is handed out; readers of one
 * table need no lock. Every array is followed by COL_PAD readable zero bytes, so that vector code
 * may read past its end. Nothing here does I/O.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define COL_ROWS_MAX UINT32_C(2000000000)
#define COL_COLUMNS_MAX 1024u
#define COL_NAME_MAX 255u
#define COL_PAD 64u

enum col_type {
#define COL_TYPE(name, word, held) COL_##name,
#include "col/col_type.def"
#undef COL_TYPE
	COL_TYPE_COUNT
};

/* How a type is held in memory and in files. */
enum col_held {
	COL_STR, /* u32 offsets + bytes */
	COL_I64,
	COL_I32,
};

/* Where a column comes from. */
enum col_role {
	COL_FIELD,  /* a field of the mapping: typed, with folded text */
	COL_SOURCE, /* another column of the file, as text, not folded */
};

/* Duplicate flags of a row. */
enum col_row_flag {
	COL_ROW_REPEATED = 1, /* an equal row stands earlier in the same file */
	COL_ROW_HAS_TWIN = 2, /* an equal row stands anywhere in the same file */
	COL_ROW_SEEN = 4,     /* an equal row is in an earlier dataset of the source */
};

/* Strings of all rows: row r is bytes[off[r]] .. bytes[off[r + 1]]. */
struct col_str {
	uint32_t *off; /* rows + 1 ascending offsets */
	char *bytes;   /* off[rows] bytes, valid UTF-8 */
};

#define COL_SCALE_OF_CURRENCY 255 /* amounts whose exponent differs by row: see currency_col */

struct col {
	const char *name; /* 1..COL_NAME_MAX bytes of UTF-8, unique within its role */
	enum col_type type;
	enum col_role role;
	uint8_t scale;        /* amount, quantity, rate, number: digits behind the mark */
	int32_t currency;     /* amount: packed currency of all rows; 0: none known, or by row */
	int32_t currency_col; /* amount: index of the currency column that says it; -1: none */
	uint64_t *valid;      /* NULL: all valid */
	union {
		int64_t *i64;
		int32_t *i32;
		struct col_str str;
	};
	struct col_str fold; /* text and code; fold.off == NULL: equal to str in every row */
};

struct col_table {
	uint32_t rows;
	uint32_t ncols;
	struct col *cols;
	uint32_t *line; /* per row the 1-based line (or sheet row) where it starts; NULL: unknown */
	uint8_t *flags; /* per row enum col_row_flag; NULL: none is set */
	struct col_alloc *allocs; /* private: col_alloc.h */
};

/* ---- types ---- */
const char *col_type_word(enum col_type type); /* "amount"; static */
bool col_type_from_word(struct sv word, enum col_type *ret);
enum col_held col_held(enum col_type type);

/* ---- currencies ---- */
#define COL_PACK(a, b, c) ((int32_t)(((uint32_t)(a) << 16) | ((uint32_t)(b) << 8) | (uint32_t)(c)))
/* Three ASCII letters in either case that currency_find() knows; 0 when not. */
int32_t col_currency_pack(struct sv code);
/* Writes "EUR" and a NUL; "" for 0. */
void col_currency_unpack(int32_t packed, char out[4]);
/* Minor-unit exponent of a packed currency; 2 for 0 or one that is unknown. */
int col_currency_exponent(int32_t packed);

/* ---- tables ---- */
#define COL_TABLE_INIT ((struct col_table){0})
/* Frees all columns and leaves an empty table; also the CLEANUP function. */
void col_table_free(struct col_table *t);
/* Zeroed memory of n bytes and COL_PAD more, aligned to 64, owned by t; NULL without memory. */
void *col_table_alloc(struct col_table *t, size_t n);
/* Hands a malloc'ed block of n bytes to t. False (and p is freed) without memory. */
MUST_CHECK bool col_table_adopt(struct col_table *t, void *p, size_t n);
/* Bytes held by t: what a cache counts. */
size_t col_table_bytes(const struct col_table *t);
/* Room for ncols zeroed columns; E_NO_MEMORY or E_LIMIT. */
MUST_CHECK int col_table_set_columns(struct col_table *t, uint32_t ncols, struct err *err);
/* The field of that name, or NULL; with COL_SOURCE the source column. */
const struct col *col_find(const struct col_table *t, enum col_role role, struct sv name);
/* The first field of a type, or NULL. */
const struct col *col_first(const struct col_table *t, enum col_type type);
/* Checks everything promised above, every offset and UTF-8 included: E_CORRUPT with what is wrong.
 * For tables from outside. */
MUST_CHECK int col_table_check(const struct col_table *t, struct err *err);

/* ---- cells (row < rows) ---- */
static inline bool col_valid(const struct col *c, uint32_t row)
{
	return c->valid == NULL || (c->valid[row >> 6] >> (row & 63) & 1);
}

static inline struct sv col_str_at(const struct col_str *s, uint32_t row)
{
	return (struct sv){s->bytes + s->off[row], s->off[row + 1] - s->off[row]};
}

static inline struct sv col_text(const struct col *c, uint32_t row)
{
	return col_str_at(&c->str, row);
}

/* Folded text: of text and code. */
static inline struct sv col_folded(const struct col *c, uint32_t row)
{
	return col_str_at(c->fold.off != NULL ? &c->fold : &c->str, row);
}

/* The packed currency of an amount in one row; 0: not known. t is the table c belongs to. */
int32_t col_amount_currency(const struct col_table *t, const struct col *c, uint32_t row);
/* Digits behind the mark of an amount in one row. */
int col_amount_scale(const struct col_table *t, const struct col *c, uint32_t row);
/* The cell as people write it: decimal text, ISO day, currency code, original text. Nothing for an
 * invalid cell. */
struct buf;
void col_format(const struct col_table *t, const struct col *c, uint32_t row, struct buf *out);

/* ---- row hashes ---- */
/* A 64-bit hash per row over the columns whose role is in the mask (1 << role), in column order:
 * equal rows have equal hashes on any machine; not against an adversary. ret has t->rows places. */
void col_row_hash(const struct col_table *t, unsigned role_mask, uint64_t *ret);

#endif
