/*
 * Exact solution of components, in parallel, each writing only the verdicts of its own edges. What is
 * small is looked at from all sides at once (small.h). Where no pair can become a match whatever the
 * others do, nothing is assigned: all that is wanted is how likely each is.
 */
#include <stdlib.h>
#include <string.h>

#include "match/assign.h"
#include "match/bulk.h"
#include "match/compete.h"
#include "match/marginal.h"
#include "match/small.h"
#include "match/stage.h"

#define TASK_EDGES 4096u
#define BULK_NODES_MIN 3u /* two pairs that might be swapped are shown as such */
#define FEW 24u           /* so many are sorted in place */

struct node {
	uint64_t hash;
	uint32_t row;
};

struct local_edge {
	struct assign_edge edge;
	uint32_t number; /* of the stage's edges */
};

/* Scratch of one task. */
struct solver {
	struct stage *s;
	struct assign_work *assign;
	struct marginal_work *marginal;
	struct node *node[2];
	uint32_t n[2];
	uint32_t *cap[2];
	struct local_edge *edge;
	struct assign_edge *graph;
	uint32_t *flow, *margin;
	double *odds, *p;
	int32_t *bits; /* log2 of the odds, 1/64 bit */
	/* groups of the component */
	struct compete_group *group;
	uint32_t *group_number; /* of the stage's groups */
	uint32_t *group_node;
	bool *chosen;
	uint32_t *group_margin;
	double *group_p;
	bool *group_rival;
};

