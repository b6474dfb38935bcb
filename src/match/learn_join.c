/*
 * Records that share a piece of a text, when there are too many pairs to look at all: of each left
 * row the rarest values (words, four-letter pieces, short values and their beginnings) are put into
 * a table, and the values of all right rows are looked up in it, twice: to count them, then to list
 * the pairs of those that were rare enough. The left rows are the few without a sure partner; of the
 * right rows nothing is kept.
 *
 * A step is a right row met for a left one; those that bounds pass over cost little, and there are more
 * of them the more they are. Each left row has the same number of steps; what there were none for is
 * counted.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_find.h"

#define STEPS_MAX UINT64_C(128000000)
#define PAIRS UINT64_C(8000000) /* of the steps, those that are within bounds */
#define TRIED_ROWS 512u         /* of each side, to know how many are */
#define ROW_STEPS_MAX 4096u
#define ROW_STEPS_MIN 32u
#define ROW_VALUES_MAX 1024u
#define SHORT_LETTERS 4u
#define COUNTED_ROWS 131072u /* of more right rows a part is counted, chosen by what they hold */
#define COUNTED_PART 8u

struct met {
	uint32_t l, r; /* l: number among the left rows */
};

struct chunk {
	VECTOR(struct met) met;
};

struct joining {
	struct learn *n;
	const struct learn_windows *w;
	const uint32_t *rows;
	uint32_t nrows;
	bool by_window;
	struct learn_bounds *bounds; /* of right rows, by left row */
	/* Distinct values of the left rows. */
	uint32_t *slot; /* 1 + number; 0: free */
	uint32_t mask;
	VECTOR(uint64_t) value;
	uint32_t *count;  /* by value: right rows that have it, or about as many */
	uint64_t *own_first; /* by left row ... */
	VECTOR(uint32_t) own; /* ... numbers of its values */
	uint32_t *taken;  /* by left row: how many of them, rarest first, are looked up */
	uint32_t *first;  /* by value: left rows that look by it */
	uint32_t *left;
	struct chunk *chunk;
};

/* ---- values ---- */

static uint32_t put_short(const struct comparison *c, int side, uint32_t row, uint64_t kind,
	uint64_t *out)
{
	struct sv text = vec_text(&c->f->v[side], row);
	uint32_t letters;

	out[0] = kind | UINT64_C(1) << 62 | c->f->id[side][row];
	if (text.n < SHORT_LETTERS)
		return 1;
	memcpy(&letters, text.p, sizeof(letters));
	out[1] = kind | UINT64_C(1) << 63 | letters;
	return 2;
}

static uint32_t values_of(const struct learn *n, int side, uint32_t row, uint64_t out[ROW_VALUES_MAX])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n->nc; i++) {
		const struct comparison *c = &n->c[i];
		uint64_t kind = (uint64_t)i << 32;
		if (c->dropped || c->f->id[side][row] == 0)
			continue;
		if (c->how == LEARN_SHORT && count + 2 <= ROW_VALUES_MAX)
			count += put_short(c, side, row, kind, out + count);
		if (c->how != LEARN_LONG)
			continue;
		struct learn_token_list t = learn_tokens_of(&c->tokens[side], row);
		for (uint32_t k = 0; k < t.n && count < ROW_VALUES_MAX; k++)
			out[count++] = kind | t.p[k];
	}
	return count;
}

/* Slot of a value, or a free one. */
static uint32_t find_slot(const struct joining *j, uint64_t value)
{
	uint32_t at = (uint32_t)mix64(value) & j->mask;

	while (j->slot[at] != 0 && j->value.p[j->slot[at] - 1] != value)
		at = (at + 1) & j->mask;
	return at;
}

static void grow_slots(struct joining *j)
{
	struct engine *e = j->n->e;
	uint32_t size = MAX(2 * (j->mask + 1), 1024u);

	engine_free(e, j->slot);
	j->slot = ENGINE_ZNEW(e, size, uint32_t);
	j->mask = size - 1;
	for (size_t i = 0; j->slot != NULL && i < j->value.n; i++)
		j->slot[find_slot(j, j->value.p[i])] = (uint32_t)i + 1;
}

