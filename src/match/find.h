#ifndef MATCH_FIND_H
#define MATCH_FIND_H
/*
 * Patterns that find a reference in a text: literals, . [a-z] [^a-z] \d \w \s \b, ( ) (?: ) | and
 * * + ? {m} {m,} {m,n}, ^ $. ASCII letters match in either case. What is found is the first group,
 * or all of the match when there is none. Leftmost, alternatives in order. Time is linear in text
 * times pattern whatever both are (Thompson 1968; Pike's simulation with captures).
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

struct find;

/* E_RULESET when the pattern is not of this grammar, E_LIMIT when it is too large. */
MUST_CHECK int find_compile(struct sv pattern, struct find **ret, struct err *err);
void find_free(struct find *f);
void find_freep(struct find **f);
/* The next occurrence at or behind *from, which moves behind it. Not thread-safe. */
bool find_next(struct find *f, struct sv text, size_t *from, struct sv *ret);

#endif
