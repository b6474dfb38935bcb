/*
 * Connected components of a stage's edges, and their exact solution. An edge that is alone at both
 * ends is decided on the spot; the others are gathered by union-find and solved in parallel, each
 * component writing only the verdicts of its own edges.
 */
#include <stdlib.h>
#include <string.h>

#include "match/assign.h"
#include "match/marginal.h"
#include "match/stage.h"

#define MARGIN_STEPS_PER_EDGE 4096u
#define MARGIN_STEPS_MIN 1000000u
#define TASK_EDGES 4096u
#define BULK_NODES_MIN 3u /* two pairs that might be swapped are shown as such */

/* ---- finding ---- */

static uint32_t root_of(uint32_t *parent, uint32_t x)
{
	while (parent[x] != x) {
		parent[x] = parent[parent[x]];
		x = parent[x];
	}
	return x;
}

static void unite(uint32_t *parent, uint32_t a, uint32_t b)
{
	uint32_t x = root_of(parent, a), y = root_of(parent, b);

	if (x < y)
		parent[y] = x;
	else
		parent[x] = y;
}

struct degrees {
	uint32_t *right;  /* edges of each right row */
	uint32_t *parent; /* left rows, then right rows */
};

static bool alone(const struct stage *s, const uint32_t *degree, size_t i)
{
	const struct edge *e = s->edges.p;

	return (i == 0 || e[i - 1].l != e[i].l) && (i + 1 == s->edges.n || e[i + 1].l != e[i].l) &&
		degree[e[i].r] == 1 && row_cap(s->e, LEFT, e[i].l) == 1 &&
		row_cap(s->e, RIGHT, e[i].r) == 1;
}

/* Evidence and prior of an edge without rivals. */
static void decide_alone(struct stage *s, size_t i)
{
	int32_t w = s->edges.p[i].w;
	double odds = num_pow2(&s->e->num, w + s->prior);

	s->verdict[i] = (struct verdict){.flow = 1, .confidence = num_ppm(odds / (1 + odds)),
		.margin = (uint16_t)MIN(stage_value(s, w), MATCH_MARGIN_CAP)};
}

static void number_components(struct stage *s, uint32_t *parent, const uint32_t *degree)
{
	struct engine *e = s->e;
	uint32_t nodes = e->n[0] + e->n[1], n = 0, total = 0;
	uint32_t *number = ENGINE_ZNEW(e, (size_t)nodes + 1, uint32_t);

	if (number == NULL)
		return;
	/* Components are numbered by their first edge. */
	for (size_t i = 0; i < s->edges.n; i++) {
		if (alone(s, degree, i))
			continue;
		uint32_t root = root_of(parent, s->edges.p[i].l);
		if (number[root] == 0)
			number[root] = ++n;
		total++;
	}
	s->comp.n = n;
	s->comp.first = ENGINE_ZNEW(e, (size_t)n + 2, uint32_t);
	s->comp.edge = ENGINE_NEW(e, (size_t)total + 1, uint32_t);
	for (int fill = 0; fill < 2 && engine_ok(e); fill++) {
		for (size_t i = 0; i < s->edges.n; i++) {
			if (alone(s, degree, i))
				continue;
			uint32_t c = number[root_of(parent, s->edges.p[i].l)];
			if (fill != 0)
				s->comp.edge[s->comp.first[c]++] = (uint32_t)i;
			else if (c < n)
				s->comp.first[c + 1]++;
		}
		for (uint32_t c = 1; fill == 0 && c <= n; c++)
			s->comp.first[c] += s->comp.first[c - 1];
	}
	/* After filling, first[c] is the end of component c, numbered from 1. */
	if (engine_ok(e))
		s->comp.first[0] = 0;
	engine_free(e, number);
}

void component_find(struct stage *s)
{
	struct engine *e = s->e;
	uint32_t *degree = ENGINE_ZNEW(e, (size_t)e->n[RIGHT] + 1, uint32_t);
	uint32_t *parent = ENGINE_NEW(e, (size_t)e->n[0] + e->n[1] + 1, uint32_t);
	bool any = false;

	s->verdict = ENGINE_ZNEW(e, s->edges.n + 1, struct verdict);
	if (!engine_ok(e))
		return;
	for (size_t i = 0; i < s->edges.n; i++) {
		const struct edge *edge = &s->edges.p[i];
		degree[edge->r]++;
		parent[edge->l] = edge->l;
		parent[e->n[LEFT] + edge->r] = e->n[LEFT] + edge->r;
	}
	for (size_t i = 0; i < s->edges.n; i++) {
		if (alone(s, degree, i)) {
			decide_alone(s, i);
			continue;
		}
		any = true;
		unite(parent, s->edges.p[i].l, e->n[LEFT] + s->edges.p[i].r);
	}
	if (any)
		number_components(s, parent, degree);
	engine_free(e, degree);
	engine_free(e, parent);
}

