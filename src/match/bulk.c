/*
 * A left node leads to the right ones that it may have, a right one back to those that have it.
 * Strongly connected: all are reached from the first, and the first from all.
 */
#include "match/bulk.h"

#include <stdlib.h>

static bool all_used(const struct assign *a, uint32_t *used)
{
	for (uint32_t i = 0; i < a->ne; i++) {
		used[a->edge[i].l] += a->flow[i];
		used[a->nl + a->edge[i].r] += a->flow[i];
	}
	for (uint32_t n = 0; n < a->nl + a->nr; n++)
		if (used[n] < (n < a->nl ? a->lcap[n] : a->rcap[n - a->nl]))
			return false;
	return true;
}

struct reach {
	const struct assign *a;
	uint32_t *first, *arc; /* edges of each node */
	bool *seen;
	uint32_t *queue;
};

static void index_nodes(struct reach *r)
{
	const struct assign *a = r->a;

	for (uint32_t i = 0; i < a->ne; i++) {
		r->first[a->edge[i].l + 2]++;
		r->first[a->nl + a->edge[i].r + 2]++;
	}
	for (uint32_t n = 0; n < a->nl + a->nr; n++)
		r->first[n + 2] += r->first[n + 1];
	for (uint32_t i = 0; i < a->ne; i++) {
		r->arc[r->first[a->edge[i].l + 1]++] = i;
		r->arc[r->first[a->nl + a->edge[i].r + 1]++] = i;
	}
}

/* Nodes that node 0 leads to, or with `back` that lead to it. */
static uint32_t count_reached(struct reach *r, bool back)
{
	const struct assign *a = r->a;
	uint32_t head = 0, tail = 0;

	for (uint32_t n = 0; n < a->nl + a->nr; n++)
		r->seen[n] = n == 0;
	r->queue[tail++] = 0;
	while (head < tail) {
		uint32_t x = r->queue[head++];
		bool any = (x < a->nl) != back; /* along any edge, or only along flow */
		for (uint32_t k = r->first[x]; k < r->first[x + 1]; k++) {
			const struct assign_edge *edge = &a->edge[r->arc[k]];
			uint32_t y = x < a->nl ? a->nl + edge->r : edge->l;
			if (r->seen[y] || (!any && a->flow[r->arc[k]] == 0))
				continue;
			r->seen[y] = true;
			r->queue[tail++] = y;
		}
	}
	return tail;
}

bool bulk_closed(const struct assign *a)
{
	uint32_t nodes = a->nl + a->nr;
	struct reach r = {.a = a, .first = calloc((size_t)nodes + 3, sizeof(*r.first)),
		.arc = calloc((size_t)a->ne * 2 + 1, sizeof(*r.arc)),
		.seen = calloc((size_t)nodes + 1, sizeof(*r.seen)),
		.queue = calloc((size_t)nodes + 1, sizeof(*r.queue))};
	bool closed = nodes > 0 && r.first != NULL && r.arc != NULL && r.seen != NULL &&
		r.queue != NULL && all_used(a, r.queue);

	if (closed) {
		index_nodes(&r);
		closed = count_reached(&r, false) == nodes && count_reached(&r, true) == nodes;
	}
	free(r.first);
	free(r.arc);
	free(r.seen);
	free(r.queue);
	return closed;
}
