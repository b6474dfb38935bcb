#ifndef MATCH_CLUSTER_H
#define MATCH_CLUSTER_H
/*
 * Which records of one table are the same thing: clusters from scored pairs. Pure.
 *
 * Pairs at CLUSTER_LINK or more are links; records that links connect are one cluster. Such a
 * closure chains unlike things together by one weak link, so a cluster in which the mean
 * probability over all of its pairs (a pair that is not listed counts 0) is below CLUSTER_LINK is
 * cut at its weakest bridge, the weakest edge of its maximum spanning tree, and each part is judged
 * again. Nothing is one-to-one.
 *
 * The weakest bridges are read off the tree of merges that adding links strongest first gives
 * (single linkage; Gower and Ross 1969), so all cuts together cost O(pairs log pairs).
 */
#include "base/base.h"

#define CLUSTER_LINK 500000u /* ppm */
#define CLUSTER_ONE 1000000u

struct cluster_pair {
	uint32_t a, b; /* a < b */
	int32_t w;     /* orders pairs of the same p */
	uint32_t p;    /* ppm, 0 .. CLUSTER_ONE */
};

struct clusters {
	uint32_t n;           /* every row is in one: 0 .. n - 1 by the smallest row */
	uint32_t *of;         /* by row */
	uint32_t *confidence; /* by row, ppm: expected share of the others of its cluster that are
			       * the same as it; of a row alone, that it has no other */
	uint32_t largest;     /* rows of the largest cluster */
	uint32_t cuts;        /* bridges that were cut */
};

void clusters_free(struct clusters *c); /* also the CLEANUP function */

/* tie: by row a hash of its content, so that equal pairs are taken in an order that does not depend
 * on the order of rows; NULL: by row. pairs are ascending by (a, b), each once. Writes *ret only
 * when true; false without memory. */
MUST_CHECK bool cluster_find(uint32_t nrows, const struct cluster_pair *pairs, size_t npairs,
	const uint64_t *tie, struct clusters *ret);

#endif