/* ---- solving ---- */

struct node {
	uint64_t hash;
	uint32_t row;
};

struct local_edge {
	struct assign_edge edge;
	uint32_t number; /* of the stage's edges */
};

/* Scratch of one task. */
struct solver {
	struct stage *s;
	struct assign_work *assign;
	struct marginal_work *marginal;
	struct node *node[2];
	uint32_t n[2];
	uint32_t *cap[2];
	struct local_edge *edge;
	struct assign_edge *graph;
	uint32_t *flow, *margin;
	double *odds, *p;
};

static int by_node(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_local(const void *a, const void *b)
{
	const struct assign_edge *x = &((const struct local_edge *)a)->edge;
	const struct assign_edge *y = &((const struct local_edge *)b)->edge;

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

static bool alloc_solver(struct solver *v, uint32_t ne)
{
	size_t n = (size_t)ne + 1;

	v->assign = assign_work_new();
	v->marginal = marginal_work_new();
	for (int side = 0; side < 2; side++) {
		v->node[side] = calloc(n, sizeof(*v->node[side]));
		v->cap[side] = calloc(n, sizeof(*v->cap[side]));
	}
	v->edge = calloc(n, sizeof(*v->edge));
	v->graph = calloc(n, sizeof(*v->graph));
	v->flow = calloc(n, sizeof(*v->flow));
	v->margin = calloc(n, sizeof(*v->margin));
	v->odds = calloc(n, sizeof(*v->odds));
	v->p = calloc(n, sizeof(*v->p));
	return v->assign != NULL && v->marginal != NULL && v->node[0] != NULL && v->node[1] != NULL &&
		v->cap[0] != NULL && v->cap[1] != NULL && v->edge != NULL && v->graph != NULL &&
		v->flow != NULL && v->margin != NULL && v->odds != NULL && v->p != NULL;
}

static void free_solver(struct solver *v)
{
	assign_work_free(&v->assign);
	marginal_work_free(&v->marginal);
	for (int side = 0; side < 2; side++) {
		free(v->node[side]);
		free(v->cap[side]);
	}
	free(v->edge);
	free(v->graph);
	free(v->flow);
	free(v->margin);
	free(v->odds);
	free(v->p);
}

static uint32_t find_node(const struct solver *v, int side, uint32_t row)
{
	const uint64_t *hash = v->s->e->row_hash[side];
	struct node key = {hash[row], row};
	uint32_t low = 0, high = v->n[side];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (by_node(&v->node[side][middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void collect_nodes(struct solver *v, const uint32_t *edges, uint32_t ne, int side)
{
	const struct stage *s = v->s;
	struct node *node = v->node[side];
	uint32_t n = 0;

	for (uint32_t i = 0; i < ne; i++) {
		uint32_t row = side == LEFT ? s->edges.p[edges[i]].l : s->edges.p[edges[i]].r;
		node[i] = (struct node){s->e->row_hash[side][row], row};
	}
	qsort(node, ne, sizeof(*node), by_node);
	for (uint32_t i = 0; i < ne; i++)
		if (n == 0 || node[i].row != node[n - 1].row)
			node[n++] = node[i];
	v->n[side] = n;
	for (uint32_t i = 0; i < n; i++)
		v->cap[side][i] = row_cap(s->e, side, node[i].row);
}

/* Numbers nodes by content, so that ties are broken by content. */
static void localise(struct solver *v, const uint32_t *edges, uint32_t ne)
{
	const struct stage *s = v->s;

	collect_nodes(v, edges, ne, LEFT);
	collect_nodes(v, edges, ne, RIGHT);
	for (uint32_t i = 0; i < ne; i++) {
		const struct edge *edge = &s->edges.p[edges[i]];
		v->edge[i] = (struct local_edge){{find_node(v, LEFT, edge->l),
			find_node(v, RIGHT, edge->r), stage_value(s, edge->w)}, edges[i]};
	}
	qsort(v->edge, ne, sizeof(*v->edge), by_local);
	for (uint32_t i = 0; i < ne; i++) {
		v->graph[i] = v->edge[i].edge;
		v->odds[i] = num_pow2(&s->e->num, s->edges.p[v->edge[i].number].w + s->prior);
	}
}

static __int128 side_total(const struct solver *v, int side, uint64_t *ret_rows)
{
	const struct engine *e = v->s->e;
	__int128 sum = 0;

	*ret_rows = 0;
	for (uint32_t i = 0; i < v->n[side]; i++) {
		sum += (__int128)row_amount(e, side, v->node[side][i].row) * v->cap[side][i];
		*ret_rows += v->cap[side][i];
	}
	return sum;
}

/* Every pair is possible, none is better by a bit, counts and totals agree: who belongs to whom
 * cannot be said and does not matter; together they are one match. */
static bool is_bulk(const struct solver *v, uint32_t ne)
{
	int32_t low = INT32_MAX, high = INT32_MIN;
	uint64_t rows[2];

	if (v->s->e->amount[0] == NULL || (uint64_t)v->n[0] * v->n[1] != ne)
		return false;
	for (uint32_t i = 0; i < ne; i++) {
		int32_t w = v->s->edges.p[v->edge[i].number].w;
		low = MIN(low, w);
		high = MAX(high, w);
	}
	return high - low < RULES_BIT && MIN(v->n[0], v->n[1]) >= BULK_NODES_MIN && side_total(v, 0, &rows[0]) == side_total(v, 1, &rows[1]) &&
		rows[0] == rows[1];
}

/* Least probability of a left row to belong to any of the right ones. */
static double bulk_confidence(const struct solver *v, const struct assign *a)
{
	double least = 1;

	for (uint32_t i = 0, end; i < a->ne; i = end) {
		double sum = 0;
		for (end = i; end < a->ne && a->edge[end].l == a->edge[i].l; end++)
			sum += v->p[end];
		least = MIN(least, sum);
	}
	return least;
}

static void write_bulk(struct solver *v, const struct assign *a)
{
	uint32_t confidence = num_ppm(bulk_confidence(v, a));

	for (uint32_t i = 0; i < a->ne; i++)
		v->s->verdict[v->edge[i].number] = (struct verdict){.flow = a->flow[i],
			.confidence = confidence, .margin = MATCH_MARGIN_CAP,
			.flags = VERDICT_BULK};
}

static void write_verdicts(struct solver *v, const struct assign *a)
{
	for (uint32_t i = 0; i < a->ne; i++) {
		struct verdict *verdict = &v->s->verdict[v->edge[i].number];
		bool classes = a->lcap[a->edge[i].l] > 1 || a->rcap[a->edge[i].r] > 1;
		bool proved = a->margin[i] != ASSIGN_MARGIN_UNPROVED;
		verdict->flow = a->flow[i];
		verdict->confidence = num_ppm(v->p[i]);
		verdict->margin = (uint16_t)(proved ? a->margin[i] : 0);
		verdict->flags = (uint16_t)((proved ? 0 : VERDICT_UNPROVED) |
			(classes ? VERDICT_CLASS : 0) | (a->ne > 1 ? VERDICT_RIVAL : 0));
	}
}

static void solve_one(struct solver *v, const uint32_t *edges, uint32_t ne)
{
	struct engine *e = v->s->e;

	localise(v, edges, ne);
	struct assign a = {.nl = v->n[0], .nr = v->n[1], .ne = ne, .lcap = v->cap[0],
		.rcap = v->cap[1], .edge = v->graph, .margin_cap = MATCH_MARGIN_CAP,
		.budget = (uint64_t)ne * MARGIN_STEPS_PER_EDGE + MARGIN_STEPS_MIN, .flow = v->flow,
		.margin = v->margin};
	if (!assign_solve(v->assign, &a) || !marginal_run(v->marginal, &a, v->odds, v->p)) {
		engine_fail(e, E_NO_MEMORY);
		return;
	}
	if (is_bulk(v, ne))
		write_bulk(v, &a);
	else
		write_verdicts(v, &a);
}

/* A task is a run of components of about TASK_EDGES edges. */
struct tasks {
	struct stage *s;
	uint32_t *first; /* ntasks + 1 */
	uint32_t n;
};

static void solve_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct tasks *t = arg;
	const struct components *comp = &t->s->comp;
	struct solver v = {.s = t->s};
	uint32_t largest = 0;

	(void)thread;
	for (uint32_t c = t->first[task]; c < t->first[task + 1]; c++)
		largest = MAX(largest, comp->first[c + 1] - comp->first[c]);
	if (!alloc_solver(&v, largest))
		engine_fail(e, E_NO_MEMORY);
	for (uint32_t c = t->first[task]; c < t->first[task + 1] && engine_ok(e); c++)
		solve_one(&v, comp->edge + comp->first[c], comp->first[c + 1] - comp->first[c]);
	free_solver(&v);
}

void component_solve(struct stage *s)
{
	struct engine *e = s->e;
	struct tasks t = {.s = s};
	uint32_t filled = 0;

	if (s->comp.n == 0 || !engine_ok(e))
		return;
	intern_row_hashes(e);
	t.first = ENGINE_NEW(e, (size_t)s->comp.n + 2, uint32_t);
	if (!engine_ok(e))
		return;
	for (uint32_t c = 0; c < s->comp.n; c++) {
		if (filled == 0)
			t.first[t.n++] = c;
		filled += s->comp.first[c + 1] - s->comp.first[c];
		if (filled >= TASK_EDGES)
			filled = 0;
	}
	t.first[t.n] = s->comp.n;
	par_for(e, t.n, solve_task, &t);
	engine_free(e, t.first);
}