static int by_node(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_local(const void *a, const void *b)
{
	const struct assign_edge *x = &((const struct local_edge *)a)->edge;
	const struct assign_edge *y = &((const struct local_edge *)b)->edge;

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

/* Room for a component of ne edges, and ng groups of nlines nodes. */
static bool alloc_solver(struct solver *v, uint32_t ne, uint32_t ng, uint32_t nlines)
{
	size_t n = (size_t)ne + nlines + 1;

	v->assign = assign_work_new();
	v->marginal = marginal_work_new();
	for (int side = 0; side < 2; side++) {
		v->node[side] = calloc(n, sizeof(*v->node[side]));
		v->cap[side] = calloc(n, sizeof(*v->cap[side]));
	}
	v->edge = calloc(n, sizeof(*v->edge));
	v->graph = calloc(n, sizeof(*v->graph));
	v->flow = calloc(n, sizeof(*v->flow));
	v->margin = calloc(n, sizeof(*v->margin));
	v->odds = calloc(n, sizeof(*v->odds));
	v->p = calloc(n, sizeof(*v->p));
	v->bits = calloc(n, sizeof(*v->bits));
	v->group = calloc((size_t)ng + 1, sizeof(*v->group));
	v->group_number = calloc((size_t)ng + 1, sizeof(*v->group_number));
	v->group_node = calloc((size_t)nlines + 1, sizeof(*v->group_node));
	v->chosen = calloc((size_t)ng + 1, sizeof(*v->chosen));
	v->group_margin = calloc((size_t)ng + 1, sizeof(*v->group_margin));
	v->group_p = calloc((size_t)ng + 1, sizeof(*v->group_p));
	v->group_rival = calloc((size_t)ng + 1, sizeof(*v->group_rival));
	if (v->group == NULL || v->group_number == NULL || v->group_node == NULL ||
		v->chosen == NULL || v->group_margin == NULL || v->group_p == NULL ||
		v->group_rival == NULL || v->bits == NULL)
		return false;
	return v->assign != NULL && v->marginal != NULL && v->node[0] != NULL && v->node[1] != NULL &&
		v->cap[0] != NULL && v->cap[1] != NULL && v->edge != NULL && v->graph != NULL &&
		v->flow != NULL && v->margin != NULL && v->odds != NULL && v->p != NULL;
}

static void free_solver(struct solver *v)
{
	assign_work_free(&v->assign);
	marginal_work_free(&v->marginal);
	for (int side = 0; side < 2; side++) {
		free(v->node[side]);
		free(v->cap[side]);
	}
	free(v->edge);
	free(v->graph);
	free(v->flow);
	free(v->margin);
	free(v->odds);
	free(v->p);
	free(v->group);
	free(v->group_number);
	free(v->group_node);
	free(v->chosen);
	free(v->group_margin);
	free(v->group_p);
	free(v->group_rival);
	free(v->bits);
}

static uint32_t find_node(const struct solver *v, int side, uint32_t row)
{
	const uint64_t *hash = v->s->e->row_hash[v->s->side[side]];
	struct node key = {hash[row], row};
	uint32_t low = 0, high = v->n[side];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (by_node(&v->node[side][middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_node(struct solver *v, int side, uint32_t row)
{
	const struct engine *e = v->s->e;

	v->node[side][v->n[side]++] =
		(struct node){e->row_hash[v->s->side[side]][row], row};
}

static void sort_few(struct node *node, uint32_t n)
{
	if (n > FEW) {
		qsort(node, n, sizeof(*node), by_node);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		struct node moving = node[i];
		uint32_t k = i;
		for (; k > 0 && by_node(&node[k - 1], &moving) > 0; k--)
			node[k] = node[k - 1];
		node[k] = moving;
	}
}

static void sort_nodes(struct solver *v, int side)
{
	const struct stage *s = v->s;
	struct node *node = v->node[side];
	uint32_t n = 0;

	sort_few(node, v->n[side]);
	for (uint32_t i = 0; i < v->n[side]; i++)
		if (n == 0 || node[i].row != node[n - 1].row)
			node[n++] = node[i];
	v->n[side] = n;
	for (uint32_t i = 0; i < n; i++)
		v->cap[side][i] = row_cap(s->e, s->side[side], node[i].row);
}

static void collect_nodes(struct solver *v, const uint32_t *edges, uint32_t ne,
	const uint32_t *groups, uint32_t ng)
{
	const struct stage *s = v->s;

	v->n[0] = v->n[1] = 0;
	for (uint32_t i = 0; i < ne; i++) {
		add_node(v, LEFT, s->edges.p[edges[i]].l);
		add_node(v, RIGHT, s->edges.p[edges[i]].r);
	}
	for (uint32_t i = 0; i < ng; i++) {
		const struct group *g = &s->groups.group.p[groups[i]];
		add_node(v, g->target_side, stage_rep(s->e, g->target_side, g->target));
		for (uint32_t k = 0; k < g->n; k++)
			add_node(v, 1 - g->target_side,
				stage_rep(s->e, 1 - g->target_side,
					s->groups.line.p[g->first + k]));
	}
	sort_nodes(v, LEFT);
	sort_nodes(v, RIGHT);
}

static void sort_edges(struct local_edge *edge, uint32_t n)
{
	if (n > FEW) {
		qsort(edge, n, sizeof(*edge), by_local);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		struct local_edge moving = edge[i];
		uint32_t k = i;
		for (; k > 0 && by_local(&edge[k - 1], &moving) > 0; k--)
			edge[k] = edge[k - 1];
		edge[k] = moving;
	}
}

/* Numbers nodes by content, so that ties are broken by content. */
static void localise(struct solver *v, const uint32_t *edges, uint32_t ne)
{
	const struct stage *s = v->s;

	for (uint32_t i = 0; i < ne; i++) {
		const struct edge *edge = &s->edges.p[edges[i]];
		v->edge[i] = (struct local_edge){{find_node(v, LEFT, edge->l),
			find_node(v, RIGHT, edge->r),
			stage_value(s, edge->w) + choose_value(s, edge)}, edges[i]};
	}
	sort_edges(v->edge, ne);
	for (uint32_t i = 0; i < ne; i++) {
		v->graph[i] = v->edge[i].edge;
		v->bits[i] = s->edges.p[v->edge[i].number].w + s->prior;
		v->odds[i] = num_pow2(&s->e->num, v->bits[i]);
	}
}

static __int128 side_total(const struct solver *v, int side, uint64_t *ret_rows)
{
	const struct engine *e = v->s->e;
	__int128 sum = 0;

	*ret_rows = 0;
	for (uint32_t i = 0; i < v->n[side]; i++) {
		sum += (__int128)row_amount(e, side, v->node[side][i].row) * v->cap[side][i];
		*ret_rows += v->cap[side][i];
	}
	return sum;
}

/* Is none better by a bit? */
static bool is_near(const struct solver *v, const struct assign *a)
{
	int32_t low = INT32_MAX, high = INT32_MIN;

	for (uint32_t i = 0; i < a->ne; i++) {
		int32_t w = v->s->edges.p[v->edge[i].number].w;
		low = MIN(low, w);
		high = MAX(high, w);
	}
	return v->s->choose == RULES_CHOOSE_WEIGHT && high - low < RULES_BIT;
}

/* Of such a component: do counts and totals agree? When each may have another too (bulk.h), who
 * belongs to whom cannot be said and does not matter; together they are one match. */
static bool is_even(const struct solver *v, const struct assign *a)
{
	const struct engine *e = v->s->e;
	uint64_t rows[2];

	if (e->amount[0] == NULL || v->s->side[0] == v->s->side[1] ||
		MIN(a->nl, a->nr) < BULK_NODES_MIN)
		return false;
	return side_total(v, 0, &rows[0]) == side_total(v, 1, &rows[1]) && rows[0] == rows[1];
}

/* Least probability of a left row to belong to any of the right ones. */
static double bulk_confidence(const struct solver *v, const struct assign *a)
{
	double least = 1;

	for (uint32_t i = 0, end; i < a->ne; i = end) {
		double sum = 0;
		for (end = i; end < a->ne && a->edge[end].l == a->edge[i].l; end++)
			sum += v->p[end];
		least = MIN(least, sum);
	}
	return least;
}

static void write_bulk(struct solver *v, const struct assign *a)
{
	uint32_t confidence = num_ppm(bulk_confidence(v, a));

	for (uint32_t i = 0; i < a->ne; i++)
		v->s->verdict[v->edge[i].number] = (struct verdict){.flow = a->flow[i],
			.confidence = confidence, .margin = MATCH_MARGIN_CAP,
			.flags = VERDICT_BULK};
}

/* Belief propagation counts a short loop twice: two pairs that could be swapped at little cost look
 * sure of each other. */
double component_no_surer(const struct engine *e, double p, uint32_t margin)
{
	if (margin >= MATCH_MARGIN_CAP)
		return p;
	double odds = num_pow2(&e->num, (int32_t)margin);
	return MIN(p, odds / (1 + odds));
}

static void write_verdicts(struct solver *v, const struct assign *a, bool rivals, bool exact)
{
	for (uint32_t i = 0; i < a->ne; i++) {
		struct verdict *verdict = &v->s->verdict[v->edge[i].number];
		bool classes = a->lcap[a->edge[i].l] > 1 || a->rcap[a->edge[i].r] > 1;
		bool proved = a->margin[i] != ASSIGN_MARGIN_UNPROVED;
		verdict->flow = a->flow[i];
		verdict->confidence = num_ppm(a->flow[i] > 0 && proved && !classes && !exact ?
			component_no_surer(v->s->e, v->p[i], a->margin[i]) : v->p[i]);
		verdict->margin = (uint16_t)(proved ? a->margin[i] : 0);
		verdict->flags = (uint16_t)((proved ? 0 : VERDICT_UNPROVED) |
			(classes ? VERDICT_CLASS : 0) | (rivals ? VERDICT_RIVAL : 0));
	}
}

struct assign component_problem(const struct engine *e, uint32_t ne)
{
	return (struct assign){.ne = ne, .margin_cap = MATCH_MARGIN_CAP,
		.budget = ASSIGN_MARGIN_STEPS(ne), .solve_budget = ASSIGN_FLOW_STEPS(ne),
		.cancel = e->opt->cancel};
}

static struct assign graph_of(const struct solver *v, uint32_t ne)
{
	struct assign a = component_problem(v->s->e, ne);

	a.nl = v->n[0];
	a.nr = v->n[1];
	a.lcap = v->cap[0];
	a.rcap = v->cap[1];
	a.edge = v->graph;
	a.flow = v->flow;
	a.margin = v->margin;
	return a;
}

/* Heaviest first; equal ones by their first nodes, which are numbered by content. */
static int by_group(const void *a, const void *b, void *arg)
{
	const struct solver *v = arg;
	const struct compete_group *x = a, *y = b;

	if (x->w != y->w)
		return x->w > y->w ? -1 : 1;
	for (uint32_t i = 0; i < MIN(x->n, y->n); i++) {
		uint32_t p = v->group_node[x->first + i], q = v->group_node[y->first + i];
		if (p != q)
			return p < q ? -1 : 1;
	}
	return x->n < y->n ? -1 : x->n > y->n;
}

static uint32_t local_node(const struct solver *v, int side, uint32_t row)
{
	uint32_t at = find_node(v, side, stage_rep(v->s->e, side, row));

	return side == LEFT ? at : v->n[LEFT] + at;
}

static void localise_groups(struct solver *v, const uint32_t *groups, uint32_t ng)
{
	const struct stage *s = v->s;
	uint32_t nodes = 0;

	for (uint32_t i = 0; i < ng; i++) {
		const struct group *g = &s->groups.group.p[groups[i]];
		struct compete_group *to = &v->group[i];
		*to = (struct compete_group){.first = nodes, .n = g->n + 1, .w = g->w};
		v->group_node[nodes++] = to->target = local_node(v, g->target_side, g->target);
		for (uint32_t k = 0; k < g->n; k++)
			v->group_node[nodes++] = local_node(
				v, 1 - g->target_side, s->groups.line.p[g->first + k]);
	}
	/* Which group of the stage is which after sorting: by where its nodes begin. */
	for (uint32_t i = 0; i < ng; i++)
		v->group_number[i] = v->group[i].first;
	uint32_t *first = v->group_margin;
	memcpy(first, v->group_number, ng * sizeof(*first));
	qsort_r(v->group, ng, sizeof(*v->group), by_group, v);
	for (uint32_t i = 0; i < ng; i++) {
		uint32_t low = 0, high = ng;
		while (high - low > 1) {
			uint32_t middle = low + (high - low) / 2;
			if (first[middle] <= v->group[i].first)
				low = middle;
			else
				high = middle;
		}
		v->group_number[i] = groups[low];
	}
}

static void write_group(struct solver *v, uint32_t g, bool proved, bool exact)
{
	struct group *to = &v->s->groups.group.p[v->group_number[g]];
	double p = v->group_p[g];

	to->chosen = v->chosen[g];
	to->complete = to->complete && proved;
	to->margin = v->group_margin[g] == ASSIGN_MARGIN_UNPROVED ? RESULT_NONE :
		v->group_margin[g];
	if (to->chosen && to->margin != RESULT_NONE && !exact)
		p = component_no_surer(v->s->e, p, to->margin);
	to->confidence = num_ppm(p);
	to->rival = v->group_rival[g];
}

static struct marginal model_of(const struct solver *v, const struct assign *a, uint32_t ng)
{
	return (struct marginal){.a = a, .odds = v->odds, .bits = v->bits, .num = &v->s->e->num,
		.ng = ng, .group = v->group, .node = v->group_node, .p = v->p,
		.group_p = v->group_p, .group_rival = v->group_rival};
}

void component_note_gap(struct engine *e, uint16_t pass, int64_t gap)
{
	struct match_pass_stat *stat = &e->stats[pass];

	__atomic_fetch_add(&stat->unproved, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stat->gap, (uint64_t)gap, __ATOMIC_RELAXED);
}

/* A component with groups. */
static void solve_groups(
	struct solver *v, const uint32_t *edges, uint32_t ne, const uint32_t *groups, uint32_t ng)
{
	struct engine *e = v->s->e;

	localise(v, edges, ne);
	localise_groups(v, groups, ng);
	struct assign a = graph_of(v, ne);
	struct compete c = {.a = &a, .ng = ng, .group = v->group, .node = v->group_node,
		.chosen = v->chosen, .margin = v->group_margin};
	struct marginal m = model_of(v, &a, ng);
	if (!compete_solve(v->assign, &c) || !marginal_solve(v->marginal, &m)) {
		engine_fail(e, E_NO_MEMORY);
		return;
	}
	if (!c.proved)
		component_note_gap(e, v->s->groups.group.p[groups[0]].pass, c.bound - c.total);
	for (uint32_t g = 0; g < ng; g++)
		write_group(v, g, c.proved, m.exact);
	write_verdicts(v, &a, true, m.exact);
}

static void note_size(const struct solver *v, uint16_t pass)
{
	uint32_t *largest = &v->s->e->stats[pass].largest;
	uint32_t nodes = v->n[0] + v->n[1], now = __atomic_load_n(largest, __ATOMIC_RELAXED);

	while (now < nodes && !__atomic_compare_exchange_n(largest, &now, nodes, true,
				      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* Could the pair become a match if nothing else wanted its records? Of classes: if all did. */
static bool is_hopeful(const struct solver *v, const struct assign *a, uint32_t i)
{
	const struct rules_then *then = &v->s->e->rs->passes[v->s->edges.p[v->edge[i].number].pass].then;
	double most = MAX(a->lcap[a->edge[i].l], a->rcap[a->edge[i].r]) * v->odds[i] / (1 + v->odds[i]);
	uint32_t ppm = num_ppm(most);

	return (then->confirm && ppm >= then->confirm_ppm) ||
		(then->suggest && ppm >= then->suggest_ppm);
}

/* No pair can, nor all of them together as a bulk match. What people decided may raise what is stated
 * of a pair, so with a calibration nothing is known beforehand. */
static bool is_idle(const struct solver *v, const struct assign *a)
{
	if (v->s->e->opt->calibration != NULL || v->s->choose != RULES_CHOOSE_WEIGHT)
		return false;
	for (uint32_t i = 0; i < a->ne; i++)
		if (is_hopeful(v, a, i))
			return false;
	return !is_near(v, a) || !is_even(v, a);
}

static void solve_idle(struct solver *v, struct assign *a)
{
	struct match_pass_stat *stat = &v->s->e->stats[v->s->edges.p[v->edge[0].number].pass];
	struct marginal m = model_of(v, a, 0);
	uint64_t rows[2];

	if (!marginal_solve(v->marginal, &m)) {
		engine_fail(v->s->e, E_NO_MEMORY);
		return;
	}
	for (uint32_t i = 0; i < a->ne; i++)
		v->s->verdict[v->edge[i].number] = (struct verdict){
			.confidence = num_ppm(v->p[i]), .flags = VERDICT_RIVAL | VERDICT_IDLE};
	for (int side = 0; side < 2; side++)
		(void)side_total(v, side, &rows[side]);
	__atomic_fetch_add(&stat->hints, (uint32_t)MIN(rows[0], rows[1]), __ATOMIC_RELAXED);
}

/* The best pairs, their margins, and how likely each pair is. */
static bool solve_pairs(struct solver *v, struct assign *a, bool *ret_exact)
{
	struct marginal m = model_of(v, a, 0);

	*ret_exact = small_solve(a, v->bits, &v->s->e->num, v->p);
	if (*ret_exact)
		return true;
	if (!assign_solve(v->assign, a) || !marginal_solve(v->marginal, &m))
		return false;
	*ret_exact = m.exact;
	return true;
}

static void solve_one(struct solver *v, const uint32_t *edges, uint32_t ne)
{
	struct engine *e = v->s->e;
	bool exact;

	localise(v, edges, ne);
	struct assign a = graph_of(v, ne);
	if (is_idle(v, &a)) {
		solve_idle(v, &a);
		return;
	}
	if (!solve_pairs(v, &a, &exact)) {
		engine_fail(e, E_NO_MEMORY);
		return;
	}
	if (a.bound > a.total)
		component_note_gap(e, v->s->edges.p[edges[0]].pass, a.bound - a.total);
	if (v->s->choose != RULES_CHOOSE_WEIGHT)
		for (uint32_t i = 0; i < ne; i++)
			v->p[i] = a.margin[i] == ASSIGN_MARGIN_UNPROVED ? 0 :
				choose_confidence(v->s, v->odds[i], a.margin[i]);
	bool near = is_near(v, &a);
	if (near && is_even(v, &a) && bulk_closed(&a))
		write_bulk(v, &a);
	else
		write_verdicts(v, &a, ne > 1, exact);
	for (uint32_t i = 0; i < ne && near; i++)
		v->s->verdict[edges[i]].flags |= VERDICT_NEAR;
}

/* A task is a run of components of about TASK_EDGES edges. */
struct tasks {
	struct stage *s;
	uint32_t *first; /* ntasks + 1 */
	uint32_t n;
};

static uint32_t lines_of(const struct stage *s, uint32_t c)
{
	uint32_t n = 0;

	for (uint32_t g = s->comp.group_first[c]; g < s->comp.group_first[c + 1]; g++)
		n += s->groups.group.p[s->comp.group[g]].n + 1;
	return n;
}

static void solve_component(struct solver *v, uint32_t c)
{
	const struct components *comp = &v->s->comp;
	const uint32_t *edges = comp->edge + comp->first[c], *groups = NULL;
	uint32_t ne = comp->first[c + 1] - comp->first[c], ng = 0;

	if (comp->group_first != NULL) {
		groups = comp->group + comp->group_first[c];
		ng = comp->group_first[c + 1] - comp->group_first[c];
	}
	collect_nodes(v, edges, ne, groups, ng);
	if (ne > 0)
		note_size(v, v->s->edges.p[edges[0]].pass);
	else if (groups != NULL)
		note_size(v, v->s->groups.group.p[groups[0]].pass);
	if (ng > 0)
		solve_groups(v, edges, ne, groups, ng);
	else
		solve_one(v, edges, ne);
}

static void solve_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct tasks *t = arg;
	const struct components *comp = &t->s->comp;
	struct solver v = {.s = t->s};
	uint32_t edges = 0, groups = 0, lines = 0;

	(void)thread;
	for (uint32_t c = t->first[task]; c < t->first[task + 1]; c++) {
		edges = MAX(edges, comp->first[c + 1] - comp->first[c]);
		if (comp->group_first == NULL)
			continue;
		groups = MAX(groups, comp->group_first[c + 1] - comp->group_first[c]);
		lines = MAX(lines, lines_of(t->s, c));
	}
	if (!alloc_solver(&v, edges, groups, lines))
		engine_fail(e, E_NO_MEMORY);
	for (uint32_t c = t->first[task]; c < t->first[task + 1] && engine_ok(e); c++)
		solve_component(&v, c);
	free_solver(&v);
}

void component_solve(struct stage *s)
{
	struct engine *e = s->e;
	struct tasks t = {.s = s};
	uint32_t filled = 0;

	if (s->comp.n == 0 || !engine_ok(e))
		return;
	intern_row_hashes(e);
	t.first = ENGINE_NEW(e, (size_t)s->comp.n + 2, uint32_t);
	if (!engine_ok(e))
		return;
	for (uint32_t c = 0; c < s->comp.n; c++) {
		if (filled == 0)
			t.first[t.n++] = c;
		filled += s->comp.first[c + 1] - s->comp.first[c];
		if (s->comp.group_first != NULL)
			filled += 8 * (s->comp.group_first[c + 1] - s->comp.group_first[c]);
		if (filled >= TASK_EDGES)
			filled = 0;
	}
	t.first[t.n] = s->comp.n;
	par_for(e, t.n, solve_task, &t);
	engine_free(e, t.first);
}
