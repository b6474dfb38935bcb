/*
 * Do rows that belong together by one thing agree elsewhere, too? Of several columns of amounts (or
 * days) this tells which one is meant. How many values both sides have does not: where many amounts
 * stand close together, nearly each of them is on the other side by chance.
 *
 * Rows are joined by what occurs just once on each side, an amount or a word. How alike they are
 * elsewhere is held against the same rows joined crosswise: columns keep their frequencies, so only
 * the joining can make a difference. The largest distance between both distributions (Smirnov 1939)
 * is at most the share of joined rows that belong together.
 */
#include <stdlib.h>
#include <string.h>

#include "match/engine.h"
#include "match/propose_parts.h"

#define KEYS_MOST                                                                                  \
	131072u /* occurrences kept of a column: those of the values with the smallest hashes */
#define PAIRS_MOST 1024u /* joined rows that are looked at */
#define PAIRS_LEAST 64u
#define PAIRS_ALL 16384u  /* of all columns together */
#define TOKENS_MOST 256u  /* of a row */
#define PLACES (1u << 18) /* to count words in */
#define SURE 15u /* twice the square of 2.7: less is seen by chance, but once in a million */
#define RATIO_ONE 1000000.0
#define RATIO_MOST 1e15

struct key {
	uint64_t hash;
	uint32_t row;
};

/* What occurs where; of what occurs more than once, two places. */
struct keys {
	struct key *v;
	uint32_t n;
	uint64_t limit; /* hashes up to here are kept */
};

struct lift {
	const struct propose *q;
	struct keys amounts[2][COLUMNS_MAX], words[2];
	uint32_t *rows; /* about as many rows of both sides have a word, by place */
	struct row_pair *joined, *kept;
	int64_t *x, *y;
};

/* ---- what occurs once ---- */

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void keys_settle(struct keys *k)
{
	uint32_t n = 0;

	if (k->n > 1)
		qsort(k->v, k->n, sizeof(*k->v), by_key);
	for (uint32_t i = 0; i < k->n; i++)
		if (n < 2 || k->v[n - 2].hash != k->v[i].hash)
			k->v[n++] = k->v[i];
	if (n > KEYS_MOST / 2) {
		k->limit = k->v[KEYS_MOST / 2].hash - 1;
		while (n > 0 && k->v[n - 1].hash > k->limit)
			n--;
	}
	k->n = n;
}

static void keys_add(struct keys *k, uint64_t hash, uint32_t row)
{
	if (hash > k->limit)
		return;
	if (k->n == KEYS_MOST)
		keys_settle(k);
	if (hash <= k->limit)
		k->v[k->n++] = (struct key){hash, row};
}

static bool keys_open(struct keys *k)
{
	*k = (struct keys){.v = calloc(KEYS_MOST, sizeof(*k->v)), .limit = UINT64_MAX};
	return k->v != NULL;
}

/* Whatever their sign. */
static bool list_amounts(struct lift *f, int side, uint32_t column)
{
	const struct profile *p = &f->q->p[side];
	const struct col *c = p->col[column];
	struct keys *k = &f->amounts[side][column];

	if (k->v != NULL)
		return true;
	if (!keys_open(k))
		return false;
	for (uint32_t r = 0; r < p->t->rows; r++)
		if (col_valid(c, r))
			keys_add(k,
				mix64(c->i64[r] < 0 ? -(uint64_t)c->i64[r] : (uint64_t)c->i64[r]),
				r);
	keys_settle(k);
	return true;
}

/* Pairs of rows by what occurs just once on each side; at most `most` of them. */
static uint32_t join_once(
	const struct keys *a, const struct keys *b, uint32_t most, struct row_pair *out)
{
	uint64_t limit = MIN(a->limit, b->limit);
	uint32_t k = 0, n = 0;

	for (uint32_t i = 0; i < a->n && a->v[i].hash <= limit && n < most; i++) {
		uint64_t hash = a->v[i].hash;
		if (i + 1 < a->n && a->v[i + 1].hash == hash) {
			i++;
			continue;
		}
		while (k < b->n && b->v[k].hash < hash)
			k++;
		if (k < b->n && b->v[k].hash == hash && (k + 1 == b->n || b->v[k + 1].hash != hash))
			out[n++] = (struct row_pair){a->v[i].row, b->v[k].row};
	}
	return n;
}

/* ---- words of rows ---- */

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Words of texts and values of other columns, each once, ascending: not of amounts, which are often
 * worked out from each other, nor of days. */
