#ifndef STORE_STORE_MODEL_H
#define STORE_STORE_MODEL_H
/*
 * Models that the jobs of a reconciliation may score by (JSON text as written; src/match knows what
 * it means), in versions. The reconciliation names the one that is pinned.
 */
#include "store/db.h"

struct model_row {
	struct uuid reconciliation_id;
	int32_t version;
	struct sv model; /* JSON; lists leave it out */
	uint8_t hash[32]; /* of the text */
	struct uuid job_id; /* that learned it; nil: somebody wrote it */
	int64_t created_at;
};

/* Inside a transaction: adds row's model, hash and job_id as the next version and pins it. */
MUST_CHECK int store_model_insert(struct db *db, const struct uuid *project, const struct uuid *rec,
	const struct model_row *row, const struct uuid *created_by, struct arena *arena,
	struct model_row *ret, struct err *err);
/* Inside a transaction. E_NOT_FOUND: there is no such reconciliation. */
MUST_CHECK int store_model_unpin(
	struct db *db, const struct uuid *project, const struct uuid *rec, struct err *err);
MUST_CHECK int store_model_get(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t version, struct arena *arena, struct model_row *ret, struct err *err);
/* Newest first, below version `before` (0: from the newest), at most limit. */
MUST_CHECK int store_model_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t before, int32_t limit, struct arena *arena, struct model_row **ret, size_t *ret_n,
	struct err *err);

#endif
