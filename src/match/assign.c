/*
 * Nodes 0 .. nl - 1 are left, nl .. nl + nr - 1 right. u of a left node and v of a right one are
 * the dual prices: u + v >= w on every edge, equal on edges with flow, and a node with room left
 * costs nothing. A node may stay unused, which is what u >= 0 and v >= 0 say.
 */
#include "match/assign.h"

#include <stdlib.h>
#include <string.h>

#define FAR INT64_MAX
#define NONE UINT32_MAX

struct heap_item {
	int64_t key;
	uint32_t node;
};

struct assign_work {
	struct assign *a;
	uint32_t nodes, edges;    /* room */
	int64_t *price;           /* u, then v */
	uint32_t *room;           /* capacity not used */
	uint32_t *first;          /* of the edges of a node, in `arc` */
	uint32_t *arc;            /* edge numbers: left nodes', then right nodes' */
	int64_t *dist;
	uint32_t *via;            /* edge by which a node was reached */
	bool *done;
	uint32_t *touched;
	uint32_t ntouched;
	struct heap_item *heap;
	uint32_t nheap;
	int64_t *leave;           /* cheapest way to place or drop one unit freed at a node */
};

struct assign_work *assign_work_new(void)
{
	return calloc(1, sizeof(struct assign_work));
}

static void release(struct assign_work *w)
{
	free(w->price);
	free(w->room);
	free(w->first);
	free(w->arc);
	free(w->dist);
	free(w->via);
	free(w->done);
	free(w->touched);
	free(w->heap);
	free(w->leave);
}

void assign_work_free(struct assign_work **w)
{
	if (*w == NULL)
		return;
	release(*w);
	free(*w);
	*w = NULL;
}

static bool make_room(struct assign_work *w, uint32_t nodes, uint32_t edges)
{
	if (nodes <= w->nodes && edges <= w->edges)
		return true;
	nodes = MAX(nodes, w->nodes * 2);
	edges = MAX(edges, w->edges * 2);
	release(w);
	*w = (struct assign_work){0};
	w->price = calloc(nodes + 1, sizeof(*w->price));
	w->room = calloc(nodes + 1, sizeof(*w->room));
	w->first = calloc(nodes + 2, sizeof(*w->first));
	w->arc = calloc((size_t)edges * 2 + 1, sizeof(*w->arc));
	w->dist = calloc(nodes + 1, sizeof(*w->dist));
	w->via = calloc(nodes + 1, sizeof(*w->via));
	w->done = calloc(nodes + 1, sizeof(*w->done));
	w->touched = calloc(nodes + 1, sizeof(*w->touched));
	w->heap = calloc((size_t)edges * 2 + nodes + 2, sizeof(*w->heap));
	w->leave = calloc(nodes + 1, sizeof(*w->leave));
	if (w->price == NULL || w->room == NULL || w->first == NULL || w->arc == NULL ||
		w->dist == NULL || w->via == NULL || w->done == NULL || w->touched == NULL ||
		w->heap == NULL || w->leave == NULL)
		return false;
	w->nodes = nodes;
	w->edges = edges;
	return true;
}

/* ---- a binary heap by (key, node): equal keys leave in the order of nodes ---- */

static bool before(const struct heap_item *x, const struct heap_item *y)
{
	return x->key != y->key ? x->key < y->key : x->node < y->node;
}

