#ifndef STORE_STORE_DECISION_H
#define STORE_STORE_DECISION_H
/*
 * The decision log of a reconciliation: append-only, numbered from 1 without gaps.
 */
#include "store/db.h"

struct decision {
	struct uuid id;
	int64_t seq;
	enum word kind; /* DECISION_ */
	struct uuid job_id;
	int32_t match_no;
	struct uuid undoes;
	struct sv members; /* JSON; SV_NULL: the match's own */
	struct sv note;    /* SV_NULL: none */
	struct uuid user_id;
	int64_t created_at;
};

/* Inside a transaction: takes id, kind, job_id, match_no, undoes, members, note and user_id, locks
 * the reconciliation until the end and gives the new seq. E_STALE: the log is not at `expected`;
 * E_DECISION_STATE: undone already. */
MUST_CHECK int store_decision_append(struct db *db, const struct uuid *rec, int64_t expected,
	const struct decision *decision, int64_t *ret_seq, struct err *err);
MUST_CHECK int store_decision_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct decision *ret, struct err *err);
/* In order, after a seq, at most limit: what a fold reads. */
MUST_CHECK int store_decision_list(struct db *db, const struct uuid *project,
	const struct uuid *rec, int64_t after, int32_t limit, struct arena *arena,
	struct decision **ret, size_t *ret_n, struct err *err);
/* Newest first, before a seq (0: from the newest): what people page through. */
MUST_CHECK int store_decision_recent(struct db *db, const struct uuid *project,
	const struct uuid *rec, int64_t before, int32_t limit, struct arena *arena,
	struct decision **ret, size_t *ret_n, struct err *err);

#endif
