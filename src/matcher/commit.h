#ifndef MATCHER_COMMIT_H
#define MATCHER_COMMIT_H
/*
 * A job's end. A finished one is one transaction: the vault rows of result, receipt and model, the
 * records that its confirmed matches take, statistics, the job, its task and the audit row; all of
 * it is fenced by the task's attempt, so a worker that lost its lease commits nothing.
 *
 * The task is ended first: its row stays locked until the transaction ends, so nobody claims it
 * from a worker that was stopped in the middle, until the server ends the pausing transaction.
 *
 * The objects are complete in the vault before; whoever fails to commit removes them.
 */
#include "match/match.h"
#include "store/store_job.h"
#include "store/store_object.h"
#include "store/store_record.h"
#include "store/store_task.h"

/* Everything that the transaction writes. Borrowed. */
struct commit {
	const struct task *task;
	const struct job *job;
	const struct object *result;
	const struct record_set *taken;
	const struct record_parts *parts;
	const struct job_stats *stats;
	struct sv summary;
	const struct object *receipt, *model; /* NULL: none */
};

/* The members of confirmed matches: whole records into set, of partial matches into parts (arrays
 * in arena). E_NO_MEMORY; E_INTERNAL: the engine gave a record twice. */
MUST_CHECK int commit_members(const struct match_input *inputs, const struct ruleset *rules,
	const struct result *r, struct arena *arena, struct record_set *set,
	struct record_parts *parts, struct err *err);

/* One attempt. E_FENCED, E_RECORD_TAKEN (a person took one meanwhile), or E_UNAVAILABLE, after
 * which it is not known whether it committed. */
MUST_CHECK int commit_done(struct db *db, const struct commit *c, struct err *err);
/* Repeats after E_UNAVAILABLE, a few times, and finds out when a lost answer meant success. */
MUST_CHECK int commit_done_surely(struct db *db, const struct commit *c, struct err *err);

/* The other ends, each one transaction. */
MUST_CHECK int commit_failed(
	struct db *db, const struct task *task, const struct err *why, struct err *err);
MUST_CHECK int commit_cancelled(struct db *db, const struct task *task, struct err *err);
/* Waits again: untouched (seconds 0, why NULL), or after a failure that may pass. */
MUST_CHECK int commit_again(struct db *db, const struct task *task, int64_t seconds,
	const struct err *why, struct err *err);
/* Ends one job that nobody will finish any more: poisoned, or cancelled while its worker was gone.
 * E_NOT_FOUND: there is none. */
MUST_CHECK int commit_abandoned(struct db *db, struct err *err);

#endif
