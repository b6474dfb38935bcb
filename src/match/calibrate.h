#ifndef MATCH_CALIBRATE_H
#define MATCH_CALIBRATE_H
/*
 * What people decided about matches turns into how sure the engine says it is. Pure.
 *
 * It acts on the marginal probability p of a match (stage.h), never on weights. Up to
 * CALIBRATE_LOGISTIC_MAX decisions two parameters are fitted: log odds of being right = slope * log
 * odds of p + offset (Platt 1999, with his targets; Newton's method as in Lin, Lin and Weng 2007).
 * Above, the least-squares monotone curve (isotonic regression by pooling adjacent violators:
 * Ayer et al. 1955; Zadrozny and Elkan 2002), straight between the means of its blocks. Under
 * CALIBRATE_DECISIONS_MIN decisions or CALIBRATE_ERRORS_MIN errors nothing is fitted and p stays.
 *
 * People look at doubtful matches more than at others: each decision counts by the inverse of the
 * share of matches of its stratum that were decided (calibrate_weigh).
 */
#include "base/base.h"

#define CALIBRATE_DECISIONS_MIN 200u
#define CALIBRATE_ERRORS_MIN 10u
#define CALIBRATE_LOGISTIC_MAX 1000u
#define CALIBRATE_KNOTS_MAX 128u
#define CALIBRATE_STRATA 13u
#define CALIBRATE_UNIT 1000000 /* of slope and offset */

struct calibrate_decision {
	uint32_t p; /* ppm: what the engine said before any calibration */
	bool right;
	double weight; /* > 0 */
};

enum calibrate_kind { CALIBRATE_NONE, CALIBRATE_LOGISTIC, CALIBRATE_ISOTONIC };

/* Decisions whose p fell into a tenth: what was said and what was seen, both weighted, and the 95 %
 * interval of the share that was right, by count. All ppm. */
struct calibrate_tenth {
	uint32_t n;
	uint32_t said, seen, low, high;
};

struct calibrate_knot {
	uint32_t p, stated; /* ppm; both ascending */
};

struct calibration {
	enum calibrate_kind kind;
	uint32_t decisions, errors;
	int64_t slope, offset; /* LOGISTIC: millionths */
	uint32_t nknots;       /* ISOTONIC */
	struct calibrate_knot knot[CALIBRATE_KNOTS_MAX];
	struct calibrate_tenth tenth[10];
	/* From this p on checks of blind samples have shown that at most SAMPLE_TARGET are wrong
	 * (sample_line); 0: they have not. Not fitted: for the caller to fill in. */
	uint32_t line;
};

/* Stratum of a confidence: tenths, the last one cut at .95, .99 and .999. */
uint32_t calibrate_stratum(uint32_t p);
/* Weights from how many matches there are of each stratum, decided or not; their mean is 1. */
void calibrate_weigh(
	struct calibrate_decision *d, size_t n, const uint64_t matches[CALIBRATE_STRATA]);

/* Sorts d. False without memory. The order of decisions changes nothing. */
MUST_CHECK bool calibrate_fit(struct calibrate_decision *d, size_t n, struct calibration *ret);
/* What is stated instead of p. Never falls when p grows. */
uint32_t calibrate_apply(const struct calibration *c, uint32_t p);
/* May a match of marginal p be confirmed where at least `least` (ppm) is asked for? Either that much is
 * stated, or checks have shown as much: c may be NULL. */
bool calibrate_confirms(
	const struct calibration *c, uint32_t p, uint32_t stated, uint32_t least);
const char *calibrate_word(enum calibrate_kind kind); /* "uncalibrated", ...; static */

/* ---- the parts, for those who want to check them ---- */

/* Maximum likelihood of P(y) = 1 / (1 + exp(-(slope x + offset))), 0 <= y <= 1, weights w. False
 * when x does not vary or Newton's method does not end. */
bool calibrate_logistic(const double *x, const double *y, const double *w, size_t n,
	double *ret_slope, double *ret_offset);
/* Replaces y by the monotone rising values nearest to it in weighted squares, in order of index.
 * False without memory. */
MUST_CHECK bool calibrate_isotonic(double *y, const double *w, size_t n);

struct json_writer;
/* Puts member "calibration": the word, counts, parameters and the reliability table. NULL:
 * uncalibrated, without decisions. */
void calibrate_put_json(struct json_writer *w, const struct calibration *c);

#endif
