/*
 * The assignment of a component against every possible one: total, feasibility and margins, on
 * thousands of seeded random graphs. A greedy solver would fail here: the last test shows that the
 * cases tell it from an optimal one.
 */
#include "match/assign.h"

#include "unit/unit.h"

#define NODES 5u
#define EDGES (NODES * NODES)
#define CASES 6000u

struct graph {
	struct assign a;
	struct assign_edge edge[EDGES];
	uint32_t lcap[NODES], rcap[NODES], flow[EDGES], margin[EDGES];
	uint32_t most[EDGES]; /* flow allowed, for the brute force */
};

static uint32_t random_of(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*s >> 33);
}

static void make_graph(struct graph *g, uint64_t *s, uint32_t caps)
{
	uint32_t density = 1 + random_of(s) % 4, range = random_of(s) % 2 ? 8 : 400;

	*g = (struct graph){0};
	g->a.nl = 1 + random_of(s) % NODES;
	g->a.nr = 1 + random_of(s) % NODES;
	for (uint32_t i = 0; i < NODES; i++) {
		g->lcap[i] = 1 + random_of(s) % caps;
		g->rcap[i] = 1 + random_of(s) % caps;
	}
	for (uint32_t l = 0; l < g->a.nl; l++)
		for (uint32_t r = 0; r < g->a.nr; r++)
			if (random_of(s) % 4 < density)
				g->edge[g->a.ne++] = (struct assign_edge){
					l, r, (int32_t)(1 + random_of(s) % range)};
	for (uint32_t i = 0; i < EDGES; i++)
		g->most[i] = UINT32_MAX;
	g->a.lcap = g->lcap;
	g->a.rcap = g->rcap;
	g->a.edge = g->edge;
	g->a.flow = g->flow;
	g->a.margin = g->margin;
	g->a.margin_cap = 1280;
}

/* The best total of edges i and up. */
static int64_t brute(struct graph *g, uint32_t i)
{
	int64_t best;

	if (i == g->a.ne)
		return 0;
	const struct assign_edge *e = &g->edge[i];
	best = brute(g, i + 1);
	uint32_t most = MIN(g->lcap[e->l], g->rcap[e->r]);
	most = MIN(most, g->most[i]);
	for (uint32_t n = 1; n <= most; n++) {
		g->lcap[e->l] -= n;
		g->rcap[e->r] -= n;
		int64_t total = (int64_t)n * e->w + brute(g, i + 1);
		best = MAX(best, total);
		g->lcap[e->l] += n;
		g->rcap[e->r] += n;
	}
	return best;
}

static void check_feasible(const char *label, const struct graph *g)
{
	uint32_t left[NODES] = {0}, right[NODES] = {0};
	int64_t total = 0;

	for (uint32_t i = 0; i < g->a.ne; i++) {
		left[g->edge[i].l] += g->flow[i];
		right[g->edge[i].r] += g->flow[i];
		total += (int64_t)g->flow[i] * g->edge[i].w;
	}
	for (uint32_t n = 0; n < NODES; n++) {
		CHECK(label, n >= g->a.nl || left[n] <= g->lcap[n]);
		CHECK(label, n >= g->a.nr || right[n] <= g->rcap[n]);
	}
	CHECK_INT(label, g->a.total, total);
}

static void check_margins(const char *label, struct graph *g, int64_t best)
{
	for (uint32_t i = 0; i < g->a.ne; i++) {
		if (g->flow[i] == 0)
			continue;
		g->most[i] = g->flow[i] - 1;
		int64_t lost = best - brute(g, 0);
		g->most[i] = UINT32_MAX;
		CHECK_INT(label, g->margin[i], MIN(lost, 1280));
	}
}

