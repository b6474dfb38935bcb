#ifndef MATCH_CLOSE_H
#define MATCH_CLOSE_H
/* Parts of closing a run; private to src/match. */
#include "match/engine.h"
#include "match/radix.h"

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
/* close_rank.c: the best candidates of all that was not confirmed, by input and row. */
void close_candidates(struct closing *c);
/* The first candidate that is not of an earlier record than (input, row). */
uint32_t close_candidate_from(const struct result_candidates *c, uint16_t input, uint32_t row);
/* The runner-up of an undecided match: the best candidate of its first record that is not in it. */
void close_rivals(struct closing *c);

/* Records by amount or reference, then by day; second is the day, see radix_signed32(). */
struct lookup {
	struct radix_item *v;
	size_t n;
};

/* Which amounts there may be, by their hash: few that are not pass, and the whole fits the cache. */
struct amounts {
	bool *some;
	size_t size; /* a power of two */
};

struct reasons {
	struct closing *c;
	struct metric *metric; /* of the thread */
	const struct field *date;
	const struct field *code;     /* the first reference both sides have, or NULL */
	const struct field *party;    /* the first short text both sides have, or NULL */
	struct lookup by_amount[2], by_code[2]; /* what is open */
	struct lookup settled[2];     /* confirmed records by amount */
	struct amounts some[2];       /* which ones open records may have */
	uint32_t *nearest[2];         /* by open row with an amount: the other side's, or NO_ROW */
	int32_t first_day[2];         /* of each side's records; INT32_MAX: none */
};

/* close_reason.c: RESULT's break type of an open record. */
void reasons_prepare(struct closing *c, const struct field *date, struct reasons *ret);
uint8_t reasons_of(const struct reasons *q, int side, uint32_t row);
void reasons_free(struct reasons *q);

/* close_open.c: candidates and open items */
void close_open(struct closing *c);

static inline bool close_is_open(const struct engine *e, int side, uint32_t row)
{
	return e->state[side][row] == ROW_OPEN || e->state[side][row] == ROW_RESERVED;
}

#endif
