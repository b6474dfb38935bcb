/*
 * The key list is small and read-mostly: readers hold a shared lock while they verify. The cache is
 * direct-mapped by the token's hash; a collision only costs a verification. It keeps hashes, not
 * tokens, and never answers for an expired one.
 */
#include "api/tokens.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "seal/hash.h"
#include "seal/random.h"
#include "store/store_signing_key.h"

#define KEYS_MAX 8
#define CACHE_SLOTS 4096
#define CACHE_LOCKS 16
#define RELOAD_US INT64_C(1000000)

struct key {
	char kid[JWT_KID_MAX + 1];
	enum word state;
	struct jwt_key *key; /* a pair in the auth pool */
};

struct cached {
	uint8_t hash[SHA256_LEN];
	struct jwt_claims claims;
};

struct token_keys {
	struct token_options o;
	pthread_rwlock_t lock; /* of keys */
	struct key keys[KEYS_MAX];
	size_t n;
	_Atomic int64_t loaded_us; /* monotonic */
	pthread_mutex_t cache_locks[CACHE_LOCKS];
	struct cached *cache;
};

struct token_keys *tokens_new(const struct token_options *o)
{
	struct token_keys *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->o = *o;
	t->cache = calloc(CACHE_SLOTS, sizeof(*t->cache));
	if (t->cache == NULL) {
		free(t);
		return NULL;
	}
	pthread_rwlock_init(&t->lock, NULL);
	for (size_t i = 0; i < CACHE_LOCKS; i++)
		pthread_mutex_init(&t->cache_locks[i], NULL);
	return t;
}

static void keys_free(struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		jwt_key_freep(&keys[i].key);
}

void tokens_free(struct token_keys *t)
{
	if (t == NULL)
		return;
	keys_free(t->keys, t->n);
	pthread_rwlock_destroy(&t->lock);
	for (size_t i = 0; i < CACHE_LOCKS; i++)
		pthread_mutex_destroy(&t->cache_locks[i]);
	free(t->cache);
	free(t);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void identity_of(struct sv kid, struct buf *out)
{
	buf_add_cstr(out, "signing_key.private:");
	buf_add_sv(out, kid);
}

static int open_private(
	const struct token_keys *t, const struct signing_key *row, struct jwt_key **ret, struct err *err)
{
	struct buf identity CLEANUP(buf_free) = BUF_INIT;
	struct buf pair CLEANUP(buf_wipe) = BUF_INIT;
	int rc;

	identity_of(row->kid, &identity);
	rc = field_open(t->o.keys, buf_sv(&identity), row->private_sealed, &pair, err);
	return rc == 0 ? jwt_key_from_private(buf_sv(&pair), ret, err) : rc;
}

static int read_keys(struct token_keys *t, struct db *db, struct arena *arena, struct key *keys,
	size_t *ret_n, struct err *err)
{
	struct signing_key *rows;
	size_t n = 0;
	int rc = t->o.keys != NULL ? store_signing_key_list(db, arena, &rows, &n, err) :
				     store_signing_key_public_list(db, arena, &rows, &n, err);

	if (rc != 0)
		return rc;
	*ret_n = 0;
	for (size_t i = 0; i < n && *ret_n < KEYS_MAX; i++) {
		struct key *k = &keys[*ret_n];

		if (rows[i].kid.n > JWT_KID_MAX)
			continue;
		memcpy(k->kid, rows[i].kid.p, rows[i].kid.n);
		k->kid[rows[i].kid.n] = '\0';
		k->state = rows[i].state;
		rc = t->o.keys != NULL ? open_private(t, &rows[i], &k->key, err) :
					 jwt_key_from_public(rows[i].public_key, &k->key, err);
		if (rc != 0)
			return rc;
		(*ret_n)++;
	}
	return 0;
}

int tokens_load(struct token_keys *t, struct db *db, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct key keys[KEYS_MAX] = {{.state = WORD_NONE}};
	size_t n = 0;
	int rc;

	arena_init(&arena, 1 << 20);
	rc = read_keys(t, db, &arena, keys, &n, err);
	if (rc != 0) {
		keys_free(keys, n);
		return rc;
	}
	pthread_rwlock_wrlock(&t->lock);
	keys_free(t->keys, t->n);
	memcpy(t->keys, keys, sizeof(keys));
	t->n = n;
	pthread_rwlock_unlock(&t->lock);
	atomic_store(&t->loaded_us, clock_mono_us(&t->o.clock));
	return 0;
}

static int add_key(struct token_keys *t, struct db *db, enum word state, struct err *err)
{
	struct jwt_key *key CLEANUP(jwt_key_freep) = NULL;
	struct buf identity CLEANUP(buf_free) = BUF_INIT;
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct signing_key row = {.state = state};
	uint8_t point[JWT_PUBLIC_LEN];
	uint8_t pair[JWT_PRIVATE_LEN];
	char kid[44];
	int rc = jwt_key_generate(&key, err);

	if (rc != 0)
		return rc;
	jwt_key_name(key, kid);
	jwt_key_public(key, point);
	jwt_key_private(key, pair);
	row.kid = sv_from_cstr(kid);
	row.public_key = sv_from((const char *)point, sizeof(point));
	identity_of(row.kid, &identity);
	rc = field_seal(t->o.keys, buf_sv(&identity), sv_from((const char *)pair, sizeof(pair)),
		&sealed, err);
	hash_wipe(pair, sizeof(pair));
	if (rc != 0)
		return rc;
	row.private_sealed = buf_sv(&sealed);
	return store_signing_key_insert(db, &row, err);
}

static const struct signing_key *find_state(
	const struct signing_key *rows, size_t n, enum word state)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].state == state)
			return &rows[i];
	}
	return NULL;
}

