#ifndef STORE_STORE_SIGNING_KEY_H
#define STORE_STORE_SIGNING_KEY_H
/*
 * Keys that sign access tokens. The private half is sealed and only the auth pool reads it; the
 * others read the public list.
 */
#include "store/db.h"

struct signing_key {
	struct sv kid;
	enum word state; /* KEY_STATE_ */
	struct sv public_key;
	struct sv private_sealed; /* SV_NULL in the public list */
	int64_t created_at, changed_at;
};

/* Newest first, without those that are gone. */
MUST_CHECK int store_signing_key_list(struct db *db, struct arena *arena, struct signing_key **ret,
	size_t *ret_n, struct err *err);
MUST_CHECK int store_signing_key_public_list(struct db *db, struct arena *arena,
	struct signing_key **ret, size_t *ret_n, struct err *err);
/* E_EXISTS: the kid, or another active key. */
MUST_CHECK int store_signing_key_insert(
	struct db *db, const struct signing_key *key, struct err *err);
/* KEY_STATE_GONE destroys the private half. */
MUST_CHECK int store_signing_key_set_state(
	struct db *db, struct sv kid, enum word state, struct err *err);
/* Inside a transaction: one rotation at a time, among all processes, until its end. */
MUST_CHECK int store_signing_key_lock(struct db *db, struct err *err);

#endif
