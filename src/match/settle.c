/*
 * Pairs that nothing can part: better than all else that their two ends could have, together. They
 * are decided here, what they beat drops out, and what is left of a stage's pairs falls into small
 * components.
 *
 * Let v be the worth of a pair whose ends are two records, a and b the best other worth at its ends,
 * and v > a + b. Whatever set of pairs lacks it becomes better when it is put in and what stands in
 * its way is taken out; so it is in every optimum, also in every optimum without some other pair.
 * Therefore two such pairs are never given up for one between them: that one is beaten. And when such
 * a pair is forbidden, its ends are left alone or go to records that are in no such pair; where they
 * have no edges to any, the margin of the pair is its worth. Otherwise it stays in the game, with its
 * edges to such records only, and all margins are what they were.
 *
 * The confidence of what is decided here leaves out that a beaten pair might be the true one: with GAP
 * bits between the pairs its odds are about 2^-GAP of theirs. On random stages what is stated differs by
 * less than 10^-5 from what all ways of pairing the whole stage say, and so do the confidences of the
 * small components that are left, which belief propagation on the whole misses by some hundredths
 * (test_settle.c).
 */
#include <string.h>

#include "match/stage.h"

#define GAP (8 * RULES_BIT)
#define GAP_ODDS 256
#define AHEAD 16u

struct settling {
	struct stage *s;
	uint8_t *taken[2]; /* rows that are in a pair that nothing can part: TAKEN, OPEN_END */
	atomic_uint left;  /* edges that are still undecided */
};

enum { FREE, TAKEN, OPEN_END /* and have an edge to a row that is in none */ };

/* ---- what wants a row ---- */

struct noting {
	struct stage *s;
	uint32_t ntasks;
};

static inline void note(struct wanted *x, int32_t w)
{
	x->n++;
	if (w > x->best) {
		x->second = x->best;
		x->best = w;
	} else if (w > x->second) {
		x->second = w;
	}
}

/* All edges are looked at, those of other ranges passed over: rows in no order are what costs. */
static void note_right(const struct noting *t, uint32_t task)
{
	const struct stage *s = t->s;
	struct wanted *to = s->wanted[1];
	uint64_t n = s->e->n[s->side[1]];
	uint32_t low = (uint32_t)(n * task / t->ntasks), high = (uint32_t)(n * (task + 1) / t->ntasks);

	for (uint32_t r = low; r < high; r++)
		to[r] = (struct wanted){INT32_MIN, INT32_MIN, 0};
	for (size_t i = 0; i < s->edges.n; i++) {
		uint32_t r = s->edges.p[i].r;
		if (i + AHEAD < s->edges.n)
			__builtin_prefetch(&to[s->edges.p[i + AHEAD].r], 1);
		if (r >= low && r < high)
			note(&to[r], s->edges.p[i].w);
	}
}

static void note_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct noting *t = arg;
	const struct stage *s = t->s;

	(void)e;
	(void)thread;
	if (task < t->ntasks) {
		note_right(t, task);
		return;
	}
	for (uint32_t l = 0; l < s->e->n[s->side[0]]; l++)
		s->wanted[0][l] = (struct wanted){INT32_MIN, INT32_MIN, 0};
	for (size_t i = 0; i < s->edges.n; i++)
		note(&s->wanted[0][s->edges.p[i].l], s->edges.p[i].w);
}

void settle_wanted(struct stage *s)
{
	struct engine *e = s->e;
	struct noting t = {s, MIN(e->threads, 8u)};

	for (int k = 0; k < 2 && engine_ok(e); k++)
		if (s->wanted[k] == NULL)
			s->wanted[k] =
				ENGINE_NEW(e, (size_t)e->n[s->side[k]] + 1, struct wanted);
	if (engine_ok(e))
		par_for(e, t.ntasks + 1, note_task, &t);
}

/* ---- settling ---- */

static int32_t other_worth(const struct stage *s, const struct wanted *x, int32_t w)
{
	int32_t other = w == x->best ? x->second : x->best;

	return other == INT32_MIN ? 0 : stage_value(s, other);
}

static void take_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct settling *t = arg;
	struct stage *s = t->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);

	(void)thread;
	for (size_t i = first; i < end; i++) {
		const struct edge *edge = &s->edges.p[i];
		if (i + AHEAD < end)
			__builtin_prefetch(&s->wanted[1][s->edges.p[i + AHEAD].r]);
		if (s->alone[i] != EDGE_RIVALS || edge->w != s->wanted[0][edge->l].best ||
			row_cap(e, s->side[0], edge->l) != 1 ||
			row_cap(e, s->side[1], edge->r) != 1)
			continue;
		int32_t others = other_worth(s, &s->wanted[0][edge->l], edge->w) +
			other_worth(s, &s->wanted[1][edge->r], edge->w);
		if (stage_value(s, edge->w) - others < GAP)
			continue;
		s->alone[i] = EDGE_SETTLED;
		t->taken[0][edge->l] = t->taken[1][edge->r] = TAKEN;
	}
}

