/*
 * Depth first, heaviest group first, so the first leaf is what a greedy choice would give and only
 * gets better. The bound of a branch: what is chosen, plus the assignment of what is left, plus for
 * each target the heaviest group that still fits.
 */
#include "match/compete.h"

#include <stdlib.h>
#include <string.h>

#define BRANCHES 4000u
#define MARGIN_ITEMS 48u /* more chosen hypotheses than this are not solved again one by one */

struct branching {
	struct assign_work *work;
	struct compete *c;
	struct assign a;         /* capacities of the moment */
	uint32_t *cap;           /* left, then right */
	bool *in;                /* groups chosen on the way down */
	bool *best_in;
	uint32_t *flow, *best_flow, *margin;
	int64_t *by_target;      /* scratch of the bound */
	int64_t best, bound;
	uint64_t branches, limit;
	uint32_t forbidden;      /* group, or UINT32_MAX */
	bool failed, cut;
};

static bool fits(const struct branching *b, uint32_t g)
{
	const struct compete_group *group = &b->c->group[g];

	if (g == b->forbidden)
		return false;
	for (uint32_t i = 0; i < group->n; i++) {
		uint32_t node = b->c->node[group->first + i], times = 0;
		for (uint32_t k = 0; k < group->n; k++)
			times += b->c->node[group->first + k] == node;
		if (b->cap[node] < times)
			return false;
	}
	return true;
}

static void use(struct branching *b, uint32_t g, int sign)
{
	const struct compete_group *group = &b->c->group[g];

	for (uint32_t i = 0; i < group->n; i++)
		b->cap[b->c->node[group->first + i]] += (uint32_t)sign;
}

static int64_t assign_rest(struct branching *b)
{
	if (b->a.ne == 0)
		return 0;
	if (!assign_solve(b->work, &b->a)) {
		b->failed = true;
		return 0;
	}
	b->cut |= b->a.bound > b->a.total;
	return b->a.total;
}

/* What groups from g on can add at most: one per target that is a single record. */
static int64_t most_groups(struct branching *b, uint32_t g)
{
	int64_t sum = 0;

	for (uint32_t k = g; k < b->c->ng; k++)
		b->by_target[b->c->group[k].target] = 0;
	for (uint32_t k = g; k < b->c->ng; k++) {
		const struct compete_group *group = &b->c->group[k];
		int64_t *best = &b->by_target[group->target];
		if ((group->w <= *best && b->cap[group->target] == 1) || !fits(b, k))
			continue;
		sum += b->cap[group->target] == 1 ? group->w - *best : group->w;
		*best = group->w;
	}
	return sum;
}

static void branch(struct branching *b, uint32_t g, int64_t value)
{
	if (b->failed || ++b->branches > b->limit) {
		b->cut |= b->branches > b->limit;
		return;
	}
	int64_t pairs = assign_rest(b), more = most_groups(b, g);
	if (b->branches == 1)
		b->bound = b->a.ne > 0 ? b->a.bound + more : more;
	if (value + pairs > b->best) {
		b->best = value + pairs;
		memcpy(b->best_in, b->in, b->c->ng * sizeof(bool));
		memcpy(b->best_flow, b->flow, b->a.ne * sizeof(uint32_t));
	}
	if (more == 0 || value + pairs + more <= b->best)
		return;
	while (g < b->c->ng && !fits(b, g))
		g++;
	if (g == b->c->ng)
		return;
	b->in[g] = true;
	use(b, g, -1);
	branch(b, g + 1, value + b->c->group[g].w);
	use(b, g, 1);
	b->in[g] = false;
	branch(b, g + 1, value);
}

static bool run(struct branching *b, uint32_t forbidden)
{
	b->forbidden = forbidden;
	b->best = -1;
	b->branches = 0;
	b->cut = false;
	memset(b->in, 0, b->c->ng * sizeof(bool));
	branch(b, 0, 0);
	return !b->failed;
}

