#ifndef STORE_STORE_EXPIRY_H
#define STORE_STORE_EXPIRY_H
/*
 * Rows that are of no use any more some time after their end. The operator's role deletes them, a
 * batch in a transaction, so that nobody waits for long.
 */
#include "store/db.h"

enum expiry {
	EXPIRY_ANSWERS,  /* kept for Idempotency-Key */
	EXPIRY_CODES,    /* one-time codes, spent or not */
	EXPIRY_SESSIONS, /* ended, with their refresh tokens */
	EXPIRY_LETTERS, /* e-mail, however it ended */
	EXPIRY_VIEWS,
	EXPIRY_PREVIEWS,
	EXPIRY_TASKS, /* finished, however they ended */
	EXPIRY_COUNT,
};

/* For people: "answers". */
const char *store_expiry_word(enum expiry what);

/* Deletes all that ended more than `seconds` ago. */
MUST_CHECK int store_expire(
	struct db *db, enum expiry what, int64_t seconds, int64_t *ret_rows, struct err *err);

#endif
