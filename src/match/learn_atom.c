/*
 * Atoms: exact relations between the amounts of sure pairs that occur too often to be chance: a fixed
 * difference (a fee of 0.30), a ratio (a discount of 2 %), a line (2.9 % + 0.30 is 0.971 x - 0.30). A
 * bin of the ratio says "about 3 % less"; an atom says "to the cent", and few other amounts stand there.
 *
 * A difference is the commonest one; a ratio is where most of the intervals that rounding leaves of
 * b / a overlap; a line goes through two pairs that a hash chose, is fitted to what lies near it, and the
 * line with most pairs wins (RANSAC, Fischler and Bolles 1981). Of two explanations that are about as
 * good the simpler one is taken. Chance is what would lie on the relation if pairs near it were
 * spread evenly. What is found depends on the amounts alone, not on the order of rows.
 */
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define PAIRS_MOST 8192u
#define MATCHES_LEAST 20.0
#define TIMES_CHANCE 10.0
#define NEAR_UNITS 50   /* pairs this far from a relation, or half a percent, tell what chance is */
#define NEAR_PART 200
#define SIMPLER 0.9     /* of the pairs of a better relation are enough for a simpler one */
#define TRIALS 512u
#define RATIO_LEAST 0.1
#define RATIO_MOST 10.0
#define DIGITS_MOST 9

struct exact {
	uint64_t hash;
	int64_t a, b;
};

struct pool {
	struct engine *e;
	struct exact *p; /* by a, then b */
	uint32_t n;
	int64_t grain;   /* all right amounts are multiples of it */
	double *work;    /* 2 n: endpoints, residuals */
};

/* ---- amounts by an atom ---- */

static int64_t to_int64(__int128 v)
{
	const __int128 most = INT64_C(4000000000000000000);

	return (int64_t)(v > most ? most : v < -most ? -most : v);
}

static __int128 floor_of(__int128 v)
{
	return v / LEARN_NANO - (v % LEARN_NANO < 0);
}

void learn_atom_range(const struct learn_atom *atom, int64_t a, int64_t *ret_low, int64_t *ret_high)
{
	__int128 want = (__int128)a * atom->ratio + (__int128)atom->add * LEARN_NANO;
	__int128 grain = (__int128)atom->grain * LEARN_NANO;

	if (atom->ratio == LEARN_NANO) {
		*ret_low = *ret_high = to_int64(want / LEARN_NANO);
		return;
	}
	*ret_low = to_int64(floor_of(want - grain) + 1);
	*ret_high = to_int64(-floor_of(-want - grain) - 1);
}

/* ---- judging ---- */

struct guess {
	struct learn_atom atom;
	double hits, chance;
};

static bool fits(const struct learn_atom *atom, const struct exact *x)
{
	int64_t low, high;

	learn_atom_range(atom, x->a, &low, &high);
	return x->b >= low && x->b <= high;
}

static struct guess judge(const struct pool *q, struct learn_atom atom)
{
	struct guess g = {.atom = atom};

	for (uint32_t i = 0; i < q->n; i++) {
		const struct exact *x = &q->p[i];
		int64_t low, high, size = x->a < 0 ? -x->a : x->a;
		int64_t near = MAX(size / NEAR_PART, NEAR_UNITS * q->grain);
		learn_atom_range(&atom, x->a, &low, &high);
		if (x->b < low - near || x->b > high + near)
			continue;
		double grain = (double)q->grain;
		g.hits += x->b >= low && x->b <= high;
		g.chance += ((double)(high - low) + grain) / (2 * (double)near + grain);
	}
	return g;
}

static bool convinces(const struct guess *g)
{
	return g->hits >= MATCHES_LEAST && g->hits >= TIMES_CHANCE * g->chance;
}

