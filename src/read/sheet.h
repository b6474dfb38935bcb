#ifndef READ_SHEET_H
#define READ_SHEET_H
/*
 * What workbooks of every kind share: the cells of one row on their way to the feed, numbers as
 * text, serial days, number formats.
 *
 * Numbers stay text. A workbook stores binary fractions and writes them with up to 17 digits;
 * 15 digits are what its program shows and keeps, so a number with more is rounded to 15: 1234.56
 * stored as 1234.5599999999999 is 1234.56.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "read/feed.h"

#define SHEET_ROWS_MAX 1048576u
#define SHEET_COLUMNS_MAX 16384u /* that a workbook may have; a table has READ_COLUMNS_MAX */
#define SHEET_DIGITS 15

/* ---- a row ---- */

struct sheet_row;

/* E_NO_MEMORY. */
MUST_CHECK int sheet_row_new(struct sheet_row **ret, struct err *err);
void sheet_row_free(struct sheet_row **r); /* also the CLEANUP function */
void sheet_row_reset(struct sheet_row *r);
/* Cells come in any order; one that is put twice counts as put last. copy: s need not stay until
 * the row is fed. Beyond READ_COLUMNS_MAX a cell makes the row one that is rejected. */
void sheet_row_put(struct sheet_row *r, uint32_t column, struct sv s, bool copy);
/* Feeds the row as number line; reset does not follow by itself. Results of feed_row. */
MUST_CHECK int sheet_row_feed(struct sheet_row *r, uint32_t line, struct feed *to, struct err *err);
/* Feeds empty rows for those from next up to line - 1 that are not stored. */
MUST_CHECK int sheet_feed_gap(uint32_t next, uint32_t line, struct feed *to, struct err *err);

/* ---- shared strings ---- */

/* The strings of a workbook, which cells name by their number. */
struct sheet_strings {
	struct buf text;
	struct buf ends; /* uint32_t each: where in text */
	uint32_t n;
};

void sheet_strings_init(struct sheet_strings *s, size_t limit); /* bytes of all of them */
void sheet_strings_free(struct sheet_strings *s);
/* Appends to text directly; then this says that a string has ended. False: there is no room. */
MUST_CHECK bool sheet_strings_end(struct sheet_strings *s);
/* False when there is no such string. */
bool sheet_strings_at(const struct sheet_strings *s, uint32_t i, struct sv *ret);

/* ---- values ---- */

enum sheet_kind {
	SHEET_NUMBER,
	SHEET_DATE,
	SHEET_TIME, /* of day, or a duration */
	SHEET_DATE_TIME,
	SHEET_TEXT, /* "@" */
};

/* By a number format's code, or its number where that is built in (ECMA-376 part 1, 18.8.30). */
enum sheet_kind sheet_kind_of_code(struct sv code);
enum sheet_kind sheet_kind_of_id(uint32_t id);

/* Appends a number written as in XML Schema (1.5, -2E-3) in plain decimals of at most SHEET_DIGITS
 * digits; what is no number, or has an exponent beyond 40, as it is. */
void sheet_put_number(struct sv text, struct buf *out);
/* The same of a binary fraction. */
void sheet_put_double(double v, struct buf *out);
/* Appends a serial day (days and their fraction since the workbook's first day) as 2026-03-04,
 * 10:20:30 or 2026-03-04T10:20:30; what is out of range as the number. */
void sheet_put_serial(struct sv text, enum sheet_kind kind, bool from_1904, struct buf *out);
/* By kind: one of the two above. */
void sheet_put_value(struct sv text, enum sheet_kind kind, bool from_1904, struct buf *out);

/* "B12": 0-based column; false when it is no reference. */
bool sheet_column_of(struct sv reference, uint32_t *ret);

#endif
