/*
 * Candidates: all pairs of open records for which the tests of a pass hold, found without looking at
 * all pairs. A branch's tests give the plan: fields that must be equal name a block, a window of days
 * or a band of amounts orders the rows of a block, and what is left is tested pair by pair. One side
 * is indexed, the other probes it row by row, so edges come out sorted by the probing row.
 *
 * Budgets are per row and counted in pairs, so what they cut does not depend on threads; everything
 * that is cut is counted in the pass's not_searched.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "match/engine.h"
#include "match/learn.h"

#define ROW_EDGES_MAX 64u   /* best ones kept of one row */
#define ROW_EDGES_PRUNE 1024u /* so many of one row are cut back on the way */
#define ROW_PAIRS_MIN 64u
#define KEYS_MAX 64u
#define RARE_WORD_ROWS 300u
#define PRODUCT_MAX UINT64_C(20000000)
#define COARSE 4u /* pairs per row of a block that are not worth another key */

enum keys {
	KEYS_ALL,   /* one block of everything */
	KEYS_IDS,   /* one value id per row */
	KEYS_DAYS,  /* blocks are days; a row probes a window of them */
	KEYS_WORDS, /* several keys per row */
};

struct entry {
	int64_t value; /* of the band */
	uint32_t row;
};

struct plan {
	struct engine *e;
	const struct rules_pass *pass;
	const struct rules_branch *branch;
	uint16_t pass_no;
	int sa, sb;
	enum keys keys;
	uint32_t *id[2];            /* KEYS_IDS, KEYS_DAYS: of sides sa and sb; not written */
	uint32_t *owned[2];
	const struct field *words;  /* KEYS_WORDS */
	bool prefix_key;            /* and a key of the first four letters */
	bool learn;                 /* candidates of a learned pass: keys, not tests, decide */
	uint32_t nids;
	const struct rules_test *days; /* KEYS_DAYS */
	const struct rules_test *band; /* NULL: entries are in row order */
	const struct calendar *calendar; /* band of business days */
	uint64_t skip;              /* tests that the plan itself keeps */
	bool currencies;            /* pairs must be of one currency */
	uint32_t *first;            /* nids + 1 */
	struct entry *entry;
	/* Where no block is large: its rows as a chain instead, ascending. */
	const struct field *by;     /* whose ids are the blocks; NULL: no field's */
	uint32_t *head;             /* nids; NULL: there are no chains */
	uint32_t *next;
	/* Where blocks are large: left rows block by block, so that those of one block, which meet the
	 * same right rows, follow each other; per row its edges and where they begin in its chunk. */
	uint32_t *order;            /* NULL: rows are taken as they come */
	uint32_t norder;
	uint32_t *row_n, *row_at;
	uint32_t row_pairs;         /* budget of a row */
	int32_t least;              /* learn: weight below which a candidate is hopeless */
	struct edge **chunk_edges;
	uint32_t *chunk_n;
	atomic_ullong pairs, cut;
};

/* ---- planning ---- */

/* Pairs of rows with equal ids: the cost of a block. */
static uint64_t pairs_of_field(const struct engine *e, const struct field *f, int sa, int sb)
{
	uint64_t sum = 0;

	(void)e;
	if (sa != sb && f->seen != NULL)
		return f->equal_pairs;
	for (uint32_t id = 1; id < f->nids; id++)
		sum += (uint64_t)f->count[sa][id] * f->count[sb][id];
	return sum;
}

static uint64_t pairs_of_ids(struct plan *p)
{
	struct engine *e = p->e;
	uint32_t *count = ENGINE_ZNEW(e, p->nids + 1, uint32_t);
	uint64_t sum = 0;

	if (count == NULL)
		return 0;
	for (uint32_t r = 0; r < e->n[p->sb]; r++)
		count[p->id[1][r]]++;
	count[0] = 0;
	for (uint32_t r = 0; r < e->n[p->sa]; r++)
		sum += count[p->id[0][r]];
	engine_free(e, count);
	return sum;
}

