/*
 * Rows of one file that are written alike. A hash of every row is kept while the file is read; in the
 * end a bit of a small table tells which of them may occur twice, and only those few are compared.
 */
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "read/maker_private.h"

#define HASHES_MIN ((size_t)64 << 10)
#define BITS_PER_ROW 16u
#define AHEAD 48u

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t load64(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

static inline uint64_t add16(uint64_t h, const char *p)
{
	return mix(load64(p) ^ h ^ UINT64_C(0x9e3779b97f4a7c15),
		load64(p + 8) ^ UINT64_C(0xd6e8feb86659fd93));
}

/* Sixteen bytes, then thirty-two at a time; the last ones overlap those before. */
static uint64_t hash_row(struct sv s)
{
	char few[32] = {0};
	const char *p = s.p, *end = s.p + s.n;

	if (s.n < 32) {
		memcpy(few, s.p, s.n);
		return add16(add16(s.n, few), few + 16);
	}
	uint64_t h = add16(s.n, p), g = ~h;
	for (p += 16; p + 32 < end; p += 32) {
		h = add16(h, p);
		g = add16(g, p + 16);
	}
	return mix(add16(h, end - 32), add16(g, end - 16) | 1);
}

bool maker_reserve_twins(struct maker *mk, uint64_t rows)
{
	struct maker_twins *t = &mk->twins;
	size_t need = (size_t)rows * sizeof(*t->hashes), size = t->size;

	if (need <= size)
		return true;
	size_t more = MAX(need, 2 * size);
	uint64_t *grown = size == 0 ? pages_map(MAX(more, HASHES_MIN), &size)
				    : pages_grow(t->hashes, size, more, &size);
	if (grown == NULL) {
		mk->error = E_NO_MEMORY;
		return false;
	}
	t->hashes = grown;
	t->size = size;
	return true;
}

/* Rows that begin with ever larger text, as numbered ones do, cannot be alike. */
static void note_order(struct maker *mk, const struct rows *rows, uint32_t n)
{
	struct maker_twins *t = &mk->twins;
	uint64_t last = t->last_begin;
	bool ascend = !t->unordered;

	for (uint32_t k = 0; ascend && k < n; k++) {
		struct sv raw = rows->raw[mk->accepted[k]];
		uint64_t begin = raw.n < 8 ? 0 : __builtin_bswap64(load64(raw.p));

		ascend = begin > last;
		last = begin;
		if (k == 0 && mk->info.rows_accepted == 0)
			t->first_begin = begin;
	}
	t->unordered = !ascend;
	t->last_begin = last;
}

void maker_note_rows(struct maker *mk, const struct rows *rows, uint32_t n)
{
	uint64_t have = mk->info.rows_accepted;

	if (!maker_reserve_twins(mk, have + n))
		return;
	for (uint32_t k = 0; k < n; k++)
		mk->twins.hashes[have + k] = hash_row(rows->raw[mk->accepted[k]]);
	note_order(mk, rows, n);
}

/* ---- which rows may occur twice ---- */

struct bits {
	uint64_t *word;
	size_t size;
	unsigned shift; /* of a hash to its bit's number */
};

static void bits_free(struct bits *b)
{
	if (b->word != NULL)
		pages_unmap(b->word, b->size);
}

static bool bits_new(struct bits *b, uint64_t rows)
{
	unsigned log = 9;

	while (log < 40 && UINT64_C(1) << log < rows * BITS_PER_ROW)
		log++;
	b->shift = 64 - log;
	b->word = pages_map((size_t)1 << (log - 3), &b->size);
	return b->word != NULL;
}

static inline uint64_t *bit_word(const struct bits *b, uint64_t hash)
{
	return &b->word[hash >> b->shift >> 6];
}

static inline uint64_t bit_of(const struct bits *b, uint64_t hash)
{
	return UINT64_C(1) << (hash >> b->shift & 63);
}

/* Sets the bit of each row; into again, those of rows whose bit was set before. */
static bool note_bits(
	const uint64_t *hashes, uint32_t rows, const struct bits *once, const struct bits *again)
{
	bool any = false;

	for (uint32_t r = 0; r < rows; r++) {
		uint64_t h = hashes[r], *word = bit_word(once, h), bit = bit_of(once, h);

		if (r + AHEAD < rows)
			__builtin_prefetch(bit_word(once, hashes[r + AHEAD]), 1);
		if ((*word & bit) != 0) {
			*bit_word(again, h) |= bit;
			any = true;
		}
		*word |= bit;
	}
	return any;
}

struct twin {
	uint64_t hash;
	uint32_t row;
};

/* Rows whose bit is in again, in their order. NULL without memory. */
static struct twin *suspects(
	const uint64_t *hashes, uint32_t rows, const struct bits *again, uint32_t *ret_n)
{
	size_t n = 0, cap = rows / 8 + 64;
	struct twin *found CLEANUP(free_ptr) = reallocarray(NULL, cap, sizeof(*found));

	if (found == NULL)
		return NULL;
	for (uint32_t r = 0; r < rows; r++) {
		if (r + AHEAD < rows)
			__builtin_prefetch(bit_word(again, hashes[r + AHEAD]));
		if ((*bit_word(again, hashes[r]) & bit_of(again, hashes[r])) == 0)
			continue;
		if (n == cap) {
			struct twin *more = reallocarray(found, cap * 2, sizeof(*found));

			if (more == NULL)
				return NULL;
			found = more;
			cap *= 2;
		}
		found[n++] = (struct twin){hashes[r], r};
	}
	*ret_n = (uint32_t)n;
	return TAKE(found);
}

/* An open table of places + 1 by hash; *any: one was flagged. */
static int flag_equal(const struct twin *twins, uint32_t n, uint8_t *flags, bool *any)
{
	size_t size = 16;

	while (size < (size_t)n * 2)
		size *= 2;
	uint32_t *slots CLEANUP(free_ptr) = calloc(size, sizeof(*slots));
	if (slots == NULL)
		return E_NO_MEMORY;
	for (uint32_t k = 0; k < n; k++) {
		size_t i = twins[k].hash & (size - 1);

		while (slots[i] != 0 && twins[slots[i] - 1].hash != twins[k].hash)
			i = (i + 1) & (size - 1);
		if (slots[i] == 0) {
			slots[i] = k + 1;
			continue;
		}
		flags[twins[slots[i] - 1].row] |= COL_ROW_HAS_TWIN;
		flags[twins[k].row] |= COL_ROW_REPEATED | COL_ROW_HAS_TWIN;
		*any = true;
	}
	return 0;
}

void maker_twins_free(struct maker_twins *t)
{
	if (t->hashes != NULL)
		pages_unmap(t->hashes, t->size);
	*t = (struct maker_twins){0};
}

int maker_join_twins(const struct maker_twins *const *parts, const uint32_t *rows, uint32_t n,
	struct maker_twins *ret)
{
	struct maker_twins t = {0};
	size_t total = 0, at = 0;

	for (uint32_t k = 0; k < n; k++)
		total += rows[k];
	t.hashes = pages_map(MAX(total, (size_t)1) * sizeof(*t.hashes), &t.size);
	if (t.hashes == NULL)
		return E_NO_MEMORY;
	for (uint32_t k = 0; k < n; k++) {
		if (rows[k] == 0)
			continue;
		memcpy(t.hashes + at, parts[k]->hashes, rows[k] * sizeof(*t.hashes));
		t.unordered |= parts[k]->unordered || (at > 0 && parts[k]->first_begin <= t.last_begin);
		t.last_begin = parts[k]->last_begin;
		at += rows[k];
	}
	*ret = t;
	return 0;
}

int maker_flag_twins(const struct maker_twins *twins, struct col_table *t)
{
	struct bits once CLEANUP(bits_free) = {0}, again CLEANUP(bits_free) = {0};
	uint32_t n = 0;
	bool any = false;

	if (!twins->unordered)
		return 0;
	if (!bits_new(&once, t->rows) || !bits_new(&again, t->rows))
		return E_NO_MEMORY;
	if (!note_bits(twins->hashes, t->rows, &once, &again))
		return 0;
	struct twin *found CLEANUP(free_ptr) = suspects(twins->hashes, t->rows, &again, &n);
	uint8_t *flags = found == NULL ? NULL : col_table_alloc(t, t->rows);
	if (flags == NULL)
		return E_NO_MEMORY;
	int rc = flag_equal(found, n, flags, &any);
	if (any)
		t->flags = flags;
	return rc;
}
