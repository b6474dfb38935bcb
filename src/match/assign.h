#ifndef MATCH_ASSIGN_H
#define MATCH_ASSIGN_H
/*
 * Exact assignment inside one component: which pairs make the sum of weights largest when a node
 * may be used as often as its capacity says (1 for a record, more for a class of equal records).
 * And for each chosen pair the margin: how much the optimum falls when that pair is forbidden.
 *
 * Successive shortest augmenting paths on reduced costs (Kuhn 1955; Jonker and Volgenant 1987;
 * Ahuja, Magnanti and Orlin, "Network Flows", 1993). Nodes are to be numbered by content, so that
 * ties are broken by content too.
 */
#include "base/base.h"

#define ASSIGN_MARGIN_UNPROVED UINT32_MAX

struct assign_edge {
	uint32_t l, r;
	int32_t w; /* > 0 */
};

struct assign {
	uint32_t nl, nr, ne;
	const uint32_t *lcap, *rcap;     /* > 0 */
	const struct assign_edge *edge;  /* ascending by (l, r), each pair once */
	uint32_t margin_cap;
	uint64_t budget;                 /* steps for the margins; 0: none */
	/* out, of the caller, one place per edge */
	uint32_t *flow;
	uint32_t *margin; /* of edges with flow: capped, or ASSIGN_MARGIN_UNPROVED */
	int64_t total;    /* sum of flow x w */
	uint64_t steps;
};

/* Scratch memory for problems up to any size; grows. One per thread. */
struct assign_work;
struct assign_work *assign_work_new(void); /* NULL without memory */
void assign_work_free(struct assign_work **w);

/* False without memory. */
MUST_CHECK bool assign_solve(struct assign_work *w, struct assign *a);

#endif