static void push(struct assign_work *w, int64_t key, uint32_t node)
{
	struct heap_item item = {key, node};
	uint32_t i = w->nheap++;

	for (; i > 0 && before(&item, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = item;
}

static struct heap_item pop(struct assign_work *w)
{
	struct heap_item top = w->heap[0], item = w->heap[--w->nheap];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 2 * i + 1;
		if (child >= w->nheap)
			break;
		if (child + 1 < w->nheap && before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!before(&w->heap[child], &item))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = item;
	return top;
}

static void reach(struct assign_work *w, uint32_t node, int64_t dist, uint32_t via)
{
	if (w->done[node] || dist >= w->dist[node])
		return;
	if (w->dist[node] == FAR)
		w->touched[w->ntouched++] = node;
	w->dist[node] = dist;
	w->via[node] = via;
	push(w, dist, node);
}

static void forget(struct assign_work *w)
{
	for (uint32_t i = 0; i < w->ntouched; i++) {
		w->dist[w->touched[i]] = FAR;
		w->done[w->touched[i]] = false;
	}
	w->ntouched = 0;
	w->nheap = 0;
}

/* ---- the graph ---- */

static void build(struct assign_work *w)
{
	const struct assign *a = w->a;
	uint32_t nodes = a->nl + a->nr;

	memset(w->first, 0, (nodes + 2) * sizeof(*w->first));
	for (uint32_t i = 0; i < a->ne; i++) {
		w->first[a->edge[i].l + 1]++;
		w->first[a->nl + a->edge[i].r + 1]++;
	}
	for (uint32_t n = 0; n < nodes; n++)
		w->first[n + 1] += w->first[n];
	uint32_t *at = w->via;
	memcpy(at, w->first, nodes * sizeof(*at));
	for (uint32_t i = 0; i < a->ne; i++) {
		w->arc[at[a->edge[i].l]++] = i;
		w->arc[at[a->nl + a->edge[i].r]++] = i;
	}
	for (uint32_t n = 0; n < nodes; n++) {
		w->dist[n] = FAR;
		w->done[n] = false;
		w->price[n] = 0;
		w->room[n] = n < a->nl ? a->lcap[n] : a->rcap[n - a->nl];
	}
	for (uint32_t i = 0; i < a->ne; i++) {
		a->flow[i] = 0;
		a->margin[i] = 0;
		w->price[a->edge[i].l] = MAX(w->price[a->edge[i].l], a->edge[i].w);
	}
}

static int64_t slack(const struct assign_work *w, uint32_t edge)
{
	const struct assign_edge *e = &w->a->edge[edge];

	return w->price[e->l] + w->price[w->a->nl + e->r] - e->w;
}

static uint32_t right_of(const struct assign_work *w, uint32_t edge)
{
	return w->a->nl + w->a->edge[edge].r;
}

/* ---- augmenting ---- */

/* Takes what can be taken along edges that cost nothing: most of the work in easy components. */
static void greedy(struct assign_work *w)
{
	struct assign *a = w->a;

	for (uint32_t i = 0; i < a->ne; i++) {
		uint32_t l = a->edge[i].l, r = right_of(w, i);
		uint32_t n = MIN(w->room[l], w->room[r]);
		if (n == 0 || slack(w, i) != 0)
			continue;
		a->flow[i] += n;
		w->room[l] -= n;
#ifndef MATCH_PLANT_TWICE
		w->room[r] -= n;
#endif
	}
}

/* Shortest way from a left node with room to a free place or to a unit that is cheapest to drop.
 * Returns the end node; *ret_drop says which of the two. */
static uint32_t search(struct assign_work *w, uint32_t source, bool *ret_drop, int64_t *ret_dist)
{
	const struct assign *a = w->a;
	int64_t best = w->price[source];
	uint32_t end = source;
	bool drop = true;

	reach(w, source, 0, NONE);
	while (w->nheap > 0) {
		struct heap_item top = pop(w);
		if (w->done[top.node])
			continue;
		if (top.key >= best)
			break;
		w->done[top.node] = true;
		w->a->steps++;
		bool left = top.node < a->nl;
		if (left && top.key + w->price[top.node] < best) {
			best = top.key + w->price[top.node];
			end = top.node;
			drop = true;
		} else if (!left && w->room[top.node] > 0) {
			best = top.key;
			end = top.node;
			drop = false;
			break;
		}
		for (uint32_t k = w->first[top.node]; k < w->first[top.node + 1]; k++) {
			uint32_t edge = w->arc[k];
			if (left)
				reach(w, right_of(w, edge), top.key + slack(w, edge), edge);
			else if (a->flow[edge] > 0)
				reach(w, a->edge[edge].l, top.key, edge);
		}
	}
	*ret_drop = drop;
	*ret_dist = best;
	return end;
}

static void reprice(struct assign_work *w, int64_t dist)
{
	for (uint32_t i = 0; i < w->ntouched; i++) {
		uint32_t n = w->touched[i];
		if (w->dist[n] >= dist)
			continue;
		w->price[n] += n < w->a->nl ? w->dist[n] - dist : dist - w->dist[n];
	}
}

static uint32_t other_end(const struct assign_work *w, uint32_t node, uint32_t edge)
{
	return node < w->a->nl ? right_of(w, edge) : w->a->edge[edge].l;
}

/* Units that can move along the path that ends at node. */
static uint32_t width(const struct assign_work *w, uint32_t source, uint32_t end, bool drop)
{
	uint32_t n = w->room[source];

	if (!drop)
		n = MIN(n, w->room[end]);
	for (uint32_t x = end; w->via[x] != NONE; x = other_end(w, x, w->via[x]))
		if (x < w->a->nl)
			n = MIN(n, w->a->flow[w->via[x]]);
	return n;
}

static void move_units(struct assign_work *w, uint32_t source, uint32_t end, bool drop, uint32_t n)
{
	for (uint32_t x = end; w->via[x] != NONE; x = other_end(w, x, w->via[x])) {
		if (x < w->a->nl)
			w->a->flow[w->via[x]] -= n;
		else
			w->a->flow[w->via[x]] += n;
	}
	w->room[source] -= n;
	if (drop)
		w->room[end] += n;
	else
		w->room[end] -= n;
}

static void place(struct assign_work *w, uint32_t source)
{
	while (w->room[source] > 0 && w->price[source] > 0) {
		bool drop;
		int64_t dist;
		uint32_t end = search(w, source, &drop, &dist);
		reprice(w, dist);
		if (end != source)
			move_units(w, source, end, drop, width(w, source, end, drop));
		forget(w);
	}
}

/* ---- margins ---- */

/* leave[n]: least loss when one unit of node n loses its partner and is placed anew or dropped, by
 * one search from all ends at once. Exact for capacities of 1 (see price_of_leaving). */
static void leaving(struct assign_work *w)
{
	const struct assign *a = w->a;
	uint32_t nodes = a->nl + a->nr;

	/* A left unit goes on to a right place, whose owner then leaves; and the other way round. */
	for (int from_left = 1; from_left >= 0; from_left--) {
		for (uint32_t n = 0; n < nodes; n++) {
			bool left = n < a->nl;
			if (left == (from_left != 0))
				reach(w, n, w->price[n], NONE);
			else if (w->room[n] > 0)
				reach(w, n, 0, NONE);
		}
		while (w->nheap > 0) {
			struct heap_item top = pop(w);
			if (w->done[top.node])
				continue;
			w->done[top.node] = true;
			w->a->steps++;
			bool mover = (top.node < a->nl) == (from_left != 0);
			for (uint32_t k = w->first[top.node]; k < w->first[top.node + 1]; k++) {
				uint32_t edge = w->arc[k];
				uint32_t next = other_end(w, top.node, edge);
				if (!mover)
					reach(w, next, top.key + slack(w, edge), edge);
				else if (a->flow[edge] > 0)
					reach(w, next, top.key, edge);
			}
		}
		for (uint32_t n = 0; n < nodes; n++)
			if ((n < a->nl) == (from_left != 0))
				w->leave[n] = w->dist[n];
		forget(w);
	}
}

/* Shortest way from a node over edges other than `forbidden`: to its other end (*ret_cycle) and to
 * any end at which a unit can stay or be dropped (returned). Both only below limit. */
static int64_t way_out(struct assign_work *w, uint32_t source, uint32_t forbidden, int64_t limit,
	int64_t *ret_cycle)
{
	const struct assign *a = w->a;
	uint32_t goal = other_end(w, source, forbidden);
	bool from_left = source < a->nl;
	int64_t best = MIN(limit, w->price[source]);

	*ret_cycle = limit;
	reach(w, source, 0, NONE);
	while (w->nheap > 0) {
		struct heap_item top = pop(w);
		if (w->done[top.node])
			continue;
		if (top.key >= limit)
			break;
		w->done[top.node] = true;
		w->a->steps++;
		bool mover = (top.node < a->nl) == from_left;
		if (top.node == goal) {
			*ret_cycle = top.key;
			break;
		}
		if (mover)
			best = MIN(best, top.key + w->price[top.node]);
		else if (w->room[top.node] > 0)
			best = MIN(best, top.key);
		for (uint32_t k = w->first[top.node]; k < w->first[top.node + 1]; k++) {
			uint32_t edge = w->arc[k];
			uint32_t next = other_end(w, top.node, edge);
			if (edge == forbidden)
				continue;
			if (mover)
				reach(w, next, top.key + slack(w, edge), edge);
			else if (a->flow[edge] > 0)
				reach(w, next, top.key, edge);
		}
	}
	forget(w);
	return best;
}

static void margins(struct assign_work *w)
{
	struct assign *a = w->a;
	bool classes = false;

	for (uint32_t n = 0; n < a->nl; n++)
		classes |= a->lcap[n] > 1;
	for (uint32_t n = 0; n < a->nr; n++)
		classes |= a->rcap[n] > 1;
	if (!classes)
		leaving(w);
	for (uint32_t i = 0; i < a->ne; i++) {
		if (a->flow[i] == 0)
			continue;
		if (a->budget != 0 && a->steps > a->budget) {
			a->margin[i] = ASSIGN_MARGIN_UNPROVED;
			continue;
		}
		int64_t limit = a->margin_cap, cycle, ignored;
		uint32_t l = a->edge[i].l, r = right_of(w, i);
		/* Both ends part ways, each at its own cheapest, or a cycle closes around the pair. */
		if (classes)
			limit = MIN(limit, way_out(w, l, i, limit, &cycle) +
						way_out(w, r, i, limit, &ignored));
		else
			limit = MIN(limit, w->leave[l] + w->leave[r]);
		way_out(w, l, i, limit, &cycle);
		a->margin[i] = (uint32_t)MIN(limit, cycle);
	}
}

#ifdef MATCH_PLANT_GREEDY
/* A fault for the property tests to find: the heaviest pair that is still free, again and again. */
static void take_heaviest(struct assign_work *w)
{
	struct assign *a = w->a;

	for (uint32_t best = 0; best != NONE;) {
		best = NONE;
		for (uint32_t i = 0; i < a->ne; i++)
			if (w->room[a->edge[i].l] > 0 && w->room[right_of(w, i)] > 0 &&
				(best == NONE || a->edge[i].w > a->edge[best].w))
				best = i;
		if (best == NONE)
			return;
		a->flow[best]++;
		w->room[a->edge[best].l]--;
		w->room[right_of(w, best)]--;
	}
}
#endif

static void augment(struct assign_work *w)
{
#ifdef MATCH_PLANT_GREEDY
	take_heaviest(w);
	return;
#endif
	greedy(w);
	for (uint32_t l = 0; l < w->a->nl; l++)
		place(w, l);
}

bool assign_solve(struct assign_work *w, struct assign *a)
{
	if (!make_room(w, a->nl + a->nr, a->ne))
		return false;
	w->a = a;
	a->steps = 0;
	build(w);
	augment(w);
	a->total = 0;
	for (uint32_t i = 0; i < a->ne; i++)
		a->total += (int64_t)a->flow[i] * a->edge[i].w;
	if (a->margin_cap > 0)
		margins(w);
	return true;
}
