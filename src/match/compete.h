#ifndef MATCH_COMPETE_H
#define MATCH_COMPETE_H
/*
 * A component in which groups compete with each other and with pairs: which of them together weigh
 * most, when a node may be used as often as its capacity says. Branch and bound over the groups,
 * exact assignment of the pairs inside; bounded in steps, and it says whether it finished.
 */
#include "base/base.h"
#include "match/assign.h"

struct compete_group {
	uint32_t first, n; /* its nodes in compete.node; a node may occur several times */
	int32_t w;         /* > 0 */
	uint32_t target;   /* the node it adds up to */
};

struct compete {
	struct assign *a;  /* graph and capacities; flow and margin are written, as is a->total */
	uint32_t ng;
	const struct compete_group *group; /* heaviest first, ties by content */
	const uint32_t *node;              /* left nodes 0 .. nl - 1, then right ones */
	uint64_t budget;                   /* branches; 0: the default */
	/* out, of the caller, one place per group */
	bool *chosen;
	uint32_t *margin; /* of chosen groups: capped, or ASSIGN_MARGIN_UNPROVED */
	int64_t total;
	int64_t bound; /* no choice has more: the total when proved */
	bool proved;
};

/* False without memory. */
MUST_CHECK bool compete_solve(struct assign_work *w, struct compete *c);

#endif
