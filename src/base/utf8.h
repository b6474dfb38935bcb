#ifndef BASE_UTF8_H
#define BASE_UTF8_H
/*
 * UTF-8 (RFC 3629): validation and code points. No normalisation here: read/ folds text with
 * utf8proc.
 */
#include "base/base.h"
#include "base/sv.h"

/* Length of the longest valid prefix; == s.n when all of s is valid. Rejects overlong forms,
 * surrogates and anything above U+10FFFF. Fast on ASCII. */
size_t utf8_valid_prefix(struct sv s);
bool utf8_valid(struct sv s);
/* Code points in valid UTF-8. */
size_t utf8_count(struct sv s);
/* Next code point of valid UTF-8, advancing *p; UINT32_MAX at the end. */
uint32_t utf8_next(const char **p, const char *end);
/* Writes 1 to 4 bytes; 0 for a value that is no scalar value. */
size_t utf8_put(uint32_t cp, char out[4]);
/* Control and bidirectional-override characters that must not occur in names shown to people. */
bool utf8_is_unsafe_in_name(uint32_t cp);

#endif
