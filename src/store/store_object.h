#ifndef STORE_STORE_OBJECT_H
#define STORE_STORE_OBJECT_H
/*
 * Rows of vault objects. The row follows the bytes; erasing goes the other way: first the key in
 * the row, committed, then the bytes.
 */
#include "store/db.h"

struct object {
	struct uuid id;
	struct uuid project_id;
	enum word kind; /* OBJECT_KIND_ */
	int64_t size, stored_size;
	uint8_t sha256[32];
	struct sv wrapped_key; /* SV_NULL: erased */
	int64_t created_at, erased_at;
};

/* Takes all but the times. */
MUST_CHECK int store_object_insert(struct db *db, const struct object *object, struct err *err);
MUST_CHECK int store_object_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct object *ret, struct err *err);
/* Those erased already are left alone; ret_n (may be NULL) counts the others. */
MUST_CHECK int store_object_erase(
	struct db *db, const struct uuid *ids, size_t n, int64_t *ret_n, struct err *err);
/* Which of these have a row with a key, in no order. */
MUST_CHECK int store_object_known(struct db *db, const struct uuid *ids, size_t n,
	struct arena *arena, struct uuid **ret, size_t *ret_n, struct err *err);

/* What is wrapped or sealed for another key pair than the one of this id, at most twice limit: keys
 * of objects, or proposals of datasets. */
struct sealed_row {
	struct uuid id;
	struct sv sealed;
};

MUST_CHECK int store_object_stale(struct db *db, struct sv key_id, int32_t limit,
	struct arena *arena, struct sealed_row **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_dataset_stale(struct db *db, struct sv key_id, int32_t limit,
	struct arena *arena, struct sealed_row **ret, size_t *ret_n, struct err *err);
/* Exchanges row->sealed, unless it has changed in the meantime, which is no error. */
MUST_CHECK int store_object_rewrap(
	struct db *db, const struct sealed_row *row, struct sv wrapped, struct err *err);
MUST_CHECK int store_dataset_reseal(
	struct db *db, const struct sealed_row *row, struct sv sealed, struct err *err);
/* Is anything still wrapped or sealed for another key pair than this? */
MUST_CHECK int store_object_any_stale(
	struct db *db, struct sv key_id, struct arena *arena, bool *ret, struct err *err);

/* Objects that should be stored, in order of their ids from the one behind `after` (nil: the
 * first), at most limit: id, kind and stored_size alone, so that the operator may ask. */
struct object_place {
	struct uuid id;
	enum word kind;
	int64_t stored_size;
};

MUST_CHECK int store_object_page(struct db *db, const struct uuid *after, int32_t limit,
	struct arena *arena, struct object_place **ret, size_t *ret_n, struct err *err);

#endif
