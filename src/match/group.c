/*
 * Group hypotheses: for each target the pool of open records that satisfy all conditions but the
 * amount, and the sets of them that add up to it. Finding a set is not proof: how many sets chance
 * alone would give is part of its weight, and a search that was not complete never confirms.
 */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "match/stage.h"
#include "match/subset.h"

#define EVIDENCE_MAX (8 * RULES_BIT)
#define TARGETS_TASK 2048u
#define STATES_TARGET_MIN 4096u

struct line {
	uint64_t hash;
	int64_t amount;
	int64_t order; /* run: the value along which lines follow each other */
	uint32_t row, rep;
	int32_t w;
};

struct pool {
	uint32_t row; /* of the other side: a class's representative */
	int32_t w;
};

struct search {
	struct stage *s;
	const struct rules_pass *pass;
	uint16_t pass_no;
	int ts, ps;              /* sides of targets and of lines */
	uint32_t *first;         /* pool of each target: n + 1 */
	struct pool *pool;
	uint32_t *target;        /* rows that have one */
	uint32_t ntargets;
	uint64_t budget;         /* states per target */
	struct groups *found;    /* per task */
	struct match_pass_stat *stat;
};

/* ---- pools ---- */

/* Edges by target. */
static void make_pools(struct search *q, const struct edges *edges)
{
	struct engine *e = q->s->e;
	uint32_t n = e->n[q->ts];

	q->first = ENGINE_ZNEW(e, (size_t)n + 2, uint32_t);
	q->pool = ENGINE_NEW(e, edges->n + 1, struct pool);
	q->target = ENGINE_NEW(e, (size_t)n + 1, uint32_t);
	if (!engine_ok(e))
		return;
	for (size_t i = 0; i < edges->n; i++)
		q->first[(q->ts == LEFT ? edges->p[i].l : edges->p[i].r) + 2]++;
	for (uint32_t t = 0; t < n; t++) {
		if (q->first[t + 2] > 0)
			q->target[q->ntargets++] = t;
		q->first[t + 2] += q->first[t + 1];
	}
	for (size_t i = 0; i < edges->n; i++) {
		const struct edge *edge = &edges->p[i];
		uint32_t t = q->ts == LEFT ? edge->l : edge->r;
		q->pool[q->first[t + 1]++] =
			(struct pool){q->ts == LEFT ? edge->r : edge->l, edge->w};
	}
}

static int by_evidence(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->w != y->w)
		return x->w > y->w ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_order(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return by_evidence(a, b);
}

/* All open records of the pool; classes give each of theirs. */
static uint32_t gather_lines(const struct search *q, uint32_t target, struct line **lines,
	uint32_t *cap)
{
	const struct engine *e = q->s->e;
	uint32_t n = 0;

	for (uint32_t i = q->first[target]; i < q->first[target + 1]; i++) {
		uint32_t rep = q->pool[i].row;
		uint32_t row = e->head[q->ps] == NULL ? rep : e->head[q->ps][rep];
		for (uint32_t k = row_cap(e, q->ps, rep); k > 0 && row != NO_ROW; k--) {
			if (n == *cap) {
				struct line *more = realloc(*lines, (*cap * 2 + 64) * sizeof(*more));
				if (more == NULL)
					return 0;
				*lines = more;
				*cap = *cap * 2 + 64;
			}
			(*lines)[n++] = (struct line){.hash = e->row_hash[q->ps][row],
				.amount = row_amount(e, q->ps, row), .row = row, .rep = rep,
				.w = q->pool[i].w};
			row = e->chain[q->ps] == NULL ? NO_ROW : e->chain[q->ps][row];
		}
	}
	return n;
}

/* Lines larger than the target cannot be part of it when none has the other sign. */
static uint32_t prune(struct line *lines, uint32_t n, int64_t target, int64_t tolerance)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++)
		if (lines[i].amount == 0 || (lines[i].amount < 0) != (target < 0))
			return n;
	for (uint32_t i = 0; i < n; i++) {
		int64_t rest = target < 0 ? lines[i].amount - target : target - lines[i].amount;
		if (rest >= -tolerance)
			lines[kept++] = lines[i];
	}
	return kept;
}

/* ---- hypotheses ---- */

struct fit {
	const struct line *lines;
	uint32_t nlines;
	int64_t amount[SUBSET_POOL_MAX];
	struct groups *out;
	uint32_t target;
};

static int32_t mean_weight(const struct line *lines, uint32_t n)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += lines[i].w;
	return n == 0 ? 0 : (int32_t)(sum / n);
}

