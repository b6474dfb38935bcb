#ifndef MATCHER_STAT_H
#define MATCHER_STAT_H
/*
 * What a result amounts to: the rows of job_stat and the summary that people see first. Pure.
 *
 * job_stat counts every record once: under the status of its match, or as open. The day is that of
 * the record's first date field, 1970-01-01 without one; minor is what was allocated, or remains.
 */
#include "base/arena.h"
#include "match/match.h"
#include "store/store_job.h"

/* Rows by (day, side, pass, kind, status, currency), in that order. Texts and arrays live in arena.
 * E_NO_MEMORY. */
MUST_CHECK int stat_rows(const struct match_input *inputs, const struct ruleset *rules,
	const struct result *r, struct arena *arena, struct job_stats *ret, struct err *err);
/* The job's summary as JSON, with what decisions said about earlier results. */
MUST_CHECK int stat_summary(const struct result *r, const struct match_receipt *receipt,
	const struct calibration *calibration, struct buf *ret, struct err *err);

#endif
