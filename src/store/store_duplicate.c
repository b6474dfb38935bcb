/* Duplicates; see store_duplicate.h. */
#include "store/store_duplicate.h"

static const struct db_field duplicate_fields[] = {
	DB_FIELD(duplicate, UUID, file_id),
	DB_FIELD(duplicate, UUID, other_id),
	DB_FIELD_WORD(duplicate, "DUPLICATE_KIND", kind),
	DB_FIELD(duplicate, I64, count),
	DB_FIELD_WORD(duplicate, "DUPLICATE_VERDICT", verdict),
	DB_FIELD(duplicate, UUID, decided_by),
	DB_FIELD(duplicate, INSTANT, decided_at),
	DB_FIELD(duplicate, INSTANT, found_at),
};
static const struct db_shape duplicate_shape = DB_SHAPE(duplicate, duplicate_fields);

static const struct db_field candidate_fields[] = {
	DB_FIELD(duplicate_candidate, UUID, id),
	DB_FIELD(duplicate_candidate, UUID, file_id),
	DB_FIELD(duplicate_candidate, UUID, data_object),
	DB_FIELD(duplicate_candidate, BYTES, statements_sealed),
	DB_FIELD(duplicate_candidate, I64, rows_accepted),
	DB_FIELD(duplicate_candidate, BYTES, sha256),
};
static const struct db_shape candidate_shape = DB_SHAPE(duplicate_candidate, candidate_fields);

int store_duplicate_candidates(struct db *db, const struct uuid *source, const struct uuid *file,
	const int32_t *first, const int32_t *last, struct arena *arena,
	struct duplicate_candidate **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_DUPLICATE_CANDIDATES,
		DB_PARAMS(DB_UUID(source), DB_UUID(file), first ? DB_DAY(*first) : DB_NULL(DATE),
			last ? DB_DAY(*last) : DB_NULL(DATE)),
		&candidate_shape, arena, ret, ret_n, err);
}

int store_duplicate_forget(struct db *db, const struct uuid *file, struct err *err)
{
	return db_run(db, SQL_DUPLICATE_FORGET, DB_PARAMS(DB_UUID(file)), NULL, err);
}

int store_duplicate_put(struct db *db, const struct uuid *project, const struct uuid *a,
	const struct uuid *b, enum word kind, int64_t count, struct err *err)
{
	return db_run_one(db, SQL_DUPLICATE_PUT,
		DB_PARAMS(DB_UUID(a), DB_UUID(b), DB_WORD(kind), DB_UUID(project), DB_I64(count)),
		err);
}

int store_duplicate_list(struct db *db, const struct uuid *project, const struct uuid *file,
	struct arena *arena, struct duplicate **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_DUPLICATE_LIST, DB_PARAMS(DB_UUID(project), DB_UUID(file)),
		&duplicate_shape, arena, ret, ret_n, err);
}

int store_duplicate_decide(struct db *db, const struct uuid *project, const struct uuid *a,
	const struct uuid *b, enum word kind, enum word verdict, const struct uuid *user,
	struct arena *arena, struct duplicate *ret, struct err *err)
{
	return db_one(db, SQL_DUPLICATE_DECIDE,
		DB_PARAMS(DB_UUID(project), DB_UUID(a), DB_UUID(b), DB_WORD(kind), DB_WORD(verdict),
			DB_UUID(user)),
		&duplicate_shape, arena, ret, err);
}