/* ---- differences ---- */

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static bool commonest_difference(const struct pool *q, struct learn_atom *ret)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < q->n; i++)
		q->work[i] = (double)(q->p[i].b - q->p[i].a);
	qsort(q->work, q->n, sizeof(double), by_double);
	for (uint32_t i = 0, end; i < q->n; i = end) {
		for (end = i; end < q->n && q->work[end] <= q->work[i]; end++)
			;
		if (end - i <= most)
			continue;
		most = end - i;
		*ret = (struct learn_atom){LEARN_NANO, (int64_t)q->work[i], q->grain};
	}
	return most > 0;
}

/* ---- ratios ---- */

static int64_t nano_of(double v)
{
	return (int64_t)(v * (double)LEARN_NANO + .5);
}

/* v with so many decimals. */
static int64_t nano_short(double v, int decimals)
{
	int64_t unit = 1;

	for (int i = decimals; i < DIGITS_MOST; i++)
		unit *= 10;
	return (nano_of(v) + unit / 2) / unit * unit;
}

/* The shortest decimal between two. */
static int64_t nano_between(double low, double high)
{
	for (int d = 2; d < DIGITS_MOST; d++) {
		int64_t v = nano_short((low + high) / 2, d);
		if ((double)v >= low * (double)LEARN_NANO && (double)v <= high * (double)LEARN_NANO)
			return v;
	}
	return nano_of((low + high) / 2);
}

static bool commonest_ratio(const struct pool *q, struct learn_atom *ret)
{
	double *low = q->work, *high = q->work + q->n;
	uint32_t n = 0, open = 0, most = 0;

	for (uint32_t i = 0; i < q->n; i++) {
		double a = (double)q->p[i].a, b = (double)q->p[i].b, ratio = b / a;
		double off = (double)q->grain / (a < 0 ? -a : a); /* rounded either way */
		if (ratio < RATIO_LEAST || ratio > RATIO_MOST)
			continue;
		low[n] = ratio - off;
		high[n++] = ratio + off;
	}
	qsort(low, n, sizeof(double), by_double);
	qsort(high, n, sizeof(double), by_double);
	for (uint32_t i = 0, k = 0; i < n; i++) {
		for (open++; high[k] < low[i]; k++)
			open--;
		if (open <= most)
			continue;
		most = open;
		*ret = (struct learn_atom){nano_between(low[i], high[k]), 0, q->grain};
	}
	return most > 0;
}

/* ---- lines ---- */

struct line {
	double slope, add;
};

/* Pairs on a line through i that knows its slope to one grain in `span`. */
static uint32_t count_near(const struct pool *q, uint32_t i, struct line x, double span)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < q->n; k++) {
		double far = (double)q->p[k].a - (double)q->p[i].a;
		double off = (double)q->p[k].b - x.slope * (double)q->p[k].a - x.add;
		double allowed = (double)q->grain * (1 + (far < 0 ? -far : far) / span);
		n += off <= allowed && off >= -allowed;
	}
	return n;
}

static bool best_trial(const struct pool *q, struct line *ret, double *ret_span)
{
	uint32_t most = 0, half = q->n / 2;

	for (uint32_t t = 0; t < TRIALS && half > 0; t++) {
		uint64_t h = mix64(UINT64_C(0x378) + t);
		uint32_t i = (uint32_t)(h % half), k = half + (uint32_t)((h >> 32) % (q->n - half));
		double span = (double)(q->p[k].a - q->p[i].a);
		if (span < 100 * (double)q->grain)
			continue;
		struct line x = {.slope = (double)(q->p[k].b - q->p[i].b) / span};
		x.add = (double)q->p[i].b - x.slope * (double)q->p[i].a;
		uint32_t n = x.slope < RATIO_LEAST || x.slope > RATIO_MOST ? 0 :
			count_near(q, i, x, span);
		if (n <= most)
			continue;
		most = n;
		*ret = x;
		*ret_span = span;
	}
	return most >= MATCHES_LEAST;
}

