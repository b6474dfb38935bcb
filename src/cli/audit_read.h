#ifndef CLI_AUDIT_READ_H
#define CLI_AUDIT_READ_H
/*
 * Where `recon audit` has rows and checkpoints from: files of lines, or the database. Everything
 * goes into one check of the chain (seal/chain_check.h).
 */
#include "seal/chain_check.h"
#include "store/store_audit.h"

/* Public keys, a line each. E_CONFIG. */
MUST_CHECK int audit_read_keys(const char *path, struct sign_ring *ret, struct err *err);
/* Rows of an export; "-" is standard input. A line that is no row counts as one that was changed. */
MUST_CHECK int audit_read_rows(struct chain_check *c, const char *path, struct err *err);
/* Lines that are no checkpoints (a power failure may cut one off) are counted and passed over. */
MUST_CHECK int audit_read_checkpoints(struct chain_check *c, const char *path,
	const struct sign_ring *ring, size_t *ret_skipped, struct err *err);

/* From the database. Checkpoints first: rows are only ever added meanwhile. */
MUST_CHECK int audit_read_table(
	struct chain_check *c, struct db *db, const struct sign_ring *ring, struct err *err);

#endif
