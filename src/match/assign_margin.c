/*
 * Margins: forbidden, a pair's two ends part ways, each at its own cheapest, or a cycle of reduced
 * cost closes around the pair. The first is one search from all ends at once; the second a search
 * from both ends of the pair that meet in the middle. Where no cycle below the cap can close, which
 * strongly connected components of the cheap edges tell for all pairs at once, none is searched;
 * where one closes for nothing, neither.
 */
#include "match/assign_work.h"

/* leave[n]: least loss when one unit of node n loses its partner and is placed anew or dropped.
 * Exact for capacities of 1. A left unit goes on to a right place, whose owner then leaves; and the
 * other way round. */
static void leaving(struct assign_work *w, bool from_left)
{
	const struct assign *a = w->a;
	struct front *f = &w->front;
	uint32_t nodes = a->nl + a->nr;

	for (uint32_t n = 0; n < nodes; n++) {
		if ((n < a->nl) == from_left)
			front_reach(f, n, w->price[n], NONE);
		else if (w->room[n] > 0)
			front_reach(f, n, 0, NONE);
	}
	while (f->nheap > 0 && !w->stopped) {
		struct heap_item top = front_pop(f);
		if (f->done[top.node] || !assign_step(w, top.node))
			continue;
		f->done[top.node] = true;
		bool mover = (top.node < a->nl) == from_left;
		for (uint32_t k = w->first[top.node]; k < w->first[top.node + 1]; k++) {
			const struct arc *arc = &w->arc[k];
			if (!mover)
				front_reach(f, arc->to, top.key + arc_slack(w, top.node, arc), NONE);
			else if (a->flow[arc->edge] > 0)
				front_reach(f, arc->to, top.key, NONE);
		}
	}
	for (uint32_t n = 0; n < nodes; n++)
		if ((n < a->nl) == from_left)
			w->leave[n] = f->dist[n];
	front_forget(f);
}

/* ---- which pairs a cycle can close around ---- */

/* Strongly connected components (Tarjan 1972, without recursion) of the graph in which a left node
 * leads to right ones along edges without flow that cost at most `most`, and a right node back
 * along its flow. The component of node n is in level[n]. */
struct strong {
	struct assign_work *w;
	int64_t most;
	uint32_t *low, *stack, *trail; /* of the back front's arrays */
	uint32_t nstack, ntrail, count;
};

#define OUTSIDE UINT32_MAX /* level of a node that is in a component already */

static bool leads(const struct strong *s, uint32_t node, const struct arc *arc)
{
	const struct assign_work *w = s->w;

	if (node >= w->a->nl)
		return w->a->flow[arc->edge] > 0;
	return w->a->flow[arc->edge] == 0 && arc_slack(w, node, arc) <= s->most;
}

static void enter(struct strong *s, uint32_t x)
{
	s->w->level[x] = s->low[x] = ++s->count;
	s->w->next[x] = s->w->first[x];
	s->stack[s->nstack++] = x;
	s->trail[s->ntrail++] = x;
}

/* All of the component whose first node is x get its number. */
static void leave_component(struct strong *s, uint32_t x)
{
	uint32_t n;

	do {
		n = s->stack[--s->nstack];
		s->w->level[n] = OUTSIDE;
		s->w->queue[n] = x;
	} while (n != x);
}

static void walk(struct strong *s, uint32_t from)
{
	struct assign_work *w = s->w;

	enter(s, from);
	while (s->ntrail > 0) {
		uint32_t x = s->trail[s->ntrail - 1];
		if (w->next[x] < w->first[x + 1]) {
			const struct arc *arc = &w->arc[w->next[x]++];
			uint32_t y = arc->to;
			if (!leads(s, x, arc))
				continue;
			if (w->level[y] == 0)
				enter(s, y);
			else if (w->level[y] != OUTSIDE)
				s->low[x] = MIN(s->low[x], w->level[y]);
			continue;
		}
		s->ntrail--;
		if (s->ntrail > 0) {
			uint32_t up = s->trail[s->ntrail - 1];
			s->low[up] = MIN(s->low[up], s->low[x]);
		}
		if (s->low[x] == w->level[x])
			leave_component(s, x);
	}
}

/* After it queue[n] names the component of node n. */
static void find_strong(struct assign_work *w, int64_t most)
{
	struct strong s = {.w = w, .most = most, .low = w->back.via, .stack = w->back.touched,
		.trail = w->front.touched};

	for (uint32_t n = 0; n < w->a->nl + w->a->nr; n++)
		w->level[n] = 0;
	for (uint32_t n = 0; n < w->a->nl + w->a->nr; n++)
		if (w->level[n] == 0)
			walk(&s, n);
}

/* ---- one pair ---- */

/* One node of a front; *best becomes the length of a cycle when it has met the other front. Ahead
 * is from the left end along the flow's direction, behind from the right end against it. */
static void advance(struct assign_work *w, bool ahead, uint32_t forbidden, int64_t *best)
{
	struct front *f = ahead ? &w->front : &w->back;
	const struct front *other = ahead ? &w->back : &w->front;
	struct heap_item top = front_pop(f);

	if (f->done[top.node] || !assign_step(w, top.node))
		return;
	f->done[top.node] = true;
	bool paid = (top.node < w->a->nl) == ahead;
	for (uint32_t k = w->first[top.node]; k < w->first[top.node + 1]; k++) {
		const struct arc *arc = &w->arc[k];
		if (arc->edge == forbidden || (!paid && w->a->flow[arc->edge] == 0))
			continue;
		int64_t dist = top.key + (paid ? arc_slack(w, top.node, arc) : 0);
		if (dist >= *best)
			continue;
		front_reach(f, arc->to, dist, NONE);
		if (other->dist[arc->to] != FAR)
			*best = MIN(*best, dist + other->dist[arc->to]);
	}
}

