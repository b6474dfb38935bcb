/*
 * The flow: greedy along edges that cost nothing, then phases, then single searches. Prices stay
 * feasible all the way, so that their sum bounds the optimum at any moment.
 */
#include "match/assign_work.h"

#include <stdlib.h>
#include <string.h>

#define PHASE_SOURCES 16u /* fewer nodes than this are placed one by one */
#define PHASE_GAIN 16u    /* a phase is to place one in so many */

struct assign_work *assign_work_new(void)
{
	return calloc(1, sizeof(struct assign_work));
}

static void free_front(struct front *f)
{
	free(f->dist);
	free(f->via);
	free(f->done);
	free(f->touched);
	free(f->heap);
}

static void release(struct assign_work *w)
{
	free(w->price);
	free(w->room);
	free(w->first);
	free(w->arc);
	free(w->level);
	free(w->next);
	free(w->queue);
	free(w->leave);
	free_front(&w->front);
	free_front(&w->back);
}

void assign_work_free(struct assign_work **w)
{
	if (*w == NULL)
		return;
	release(*w);
	free(*w);
	*w = NULL;
}

static bool alloc_front(struct front *f, uint32_t nodes, uint32_t edges)
{
	f->dist = calloc(nodes + 1, sizeof(*f->dist));
	f->via = calloc(nodes + 1, sizeof(*f->via));
	f->done = calloc(nodes + 1, sizeof(*f->done));
	f->touched = calloc(nodes + 1, sizeof(*f->touched));
	f->heap = calloc((size_t)edges * 2 + nodes + 2, sizeof(*f->heap));
	return f->dist != NULL && f->via != NULL && f->done != NULL && f->touched != NULL &&
		f->heap != NULL;
}

static bool make_room(struct assign_work *w, uint32_t nodes, uint32_t edges)
{
	if (w->first != NULL && nodes <= w->nodes && edges <= w->edges)
		return true;
	nodes = MAX(nodes, w->nodes * 2);
	edges = MAX(edges, w->edges * 2);
	release(w);
	*w = (struct assign_work){0};
	w->price = calloc(nodes + 1, sizeof(*w->price));
	w->room = calloc(nodes + 1, sizeof(*w->room));
	w->first = calloc(nodes + 2, sizeof(*w->first));
	w->arc = calloc((size_t)edges * 2 + 1, sizeof(*w->arc));
	w->level = calloc(nodes + 1, sizeof(*w->level));
	w->next = calloc(nodes + 1, sizeof(*w->next));
	w->queue = calloc(nodes + 1, sizeof(*w->queue));
	w->leave = calloc(nodes + 1, sizeof(*w->leave));
	if (!alloc_front(&w->front, nodes, edges) || !alloc_front(&w->back, nodes, edges) ||
		w->price == NULL || w->room == NULL || w->first == NULL || w->arc == NULL ||
		w->level == NULL || w->next == NULL || w->queue == NULL || w->leave == NULL)
		return false;
	w->nodes = nodes;
	w->edges = edges;
	return true;
}

bool assign_step(struct assign_work *w, uint32_t node)
{
	struct assign *a = w->a;

	a->steps += 1 + w->first[node + 1] - w->first[node];
	if (w->limit != 0 && a->steps > w->limit)
		w->stopped = true;
	if (a->steps >= w->look) {
		w->look = a->steps + STEPS_CANCEL;
		if (a->cancel != NULL && atomic_load(a->cancel))
			w->stopped = true;
	}
	return !w->stopped;
}

/* ---- a binary heap by (key, node) ---- */

static bool before(const struct heap_item *x, const struct heap_item *y)
{
	return x->key != y->key ? x->key < y->key : x->node < y->node;
}

static void push(struct front *f, int64_t key, uint32_t node)
{
	struct heap_item item = {key, node};
	uint32_t i = f->nheap++;

	for (; i > 0 && before(&item, &f->heap[(i - 1) / 2]); i = (i - 1) / 2)
		f->heap[i] = f->heap[(i - 1) / 2];
	f->heap[i] = item;
}

