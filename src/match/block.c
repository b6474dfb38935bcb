/*
 * Candidates: all pairs of open records for which the tests of a pass hold, found without looking at
 * all pairs. A branch's tests give the plan (block_plan.c). One side is indexed (block_index.c), the
 * other probes it row by row (block_probe.c), so edges come out sorted by the probing row.
 */
#include <stdlib.h>

#include "match/block.h"
#include "match/learn.h"

static void run_branch(struct plan *p, struct edges *ret)
{
	struct engine *e = p->e;
	uint64_t limit = e->rs->limit_pairs != 0 ? e->rs->limit_pairs : PAIRS_DEFAULT;
	uint64_t share = limit / MAX(e->nopen[p->sa], 1u);

	plan_make(p);
	p->row_pairs = (uint32_t)MIN(MAX(share, ROW_PAIRS_MIN), UINT32_MAX);
	/* Prior odds are about 1 / rows; odds below 2^-9 are not worth keeping. */
	p->least = num_log2(&e->num, MAX(e->nopen[p->sb], 1u)) - 9 * RULES_BIT;
	if (engine_ok(e))
		index_make(p);
	if (engine_ok(e))
		probe_all(p, ret);
	e->stats[p->pass_no].pairs += p->pairs;
	e->stats[p->pass_no].not_searched += p->cut;
	index_free(p);
	engine_free(e, p->owned[0]);
	engine_free(e, p->owned[1]);
}

static int by_ends(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	if (x->r != y->r)
		return x->r < y->r ? -1 : 1;
	return x->pass < y->pass ? -1 : x->pass > y->pass;
}

void edges_unify(struct edges *edges)
{
	size_t kept = 0;

	if (edges->n < 2)
		return;
	qsort(edges->p, edges->n, sizeof(*edges->p), by_ends);
	for (size_t i = 0; i < edges->n; i++)
		if (kept == 0 || edges->p[i].l != edges->p[kept - 1].l ||
			edges->p[i].r != edges->p[kept - 1].r)
			edges->p[kept++] = edges->p[i];
	edges->n = kept;
}

static int pass_side(uint8_t kind, int which)
{
	if (kind == KIND_NET_LEFT)
		return LEFT;
	if (kind == KIND_NET_RIGHT)
		return RIGHT;
	return which == 0 ? LEFT : RIGHT;
}

static void run_one(struct engine *e, uint32_t pass, const struct rules_branch *branch, bool learn,
	struct edges *ret)
{
	const struct rules_pass *rule = &e->rs->passes[pass];
	struct plan p = {.e = e, .pass = rule, .pass_no = (uint16_t)pass, .branch = branch,
		.sa = pass_side(rule->kind, 0), .sb = pass_side(rule->kind, 1), .learn = learn};

	run_branch(&p, ret);
}

/* A learned pass has no tests of its own: whatever shares a value, a rare word or the beginning of a
 * text in any field is a candidate, and the weight chooses. */
static void learned_branches(struct engine *e, uint32_t pass, struct edges *ret)
{
	const struct rules_pass *rule = &e->rs->passes[pass];

	for (uint32_t i = 0; i < e->ncompared && engine_ok(e); i++) {
		const struct field *f = &e->f[e->compared[i]];
		struct rules_test test = {.field = e->compared[i], .op = RULES_OP_SAME};
		struct rules_branch branch = {&test, 1};
		bool used = rule->use == NULL;
		for (uint32_t k = 0; k < rule->nuse && !used; k++)
			used = rule->use[k] == test.field;
		if (!used || f->rule->type == RULES_DATE || f->rule->type == RULES_CURRENCY)
			continue;
		if (!f->textual || f->listed)
			run_one(e, pass, &branch, true, ret);
		/* Equal texts share their words: one set of keys serves both. */
		test.op = RULES_OP_LIKE;
		if (f->textual && !f->listed && engine_ok(e))
			run_one(e, pass, &branch, true, ret);
	}
}

void block_pass(struct engine *e, uint32_t pass, struct edges *ret)
{
	const struct rules_pass *rule = &e->rs->passes[pass];
	bool learn = rule->mode == RULES_MODE_LEARN && rule->when.nbranches == 1 &&
		rule->when.branches[0].ntests == 0;
	size_t before = ret->n;

	if (rule->mode == RULES_MODE_LEARN && rule->kind == KIND_1_1) {
		learn_pass(e, pass, ret);
		return;
	}
	if (learn)
		learned_branches(e, pass, ret);
	for (uint32_t b = 0; b < rule->when.nbranches && !learn && engine_ok(e); b++)
		run_one(e, pass, &rule->when.branches[b], false, ret);
	if (engine_ok(e) && (before > 0 || rule->when.nbranches > 1 || learn))
		edges_unify(ret);
}