/* The equality test that leaves fewest pairs among those not used yet, or -1. */
static int best_equality(const struct plan *p, uint64_t *ret_pairs)
{
	int best = -1;

	for (uint32_t i = 0; i < p->branch->ntests; i++) {
		const struct rules_test *t = &p->branch->tests[i];
		const struct field *f = &p->e->f[t->field];
		if (t->op != RULES_OP_SAME || t->missing != RULES_MISSING_FAIL || f->listed ||
			(p->skip >> i & 1) != 0 || f->id[p->sa] == NULL || f->id[p->sb] == NULL)
			continue;
		uint64_t pairs = pairs_of_field(p->e, f, p->sa, p->sb);
		if (best < 0 || pairs < *ret_pairs) {
			best = (int)i;
			*ret_pairs = pairs;
		}
	}
	return best;
}

/* Adds a field to the block: value ids of the pair (block so far, field). */
static void refine(struct plan *p, int test)
{
	struct engine *e = p->e;
	const struct field *f = &e->f[p->branch->tests[test].field];
	uint32_t *made[2] = {NULL, NULL};
	uint32_t nids = 0;

	/* Sides not taking part still need arrays of their length. */
	uint32_t *a[2], *b[2];
	for (int s = 0; s < 2; s++) {
		bool used = s == p->sa || s == p->sb;
		uint32_t *id = s == p->sa ? p->id[0] : p->id[1];
		a[s] = used ? id : f->id[s];
		b[s] = f->id[s];
	}
	intern_pairs(e, a, b, made, &nids);
	for (int k = 0; k < 2; k++)
		engine_free(e, p->owned[k]);
	p->owned[0] = made[0];
	p->owned[1] = made[1];
	p->id[0] = made[p->sa];
	p->id[1] = made[p->sb];
	p->nids = nids;
	p->by = NULL;
	p->skip |= UINT64_C(1) << test;
}

static bool plan_equalities(struct plan *p)
{
	uint64_t pairs = 0;
	int best = best_equality(p, &pairs);

	if (best < 0)
		return false;
	const struct field *f = &p->e->f[p->branch->tests[best].field];
	p->keys = KEYS_IDS;
	p->id[0] = f->id[p->sa];
	p->id[1] = f->id[p->sb];
	p->nids = f->nids;
	p->by = f->seen != NULL ? f : NULL;
	p->skip |= UINT64_C(1) << best;
	while (engine_ok(p->e) && pairs > COARSE * ((uint64_t)p->e->n[p->sa] + p->e->n[p->sb])) {
		uint64_t ignored = 0;
		best = best_equality(p, &ignored);
		if (best < 0)
			break;
		refine(p, best);
		if (engine_ok(p->e))
			pairs = pairs_of_ids(p);
	}
	return true;
}

static bool is_band(const struct engine *e, const struct rules_test *t)
{
	const struct field *f = &e->f[t->field];

	if (t->missing != RULES_MISSING_FAIL)
		return false;
	switch (t->op) {
	case RULES_OP_DAYS:
		return true;
	case RULES_OP_OPPOSITE:
	case RULES_OP_WITHIN:
	case RULES_OP_PERCENT:
	case RULES_OP_EXPECT:
	case RULES_OP_RATE:
		return f->rule->type != RULES_DATE && f->rule->type != RULES_CURRENCY;
	default:
		return false;
	}
}

/* An amount narrows more than a window of days does. */
static void plan_band(struct plan *p)
{
	const struct rules_test *days = NULL;

	for (uint32_t i = 0; i < p->branch->ntests; i++) {
		const struct rules_test *t = &p->branch->tests[i];
		if (!is_band(p->e, t))
			continue;
		if (t->op == RULES_OP_DAYS)
			days = t;
		else if (p->band == NULL)
			p->band = t;
	}
	if (days == NULL)
		return;
	if (p->band == NULL) {
		p->band = days;
		if (days->business_days)
			p->calendar = test_calendar(p->e, days->calendar);
	} else if (p->keys == KEYS_ALL && !days->business_days) {
		const struct field *f = &p->e->f[days->field];
		p->keys = KEYS_DAYS;
		p->days = days;
		p->id[0] = f->id[p->sa];
		p->id[1] = f->id[p->sb];
		p->nids = f->nids;
	}
}

