/*
 * "k of n": where no pair of a component is better than another by a bit and not all can be had,
 * what is chosen is one answer of many equally good ones. Shown pair by pair it would be as many
 * questions as pairs, each with the same answer; so the ambiguous pairs of such a component become
 * one match, whose alternatives (close_choice.c) are what else the records lead to.
 */
#include <assert.h>
#include <stdlib.h>

#include "match/stage.h"

/* Rows of both sides that stand for members, ascending; by `end`, the end of an edge. */
struct choice {
	struct stage *s;
	const uint32_t *edges;
	uint32_t ne;
	uint32_t *row[2];
	double *p[2];  /* that the member has its partner among the members */
	uint32_t n[2];
	uint32_t pairs;
};

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_ambiguous(const struct stage *s, uint32_t edge)
{
	const struct engine *e = s->e;
	const struct verdict *v = &s->verdict[edge];
	const struct edge *at = &s->edges.p[edge];
	const struct rules_pass *pass = &e->rs->passes[at->pass];
	struct found m = stage_found(s, at, v);

	if (v->flow == 0)
		return false;
	for (int k = 0; k < 2; k++) {
		int side = s->side[k];
		uint32_t row = stage_first_open(e, side, k == 0 ? at->l : at->r);
		m.key[side] = MIN(m.key[side], row);
		m.sum[side] += row_amount(e, side, row);
	}
	return stage_status(e, pass, &m, (v->flags & VERDICT_RIVAL) != 0, at->w + s->prior) ==
		STATUS_AMBIGUOUS;
}

static bool choice_alloc(struct choice *c)
{
	for (int k = 0; k < 2; k++) {
		c->row[k] = ENGINE_NEW(c->s->e, (size_t)c->ne + 1, uint32_t);
		c->p[k] = ENGINE_ZNEW(c->s->e, (size_t)c->ne + 1, double);
	}
	return engine_ok(c->s->e);
}

static void choice_free(struct choice *c)
{
	for (int k = 0; k < 2; k++) {
		engine_free(c->s->e, c->row[k]);
		engine_free(c->s->e, c->p[k]);
	}
}

static uint32_t end_of(const struct edge *edge, int end)
{
	return end == 0 ? edge->l : edge->r;
}

/* Which rows the ambiguous pairs have, each once. */
static void gather(struct choice *c)
{
	struct stage *s = c->s;

	for (uint32_t i = 0; i < c->ne; i++) {
		if (!is_ambiguous(s, c->edges[i]))
			continue;
		for (int k = 0; k < 2; k++)
			c->row[k][c->n[k]++] = end_of(&s->edges.p[c->edges[i]], k);
		c->pairs += s->verdict[c->edges[i]].flow;
	}
	for (int k = 0; k < 2; k++) {
		uint32_t n = 0;
		if (c->n[k] > 1)
			qsort(c->row[k], c->n[k], sizeof(*c->row[k]), by_number);
		for (uint32_t i = 0; i < c->n[k]; i++)
			if (n == 0 || c->row[k][i] != c->row[k][n - 1])
				c->row[k][n++] = c->row[k][i];
		c->n[k] = n;
	}
}

static double *place_of(const struct choice *c, int end, uint32_t row)
{
	const uint32_t *at =
		bsearch(&row, c->row[end], c->n[end], sizeof(*c->row[end]), by_number);

	return at == NULL ? NULL : &c->p[end][at - c->row[end]];
}

/* Least probability of a member to have its partner among the members. */
static uint32_t confidence_of(struct choice *c)
{
	double least = 1;

	for (uint32_t i = 0; i < c->ne; i++) {
		const struct edge *edge = &c->s->edges.p[c->edges[i]];
		double *l = place_of(c, 0, edge->l), *r = place_of(c, 1, edge->r);
		if (l == NULL || r == NULL)
			continue;
		double p = (double)c->s->verdict[c->edges[i]].confidence / RULES_PPM;
		*l += p;
		*r += p;
	}
	assert(c->p[0] != NULL && c->p[1] != NULL); /* or choice_alloc() had failed */
	for (int k = 0; k < 2; k++)
		for (uint32_t i = 0; i < c->n[k]; i++)
			least = MIN(least, c->p[k][i]);
	return num_ppm(least);
}

static struct found found_of(struct choice *c)
{
	struct stage *s = c->s;
	struct found m = {.margin = RESULT_NONE, .key = {NO_ROW, NO_ROW}};
	bool first = true;

	for (uint32_t i = 0; i < c->ne; i++) {
		if (!is_ambiguous(s, c->edges[i]))
			continue;
		struct found one = stage_found(s, &s->edges.p[c->edges[i]], &s->verdict[c->edges[i]]);
		if (first)
			m = one;
		m.flags |= one.flags;
		m.weight = MIN(m.weight, one.weight);
		m.margin = m.margin == RESULT_NONE || one.margin == RESULT_NONE ?
			RESULT_NONE : MIN(m.margin, one.margin);
		first = false;
	}
	m.marginal = confidence_of(c);
	m.confidence = stage_stated(s->e, m.marginal);
	m.status = STATUS_AMBIGUOUS;
	m.flags |= RESULT_CHOICE;
	if (c->pairs > 1)
		m.kind = KIND_N_M;
	return m;
}

/* Members are taken out of play one by one, so that each of a class is another record. */
static void take_pairs(struct choice *c, struct found *m, uint32_t edge)
{
	struct stage *s = c->s;
	struct engine *e = s->e;
	struct verdict *v = &s->verdict[edge];

	for (; v->flow > 0 && engine_ok(e); v->flow--)
		for (int k = 0; k < 2; k++) {
			uint32_t rep = end_of(&s->edges.p[edge], k);
			uint32_t row = stage_first_open(e, s->side[k], rep);
			stage_member(e, m, s->side[k], row);
			stage_take(e, s->side[k], row, m->status);
		}
}

void choice_decide(struct stage *s, const uint32_t *edges, uint32_t ne)
{
	struct engine *e = s->e;
	struct choice c = {.s = s, .edges = edges, .ne = ne};
	uint32_t first = (uint32_t)e->member.n;

	if (s->side[0] != s->side[1] && choice_alloc(&c))
		gather(&c);
	if (engine_ok(e) && c.pairs > 0) {
		struct found m = found_of(&c);
		/* Whether a pair is ambiguous is asked before any is taken. */
		for (uint32_t i = 0; i < ne; i++)
			s->verdict[edges[i]].flags |= is_ambiguous(s, edges[i]) ? VERDICT_TAKEN : 0;
		for (uint32_t i = 0; i < ne; i++)
			if ((s->verdict[edges[i]].flags & VERDICT_TAKEN) != 0)
				take_pairs(&c, &m, edges[i]);
		if (engine_ok(e))
			stage_record(e, m, first);
		e->stats[m.pass].choices++;
	}
	choice_free(&c);
}
