#ifndef DOMAIN_OUTCOME_H
#define DOMAIN_OUTCOME_H
/*
 * What the engine can say about records: kinds and statuses of a match, types of a difference and
 * of an open item. The numbers are stored in result files, the words are the wire's and the
 * screen's.
 */
#include "base/base.h"
#include "base/sv.h"

enum outcome {
#define OUTCOME(set, name, number, word, text) set##_##name = (number),
#include "domain/outcome.def"
#undef OUTCOME
};

enum outcome_set {
	OUTCOME_SET_KIND,
	OUTCOME_SET_STATUS,
	OUTCOME_SET_DIFFERENCE,
	OUTCOME_SET_BREAK,
};

/* Constant time: for checking millions. */
bool outcome_known(enum outcome_set set, unsigned number);
/* NULL for a number that the set does not have. Static strings. */
const char *outcome_word(enum outcome_set set, unsigned number);
const char *outcome_text(enum outcome_set set, unsigned number);
bool outcome_from_word(enum outcome_set set, struct sv word, uint8_t *ret);

#endif
