/* The audit outbox and log; see store_audit.h. */
#include "store/store_audit.h"

#include <string.h>

static const struct db_field taken_fields[] = {
	DB_FIELD(chain_row, UUID, id),
	DB_FIELD(chain_row, INSTANT, ts),
	DB_FIELD(chain_row, UUID, project_id),
	DB_FIELD(chain_row, TEXT, actor_kind),
	DB_FIELD(chain_row, UUID, actor_id),
	DB_FIELD(chain_row, TEXT, action),
	DB_FIELD(chain_row, TEXT, object_kind),
	DB_FIELD(chain_row, UUID, object_id),
	DB_FIELD(chain_row, TEXT, outcome),
	DB_FIELD(chain_row, TEXT, request_id),
	DB_FIELD(chain_row, TEXT, details),
	DB_FIELD(chain_row, TEXT, personal),
};
static const struct db_shape taken_shape = DB_SHAPE(chain_row, taken_fields);

static const struct db_field row_fields[] = {
	DB_FIELD(chain_row, I64, seq),
	DB_FIELD(chain_row, UUID, id),
	DB_FIELD(chain_row, INSTANT, ts),
	DB_FIELD(chain_row, UUID, project_id),
	DB_FIELD(chain_row, TEXT, actor_kind),
	DB_FIELD(chain_row, UUID, actor_id),
	DB_FIELD(chain_row, TEXT, action),
	DB_FIELD(chain_row, TEXT, object_kind),
	DB_FIELD(chain_row, UUID, object_id),
	DB_FIELD(chain_row, TEXT, outcome),
	DB_FIELD(chain_row, TEXT, request_id),
	DB_FIELD(chain_row, TEXT, details),
	DB_FIELD(chain_row, TEXT, personal),
	DB_FIELD(chain_row, BYTES, salt),
	DB_FIELD(chain_row, BYTES, personal_hash),
	DB_FIELD(chain_row, HASH, prev_hash),
	DB_FIELD(chain_row, HASH, hash),
};
static const struct db_shape row_shape = DB_SHAPE(chain_row, row_fields);

static const struct db_field tip_fields[] = {
	DB_FIELD(chain_row, I64, seq),
	DB_FIELD(chain_row, HASH, hash),
};
static const struct db_shape tip_shape = DB_SHAPE(chain_row, tip_fields);

/* A checkpoint with key and signature as the database has them. */
struct stored_checkpoint {
	int64_t seq, count, ts;
	uint8_t hash[SHA256_LEN];
	struct sv key, signature;
};

static const struct db_field checkpoint_fields[] = {
	DB_FIELD(stored_checkpoint, I64, seq),
	DB_FIELD(stored_checkpoint, HASH, hash),
	DB_FIELD(stored_checkpoint, I64, count),
	DB_FIELD(stored_checkpoint, INSTANT, ts),
	DB_FIELD(stored_checkpoint, BYTES, key),
	DB_FIELD(stored_checkpoint, BYTES, signature),
};
static const struct db_shape checkpoint_shape = DB_SHAPE(stored_checkpoint, checkpoint_fields);

int store_audit_insert(struct db *db, const struct audit *a, struct err *err)
{
	struct uuid id = uuid_new();

	return db_run_one(db, SQL_AUDIT_INSERT,
		DB_PARAMS(DB_UUID(&id), DB_UUID_OPT(&a->project_id), DB_WORD(a->actor_kind),
			DB_UUID_OPT(&a->actor_id), DB_STR(event_info(a->event)->word),
			DB_STR(a->object_kind ? a->object_kind : ""), DB_UUID_OPT(&a->object_id),
			DB_WORD(a->outcome), DB_SV(a->request_id), DB_SV(a->details),
			DB_SV(a->personal)),
		err);
}

int store_audit_lock(struct db *db, bool *ret, struct err *err)
{
	int64_t locked = 0;
	int rc = db_value(db, SQL_AUDIT_LOCK, DB_NO_PARAMS, &locked, err);

	if (rc == 0)
		*ret = locked != 0;
	return rc;
}

int store_audit_take(struct db *db, int32_t n, struct arena *arena, struct chain_row **ret,
	size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_AUDIT_TAKE, DB_PARAMS(DB_I32(n)), &taken_shape, arena, ret, ret_n,
		err);
}

int store_audit_tip(
	struct db *db, int64_t *ret_seq, uint8_t ret_hash[SHA256_LEN], struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct chain_row tip = {.seq = 0};
	int rc;

	arena_init(&arena, 0);
	rc = db_one(db, SQL_AUDIT_TIP, DB_NO_PARAMS, &tip_shape, &arena, &tip, err);
	if (rc != 0 && rc != E_NOT_FOUND)
		return rc;
	*ret_seq = tip.seq;
	memcpy(ret_hash, tip.hash, SHA256_LEN);
	return 0;
}

