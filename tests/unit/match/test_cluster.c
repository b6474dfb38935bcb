/*
 * Clusters: cases written out here, and thousands of small random graphs against a plain version
 * that follows the definition word by word; the order of rows changes nothing but names.
 */
#include "match/cluster.h"

#include "unit/unit.h"

#define ROWS_MAX 12

struct graph {
	uint32_t n;
	uint32_t p[ROWS_MAX][ROWS_MAX]; /* [a][b], a < b; 0: not listed */
	uint64_t tie[ROWS_MAX];
};

static uint32_t lcg(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

static void find(const char *label, const struct graph *g, struct clusters *ret)
{
	struct cluster_pair pairs[ROWS_MAX * ROWS_MAX];
	size_t n = 0;

	for (uint32_t a = 0; a < g->n; a++)
		for (uint32_t b = a + 1; b < g->n; b++)
			if (g->p[a][b] > 0)
				pairs[n++] = (struct cluster_pair){a, b, 0, g->p[a][b]};
	CHECK(label, cluster_find(g->n, pairs, n, g->tie, ret));
}

/* ---- the plain version ---- */

static uint32_t p_of(const struct graph *g, uint32_t a, uint32_t b)
{
	return a < b ? g->p[a][b] : g->p[b][a];
}

/* Adds to part what links reach from row; strong: only links above this one in order. */
static uint32_t reach(const struct graph *g, uint32_t all, uint32_t row, uint32_t least)
{
	uint32_t part = 1u << row, before = 0;

	while (part != before) {
		before = part;
		for (uint32_t a = 0; a < g->n; a++)
			for (uint32_t b = 0; b < g->n; b++)
				if (a != b && part >> a & 1 && all >> b & 1 &&
					p_of(g, a, b) >= least)
					part |= 1u << b;
	}
	return part;
}

static bool holds(const struct graph *g, uint32_t part)
{
	uint64_t sum = 0, pairs = 0;

	for (uint32_t a = 0; a < g->n; a++)
		for (uint32_t b = a + 1; b < g->n; b++)
			if (part >> a & 1 && part >> b & 1) {
				sum += g->p[a][b];
				pairs++;
			}
	return sum >= pairs * CLUSTER_LINK;
}

/* Splits part until every part holds together; probabilities are all different here, so the weakest
 * bridge is the largest p such that the part falls apart when links up to it are taken away. */
static void split(const struct graph *g, uint32_t part, uint32_t of[ROWS_MAX])
{
	uint32_t bridge = UINT32_MAX, first = (uint32_t)__builtin_ctz(part);

	if (holds(g, part)) {
		for (uint32_t r = 0; r < g->n; r++)
			if (part >> r & 1)
				of[r] = part;
		return;
	}
	for (uint32_t a = 0; a < g->n; a++)
		for (uint32_t b = a + 1; b < g->n; b++) {
			uint32_t p = g->p[a][b];
			if (part >> a & 1 && part >> b & 1 && p >= CLUSTER_LINK && p < bridge &&
				reach(g, part, first, p + 1) != part)
				bridge = p;
		}
	uint32_t one = reach(g, part, first, bridge + 1);
	split(g, one, of);
	split(g, part & ~one, of);
}

static void equals_plain(void **state)
{
	uint32_t seed = 7, cut = 0, merged = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct graph g = {.n = 1 + lcg(&seed) % ROWS_MAX};
		struct clusters c CLEANUP(clusters_free) = {0};
		uint32_t of[ROWS_MAX] = {0}, seen = 0, density = 1 + lcg(&seed) % 5;
		char label[32];

		snprintf(label, sizeof(label), "round %d", round);
		for (uint32_t a = 0; a < g.n; a++)
			for (uint32_t b = a + 1; b < g.n; b++)
				if (lcg(&seed) % 5 < density)
					g.p[a][b] = 1 + (lcg(&seed) % 6800) * 144 + a * 12 + b;
		for (uint32_t r = 0; r < g.n; r++)
			if (!(seen >> r & 1)) {
				uint32_t part = reach(&g, (1u << g.n) - 1, r, CLUSTER_LINK);
				seen |= part;
				split(&g, part, of);
			}
		find(label, &g, &c);
		for (uint32_t a = 0; a < g.n; a++)
			for (uint32_t b = 0; b < g.n; b++)
				CHECK(label, (of[a] == of[b]) == (c.of[a] == c.of[b]));
		cut += c.cuts > 0;
		merged += c.n < g.n;
	}
	CHECK("rounds that cut", cut > 1000);
	CHECK("rounds that joined", merged > 1000);
}

