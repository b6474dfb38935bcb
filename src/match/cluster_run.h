#ifndef MATCH_CLUSTER_RUN_H
#define MATCH_CLUSTER_RUN_H
/*
 * Deduplication from table to clusters: the learned model compares the records of one table with
 * each other (learn.h), cluster.h makes clusters of the pairs. A ruleset for it has one pass, of
 * kind "same" and mode "learn"; both sides of its fields name columns of that one table.
 */
#include "base/buf.h"
#include "match/cluster.h"
#include "match/match.h"

/* What the receipt says beside the clusters. */
struct match_same {
	struct clusters clusters;
	uint32_t rows;
	uint32_t excluded;     /* rows that the ruleset does not take: each stands alone */
	uint32_t several;      /* clusters of more than one row */
	uint32_t surplus;      /* rows beyond the first of each cluster */
	uint32_t links;        /* pairs at CLUSTER_LINK or more */
	uint64_t pairs;        /* compared */
	uint64_t not_searched; /* left out by a budget */
	char *model;           /* what was learned, or scored by, as JSON; NULL: nothing */
	int32_t prior;         /* log2 of the odds that two records are the same, 1/64 bit */
	uint64_t peak_bytes;   /* unhashed: the engine's own memory */
};

void match_same_free(struct match_same *s); /* also the CLEANUP function */

/* Every column compared with itself. E_INVALID when the table has none that can be. */
MUST_CHECK int match_propose_same(
	const struct col_table *table, struct sv label, struct buf *out, struct err *err);

/* With options->model it only scores. E_RULESET when the ruleset is not for one table; else as match_run. Writes *ret on success only.
 */
MUST_CHECK int match_dedupe(const struct col_table *table, const struct ruleset *rules,
	const struct match_options *options, struct match_same *ret, struct err *err);

/* Appends the receipt as JSON, as receipt_to_json does. path and sha256 (hex) of the file and
 * clusters_sha256 may be NULL. */
struct receipt_run;
void match_same_receipt(const struct match_same *s, const struct ruleset *rules,
	const struct receipt_run *run, struct buf *out);

#endif
