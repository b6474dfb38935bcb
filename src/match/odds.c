/* See odds.h. */
#include "match/odds.h"

#include <math.h>

#define LN2 0.693147180559945309417232121458176568

double odds_log(double v)
{
	int exponent;
	double m = frexp(v, &exponent); /* [1/2, 1) */

	if (m < 0.70710678118654752440) {
		m *= 2;
		exponent--;
	}
	/* ln m = 2 artanh(t): |t| <= 0.172, so 12 terms are enough. */
	double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
	for (int k = 12; k >= 0; k--)
		sum = sum * t2 + 1.0 / (2 * k + 1);
	return exponent * LN2 + 2 * t * sum;
}

double odds_exp(double v)
{
	v = v > 700 ? 700 : v < -700 ? -700 : v;
	int k = (int)(v / LN2 + (v < 0 ? -0.5 : 0.5));
	double r = v - k * LN2, sum = 1; /* |r| <= ln 2 / 2 */

	for (int i = 15; i > 0; i--)
		sum = 1 + sum * r / i;
	return ldexp(sum, k);
}

double odds_of_ppm(uint32_t p)
{
	return odds_log(((double)p + 0.5) / (1000000.5 - (double)p));
}

uint32_t odds_to_ppm(double log_odds)
{
	double p = 1 / (1 + odds_exp(-log_odds));

	return (uint32_t)(p * 1000000 + 0.5);
}

/* ln n!, by Stirling's series from 16 on. */
static double log_factorial(double n)
{
	double shift = 1;

	while (n < 16) {
		n += 1;
		shift *= n;
	}
	double x = n + 1, x2 = x * x;
	double series = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / x2) / x2) / x2) / x;
	return (x - 0.5) * odds_log(x) - x + 0.918938533204672741780 + series - odds_log(shift);
}

/* P(at most k of n), 0 < p < 1, k < n: terms from k downwards until they no longer count, or from
 * k + 1 upwards when those are fewer. */
static double at_most(uint32_t k, uint32_t n, double p)
{
	bool up = (double)k > p * n;
	uint32_t i = up ? k + 1 : k;
	double q = 1 - p, sum = 0;
	double term = odds_exp(log_factorial(n) - log_factorial(i) - log_factorial((double)n - i) +
			       i * odds_log(p) + ((double)n - i) * odds_log(q));

	for (;;) {
		sum += term;
		if (up ? i == n : i == 0)
			break;
		term *= up ? (double)(n - i) / (i + 1.0) * (p / q)
			   : (double)i / ((double)n - i + 1) * (q / p);
		i += up ? 1u : UINT32_MAX;
		if (term < sum * 1e-17)
			break;
	}
	return up ? 1 - sum : sum;
}

double odds_upper(uint32_t k, uint32_t n, double alpha)
{
	double low = 0, high = 1;

	if (n == 0 || k >= n)
		return 1;
	for (int i = 0; i < 60; i++) {
		double mid = (low + high) / 2;
		if (at_most(k, n, mid) > alpha)
			low = mid;
		else
			high = mid;
	}
	return high;
}

double odds_lower(uint32_t k, uint32_t n, double alpha)
{
	return n == 0 || k == 0 ? 0 : 1 - odds_upper(n - MIN(k, n), n, alpha);
}
