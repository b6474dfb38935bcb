/*
 * Rows of one side probe the index of the other, chunk by chunk on all threads, and what they find is
 * put in the order of the rows.
 *
 * Budgets are per row and counted in pairs, so what they cut does not depend on threads; everything
 * that is cut is counted in the pass's not_searched.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "match/block.h"

#define ROW_EDGES_PRUNE 1024u /* so many of one row are cut back on the way */

struct probe {
	struct plan *p;
	struct metric *m;
	VECTOR(struct edge) edges;
	size_t row_first; /* first edge of the row at hand */
	bool full;        /* it has its best ones, of which `last` is the least */
	struct edge last;
	uint64_t pairs, cut;
	uint32_t left;    /* of the row's budget */
	uint32_t block;   /* whose rows were asked for up to here, and how far */
	uint32_t places, values;
};

static int by_right(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->r < y->r ? -1 : x->r > y->r;
}

static int by_weight(const void *a, const void *b, void *arg)
{
	const struct edge *x = a, *y = b;

	return pairs_order(x->w, x->r, y->w, y->r, arg);
}

/* Drops doubles of the row at hand, keeps the best ones. */
static void prune_row(struct probe *q)
{
	struct plan *p = q->p;
	struct edge *edge = q->edges.p + q->row_first;
	size_t n = q->edges.n - q->row_first, kept = 0;

	qsort(edge, n, sizeof(*edge), by_right);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || edge[i].r != edge[kept - 1].r)
			edge[kept++] = edge[i];
	if (kept > ROW_EDGES_MAX && p->sa != p->sb) {
		qsort_r(edge, kept, sizeof(*edge), by_weight, p->e->row_hash[p->sb]);
		q->cut += kept - ROW_EDGES_MAX;
		kept = ROW_EDGES_MAX;
		q->full = true;
		q->last = edge[kept - 1];
	}
	q->edges.n = q->row_first + kept;
}

/* Sorts the row's edges by their other end. */
static void finish_row(struct probe *q)
{
	if (q->edges.n - q->row_first < 2)
		return;
	prune_row(q);
	if (q->full)
		qsort(q->edges.p + q->row_first, q->edges.n - q->row_first, sizeof(*q->edges.p),
			by_right);
}

static void try_pair(struct probe *q, uint32_t a, uint32_t b)
{
	struct plan *p = q->p;
	struct engine *e = p->e;

	if (p->sa == p->sb && b <= a)
		return;
	if (p->currencies && e->currency[p->sa][a] != e->currency[p->sb][b])
		return;
	if (!test_branch(e, q->m, p->branch, p->sa, a, p->sb, b, p->skip))
		return;
	struct edge edge = {.l = a, .r = b, .pass = p->pass_no};
	edge.w = score_pair(e, q->m, p->pass, (struct pair){p->sa, p->sb, a, b});
	if (p->learn && edge.w < p->least)
		return;
	if (q->full && by_weight(&edge, &q->last, e->row_hash[p->sb]) > 0) {
		q->cut++;
		return;
	}
	if (ENGINE_PUSH(e, &q->edges, edge) && q->edges.n - q->row_first >= ROW_EDGES_PRUNE)
		prune_row(q);
}

