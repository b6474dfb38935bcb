#ifndef READ_MAPPING_H
#define READ_MAPPING_H
/*
 * A mapping says how the columns of a source's files become typed fields. It is proposed by
 * detection, confirmed by a person, versioned with its source, and is JSON outside:
 *
 *   {"format": "csv",
 *    "dialect": {"delimiter": ",", "quote": "\"", "encoding": "utf-8", "header_row": 1,
 *                "footer_rows": 0},
 *    "decimal": ".", "thousands": ",", "date_order": "dmy", "currency": "EUR",
 *    "rounding": "half_even",
 *    "fields": [
 *      {"field": "date", "type": "date", "column": "Booked", "required": true},
 *      {"field": "amount", "type": "amount", "columns": ["Debit", "Credit"],
 *       "sign": "debit_credit"},
 *      {"field": "text", "type": "text", "columns": ["Memo", "Memo 2"]}]}
 *
 * header_row counts rows of cells from 1; 0: there is none, and the columns are "Column 1" and so
 * on; then skip_rows says how many rows at the start are no data. header_rows: rows that the names
 * are spread over, default 1. Which members a dialect has depends on the format (format.def); a
 * workbook has "sheet", the name of one, in place of the first three. "guard": true says that texts
 * which would open a formula have an apostrophe in front, as our own exports write them. Field names are lower-case
 * words: date, value_date, amount, currency, reference, text, party, account are those that every
 * screen knows; others are free.
 *
 * sign, of amounts: how cells become a signed amount
 *   plain          the cell's own sign (a trailing CR or DR, or parentheses, count)
 *   negate         the opposite
 *   debit_credit   columns [debit, credit]: debit - credit
 *   credit_debit   columns [credit, debit]: credit - debit
 *   marker         columns [amount, marker]: negative where the marker is one of `negative`
 *                  (default D, DR, DB, DEBIT, S, SOLL, -)
 * scale: digits behind the mark of rate, quantity, number, and of amounts without a currency.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col.h"
#include "read/encoding.h"

#define MAPPING_FIELDS_MAX 256u
#define MAPPING_COLUMNS_MAX 16u /* of one field */
#define MAPPING_NEGATIVE_MAX 16u
#define MAPPING_SHEET_MAX 200u /* bytes of a sheet's name */
#define MAPPING_JSON_MAX 262144u

enum mapping_sign {
	SIGN_PLAIN,
	SIGN_NEGATE,
	SIGN_DEBIT_CREDIT,
	SIGN_CREDIT_DEBIT,
	SIGN_MARKER,
};

enum mapping_rounding {
	ROUNDING_NONE, /* digits that the currency has not reject the row */
	ROUNDING_HALF_EVEN,
	ROUNDING_HALF_UP,
};

/* Members of a dialect; which ones a format has is in format.def. */
enum {
	DIALECT_MARKS = 1,    /* delimiter, quote */
	DIALECT_ENCODING = 2, /* encoding */
	DIALECT_HEADER = 4,   /* header_row, header_rows, skip_rows, footer_rows */
	DIALECT_SHEET = 8,    /* sheet */
};

struct mapping_dialect {
	char delimiter;
	char quote; /* 0: none */
	enum encoding encoding;
	struct sv sheet; /* empty: the first that is visible */
	uint32_t header_row;
	uint32_t header_rows; /* 0 as 1 */
	uint32_t skip_rows;   /* with header_row 0 */
	uint32_t footer_rows;
	bool guard; /* of CSV: texts have the apostrophe of read/guard.h */
};

struct mapping_field {
	struct sv field;
	enum col_type type;
	struct sv columns[MAPPING_COLUMNS_MAX];
	uint32_t ncolumns;
	enum mapping_sign sign;
	struct sv negative[MAPPING_NEGATIVE_MAX]; /* markers */
	uint32_t nnegative;
	int scale;     /* -1: by currency, else 0 (number), 2 (amount), 6 (rate, quantity) */
	bool required; /* an empty cell rejects the row */
};

struct mapping {
	struct sv format;
	struct mapping_dialect dialect;
	struct decimal_format decimal;
	enum date_order date_order;
	int32_t currency; /* packed; 0: none */
	enum mapping_rounding rounding;
	struct mapping_field *fields;
	uint32_t nfields;
	bool fields_only; /* other columns are not kept; never in JSON */
};

/* The words of the enums above, NULL beyond the last: for JSON and help. */
extern const char *const mapping_sign_words[];
extern const char *const mapping_rounding_words[];
extern const char *const mapping_date_order_words[];

/* DIALECT_* of a format; 0 for an unknown word. */
unsigned mapping_dialect_members(struct sv format);
/* Everything that can be said without the file: E_MAPPING with the pointer of the member. */
MUST_CHECK int mapping_check(const struct mapping *m, struct err *err);
/* Appends the canonical JSON: members in the order above, defaults left out. */
void mapping_to_json(const struct mapping *m, struct buf *out);
/* Parses and checks. Everything of *ret lives in a. E_JSON_*, E_UNKNOWN_FIELD, E_MISSING_FIELD,
 * E_MAPPING, each with its pointer. */
MUST_CHECK int mapping_from_json(
	struct sv json, struct arena *a, struct mapping *ret, struct err *err);

#endif
