/*
 * Value ids: equal values of a field get equal small numbers on both sides, so that everything after
 * compares integers, and how often a value occurs is one array look-up.
 *
 * Rows are scattered into parts by a hash of the value, then each part is small enough to be made
 * unique in cache. A key of up to 15 bytes lies in the item itself, so equality is exact without
 * looking at the text again; a longer one is compared in full. Ids depend on the order of rows and
 * are therefore never ordered by, nor written anywhere.
 */
#include "match/engine.h"

#include <stdlib.h>
#include <string.h>

#define PART_ITEMS 4096u
#define PARTS_MAX 4096u

struct item {
	uint64_t a, b; /* the value itself, or its hash when b's top byte is 0xff */
	uint32_t row;
	uint32_t side;
};

struct intern {
	const struct vec *v[2];   /* of a field ... */
	uint32_t *const *pair[2]; /* ... or pairs of ids: pair[0][side], pair[1][side] */
	const uint8_t *currency[2];
	uint32_t n[2];
	uint32_t parts;       /* a power of two */
	uint32_t shift;
	uint32_t chunks[2];
	uint32_t *histogram;  /* chunk x part, then places */
	uint32_t *part_first; /* parts + 1 */
	struct item *items;
	uint32_t *id[2];
	uint32_t *count[2];   /* NULL: not wanted */
	uint32_t *seen;       /* with count */
	_Atomic uint32_t most[2];
	_Atomic uint64_t equal_pairs;
	uint64_t seed;
};

static inline uint64_t load64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Bytes are followed by padding, so that reading past the end of a text is allowed. */
static inline void key_of_text(const char *p, uint32_t n, struct item *it)
{
	if (n < 16) {
		uint64_t low = n == 0 ? 0 : load64(p), high = n > 8 ? load64(p + 8) : 0;
		if (n < 8)
			low &= (UINT64_C(1) << 8 * n) - 1;
		else if (n > 8)
			high &= (UINT64_C(1) << 8 * (n - 8)) - 1;
		it->a = low;
		it->b = high | (uint64_t)n << 56;
		return;
	}
	uint64_t h = n, g = ~(uint64_t)n;
	uint32_t i = 0;
	for (; i + 8 <= n; i += 8) {
		uint64_t w = load64(p + i);
		h = mix64(h ^ w);
		g = (g ^ w) * UINT64_C(0x9fb21c651e98df25);
		g ^= g >> 29;
	}
	if (i < n) {
		uint64_t w = load64(p + i) & ((UINT64_C(1) << 8 * (n - i)) - 1);
		h = mix64(h ^ w);
		g = (g ^ w) * UINT64_C(0x9fb21c651e98df25);
	}
	it->a = h;
	it->b = (g >> 8) | UINT64_C(0xff) << 56;
}

/* False when the row has no value. */
static inline bool key_of_row(const struct intern *in, int side, uint32_t row, struct item *it)
{
	it->row = row;
	it->side = (uint32_t)side;
	if (in->v[side] == NULL) {
		uint32_t a = in->pair[0][side][row], b = in->pair[1][side][row];
		it->a = (uint64_t)a << 32 | b;
		it->b = 0;
		return a != 0 && b != 0;
	}
	const struct vec *v = in->v[side];
	if (!vec_valid(v, row))
		return false;
	if (v->off != NULL) {
		key_of_text(v->bytes + v->off[row], v->off[row + 1] - v->off[row], it);
		return true;
	}
	it->a = v->i64 != NULL ? (uint64_t)v->i64[row] : (uint64_t)(uint32_t)v->i32[row];
	it->b = in->currency[side] == NULL ? 0 : in->currency[side][row];
	return true;
}

static inline uint64_t key_hash(const struct item *it)
{
	return mix64(it->a ^ it->b * UINT64_C(0x9e3779b97f4a7c15));
}

struct span {
	int side;
	uint32_t first, end;
};

static struct span chunk_span(const struct intern *in, uint32_t chunk)
{
	struct span s = {.side = chunk >= in->chunks[0]};
	uint32_t k = s.side == 0 ? chunk : chunk - in->chunks[0];