static uint32_t lower_bound(const struct entry *entry, uint32_t n, int64_t value)
{
	uint32_t low = 0, high = n;

	if (n <= 8) {
		while (low < n && entry[low].value < value)
			low++;
		return low;
	}
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (entry[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void probe_chain(struct probe *q, uint32_t a, uint32_t id, struct test_bounds bounds)
{
	const struct plan *p = q->p;
	int64_t value = 0;

	for (uint32_t b = p->head[id]; b != NO_ROW; b = p->next[b]) {
		if (!index_value(p, p->sb, b, &value) ||
			(p->band != NULL && (value < bounds.low || value > bounds.high)))
			continue;
		q->pairs++;
		try_pair(q, a, b);
	}
}

#define ENTRIES_AHEAD 12u

/* Left rows come in the order of the band, as the entries of their block do: those behind entry i are
 * what comes next. */
static void fetch_behind(struct probe *q, uint32_t id, uint32_t i, uint32_t n)
{
	const struct plan *p = q->p;
	const struct entry *entry = p->entry + p->first[id];

	if (q->block != id) {
		q->block = id;
		q->places = q->values = 0;
	}
	for (q->places = MAX(q->places, i); q->places < MIN(i + 2 * ENTRIES_AHEAD, n); q->places++)
		score_fetch_places(p->e, p->sb, entry[q->places].row);
	for (q->values = MAX(q->values, i); q->values < MIN(i + ENTRIES_AHEAD, n); q->values++)
		score_fetch_values(p->e, p->sb, entry[q->values].row);
}

static void probe_block(struct probe *q, uint32_t a, uint32_t id, struct test_bounds bounds)
{
	const struct plan *p = q->p;
	const struct entry *entry = p->entry + p->first[id];
	uint32_t n = p->first[id + 1] - p->first[id];
	uint32_t i = p->band == NULL ? 0 : lower_bound(entry, n, bounds.low);

	for (; i < n && (p->band == NULL || entry[i].value <= bounds.high); i++) {
		if (q->left == 0) {
			q->cut += n - i;
			return;
		}
		q->left--;
		q->pairs++;
		try_pair(q, a, entry[i].row);
	}
	if (p->order != NULL)
		fetch_behind(q, id, i, n);
}

/* What band values of side b a row of side a may meet; false: none, its own value is missing. */
static bool band_bounds(const struct plan *p, uint32_t a, struct test_bounds *ret)
{
	int64_t value = 0;

	*ret = (struct test_bounds){INT64_MIN, INT64_MAX};
	if (p->band == NULL)
		return true;
	if (!index_value(p, p->sa, a, &value))
		return false;
	if (p->band->op == RULES_OP_RATE && p->band->rates != UINT32_MAX)
		return test_rate_bounds(p->e, p->band, p->sa, a, ret);
	if (p->band->op == RULES_OP_DAYS)
		*ret = (struct test_bounds){value + p->band->low, value + p->band->high};
	else
		*ret = test_numeric_bounds(
			p->band, value, test_exponent(p->e, p->band, p->sa, a));
	return true;
}

static void probe_days(struct probe *q, uint32_t a, struct test_bounds bounds)
{
	const struct plan *p = q->p;
	int64_t id = p->id[0][a];

	if (id == 0)
		return;
	int64_t low = MAX(id + p->days->low, 1), high = MIN(id + p->days->high, (int64_t)p->nids - 1);
	for (int64_t day = low; day <= high; day++)
		probe_block(q, a, (uint32_t)day, bounds);
}

static void probe_row(struct probe *q, uint32_t a)
{
	const struct plan *p = q->p;
	struct test_bounds bounds;
	uint32_t keys[KEYS_MAX];

	if (!index_takes(p, p->sa, a) || !band_bounds(p, a, &bounds))
		return;
	q->row_first = q->edges.n;
	q->full = false;
	q->left = p->row_pairs;
	if (p->head != NULL) {
		if (p->id[0][a] != 0)
			probe_chain(q, a, p->id[0][a], bounds);
	} else if (p->keys == KEYS_DAYS) {
		probe_days(q, a, bounds);
	} else {
		uint32_t n = index_keys(p, 0, a, keys);
		for (uint32_t k = 0; k < n; k++)
			probe_block(q, a, keys[k], bounds);
	}
	finish_row(q);
}

/* What the first pair of a row is compared by. */
static void fetch_pair(const struct plan *p, uint32_t a)
{
	const struct engine *e = p->e;
	uint32_t b = p->head[p->id[0][a]];

	if (b == NO_ROW)
		return;
	__builtin_prefetch(&p->next[b]);
	for (uint32_t i = 0; i < e->ncompared; i++) {
		const struct field *f = &e->f[e->compared[i]];
		if (f == p->by || f->id[p->sa] == NULL || f->id[p->sb] == NULL)
			continue;
		__builtin_prefetch(&f->id[p->sb][b]);
		if (f->v[p->sb].i32 != NULL)
			__builtin_prefetch(&f->v[p->sb].i32[b]);
	}
}

#define ORDER_AHEAD 4u
#define FETCHED_MAX 16u /* of the first rows of a block */

/* A row further on in the order, if it is the first of its block; NO_ROW otherwise. */
static uint32_t block_ahead(const struct plan *p, uint32_t i, uint32_t end)
{
	uint32_t id = i < end ? p->id[0][p->order[i]] : 0;

	return i >= end || (i > 0 && p->id[0][p->order[i - 1]] == id) ? NO_ROW : id;
}

/* In order, left rows of a block follow each other: what the next blocks are compared by is asked for
 * in steps, each when what the one before it asked for is there. */
static void fetch_ordered(const struct plan *p, uint32_t i, uint32_t end)
{
	const uint32_t ahead[] = {i + ORDER_AHEAD, i + 2 * ORDER_AHEAD, i + 3 * ORDER_AHEAD,
		i + 4 * ORDER_AHEAD, i + 5 * ORDER_AHEAD};
	uint32_t id;

	if (ahead[4] < end)
		__builtin_prefetch(&p->id[0][p->order[ahead[4]]]);
	if (ahead[3] < end) {
		__builtin_prefetch(&p->first[p->id[0][p->order[ahead[3]]]]);
		score_fetch_places(p->e, p->sa, p->order[ahead[3]]);
	}
	if (ahead[2] < end)
		score_fetch_values(p->e, p->sa, p->order[ahead[2]]);
	if ((id = block_ahead(p, ahead[2], end)) != NO_ROW)
		__builtin_prefetch(&p->entry[p->first[id]]);
	if ((id = block_ahead(p, ahead[1], end)) != NO_ROW)
		for (uint32_t k = p->first[id]; k < MIN(p->first[id + 1], p->first[id] + FETCHED_MAX); k++)
			score_fetch_places(p->e, p->sb, p->entry[k].row);
	if ((id = block_ahead(p, ahead[0], end)) != NO_ROW)
		for (uint32_t k = p->first[id]; k < MIN(p->first[id + 1], p->first[id] + FETCHED_MAX); k++)
			score_fetch_values(p->e, p->sb, p->entry[k].row);
}

static inline void fetch_probes(const struct plan *p, uint32_t a, uint32_t end)
{
	if (p->order != NULL)
		fetch_ordered(p, a, end);
	if (p->head == NULL)
		return;
	block_fetch(p, 0, a + 2 * BLOCK_AHEAD);
	if (a + BLOCK_AHEAD < end)
		fetch_pair(p, a + BLOCK_AHEAD);
}

/* Rows that are probed. */
static uint32_t probes(const struct plan *p)
{
	return p->order != NULL ? p->norder : p->e->n[p->sa];
}

static void probe_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct plan *p = arg;
	struct probe q = {.p = p, .m = engine_metric(e, thread)};
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, probes(p));

	q.edges.p = ENGINE_NEW(e, CHUNK_ROWS, struct edge);
	q.edges.cap = q.edges.p == NULL ? 0 : CHUNK_ROWS;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end && engine_ok(e); i++) {
		uint32_t a = p->order != NULL ? p->order[i] : i;
		size_t before = q.edges.n;
		fetch_probes(p, i, end);
		probe_row(&q, a);
		if (p->order != NULL) {
			p->row_at[a] = (uint32_t)before;
			p->row_n[a] = (uint32_t)(q.edges.n - before);
		}
		if ((i & 255) == 0 && e->opt->cancel != NULL && atomic_load(e->opt->cancel))
			engine_fail(e, E_CANCELLED);
	}
	p->chunk_edges[chunk] = q.edges.p;
	p->chunk_n[chunk] = (uint32_t)q.edges.n;
	atomic_fetch_add(&p->pairs, q.pairs);
	atomic_fetch_add(&p->cut, q.cut);
}

