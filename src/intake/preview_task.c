/*
 * A preview: a reader's child reads the dataset's file through a mapping that nobody has confirmed, and
 * gives a small answer. Nothing of the dataset changes; the answer shows cells of the file, so it is
 * sealed before it is stored.
 */
#include <string.h>

#include "intake/read_job.h"
#include "store/store_preview.h"

struct preview_job {
	struct read_job read;
	struct preview preview;
};

/* E_NOT_FOUND: another preview took this one's place. */
static int load(struct preview_job *p, struct err *err)
{
	struct read_job *j = &p->read;
	struct db *db = j->in->db;
	struct object row;
	int rc = store_preview_by_id(db, &j->in->task.subject, j->arena, &p->preview, err);

	if (rc < 0)
		return rc;
	j->purpose = PURPOSE_PREVIEW;
	j->mapping.mapping = p->preview.mapping;
	rc = store_dataset_by_id(db, &p->preview.dataset_id, j->arena, &j->dataset, err);
	if (rc == 0)
		rc = store_file_by_id(db, &j->dataset.file_id, j->arena, &j->file, err);
	if (rc == 0 && j->file.state != FILE_STATE_CLEAN)
		rc = err_set(err, E_FILE_NOT_CLEAN, NULL);
	if (rc == 0)
		rc = store_source_get(db, &j->dataset.project_id, &j->dataset.source_id, j->arena,
			&j->source, err);
	if (rc == 0)
		rc = store_object_get(db, &j->file.object_id, j->arena, &row, err);
	return rc < 0 ? rc : object_of_row(&row, &j->object, err);
}

/* What came of the child, checked. */
static int make(struct preview_job *p, struct err *why)
{
	struct read_job *j = &p->read;
	const struct msg_read_result *r = &j->result;
	int rc = read_job_child(j, why);

	if (rc < 0)
		return rc;
	if (r->outcome != OUTCOME_READY)
		return err_set(
			why, r->code ? -(int)r->code : E_UNREADABLE, "%s", j->result.detail);
	if (j->preview.n == 0 ||
		r->rows_read != r->rows_accepted + r->rows_rejected + r->rows_skipped)
		return err_set(why, E_CORRUPT, "The reader's preview contradicts itself.");
	p->preview.rows_read = (int64_t)r->rows_read;
	p->preview.rows_accepted = (int64_t)r->rows_accepted;
	p->preview.rows_rejected = (int64_t)r->rows_rejected;
	p->preview.rows_skipped = (int64_t)r->rows_skipped;
	return read_job_json(&j->preview, why);
}

/* Inside a transaction. A preview that another one replaced is of no use to anybody. */
static int record_steps(struct preview_job *p, const struct err *why, struct err *err)
{
	struct intake *in = p->read.in;
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct sv code = why ? sv_from_cstr(err_wire(why->code)) : SV_NULL;
	struct sv detail = why ? sv_from_cstr(why->detail) : SV_NULL;
	int rc = why ? 0 : vault_seal(in->vault, buf_sv(&p->read.preview), &sealed, err);

	p->preview.result_sealed = buf_sv(&sealed);
	if (rc == 0)
		rc = why ? store_preview_set_failed(in->db, &p->preview.id, code, detail, err)
			 : store_preview_set_done(in->db, &p->preview, err);
	if (rc == 0 || rc == E_STALE)
		rc = store_task_finish(in->db, &in->task, why ? TASK_STATE_FAILED : TASK_STATE_DONE,
			code, detail, err);
	return rc;
}

static int record(struct preview_job *p, const struct err *why, struct err *err)
{
	struct db *db = p->read.in->db;
	int rc = db_begin(db, err);

	if (rc == 0)
		rc = record_steps(p, why, err);
	if (rc == 0)
		rc = db_commit(db, err);
	db_rollback(db);
	return rc;
}

int preview_task_run(struct intake *in, struct arena *a, struct err *err)
{
	struct preview_job p = {.read = {.in = in, .arena = a}};
	struct err why = {0};
	int rc = load(&p, err);

	if (rc == E_NOT_FOUND)
		return store_task_finish(
			in->db, &in->task, TASK_STATE_CANCELLED, SV_NULL, SV_NULL, err);
	if (rc < 0)
		return rc;
	read_job_init(&p.read);
	why.code = make(&p, &why);
	if (why.code == 0)
		rc = record(&p, NULL, err);
	else
		rc = read_job_is_verdict(why.code) ? record(&p, &why, err)
						   : err_set(err, why.code, "%s", why.detail);
	read_job_end(&p.read);
	return rc;
}

int preview_task_abandon(
	struct intake *in, const struct task *task, struct arena *a, struct err *err)
{
	(void)a;
	int rc = store_preview_set_failed(in->db, &task->subject,
		sv_from_cstr(err_wire(E_UNREADABLE)), SV("Reading it failed several times."), err);

	return rc == E_STALE ? 0 : rc;
}
