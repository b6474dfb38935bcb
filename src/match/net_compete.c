/*
 * Nettings in the assignment of their stage. A record that another of its side offsets may have a
 * counterpart on the other side as well, so components of pairs, groups and nettings are solved as
 * one. Pairs join records of equal sign and nettings join opposite ones of one side, so such a
 * component almost always falls into two halves with all edges between them, and then it is an
 * assignment like any other. Where it does not (an odd cycle: pairs of opposite sign beside pairs of
 * equal sign), nettings are hypotheses of the branch and bound, as groups are.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "match/assign.h"
#include "match/compete.h"
#include "match/marginal.h"
#include "match/forest.h"
#include "match/stage.h"

#define TASK_COMPONENTS 64u
#define COPIES_MAX 16u /* of a netting of two classes, where it is a hypothesis */

/* What a component is made of: a pair, a group, or a netting of the left or right side. */
enum what { PAIR, GROUP, NET_LEFT, NET_RIGHT };

struct item {
	uint32_t component;
	enum what what;
	uint32_t no;
};

struct competing {
	struct stage *s;
	uint32_t *parent; /* left rows, then right rows */
	bool *netted;     /* by root: a netting is in it */
	struct item *item;
	size_t n;
	uint32_t *first;  /* items of each component: ncomponents + 1 */
	uint32_t ncomponents;
};

/* ---- which components have nettings ---- */

static uint32_t node_of(const struct stage *s, int side, uint32_t row)
{
	return (side == LEFT ? 0 : s->e->n[LEFT]) + stage_rep(s->e, side, row);
}

static void unite_group(struct competing *q, const struct group *g)
{
	const struct stage *s = q->s;

	for (uint32_t i = 0; i < g->n; i++)
		forest_unite(q->parent, node_of(s, g->target_side, g->target),
			node_of(s, 1 - g->target_side, s->groups.line.p[g->first + i]));
}

/* Rows that a netting wants (1) and rows that something else wants (2). */
static void mark_wanted(const struct competing *q, uint8_t *wanted)
{
	const struct stage *s = q->s;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s->net[side]->edges.n; i++) {
			wanted[node_of(s, side, s->net[side]->edges.p[i].l)] |= 1;
			wanted[node_of(s, side, s->net[side]->edges.p[i].r)] |= 1;
		}
	for (size_t i = 0; i < s->edges.n; i++) {
		wanted[node_of(s, LEFT, s->edges.p[i].l)] |= 2;
		wanted[node_of(s, RIGHT, s->edges.p[i].r)] |= 2;
	}
	for (size_t g = 0; g < s->groups.group.n; g++) {
		const struct group *group = &s->groups.group.p[g];
		wanted[node_of(s, group->target_side, group->target)] |= 2;
		for (uint32_t i = 0; i < group->n; i++)
			wanted[node_of(s, 1 - group->target_side,
				s->groups.line.p[group->first + i])] |= 2;
	}
}

/* Edges of a stage whose rows are wanted by the other ones too are not alone. */
static void not_alone(struct stage *s, const struct stage *top, const uint8_t *wanted, uint8_t by)
{
	for (size_t i = 0; i < s->edges.n; i++) {
		const struct edge *edge = &s->edges.p[i];
		uint8_t all = wanted[node_of(top, s->side[0], edge->l)] |
			wanted[node_of(top, s->side[1], edge->r)];
		if (s->alone[i] == 0 || (all & by) == 0)
			continue;
		s->alone[i] = 0;
		s->nrivals++;
	}
}

void net_meet(struct stage *s)
{
	struct engine *e = s->e;
	struct competing q = {.s = s};
	uint8_t *wanted = ENGINE_ZNEW(e, (size_t)e->n[LEFT] + e->n[RIGHT] + 1, uint8_t);

	if (wanted == NULL)
		return;
	mark_wanted(&q, wanted);
	not_alone(s, s, wanted, 1);
	for (int side = 0; side < 2; side++)
		not_alone(s->net[side], s, wanted, 2);
	engine_free(e, wanted);
}

static uint32_t item_root(struct competing *q, enum what what, uint32_t no)
{
	const struct stage *s = q->s;

	switch (what) {
	case PAIR:
		return forest_root(q->parent, node_of(s, LEFT, s->edges.p[no].l));
	case GROUP:
		return forest_root(q->parent, node_of(s, s->groups.group.p[no].target_side,
						  s->groups.group.p[no].target));
	case NET_LEFT:
	case NET_RIGHT:
		break;
	}
	int side = what == NET_LEFT ? LEFT : RIGHT;
	return forest_root(q->parent, node_of(s, side, s->net[side]->edges.p[no].l));
}

