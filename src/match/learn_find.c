/*
 * Candidates in three steps: rows that share a key; then, for records without a sure partner, rows
 * within the days and ratios that nearly all matches keep; then all pairs of what is still left. Where
 * windows or what is left hold too many pairs, those of them that share a piece of a text. Each step
 * adds to what is there; of a record the best ones are kept.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_find.h"

#define CHUNK_LEFT 1024u
#define BLOCK_MAX 4096u
#define WINDOW_PAIRS UINT64_C(4000000)
#define PRODUCT_PAIRS UINT64_C(4000000)
#define ROW_KEPT 64u
#define SORT_BY_HAND 32u

struct finder {
	struct learn *n;
	enum learn_step step;
	const uint32_t *rows;
	uint32_t nrows;
	int32_t least;            /* evidence below which a pair is hopeless */
	struct learn_windows windows;
	struct learn_join join;   /* instead of windows or all pairs */
	bool joined;
	struct candidates *chunk;
	atomic_ullong pairs, cut;
};

/* A right row that was met, and by which keys. */
struct hit {
	uint32_t r, keys;
	bool within;   /* the windows of the model */
};

struct block {
	uint32_t first, end, tag;
	uint32_t key;
};

/* Blocks of rows to come are asked for before they are looked at: they lie anywhere. */
#define AHEAD 2u
struct ahead {
	uint32_t n;
	struct block block[LEARN_KEYS_MAX * LEARN_VALUES_MAX];
};

/* One row's work. */
struct probe {
	struct finder *f;
	struct metric *m;
	struct candidates *out;
	VECTOR(struct hit) hit;
	struct learn_bounds bounds, window;
	struct learn_set *set;
	struct ahead *ahead; /* AHEAD + 1 in turn */
	uint32_t l, number;  /* number: in finder.rows */
	uint64_t pairs, cut;
};

/* ---- meeting ---- */

static inline void meet(struct probe *q, uint32_t r, float amount, int32_t day, uint32_t bit)
{
	if (learn_within(q->bounds, amount, day) && !(q->f->n->same && r <= q->l))
		(void)ENGINE_PUSH(q->f->n->e, &q->hit, ((struct hit){r, UINT32_C(1) << bit,
			learn_within(q->window, amount, day)}));
}

static void probe_block(struct probe *q, struct block b)
{
	const struct learn_index *x = &q->f->n->index[b.key];

	if (b.end - b.first > BLOCK_MAX) {
		q->cut += b.end - b.first - BLOCK_MAX;
		b.end = b.first + BLOCK_MAX;
	}
	for (uint32_t i = b.first; i < b.end; i++)
		if (x->entry[i].tag == b.tag)
			meet(q, x->entry[i].row, x->entry[i].amount, x->entry[i].day, b.key);
}

/* Which buckets a row looks into. */
static void list_blocks(const struct learn *n, uint32_t l, struct ahead *to)
{
	uint64_t value[LEARN_VALUES_MAX];

	to->n = 0;
	for (uint32_t k = 0; k < n->nkeys; k++) {
		uint32_t found = learn_key_values(n, &n->key[k], LEFT, l, value);
		for (uint32_t v = 0; v < found; v++) {
			uint32_t bucket = (uint32_t)value[v] & n->index[k].mask;
			__builtin_prefetch(&n->index[k].first[bucket]);
			to->block[to->n++] = (struct block){bucket, 0, (uint32_t)(value[v] >> 32), k};
		}
	}
}

static void open_blocks(const struct learn *n, struct ahead *a)
{
	for (uint32_t i = 0; i < a->n; i++) {
		const struct learn_index *x = &n->index[a->block[i].key];
		a->block[i].end = x->first[a->block[i].first + 1];
		a->block[i].first = x->first[a->block[i].first];
		for (uint32_t k = a->block[i].first; k < MIN(a->block[i].end, a->block[i].first + 16); k += 4)
			__builtin_prefetch(&x->entry[k]);
	}
}

/* Rows from the one at hand to the last of its chunk are looked at ahead. */
static void probe_keys(struct probe *q, uint32_t first, uint32_t end)
{
	const struct finder *f = q->f;
	uint32_t i = q->number;

	for (uint32_t k = i == first ? i : i + AHEAD; k < MIN(i + AHEAD + 1, end); k++)
		list_blocks(f->n, f->rows[k], &q->ahead[k % (AHEAD + 1)]);
	for (uint32_t k = i == first ? i : i + 1; k < MIN(i + 2, end); k++)
		open_blocks(f->n, &q->ahead[k % (AHEAD + 1)]);
	const struct ahead *a = &q->ahead[i % (AHEAD + 1)];
	for (uint32_t k = 0; k < a->n; k++)
		probe_block(q, a->block[k]);
}

