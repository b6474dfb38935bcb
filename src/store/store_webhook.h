#ifndef STORE_STORE_WEBHOOK_H
#define STORE_STORE_WEBHOOK_H
/*
 * Webhooks of a project and the messages to them. Messages are inserted by a trigger, in the
 * transaction of what they tell of.
 */
#include "store/db.h"

struct webhook {
	struct uuid id; /* first: lists are paged by it */
	struct sv name, url;
	struct db_texts events;
	struct sv ca_pem; /* SV_NULL: the system's */
	struct db_texts pins;
	enum word status;  /* WEBHOOK_STATUS_ */
	int64_t old_until; /* the secret before signs too until then; 0: there is none */
	int64_t created_at;
};

/* Takes id, name, url, events, ca_pem and pins. */
MUST_CHECK int store_webhook_insert(struct db *db, const struct uuid *project,
	const struct webhook *webhook, struct sv secret_sealed, const struct uuid *by,
	struct arena *arena, struct webhook *ret, struct err *err);
MUST_CHECK int store_webhook_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct webhook **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_webhook_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct webhook *ret, struct err *err);
/* Members that are zero stay; lists stay when their v is NULL. */
MUST_CHECK int store_webhook_update(struct db *db, const struct uuid *project,
	const struct webhook *change, struct arena *arena, struct webhook *ret, struct err *err);
MUST_CHECK int store_webhook_delete(
	struct db *db, const struct uuid *project, const struct uuid *id, struct err *err);
MUST_CHECK int store_webhook_rotate(struct db *db, const struct uuid *project,
	const struct uuid *id, struct sv secret_sealed, struct arena *arena, struct webhook *ret,
	struct err *err);

struct delivery {
	struct uuid id; /* first: lists are paged by it */
	struct uuid webhook_id;
	struct sv event, body;
	enum word state; /* DELIVERY_STATE_ */
	int32_t tries;
	int32_t status; /* of the last answer; 0: none */
	struct sv error_code;
	int64_t created_at, expires_at, ended_at;
};

struct delivery_try {
	int32_t no, status, ms;
	struct sv error_code;
	int64_t at;
};

MUST_CHECK int store_delivery_list(struct db *db, const struct uuid *project,
	const struct uuid *webhook, struct db_page *page, struct arena *arena,
	struct delivery **ret, size_t *ret_n, struct err *err);
/* The last hundred, newest first. E_NOT_FOUND: there is no such message to this webhook. */
MUST_CHECK int store_delivery_tries(struct db *db, const struct uuid *project,
	const struct uuid *webhook, const struct uuid *delivery, struct arena *arena, struct delivery_try **ret,
	size_t *ret_n, struct err *err);
/* Inside a transaction, with its task. E_CONFLICT: it is on its way; E_NOT_FOUND. */
MUST_CHECK int store_delivery_again(struct db *db, const struct uuid *project,
	const struct uuid *webhook, const struct uuid *delivery, struct sv request_id,
	struct err *err);

/* --- recon-courier ---------------------------------------------------------------------------- */

struct delivery_job {
	struct uuid id, webhook_id, project_id;
	struct sv event, body;
	int32_t tries;
	bool late;
	enum word webhook_status;
	struct sv url, ca_pem;
	struct db_texts pins;
	struct sv secret_sealed, old_secret_sealed;
};

/* Counts a try. E_NOT_FOUND: nothing to deliver any more. */
MUST_CHECK int store_delivery_begin(struct db *db, const struct uuid *id, struct arena *arena,
	struct delivery_job *ret, struct err *err);
/* Inside a transaction: what became of the try, and of the message. status 0, code SV_NULL: none. */
MUST_CHECK int store_delivery_tried(struct db *db, const struct delivery_job *job,
	enum word state, int32_t status, struct sv code, int32_t ms, struct err *err);
MUST_CHECK int store_webhook_gone(struct db *db, const struct uuid *id, struct err *err);

#endif
