#ifndef STORE_STORE_DUPLICATE_H
#define STORE_STORE_DUPLICATE_H
/*
 * What files of one source repeat of each other, and what people decided about it.
 */
#include "store/db.h"

struct duplicate {
	struct uuid file_id, other_id; /* the later and the earlier one */
	enum word kind;                /* DUPLICATE_KIND_ */
	int64_t count;                 /* of statements or rows; 1 for a file */
	enum word verdict;             /* DUPLICATE_VERDICT_ */
	struct uuid decided_by;        /* nil: nobody */
	int64_t decided_at, found_at;
};

/* Another file of the source, by its newest reading. */
struct duplicate_candidate {
	struct uuid id, file_id, data_object;
	struct sv statements_sealed; /* SV_NULL: it has none */
	int64_t rows_accepted;
	struct sv sha256; /* 32 bytes */
};

/* At most 200, newest first. first, last NULL: the days are not known, and all files may do. */
MUST_CHECK int store_duplicate_candidates(struct db *db, const struct uuid *source,
	const struct uuid *file, const int32_t *first, const int32_t *last, struct arena *arena,
	struct duplicate_candidate **ret, size_t *ret_n, struct err *err);
/* Removes what was found for the file and nobody has decided. */
MUST_CHECK int store_duplicate_forget(struct db *db, const struct uuid *file, struct err *err);
/* Finds a and b, in any order, to have count in common; keeps a decision. */
MUST_CHECK int store_duplicate_put(struct db *db, const struct uuid *project, const struct uuid *a,
	const struct uuid *b, enum word kind, int64_t count, struct err *err);
/* Of a file, as the later or the earlier one. */
MUST_CHECK int store_duplicate_list(struct db *db, const struct uuid *project,
	const struct uuid *file, struct arena *arena, struct duplicate **ret, size_t *ret_n,
	struct err *err);
/* E_NOT_FOUND: nothing of the kind was found of the two. */
MUST_CHECK int store_duplicate_decide(struct db *db, const struct uuid *project,
	const struct uuid *a, const struct uuid *b, enum word kind, enum word verdict,
	const struct uuid *user, struct arena *arena, struct duplicate *ret, struct err *err);

#endif
