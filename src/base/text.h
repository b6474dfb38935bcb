#ifndef BASE_TEXT_H
#define BASE_TEXT_H
/*
 * Small services to text that more than one layer above needs: a JSON string literal (logs are
 * written below wire/) and the nearest known word for error messages.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/sv.h"

/* Appends s as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD; control
 * characters, and U+2028 and U+2029, are escaped. */
void text_add_json(struct buf *out, struct sv s);

/* Of count words the one with the smallest edit distance to word (ASCII case ignored) when that is
 * at most a third of the word's length plus one; NULL when none is near or word is over 64. */
const char *text_nearest(struct sv word, const char *const *words, size_t count);

#endif