	s.first = k * CHUNK_ROWS;
	s.end = MIN(s.first + CHUNK_ROWS, in->n[s.side]);
	return s;
}

static void count_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct intern *in = arg;
	struct span s = chunk_span(in, chunk);
	uint32_t *histogram = in->histogram + (size_t)chunk * in->parts;
	struct item it;

	(void)e;
	(void)thread;
	memset(histogram, 0, in->parts * sizeof(*histogram));
	for (uint32_t r = s.first; r < s.end; r++)
		if (key_of_row(in, s.side, r, &it))
			histogram[key_hash(&it) >> in->shift]++;
}

static void scatter_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct intern *in = arg;
	struct span s = chunk_span(in, chunk);
	uint32_t *place = in->histogram + (size_t)chunk * in->parts;
	struct item it;

	(void)e;
	(void)thread;
	for (uint32_t r = s.first; r < s.end; r++) {
		if (key_of_row(in, s.side, r, &it))
			in->items[place[key_hash(&it) >> in->shift]++] = it;
		else
			in->id[s.side][r] = 0;
	}
}

static bool same_value(const struct intern *in, const struct item *x, const struct item *y)
{
	if (x->a != y->a || x->b != y->b)
		return false;
	if (in->v[x->side] == NULL || in->v[x->side]->off == NULL || x->b >> 56 != 0xff)
		return true;
	return sv_eq(vec_text(in->v[x->side], x->row), vec_text(in->v[y->side], y->row));
}

/* What the counts of a part say, once all of them are there. */
static void sum_part(struct intern *in, uint32_t first, uint32_t end)
{
	uint32_t most[2] = {0, 0};
	uint64_t pairs = 0;

	for (uint32_t id = first + 1; id <= end; id++) {
		for (int side = 0; side < 2; side++)
			most[side] = MAX(most[side], in->count[side][id]);
		pairs += (uint64_t)in->count[0][id] * in->count[1][id];
	}
	for (uint32_t i = first; i < end; i++) {
		const struct item *it = &in->items[i];
		if (it->side == 0)
			in->seen[it->row] = in->count[1][in->id[0][it->row]];
	}
	atomic_fetch_add(&in->equal_pairs, pairs);
	for (int side = 0; side < 2; side++) {
		uint32_t had = atomic_load(&in->most[side]);
		while (had < most[side] &&
			!atomic_compare_exchange_weak(&in->most[side], &had, most[side]))
			;
	}
}

/* Ids of a part are the places of its items + 1: unique without knowing other parts. */
static void unify_part(struct engine *e, void *arg, uint32_t part, unsigned thread)
{
	struct intern *in = arg;
	uint32_t first = in->part_first[part], end = in->part_first[part + 1];
	uint32_t size = 8;

	(void)thread;
	while (size < 2 * (end - first))
		size *= 2;
	uint32_t *table = ENGINE_ZNEW(e, size, uint32_t);
	if (table == NULL)
		return;
	for (uint32_t i = first; i < end; i++) {
		const struct item *it = &in->items[i];
		uint32_t at = (uint32_t)key_hash(it) & (size - 1);
		while (table[at] != 0 && !same_value(in, &in->items[table[at] - 1], it))
			at = (at + 1) & (size - 1);
		if (table[at] == 0)
			table[at] = i + 1;
		in->id[it->side][it->row] = table[at];
		if (in->count[it->side] != NULL)
			in->count[it->side][table[at]]++;
	}
	engine_free(e, table);
	if (in->count[0] != NULL)
		sum_part(in, first, end);
}

/* Turns the histograms into places: part by part, chunk by chunk. */
static uint32_t lay_out(struct intern *in)
{
	uint32_t place = 0, nchunks = in->chunks[0] + in->chunks[1];

	for (uint32_t part = 0; part < in->parts; part++) {
		in->part_first[part] = place;
		for (uint32_t c = 0; c < nchunks; c++) {
			uint32_t *h = &in->histogram[(size_t)c * in->parts + part];
			uint32_t n = *h;
			*h = place;
			place += n;
		}
	}
	in->part_first[in->parts] = place;
	return place;
}