static void probe_windows(struct probe *q)
{
	const struct learn_windows *w = &q->f->windows;
	struct learn_span span[LEARN_SPANS_MAX];
	uint32_t n = learn_window_spans(q->f->n, w, q->l, span);

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = span[i].first; k < span[i].end; k++)
			meet(q, w->row[k], w->near_amount[k], w->near_day[k], LEARN_BIT_WINDOW);
}

static void probe_product(struct probe *q)
{
	const struct learn_windows *w = &q->f->windows;

	for (uint32_t k = 0; k < w->n; k++)
		meet(q, w->row[k], w->near_amount[k], w->near_day[k], LEARN_BIT_PRODUCT);
}

static void probe_joined(struct probe *q)
{
	const struct learn_join *j = &q->f->join;
	uint32_t bit = q->f->step == STEP_WINDOW ? LEARN_BIT_WINDOW : LEARN_BIT_PRODUCT;

	for (uint64_t i = j->first[q->number]; i < j->first[q->number + 1]; i++)
		(void)ENGINE_PUSH(
			q->f->n->e, &q->hit, ((struct hit){j->row[i], UINT32_C(1) << bit, true}));
}

/* ---- weighing ---- */

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

static int by_weight(const void *a, const void *b, void *arg)
{
	const struct candidate_pair *x = a, *y = b;

	return pairs_order(x->w, x->r, y->w, y->r, arg);
}

static int by_right(const void *a, const void *b)
{
	const struct candidate_pair *x = a, *y = b;

	return x->r < y->r ? -1 : x->r > y->r;
}

static int by_hit(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->r < y->r ? -1 : x->r > y->r;
}

static void sort_hits(struct hit *v, size_t n)
{
	if (n > SORT_BY_HAND) {
		qsort(v, n, sizeof(*v), by_hit);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct hit moving = v[i];
		size_t k = i;
		for (; k > 0 && v[k - 1].r > moving.r; k--)
			v[k] = v[k - 1];
		v[k] = moving;
	}
}

/* Candidates of one row that are weighed together: levels and log2(u) by candidate and comparison. */
#define BATCH 64u
struct batch {
	const struct candidate_pair *p;
	uint32_t n;
	uint8_t level[BATCH][LEARN_COMPARISONS_MAX];
	int32_t log_u[BATCH][LEARN_COMPARISONS_MAX];
};

static void compare_long(struct probe *q, uint32_t k, struct batch *g)
{
	const struct comparison *c = &q->f->n->c[k];
	int32_t shape = 0;

	for (uint32_t i = 0; i < g->n; i++) {
		struct learn_token_list t = learn_tokens_of(&c->tokens[RIGHT], g->p[i].r);
		__builtin_prefetch(t.p);
		__builtin_prefetch((const char *)t.p + 64);
		__builtin_prefetch(&c->tokens[RIGHT].total[g->p[i].r]);
	}
	learn_set_open(c, q->l, q->set);
	for (uint32_t i = 0; i < g->n; i++) {
		bool missing = c->f->id[LEFT][q->l] == 0 || c->f->id[RIGHT][g->p[i].r] == 0;
		g->level[i][k] = missing ? LEARN_LEVELS_MAX :
			(uint8_t)learn_set_level(c, q->set, g->p[i].r, &shape);
		g->log_u[i][k] = -shape;
	}
}

/* How many amounts and days stand at a level to the left record's is counted once for all of them. */
static void compare_plain(struct probe *q, uint32_t k, struct batch *g)
{
	const struct learn *n = q->f->n;
	const struct comparison *c = &n->c[k];
	int32_t counted[LEARN_LEVELS_MAX], shape;
	uint64_t known[LEARN_LEVELS_MAX / 64] = {0};

	for (uint32_t i = 0; i < g->n; i++) {
		unsigned level = learn_level(n, c, q->m, q->l, g->p[i].r, &shape);
		g->level[i][k] = (uint8_t)level;
		if (level >= LEARN_LEVELS_MAX)
			continue;
		if (c->how < LEARN_AMOUNT || (known[level / 64] >> level % 64 & 1) == 0) {
			counted[level] = learn_log_u(n, c, level, shape, q->l, g->p[i].r);
			known[level / 64] |= UINT64_C(1) << level % 64;
		}
		g->log_u[i][k] = counted[level];
	}
}

