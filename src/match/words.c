/*
 * Words of long texts: rare words that two texts share are the evidence that survives rewording and
 * truncation. A word is its hash; its rarity is the number of rows that have it.
 */
#include <stdlib.h>
#include <string.h>

#include "match/bind.h"
#include "match/engine.h"

#define WORDS_ROW_MAX 256u
#define LOGS 509u

#define AHEAD 16u

struct words_job {
	struct field *f;
	int side;
	VECTOR(uint32_t) *chunk; /* words of its rows, until they lie behind each other */
};

static bool is_separator(const struct field *f, unsigned char c)
{
	if (f->listed)
		return c == BIND_LIST_MARK;
	return c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		!(c >= 'A' && c <= 'Z');
}

/* Hashes of the distinct words of a row, ascending; at most WORDS_ROW_MAX. */
static uint32_t row_words(const struct field *f, int side, uint32_t row, uint32_t *out)
{
	struct sv text = vec_text(&f->v[side], row);
	uint32_t n = 0;

	if (!vec_valid(&f->v[side], row))
		return 0;
	for (size_t i = 0; i < text.n && n < WORDS_ROW_MAX;) {
		uint64_t h = 0;
		size_t start = i;
		for (; i < text.n && !is_separator(f, (unsigned char)text.p[i]); i++)
			h = (h ^ (unsigned char)text.p[i]) * UINT64_C(0x9fb21c651e98df25) + 1;
		if (i == start) {
			i++;
			continue;
		}
		uint32_t word = (uint32_t)(mix64(h) >> 32);
		word -= word == WORD_NONE;
		uint32_t at = n;
		while (at > 0 && out[at - 1] > word)
			at--;
		if (at > 0 && out[at - 1] == word)
			continue;
		memmove(out + at + 1, out + at, (n - at) * sizeof(*out));
		out[at] = word;
		n++;
	}
	return n;
}

static void split_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct words_job *job = arg;
	struct words *w = &job->f->words[job->side];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);
	size_t cap = 4 * (size_t)CHUNK_ROWS, n = 0;
	uint32_t *word = ENGINE_NEW(e, cap, uint32_t);

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end && word != NULL; r++) {
		if (cap - n < WORDS_ROW_MAX &&
			!engine_grow(e, (void **)&word, n, &cap, sizeof(*word)))
			break;
		w->first[r + 1] = row_words(job->f, job->side, r, word + n);
		n += w->first[r + 1];
	}
	job->chunk[chunk].p = word;
	job->chunk[chunk].n = n;
}

/* Words are counted by hash, in no order: those further on are asked for in time. */
static void join_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct words_job *job = arg;
	struct words *w = &job->f->words[job->side];
	const uint32_t *from = job->chunk[chunk].p;
	size_t n = job->chunk[chunk].n;
	uint32_t *rows = job->f->word_rows, mask = job->f->word_mask;

	(void)thread;
	memcpy(w->word + w->first[chunk * CHUNK_ROWS], from, n * sizeof(*from));
	for (size_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			__builtin_prefetch(&rows[from[i + AHEAD] & mask], 1);
		__atomic_fetch_add(&rows[from[i] & mask], 1, __ATOMIC_RELAXED);
	}
	engine_free(e, from);
	job->chunk[chunk].p = NULL;
}

/* Logarithms of large numbers are slow; words that so many rows have are few. */
struct logs {
	uint32_t of[LOGS];
	int32_t log[LOGS];
};

static int32_t log_of(const struct num *num, struct logs *known, uint32_t rows)
{
	uint32_t at = rows % LOGS;

	if (rows < NUM_LOG_TABLE)
		return num->log[rows];
	if (known->of[at] != rows) {
		known->of[at] = rows;
		known->log[at] = num_log2(num, rows);
	}
	return known->log[at];
}

/* log2(N / df) of each word of each row: beside the word, so that comparing two rows looks nowhere
 * else. */
static void weigh_words(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct words_job *job = arg;
	const struct field *f = job->f;
	struct words *w = &job->f->words[job->side];
	int32_t all = num_log2(&e->num, (uint64_t)e->n[0] + e->n[1] + 1);
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);
	struct logs known = {.of = {0}};

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++) {
		uint32_t sum = 0;
		for (uint32_t i = w->first[r]; i < w->first[r + 1]; i++) {
			if (i + AHEAD < w->first[end])
				__builtin_prefetch(&f->word_rows[w->word[i + AHEAD] & f->word_mask]);
			uint32_t rows = f->word_rows[w->word[i] & f->word_mask];
			int32_t bits = all - log_of(&e->num, &known, rows);
			w->bits[i] = (uint16_t)MAX(bits, 0);
			sum += w->bits[i];
		}
		w->total[r] = sum;
	}
}

/* Splits all texts of a side; returns how many words they have. */
static uint64_t split_side(struct engine *e, struct words_job *job)
{
	struct words *w = &job->f->words[job->side];
	uint32_t n = e->n[job->side];
	uint64_t total = 0;

	job->chunk = engine_zalloc(e, (size_t)chunks(n) + 1, sizeof(*job->chunk));
	w->first = ENGINE_NEW(e, (size_t)n + 2, uint32_t);
	if (!engine_ok(e))
		return 0;
	w->first[0] = 0;
	par_for(e, chunks(n), split_chunk, job);
	for (uint32_t r = 0; r < n && engine_ok(e); r++) {
		total += w->first[r + 1];
		if (total > UINT32_MAX)
			engine_fail(e, E_LIMIT);
		w->first[r + 1] = (uint32_t)total;
	}
	w->word = ENGINE_NEW(e, total + 1, uint32_t);
	w->bits = ENGINE_NEW(e, total + 1, uint16_t);
	w->total = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	return total;
}

void words_prepare(struct engine *e, struct field *f)
{
	struct words_job job[2] = {{.f = f, .side = LEFT}, {.f = f, .side = RIGHT}};
	uint64_t total = 0;
	uint32_t size = 1024;

	if (f->word_rows != NULL)
		return;
	for (int side = 0; side < 2 && engine_ok(e); side++)
		total += split_side(e, &job[side]);
	while (size < total && size < 1u << 24)
		size *= 2;
	f->word_mask = size - 1;
	f->word_rows = ENGINE_ZNEW(e, size, uint32_t);
	for (int side = 0; side < 2 && engine_ok(e); side++)
		par_for(e, chunks(e->n[side]), join_chunk, &job[side]);
	for (int side = 0; side < 2 && engine_ok(e); side++)
		par_for(e, chunks(e->n[side]), weigh_words, &job[side]);
	for (int side = 0; side < 2; side++)
		engine_free(e, job[side].chunk); /* what a failure left in it goes with the engine */
}

struct word_overlap words_compare(const struct field *f, struct pair p)
{
	const struct words *x = &f->words[p.sa], *y = &f->words[p.sb];
	uint32_t i = x->first[p.a], iend = x->first[p.a + 1];
	uint32_t k = y->first[p.b], kend = y->first[p.b + 1];
	struct word_overlap o = {.poorer = (int32_t)MIN(x->total[p.a], y->total[p.b])};

	while (i < iend && k < kend) {
		uint32_t a = x->word[i], b = y->word[k];
		if (a == b) {
			o.shared += x->bits[i];
			o.rarest = MAX(o.rarest, (int32_t)x->bits[i]);
		}
		i += a <= b;
		k += b <= a;
	}
	return o;
}
