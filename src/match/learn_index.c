/*
 * Indexes of the keys: which right rows have a value. Values are made chunk by chunk and scattered
 * into parts by their hash, then each part is put in order by itself, on all threads; where an entry
 * stands does not depend on them. Beside an entry lie the record's amount and day, as far as
 * the tests of the pass bound them.
 */
#include <math.h>
#include <string.h>

#include "match/learn_parts.h"

#define PART_ROWS 4096u
#define PARTS_MAX 1024u
#define BUCKETS_MAX (1u << 26)

/* ---- bounds ---- */

static bool bounds_amount(const struct engine *e, const struct rules_test *t)
{
	return e->f[t->field].v[RIGHT].i64 != NULL && e->f[t->field].v[LEFT].i64 != NULL &&
		(t->op == RULES_OP_SAME || t->op == RULES_OP_OPPOSITE || t->op == RULES_OP_WITHIN ||
			t->op == RULES_OP_PERCENT || t->op == RULES_OP_EXPECT ||
			(t->op == RULES_OP_RATE && t->rates == UINT32_MAX));
}

void learn_near_make(struct learn *n)
{
	const struct engine *e = n->e;
	const struct rules_when *when = &n->pass->when;
	struct learn_near *near = &n->near;

	for (uint32_t i = 0; when->nbranches == 1 && i < when->branches[0].ntests; i++) {
		const struct rules_test *t = &when->branches[0].tests[i];
		if (near->amount == NULL && bounds_amount(e, t)) {
			near->amount = &e->f[t->field];
			near->amount_test = t;
		} else if (near->day == NULL && t->op == RULES_OP_DAYS && !t->business_days &&
			t->missing == RULES_MISSING_FAIL) {
			near->day = &e->f[t->field];
			near->day_test = t;
		}
	}
	for (uint32_t i = 0; i < n->nc; i++) {
		const struct comparison *c = &n->c[i];
		if (near->amount == NULL && c->how == LEARN_AMOUNT)
			near->amount = c->f;
		else if (near->day == NULL && c->how == LEARN_DATE)
			near->day = c->f;
	}
}

float learn_near_amount(const struct learn *n, uint32_t r)
{
	const struct field *f = n->near.amount;

	return f == NULL || !vec_valid(&f->v[RIGHT], r) ? NAN : (float)f->v[RIGHT].i64[r];
}

int32_t learn_near_day(const struct learn *n, uint32_t r)
{
	const struct field *f = n->near.day;

	return f == NULL || !vec_valid(&f->v[RIGHT], r) ? LEARN_NO_DAY : f->v[RIGHT].i32[r];
}

/* Nothing is within them. */
static const struct learn_bounds nowhere = {INFINITY, -INFINITY, INT32_MAX, INT32_MIN};

static int32_t to_day(int64_t v)
{
	return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

/* A float holds 24 bits of an amount. */
static float lower(int64_t v)
{
	return (float)((double)v - fabs((double)v) * 1e-6 - 1);
}

static float higher(int64_t v)
{
	return (float)((double)v + fabs((double)v) * 1e-6 + 1);
}

struct learn_bounds learn_near_bounds(const struct learn *n, uint32_t l)
{
	const struct learn_near *near = &n->near;
	struct learn_bounds b = {-INFINITY, INFINITY, INT32_MIN, INT32_MAX};

	if (near->amount_test != NULL && vec_valid(&near->amount->v[LEFT], l)) {
		const struct rules_test *t = near->amount_test;
		struct test_bounds exact = test_numeric_bounds(
			t, near->amount->v[LEFT].i64[l], test_exponent(n->e, t, LEFT, l));
		b.low = lower(exact.low);
		b.high = higher(exact.high);
	}
	if (near->day_test != NULL && vec_valid(&near->day->v[LEFT], l)) {
		int64_t day = near->day->v[LEFT].i32[l];
		b.first = to_day(day + near->day_test->low);
		b.last = to_day(day + near->day_test->high);
	}
	return b;
}

struct learn_bounds learn_near_window(const struct learn *n, uint32_t l)
{
	const struct learn_window *w = &n->window;
	struct learn_bounds b = learn_near_bounds(n, l);
	int64_t low, high;

	if (w->amount >= 0 && n->c[w->amount].f == n->near.amount) {
		const struct vec *v = &n->near.amount->v[LEFT];
		if (!vec_valid(v, l))
			return nowhere;
		learn_window_amounts(w, v->i64[l], &low, &high);
		b.low = fmaxf(b.low, lower(low));
		b.high = fminf(b.high, higher(high));
	}
	if (w->date >= 0 && n->c[w->date].f == n->near.day) {
		const struct vec *v = &n->near.day->v[LEFT];
		if (!vec_valid(v, l))
			return nowhere;
		b.first = MAX(b.first, v->i32[l] + w->day_low);
		b.last = MIN(b.last, v->i32[l] + w->day_high);
	}
	return b;
}

/* ---- making ---- */

struct item {
	uint64_t value;
	uint32_t row;
	int32_t day;
	float amount;
};

/* Items of one chunk of rows, by part. */
struct run {
	struct item *item;
	uint32_t *first; /* parts + 1 */
};

struct building {
	struct learn *n;
	const struct learn_key *key;
	struct learn_index *x;
	struct run *run;
	uint32_t nruns, parts;
	unsigned shift;      /* bucket to part */
	uint64_t *part_first; /* entries before a part */
};

static inline uint32_t part_of(const struct building *b, uint64_t value)
{
	return ((uint32_t)value & b->x->mask) >> b->shift;
}

/* Items in the order of rows to items by part. */
static void sort_run(struct engine *e, const struct building *b, struct run *run,
	const struct item *item, size_t n)
{
	run->item = ENGINE_NEW(e, n + 1, struct item);
	run->first = ENGINE_ZNEW(e, (size_t)b->parts + 2, uint32_t);
	if (run->item == NULL || run->first == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		run->first[part_of(b, item[i].value) + 2]++;
	for (uint32_t p = 0; p < b->parts; p++)
		run->first[p + 2] += run->first[p + 1];
	for (size_t i = 0; i < n; i++)
		run->item[run->first[part_of(b, item[i].value) + 1]++] = item[i];
}

static void value_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct building *b = arg;
	const struct learn *n = b->n;
	uint64_t value[LEARN_VALUES_MAX];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, n->nrows[RIGHT]);
	VECTOR(struct item) item = {0};

	(void)thread;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end && engine_ok(e); i++) {
		uint32_t row = n->rows[RIGHT][i];
		uint32_t count = learn_key_values(n, b->key, RIGHT, row, value);
		for (uint32_t v = 0; v < count; v++)
			(void)ENGINE_PUSH(e, &item, ((struct item){value[v], row,
				learn_near_day(n, row), learn_near_amount(n, row)}));
	}
	if (engine_ok(e))
		sort_run(e, b, &b->run[chunk], item.p, item.n);
	engine_free(e, item.p);
}

