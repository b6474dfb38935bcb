#ifndef READ_LINES_H
#define READ_LINES_H
/*
 * A text file line by line, as UTF-8: for the formats whose records are lines. Lines end with LF,
 * CR LF or CR; the last one may lack its end. Memory: the longest line, at most LINES_MAX.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "read/encoding.h"

#define LINES_MAX (4u << 20) /* bytes of a line */

struct lines {
	struct text_source text;
	char *window; /* owned */
	size_t cap, n, at;
	uint32_t no; /* of the line that was given last, from 1 */
	bool eof;
};

/* The encoding of all of src: UTF-8 only where every byte is. Errors of the source. */
MUST_CHECK int lines_encoding(struct col_source src, enum encoding *ret, struct err *err);

MUST_CHECK int lines_open(
	struct lines *l, struct col_source src, enum encoding encoding, struct err *err);
void lines_close(struct lines *l); /* also the CLEANUP function */
/* The next line without its end, good until the next call; *ret_end: there is none. E_UNREADABLE: a
 * line is too long; errors of the source. */
MUST_CHECK int lines_next(struct lines *l, struct sv *ret, bool *ret_end, struct err *err);

#endif
