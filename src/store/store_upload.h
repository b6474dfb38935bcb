#ifndef STORE_STORE_UPLOAD_H
#define STORE_STORE_UPLOAD_H
/*
 * Uploads and their parts. A part's vault object is on the disk before its row; the row, the
 * object's row and the upload's offset commit together.
 */
#include "store/db.h"

struct upload {
	struct uuid id; /* 128 random bits */
	struct uuid project_id, file_id, user_id;
	int64_t size, received;
	uint8_t sha256[32]; /* announced; zero: not */
	enum word state;    /* UPLOAD_STATE_ */
	int64_t created_at, expires_at;
	struct sv metadata; /* for store_upload_insert: what a client of tus said of it; else SV_NULL */
};

struct upload_part {
	int32_t no;
	int64_t start, size;
	struct uuid object_id;
	struct sv wrapped_key;
	int64_t stored_size;
	uint8_t sha256[32];
};

/* Takes id, project_id, file_id, user_id, size, sha256, metadata; seconds until it expires. */
MUST_CHECK int store_upload_insert(struct db *db, const struct upload *upload, int64_t seconds,
	struct arena *arena, struct upload *ret, struct err *err);
MUST_CHECK int store_upload_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct upload *ret, struct err *err);
/* As it was inserted; p NULL: none. */
MUST_CHECK int store_upload_metadata(struct db *db, const struct uuid *id, struct arena *arena,
	struct sv *ret, struct err *err);
/* Inside a transaction: locked until its end. */
MUST_CHECK int store_upload_lock(struct db *db, const struct uuid *project, const struct uuid *id,
	struct upload *ret, struct err *err);
/* For services. */
MUST_CHECK int store_upload_by_file(
	struct db *db, const struct uuid *file, struct upload *ret, struct err *err);
/* Inside a transaction: records a part of n bytes at start and moves the upload on; with the last
 * one its state is whole. The object's row must be there. E_UPLOAD_OFFSET: it is elsewhere, or not
 * open. */
MUST_CHECK int store_upload_add_part(struct db *db, const struct upload *upload, int64_t start,
	int64_t n, const struct uuid *object, struct err *err);
/* E_UPLOAD_DONE: it is not open. */
MUST_CHECK int store_upload_end(struct db *db, const struct uuid *id, struct err *err);
/* Inside a transaction: open ones past their time, locked. */
MUST_CHECK int store_upload_expired(struct db *db, int32_t limit, struct arena *arena,
	struct upload **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_part_list(struct db *db, const struct uuid *upload, struct arena *arena,
	struct upload_part **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_part_delete(struct db *db, const struct uuid *upload, struct err *err);

#endif
