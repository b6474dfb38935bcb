#ifndef MATCH_SAMPLE_H
#define MATCH_SAMPLE_H
/*
 * How many of the confirmed matches are wrong, shown on a sample that people check blind: without
 * being told how sure the engine is. Pure.
 *
 * Matches are cut into strata of confidence (calibrate_stratum), each stratum gives its share of
 * the sample (largest remainders), and within it the matches with the smallest hash of seed and
 * content are taken: who knows the receipt can draw the sample again, nobody can choose it. The
 * count of errors of such a sample is a sum of trials of unequal chance and spreads less than a
 * binomial of their mean (Hoeffding 1956), so the binomial's exact limit (Clopper and Pearson 1934)
 * holds for it.
 */
#include "base/base.h"

#define SAMPLE_TARGET 1000u /* ppm: 1 wrong in 1,000 */
#define SAMPLE_ALPHA 50000u /* ppm: a bound of 95 % */

/* One match of the population: what it states, and a hash of its members. */
struct sample_unit {
	uint32_t confidence; /* ppm */
	uint64_t content;
};

/* Smallest sample that can show target (ppm) when nothing in it is wrong: 2,995 for 1 in 1,000. */
uint32_t sample_size(uint32_t target, uint32_t alpha);

/* Indices of the sample into units, in the order in which they are to be checked; ret has room for
 * want. Returns their number: all units when there are no more than want; 0 without memory as well
 * (ret_ok says it). */
uint32_t sample_draw(const struct sample_unit *units, uint32_t n, uint32_t want, uint64_t seed,
	uint32_t *ret, bool *ret_ok);

struct sample_result {
	uint32_t population, checked, wrong;
	uint32_t seen, low, high; /* ppm: share wrong, and its 95 % interval */
	uint32_t bound;           /* ppm: at most so many wrong, by alpha */
	bool shown;               /* bound <= target; else "not yet shown" */
	uint32_t line;            /* ppm: sample_line() of the checks; UINT32_MAX: none is shown */
	uint32_t more;            /* further checks, all right, that would show it */
};

/* What `wrong` among `checked` of `population` matches proves. A whole population checked proves
 * what was seen. */
struct sample_result sample_judge(
	uint32_t population, uint32_t checked, uint32_t wrong, uint32_t target, uint32_t alpha);

/* The lowest of a few fixed lines of confidence at which confirming is shown to err at most
 * `target`; not below least, from where on the sample has all that is confirmed. That several lines are
 * tried is paid for: each is tried at alpha / SAMPLE_LINES (Bonferroni), so the one that is chosen
 * holds with 1 - alpha. UINT32_MAX: none is shown yet. */
#define SAMPLE_LINES 8u
struct sample_check {
	uint32_t confidence;
	bool wrong;
};
uint32_t sample_line(
	const struct sample_check *checks, uint32_t n, uint32_t least, uint32_t target, uint32_t alpha);

struct json_writer;
/* Puts member "sample". */
void sample_put_json(struct json_writer *w, const struct sample_result *r, uint64_t seed,
	uint32_t target, uint32_t alpha);

#endif
