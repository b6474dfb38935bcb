/*
 * Long texts: what two texts share, weighed by how rare it is. Tokens are words, neighbours joined
 * where the join holds a digit ("dsc w120" is "dscw120"), and pieces of four letters of the text
 * without its blanks, which survive typing errors and cut words and count 0.3 of their bits.
 *
 * A record's tokens are put into a small table once and the tokens of all its candidates looked up in
 * it: one look a token, where merging two sorted lists takes a step that depends on the one before.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define TOKENS_ROW_MAX 512u
#define PIECE 4u
#define BYTES_MAX 512u /* of a text that are cut to pieces */
#define DIGITS 36u
#define PLAIN_PIECES (DIGITS * DIGITS * DIGITS * DIGITS)
#define PIECES (1u << 21) /* places for all plain pieces, and some for others */
#define ODD_PIECE (1u << 30)
#define COUNT_TASKS_MAX 8u
#define LINE_COUNTS 16u /* of a cache line */

_Static_assert(PLAIN_PIECES < PIECES && LEARN_SET_SLOTS >= 2 * TOKENS_ROW_MAX, "room for tokens");

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

/* Bit 0 of a token says that it is a piece; no token is 0. */
static uint32_t word_token(uint64_t h)
{
	uint32_t token = (uint32_t)(mix64(h) >> 32) & ~1u;

	return token == 0 ? 2 : token;
}

uint32_t learn_token_place(const struct comparison *c, uint32_t token)
{
	uint32_t code = token >> 1;

	if ((token & 1) == 0)
		return c->piece_places + (code & c->word_mask);
	if (c->piece_places < PIECES) /* few rows: a smaller table */
		return code * UINT32_C(0x9e3779b1) >> c->piece_shift;
	return (code & ODD_PIECE) == 0 ? code : PLAIN_PIECES + code % (PIECES - PLAIN_PIECES);
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

/* Four letters as a number: exactly one each for a to z and 0 to 9. */
static uint32_t piece_token(const char *p)
{
	uint32_t code = 0;

	for (unsigned i = 0; i < PIECE; i++) {
		char ch = p[i];
		uint32_t digit = ch >= 'a' && ch <= 'z' ? (uint32_t)(ch - 'a') + 10 :
			ch >= '0' && ch <= '9' ? (uint32_t)(ch - '0') : DIGITS;
		if (digit == DIGITS)
			return ((uint32_t)hash_more(UINT64_C(0x378), sv_from(p, PIECE)) | ODD_PIECE)
					<< 1 | 1;
		code = code * DIGITS + digit;
	}
	return code << 1 | 1;
}

static uint32_t pieces_of(struct sv text, uint32_t *out, uint32_t n)
{
	char squeezed[BYTES_MAX];
	size_t len = 0;

	for (size_t i = 0; i < text.n && len < sizeof(squeezed); i++)
		if (!is_separator((unsigned char)text.p[i]))
			squeezed[len++] = text.p[i];
	for (size_t i = 0; i + PIECE <= len && n < TOKENS_ROW_MAX; i++)
		out[n++] = piece_token(squeezed + i);
	return n;
}

/* ---- sets of tokens ---- */

void learn_set_clear(struct learn_set *s, uint32_t n)
{
	unsigned bits = 6;

	while (1u << bits < 4 * n && 1u << bits < LEARN_SET_SLOTS)
		bits++;
	s->shift = 32 - bits;
	s->mask = (1u << bits) - 1;
	memset(s->token, 0, sizeof(*s->token) << bits);
}

/* Where a token is, or would be. */
static inline uint32_t set_find(const struct learn_set *s, uint32_t token)
{
	uint32_t at = token * UINT32_C(0x9e3779b1) >> s->shift;

	while (s->token[at] != 0 && s->token[at] != token)
		at = (at + 1) & s->mask;
	return at;
}

void learn_set_open(const struct comparison *c, uint32_t l, struct learn_set *ret)
{
	const struct learn_tokens *t = &c->tokens[LEFT];
	uint32_t first = t->first[l], end = t->first[l + 1];

	learn_set_clear(ret, end - first);
	ret->total = t->total[l];
	for (uint32_t i = first; i < end; i++) {
		uint32_t at = set_find(ret, t->token[i]);
		ret->token[at] = t->token[i];
		ret->bits[at] = c->token_bits[learn_token_place(c, t->token[i])];
	}
}

/* Distinct tokens of a row, in the order of the text. */
static uint32_t tokens_of(const struct comparison *c, int side, uint32_t row, struct learn_set *seen,
	uint32_t *out)
{
	uint32_t n, kept = 0;

	if (!vec_valid(&c->f->v[side], row))
		return 0;
	struct sv text = vec_text(&c->f->v[side], row);
	n = pieces_of(text, out, words_of(text, out));
	learn_set_clear(seen, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t token = out[i], at = set_find(seen, token);
		if (seen->token[at] != 0)
			continue;
		seen->token[at] = token;
		out[kept++] = token;
	}
	return kept;
}

/* ---- making ---- */

struct made {
	VECTOR(uint32_t) token;
};

struct tokens_job {
	struct comparison *c;
	int side;
	struct made *made;  /* by chunk of rows */
	uint32_t ntasks;    /* a power of two */
};

/* Most texts have about as many tokens as bytes. */
static bool reserve(struct engine *e, const struct vec *v, uint32_t first, uint32_t end,
	struct made *made)
{
	made->token.cap = (size_t)(v->off[end] - v->off[first]) * 5 / 4 + TOKENS_ROW_MAX;
	made->token.p = ENGINE_NEW(e, made->token.cap, uint32_t);
	return made->token.p != NULL;
}

static void make_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct made *made = &job->made[chunk];
	uint32_t tokens[TOKENS_ROW_MAX];
	struct learn_set seen;
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);

	(void)thread;
	if (!reserve(e, &job->c->f->v[job->side], chunk * CHUNK_ROWS, end, made))
		return;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++) {
		uint32_t n = tokens_of(job->c, job->side, r, &seen, tokens);
		while (made->token.n + n > made->token.cap)
			if (!engine_grow(e, (void **)&made->token.p, made->token.n,
				    &made->token.cap, sizeof(*made->token.p)))
				return;
		if (n > 0)
			memcpy(made->token.p + made->token.n, tokens, n * sizeof(*tokens));
		made->token.n += n;
		job->c->tokens[job->side].first[r + 1] = n;
	}
}

