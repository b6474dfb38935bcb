/*
 * Profiles of the columns of a table: how full, how different, how wordy they are, and sketches of
 * their values and words, from which it is told which columns of two tables mean the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "match/engine.h"
#include "match/propose_parts.h"

#define SKETCH_MOST 4096u /* values kept of a column */
#define ROW_WORDS 16u

/* ---- values as hashes ---- */

uint64_t propose_hash(struct sv s)
{
	return mix_bytes(0, s) | 1;
}

size_t propose_fold(struct sv s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < cap; i++) {
		char c = s.p[i];
		if (c != 0 && strchr(" -_/.:#'", c) != NULL)
			continue;
		out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return n;
}

bool propose_is_string(const struct col *c)
{
	return col_held(c->type) == COL_STR;
}

uint64_t propose_cell_hash(
	const struct col_table *t, const struct col *c, uint32_t row, bool plain)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	char folded[256];

	if (c->type == COL_AMOUNT || (plain && c->type == COL_DATE))
		return mix64((uint64_t)(c->type == COL_DATE ? c->i32[row] : c->i64[row]) + 1) | 1;
	if (propose_is_string(c))
		return propose_hash(
			sv_from(folded, propose_fold(col_folded(c, row), folded, sizeof(folded))));
	col_format(t, c, row, &text);
	return propose_hash(sv_from(folded, propose_fold(buf_sv(&text), folded, sizeof(folded))));
}

/* ---- sets ---- */

bool propose_set_make(struct set *s, uint32_t values)
{
	s->size = 64;
	while (s->size / 2 < values)
		s->size *= 2;
	s->slot = calloc(s->size, sizeof(*s->slot));
	return s->slot != NULL;
}

bool propose_set_add(struct set *s, uint64_t h)
{
	uint32_t at = (uint32_t)(h >> 20) & (s->size - 1);

	while (s->slot[at] != 0 && s->slot[at] != h)
		at = (at + 1) & (s->size - 1);
	if (s->slot[at] == h)
		return false;
	s->slot[at] = h;
	return true;
}

bool propose_set_has(const struct set *s, uint64_t h)
{
	uint32_t at = (uint32_t)(h >> 20) & (s->size - 1);

	while (s->slot[at] != 0 && s->slot[at] != h)
		at = (at + 1) & (s->size - 1);
	return s->slot[at] == h;
}

uint32_t propose_sample_row(const struct col_table *t, uint32_t i)
{
	return t->rows <= PROPOSE_SAMPLE ? i : (uint32_t)((uint64_t)i * t->rows / PROPOSE_SAMPLE);
}

bool propose_same_name(const struct col *a, const struct col *b)
{
	char x[COL_NAME_MAX + 1], y[COL_NAME_MAX + 1];
	size_t n = propose_fold(sv_from_cstr(a->name), x, sizeof(x));
	size_t m = propose_fold(sv_from_cstr(b->name), y, sizeof(y));

	return n == m && memcmp(x, y, n) == 0;
}

/* ---- sketches ---- */

/* Occurrences as they come: sorted and counted when there is no more room. */
struct sketching {
	struct sketch s;
	uint32_t filled; /* places of s.v in use, sorted up to s.n */
};

static int by_hash(const void *a, const void *b)
{
	const struct sketch_value *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void settle(struct sketching *k)
{
	uint32_t n = 0;

	if (k->filled > 1)
		qsort(k->s.v, k->filled, sizeof(*k->s.v), by_hash);
	for (uint32_t i = 0; i < k->filled; i++)
		if (n > 0 && k->s.v[n - 1].hash == k->s.v[i].hash)
			k->s.v[n - 1].count += k->s.v[i].count;
		else
			k->s.v[n++] = k->s.v[i];
	if (n > SKETCH_MOST) {
		n = SKETCH_MOST;
		k->s.limit = k->s.v[n - 1].hash;
	}
	k->s.n = k->filled = n;
}

static void sketch_add(struct sketching *k, uint64_t hash)
{
	if (hash > k->s.limit)
		return;
	k->s.v[k->filled++] = (struct sketch_value){hash, 1};
	if (k->filled == 4 * SKETCH_MOST)
		settle(k);
}

static bool sketch_open(struct sketching *k)
{
	*k = (struct sketching){.s.limit = UINT64_MAX};
	k->s.v = calloc(4 * SKETCH_MOST, sizeof(*k->s.v));
	return k->s.v != NULL;
}

static struct sketch sketch_close(struct sketching *k)
{
	settle(k);
	struct sketch_value *less = realloc(k->s.v, ((size_t)k->s.n + 1) * sizeof(*less));
	k->s.v = less != NULL ? less : k->s.v;
	return k->s;
}

static uint64_t sum_up_to(const struct sketch *s, uint64_t limit)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < s->n && s->v[i].hash <= limit; i++)
		sum += s->v[i].count;
	return sum;
}

