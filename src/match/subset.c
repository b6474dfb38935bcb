/*
 * The pool is cut into two halves; the sums of each half are built already sorted, by merging the list
 * with itself shifted by the next line, and a pointer from each end finds the pairs that fit. The same
 * two lists count the subsets near the target, from which the number of chance fits follows.
 */
#include "match/subset.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET_DEFAULT (UINT64_C(1) << 18)
#define REACH_BITS_MAX (UINT64_C(1) << 22) /* of the bitset that only proves "none" */

struct part {
	int64_t sum;
	uint32_t mask;
	uint32_t lines;
};

struct list {
	struct part *p;
	size_t n, cap;
};

struct subset_search {
	struct list half[2], spare;
	uint64_t *reach;
};

struct subset_search *subset_search_new(void)
{
	return calloc(1, sizeof(struct subset_search));
}

void subset_search_free(struct subset_search **ps)
{
	struct subset_search *s = *ps;

	*ps = NULL;
	if (s == NULL)
		return;
	free(s->half[0].p);
	free(s->half[1].p);
	free(s->spare.p);
	free(s->reach);
	free(s);
}

static bool list_room(struct list *l, size_t n)
{
	if (n <= l->cap)
		return true;
	size_t cap = l->cap ? l->cap : 256;
	while (cap < n)
		cap *= 2;
	struct part *p = realloc(l->p, cap * sizeof(*p));
	if (p == NULL)
		return false;
	l->p = p;
	l->cap = cap;
	return true;
}

static bool part_before(const struct part *a, const struct part *b)
{
	if (a->sum != b->sum)
		return a->sum < b->sum;
	if (a->lines != b->lines)
		return a->lines < b->lines;
	return a->mask < b->mask;
}

/* All sums of n lines with at most max_lines each, sorted. False without memory or over budget. */
static bool list_build(struct subset_search *s, struct list *l, const int64_t *amount, uint32_t n,
	uint32_t max_lines, uint64_t budget, uint64_t *states)
{
	if (!list_room(l, 1))
		return false;
	l->p[0] = (struct part){0, 0, 0};
	l->n = 1;
	for (uint32_t k = 0; k < n; k++) {
		const int64_t a = amount[k];
		size_t i = 0, j = 0, out = 0;
		if (*states + 2 * l->n > budget || !list_room(&s->spare, 2 * l->n))
			return false;
		const struct part *old = l->p;
		struct part *to = s->spare.p;
		while (i < l->n || j < l->n) {
			while (j < l->n && old[j].lines == max_lines)
				j++;
			if (j == l->n) {
				while (i < l->n)
					to[out++] = old[i++];
				break;
			}
			const struct part with = {
				old[j].sum + a, old[j].mask | UINT32_C(1) << k, old[j].lines + 1};
			if (i < l->n && part_before(&old[i], &with)) {
				to[out++] = old[i++];
			} else {
				to[out++] = with;
				j++;
			}
		}
		const struct list t = *l;
		*l = s->spare;
		s->spare = t;
		l->n = out;
	}
	*states += l->n;
	return true;
}

static bool fit_before(uint64_t a, uint64_t b)
{
	const int la = __builtin_popcountll(a), lb = __builtin_popcountll(b);

	return la != lb ? la < lb : a < b;
}

/* Keeps the best SUBSET_FITS_MAX in order. */
static void answer_add(struct subset_answer *r, uint64_t fit, int64_t sum)
{
	uint32_t at = MIN(r->count, SUBSET_FITS_MAX);

	if (r->count < SUBSET_COUNT_MAX)
		r->count++;
	if (at == SUBSET_FITS_MAX && !fit_before(fit, r->fit[SUBSET_FITS_MAX - 1]))
		return;
	if (at == SUBSET_FITS_MAX)
		at--;
	for (; at > 0 && fit_before(fit, r->fit[at - 1]); at--) {
		r->fit[at] = r->fit[at - 1];
		r->sum[at] = r->sum[at - 1];
	}
	r->fit[at] = fit;
	r->sum[at] = sum;
}

#define NEAR_EXACT 16384u /* pairs up to which the limits of lines are looked at one by one */

/* Pairs whose sum lies in [lo, hi]; beyond NEAR_EXACT the limits of lines are ignored, so that it never
 * counts too few. */
static uint64_t pairs_between(const struct list *a, const struct list *b, int64_t lo, int64_t hi,
	uint32_t min_lines, uint32_t max_lines)
{
	uint64_t pairs = 0, looked = 0;
	size_t from = b->n, to = b->n;

	for (size_t i = 0; i < a->n; i++) {
		while (from > 0 && a->p[i].sum + b->p[from - 1].sum >= lo)
			from--;
		while (to > 0 && a->p[i].sum + b->p[to - 1].sum > hi)
			to--;
		looked += to - from;
		if (looked > NEAR_EXACT) {
			pairs += to - from;
			continue;
		}
		for (size_t j = from; j < to; j++) {
			const uint32_t lines = a->p[i].lines + b->p[j].lines;
			pairs += lines >= min_lines && lines <= max_lines;
		}
	}
	return pairs;
}

