/*
 * What was not confirmed is listed with the best pairs that it might have had. Of each record a stage
 * notes no more than a result can hold, so that a record with thousands of rivals costs no more than
 * one with five; but for those of which one of several equally good ones was chosen.
 */
#include <string.h>

#include "match/stage.h"

#define AHEAD 16u

struct scored {
	uint64_t hash; /* of the other row's content */
	struct candidate c;
};

/* The best ones of a record, best first. */
struct top {
	struct scored v[RESULT_CANDIDATES_MAX];
	uint32_t n;
};

struct noting {
	struct stage *s;
	uint32_t *first; /* by right row: where its edges begin; NULL: the left side is at hand */
	uint32_t *edge;  /* edges of right rows that were not confirmed */
	uint32_t ntasks; /* of laying them out */
	struct candidate **chunk;
	uint32_t *chunk_n;
};

/* As the result orders them, see close_open.c. */
static bool is_before(const struct scored *x, const struct scored *y)
{
	if (x->c.confidence != y->c.confidence)
		return x->c.confidence > y->c.confidence;
	if (x->c.weight != y->c.weight)
		return x->c.weight > y->c.weight;
	if (x->hash != y->hash)
		return x->hash < y->hash;
	return x->c.other < y->c.other;
}

static void keep(struct top *t, const struct scored *x)
{
	uint32_t k = t->n;

	if (k == RESULT_CANDIDATES_MAX && !is_before(x, &t->v[k - 1]))
		return;
	if (k < RESULT_CANDIDATES_MAX)
		t->n++;
	else
		k--;
	for (; k > 0 && is_before(x, &t->v[k - 1]); k--)
		t->v[k] = t->v[k - 1];
	t->v[k] = *x;
}

static struct scored scored_of(const struct stage *s, size_t i, int side)
{
	const struct engine *e = s->e;
	const struct edge *edge = &s->edges.p[i];
	uint32_t other = side == LEFT ? edge->r : edge->l;

	return (struct scored){.hash = e->row_hash[1 - side][other],
		.c = {.side = (uint8_t)side, .row = side == LEFT ? edge->l : edge->r, .other = other,
			.weight = edge->w + s->prior, .pass = edge->pass,
			.confidence = stage_stated(e, s->verdict[i].confidence)}};
}

static void keep_row(
	struct noting *t, uint32_t chunk, const uint32_t *edge, size_t first, uint32_t n, int side)
{
	struct top top = {.n = 0};
	bool all = false;

	/* What was chosen of equally good ones is shown with all that it might have been. */
	for (uint32_t k = 0; k < n && !all; k++)
		all = (t->s->verdict[edge == NULL ? first + k : edge[k]].flags & VERDICT_NEAR) != 0;
	for (uint32_t k = 0; k < n; k++) {
		struct scored x = scored_of(t->s, edge == NULL ? first + k : edge[k], side);
		if (all)
			t->chunk[chunk][t->chunk_n[chunk]++] = x.c;
		else
			keep(&top, &x);
	}
	for (uint32_t k = 0; k < top.n; k++)
		t->chunk[chunk][t->chunk_n[chunk]++] = top.v[k].c;
}

/* Edges lie by left row; a chunk has the rows that begin in it. */
static void note_left(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct noting *t = arg;
	const struct stage *s = t->s;
	const struct edge *edge = s->edges.p;
	size_t i = (size_t)chunk * CHUNK_ROWS, end = MIN(i + CHUNK_ROWS, s->edges.n), next;

	(void)thread;
	while (i > 0 && i < end && edge[i].l == edge[i - 1].l)
		i++;
	while (i < end && end < s->edges.n && edge[end].l == edge[end - 1].l)
		end++;
	t->chunk[chunk] = ENGINE_NEW(e, end - i + 1, struct candidate);
	for (; i < end && t->chunk[chunk] != NULL; i = next) {
		for (next = i + 1; next < end && edge[next].l == edge[i].l; next++)
			;
		if (e->state[LEFT][edge[i].l] != ROW_CONFIRMED)
			keep_row(t, chunk, NULL, i, (uint32_t)(next - i), LEFT);
	}
}

static void note_right(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct noting *t = arg;
	uint32_t first = chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, e->n[RIGHT]);

	(void)thread;
	t->chunk[chunk] = ENGINE_NEW(e, (size_t)t->first[end] - t->first[first] + 1, struct candidate);
	for (uint32_t r = first; r < end && t->chunk[chunk] != NULL; r++)
		keep_row(t, chunk, t->edge + t->first[r], 0, t->first[r + 1] - t->first[r], RIGHT);
}