/* Ends are opened by any thread while others look; whether a row is taken stays the same. */
static bool is_taken(const uint8_t *row)
{
	return __atomic_load_n(row, __ATOMIC_RELAXED) != FREE;
}

static void open_end(uint8_t *row)
{
	__atomic_store_n(row, OPEN_END, __ATOMIC_RELAXED);
}

static double odds_of(const struct stage *s, int32_t w)
{
	return num_pow2(&s->e->num, w + s->prior);
}

/* What wants two rows that have their partners: as likely as both of those are not. */
static struct verdict beaten(const struct stage *s, const struct edge *edge)
{
	double odds = odds_of(s, edge->w) / (1 + odds_of(s, s->wanted[0][edge->l].best)) /
		(1 + odds_of(s, s->wanted[1][edge->r].best));

	return (struct verdict){.confidence = num_ppm(odds / (1 + odds)), .flags = VERDICT_RIVAL};
}

static void beat_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct settling *t = arg;
	struct stage *s = t->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);
	uint32_t left = 0;

	(void)e;
	(void)thread;
	for (size_t i = first; i < end; i++) {
		const struct edge *edge = &s->edges.p[i];
		if (i + AHEAD < end)
			__builtin_prefetch(&t->taken[1][s->edges.p[i + AHEAD].r]);
		if (s->alone[i] != EDGE_RIVALS)
			continue;
		uint8_t *l = &t->taken[0][edge->l], *r = &t->taken[1][edge->r];
		bool own = is_taken(l), other = is_taken(r);
		if (own && other) {
			s->alone[i] = EDGE_SETTLED;
			s->verdict[i] = beaten(s, edge);
			continue;
		}
		left++;
		if (own)
			open_end(l);
		else if (other)
			open_end(r);
	}
	atomic_fetch_add(&t->left, left);
}

/* Each rival has odds of 1 / GAP_ODDS at most once its other end has a partner. */
static struct verdict settled(const struct stage *s, const struct edge *edge)
{
	double odds = odds_of(s, edge->w), free = 1;
	int32_t v = stage_value(s, edge->w);

	free *= 1 + (s->wanted[0][edge->l].n - 1) / (double)GAP_ODDS;
	free *= 1 + (s->wanted[1][edge->r].n - 1) / (double)GAP_ODDS;
	return (struct verdict){.flow = 1, .confidence = num_ppm(odds / (odds + free)),
		.margin = (uint16_t)MIN(v, (int32_t)MATCH_MARGIN_CAP), .flags = VERDICT_RIVAL};
}

static void settle_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct settling *t = arg;
	struct stage *s = t->s;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);
	uint32_t left = 0;

	(void)e;
	(void)thread;
	for (size_t i = first; i < end; i++) {
		const struct edge *edge = &s->edges.p[i];
		/* Of the settled ones only those that took their rows have the best weight of both. */
		if (s->alone[i] != EDGE_SETTLED || edge->w != s->wanted[0][edge->l].best ||
			edge->w != s->wanted[1][edge->r].best)
			continue;
		if (t->taken[0][edge->l] == TAKEN && t->taken[1][edge->r] == TAKEN) {
			s->verdict[i] = settled(s, edge);
		} else {
			s->alone[i] = EDGE_RIVALS;
			left++;
		}
	}
	atomic_fetch_add(&t->left, left);
}

void settle_pairs(struct stage *s)
{
	struct engine *e = s->e;
	struct settling t = {.s = s};
	uint32_t n = chunks(s->edges.n);

	if (s->nrivals == 0 || s->groups.group.n > 0 || s->choose != RULES_CHOOSE_WEIGHT)
		return;
	for (int k = 0; k < 2; k++)
		t.taken[k] = ENGINE_ZNEW(e, (size_t)e->n[s->side[k]] + 1, uint8_t);
	if (engine_ok(e))
		par_for(e, n, take_chunk, &t);
	if (engine_ok(e))
		par_for(e, n, beat_chunk, &t);
	if (engine_ok(e))
		par_for(e, n, settle_chunk, &t);
	s->nrivals = t.left;
	for (int k = 0; k < 2; k++)
		engine_free(e, t.taken[k]);
}