static void find_components(struct competing *q)
{
	struct stage *s = q->s;
	size_t nodes = (size_t)s->e->n[LEFT] + s->e->n[RIGHT];

	q->parent = ENGINE_NEW(s->e, nodes + 1, uint32_t);
	q->netted = ENGINE_ZNEW(s->e, nodes + 1, bool);
	if (!engine_ok(s->e))
		return;
	assert(q->parent != NULL && q->netted != NULL);
	for (uint32_t i = 0; i < nodes; i++)
		q->parent[i] = i;
	for (size_t i = 0; i < s->edges.n; i++)
		if (s->alone[i] == 0)
			forest_unite(q->parent, node_of(s, LEFT, s->edges.p[i].l),
				node_of(s, RIGHT, s->edges.p[i].r));
	for (size_t g = 0; g < s->groups.group.n; g++)
		unite_group(q, &s->groups.group.p[g]);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s->net[side]->edges.n; i++)
			if (s->net[side]->alone[i] == 0)
				forest_unite(q->parent, node_of(s, side, s->net[side]->edges.p[i].l),
					node_of(s, side, s->net[side]->edges.p[i].r));
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < s->net[side]->edges.n; i++)
			if (s->net[side]->alone[i] == 0)
				q->netted[item_root(q, side == LEFT ? NET_LEFT : NET_RIGHT, i)] = true;
}

static void add_item(struct competing *q, enum what what, size_t no)
{
	uint32_t root = item_root(q, what, (uint32_t)no);

	assert(q->netted != NULL);
	if (q->netted[root])
		q->item[q->n++] = (struct item){root, what, (uint32_t)no};
}

static int by_component(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->component != y->component)
		return x->component < y->component ? -1 : 1;
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	return x->no < y->no ? -1 : x->no > y->no;
}

/* What is in them is theirs from here on: component_find() passes it over. */
static void claim(struct competing *q)
{
	struct stage *s = q->s;

	for (size_t i = 0; i < q->n; i++) {
		if (q->item[i].what == PAIR)
			s->alone[q->item[i].no] = EDGE_NETTED;
		else if (q->item[i].what == GROUP)
			s->groups.group.p[q->item[i].no].netted = true;
	}
}

static void collect(struct competing *q)
{
	struct stage *s = q->s;
	size_t most = s->edges.n + s->groups.group.n + s->net[0]->edges.n + s->net[1]->edges.n;

	q->item = ENGINE_NEW(s->e, most + 1, struct item);
	q->first = ENGINE_NEW(s->e, most + 2, uint32_t);
	if (!engine_ok(s->e))
		return;
	for (size_t i = 0; i < s->edges.n; i++)
		if (s->alone[i] == 0)
			add_item(q, PAIR, i);
	for (size_t g = 0; g < s->groups.group.n; g++)
		add_item(q, GROUP, g);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s->net[side]->edges.n; i++)
			if (s->net[side]->alone[i] == 0)
				add_item(q, side == LEFT ? NET_LEFT : NET_RIGHT, i);
	if (q->n > 1)
		qsort(q->item, q->n, sizeof(*q->item), by_component);
	for (uint32_t i = 0; i < q->n; i++)
		if (i == 0 || q->item[i].component != q->item[i - 1].component)
			q->first[q->ncomponents++] = i;
	q->first[q->ncomponents] = (uint32_t)q->n;
	claim(q);
}

/* ---- one component as a graph ---- */

struct node {
	uint64_t hash;
	uint32_t row;
	uint8_t side, half;
	bool seen;
	uint32_t place; /* in its half */
};

struct link {
	uint32_t end[2]; /* nodes */
	int32_t w, bits;
	const struct item *item;
};

struct solver {
	const struct competing *q;
	struct stage *s;
	const struct item *item;
	uint32_t nitems;
	struct node *node;
	uint32_t nnodes;
	struct link *link; /* pairs and nettings; nettings last where they are hypotheses */
	uint32_t nlinks, nedges;
	struct assign_work *assign;
	struct marginal_work *marginal;
	struct assign a;
	uint32_t *cap;
	struct assign_edge *edge;
	uint32_t *of_edge; /* link of each edge */
	uint32_t *flow, *margin;
	int32_t *bits;
	double *odds, *p;
	struct hypothesis {
		struct compete_group g;
		uint32_t no;  /* of the stage's groups, or of the links */
		bool net;
	} *hypothesis;
	uint32_t nh;
	struct compete_group *group;
	uint32_t *group_node, *group_margin;
	bool *chosen, *rival;
	double *group_p;
};

