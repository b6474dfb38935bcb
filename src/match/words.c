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

struct words_job {
	struct field *f;
	int side;
	uint32_t *per_row;
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

static void count_words(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct words_job *job = arg;
	uint32_t words[WORDS_ROW_MAX + 1];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++)
		job->f->words[job->side].first[r + 1] = row_words(job->f, job->side, r, words);
}

static void fill_words(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct words_job *job = arg;
	struct words *w = &job->f->words[job->side];
	uint32_t words[WORDS_ROW_MAX + 1];
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, e->n[job->side]);

	(void)thread;
	for (uint32_t r = chunk * CHUNK_ROWS; r < end; r++) {
		uint32_t n = row_words(job->f, job->side, r, words);
		memcpy(w->word + w->first[r], words, n * sizeof(*words));
		for (uint32_t i = 0; i < n; i++)
			__atomic_fetch_add(&job->f->word_rows[words[i] & job->f->word_mask], 1,
				__ATOMIC_RELAXED);
	}
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
			uint32_t rows = f->word_rows[w->word[i] & f->word_mask];
			int32_t bits = all - log_of(&e->num, &known, rows);
			w->bits[i] = (uint16_t)MAX(bits, 0);
			sum += w->bits[i];
		}
		w->total[r] = sum;
	}
}

void words_prepare(struct engine *e, struct field *f)
{
	uint64_t total = 0;
	uint32_t size = 1024;

	if (f->word_rows != NULL)
		return;
	for (int side = 0; side < 2 && engine_ok(e); side++) {
		struct words_job job = {.f = f, .side = side};
		uint32_t *first = ENGINE_NEW(e, (size_t)e->n[side] + 2, uint32_t);
		f->words[side].first = first;
		if (first == NULL)
			return;
		first[0] = 0;
		par_for(e, chunks(e->n[side]), count_words, &job);
		uint64_t n = 0;
		for (uint32_t r = 0; r < e->n[side] && engine_ok(e); r++) {
			n += first[r + 1];
			if (n > UINT32_MAX)
				engine_fail(e, E_LIMIT);
			first[r + 1] = (uint32_t)n;
		}
		total += n;
		f->words[side].word = ENGINE_NEW(e, n + 1, uint32_t);
		f->words[side].bits = ENGINE_NEW(e, n + 1, uint16_t);
		f->words[side].total = ENGINE_NEW(e, (size_t)e->n[side] + 1, uint32_t);
	}
	while (size < total && size < 1u << 24)
		size *= 2;
	f->word_mask = size - 1;
	f->word_rows = ENGINE_ZNEW(e, size, uint32_t);
	for (int side = 0; side < 2 && engine_ok(e); side++) {
		struct words_job job = {.f = f, .side = side};
		par_for(e, chunks(e->n[side]), fill_words, &job);
	}
	for (int side = 0; side < 2 && engine_ok(e); side++) {
		struct words_job job = {.f = f, .side = side};
		par_for(e, chunks(e->n[side]), weigh_words, &job);
	}
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