uint32_t propose_common(const struct sketch *a, const struct sketch *b, uint32_t most)
{
	uint64_t limit = MIN(a->limit, b->limit);
	uint64_t na = sum_up_to(a, limit), nb = sum_up_to(b, limit), sum = 0;
	uint32_t k = 0;

	if (na == 0 || nb == 0)
		return 0;
	for (uint32_t i = 0; i < a->n && a->v[i].hash <= limit; i++) {
		while (k < b->n && b->v[k].hash < a->v[i].hash)
			k++;
		if (k == b->n || b->v[k].hash != a->v[i].hash)
			continue;
		uint64_t x = (uint64_t)a->v[i].count * 1000000 / na;
		uint64_t y = (uint64_t)b->v[k].count * 1000000 / nb;
		uint64_t share = MIN(x, y), bound = (uint64_t)most * 1000;
		sum += MIN(share, bound);
	}
	return (uint32_t)(sum / 1000);
}

/* ---- profiles ---- */

static void sketch_row(struct sketching k[2], const struct col_table *t, const struct col *c,
	uint32_t row)
{
	sketch_add(&k[0], propose_cell_hash(t, c, row, false));
	if (!propose_is_string(c))
		return;
	struct sv s = col_folded(c, row);
	for (uint32_t w = 0; w < ROW_WORDS && s.n > 0; w++) {
		struct sv word = sv_cut(&s, ' ');
		if (word.n > 0)
			sketch_add(&k[1], propose_hash(word));
	}
}

static int sketch_column(struct profile *p, const struct col *c, struct err *err)
{
	struct sketching k[2];
	bool first = sketch_open(&k[0]), second = sketch_open(&k[1]), ok = first && second;
	uint32_t rows = MIN(SET_ROWS, p->t->rows);

	for (uint32_t r = 0; ok && r < rows; r++)
		if (col_valid(c, r))
			sketch_row(k, p->t, c, r);
	p->values[p->n] = sketch_close(&k[0]);
	p->terms[p->n] = sketch_close(&k[1]);
	return ok ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

static uint32_t average_words(const struct col_table *t, const struct col *c)
{
	uint32_t n = MIN(PROPOSE_SAMPLE, t->rows), words = 0, rows = 0;

	for (uint32_t i = 0; propose_is_string(c) && i < n; i++) {
		struct sv s = col_folded(c, propose_sample_row(t, i));
		rows += s.n > 0;
		words += s.n > 0;
		for (size_t k = 0; k < s.n; k++)
			words += s.p[k] == ' ';
	}
	return rows == 0 ? 0 : words / rows;
}

static int profile_column(struct profile *p, const struct col *c, struct err *err)
{
	uint32_t n = MIN(PROPOSE_SAMPLE, p->t->rows), filled = 0, distinct = 0;
	struct set set;

	if (!propose_set_make(&set, n))
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = propose_sample_row(p->t, i);
		if (!col_valid(c, row))
			continue;
		filled++;
		distinct += propose_set_add(&set, propose_cell_hash(p->t, c, row, true));
	}
	free(set.slot);
	int rc = sketch_column(p, c, err);
	p->col[p->n] = c;
	p->filled[p->n] = n == 0 ? 0 : filled * SHARE_ONE / n;
	p->unique[p->n] = filled == 0 ? 0 : distinct * SHARE_ONE / filled;
	p->words[p->n] = average_words(p->t, c);
	p->n++;
	return rc;
}

int propose_profile(struct profile *p, const struct col_table *t, struct err *err)
{
	int rc = 0;

	p->t = t;
	for (uint32_t i = 0; i < t->ncols && p->n < COLUMNS_MAX && rc == 0; i++)
		rc = profile_column(p, &t->cols[i], err);
	return rc;
}

void propose_profile_free(struct profile *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		free(p->values[i].v);
		free(p->terms[i].v);
	}
}
