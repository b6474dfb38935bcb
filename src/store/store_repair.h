#ifndef STORE_STORE_REPAIR_H
#define STORE_STORE_REPAIR_H
/*
 * Files that repair rejected rows of a dataset; see migration 0017.
 */
#include "store/db.h"

struct repair {
	struct uuid file_id, dataset_id;
	struct sv name;       /* of the file */
	enum word file_state; /* FILE_STATE_ */
	enum word state;      /* REPAIR_STATE_ */
	int64_t rows_repaired, rows_rejected, rows_ignored;
	struct sv error_code, error_detail; /* SV_NULL: none */
	int64_t created_at, ended_at;       /* 0: not ended */
};

/* Beside the row of the file, which must be there. */
MUST_CHECK int store_repair_insert(struct db *db, const struct uuid *project,
	const struct uuid *file, const struct uuid *dataset, struct err *err);
/* Of a dataset, newest first, at most 100. */
MUST_CHECK int store_repair_list(struct db *db, const struct uuid *project,
	const struct uuid *dataset, struct arena *arena, struct repair **ret, size_t *ret_n,
	struct err *err);
/* From waiting. E_STALE. */
MUST_CHECK int store_repair_set_applied(
	struct db *db, const struct uuid *file, const struct repair *counts, struct err *err);
MUST_CHECK int store_repair_set_refused(struct db *db, const struct uuid *file, struct sv code,
	struct sv detail, struct err *err);

#endif
