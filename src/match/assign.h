#ifndef MATCH_ASSIGN_H
#define MATCH_ASSIGN_H
/*
 * Exact assignment inside one component: which pairs make the sum of weights largest when a node
 * may be used as often as its capacity says (1 for a record, more for a class of equal records).
 * And for each chosen pair the margin: how much the optimum falls when that pair is forbidden.
 *
 * Primal-dual: as long as many nodes find a place at once, all of them search together and are
 * placed along disjoint shortest paths (Hopcroft and Karp 1973, on reduced costs; Gabow and Tarjan
 * 1989); the rest one by one by successive shortest paths (Kuhn 1955; Jonker and Volgenant 1987;
 * Ahuja, Magnanti and Orlin, "Network Flows", 1993). Equal weights make the first fast, different
 * ones the second, so that one component of 65,000 nodes is ordinary. Nodes are to be numbered by
 * content, so that ties are broken by content too.
 */
#include <stdatomic.h>
#include "base/base.h"

#define ASSIGN_MARGIN_UNPROVED UINT32_MAX
/* What a component of so many edges may cost in a run: a million edges that are hard take seconds, any
 * number of them less than a minute. */
#define ASSIGN_MARGIN_STEPS(ne) MIN((uint64_t)(ne) * 256 + 8000000, UINT64_C(1) << 30)
#define ASSIGN_FLOW_STEPS(ne) MIN((uint64_t)(ne) * 512 + 16000000, UINT64_C(1) << 31)

struct assign_edge {
	uint32_t l, r;
	int32_t w; /* > 0 */
};

struct assign {
	uint32_t nl, nr, ne;
	const uint32_t *lcap, *rcap;     /* > 0 */
	const struct assign_edge *edge;  /* ascending by (l, r), each pair once */
	uint32_t margin_cap;             /* 0: no margins are wanted */
	/* Steps are nodes that a search leaves, and the edges that it looks at from there. */
	uint64_t budget;                 /* steps for the margins; 0: no bound */
	uint64_t solve_budget;           /* steps for the flow; 0: no bound */
	const atomic_bool *cancel;       /* once true the flow is any; NULL: never */
	/* out, of the caller, one place per edge */
	uint32_t *flow;
	uint32_t *margin; /* of edges with flow: capped, or ASSIGN_MARGIN_UNPROVED */
	int64_t total;    /* sum of flow x w */
	int64_t bound;    /* no flow has more: the total when it is proved to be the optimum */
	uint64_t steps;
};

/* Scratch memory for problems up to any size; grows. One per thread. */
struct assign_work;
struct assign_work *assign_work_new(void); /* NULL without memory */
void assign_work_free(struct assign_work **w);

/* False without memory. Over the budget the best flow so far is given, with bound > total and no
 * margins. */
MUST_CHECK bool assign_solve(struct assign_work *w, struct assign *a);

#endif