static struct stage *stage_of(struct stage *s, enum what what)
{
	return what == NET_LEFT ? s->net[LEFT] : what == NET_RIGHT ? s->net[RIGHT] : s;
}

static const struct edge *edge_of(struct stage *s, const struct item *item)
{
	return &stage_of(s, item->what)->edges.p[item->no];
}

static int by_content(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void add_node(struct solver *v, int side, uint32_t row)
{
	const struct engine *e = v->s->e;
	uint32_t rep = stage_rep(e, side, row);

	v->node[v->nnodes++] = (struct node){
		.hash = e->row_hash[side][rep], .row = rep, .side = (uint8_t)side};
}

static uint32_t find_node(const struct solver *v, int side, uint32_t row)
{
	const struct engine *e = v->s->e;
	uint32_t rep = stage_rep(e, side, row);
	struct node key = {.hash = e->row_hash[side][rep], .row = rep, .side = (uint8_t)side};
	const struct node *at = bsearch(&key, v->node, v->nnodes, sizeof(key), by_content);

	return (uint32_t)(at - v->node);
}

static void make_nodes(struct solver *v)
{
	struct stage *s = v->s;
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->nitems; i++) {
		const struct item *item = &v->item[i];
		if (item->what == GROUP) {
			const struct group *g = &s->groups.group.p[item->no];
			add_node(v, g->target_side, g->target);
			for (uint32_t k = 0; k < g->n; k++)
				add_node(v, 1 - g->target_side, s->groups.line.p[g->first + k]);
			continue;
		}
		const struct stage *own = stage_of(s, item->what);
		add_node(v, own->side[0], edge_of(s, item)->l);
		add_node(v, own->side[1], edge_of(s, item)->r);
	}
	qsort(v->node, v->nnodes, sizeof(*v->node), by_content);
	for (uint32_t i = 0; i < v->nnodes; i++)
		if (n == 0 || by_content(&v->node[i], &v->node[n - 1]) != 0)
			v->node[n++] = v->node[i];
	v->nnodes = n;
}

static void make_links(struct solver *v)
{
	for (uint32_t i = 0; i < v->nitems; i++) {
		const struct item *item = &v->item[i];
		if (item->what == GROUP)
			continue;
		const struct stage *own = stage_of(v->s, item->what);
		const struct edge *edge = edge_of(v->s, item);
		v->link[v->nlinks++] = (struct link){
			{find_node(v, own->side[0], edge->l), find_node(v, own->side[1], edge->r)},
			stage_value(own, edge->w), edge->w + own->prior, item};
	}
}

static uint32_t other_end(const struct link *l, uint32_t node)
{
	return l->end[0] == node ? l->end[1] : l->end[0];
}

/* Halves, from the first record on: neighbours are in different ones. False when that cannot be. */
static bool spread_halves(struct solver *v, const uint32_t *first, const uint32_t *arc, uint32_t *queue)
{
	for (uint32_t i = 0; i < v->nnodes; i++) {
		uint32_t head = 0, tail = 0;
		if (v->node[i].seen)
			continue;
		v->node[i].seen = true;
		v->node[i].half = v->node[i].side;
		queue[tail++] = i;
		while (head < tail) {
			uint32_t x = queue[head++];
			for (uint32_t k = first[x]; k < first[x + 1]; k++) {
				struct node *y = &v->node[other_end(&v->link[arc[k]], x)];
				if (y->seen && y->half == v->node[x].half)
					return false;
				if (y->seen)
					continue;
				y->seen = true;
				y->half = (uint8_t)(1 - v->node[x].half);
				queue[tail++] = (uint32_t)(y - v->node);
			}
		}
	}
	return true;
}

/* Nettings become hypotheses, and halves are sides again. */
static void separate(struct solver *v)
{
	uint32_t pairs = 0;

	for (uint32_t i = 0; i < v->nnodes; i++)
		v->node[i].half = v->node[i].side;
	for (uint32_t i = 0; i < v->nlinks; i++)
		if (v->link[i].item->what == PAIR)
			pairs++;
	v->nedges = pairs; /* items are in this order: pairs come first */
}