/* One step of each kind whose time has come. */
static int move_on(struct token_keys *t, struct db *db, const struct signing_key *rows, size_t n,
	struct err *err)
{
	int64_t now = clock_wall_us(&t->o.clock);
	const struct signing_key *active = find_state(rows, n, KEY_STATE_ACTIVE);
	const struct signing_key *next = find_state(rows, n, KEY_STATE_NEXT);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (rows[i].state == KEY_STATE_RETIRING &&
			now - rows[i].changed_at >
				(t->o.token_seconds + 2 * JWT_LEEWAY_SECONDS) * 1000000)
			rc = store_signing_key_set_state(db, rows[i].kid, KEY_STATE_GONE, err);
	}
	if (rc != 0)
		return rc;
	if (active == NULL)
		return next != NULL ?
			store_signing_key_set_state(db, next->kid, KEY_STATE_ACTIVE, err) :
			add_key(t, db, KEY_STATE_ACTIVE, err);
	if (now - active->changed_at < INT64_C(1000000) * TOKEN_ROTATE_SECONDS)
		return 0;
	if (next == NULL)
		return add_key(t, db, KEY_STATE_NEXT, err);
	if (now - next->created_at < INT64_C(1000000) * TOKEN_PUBLISH_SECONDS)
		return 0;
	rc = store_signing_key_set_state(db, active->kid, KEY_STATE_RETIRING, err);
	return rc == 0 ? store_signing_key_set_state(db, next->kid, KEY_STATE_ACTIVE, err) : rc;
}

int tokens_rotate(struct token_keys *t, struct db *db, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct signing_key *rows;
	size_t n;
	int rc;

	arena_init(&arena, 1 << 20);
	rc = db_begin(db, err);
	if (rc == 0)
		rc = store_signing_key_lock(db, err);
	if (rc == 0)
		rc = store_signing_key_list(db, &arena, &rows, &n, err);
	if (rc == 0)
		rc = move_on(t, db, rows, n, err);
	if (rc == 0)
		rc = db_commit(db, err);
	if (rc != 0) {
		db_rollback(db);
		return rc;
	}
	return tokens_load(t, db, err);
}

/* --- the cache -------------------------------------------------------------------------------- */

static size_t slot_of(const uint8_t hash[SHA256_LEN])
{
	return ((size_t)hash[0] << 8 | hash[1]) % CACHE_SLOTS;
}

static bool cache_find(struct token_keys *t, const uint8_t hash[SHA256_LEN], int64_t now,
	struct jwt_claims *ret)
{
	size_t slot = slot_of(hash);
	pthread_mutex_t *lock = &t->cache_locks[slot % CACHE_LOCKS];
	bool found;

