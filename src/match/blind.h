#ifndef MATCH_BLIND_H
#define MATCH_BLIND_H
/*
 * The blind sample of one result: which confirmed matches people are asked to check, in which order,
 * and what their checks prove (sample.h). Pure: who has the result and its ruleset's hash draws the
 * same sample again.
 */
#include "col/result.h"
#include "match/sample.h"

/* Follows from what went in, so nobody chooses it. ruleset_sha256: hex. */
uint64_t blind_seed(const struct result *r, const char *ruleset_sha256);

#define BLIND_MAX 20000u /* matches that are drawn at most */

struct blind {
	uint32_t *match; /* indices of matches, in the order of checking */
	uint32_t n;
	uint32_t population; /* confirmed matches */
};

void blind_free(struct blind *b); /* also the CLEANUP function */
/* Writes *ret only when true; false without memory. */
MUST_CHECK bool blind_draw(const struct result *r, uint64_t seed, struct blind *ret);

/* The seed of a result that says by which ruleset it was made. */
uint64_t blind_seed_of(const struct result *r);

/* Of each pass the lowest confidence (or what the model alone said) of a confirmed match; of these the
 * highest. From there on all that a pass confirms is in the sample. UINT32_MAX: nothing is confirmed. */
uint32_t blind_least(const struct result *r, bool marginal);

/* The checks of the sample, by what the model alone said, from its beginning up to the first match that
 * nobody has checked. out: room for b->n; returns their number. */
uint32_t blind_checks(const struct blind *b, const struct result *r, const uint8_t *verdict,
	struct sample_check *out);

/* verdict: by match, enum decision_verdict. Counts from the beginning of the sample up to the first
 * match that nobody has checked. False without memory. */
MUST_CHECK bool blind_judge(const struct blind *b, const struct result *r, const uint8_t *verdict,
	struct sample_result *ret);

#endif
