#ifndef STORE_STORE_PREVIEW_H
#define STORE_STORE_PREVIEW_H
/*
 * Previews of mappings; see migration 0020. A person has one of each dataset; the next one takes its
 * place, and the task of the former finds nothing to do.
 */
#include "store/db.h"

struct preview {
	struct uuid id, dataset_id, project_id;
	struct sv mapping; /* JSON */
	enum word state;   /* PREVIEW_STATE_ */
	int64_t rows_read, rows_accepted, rows_rejected, rows_skipped;
	struct sv result_sealed; /* JSON by vault_seal (read/preview.h); SV_NULL: none (yet) */
	struct sv error_code, error_detail;
	int64_t created_at;
};

MUST_CHECK int store_preview_insert(struct db *db, const struct uuid *id, const struct uuid *project,
	const struct uuid *dataset, const struct uuid *person, struct sv mapping, struct err *err);
/* E_NOT_FOUND: none, or another one took its place, or it is somebody else's. */
MUST_CHECK int store_preview_get(struct db *db, const struct uuid *project,
	const struct uuid *dataset, const struct uuid *person, const struct uuid *id,
	struct arena *arena, struct preview *ret, struct err *err);
/* For services. */
MUST_CHECK int store_preview_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct preview *ret, struct err *err);
/* From waiting: takes id, rows_*, result_sealed. E_STALE: another one took its place. */
MUST_CHECK int store_preview_set_done(struct db *db, const struct preview *preview, struct err *err);
MUST_CHECK int store_preview_set_failed(struct db *db, const struct uuid *id, struct sv code,
	struct sv detail, struct err *err);
/* Fails those that are sealed for another key pair than this one, some of them. */
MUST_CHECK int store_preview_drop_stale(
	struct db *db, struct sv key_id, int64_t *ret_rows, struct err *err);

#endif
