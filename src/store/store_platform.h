#ifndef STORE_STORE_PLATFORM_H
#define STORE_STORE_PLATFORM_H
/*
 * What all areas share: settings and answers kept for Idempotency-Key. The audit outbox, which all
 * areas share too, is in store_audit.h.
 */
#include "store/db.h"
#include "store/store_audit.h"

struct setting {
	struct sv key;
	struct sv value; /* JSON */
	int64_t updated_at;
	int32_t version;
};

MUST_CHECK int store_setting_get(
	struct db *db, struct sv key, struct arena *arena, struct setting *ret, struct err *err);
MUST_CHECK int store_setting_list(
	struct db *db, struct arena *arena, struct setting **ret, size_t *ret_n, struct err *err);
/* by NULL: the operator. */
MUST_CHECK int store_setting_put(
	struct db *db, struct sv key, struct sv value, const struct uuid *by, struct err *err);

/* An answer given before to the same person under the same key. */
struct kept_answer {
	uint8_t request_hash[32];
	int32_t status;
	struct sv answer;
	int64_t created_at;
};

/* E_NOT_FOUND: none. */
MUST_CHECK int store_answer_get(struct db *db, const struct uuid *user, struct sv key,
	struct arena *arena, struct kept_answer *ret, struct err *err);
/* Inside the business transaction. E_EXISTS: a request with the same key was first. */
MUST_CHECK int store_answer_insert(struct db *db, const struct uuid *user, struct sv key,
	const struct kept_answer *answer, struct err *err);

#endif