static void run_cases(uint32_t caps, uint32_t cases, uint64_t seed)
{
	struct assign_work *w = assign_work_new();
	struct graph g;
	char label[64];

	assert_non_null(w);
	for (uint32_t c = 0; c < cases; c++) {
		make_graph(&g, &seed, caps);
		snprintf(label, sizeof(label), "capacity %u, case %u", caps, c);
		CHECK(label, assign_solve(w, &g.a));
		int64_t best = brute(&g, 0);
		CHECK_INT(label, g.a.total, best);
		check_feasible(label, &g);
		check_margins(label, &g, best);
	}
	assign_work_free(&w);
}

static void test_records(void **state)
{
	(void)state;
	run_cases(1, CASES, 378);
}

static void test_classes(void **state)
{
	(void)state;
	run_cases(2, CASES / 6, 379);
	run_cases(3, CASES / 20, 380);
}

static int64_t greedy(struct graph *g)
{
	bool used[EDGES] = {false};
	int64_t total = 0;

	for (;;) {
		uint32_t best = EDGES;
		for (uint32_t i = 0; i < g->a.ne; i++)
			if (!used[i] && g->lcap[g->edge[i].l] > 0 && g->rcap[g->edge[i].r] > 0 &&
				(best == EDGES || g->edge[i].w > g->edge[best].w))
				best = i;
		if (best == EDGES)
			return total;
		used[best] = true;
		g->lcap[g->edge[best].l]--;
		g->rcap[g->edge[best].r]--;
		total += g->edge[best].w;
	}
}

static void test_greedy_is_told_apart(void **state)
{
	uint32_t worse = 0;
	uint64_t seed = 378;
	struct graph g;

	(void)state;
	for (uint32_t c = 0; c < CASES; c++) {
		make_graph(&g, &seed, 1);
		int64_t best = brute(&g, 0);
		worse += greedy(&g) < best;
	}
	CHECK("greedy loses in many cases", worse > CASES / 20);
}

/* One component of thousands of nodes, every node with several equal choices. */
static void test_large(void **state)
{
	enum { N = 3000, DEGREE = 4 };
	struct assign_work *w = assign_work_new();
	struct assign_edge *edge = calloc((size_t)N * DEGREE, sizeof(*edge));
	uint32_t *one = calloc(N, sizeof(*one));
	struct assign a = {.nl = N, .nr = N, .lcap = one, .rcap = one, .edge = edge,
		.margin_cap = 1280, .budget = 200000};

	(void)state;
	assert_true(w != NULL && edge != NULL && one != NULL);
	for (uint32_t i = 0; i < N; i++) {
		one[i] = 1;
		for (uint32_t d = 0; d < DEGREE; d++) {
			uint32_t r = (i + d) % N;
			/* Ascending by (l, r): the wrapped ones come first. */
			edge[a.ne++] = (struct assign_edge){i, r, 64};
		}
	}
	for (uint32_t i = 0; i + 1 < a.ne; i++)
		for (uint32_t k = i + 1; k < a.ne && edge[k].l == edge[i].l; k++)
			if (edge[k].r < edge[i].r) {
				struct assign_edge swap = edge[i];
				edge[i] = edge[k];
				edge[k] = swap;
			}
	a.flow = calloc(a.ne, sizeof(*a.flow));
	a.margin = calloc(a.ne, sizeof(*a.margin));
	assert_true(a.flow != NULL && a.margin != NULL);
	assert_true(assign_solve(w, &a));
	CHECK_INT("everybody has a partner", a.total, 64 * N);
	uint32_t unproved = 0;
	for (uint32_t i = 0; i < a.ne; i++)
		if (a.flow[i] > 0 && a.margin[i] != 0) {
			CHECK("no margin is made up", a.margin[i] == ASSIGN_MARGIN_UNPROVED);
			unproved++;
		}
	CHECK("the budget counts", a.steps < 100 * a.budget || unproved > 0);
	free(a.flow);
	free(a.margin);
	free(edge);
	free(one);
	assign_work_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_greedy_is_told_apart),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
