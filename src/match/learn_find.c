/*
 * Candidates in three steps: rows that share a key; then, for records without a sure partner, rows
 * within the days and ratios that nearly all matches keep; then all pairs of what is still left. Each
 * step adds to what is there; of a record the best ones are kept.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_find.h"

#define CHUNK_LEFT 1024u
#define BLOCK_MAX 4096u
#define PRODUCT_PAIRS UINT64_C(4000000)
#define PIECE_ROWS 256u
#define ROW_KEPT 64u

struct finder {
	struct learn *n;
	enum learn_step step;
	const uint32_t *rows;
	uint32_t nrows;
	int32_t least;            /* evidence below which a pair is hopeless */
	struct learn_windows windows;
	uint32_t *stamp[ENGINE_THREADS_MAX]; /* by right row: left row + 1 */
	uint32_t *place[ENGINE_THREADS_MAX]; /* and where it is in the row's list */
	struct learn_index pieces[LEARN_COMPARISONS_MAX]; /* by comparison; instead of all pairs */
	bool by_pieces;
	struct candidates *chunk;
	atomic_ullong pairs, cut;
};

/* One row's work. */
struct probe {
	struct finder *f;
	struct metric *m;
	struct candidates *out;
	uint32_t *stamp, *place;
	size_t first;
	uint32_t l;
	uint64_t pairs, cut;
};

/* The tests of the pass decide what may be a match at all. */
static bool eligible(const struct probe *q, uint32_t r)
{
	const struct learn *n = q->f->n;
	const struct engine *e = n->e;

	if (e->currency[0] != NULL && e->currency[LEFT][q->l] != e->currency[RIGHT][r])
		return false;
	for (uint32_t b = 0; b < n->pass->when.nbranches; b++)
		if (test_branch(e, q->m, &n->pass->when.branches[b], LEFT, q->l, RIGHT, r, 0))
			return true;
	return n->pass->when.nbranches == 0;
}

static void meet(struct probe *q, uint32_t r, uint32_t bit)
{
	struct learn *n = q->f->n;

	if ((n->same && r <= q->l) || !eligible(q, r))
		return;
	if (q->stamp[r] == q->l + 1) {
		q->out->pair.p[q->place[r]].keys |= UINT32_C(1) << bit;
		return;
	}
	q->stamp[r] = q->l + 1;
	q->place[r] = (uint32_t)q->out->pair.n;
	(void)ENGINE_PUSH(n->e, &q->out->pair,
		((struct candidate_pair){.l = q->l, .r = r, .keys = UINT32_C(1) << bit}));
}

static void probe_keys(struct probe *q)
{
	const struct learn *n = q->f->n;
	uint64_t value[LEARN_VALUES_MAX];

	for (uint32_t k = 0; k < n->nkeys; k++) {
		const struct learn_index *x = &n->index[k];
		uint32_t count = learn_key_values(n, &n->key[k], LEFT, q->l, value);
		for (uint32_t v = 0; v < count; v++) {
			uint32_t first = x->first[value[v] & x->mask];
			uint32_t end = x->first[(value[v] & x->mask) + 1];
			if (end - first > BLOCK_MAX) {
				q->cut += end - first - BLOCK_MAX;
				end = first + BLOCK_MAX;
			}
			for (uint32_t i = first; i < end; i++)
				if (x->entry[i].tag == (uint32_t)(value[v] >> 32))
					meet(q, x->entry[i].row, k);
		}
	}
}

static void probe_windows(struct probe *q)
{
	const struct learn_windows *w = &q->f->windows;
	struct learn_span span[LEARN_SPANS_MAX];
	uint32_t n = learn_window_spans(q->f->n, w, q->l, span);

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = span[i].first; k < span[i].end; k++)
			meet(q, w->row[k], LEARN_BIT_WINDOW);
}

static void probe_product(struct probe *q)
{
	const struct learn_windows *w = &q->f->windows;

	for (uint32_t k = 0; k < w->n; k++)
		meet(q, w->row[k], LEARN_BIT_PRODUCT);
}

