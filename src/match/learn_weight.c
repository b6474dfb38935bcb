/*
 * From a model to weights: start values, levels merged that are worth the same, and the sum over a
 * pair's comparisons.
 */
#include <string.h>

#include "match/learn_parts.h"

#define MERGE_MATCHES 20.0
#define MERGE_BITS 13      /* 0.2 bit */
#define SAMPLED_FEW 8.0    /* pairs of the sample from which u is known */
#define TELLS_LEAST 0.1    /* bits; less is noise */
#define FORCED_ROUNDS 2
#define SCALE 40           /* learn_log2() looks at 2^-40 and more */

int32_t learn_log2(double v)
{
	double scaled = v * (double)(UINT64_C(1) << SCALE);

	if (!(scaled >= 1))
		return -SCALE * RULES_BIT;
	if (scaled >= 9e18)
		return 22 * RULES_BIT;
	return num_log2_of((uint64_t)scaled) - SCALE * RULES_BIT;
}

/* ---- start values ---- */

static void start_long(struct learn *n, struct comparison *c)
{
	double sum = 0;

	for (uint32_t k = 0; k < c->nlevels; k++) {
		c->start[k] = c->u[k] * num_pow2(&n->e->num, learn_long_shape(k));
		sum += c->start[k];
	}
	for (uint32_t k = 0; k < c->nlevels; k++)
		c->start[k] /= sum;
}

void learn_start_again(struct comparison *c)
{
	for (uint32_t k = 0; k < c->nlevels; k++)
		c->start[k] = k == AMOUNT_EQUAL ? .4 : .6 / (c->nlevels - 1);
}

static void start_values(struct learn *n, struct comparison *c)
{
	static const double text[SHORT_LEVELS] = {.6, .1, .08, .04, .05, .04, .03, .06};

	switch (c->how) {
	case LEARN_SAME:
		c->start[0] = .8;
		c->start[1] = .2;
		break;
	case LEARN_SHORT:
		memcpy(c->start, text, sizeof(text));
		break;
	case LEARN_LONG:
		start_long(n, c);
		break;
	case LEARN_AMOUNT:
		learn_start_again(c);
		break;
	case LEARN_DATE:
		for (uint32_t k = 0; k < c->nlevels; k++)
			c->start[k] = 1.0 / c->nlevels;
		break;
	}
}

static void start_one(struct learn *n, struct comparison *c)
{
	start_values(n, c);
	/* A column may as well be noise: or else ten of them would hide what the others say. */
	for (uint32_t k = 0; k < c->nlevels; k++)
		c->m[k] = (c->start[k] + c->u[k]) / 2;
}

void learn_start(struct learn *n)
{
	uint64_t least = MIN(n->nrows[0], n->nrows[1]);

	for (uint32_t i = 0; i < n->nc; i++)
		start_one(n, &n->c[i]);
	n->expected = (double)least / 2;
	n->forced = FORCED_ROUNDS;
	learn_weights(n, false);
}

/* ---- weights ---- */

struct run {
	double m, u, seen;
};

/* Levels that stand in an order: neighbours may be merged. */
static bool may_join(const struct comparison *c, unsigned level)
{
	switch (c->how) {
	case LEARN_SAME:
		return false;
	case LEARN_SHORT:
		return level >= SHORT_EDIT1 && level < SHORT_ELSE;
	case LEARN_LONG:
		return true;
	case LEARN_AMOUNT:
		return level < AMOUNT_OTHER && level != AMOUNT_EQUAL;
	case LEARN_DATE:
		return level < DATE_RANGES;
	}
	return false;
}

/* What is taken for u when runs are compared: of long texts, with their shape. */
static double base_of(const struct learn *n, const struct comparison *c, unsigned level)
{
	if (c->how != LEARN_LONG)
		return c->u[level];
	return c->u[level] * num_pow2(&n->e->num, learn_long_shape(level));
}

static bool alike(const struct run *a, const struct run *b)
{
	if (a->seen < MERGE_MATCHES && b->seen < MERGE_MATCHES)
		return true;
	int32_t apart = learn_log2(a->m / a->u) - learn_log2(b->m / b->u);
	return apart < MERGE_BITS && apart > -MERGE_BITS;
}

