#ifndef AUDITOR_CHAINER_H
#define AUDITOR_CHAINER_H
/*
 * What recon-auditor does: rows of the outbox become rows of the log, each with the hash of the one
 * before it. One transaction takes and appends; an advisory lock lets one auditor work at a time, and
 * the table's UNIQUE (prev_hash) holds even if it did not.
 */
#include "auditor/checkpoint.h"
#include "store/store_audit.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/metrics.h"

#define CHAINER_BATCH 500

struct chainer {
	struct db *db;
	const struct log *log;
	struct metrics *metrics;
	struct clock clock;
	struct checkpoints *checkpoints;
	bool compared; /* the last checkpoint with the log */
};

/* One batch; *ret_rows 0: there is nothing to do, or another auditor does it. Errors of the
 * database; nothing is lost or done twice by calling it again. */
MUST_CHECK int chainer_step(struct chainer *c, size_t *ret_rows, struct err *err);
/* Signs a checkpoint when one is due, or in any case when there are rows that none vouches for. */
MUST_CHECK int chainer_sign(struct chainer *c, bool in_any_case, struct err *err);

#endif
