#ifndef MATCH_ASSIGN_WORK_H
#define MATCH_ASSIGN_WORK_H
/*
 * What the two halves of the assignment share: scratch memory, the graph by node, and a search
 * front. Private to assign.c and assign_margin.c.
 *
 * Nodes 0 .. nl - 1 are left, nl .. nl + nr - 1 right. u of a left node and v of a right one are
 * the dual prices: u + v >= w on every edge, equal on edges with flow, and a node with room left
 * costs nothing. A node may stay unused, which is what u >= 0 and v >= 0 say.
 */
#include "match/assign.h"

#define FAR INT64_MAX
#define NONE UINT32_MAX
#define STEPS_CANCEL 4096u /* between two looks at whether to stop */

struct heap_item {
	int64_t key;
	uint32_t node;
};

/* Nodes reached so far by their distance; equal ones leave in the order of their numbers. */
struct front {
	int64_t *dist;
	uint32_t *via; /* edge by which a node was reached */
	bool *done;
	uint32_t *touched;
	uint32_t ntouched;
	struct heap_item *heap;
	uint32_t nheap;
};

/* An edge as one of its nodes sees it. */
struct arc {
	uint32_t edge, to;
	int32_t w;
};

struct assign_work {
	struct assign *a;
	uint32_t nodes, edges;    /* room */
	int64_t *price;           /* u, then v */
	uint32_t *room;           /* capacity not used */
	uint32_t *first;          /* of the arcs of a node */
	struct arc *arc;          /* left nodes', then right nodes' */
	struct front front, back;
	uint32_t *level, *next, *queue; /* of nodes: layers of a phase, components of a margin */
	int64_t *leave;           /* cheapest way to place or drop one unit freed at a node */
	uint64_t limit;           /* of steps; 0: none */
	uint64_t look;            /* steps after which the caller is asked whether to stop */
	bool stopped;             /* cancelled, or beyond the limit */
};

void front_reach(struct front *f, uint32_t node, int64_t dist, uint32_t via);
struct heap_item front_pop(struct front *f);
void front_forget(struct front *f);

/* Counts a node of the search and its arcs, which are what it costs; false when it is to stop. */
bool assign_step(struct assign_work *w, uint32_t node);
/* Margins of an optimal flow. */
void assign_margins(struct assign_work *w);
/* No margin of a chosen pair is known. */
void assign_prove_none(struct assign *a);

static inline int64_t edge_slack(const struct assign_work *w, uint32_t edge)
{
	const struct assign_edge *e = &w->a->edge[edge];

	return w->price[e->l] + w->price[w->a->nl + e->r] - e->w;
}

static inline int64_t arc_slack(const struct assign_work *w, uint32_t node, const struct arc *arc)
{
	return w->price[node] + w->price[arc->to] - arc->w;
}

static inline uint32_t edge_right(const struct assign_work *w, uint32_t edge)
{
	return w->a->nl + w->a->edge[edge].r;
}

static inline uint32_t edge_other(const struct assign_work *w, uint32_t node, uint32_t edge)
{
	return node < w->a->nl ? edge_right(w, edge) : w->a->edge[edge].l;
}

#endif
