#ifndef WRITE_WRITER_H
#define WRITE_WRITER_H
/*
 * One table for people, row by row, as CSV or as a workbook of one sheet. What it promises:
 *   - no text opens a formula: in CSV by an apostrophe (read/guard.h), in a workbook because texts
 *     are cells of type string in the format "@", which stays text even when somebody edits it;
 *   - numbers and days stay what they are: -12.30 is a number;
 *   - what is written is read back as it was: nothing is cut, and a number of more digits than a
 *     spreadsheet keeps (15) is written as text;
 *   - equal content gives equal bytes; nothing touches a disk; memory does not grow with the rows.
 *
 * CSV: RFC 4180 with LF, UTF-8 without byte order mark. Workbook: ECMA-376 (transitional), strings
 * inline, days as serial numbers of 1900.
 *
 * Errors stick: cells are put without checking, writer_row tells. E_LIMIT: a sheet has no room for
 * it (WRITER_SHEET_ROWS_MAX rows below its header, WRITER_SHEET_TEXT_MAX UTF-16 units in a cell,
 * 4 GiB); what was written until then is no file.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"

#define WRITER_SHEET_ROWS_MAX 1048575u
#define WRITER_SHEET_TEXT_MAX 32767u
#define WRITER_COLUMNS_MAX 16384u

enum write_format {
#define WRITE_FORMAT(id, word, media) WRITE_##id,
#include "write/format.def"
#undef WRITE_FORMAT
	WRITE_FORMAT_COUNT
};
extern const char *const write_format_words[]; /* NULL beyond the last */
const char *write_format_media(enum write_format f);
bool write_format_from_word(struct sv word, enum write_format *ret);

struct writer;

MUST_CHECK int writer_new(
	enum write_format format, struct col_sink sink, struct writer **ret, struct err *err);
void writer_free(struct writer **w); /* also the CLEANUP function */
/* The header, once and first. */
MUST_CHECK int writer_header(
	struct writer *w, const struct sv *names, uint32_t n, struct err *err);

/* The cells of a row, from the left. text is valid UTF-8 without NUL. */
void writer_text(struct writer *w, struct sv text);
void writer_decimal(struct writer *w, __int128 units, int scale); /* units of 10^-scale */
void writer_day(struct writer *w, int32_t day);                   /* as in base/date.h */
void writer_empty(struct writer *w);
/* Ends the row. Errors of the sink, E_LIMIT, E_NO_MEMORY. */
MUST_CHECK int writer_row(struct writer *w, struct err *err);
MUST_CHECK int writer_finish(struct writer *w, struct err *err);

#endif
