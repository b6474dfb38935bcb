/*
 * The assignment of a component against every possible one: total, feasibility and margins, on
 * thousands of seeded random graphs. A greedy solver would fail here: the last test shows that the
 * cases tell it from an optimal one.
 */
#include "match/assign.h"

#include "unit/unit.h"

#define NODES 5u
#define EDGES (NODES * NODES)
#define CASES UNIT_REPEATS(6000u)

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

/* ---- larger graphs, against another algorithm ---- */

struct big {
	struct assign a;
	struct assign_edge *edge;
	uint32_t *one, *flow, *margin;
};

/* Each left node has edges to `degree` right ones that follow its own place, or to any. */
static void make_big(struct big *b, uint32_t nl, uint32_t nr, uint32_t degree, int32_t weights,
	bool near, uint64_t *seed)
{
	uint32_t most = MAX(nl, nr);
	bool *has = calloc(nr, sizeof(*has));

	b->edge = calloc((size_t)nl * degree + 1, sizeof(*b->edge));
	b->one = calloc(most, sizeof(*b->one));
	assert_true(has != NULL && b->edge != NULL && b->one != NULL);
	b->a = (struct assign){.nl = nl, .nr = nr, .lcap = b->one, .rcap = b->one, .edge = b->edge,
		.margin_cap = 1280};
	for (uint32_t i = 0; i < most; i++)
		b->one[i] = 1;
	for (uint32_t l = 0; l < nl; l++) {
		uint32_t low = nr, high = 0;
		for (uint32_t d = 0; d < degree; d++) {
			uint32_t r = near ? (l + d) % nr : random_of(seed) % nr;
			has[r] = true;
			low = MIN(low, r);
			high = MAX(high, r);
		}
		for (uint32_t r = low; r <= high; r++)
			if (has[r]) {
				int32_t w = 64 + (int32_t)(random_of(seed) % (uint32_t)weights);
				b->edge[b->a.ne++] = (struct assign_edge){l, r, w};
				has[r] = false;
			}
	}
	b->flow = calloc(b->a.ne, sizeof(*b->flow));
	b->margin = calloc(b->a.ne, sizeof(*b->margin));
	assert_true(b->flow != NULL && b->margin != NULL);
	b->a.flow = b->flow;
	b->a.margin = b->margin;
	free(has);
}

static void free_big(struct big *b)
{
	free(b->edge);
	free(b->one);
	free(b->flow);
	free(b->margin);
}

/* The optimum by rows of a full matrix, where no edge weighs nothing (Kuhn's method by potentials,
 * cubic): shares nothing with the solver but the question. */
#define SQUARE 41u

static int64_t by_matrix(const struct big *b, uint32_t without)
{
	static int64_t cost[SQUARE][SQUARE];
	int64_t u[SQUARE] = {0}, v[SQUARE] = {0}, total = 0;
	uint32_t mate[SQUARE] = {0};

	memset(cost, 0, sizeof(cost));
	for (uint32_t i = 0; i < b->a.ne; i++)
		if (i != without)
			cost[b->edge[i].l + 1][b->edge[i].r + 1] = -b->edge[i].w;
	for (uint32_t row = 1; row < SQUARE; row++) {
		int64_t least[SQUARE];
		uint32_t from[SQUARE] = {0}, column = 0;
		bool used[SQUARE] = {false};
		for (uint32_t k = 0; k < SQUARE; k++)
			least[k] = INT64_MAX;
		mate[0] = row;
		do {
			uint32_t next = 0;
			int64_t delta = INT64_MAX;
			used[column] = true;
			for (uint32_t k = 1; k < SQUARE; k++) {
				int64_t d = cost[mate[column]][k] - u[mate[column]] - v[k];
				if (!used[k] && d < least[k]) {
					least[k] = d;
					from[k] = column;
				}
				if (!used[k] && least[k] < delta) {
					delta = least[k];
					next = k;
				}
			}
			for (uint32_t k = 0; k < SQUARE; k++) {
				if (used[k]) {
					u[mate[k]] += delta;
					v[k] -= delta;
				} else if (least[k] != INT64_MAX) {
					least[k] -= delta;
				}
			}
			column = next;
		} while (mate[column] != 0);
		for (; column != 0; column = from[column])
			mate[column] = mate[from[column]];
	}
	for (uint32_t k = 1; k < SQUARE; k++)
		total -= cost[mate[k]][k];
	return total;
}

static void test_phases(void **state)
{
	struct assign_work *w = assign_work_new();
	uint64_t seed = 1973;
	char label[64];

	(void)state;
	assert_non_null(w);
	for (uint32_t c = 0; c < 300; c++) {
		struct big b;
		uint32_t nl = 20 + random_of(&seed) % 21, nr = 20 + random_of(&seed) % 21;
		static const int32_t weights[] = {1, 2, 4, 1000};
		make_big(&b, nl, nr, 1 + random_of(&seed) % 6, weights[c % ARRAY_LEN(weights)],
			c % 3 == 0, &seed);
		snprintf(label, sizeof(label), "case %u", c);
		CHECK(label, assign_solve(w, &b.a));
		CHECK_INT(label, b.a.total, by_matrix(&b, UINT32_MAX));
		CHECK_INT(label, b.a.bound, b.a.total);
		for (uint32_t i = c % 7; i < b.a.ne; i += 7)
			if (b.flow[i] > 0) {
				int64_t lost = b.a.total - by_matrix(&b, i);
				CHECK_INT(label, b.margin[i], MIN(lost, 1280));
			}
		free_big(&b);
	}
	assign_work_free(&w);
}

