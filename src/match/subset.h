#ifndef MATCH_SUBSET_H
#define MATCH_SUBSET_H
/*
 * Which lines of a pool add up to a target? Exact search by meeting in the middle, with an answer of
 * three values: found (how many fit), none in the pool, or not proved (and why). A unique fit is not
 * proof by itself, so the answer also says how many fits chance alone would give (E0).
 *
 * Pure and deterministic: work is bounded in states, never in time. Not thread-safe: one struct
 * subset_search per thread.
 *
 * Sources: Horowitz and Sahni 1974 (meeting in the middle); Schroeppel and Shamir 1981; Pisinger 1999
 * (bounded reachability).
 */
#include "base/base.h"

#define SUBSET_POOL_MAX 64u
#define SUBSET_FITS_MAX 8u      /* fits that are listed */
#define SUBSET_COUNT_MAX 1000u  /* fits are counted up to here */
#define SUBSET_E0_ONE 65536u    /* unit of subset_answer.e0 */

enum subset_outcome {
	SUBSET_NONE,       /* proved: nothing in the pool fits */
	SUBSET_FOUND,      /* complete search: `count` subsets fit */
	SUBSET_NOT_PROVED, /* the search was not complete; fits listed are real, but there may be more */
};

enum subset_reason {
	SUBSET_COMPLETE,
	SUBSET_STATES,           /* the budget of states ran out */
	SUBSET_CUT,              /* the pool was larger than could be searched: only its best part was */
	SUBSET_NOT_IDENTIFIABLE, /* more than one fit is expected by chance: not searched */
};

struct subset_query {
	const int64_t *amount; /* signed minor units of the pool, best evidence first */
	uint32_t n;            /* at most SUBSET_POOL_MAX */
	int64_t target;
	int64_t tolerance;     /* |sum - target| <= tolerance, >= 0 */
	uint32_t min_lines;    /* >= 1 */
	uint32_t max_lines;    /* 0: no limit */
	uint64_t budget;       /* states; 0: 2^18 */
};

struct subset_answer {
	enum subset_outcome outcome;
	enum subset_reason reason;
	uint32_t count;                  /* fits found, up to SUBSET_COUNT_MAX */
	uint64_t fit[SUBSET_FITS_MAX];   /* bit i: line i of the pool; fewest lines, then smallest bits */
	int64_t sum[SUBSET_FITS_MAX];
	uint32_t e0;                     /* fits by chance, in 1/65536; saturates */
	uint64_t states;                 /* used */
};

struct subset_search;

struct subset_search *subset_search_new(void); /* NULL without memory */
void subset_search_free(struct subset_search **s);

/* |amounts| and |target| up to 10^17. Never fails: what cannot be searched is "not proved". */
void subset_find(struct subset_search *s, const struct subset_query *q, struct subset_answer *ret);

/*
 * Runs: pairs lo < hi with prefix[hi] - prefix[lo] within tolerance of the target, lo >= from. For
 * lines in sequence. Returns how many there are, counting at most 2, and the first one.
 */
uint32_t subset_run(const int64_t *amount, uint32_t n, int64_t target, int64_t tolerance,
	uint32_t min_lines, uint32_t max_lines, uint32_t *ret_lo, uint32_t *ret_hi);

/*
 * All but a few: the whole pool but at most `except` lines (0 to 3) adds up to the target. Searches
 * the difference; returns the number of ways, counting at most SUBSET_COUNT_MAX, and the first
 * by fewest exceptions in ret_out[0 .. *ret_n). n is unlimited; two exceptions are only tried up to
 * 5,000 lines, three up to 400.
 */
uint32_t subset_all_but(const int64_t *amount, uint32_t n, int64_t target, int64_t tolerance,
	uint32_t except, uint32_t ret_out[3], uint32_t *ret_n);

#endif