static void list_values(struct joining *j)
{
	struct engine *e = j->n->e;
	uint64_t value[ROW_VALUES_MAX];

	j->own_first = ENGINE_ZNEW(e, (size_t)j->nrows + 1, uint64_t);
	grow_slots(j);
	for (uint32_t i = 0; i < j->nrows && engine_ok(e); i++) {
		uint32_t count = values_of(j->n, LEFT, j->rows[i], value);
		for (uint32_t v = 0; v < count && engine_ok(e); v++) {
			if (4 * j->value.n > 3 * (size_t)j->mask)
				grow_slots(j);
			if (!engine_ok(e))
				return;
			uint32_t at = find_slot(j, value[v]);
			if (j->slot[at] == 0 && ENGINE_PUSH(e, &j->value, value[v]))
				j->slot[at] = (uint32_t)j->value.n;
			(void)ENGINE_PUSH(e, &j->own, j->slot[at] - 1);
		}
		j->own_first[i + 1] = j->own.n;
	}
}

static void make_bounds(struct joining *j)
{
	j->bounds = ENGINE_NEW(j->n->e, (size_t)j->nrows + 1, struct learn_bounds);
	for (uint32_t i = 0; j->bounds != NULL && i < j->nrows; i++)
		j->bounds[i] = j->by_window ? learn_near_window(j->n, j->rows[i]) :
			learn_near_bounds(j->n, j->rows[i]);
}

/* ---- right rows ---- */

static void count_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct joining *j = arg;
	uint64_t value[ROW_VALUES_MAX];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, j->w->n);
	bool some = j->w->n > COUNTED_ROWS;

	(void)thread;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end; i++) {
		if (some && mix64(e->row_hash[RIGHT][j->w->row[i]]) % COUNTED_PART != 0)
			continue;
		uint32_t count = values_of(j->n, RIGHT, j->w->row[i], value);
		for (uint32_t v = 0; v < count; v++) {
			uint32_t at = find_slot(j, value[v]);
			if (j->slot[at] != 0)
				__atomic_fetch_add(&j->count[j->slot[at] - 1],
					some ? COUNTED_PART : 1, __ATOMIC_RELAXED);
		}
	}
}

static void list_row(struct joining *j, struct chunk *out, uint32_t i)
{
	uint64_t value[ROW_VALUES_MAX];
	uint32_t r = j->w->row[i], count = values_of(j->n, RIGHT, r, value);
	float amount = j->w->near_amount[i];
	int32_t day = j->w->near_day[i];

	for (uint32_t v = 0; v < count; v++) {
		uint32_t at = find_slot(j, value[v]);
		if (j->slot[at] == 0)
			continue;
		uint32_t number = j->slot[at] - 1;
		for (uint32_t k = j->first[number]; k < j->first[number + 1]; k++) {
			uint32_t l = j->left[k];
			if (learn_within(j->bounds[l], amount, day) &&
				!(j->n->same && r <= j->rows[l]))
				(void)ENGINE_PUSH(j->n->e, &out->met, ((struct met){l, r}));
		}
	}
}

static void list_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct joining *j = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, j->w->n);

	(void)thread;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end && engine_ok(e); i++)
		list_row(j, &j->chunk[chunk], i);
}

/* ---- which values are worth their steps ---- */

static int by_rarity(const void *a, const void *b, void *arg)
{
	const struct joining *j = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (j->count[x] != j->count[y])
		return j->count[x] < j->count[y] ? -1 : 1;
	return j->value.p[x] < j->value.p[y] ? -1 : j->value.p[x] > j->value.p[y];
}

/* Some rows, chosen by what they hold. */
static uint32_t try_rows(const uint32_t *rows, uint32_t n, const uint64_t *hash, uint32_t out[2 * TRIED_ROWS])
{
	uint32_t part = n / TRIED_ROWS + 1, count = 0;

	for (uint32_t i = 0; i < n && count < 2 * TRIED_ROWS; i++)
		if (mix64(hash[rows[i]]) % part == 0)
			out[count++] = i;
	return count;
}

/* Of a million pairs of a left and a right row, those that are within bounds. */
static uint64_t within_ppm(const struct joining *j)
{
	uint64_t *const *hash = j->n->e->row_hash;
	uint32_t l[2 * TRIED_ROWS], r[2 * TRIED_ROWS];
	uint32_t nl = try_rows(j->rows, j->nrows, hash[LEFT], l);
	uint32_t nr = try_rows(j->w->row, j->w->n, hash[RIGHT], r);
	uint64_t within = 0;

	for (uint32_t i = 0; i < nl; i++)
		for (uint32_t k = 0; k < nr; k++)
			within += learn_within(
				j->bounds[l[i]], j->w->near_amount[r[k]], j->w->near_day[r[k]]);
	return nl == 0 || nr == 0 ? 1000000 : within * 1000000 / ((uint64_t)nl * nr);
}

