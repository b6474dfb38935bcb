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

/* Input and row within it of a row of a side. */
void close_address(const struct engine *e, int side, uint32_t row, uint16_t *ret_input,
	uint32_t *ret_row);

/* close_pattern.c: the compared fields and their levels, before anything is written; then what each
 * match and each candidate fell into. */
MUST_CHECK int close_comparisons(struct closing *c);
void close_patterns(struct closing *c);
void close_candidate_levels(struct closing *c);
/* close_open.c: candidates and open items */
void close_open(struct closing *c);

#endif