static uint32_t tokens_of(const struct profile *p, uint32_t row, uint64_t out[TOKENS_MOST])
{
	uint32_t n = 0, kept = 0;

	out[0] = 0;
	for (uint32_t i = 0; i < p->n && n < TOKENS_MOST; i++) {
		const struct col *c = p->col[i];
		if (!col_valid(c, row) || c->type == COL_AMOUNT || c->type == COL_DATE)
			continue;
		if (!propose_is_string(c)) {
			out[n++] = propose_cell_hash(p->t, c, row, false);
			continue;
		}
		struct sv s = col_folded(c, row);
		while (s.n > 0 && n < TOKENS_MOST) {
			struct sv word = sv_cut(&s, ' ');
			if (word.n > 0)
				out[n++] = propose_hash(word);
		}
	}
	if (n > 1)
		qsort(out, n, sizeof(*out), by_hash);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || out[i] != out[i - 1])
			out[kept++] = out[i];
	return kept;
}

static bool list_words(struct lift *f)
{
	uint64_t token[TOKENS_MOST];

	if (f->rows != NULL)
		return true;
	f->rows = calloc(PLACES, sizeof(*f->rows));
	if (f->rows == NULL || !keys_open(&f->words[0]) || !keys_open(&f->words[1]))
		return false;
	for (int side = 0; side < 2; side++) {
		const struct profile *p = &f->q->p[side];
		for (uint32_t r = 0; r < MIN(p->t->rows, SET_ROWS); r++) {
			uint32_t n = tokens_of(p, r, token);
			for (uint32_t i = 0; i < n; i++) {
				f->rows[token[i] >> 20 & (PLACES - 1)]++;
				keys_add(&f->words[side], token[i], r);
			}
		}
		keys_settle(&f->words[side]);
	}
	return true;
}

/* ---- how alike two rows are ---- */

typedef int64_t likeness_fn(
	const struct lift *f, const struct col *a, const struct col *b, uint32_t l, uint32_t r);

static uint32_t rows_with(const struct lift *f, uint64_t token)
{
	return f->rows == NULL ? 1 : MAX(f->rows[token >> 20 & (PLACES - 1)], 1u);
}

/* Bits of the words that both have, 1/64 bit. */
static int64_t by_words(const struct lift *f, const struct col *a UNUSED,
	const struct col *b UNUSED, uint32_t l, uint32_t r)
{
	const struct profile *p = f->q->p;
	uint64_t x[TOKENS_MOST], y[TOKENS_MOST];
	uint32_t nx = tokens_of(&p[0], l, x), ny = tokens_of(&p[1], r, y), k = 0;
	int32_t all =
		num_log2_of((uint64_t)MIN(p[0].t->rows, SET_ROWS) + MIN(p[1].t->rows, SET_ROWS));
	int64_t bits = 0;

	for (uint32_t i = 0; i < nx; i++) {
		while (k < ny && y[k] < x[i])
			k++;
		if (k < ny && y[k] == x[i])
			bits += MAX(all - num_log2_of(rows_with(f, x[i])), 0);
	}
	return bits;
}

static int64_t by_days(const struct lift *f UNUSED, const struct col *a, const struct col *b,
	uint32_t l, uint32_t r)
{
	return (int64_t)b->i32[r] - a->i32[l];
}

static int64_t by_ratio(const struct lift *f UNUSED, const struct col *a, const struct col *b,
	uint32_t l, uint32_t r)
{
	double x = (double)a->i64[l], y = (double)b->i64[r];

	if (x == 0)
		return y == 0 ? (int64_t)RATIO_ONE : (int64_t)RATIO_MOST;
	double ratio = MIN(y / x * RATIO_ONE, RATIO_MOST);
	return (int64_t)MAX(ratio, -RATIO_MOST);
}

/* ---- joined and joined crosswise ---- */

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Per mille, 0 when chance does as much; more: only where x is larger. */
static uint32_t distance(int64_t *x, int64_t *y, uint32_t n, bool more)
{
	uint32_t i = 0, k = 0;
	uint64_t best = 0;

	if (n < PAIRS_LEAST)
		return 0;
	qsort(x, n, sizeof(*x), by_size);
	qsort(y, n, sizeof(*y), by_size);
	while (i < n && k < n) {
		int64_t value = MIN(x[i], y[k]);
		while (i < n && x[i] == value)
			i++;
		while (k < n && y[k] == value)
			k++;
		best = MAX(best, k >= i ? k - i : more ? 0 : i - k);
	}
	return best * best < (uint64_t)SURE * n ? 0 : (uint32_t)(best * SHARE_ONE / n);
}