static uint64_t row_steps(const struct joining *j)
{
	uint64_t all = MIN(PAIRS * 1000000 / MAX(within_ppm(j), UINT64_C(1)), STEPS_MAX);
	uint64_t each = all / MAX(j->nrows, 1u);

	return MAX(MIN(each, ROW_STEPS_MAX), ROW_STEPS_MIN);
}

static void take_values(struct joining *j, uint64_t *ret_cut)
{
	struct engine *e = j->n->e;
	uint64_t steps = row_steps(j);

	j->taken = ENGINE_ZNEW(e, (size_t)j->nrows + 1, uint32_t);
	j->first = ENGINE_ZNEW(e, j->value.n + 2, uint32_t);
	for (uint32_t i = 0; i < j->nrows && engine_ok(e); i++) {
		size_t n = j->own_first[i + 1] - j->own_first[i];
		uint64_t used = 0;
		if (n == 0 || j->own.p == NULL)
			continue;
		uint32_t *own = j->own.p + j->own_first[i];
		if (n > 1)
			qsort_r(own, n, sizeof(*own), by_rarity, j);
		for (size_t k = 0; k < n; k++) {
			used += j->count[own[k]];
			if (used > steps) {
				*ret_cut += j->count[own[k]];
				continue;
			}
			j->taken[i]++;
			j->first[own[k] + 2]++;
		}
	}
}

static void invert(struct joining *j)
{
	struct engine *e = j->n->e;

	if (!engine_ok(e))
		return;
	for (size_t v = 0; v < j->value.n; v++)
		j->first[v + 2] += j->first[v + 1];
	j->left = ENGINE_NEW(e, j->own.n + 1, uint32_t);
	for (uint32_t i = 0; i < j->nrows && engine_ok(e); i++)
		for (uint32_t k = 0; k < j->taken[i]; k++)
			j->left[j->first[j->own.p[j->own_first[i] + k] + 1]++] = i;
}

static void gather(struct joining *j, struct learn_join *ret)
{
	struct engine *e = j->n->e;
	uint32_t nchunks = chunks(j->w->n);
	uint64_t total = 0;

	ret->first = ENGINE_ZNEW(e, (size_t)j->nrows + 2, uint64_t);
	for (uint32_t c = 0; c < nchunks && engine_ok(e); c++) {
		total += j->chunk[c].met.n;
		for (size_t i = 0; i < j->chunk[c].met.n; i++)
			ret->first[j->chunk[c].met.p[i].l + 2]++;
	}
	ret->row = engine_ok(e) ? ENGINE_NEW(e, total + 1, uint32_t) : NULL;
	if (ret->row == NULL)
		return;
	for (uint32_t i = 0; i < j->nrows; i++)
		ret->first[i + 2] += ret->first[i + 1];
	for (uint32_t c = 0; c < nchunks; c++)
		for (size_t i = 0; i < j->chunk[c].met.n; i++)
			ret->row[ret->first[j->chunk[c].met.p[i].l + 1]++] = j->chunk[c].met.p[i].r;
}

void learn_join_make(struct learn *n, const uint32_t *rows, uint32_t nrows,
	const struct learn_windows *w, bool by_window, struct learn_join *ret)
{
	struct engine *e = n->e;
	struct joining j = {.n = n, .w = w, .rows = rows, .nrows = nrows, .by_window = by_window,
		.mask = 0};
	uint32_t nchunks = chunks(w->n);

	list_values(&j);
	make_bounds(&j);
	j.count = ENGINE_ZNEW(e, j.value.n + 1, uint32_t);
	j.chunk = ENGINE_ZNEW(e, (size_t)nchunks + 1, struct chunk);
	if (engine_ok(e))
		par_for(e, nchunks, count_chunk, &j);
	if (engine_ok(e))
		take_values(&j, &ret->cut);
	invert(&j);
	if (engine_ok(e))
		par_for(e, nchunks, list_chunk, &j);
	if (engine_ok(e))
		gather(&j, ret);
	for (uint32_t c = 0; j.chunk != NULL && c < nchunks; c++)
		engine_free(e, j.chunk[c].met.p);
	engine_free(e, j.chunk);
	engine_free(e, j.slot);
	engine_free(e, j.value.p);
	engine_free(e, j.count);
	engine_free(e, j.own_first);
	engine_free(e, j.own.p);
	engine_free(e, j.taken);
	engine_free(e, j.first);
	engine_free(e, j.left);
	engine_free(e, j.bounds);
}

void learn_join_free(struct engine *e, struct learn_join *j)
{
	engine_free(e, j->first);
	engine_free(e, j->row);
	*j = (struct learn_join){0};
}
