#ifndef STORE_STORE_AUDIT_H
#define STORE_STORE_AUDIT_H
/*
 * The audit outbox, into which every business transaction writes, and the log that recon-auditor
 * makes of it.
 */
#include "domain/event.h"
#include "seal/chain.h"
#include "store/db.h"

struct audit {
	struct uuid project_id;  /* nil: none */
	enum word actor_kind;    /* ACTOR_ */
	struct uuid actor_id;    /* nil: none */
	enum event event;        /* its word is the action */
	const char *object_kind; /* "job"; NULL: none */
	struct uuid object_id;
	enum word outcome; /* AUDIT_ */
	struct sv request_id;
	struct sv details;  /* JSON or SV_NULL; nothing personal, no record data */
	struct sv personal; /* JSON or SV_NULL: what can be erased again, as a network address */
};

/* Inside the business transaction; a refused act writes its own after the rollback. */
MUST_CHECK int store_audit_insert(struct db *db, const struct audit *audit, struct err *err);

/* --- recon-auditor ---------------------------------------------------------------------------- */

/* Inside a transaction, to its end. *ret false: another auditor is at it. */
MUST_CHECK int store_audit_lock(struct db *db, bool *ret, struct err *err);
/* Takes up to n rows out of the outbox, oldest first; members of the chain are not set. */
MUST_CHECK int store_audit_take(struct db *db, int32_t n, struct arena *arena,
	struct chain_row **ret, size_t *ret_n, struct err *err);
/* Number and hash of the last row; 0 and zeros of an empty log. */
MUST_CHECK int store_audit_tip(
	struct db *db, int64_t *ret_seq, uint8_t ret_hash[SHA256_LEN], struct err *err);
MUST_CHECK int store_audit_append(struct db *db, const struct chain_row *row, struct err *err);
/* Forgets what is personal in a person's rows. */
MUST_CHECK int store_audit_erase(
	struct db *db, const struct uuid *person, int64_t *ret_rows, struct err *err);

MUST_CHECK int store_checkpoint_insert(
	struct db *db, const struct chain_checkpoint *cp, struct err *err);
/* E_NOT_FOUND: none yet. */
MUST_CHECK int store_checkpoint_last(
	struct db *db, struct chain_checkpoint *ret, struct err *err);

/* --- readers ---------------------------------------------------------------------------------- */

/* Rows, or checkpoints, behind a number, in their order. */
MUST_CHECK int store_audit_page(struct db *db, int64_t after, int32_t n, struct arena *arena,
	struct chain_row **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_checkpoint_page(struct db *db, int64_t after, int32_t n,
	struct arena *arena, struct chain_checkpoint **ret, size_t *ret_n, struct err *err);

/* What is asked for; zero members ask for everything. */
struct audit_filter {
	struct uuid project_id;
	int64_t from, to; /* µs; to is not in it */
	struct uuid actor_id;
	struct sv action;
	struct uuid object_id;
	enum word outcome;
	struct sv request_id;
};

/* Rows below a number (0: from the newest), newest first. */
MUST_CHECK int store_audit_list(struct db *db, const struct audit_filter *filter, int64_t before,
	int32_t n, struct arena *arena, struct chain_row **ret, size_t *ret_n, struct err *err);
/* Rows behind a number, oldest first. */
MUST_CHECK int store_audit_select(struct db *db, const struct audit_filter *filter, int64_t after,
	int32_t n, struct arena *arena, struct chain_row **ret, size_t *ret_n, struct err *err);

#endif
