/*
 * Probabilities of hypotheses that compete, against the sum over every set of them: small components
 * to the last digit that a result shows, larger ones by belief propagation within a stated error.
 */
#include <math.h>

#include "match/marginal.h"

#include "unit/unit.h"

#define NODES 6u
#define EDGES (NODES * NODES)
#define GROUPS 6u
#define LINES 4u
#define CASES UNIT_REPEATS(3000u)

struct model {
	struct marginal m;
	struct assign a;
	struct num num;
	struct assign_edge edge[EDGES];
	uint32_t cap[2 * NODES], node[GROUPS * LINES];
	struct compete_group group[GROUPS];
	double odds[EDGES], p[EDGES], group_p[GROUPS];
	int32_t bits[EDGES];
	bool rival[GROUPS];
	double all, sum[EDGES + GROUPS]; /* of the enumeration */
};

static uint32_t random_of(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*s >> 33);
}

static int32_t random_bits(uint64_t *s, int32_t spread)
{
	return (int32_t)(random_of(s) % (uint32_t)(2 * spread * 64)) - spread * 64;
}

static void add_edge(struct model *x, uint32_t l, uint32_t r, int32_t bits)
{
	x->edge[x->a.ne] = (struct assign_edge){l, r, 1};
	x->bits[x->a.ne] = bits;
	x->odds[x->a.ne++] = num_pow2(&x->num, bits);
}

static void add_group(struct model *x, uint32_t target, uint32_t from, uint32_t lines, int32_t bits)
{
	uint32_t at = x->m.ng * LINES;

	x->group[x->m.ng++] = (struct compete_group){
		.first = at, .n = lines + 1, .w = bits, .target = NODES + target};
	x->node[at++] = NODES + target;
	for (uint32_t i = 0; i < lines; i++)
		x->node[at++] = (from + i) % NODES;
}

static void start(struct model *x)
{
	memset(x, 0, sizeof(*x));
	num_init(&x->num);
	for (uint32_t i = 0; i < 2 * NODES; i++)
		x->cap[i] = 1;
	x->a = (struct assign){
		.nl = NODES, .nr = NODES, .lcap = x->cap, .rcap = x->cap + NODES, .edge = x->edge};
	x->m = (struct marginal){.a = &x->a, .odds = x->odds, .bits = x->bits, .num = &x->num,
		.group = x->group, .node = x->node, .p = x->p, .group_p = x->group_p,
		.group_rival = x->rival};
}

static void make_model(struct model *x, uint64_t *s, uint32_t one_in, uint32_t groups)
{
	int32_t spread = 1 + (int32_t)(random_of(s) % 12);

	start(x);
	for (uint32_t l = 0; l < NODES; l++)
		for (uint32_t r = 0; r < NODES; r++)
			if (random_of(s) % one_in == 0)
				add_edge(x, l, r, random_bits(s, spread));
	for (uint32_t g = 0; g < groups; g++) {
		uint32_t target = random_of(s) % NODES, from = random_of(s) % NODES;
		add_group(x, target, from, 2 + random_of(s) % 2, random_bits(s, spread));
	}
}

/* ---- every set of hypotheses ---- */

static uint64_t nodes_of(const struct model *x, uint32_t h)
{
	uint64_t mask = 0;

	if (h < x->a.ne)
		return UINT64_C(1) << x->edge[h].l | UINT64_C(1) << (NODES + x->edge[h].r);
	const struct compete_group *g = &x->group[h - x->a.ne];
	for (uint32_t i = 0; i < g->n; i++)
		mask |= UINT64_C(1) << x->node[g->first + i];
	return mask;
}

static void enumerate(struct model *x, uint32_t h, uint64_t used, uint64_t in, double weight)
{
	if (h == x->a.ne + x->m.ng) {
		x->all += weight;
		for (uint32_t i = 0; i < h; i++)
			x->sum[i] += (in >> i & 1) != 0 ? weight : 0;
		return;
	}
	enumerate(x, h + 1, used, in, weight);
	uint64_t nodes = nodes_of(x, h);
	int32_t bits = h < x->a.ne ? x->bits[h] : x->group[h - x->a.ne].w;
	if ((nodes & used) == 0)
		enumerate(x, h + 1, used | nodes, in | UINT64_C(1) << h,
			weight * num_pow2(&x->num, bits));
}