/* Several keys per row: a listed code, or words of a text that must be alike. */
static bool plan_words(struct plan *p, bool listed)
{
	for (uint32_t i = 0; i < p->branch->ntests; i++) {
		const struct rules_test *t = &p->branch->tests[i];
		struct field *f = &p->e->f[t->field];
		bool fits = listed ? f->listed && t->op == RULES_OP_SAME :
			f->textual && (t->op == RULES_OP_LIKE ||
				(t->op == RULES_OP_PREFIX && t->high >= 4) ||
				(t->op == RULES_OP_CONTAINS && t->text.n == 0));
		if (!fits || t->missing != RULES_MISSING_FAIL || p->sa == p->sb)
			continue;
		words_prepare(p->e, f);
		p->keys = KEYS_WORDS;
		p->words = f;
		p->prefix_key = !listed;
		p->nids = f->word_mask + 2;
		return true;
	}
	return false;
}

static void plan_make(struct plan *p)
{
	struct engine *e = p->e;
	uint64_t product = (uint64_t)e->nopen[p->sa] * e->nopen[p->sb];

	p->keys = KEYS_ALL;
	p->nids = 2;
	p->currencies = e->currency[0] != NULL;
	for (uint32_t i = 0; i < p->branch->ntests; i++)
		p->currencies &= p->branch->tests[i].op != RULES_OP_RATE;
	if (!plan_equalities(p))
		(void)plan_words(p, true);
	plan_band(p);
	bool wide = p->band == NULL || p->band->op == RULES_OP_DAYS;
	if (p->keys == KEYS_ALL && wide && (product > PRODUCT_MAX || p->learn))
		(void)plan_words(p, false);
}

/* ---- the index of side b ---- */

static uint32_t prefix_hash(struct sv text)
{
	const char *p = text.p;
	uint64_t h = 1;

	for (int i = 0; i < 4; i++)
		h = mix64(h ^ utf8_next(&p, text.p + text.n));
	return (uint32_t)h;
}

/* Block numbers of a row, 1 .. nids - 1. side: 0 for a, 1 for b. */
static uint32_t row_keys(const struct plan *p, int which, uint32_t row, uint32_t keys[KEYS_MAX])
{
	int side = which == 0 ? p->sa : p->sb;
	uint32_t n = 0;

	if (p->keys == KEYS_ALL) {
		keys[0] = 1;
		return 1;
	}
	if (p->keys != KEYS_WORDS) {
		keys[0] = p->id[which][row];
		return keys[0] != 0;
	}
	const struct words *w = &p->words->words[side];
	for (uint32_t i = w->first[row]; i < w->first[row + 1] && n < KEYS_MAX - 1; i++) {
		uint32_t bucket = w->word[i] & p->words->word_mask;
		if (w->word[i] != WORD_NONE &&
			(!p->prefix_key || p->words->word_rows[bucket] <= RARE_WORD_ROWS))
			keys[n++] = bucket + 1;
	}
	if (p->prefix_key && vec_valid(&p->words->v[side], row))
		keys[n++] = (prefix_hash(vec_text(&p->words->v[side], row)) & p->words->word_mask) + 1;
	return n;
}

static bool takes_part(const struct plan *p, int side, uint32_t row)
{
	return row_cap(p->e, side, row) > 0 &&
		(p->pass->kind == KIND_PARTIAL || row_whole(p->e, side, row)) &&
		test_only(p->e, &p->pass->only[side], side, row);
}

/* The value that orders a block; false when the row has none. */
static bool band_value(const struct plan *p, int side, uint32_t row, int64_t *ret)
{
	if (p->band == NULL)
		return true;
	const struct field *f = &p->e->f[p->band->field];
	if (!vec_valid(&f->v[side], row))
		return false;
	if (p->calendar != NULL)
		*ret = test_business_day(p->calendar, f->v[side].i32[row]);
	else
		*ret = f->v[side].i64 != NULL ? f->v[side].i64[row] : f->v[side].i32[row];
	return true;
}