static bool add_group(struct search *q, struct groups *out, struct group g, const struct line *lines,
	const uint32_t *members, uint32_t n, int32_t mean)
{
	struct engine *e = q->s->e;
	int64_t sum = 0;

	g.first = (uint32_t)out->line.n;
	g.n = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct line *line = &lines[members == NULL ? i : members[i]];
		sum += line->w;
		if (!ENGINE_PUSH(e, &out->line, line->row))
			return false;
	}
	int32_t evidence = n == 0 ? 0 : (int32_t)(sum / n) - mean;
	g.w += MAX(MIN(evidence, EVIDENCE_MAX), -EVIDENCE_MAX);
	return ENGINE_PUSH(e, &out->group, g);
}

/* Do two sets of the pool hold the same records but for equal ones? Sums over class numbers. */
static uint64_t signature(const struct line *lines, uint64_t bits)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < SUBSET_POOL_MAX; i++)
		if ((bits >> i & 1) != 0)
			sum += mix64(lines[i].rep + UINT64_C(0x378));
	return sum;
}

/* Lines that cancel each other can be added to any fit: they belong to each other, not to it. */
static bool offsets_itself(const struct line *lines, const uint32_t *members, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = i + 1; k < n; k++)
			if (lines[members[i]].amount == -lines[members[k]].amount)
				return true;
	return false;
}

static void add_fits(struct search *q, struct groups *out, uint32_t target,
	const struct line *lines, uint32_t n, uint32_t pool, const struct subset_answer *a)
{
	uint64_t seen[SUBSET_FITS_MAX];
	uint32_t nseen = 0, listed = MIN(a->count, SUBSET_FITS_MAX), members[SUBSET_POOL_MAX];
	uint32_t padded = 0;
	const struct num *num = &q->s->e->num;
	int32_t mean = mean_weight(lines, n);
	int32_t chance = num_log2(num, (uint64_t)a->e0 + 1) - 16 * RULES_BIT;

	for (uint32_t f = 0; f < listed; f++) {
		uint64_t mark = signature(lines, a->fit[f]);
		uint32_t k = 0, count = 0;
		while (k < nseen && seen[k] != mark)
			k++;
		if (k < nseen)
			continue;
		for (uint32_t i = 0; i < n; i++)
			if ((a->fit[f] >> i & 1) != 0)
				members[count++] = i;
		if (offsets_itself(lines, members, count)) {
			padded++;
			continue;
		}
		seen[nseen++] = mark;
		struct group g = {.target = target, .pass = q->pass_no, .pool = pool,
			.target_side = (uint8_t)q->ts, .chance = chance, .cut = pool > n,
			.complete = a->outcome == SUBSET_FOUND && a->count <= SUBSET_FITS_MAX,
			.w = -chance - (a->count > SUBSET_FITS_MAX ? num_log2(num, a->count) : 0)};
		if (!add_group(q, out, g, lines, members, count, mean))
			return;
	}
	for (uint32_t k = 0; k < nseen && nseen + padded < a->count; k++)
		out->group.p[out->group.n - 1 - k].same = true;
}

static void search_subset(struct search *q, struct groups *out, struct subset_search *work,
	uint32_t target, struct line *lines, uint32_t n, int64_t amount, int64_t tolerance)
{
	const struct rules_group *rule = &q->pass->group;
	int64_t amounts[SUBSET_POOL_MAX];
	struct subset_answer a;

	n = prune(lines, n, amount, tolerance);
	if (n < rule->lines_min)
		return;
	qsort(lines, n, sizeof(*lines), by_evidence);
	uint32_t pool = n;
	bool cut = n > SUBSET_POOL_MAX;
	n = MIN(n, SUBSET_POOL_MAX);
	for (uint32_t i = 0; i < n; i++)
		amounts[i] = lines[i].amount;
	struct subset_query query = {.amount = amounts, .n = n, .target = amount,
		.tolerance = tolerance, .min_lines = MAX(rule->lines_min, 1u),
		.max_lines = rule->lines_max >= SUBSET_POOL_MAX ? 0 : rule->lines_max,
		.budget = q->budget};
	subset_find(work, &query, &a);
	__atomic_fetch_add(&q->stat->states, a.states, __ATOMIC_RELAXED);
	if (cut) {
		__atomic_fetch_add(&q->stat->pools_cut, 1, __ATOMIC_RELAXED);
		a.outcome = a.count > 0 ? SUBSET_NOT_PROVED : a.outcome;
	}
	if (a.reason == SUBSET_NOT_IDENTIFIABLE)
		__atomic_fetch_add(&q->stat->not_identifiable, 1, __ATOMIC_RELAXED);
	else if (a.outcome == SUBSET_NOT_PROVED)
		__atomic_fetch_add(&q->stat->unproved, 1, __ATOMIC_RELAXED);
	if (a.count > 0)
		add_fits(q, out, target, lines, n, pool, &a);
}