int store_audit_append(struct db *db, const struct chain_row *r, struct err *err)
{
	return db_run_one(db, SQL_AUDIT_APPEND,
		DB_PARAMS(DB_I64(r->seq), DB_UUID(&r->id), DB_INSTANT(r->ts),
			DB_UUID_OPT(&r->project_id), DB_SV(r->actor_kind),
			DB_UUID_OPT(&r->actor_id), DB_SV(r->action), DB_SV(r->object_kind),
			DB_UUID_OPT(&r->object_id), DB_SV(r->outcome), DB_SV(r->request_id),
			DB_SV(r->details), DB_SV(r->personal), DB_BYTES(r->salt),
			DB_BYTES(r->personal_hash), DB_HASH(r->prev_hash), DB_HASH(r->hash)),
		err);
}

int store_audit_erase(
	struct db *db, const struct uuid *person, int64_t *ret_rows, struct err *err)
{
	return db_value(db, SQL_AUDIT_ERASE, DB_PARAMS(DB_UUID(person)), ret_rows, err);
}

int store_checkpoint_insert(struct db *db, const struct chain_checkpoint *cp, struct err *err)
{
	struct sv key = sv_from((const char *)cp->key, sizeof(cp->key));
	struct sv signature = sv_from((const char *)cp->signature, sizeof(cp->signature));

	return db_run(db, SQL_AUDIT_CHECKPOINT_INSERT,
		DB_PARAMS(DB_I64(cp->seq), DB_HASH(cp->hash), DB_I64(cp->count),
			DB_INSTANT(cp->ts), DB_BYTES(key), DB_BYTES(signature)),
		NULL, err);
}

/* The table's own checks hold the lengths. */
static struct chain_checkpoint checkpoint_of(const struct stored_checkpoint *s)
{
	struct chain_checkpoint cp = {.seq = s->seq, .count = s->count, .ts = s->ts};

	memcpy(cp.hash, s->hash, SHA256_LEN);
	memcpy(cp.key, s->key.p, MIN(s->key.n, sizeof(cp.key)));
	memcpy(cp.signature, s->signature.p, MIN(s->signature.n, sizeof(cp.signature)));
	return cp;
}

int store_checkpoint_last(struct db *db, struct chain_checkpoint *ret, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct stored_checkpoint s;
	int rc;

	arena_init(&arena, 0);
	rc = db_one(db, SQL_AUDIT_CHECKPOINT_LAST, DB_NO_PARAMS, &checkpoint_shape, &arena, &s, err);
	if (rc == 0)
		*ret = checkpoint_of(&s);
	return rc;
}

int store_audit_page(struct db *db, int64_t after, int32_t n, struct arena *arena,
	struct chain_row **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_AUDIT_PAGE, DB_PARAMS(DB_I64(after), DB_I32(n)), &row_shape, arena,
		ret, ret_n, err);
}

int store_checkpoint_page(struct db *db, int64_t after, int32_t n, struct arena *arena,
	struct chain_checkpoint **ret, size_t *ret_n, struct err *err)
{
	struct stored_checkpoint *rows;
	struct chain_checkpoint *cps;
	int rc = db_list(db, SQL_AUDIT_CHECKPOINT_LIST, DB_PARAMS(DB_I64(after), DB_I32(n)),
		&checkpoint_shape, arena, &rows, ret_n, err);

	if (rc != 0)
		return rc;
	cps = ARENA_ARRAY(arena, *ret_n, struct chain_checkpoint);
	if (cps == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < *ret_n; i++)
		cps[i] = checkpoint_of(&rows[i]);
	*ret = cps;
	return 0;
}

static struct db_param instant_opt(int64_t us)
{
	return us == 0 ? DB_NULL(TIMESTAMPTZ) : DB_INSTANT(us);
}

static int list(struct db *db, enum sql statement, const struct audit_filter *f, int64_t seq,
	int32_t n, struct arena *arena, struct chain_row **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, statement,
		DB_PARAMS(DB_UUID_OPT(&f->project_id), DB_I64(seq), DB_I32(n), instant_opt(f->from),
			instant_opt(f->to), DB_UUID_OPT(&f->actor_id), DB_SV(f->action),
			DB_UUID_OPT(&f->object_id), DB_WORD_OPT(f->outcome), DB_SV(f->request_id)),
		&row_shape, arena, ret, ret_n, err);
}

int store_audit_list(struct db *db, const struct audit_filter *f, int64_t before, int32_t n,
	struct arena *arena, struct chain_row **ret, size_t *ret_n, struct err *err)
{
	return list(db, SQL_AUDIT_LIST, f, before == 0 ? INT64_MAX : before, n, arena, ret, ret_n,
		err);
}

int store_audit_select(struct db *db, const struct audit_filter *f, int64_t after, int32_t n,
	struct arena *arena, struct chain_row **ret, size_t *ret_n, struct err *err)
{
	return list(db, SQL_AUDIT_SELECT, f, after, n, arena, ret, ret_n, err);
}