/* One component of 65,536 nodes: the bound proves the total, and the work stays small. */
static void test_large(void **state)
{
	enum { N = 32768 };
	static const struct {
		const char *label;
		uint32_t degree;
		int32_t weights;
		bool near;
	} cases[] = {
		{"all equal", 8, 1, false},
		{"few weights", 8, 4, false},
		{"many weights", 4, 1000, false},
		{"a window", 8, 1, true},
		{"a window of many weights", 8, 300, true},
	};
	struct assign_work *w = assign_work_new();
	uint64_t seed = 65536;

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct big b;
		make_big(&b, N, N, cases[i].degree, cases[i].weights, cases[i].near, &seed);
		b.a.margin_cap = 128;
		assert_true(assign_solve(w, &b.a));
		CHECK_INT(cases[i].label, b.a.bound, b.a.total);
		CHECK(cases[i].label, b.a.steps < UINT64_C(200) * b.a.ne);
		if (cases[i].near && cases[i].weights == 1)
			CHECK_INT(cases[i].label, b.a.total, 64 * (int64_t)N);
		for (uint32_t k = 0; k < b.a.ne; k++)
			CHECK(cases[i].label, b.flow[k] == 0 || b.margin[k] != ASSIGN_MARGIN_UNPROVED);
		free_big(&b);
	}
	assign_work_free(&w);
}

static void check_stopped(const char *label, const struct big *b)
{
	int64_t total = 0;

	for (uint32_t i = 0; i < b->a.ne; i++) {
		CHECK(label, b->flow[i] == 0 || b->margin[i] == ASSIGN_MARGIN_UNPROVED);
		total += (int64_t)b->flow[i] * b->edge[i].w;
	}
	CHECK_INT(label, b->a.total, total);
	CHECK(label, b->a.bound > b->a.total);
}

/* Over budget: a flow, a bound above it, and no margin. Cancelled: soon. */
static void test_budget(void **state)
{
	struct assign_work *w = assign_work_new();
	uint64_t seed = 4;
	struct big b;

	(void)state;
	assert_non_null(w);
	make_big(&b, 4000, 4000, 6, 1000, false, &seed);
	b.a.solve_budget = 3000;
	assert_true(assign_solve(w, &b.a));
	check_stopped("budget", &b);
	CHECK("some are placed", b.a.total > b.a.bound / 2);
	CHECK("the budget holds, but for the last node", b.a.steps <= 3000 + 64);
	int64_t bound = b.a.bound;
	atomic_bool cancel = true;
	b.a.solve_budget = 0;
	b.a.cancel = &cancel;
	assert_true(assign_solve(w, &b.a));
	check_stopped("cancelled", &b);
	CHECK("soon", b.a.steps < 10000);
	b.a.cancel = NULL;
	b.a.budget = 1000;
	assert_true(assign_solve(w, &b.a));
	CHECK_INT("proved", b.a.bound, b.a.total);
	CHECK("the bound of the cut search was one", b.a.total <= bound);
	uint32_t unproved = 0;
	for (uint32_t i = 0; i < b.a.ne; i++)
		unproved += b.flow[i] > 0 && b.margin[i] == ASSIGN_MARGIN_UNPROVED;
	CHECK("margins beyond their budget are not made up", unproved > 0);
	free_big(&b);
	assign_work_free(&w);
}

/* Each node of a dense component has many edges: these are what the budget counts, and what could not be
 * proved within it is said, not made up. */
static void test_dense(void **state)
{
	enum { N = 200 };
	struct assign_work *w = assign_work_new();
	uint64_t seed = 32;
	struct big b;

	(void)state;
	assert_non_null(w);
	make_big(&b, N, N, N, 1280, true, &seed);
	uint32_t *margin = calloc(b.a.ne, sizeof(*margin));
	assert_non_null(margin);
	b.a.margin_cap = 0;
	assert_true(assign_solve(w, &b.a));
	uint64_t flow_steps = b.a.steps;
	CHECK("edges are counted", flow_steps > b.a.ne);
	b.a.margin_cap = 1280;
	assert_true(assign_solve(w, &b.a));
	CHECK("margins need more", b.a.steps > flow_steps + 20 * (uint64_t)b.a.ne);
	memcpy(margin, b.margin, b.a.ne * sizeof(*margin));
	b.a.budget = 20 * (uint64_t)b.a.ne;
	assert_true(assign_solve(w, &b.a));
	CHECK("within the budget", b.a.steps <= flow_steps + b.a.budget + N + 1);
	uint32_t unproved = 0, chosen = 0;
	for (uint32_t i = 0; i < b.a.ne; i++) {
		chosen += b.flow[i] > 0;
		unproved += b.margin[i] == ASSIGN_MARGIN_UNPROVED;
		CHECK("what is proved is so",
			b.margin[i] == ASSIGN_MARGIN_UNPROVED || b.margin[i] == margin[i]);
	}
	CHECK("some are", unproved > 0 && unproved < chosen);
	b.a.budget = 1;
	assert_true(assign_solve(w, &b.a));
	for (uint32_t i = 0; i < b.a.ne; i++)
		CHECK("none without a budget",
			b.margin[i] == (b.flow[i] > 0 ? ASSIGN_MARGIN_UNPROVED : 0));
	free(margin);
	free_big(&b);
	assign_work_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_greedy_is_told_apart),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_dense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