static void copy_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct learn_tokens *t = &job->c->tokens[job->side];
	struct made *made = &job->made[chunk];

	(void)thread;
	if (made->token.n > 0)
		memcpy(t->token + t->first[chunk * CHUNK_ROWS], made->token.p,
			made->token.n * sizeof(*t->token));
	engine_free(e, made->token.p);
	made->token.p = NULL;
}

static uint64_t make_side(struct engine *e, struct comparison *c, int side)
{
	struct learn_tokens *t = &c->tokens[side];
	uint32_t nchunks = chunks(e->n[side]);
	struct tokens_job job = {c, side, ENGINE_ZNEW(e, (size_t)nchunks + 1, struct made), 0};
	uint64_t n = 0;

	t->first = ENGINE_ZNEW(e, (size_t)e->n[side] + 2, uint32_t);
	t->total = ENGINE_NEW(e, (size_t)e->n[side] + 1, int32_t);
	if (engine_ok(e))
		par_for(e, nchunks, make_chunk, &job);
	for (uint32_t r = 0; r < e->n[side] && engine_ok(e); r++) {
		n += t->first[r + 1];
		if (n > UINT32_MAX)
			engine_fail(e, E_LIMIT);
		t->first[r + 1] = (uint32_t)n;
	}
	if (engine_ok(e))
		t->token = ENGINE_NEW(e, n + 1, uint32_t);
	if (engine_ok(e))
		par_for(e, nchunks, copy_chunk, &job);
	for (uint32_t i = 0; job.made != NULL && i < nchunks; i++)
		engine_free(e, job.made[i].token.p);
	engine_free(e, job.made);
	return n;
}

/* ---- counting ---- */

/* All tokens are looked at, those of other ranges of places passed over: each place has one owner. */
static void count_range(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct comparison *c = job->c;

	(void)thread;
	for (int side = 0; side < 2; side++) {
		const struct learn_tokens *t = &c->tokens[side];
		for (uint32_t i = 0; i < t->first[e->n[side]]; i++) {
			uint32_t at = learn_token_place(c, t->token[i]);
			if ((at / LINE_COUNTS & (job->ntasks - 1)) == task)
				c->token_rows[at]++;
		}
	}
}

