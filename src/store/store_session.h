#ifndef STORE_STORE_SESSION_H
#define STORE_STORE_SESSION_H
/*
 * Sessions and the refresh tokens of their families. The row is the truth about a session; Redis
 * only repeats it.
 */
#include "store/db.h"

struct session {
	struct uuid id;
	struct uuid user_id;
	int64_t created_at, used_at, step_up_at;
	int64_t idle_expires_at, absolute_expires_at;
	int64_t revoked_at; /* 0: not */
	struct sv address;  /* text form */
	struct sv agent;
	bool restricted; /* may only set a second factor up */
};

/* What every pool may know of a session. */
struct session_state {
	struct uuid id;
	struct uuid user_id;
	enum word user_status;
	int64_t created_at, step_up_at, idle_expires_at, absolute_expires_at, revoked_at;
	bool live; /* not revoked, not expired, and its user is active */
	bool restricted;
};

/* address is an IP address or SV_NULL; agent is cut at 255 bytes by the caller. */
MUST_CHECK int store_session_insert(struct db *db, const struct uuid *id, const struct uuid *user,
	int64_t idle_seconds, int64_t absolute_seconds, struct sv address, struct sv agent,
	bool restricted, struct arena *arena, struct session *ret, struct err *err);
MUST_CHECK int store_session_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct session *ret, struct err *err);
/* Any pool. E_NOT_FOUND: there never was one. */
MUST_CHECK int store_session_state(
	struct db *db, const struct uuid *id, struct session_state *ret, struct err *err);
/* The live ones of a person, newest first. */
MUST_CHECK int store_session_list(struct db *db, const struct uuid *user, struct arena *arena,
	struct session **ret, size_t *ret_n, struct err *err);
/* It was used: idle_seconds from now. E_NOT_FOUND: revoked. */
MUST_CHECK int store_session_touch(
	struct db *db, const struct uuid *id, int64_t idle_seconds, struct err *err);
MUST_CHECK int store_session_step_up(struct db *db, const struct uuid *id, struct err *err);
/* E_NOT_FOUND: not a live session of that user. */
MUST_CHECK int store_session_revoke(struct db *db, const struct uuid *id, const struct uuid *user,
	enum word reason, struct err *err);
/* All of a person but keep (NULL: all); their ids, for the fast path. */
MUST_CHECK int store_session_revoke_others(struct db *db, const struct uuid *user,
	const struct uuid *keep, enum word reason, struct arena *arena, struct uuid **ret,
	size_t *ret_n, struct err *err);

/* Restricts the sessions of a person (NULL: of everybody) who must have a second factor and has none;
 * their ids. */
MUST_CHECK int store_session_restrict(struct db *db, const struct uuid *user, struct arena *arena,
	struct uuid **ret, size_t *ret_n, struct err *err);
/* No longer; counts as a step-up. */
MUST_CHECK int store_session_free(struct db *db, const struct uuid *id, struct err *err);

/* A presented refresh token and where its family stands. */
struct refresh_token {
	uint8_t token_hash[32];
	struct uuid session_id;
	int32_t generation;
	int64_t spent_at; /* 0: not */
	struct sv successor_sealed;
	bool spent_just_now;       /* at most 10 s ago */
	int32_t newest_generation; /* of the family */
	bool newest_spent;
};

MUST_CHECK int store_refresh_insert(struct db *db, const uint8_t token_hash[32],
	const struct uuid *session, int32_t generation, struct err *err);
/* Inside a transaction: locks the family until its end. */
MUST_CHECK int store_refresh_get(struct db *db, const uint8_t token_hash[32], struct arena *arena,
	struct refresh_token *ret, struct err *err);
/* E_NOT_FOUND: spent already. */
MUST_CHECK int store_refresh_spend(
	struct db *db, const uint8_t token_hash[32], struct sv successor_sealed, struct err *err);

#endif
