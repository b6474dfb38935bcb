/*
 * Groups and pairs in one assignment, against every possible choice.
 */
#include "match/compete.h"

#include "unit/unit.h"

#define NODES 4u
#define GROUPS 6u
#define LINES 4u
#define CASES UNIT_REPEATS(3000u)

struct scene {
	struct compete c;
	struct assign a;
	struct assign_edge edge[NODES * NODES];
	uint32_t cap[2 * NODES], flow[NODES * NODES], margin[NODES * NODES];
	struct compete_group group[GROUPS];
	uint32_t node[GROUPS * LINES], group_margin[GROUPS];
	bool chosen[GROUPS];
	bool no_group[GROUPS], no_edge[NODES * NODES];
};

static uint32_t random_of(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*s >> 33);
}

static int heavier(const void *a, const void *b)
{
	const struct compete_group *x = a, *y = b;

	return y->w - x->w;
}

static void make_scene(struct scene *s, uint64_t *seed)
{
	uint32_t nodes = 0;

	memset(s, 0, sizeof(*s));
	s->a.nl = s->a.nr = NODES;
	for (uint32_t i = 0; i < 2 * NODES; i++)
		s->cap[i] = 1 + (random_of(seed) % 5 == 0);
	for (uint32_t l = 0; l < NODES; l++)
		for (uint32_t r = 0; r < NODES; r++)
			if (random_of(seed) % 3 == 0)
				s->edge[s->a.ne++] = (struct assign_edge){
					l, r, (int32_t)(1 + random_of(seed) % 200)};
	s->c.ng = 1 + random_of(seed) % GROUPS;
	for (uint32_t g = 0; g < s->c.ng; g++) {
		uint32_t target = NODES + random_of(seed) % NODES;
		uint32_t lines = 2 + random_of(seed) % (LINES - 2);
		s->group[g] = (struct compete_group){.first = nodes, .n = lines + 1,
			.w = (int32_t)(1 + random_of(seed) % 400), .target = target};
		s->node[nodes++] = target;
		uint32_t from = random_of(seed) % NODES;
		for (uint32_t i = 0; i < lines; i++)
			s->node[nodes++] = (from + i) % NODES;
	}
	qsort(s->group, s->c.ng, sizeof(*s->group), heavier);
	s->a.lcap = s->cap;
	s->a.rcap = s->cap + NODES;
	s->a.edge = s->edge;
	s->a.flow = s->flow;
	s->a.margin = s->margin;
	s->a.margin_cap = 1280;
	s->c.a = &s->a;
	s->c.group = s->group;
	s->c.node = s->node;
	s->c.chosen = s->chosen;
	s->c.margin = s->group_margin;
}

static int64_t brute_pairs(struct scene *s, uint32_t i)
{
	if (i == s->a.ne)
		return 0;
	const struct assign_edge *e = &s->edge[i];
	int64_t best = brute_pairs(s, i + 1);
	uint32_t most = s->no_edge[i] ? 0 : MIN(s->cap[e->l], s->cap[NODES + e->r]);
	for (uint32_t n = 1; n <= most; n++) {
		s->cap[e->l] -= n;
		s->cap[NODES + e->r] -= n;
		int64_t total = (int64_t)n * e->w + brute_pairs(s, i + 1);
		best = MAX(best, total);
		s->cap[e->l] += n;
		s->cap[NODES + e->r] += n;
	}
	return best;
}

static bool take(struct scene *s, uint32_t g, uint32_t *ret_taken)
{
	for (*ret_taken = 0; *ret_taken < s->group[g].n; ++*ret_taken) {
		uint32_t node = s->node[s->group[g].first + *ret_taken];
		if (s->cap[node] == 0)
			return false;
		s->cap[node]--;
	}
	return true;
}

static int64_t brute(struct scene *s, uint32_t g)
{
	uint32_t taken = 0;

	if (g == s->c.ng)
		return brute_pairs(s, 0);
	int64_t best = brute(s, g + 1);
	if (!s->no_group[g] && take(s, g, &taken)) {
		int64_t total = s->group[g].w + brute(s, g + 1);
		best = MAX(best, total);
	}
	while (taken > 0)
		s->cap[s->node[s->group[g].first + --taken]]++;
	return best;
}

static void test_optimum(void **state)
{
	struct assign_work *w = assign_work_new();
	uint64_t seed = 378;
	uint32_t with_groups = 0;
	struct scene s;
	char label[64];

	(void)state;
	assert_non_null(w);
	for (uint32_t c = 0; c < CASES; c++) {
		make_scene(&s, &seed);
		snprintf(label, sizeof(label), "case %u", c);
		CHECK(label, compete_solve(w, &s.c));
		CHECK(label, s.c.proved);
		int64_t best = brute(&s, 0), sum = 0;
		CHECK_INT(label, s.c.total, best);
		for (uint32_t g = 0; g < s.c.ng; g++)
			sum += s.chosen[g] ? s.group[g].w : 0;
		with_groups += sum > 0;
		for (uint32_t i = 0; i < s.a.ne; i++)
			sum += (int64_t)s.flow[i] * s.edge[i].w;
		CHECK_INT(label, sum, best);
	}
	CHECK("groups take part", with_groups > CASES / 4);
	assign_work_free(&w);
}

static void test_margins(void **state)
{
	struct assign_work *w = assign_work_new();
	uint64_t seed = 4711;
	struct scene s;
	char label[64];

	(void)state;
	assert_non_null(w);
	for (uint32_t c = 0; c < CASES / 10; c++) {
		make_scene(&s, &seed);
		snprintf(label, sizeof(label), "case %u", c);
		CHECK(label, compete_solve(w, &s.c));
		for (uint32_t g = 0; g < s.c.ng; g++) {
			if (!s.chosen[g])
				continue;
			s.no_group[g] = true;
			int64_t lost = s.c.total - brute(&s, 0);
			s.no_group[g] = false;
			CHECK_INT(label, s.group_margin[g], MIN(lost, 1280));
		}
		for (uint32_t i = 0; i < s.a.ne; i++) {
			if (s.flow[i] == 0)
				continue;
			s.no_edge[i] = true;
			int64_t lost = s.c.total - brute(&s, 0);
			s.no_edge[i] = false;
			CHECK_INT(label, s.margin[i], MIN(lost, 1280));
		}
	}
	assign_work_free(&w);
}

static void test_budget(void **state)
{
	struct assign_work *w = assign_work_new();
	uint64_t seed = 12;
	uint32_t cut = 0;
	struct scene s;

	(void)state;
	assert_non_null(w);
	for (uint32_t c = 0; c < 200; c++) {
		make_scene(&s, &seed);
		s.c.budget = 1;
		assert_true(compete_solve(w, &s.c));
		cut += !s.c.proved;
		CHECK("nothing is above the bound", s.c.bound >= brute(&s, 0));
		for (uint32_t g = 0; g < s.c.ng && !s.c.proved; g++)
			CHECK("a cut search proves no margin", !s.chosen[g] ||
					s.group_margin[g] == ASSIGN_MARGIN_UNPROVED);
	}
	CHECK("a budget of one branch cuts", cut > 50);
	assign_work_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_optimum),
		cmocka_unit_test(test_margins),
		cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
