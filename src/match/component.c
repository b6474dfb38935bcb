/*
 * Connected components of a stage's edges. An edge that is alone at both ends is decided on the spot;
 * the others, but for those that settle.c decided, are gathered by union-find, for solve.c.
 */
#include <stdatomic.h>
#include <string.h>

#include "match/forest.h"
#include "match/stage.h"

/* ---- finding ---- */

struct finding {
	uint32_t *parent;  /* left rows, then right rows */
	uint32_t *number;  /* of a root's component, from 1 */
};

#define GROUPED UINT32_C(0x80000000) /* in a degree: the row is in a group */

struct degrees {
	struct stage *s;
	uint32_t ntasks;
	uint32_t *right;  /* edges of each right row */
	uint8_t *grouped; /* left rows that are in a group; NULL: none */
	atomic_uint rivals;
};

static void find_alone(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct degrees *d = arg;
	struct stage *s = d->s;
	const struct edge *edge = s->edges.p;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);
	uint32_t rivals = 0;

	(void)thread;
	for (size_t i = first; i < end; i++) {
		uint32_t l = edge[i].l, r = edge[i].r;
		if (i + 32 < end)
			__builtin_prefetch(&d->right[edge[i + 32].r]);
		s->alone[i] = (i == 0 || edge[i - 1].l != l) &&
			(i + 1 == s->edges.n || edge[i + 1].l != l) && d->right[r] == 1 &&
			(d->grouped == NULL || d->grouped[l] == 0) &&
			row_cap(e, s->side[0], l) == 1 && row_cap(e, s->side[1], r) == 1;
		rivals += s->alone[i] == 0;
	}
	atomic_fetch_add(&d->rivals, rivals);
}

/* All edges are looked at, those of other ranges passed over: right rows in no order are what costs. */
static void count_right(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	struct degrees *d = arg;
	const struct edges *edges = &d->s->edges;
	uint64_t n = e->n[d->s->side[1]];
	uint32_t low = (uint32_t)(n * task / d->ntasks);
	uint32_t high = (uint32_t)(n * (task + 1) / d->ntasks);

	(void)thread;
	memset(d->right + low, 0, (high - low) * sizeof(*d->right));
	for (size_t i = 0; i < edges->n; i++) {
		uint32_t r = edges->p[i].r;
		if (i + 32 < edges->n)
			__builtin_prefetch(&d->right[edges->p[i + 32].r], 1);
		if (r >= low && r < high)
			d->right[r]++;
	}
}

static void mark_row(struct degrees *d, int side, uint32_t row)
{
	uint32_t rep = stage_rep(d->s->e, side, row);

	if (side == LEFT)
		d->grouped[rep] = 1;
	else
		d->right[rep] |= GROUPED;
}

static void mark_groups(struct degrees *d)
{
	const struct stage *s = d->s;

	d->grouped = ENGINE_ZNEW(s->e, (size_t)s->e->n[LEFT] + 1, uint8_t);
	for (size_t g = 0; d->grouped != NULL && g < s->groups.group.n; g++) {
		const struct group *group = &s->groups.group.p[g];
		mark_row(d, group->target_side, group->target);
		for (uint32_t i = 0; i < group->n; i++)
			mark_row(d, 1 - group->target_side, s->groups.line.p[group->first + i]);
	}
}

void component_alone(struct stage *s)
{
	struct engine *e = s->e;
	struct degrees d = {.s = s, .ntasks = MIN(e->threads, 8u),
		.right = ENGINE_NEW(e, (size_t)e->n[s->side[1]] + 1, uint32_t)};

	s->alone = ENGINE_NEW(e, s->edges.n + 1, uint8_t);
	if (engine_ok(e))
		par_for(e, d.ntasks, count_right, &d);
	if (engine_ok(e) && s->groups.group.n > 0)
		mark_groups(&d);
	if (!engine_ok(e))
		return;
	par_for(e, chunks(s->edges.n), find_alone, &d);
	s->nrivals = d.rivals;
	engine_free(e, d.right);
	engine_free(e, d.grouped);
}

/* Evidence and prior of edges without rivals. */
static void alone_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct stage *s = arg;
	size_t first = (size_t)chunk * CHUNK_ROWS, end = MIN(first + CHUNK_ROWS, s->edges.n);

	(void)thread;
	for (size_t i = first; i < end; i++) {
		int32_t w = s->edges.p[i].w;
		if (s->alone[i] == 0)
			continue;
		double odds = num_pow2(&e->num, w + s->prior);
		s->verdict[i] = (struct verdict){.flow = 1, .confidence = num_ppm(odds / (1 + odds)),
			.margin = (uint16_t)MIN(stage_value(s, w), MATCH_MARGIN_CAP)};
	}
}

