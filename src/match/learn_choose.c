/*
 * Which keys to look by: chosen for what they find. Single keys are tried on some left rows, by looking
 * up what all right rows have in a table of the values of those few; pairs are weighed with the
 * start values, and the key is taken that newly finds most expected matches for its pairs, until a row
 * has as many pairs as it may. No index is made of a key that is not taken.
 *
 * A match that is found by one key only teaches nothing about that key's own field, so a second key
 * on other fields that finds it again is worth something too.
 *
 * What is tried is bounded in steps: a step is one key of one pair.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define TRY_ROWS 2048u
#define TRY_STEPS 64000000.0
#define ROW_PAIRS 30.0     /* budget of all keys together */
#define PASSED_OVER 0.0625 /* of a pair: what the bounds pass over */
#define CHEAP 64.0         /* pairs a row: tried alone */
#define DEAR 8192.0        /* tried with another key only; dearer ones not at all */
#define DEAR_STEPS 4000000.0
#define AGAIN 0.25         /* worth of finding a match again by other fields */
#define LEAST_GAIN 0.0005  /* of all expected matches */
#define LIKELY 0.02
#define SINGLES_ALL (4 * LEARN_COMPARISONS_MAX)

/* A value of a tried left row; ascending by value, then row. */
struct wanted {
	uint64_t value;
	uint32_t row; /* number among the tried ones */
};

/* Values of one single key on the tried rows. */
struct look {
	struct wanted *wanted;
	uint32_t nwanted;
	uint32_t *slot; /* 1 + first of a value in wanted; 0: free */
	uint32_t mask;
};

struct tried {
	uint32_t l, r;   /* l: number among the tried rows */
	uint64_t agrees; /* single keys */
	double p;
	uint64_t found;  /* comparisons that the keys found so far select by; all ones and ... */
	bool covered;
};

struct tried_pair {
	uint32_t l, r;
};

struct pairs {
	VECTOR(struct tried_pair) pair;
	uint64_t raw, within;
};

struct choosing {
	struct learn *n;
	uint32_t *rows, nrows;
	struct learn_bounds *bounds; /* by tried row */
	struct look look;
	const struct learn_single *single; /* that is looked up */
	uint32_t limit;                    /* tried rows whose pairs are listed; 0: they are counted */
	struct pairs *chunk;
	VECTOR(struct tried_pair) listed;
	struct tried *tried;
	size_t ntried;
	double expected;
	struct learn_single all[SINGLES_ALL];
	uint32_t nall;
	uint64_t *lifted; /* by single */
};

/* ---- single keys ---- */

static const unsigned letters[] = {10, 7, 4};

static void add_single(struct choosing *ch, enum learn_key_kind kind, uint32_t c, unsigned of)
{
	if (ch->nall < SINGLES_ALL)
		ch->all[ch->nall++] = (struct learn_single){
			.kind = kind, .c = (uint8_t)c, .letters = (uint8_t)of};
}

static void list_singles(struct choosing *ch)
{
	const struct learn *n = ch->n;

	for (uint32_t i = 0; i < n->nc; i++) {
		const struct comparison *c = &n->c[i];
		bool joined = c->f->rule->side[0].nterms > 1 || c->f->rule->side[1].nterms > 1;
		if (c->f->listed || c->how == LEARN_LONG)
			add_single(ch, KEY_WORD, i, 0);
		if (c->f->rule->type == RULES_CURRENCY || c->f->listed ||
			(c->how == LEARN_LONG && joined))
			continue;
		add_single(ch, KEY_EQUAL, i, 0);
		for (uint32_t k = 0; c->f->textual && k < ARRAY_LEN(letters); k++)
			add_single(ch, KEY_PREFIX, i, letters[k]);
	}
}

/* When there are too many, all that are equal or a word, then the longest beginnings. */
static void take_singles(struct choosing *ch)
{
	struct learn *n = ch->n;
	bool taken[SINGLES_ALL] = {false};
	uint32_t count = 0;

	for (uint32_t turn = 0; turn <= ARRAY_LEN(letters); turn++)
		for (uint32_t i = 0; i < ch->nall && count < LEARN_SINGLES_MAX; i++)
			if (ch->all[i].letters == (turn == 0 ? 0 : letters[turn - 1])) {
				taken[i] = true;
				count++;
			}
	for (uint32_t i = 0; i < ch->nall; i++)
		if (taken[i])
			n->single[n->nsingles++] = ch->all[i];
}

