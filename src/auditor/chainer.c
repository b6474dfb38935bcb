/* The chain grows; see chainer.h. */
#include "auditor/chainer.h"

#include <string.h>

#include "base/text.h"
#include "seal/random.h"

#define ARENA_MAX ((size_t)64 << 20)
#define ERASE_ACTION "user.erase"

/* --- rows ------------------------------------------------------------------------------------- */

/* JSON that the database took and we do not (a key twice, say) is kept as the text that it is. */
static int make_canonical(struct sv *json, struct arena *arena, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct sv canonical;
	int rc = chain_canonical(*json, arena, &canonical, err);

	if (rc == 0) {
		*json = canonical;
		return 0;
	}
	if (rc == E_NO_MEMORY)
		return rc;
	buf_add_cstr(&text, "{\"text\":");
	text_add_json(&text, *json);
	buf_add_char(&text, '}');
	*json = buf_ok(&text) ? arena_sv(arena, buf_sv(&text)) : SV_NULL;
	return json->p == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

static int seal_personal(struct chain_row *row, struct arena *arena, struct err *err)
{
	uint8_t bytes[CHAIN_SALT_LEN + SHA256_LEN];
	struct sv both;

	if (row->personal.p == NULL)
		return 0;
	random_bytes(bytes, CHAIN_SALT_LEN);
	row->salt = sv_from((const char *)bytes, CHAIN_SALT_LEN);
	chain_personal_hash(row->salt, row->personal, bytes + CHAIN_SALT_LEN);
	both = arena_sv(arena, sv_from((const char *)bytes, sizeof(bytes)));
	if (both.p == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	row->salt = sv_from(both.p, CHAIN_SALT_LEN);
	row->personal_hash = sv_from(both.p + CHAIN_SALT_LEN, SHA256_LEN);
	return 0;
}

/* Becomes the row behind tip, which then is this one. */
static int append(struct chainer *c, struct chain_row *row, struct chain_row *tip,
	struct arena *arena, struct err *err)
{
	int64_t erased = 0;
	int rc = make_canonical(&row->details, arena, err);

	if (rc == 0)
		rc = make_canonical(&row->personal, arena, err);
	if (rc == 0)
		rc = seal_personal(row, arena, err);
	row->seq = tip->seq + 1;
	memcpy(row->prev_hash, tip->hash, SHA256_LEN);
	if (rc == 0)
		rc = chain_hash(row, row->hash, err);
	if (rc == 0)
		rc = store_audit_append(c->db, row, err);
	if (rc == 0 && sv_eq_cstr(row->action, ERASE_ACTION) && !uuid_is_nil(&row->object_id))
		rc = store_audit_erase(c->db, &row->object_id, &erased, err);
	if (rc == 0) {
		tip->seq = row->seq;
		memcpy(tip->hash, row->hash, SHA256_LEN);
	}
	return rc;
}

static int move_rows(struct chainer *c, struct arena *arena, struct chain_row **ret, size_t *ret_n,
	struct err *err)
{
	struct chain_row tip = {.seq = 0};
	int rc = store_audit_tip(c->db, &tip.seq, tip.hash, err);

	if (rc == 0)
		rc = store_audit_take(c->db, CHAINER_BATCH, arena, ret, ret_n, err);
	for (size_t i = 0; rc == 0 && i < *ret_n; i++)
		rc = append(c, &(*ret)[i], &tip, arena, err);
	return rc;
}

/* --- is it the log that was signed ------------------------------------------------------------ */

static int say_broken(struct chainer *c, int64_t seq, struct err *err)
{
	const struct audit row = {.actor_kind = ACTOR_SYSTEM,
		.event = EVENT_AUDIT_BREAK,
		.object_kind = "audit_log",
		.outcome = AUDIT_FAILED};

	log_error(c->log, "the audit log does not go on from the last checkpoint; "
			  "`recon audit verify` says what became of it",
		LOG_INT("row", seq));
	metrics_set(c->metrics, M_AUDIT_BROKEN, 0, 1);
	return store_audit_insert(c->db, &row, err);
}

/* Once, when the database is there: the row of the last checkpoint of our own file is the one that
 * was signed. The log goes on in any case: what was signed stays signed, and acts must be recorded. */
static int compare(struct chainer *c, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	const struct chain_checkpoint *last = checkpoints_last(c->checkpoints);
	struct chain_row *rows;
	size_t n;
	int rc = 0;

	if (last->seq > 0) {
		arena_init(&arena, ARENA_MAX);
		rc = store_audit_page(c->db, last->seq - 1, 1, &arena, &rows, &n, err);
		if (rc == 0 && (n == 0 || rows[0].seq != last->seq ||
				       memcmp(rows[0].hash, last->hash, SHA256_LEN) != 0))
			rc = say_broken(c, last->seq, err);
	} else {
		arena_init(&arena, 0);
	}
	c->compared = rc == 0;
	return rc;
}

/* --- steps ------------------------------------------------------------------------------------ */

int chainer_step(struct chainer *c, size_t *ret_rows, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct chain_row *rows = NULL;
	bool mine = false;
	size_t n = 0;
	int rc;

	*ret_rows = 0;
	arena_init(&arena, ARENA_MAX);
	rc = c->compared ? 0 : compare(c, err);
	if (rc == 0)
		rc = db_begin(c->db, err);
	if (rc == 0)
		rc = store_audit_lock(c->db, &mine, err);
	if (rc == 0 && mine)
		rc = move_rows(c, &arena, &rows, &n, err);
	if (rc == 0 && n > 0)
		rc = db_commit(c->db, err);
	db_rollback(c->db);
	if (rc != 0 || n == 0)
		return rc;
	*ret_rows = n;
	metrics_add(c->metrics, M_AUDIT_ROWS, 0, (int64_t)n);
	metrics_set(c->metrics, M_AUDIT_LAG, 0, clock_wall_us(&c->clock) - rows[n - 1].ts);
	return 0;
}

int chainer_sign(struct chainer *c, bool in_any_case, struct err *err)
{
	struct chain_checkpoint cp = {.ts = clock_wall_us(&c->clock)};
	int rc = store_audit_tip(c->db, &cp.seq, cp.hash, err);

	cp.count = cp.seq;
	if (rc != 0 || !checkpoints_due(c->checkpoints, &cp, in_any_case))
		return rc;
	rc = checkpoints_add(c->checkpoints, &cp, err);
	if (rc == 0)
		rc = store_checkpoint_insert(c->db, &cp, err);
	if (rc == 0) {
		metrics_set(c->metrics, M_AUDIT_SIGNED, 0, cp.seq);
		log_info(c->log, "checkpoint", LOG_INT("row", cp.seq));
	}
	return rc;
}