/* Each task looks at all edges and takes those of a range of right rows, which come in no order. */
static void lay_out_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct noting *t = arg;
	const struct stage *s = t->s;
	uint32_t low = (uint32_t)((uint64_t)e->n[RIGHT] * task / t->ntasks), *at = t->first;
	uint32_t high = (uint32_t)((uint64_t)e->n[RIGHT] * (task + 1) / t->ntasks);

	(void)thread;
	for (size_t i = 0; i < s->edges.n; i++) {
		uint32_t r = s->edges.p[i].r;
		if (i + AHEAD < s->edges.n)
			__builtin_prefetch(&at[s->edges.p[i + AHEAD].r + 1], 1);
		if (r < low || r >= high || e->state[RIGHT][r] == ROW_CONFIRMED)
			continue;
		if (t->edge == NULL)
			at[r + 2]++;
		else
			t->edge[at[r + 1]++] = (uint32_t)i;
	}
}

/* Edges of each right row that was not confirmed: counted, then put in their places. */
static void lay_out(struct noting *t)
{
	struct engine *e = t->s->e;
	uint32_t *at = ENGINE_ZNEW(e, (size_t)e->n[RIGHT] + 2, uint32_t);

	t->first = at;
	t->ntasks = MIN(e->threads, 8u);
	if (at != NULL)
		par_for(e, t->ntasks, lay_out_task, t);
	if (!engine_ok(e))
		return;
	for (uint32_t r = 0; r < e->n[RIGHT]; r++)
		at[r + 2] += at[r + 1];
	t->edge = ENGINE_NEW(e, (size_t)at[e->n[RIGHT] + 1] + 1, uint32_t);
	if (t->edge != NULL)
		par_for(e, t->ntasks, lay_out_task, t);
}

/* What the chunks noted goes behind what earlier stages noted. */
static void append(struct noting *t, uint32_t nchunks)
{
	struct engine *e = t->s->e;
	size_t n = e->candidate.n, total = n;

	for (uint32_t c = 0; c < nchunks; c++)
		total += t->chunk_n[c];
	if (total > e->candidate.cap && engine_ok(e)) {
		struct candidate *more = ENGINE_NEW(e, total, struct candidate);
		if (more != NULL && n > 0)
			memcpy(more, e->candidate.p, n * sizeof(*more));
		engine_free(e, e->candidate.p);
		e->candidate.p = more;
		e->candidate.cap = more == NULL ? 0 : total;
	}
	for (uint32_t c = 0; c < nchunks; c++) {
		if (engine_ok(e) && t->chunk_n[c] > 0)
			memcpy(e->candidate.p + n, t->chunk[c],
				t->chunk_n[c] * sizeof(*e->candidate.p));
		n += t->chunk_n[c];
		engine_free(e, t->chunk[c]);
	}
	e->candidate.n = engine_ok(e) ? n : 0;
}

static void note_side(struct stage *s, int side)
{
	struct engine *e = s->e;
	uint32_t n = chunks(side == LEFT ? s->edges.n : e->n[RIGHT]);
	struct noting t = {.s = s, .chunk = ENGINE_ZNEW(e, (size_t)n + 1, struct candidate *),
		.chunk_n = ENGINE_ZNEW(e, (size_t)n + 1, uint32_t)};

	if (engine_ok(e) && side == RIGHT)
		lay_out(&t);
	if (engine_ok(e))
		par_for(e, n, side == LEFT ? note_left : note_right, &t);
	if (t.chunk != NULL && t.chunk_n != NULL)
		append(&t, n);
	engine_free(e, t.chunk);
	engine_free(e, t.chunk_n);
	engine_free(e, t.first);
	engine_free(e, t.edge);
}

static bool all_confirmed(const struct stage *s)
{
	for (size_t i = 0; i < s->edges.n; i++)
		if (s->e->state[LEFT][s->edges.p[i].l] != ROW_CONFIRMED ||
			s->e->state[RIGHT][s->edges.p[i].r] != ROW_CONFIRMED)
			return false;
	return true;
}

void candidate_note(struct stage *s)
{
	if (all_confirmed(s))
		return;
	intern_row_hashes(s->e);
	for (int side = 0; side < 2 && engine_ok(s->e); side++)
		note_side(s, side);
}