struct heap_item front_pop(struct front *f)
{
	struct heap_item top = f->heap[0], item = f->heap[--f->nheap];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 2 * i + 1;
		if (child >= f->nheap)
			break;
		if (child + 1 < f->nheap && before(&f->heap[child + 1], &f->heap[child]))
			child++;
		if (!before(&f->heap[child], &item))
			break;
		f->heap[i] = f->heap[child];
		i = child;
	}
	f->heap[i] = item;
	return top;
}

void front_reach(struct front *f, uint32_t node, int64_t dist, uint32_t via)
{
	if (f->done[node] || dist >= f->dist[node])
		return;
	if (f->dist[node] == FAR)
		f->touched[f->ntouched++] = node;
	f->dist[node] = dist;
	f->via[node] = via;
	push(f, dist, node);
}

void front_forget(struct front *f)
{
	for (uint32_t i = 0; i < f->ntouched; i++) {
		f->dist[f->touched[i]] = FAR;
		f->done[f->touched[i]] = false;
	}
	f->ntouched = 0;
	f->nheap = 0;
}

/* ---- the graph ---- */

static void build(struct assign_work *w)
{
	const struct assign *a = w->a;
	uint32_t nodes = a->nl + a->nr;

	memset(w->first, 0, (nodes + 2) * sizeof(*w->first));
	for (uint32_t i = 0; i < a->ne; i++) {
		w->first[a->edge[i].l + 1]++;
		w->first[edge_right(w, i) + 1]++;
	}
	for (uint32_t n = 0; n < nodes; n++)
		w->first[n + 1] += w->first[n];
	uint32_t *at = w->next;
	memcpy(at, w->first, nodes * sizeof(*at));
	for (uint32_t i = 0; i < a->ne; i++) {
		uint32_t l = a->edge[i].l, r = edge_right(w, i);
		w->arc[at[l]++] = (struct arc){i, r, a->edge[i].w};
		w->arc[at[r]++] = (struct arc){i, l, a->edge[i].w};
	}
	for (uint32_t n = 0; n < nodes; n++) {
		w->front.dist[n] = w->back.dist[n] = FAR;
		w->front.done[n] = w->back.done[n] = false;
		w->price[n] = 0;
		w->room[n] = n < a->nl ? a->lcap[n] : a->rcap[n - a->nl];
	}
	for (uint32_t i = 0; i < a->ne; i++) {
		a->flow[i] = 0;
		a->margin[i] = 0;
		w->price[a->edge[i].l] = MAX(w->price[a->edge[i].l], a->edge[i].w);
	}
}

/* ---- augmenting ---- */

/* Takes what can be taken along edges that cost nothing: most of the work in easy components. */
static void greedy(struct assign_work *w)
{
	struct assign *a = w->a;

	for (uint32_t i = 0; i < a->ne; i++) {
		uint32_t l = a->edge[i].l, r = edge_right(w, i);
		uint32_t n = MIN(w->room[l], w->room[r]);
		if (n == 0 || edge_slack(w, i) != 0)
			continue;
		a->flow[i] += n;
		w->room[l] -= n;
#if !defined(MATCH_PLANT_TWICE) && !defined(FUZZ_PLANT)
		w->room[r] -= n;
#endif
	}
}

static void reach_next(struct assign_work *w, uint32_t node, int64_t dist)
{
	for (uint32_t k = w->first[node]; k < w->first[node + 1]; k++) {
		const struct arc *arc = &w->arc[k];
		if (node < w->a->nl)
			front_reach(&w->front, arc->to, dist + arc_slack(w, node, arc), arc->edge);
		else if (w->a->flow[arc->edge] > 0)
			front_reach(&w->front, arc->to, dist, arc->edge);
	}
}

struct way_end {
	uint32_t node;
	int64_t dist;
	bool drop; /* a unit of a left node is left without a partner */
};

/* Shortest way from the nodes in front to a free place or to a unit that is cheapest to drop. */
static struct way_end search(struct assign_work *w, uint32_t source)
{
	struct front *f = &w->front;
	struct way_end best = {source, w->price[source], true};

