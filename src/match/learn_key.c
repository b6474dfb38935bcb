/*
 * Keys: what two records may have in common so that they are looked at. A single key is an equal
 * value, an equal beginning or a shared rare word of one comparison; a key is one of them or two of
 * different comparisons together. They are chosen by what they find: on some left rows all single
 * keys are tried, pairs are weighed with the start values, and the key is taken that newly finds
 * most expected matches for its pairs, until a row has as many pairs as it may.
 *
 * A match that is found by one key only teaches nothing about that key's own field, so a second key
 * on other fields that finds it again is worth something too.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define TRY_ROWS 2048u
#define ROW_PAIRS 30.0     /* budget of all keys together */
#define CHEAP 64.0         /* pairs a row: tried alone */
#define DEAR 8192.0        /* tried with another key only; dearer ones not at all */
#define DEAR_STEPS 4000000.0
#define RARE_ROWS 300u
#define AGAIN 0.25         /* worth of finding a match again by other fields */
#define LEAST_GAIN 0.0005  /* of all expected matches */
#define LIKELY 0.02

/* ---- values ---- */

static uint32_t rare_words(const struct comparison *c, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX])
{
	const struct learn_tokens *t = &c->tokens[side];
	uint32_t n = 0;

	for (uint32_t i = t->first[row]; i < t->first[row + 1] && n < LEARN_VALUES_MAX; i++)
		if ((t->token[i] & 1) == 0 &&
			c->token_rows[t->token[i] & c->token_mask] <= RARE_ROWS)
			out[n++] = mix64(t->token[i]);
	return n;
}

static uint32_t listed_words(const struct field *f, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX])
{
	const struct words *w = &f->words[side];
	uint32_t n = 0;

	for (uint32_t i = w->first[row]; i < w->first[row + 1] && n < LEARN_VALUES_MAX; i++)
		if (w->word[i] != WORD_NONE)
			out[n++] = mix64(w->word[i]);
	return n;
}

static uint32_t single_values(const struct learn *n, const struct learn_single *s, int side,
	uint32_t row, uint64_t out[LEARN_VALUES_MAX])
{
	const struct comparison *c = &n->c[s->c];

	if (c->f->id[side][row] == 0)
		return 0;
	if (s->kind == KEY_WORD)
		return c->f->listed ? listed_words(c->f, side, row, out) :
			rare_words(c, side, row, out);
	if (s->kind == KEY_EQUAL) {
		out[0] = mix64((uint64_t)c->f->id[side][row] << 8);
		return 1;
	}
	struct sv text = vec_text(&c->f->v[side], row);
	if (text.n < s->letters)
		return 0;
	out[0] = mix_bytes(0, sv_from(text.p, s->letters));
	return 1;
}

uint32_t learn_key_values(const struct learn *n, const struct learn_key *k, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX])
{
	uint64_t a[LEARN_VALUES_MAX], b[LEARN_VALUES_MAX];

	if (k->b == NO_SINGLE)
		return single_values(n, &n->single[k->a], side, row, out);
	uint32_t na = single_values(n, &n->single[k->a], side, row, a), count = 0;
	uint32_t nb = na == 0 ? 0 : single_values(n, &n->single[k->b], side, row, b);
	for (uint32_t i = 0; i < na; i++)
		for (uint32_t j = 0; j < nb && count < LEARN_VALUES_MAX; j++)
			out[count++] = mix64(a[i] ^ b[j] * UINT64_C(0x9e3779b97f4a7c15));
	return count;
}

/* ---- index ---- */

void learn_index_free(struct engine *e, struct learn_index *x)
{
	engine_free(e, x->first);
	engine_free(e, x->entry);
	*x = (struct learn_index){0};
}

