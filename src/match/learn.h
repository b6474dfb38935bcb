#ifndef MATCH_LEARN_H
#define MATCH_LEARN_H
/*
 * What a match looks like, learned from the two sides themselves: no labels. Each compared field of
 * a pair falls into a fine level; a level's weight is log2(m / u), u counted among the other records,
 * m learned by expectation and maximisation in which a record has one partner at most. Candidates
 * are found in three steps, so that pairs that no key joins are not lost. Private to src/match.
 *
 * Fellegi and Sunter 1969; Winkler 1988, 1993; Sadinle 2017. Steps, deviations and what they were
 * worth: docs/matching.md. Doubles are added in a fixed order and only by correctly rounded
 * operations; logarithms and powers are num.h's: the same result on any CPU, with any number of
 * threads. Budgets count pairs.
 */
#include "match/engine.h"

/* A pair and how sure it is. With one table on both sides a < b, and nothing is one-to-one. */
struct learn_pair {
	uint32_t a, b; /* rows of the left and the right side */
	int32_t w;     /* evidence without the prior, 1/64 bit */
	uint32_t p;    /* marginal probability, ppm */
};

struct learn_pairs {
	struct learn_pair *p; /* ascending by (a, b), each once; of the engine: engine_free() */
	size_t n;
	int32_t prior; /* log2 of theta, 1/64 bit */
};

/* Candidates of a learned 1:1 pass among the open records (representatives of their classes),
 * appended to ret sorted by (l, r): what block_pass() does for passes of rules. The model is kept in
 * the engine for evidence and receipt. After score_prepare() and intern_classes(). */
void learn_pass(struct engine *e, uint32_t pass, struct edges *ret);

/* Scored pairs of one table, for kind "same": the engine was opened with that table as its left and
 * as its right input, rows equal by number. Pairs less likely than e^-6 to 1 are left out. ret is
 * empty when engine_ok() no longer holds. After score_prepare(); classes are not looked at. */
void learn_same(struct engine *e, uint32_t pass, struct learn_pairs *ret);

/* The levels (enum level) and weights of a pair by compared field, as score_levels() gives them, by
 * the model that the pass ended with; false when it has none. */
bool learn_levels(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	struct pair p, int32_t ret_bits[PATTERN_FIELDS], uint64_t *ret_levels);

/* Nothing that the pass found is certain: its weights say more than they can know. */
bool learn_doubts(const struct engine *e, const struct rules_pass *pass);

/* Parses the models that a run is to score by (match_options.model), which then live in arena; none
 * are none. E_JSON_*, E_RULESET. After engine_bind(). */
MUST_CHECK int learn_models_pin(struct engine *e, struct arena *arena);
/* The models of a run as learn_models_write() writes them, to be freed; NULL: it learned nothing, or
 * engine_ok() no longer holds. */
char *learn_models_text(struct engine *e);
/* All models of a run as one readable JSON document; given back in match_options.model, passes of the
 * same names only score. */
void learn_models_write(const struct engine *e, struct buf *out);

#endif