static double got(const struct model *x, uint32_t h)
{
	return h < x->a.ne ? x->p[h] : x->group_p[h - x->a.ne];
}

/* Largest error over all hypotheses. */
static double worst_error(struct model *x)
{
	double worst = 0;

	enumerate(x, 0, 0, 0, 1);
	for (uint32_t h = 0; h < x->a.ne + x->m.ng; h++)
		worst = fmax(worst, fabs(got(x, h) - x->sum[h] / x->all));
	return worst;
}

static void test_counted(void **state)
{
	struct marginal_work *w = marginal_work_new();
	uint64_t seed = 1936;
	struct model x;
	char label[64];

	(void)state;
	assert_non_null(w);
	for (uint32_t c = 0; c < CASES; c++) {
		make_model(&x, &seed, 3 + c % 3, c % (GROUPS + 1));
		snprintf(label, sizeof(label), "case %u", c);
		CHECK(label, marginal_solve(w, &x.m));
		/* Some have more sets than are counted; those are the next test's. */
		if (x.m.exact)
			CHECK(label, worst_error(&x) < 1e-9);
		else
			CHECK(label, x.a.ne + x.m.ng > 8);
	}
	marginal_work_free(&w);
}

struct error {
	const char *label;
	uint32_t groups;
	double worst, mean; /* of the largest error of a component, over all components */
};

/* Belief propagation: what is stated of it. Sets that share most of their records are the hardest;
 * components of that size are counted out. */
static void test_propagated(void **state)
{
	static const struct error cases[] = {
		{"pairs", 0, 0.1, 0.002},
		{"pairs and one group", 1, 0.45, 0.02},
		{"pairs and groups", GROUPS, 0.6, 0.06},
	};
	struct marginal_work *w = marginal_work_new();
	uint64_t seed = 2008;
	struct model x;

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		double sum = 0;
		for (uint32_t c = 0; c < CASES / 3; c++) {
			make_model(&x, &seed, 5, cases[i].groups);
			x.m.bits = NULL;
			CHECK(cases[i].label, marginal_solve(w, &x.m));
			CHECK(cases[i].label, !x.m.exact);
			double error = worst_error(&x);
			CHECK(cases[i].label, error < cases[i].worst);
			sum += error;
		}
		CHECK(cases[i].label, sum / (CASES / 3) < cases[i].mean);
	}
	marginal_work_free(&w);
}

/* Hundreds of groups that want one record: bounded work, and they share it. */
static void test_crowd(void **state)
{
	enum { N = 400 };
	struct marginal_work *w = marginal_work_new();
	struct num num;
	static struct compete_group group[N];
	static uint32_t node[2 * N], cap[2 * N];
	static double p[N];
	static bool rival[N];
	struct assign a = {.nl = 1, .nr = N, .lcap = cap, .rcap = cap + 1};
	struct marginal m = {.a = &a, .num = &num, .ng = N, .group = group, .node = node,
		.group_p = p, .group_rival = rival};

	(void)state;
	assert_non_null(w);
	num_init(&num);
	for (uint32_t g = 0; g < N; g++) {
		cap[g] = cap[N + g] = 1;
		group[g] = (struct compete_group){.first = 2 * g, .n = 2, .w = 10 * 64, .target = 1 + g};
		node[2 * g] = 1 + g;
		node[2 * g + 1] = 0;
	}
	CHECK("run", marginal_solve(w, &m));
	for (uint32_t g = 0; g < N; g++) {
		CHECK("each has its share", fabs(p[g] - 1.0 / N) < 1e-4);
		CHECK("of something wanted", rival[g]);
	}
	marginal_work_free(&w);
}