static bool alloc(struct branching *b, const struct compete *c)
{
	size_t nodes = (size_t)c->a->nl + c->a->nr + 1, edges = (size_t)c->a->ne + 1;

	b->cap = calloc(nodes, sizeof(*b->cap));
	b->by_target = calloc(nodes, sizeof(*b->by_target));
	b->in = calloc(c->ng + 1, sizeof(*b->in));
	b->best_in = calloc(c->ng + 1, sizeof(*b->best_in));
	b->flow = calloc(edges, sizeof(*b->flow));
	b->best_flow = calloc(edges, sizeof(*b->best_flow));
	b->margin = calloc(edges, sizeof(*b->margin));
	return b->cap != NULL && b->by_target != NULL && b->in != NULL && b->best_in != NULL &&
		b->flow != NULL && b->best_flow != NULL && b->margin != NULL;
}

static void release(struct branching *b)
{
	free(b->cap);
	free(b->by_target);
	free(b->in);
	free(b->best_in);
	free(b->flow);
	free(b->best_flow);
	free(b->margin);
}

static uint32_t lost(const struct branching *b, const struct compete *c)
{
	if (b->cut)
		return ASSIGN_MARGIN_UNPROVED;
	return (uint32_t)MIN(c->total - b->best, (int64_t)c->a->margin_cap);
}

/* Each chosen hypothesis forbidden in turn. */
static bool margins(struct branching *b, struct compete *c)
{
	struct assign_edge *graph = malloc(((size_t)c->a->ne + 1) * sizeof(*graph));
	uint32_t items = 0;
	bool ok = graph != NULL;

	for (uint32_t g = 0; g < c->ng; g++)
		items += c->chosen[g];
	for (uint32_t i = 0; i < c->a->ne; i++)
		items += c->a->flow[i] > 0;
	bool each = c->proved && items <= MARGIN_ITEMS;
	for (uint32_t g = 0; g < c->ng && ok; g++) {
		c->margin[g] = ASSIGN_MARGIN_UNPROVED;
		if (!c->chosen[g] || !each)
			continue;
		ok = run(b, g);
		c->margin[g] = lost(b, c);
	}
	if (ok && c->a->ne > 0) {
		memcpy(graph, c->a->edge, c->a->ne * sizeof(*graph));
		b->a.edge = graph;
	}
	for (uint32_t i = 0; i < c->a->ne && ok; i++) {
		c->a->margin[i] = c->a->flow[i] > 0 ? ASSIGN_MARGIN_UNPROVED : 0;
		if (c->a->flow[i] == 0 || !each)
			continue;
		/* A pair of weight 0 is never worth taking. */
		graph[i].w = 0;
		ok = run(b, UINT32_MAX);
		graph[i].w = c->a->edge[i].w;
		c->a->margin[i] = lost(b, c);
	}
	free(graph);
	return ok;
}

bool compete_solve(struct assign_work *w, struct compete *c)
{
	struct branching b = {.work = w, .c = c, .a = *c->a};
	bool ok = alloc(&b, c);

	if (ok) {
		if (c->a->nl > 0)
			memcpy(b.cap, c->a->lcap, c->a->nl * sizeof(*b.cap));
		if (c->a->nr > 0)
			memcpy(b.cap + c->a->nl, c->a->rcap, c->a->nr * sizeof(*b.cap));
		b.a.lcap = b.cap;
		b.a.rcap = b.cap + c->a->nl;
		b.a.flow = b.flow;
		b.a.margin = b.margin;
		b.a.margin_cap = 0;
		b.limit = c->budget != 0 ? c->budget : BRANCHES;
		ok = run(&b, UINT32_MAX);
	}
	if (ok) {
		c->total = b.best;
		c->proved = !b.cut;
		c->bound = b.cut ? MAX(b.bound, b.best) : b.best;
		memcpy(c->chosen, b.best_in, c->ng * sizeof(bool));
		if (c->a->ne > 0)
			memcpy(c->a->flow, b.best_flow, c->a->ne * sizeof(uint32_t));
		ok = margins(&b, c);
	}
	release(&b);
	return ok;
}