void learn_index_make(struct learn *n, const struct learn_key *k, struct learn_index *ret)
{
	struct engine *e = n->e;
	uint64_t value[LEARN_VALUES_MAX], total = 0;
	uint32_t size = 64;

	while (size < n->nrows[RIGHT] && size < 1u << 26)
		size *= 2;
	ret->mask = size - 1;
	ret->first = ENGINE_ZNEW(e, (size_t)size + 2, uint32_t);
	for (uint32_t i = 0; ret->first != NULL && i < n->nrows[RIGHT]; i++) {
		uint32_t count = learn_key_values(n, k, RIGHT, n->rows[RIGHT][i], value);
		for (uint32_t v = 0; v < count; v++)
			ret->first[(value[v] & ret->mask) + 2]++;
		total += count;
	}
	if (total > UINT32_MAX)
		engine_fail(e, E_LIMIT);
	ret->entry = engine_ok(e) ? ENGINE_NEW(e, total + 1, struct learn_entry) : NULL;
	if (ret->entry == NULL)
		return;
	for (uint32_t b = 0; b < size; b++)
		ret->first[b + 2] += ret->first[b + 1];
	for (uint32_t i = 0; i < n->nrows[RIGHT]; i++) {
		uint32_t row = n->rows[RIGHT][i];
		uint32_t count = learn_key_values(n, k, RIGHT, row, value);
		for (uint32_t v = 0; v < count; v++)
			ret->entry[ret->first[(value[v] & ret->mask) + 1]++] =
				(struct learn_entry){(uint32_t)(value[v] >> 32), row};
	}
}

/* ---- choosing ---- */

struct tried {
	uint32_t l, r;
	uint64_t agrees; /* single keys */
	double p;
	uint64_t found;  /* comparisons that the keys found so far select by; all ones and ... */
	bool covered;
};

struct choosing {
	struct learn *n;
	struct learn_index index[LEARN_SINGLES_MAX];
	uint32_t *rows, nrows;
	uint32_t *stamp; /* by right row: left row + 1 that saw it last */
	VECTOR(struct tried) tried;
	double expected;
};

static void add_single(struct learn *n, enum learn_key_kind kind, uint32_t c, unsigned letters)
{
	if (n->nsingles < LEARN_SINGLES_MAX)
		n->single[n->nsingles++] = (struct learn_single){
			.kind = kind, .c = (uint8_t)c, .letters = (uint8_t)letters};
}

static void list_singles(struct learn *n)
{
	static const unsigned letters[] = {10, 7, 4};

	for (uint32_t i = 0; i < n->nc; i++) {
		const struct comparison *c = &n->c[i];
		bool joined = c->f->rule->side[0].nterms > 1 || c->f->rule->side[1].nterms > 1;
		if (c->f->listed || c->how == LEARN_LONG)
			add_single(n, KEY_WORD, i, 0);
		if (c->f->rule->type == RULES_CURRENCY || c->f->listed ||
			(c->how == LEARN_LONG && joined))
			continue;
		add_single(n, KEY_EQUAL, i, 0);
		for (uint32_t k = 0; c->f->textual && k < ARRAY_LEN(letters); k++)
			add_single(n, KEY_PREFIX, i, letters[k]);
	}
}

static uint32_t block_of(const struct learn_index *x, uint64_t value, uint32_t *ret_first)
{
	uint32_t b = (uint32_t)value & x->mask;

	*ret_first = x->first[b];
	return x->first[b + 1] - x->first[b];
}

/* Pairs of a single key per left row. */
static double cost_of(const struct choosing *ch, uint32_t s)
{
	uint64_t value[LEARN_VALUES_MAX], pairs = 0;
	struct learn_key key = {.a = (uint8_t)s, .b = NO_SINGLE};

	for (uint32_t i = 0; i < ch->nrows; i++) {
		uint32_t count = learn_key_values(ch->n, &key, LEFT, ch->rows[i], value);
		for (uint32_t v = 0; v < count; v++) {
			uint32_t first, n = block_of(&ch->index[s], value[v], &first);
			for (uint32_t k = 0; k < n; k++)
				pairs += ch->index[s].entry[first + k].tag ==
					(uint32_t)(value[v] >> 32);
		}
	}
	return ch->nrows == 0 ? 0 : (double)pairs / ch->nrows;
}

static void index_singles(struct choosing *ch)
{
	struct learn *n = ch->n;
	uint32_t kept = 0;

	for (uint32_t s = 0; s < n->nsingles && engine_ok(n->e); s++) {
		struct learn_key key = {.a = (uint8_t)s, .b = NO_SINGLE};
		learn_index_make(n, &key, &ch->index[s]);
		if (!engine_ok(n->e))
			return;
		double cost = cost_of(ch, s);
		n->single[s].cost = cost;
		/* Written down again below when it is of use. */
		struct learn_single single = n->single[s];
		struct learn_index index = ch->index[s];
		ch->index[s] = (struct learn_index){0};
		if (cost == 0 || cost > DEAR) {
			learn_index_free(n->e, &index);
			continue;
		}
		n->single[kept] = single;
		ch->index[kept++] = index;
	}
	n->nsingles = kept;
}