/* Least squares over what lies within `allowed`. */
static void fit_line(const struct pool *q, struct line *x, double allowed)
{
	double n = 0, a = 0, b = 0, aa = 0, ab = 0;

	for (uint32_t k = 0; k < q->n; k++) {
		double p = (double)q->p[k].a, r = (double)q->p[k].b, off = r - x->slope * p - x->add;
		if (off > allowed || off < -allowed)
			continue;
		n++;
		a += p;
		b += r;
		aa += p * p;
		ab += p * r;
	}
	double spread = n * aa - a * a;
	if (n < MATCHES_LEAST || spread <= 0)
		return;
	x->slope = (n * ab - a * b) / spread;
	x->add = (b - x->slope * a) / n;
}

/* The slope with so many decimals, and the middle one of what is left to add. */
static struct learn_atom rounded(const struct pool *q, struct line x, int decimals)
{
	struct learn_atom atom = {nano_short(x.slope, decimals), 0, q->grain};
	double slope = (double)atom.ratio / (double)LEARN_NANO;
	uint32_t n = 0;

	for (uint32_t k = 0; k < q->n; k++) {
		double off = (double)q->p[k].b - x.slope * (double)q->p[k].a - x.add;
		double allowed = 2 * (double)q->grain;
		if (off <= allowed && off >= -allowed)
			q->work[n++] = (double)q->p[k].b - slope * (double)q->p[k].a;
	}
	if (n == 0)
		return atom;
	qsort(q->work, n, sizeof(double), by_double);
	double middle = q->work[n / 2];
	atom.add = (int64_t)(middle + (middle < 0 ? -.5 : .5));
	return atom;
}

static bool best_line(const struct pool *q, struct learn_atom *ret)
{
	struct line x = {1, 0};
	double span = 1, most = 0;

	if (!best_trial(q, &x, &span))
		return false;
	fit_line(q, &x, 3 * (double)q->grain);
	fit_line(q, &x, 1.5 * (double)q->grain);
	for (int d = 2; d <= DIGITS_MOST; d++) {
		struct learn_atom atom = rounded(q, x, d);
		struct guess g = judge(q, atom);
		if (g.hits * SIMPLER <= most)
			continue;
		most = g.hits;
		*ret = atom;
	}
	return most > 0;
}

/* ---- finding them all ---- */

static bool next_atom(const struct pool *q, struct learn_atom *ret)
{
	static bool (*const kinds[])(const struct pool *, struct learn_atom *) = {
		commonest_difference, commonest_ratio, best_line};
	double most = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct learn_atom atom;
		if (!kinds[i](q, &atom))
			continue;
		struct guess g = judge(q, atom);
		if (!convinces(&g) || g.hits * SIMPLER <= most)
			continue;
		most = g.hits;
		*ret = atom;
	}
	return most > 0;
}

static void drop_explained(struct pool *q, const struct learn_atom *atom)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < q->n; i++)
		if (!fits(atom, &q->p[i]))
			q->p[kept++] = q->p[i];
	q->n = kept;
}

