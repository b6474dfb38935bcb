/*
 * Small components looked at from all sides at once, beside the general solver and the general
 * marginals on the same random graphs: the same optimum, the same margins, the same probabilities.
 */
#include "match/marginal.h"
#include "match/small.h"
#include "unit/unit.h"

#define NODES 6u
#define EDGES (NODES * NODES)

struct graph {
	struct assign a;
	struct assign_edge edge[EDGES];
	int32_t bits[EDGES];
	double odds[EDGES], p[EDGES];
	uint32_t flow[EDGES], margin[EDGES];
	uint32_t cap[2][NODES];
};

static uint32_t below(uint64_t *s, uint32_t n)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*s >> 33) % n;
}

static void make_graph(struct graph *g, const struct num *num, uint32_t most, uint64_t *s)
{
	uint32_t nl = 1 + below(s, NODES), nr = 1 + below(s, NODES), ne = 0;
	uint32_t dense = 1 + below(s, 3), range = 1 + below(s, 900);

	memset(g, 0, sizeof(*g));
	for (uint32_t l = 0; l < nl; l++)
		for (uint32_t r = 0; r < nr && ne < most; r++) {
			if (below(s, 4) >= dense)
				continue;
			g->bits[ne] = (int32_t)below(s, range) - (int32_t)range / 3;
			g->odds[ne] = num_pow2(num, g->bits[ne]);
			g->edge[ne++] = (struct assign_edge){l, r, MAX(g->bits[ne], 1)};
		}
	for (uint32_t n = 0; n < NODES; n++)
		g->cap[0][n] = g->cap[1][n] = 1;
	g->a = (struct assign){.nl = nl, .nr = nr, .ne = ne, .lcap = g->cap[0], .rcap = g->cap[1],
		.edge = g->edge, .margin_cap = 1280, .flow = g->flow, .margin = g->margin};
}

static int64_t total_of(const struct graph *g)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < g->a.ne; i++)
		sum += (int64_t)g->flow[i] * g->edge[i].w;
	return sum;
}

static bool same_flow(const struct graph *x, const struct graph *y)
{
	return memcmp(x->flow, y->flow, sizeof(x->flow)) == 0;
}

static void test_same(void **state)
{
	struct assign_work *work = assign_work_new();
	struct marginal_work *marginals = marginal_work_new();
	static struct num num;
	uint32_t small = 0, alike = 0;
	uint64_t seed = 378;

	(void)state;
	num_init(&num);
	for (uint32_t i = 0; i < 20000; i++) {
		struct graph x, y;
		make_graph(&x, &num, EDGES, &seed);
		y = x;
		y.a.edge = y.edge;
		y.a.lcap = y.cap[0];
		y.a.rcap = y.cap[1];
		y.a.flow = y.flow;
		y.a.margin = y.margin;
		if (!small_solve(&x.a, x.bits, &num, x.p))
			continue;
		small++;
		struct marginal m = {.a = &y.a, .odds = y.odds, .bits = y.bits, .num = &num, .p = y.p};
		CHECK("solved", assign_solve(work, &y.a) && marginal_solve(marginals, &m));
		CHECK("counted out", m.exact);
		CHECK_INT("total", x.a.total, y.a.total);
		CHECK_INT("bound", x.a.bound, x.a.total);
		CHECK_INT("of these pairs", total_of(&x), x.a.total);
		for (uint32_t k = 0; k < x.a.ne; k++)
			CHECK_INT("probability", num_ppm(x.p[k]), num_ppm(y.p[k]));
		if (!same_flow(&x, &y))
			continue; /* one of several best ways */
		alike++;
		for (uint32_t k = 0; k < x.a.ne; k++)
			CHECK_INT("margin", x.margin[k], y.margin[k]);
	}
	CHECK("most are small", small > 10000);
	CHECK("and have one best way", alike * 10 > small * 8);
	assign_work_free(&work);
	marginal_work_free(&marginals);
}

static void test_refused(void **state)
{
	static struct num num;
	struct graph g;
	uint64_t seed = 1;

	(void)state;
	num_init(&num);
	make_graph(&g, &num, 2, &seed);
	g.cap[0][0] = 2;
	CHECK("a class on the left", !small_solve(&g.a, g.bits, &num, g.p));
	g.cap[0][0] = 1;
	g.cap[1][0] = 2;
	CHECK("a class on the right", !small_solve(&g.a, g.bits, &num, g.p));
	memset(&g, 0, sizeof(g));
	g.a = (struct assign){.nl = 6, .nr = 6, .ne = 36, .lcap = g.cap[0], .rcap = g.cap[1],
		.edge = g.edge, .flow = g.flow, .margin = g.margin};
	for (uint32_t i = 0; i < 36; i++)
		g.edge[i] = (struct assign_edge){i / 6, i % 6, 1};
	CHECK("too many edges", !small_solve(&g.a, g.bits, &num, g.p));
	g.a.ne = 16;
	CHECK("sixteen edges are few", small_solve(&g.a, g.bits, &num, g.p));
	for (uint32_t i = 0; i < 16; i++)
		g.edge[i] = (struct assign_edge){i / 4, i % 4, 1};
	CHECK("four against four are too many ways", !small_solve(&g.a, g.bits, &num, g.p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