/* ---- looking up ---- */

static int by_value(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void look_close(struct engine *e, struct look *k)
{
	engine_free(e, k->wanted);
	engine_free(e, k->slot);
	*k = (struct look){0};
}

static void look_open(struct choosing *ch)
{
	struct learn *n = ch->n;
	struct look *k = &ch->look;
	uint64_t value[LEARN_VALUES_MAX];
	uint32_t size = 64;

	k->wanted = ENGINE_NEW(n->e, (size_t)ch->nrows * LEARN_VALUES_MAX + 1, struct wanted);
	for (uint32_t i = 0; k->wanted != NULL && i < ch->nrows; i++) {
		uint32_t count = learn_single_values(n, ch->single, LEFT, ch->rows[i], value);
		for (uint32_t v = 0; v < count; v++)
			k->wanted[k->nwanted++] = (struct wanted){value[v], i};
	}
	if (k->nwanted > 1)
		qsort(k->wanted, k->nwanted, sizeof(*k->wanted), by_value);
	while (size < 4 * k->nwanted)
		size *= 2;
	k->mask = size - 1;
	k->slot = ENGINE_ZNEW(n->e, size, uint32_t);
	for (uint32_t i = 0; k->slot != NULL && i < k->nwanted; i++) {
		if (i > 0 && k->wanted[i].value == k->wanted[i - 1].value)
			continue;
		uint32_t at = (uint32_t)k->wanted[i].value & k->mask;
		while (k->slot[at] != 0)
			at = (at + 1) & k->mask;
		k->slot[at] = i + 1;
	}
}

/* First of the tried rows with the value; nwanted: none has it. */
static uint32_t look_up(const struct look *k, uint64_t value)
{
	uint32_t at = (uint32_t)value & k->mask;

	while (k->slot[at] != 0 && k->wanted[k->slot[at] - 1].value != value)
		at = (at + 1) & k->mask;
	return k->slot[at] == 0 ? k->nwanted : k->slot[at] - 1;
}

static void meet_value(const struct choosing *ch, struct pairs *out, uint64_t value, uint32_t r)
{
	const struct look *k = &ch->look;
	float amount = learn_near_amount(ch->n, r);
	int32_t day = learn_near_day(ch->n, r);

	for (uint32_t i = look_up(k, value); i < k->nwanted && k->wanted[i].value == value; i++) {
		uint32_t l = k->wanted[i].row;
		out->raw++;
		if (!learn_within(ch->bounds[l], amount, day))
			continue;
		out->within++;
		if (l < ch->limit && (!ch->n->same || r > ch->rows[l]))
			(void)ENGINE_PUSH(ch->n->e, &out->pair, ((struct tried_pair){l, r}));
	}
}

static void look_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct choosing *ch = arg;
	const struct learn *n = ch->n;
	uint64_t value[LEARN_VALUES_MAX];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, n->nrows[RIGHT]);

	(void)thread;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end && engine_ok(e); i++) {
		uint32_t r = n->rows[RIGHT][i];
		uint32_t count = learn_single_values(n, ch->single, RIGHT, r, value);
		for (uint32_t v = 0; v < count; v++)
			meet_value(ch, &ch->chunk[chunk], value[v], r);
	}
}

/* Looks up all right rows; adds pairs of tried rows below the limit to the list. */
static struct pairs look_all(struct choosing *ch, const struct learn_single *single, uint32_t limit)
{
	struct engine *e = ch->n->e;
	uint32_t nchunks = chunks(ch->n->nrows[RIGHT]);
	struct pairs sum = {0};

	ch->single = single;
	ch->limit = limit;
	ch->chunk = ENGINE_ZNEW(e, (size_t)nchunks + 1, struct pairs);
	look_open(ch);
	if (engine_ok(e))
		par_for(e, nchunks, look_chunk, ch);
	for (uint32_t c = 0; ch->chunk != NULL && c < nchunks; c++) {
		const struct pairs *p = &ch->chunk[c];
		for (size_t i = 0; i < p->pair.n && engine_ok(e); i++)
			(void)ENGINE_PUSH(e, &ch->listed, p->pair.p[i]);
		sum.raw += p->raw;
		sum.within += p->within;
		engine_free(e, p->pair.p);
	}
	engine_free(e, ch->chunk);
	look_close(e, &ch->look);
	return sum;
}