static int by_hash(const void *a, const void *b)
{
	const struct exact *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int by_amount(const void *a, const void *b)
{
	const struct exact *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

static bool is_of_use(const struct comparison *c, const struct candidate_pair *p, struct exact *ret)
{
	int64_t a = c->f->v[LEFT].i64[p->l], b = c->f->v[RIGHT].i64[p->r];

	if (c->f->id[LEFT][p->l] == 0 || c->f->id[RIGHT][p->r] == 0 || a == b || a == 0 || b == 0 ||
		(a < 0) != (b < 0))
		return false;
	ret->a = a;
	ret->b = b;
	return true;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a < 0 ? -a : a;
}

/* Amounts of sure pairs that differ and that no atom explains yet. */
static void gather(const struct learn *n, const struct comparison *c, struct pool *q)
{
	const struct engine *e = n->e;

	for (size_t i = 0; i < n->cand.pair.n; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		struct exact *x = &q->p[q->n];
		if (n->p[i] < LEARN_SURE || !is_of_use(c, p, x))
			continue;
		q->grain = common_divisor(x->b, q->grain);
		x->hash = mix64(e->row_hash[LEFT][p->l] ^ mix64(e->row_hash[RIGHT][p->r]));
		q->n++;
	}
	for (uint32_t k = 0; k < c->natoms; k++)
		drop_explained(q, &c->atom[k]);
	if (q->n > PAIRS_MOST) {
		qsort(q->p, q->n, sizeof(*q->p), by_hash);
		q->n = PAIRS_MOST;
	}
	if (q->n > 1)
		qsort(q->p, q->n, sizeof(*q->p), by_amount);
}

static size_t count_sure(const struct learn *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->cand.pair.n; i++)
		count += n->p[i] >= LEARN_SURE;
	return count;
}

static bool find_in(struct learn *n, struct comparison *c)
{
	struct engine *e = n->e;
	uint32_t before = c->natoms;
	size_t room = count_sure(n);
	struct pool q = {.e = e};

	if (room < (size_t)MATCHES_LEAST || room > UINT32_MAX)
		return false;
	q.p = ENGINE_NEW(e, room + 1, struct exact);
	q.work = q.p == NULL ? NULL : ENGINE_NEW(e, 2 * room + 1, double);
	if (q.work != NULL)
		gather(n, c, &q);
	while (q.work != NULL && q.n >= (uint32_t)MATCHES_LEAST && c->natoms < LEARN_ATOMS_MAX) {
		struct learn_atom *atom = &c->atom[c->natoms];
		if (!next_atom(&q, atom))
			break;
		drop_explained(&q, atom);
		c->natoms++;
	}
	engine_free(e, q.p);
	engine_free(e, q.work);
	return c->natoms > before;
}

/* m of amounts by their new levels, from what the last fit took for matches. */
static void see_again(struct learn *n, struct comparison *c)
{
	struct metric *m = engine_metric(n->e, 0);
	double all = 1;
	int32_t shape;

	learn_start_again(c);
	memcpy(c->m, c->start, c->nlevels * sizeof(double));
	for (size_t i = 0; m != NULL && i < n->cand.pair.n; i++) {
		const struct candidate_pair *p = &n->cand.pair.p[i];
		unsigned level = learn_level(n, c, m, p->l, p->r, &shape);
		if (level >= LEARN_LEVELS_MAX)
			continue;
		c->m[level] += n->p[i];
		all += n->p[i];
	}
	for (uint32_t k = 0; k < c->nlevels; k++)
		c->m[k] /= all;
}

/* All that holds levels is made anew. What other fields were seen to do was seen without the atoms: half
 * of it is forgotten, or pairs that only an amount tells stay hopeless. */
static void widen(struct learn *n)
{
	for (uint32_t i = 0; i < n->nc; i++) {
		struct comparison *c = &n->c[i];
		if (c->how == LEARN_AMOUNT)
			see_again(n, c);
		else
			for (uint32_t k = 0; k < c->nlevels; k++)
				c->m[k] = (c->m[k] + c->start[k]) / 2;
	}
	learn_sample_level(n);
	learn_weights(n, true);
}

bool learn_atoms_take(struct learn *n)
{
	bool any = false;

	for (uint32_t i = 0; i < n->nc && n->learned && !n->same && engine_ok(n->e); i++) {
		struct comparison *c = &n->c[i];
		if (c->how != LEARN_AMOUNT || c->f->v[LEFT].i64 == NULL || c->f->v[RIGHT].i64 == NULL ||
			!find_in(n, c))
			continue;
		any = true;
		c->nlevels = AMOUNT_ATOM + c->natoms;
	}
	if (any && engine_ok(n->e))
		widen(n);
	return any;
}