/* When all pairs are too many: those that share any piece of a text that not too many have. */
static void probe_pieces(struct probe *q)
{
	const struct learn *n = q->f->n;

	for (uint32_t i = 0; i < n->nc; i++) {
		const struct comparison *c = &n->c[i];
		const struct learn_index *x = &q->f->pieces[i];
		if (c->how != LEARN_LONG || c->dropped)
			continue;
		for (uint32_t t = c->tokens[LEFT].first[q->l]; t < c->tokens[LEFT].first[q->l + 1]; t++) {
			uint32_t b = c->tokens[LEFT].token[t] & x->mask;
			if (x->first[b + 1] - x->first[b] > PIECE_ROWS) {
				q->cut += x->first[b + 1] - x->first[b];
				continue;
			}
			for (uint32_t k = x->first[b]; k < x->first[b + 1]; k++)
				meet(q, x->entry[k].row, LEARN_BIT_PRODUCT);
		}
	}
}

/* Right rows that are left, by the pieces of their texts. */
static void index_pieces(struct finder *f, uint32_t i)
{
	struct engine *e = f->n->e;
	const struct learn_tokens *t = &f->n->c[i].tokens[RIGHT];
	struct learn_index *x = &f->pieces[i];
	uint64_t total = 0;
	uint32_t size = 1024;

	for (uint32_t k = 0; k < f->windows.n; k++)
		total += t->first[f->windows.row[k] + 1] - t->first[f->windows.row[k]];
	while (size < total && size < 1u << 24)
		size *= 2;
	x->mask = size - 1;
	x->first = ENGINE_ZNEW(e, (size_t)size + 2, uint32_t);
	x->entry = ENGINE_NEW(e, total + 1, struct learn_entry);
	if (!engine_ok(e))
		return;
	for (uint32_t k = 0; k < f->windows.n; k++)
		for (uint32_t p = t->first[f->windows.row[k]]; p < t->first[f->windows.row[k] + 1]; p++)
			x->first[(t->token[p] & x->mask) + 2]++;
	for (uint32_t b = 0; b < size; b++)
		x->first[b + 2] += x->first[b + 1];
	for (uint32_t k = 0; k < f->windows.n; k++)
		for (uint32_t p = t->first[f->windows.row[k]]; p < t->first[f->windows.row[k] + 1]; p++)
			x->entry[x->first[(t->token[p] & x->mask) + 1]++] =
				(struct learn_entry){t->token[p], f->windows.row[k]};
}

static int by_weight(const void *a, const void *b, void *arg)
{
	const struct candidate_pair *x = a, *y = b;
	const uint64_t *hash = arg;

	if (x->w != y->w)
		return x->w > y->w ? -1 : 1;
	if (hash[x->r] != hash[y->r])
		return hash[x->r] < hash[y->r] ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

static int by_right(const void *a, const void *b)
{
	const struct candidate_pair *x = a, *y = b;

	return x->r < y->r ? -1 : x->r > y->r;
}

/* Weighs what was met, and keeps what is not hopeless. */
static void finish_row(struct probe *q)
{
	struct finder *f = q->f;
	struct candidate_pair *p = q->out->pair.p + q->first;
	size_t n = q->out->pair.n - q->first, kept = 0;

	q->pairs += n;
	for (size_t i = 0; i < n; i++) {
		p[i].w = learn_weigh(f->n, q->m, p[i].l, p[i].r);
		if (p[i].w >= f->least)
			p[kept++] = p[i];
	}
	if (kept > ROW_KEPT) {
		qsort_r(p, kept, sizeof(*p), by_weight, f->n->e->row_hash[RIGHT]);
		q->cut += kept - ROW_KEPT;
		kept = ROW_KEPT;
	}
	if (kept > 1)
		qsort(p, kept, sizeof(*p), by_right);
	q->out->pair.n = q->first + kept;
}

static bool scratch(struct finder *f, unsigned thread)
{
	struct engine *e = f->n->e;

	if (f->stamp[thread] != NULL)
		return true;
	f->place[thread] = ENGINE_NEW(e, (size_t)e->n[RIGHT] + 1, uint32_t);
	f->stamp[thread] = ENGINE_ZNEW(e, (size_t)e->n[RIGHT] + 1, uint32_t);
	return f->stamp[thread] != NULL && f->place[thread] != NULL;
}

static void find_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct finder *f = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_LEFT, f->nrows);

	if (!scratch(f, thread))
		return;
	struct probe q = {.f = f, .m = engine_metric(e, thread), .out = &f->chunk[chunk],
		.stamp = f->stamp[thread], .place = f->place[thread]};
	for (uint32_t i = chunk * CHUNK_LEFT; i < end && engine_ok(e); i++) {
		q.l = f->rows[i];
		q.first = q.out->pair.n;
		if (f->step == STEP_KEYS)
			probe_keys(&q);
		else if (f->step == STEP_WINDOW)
			probe_windows(&q);
		else if (f->by_pieces)
			probe_pieces(&q);
		else
			probe_product(&q);
		finish_row(&q);
		if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
			engine_fail(e, E_CANCELLED);
	}
	atomic_fetch_add(&f->pairs, q.pairs);
	atomic_fetch_add(&f->cut, q.cut);
}