	pthread_mutex_lock(lock);
	found = hash_equal(t->cache[slot].hash, hash, SHA256_LEN) &&
		t->cache[slot].claims.exp + JWT_LEEWAY_SECONDS > now;
	if (found)
		*ret = t->cache[slot].claims;
	pthread_mutex_unlock(lock);
	return found;
}

static void cache_keep(
	struct token_keys *t, const uint8_t hash[SHA256_LEN], const struct jwt_claims *claims)
{
	size_t slot = slot_of(hash);
	pthread_mutex_t *lock = &t->cache_locks[slot % CACHE_LOCKS];

	pthread_mutex_lock(lock);
	memcpy(t->cache[slot].hash, hash, SHA256_LEN);
	t->cache[slot].claims = *claims;
	pthread_mutex_unlock(lock);
}

/* --- tokens ----------------------------------------------------------------------------------- */

struct lookup {
	const struct token_keys *t;
	bool unknown;
};

static const struct jwt_key *find_key(void *ctx, struct sv kid)
{
	struct lookup *l = ctx;

	for (size_t i = 0; i < l->t->n; i++) {
		if (sv_eq_cstr(kid, l->t->keys[i].kid))
			return l->t->keys[i].key;
	}
	l->unknown = true;
	return NULL;
}

static int verify_once(struct token_keys *t, struct sv token, int64_t now, bool *ret_unknown,
	struct jwt_claims *ret, struct err *err)
{
	struct lookup l = {.t = t};
	struct jwt_policy policy = {.issuer = t->o.issuer,
		.audience = TOKEN_AUDIENCE,
		.now = now,
		.key = find_key,
		.ctx = &l};
	int rc;

	pthread_rwlock_rdlock(&t->lock);
	rc = jwt_verify(token, &policy, ret, err);
	pthread_rwlock_unlock(&t->lock);
	*ret_unknown = l.unknown;
	return rc;
}

int tokens_verify(struct token_keys *t, struct db *db, struct sv token, struct jwt_claims *ret,
	struct err *err)
{
	int64_t now = clock_wall_us(&t->o.clock) / 1000000;
	uint8_t hash[SHA256_LEN];
	bool unknown;
	int rc;

	if (token.n > JWT_MAX)
		return err_set(err, E_TOKEN_INVALID, "too long");
	hash_sha256(token.p, token.n, hash);
	if (cache_find(t, hash, now, ret))
		return 0;
	rc = verify_once(t, token, now, &unknown, ret, err);
	if (unknown && clock_mono_us(&t->o.clock) - atomic_load(&t->loaded_us) >= RELOAD_US) {
		rc = tokens_load(t, db, err);
		if (rc == 0)
			rc = verify_once(t, token, now, &unknown, ret, err);
	}
	if (rc == 0)
		cache_keep(t, hash, ret);
	return rc;
}

/* With the lock held. */
static const struct jwt_key *active_key(const struct token_keys *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->keys[i].state == KEY_STATE_ACTIVE)
			return t->keys[i].key;
	}
	return NULL;
}

int tokens_ready(struct token_keys *t, struct db *db, struct err *err)
{
	bool ready;

	pthread_rwlock_rdlock(&t->lock);
	ready = active_key(t) != NULL;
	pthread_rwlock_unlock(&t->lock);
	return ready ? 0 : tokens_rotate(t, db, err);
}

int tokens_sign(
	struct token_keys *t, struct jwt_claims *claims, struct buf *ret, struct err *err)
{
	int64_t now_us = clock_wall_us(&t->o.clock);
	const struct jwt_key *key;
	uint8_t random[10];
	int rc;

	random_bytes(random, sizeof(random));
	claims->jti = uuid_v7((uint64_t)now_us / 1000, random);
	claims->iat = now_us / 1000000;
	claims->nbf = claims->iat;
	claims->exp = claims->iat + t->o.token_seconds;
	pthread_rwlock_rdlock(&t->lock);
	key = active_key(t);
	rc = key == NULL ?
		err_set(err, E_UNAVAILABLE, "There is no signing key.") :
		jwt_sign(key, t->o.issuer, TOKEN_AUDIENCE, claims, ret, err);
	pthread_rwlock_unlock(&t->lock);
	return rc;
}
