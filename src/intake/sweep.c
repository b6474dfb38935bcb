/*
 * What crashes and absent clients leave behind: uploads past their time, objects that were never
 * finished, objects that no row names. An object is older than any transaction that could still be
 * about to name it before it counts as an orphan.
 */
#include "intake/intake.h"

#include "store/store_file.h"
#include "store/store_project.h"
#include "store/store_upload.h"

#define EXPIRE_BATCH 16
#define ORPHAN_BATCH 1000
#define ARENA_MAX (16u << 20)

/* Inside a transaction: the upload's end and the erasure of its parts' keys. */
static int expire_one(struct intake *in, const struct upload *upload, struct arena *a,
	struct uuid **ret_ids, size_t *ret_n, struct err *err)
{
	struct upload_part *parts = NULL;
	struct uuid *ids;
	size_t n = 0;
	int rc = store_part_list(in->db, &upload->id, a, &parts, &n, err);

	if (rc < 0)
		return rc;
	ids = ARENA_ARRAY(a, n, struct uuid);
	if (!ids)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++)
		ids[i] = parts[i].object_id;
	rc = store_object_erase(in->db, ids, n, NULL, err);
	if (rc == 0)
		rc = store_part_delete(in->db, &upload->id, err);
	if (rc == 0)
		rc = store_upload_end(in->db, &upload->id, err);
	if (rc == 0)
		rc = store_file_set_state(in->db, &upload->file_id, FILE_STATE_RECEIVING,
			FILE_STATE_REJECTED, sv_from_cstr(err_wire(E_UPLOAD_EXPIRED)),
			sv_from_cstr(err_text(E_UPLOAD_EXPIRED)), err);
	if (rc == 0)
		rc = store_project_release(in->db, &upload->project_id, upload->size, err);
	if (rc == 0)
		rc = intake_audit(in, &upload->project_id, EVENT_UPLOAD_END, "upload", &upload->id,
			err_wire(E_UPLOAD_EXPIRED), err);
	*ret_ids = ids;
	*ret_n = n;
	return rc;
}

/* One transaction for a few of them; bytes go after its commit. *ret_more: there may be others. */
static int expire_batch(struct intake *in, struct arena *a, bool *ret_more, struct err *err)
{
	struct upload *uploads = NULL;
	struct uuid *ids[EXPIRE_BATCH] = {NULL};
	size_t counts[EXPIRE_BATCH] = {0};
	size_t n = 0;
	int rc = db_begin(in->db, err);

	if (rc == 0)
		rc = store_upload_expired(in->db, EXPIRE_BATCH, a, &uploads, &n, err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = expire_one(in, &uploads[i], a, &ids[i], &counts[i], err);
	if (rc == 0)
		rc = db_commit(in->db, err);
	db_rollback(in->db);
	for (size_t i = 0; i < n && rc == 0; i++)
		for (size_t k = 0; k < counts[i] && rc == 0; k++)
			rc = vault_remove(in->vault, &ids[i][k], err);
	*ret_more = rc == 0 && n == EXPIRE_BATCH;
	return rc;
}

static int expire_uploads(struct intake *in, struct err *err)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && !intake_stopping(in)) {
		struct arena a CLEANUP(arena_free);

		arena_init(&a, ARENA_MAX);
		rc = expire_batch(in, &a, &more, err);
	}
	return rc;
}

struct orphans {
	struct intake *in;
	int64_t before; /* Unix seconds */
	struct uuid ids[ORPHAN_BATCH];
	size_t n;
	size_t removed;
};

static bool is_known(const struct uuid *id, const struct uuid *known, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(id, &known[i]))
			return true;
	return false;
}

static int orphans_flush(struct orphans *o, struct err *err)
{
	struct arena a CLEANUP(arena_free);
	struct uuid *known = NULL;
	size_t nknown = 0;
	int rc;

	arena_init(&a, ARENA_MAX);
	rc = store_object_known(o->in->db, o->ids, o->n, &a, &known, &nknown, err);
	for (size_t i = 0; i < o->n && rc == 0; i++) {
		if (is_known(&o->ids[i], known, nknown))
			continue;
		rc = vault_remove(o->in->vault, &o->ids[i], err);
		o->removed += rc == 0;
	}
	o->n = 0;
	return rc;
}

static int orphans_collect(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	struct orphans *o = ctx;

	(void)sealed_size;
	if (!finished || mtime >= o->before)
		return 0;
	o->ids[o->n++] = *id;
	return o->n == ORPHAN_BATCH ? orphans_flush(o, err) : 0;
}

static int remove_orphans(struct intake *in, struct err *err)
{
	int64_t now = clock_wall_us(&in->m->clock) / 1000000;
	struct orphans o = {.in = in, .before = now - in->m->conf.vault_orphan_seconds};
	size_t unfinished = 0;
	int rc = vault_list(in->vault, orphans_collect, &o, err);

	if (rc == 0 && o.n > 0)
		rc = orphans_flush(&o, err);
	/* A writer may be slow, but not for longer than an upload lives. */
	if (rc == 0)
		rc = vault_sweep_unfinished(in->vault,
			now - MAX(in->m->conf.vault_orphan_seconds,
				      in->m->conf.upload_expire_seconds),
			&unfinished, err);
	if (o.removed + unfinished > 0)
		log_info(&in->m->log, "orphans removed", LOG_INT("objects", o.removed),
			LOG_INT("unfinished", unfinished));
	return rc;
}

int sweep_run(struct intake *in, struct err *err)
{
	int rc = expire_uploads(in, err);

	return rc < 0 ? rc : remove_orphans(in, err);
}