/* Two sorted lists to one; a pair of both keeps what found it either time. */
static void merge(struct finder *f, uint32_t nchunks)
{
	struct learn *n = f->n;
	struct engine *e = n->e;
	size_t more = 0, at = 0, old = 0;

	for (uint32_t c = 0; c < nchunks; c++)
		more += f->chunk[c].pair.n;
	struct candidates all = {0};
	all.pair.cap = n->cand.pair.n + more + 1;
	all.pair.p = ENGINE_NEW(e, all.pair.cap, struct candidate_pair);
	if (all.pair.p == NULL)
		return;
	for (uint32_t c = 0; c < nchunks; c++)
		for (size_t i = 0; i < f->chunk[c].pair.n; i++) {
			struct candidate_pair p = f->chunk[c].pair.p[i];
			while (old < n->cand.pair.n && (n->cand.pair.p[old].l < p.l ||
				(n->cand.pair.p[old].l == p.l && n->cand.pair.p[old].r < p.r)))
				all.pair.p[at++] = n->cand.pair.p[old++];
			if (old < n->cand.pair.n && n->cand.pair.p[old].l == p.l &&
				n->cand.pair.p[old].r == p.r)
				p.keys |= n->cand.pair.p[old++].keys;
			all.pair.p[at++] = p;
		}
	while (old < n->cand.pair.n)
		all.pair.p[at++] = n->cand.pair.p[old++];
	all.pair.n = at;
	engine_free(e, n->cand.pair.p);
	n->cand = all;
}

void learn_find(struct learn *n, const uint32_t *rows, uint32_t nrows, enum learn_step step)
{
	struct engine *e = n->e;
	uint32_t nchunks = (nrows + CHUNK_LEFT - 1) / CHUNK_LEFT;
	struct finder f = {.n = n, .step = step, .rows = rows, .nrows = nrows,
		.least = LEARN_HOPELESS - n->prior,
		.chunk = ENGINE_ZNEW(e, (size_t)nchunks + 1, struct candidates)};

	if (engine_ok(e) && step != STEP_KEYS)
		learn_windows_make(n, &f.windows, step == STEP_WINDOW);
	if (step == STEP_PRODUCT && f.windows.n * (uint64_t)nrows > PRODUCT_PAIRS) {
		n->not_searched += f.windows.n * (uint64_t)nrows;
		f.by_pieces = true;
		for (uint32_t i = 0; i < n->nc && engine_ok(e); i++)
			if (n->c[i].how == LEARN_LONG && !n->c[i].dropped)
				index_pieces(&f, i);
	}
	if (engine_ok(e))
		par_for(e, nchunks, find_chunk, &f);
	if (engine_ok(e))
		merge(&f, nchunks);
	n->pairs += f.pairs;
	n->not_searched += f.cut;
	for (uint32_t c = 0; f.chunk != NULL && c < nchunks; c++)
		engine_free(e, f.chunk[c].pair.p);
	for (unsigned t = 0; t < ENGINE_THREADS_MAX; t++) {
		engine_free(e, f.stamp[t]);
		engine_free(e, f.place[t]);
	}
	for (uint32_t i = 0; i < LEARN_COMPARISONS_MAX; i++)
		learn_index_free(e, &f.pieces[i]);
	learn_windows_free(e, &f.windows);
	engine_free(e, f.chunk);
}
