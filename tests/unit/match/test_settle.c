/*
 * Pairs that are decided without their component: on random stages, of weights far apart so that many
 * are, the choice is as good as the best of all choices, and each margin is what the best choice loses
 * when the pair is forbidden, as a search through all choices tells.
 */
#include "match/stage.h"
#include "unit/match/scene.h"

#define ROWS 6u
#define EDGES (ROWS * ROWS)
#define CASES 1500u

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

static void test_settled(void **state)
{
	uint32_t settled = 0;
	uint64_t seed = 378;

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
		close_stage(&b);
	}
	CHECK("many are settled", settled > CASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
