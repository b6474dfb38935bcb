/*
 * Dependence. Evidence is a sum over comparisons as if they were independent, but pairs that are no
 * matches and agree on a postcode agree on the town as well, and those of one party share its words
 * in all text: counted one by one, such agreement says the same thing twice. So comparisons form a
 * forest (Chow and Liu 1968): where one agrees, another's u is that among pairs which agree there. It
 * is counted on pairs of the sample and on pairs drawn to agree, freed of matches, and for equal values
 * on the right records at hand: of those with the candidate's postcode, how many have the town?
 *
 * A parent agrees or does not: long texts do so by degrees, and are no parents. u is raised only, and
 * only by what is beyond chance: the lower bound of two standard errors. What matches have in common
 * beyond their sum is left to one-to-one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"

#define JOINED_PAIRS 65536u
#define JOINED_LEAST 1024u
#define JOINED_ROWS 16384u
#define AGREES (1 * RULES_BIT) /* a level that is worth this much agrees */
#define TIE_LEAST 0.05         /* bits said twice where the parent agrees, on the mean */
#define PRIOR_PAIRS 20.0       /* as if so many independent pairs had been seen */
#define KNOWN_PAIRS 20.0       /* of a level of long texts; else it takes after poorer ones */

/* Right rows that have a pair of values. */
struct learn_both {
	uint32_t a, b, count;
};

struct learn_joint {
	uint32_t n;
	uint32_t *row[2];
	uint32_t *first;  /* by comparison: pairs that agree on it; nc + 1 */
	uint8_t *level;   /* pair x comparison */
	double *weight;   /* chance that it is no match */
	double *seen;     /* parent x comparison x level: among pairs at which the parent agrees */
	double *all;      /* parent x comparison */
	double *share;    /* parent: of all pairs that are no matches, those at which it agrees */
};

static bool agrees(const struct learn_given *g, unsigned level)
{
	return level < LEARN_LEVELS_MAX && (g->agrees[level / 64] >> level % 64 & 1) != 0;
}

/* ---- pairs drawn to agree ---- */

struct placed {
	uint32_t id, row, at;
};

