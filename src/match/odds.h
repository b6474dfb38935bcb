#ifndef MATCH_ODDS_H
#define MATCH_ODDS_H
/*
 * Logarithms, exponentials and the binomial's limits, the same on every machine: made of correctly
 * rounded IEEE 754 operations alone (+ - * / and frexp, ldexp, which are exact). Errors of odds_log
 * and odds_exp are below 1e-14, relative.
 */
#include "base/base.h"

double odds_log(double v); /* natural; v > 0 */
double odds_exp(double v); /* v is cut to +-700 */

/* Log odds of a probability in ppm; half a millionth stands between it and certainty. */
double odds_of_ppm(uint32_t p);
uint32_t odds_to_ppm(double log_odds);

/*
 * Limits of a share of which k among n were seen: exact, that is the true coverage is never below
 * what is asked (Clopper and Pearson 1934). Each limit alone errs with probability at most alpha;
 * for an interval of 95 % alpha is 0.025. n = 0: 0 and 1.
 */
double odds_lower(uint32_t k, uint32_t n, double alpha);
double odds_upper(uint32_t k, uint32_t n, double alpha);

#endif
