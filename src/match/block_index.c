/*
 * The index of one side: small blocks are chains of rows, large ones lie behind each other, each in
 * the order of the band.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "match/block.h"
#include "match/radix.h"

#define RARE_WORD_ROWS 300u

static uint32_t prefix_hash(struct sv text)
{
	const char *p = text.p;
	uint64_t h = 1;

	for (int i = 0; i < 4; i++)
		h = mix64(h ^ utf8_next(&p, text.p + text.n));
	return (uint32_t)h;
}

/* Block numbers of a row, 1 .. nids - 1. side: 0 for a, 1 for b. */
uint32_t index_keys(const struct plan *p, int which, uint32_t row, uint32_t keys[KEYS_MAX])
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

bool index_takes(const struct plan *p, int side, uint32_t row)
{
	return row_cap(p->e, side, row) > 0 &&
		(p->pass->kind == KIND_PARTIAL || row_whole(p->e, side, row)) &&
		test_only(p->e, &p->pass->only[side], side, row);
}

/* The value that orders a block; false when the row has none. */
bool index_value(const struct plan *p, int side, uint32_t row, int64_t *ret)
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

/* Rows of a block come ascending, so that a sort that keeps the order of equals is enough. */
static void sort_many(struct engine *e, struct entry *entry, uint32_t n)
{
	struct radix_item *item = ENGINE_NEW(e, n, struct radix_item);

	if (item == NULL)
		return;
	for (uint32_t i = 0; i < n; i++)
		item[i] = (struct radix_item){radix_signed(entry[i].value), 0, entry[i].row};
	radix_sort(e, item, n);
	for (uint32_t i = 0; i < n; i++)
		entry[i] = (struct entry){
			(int64_t)(item[i].key ^ UINT64_C(1) << 63), item[i].row};
	engine_free(e, item);
}

#define INSERTED 24u
#define MANY 1024u

static void sort_block(struct engine *e, struct entry *entry, uint32_t n)
{
	if (n > MANY) {
		sort_many(e, entry, n);
		return;
	}
	if (n > INSERTED) {
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

	(void)thread;
	for (uint32_t id = task * SORT_IDS; id < end; id++)
		if (p->first[id + 1] - p->first[id] > 1)
			sort_block(e, p->entry + p->first[id], p->first[id + 1] - p->first[id]);
}

/* Blocks this small are not worth sorting, and no budget of a row cuts them. */
#define CHAIN_ROWS 16u
_Static_assert(CHAIN_ROWS <= ROW_PAIRS_MIN, "no budget of pairs cuts a chain");
_Static_assert(CHAIN_ROWS <= ROW_EDGES_MAX, "nor do a row's edges");

/* Making an index: task i looks at all rows and takes those of a range of blocks, so that blocks of
 * rows in no order are written by one thread each. */
struct making {
	struct plan *p;
	const uint32_t *rows; /* in the order of the band; NULL: as they are numbered */
	uint32_t ntasks;
};

struct range {
	uint32_t low, high;
};

static struct range range_of(const struct making *k, uint32_t task)
{
	uint64_t n = (uint64_t)k->p->nids + 1;

	return (struct range){
		(uint32_t)(n * task / k->ntasks), (uint32_t)(n * (task + 1) / k->ntasks)};
}

static inline uint32_t row_at(const struct making *k, uint32_t i)
{
	return k->rows != NULL ? k->rows[i] : i;
}

static void chain_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct making *k = arg;
	struct plan *p = k->p;
	struct range ids = range_of(k, task);
	int64_t value = 0;

	(void)thread;
	for (uint32_t r = e->n[p->sb]; r-- > 0;) {
		if (r >= BLOCK_AHEAD)
			block_fetch(p, 1, r - BLOCK_AHEAD);
		uint32_t id = p->id[1][r];
		if (id == 0 || id < ids.low || id >= ids.high || !index_takes(p, p->sb, r) ||
			!index_value(p, p->sb, r, &value))
			continue;
		p->next[r] = p->head[id];
		p->head[id] = r;
	}
}

static void chains_make(struct plan *p)
{
	struct engine *e = p->e;
	struct making k = {.p = p, .ntasks = MIN(e->threads, 8u)};

	p->next = ENGINE_NEW(e, (size_t)e->n[p->sb] + 1, uint32_t);
	p->head = ENGINE_NEW(e, (size_t)p->nids + 1, uint32_t);
	if (!engine_ok(e))
		return;
	memset(p->head, 0xff, ((size_t)p->nids + 1) * sizeof(*p->head)); /* NO_ROW */
	par_for(e, k.ntasks, chain_task, &k);
}

static void count_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct making *k = arg;
	struct plan *p = k->p;
	struct range ids = range_of(k, task);
	uint32_t keys[KEYS_MAX];
	int64_t value = 0;

	(void)thread;
	for (uint32_t r = 0; r < e->n[p->sb]; r++) {
		block_fetch(p, 1, r + BLOCK_AHEAD);
		if (k->ntasks > 1 && (p->id[1][r] < ids.low || p->id[1][r] >= ids.high))
			continue;
		if (!index_takes(p, p->sb, r) || !index_value(p, p->sb, r, &value))
			continue;
		uint32_t n = index_keys(p, 1, r, keys);
		for (uint32_t i = 0; i < n; i++)
			p->first[keys[i] + 1]++;
	}
}

