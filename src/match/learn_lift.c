/*
 * Which comparisons tell anything, before anything is learned. Records that are joined by a key of
 * one comparison are held against the same records joined crosswise, within the same bounds: where
 * nothing but chance joins them, all other comparisons are spread alike. Where a key joins some
 * true pairs, those that tell true pairs are not, and so both are known to depend on something in
 * common.
 */
#include <stdlib.h>

#include "match/learn_parts.h"

#define PAIRS_MOST 2048u
#define PAIRS_LEAST 64u
#define TRIES 16u /* right records that are looked at for one within bounds */
#define SURE 30u  /* square of 5.5 standard errors: less is chance among some thousand trials */

struct lifting {
	const struct learn *n;
	uint32_t count;
	struct learn_met *joined, *crossed;
	int32_t *x, *y; /* comparison x pair: bits */
};

static bool open_lifting(struct learn *n, struct lifting *f)
{
	size_t cells = (size_t)PAIRS_MOST * n->nc + 1;

	*f = (struct lifting){.n = n,
		.joined = ENGINE_NEW(n->e, PAIRS_MOST, struct learn_met),
		.crossed = ENGINE_NEW(n->e, PAIRS_MOST, struct learn_met),
		.x = ENGINE_NEW(n->e, cells, int32_t),
		.y = ENGINE_NEW(n->e, cells, int32_t)};
	return engine_ok(n->e);
}

static void close_lifting(struct learn *n, struct lifting *f)
{
	engine_free(n->e, f->joined);
	engine_free(n->e, f->crossed);
	engine_free(n->e, f->x);
	engine_free(n->e, f->y);
}

/* Another pair's right record that is within the left record's bounds; NO_ROW: none was met. */
static uint32_t cross(
	const struct learn *n, const struct learn_met *met, uint32_t count, uint32_t i)
{
	struct learn_bounds bounds = learn_near_bounds(n, met[i].l);

	for (uint32_t t = 0; t < TRIES; t++) {
		uint32_t r =
			met[(uint32_t)(((uint64_t)i + count / 2 + t * (count / 37 + 1)) % count)].r;
		if (r != met[i].r && !(n->same && r == met[i].l) &&
			learn_within(bounds, learn_near_amount(n, r), learn_near_day(n, r)))
			return r;
	}
	return NO_ROW;
}

static void choose_pairs(struct lifting *f, const struct learn_met *met, uint32_t count)
{
	uint32_t step = count / PAIRS_MOST + 1;

	for (uint32_t i = 0; i < count && f->count < PAIRS_MOST; i += step) {
		uint32_t r = cross(f->n, met, count, i);
		if (r == NO_ROW)
			continue;
		f->joined[f->count] = met[i];
		f->crossed[f->count++] = (struct learn_met){met[i].l, r};
	}
}

static void weigh_pairs(
	const struct lifting *f, struct metric *m, const struct learn_met *met, int32_t *to)
{
	uint8_t level[LEARN_COMPARISONS_MAX];
	int32_t bits[LEARN_COMPARISONS_MAX];

	for (uint32_t i = 0; i < f->count; i++) {
		learn_weigh_each(f->n, m, met[i].l, met[i].r, level, bits);
		for (uint32_t k = 0; k < f->n->nc; k++)
			to[(size_t)k * PAIRS_MOST + i] = bits[k];
	}
}

static int by_bits(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

/* Is one of the tails of both further apart than chance puts them? */
static bool differ(int32_t *x, int32_t *y, uint32_t n)
{
	uint32_t i = 0, k = 0;

	qsort(x, n, sizeof(*x), by_bits);
	qsort(y, n, sizeof(*y), by_bits);
	while (i < n && k < n) {
		int32_t value = MIN(x[i], y[k]);
		while (i < n && x[i] == value)
			i++;
		while (k < n && y[k] == value)
			k++;
		uint64_t apart = i > k ? i - k : k - i, seen = MIN(i + k, 2 * n - i - k);
		if (apart * apart > SURE * seen)
			return true;
	}
	return false;
}

uint64_t learn_lift(struct learn *n, struct metric *m, const struct learn_single *s,
	const struct learn_met *met, uint32_t count)
{
	uint64_t own = n->c[s->c].columns, ret = 0;
	struct lifting f;

	if (count >= PAIRS_LEAST && open_lifting(n, &f)) {
		choose_pairs(&f, met, count);
		weigh_pairs(&f, m, f.joined, f.x);
		weigh_pairs(&f, m, f.crossed, f.y);
		for (uint32_t k = 0; k < n->nc && f.count >= PAIRS_LEAST; k++)
			if ((own >> k & 1) == 0 && differ(f.x + (size_t)k * PAIRS_MOST,
							   f.y + (size_t)k * PAIRS_MOST, f.count))
				ret |= UINT64_C(1) << k;
		close_lifting(n, &f);
	}
	return ret == 0 ? 0 : ret | UINT64_C(1) << s->c;
}