/* What the single keys cost; those that find nothing or too much are dropped. */
static void count_singles(struct choosing *ch)
{
	uint32_t kept = 0;

	for (uint32_t s = 0; s < ch->nall && engine_ok(ch->n->e); s++) {
		struct learn_single single = ch->all[s];
		struct pairs found = look_all(ch, &single, 0);
		double within = (double)found.within / MAX(ch->nrows, 1u);
		single.raw = (double)found.raw / MAX(ch->nrows, 1u);
		single.cost = within + PASSED_OVER * (single.raw - within);
		if (single.raw > 0 && single.raw <= DEAR)
			ch->all[kept++] = single;
	}
	ch->nall = kept;
}

/* Fewer rows when there are many keys. */
static void bound_rows(struct choosing *ch)
{
	const struct learn *n = ch->n;
	double cheap = 0;

	for (uint32_t s = 0; s < n->nsingles; s++)
		cheap += n->single[s].cost <= CHEAP ? n->single[s].cost : 0;
	double most = TRY_STEPS / (cheap * n->nsingles + 1);
	if (most < ch->nrows)
		ch->nrows = MAX((uint32_t)most, 1u);
}

/* Dear keys are tried on fewer rows. */
static void list_pairs(struct choosing *ch)
{
	struct learn *n = ch->n;

	for (uint32_t s = 0; s < n->nsingles && engine_ok(n->e); s++) {
		const struct learn_single *single = &n->single[s];
		double most = MIN(DEAR_STEPS, TRY_STEPS / n->nsingles) / n->nsingles / single->cost + 1;
		uint32_t limit = ch->nrows;
		if (single->cost > CHEAP && most < limit)
			limit = (uint32_t)most;
		(void)look_all(ch, single, limit);
	}
}