/* As learn_weigh() does, for candidates of one row. */
static void weigh_batch(struct probe *q, struct candidate_pair *p, uint32_t count)
{
	const struct learn *n = q->f->n;
	struct batch g;

	g.p = p;
	g.n = count;
	for (uint32_t k = 0; k < n->nc; k++) {
		if (n->c[k].dropped)
			for (uint32_t i = 0; i < count; i++)
				g.level[i][k] = LEARN_LEVELS_MAX;
		else if (n->c[k].how == LEARN_LONG)
			compare_long(q, k, &g);
		else
			compare_plain(q, k, &g);
	}
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < n->nc; k++)
			if (g.level[i][k] < LEARN_LEVELS_MAX)
				p[i].w += n->c[k].log_m[g.level[i][k]] - learn_joint_log_u(n, k,
					g.level[i], g.log_u[i][k], p[i].l, p[i].r);
}

static void weigh_row(struct probe *q, struct candidate_pair *p, size_t n)
{
	for (size_t i = 0; i < n; i += BATCH)
		weigh_batch(q, p + i, (uint32_t)MIN(n - i, BATCH));
}

/* Asks for what comparing a right row will look at. */
static void fetch_row(const struct learn *n, uint32_t r)
{
	for (uint32_t k = 0; k < n->nc; k++) {
		const struct comparison *c = &n->c[k];
		const struct vec *v = &c->f->v[RIGHT];
		__builtin_prefetch(&c->f->id[RIGHT][r]);
		if (c->how == LEARN_LONG)
			__builtin_prefetch(&c->tokens[RIGHT].first[r + r / CHUNK_ROWS]);
		else if (v->i64 != NULL)
			__builtin_prefetch(&v->i64[r]);
		else if (v->i32 != NULL)
			__builtin_prefetch(&v->i32[r]);
		else
			__builtin_prefetch(&v->off[r]);
	}
}

/* What was met, each once. Once the model is learned, what was met once only must be within its
 * windows: that is one word in common by chance. */
static void unify_hits(struct probe *q)
{
	size_t kept = 0;

	sort_hits(q->hit.p, q->hit.n);
	for (size_t i = 0, end; i < q->hit.n; i = end) {
		struct hit hit = q->hit.p[i];
		for (end = i + 1; end < q->hit.n && q->hit.p[end].r == hit.r; end++)
			hit.keys |= q->hit.p[end].keys;
		if (end == i + 1 && !hit.within && q->f->n->applied) {
			q->cut++;
			continue;
		}
		fetch_row(q->f->n, hit.r);
		q->hit.p[kept++] = hit;
	}
	q->hit.n = kept;
}

/* What was met as candidates; returns how many. */
static size_t list_candidates(struct probe *q)
{
	size_t first = q->out->pair.n;

	unify_hits(q);
	for (size_t i = 0; i < q->hit.n; i++)
		if (eligible(q, q->hit.p[i].r))
			(void)ENGINE_PUSH(q->f->n->e, &q->out->pair,
				((struct candidate_pair){.l = q->l, .r = q->hit.p[i].r,
					.keys = q->hit.p[i].keys}));
	return q->out->pair.n - first;
}

/* Weighs what was met, and keeps what is not hopeless. */
static void finish_row(struct probe *q)
{
	struct finder *f = q->f;
	size_t first = q->out->pair.n, n = list_candidates(q), kept = 0;
	struct candidate_pair *p;

	if (n == 0)
		return;
	p = q->out->pair.p + first;
	q->pairs += n;
	weigh_row(q, p, n);
	for (size_t i = 0; i < n; i++)
		if (p[i].w >= f->least)
			p[kept++] = p[i];
	if (kept > ROW_KEPT) {
		qsort_r(p, kept, sizeof(*p), by_weight, f->n->e->row_hash[RIGHT]);
		q->cut += kept - ROW_KEPT;
		kept = ROW_KEPT;
		qsort(p, kept, sizeof(*p), by_right);
	}
	q->out->pair.n = first + kept;
}

