/*
 * Messages: x of an edge says how free its left end is of other partners, y the same of its right
 * end. x = 1 / (1 + sum over the left end's other edges of odds * y), y likewise; then
 * p = odds x y / (1 + odds x y). Sums leave the edge itself out by adding from both ends, never by
 * subtracting: odds span 2^+-60.
 */
#include "match/marginal.h"

#include <stdlib.h>
#include <string.h>

#define SWEEPS_MAX 60
#define SETTLED 1e-7

struct marginal_work {
	uint32_t nodes, edges;
	uint32_t *first; /* of right nodes, in arc */
	uint32_t *arc;
	double *x, *y, *before;
};

struct marginal_work *marginal_work_new(void)
{
	return calloc(1, sizeof(struct marginal_work));
}

static void release(struct marginal_work *w)
{
	free(w->first);
	free(w->arc);
	free(w->x);
	free(w->y);
	free(w->before);
}

void marginal_work_free(struct marginal_work **w)
{
	if (*w == NULL)
		return;
	release(*w);
	free(*w);
	*w = NULL;
}

static bool make_room(struct marginal_work *w, uint32_t nodes, uint32_t edges)
{
	if (nodes <= w->nodes && edges <= w->edges)
		return true;
	nodes = MAX(nodes, w->nodes * 2);
	edges = MAX(edges, w->edges * 2);
	release(w);
	*w = (struct marginal_work){0};
	w->first = calloc(nodes + 2, sizeof(*w->first));
	w->arc = calloc(edges + 1, sizeof(*w->arc));
	w->x = calloc(edges + 1, sizeof(*w->x));
	w->y = calloc(edges + 1, sizeof(*w->y));
	w->before = calloc(edges + 1, sizeof(*w->before));
	if (w->first == NULL || w->arc == NULL || w->x == NULL || w->y == NULL || w->before == NULL)
		return false;
	w->nodes = nodes;
	w->edges = edges;
	return true;
}

static void index_right(struct marginal_work *w, const struct assign *a)
{
	memset(w->first, 0, (a->nr + 2) * sizeof(*w->first));
	for (uint32_t i = 0; i < a->ne; i++)
		w->first[a->edge[i].r + 2]++;
	for (uint32_t n = 0; n < a->nr; n++)
		w->first[n + 2] += w->first[n + 1];
	for (uint32_t i = 0; i < a->ne; i++)
		w->arc[w->first[a->edge[i].r + 1]++] = i;
}

/* One side's new messages over the edges arc[0 .. n) of a node. Returns the largest change. */
static double node_messages(struct marginal_work *w, const double *odds, const uint32_t *arc,
	uint32_t n, const double *from, double *to, const uint32_t *copies)
{
	double sum = 0, change = 0;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = arc[k];
		w->before[k] = sum;
		sum += odds[i] * from[i] * copies[k];
	}
	sum = 0;
	for (uint32_t k = n; k-- > 0;) {
		uint32_t i = arc[k];
		/* Another record of the same class is a rival as well. */
		double twins = odds[i] * from[i] * (copies[k] - 1);
		double message = 1 / (1 + w->before[k] + sum + twins);
		double moved = message > to[i] ? message - to[i] : to[i] - message;
		change = MAX(change, moved);
		to[i] = message;
		sum += odds[i] * from[i] * copies[k];
	}
	return change;
}

struct sides {
	uint32_t *arc;
	uint32_t *copies;
};

static double sweep(struct marginal_work *w, const struct assign *a, const double *odds,
	const struct sides *s)
{
	double change = 0;

	for (uint32_t i = 0, end; i < a->ne; i = end) {
		for (end = i; end < a->ne && a->edge[end].l == a->edge[i].l; end++) {
			s->arc[end - i] = end;
			s->copies[end - i] = a->rcap[a->edge[end].r];
		}
		double c = node_messages(w, odds, s->arc, end - i, w->y, w->x, s->copies);
		change = MAX(change, c);
	}
	for (uint32_t r = 0; r < a->nr; r++) {
		uint32_t n = w->first[r + 1] - w->first[r];
		const uint32_t *arc = w->arc + w->first[r];
		for (uint32_t k = 0; k < n; k++)
			s->copies[k] = a->lcap[a->edge[arc[k]].l];
		double c = node_messages(w, odds, arc, n, w->x, w->y, s->copies);
		change = MAX(change, c);
	}
	return change;
}

bool marginal_run(struct marginal_work *w, const struct assign *a, const double *odds, double *ret_p)
{
	struct sides s = {NULL, NULL};
	bool ok = make_room(w, MAX(a->nl, a->nr), a->ne);

	s.arc = malloc(((size_t)a->ne + 1) * sizeof(*s.arc));
	s.copies = malloc(((size_t)a->ne + 1) * sizeof(*s.copies));
	ok = ok && s.arc != NULL && s.copies != NULL;
	if (ok) {
		index_right(w, a);
		for (uint32_t i = 0; i < a->ne; i++)
			w->x[i] = w->y[i] = 1;
		for (int round = 0; round < SWEEPS_MAX && sweep(w, a, odds, &s) > SETTLED; round++)
			;
		for (uint32_t i = 0; i < a->ne; i++) {
			/* A record of the smaller class may have any of the larger one. */
			uint32_t nl = a->lcap[a->edge[i].l], nr = a->rcap[a->edge[i].r];
			double q = odds[i] * w->x[i] * w->y[i];
			double any = (double)MAX(nl, nr) * q / (1 + q);
			ret_p[i] = MIN(any, 1.0);
		}
	}
	free(s.arc);
	free(s.copies);
	return ok;
}
