/*
 * Pairs that are decided without their component: on random stages, of weights far apart so that many
 * are, the choice is as good as the best of all choices, and each margin is what the best choice loses
 * when the pair is forbidden, as a search through all choices tells.
 */
#include "match/marginal.h"
#include "match/stage.h"
#include "unit/match/scene.h"

#define ROWS 6u
#define EDGES (ROWS * ROWS)
#define CASES_ALL 1500u
#define CASES UNIT_REPEATS(CASES_ALL)

struct bench {
	struct run run;
	struct engine *e;
	struct stage s;
	struct err err;
};

static const char passes[] =
	"[{\"name\":\"a\",\"when\":{\"amount\":\"same\"},\"then\":{\"confirm\":{\"confidence\":0.6},"
	"\"suggest\":{\"confidence\":0}}}]";

static void make_rows(struct cell_row rows[ROWS], char refs[ROWS][8], char side)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		snprintf(refs[i], sizeof(refs[i]), "%c%u", side, i);
		rows[i] = (struct cell_row){refs[i], (int32_t)i, 100 + (int64_t)i, NULL};
	}
}

static void open_stage(struct bench *b)
{
	struct cell_row left[ROWS], right[ROWS];
	char refs[2][ROWS][8];

	memset(b, 0, sizeof(*b));
	make_rows(left, refs[0], 'l');
	make_rows(right, refs[1], 'r');
	run_open(&b->run, passes, left, ROWS, right, ROWS);
	b->e = engine_open(b->run.in, 2, b->run.rules, NULL, &b->err);
	assert_non_null(b->e);
	assert_int_equal(engine_bind(b->e), 0);
	engine_prepare(b->e);
	b->s = (struct stage){.e = b->e, .side = {LEFT, RIGHT}};
}

static void close_stage(struct bench *b)
{
	stage_free(&b->s);
	engine_close(b->e);
	run_close(&b->run);
}

/* Some pairs are far better than all others. */
static void make_edges(struct bench *b, uint64_t *s)
{
	uint32_t dense = 1 + random_of(s) % 3, far = 200 + random_of(s) % 1800, shift = random_of(s);

	b->s.edges.p = ENGINE_NEW(b->e, EDGES, struct edge);
	assert_non_null(b->s.edges.p);
	for (uint32_t l = 0; l < ROWS; l++)
		for (uint32_t r = 0; r < ROWS; r++) {
			bool good = (l + shift) % ROWS == r && random_of(s) % 8 > 0;
			int32_t w = (int32_t)(random_of(s) % 300) + (good ? (int32_t)far : 0);
			if (random_of(s) % 4 < dense || good)
				b->s.edges.p[b->s.edges.n++] = (struct edge){.l = l, .r = r, .w = w};
		}
}

/* The best total of edges i and on, rows of a set left out; edge `without` is forbidden. */
static int64_t best_from(const struct stage *s, size_t i, uint32_t left, uint32_t right, size_t without)
{
	while (i < s->edges.n && ((left >> s->edges.p[i].l & 1) != 0 ||
					 (right >> s->edges.p[i].r & 1) != 0 || i == without))
		i++;
	if (i == s->edges.n)
		return 0;
	const struct edge *edge = &s->edges.p[i];
	int64_t with = stage_value(s, edge->w) +
		best_from(s, i + 1, left | 1u << edge->l, right | 1u << edge->r, without);
	int64_t other = best_from(s, i + 1, left, right, without);
	return MAX(with, other);
}

static uint32_t check_choice(const char *label, const struct stage *s)
{
	int64_t best = best_from(s, 0, 0, 0, SIZE_MAX), total = 0;
	uint32_t settled = 0;

	for (size_t i = 0; i < s->edges.n; i++) {
		const struct verdict *v = &s->verdict[i];
		total += (int64_t)v->flow * stage_value(s, s->edges.p[i].w);
		settled += s->alone[i] == EDGE_SETTLED && v->flow > 0;
		if (v->flow == 0 || (v->flags & VERDICT_BULK) != 0)
			continue;
		int64_t lost = best - best_from(s, 0, 0, 0, i);
		CHECK("proved", (v->flags & VERDICT_UNPROVED) == 0);
		CHECK_INT(label, v->margin, MIN(lost, (int64_t)MATCH_MARGIN_CAP));
	}
	CHECK_INT(label, total, best);
	return settled;
}

/* What is said of each pair without its component is what all ways of pairing say. */
static void check_confidence(const char *label, const struct stage *s)
{
	for (size_t i = 0; i < s->edges.n; i++) {
		const struct edge *edge = &s->edges.p[i];
		double odds = num_pow2(&s->e->num, edge->w + s->prior);
		if (s->alone[i] != EDGE_SETTLED)
			continue;
		CHECK(label, s->verdict[i].confidence <= num_ppm(odds / (1 + odds)));
		CHECK(label, s->verdict[i].flow > 0 ? s->verdict[i].confidence > 980000 :
			s->verdict[i].confidence < 8000);
	}
}

/* Sums over all ways of pairing: what each pair's ways weigh, and what all of them do. */
struct ways {
	const struct stage *s;
	double odds[EDGES], with[EDGES], all;
	uint32_t taken[ROWS]; /* edges of the way at hand */
	uint32_t ntaken;
};

