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
#define ODD_PIECE (1u << 29)
#define COUNT_TASKS_MAX 8u
#define RARE_ROWS 300u
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

/* No token is 0. */
static uint32_t word_token(uint64_t h)
{
	uint32_t token = (uint32_t)(mix64(h) >> 32) & ~(LEARN_PIECE | LEARN_RARE);

	return token == 0 ? 2 : token;
}

/* Where its bits stand. Whether it is rare makes no difference. */
static uint32_t place_of(const struct comparison *c, uint32_t token)
{
	uint32_t code = (token & ~LEARN_RARE) >> 1;

	if ((token & LEARN_PIECE) == 0)
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
			return (((uint32_t)hash_more(UINT64_C(0x378), sv_from(p, PIECE)) &
					(ODD_PIECE - 1)) | ODD_PIECE) << 1 | LEARN_PIECE;
		code = code * DIGITS + digit;
	}
	return code << 1 | LEARN_PIECE;
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
	struct learn_token_list own = learn_tokens_of(&c->tokens[LEFT], l);

	learn_set_clear(ret, own.n);
	ret->total = c->tokens[LEFT].total[l];
	for (uint32_t i = 0; i < own.n; i++) {
		uint32_t at = set_find(ret, own.p[i]);
		ret->token[at] = own.p[i];
		ret->bits[at] = c->token_bits[place_of(c, own.p[i])];
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

struct tokens_job {
	struct comparison *c;
	int side;
	uint32_t ntasks;      /* a power of two */
	uint32_t *token_rows; /* by place: rows that have the token */
};

/* Most texts have about as many tokens as bytes. */
static size_t expected_tokens(const struct vec *v, uint32_t first, uint32_t end)
{
	return (size_t)(v->off[end] - v->off[first]) * 9 / 8 + TOKENS_ROW_MAX;
}

static void make_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct learn_tokens *t = &job->c->tokens[job->side];
	uint32_t first = chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, e->n[job->side]), count = 0;
	size_t cap = expected_tokens(&job->c->f->v[job->side], first, end);
	struct learn_set seen;

	(void)thread;
	t->chunk[chunk] = ENGINE_NEW(e, cap, uint32_t);
	for (uint32_t r = first; r < end && engine_ok(e); r++) {
		t->first[r + chunk] = count;
		if (count + TOKENS_ROW_MAX > cap &&
			!engine_grow(e, (void **)&t->chunk[chunk], count, &cap, sizeof(uint32_t)))
			return;
		count += tokens_of(job->c, job->side, r, &seen, t->chunk[chunk] + count);
	}
	t->first[end + chunk] = count;
}

static uint64_t make_side(struct engine *e, struct comparison *c, int side)
{
	struct learn_tokens *t = &c->tokens[side];
	uint32_t nchunks = chunks(e->n[side]);
	struct tokens_job job = {.c = c, .side = side};
	uint64_t n = 0;

	t->first = ENGINE_ZNEW(e, (size_t)e->n[side] + nchunks + 1, uint32_t);
	t->total = ENGINE_NEW(e, (size_t)e->n[side] + 1, int32_t);
	t->chunk = ENGINE_ZNEW(e, (size_t)nchunks + 1, uint32_t *);
	if (engine_ok(e))
		par_for(e, nchunks, make_chunk, &job);
	for (uint32_t k = 0; k < nchunks && engine_ok(e); k++)
		n += t->first[MIN((k + 1) * CHUNK_ROWS, e->n[side]) + k];
	return n;
}

/* ---- counting ---- */

/* All tokens are looked at, those of other ranges of places passed over: each place has one owner. */
static void count_range(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct tokens_job *job = arg;
	struct comparison *c = job->c;

	(void)thread;
	for (int side = 0; side < 2; side++)
		for (uint32_t k = 0; k < chunks(e->n[side]); k++) {
			const uint32_t *token = c->tokens[side].chunk[k];
			uint32_t end = MIN((k + 1) * CHUNK_ROWS, e->n[side]);
			uint32_t n = c->tokens[side].first[end + k];
			for (uint32_t i = 0; i < n; i++) {
				uint32_t at = place_of(c, token[i]);
				if ((at / LINE_COUNTS & (job->ntasks - 1)) == task)
					job->token_rows[at]++;
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
		uint32_t rows = job->token_rows[i];
		int32_t bits = rows == 0 ? 0 : MAX(all - num_log2(&e->num, rows), 0);
		c->token_bits[i] = (uint16_t)(i < c->piece_places ? bits * 3 / 10 : bits);
	}
}

/* Sums of bits; and words that few rows have are marked, as they are keys. */
static void total_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct tokens_job *job = arg;
	const struct comparison *c = job->c;
	const struct learn_tokens *t = &c->tokens[job->side];
	uint32_t first = chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, e->n[job->side]);
	uint32_t *token = t->chunk[chunk];

	(void)thread;
	for (uint32_t r = first; r < end; r++) {
		int32_t sum = 0;
		for (uint32_t i = t->first[r + chunk]; i < t->first[r + chunk + 1]; i++) {
			uint32_t at = place_of(c, token[i]);
			sum += c->token_bits[at];
			if ((token[i] & LEARN_PIECE) == 0 && job->token_rows[at] <= RARE_ROWS)
				token[i] |= LEARN_RARE;
		}
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
	job.token_rows = ENGINE_ZNEW(e, places, uint32_t);
	c->token_bits = ENGINE_NEW(e, places, uint16_t);
	if (engine_ok(e))
		par_for(e, job.ntasks, count_range, &job);
	if (engine_ok(e))
		par_for(e, chunks(places), weigh_chunk, &job);
	for (job.side = 0; job.side < 2 && engine_ok(e); job.side++)
		par_for(e, chunks(e->n[job.side]), total_chunk, &job);
	engine_free(e, job.token_rows);
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
	struct learn_token_list other = learn_tokens_of(&c->tokens[RIGHT], r);
	int32_t shared = 0;

	for (uint32_t i = 0; i < other.n; i++) {
		uint32_t at = set_find(s, other.p[i]);
		if (s->token[at] != 0)
			shared += s->bits[at];
	}
	return level_of(shared, MIN(s->total, c->tokens[RIGHT].total[r]), ret_shape);
}

/* One pair alone: bits are looked up of what is shared only. */
unsigned learn_long_level(const struct comparison *c, uint32_t l, uint32_t r, int32_t *ret_shape)
{
	struct learn_token_list x = learn_tokens_of(&c->tokens[LEFT], l);
	struct learn_token_list y = learn_tokens_of(&c->tokens[RIGHT], r);
	struct learn_set set;
	int32_t shared = 0;

	learn_set_clear(&set, x.n);
	for (uint32_t i = 0; i < x.n; i++)
		set.token[set_find(&set, x.p[i])] = x.p[i];
	for (uint32_t i = 0; i < y.n; i++)
		if (set.token[set_find(&set, y.p[i])] != 0)
			shared += c->token_bits[place_of(c, y.p[i])];
	return level_of(shared, MIN(c->tokens[LEFT].total[l], c->tokens[RIGHT].total[r]), ret_shape);
}
