/*
 * Long texts: what two texts share, weighed by how rare it is. Tokens are words, neighbours joined
 * where the join holds a digit ("dsc w120" is "dscw120"), and pieces of four letters of the text
 * without its blanks, which survive typing errors and cut words and count 0.3 of their bits.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define TOKENS_ROW_MAX 512u
#define PIECE 4u
#define BYTES_MAX 512u /* of a text that are cut to pieces */

struct tokens_job {
	struct comparison *c;
	int side;
};

static bool is_separator(unsigned char ch)
{
	return ch < 0x80 && !(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9') &&
		!(ch >= 'A' && ch <= 'Z');
}

static uint64_t hash_more(uint64_t h, struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x9fb21c651e98df25) + 1;
	return h;
}

static uint32_t word_token(uint64_t h)
{
	uint32_t token = (uint32_t)(mix64(h) >> 32) & ~1u;

	return token;
}

static bool next_word(struct sv text, size_t *at, struct sv *ret, bool *ret_digit)
{
	size_t i = *at;

	*ret_digit = false;
	while (i < text.n && is_separator((unsigned char)text.p[i]))
		i++;
	size_t start = i;
	for (; i < text.n && !is_separator((unsigned char)text.p[i]); i++)
		*ret_digit |= text.p[i] >= '0' && text.p[i] <= '9';
	*at = i;
	*ret = sv_from(text.p + start, i - start);
	return i > start;
}

static uint32_t words_of(struct sv text, uint32_t *out)
{
	uint64_t before = 0;
	bool digit, digit_before = false, first = true;
	struct sv word;
	uint32_t n = 0;

	for (size_t at = 0; n + 2 < TOKENS_ROW_MAX && next_word(text, &at, &word, &digit);) {
		out[n++] = word_token(hash_more(0, word));
		if (!first && (digit || digit_before))
			out[n++] = word_token(hash_more(before, word));
		before = hash_more(0, word);
		digit_before = digit;
		first = false;
	}
	return n;
}

static uint32_t pieces_of(struct sv text, uint32_t *out, uint32_t n)
{
	char squeezed[BYTES_MAX];
	size_t len = 0;

	for (size_t i = 0; i < text.n && len < sizeof(squeezed); i++)
		if (!is_separator((unsigned char)text.p[i]))
			squeezed[len++] = text.p[i];
	for (size_t i = 0; i + PIECE <= len && n < TOKENS_ROW_MAX; i++)
		out[n++] = word_token(hash_more(UINT64_C(0x378), sv_from(squeezed + i, PIECE))) | 1;
	return n;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void sort_tokens(uint32_t *v, uint32_t n)
{
	if (n > 64) {
		qsort(v, n, sizeof(*v), by_number);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		uint32_t moving = v[i], k = i;
		for (; k > 0 && v[k - 1] > moving; k--)
			v[k] = v[k - 1];
		v[k] = moving;
	}
}

static uint32_t tokens_of(const struct comparison *c, int side, uint32_t row, uint32_t *out)
{
	uint32_t n, kept = 0;

	if (!vec_valid(&c->f->v[side], row))
		return 0;
	struct sv text = vec_text(&c->f->v[side], row);
	n = pieces_of(text, out, words_of(text, out));
	sort_tokens(out, n);
	for (uint32_t i = 0; i < n; i++)
		if (kept == 0 || out[i] != out[kept - 1])
			out[kept++] = out[i];
	return kept;
}

static void count_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	uint32_t tokens[TOKENS_ROW_MAX];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++)
		job->c->tokens[job->side].first[r + 1] = tokens_of(job->c, job->side, r, tokens);
}

static void fill_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct learn_tokens *t = &job->c->tokens[job->side];
	uint32_t tokens[TOKENS_ROW_MAX];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++) {
		uint32_t n = tokens_of(job->c, job->side, r, tokens);
		memcpy(t->token + t->first[r], tokens, n * sizeof(*tokens));
		for (uint32_t i = 0; i < n; i++)
			__atomic_fetch_add(&job->c->token_rows[tokens[i] & job->c->token_mask], 1,
				__ATOMIC_RELAXED);
	}
}

static void total_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	const struct comparison *c = job->c;
	const struct learn_tokens *t = &c->tokens[job->side];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++) {
		int32_t sum = 0;
		for (uint32_t i = t->first[r]; i < t->first[r + 1]; i++)
			sum += c->token_bits[t->token[i] & c->token_mask];
		t->total[r] = sum;
	}
}

