#ifndef READ_FOLD_H
#define READ_FOLD_H
/*
 * Folding: what two spellings of one text have in common. Done once, when a file is read; engine
 * and grid compare folded bytes. text  NFKC_Casefold (Unicode 15, section 5.18), then runs of
 * blanks become one space, none at the ends. code  as text, then without the separators  space - _
 * / . : # ' Text of ASCII alone, which nearly all is, takes a vector path.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/sv.h"

enum fold_kind {
	FOLD_TEXT,
	FOLD_CODE,
};

/* The longest that folding can make n bytes. */
#define FOLD_GROWTH 18u

/*
 * Folds valid UTF-8 of ASCII characters alone to dst, which has room for text.n + 64 bytes; reads
 * up to 63 bytes past text, which must be readable. Returns false, with dst in any state, when text
 * has other characters. dst may not overlap text.
 */
bool fold_ascii(struct sv text, enum fold_kind kind, char *dst, size_t *ret_n);
/*
 * For many cells that lie behind each other: what is in them that folding changes. GAP: two blanks
 * in a row. SEPARATOR: perhaps one. OTHER: what only fold() knows.
 */
enum fold_sight {
	FOLD_SEES_OTHER = 1,
	FOLD_SEES_UPPER = 2,
	FOLD_SEES_GAP = 4,
	FOLD_SEES_SEPARATOR = 8,
};
/* n bytes; 31 behind p + n must be readable, which may add to what is seen but hides nothing. */
unsigned fold_look(const char *p, size_t n);
unsigned fold_look_scalar(const char *p, size_t n);
/* ASCII in lower case. Reads and writes up to 31 bytes behind. dst may not overlap p. */
void fold_lower(const char *p, size_t n, char *dst);
/* Lower-case ASCII without control characters, without the separators of a code; returns the new
 * length. Reads up to 31 bytes behind p + n, writes up to 31 behind the new end. */
size_t fold_squeeze(const char *p, size_t n, char *dst);
size_t fold_squeeze_scalar(const char *p, size_t n, char *dst);

/* Appends the folded text of any valid UTF-8 to out. Invalid UTF-8 is appended as it is. */
void fold(struct sv text, enum fold_kind kind, struct buf *out);

#endif
