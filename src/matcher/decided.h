#ifndef MATCHER_DECIDED_H
#define MATCHER_DECIDED_H
/*
 * What people decided about earlier results of a reconciliation, as a calibration of the next one.
 * Each decision is set against what the engine said before any calibration, which the result keeps.
 */
#include "match/calibrate.h"
#include "store/store_decision.h"
#include "store/store_job.h"
#include "vault/vault.h"

#define DECIDED_MAX 100000u  /* decisions that are read, from the beginning of the log */
#define DECIDED_JOBS_MAX 32u /* results that are opened, the newest ones */

/* A decision on a match that stands: not undone, the last one on it. */
struct decided {
	struct uuid job_id;
	int32_t match_no;
	int64_t seq;
	bool right;
};

/* Folds a log in its order into out, which has room for n, by job and match. Returns their number.
 * Pure. */
size_t decided_fold(const struct decision *log, size_t n, struct decided *out);

/* Blocks on database and vault. A result that is gone is passed over. CALIBRATE_NONE with the
 * counts when there are too few decisions. E_UNAVAILABLE, E_CORRUPT, E_IO, E_NO_MEMORY. */
MUST_CHECK int decided_calibration(struct db *db, struct vault *vault, const struct job *job,
	struct calibration *ret, struct err *err);

#endif