/* Number of ids, 0 included; id 0 is "no value". */
static uint32_t intern_run(struct engine *e, struct intern *in, bool count)
{
	uint32_t total = in->n[0] + in->n[1], parts = 1;

	while (parts < PARTS_MAX && parts * PART_ITEMS < total)
		parts *= 2;
	in->parts = parts;
	in->shift = parts == 1 ? 63 : 64 - (uint32_t)__builtin_ctz(parts);
	if (parts == 1)
		in->parts = 2;
	/* First, while what the field before used lies free in one piece. */
	in->items = ENGINE_NEW(e, (size_t)total + 1, struct item);
	for (int side = 0; side < 2; side++) {
		in->chunks[side] = chunks(in->n[side]);
		in->id[side] = ENGINE_NEW(e, (size_t)in->n[side] + 1, uint32_t);
		if (count)
			in->count[side] = ENGINE_ZNEW(e, (size_t)total + 2, uint32_t);
	}
	if (count)
		in->seen = ENGINE_NEW(e, (size_t)in->n[0] + 1, uint32_t);
	uint32_t nchunks = in->chunks[0] + in->chunks[1];
	in->histogram = ENGINE_NEW(e, (size_t)nchunks * in->parts + 1, uint32_t);
	in->part_first = ENGINE_NEW(e, in->parts + 1, uint32_t);
	if (engine_ok(e))
		par_for(e, nchunks, count_chunk, in);
	if (!engine_ok(e))
		return 0;
	uint32_t nitems = lay_out(in);
	par_for(e, nchunks, scatter_chunk, in);
	if (engine_ok(e))
		par_for(e, in->parts, unify_part, in);
	engine_free(e, in->items);
	engine_free(e, in->histogram);
	engine_free(e, in->part_first);
	return nitems + 1;
}

/* ---- dates are their own ids ---- */

struct dating {
	struct field *f;
	int32_t low;
};

static void number_days(struct engine *e, void *arg, uint32_t side, unsigned thread)
{
	const struct dating *d = arg;
	struct field *f = d->f;
	uint32_t n = f->v[side].present ? e->n[side] : 0;

	(void)thread;
	f->id[side] = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	f->count[side] = ENGINE_ZNEW(e, f->nids + 1, uint32_t);
	if (!engine_ok(e))
		return;
	for (uint32_t r = 0; r < n; r++) {
		bool valid = vec_valid(&f->v[side], r);
		uint32_t id = valid ? (uint32_t)(f->v[side].i32[r] - d->low) + 1 : 0;
		f->id[side][r] = id;
		f->count[side][id]++;
	}
	f->nvalid[side] = n - f->count[side][0];
}

static void intern_dates(struct engine *e, struct field *f)
{
	int32_t low = INT32_MAX, high = INT32_MIN;

	for (int side = 0; side < 2; side++)
		for (uint32_t r = 0; f->v[side].present && r < e->n[side]; r++) {
			if (!vec_valid(&f->v[side], r))
				continue;
			low = MIN(low, f->v[side].i32[r]);
			high = MAX(high, f->v[side].i32[r]);
		}
	if (low > high)
		low = high = 0;
	f->day_first = low;
	f->nids = (uint32_t)(high - low) + 2;
	struct dating d = {f, low};
	par_for(e, 2, number_days, &d);
}

