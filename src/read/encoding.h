#ifndef READ_ENCODING_H
#define READ_ENCODING_H
/*
 * Character encodings of text files, and a source of bytes as UTF-8. A byte order mark is skipped.
 * What the encoding does not define (a lone surrogate, 0x81 in Windows-1252) becomes the byte 0xff,
 * which is never UTF-8, so that the cell it is in is refused and its row named.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"

enum encoding {
	ENCODING_UTF_8,
	ENCODING_UTF_16LE,
	ENCODING_UTF_16BE,
	ENCODING_WINDOWS_1252,
	ENCODING_ISO_8859_1,
};

const char *encoding_word(enum encoding e); /* "windows-1252" */
bool encoding_from_word(struct sv word, enum encoding *ret);
/* Guesses from the first bytes of a file: mark, then UTF-16 by its zeros, then valid UTF-8, else
 * Windows-1252. whole: head is all of the file. */
enum encoding encoding_guess(struct sv head, bool whole);

/* UTF-8 from a part of a file. */
struct text_source {
	struct col_source src;
	enum encoding encoding;
	uint64_t at, end; /* bytes of the file still to read */
	bool started;
	uint8_t kept[3]; /* an unfinished character of the last call */
	size_t nkept;
};

/* All of src up to end, which is at most src.size. */
void text_source_init(
	struct text_source *t, struct col_source src, enum encoding encoding, uint64_t end);
/* Reads up to cap bytes (at least 16) of UTF-8; *ret_n == 0 at the end. Errors of the source. */
MUST_CHECK int text_source_read(
	struct text_source *t, char *dst, size_t cap, size_t *ret_n, struct err *err);

#endif
