#ifndef MATCH_CLOSE_H
#define MATCH_CLOSE_H
/* Parts of closing a run; private to src/match. */
#include "match/engine.h"

struct closing {
	struct engine *e;
	struct result *r;
	struct match_receipt *receipt;
	uint32_t *order;      /* found matches in the result's order */
	uint32_t *match_of[2]; /* by row: number of a match it is in, or 0 */
	bool lag_known[2]; /* the receipt's lag is learned, or said by the ruleset */
	uint16_t *candidate_pass; /* of each of the result's candidates */
};

/* One record's partners on the other side. */
struct ranked {
	uint64_t record; /* side and row */
	uint64_t hash;   /* of the other row's content */
	uint32_t other;
	uint32_t confidence;
	int32_t weight;
	uint16_t pass;
};

/* Candidates by record, best first: those of place p lie at first[p - 1], where p > 0, up to first[p]. */
struct ranking {
	struct ranked *v;
	uint32_t *first; /* NULL: there are none */
	size_t places;
};

/* Left rows before right ones. */
static inline size_t close_place(const struct engine *e, int side, uint32_t row)
{
	return (side == LEFT ? 0 : (size_t)e->n[LEFT]) + row;
}

/* Input and row within it of a row of a side. */
void close_address(const struct engine *e, int side, uint32_t row, uint16_t *ret_input,
	uint32_t *ret_row);

/* close_pattern.c: the compared fields and their levels, before anything is written; then what each
 * match and each candidate fell into. */
MUST_CHECK int close_comparisons(struct closing *c);
void close_patterns(struct closing *c);
void close_candidate_levels(struct closing *c);
/* close_choice.c: alternatives of ambiguous matches */
void close_choices(struct closing *c, const struct ranking *k);
/* close_open.c: candidates and open items */
void close_open(struct closing *c);

#endif