void intern_field(struct engine *e, struct field *f)
{
	struct intern in = {0};

	if (f->id[0] != NULL || f->id[1] != NULL || !engine_ok(e))
		return;
	if (f->rule->type == RULES_DATE) {
		intern_dates(e, f);
		return;
	}
	for (int side = 0; side < 2; side++) {
		in.v[side] = &f->v[side];
		in.n[side] = f->v[side].present ? e->n[side] : 0;
		if (f->rule->type == RULES_AMOUNT)
			in.currency[side] = e->currency[side];
	}
	f->nids = intern_run(e, &in, true);
	for (int side = 0; side < 2; side++) {
		f->id[side] = in.id[side];
		f->count[side] = in.count[side];
		f->most[side] = in.most[side];
	}
	f->seen = in.seen;
	f->equal_pairs = in.equal_pairs;
	if (!engine_ok(e))
		return;
	for (int side = 0; side < 2; side++)
		for (uint32_t id = 1; id < f->nids; id++)
			f->nvalid[side] += f->count[side][id];
}

void intern_pairs(struct engine *e, uint32_t *const a[2], uint32_t *const b[2], uint32_t *ret_id[2],
	uint32_t *ret_nids)
{
	struct intern in = {.pair = {a, b}, .n = {e->n[0], e->n[1]}};

	*ret_nids = intern_run(e, &in, false);
	ret_id[0] = in.id[0];
	ret_id[1] = in.id[1];
}

/* ---- classes of equal rows ---- */

static void hash_side(struct engine *e, void *arg, uint32_t side, unsigned thread)
{
	(void)arg;
	(void)thread;
	for (uint32_t i = 0; i < e->nin; i++)
		if (e->in[i].side == side)
			col_row_hash(e->in[i].table, 1u << COL_FIELD | 1u << COL_SOURCE,
				e->row_hash[side] + e->base[i]);
}

void intern_row_hashes(struct engine *e)
{
	if (e->row_hash[0] != NULL || !engine_ok(e))
		return;
	for (int side = 0; side < 2; side++)
		e->row_hash[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint64_t);
	if (engine_ok(e))
		par_for(e, 2, hash_side, NULL);
}

struct twin {
	uint64_t hash;     /* of the ids of all fields */
	uint64_t row_hash;
	uint32_t row;
};

/* A row can only have an equal when each of its values occurs twice on its side. */
static bool may_have_twin(const struct engine *e, int side, uint32_t row, uint64_t *ret_hash)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < e->nf; i++) {
		const struct field *f = &e->f[i];
		if (f->id[side] == NULL || !f->v[side].present)
			continue;
		uint32_t id = f->id[side][row];
		if (id != 0 && f->count[side][id] < 2)
			return false;
		h = mix64(h ^ id) + i;
	}
	*ret_hash = h;
	return true;
}

static bool same_class(const struct engine *e, int side, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < e->nf; i++) {
		const struct field *f = &e->f[i];
		if (f->id[side] != NULL && f->v[side].present && f->id[side][a] != f->id[side][b])
			return false;
	}
	return row_currency(e, side, a) == row_currency(e, side, b);
}

static int by_class(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->row_hash != y->row_hash)
		return x->row_hash < y->row_hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Twins of one hash: each joins the first class before it that it equals. */
static void chain_twins(struct engine *e, int side, const struct twin *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			uint32_t rep = t[k].row, row = t[i].row;
			if (e->rep[side][rep] != rep || !same_class(e, side, rep, row))
				continue;
			e->rep[side][row] = rep;
			e->cap[side][row] = 0;
			e->cap[side][rep]++;
			break;
		}
}

static void link_chains(struct engine *e, int side, const struct twin *t, size_t n, uint32_t *tail)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t row = t[i].row, rep = e->rep[side][row];
		if (rep != row)
			e->chain[side][tail[rep]] = row;
		tail[rep] = row;
	}
}

static void classes_of_side(struct engine *e, int side, struct twin *twins, size_t n)
{
	uint32_t *tail = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);

	e->rep[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	e->cap[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	e->chain[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	e->head[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	if (!engine_ok(e))
		return;
	for (uint32_t r = 0; r < e->n[side]; r++) {
		e->rep[side][r] = e->head[side][r] = r;
		e->cap[side][r] = e->state[side][r] == ROW_OPEN;
		e->chain[side][r] = NO_ROW;
	}
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && twins[end].hash == twins[i].hash; end++)
			;
		chain_twins(e, side, twins + i, end - i);
		link_chains(e, side, twins + i, end - i, tail);
	}
	engine_free(e, tail);
}

struct twins {
	int side;
	VECTOR(struct twin) *chunk;
};

/* Values come in no order: their counts are asked for in time. */
static inline void fetch_counts(const struct engine *e, int side, uint32_t row)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].id[side] != NULL && e->f[i].v[side].present)
			__builtin_prefetch(&e->f[i].count[side][e->f[i].id[side][row]]);
}