static bool make_halves(struct solver *v)
{
	uint32_t *first = calloc((size_t)v->nnodes + 3, sizeof(*first));
	uint32_t *arc = calloc((size_t)v->nlinks * 2 + 1, sizeof(*arc));
	uint32_t *queue = calloc((size_t)v->nnodes + 1, sizeof(*queue));
	bool ok = first != NULL && arc != NULL && queue != NULL;

	v->nedges = v->nlinks;
	for (uint32_t i = 0; ok && i < v->nlinks; i++)
		for (int k = 0; k < 2; k++)
			first[v->link[i].end[k] + 2]++;
	for (uint32_t n = 0; ok && n < v->nnodes; n++)
		first[n + 2] += first[n + 1];
	for (uint32_t i = 0; ok && i < v->nlinks; i++)
		for (int k = 0; k < 2; k++)
			arc[first[v->link[i].end[k] + 1]++] = i;
	if (ok && !spread_halves(v, first, arc, queue))
		separate(v);
	free(first);
	free(arc);
	free(queue);
	return ok;
}

/* A node's number in the graph: those of the first half, then those of the second. */
static uint32_t graph_node(const struct solver *v, uint32_t node)
{
	return (v->node[node].half == 0 ? 0 : v->a.nl) + v->node[node].place;
}

static int by_ends(const void *a, const void *b, void *arg)
{
	const struct solver *v = arg;
	const struct assign_edge *x = &v->edge[*(const uint32_t *)a];
	const struct assign_edge *y = &v->edge[*(const uint32_t *)b];

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return x->r < y->r ? -1 : x->r > y->r;
}

static void make_graph(struct solver *v, struct assign_edge *sorted)
{
	const struct engine *e = v->s->e;
	uint32_t places[2] = {0, 0};

	v->a = component_problem(e, v->nedges);
	for (uint32_t i = 0; i < v->nnodes; i++)
		v->node[i].place = places[v->node[i].half]++;
	v->a.nl = places[0];
	v->a.nr = places[1];
	for (uint32_t i = 0; i < v->nnodes; i++)
		v->cap[graph_node(v, i)] = row_cap(e, v->node[i].side, v->node[i].row);
	v->a.lcap = v->cap;
	v->a.rcap = v->cap + v->a.nl;
	for (uint32_t i = 0; i < v->nedges; i++) {
		const struct node *x = &v->node[v->link[i].end[0]], *y = &v->node[v->link[i].end[1]];
		v->edge[i] = (struct assign_edge){x->half == 0 ? x->place : y->place,
			x->half == 0 ? y->place : x->place, v->link[i].w};
		v->of_edge[i] = i;
	}
	qsort_r(v->of_edge, v->nedges, sizeof(*v->of_edge), by_ends, v);
	for (uint32_t i = 0; i < v->nedges; i++) {
		sorted[i] = v->edge[v->of_edge[i]];
		v->bits[i] = v->link[v->of_edge[i]].bits;
		v->odds[i] = num_pow2(&e->num, v->bits[i]);
	}
	v->a.edge = sorted;
	v->a.flow = v->flow;
	v->a.margin = v->margin;
}

/* ---- hypotheses: groups, and nettings that are no edges ---- */

static int by_weight(const void *a, const void *b, void *arg)
{
	const struct solver *v = arg;
	const struct hypothesis *x = a, *y = b;

	if (x->g.w != y->g.w)
		return x->g.w > y->g.w ? -1 : 1;
	for (uint32_t i = 0; i < MIN(x->g.n, y->g.n); i++) {
		uint32_t p = v->group_node[x->g.first + i], q = v->group_node[y->g.first + i];
		if (p != q)
			return p < q ? -1 : 1;
	}
	return x->g.n < y->g.n ? -1 : x->g.n > y->g.n;
}

