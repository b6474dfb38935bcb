#ifndef MATCH_TRANSPORT_H
#define MATCH_TRANSPORT_H
/*
 * Partial matches of one component: records that are taken whole or not at all (wholes) are spread
 * over records of the other side that may stay open in part (parts). Among all ways to do that the
 * best has, one after the other,
 *   1. the most exact closings: wholes whose parts are closed, each by this whole alone;
 *   2. the most money;
 *   3. the fewest allocations;
 *   4. the oldest first: the largest sum of money times the worth of its part, then times the age of
 *      its whole, then times both ages (old with old).
 *
 * An optimum is among the ways in which, in some order, each whole closes what is left of all of its
 * parts but at most one (vertices of the transportation polytope: their edges are forests; Ahuja,
 * Magnanti and Orlin, "Network Flows", 1993). Those are searched, each state once. A single whole is
 * searched by meeting in the middle. To find the fewest allocations is NP-hard in general, so work is
 * bounded in steps; over the budget a greedy answer is given and said not to be proved.
 *
 * Pure and deterministic. Wholes and parts are to be numbered by age and content, so that ties are
 * broken by content.
 */
#include "base/base.h"
#include "match/subset.h"

#define TRANSPORT_WHOLES_MAX 20u /* more of either are not searched */
#define TRANSPORT_PARTS_MAX 32u

struct transport_edge {
	uint32_t whole, part;
};

struct transport {
	uint32_t nw, np, ne;
	const int64_t *whole, *part; /* what is left of each, > 0, up to 10^17 */
	const int64_t *worth;        /* of parts, 0 .. 10^17: age in days, or the amount itself */
	const int32_t *whole_age, *part_age; /* 0 .. 2^20 */
	const uint64_t *whole_class, *part_class; /* equal records have equal ones */
	const struct transport_edge *edge;   /* ascending, each once */
	int64_t smallest;            /* no allocation is less */
	uint64_t budget;             /* steps; 0: 2^18 */
	/* out, of the caller */
	int64_t *flow;  /* by edge */
	bool *tied;     /* by whole: another best way gives it other parts */
	bool proved;
	uint64_t steps; /* used */
};

struct transport_work;
struct transport_work *transport_work_new(void); /* NULL without memory */
void transport_work_free(struct transport_work **w);

/* False without memory. */
MUST_CHECK bool transport_solve(struct transport_work *w, struct transport *t);

#endif