	while (f->nheap > 0) {
		struct heap_item top = front_pop(f);
		if (f->done[top.node])
			continue;
		if (top.key >= best.dist || !assign_step(w, top.node))
			break;
		f->done[top.node] = true;
		if (top.node < w->a->nl && top.key + w->price[top.node] < best.dist) {
			best = (struct way_end){top.node, top.key + w->price[top.node], true};
		} else if (top.node >= w->a->nl && w->room[top.node] > 0) {
			best = (struct way_end){top.node, top.key, false};
			break;
		}
		reach_next(w, top.node, top.key);
	}
	return best;
}

static void reprice(struct assign_work *w, int64_t dist)
{
	for (uint32_t i = 0; i < w->front.ntouched; i++) {
		uint32_t n = w->front.touched[i];
		if (w->front.dist[n] >= dist)
			continue;
		w->price[n] += n < w->a->nl ? w->front.dist[n] - dist : dist - w->front.dist[n];
	}
}

/* Units that can move along the path that ends at node. */
static uint32_t width(const struct assign_work *w, const uint32_t *via, uint32_t source,
	uint32_t end, bool drop)
{
	uint32_t n = w->room[source];

	if (!drop)
		n = MIN(n, w->room[end]);
	for (uint32_t x = end; via[x] != NONE; x = edge_other(w, x, via[x]))
		if (x < w->a->nl)
			n = MIN(n, w->a->flow[via[x]]);
	return n;
}

static void move_units(
	struct assign_work *w, const uint32_t *via, uint32_t source, uint32_t end, bool drop)
{
	uint32_t n = width(w, via, source, end, drop);

	for (uint32_t x = end; via[x] != NONE; x = edge_other(w, x, via[x])) {
		if (x < w->a->nl)
			w->a->flow[via[x]] -= n;
		else
			w->a->flow[via[x]] += n;
	}
	w->room[source] -= n;
	if (drop)
		w->room[end] += n;
	else
		w->room[end] -= n;
}

static void place(struct assign_work *w, uint32_t source)
{
	while (w->room[source] > 0 && w->price[source] > 0 && !w->stopped) {
		front_reach(&w->front, source, 0, NONE);
		struct way_end end = search(w, source);
		if (!w->stopped) {
			reprice(w, end.dist);
			if (end.node != source)
				move_units(w, w->front.via, source, end.node, end.drop);
		}
		front_forget(&w->front);
	}
}

/* ---- phases: all that want a place at once ---- */

static bool is_source(const struct assign_work *w, uint32_t l)
{
	return w->room[l] > 0 && w->price[l] > 0;
}

/* Layers of what can be reached without cost. True when a free place is among it. */
static bool lay_out(struct assign_work *w)
{
	const struct assign *a = w->a;
	uint32_t head = 0, tail = 0;
	bool end = false;

	for (uint32_t n = 0; n < a->nl + a->nr; n++) {
		w->level[n] = NONE;
		w->next[n] = w->first[n];
		if (n < a->nl && is_source(w, n)) {
			w->level[n] = 0;
			w->queue[tail++] = n;
		}
	}
	while (head < tail && assign_step(w, w->queue[head])) {
		uint32_t x = w->queue[head++];
		bool left = x < a->nl;
		end |= left ? w->price[x] == 0 : w->room[x] > 0;
		for (uint32_t k = w->first[x]; k < w->first[x + 1]; k++) {
			const struct arc *arc = &w->arc[k];
			bool open = left ? arc_slack(w, x, arc) == 0 : a->flow[arc->edge] > 0;
			if (!open || w->level[arc->to] != NONE)
				continue;
			w->level[arc->to] = w->level[x] + 1;
			w->queue[tail++] = arc->to;
		}
	}
	return end && !w->stopped;
}

/* The next node of the next layer, or NONE. */
static uint32_t step_down(struct assign_work *w, uint32_t x, uint32_t *ret_edge)
{
	bool left = x < w->a->nl;

	for (; w->next[x] < w->first[x + 1]; w->next[x]++) {
		const struct arc *arc = &w->arc[w->next[x]];
		bool open = left ? arc_slack(w, x, arc) == 0 : w->a->flow[arc->edge] > 0;
		if (!open || w->level[arc->to] != w->level[x] + 1)
			continue;
		*ret_edge = arc->edge;
		return arc->to;
	}
	return NONE;
}