/* How likely a given sum is to hit a target of this size by chance: lattice points within reach of
 * the tolerance over those that sums of this size spread over. */
int32_t group_plain_chance(const struct engine *e, int64_t amount, int64_t tolerance)
{
	uint64_t size = (uint64_t)(amount < 0 ? -amount : amount);
	uint64_t spread = MAX(size / 4, UINT64_C(1)), reach = 2 * (uint64_t)tolerance + 1;

	return num_log2(&e->num, reach) - num_log2(&e->num, MAX(spread, reach));
}

static void search_all(struct search *q, struct groups *out, uint32_t target, struct line *lines,
	uint32_t n, int64_t amount, int64_t tolerance)
{
	uint32_t left_out[3], nout = 0, kept = 0;
	int64_t *amounts = malloc(((size_t)n + 1) * sizeof(*amounts));
	uint32_t *members = malloc(((size_t)n + 1) * sizeof(*members));

	if (amounts == NULL || members == NULL) {
		engine_fail(q->s->e, E_NO_MEMORY);
	} else {
		qsort(lines, n, sizeof(*lines), by_evidence);
		for (uint32_t i = 0; i < n; i++)
			amounts[i] = lines[i].amount;
		uint32_t ways = subset_all_but(amounts, n, amount, tolerance,
			MIN(q->pass->group.except_up_to, n - 1), left_out, &nout);
		for (uint32_t i = 0; i < n; i++) {
			bool out_of = false;
			for (uint32_t k = 0; k < nout; k++)
				out_of |= left_out[k] == i;
			if (!out_of)
				members[kept++] = i;
		}
		int32_t chance = group_plain_chance(q->s->e, amount, tolerance);
		for (uint32_t k = 0; k < nout; k++)
			chance += num_log2(&q->s->e->num, n);
		struct group g = {.target = target, .pass = q->pass_no, .pool = n,
			.target_side = (uint8_t)q->ts, .chance = chance, .complete = ways == 1,
			.w = -chance};
		if (ways > 0 && kept >= MIN(q->pass->group.lines_min, 1u) &&
			kept <= q->pass->group.lines_max)
			(void)add_group(q, out, g, lines, members, kept, mean_weight(lines, n));
	}
	free(amounts);
	free(members);
}

static void set_order(const struct search *q, struct line *lines, uint32_t n)
{
	const struct field *f = &q->s->e->f[q->pass->group.along];
	const struct vec *v = &f->v[q->ps];

	for (uint32_t i = 0; i < n; i++)
		lines[i].order = !v->present || !vec_valid(v, lines[i].row) ? INT64_MIN :
			v->i64 != NULL ? v->i64[lines[i].row] :
			v->i32 != NULL ? v->i32[lines[i].row] : 0;
	qsort(lines, n, sizeof(*lines), by_order);
}

static void search_run(struct search *q, struct groups *out, uint32_t target, struct line *lines,
	uint32_t n, int64_t amount, int64_t tolerance)
{
	int64_t *amounts = malloc(((size_t)n + 1) * sizeof(*amounts));
	uint32_t low = 0, high = 0;

	if (amounts == NULL) {
		engine_fail(q->s->e, E_NO_MEMORY);
		return;
	}
	set_order(q, lines, n);
	for (uint32_t i = 0; i < n; i++)
		amounts[i] = lines[i].amount;
	uint32_t ways = subset_run(amounts, n, amount, tolerance, q->pass->group.lines_min,
		q->pass->group.lines_max, &low, &high);
	free(amounts);
	if (ways == 0)
		return;
	int32_t chance = group_plain_chance(q->s->e, amount, tolerance) + num_log2(&q->s->e->num, n);
	struct group g = {.target = target, .pass = q->pass_no, .pool = n,
		.target_side = (uint8_t)q->ts, .chance = chance, .complete = ways == 1,
		.w = -chance};
	(void)add_group(q, out, g, lines + low, NULL, high - low, mean_weight(lines, n));
}

/* ---- the search ---- */