/* False when the budget ran out before all pairs were seen. */
static bool pairs_collect(const struct list *a, const struct list *b, uint32_t shift,
	const struct subset_query *q, uint32_t max_lines, uint64_t budget, struct subset_answer *r)
{
	size_t from = b->n, to = b->n;

	for (size_t i = 0; i < a->n; i++) {
		const struct part *x = &a->p[i];
		while (from > 0 && x->sum + b->p[from - 1].sum >= q->target - q->tolerance)
			from--;
		while (to > 0 && x->sum + b->p[to - 1].sum > q->target + q->tolerance)
			to--;
		r->states += 1 + (to - from);
		if (r->states > budget)
			return false;
		for (size_t j = from; j < to; j++) {
			const uint32_t lines = x->lines + b->p[j].lines;
			if (lines >= q->min_lines && lines <= max_lines)
				answer_add(r, (uint64_t)x->mask | (uint64_t)b->p[j].mask << shift,
					x->sum + b->p[j].sum);
		}
	}
	return true;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		const uint64_t t = a % b;
		a = b;
		b = t;
	}
	return a;
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? (uint64_t)-v : (uint64_t)v;
}

static uint64_t pool_gcd(const int64_t *amount, uint32_t n)
{
	uint64_t g = 0;

	for (uint32_t i = 0; i < n; i++)
		g = gcd(g, magnitude(amount[i]));
	return g ? g : 1;
}

/* near subsets spread over the lattice points within +-window; how many of them fall on a fit. */
static uint32_t chance(uint64_t near, uint64_t window, uint64_t tolerance, uint64_t g)
{
	const uint64_t points = 2 * (window / g) + 1, fits = 2 * (tolerance / g) + 1;
	const unsigned __int128 e0 =
		(unsigned __int128)near * fits * SUBSET_E0_ONE / (points > fits ? points : fits);

	return e0 > UINT32_MAX ? UINT32_MAX : (uint32_t)e0;
}

static int64_t near_window(int64_t target)
{
	const int64_t part = (int64_t)(magnitude(target) / 200);

	return part > 50 ? part : 50;
}

/*
 * Proves that no subset of any size fits, by which sums can be reached at all; works where all
 * amounts have the target's sign and the target is small in units of their gcd.
 */
static bool reach_proves_none(struct subset_search *s, const struct subset_query *q)
{
	const uint64_t g = pool_gcd(q->amount, q->n), t = magnitude(q->target);
	const uint64_t top = (t + (uint64_t)q->tolerance) / g;
	const uint64_t low = t > (uint64_t)q->tolerance ? (t - (uint64_t)q->tolerance + g - 1) / g : 0;

	if (low == 0 || top >= REACH_BITS_MAX)
		return false;
	for (uint32_t i = 0; i < q->n; i++)
		if ((q->amount[i] < 0) != (q->target < 0))
			return false;
	if (s->reach == NULL && (s->reach = malloc(REACH_BITS_MAX / 8 + 8)) == NULL)
		return false;
	const size_t words = (size_t)(top / 64 + 1);
	memset(s->reach, 0, words * sizeof(uint64_t));
	s->reach[0] = 1;
	for (uint32_t i = 0; i < q->n; i++) {
		const uint64_t by = magnitude(q->amount[i]) / g;
		const size_t skip = (size_t)(by / 64);
		const unsigned bits = (unsigned)(by % 64);
		for (size_t w = words; w-- > skip;) {
			uint64_t v = s->reach[w - skip] << bits;
			if (bits && w > skip)
				v |= s->reach[w - skip - 1] >> (64 - bits);
			s->reach[w] |= v;
		}
	}
	for (uint64_t v = low; v <= top; v++)
		if (s->reach[v / 64] >> (v % 64) & 1)
			return false;
	return true;
}

/* Best-evidenced part of the pool whose halves fit into the budget; builds both lists. */
static uint32_t build_halves(struct subset_search *s, const struct subset_query *q,
	uint32_t max_lines, uint64_t budget, uint64_t *states)
{
	for (uint32_t n = MIN(q->n, SUBSET_POOL_MAX); n > 0; n -= n > 8 ? n / 8 : 1) {
		const uint32_t first = n / 2;
		uint64_t used = 0;
		if (list_build(s, &s->half[0], q->amount, first, max_lines, budget, &used) &&
			list_build(s, &s->half[1], q->amount + first, n - first, max_lines, budget,
				&used)) {
			*states += used;
			return n;
		}
		*states += budget / 8; /* what the failed attempt may have cost, counted once */
	}
	s->half[0].n = s->half[1].n = 0;
	return 0;
}

