#ifndef MATCH_MARGINAL_H
#define MATCH_MARGINAL_H
/*
 * How likely each hypothesis of a component is, all of its rivals considered: marginals of the model
 * in which a record is in one match at most and every set of matches is as likely as the product
 * of its odds. A pair is an edge, a group an edge between all of its records.
 *
 * Small components are counted out: exact. Larger ones by belief propagation (Bayati, Shah and
 * Sharma 2008; Huang and Jebara 2009; for groups the same messages from record to hypothesis),
 * which is exact on trees and counts short loops twice. Only correctly rounded operations in a
 * fixed order, so results are the same everywhere.
 */
#include "base/base.h"
#include "match/assign.h"
#include "match/compete.h"
#include "match/num.h"

struct marginal_work;
struct marginal_work *marginal_work_new(void); /* NULL without memory */
void marginal_work_free(struct marginal_work **w);

struct marginal {
	const struct assign *a;      /* graph and capacities */
	const double *odds;          /* of each edge: prior and evidence */
	const int32_t *bits;         /* their log2, 1/64 bit; NULL: never counted out */
	const struct num *num;       /* where bits are given */
	uint32_t ng;
	const struct compete_group *group; /* w: log2 of the odds, 1/64 bit */
	const uint32_t *node;              /* of the groups; left nodes, then right ones */
	/* out, of the caller */
	double *p;                   /* of each edge; of classes: that a member has a partner there */
	double *group_p;
	bool *group_rival;           /* something else that is not hopeless wants one of its records */
	bool exact;
};

/* False without memory. */
MUST_CHECK bool marginal_solve(struct marginal_work *w, struct marginal *m);

/* Pairs alone, by belief propagation. a: graph and capacities as for assign_solve. odds: prior and
 * evidence of each edge. Writes the probability of each edge. False without memory. */
MUST_CHECK bool marginal_run(struct marginal_work *w, const struct assign *a, const double *odds,
	double *ret_p);

#endif
