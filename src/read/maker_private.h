#ifndef READ_MAKER_PRIVATE_H
#define READ_MAKER_PRIVATE_H
/*
 * What the files of the maker share.
 */
#include "read/maker.h"

/* Why a row of the block is bad; the text of the reject. */
enum reason {
	GOOD,
	BAD_TYPE,
	BAD_RANGE,
	BAD_CURRENCY,
	BAD_MISSING,
	BAD_MARKER,
	BAD_TWO_AMOUNTS,
	BAD_ENCODING,
	BAD_NUL,
	BAD_LONG,
};

struct maker_col {
	enum col_type type;
	enum col_role role;
	const struct mapping_field *field; /* NULL: a source column */
	uint32_t src[MAPPING_COLUMNS_MAX];
	uint32_t nsrc;
	uint32_t out;   /* column of the table */
	int scale;      /* of amounts: -1 by row */
	int64_t *value; /* scratch of a block */
	uint8_t *valid;
	struct sv *joined; /* several text columns, or guarded text */
};

/* Appends s as valid UTF-8 of at most max bytes without NUL: anything else becomes U+FFFD. */
void maker_add_clean(struct buf *out, struct sv s, size_t max);

/* Marks rows with a cell that is no text, has a NUL or is too long. */
void maker_check_cells(struct maker *mk, const struct rows *rows);
/* Converts all typed fields of the block into their scratch arrays; marks bad rows in mk->bad, with
 * the column of the bad cell in mk->accepted. */
void maker_make_typed(struct maker *mk, const struct rows *rows);

/* Puts the rejects in the order of their lines, the first column. E_NO_MEMORY. */
MUST_CHECK int maker_order_rejects(struct col_table *t, struct err *err);
/* Room for what tells so many rows from others. False: mk->error is set. */
bool maker_reserve_twins(struct maker *mk, uint64_t rows);
/* Keeps what tells the first n accepted rows of the block from others. */
void maker_note_rows(struct maker *mk, const struct rows *rows, uint32_t n);

#endif
