#ifndef MATCH_NUM_H
#define MATCH_NUM_H
/*
 * Logarithms and powers of two that are the same on every machine: integer arithmetic for what goes
 * into weights, correctly rounded IEEE 754 operations alone (+ * / sqrt) for probabilities.
 */
#include <string.h>

#include "base/base.h"

#define NUM_LOG_TABLE 4096

struct num {
	int32_t log[NUM_LOG_TABLE]; /* log2 of small integers, 1/64 bit */
	double pow[64];             /* 2^(i / 64) */
};

void num_init(struct num *n);
/* log2(v) in 1/64 bit, rounded; v > 0. */
int32_t num_log2_of(uint64_t v);
/* The same, worked out bit by bit. */
int32_t num_log2_squared(uint64_t v);
/* p in parts per million, rounded; 0..10^6. */
uint32_t num_ppm(double p);

/* 2^(q / 64); q is cut to +-64000. The whole part goes into the exponent: it is exact. */
static inline double num_pow2(const struct num *n, int32_t q)
{
	int32_t cut = q > 64000 ? 64000 : q < -64000 ? -64000 : q;
	uint64_t bits = (uint64_t)((cut >> 6) + 1023) << 52;
	double whole;

	memcpy(&whole, &bits, sizeof(whole));
	return n->pow[cut & 63] * whole;
}

static inline int32_t num_log2(const struct num *n, uint64_t v)
{
	return v < NUM_LOG_TABLE ? n->log[v] : num_log2_of(v);
}

#endif