/* From the back of each block, rows descending, so that first[] ends where it began. */
static void fill_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct making *k = arg;
	struct plan *p = k->p;
	struct range ids = range_of(k, task);
	uint32_t keys[KEYS_MAX];
	int64_t value = 0;

	(void)thread;
	for (uint32_t i = e->n[p->sb]; i-- > 0;) {
		uint32_t r = row_at(k, i);
		if (i >= BLOCK_AHEAD)
			block_fetch(p, 1, row_at(k, i - BLOCK_AHEAD));
		if (k->ntasks > 1 && (p->id[1][r] < ids.low || p->id[1][r] >= ids.high))
			continue;
		if (!index_takes(p, p->sb, r) || !index_value(p, p->sb, r, &value))
			continue;
		for (uint32_t n = index_keys(p, 1, r, keys); n-- > 0;)
			p->entry[--p->first[keys[n] + 1]] = (struct entry){value, r};
	}
}

/* Rows of a side by day: laid out in this order, blocks need not be sorted, and left rows of a block
 * meet right rows that lie together. NULL when the band is not one of days. */
static uint32_t *rows_by_day(const struct plan *p, int side)
{
	struct engine *e = p->e;
	const struct field *f = p->band == NULL ? NULL : &e->f[p->band->field];

	if (f == NULL || p->band->op != RULES_OP_DAYS || p->calendar != NULL ||
		f->nids > e->n[side])
		return NULL;
	uint32_t *place = ENGINE_ZNEW(e, (size_t)f->nids + 1, uint32_t);
	uint32_t *rows = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	if (engine_ok(e)) {
		for (uint32_t r = 0; r < e->n[side]; r++)
			place[f->id[side][r] + 1]++;
		for (uint32_t id = 0; id < f->nids; id++)
			place[id + 1] += place[id];
		for (uint32_t r = 0; r < e->n[side]; r++)
			rows[place[f->id[side][r]]++] = r;
	}
	engine_free(e, place);
	return rows;
}

static void blocks_make(struct plan *p)
{
	struct engine *e = p->e;
	uint32_t *rows = rows_by_day(p, p->sb);
	struct making k = {.p = p, .rows = rows,
		.ntasks = p->keys == KEYS_IDS ? MIN(e->threads, 8u) : 1};

	p->first = ENGINE_ZNEW(e, (size_t)p->nids + 2, uint32_t);
	if (engine_ok(e)) {
		par_for(e, k.ntasks, count_task, &k);
		for (uint32_t id = 0; id < p->nids; id++)
			p->first[id + 1] += p->first[id];
		p->entry = ENGINE_NEW(e, (size_t)p->first[p->nids] + 1, struct entry);
	}
	if (engine_ok(e)) {
		uint32_t total = p->first[p->nids];
		par_for(e, k.ntasks, fill_task, &k);
		/* first[id + 1] now is where block id begins: shift back by one. */
		memmove(p->first, p->first + 1, (size_t)p->nids * sizeof(*p->first));
		p->first[p->nids] = total;
	}
	engine_free(e, rows);
	if (engine_ok(e) && p->band != NULL && k.rows == NULL)
		par_for(e, p->nids / SORT_IDS + 1, sort_blocks, p);
}

/* Left rows of a range of blocks: counted, then put in their places. */
struct ordering {
	struct plan *p;
	const uint32_t *rows; /* in the order of the band; NULL: as they are numbered */
	uint32_t *place; /* by block; nids + 1 */
	uint32_t ntasks;
	bool fill;
};

static void order_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct ordering *o = arg;
	const uint32_t *id = o->p->id[0];
	uint32_t n = e->n[o->p->sa], *place = o->place;
	uint32_t low = MAX((uint32_t)((uint64_t)o->p->nids * task / o->ntasks), 1u);
	uint32_t high = (uint32_t)((uint64_t)o->p->nids * (task + 1) / o->ntasks);

	(void)thread;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t r = o->rows != NULL && o->fill ? o->rows[i] : i;
		if (i + BLOCK_AHEAD < n && (o->rows == NULL || !o->fill))
			__builtin_prefetch(&place[id[i + BLOCK_AHEAD]], 1);
		else if (i + BLOCK_AHEAD < n)
			__builtin_prefetch(&id[o->rows[i + BLOCK_AHEAD]]);
		if (id[r] < low || id[r] >= high)
			continue;
		if (o->fill)
			o->p->order[place[id[r]]++] = r;
		else
			place[id[r] + 1]++;
	}
}

/* Left rows by block, within each by day where that is the band. Rows without a block have no pairs and
 * are left out. */
static void order_rows(struct plan *p)
{
	struct engine *e = p->e;
	uint32_t n = e->n[p->sa], *rows = rows_by_day(p, p->sa);
	struct ordering o = {.p = p, .rows = rows, .place = ENGINE_ZNEW(e, (size_t)p->nids + 1, uint32_t),
		.ntasks = MIN(e->threads, 8u)};

	p->order = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	p->row_n = ENGINE_ZNEW(e, (size_t)n + 1, uint32_t);
	p->row_at = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	if (!engine_ok(e))
		return;
	par_for(e, o.ntasks, order_task, &o);
	for (uint32_t id = 1; id < p->nids; id++)
		o.place[id + 1] += o.place[id];
	p->norder = o.place[p->nids];
	o.fill = true;
	par_for(e, o.ntasks, order_task, &o);
	engine_free(e, o.place);
	engine_free(e, rows);
}

void index_make(struct plan *p)
{
	if (p->by != NULL && p->by->most[p->sb] <= CHAIN_ROWS)
		chains_make(p);
	else
		blocks_make(p);
	if (engine_ok(p->e) && p->head == NULL && p->keys == KEYS_IDS)
		order_rows(p);
}

void index_free(struct plan *p)
{
	struct engine *e = p->e;

	engine_free(e, p->first);
	engine_free(e, p->entry);
	engine_free(e, p->head);
	engine_free(e, p->next);
	engine_free(e, p->order);
	engine_free(e, p->row_n);
	engine_free(e, p->row_at);
}