/* Where parts begin; false when there are too many entries. */
static bool place_parts(struct engine *e, struct building *b)
{
	uint64_t total = 0;

	for (uint32_t p = 0; p < b->parts; p++) {
		b->part_first[p] = total;
		for (uint32_t k = 0; k < b->nruns; k++)
			total += b->run[k].first[p + 1] - b->run[k].first[p];
	}
	b->part_first[b->parts] = total;
	if (total > UINT32_MAX)
		engine_fail(e, E_LIMIT);
	else
		b->x->entry = ENGINE_NEW(e, total + 1, struct learn_entry);
	return engine_ok(e);
}

static void part_task(struct engine *e, void *arg, uint32_t part, unsigned thread)
{
	struct building *b = arg;
	uint32_t buckets = 1u << b->shift, bucket = part << b->shift;
	uint32_t *place = ENGINE_ZNEW(e, (size_t)buckets + 2, uint32_t);

	(void)thread;
	if (place == NULL)
		return;
	for (uint32_t k = 0; k < b->nruns; k++)
		for (uint32_t i = b->run[k].first[part]; i < b->run[k].first[part + 1]; i++)
			place[((uint32_t)b->run[k].item[i].value & (buckets - 1)) + 1]++;
	place[0] = (uint32_t)b->part_first[part];
	for (uint32_t i = 0; i < buckets; i++) {
		b->x->first[bucket + i] = place[i];
		place[i + 1] += place[i];
	}
	for (uint32_t k = 0; k < b->nruns; k++)
		for (uint32_t i = b->run[k].first[part]; i < b->run[k].first[part + 1]; i++) {
			const struct item *it = &b->run[k].item[i];
			b->x->entry[place[(uint32_t)it->value & (buckets - 1)]++] =
				(struct learn_entry){(uint32_t)(it->value >> 32), it->row,
					it->amount, it->day};
		}
	engine_free(e, place);
}

static void index_make(struct learn *n, const struct learn_key *k, struct learn_index *ret)
{
	struct engine *e = n->e;
	struct building b = {.n = n, .key = k, .x = ret, .nruns = chunks(n->nrows[RIGHT]), .parts = 1};
	uint32_t size = 64;

	while (size < n->nrows[RIGHT] && size < BUCKETS_MAX)
		size *= 2;
	while (b.parts < PARTS_MAX && b.parts * PART_ROWS < size)
		b.parts *= 2;
	b.shift = (unsigned)__builtin_ctz(size) - (unsigned)__builtin_ctz(b.parts);
	ret->mask = size - 1;
	ret->first = ENGINE_NEW(e, (size_t)size + 1, uint32_t);
	b.run = ENGINE_ZNEW(e, (size_t)b.nruns + 1, struct run);
	b.part_first = ENGINE_NEW(e, (size_t)b.parts + 1, uint64_t);
	if (engine_ok(e))
		par_for(e, b.nruns, value_chunk, &b);
	if (engine_ok(e) && place_parts(e, &b)) {
		par_for(e, b.parts, part_task, &b);
		ret->first[size] = (uint32_t)b.part_first[b.parts];
	}
	for (uint32_t i = 0; b.run != NULL && i < b.nruns; i++) {
		engine_free(e, b.run[i].item);
		engine_free(e, b.run[i].first);
	}
	engine_free(e, b.run);
	engine_free(e, b.part_first);
}

void learn_index_free(struct engine *e, struct learn_index *x)
{
	engine_free(e, x->first);
	engine_free(e, x->entry);
	*x = (struct learn_index){0};
}

void learn_keys_open(struct learn *n)
{
	for (uint32_t k = 0; k < n->nkeys && engine_ok(n->e); k++) {
		n->touches[k] = learn_key_selects(n, &n->key[k]);
		index_make(n, &n->key[k], &n->index[k]);
	}
}