static int by_id(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static uint32_t first_of(const struct placed *p, uint32_t n, uint32_t id)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (p[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A right row of the same value for each of some left rows, chosen by hash. */
static void join_on(struct learn *n, uint32_t k, const uint32_t *left, uint32_t nl,
	const uint32_t *right, uint32_t nr, struct placed *p)
{
	const struct field *f = n->c[k].f;
	struct learn_joint *j = n->joint;
	uint32_t count = 0, most = j->n + MAX(JOINED_PAIRS / n->nc, JOINED_LEAST);

	for (uint32_t i = 0; i < nr; i++)
		if (f->id[RIGHT][right[i]] != 0)
			p[count++] = (struct placed){f->id[RIGHT][right[i]], right[i], i};
	if (count > 1)
		qsort(p, count, sizeof(*p), by_id);
	for (uint32_t i = 0; i < nl && j->n < most; i++) {
		uint32_t id = f->id[LEFT][left[i]], at = first_of(p, count, id), end = at;
		while (end < count && p[end].id == id)
			end++;
		if (id == 0 || at == end)
			continue;
		uint32_t r = p[at + mix64(n->e->row_hash[LEFT][left[i]] + k) % (end - at)].row;
		if (n->same && r == left[i])
			continue;
		j->row[LEFT][j->n] = left[i];
		j->row[RIGHT][j->n++] = r;
	}
}

static void join_all(struct learn *n)
{
	struct engine *e = n->e;
	struct learn_joint *j = n->joint;
	uint32_t *rows[2] = {NULL, NULL}, count[2] = {0, 0};
	struct placed *p = ENGINE_NEW(e, JOINED_ROWS + 1, struct placed);

	for (int side = 0; side < 2; side++)
		rows[side] = ENGINE_NEW(e, JOINED_ROWS + 1, uint32_t);
	for (int side = 0; side < 2 && engine_ok(e); side++)
		count[side] = learn_sample_rows(n, side, JOINED_ROWS, rows[side]);
	for (uint32_t k = 0; k < n->nc && engine_ok(e); k++) {
		join_on(n, k, rows[0], count[0], rows[1], count[1], p);
		j->first[k + 1] = j->n;
	}
	engine_free(e, p);
	engine_free(e, rows[0]);
	engine_free(e, rows[1]);
}

static void level_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	struct learn *n = arg;
	struct learn_joint *j = n->joint;
	struct metric *m = engine_metric(e, thread);
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, j->n);

	for (uint32_t i = chunk * CHUNK_ROWS; m != NULL && i < end; i++)
		for (uint32_t k = 0; k < n->nc; k++) {
			int32_t shape;
			j->level[(size_t)i * n->nc + k] = (uint8_t)learn_level(
				n, &n->c[k], m, j->row[LEFT][i], j->row[RIGHT][i], &shape);
		}
}

void learn_joint_open(struct learn *n)
{
	struct engine *e = n->e;
	uint64_t all = (uint64_t)n->nrows[LEFT] * n->nrows[RIGHT];
	bool whole = all <= (uint64_t)n->npairs + (n->same ? n->nrows[LEFT] : 0);
	size_t room = JOINED_PAIRS + (size_t)n->nc * JOINED_LEAST;
	struct learn_joint *j = n->joint = ENGINE_ZNEW(e, 1, struct learn_joint);

	if (j == NULL)
		return;
	for (int side = 0; side < 2; side++)
		j->row[side] = ENGINE_NEW(e, room + 1, uint32_t);
	j->first = ENGINE_ZNEW(e, (size_t)n->nc + 1, uint32_t);
	if (engine_ok(e) && !whole)
		join_all(n);
	j->level = ENGINE_NEW(e, (size_t)j->n * n->nc + 1, uint8_t);
	j->weight = ENGINE_NEW(e, (size_t)j->n + 1, double);
	j->seen = ENGINE_NEW(e, (size_t)n->nc * n->nc * LEARN_LEVELS_MAX + 1, double);
	j->all = ENGINE_NEW(e, (size_t)n->nc * n->nc + 1, double);
	j->share = ENGINE_NEW(e, (size_t)n->nc + 1, double);
	if (engine_ok(e))
		par_for(e, chunks(j->n), level_chunk, n);
}

void learn_joint_close(struct learn *n)
{
	struct engine *e = n->e;
	struct learn_joint *j = n->joint;

	if (j == NULL)
		return;
	for (int side = 0; side < 2; side++)
		engine_free(e, j->row[side]);
	engine_free(e, j->first);
	engine_free(e, j->level);
	engine_free(e, j->weight);
	engine_free(e, j->seen);
	engine_free(e, j->all);
	engine_free(e, j->share);
	engine_free(e, j);
	n->joint = NULL;
}

/* ---- counting ---- */

static void weight_chunk(struct engine *e, void *arg, uint32_t chunk, unsigned thread)
{
	const struct learn *n = arg;
	const struct learn_joint *j = n->joint;
	struct metric *m = engine_metric(e, thread);
	uint32_t end = MIN((chunk + 1) * CHUNK_ROWS, j->n);

	for (uint32_t i = chunk * CHUNK_ROWS; m != NULL && i < end; i++) {
		int32_t w = learn_weigh(n, m, j->row[LEFT][i], j->row[RIGHT][i]) + n->prior;
		j->weight[i] = 1 / (1 + num_pow2(&e->num, w));
	}
}

static void mark_agreeing(const struct comparison *c, struct learn_given *ret)
{
	memset(ret->agrees, 0, sizeof(ret->agrees));
	for (uint32_t k = 0; k < c->nlevels; k++)
		if (c->log_m[k] - c->log_u[k] >= AGREES)
			ret->agrees[k / 64] |= UINT64_C(1) << k % 64;
}

static void count_one(const struct learn *n, uint32_t parent, uint32_t k, unsigned level, double weight)
{
	const struct learn_joint *j = n->joint;
	size_t at = (size_t)parent * n->nc + k;

	if (level >= LEARN_LEVELS_MAX)
		return;
	j->seen[at * LEARN_LEVELS_MAX + level] += weight;
	j->all[at] += weight;
}

/* Levels of all comparisons where one agrees: over the sample, and over pairs drawn to agree on it. */
static void count_parent(struct engine *e, void *arg, uint32_t parent, unsigned thread)
{
	const struct learn *n = arg;
	const struct learn_joint *j = n->joint;
	const uint8_t *own = n->pair_level + (size_t)parent * n->npairs;
	struct learn_given g;
	double hits = 0, all = 0;

	(void)e;
	(void)thread;
	mark_agreeing(&n->c[parent], &g);
	memset(j->seen + (size_t)parent * n->nc * LEARN_LEVELS_MAX, 0,
		(size_t)n->nc * LEARN_LEVELS_MAX * sizeof(double));
	memset(j->all + (size_t)parent * n->nc, 0, n->nc * sizeof(double));
	for (uint32_t i = 0; i < n->npairs; i++) {
		all += n->pair_weight[i];
		if (!agrees(&g, own[i]))
			continue;
		hits += n->pair_weight[i];
		for (uint32_t k = 0; k < n->nc; k++)
			count_one(n, parent, k, n->pair_level[(size_t)k * n->npairs + i],
				n->pair_weight[i]);
	}
	for (uint32_t i = j->first[parent]; i < j->first[parent + 1]; i++)
		for (uint32_t k = 0; k < n->nc && agrees(&g, j->level[(size_t)i * n->nc + parent]); k++)
			count_one(n, parent, k, j->level[(size_t)i * n->nc + k], j->weight[i]);
	j->share[parent] = (hits + .5) / (all + 1);
}

/* ---- who depends on whom ---- */

/* log2 of how much likelier a level is where the parent agrees: what is beyond two standard errors. */
static int32_t lift_of(double seen, double all, double u)
{
	double sure = MAX(seen - 2 * sqrt(seen), 0);
	int32_t lift = learn_log2((sure + PRIOR_PAIRS * u) / (all + PRIOR_PAIRS)) - learn_log2(u);

	return MAX(lift, 0);
}

/* A level of long texts that is hardly seen takes after those with less in common: it implies them. */
static void rise(const double *seen, int32_t most, int16_t *lift)
{
	for (uint32_t k = 0; k < LONG_LEVELS; k++) {
		int32_t v = lift[k];
		if (seen[k] < KNOWN_PAIRS && k % LONG_SHARES > 0)
			v = MAX(v, lift[k - 1]);
		if (seen[k] < KNOWN_PAIRS && k >= LONG_SHARES)
			v = MAX(v, lift[k - LONG_SHARES]);
		lift[k] = (int16_t)MIN(v, most);
	}
}

/* Returns what would be said twice where the parent agrees, in bits. */
static double lifts_of(const struct learn *n, uint32_t parent, uint32_t k, int16_t lift[LEARN_LEVELS_MAX])
{
	const struct learn_joint *j = n->joint;
	const struct comparison *c = &n->c[k];
	size_t at = (size_t)parent * n->nc + k;
	const double *seen = j->seen + at * LEARN_LEVELS_MAX;
	int32_t most = -learn_log2(j->share[parent]);
	double twice = 0;

	memset(lift, 0, LEARN_LEVELS_MAX * sizeof(*lift));
	for (uint32_t i = 0; i < c->nlevels; i++)
		lift[i] = (int16_t)MIN(lift_of(seen[i], j->all[at], c->u[i]), most);
	if (c->how == LEARN_LONG)
		rise(seen, most, lift);
	for (uint32_t i = 0; i < c->nlevels; i++)
		if (c->log_m[i] > c->log_u[i])
			twice += seen[i] / (j->all[at] + 1) * lift[i] / RULES_BIT;
	return twice;
}

struct tie {
	double twice;
	uint32_t parent, k;
};

static int by_strength(const void *a, const void *b)
{
	const struct tie *x = a, *y = b;

	if (x->twice < y->twice || x->twice > y->twice)
		return x->twice > y->twice ? -1 : 1;
	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->k < y->k ? -1 : x->k > y->k;
}

static bool descends_from(const struct learn *n, uint32_t k, uint32_t from)
{
	while (k != LEARN_ALONE && k != from)
		k = n->c[k].given.parent;
	return k == from;
}

static void choose_parents(struct learn *n)
{
	struct tie *tie = ENGINE_NEW(n->e, (size_t)n->nc * n->nc + 1, struct tie);
	int16_t lift[LEARN_LEVELS_MAX];
	uint32_t count = 0;

	for (uint32_t k = 0; k < n->nc; k++)
		n->c[k].given.parent = LEARN_ALONE;
	for (uint32_t a = 0; tie != NULL && a < n->nc; a++)
		for (uint32_t k = 0; k < n->nc; k++) {
			bool may = a != k && n->c[a].how != LEARN_LONG;
			double twice = may ? lifts_of(n, a, k, lift) : 0;
			if (twice >= TIE_LEAST)
				tie[count++] = (struct tie){twice, a, k};
		}
	if (count > 1)
		qsort(tie, count, sizeof(*tie), by_strength);
	for (uint32_t i = 0; i < count; i++) {
		struct learn_given *g = &n->c[tie[i].k].given;
		if (g->parent != LEARN_ALONE || descends_from(n, tie[i].parent, tie[i].k))
			continue;
		g->parent = tie[i].parent;
		mark_agreeing(&n->c[g->parent], g);
		(void)lifts_of(n, g->parent, tie[i].k, g->lift);
	}
	engine_free(n->e, tie);
}

/* ---- right rows by two values ---- */

static struct learn_both *place_of(const struct learn_given *g, uint32_t a, uint32_t b)
{
	uint64_t h = mix64((uint64_t)a << 32 | b);

	for (;; h++) {
		struct learn_both *x = &g->both[h & g->both_mask];
		if (x->count == 0 || (x->a == a && x->b == b))
			return x;
	}
}

static void count_both(struct learn *n, struct comparison *c)
{
	struct learn_given *g = &c->given;
	const struct field *a = n->c[g->parent].f, *b = c->f;
	uint64_t size = 64;

	if (g->both_of == g->parent)
		return;
	engine_free(n->e, g->both);
	while (size < 2 * (uint64_t)n->e->n[RIGHT])
		size *= 2;
	g->both_of = g->parent;
	g->both_mask = (uint32_t)(size - 1);
	g->both = ENGINE_ZNEW(n->e, size, struct learn_both);
	for (uint32_t r = 0; g->both != NULL && r < n->e->n[RIGHT]; r++) {
		if (a->id[RIGHT][r] == 0 || b->id[RIGHT][r] == 0)
			continue;
		struct learn_both *x = place_of(g, a->id[RIGHT][r], b->id[RIGHT][r]);
		*x = (struct learn_both){a->id[RIGHT][r], b->id[RIGHT][r], x->count + 1};
	}
}

static bool is_countable(const struct comparison *c)
{
	return !c->f->listed && c->how != LEARN_LONG;
}

void learn_joint_count(struct learn *n)
{
	for (uint32_t k = 0; k < n->nc && engine_ok(n->e); k++) {
		const struct learn_given *g = &n->c[k].given;
		if (g->parent != LEARN_ALONE && is_countable(&n->c[k]) &&
			!n->c[g->parent].f->listed)
			count_both(n, &n->c[k]);
	}
}

void learn_joint_weigh(struct learn *n)
{
	struct engine *e = n->e;

	par_for(e, chunks(n->joint->n), weight_chunk, n);
	if (engine_ok(e))
		par_for(e, n->nc, count_parent, n);
	if (engine_ok(e))
		choose_parents(n);
	if (engine_ok(e))
		learn_joint_count(n);
}

/* ---- u ---- */

/* Of the other right rows with the candidate's value of the parent, those with the left row's value;
 * `otherwise` is taken for one more row. */
static int32_t log_counted(const struct learn *n, const struct comparison *c, int32_t otherwise,
	uint32_t l, uint32_t r)
{
	const struct learn_given *g = &c->given;
	const struct field *a = n->c[g->parent].f;
	uint32_t id = a->id[RIGHT][r], all = a->count[RIGHT][id];
	uint32_t both = place_of(g, id, c->f->id[LEFT][l])->count;
	uint32_t own = n->same && a->id[LEFT][l] == id ? 2 : 1;
	uint64_t part = (uint64_t)(num_pow2(&n->e->num, otherwise) * 1024);

	both = both > own ? both - own : 0;
	all = all > own ? all - own : 0;
	return num_log2(&n->e->num, (uint64_t)both * 1024 + part + 1) -
		num_log2(&n->e->num, ((uint64_t)all + 1) * 1024);
}

int32_t learn_joint_log_u(const struct learn *n, uint32_t k, const uint8_t *level, int32_t log_u,
	uint32_t l, uint32_t r)
{
	const struct comparison *c = &n->c[k];
	const struct learn_given *g = &c->given;

	if (g->parent == LEARN_ALONE || n->c[g->parent].dropped || !agrees(g, level[g->parent]))
		return log_u;
	if (c->how == LEARN_LONG) /* in relation to the shape, not absolute */
		return log_u + g->lift[level[k]];
	int32_t raised = MIN(log_u + g->lift[level[k]], MAX(log_u, 0));
	if (g->both == NULL || c->f->id[LEFT][l] != c->f->id[RIGHT][r])
		return raised;
	return MAX(log_u, log_counted(n, c, raised, l, r));
}
