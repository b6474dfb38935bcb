#ifndef STORE_STORE_RECORD_H
#define STORE_STORE_RECORD_H
/*
 * One record once: within a reconciliation a record is in at most one live match. The database
 * enforces it by a bit per record; callers collect the members of all matches of a transaction in
 * a record_set and take or release them in one statement.
 */
#include "store/db.h"

#define RECORD_PAGE_ROWS 4096
#define RECORD_PAGE_BYTES (RECORD_PAGE_ROWS / 8)

/* Pages of bits, sparse, by (dataset, page). Not thread-safe. */
struct record_set {
	int32_t *datasets;
	int32_t *pages;
	uint8_t *masks; /* RECORD_PAGE_BYTES each */
	size_t n, cap;
	size_t *index; /* hash of (dataset, page), open addressing */
	size_t index_cap;
};

#define RECORD_SET_INIT ((struct record_set){0})
/* Also the CLEANUP function. */
void record_set_free(struct record_set *s);
/* row is 0-based, below 2^31 * 4096. E_RECORD_TAKEN: it is in the set already. E_NO_MEMORY. */
MUST_CHECK int record_set_add(struct record_set *s, int32_t dataset_no, uint64_t row);
bool record_set_has(const struct record_set *s, int32_t dataset_no, uint64_t row);

/* Inside a transaction. E_RECORD_TAKEN: one of them is in another live match. An empty set does
 * nothing. */
MUST_CHECK int store_record_take(
	struct db *db, int32_t reconciliation_no, const struct record_set *s, struct err *err);
/* E_DECISION_STATE: one of them was not taken. */
MUST_CHECK int store_record_release(
	struct db *db, int32_t reconciliation_no, const struct record_set *s, struct err *err);
/* What is taken of these datasets, into an empty set. */
MUST_CHECK int store_record_taken(struct db *db, int32_t reconciliation_no,
	const int32_t *dataset_nos, size_t n, struct record_set *ret, struct err *err);

/* Parts of records: parallel arrays; amount is the record's whole one, part has its sign (or the
 * opposite one, to give back). E_RECORD_TAKEN: more than the amount, or a whole match has it. */
struct record_parts {
	size_t n;
	const int32_t *dataset_no;
	const int64_t *row, *amount, *part;
};
MUST_CHECK int store_record_allocate(struct db *db, int32_t reconciliation_no,
	const struct record_parts *parts, struct err *err);

struct allocation {
	int32_t dataset_no;
	int64_t row_no;
	int64_t amount, allocated;
};
MUST_CHECK int store_record_allocated(struct db *db, int32_t reconciliation_no,
	const int32_t *dataset_nos, size_t n, struct arena *arena, struct allocation **ret,
	size_t *ret_n, struct err *err);

#endif