/* Equal probabilities everywhere: contents decide, not the order of rows. */
static void order_changes_nothing(void **state)
{
	uint32_t seed = 11;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct graph g = {.n = 2 + lcg(&seed) % (ROWS_MAX - 1)}, h = {.n = g.n};
		struct clusters c CLEANUP(clusters_free) = {0}, d CLEANUP(clusters_free) = {0};
		uint32_t at[ROWS_MAX];
		char label[32];

		snprintf(label, sizeof(label), "round %d", round);
		for (uint32_t r = 0; r < g.n; r++) {
			at[r] = r;
			g.tie[r] = (uint64_t)lcg(&seed) << 32 | lcg(&seed);
		}
		for (uint32_t r = g.n - 1; r > 0; r--) {
			uint32_t k = lcg(&seed) % (r + 1), kept = at[r];
			at[r] = at[k];
			at[k] = kept;
		}
		for (uint32_t a = 0; a < g.n; a++) {
			h.tie[at[a]] = g.tie[a];
			for (uint32_t b = a + 1; b < g.n; b++) {
				g.p[a][b] = lcg(&seed) % 3 ? 0 : 600000 + lcg(&seed) % 2 * 200000;
				h.p[MIN(at[a], at[b])][MAX(at[a], at[b])] = g.p[a][b];
			}
		}
		find(label, &g, &c);
		find(label, &h, &d);
		CHECK_INT(label, c.n, d.n);
		for (uint32_t a = 0; a < g.n; a++) {
			CHECK_INT(label, c.confidence[a], d.confidence[at[a]]);
			for (uint32_t b = 0; b < g.n; b++)
				CHECK(label, (c.of[a] == c.of[b]) == (d.of[at[a]] == d.of[at[b]]));
		}
	}
}

struct case_row {
	const char *label;
	uint32_t n;
	struct cluster_pair pairs[8];
	uint32_t npairs;
	uint32_t of[6], confidence[6];
	uint32_t cuts;
};

static const struct case_row cases[] = {
	{"no pairs: everything alone", 3, {{0}}, 0, {0, 1, 2}, {1000000, 1000000, 1000000}, 0},
	{"a pair under the link leaves both alone", 2, {{0, 1, 0, 499999}}, 1, {0, 1},
		{500001, 500001}, 0},
	{"a pair at the link", 2, {{0, 1, 0, 500000}}, 1, {0, 0}, {500000, 500000}, 0},
	{"closure: two links make a triple", 3, {{0, 1, 0, 900000}, {1, 2, 0, 800000}}, 2,
		{0, 0, 0}, {850000, 850000, 800000}, 0},
	{"a chain of four has too little inside: the weakest link goes", 4,
		{{0, 1, 0, 900000}, {1, 2, 0, 600000}, {2, 3, 0, 950000}}, 3, {0, 0, 1, 1},
		{900000, 900000, 950000, 950000}, 1},
	{"weak pairs inside count for holding together", 4,
		{{0, 1, 0, 900000}, {0, 2, 0, 300000}, {1, 2, 0, 600000}, {1, 3, 0, 400000},
			{2, 3, 0, 950000}},
		5, {0, 0, 0, 0}, {700000, 700000, 716666, 716666}, 0},
	{"the evidence decides between equal probabilities", 3,
		{{0, 1, 5, 700000}, {1, 2, 9, 700000}}, 2, {0, 1, 1}, {300000, 700000, 700000}, 1},
};

static void written_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct case_row *t = &cases[i];
		struct clusters c CLEANUP(clusters_free) = {0};
		CHECK(t->label, cluster_find(t->n, t->pairs, t->npairs, NULL, &c));
		CHECK_INT(t->label, c.cuts, t->cuts);
		for (uint32_t r = 0; r < t->n; r++) {
			CHECK_INT(t->label, c.of[r], t->of[r]);
			CHECK_INT(t->label, c.confidence[r], t->confidence[r]);
		}
	}
}

/* A chain of many rows takes no longer than it must: every link is cut, one after the other. */
static void long_chain(void **state)
{
	const uint32_t n = 300000;
	struct cluster_pair *pairs = calloc(n, sizeof(*pairs));
	struct clusters c CLEANUP(clusters_free) = {0};

	(void)state;
	assert_non_null(pairs);
	for (uint32_t i = 0; i + 1 < n; i++)
		pairs[i] = (struct cluster_pair){i, i + 1, 0, 999999 - i};
	assert_true(cluster_find(n, pairs, n - 1, NULL, &c));
	CHECK("three rows of a chain still hold together", c.largest <= 3);
	CHECK("chains are cut", c.cuts >= n / 3 - 1);
	free(pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_cases),
		cmocka_unit_test(equals_plain),
		cmocka_unit_test(order_changes_nothing),
		cmocka_unit_test(long_chain),
	};
	return cmocka_run_group_tests_name("match/cluster", tests, NULL, NULL);
}