void component_decide_alone(struct stage *s)
{
	s->verdict = ENGINE_ZNEW(s->e, s->edges.n + 1, struct verdict);
	if (engine_ok(s->e))
		par_for(s->e, chunks(s->edges.n), alone_chunk, s);
}

static uint32_t node_of(const struct stage *s, int side, uint32_t row)
{
	uint32_t rep = stage_rep(s->e, side, row);

	return side == LEFT ? rep : s->e->n[LEFT] + rep;
}

static uint32_t group_root(const struct stage *s, const struct finding *f, size_t g)
{
	const struct group *group = &s->groups.group.p[g];

	return forest_root(f->parent, node_of(s, group->target_side, group->target));
}

static uint32_t edge_root(const struct finding *f, const struct stage *s, size_t i)
{
	return forest_root(f->parent, s->edges.p[i].l);
}

/* Items of each component behind each other, in their order. first[c] ends as the end of component
 * c, numbered from 1, so that first[c - 1] .. first[c] are its items. */
static void lay_out(uint32_t *first, uint32_t n, uint32_t *place, const uint32_t *number_of_item,
	uint32_t nitems)
{
	for (uint32_t i = 0; i < nitems; i++)
		if (number_of_item[i] != 0 && number_of_item[i] < n)
			first[number_of_item[i] + 1]++;
	for (uint32_t c = 1; c <= n; c++)
		first[c] += first[c - 1];
	for (uint32_t i = 0; i < nitems; i++)
		if (number_of_item[i] != 0)
			place[first[number_of_item[i]]++] = i;
	first[0] = 0;
}

/* Components are numbered by their first edge, those without edges by their first group. */
static void number_components(struct stage *s, struct finding *f)
{
	struct engine *e = s->e;
	uint32_t ne = (uint32_t)s->edges.n, ng = (uint32_t)s->groups.group.n, n = 0;
	uint32_t *of_edge = ENGINE_NEW(e, (size_t)ne + 1, uint32_t);
	uint32_t *of_group = ENGINE_NEW(e, (size_t)ng + 1, uint32_t);

	f->number = ENGINE_ZNEW(
		e, (size_t)e->n[s->side[0]] + e->n[s->side[1]] + 1, uint32_t);
	if (!engine_ok(e))
		return;
	for (uint32_t i = 0; i < ne; i++) {
		of_edge[i] = 0;
		if (s->alone[i] != 0)
			continue;
		uint32_t root = edge_root(f, s, i);
		if (f->number[root] == 0)
			f->number[root] = ++n;
		of_edge[i] = f->number[root];
	}
	for (uint32_t g = 0; g < ng; g++) {
		of_group[g] = 0;
		if (s->groups.group.p[g].netted)
			continue;
		uint32_t root = group_root(s, f, g);
		if (f->number[root] == 0)
			f->number[root] = ++n;
		of_group[g] = f->number[root];
	}
	s->comp.n = n;
	s->comp.first = ENGINE_ZNEW(e, (size_t)n + 2, uint32_t);
	s->comp.edge = ENGINE_NEW(e, (size_t)ne + 1, uint32_t);
	if (engine_ok(e))
		lay_out(s->comp.first, n, s->comp.edge, of_edge, ne);
	if (ng > 0) {
		s->comp.group_first = ENGINE_ZNEW(e, (size_t)n + 2, uint32_t);
		s->comp.group = ENGINE_NEW(e, (size_t)ng + 1, uint32_t);
		if (engine_ok(e))
			lay_out(s->comp.group_first, n, s->comp.group, of_group, ng);
	}
	engine_free(e, of_edge);
	engine_free(e, of_group);
	engine_free(e, f->number);
}

static void unite_groups(struct stage *s, struct finding *f)
{
	for (size_t g = 0; g < s->groups.group.n; g++) {
		const struct group *group = &s->groups.group.p[g];
		uint32_t target = node_of(s, group->target_side, group->target);
		for (uint32_t i = 0; i < group->n; i++)
			forest_unite(f->parent, target,
				node_of(s, 1 - group->target_side,
					s->groups.line.p[group->first + i]));
	}
}

void component_find(struct stage *s)
{
	struct engine *e = s->e;
	uint32_t nl = e->n[s->side[0]], nr = e->n[s->side[1]];
	struct finding f = {0};

	if (s->nrivals == 0 && s->groups.group.n == 0)
		return;
	f.parent = ENGINE_NEW(e, (size_t)nl + nr + 1, uint32_t);
	if (f.parent == NULL)
		return;
	for (uint32_t n = 0; n < nl + nr; n++)
		f.parent[n] = n;
	unite_groups(s, &f);
	for (size_t i = 0; i < s->edges.n; i++)
		if (s->alone[i] == 0)
			forest_unite(f.parent, s->edges.p[i].l, nl + s->edges.p[i].r);
	number_components(s, &f);
	engine_free(e, f.parent);
}