static bool shares_value(const struct learn *n, const struct learn_single *s, uint32_t l, uint32_t r)
{
	uint64_t a[LEARN_VALUES_MAX], b[LEARN_VALUES_MAX];
	const struct comparison *c = &n->c[s->c];

	if (s->kind == KEY_EQUAL)
		return c->f->id[LEFT][l] != 0 && c->f->id[LEFT][l] == c->f->id[RIGHT][r];
	if (s->kind == KEY_PREFIX) {
		struct sv x = vec_text(&c->f->v[LEFT], l), y = vec_text(&c->f->v[RIGHT], r);
		return x.n >= s->letters && y.n >= s->letters &&
			memcmp(x.p, y.p, s->letters) == 0;
	}
	uint32_t na = single_values(n, s, LEFT, l, a), nb = single_values(n, s, RIGHT, r, b);
	for (uint32_t i = 0; i < na; i++)
		for (uint32_t k = 0; k < nb; k++)
			if (a[i] == b[k])
				return true;
	return false;
}

static uint64_t agreeing(const struct learn *n, uint32_t l, uint32_t r)
{
	uint64_t bits = 0;

	for (uint32_t s = 0; s < n->nsingles; s++)
		if (shares_value(n, &n->single[s], l, r))
			bits |= UINT64_C(1) << s;
	return bits;
}

static bool two_fields(const struct learn *n, uint64_t agrees)
{
	uint64_t c = 0;

	for (uint32_t s = 0; s < n->nsingles; s++)
		if ((agrees >> s & 1) != 0)
			c |= UINT64_C(1) << n->single[s].c;
	return (c & (c - 1)) != 0;
}

static void try_block(struct choosing *ch, uint32_t s, uint32_t l, uint64_t value)
{
	struct learn *n = ch->n;
	uint32_t first, count = block_of(&ch->index[s], value, &first);
	bool dear = n->single[s].cost > CHEAP;

	for (uint32_t k = 0; k < count; k++) {
		struct learn_entry entry = ch->index[s].entry[first + k];
		if (entry.tag != (uint32_t)(value >> 32) || ch->stamp[entry.row] == l + 1 ||
			(n->same && entry.row <= l))
			continue;
		uint64_t agrees = agreeing(n, l, entry.row);
		if (dear && !two_fields(n, agrees))
			continue;
		ch->stamp[entry.row] = l + 1;
		(void)ENGINE_PUSH(n->e, &ch->tried,
			((struct tried){.l = l, .r = entry.row, .agrees = agrees}));
	}
}

/* Dear keys are tried on fewer rows. */
static void try_rows(struct choosing *ch)
{
	struct learn *n = ch->n;
	uint64_t value[LEARN_VALUES_MAX];

	for (uint32_t i = 0; i < ch->nrows && engine_ok(n->e); i++)
		for (uint32_t s = 0; s < n->nsingles; s++) {
			const struct learn_single *single = &n->single[s];
			struct learn_key key = {.a = (uint8_t)s, .b = NO_SINGLE};
			if (single->cost > CHEAP && i * single->cost > DEAR_STEPS / n->nsingles)
				continue;
			uint32_t count = learn_key_values(n, &key, LEFT, ch->rows[i], value);
			for (uint32_t v = 0; v < count; v++)
				try_block(ch, s, ch->rows[i], value[v]);
		}
}

static void judge_tried(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct choosing *ch = arg;
	struct metric *m = engine_metric(e, thread);
	size_t end = MIN(((size_t)chunk + 1) * CHUNK_ROWS, ch->tried.n);

	for (size_t i = (size_t)chunk * CHUNK_ROWS; m != NULL && i < end; i++) {
		struct tried *t = &ch->tried.p[i];
		t->p = num_pow2(&e->num, learn_weigh(ch->n, m, t->l, t->r) + ch->n->prior);
	}
}

/* Odds to probabilities, one partner for each left row. Unlikely pairs are only counted as cost. */
static void normalise(struct choosing *ch)
{
	for (size_t i = 0, end; i < ch->tried.n; i = end) {
		double sum = 1;
		for (end = i; end < ch->tried.n && ch->tried.p[end].l == ch->tried.p[i].l; end++)
			sum += ch->tried.p[end].p;
		for (size_t k = i; k < end; k++) {
			ch->tried.p[k].p /= sum;
			ch->expected += ch->tried.p[k].p;
		}
	}
}