static void walk_ways(struct ways *w, size_t i, uint32_t left, uint32_t right, double weight)
{
	const struct stage *s = w->s;

	while (i < s->edges.n && ((left >> s->edges.p[i].l & 1) != 0 ||
					 (right >> s->edges.p[i].r & 1) != 0))
		i++;
	if (i == s->edges.n) {
		w->all += weight;
		for (uint32_t k = 0; k < w->ntaken; k++)
			w->with[w->taken[k]] += weight;
		return;
	}
	const struct edge *edge = &s->edges.p[i];
	w->taken[w->ntaken++] = (uint32_t)i;
	walk_ways(w, i + 1, left | 1u << edge->l, right | 1u << edge->r, weight * w->odds[i]);
	w->ntaken--;
	walk_ways(w, i + 1, left, right, weight);
}

/* Belief propagation on all pairs of the stage, as a component too large to be counted out has it,
 * with what the margin allows. */
static void propagate(const struct stage *s, const double *odds, double *ret)
{
	struct assign_edge edge[EDGES];
	uint32_t one[ROWS], flow[EDGES], margin[EDGES];
	struct assign a = {.nl = ROWS, .nr = ROWS, .ne = (uint32_t)s->edges.n, .lcap = one,
		.rcap = one, .edge = edge, .flow = flow, .margin = margin,
		.margin_cap = MATCH_MARGIN_CAP};
	struct marginal_work *w = marginal_work_new();
	struct assign_work *work = assign_work_new();

	assert_non_null(w);
	assert_non_null(work);
	for (uint32_t i = 0; i < ROWS; i++)
		one[i] = 1;
	for (uint32_t i = 0; i < a.ne; i++)
		edge[i] = (struct assign_edge){s->edges.p[i].l, s->edges.p[i].r,
			stage_value(s, s->edges.p[i].w)};
	assert_true(assign_solve(work, &a));
	assert_true(marginal_run(w, &a, odds, ret));
	for (uint32_t i = 0; i < a.ne; i++)
		if (flow[i] > 0)
			ret[i] = component_no_surer(s->e, ret[i], margin[i]);
	marginal_work_free(&w);
	assign_work_free(&work);
}

/* How far what is stated of pairs is from what all ways of pairing say, and how far belief propagation
 * on the whole stage is. */
enum decided { SETTLED, COUNTED, LARGER, DECIDED };

struct errors {
	double stated[DECIDED], propagated[DECIDED];
};

static void note_error(double *most, double p, double truth)
{
	double error = p > truth ? p - truth : truth - p;

	*most = MAX(*most, error);
}

#define COUNTED_EDGES 12u /* components of so many are always counted out */

static void note_errors(const struct stage *s, struct errors *to)
{
	struct ways w = {.s = s};
	enum decided how[EDGES] = {SETTLED};
	double p[EDGES];

	for (size_t i = 0; i < s->edges.n; i++)
		w.odds[i] = num_pow2(&s->e->num, s->edges.p[i].w + s->prior);
	walk_ways(&w, 0, 0, 0, 1);
	propagate(s, w.odds, p);
	for (uint32_t c = 0; c < s->comp.n; c++)
		for (uint32_t k = s->comp.first[c]; k < s->comp.first[c + 1]; k++)
			how[s->comp.edge[k]] = s->comp.first[c + 1] - s->comp.first[c] >
				COUNTED_EDGES ? LARGER : COUNTED;
	for (size_t i = 0; i < s->edges.n; i++) {
		if (s->alone[i] == EDGE_ALONE || (s->verdict[i].flags & VERDICT_BULK) != 0)
			continue;
		note_error(&to->stated[how[i]], s->verdict[i].confidence / 1e6, w.with[i] / w.all);
		note_error(&to->propagated[how[i]], p[i], w.with[i] / w.all);
	}
}

/* What is decided without a component, or counted out in a small one, is what is true of the whole stage
 * to within the rounding; belief propagation on the whole stage is not. */
static void check_errors(const struct errors *e)
{
	CHECK("settled", e->stated[SETTLED] < 1e-5);
	CHECK("counted out", e->stated[COUNTED] < 2e-6);
	/* Among all cases there is one that shows it. */
	CHECK("propagated instead", CASES < CASES_ALL || e->propagated[COUNTED] > 0.02);
	CHECK("larger components are propagated as ever",
		e->stated[LARGER] <= e->propagated[LARGER] + 1e-5);
}

static void test_settled(void **state)
{
	uint32_t settled = 0;
	uint64_t seed = 378;
	struct errors errors = {{0}, {0}};

	(void)state;
	for (uint32_t i = 0; i < CASES; i++) {
		struct bench b;
		char label[32];
		snprintf(label, sizeof(label), "case %u", i);
		open_stage(&b);
		make_edges(&b, &seed);
		stage_assign(&b.s);
		CHECK(label, engine_ok(b.e));
		settled += check_choice(label, &b.s);
		check_confidence(label, &b.s);
		note_errors(&b.s, &errors);
		close_stage(&b);
	}
	CHECK("many are settled", settled > CASES);
	check_errors(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
