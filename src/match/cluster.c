/*
 * Clusters from pairs: Kruskal's algorithm keeps, for every merge, its link and the two parts. What
 * a pair says counts in the lowest merge that holds both of its rows. From the roots downwards a
 * merge is kept when its mean suffices, else its two parts are looked at.
 */
#include "match/cluster.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* A merge of two parts; the parts of row r alone are numbered r, merge i is nrows + i. */
struct merge {
	uint32_t part[2];
	uint32_t rows;
	uint32_t p;   /* of the link */
	uint64_t sum; /* of p over pairs that this merge first brings together; later over all
			 inside */
};

/* Union by size without path compression: the path between two rows holds the merge that first
 * brought them together, and it has at most log2(rows) steps. */
struct forest {
	uint32_t nrows, nmerges;
	uint32_t *up;   /* by row: the row it was hung below, or NONE */
	uint32_t *when; /* by row: the merge that did it */
	uint32_t *size; /* by row that is a root */
	uint32_t *top;  /* by row that is a root: the part it stands for */
	struct merge *merge;
	bool *whole; /* by merge: its rows are one cluster */
	bool *below; /* by merge: part of another merge */
};

static void forest_free(struct forest *f)
{
	free(f->up);
	free(f->when);
	free(f->size);
	free(f->top);
	free(f->merge);
	free(f->whole);
	free(f->below);
}

static bool forest_init(struct forest *f, uint32_t nrows)
{
	size_t n = (size_t)nrows + 1;

	*f = (struct forest){.nrows = nrows,
		.up = malloc(n * sizeof(*f->up)),
		.when = malloc(n * sizeof(*f->when)),
		.size = malloc(n * sizeof(*f->size)),
		.top = malloc(n * sizeof(*f->top)),
		.merge = calloc(n, sizeof(*f->merge)),
		.whole = calloc(n, sizeof(*f->whole)),
		.below = calloc(n, sizeof(*f->below))};
	if (f->up == NULL || f->when == NULL || f->size == NULL || f->top == NULL ||
		f->merge == NULL || f->whole == NULL || f->below == NULL)
		return false;
	for (uint32_t r = 0; r < nrows; r++) {
		f->up[r] = NONE;
		f->when[r] = NONE;
		f->size[r] = 1;
		f->top[r] = r;
	}
	return true;
}

static uint32_t root_of(const struct forest *f, uint32_t row)
{
	while (f->up[row] != NONE)
		row = f->up[row];
	return row;
}

/* The merge that first brought both rows together; NONE: none did. */
static uint32_t first_together(const struct forest *f, uint32_t a, uint32_t b)
{
	uint32_t merge = NONE;

	while (a != b) {
		uint32_t *lower = f->when[a] <= f->when[b] ? &a : &b;
		if (f->when[*lower] == NONE)
			return NONE;
		merge = f->when[*lower];
		*lower = f->up[*lower];
	}
	return merge;
}

static void join(struct forest *f, const struct cluster_pair *link)
{
	uint32_t a = root_of(f, link->a), b = root_of(f, link->b);

	if (a == b)
		return;
	uint32_t big = f->size[a] >= f->size[b] ? a : b, small = big == a ? b : a;
	uint32_t no = f->nmerges++;
	f->merge[no] = (struct merge){
		.part = {f->top[a], f->top[b]}, .rows = f->size[a] + f->size[b], .p = link->p};
	for (int i = 0; i < 2; i++)
		if (f->merge[no].part[i] >= f->nrows)
			f->below[f->merge[no].part[i] - f->nrows] = true;
	f->up[small] = big;
	f->when[small] = no;
	f->size[big] += f->size[small];
	f->top[big] = f->nrows + no;
}

/* ---- links, strongest first ---- */

struct link {
	struct cluster_pair pair;
	uint64_t tie;
};

static int link_cmp(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->pair.p != y->pair.p)
		return x->pair.p > y->pair.p ? -1 : 1;
	if (x->pair.w != y->pair.w)
		return x->pair.w > y->pair.w ? -1 : 1;
	if (x->tie != y->tie)
		return x->tie < y->tie ? -1 : 1;
	if (x->pair.a != y->pair.a)
		return x->pair.a < y->pair.a ? -1 : 1;
	return (x->pair.b > y->pair.b) - (x->pair.b < y->pair.b);
}