/* Without loops messages are exact, with groups too. */
static void test_trees(void **state)
{
	struct marginal_work *w = marginal_work_new();
	uint64_t seed = 7;
	struct model x;
	char label[64];

	(void)state;
	assert_non_null(w);
	for (uint32_t c = 0; c < 200; c++) {
		start(&x);
		/* A caterpillar: 0-0, 1-0, 1-1, 2-1, and a group of 2, 3 for target 2, and 3-3. */
		static const uint32_t pairs[][2] = {{0, 0}, {1, 0}, {1, 1}, {2, 1}, {3, 3}};
		for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
			add_edge(&x, pairs[i][0], pairs[i][1], random_bits(&seed, 8));
		add_group(&x, 2, 2, 2, random_bits(&seed, 8));
		x.m.bits = NULL;
		snprintf(label, sizeof(label), "tree %u", c);
		CHECK(label, marginal_solve(w, &x.m));
		CHECK(label, worst_error(&x) < 1e-6);
	}
	marginal_work_free(&w);
}

struct swap_case {
	const char *label;
	int32_t straight, crossed; /* bits */
	double want;
};

/* Two against two: what can be swapped for nothing is nobody's. */
static void test_swaps(void **state)
{
	static const struct swap_case cases[] = {
		{"nothing between them", 20 * 64, 20 * 64, 0.5},
		{"a bit on each", 20 * 64, 19 * 64, 0.8},
		{"three bits on each", 20 * 64, 17 * 64, 64.0 / 65},
		{"even odds", 0, 0, 2.0 / 7},
	};
	struct marginal_work *w = marginal_work_new();
	struct model x;

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		start(&x);
		for (uint32_t l = 0; l < 2; l++)
			for (uint32_t r = 0; r < 2; r++)
				add_edge(&x, l, r, l == r ? cases[i].straight : cases[i].crossed);
		CHECK(cases[i].label, marginal_solve(w, &x.m));
		CHECK(cases[i].label, fabs(x.p[0] - cases[i].want) < 1e-4);
	}
	marginal_work_free(&w);
}

struct group_case {
	const char *label;
	uint32_t cap;      /* of line 1, which both groups want */
	bool exact;
	double least, most; /* of the first group */
	bool rival;
};

/* Two targets that want one line: one of them gets it, unless there are two such lines. */
static void test_classes(void **state)
{
	static const struct group_case cases[] = {
		{"one line, counted", 1, true, 0.49, 0.51, true},
		{"one line, propagated", 1, false, 0.45, 0.55, true},
		{"two equal lines", 2, true, 0.999, 1.0, false},
	};
	struct marginal_work *w = marginal_work_new();
	struct model x;

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		start(&x);
		x.cap[1] = cases[i].cap;
		add_group(&x, 0, 0, 2, 10 * 64); /* lines 0 and 1 */
		add_group(&x, 1, 1, 2, 10 * 64); /* lines 1 and 2 */
		if (!cases[i].exact)
			x.m.bits = NULL;
		CHECK(cases[i].label, marginal_solve(w, &x.m));
		CHECK(cases[i].label, x.group_p[0] >= cases[i].least && x.group_p[0] <= cases[i].most);
		CHECK_INT(cases[i].label, x.rival[0], cases[i].rival);
	}
	marginal_work_free(&w);
}

/* A graph without anything in it. */
static void test_nothing(void **state)
{
	struct marginal_work *w = marginal_work_new();
	struct assign a = {0};

	(void)state;
	assert_non_null(w);
	CHECK("run", marginal_run(w, &a, NULL, NULL));
	marginal_work_free(&w);
}

/* Two equal records against one: each has half of a chance; a pair of classes has all of it. */
static void test_pairs_of_classes(void **state)
{
	struct marginal_work *w = marginal_work_new();
	struct model x;

	(void)state;
	assert_non_null(w);
	start(&x);
	x.cap[0] = 3;
	add_edge(&x, 0, 0, 20 * 64);
	CHECK("run", marginal_solve(w, &x.m));
	CHECK("three for one", fabs(x.p[0] - 1) < 1e-3);
	marginal_work_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_propagated),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_swaps),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_pairs_of_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
