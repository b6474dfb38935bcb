#ifndef STORE_STORE_TASK_H
#define STORE_STORE_TASK_H
/*
 * The one queue. A worker claims a task for lease seconds of the server's clock, renews the lease,
 * and ends the task in the same transaction as its effects. Its `attempt` is the fence: when the
 * lease ran out and somebody else claimed, every call of the former owner gives E_FENCED.
 */
#include "store/db.h"

#define TASK_LEASE_SECONDS 15
#define TASK_HEARTBEAT_SECONDS 5
#define TASK_STRIKES 3 /* claims that were not given back, after which it is poisoned */

struct task {
	struct uuid id;
	enum word kind; /* TASK_ */
	struct uuid subject, project_id; /* project nil: a letter */
	int32_t attempt, strikes;
	struct sv request_id; /* of the request that made it; SV_NULL: none */
	int64_t created_at;
};

/* Inside the transaction that wants the work; project is nil for a letter (TASK_MAIL). E_CONFLICT:
 * one is waiting or running. */
MUST_CHECK int store_task_insert(struct db *db, enum word kind, const struct uuid *subject,
	const struct uuid *project, struct sv request_id, struct err *err);
/* The longest due task of these kinds. E_NOT_FOUND: none. */
MUST_CHECK int store_task_claim(struct db *db, const enum word *kinds, size_t nkinds,
	struct sv worker, int64_t lease_seconds, struct arena *arena, struct task *ret,
	struct err *err);
/* Inside a transaction, which then marks the subject: ends one task that is out of strikes
 * (TASK_STATE_POISONED) or was cancelled while nobody held it. E_NOT_FOUND: none. */
MUST_CHECK int store_task_abandon(struct db *db, const enum word *kinds, size_t nkinds,
	struct arena *arena, struct task *ret, enum word *ret_state, struct err *err);
/* Renews the lease and tells whether somebody asked to cancel. */
MUST_CHECK int store_task_heartbeat(struct db *db, const struct task *task, int64_t lease_seconds,
	bool *ret_cancel, struct err *err);
/* Only asks; cheap enough for every 100 ms. */
MUST_CHECK int store_task_cancel_asked(
	struct db *db, const struct task *task, bool *ret_cancel, struct err *err);
/* state: TASK_STATE_DONE, _FAILED or _CANCELLED; the error's texts may be SV_NULL. */
MUST_CHECK int store_task_finish(struct db *db, const struct task *task, enum word state,
	struct sv error_code, struct sv error_detail, struct err *err);
/* Untouched, at once due again, without a strike: the worker stops. */
MUST_CHECK int store_task_give_back(struct db *db, const struct task *task, struct err *err);
/* Failed for a reason that may pass; counts as a strike. */
MUST_CHECK int store_task_retry(struct db *db, const struct task *task, int64_t seconds,
	struct sv error_code, struct sv error_detail, struct err *err);
/* A part it needs is away; no strike. */
MUST_CHECK int store_task_postpone(
	struct db *db, const struct task *task, int64_t seconds, struct err *err);

/* For people's pools: a waiting task ends at once, a running one is told; ret_state is the task's
 * state now. E_NOT_FOUND: neither waiting nor running. */
MUST_CHECK int store_task_cancel(struct db *db, enum word kind, const struct uuid *subject,
	enum word *ret_state, struct err *err);
MUST_CHECK int store_task_newest(struct db *db, enum word kind, const struct uuid *subject,
	struct arena *arena, struct task *ret, enum word *ret_state, struct err *err);
/* Due and not running: for metrics. */
MUST_CHECK int store_task_depth(
	struct db *db, const enum word *kinds, size_t nkinds, int64_t *ret, struct err *err);

#endif
