/* Sessions; see store_session.h. */
#include "store/store_session.h"

static const struct db_field session_fields[] = {
	DB_FIELD(session, UUID, id),
	DB_FIELD(session, UUID, user_id),
	DB_FIELD(session, INSTANT, created_at),
	DB_FIELD(session, INSTANT, used_at),
	DB_FIELD(session, INSTANT, step_up_at),
	DB_FIELD(session, INSTANT, idle_expires_at),
	DB_FIELD(session, INSTANT, absolute_expires_at),
	DB_FIELD(session, INSTANT, revoked_at),
	DB_FIELD(session, TEXT, address),
	DB_FIELD(session, TEXT, agent),
	DB_FIELD(session, BOOL, restricted),
};
static const struct db_shape session_shape = DB_SHAPE(session, session_fields);

static const struct db_field state_fields[] = {
	DB_FIELD(session_state, UUID, id),
	DB_FIELD(session_state, UUID, user_id),
	DB_FIELD_WORD(session_state, "USER_STATUS", user_status),
	DB_FIELD(session_state, INSTANT, created_at),
	DB_FIELD(session_state, INSTANT, step_up_at),
	DB_FIELD(session_state, INSTANT, idle_expires_at),
	DB_FIELD(session_state, INSTANT, absolute_expires_at),
	DB_FIELD(session_state, INSTANT, revoked_at),
	DB_FIELD(session_state, BOOL, live),
	DB_FIELD(session_state, BOOL, restricted),
};
static const struct db_shape state_shape = DB_SHAPE(session_state, state_fields);

static const struct db_field refresh_fields[] = {
	DB_FIELD(refresh_token, HASH, token_hash),
	DB_FIELD(refresh_token, UUID, session_id),
	DB_FIELD(refresh_token, I32, generation),
	DB_FIELD(refresh_token, INSTANT, spent_at),
	DB_FIELD(refresh_token, BYTES, successor_sealed),
	DB_FIELD(refresh_token, BOOL, spent_just_now),
	DB_FIELD(refresh_token, I32, newest_generation),
	DB_FIELD(refresh_token, BOOL, newest_spent),
};
static const struct db_shape refresh_shape = DB_SHAPE(refresh_token, refresh_fields);

int store_session_insert(struct db *db, const struct uuid *id, const struct uuid *user,
	int64_t idle_seconds, int64_t absolute_seconds, struct sv address, struct sv agent,
	bool restricted, struct arena *arena, struct session *ret, struct err *err)
{
	return db_one(db, SQL_SESSION_INSERT,
		DB_PARAMS(DB_UUID(id), DB_UUID(user), DB_I64(idle_seconds),
			DB_I64(absolute_seconds), DB_SV(address), DB_SV(agent.p ? agent : SV("")),
			DB_BOOL(restricted)),
		&session_shape, arena, ret, err);
}

int store_session_get(struct db *db, const struct uuid *id, struct arena *arena,
	struct session *ret, struct err *err)
{
	return db_one(db, SQL_SESSION_GET, DB_PARAMS(DB_UUID(id)), &session_shape, arena, ret, err);
}

int store_session_state(
	struct db *db, const struct uuid *id, struct session_state *ret, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;

	arena_init(&arena, 0);
	return db_one(
		db, SQL_SESSION_STATE, DB_PARAMS(DB_UUID(id)), &state_shape, &arena, ret, err);
}

int store_session_list(struct db *db, const struct uuid *user, struct arena *arena,
	struct session **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_SESSION_LIST, DB_PARAMS(DB_UUID(user)), &session_shape, arena, ret,
		ret_n, err);
}

int store_session_touch(struct db *db, const struct uuid *id, int64_t idle_seconds, struct err *err)
{
	return db_run_one(db, SQL_SESSION_TOUCH, DB_PARAMS(DB_UUID(id), DB_I64(idle_seconds)), err);
}

int store_session_step_up(struct db *db, const struct uuid *id, struct err *err)
{
	return db_run_one(db, SQL_SESSION_STEP_UP, DB_PARAMS(DB_UUID(id)), err);
}

int store_session_revoke(struct db *db, const struct uuid *id, const struct uuid *user,
	enum word reason, struct err *err)
{
	return db_run_one(db, SQL_SESSION_REVOKE,
		DB_PARAMS(DB_UUID(id), DB_UUID(user), DB_WORD(reason)), err);
}

struct id_row {
	struct uuid id;
};

static const struct db_field id_fields[] = {DB_FIELD(id_row, UUID, id)};
static const struct db_shape id_shape = DB_SHAPE(id_row, id_fields);

int store_session_revoke_others(struct db *db, const struct uuid *user, const struct uuid *keep,
	enum word reason, struct arena *arena, struct uuid **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_SESSION_REVOKE_OTHERS,
		DB_PARAMS(DB_UUID(user), keep ? DB_UUID(keep) : DB_NULL(UUID), DB_WORD(reason)),
		&id_shape, arena, ret, ret_n, err);
}

int store_session_restrict(struct db *db, const struct uuid *user, struct arena *arena,
	struct uuid **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_SESSION_RESTRICT, DB_PARAMS(user ? DB_UUID(user) : DB_NULL(UUID)),
		&id_shape, arena, ret, ret_n, err);
}

int store_session_free(struct db *db, const struct uuid *id, struct err *err)
{
	return db_run_one(db, SQL_SESSION_FREE, DB_PARAMS(DB_UUID(id)), err);
}

int store_refresh_insert(struct db *db, const uint8_t token_hash[32], const struct uuid *session,
	int32_t generation, struct err *err)
{
	return db_run_one(db, SQL_REFRESH_INSERT,
		DB_PARAMS(DB_HASH(token_hash), DB_UUID(session), DB_I32(generation)), err);
}

int store_refresh_get(struct db *db, const uint8_t token_hash[32], struct arena *arena,
	struct refresh_token *ret, struct err *err)
{
	return db_one(db, SQL_REFRESH_GET, DB_PARAMS(DB_HASH(token_hash)), &refresh_shape, arena,
		ret, err);
}

int store_refresh_spend(
	struct db *db, const uint8_t token_hash[32], struct sv successor_sealed, struct err *err)
{
	return db_run_one(db, SQL_REFRESH_SPEND,
		DB_PARAMS(DB_HASH(token_hash), DB_BYTES(successor_sealed)), err);
}
