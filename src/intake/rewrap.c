/*
 * After a rotation of the vault's key pair: wrapped keys and sealed proposals are opened with the
 * old key and wrapped for the new one, some hundred in a transaction. Files are not touched. A
 * batch in which nothing could be opened ends the run, so that a key which is lost does not hold it
 * for ever.
 */
#include "intake/intake.h"

#include "store/store_dataset.h"
#include "store/store_preview.h"

#define BATCH 500
#define ARENA_MAX (64u << 20)

/* One way of being sealed, and where it is kept. */
struct sealed_kind {
	const char *name;
	int32_t batch;
	int (*stale)(struct db *db, struct sv key_id, int32_t limit, struct arena *arena,
		struct sealed_row **ret, size_t *ret_n, struct err *err);
	int (*again)(struct vault *v, struct sv sealed, struct buf *out, struct err *err);
	int (*store)(
		struct db *db, const struct sealed_row *row, struct sv sealed, struct err *err);
};

static int wrap_again(struct vault *v, struct sv sealed, struct buf *out, struct err *err)
{
	uint8_t wrapped[VAULT_WRAPPED_LEN];

	if (sealed.n != VAULT_WRAPPED_LEN)
		return err_set(err, E_CORRUPT, "A wrapped key has an impossible length.");
	int rc = vault_rewrap(v, (const uint8_t *)sealed.p, wrapped, err);
	if (rc == 0)
		buf_add(out, wrapped, sizeof(wrapped));
	return rc;
}

static int seal_again(struct vault *v, struct sv sealed, struct buf *out, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;

	int rc = vault_unseal(v, sealed, &text, err);
	return rc < 0 ? rc : vault_seal(v, buf_sv(&text), out, err);
}

static const struct sealed_kind kinds[] = {
	{"object", BATCH, store_object_stale, wrap_again, store_object_rewrap},
	{"proposal", BATCH / 50, store_dataset_stale, seal_again, store_dataset_reseal},
};

static int exchange(struct intake *in, const struct sealed_kind *kind, const struct sealed_row *row,
	size_t *done, struct err *err)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	int rc = kind->again(in->vault, row->sealed, &out, err);
	if (rc == E_CORRUPT) {
		char id[UUID_TEXT_LEN + 1];

		uuid_format(&row->id, id);
		log_error(&in->m->log, "no key of the ring opens this", LOG_STR("kind", kind->name),
			LOG_STR("id", id), LOG_FAIL(err));
		return 0;
	}
	if (rc == 0 && !buf_ok(&out))
		rc = err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0)
		rc = kind->store(in->db, row, buf_sv(&out), err);
	*done += rc == 0;
	return rc;
}

/* *ret_done: how many were exchanged; 0 ends the kind. */
static int rewrap_batch(
	struct intake *in, const struct sealed_kind *kind, size_t *ret_done, struct err *err)
{
	struct arena a CLEANUP(arena_free);
	const struct sv key_id = sv_from((const char *)vault_key_id(in->vault), VAULT_KEY_ID_LEN);
	struct sealed_row *rows = NULL;
	size_t n = 0;

	arena_init(&a, ARENA_MAX);
	*ret_done = 0;
	int rc = db_begin(in->db, err);
	if (rc == 0)
		rc = kind->stale(in->db, key_id, kind->batch, &a, &rows, &n, err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = exchange(in, kind, &rows[i], ret_done, err);
	if (rc == 0)
		rc = db_commit(in->db, err);
	db_rollback(in->db);
	return rc;
}

/* Previews are not worth a second seal: who asks again gets one for the present key. */
static int drop_previews(struct intake *in, struct err *err)
{
	const struct sv key_id = sv_from((const char *)vault_key_id(in->vault), VAULT_KEY_ID_LEN);
	int64_t rows = 0;

	return store_preview_drop_stale(in->db, key_id, &rows, err);
}

int rewrap_run(struct intake *in, struct err *err)
{
	int rc = drop_previews(in, err);

	for (size_t k = 0; k < ARRAY_LEN(kinds) && rc == 0; k++) {
		size_t done = 1, all = 0;

		while (rc == 0 && done > 0 && !intake_stopping(in)) {
			rc = rewrap_batch(in, &kinds[k], &done, err);
			all += done;
		}
		if (all > 0)
			log_info(&in->m->log, "wrapped for the present key",
				LOG_STR("kind", kinds[k].name), LOG_INT("n", (int64_t)all));
	}
	return rc;
}