/* Shortest cycle around a pair, or limit when none is shorter. */
static int64_t shortest_cycle(struct assign_work *w, uint32_t edge, int64_t limit)
{
	int64_t best = limit;

	front_reach(&w->front, w->a->edge[edge].l, 0, NONE);
	front_reach(&w->back, edge_right(w, edge), 0, NONE);
	while (w->front.nheap > 0 && w->back.nheap > 0 && !w->stopped) {
		if (w->front.heap[0].key + w->back.heap[0].key >= best)
			break;
		advance(w, w->front.nheap <= w->back.nheap, edge, &best);
	}
	front_forget(&w->front);
	front_forget(&w->back);
	return best;
}

/* Shortest way from a node over edges other than `forbidden` to any end at which a unit can stay or
 * be dropped. */
static int64_t way_out(struct assign_work *w, uint32_t source, uint32_t forbidden, int64_t limit)
{
	const struct assign *a = w->a;
	struct front *f = &w->front;
	bool from_left = source < a->nl;
	int64_t best = MIN(limit, w->price[source]);

	front_reach(f, source, 0, NONE);
	while (f->nheap > 0 && !w->stopped) {
		struct heap_item top = front_pop(f);
		if (f->done[top.node])
			continue;
		if (top.key >= best || !assign_step(w, top.node))
			break;
		f->done[top.node] = true;
		bool mover = (top.node < a->nl) == from_left;
		if (mover)
			best = MIN(best, top.key + w->price[top.node]);
		else if (w->room[top.node] > 0)
			best = MIN(best, top.key);
		for (uint32_t k = w->first[top.node]; k < w->first[top.node + 1]; k++) {
			const struct arc *arc = &w->arc[k];
			if (arc->edge == forbidden)
				continue;
			if (mover)
				front_reach(f, arc->to, top.key + arc_slack(w, top.node, arc), NONE);
			else if (a->flow[arc->edge] > 0)
				front_reach(f, arc->to, top.key, NONE);
		}
	}
	front_forget(f);
	return best;
}

static bool has_classes(const struct assign *a)
{
	for (uint32_t n = 0; n < a->nl; n++)
		if (a->lcap[n] > 1)
			return true;
	for (uint32_t n = 0; n < a->nr; n++)
		if (a->rcap[n] > 1)
			return true;
	return false;
}

/* Of classes: flow along an edge may also run against itself, so each pair is searched. */
static int64_t class_margin(struct assign_work *w, uint32_t edge)
{
	int64_t limit = w->a->margin_cap;

	limit = MIN(limit, way_out(w, w->a->edge[edge].l, edge, limit) +
				way_out(w, edge_right(w, edge), edge, limit));
	return limit > 0 ? shortest_cycle(w, edge, limit) : 0;
}

static bool together(const struct assign_work *w, uint32_t edge)
{
	return w->queue[w->a->edge[edge].l] == w->queue[edge_right(w, edge)];
}

/* Pairs around which a cycle closes for nothing have no margin; those around which none closes
 * below the cap have what leaving costs; the others are marked. */
#define SEARCH (ASSIGN_MARGIN_UNPROVED - 1)

static void sort_out(struct assign_work *w)
{
	struct assign *a = w->a;

	find_strong(w, 0);
	for (uint32_t i = 0; i < a->ne; i++)
		a->margin[i] = a->flow[i] > 0 && !together(w, i) ? SEARCH : 0;
	find_strong(w, (int64_t)a->margin_cap - 1);
	for (uint32_t i = 0; i < a->ne; i++)
		if (a->margin[i] == SEARCH && !together(w, i)) {
			int64_t lost = w->leave[a->edge[i].l] + w->leave[edge_right(w, i)];
			a->margin[i] = (uint32_t)MIN(lost, (int64_t)a->margin_cap);
		}
}

void assign_prove_none(struct assign *a)
{
	for (uint32_t i = 0; i < a->ne; i++)
		a->margin[i] = a->flow[i] > 0 ? ASSIGN_MARGIN_UNPROVED : 0;
}

static int64_t pair_margin(struct assign_work *w, uint32_t edge)
{
	int64_t lost = w->leave[w->a->edge[edge].l] + w->leave[edge_right(w, edge)];

	return shortest_cycle(w, edge, MIN(lost, (int64_t)w->a->margin_cap));
}

void assign_margins(struct assign_work *w)
{
	struct assign *a = w->a;
	bool classes = has_classes(a);

	w->limit = a->budget != 0 ? a->steps + a->budget : 0;
	if (classes) {
		for (uint32_t i = 0; i < a->ne; i++)
			a->margin[i] = a->flow[i] > 0 ? SEARCH : 0;
	} else {
		leaving(w, true);
		leaving(w, false);
	}
	/* What leaving costs is not known before that search is done. */
	if (w->stopped)
		assign_prove_none(a);
	else if (!classes)
		sort_out(w);
	for (uint32_t i = 0; i < a->ne; i++) {
		if (a->margin[i] != SEARCH)
			continue;
		int64_t margin = w->stopped ? 0 : classes ? class_margin(w, i) : pair_margin(w, i);
		a->margin[i] = w->stopped ? ASSIGN_MARGIN_UNPROVED : (uint32_t)margin;
	}
}