static void find_row(struct probe *q, uint32_t first, uint32_t end)
{
	const struct finder *f = q->f;

	q->hit.n = 0;
	q->bounds = learn_near_bounds(f->n, q->l);
	if (f->n->applied)
		q->window = learn_near_window(f->n, q->l);
	if (f->joined)
		probe_joined(q);
	else if (f->step == STEP_KEYS)
		probe_keys(q, first, end);
	else if (f->step == STEP_WINDOW)
		probe_windows(q);
	else
		probe_product(q);
	finish_row(q);
}

static void find_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct finder *f = arg;
	uint32_t first = chunk * CHUNK_LEFT, end = MIN(first + CHUNK_LEFT, f->nrows);
	struct learn_set set;
	struct probe q = {.f = f, .m = engine_metric(e, thread), .out = &f->chunk[chunk],
		.set = &set, .ahead = ENGINE_NEW(e, AHEAD + 1, struct ahead)};

	for (uint32_t i = first; q.m != NULL && i < end && engine_ok(e); i++) {
		q.l = f->rows[i];
		q.number = i;
		find_row(&q, first, end);
		if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
			engine_fail(e, E_CANCELLED);
	}
	engine_free(e, q.hit.p);
	engine_free(e, q.ahead);
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

/* ---- what to look at ---- */

static void count_window(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct finder *f = arg;
	struct learn_span span[LEARN_SPANS_MAX];
	uint32_t end = MIN((chunk + 1) * CHUNK_LEFT, f->nrows);
	uint64_t pairs = 0;

	(void)e;
	(void)thread;
	for (uint32_t i = chunk * CHUNK_LEFT; i < end; i++) {
		uint32_t n = learn_window_spans(f->n, &f->windows, f->rows[i], span);
		for (uint32_t k = 0; k < n; k++)
			pairs += span[k].end - span[k].first;
	}
	atomic_fetch_add(&f->pairs, pairs);
}

/* How many pairs windows or the product hold, and the most that are looked at. */
static uint64_t pairs_of(struct finder *f, uint64_t *ret_most)
{
	*ret_most = PRODUCT_PAIRS;
	if (f->step == STEP_PRODUCT)
		return f->windows.n * (uint64_t)f->nrows;
	*ret_most = WINDOW_PAIRS;
	par_for(f->n->e, (f->nrows + CHUNK_LEFT - 1) / CHUNK_LEFT, count_window, f);
	return atomic_exchange(&f->pairs, 0);
}

static void open_rest(struct finder *f)
{
	struct learn *n = f->n;
	uint64_t most;

	learn_windows_make(n, &f->windows, f->step == STEP_WINDOW);
	if (!engine_ok(n->e) || f->nrows == 0 || f->windows.none)
		return;
	uint64_t pairs = pairs_of(f, &most);
	if (!engine_ok(n->e) || pairs <= most)
		return;
	f->joined = true;
	learn_join_make(n, f->rows, f->nrows, &f->windows, f->step == STEP_WINDOW, &f->join);
	n->not_searched += pairs;
}

/* Windows that were refined select by the texts too. */
static void note_touches(struct finder *f)
{
	struct learn *n = f->n;

	for (uint32_t i = 0; f->joined && f->step == STEP_WINDOW && i < n->nc; i++)
		if (n->c[i].how == LEARN_LONG || n->c[i].how == LEARN_SHORT)
			n->touches[LEARN_BIT_WINDOW] |= n->c[i].columns;
}

void learn_find(struct learn *n, const uint32_t *rows, uint32_t nrows, enum learn_step step)
{
	struct engine *e = n->e;
	uint32_t nchunks = (nrows + CHUNK_LEFT - 1) / CHUNK_LEFT;
	struct finder f = {.n = n, .step = step, .rows = rows, .nrows = nrows,
		.least = LEARN_HOPELESS - n->prior,
		.chunk = ENGINE_ZNEW(e, (size_t)nchunks + 1, struct candidates)};

	if (engine_ok(e) && step != STEP_KEYS)
		open_rest(&f);
	if (engine_ok(e))
		par_for(e, nchunks, find_chunk, &f);
	if (engine_ok(e))
		merge(&f, nchunks);
	note_touches(&f);
	n->pairs += f.pairs;
	n->not_searched += f.cut;
	for (uint32_t c = 0; f.chunk != NULL && c < nchunks; c++)
		engine_free(e, f.chunk[c].pair.p);
	learn_join_free(e, &f.join);
	learn_windows_free(e, &f.windows);
	engine_free(e, f.chunk);
}