static void merge_levels(const struct learn *n, struct comparison *c)
{
	for (uint32_t k = 0, end; k < c->nlevels; k = end) {
		struct run run = {c->m[k], base_of(n, c, k), c->seen[k]};
		for (end = k + 1; end < c->nlevels && may_join(c, k) && may_join(c, end); end++) {
			struct run next = {c->m[end], base_of(n, c, end), c->seen[end]};
			if (!alike(&run, &next))
				break;
			run = (struct run){run.m + next.m, run.u + next.u, run.seen + next.seen};
		}
		for (uint32_t i = k; i < end; i++) {
			c->low[i] = (uint8_t)k;
			c->high[i] = (uint8_t)(end - 1);
		}
	}
}

/* Pairs of the sample at the levels that one is merged with. */
static double sampled_at(const struct comparison *c, uint32_t k)
{
	double u = 0;

	for (uint32_t i = c->low[k]; i <= c->high[k]; i++)
		u += c->u[i];
	return u * c->sampled;
}

/* More in common is worth more: where hardly a pair of the sample fell, u is not known better than the
 * sample is large, and cells with few matches would be worth least. */
static void rise(struct comparison *c)
{
	for (uint32_t k = 0; k < c->nlevels; k++) {
		int32_t w = c->log_m[k] - c->log_u[k];
		if (sampled_at(c, k) >= SAMPLED_FEW)
			continue;
		if (k % LONG_SHARES > 0)
			w = MAX(w, c->log_m[k - 1] - c->log_u[k - 1] + LONG_SHARE_BITS);
		if (k >= LONG_SHARES)
			w = MAX(w, c->log_m[k - LONG_SHARES] - c->log_u[k - LONG_SHARES] + LONG_STEP_BITS);
		c->log_m[k] = w + c->log_u[k];
	}
}

static void weigh_levels(const struct learn *n, struct comparison *c)
{
	c->bits = 0;
	for (uint32_t k = 0; k < c->nlevels; k++) {
		double m = 0, u = 0;
		for (uint32_t i = c->low[k]; i <= c->high[k]; i++) {
			m += c->m[i];
			u += base_of(n, c, i);
		}
		c->log_m[k] = learn_log2(m);
		c->log_u[k] = learn_log2(u);
		if (c->how == LEARN_LONG) {
			c->log_m[k] -= c->log_u[k];
			c->log_u[k] = -learn_long_shape(k);
		}
	}
	if (c->how == LEARN_LONG)
		rise(c);
	for (uint32_t k = 0; k < c->nlevels; k++)
		c->bits += c->m[k] * (c->log_m[k] - c->log_u[k]) / RULES_BIT;
}

void learn_weights(struct learn *n, bool merge)
{
	for (uint32_t i = 0; i < n->nc; i++) {
		struct comparison *c = &n->c[i];
		for (uint32_t k = 0; k < c->nlevels; k++)
			c->low[k] = c->high[k] = (uint8_t)k;
		if (merge)
			merge_levels(n, c);
		weigh_levels(n, c);
		c->dropped = c->muted || (merge && c->bits < TELLS_LEAST);
	}
}

static int32_t weigh(const struct learn *n, uint32_t k, const uint8_t *level, int32_t shape, uint32_t l,
	uint32_t r)
{
	const struct comparison *c = &n->c[k];

	if (level[k] >= LEARN_LEVELS_MAX || c->dropped)
		return 0;
	int32_t log_u = learn_log_u(n, c, level[k], shape, l, r);
	return c->log_m[level[k]] - learn_joint_log_u(n, k, level, log_u, l, r);
}

int32_t learn_weigh(const struct learn *n, struct metric *m, uint32_t l, uint32_t r)
{
	uint8_t level[LEARN_COMPARISONS_MAX];
	int32_t shape[LEARN_COMPARISONS_MAX] = {0}, w = 0;

	for (uint32_t k = 0; k < n->nc; k++)
		level[k] = n->c[k].dropped ? LEARN_LEVELS_MAX :
			(uint8_t)learn_level(n, &n->c[k], m, l, r, &shape[k]);
	for (uint32_t k = 0; k < n->nc; k++)
		w += weigh(n, k, level, shape[k], l, r);
	return w;
}

void learn_weigh_each(const struct learn *n, struct metric *m, uint32_t l, uint32_t r,
	uint8_t ret_level[LEARN_COMPARISONS_MAX], int32_t ret_bits[LEARN_COMPARISONS_MAX])
{
	int32_t shape[LEARN_COMPARISONS_MAX] = {0};

	for (uint32_t k = 0; k < n->nc; k++)
		ret_level[k] = (uint8_t)learn_level(n, &n->c[k], m, l, r, &shape[k]);
	for (uint32_t k = 0; k < n->nc; k++)
		ret_bits[k] = weigh(n, k, ret_level, shape[k], l, r);
}
