#ifndef MATCH_MARGINAL_H
#define MATCH_MARGINAL_H
/*
 * How likely each pair of a component is, all of its rivals considered: marginals of the one-to-one
 * model by belief propagation (Bayati, Shah and Sharma 2008; Huang and Jebara 2009). Only correctly
 * rounded operations in a fixed order, so results are the same everywhere.
 */
#include "base/base.h"
#include "match/assign.h"

struct marginal_work;
struct marginal_work *marginal_work_new(void); /* NULL without memory */
void marginal_work_free(struct marginal_work **w);

/* a: graph and capacities as for assign_solve. odds: prior and evidence of each edge. Writes the
 * probability of each edge, of classes: that a member has a partner in the other class. False
 * without memory. */
MUST_CHECK bool marginal_run(struct marginal_work *w, const struct assign *a, const double *odds,
	double *ret_p);

#endif
