#ifndef STORE_STORE_DATASET_H
#define STORE_STORE_DATASET_H
/*
 * Datasets: what a file became. States move as the functions say; E_STALE: it was in another one.
 */
#include "store/db.h"

struct dataset {
	struct uuid id;
	int32_t no;
	struct uuid project_id, source_id, file_id;
	int32_t mapping_version; /* 0: none */
	enum word state;         /* DATASET_STATE_ */
	int64_t rows_read, rows_accepted, rows_rejected, rows_skipped;
	struct sv sums;     /* JSON array */
	struct sv proposal_sealed; /* JSON by vault_seal, SV_NULL: none; lists leave it out */
	struct sv statements_sealed; /* JSON by vault_seal, SV_NULL: none; lists leave it out */
	struct uuid data_object, rejects_object;
	bool has_days; /* for store_dataset_set_ready: days that its rows are of */
	int32_t first_day, last_day;
	struct sv error_code, error_detail;
	int64_t created_at, read_at;
	int64_t reversed_at; /* 0: it was not */
	struct uuid reversed_by;
	struct sv reversed_note;
	int32_t version;
};

/* One reading of a dataset, with its receipt. */
struct reading {
	int32_t no;
	struct uuid file_id;
	struct sv receipt; /* canonical JSON */
	uint8_t receipt_sha256[32];
	int64_t created_at;
};

/* mapping_version 0: not known yet. The state is reading. E_EXISTS: read with that one already. */
MUST_CHECK int store_dataset_insert(struct db *db, const struct uuid *id,
	const struct uuid *project, const struct uuid *source, const struct uuid *file,
	int32_t mapping_version, int32_t *ret_no, struct err *err);
MUST_CHECK int store_dataset_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct dataset *ret, struct err *err);
/* For services. */
MUST_CHECK int store_dataset_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct dataset *ret, struct err *err);
/* The newest of a file. */
MUST_CHECK int store_dataset_by_file(struct db *db, const struct uuid *file, struct arena *arena,
	struct dataset *ret, struct err *err);
MUST_CHECK int store_dataset_list(struct db *db, const struct uuid *project,
	const struct uuid *source, enum word state, struct db_page *page, struct arena *arena,
	struct dataset **ret, size_t *ret_n, struct err *err);
/* Those of a source that need a mapping, oldest first. */
MUST_CHECK int store_dataset_waiting(struct db *db, const struct uuid *project,
	const struct uuid *source, struct arena *arena, struct dataset **ret, size_t *ret_n,
	struct err *err);

/* From reading, needs_mapping or unreadable to reading. */
MUST_CHECK int store_dataset_set_reading(
	struct db *db, const struct uuid *id, int32_t mapping_version, struct err *err);
/* From reading to ready: takes mapping_version, rows_*, sums, statements_sealed, days, data_object,
 * rejects_object (or nil). */
MUST_CHECK int store_dataset_set_ready(
	struct db *db, const struct uuid *id, const struct dataset *dataset, struct err *err);
MUST_CHECK int store_dataset_set_needs_mapping(
	struct db *db, const struct uuid *id, struct sv proposal_sealed, struct err *err);
MUST_CHECK int store_dataset_set_unreadable(struct db *db, const struct uuid *id,
	struct sv error_code, struct sv error_detail, struct err *err);

/* Further rows: takes rows_accepted, rows_rejected, sums, data_object, rejects_object, days. E_STALE: it
 * is not ready, or not of this version any more. */
MUST_CHECK int store_dataset_set_repaired(struct db *db, const struct uuid *id, int32_t version,
	const struct dataset *dataset, struct err *err);
/* Takes it back, for the data pool. E_DATASET_NOT_READY, E_DATASET_HELD, E_NOT_FOUND. */
MUST_CHECK int store_dataset_reverse(struct db *db, const struct uuid *id,
	const struct uuid *person, struct sv note, struct arena *arena, struct err *err);

MUST_CHECK int store_reading_insert(struct db *db, const struct dataset *dataset,
	const struct uuid *file, const struct reading *reading, struct err *err);
MUST_CHECK int store_reading_list(struct db *db, const struct uuid *dataset, struct arena *arena,
	struct reading **ret, size_t *ret_n, struct err *err);
/* E_NOT_FOUND: it was read before there were receipts. */
MUST_CHECK int store_reading_last(struct db *db, const struct uuid *dataset, struct arena *arena,
	struct reading *ret, struct err *err);

#endif