static int by_value(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void sort_block(struct entry *entry, uint32_t n)
{
	if (n > 24) {
		qsort(entry, n, sizeof(*entry), by_value);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		struct entry moving = entry[i];
		uint32_t k = i;
		for (; k > 0 && by_value(&entry[k - 1], &moving) > 0; k--)
			entry[k] = entry[k - 1];
		entry[k] = moving;
	}
}

#define SORT_IDS 65536u

static void sort_blocks(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	struct plan *p = arg;
	uint32_t end = MIN((task + 1) * SORT_IDS, p->nids);

	(void)e;
	(void)thread;
	for (uint32_t id = task * SORT_IDS; id < end; id++)
		if (p->first[id + 1] - p->first[id] > 1)
			sort_block(p->entry + p->first[id], p->first[id + 1] - p->first[id]);
}

#define AHEAD 16u

/* Blocks come in no order: what a row further on will touch is asked for in time. */
static inline void fetch_block(const struct plan *p, int which, uint32_t row)
{
	int side = which == 0 ? p->sa : p->sb;

	if (p->keys != KEYS_IDS || row >= p->e->n[side])
		return;
	if (p->head != NULL)
		__builtin_prefetch(&p->head[p->id[which][row]]);
	else
		__builtin_prefetch(&p->first[p->id[which][row]]);
}

/* Blocks this small are not worth sorting, and no budget of a row cuts them. */
#define CHAIN_ROWS 16u
_Static_assert(CHAIN_ROWS <= ROW_PAIRS_MIN, "no budget of pairs cuts a chain");
_Static_assert(CHAIN_ROWS <= ROW_EDGES_MAX, "nor do a row's edges");

static void chains_make(struct plan *p)
{
	struct engine *e = p->e;
	int64_t value = 0;

	p->next = ENGINE_NEW(e, (size_t)e->n[p->sb] + 1, uint32_t);
	p->head = ENGINE_NEW(e, (size_t)p->nids + 1, uint32_t);
	if (!engine_ok(e))
		return;
	memset(p->head, 0xff, ((size_t)p->nids + 1) * sizeof(*p->head)); /* NO_ROW */
	for (uint32_t r = e->n[p->sb]; r-- > 0;) {
		if (r >= AHEAD)
			fetch_block(p, 1, r - AHEAD);
		uint32_t id = p->id[1][r];
		if (id == 0 || !takes_part(p, p->sb, r) || !band_value(p, p->sb, r, &value))
			continue;
		p->next[r] = p->head[id];
		p->head[id] = r;
	}
}

static void index_make(struct plan *p)
{
	struct engine *e = p->e;
	uint32_t keys[KEYS_MAX];
	int64_t value = 0;

	p->first = ENGINE_ZNEW(e, (size_t)p->nids + 2, uint32_t);
	if (p->first == NULL)
		return;
	for (uint32_t r = 0; r < e->n[p->sb]; r++) {
		fetch_block(p, 1, r + AHEAD);
		if (!takes_part(p, p->sb, r) || !band_value(p, p->sb, r, &value))
			continue;
		uint32_t n = row_keys(p, 1, r, keys);
		for (uint32_t k = 0; k < n; k++)
			p->first[keys[k] + 1]++;
	}
	for (uint32_t id = 0; id < p->nids; id++)
		p->first[id + 1] += p->first[id];
	uint32_t total = p->first[p->nids];
	p->entry = ENGINE_NEW(e, (size_t)total + 1, struct entry);
	if (p->entry == NULL)
		return;
	/* Fill from the back of each block, rows descending, so that first[] ends where it began. */
	for (uint32_t r = e->n[p->sb]; r-- > 0;) {
		if (r >= AHEAD)
			fetch_block(p, 1, r - AHEAD);
		if (!takes_part(p, p->sb, r) || !band_value(p, p->sb, r, &value))
			continue;
		uint32_t n = row_keys(p, 1, r, keys);
		for (uint32_t k = n; k-- > 0;)
			p->entry[--p->first[keys[k] + 1]] = (struct entry){value, r};
	}
	/* first[id + 1] now is where block id begins: shift back by one. */
	memmove(p->first, p->first + 1, (size_t)p->nids * sizeof(*p->first));
	p->first[p->nids] = total;
	if (p->band != NULL)
		par_for(e, p->nids / SORT_IDS + 1, sort_blocks, p);
}

/* ---- probing ---- */

struct probe {
	struct plan *p;
	struct metric *m;
	VECTOR(struct edge) edges;
	size_t row_first; /* first edge of the row at hand */
	bool full;        /* it has its best ones, of which `last` is the least */
	struct edge last;
	uint64_t pairs, cut;
	uint32_t left;    /* of the row's budget */
};

static int by_right(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->r < y->r ? -1 : x->r > y->r;
}

/* Heaviest first; equal ones by what the right row holds, not where it stands. */
static int by_weight(const void *a, const void *b, void *arg)
{
	const struct edge *x = a, *y = b;
	const uint64_t *hash = arg;

	if (x->w != y->w)
		return x->w > y->w ? -1 : 1;
	if (hash[x->r] != hash[y->r])
		return hash[x->r] < hash[y->r] ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
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
		if (!band_value(p, p->sb, b, &value) ||
			(p->band != NULL && (value < bounds.low || value > bounds.high)))
			continue;
		q->pairs++;
		try_pair(q, a, b);
	}
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
}

