/*
 * Repaired rows become part of their dataset: a reader's child reads the sheet through the dataset's
 * mapping; what came of it is checked here and put behind the rows that are there. Those are not
 * touched, so whatever names a row still names it. The dataset's next reading is stored whole and
 * takes the place of the last one in one transaction, or nothing happens.
 */
#include <string.h>

#include "intake/read_job.h"
#include "intake/table.h"
#include "read/repair.h"
#include "store/store_repair.h"

struct repair_job {
	struct read_job sheet; /* its dataset is the one to repair, its file the sheet */
	struct read_job whole; /* the dataset with the repaired rows */
	struct read_result before;
	struct repair counts;
};

static int load(struct repair_job *r, struct err *err)
{
	struct read_job *j = &r->sheet;
	struct db *db = j->in->db;
	struct object row;
	int rc = store_file_by_id(db, &j->in->task.subject, j->arena, &j->file, err);

	if (rc == 0)
		rc = store_dataset_by_id(db, &j->file.repairs, j->arena, &j->dataset, err);
	if (rc == 0)
		rc = store_source_get(db, &j->dataset.project_id, &j->dataset.source_id, j->arena,
			&j->source, err);
	if (rc == 0)
		rc = store_mapping_get(db, &j->dataset.project_id, &j->source.id,
			j->dataset.mapping_version, j->arena, &j->mapping, err);
	if (rc == 0)
		rc = store_object_get(db, &j->file.object_id, j->arena, &row, err);
	if (rc == 0)
		rc = object_of_row(&row, &j->object, err);
	if (rc == 0)
		rc = store_file_by_id(db, &j->dataset.file_id, j->arena, &r->whole.file, err);
	j->purpose = PURPOSE_REPAIR;
	r->whole.dataset = j->dataset;
	r->whole.source = j->source;
	r->whole.mapping = j->mapping;
	return rc;
}

static int load_table(struct repair_job *r, const struct uuid *id, enum col_file_kind kind,
	struct table_info *info, struct col_table *ret, struct err *err)
{
	struct read_job *j = &r->sheet;
	struct vault_object object;
	struct object row;
	int rc = store_object_get(j->in->db, id, j->arena, &row, err);

	if (rc == 0)
		rc = object_of_row(&row, &object, err);
	return rc < 0 ? rc : intake_table_load(j->in, &object, kind, TABLE_ALL, info, ret, err);
}

static int load_before(struct repair_job *r, struct err *err)
{
	const struct dataset *d = &r->sheet.dataset;
	struct table_info ignored;
	int rc;

	if (d->state != DATASET_STATE_READY)
		return err_set(err, E_DATASET_NOT_READY, "The dataset is %s.", word_text(d->state));
	if (uuid_is_nil(&d->rejects_object))
		return err_set(err, E_REPAIR, "The dataset has no rejected rows (any more).");
	rc = load_table(r, &d->data_object, COL_FILE_DATASET, &r->before.info, &r->before.table, err);
	if (rc == 0)
		rc = load_table(r, &d->rejects_object, COL_FILE_REJECTS, &ignored,
			&r->before.rejects, err);
	return rc < 0 ? rc : intake_beat(r->sheet.in, err);
}

/* What the child made of the sheet. */
static int read_sheet(struct repair_job *r, struct read_result *ret, struct err *err)
{
	struct read_job *j = &r->sheet;
	struct table_info ignored;
	int rc = read_job_child(j, err);

	if (rc < 0)
		return rc;
	if (j->result.outcome != OUTCOME_READY)
		return err_set(err, j->result.code ? -(int)j->result.code : E_UNREADABLE, "%s",
			j->result.detail);
	if (!j->data.writer || (!j->rejects.writer && j->result.rows_rejected > 0))
		return err_set(err, E_CORRUPT, "The reader gave no dataset.");
	rc = read_job_table(j, &j->data, COL_FILE_DATASET, &ret->info, &ret->table, err);
	if (rc == 0)
		rc = read_job_check(j, &ret->info, &ret->table, err);
	if (rc == 0 && j->rejects.writer)
		rc = read_job_table(
			j, &j->rejects, COL_FILE_REJECTS, &ignored, &ret->rejects, err);
	return rc;
}

static int sink_write(void *ctx, const void *p, size_t n, struct err *err)
{
	return vault_write(ctx, p, n, err);
}

static int store_table(struct read_job *j, struct output *o, enum col_file_kind kind,
	const struct col_table *t, const struct table_info *info, struct err *err)
{
	int rc = vault_create(j->in->vault, &o->writer, err);

	if (rc == 0)
		rc = table_file_write(
			kind, t, info, (struct col_sink){sink_write, o->writer}, err);
	if (rc == 0)
		rc = vault_commit(o->writer, &o->object, err);
	o->stored = rc == 0;
	return rc;
}

