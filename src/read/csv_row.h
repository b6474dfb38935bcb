#ifndef READ_CSV_ROW_H
#define READ_CSV_ROW_H
/*
 * One row of CSV by hand: for detection, headers, and the rows whose quotes are not where RFC 4180
 * has them. More tolerant than the RFC in one thing: inside a quoted cell a quote that neither
 * closes it nor is doubled is a plain character ("5" disk"), as long as the cell ends on its line.
 * A row whose quotes never close costs that one line, not the rest of the file.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/sv.h"

#define CSV_CELL_MAX (1u << 20)
#define CSV_CELLS_MAX 1024u

enum csv_row_state {
	CSV_ROW_OK,
	CSV_ROW_MORE,  /* the text ends before the row does */
	CSV_ROW_QUOTE, /* quotes do not close */
	CSV_ROW_CELLS, /* more than CSV_CELLS_MAX cells */
	CSV_ROW_LONG,  /* a cell is longer than CSV_CELL_MAX */
};

struct csv_row {
	uint32_t n;
	struct sv cells[CSV_CELLS_MAX]; /* into the text, or into the arena where unescaped */
	size_t used;                    /* bytes of the row, its line end included */
	size_t text_n;                  /* without its line end */
	uint32_t lines;                 /* line ends in it */
};

/* eof: nothing follows the n > 0 bytes at p. quote 0: none. On any state but MORE, used is set and
 * the row can be stepped over; cells are valid only on OK. Unescaped cells live in a. */
enum csv_row_state csv_row_parse(const char *p, size_t n, bool eof, char delimiter, char quote,
	struct arena *a, struct csv_row *ret);

/* The inside of a quoted cell: doubled quotes made single, in a when there are any. p NULL without
 * memory. */
struct sv csv_unescape(struct sv inside, char quote, struct arena *a);

#endif