static void find_twins(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct twins *t = arg;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[t->side]);
	uint64_t h;

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++) {
		if (r + 16 < end)
			fetch_counts(e, t->side, r + 16);
		if (e->state[t->side][r] == ROW_OPEN && may_have_twin(e, t->side, r, &h) &&
			!ENGINE_PUSH(e, &t->chunk[chunk], ((struct twin){.hash = h, .row = r})))
			return;
	}
}

#define BUCKETS 2048u
#define BUCKET_SHIFT 53

/* By class: scattered by the first bits of the hash, each bucket sorted in the cache. */
static void sort_twins(struct engine *e, struct twin *t, size_t n)
{
	struct twin *other = ENGINE_NEW(e, n + 1, struct twin);
	size_t place[BUCKETS + 1] = {0};

	if (other == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		place[(t[i].hash >> BUCKET_SHIFT) + 1]++;
	for (uint32_t b = 0; b < BUCKETS; b++)
		place[b + 1] += place[b];
	for (size_t i = 0; i < n; i++)
		other[place[t[i].hash >> BUCKET_SHIFT]++] = t[i];
	/* place[b] now is where bucket b ends. */
	for (uint32_t b = 0; b < BUCKETS; b++) {
		size_t first = b == 0 ? 0 : place[b - 1];
		if (place[b] - first > 1)
			qsort(other + first, place[b] - first, sizeof(*other), by_class);
	}
	memcpy(t, other, n * sizeof(*t));
	engine_free(e, other);
}

struct all_twins {
	VECTOR(struct twin) side[2];
};

static void make_classes(struct engine *e, void *arg, uint32_t side, unsigned thread)
{
	struct twin *twin = ((struct all_twins *)arg)->side[side].p;
	size_t n = ((struct all_twins *)arg)->side[side].n;

	(void)thread;
	if (n < 2)
		return;
	for (size_t i = 0; i < n; i++)
		twin[i].row_hash = e->row_hash[side][twin[i].row];
	sort_twins(e, twin, n);
	if (engine_ok(e))
		classes_of_side(e, (int)side, twin, n);
}

static void collect_twins(struct engine *e, int side, struct all_twins *all)
{
	uint32_t nchunks = chunks(e->n[side]);
	struct twins found = {.side = side};
	size_t n = 0;

	found.chunk = engine_zalloc(e, nchunks + 1, sizeof(*found.chunk));
	if (found.chunk == NULL)
		return;
	par_for(e, nchunks, find_twins, &found);
	for (uint32_t c = 0; c < nchunks; c++)
		n += found.chunk[c].n;
	all->side[side].p = ENGINE_NEW(e, n + 1, struct twin);
	for (uint32_t c = 0; c < nchunks; c++) {
		if (engine_ok(e) && found.chunk[c].n > 0)
			memcpy(all->side[side].p + all->side[side].n, found.chunk[c].p,
				found.chunk[c].n * sizeof(struct twin));
		all->side[side].n += found.chunk[c].n;
		engine_free(e, found.chunk[c].p);
	}
	engine_free(e, found.chunk);
}

void intern_classes(struct engine *e)
{
	struct all_twins all = {0};

	for (int side = 0; side < 2 && engine_ok(e); side++)
		collect_twins(e, side, &all);
	if (engine_ok(e) && (all.side[0].n > 1 || all.side[1].n > 1))
		intern_row_hashes(e);
	if (engine_ok(e))
		par_for(e, 2, make_classes, &all);
	for (int side = 0; side < 2; side++)
		engine_free(e, all.side[side].p);
}