static uint64_t selects_by(const struct learn *n, const struct learn_key *k)
{
	uint64_t c = n->c[n->single[k->a].c].columns;

	return k->b == NO_SINGLE ? c : c | n->c[n->single[k->b].c].columns;
}

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

	for (size_t i = 0; i < ch->tried.n; i++)
		for (uint64_t a = ch->tried.p[i].agrees; a != 0; a &= a - 1)
			for (uint64_t b = a & (a - 1); b != 0; b &= b - 1)
				counts->pairs[__builtin_ctzll(a)][__builtin_ctzll(b)]++;
	for (uint32_t a = 0; a < n->nsingles; a++)
		for (uint32_t b = 0; b < n->nsingles; b++)
			counts->pairs[a][b] = a == b ? n->single[a].cost :
				counts->pairs[a][b] / ch->nrows;
}

static void count_gains(const struct choosing *ch, struct counts *counts)
{
	const struct learn *n = ch->n;

	memset(counts->gain, 0, sizeof(counts->gain));
	for (size_t i = 0; i < ch->tried.n; i++) {
		const struct tried *t = &ch->tried.p[i];
		if (t->p < LIKELY)
			continue;
		for (uint64_t x = t->agrees; x != 0; x &= x - 1)
			for (uint64_t y = x; y != 0; y &= y - 1) {
				uint32_t a = (uint32_t)__builtin_ctzll(x), b = (uint32_t)__builtin_ctzll(y);
				struct learn_key k = {(uint8_t)a, a == b ? NO_SINGLE : (uint8_t)b, 0, 0};
				bool again = t->covered && (t->found & selects_by(n, &k)) == 0;
				counts->gain[a][b] += !t->covered ? t->p : again ? AGAIN * t->p : 0;
			}
	}
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
				gain < LEAST_GAIN * ch->expected || gain <= 0)
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

	n->touches[n->nkeys] = selects_by(n, &k);
	for (size_t i = 0; i < ch->tried.n; i++) {
		struct tried *t = &ch->tried.p[i];
		if (!finds(&k, t->agrees))
			continue;
		/* What selects both ways by other fields is found independently: nothing more to gain. */
		t->found = t->covered ? t->found | n->touches[n->nkeys] : n->touches[n->nkeys];
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

static void sample_rows(struct choosing *ch)
{
	struct learn *n = ch->n;
	uint64_t limit = n->nrows[LEFT] <= TRY_ROWS ? UINT64_MAX :
		UINT64_MAX / n->nrows[LEFT] * TRY_ROWS;

	ch->rows = ENGINE_NEW(n->e, (size_t)n->nrows[LEFT] + 1, uint32_t);
	for (uint32_t i = 0; ch->rows != NULL && i < n->nrows[LEFT]; i++)
		if (mix64(n->e->row_hash[LEFT][n->rows[LEFT][i]] + 1) <= limit)
			ch->rows[ch->nrows++] = n->rows[LEFT][i];
}

bool learn_key_fits(const struct comparison *c, enum learn_key_kind kind)
{
	return kind == KEY_EQUAL ? !c->f->listed :
		kind == KEY_WORD ? c->f->listed || c->how == LEARN_LONG : c->f->textual;
}

void learn_keys_open(struct learn *n)
{
	for (uint32_t k = 0; k < n->nkeys && engine_ok(n->e); k++) {
		n->touches[k] = selects_by(n, &n->key[k]);
		learn_index_make(n, &n->key[k], &n->index[k]);
	}
}

void learn_keys_choose(struct learn *n)
{
	struct engine *e = n->e;
	struct choosing *ch = ENGINE_ZNEW(e, 1, struct choosing);

	if (ch == NULL)
		return;
	ch->n = n;
	sample_rows(ch);
	ch->stamp = ENGINE_ZNEW(e, (size_t)e->n[RIGHT] + 1, uint32_t);
	list_singles(n);
	if (engine_ok(e))
		index_singles(ch);
	if (engine_ok(e))
		try_rows(ch);
	if (engine_ok(e)) {
		par_for(e, chunks(ch->tried.n), judge_tried, ch);
		normalise(ch);
		choose(ch);
	}
	for (uint32_t s = 0; s < LEARN_SINGLES_MAX; s++)
		learn_index_free(e, &ch->index[s]);
	engine_free(e, ch->rows);
	engine_free(e, ch->stamp);
	engine_free(e, ch->tried.p);
	engine_free(e, ch);
}
