/*
 * log2 by repeated squaring of the mantissa (one bit of the fraction a step), exp2 from a table
 * made of square roots: both are exact functions of their input, unlike libm's across versions.
 */
#include "match/num.h"

#include <math.h>

int32_t num_log2_of(uint64_t v)
{
	int shift = __builtin_clzll(v | 1);
	uint64_t m = v << shift;
	uint32_t fraction = 0;

	if (v == 0)
		return 0;
	for (int i = 0; i < 10; i++) {
		unsigned __int128 square = (unsigned __int128)m * m;
		fraction <<= 1;
		if ((square >> 127) != 0) {
			fraction |= 1;
			m = (uint64_t)(square >> 64);
		} else {
			m = (uint64_t)(square >> 63);
		}
	}
	return (int32_t)(((uint32_t)(63 - shift) << 10 | fraction) + 8) >> 4;
}

void num_init(struct num *n)
{
	n->log[0] = 0;
	/* Twice as much is one bit more, exactly: the mantissa is the same. */
	for (uint32_t i = 1; i < NUM_LOG_TABLE; i++)
		n->log[i] = (i & 1) != 0 ? num_log2_of(i) : n->log[i / 2] + 64;
	for (uint32_t i = 0; i < 64; i++) {
		double p = 1, root = 2;
		for (uint32_t bit = 32; bit > 0; bit >>= 1) {
			root = sqrt(root);
			if ((i & bit) != 0)
				p *= root;
		}
		n->pow[i] = p;
	}
}

uint32_t num_ppm(double p)
{
	if (!(p > 0))
		return 0;
	if (p >= 1)
		return 1000000;
	return (uint32_t)(p * 1000000 + 0.5);
}
