/*
 * Rows of one side that are equal in all compared fields cannot be told apart, by the engine or by
 * anybody: which of them belongs to which is not in the data. A pair that the engine flags as
 * interchangeable counts as right if its two classes hold a true pair that nobody else has claimed;
 * one that is not flagged is judged by its rows alone. An n:m match that is flagged says which rows
 * belong together, not which with which: it counts for one pair a row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pairs.h"

#define COLUMNS_MAX 16

struct classes {
	uint64_t *hash; /* per data row, from 1 */
	size_t n;
};

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t hash_text(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = mix(h, (unsigned char)*s);
	return mix(h, 256);
}

static struct classes classes_read(const char *path, char **columns, size_t ncolumns)
{
	struct classes c = {0};
	char *line = NULL, *cells[256];
	size_t cap = 0, room = 0;
	int place[COLUMNS_MAX], last = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL || ncolumns > COLUMNS_MAX || getline(&line, &cap, f) < 0)
		die(path);
	size_t n = csv_cut(line, cells, ARRAY_LEN(cells));
	for (size_t i = 0; i < ncolumns; i++) {
		place[i] = csv_column(cells, n, columns[i]);
		if (place[i] < 0)
			die(columns[i]);
		last = MAX(last, place[i]);
	}
	while (getline(&line, &cap, f) > 0) {
		if ((int)csv_cut(line, cells, ARRAY_LEN(cells)) <= last)
			die(path);
		if (c.n + 1 >= room)
			c.hash = resize(c.hash, (room = room ? room * 2 : 4096) * sizeof(*c.hash));
		uint64_t h = 1;
		for (size_t i = 0; i < ncolumns; i++)
			h = hash_text(h, cells[place[i]]);
		c.hash[++c.n] = h;
	}
	free(line);
	fclose(f);
	return c;
}

/* A pair by the classes of its rows. */
struct claim {
	uint64_t classes;
	uint64_t key;
	size_t at;
};

static int claim_cmp(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->classes != y->classes)
		return x->classes < y->classes ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

/* Pairs of `from` that `other` has not; with flagged only those that are interchangeable. */
static struct claim *claims_of(const struct pairs *from, const struct pairs *other, bool flagged,
	const struct classes *left, const struct classes *right, size_t *ret_n)
{
	struct claim *c = resize(NULL, (from->n + 1) * sizeof(*c));
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++) {
		const struct true_pair *p = &from->p[i];
		const size_t l = (size_t)(p->key >> 32), r = (uint32_t)p->key;
		if (p->key >> 63 || (flagged && !p->interchangeable) || l > left->n ||
			r > right->n || left->hash == NULL || right->hash == NULL ||
			pairs_find(other, p->key) != NULL)
			continue;
		c[n++] = (struct claim){mix(left->hash[l], right->hash[r]), p->key, i};
	}
	if (n > 0)
		qsort(c, n, sizeof(*c), claim_cmp);
	*ret_n = n;
	return c;
}

static size_t last_row(const struct pairs *s)
{
	size_t last = 0;

	for (size_t i = 0; i < s->n; i++) {
		const size_t l = (size_t)(s->p[i].key >> 32), r = (uint32_t)s->p[i].key;
		if (s->p[i].key >> 63)
			continue;
		last = MAX(last, l);
		last = MAX(last, r);
	}
	return last;
}

/* Keeps pairs of bulk matches whose rows are free; with only_true those that the truth has. */
static void keep_free(const struct pairs *truth, struct pairs *said, bool *left, bool *right,
	bool *keep, bool only_true)
{
	for (size_t i = 0; i < said->n; i++) {
		const struct true_pair *p = &said->p[i];
		const size_t l = (size_t)(p->key >> 32), r = (uint32_t)p->key;
		if (p->key >> 63 || !p->bulk || keep[i] || left[l] || right[r] ||
			(only_true && pairs_find(truth, p->key) == NULL))
			continue;
		keep[i] = left[l] = right[r] = true;
	}
}

size_t pairs_settle_bulk(const struct pairs *truth, struct pairs *said)
{
	const size_t rows = last_row(said) + 1, before = said->n;
	bool *left = calloc(rows, 1), *right = calloc(rows, 1), *keep = calloc(before + 1, 1);
	size_t n = 0;

	if (left == NULL || right == NULL || keep == NULL)
		die("memory");
	keep_free(truth, said, left, right, keep, true);
	keep_free(truth, said, left, right, keep, false);
	for (size_t i = 0; i < before; i++)
		if (keep[i] || !said->p[i].bulk || said->p[i].key >> 63)
			said->p[n++] = said->p[i];
	said->n = n;
	free(left);
	free(right);
	free(keep);
	return before - n;
}

size_t pairs_exchange(const struct pairs *truth, struct pairs *said, const char *left_path,
	const char *right_path, char **columns, size_t ncolumns)
{
	struct classes left = classes_read(left_path, columns, ncolumns);
	struct classes right = classes_read(right_path, columns, ncolumns);
	size_t nt, ns, t = 0, exchanged = 0;
	struct claim *true_ones = claims_of(truth, said, false, &left, &right, &nt);
	struct claim *said_ones = claims_of(said, truth, true, &left, &right, &ns);

	for (size_t s = 0; s < ns; s++) {
		while (t < nt && true_ones[t].classes < said_ones[s].classes)
			t++;
		if (t == nt || true_ones[t].classes != said_ones[s].classes)
			continue;
		said->p[said_ones[s].at].key = true_ones[t++].key;
		exchanged++;
	}
	pairs_sort(said);
	free(true_ones);
	free(said_ones);
	free(left.hash);
	free(right.hash);
	return exchanged;
}
