/*
 * Netting: records of one side that offset each other. Positive records are paired with negative ones
 * of the same size, so this too is an assignment, with both ends on one side; which of a side's
 * records offset each other and which have a counterpart on the other side is decided together
 * (net_compete.c).
 */
#include <string.h>

#include "match/stage.h"

/* Amounts that are opposite and whose tests hold, the positive record first. */
static void keep_opposite(struct stage *s)
{
	struct engine *e = s->e;
	int side = s->side[0];
	size_t kept = 0;

	for (size_t i = 0; i < s->edges.n; i++) {
		struct edge edge = s->edges.p[i];
		int64_t a = row_amount(e, side, edge.l), b = row_amount(e, side, edge.r);
		if (a == 0 || a != -b)
			continue;
		if (a < 0) {
			uint32_t l = edge.l;
			edge.l = edge.r;
			edge.r = l;
		}
		s->edges.p[kept++] = edge;
	}
	s->edges.n = kept;
}

void net_search(struct stage *s, uint32_t pass)
{
	struct engine *e = s->e;

	s->side[0] = s->side[1] = e->rs->passes[pass].kind == KIND_NET_LEFT ? LEFT : RIGHT;
	engine_phase(e, MATCH_PHASE_CANDIDATES);
	block_pass(e, pass, &s->edges);
	if (!engine_ok(e))
		return;
	keep_opposite(s);
	edges_unify(&s->edges);
}