static bool both_valid(const struct col *a, const struct col *b, struct row_pair p)
{
	return (a == NULL || col_valid(a, p.l)) && (b == NULL || col_valid(b, p.r));
}

/* a and b: columns that must be there, or NULL. */
static uint32_t measure(struct lift *f, uint32_t n, const struct col *a, const struct col *b,
	likeness_fn *like, bool more)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++)
		if (both_valid(a, b, f->joined[i]))
			f->kept[kept++] = f->joined[i];
	for (uint32_t i = 0; i < kept; i++) {
		uint32_t l = f->kept[i].l;
		f->x[i] = like(f, a, b, l, f->kept[i].r);
		f->y[i] = like(f, a, b, l, f->kept[(i + kept / 2) % kept].r);
	}
	return distance(f->x, f->y, kept, more);
}

/* ---- what is asked ---- */

struct lift *propose_lift_new(const struct propose *q)
{
	struct lift *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->q = q;
	f->joined = calloc(PAIRS_MOST, sizeof(*f->joined));
	f->kept = calloc(PAIRS_MOST, sizeof(*f->kept));
	f->x = calloc(PAIRS_MOST, sizeof(*f->x));
	f->y = calloc(PAIRS_MOST, sizeof(*f->y));
	if (f->joined == NULL || f->kept == NULL || f->x == NULL || f->y == NULL)
		propose_lift_free(&f);
	return f;
}

void propose_lift_free(struct lift **f)
{
	if (*f == NULL)
		return;
	for (int side = 0; side < 2; side++) {
		for (uint32_t i = 0; i < COLUMNS_MAX; i++)
			free((*f)->amounts[side][i].v);
		free((*f)->words[side].v);
	}
	free((*f)->rows);
	free((*f)->joined);
	free((*f)->kept);
	free((*f)->x);
	free((*f)->y);
	free(*f);
	*f = NULL;
}

static uint32_t share_of(uint32_t columns)
{
	uint32_t each = PAIRS_ALL / MAX(columns, 1u);

	each = MIN(each, PAIRS_MOST);
	return MAX(each, PAIRS_LEAST);
}

/* The columns of days that tell most. */
static uint32_t days_of_joined(struct lift *f, uint32_t n)
{
	const struct profile *p = f->q->p;
	uint32_t best = 0;

	for (uint32_t i = 0; i < p[0].n; i++)
		for (uint32_t k = 0; k < p[1].n; k++) {
			const struct col *a = p[0].col[i], *b = p[1].col[k];
			bool days = a->type == COL_DATE && b->type == COL_DATE;
			uint32_t lift = days ? measure(f, n, a, b, by_days, false) : 0;
			best = MAX(best, lift);
		}
	return best;
}

int propose_lift_amount(
	struct lift *f, uint32_t i, uint32_t k, uint32_t candidates, uint32_t *ret, struct err *err)
{
	const struct col *a = f->q->p[0].col[i], *b = f->q->p[1].col[k];
	uint32_t most = share_of(candidates);

	if (!list_amounts(f, 0, i) || !list_amounts(f, 1, k) || !list_words(f))
		return err_set(err, E_NO_MEMORY, NULL);
	uint32_t n = join_once(&f->words[0], &f->words[1], most, f->joined);
	uint32_t ratio = measure(f, n, a, b, by_ratio, false);
	n = join_once(&f->amounts[0][i], &f->amounts[1][k], most, f->joined);
	uint32_t own = measure(f, n, NULL, NULL, by_words, true);
	if (own == 0)
		own = days_of_joined(f, n);
	*ret = MAX(ratio, own);
	return 0;
}

int propose_lift_days(struct lift *f, const uint32_t amount[2], const struct col *a,
	const struct col *b, uint32_t candidates, uint32_t *ret, struct err *err)
{
	uint32_t most = share_of(candidates);

	if (!list_amounts(f, 0, amount[0]) || !list_amounts(f, 1, amount[1]) || !list_words(f))
		return err_set(err, E_NO_MEMORY, NULL);
	uint32_t n = join_once(&f->words[0], &f->words[1], most, f->joined);
	uint32_t worded = measure(f, n, a, b, by_days, false);
	n = join_once(&f->amounts[0][amount[0]], &f->amounts[1][amount[1]], most, f->joined);
	uint32_t own = measure(f, n, a, b, by_days, false);
	*ret = MAX(worded, own);
	return 0;
}