static int64_t tolerance_of(const struct search *q, uint32_t target)
{
	const struct engine *e = q->s->e;
	int exponent = col_currency_exponent(e->currencies[row_currency(e, q->ts, target)]);
	__int128 v = (__int128)q->pass->group.within * decimal_pow10(exponent) / RULES_MICRO;

#ifdef MATCH_PLANT_TOLERANCE
	v = MAX(v + (MATCH_PLANT_TOLERANCE), 0); /* a fault for the property tests to find */
#endif
	return v > DECIMAL_MONEY_MAX ? DECIMAL_MONEY_MAX : (int64_t)v;
}

static void search_target(struct search *q, struct groups *out, struct subset_search *work,
	uint32_t target, struct line *lines, uint32_t n)
{
	int64_t amount = row_amount(q->s->e, q->ts, target);
	int64_t tolerance = tolerance_of(q, target);

	if (n < q->pass->group.lines_min || n == 0 || amount == 0)
		return;
	switch (q->pass->group.how) {
	case RULES_GROUP_ALL:
		search_all(q, out, target, lines, n, amount, tolerance);
		break;
	case RULES_GROUP_RUN:
		search_run(q, out, target, lines, n, amount, tolerance);
		break;
	case RULES_GROUP_SUBSET:
		search_subset(q, out, work, target, lines, n, amount, tolerance);
		break;
	case RULES_GROUP_NONE:
	case RULES_GROUP_COUNT:
		break;
	}
}

static void search_task(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	struct search *q = arg;
	struct subset_search *work = subset_search_new();
	struct line *lines = NULL;
	uint32_t cap = 0, end = MIN((task + 1) * TARGETS_TASK, q->ntargets);

	(void)thread;
	if (work == NULL)
		engine_fail(e, E_NO_MEMORY);
	for (uint32_t i = task * TARGETS_TASK; i < end && engine_ok(e); i++) {
		uint32_t n = gather_lines(q, q->target[i], &lines, &cap);
		search_target(q, &q->found[task], work, q->target[i], lines, n);
		if (e->opt->cancel != NULL && atomic_load(e->opt->cancel))
			engine_fail(e, E_CANCELLED);
	}
	free(lines);
	subset_search_free(&work);
}

/* Tasks' findings in their order. */
static void join_groups(struct search *q, uint32_t ntasks)
{
	struct engine *e = q->s->e;
	struct groups *to = &q->s->groups;

	for (uint32_t t = 0; t < ntasks; t++) {
		const struct groups *from = &q->found[t];
		for (size_t i = 0; i < from->group.n && engine_ok(e); i++) {
			struct group g = from->group.p[i];
			const uint32_t *line = from->line.p + g.first;
			g.first = (uint32_t)to->line.n;
			for (uint32_t k = 0; k < g.n; k++)
				(void)ENGINE_PUSH(e, &to->line, line[k]);
			if (g.w > 0)
				(void)ENGINE_PUSH(e, &to->group, g);
		}
		engine_free(e, from->group.p);
		engine_free(e, from->line.p);
	}
}

void group_pass(struct stage *s, uint32_t pass)
{
	struct engine *e = s->e;
	struct edges edges = {0};
	struct search q = {.s = s, .pass = &e->rs->passes[pass], .pass_no = (uint16_t)pass,
		.stat = &e->stats[pass]};

	q.ts = q.pass->kind == KIND_1_N ? LEFT : RIGHT;
	q.ps = 1 - q.ts;
	intern_row_hashes(e);
	block_pass(e, pass, &edges);
	engine_phase(e, MATCH_PHASE_GROUPS);
	if (engine_ok(e))
		make_pools(&q, &edges);
	engine_free(e, edges.p);
	uint32_t ntasks = (q.ntargets + TARGETS_TASK - 1) / TARGETS_TASK;
	q.found = ENGINE_ZNEW(e, (size_t)ntasks + 1, struct groups);
	uint64_t states = e->rs->limit_states != 0 ? e->rs->limit_states : STATES_DEFAULT;
	uint64_t share = states / (q.ntargets + 1);
	q.budget = share < STATES_TARGET_MIN ? STATES_TARGET_MIN : MIN(share, STATES_TARGET);
	if (engine_ok(e)) {
		par_for(e, ntasks, search_task, &q);
		join_groups(&q, ntasks);
	}
	engine_free(e, q.found);
	engine_free(e, q.first);
	engine_free(e, q.pool);
	engine_free(e, q.target);
}