/* Bit 0 of a token is that of its place: a piece never shares a place with a word. */
static void weigh_tokens(struct engine *e, struct comparison *c)
{
	int32_t all = num_log2(&e->num, (uint64_t)e->n[0] + e->n[1] + 1);

	c->token_bits = ENGINE_NEW(e, (size_t)c->token_mask + 1, uint16_t);
	for (uint32_t i = 0; c->token_bits != NULL && i <= c->token_mask; i++) {
		int32_t bits = c->token_rows[i] == 0 ? 0 : all - num_log2(&e->num, c->token_rows[i]);
		bits = MAX(bits, 0);
		c->token_bits[i] = (uint16_t)((i & 1) != 0 ? bits * 3 / 10 : bits);
	}
}

static uint64_t make_side(struct engine *e, struct comparison *c, int side)
{
	struct tokens_job job = {c, side};
	struct learn_tokens *t = &c->tokens[side];
	uint64_t n = 0;

	t->first = ENGINE_ZNEW(e, (size_t)e->n[side] + 2, uint32_t);
	t->total = ENGINE_NEW(e, (size_t)e->n[side] + 1, int32_t);
	if (!engine_ok(e))
		return 0;
	par_for(e, chunks(e->n[side]), count_chunk, &job);
	for (uint32_t r = 0; r < e->n[side] && engine_ok(e); r++) {
		n += t->first[r + 1];
		if (n > UINT32_MAX)
			engine_fail(e, E_LIMIT);
		t->first[r + 1] = (uint32_t)n;
	}
	if (engine_ok(e))
		t->token = ENGINE_NEW(e, n + 1, uint32_t);
	return n;
}

void learn_tokens_make(struct engine *e, struct comparison *c)
{
	uint64_t total = 0;
	uint32_t size = 1024;

	for (int side = 0; side < 2 && engine_ok(e); side++)
		total += make_side(e, c, side);
	while (size < total && size < 1u << 24)
		size *= 2;
	c->token_mask = size - 1;
	c->token_rows = ENGINE_ZNEW(e, size, uint32_t);
	for (int side = 0; side < 2 && engine_ok(e); side++) {
		struct tokens_job job = {c, side};
		par_for(e, chunks(e->n[side]), fill_chunk, &job);
	}
	if (engine_ok(e))
		weigh_tokens(e, c);
	for (int side = 0; side < 2 && engine_ok(e); side++) {
		struct tokens_job job = {c, side};
		par_for(e, chunks(e->n[side]), total_chunk, &job);
	}
}

/* Which of n bounds a value has passed, and that times scale with the part of the next. */
static unsigned place(const int32_t *bound, unsigned n, int64_t value, int32_t scale, int32_t *ret)
{
	unsigned k = 0;

	while (k < n && value >= bound[k])
		k++;
	int64_t low = k == 0 ? 0 : bound[k - 1];
	int64_t high = k < n ? bound[k] : 2 * low;
	*ret = (int32_t)((int32_t)k * scale +
		(high > low ? MIN((value - low) * scale / (high - low), scale) : 0));
	return k;
}

int32_t learn_long_shape(unsigned level)
{
	return (int32_t)(level / LONG_SHARES) * LONG_STEP_BITS + LONG_STEP_BITS / 2 +
		(int32_t)(level % LONG_SHARES) * LONG_SHARE_BITS + LONG_SHARE_BITS / 2;
}

unsigned learn_long_level(const struct comparison *c, uint32_t l, uint32_t r, int32_t *ret_shape)
{
	static const int32_t steps[] = {1, 4 * 64, 8 * 64, 12 * 64, 17 * 64, 24 * 64, 36 * 64, 54 * 64, 80 * 64,
		120 * 64};
	static const int32_t shares[] = {120, 250, 330, 400, 480, 550, 630, 700, 800, 900};
	const struct learn_tokens *x = &c->tokens[LEFT], *y = &c->tokens[RIGHT];
	uint32_t i = x->first[l], iend = x->first[l + 1], k = y->first[r], kend = y->first[r + 1];
	int32_t shared = 0, poorer = MIN(x->total[l], y->total[r]);
	int32_t by_step, by_share;

	while (i < iend && k < kend) {
		uint32_t a = x->token[i], b = y->token[k];
		if (a == b)
			shared += c->token_bits[a & c->token_mask];
		i += a <= b;
		k += b <= a;
	}
	unsigned step = place(steps, LONG_STEPS - 1, shared, LONG_STEP_BITS, &by_step);
	unsigned share = place(shares, LONG_SHARES - 1,
		(int64_t)shared * 1000 / MAX(poorer, 1), LONG_SHARE_BITS, &by_share);
	*ret_shape = by_step + by_share;
	return step * LONG_SHARES + share;
}
