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
/* Is it a character that a code's folded text does not have? Of ASCII. */
bool fold_is_separator(char c);

/* Appends the folded text of any valid UTF-8 to out. Invalid UTF-8 is appended as it is. */
void fold(struct sv text, enum fold_kind kind, struct buf *out);

#endif
