/*
 * What a branch's tests say about where its candidates are: fields that must be equal name a block, a
 * window of days or a band of amounts orders the rows of a block, and what is left is tested pair by
 * pair.
 */
#include "match/block.h"

#define PRODUCT_MAX UINT64_C(20000000)
#define COARSE 4u /* pairs per row of a block that are not worth another key */

/* Pairs of rows with equal ids: the cost of a block. */
static uint64_t pairs_of_field(const struct engine *e, const struct field *f, int sa, int sb)
{
	uint64_t sum = 0;

	(void)e;
	if (sa != sb && f->seen != NULL)
		return f->equal_pairs;
	for (uint32_t id = 1; id < f->nids; id++)
		sum += (uint64_t)f->count[sa][id] * f->count[sb][id];
	return sum;
}

static uint64_t pairs_of_ids(struct plan *p)
{
	struct engine *e = p->e;
	uint32_t *count = ENGINE_ZNEW(e, p->nids + 1, uint32_t);
	uint64_t sum = 0;

	if (count == NULL)
		return 0;
	for (uint32_t r = 0; r < e->n[p->sb]; r++)
		count[p->id[1][r]]++;
	count[0] = 0;
	for (uint32_t r = 0; r < e->n[p->sa]; r++)
		sum += count[p->id[0][r]];
	engine_free(e, count);
	return sum;
}

/* The equality test that leaves fewest pairs among those not used yet, or -1. */
static int best_equality(const struct plan *p, uint64_t *ret_pairs)
{
	int best = -1;

	for (uint32_t i = 0; i < p->branch->ntests; i++) {
		const struct rules_test *t = &p->branch->tests[i];
		const struct field *f = &p->e->f[t->field];
		if (t->op != RULES_OP_SAME || t->missing != RULES_MISSING_FAIL || f->listed ||
			(p->skip >> i & 1) != 0 || f->id[p->sa] == NULL || f->id[p->sb] == NULL)
			continue;
		uint64_t pairs = pairs_of_field(p->e, f, p->sa, p->sb);
		if (best < 0 || pairs < *ret_pairs) {
			best = (int)i;
			*ret_pairs = pairs;
		}
	}
	return best;
}

/* Adds a field to the block: value ids of the pair (block so far, field). */
static void refine(struct plan *p, int test)
{
	struct engine *e = p->e;
	const struct field *f = &e->f[p->branch->tests[test].field];
	uint32_t *made[2] = {NULL, NULL};
	uint32_t nids = 0;

	/* Sides not taking part still need arrays of their length. */
	uint32_t *a[2], *b[2];
	for (int s = 0; s < 2; s++) {
		bool used = s == p->sa || s == p->sb;
		uint32_t *id = s == p->sa ? p->id[0] : p->id[1];
		a[s] = used ? id : f->id[s];
		b[s] = f->id[s];
	}
	intern_pairs(e, a, b, made, &nids);
	for (int k = 0; k < 2; k++)
		engine_free(e, p->owned[k]);
	p->owned[0] = made[0];
	p->owned[1] = made[1];
	p->id[0] = made[p->sa];
	p->id[1] = made[p->sb];
	p->nids = nids;
	p->by = NULL;
	p->skip |= UINT64_C(1) << test;
}

static bool plan_equalities(struct plan *p)
{
	uint64_t pairs = 0;
	int best = best_equality(p, &pairs);

	if (best < 0)
		return false;
	const struct field *f = &p->e->f[p->branch->tests[best].field];
	p->keys = KEYS_IDS;
	p->id[0] = f->id[p->sa];
	p->id[1] = f->id[p->sb];
	p->nids = f->nids;
	p->by = f->seen != NULL ? f : NULL;
	p->skip |= UINT64_C(1) << best;
	while (engine_ok(p->e) && pairs > COARSE * ((uint64_t)p->e->n[p->sa] + p->e->n[p->sb])) {
		uint64_t ignored = 0;
		best = best_equality(p, &ignored);
		if (best < 0)
			break;
		refine(p, best);
		if (engine_ok(p->e))
			pairs = pairs_of_ids(p);
	}
	return true;
}

static bool is_band(const struct engine *e, const struct rules_test *t)
{
	const struct field *f = &e->f[t->field];

	if (t->missing != RULES_MISSING_FAIL)
		return false;
	switch (t->op) {
	case RULES_OP_DAYS:
		return true;
	case RULES_OP_OPPOSITE:
	case RULES_OP_WITHIN:
	case RULES_OP_PERCENT:
	case RULES_OP_EXPECT:
	case RULES_OP_RATE:
		return f->rule->type != RULES_DATE && f->rule->type != RULES_CURRENCY;
	default:
		return false;
	}
}

/* An amount narrows more than a window of days does. */
static void plan_band(struct plan *p)
{
	const struct rules_test *days = NULL;

	for (uint32_t i = 0; i < p->branch->ntests; i++) {
		const struct rules_test *t = &p->branch->tests[i];
		if (!is_band(p->e, t))
			continue;
		if (t->op == RULES_OP_DAYS)
			days = t;
		else if (p->band == NULL)
			p->band = t;
	}
	if (days == NULL)
		return;
	if (p->band == NULL) {
		p->band = days;
		if (days->business_days)
			p->calendar = test_calendar(p->e, days->calendar);
	} else if (p->keys == KEYS_ALL && !days->business_days) {
		const struct field *f = &p->e->f[days->field];
		p->keys = KEYS_DAYS;
		p->days = days;
		p->id[0] = f->id[p->sa];
		p->id[1] = f->id[p->sb];
		p->nids = f->nids;
	}
}

/* Several keys per row: a listed code, or words of a text that must be alike. */
static bool plan_words(struct plan *p, bool listed)
{
	for (uint32_t i = 0; i < p->branch->ntests; i++) {
		const struct rules_test *t = &p->branch->tests[i];
		struct field *f = &p->e->f[t->field];
		bool fits = listed ? f->listed && t->op == RULES_OP_SAME :
			f->textual && (t->op == RULES_OP_LIKE ||
				(t->op == RULES_OP_PREFIX && t->high >= 4) ||
				(t->op == RULES_OP_CONTAINS && t->text.n == 0));
		if (!fits || t->missing != RULES_MISSING_FAIL || p->sa == p->sb)
			continue;
		words_prepare(p->e, f);
		p->keys = KEYS_WORDS;
		p->words = f;
		p->prefix_key = !listed;
		p->nids = f->word_mask + 2;
		return true;
	}
	return false;
}

void plan_make(struct plan *p)
{
	struct engine *e = p->e;
	uint64_t product = (uint64_t)e->nopen[p->sa] * e->nopen[p->sb];

	p->keys = KEYS_ALL;
	p->nids = 2;
	p->currencies = e->currency[0] != NULL;
	for (uint32_t i = 0; i < p->branch->ntests; i++)
		p->currencies &= p->branch->tests[i].op != RULES_OP_RATE;
	if (!plan_equalities(p))
		(void)plan_words(p, true);
	plan_band(p);
	bool wide = p->band == NULL || p->band->op == RULES_OP_DAYS;
	if (p->keys == KEYS_ALL && wide && (product > PRODUCT_MAX || p->learn))
		(void)plan_words(p, false);
}
