#ifndef STORE_STORE_JOB_H
#define STORE_STORE_JOB_H
/*
 * Jobs: created by people, run by recon-matcher, which is fenced by its attempt (E_FENCED: another
 * one has the job now, or it has ended).
 */
#include "store/db.h"

struct job {
	struct uuid id;
	int32_t no;
	struct uuid project_id, reconciliation_id;
	int32_t reconciliation_no;
	int32_t ruleset_version; /* 0: the proposed default */
	int32_t model_version;   /* 0: it learns */
	enum word state;         /* JOB_STATE_ */
	struct sv phase;
	int64_t done, total, rate, eta_ms; /* eta -1: not known */
	int32_t attempt;
	int64_t created_at, started_at, finished_at;
	struct sv error_code, error_detail;
	struct sv summary; /* JSON; SV_NULL until done */
	struct uuid result_object;
	uint8_t result_hash[32];
	struct uuid receipt_object, model_object; /* nil: it has none */
	struct sv inputs; /* JSON: [{side, dataset, first_seen, carried}] */
};

/* A dataset of a job and how to read it. */
struct job_input {
	enum word side; /* SIDE_ */
	struct uuid dataset_id;
	int32_t dataset_no;
	int64_t rows_accepted;
	struct uuid object_id;
	int64_t size, stored_size;
	uint8_t sha256[32];
	struct sv wrapped_key;
	bool dated;         /* first_seen is known; not of jobs of older versions */
	int32_t first_seen; /* day on which a job of the reconciliation first had it, in the project's zone */
	bool carried;       /* that was an earlier job: its open items are brought forward */
};

/* The same input, for people. */
struct job_input_about {
	enum word side;
	struct uuid dataset_id;
	int32_t dataset_no;
	int64_t rows_read, rows_accepted, rows_rejected, rows_skipped;
	struct sv name;     /* of the file */
	uint8_t sha256[32]; /* of the file */
	int32_t mapping_version;
	struct sv mapping; /* canonical JSON */
	uint8_t content_sha256[32];
	struct sv statements_sealed; /* SV_NULL: none */
	int32_t first_seen;
	bool carried;
};

/* Inside a transaction: the job and its inputs; the task is the caller's. E_DATASET_NOT_READY: a
 * dataset is not ready, or not of this reconciliation's sources. E_CONFLICT: another job of it is
 * not at its end. */
struct job_new {
	struct uuid id, project_id, reconciliation_id;
	int32_t ruleset_version, model_version; /* 0: none */
	struct uuid created_by;
	struct db_uuids left, right, advice; /* advice: of none or one */
};
MUST_CHECK int store_job_insert(struct db *db, const struct job_new *job, struct err *err);
MUST_CHECK int store_job_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct job *ret, struct err *err);
/* For services. */
MUST_CHECK int store_job_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct job *ret, struct err *err);
MUST_CHECK int store_job_newest_done(struct db *db, const struct uuid *project,
	const struct uuid *rec, struct arena *arena, struct job *ret, struct err *err);
/* rec NULL, state WORD_NONE: all. */
MUST_CHECK int store_job_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	enum word state, struct db_page *page, struct arena *arena, struct job **ret, size_t *ret_n,
	struct err *err);
/* By side (left, right, advice), then dataset number. */
MUST_CHECK int store_job_inputs(struct db *db, const struct uuid *job, struct arena *arena,
	struct job_input **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_job_inputs_about(struct db *db, const struct uuid *job, struct arena *arena,
	struct job_input_about **ret, size_t *ret_n, struct err *err);
/* Inside a transaction: asks a running job to stop and ends a queued one, whose new state is given.
 * E_JOB_STATE: it has ended. */
MUST_CHECK int store_job_cancel(
	struct db *db, const struct uuid *job, enum word *ret_state, struct err *err);

/* --- the matcher's ---------------------------------------------------------------------------- */

MUST_CHECK int store_job_start(
	struct db *db, const struct uuid *job, int32_t attempt, struct err *err);
struct job_progress {
	struct sv phase;
	int64_t done, total, rate, eta_ms;
};
MUST_CHECK int store_job_set_progress(struct db *db, const struct uuid *job, int32_t attempt,
	const struct job_progress *p, struct err *err);
/* What a job leaves: objects of the vault whose rows are there. */
struct job_done {
	struct sv summary;
	struct uuid result_object;
	const uint8_t *result_hash;               /* 32 bytes */
	struct uuid receipt_object, model_object; /* model nil: none */
};
MUST_CHECK int store_job_set_done(struct db *db, const struct uuid *job, int32_t attempt,
	const struct job_done *done, struct err *err);
/* These two also for an attempt that could not start the job; end the task in the same
 * transaction, which is the fence. */
MUST_CHECK int store_job_set_failed(struct db *db, const struct uuid *job, int32_t attempt,
	struct sv error_code, struct sv error_detail, struct err *err);
MUST_CHECK int store_job_requeue(
	struct db *db, const struct uuid *job, int32_t attempt, struct err *err);
MUST_CHECK int store_job_set_cancelled(struct db *db, const struct uuid *job, struct err *err);

/* Parallel arrays of n rows; minor is decimal text. */
struct job_stats {
	size_t n;
	const int32_t *day;
	const struct sv *side, *pass, *kind, *status, *currency;
	const int64_t *count;
	const struct sv *minor;
};
MUST_CHECK int store_job_insert_stats(struct db *db, const struct uuid *job,
	const struct uuid *project, const struct job_stats *stats, struct err *err);

#endif
