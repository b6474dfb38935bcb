#ifndef STORE_STORE_MAIL_H
#define STORE_STORE_MAIL_H
/*
 * E-mail on its way: sealed letters (seal/letter.h), each with a task of kind mail that
 * recon-courier claims. The text is gone when the letter has ended.
 */
#include "store/db.h"

struct mail {
	struct uuid id;
	struct uuid user_id; /* nil: to nobody */
	enum word kind;      /* MAIL_KIND_ */
	struct sv sealed;
	int32_t tries; /* this one included */
	int64_t created_at, expires_at;
	bool late; /* its time is over */
};

/* Inside a transaction, which also inserts its task. */
MUST_CHECK int store_mail_insert(struct db *db, const struct uuid *id, const struct uuid *user,
	enum word kind, struct sv sealed, int64_t seconds, struct err *err);
/* Counts a try. E_NOT_FOUND: it has ended. */
MUST_CHECK int store_mail_try(struct db *db, const struct uuid *id, struct arena *arena,
	struct mail *ret, struct err *err);
/* state: MAIL_STATE_SENT, _FAILED, _EXPIRED or _DROPPED; code may be SV_NULL. E_NOT_FOUND: it has
 * ended. */
MUST_CHECK int store_mail_end(struct db *db, const struct uuid *id, enum word state, struct sv code,
	struct err *err);
/* Why the last try failed; there will be another one. */
MUST_CHECK int store_mail_failed_once(
	struct db *db, const struct uuid *id, struct sv code, struct err *err);

#endif