/* The same for (a, b) and (b, a). */
static uint64_t tie_of(const uint64_t *tie, const struct cluster_pair *p)
{
	if (tie == NULL)
		return 0;
	uint64_t x = MIN(tie[p->a], tie[p->b]), y = MAX(tie[p->a], tie[p->b]);
	x = (x ^ (x >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ y;
}

static bool join_links(
	struct forest *f, const struct cluster_pair *pairs, size_t npairs, const uint64_t *tie)
{
	size_t n = 0;

	for (size_t i = 0; i < npairs; i++)
		n += pairs[i].p >= CLUSTER_LINK;
	struct link *links = malloc((n + 1) * sizeof(*links));
	if (links == NULL)
		return false;
	n = 0;
	for (size_t i = 0; i < npairs; i++)
		if (pairs[i].p >= CLUSTER_LINK)
			links[n++] = (struct link){pairs[i], tie_of(tie, &pairs[i])};
	qsort(links, n, sizeof(*links), link_cmp);
	for (size_t i = 0; i < n; i++)
		join(f, &links[i].pair);
	free(links);
	return true;
}

/* ---- judging ---- */

static bool holds_together(const struct merge *m)
{
	__uint128_t pairs = (__uint128_t)m->rows * (m->rows - 1) / 2;

	return (__uint128_t)m->sum >= pairs * CLUSTER_LINK;
}

/* Parts come before the merges that hold them: upwards for sums, downwards for verdicts. Returns
 * the number of cuts. */
static uint32_t judge(struct forest *f, const struct cluster_pair *pairs, size_t npairs)
{
	uint32_t cuts = 0;

	for (size_t i = 0; i < npairs; i++) {
		uint32_t no = first_together(f, pairs[i].a, pairs[i].b);
		if (no != NONE)
			f->merge[no].sum += pairs[i].p;
	}
	for (uint32_t no = 0; no < f->nmerges; no++)
		for (int i = 0; i < 2; i++)
			if (f->merge[no].part[i] >= f->nrows)
				f->merge[no].sum += f->merge[f->merge[no].part[i] - f->nrows].sum;
	for (uint32_t no = f->nmerges; no-- > 0;) {
		if (f->below[no]) /* a part of something that was kept */
			continue;
		f->whole[no] = holds_together(&f->merge[no]);
		cuts += !f->whole[no];
		for (int i = 0; i < 2 && !f->whole[no]; i++)
			if (f->merge[no].part[i] >= f->nrows)
				f->below[f->merge[no].part[i] - f->nrows] = false;
	}
	return cuts;
}

/* ---- what comes out ---- */

/* By part: the cluster's top merge, and the sum of p between a row of the part and rows that merges
 * above it bring in. Both go downwards, from merges to their parts. */
struct down {
	uint32_t *top;
	uint64_t *sum;
};

static void hand_down(const struct forest *f, struct down *d)
{
	for (uint32_t no = f->nmerges; no-- > 0;) {
		const struct merge *m = &f->merge[no];
		uint32_t self = f->nrows + no;
		if (f->whole[no]) {
			d->top[self] = self;
			d->sum[self] = 0;
		}
		for (int i = 0; i < 2; i++) {
			uint32_t part = m->part[i], other = m->part[1 - i];
			uint32_t rows = other < f->nrows ? 1 : f->merge[other - f->nrows].rows;
			d->top[part] = d->top[self];
			if (d->top[self] != NONE)
				d->sum[part] = d->sum[self] + (uint64_t)m->p * rows;
		}
	}
}

static void fill(const struct forest *f, const struct down *d, const uint32_t *strongest,
	uint32_t *number, struct clusters *ret)
{
	for (uint32_t r = 0; r < f->nrows; r++) {
		uint32_t top = d->top[r];
		if (top == NONE) {
			ret->of[r] = ret->n++;
			ret->confidence[r] = CLUSTER_ONE - strongest[r];
			ret->largest = MAX(ret->largest, 1u);
			continue;
		}
		uint32_t no = top - f->nrows, rows = f->merge[no].rows;
		if (number[no] == NONE)
			number[no] = ret->n++;
		ret->of[r] = number[no];
		ret->confidence[r] = (uint32_t)(d->sum[r] / (rows - 1));
		ret->largest = MAX(ret->largest, rows);
	}
}

static bool write_clusters(const struct forest *f, const struct cluster_pair *pairs, size_t npairs,
	struct clusters *ret)
{
	size_t parts = (size_t)f->nrows + f->nmerges + 1;
	struct down d = {malloc(parts * sizeof(*d.top)), calloc(parts, sizeof(*d.sum))};
	uint32_t *strongest = calloc((size_t)f->nrows + 1, sizeof(*strongest));
	uint32_t *number = malloc(parts * sizeof(*number));
	bool ok = d.top != NULL && d.sum != NULL && strongest != NULL && number != NULL;

	ret->of = malloc(((size_t)f->nrows + 1) * sizeof(*ret->of));
	ret->confidence = malloc(((size_t)f->nrows + 1) * sizeof(*ret->confidence));
	ok = ok && ret->of != NULL && ret->confidence != NULL;
	if (ok) {
		for (size_t i = 0; i < parts; i++)
			d.top[i] = number[i] = NONE;
		for (size_t i = 0; i < npairs; i++) {
			strongest[pairs[i].a] = MAX(strongest[pairs[i].a], pairs[i].p);
			strongest[pairs[i].b] = MAX(strongest[pairs[i].b], pairs[i].p);
		}
		hand_down(f, &d);
		fill(f, &d, strongest, number, ret);
	}
	free(d.top);
	free(d.sum);
	free(strongest);
	free(number);
	return ok;
}

void clusters_free(struct clusters *c)
{
	free(c->of);
	free(c->confidence);
	*c = (struct clusters){0};
}

bool cluster_find(uint32_t nrows, const struct cluster_pair *pairs, size_t npairs,
	const uint64_t *tie, struct clusters *ret)
{
	struct clusters out CLEANUP(clusters_free) = {0};
	struct forest f;
	bool ok = forest_init(&f, nrows) && join_links(&f, pairs, npairs, tie);

	if (ok)
		out.cuts = judge(&f, pairs, npairs);
	ok = ok && write_clusters(&f, pairs, npairs, &out);
	forest_free(&f);
	if (!ok)
		return false;
	*ret = out;
	out = (struct clusters){0};
	return true;
}
