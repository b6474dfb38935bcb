#ifndef STORE_STORE_API_KEY_H
#define STORE_STORE_API_KEY_H
/*
 * Integrations' keys: SHA-256 of the secret, scopes, networks, expiry.
 */
#include "store/db.h"

struct api_key {
	struct uuid id;
	struct uuid user_id;
	struct uuid project_id; /* nil: all of the user's */
	struct sv name;
	struct db_texts scopes;
	struct db_texts networks; /* CIDR notation; none: any */
	int64_t created_at, expires_at, used_at, revoked_at;
};

/* What every pool may know of a key. */
struct api_key_state {
	struct uuid id;
	struct uuid user_id;
	struct uuid project_id;
	uint8_t secret_hash[32];
	struct db_texts scopes;
	struct db_texts networks;
	int64_t expires_at, revoked_at;
	bool used_lately; /* within the last minute, as far as is written down */
	bool live; /* not revoked, not expired, and its user is active */
};

/* Takes id, user_id, project_id, name, scopes and networks of key, and fills the rest. */
MUST_CHECK int store_api_key_insert(struct db *db, const struct api_key *key,
	const uint8_t secret_hash[32], int64_t seconds, struct arena *arena, struct api_key *ret,
	struct err *err);
MUST_CHECK int store_api_key_list(struct db *db, const struct uuid *user, struct db_page *page,
	struct arena *arena, struct api_key **ret, size_t *ret_n, struct err *err);
/* The live ones of a person, who gets no further one from anybody else until the transaction ends. */
MUST_CHECK int store_api_key_count(
	struct db *db, const struct uuid *user, int64_t *ret, struct err *err);
MUST_CHECK int store_api_key_revoke(
	struct db *db, const struct uuid *id, const struct uuid *user, struct err *err);
MUST_CHECK int store_api_key_state(struct db *db, const struct uuid *id, struct arena *arena,
	struct api_key_state *ret, struct err *err);
/* A successor of a key of the user's. E_NOT_FOUND: no live one, or it has a successor already. */
MUST_CHECK int store_api_key_rotate(struct db *db, const struct uuid *id, const struct uuid *old,
	const struct uuid *user, const uint8_t secret_hash[32], struct arena *arena,
	struct api_key *ret, struct err *err);
MUST_CHECK int store_api_key_used(struct db *db, const struct uuid *id, struct err *err);

#endif