static int by_pair(const void *a, const void *b)
{
	const struct tried_pair *x = a, *y = b;

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

/* ---- weighing ---- */

static bool two_fields(const struct learn *n, uint64_t agrees)
{
	uint64_t c = 0;

	for (uint32_t s = 0; s < n->nsingles; s++)
		if ((agrees >> s & 1) != 0)
			c |= UINT64_C(1) << n->single[s].c;
	return (c & (c - 1)) != 0;
}

static bool one_cheap(const struct learn *n, uint64_t agrees)
{
	for (uint64_t s = agrees; s != 0; s &= s - 1)
		if (n->single[__builtin_ctzll(s)].cost <= CHEAP)
			return true;
	return false;
}

static void judge_tried(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct choosing *ch = arg;
	const struct learn *n = ch->n;
	struct metric *m = engine_metric(e, thread);
	size_t end = MIN(((size_t)chunk + 1) * CHUNK_ROWS, ch->ntried);

	for (size_t i = (size_t)chunk * CHUNK_ROWS; m != NULL && i < end; i++) {
		struct tried *t = &ch->tried[i];
		uint32_t l = ch->rows[t->l];
		t->agrees = learn_key_agreeing(n, l, t->r);
		if (one_cheap(n, t->agrees) || two_fields(n, t->agrees))
			t->p = num_pow2(&e->num, learn_weigh(n, m, l, t->r) + n->prior);
		else
			t->agrees = 0; /* found by one dear key alone */
	}
}

static void weigh_tried(struct choosing *ch)
{
	struct engine *e = ch->n->e;

	if (ch->listed.n > 1)
		qsort(ch->listed.p, ch->listed.n, sizeof(*ch->listed.p), by_pair);
	ch->tried = ENGINE_NEW(e, ch->listed.n + 1, struct tried);
	for (size_t i = 0; engine_ok(e) && i < ch->listed.n; i++) {
		struct tried_pair p = ch->listed.p[i];
		if (i == 0 || by_pair(&p, &ch->listed.p[i - 1]) != 0)
			ch->tried[ch->ntried++] = (struct tried){.l = p.l, .r = p.r};
	}
	if (engine_ok(e))
		par_for(e, chunks(ch->ntried), judge_tried, ch);
}

/* ---- what tells ---- */

static void lift_single(struct engine *e, void *arg, uint32_t s, unsigned thread)
{
	struct choosing *ch = arg;
	struct learn *n = ch->n;
	struct metric *m = engine_metric(e, thread);
	uint32_t count = 0;

	for (size_t i = 0; i < ch->ntried; i++)
		count += ch->tried[i].agrees >> s & 1;
	if (m == NULL || count == 0 || n->single[s].cost > CHEAP)
		return;
	struct learn_met *met = ENGINE_NEW(e, count, struct learn_met);
	count = 0;
	for (size_t i = 0; met != NULL && i < ch->ntried; i++)
		if ((ch->tried[i].agrees >> s & 1) != 0)
			met[count++] = (struct learn_met){ch->rows[ch->tried[i].l], ch->tried[i].r};
	if (met != NULL)
		ch->lifted[s] = learn_lift(n, m, &n->single[s], met, count);
	engine_free(e, met);
}

/* What depends on nothing else would choose keys by its own agreement with itself: it has no weight
 * until m is learned from what others find. */
static void mute_noise(struct choosing *ch)
{
	struct learn *n = ch->n;
	uint64_t lifted = 0;
	bool any = false;

	ch->lifted = ENGINE_ZNEW(n->e, (size_t)n->nsingles + 1, uint64_t);
	if (engine_ok(n->e))
		par_for(n->e, n->nsingles, lift_single, ch);
	for (uint32_t s = 0; ch->lifted != NULL && s < n->nsingles; s++)
		lifted |= ch->lifted[s];
	engine_free(n->e, ch->lifted);
	for (uint32_t k = 0; k < n->nc && lifted != 0; k++)
		any |= n->c[k].muted = (lifted >> k & 1) == 0;
	if (!any || !engine_ok(n->e))
		return;
	learn_weights(n, false);
	par_for(n->e, chunks(ch->ntried), judge_tried, ch);
}

/* Odds to probabilities, one partner for each left row. */
static void normalise(struct choosing *ch)
{
	struct tried *t = ch->tried;

	for (size_t i = 0, end; i < ch->ntried; i = end) {
		double sum = 1;
		for (end = i; end < ch->ntried && t[end].l == t[i].l; end++)
			sum += t[end].p;
		for (size_t k = i; k < end; k++) {
			t[k].p /= sum;
			ch->expected += t[k].p;
		}
	}
}

/* ---- choosing ---- */

static bool finds(const struct learn_key *k, uint64_t agrees)
{
	return (agrees >> k->a & 1) != 0 && (k->b == NO_SINGLE || (agrees >> k->b & 1) != 0);
}

struct counts {
	double pairs[LEARN_SINGLES_MAX][LEARN_SINGLES_MAX]; /* cost: [a][b], [a][a] alone */
	double gain[LEARN_SINGLES_MAX][LEARN_SINGLES_MAX];
};

static void count_costs(const struct choosing *ch, struct counts *counts)
{
	const struct learn *n = ch->n;
	double raw = 0, cost = 0;

	for (size_t i = 0; i < ch->ntried; i++)
		for (uint64_t a = ch->tried[i].agrees; a != 0; a &= a - 1)
			for (uint64_t b = a & (a - 1); b != 0; b &= b - 1)
				counts->pairs[__builtin_ctzll(a)][__builtin_ctzll(b)]++;
	/* What two keys pass over is not listed: as much as single ones do. */
	for (uint32_t s = 0; s < n->nsingles; s++) {
		raw += n->single[s].raw;
		cost += n->single[s].cost;
	}
	double within = (cost - PASSED_OVER * raw) / (1 - PASSED_OVER);
	double factor = within <= 0 ? 1 : cost / within;
	for (uint32_t a = 0; a < n->nsingles; a++)
		for (uint32_t b = 0; b < n->nsingles; b++)
			counts->pairs[a][b] = a == b ? n->single[a].cost :
				counts->pairs[a][b] * factor / ch->nrows;
}

static void count_gains(const struct choosing *ch, struct counts *counts)
{
	const struct learn *n = ch->n;

	memset(counts->gain, 0, sizeof(counts->gain));
	for (size_t i = 0; i < ch->ntried; i++) {
		const struct tried *t = &ch->tried[i];
		if (t->p < LIKELY)
			continue;
		for (uint64_t x = t->agrees; x != 0; x &= x - 1)
			for (uint64_t y = x; y != 0; y &= y - 1) {
				uint32_t a = (uint32_t)__builtin_ctzll(x), b = (uint32_t)__builtin_ctzll(y);
				struct learn_key k = {(uint8_t)a, a == b ? NO_SINGLE : (uint8_t)b, 0, 0};
				bool again = t->covered && (t->found & learn_key_selects(n, &k)) == 0;
				counts->gain[a][b] += !t->covered ? t->p : again ? AGAIN * t->p : 0;
			}
	}
}

static bool tells(const struct learn *n, uint32_t single)
{
	return !n->c[n->single[single].c].muted;
}

static bool best_key(const struct choosing *ch, const struct counts *counts, double left,
	struct learn_key *ret)
{
	const struct learn *n = ch->n;
	double best = 0;

	for (uint32_t a = 0; a < n->nsingles; a++)
		for (uint32_t b = a; b < n->nsingles; b++) {
			double cost = counts->pairs[a][b], gain = counts->gain[a][b];
			if ((a != b && n->single[a].c == n->single[b].c) || cost > left ||
				gain < LEAST_GAIN * ch->expected || gain <= 0 || !tells(n, a) ||
				!tells(n, b))
				continue;
			if (gain / (cost + 0.5) <= best)
				continue;
			best = gain / (cost + 0.5);
			*ret = (struct learn_key){(uint8_t)a, a == b ? NO_SINGLE : (uint8_t)b, cost, gain};
		}
	return best > 0;
}

static void take_key(struct choosing *ch, struct learn_key k)
{
	struct learn *n = ch->n;
	uint64_t selects = learn_key_selects(n, &k);

	for (size_t i = 0; i < ch->ntried; i++) {
		struct tried *t = &ch->tried[i];
		if (!finds(&k, t->agrees))
			continue;
		/* What selects both ways by other fields is found independently: nothing more to gain. */
		t->found = t->covered ? t->found | selects : selects;
		t->covered = true;
	}
	n->key[n->nkeys++] = k;
}

static void choose(struct choosing *ch)
{
	struct learn *n = ch->n;
	struct counts *counts = ENGINE_ZNEW(n->e, 1, struct counts);
	struct learn_key k = {0};
	double left = ROW_PAIRS;

	if (counts == NULL)
		return;
	count_costs(ch, counts);
	while (n->nkeys < LEARN_KEYS_MAX) {
		count_gains(ch, counts);
		if (!best_key(ch, counts, left, &k))
			break;
		left -= k.cost;
		take_key(ch, k);
	}
	engine_free(n->e, counts);
}

/* ---- rows that are tried ---- */

static int by_hash(const void *a, const void *b, void *arg)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const uint64_t *hash = arg;

	if (hash[x] != hash[y])
		return hash[x] < hash[y] ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Chosen by what they hold, in an order that the file's does not change: some of the first are a
 * sample too. */
static void sample_rows(struct choosing *ch)
{
	struct learn *n = ch->n;
	uint64_t *hash = n->e->row_hash[LEFT];
	uint64_t limit = n->nrows[LEFT] <= TRY_ROWS ? UINT64_MAX :
		UINT64_MAX / n->nrows[LEFT] * TRY_ROWS;

	ch->rows = ENGINE_NEW(n->e, (size_t)n->nrows[LEFT] + 1, uint32_t);
	for (uint32_t i = 0; ch->rows != NULL && i < n->nrows[LEFT]; i++)
		if (mix64(hash[n->rows[LEFT][i]] + 1) <= limit)
			ch->rows[ch->nrows++] = n->rows[LEFT][i];
	if (ch->nrows > 1)
		qsort_r(ch->rows, ch->nrows, sizeof(*ch->rows), by_hash, hash);
	ch->nrows = MIN(ch->nrows, 2 * TRY_ROWS);
	ch->bounds = ENGINE_NEW(n->e, (size_t)ch->nrows + 1, struct learn_bounds);
	for (uint32_t i = 0; engine_ok(n->e) && i < ch->nrows; i++)
		ch->bounds[i] = learn_near_bounds(n, ch->rows[i]);
}

void learn_keys_choose(struct learn *n)
{
	struct engine *e = n->e;
	struct choosing *ch = ENGINE_ZNEW(e, 1, struct choosing);

	if (ch == NULL)
		return;
	ch->n = n;
	sample_rows(ch);
	list_singles(ch);
	if (engine_ok(e))
		count_singles(ch);
	if (engine_ok(e)) {
		take_singles(ch);
		bound_rows(ch);
		list_pairs(ch);
	}
	if (engine_ok(e))
		weigh_tried(ch);
	if (engine_ok(e) && (uint64_t)n->nrows[LEFT] * n->nrows[RIGHT] > LEARN_SMALL_PRODUCT)
		mute_noise(ch);
	if (engine_ok(e)) {
		normalise(ch);
		choose(ch);
	}
	engine_free(e, ch->rows);
	engine_free(e, ch->bounds);
	engine_free(e, ch->listed.p);
	engine_free(e, ch->tried);
	engine_free(e, ch);
}