struct gathering {
	struct plan *p;
	struct edge *to;
	size_t *at; /* per chunk; with an order per row */
};

static void gather_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct gathering *g = arg;
	const struct plan *p = g->p;
	const struct edge *from = p->chunk_edges[chunk];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, probes(p));

	(void)thread;
	if (p->order == NULL && p->chunk_n[chunk] > 0)
		memcpy(g->to + g->at[chunk], from, p->chunk_n[chunk] * sizeof(*from));
	for (uint32_t i = chunk * CHUNK_ROWS; p->order != NULL && i < end; i++) {
		uint32_t a = p->order[i];
		if (p->row_n[a] > 0)
			memcpy(g->to + g->at[a], from + p->row_at[a], p->row_n[a] * sizeof(*from));
	}
	engine_free(e, from);
	p->chunk_edges[chunk] = NULL;
}

/* Edges of all chunks behind those that are there, in order of their left rows. */
static void gather(struct plan *p, struct edges *ret)
{
	struct engine *e = p->e;
	uint32_t n = chunks(probes(p)), parts = p->order != NULL ? e->n[p->sa] : n;
	const uint32_t *count = p->order != NULL ? p->row_n : p->chunk_n;
	struct gathering g = {.p = p, .at = ENGINE_NEW(e, (size_t)parts + 1, size_t)};
	size_t total = ret->n;

	for (uint32_t c = 0; c < parts && engine_ok(e); c++) {
		g.at[c] = total;
		total += count[c];
	}
	if (total >= UINT32_MAX)
		engine_fail(e, E_LIMIT);
	g.to = engine_ok(e) ? ENGINE_NEW(e, total + 1, struct edge) : NULL;
	if (g.to != NULL && ret->n > 0)
		memcpy(g.to, ret->p, ret->n * sizeof(*g.to));
	if (g.to != NULL)
		par_for(e, n, gather_chunk, &g);
	for (uint32_t c = 0; c < n; c++)
		engine_free(e, p->chunk_edges[c]); /* what a failure left */
	engine_free(e, g.at);
	engine_free(e, ret->p);
	ret->p = g.to;
	ret->n = g.to == NULL ? 0 : total;
}

/* Can a row get more edges than are kept? Then which ones are kept is decided by content. */
static bool may_overflow(const struct plan *p)
{
	if (p->keys == KEYS_DAYS || p->keys == KEYS_WORDS)
		return true;
	assert(p->first != NULL); /* or index_make() had failed */
	for (uint32_t id = 0; id < p->nids; id++)
		if (p->first[id + 1] - p->first[id] > ROW_EDGES_MAX)
			return true;
	return false;
}

void probe_all(struct plan *p, struct edges *ret)
{
	struct engine *e = p->e;

	if (p->head == NULL && may_overflow(p))
		intern_row_hashes(e);
	uint32_t n = chunks(probes(p));
	p->chunk_edges = ENGINE_ZNEW(e, n + 1, struct edge *);
	p->chunk_n = ENGINE_ZNEW(e, n + 1, uint32_t);
	if (engine_ok(e))
		par_for(e, n, probe_chunk, p);
	if (p->chunk_edges != NULL && p->chunk_n != NULL)
		gather(p, ret);
	engine_free(e, p->chunk_edges);
	engine_free(e, p->chunk_n);
}