void subset_find(struct subset_search *s, const struct subset_query *q, struct subset_answer *ret)
{
	const uint64_t budget = q->budget ? q->budget : BUDGET_DEFAULT;
	const uint32_t max_lines = q->max_lines ? q->max_lines : SUBSET_POOL_MAX;
	const int64_t window = near_window(q->target);

	*ret = (struct subset_answer){.outcome = SUBSET_NONE, .reason = SUBSET_COMPLETE};
	if (q->n == 0)
		return;
	const uint32_t n = build_halves(s, q, max_lines, budget / 2, &ret->states);
	const bool cut = n < q->n;
	if (cut && reach_proves_none(s, q))
		return;
	const uint64_t g = pool_gcd(q->amount, n);
	const uint64_t near = pairs_between(
		&s->half[0], &s->half[1], q->target - window, q->target + window, q->min_lines, max_lines);
	ret->e0 = chance(near, (uint64_t)window, (uint64_t)q->tolerance, g);
	if (ret->e0 > 4 * SUBSET_E0_ONE) {
		ret->outcome = SUBSET_NOT_PROVED;
		ret->reason = SUBSET_NOT_IDENTIFIABLE;
		return;
	}
	const bool complete = pairs_collect(
		&s->half[0], &s->half[1], n / 2, q, max_lines, budget, ret);
	/* A fit found is itself among the subsets near the target; chance has one less to give. */
	if (ret->count > 0)
		ret->e0 = chance(near > 0 ? near - 1 : 0, (uint64_t)window, (uint64_t)q->tolerance, g);
	if (!complete || cut) {
		ret->outcome = SUBSET_NOT_PROVED;
		ret->reason = complete ? SUBSET_CUT : SUBSET_STATES;
	} else if (ret->count > 0) {
		ret->outcome = SUBSET_FOUND;
	}
}

uint32_t subset_run(const int64_t *amount, uint32_t n, int64_t target, int64_t tolerance,
	uint32_t min_lines, uint32_t max_lines, uint32_t *ret_lo, uint32_t *ret_hi)
{
	uint32_t count = 0;

	/* Lines of both signs occur, so every start is tried; runs are short and bounded. */
	for (uint32_t lo = 0; lo < n && count < 2; lo++) {
		const uint32_t room = n - lo, most = max_lines && max_lines < room ? max_lines : room;
		int64_t sum = 0;
		for (uint32_t k = 0; k < most && count < 2; k++) {
			sum += amount[lo + k];
			if (k + 1 < min_lines || sum < target - tolerance || sum > target + tolerance)
				continue;
			if (count++ == 0) {
				*ret_lo = lo;
				*ret_hi = lo + k + 1;
			}
		}
	}
	return count;
}

struct all_but {
	const int64_t *amount;
	uint32_t n;
	int64_t lo, hi; /* the exceptions together must lie here */
	uint32_t count, best;
	uint32_t *out;
};

static void all_but_try(struct all_but *a, int64_t sum, uint32_t k, uint32_t x, uint32_t y, uint32_t z)
{
	if (sum < a->lo || sum > a->hi || a->count >= SUBSET_COUNT_MAX)
		return;
	if (a->count++ == 0) {
		a->best = k;
		a->out[0] = x;
		a->out[1] = y;
		a->out[2] = z;
	}
}

/* Lines up to which two and three exceptions are tried: about 10^7 tries each. */
#define ALL_BUT_PAIRS 5000u
#define ALL_BUT_TRIPLES 400u

uint32_t subset_all_but(const int64_t *amount, uint32_t n, int64_t target, int64_t tolerance,
	uint32_t except, uint32_t ret_out[3], uint32_t *ret_n)
{
	uint32_t out[3] = {0};
	__int128 total = 0;

	for (uint32_t i = 0; i < n; i++)
		total += amount[i];
	const __int128 excess = total - target;
	if (excess > INT64_MAX / 4 || excess < INT64_MIN / 4)
		return 0;
	struct all_but a = {amount, n, (int64_t)excess - tolerance, (int64_t)excess + tolerance, 0, 0, out};
	all_but_try(&a, 0, 0, 0, 0, 0);
	if (a.count == 0 && except >= 1)
		for (uint32_t x = 0; x < n; x++)
			all_but_try(&a, amount[x], 1, x, 0, 0);
	if (a.count == 0 && except >= 2 && n <= ALL_BUT_PAIRS)
		for (uint32_t x = 0; x < n; x++)
			for (uint32_t y = x + 1; y < n; y++)
				all_but_try(&a, amount[x] + amount[y], 2, x, y, 0);
	if (a.count == 0 && except >= 3 && n <= ALL_BUT_TRIPLES)
		for (uint32_t x = 0; x < n; x++)
			for (uint32_t y = x + 1; y < n; y++)
				for (uint32_t z = y + 1; z < n; z++)
					all_but_try(&a, amount[x] + amount[y] + amount[z], 3, x, y, z);
	if (a.count > 0) {
		memcpy(ret_out, out, sizeof(out));
		*ret_n = a.best;
	}
	return a.count;
}