static void weigh_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct comparison *c = job->c;
	int32_t all = num_log2(&e->num, (uint64_t)e->n[0] + e->n[1] + 1);
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, c->piece_places + c->word_mask + 1);

	(void)thread;
	for (uint32_t i = chunk * CHUNK_ROWS; i < end; i++) {
		uint32_t rows = c->token_rows[i];
		int32_t bits = rows == 0 ? 0 : MAX(all - num_log2(&e->num, rows), 0);
		c->token_bits[i] = (uint16_t)(i < c->piece_places ? bits * 3 / 10 : bits);
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
			sum += c->token_bits[learn_token_place(c, t->token[i])];
		t->total[r] = sum;
	}
}

static void size_tables(struct comparison *c, uint64_t total)
{
	unsigned bits = 10;

	while (1u << bits < total && bits < 24)
		bits++;
	c->word_mask = (1u << bits) - 1;
	c->piece_places = MIN(1u << bits, PIECES);
	c->piece_shift = 32 - bits;
}

void learn_tokens_make(struct engine *e, struct comparison *c)
{
	struct tokens_job job = {.c = c, .ntasks = 1};
	uint64_t total = 0;

	for (int side = 0; side < 2 && engine_ok(e); side++)
		total += make_side(e, c, side);
	while (2 * job.ntasks <= MIN(e->threads, COUNT_TASKS_MAX))
		job.ntasks *= 2;
	size_tables(c, total);
	size_t places = (size_t)c->piece_places + c->word_mask + 1;
	c->token_rows = ENGINE_ZNEW(e, places, uint32_t);
	c->token_bits = ENGINE_NEW(e, places, uint16_t);
	if (engine_ok(e))
		par_for(e, job.ntasks, count_range, &job);
	if (engine_ok(e))
		par_for(e, chunks(places), weigh_chunk, &job);
	for (job.side = 0; job.side < 2 && engine_ok(e); job.side++)
		par_for(e, chunks(e->n[job.side]), total_chunk, &job);
}

/* ---- levels ---- */

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

static unsigned level_of(int32_t shared, int32_t poorer, int32_t *ret_shape)
{
	static const int32_t steps[] = {1, 4 * 64, 8 * 64, 12 * 64, 17 * 64, 24 * 64, 36 * 64, 54 * 64, 80 * 64,
		120 * 64};
	static const int32_t shares[] = {120, 250, 330, 400, 480, 550, 630, 700, 800, 900};
	int32_t by_step, by_share;

	unsigned step = place(steps, LONG_STEPS - 1, shared, LONG_STEP_BITS, &by_step);
	unsigned share = place(shares, LONG_SHARES - 1,
		(int64_t)shared * 1000 / MAX(poorer, 1), LONG_SHARE_BITS, &by_share);
	*ret_shape = by_step + by_share;
	return step * LONG_SHARES + share;
}

unsigned learn_set_level(const struct comparison *c, const struct learn_set *s, uint32_t r,
	int32_t *ret_shape)
{
	const struct learn_tokens *t = &c->tokens[RIGHT];
	uint32_t end = t->first[r + 1];
	int32_t shared = 0;

	for (uint32_t i = t->first[r]; i < end; i++) {
		uint32_t at = set_find(s, t->token[i]);
		if (s->token[at] != 0)
			shared += s->bits[at];
	}
	return level_of(shared, MIN(s->total, t->total[r]), ret_shape);
}

/* One pair alone: bits are looked up of what is shared only. */
unsigned learn_long_level(const struct comparison *c, uint32_t l, uint32_t r, int32_t *ret_shape)
{
	const struct learn_tokens *x = &c->tokens[LEFT], *y = &c->tokens[RIGHT];
	struct learn_set set;
	int32_t shared = 0;

	learn_set_clear(&set, x->first[l + 1] - x->first[l]);
	for (uint32_t i = x->first[l]; i < x->first[l + 1]; i++)
		set.token[set_find(&set, x->token[i])] = x->token[i];
	for (uint32_t i = y->first[r]; i < y->first[r + 1]; i++)
		if (set.token[set_find(&set, y->token[i])] != 0)
			shared += c->token_bits[learn_token_place(c, y->token[i])];
	return level_of(shared, MIN(x->total[l], y->total[r]), ret_shape);
}
