/*
 * The assignment of one component by itself, on graphs of 65,536 nodes that are hard in different
 * ways, with the budgets that the engine gives: how long the optimum takes, whether it is proved, and
 * how many margins are. Times are of the processor, not of the clock. recon-assign
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "match/assign.h"

#define NODES 32768u /* of each side */
#define MARGIN 1280u /* as MATCH_MARGIN_CAP */

struct graph {
	uint32_t nl, nr, ne, cap;
	struct assign_edge *edge;
	uint64_t seed;
};

static _Noreturn void die(void)
{
	fprintf(stderr, "recon-assign: not enough memory\n");
	exit(1);
}

static uint32_t *numbers(size_t n)
{
	uint32_t *list = calloc(n + 1, sizeof(*list));

	if (list == NULL)
		die();
	return list;
}

static uint32_t random_of(struct graph *g)
{
	g->seed = g->seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(g->seed >> 33);
}

static void add(struct graph *g, uint32_t l, uint32_t r, int32_t w)
{
	if (g->ne == g->cap) {
		g->cap = g->cap * 2 + 1024;
		g->edge = realloc(g->edge, g->cap * sizeof(*g->edge));
		if (g->edge == NULL)
			die();
	}
	g->edge[g->ne++] = (struct assign_edge){l, r, w};
}

/* ---- shapes: each left node's edges in a row ---- */

static void spread(struct graph *g, uint32_t nl, uint32_t nr, uint32_t degree, uint32_t weights)
{
	g->nl = nl;
	g->nr = nr;
	for (uint32_t l = 0; l < nl; l++)
		for (uint32_t k = 0; k < degree; k++)
			add(g, l, random_of(g) % nr, 640 + (int32_t)(random_of(g) % weights));
}

static void equal(struct graph *g)
{
	spread(g, NODES, NODES, 8, 1);
}

static void few(struct graph *g)
{
	spread(g, NODES, NODES, 8, 4);
}

static void many(struct graph *g)
{
	spread(g, NODES, NODES, 4, 1280);
}

static void denser(struct graph *g)
{
	spread(g, NODES, NODES, 32, 1280);
}

static void crowded(struct graph *g)
{
	spread(g, 60000, 5536, 4, 1280);
}

/* Each may have its own and the next one's, which is better by a little: the first decides for all. */
static void chain(struct graph *g)
{
	g->nl = g->nr = NODES;
	for (uint32_t l = 0; l < NODES; l++) {
		add(g, l, l, 640);
		if (l + 1 < NODES)
			add(g, l, l + 1, 641);
	}
}

/* The last right node is missing: all but one move up. */
static void short_chain(struct graph *g)
{
	g->nl = NODES;
	g->nr = NODES - 1;
	for (uint32_t l = 0; l < NODES; l++) {
		if (l > 0)
			add(g, l, l - 1, 640 + (int32_t)(random_of(g) % 2));
		if (l + 1 < NODES)
			add(g, l, l, 640 + (int32_t)(random_of(g) % 2));
	}
}

static void window(struct graph *g, uint32_t weights)
{
	g->nl = g->nr = NODES;
	for (uint32_t l = 0; l < NODES; l++)
		for (uint32_t r = l; r < MIN(l + 8, NODES); r++)
			add(g, l, r, 640 + (int32_t)(random_of(g) % weights));
}

static void window_equal(struct graph *g)
{
	window(g, 1);
}

static void window_many(struct graph *g)
{
	window(g, 1280);
}

/* Oldest with oldest: products of ages. */
static void products(struct graph *g)
{
	g->nl = g->nr = NODES;
	for (uint32_t l = 0; l < NODES; l++)
		for (uint32_t r = l > 4 ? l - 4 : 0; r < MIN(l + 5, NODES); r++)
			add(g, l, r, (int32_t)((365 - l % 365) * (365 - r % 365) * 64));
}

static void complete(struct graph *g, uint32_t n, uint32_t weights)
{
	g->nl = g->nr = n;
	for (uint32_t l = 0; l < n; l++)
		for (uint32_t r = 0; r < n; r++)
			add(g, l, r, 640 + (int32_t)(random_of(g) % weights));
}

static void complete_equal(struct graph *g)
{
	complete(g, 1000, 1);
}

static void complete_many(struct graph *g)
{
	complete(g, 1000, 1280);
}

static const struct {
	const char *what;
	void (*make)(struct graph *g);
} shapes[] = {
	{"8 edges a node, equal weights", equal},
	{"8 edges a node, 4 weights", few},
	{"4 edges a node, 1280 weights", many},
	{"32 edges a node, 1280 weights", denser},
	{"60,000 nodes want 5,536", crowded},
	{"a chain", chain},
	{"a chain that is one short", short_chain},
	{"a window of 8, equal weights", window_equal},
	{"a window of 8, 1280 weights", window_many},
	{"a window of 9, products of ages", products},
	{"1000 x 1000, equal weights", complete_equal},
	{"1000 x 1000, 1280 weights", complete_many},
};

/* ---- timing ---- */

static int by_ends(const void *a, const void *b)
{
	const struct assign_edge *x = a, *y = b;

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

static void settle(struct graph *g)
{
	uint32_t n = 0;

	qsort(g->edge, g->ne, sizeof(*g->edge), by_ends);
	for (uint32_t i = 0; i < g->ne; i++)
		if (n == 0 || by_ends(&g->edge[i], &g->edge[n - 1]) != 0)
			g->edge[n++] = g->edge[i];
	g->ne = n;
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double solve(struct assign_work *w, struct assign *a, uint32_t margin_cap)
{
	double start = cpu_ms();

	a->margin_cap = margin_cap;
	if (!assign_solve(w, a))
		die();
	return cpu_ms() - start;
}

static void time_shape(size_t i)
{
	struct graph g = {.seed = 378};
	struct assign_work *w = assign_work_new();

	shapes[i].make(&g);
	settle(&g);
	uint32_t *cap = numbers((size_t)g.nl + g.nr), *flow = numbers(g.ne), *margin = numbers(g.ne);

	if (w == NULL)
		die();
	for (uint32_t n = 0; n < g.nl + g.nr; n++)
		cap[n] = 1;
	struct assign a = {.nl = g.nl, .nr = g.nr, .ne = g.ne, .lcap = cap, .rcap = cap + g.nl,
		.edge = g.edge, .flow = flow, .margin = margin,
		.budget = ASSIGN_MARGIN_STEPS(g.ne), .solve_budget = ASSIGN_FLOW_STEPS(g.ne)};
	double flow_ms = solve(w, &a, 0);
	uint64_t steps = a.steps;
	double all_ms = solve(w, &a, MARGIN);
	uint32_t unproved = 0;
	for (uint32_t k = 0; k < g.ne; k++)
		unproved += margin[k] == ASSIGN_MARGIN_UNPROVED;
	printf("%-34s %8u %9.1f %9.1f %11llu  %-6s %8u\n", shapes[i].what, g.ne, flow_ms,
		all_ms - flow_ms, (unsigned long long)steps, a.bound == a.total ? "proved" : "open",
		unproved);
	assign_work_free(&w);
	free(g.edge);
	free(cap);
	free(flow);
	free(margin);
}

int main(void)
{
	printf("%-34s %8s %9s %9s %11s  %-6s %8s\n", "one component", "edges", "flow ms", "margin ms",
		"steps", "flow", "no margin");
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		time_shape(i);
	return 0;
}
