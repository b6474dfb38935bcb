/* See small.h. */
#include "match/small.h"

#define EDGES_MAX 16u
#define WAYS_MAX 192u

/* A set of pairs that share no record. */
struct way {
	uint64_t nodes;
	int64_t total;
	int32_t bits;
	uint32_t pairs; /* bit i: edge i is in it */
};

static bool fits(const struct assign *a)
{
	if (a->ne > EDGES_MAX)
		return false;
	for (uint32_t n = 0; n < a->nl; n++)
		if (a->lcap[n] > 1)
			return false;
	for (uint32_t n = 0; n < a->nr; n++)
		if (a->rcap[n] > 1)
			return false;
	return true;
}

/* Each edge joins all ways so far that leave its ends free. 0: there are too many. */
static uint32_t list_ways(const struct assign *a, const int32_t *bits, struct way way[WAYS_MAX])
{
	uint32_t n = 1;

	way[0] = (struct way){0};
	for (uint32_t i = 0; i < a->ne; i++) {
		const struct assign_edge *edge = &a->edge[i];
		uint64_t ends = UINT64_C(1) << edge->l | UINT64_C(1) << (a->nl + edge->r);
		for (uint32_t k = 0, had = n; k < had; k++) {
			if ((way[k].nodes & ends) != 0)
				continue;
			if (n == WAYS_MAX)
				return 0;
			way[n++] = (struct way){way[k].nodes | ends, way[k].total + edge->w,
				way[k].bits + bits[i], way[k].pairs | 1u << i};
		}
	}
	return n;
}

/* Of equal ways the one that has the first pair in which they differ: pairs are numbered by content. */
static bool is_better(const struct way *x, const struct way *y)
{
	uint32_t differ = x->pairs ^ y->pairs;

	if (x->total != y->total)
		return x->total > y->total;
	return (x->pairs & differ & -differ) != 0;
}

static const struct way *best_of(const struct way *way, uint32_t n)
{
	const struct way *best = &way[0];

	for (uint32_t k = 1; k < n; k++)
		if (is_better(&way[k], best))
			best = &way[k];
	return best;
}

/* By how much the best falls without edge i. */
static uint32_t margin_of(const struct way *way, uint32_t n, const struct way *best, uint32_t i,
	uint32_t cap)
{
	int64_t without = 0; /* no pair at all */

	for (uint32_t k = 1; k < n; k++)
		if ((way[k].pairs >> i & 1) == 0 && way[k].total > without)
			without = way[k].total;
	return (uint32_t)MIN(best->total - without, (int64_t)cap);
}

/* Each way is as likely as the product of its odds. */
static void weigh(const struct way *way, uint32_t n, const struct num *num, uint32_t ne, double *ret_p)
{
	int32_t most = 0;
	double all = 0;

	for (uint32_t k = 0; k < n; k++)
		most = MAX(most, way[k].bits);
	for (uint32_t i = 0; i < ne; i++)
		ret_p[i] = 0;
	for (uint32_t k = 0; k < n; k++) {
		double weight = num_pow2(num, MAX(way[k].bits - most, -64000));
		all += weight;
		for (uint32_t pairs = way[k].pairs; pairs != 0; pairs &= pairs - 1)
			ret_p[__builtin_ctz(pairs)] += weight;
	}
	for (uint32_t i = 0; i < ne; i++)
		ret_p[i] /= all;
}

bool small_solve(struct assign *a, const int32_t *bits, const struct num *num, double *ret_p)
{
	struct way way[WAYS_MAX];

#if defined(MATCH_PLANT_ASSIGN) || defined(FUZZ_PLANT)
	return false; /* the planted fault is in the other solver */
#endif
	if (!fits(a))
		return false;
	uint32_t n = list_ways(a, bits, way);
	if (n == 0)
		return false;
	const struct way *best = best_of(way, n);
	for (uint32_t i = 0; i < a->ne; i++) {
		a->flow[i] = best->pairs >> i & 1;
		a->margin[i] = a->flow[i] == 0 || a->margin_cap == 0 ? 0 :
			margin_of(way, n, best, i, a->margin_cap);
	}
	a->total = a->bound = best->total;
	a->steps = n;
	weigh(way, n, num, a->ne, ret_p);
	return true;
}