/* What band values of side b a row of side a may meet; false: none, its own value is missing. */
static bool band_bounds(const struct plan *p, uint32_t a, struct test_bounds *ret)
{
	int64_t value = 0;

	*ret = (struct test_bounds){INT64_MIN, INT64_MAX};
	if (p->band == NULL)
		return true;
	if (!band_value(p, p->sa, a, &value))
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

	if (!takes_part(p, p->sa, a) || !band_bounds(p, a, &bounds))
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
		uint32_t n = row_keys(p, 0, a, keys);
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

static inline void fetch_probes(const struct plan *p, uint32_t a, uint32_t end)
{
	if (p->head == NULL)
		return;
	fetch_block(p, 0, a + 2 * AHEAD);
	if (a + AHEAD < end)
		fetch_pair(p, a + AHEAD);
}

/* Left rows by block, ascending within each. Rows without a block have no pairs and are left out. */
static void order_rows(struct plan *p)
{
	struct engine *e = p->e;
	uint32_t n = e->n[p->sa];
	uint32_t *place = ENGINE_ZNEW(e, (size_t)p->nids + 1, uint32_t);

	p->order = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	p->row_n = ENGINE_ZNEW(e, (size_t)n + 1, uint32_t);
	p->row_at = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	if (!engine_ok(e))
		return;
	for (uint32_t r = 0; r < n; r++)
		place[p->id[0][r] + 1]++;
	place[1] = 0; /* block 0: none */
	for (uint32_t id = 1; id < p->nids; id++)
		place[id + 1] += place[id];
	p->norder = place[p->nids];
	for (uint32_t r = 0; r < n; r++)
		if (p->id[0][r] != 0)
			p->order[place[p->id[0][r]]++] = r;
	engine_free(e, place);
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

static void run_branch(struct plan *p, struct edges *ret)
{
	struct engine *e = p->e;
	uint64_t limit = e->rs->limit_pairs != 0 ? e->rs->limit_pairs : PAIRS_DEFAULT;
	uint64_t share = limit / MAX(e->nopen[p->sa], 1u);

	plan_make(p);
	p->row_pairs = (uint32_t)MIN(MAX(share, ROW_PAIRS_MIN), UINT32_MAX);
	/* Prior odds are about 1 / rows; odds below 2^-9 are not worth keeping. */
	p->least = num_log2(&e->num, MAX(e->nopen[p->sb], 1u)) - 9 * RULES_BIT;
	if (engine_ok(e) && p->by != NULL && p->by->most[p->sb] <= CHAIN_ROWS)
		chains_make(p);
	else if (engine_ok(e))
		index_make(p);
	if (engine_ok(e) && p->head == NULL && p->keys == KEYS_IDS)
		order_rows(p);
	if (engine_ok(e) && p->head == NULL && may_overflow(p))
		intern_row_hashes(e);
	uint32_t n = chunks(probes(p));
	p->chunk_edges = ENGINE_ZNEW(e, n + 1, struct edge *);
	p->chunk_n = ENGINE_ZNEW(e, n + 1, uint32_t);
	if (engine_ok(e))
		par_for(e, n, probe_chunk, p);
	if (p->chunk_edges != NULL && p->chunk_n != NULL)
		gather(p, ret);
	e->stats[p->pass_no].pairs += p->pairs;
	e->stats[p->pass_no].not_searched += p->cut;
	engine_free(e, p->chunk_edges);
	engine_free(e, p->chunk_n);
	engine_free(e, p->first);
	engine_free(e, p->entry);
	engine_free(e, p->head);
	engine_free(e, p->next);
	engine_free(e, p->order);
	engine_free(e, p->row_n);
	engine_free(e, p->row_at);
	engine_free(e, p->owned[0]);
	engine_free(e, p->owned[1]);
}

static int by_ends(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	if (x->r != y->r)
		return x->r < y->r ? -1 : 1;
	return x->pass < y->pass ? -1 : x->pass > y->pass;
}

void edges_unify(struct edges *edges)
{
	size_t kept = 0;

	if (edges->n < 2)
		return;
	qsort(edges->p, edges->n, sizeof(*edges->p), by_ends);
	for (size_t i = 0; i < edges->n; i++)
		if (kept == 0 || edges->p[i].l != edges->p[kept - 1].l ||
			edges->p[i].r != edges->p[kept - 1].r)
			edges->p[kept++] = edges->p[i];
	edges->n = kept;
}

static int pass_side(uint8_t kind, int which)
{
	if (kind == KIND_NET_LEFT)
		return LEFT;
	if (kind == KIND_NET_RIGHT)
		return RIGHT;
	return which == 0 ? LEFT : RIGHT;
}

static void run_one(struct engine *e, uint32_t pass, const struct rules_branch *branch, bool learn,
	struct edges *ret)
{
	const struct rules_pass *rule = &e->rs->passes[pass];
	struct plan p = {.e = e, .pass = rule, .pass_no = (uint16_t)pass, .branch = branch,
		.sa = pass_side(rule->kind, 0), .sb = pass_side(rule->kind, 1), .learn = learn};

	run_branch(&p, ret);
}

/* A learned pass has no tests of its own: whatever shares a value, a rare word or the beginning of a
 * text in any field is a candidate, and the weight chooses. */
static void learned_branches(struct engine *e, uint32_t pass, struct edges *ret)
{
	const struct rules_pass *rule = &e->rs->passes[pass];

	for (uint32_t i = 0; i < e->ncompared && engine_ok(e); i++) {
		const struct field *f = &e->f[e->compared[i]];
		struct rules_test test = {.field = e->compared[i], .op = RULES_OP_SAME};
		struct rules_branch branch = {&test, 1};
		bool used = rule->use == NULL;
		for (uint32_t k = 0; k < rule->nuse && !used; k++)
			used = rule->use[k] == test.field;
		if (!used || f->rule->type == RULES_DATE || f->rule->type == RULES_CURRENCY)
			continue;
		if (!f->textual || f->listed)
			run_one(e, pass, &branch, true, ret);
		/* Equal texts share their words: one set of keys serves both. */
		test.op = RULES_OP_LIKE;
		if (f->textual && !f->listed && engine_ok(e))
			run_one(e, pass, &branch, true, ret);
	}
}

void block_pass(struct engine *e, uint32_t pass, struct edges *ret)
{
	const struct rules_pass *rule = &e->rs->passes[pass];
	bool learn = rule->mode == RULES_MODE_LEARN && rule->when.nbranches == 1 &&
		rule->when.branches[0].ntests == 0;
	size_t before = ret->n;

	if (rule->mode == RULES_MODE_LEARN && rule->kind == KIND_1_1) {
		learn_pass(e, pass, ret);
		return;
	}
	if (learn)
		learned_branches(e, pass, ret);
	for (uint32_t b = 0; b < rule->when.nbranches && !learn && engine_ok(e); b++)
		run_one(e, pass, &rule->when.branches[b], false, ret);
	if (engine_ok(e) && (before > 0 || rule->when.nbranches > 1 || learn))
		edges_unify(ret);
}
