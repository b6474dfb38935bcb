#ifndef MATCH_SMALL_H
#define MATCH_SMALL_H
/*
 * Components so small that every way of pairing can be looked at: which one is best, how much is lost
 * when one of its pairs is forbidden, and how likely each pair is, all out of one list. Says what
 * assign_solve() and marginal_solve() say of the same component, at a fraction of their cost; of
 * several best ways the one that has the first pair.
 */
#include "match/assign.h"
#include "match/num.h"

/* a: as for assign_solve(). bits: log2 of each edge's odds, 1/64 bit. False, with nothing written,
 * when there are classes of equal records or too many ways. */
bool small_solve(struct assign *a, const int32_t *bits, const struct num *num, double *ret_p);

#endif
