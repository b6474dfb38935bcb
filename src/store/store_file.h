#ifndef STORE_STORE_FILE_H
#define STORE_STORE_FILE_H
/*
 * Files: states move only from the state that the caller names, so two workers cannot both move
 * one; E_STALE tells the second.
 */
#include "store/db.h"

struct file {
	struct uuid id;
	struct uuid project_id;
	struct uuid source_id;
	struct sv name;
	int64_t size;
	uint8_t sha256[32];                     /* zero until it is stored */
	enum word state;                        /* FILE_STATE_ */
	struct sv verdict_code, verdict_detail; /* SV_NULL: none */
	struct uuid object_id;                  /* nil until it is clean */
	struct uuid uploaded_by;
	int64_t uploaded_at;
	int32_t version;
	struct uuid dataset_id; /* the newest; nil: none */
	struct uuid repairs;    /* dataset whose rejected rows it repairs; nil: none */
};

/* Takes id, project_id, source_id, name, size, uploaded_by; the state is receiving. */
MUST_CHECK int store_file_insert(struct db *db, const struct file *file, struct err *err);
MUST_CHECK int store_file_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct file *ret, struct err *err);
/* For services, which have no scope. */
MUST_CHECK int store_file_by_id(struct db *db, const struct uuid *id, struct arena *arena,
	struct file *ret, struct err *err);
/* source NULL, state WORD_NONE: all. */
MUST_CHECK int store_file_list(struct db *db, const struct uuid *project, const struct uuid *source,
	enum word state, struct db_page *page, struct arena *arena, struct file **ret,
	size_t *ret_n, struct err *err);
/* The verdict's code and detail may be SV_NULL. */
MUST_CHECK int store_file_set_state(struct db *db, const struct uuid *id, enum word from,
	enum word to, struct sv verdict_code, struct sv verdict_detail, struct err *err);
/* Clean, and stored as one object. */
MUST_CHECK int store_file_set_clean(struct db *db, const struct uuid *id, enum word from,
	const struct uuid *object, const uint8_t sha256[32], struct err *err);

#endif