static void make_hypotheses(struct solver *v)
{
	const struct stage *s = v->s;
	uint32_t nodes = 0;

	for (uint32_t i = 0; i < v->nitems; i++) {
		if (v->item[i].what != GROUP)
			continue;
		const struct group *g = &s->groups.group.p[v->item[i].no];
		uint32_t target = graph_node(v, find_node(v, g->target_side, g->target));
		v->hypothesis[v->nh++] = (struct hypothesis){
			.g = {.first = nodes, .n = g->n + 1, .w = g->w, .target = target},
			.no = v->item[i].no};
		v->group_node[nodes++] = target;
		for (uint32_t k = 0; k < g->n; k++)
			v->group_node[nodes++] = graph_node(v,
				find_node(v, 1 - g->target_side, s->groups.line.p[g->first + k]));
	}
	for (uint32_t i = v->nedges; i < v->nlinks; i++) {
		const struct link *l = &v->link[i];
		uint32_t x = graph_node(v, l->end[0]), y = graph_node(v, l->end[1]);
		uint32_t both = MIN(v->cap[x], v->cap[y]);
		for (uint32_t k = 0; k < MIN(both, COPIES_MAX); k++)
			v->hypothesis[v->nh++] = (struct hypothesis){
				.g = {.first = nodes, .n = 2, .w = l->w, .target = x},
				.no = i, .net = true};
		v->group_node[nodes++] = x;
		v->group_node[nodes++] = y;
	}
	qsort_r(v->hypothesis, v->nh, sizeof(*v->hypothesis), by_weight, v);
	for (uint32_t h = 0; h < v->nh; h++)
		v->group[h] = v->hypothesis[h].g;
}

/* ---- what comes of it ---- */

static double surely(const struct solver *v, double p, uint32_t margin, bool exact)
{
	return margin == ASSIGN_MARGIN_UNPROVED || exact ? p :
		component_no_surer(v->s->e, p, margin);
}

static void write_link(struct solver *v, const struct link *l, struct verdict to)
{
	to.flags |= VERDICT_RIVAL;
	stage_of(v->s, l->item->what)->verdict[l->item->no] = to;
}

static void write_edges(struct solver *v, bool exact)
{
	for (uint32_t i = 0; i < v->nedges; i++) {
		uint32_t margin = v->a.margin[i], l = v->a.edge[i].l, r = v->a.edge[i].r;
		bool classes = v->a.lcap[l] > 1 || v->a.rcap[r] > 1;
		bool proved = margin != ASSIGN_MARGIN_UNPROVED;
		double p = v->a.flow[i] > 0 && !classes ? surely(v, v->p[i], margin, exact) : v->p[i];
		struct verdict to = {.flow = v->a.flow[i], .confidence = num_ppm(p),
			.margin = (uint16_t)(proved ? margin : 0),
			.flags = (uint16_t)((proved ? 0 : VERDICT_UNPROVED) | (classes ? VERDICT_CLASS : 0))};
		write_link(v, &v->link[v->of_edge[i]], to);
	}
}

static void write_group(struct solver *v, uint32_t h, bool proved, bool exact)
{
	struct group *to = &v->s->groups.group.p[v->hypothesis[h].no];
	uint32_t margin = v->group_margin[h];

	to->chosen = v->chosen[h];
	to->complete = to->complete && proved;
	to->margin = margin == ASSIGN_MARGIN_UNPROVED ? RESULT_NONE : margin;
	to->confidence = num_ppm(to->chosen ? surely(v, v->group_p[h], margin, exact) : v->group_p[h]);
	to->rival = v->rival[h];
}

/* Copies of one netting follow each other's verdict: as often as it is chosen, sure as the least. */
static void write_net(struct solver *v, uint32_t h, bool exact)
{
	const struct link *l = &v->link[v->hypothesis[h].no];
	struct verdict to = stage_of(v->s, l->item->what)->verdict[l->item->no];
	uint32_t margin = v->group_margin[h], p = num_ppm(surely(v, v->group_p[h], margin, exact));
	bool first = to.flow == 0;

	if (!v->chosen[h]) {
		to.confidence = first ? MAX(to.confidence, p) : to.confidence;
		write_link(v, l, to);
		return;
	}
	to.flow++;
	to.confidence = first ? p : MIN(to.confidence, p);
	if (margin == ASSIGN_MARGIN_UNPROVED)
		to.flags |= VERDICT_UNPROVED;
	else
		to.margin = (uint16_t)(first ? margin : MIN(to.margin, margin));
	write_link(v, l, to);
}

static void note_gap(const struct solver *v, int64_t gap)
{
	const struct item *item = &v->item[v->nitems - 1]; /* a netting */
	uint16_t pass = edge_of(v->s, item)->pass;

	component_note_gap(v->s->e, pass, gap);
}