/* One way down through the layers; each node is left behind for good once it leads nowhere. */
static bool descend(struct assign_work *w, uint32_t source)
{
	uint32_t *via = w->front.via, x = source, edge = NONE;

	via[source] = NONE;
	for (;;) {
		bool drop = x < w->a->nl;
		if (x != source && (drop ? w->price[x] == 0 : w->room[x] > 0)) {
			move_units(w, via, source, x, drop);
			return true;
		}
		uint32_t y = step_down(w, x, &edge);
		if (y != NONE) {
			via[y] = edge;
			x = y;
		} else if (x == source) {
			return false;
		} else {
			w->level[x] = NONE;
			x = edge_other(w, x, via[x]);
		}
	}
}

static uint64_t waiting(const struct assign_work *w, uint32_t *ret_sources)
{
	uint64_t units = 0;

	*ret_sources = 0;
	for (uint32_t l = 0; l < w->a->nl; l++)
		if (is_source(w, l)) {
			units += w->room[l];
			++*ret_sources;
		}
	return units;
}

/* Prices move until the nearest end costs nothing, then as many as can be are placed. */
static void phase(struct assign_work *w)
{
	uint32_t cheapest = NONE;

	for (uint32_t l = 0; l < w->a->nl; l++)
		if (is_source(w, l)) {
			front_reach(&w->front, l, 0, NONE);
			if (cheapest == NONE || w->price[l] < w->price[cheapest])
				cheapest = l;
		}
	struct way_end end = search(w, cheapest);
	if (!w->stopped)
		reprice(w, end.dist);
	front_forget(&w->front);
	while (!w->stopped && lay_out(w))
		for (uint32_t l = 0; l < w->a->nl; l++)
			while (w->level[l] == 0 && is_source(w, l) && descend(w, l))
				;
}

static void run_phases(struct assign_work *w)
{
	uint32_t sources;
	uint64_t units = waiting(w, &sources);

	while (sources >= PHASE_SOURCES && !w->stopped) {
		uint64_t before = units;
		phase(w);
		units = waiting(w, &sources);
		if ((before - units) * PHASE_GAIN < before)
			return;
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
			if (w->room[a->edge[i].l] > 0 && w->room[edge_right(w, i)] > 0 &&
				(best == NONE || a->edge[i].w > a->edge[best].w))
				best = i;
		if (best == NONE)
			return;
		a->flow[best]++;
		w->room[a->edge[best].l]--;
		w->room[edge_right(w, best)]--;
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
	run_phases(w);
	for (uint32_t l = 0; l < w->a->nl && !w->stopped; l++)
		place(w, l);
}

/* Out of budget: what is free at both ends is better than nothing. */
static void fill(struct assign_work *w)
{
	struct assign *a = w->a;

	for (uint32_t i = 0; i < a->ne; i++) {
		uint32_t l = a->edge[i].l, r = edge_right(w, i), n = MIN(w->room[l], w->room[r]);
		a->flow[i] += n;
		w->room[l] -= n;
		w->room[r] -= n;
	}
}

static void sum_up(struct assign_work *w)
{
	struct assign *a = w->a;

	a->total = a->bound = 0;
	for (uint32_t i = 0; i < a->ne; i++)
		a->total += (int64_t)a->flow[i] * a->edge[i].w;
	for (uint32_t n = 0; n < a->nl + a->nr; n++)
		a->bound += w->price[n] * (n < a->nl ? a->lcap[n] : a->rcap[n - a->nl]);
}

bool assign_solve(struct assign_work *w, struct assign *a)
{
	if (!make_room(w, a->nl + a->nr, a->ne))
		return false;
	w->a = a;
	w->stopped = false;
	w->limit = a->solve_budget;
	w->look = STEPS_CANCEL;
	a->steps = 0;
	build(w);
	augment(w);
	if (w->stopped)
		fill(w);
	sum_up(w);
	if (w->stopped)
		assign_prove_none(a);
	else if (a->margin_cap > 0)
		assign_margins(w);
	return true;
}
