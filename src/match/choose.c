/*
 * "choose": where a rule, not evidence, says which of several eligible pairs it is. Nearest date:
 * the fewest days between all pairs together. Oldest: old records first, oldest with oldest, which
 * is the largest sum of products of ages (rearrangement inequality). One step of it is worth as
 * much as a margin can be, so evidence decides between equals only.
 */
#include "match/stage.h"

#define STEP ((int32_t)MATCH_MARGIN_CAP)
#define DAYS_MOST 400
#define AGE_MOST 365

static const struct field *date_of(const struct engine *e)
{
	for (uint32_t i = 0; i < e->nf; i++)
		if (e->f[i].rule->type == RULES_DATE && e->f[i].both)
			return &e->f[i];
	return NULL;
}

static int32_t last_day(const struct engine *e, const struct field *f)
{
	int32_t last = INT32_MIN;

	for (int side = 0; side < 2; side++)
		for (uint32_t r = 0; r < e->n[side]; r++)
			if (vec_valid(&f->v[side], r))
				last = MAX(last, f->v[side].i32[r]);
	return last;
}

void choose_prepare(struct stage *s, uint32_t first_pass, uint32_t npasses)
{
	for (uint32_t p = first_pass; p < first_pass + npasses; p++)
		if (s->e->rs->passes[p].choose != RULES_CHOOSE_WEIGHT)
			s->choose = s->e->rs->passes[p].choose;
	if (s->choose == RULES_CHOOSE_WEIGHT)
		return;
	s->date = date_of(s->e);
	s->last_day = s->date == NULL ? 0 : last_day(s->e, s->date);
}

static int32_t age(const struct stage *s, int32_t day)
{
	int64_t days = (int64_t)s->last_day - day + 1;

	return (int32_t)MIN(MAX(days, 1), AGE_MOST);
}

int32_t choose_value(const struct stage *s, const struct edge *edge)
{
	const struct vec *l, *r;

	if (s->choose == RULES_CHOOSE_WEIGHT || s->date == NULL)
		return 0;
	l = &s->date->v[s->side[0]];
	r = &s->date->v[s->side[1]];
	if (!vec_valid(l, edge->l) || !vec_valid(r, edge->r))
		return 0;
	if (s->choose == RULES_CHOOSE_OLDEST)
		return age(s, l->i32[edge->l]) * age(s, r->i32[edge->r]) * STEP;
	int64_t days = (int64_t)r->i32[edge->r] - l->i32[edge->l];
	return (int32_t)(DAYS_MOST - MIN(days < 0 ? -days : days, DAYS_MOST)) * STEP;
}

double choose_confidence(const struct stage *s, double odds, uint32_t margin)
{
	double other = num_pow2(&s->e->num, -(int32_t)margin);

	return odds / (1 + odds) / (1 + other);
}