static bool solve(struct solver *v)
{
	struct compete c = {.a = &v->a, .ng = v->nh, .group = v->group, .node = v->group_node,
		.chosen = v->chosen, .margin = v->group_margin};
	struct marginal m = {.a = &v->a, .odds = v->odds, .bits = v->bits, .num = &v->s->e->num,
		.ng = v->nh, .group = v->group, .node = v->group_node, .p = v->p,
		.group_p = v->group_p, .group_rival = v->rival};
	bool ok = v->nh > 0 ? compete_solve(v->assign, &c) : assign_solve(v->assign, &v->a);

	if (!ok || !marginal_solve(v->marginal, &m))
		return false;
	if (v->nh == 0)
		c = (struct compete){.proved = v->a.bound <= v->a.total, .total = v->a.total,
			.bound = v->a.bound};
	if (!c.proved)
		note_gap(v, c.bound - c.total);
	write_edges(v, m.exact);
	for (uint32_t h = 0; h < v->nh; h++) {
		if (v->hypothesis[h].net)
			write_net(v, h, m.exact);
		else
			write_group(v, h, c.proved, m.exact);
	}
	return true;
}

/* ---- memory ---- */

static size_t nodes_in(const struct solver *v)
{
	size_t n = 0;

	for (uint32_t i = 0; i < v->nitems; i++)
		n += v->item[i].what == GROUP ? v->s->groups.group.p[v->item[i].no].n + 1 : 2;
	return n;
}

/* All arrays of a component from one piece of memory. */
struct slab {
	char *p;
	size_t at;
};

static void *cut(struct slab *s, size_t n, size_t size)
{
	void *p = s->p == NULL ? NULL : s->p + s->at;

	s->at += (n * size + 15) & ~(size_t)15;
	return p;
}

#define CUT(s, v, member, n) (v)->member = cut((s), (n), sizeof(*(v)->member))

static struct assign_edge *lay_out(struct solver *v, struct slab *s)
{
	size_t nodes = nodes_in(v) + 1, items = (size_t)v->nitems + 1, most = items * COPIES_MAX;

	s->at = 0;
	CUT(s, v, node, nodes);
	CUT(s, v, link, items);
	CUT(s, v, cap, nodes);
	CUT(s, v, edge, items);
	CUT(s, v, of_edge, items);
	CUT(s, v, flow, items);
	CUT(s, v, margin, items);
	CUT(s, v, bits, items);
	CUT(s, v, odds, items);
	CUT(s, v, p, items);
	CUT(s, v, hypothesis, most);
	CUT(s, v, group, most);
	CUT(s, v, group_node, nodes);
	CUT(s, v, group_margin, most);
	CUT(s, v, chosen, most);
	CUT(s, v, rival, most);
	CUT(s, v, group_p, most);
	return cut(s, items, sizeof(struct assign_edge));
}

static bool solve_component(struct solver *v)
{
	struct slab s = {0};
	struct assign_edge *sorted;

	(void)lay_out(v, &s);
	s.p = calloc(1, s.at + 1);
	if (s.p == NULL)
		return false;
	sorted = lay_out(v, &s);
	v->nnodes = v->nlinks = v->nh = 0;
	make_nodes(v);
	make_links(v);
	bool ok = make_halves(v);
	if (ok) {
		make_graph(v, sorted);
		make_hypotheses(v);
		ok = solve(v);
	}
	free(s.p);
	return ok;
}

static void solve_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	const struct competing *q = arg;
	uint32_t end = MIN((task + 1) * TASK_COMPONENTS, q->ncomponents);
	struct solver v = {.q = q, .s = q->s, .assign = assign_work_new(),
		.marginal = marginal_work_new()};
	bool ok = v.assign != NULL && v.marginal != NULL;

	(void)thread;
	for (uint32_t c = task * TASK_COMPONENTS; c < end && ok && engine_ok(e); c++) {
		v.item = q->item + q->first[c];
		v.nitems = q->first[c + 1] - q->first[c];
		ok = solve_component(&v);
	}
	if (!ok)
		engine_fail(e, E_NO_MEMORY);
	assign_work_free(&v.assign);
	marginal_work_free(&v.marginal);
}

void net_solve(struct stage *s)
{
	struct engine *e = s->e;
	struct competing q = {.s = s};

	intern_row_hashes(e);
	if (engine_ok(e))
		find_components(&q);
	if (engine_ok(e))
		collect(&q);
	if (engine_ok(e))
		par_for(e, (q.ncomponents + TASK_COMPONENTS - 1) / TASK_COMPONENTS, solve_task, &q);
	engine_free(e, q.parent);
	engine_free(e, q.netted);
	engine_free(e, q.item);
	engine_free(e, q.first);
}