static int store_whole(struct repair_job *r, const struct read_result *whole, struct err *err)
{
	struct read_job *j = &r->whole;
	struct dataset *d = &j->dataset;
	int rc = store_table(j, &j->data, COL_FILE_DATASET, &whole->table, &whole->info, err);

	if (rc == 0 && whole->rejects.rows > 0)
		rc = store_table(
			j, &j->rejects, COL_FILE_REJECTS, &whole->rejects, &whole->info, err);
	if (rc < 0)
		return rc;
	read_job_sums(&whole->table, &j->sums);
	d->rows_accepted = (int64_t)whole->info.rows_accepted;
	d->rows_rejected = (int64_t)whole->info.rows_rejected;
	d->sums = buf_sv(&j->sums);
	d->data_object = j->data.object.id;
	d->rejects_object = j->rejects.stored ? j->rejects.object.id : (struct uuid){0};
	d->has_days = repeat_days(&whole->table, &d->first_day, &d->last_day);
	if (d->statements_sealed.p != NULL)
		rc = vault_unseal(j->in->vault, d->statements_sealed, &j->statements, err);
	if (rc == 0)
		rc = repeat_find(j->in, d, &j->file, &whole->table, buf_sv(&j->statements),
			j->arena, &j->repeats, err);
	return rc;
}

static int merge(struct repair_job *r, struct err *err)
{
	struct read_result sheet CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_result whole CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct repair_counts counts = {0};
	int rc = load_before(r, err);

	if (rc == 0)
		rc = read_sheet(r, &sheet, err);
	if (rc == 0)
		rc = repair_merge(&r->before, &sheet, &whole, &counts, err);
	if (rc < 0)
		return rc;
	r->counts.rows_repaired = (int64_t)counts.repaired;
	r->counts.rows_rejected = (int64_t)counts.rejected;
	r->counts.rows_ignored = (int64_t)counts.ignored;
	return store_whole(r, &whole, err);
}

/* ---- outcome, inside a transaction ---- */

static int apply(struct repair_job *r, struct err *err)
{
	struct read_job *j = &r->whole;
	struct intake *in = j->in;
	const struct dataset *d = &j->dataset;
	int rc = object_insert(in, &d->project_id, OBJECT_KIND_DATASET, &j->data.object, err);

	if (rc == 0 && j->rejects.stored)
		rc = object_insert(
			in, &d->project_id, OBJECT_KIND_REJECTS, &j->rejects.object, err);
	if (rc == 0)
		rc = store_dataset_set_repaired(in->db, &d->id, d->version, d, err);
	if (rc == 0)
		rc = read_job_receipt(j, d, &r->sheet.file, &r->counts, err);
	if (rc == 0)
		rc = store_repair_set_applied(in->db, &r->sheet.file.id, &r->counts, err);
	if (rc == 0)
		rc = repeat_store(in, d, &j->repeats, err);
	if (rc == 0)
		rc = intake_audit(
			in, &d->project_id, EVENT_DATASET_REPAIR, "dataset", &d->id, NULL, err);
	return rc < 0 ? rc
		      : store_task_finish(
				in->db, &in->task, TASK_STATE_DONE, SV_NULL, SV_NULL, err);
}

static int refuse(struct repair_job *r, const struct err *why, struct err *err)
{
	struct intake *in = r->sheet.in;
	const struct file *f = &r->sheet.file;
	const char *code = err_wire(why->code);
	struct sv detail = sv_from_cstr(why->detail);
	int rc = store_repair_set_refused(in->db, &f->id, sv_from_cstr(code), detail, err);

	if (rc == 0)
		rc = intake_audit(
			in, &f->project_id, EVENT_REPAIR_REFUSE, "file", &f->id, code, err);
	return rc < 0 ? rc
		      : store_task_finish(in->db, &in->task, TASK_STATE_FAILED,
				sv_from_cstr(code), detail, err);
}

static int record(struct repair_job *r, const struct err *why, struct err *err)
{
	struct intake *in = r->sheet.in;
	int rc = db_begin(in->db, err);

	if (rc == 0)
		rc = why != NULL ? refuse(r, why, err) : apply(r, err);
	if (rc == 0) {
		if (why == NULL) /* a commit whose answer is lost may have happened */
			r->whole.data.stored = r->whole.rejects.stored = false;
		rc = db_commit(in->db, err);
	}
	db_rollback(in->db);
	return rc;
}

static int run(struct repair_job *r, struct err *err)
{
	struct err why = {0};
	int rc = load(r, err);

	if (rc < 0)
		return rc;
	rc = merge(r, &why);
	if (rc == 0)
		return record(r, NULL, err);
	why.code = rc;
	return read_job_is_verdict(rc) || rc == E_REPAIR || rc == E_DATASET_NOT_READY
		       ? record(r, &why, err)
		       : err_set(err, rc, "%s", why.detail);
}

int repair_task_run(struct intake *in, struct arena *a, struct err *err)
{
	struct repair_job r = {.sheet = {.in = in, .arena = a}, .whole = {.in = in, .arena = a}};

	read_job_init(&r.sheet);
	read_job_init(&r.whole);
	int rc = run(&r, err);
	read_job_end(&r.sheet); /* its tables were for this only */
	read_job_end(&r.whole);
	read_result_free(&r.before);
	return rc;
}

int repair_task_abandon(
	struct intake *in, const struct task *task, struct arena *a, struct err *err)
{
	(void)a;
	int rc = store_repair_set_refused(in->db, &task->subject,
		sv_from_cstr(err_wire(E_UNREADABLE)), SV("Reading it failed several times."), err);

	return rc == E_STALE ? 0 : rc;
}
