/*
 * A received file: its parts become one object under a new key, which recon-scanner judges. A clean
 * file gets that object and a dataset to read; of infected and rejected ones nothing is kept; an
 * unscannable one keeps its parts, so that a scan can be asked for again.
 */
#include <stdlib.h>
#include <string.h>

#include "intake/intake.h"
#include "intake/scanner.h"
#include "seal/hash.h"
#include "store/store_dataset.h"
#include "store/store_file.h"
#include "store/store_project.h"
#include "store/store_repair.h"
#include "store/store_upload.h"

#define STEP (256 * 1024)

struct scan_job {
	struct intake *in;
	struct arena *arena;
	struct file file;
	struct upload upload;
	struct upload_part *parts;
	size_t part_count;
	struct vault_object object;
	bool stored; /* object lies in the vault and no row can name it yet */
};

static int job_load(struct scan_job *j, struct err *err)
{
	struct db *db = j->in->db;
	int rc = store_file_by_id(db, &j->in->task.subject, j->arena, &j->file, err);

	if (rc == 0)
		rc = store_upload_by_file(db, &j->file.id, &j->upload, err);
	if (rc == 0)
		rc = store_part_list(db, &j->upload.id, j->arena, &j->parts, &j->part_count, err);
	return rc;
}

static int part_object(const struct upload_part *part, struct vault_object *ret, struct err *err)
{
	struct object row = {
		.id = part->object_id,
		.size = part->size,
		.stored_size = part->stored_size,
		.wrapped_key = part->wrapped_key,
	};

	memcpy(row.sha256, part->sha256, sizeof(row.sha256));
	return object_of_row(&row, ret, err);
}

/* Appends one part, checking its bytes on the way. */
static int join_part(struct scan_job *j, const struct upload_part *part, struct vault_writer *w,
	void *step, struct err *err)
{
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	struct vault_object object;
	uint64_t offset = 0;
	size_t n = 1;
	int rc = part_object(part, &object, err);

	if (rc == 0 && (uint64_t)part->start != vault_writer_size(w))
		rc = err_set(err, E_CORRUPT, "The upload's parts do not join.");
	if (rc == 0)
		rc = vault_read(j->in->vault, &object, &r, err);
	while (rc == 0 && n > 0) {
		rc = vault_pread(r, step, STEP, offset, &n, err);
		if (rc == 0)
			rc = vault_write(w, step, n, err);
		if (rc == 0)
			rc = intake_beat(j->in, err);
		offset += n;
	}
	return rc;
}

/* All parts in one object, which is ended and not yet committed. */
static int join_parts(struct scan_job *j, struct vault_writer **ret_writer, struct err *err)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	char *step CLEANUP(free_ptr) = malloc(STEP);
	int rc;

	if (!step)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = vault_create(j->in->vault, &w, err);
	for (size_t i = 0; i < j->part_count && rc == 0; i++)
		rc = join_part(j, &j->parts[i], w, step, err);
	hash_wipe(step, STEP);
	if (rc == 0)
		rc = vault_end(w, &j->object, err);
	if (rc == 0)
		*ret_writer = TAKE(w);
	return rc;
}

/* What was announced must have arrived. */
static int check_announced(const struct scan_job *j, struct err *err)
{
	static const uint8_t none[32];
	const uint8_t *announced = j->upload.sha256;

	if (j->object.size == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (j->object.size != (uint64_t)j->file.size)
		return err_set(err, E_SHORT_BODY, "The file has another length than announced.");
	if (memcmp(announced, none, sizeof(none)) != 0 &&
		memcmp(announced, j->object.sha256, sizeof(none)) != 0)
		return err_set(err, E_FILE_HASH, NULL);
	return 0;
}

/* --- outcome ---------------------------------------------------------------------------------- */

/* Errors that are verdicts on the file. Any other leaves the task to be tried again. */
static const struct refusal {
	int code;
	enum word state;
	bool keep_parts;
} refusals[] = {
	{E_FILE_INFECTED, FILE_STATE_INFECTED, false},
	{E_FILE_UNSCANNABLE, FILE_STATE_UNSCANNABLE, true},
	{E_FILE_TYPE, FILE_STATE_REJECTED, false},
	{E_FILE_ENCRYPTED, FILE_STATE_REJECTED, false},
	{E_ARCHIVE, FILE_STATE_REJECTED, false},
	{E_FILE_EMPTY, FILE_STATE_REJECTED, false},
	{E_FILE_HASH, FILE_STATE_REJECTED, false},
	{E_SHORT_BODY, FILE_STATE_REJECTED, false},
};

static const struct refusal *refusal_find(int code)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].code == code)
			return &refusals[i];
	return NULL;
}

/* Inside a transaction: the parts' keys are destroyed; their bytes go after the commit. */
static int parts_erase(struct scan_job *j, struct err *err)
{
	struct uuid *ids = ARENA_ARRAY(j->arena, j->part_count, struct uuid);
	int rc;

	if (!ids)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < j->part_count; i++)
		ids[i] = j->parts[i].object_id;
	rc = store_object_erase(j->in->db, ids, j->part_count, NULL, err);
	return rc < 0 ? rc : store_part_delete(j->in->db, &j->upload.id, err);
}

/* After the commit. What fails here is found by the sweep. */
static void parts_remove(struct scan_job *j)
{
	for (size_t i = 0; i < j->part_count; i++) {
		struct err err = {0};

		if (vault_remove(j->in->vault, &j->parts[i].object_id, &err) < 0)
			log_warn(&j->in->log, "a part's bytes stay for the sweep", LOG_FAIL(&err));
	}
}

/* Inside a transaction: a clean file of repaired rows is read for its dataset. */
static int repair_begin(struct scan_job *j, struct err *err)
{
	return store_task_insert(j->in->db, TASK_REPAIR, &j->file.id, &j->file.project_id,
		j->in->task.request_id, err);
}

/* Inside a transaction: the clean file's dataset, and the task that reads it. */
static int dataset_begin(struct scan_job *j, struct err *err)
{
	const struct file *f = &j->file;
	struct uuid id = random_uuid(&j->in->m->random, &j->in->m->clock);
	int32_t no = 0;
	int rc = store_dataset_insert(
		j->in->db, &id, &f->project_id, &f->source_id, &f->id, 0, &no, err);

	if (rc < 0)
		return rc;
	return store_task_insert(
		j->in->db, TASK_READ, &id, &f->project_id, j->in->task.request_id, err);
}

static int clean_steps(struct scan_job *j, struct err *err)
{
	struct intake *in = j->in;
	const struct file *f = &j->file;
	int rc = object_insert(in, &f->project_id, OBJECT_KIND_FILE, &j->object, err);

	if (rc == 0)
		rc = store_file_set_clean(
			in->db, &f->id, FILE_STATE_SCANNING, &j->object.id, j->object.sha256, err);
	if (rc == 0)
		rc = parts_erase(j, err);
	if (rc == 0)
		rc = uuid_is_nil(&f->repairs) ? dataset_begin(j, err) : repair_begin(j, err);
	if (rc == 0)
		rc = intake_audit(in, &f->project_id, EVENT_FILE_SCAN, "file", &f->id, NULL, err);
	if (rc == 0)
		rc = store_task_finish(in->db, &in->task, TASK_STATE_DONE, SV_NULL, SV_NULL, err);
	return rc;
}

static int record_clean(struct scan_job *j, struct err *err)
{
	struct intake *in = j->in;
	int rc = db_begin(in->db, err);

	if (rc == 0)
		rc = clean_steps(j, err);
	if (rc == 0) {
		j->stored =
			false; /* a commit whose answer is lost may have happened: the sweep's */
		rc = db_commit(in->db, err);
	}
	db_rollback(in->db);
	if (rc == 0)
		parts_remove(j);
	return rc;
}

static int record_refused(
	struct scan_job *j, const struct refusal *refusal, const struct err *why, struct err *err)
{
	struct intake *in = j->in;
	const struct file *f = &j->file;
	const char *code = err_wire(why->code);
	struct sv detail = sv_from_cstr(why->detail);
	int rc = db_begin(in->db, err);

	if (rc == 0)
		rc = store_file_set_state(in->db, &f->id, FILE_STATE_SCANNING, refusal->state,
			sv_from_cstr(code), detail, err);
	if (rc == 0 && !refusal->keep_parts)
		rc = parts_erase(j, err);
	if (rc == 0 && !refusal->keep_parts)
		rc = store_project_release(in->db, &f->project_id, f->size, err);
	if (rc == 0 && !refusal->keep_parts && !uuid_is_nil(&f->repairs))
		rc = store_repair_set_refused(in->db, &f->id, sv_from_cstr(code), detail, err);
	if (rc == 0)
		rc = intake_audit(in, &f->project_id, EVENT_FILE_REFUSE, "file", &f->id, code, err);
	if (rc == 0)
		rc = store_task_finish(
			in->db, &in->task, TASK_STATE_FAILED, sv_from_cstr(code), detail, err);
	if (rc == 0)
		rc = db_commit(in->db, err);
	db_rollback(in->db);
	if (rc == 0 && !refusal->keep_parts)
		parts_remove(j);
	return rc;
}

/* The scanner reads the object while storage is waited for: what it judges are the bytes whose hash is
 * known, under a key that only this process made. */
static int store_and_scan(struct scan_job *j, struct vault_writer *w, struct err *why)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	int sock CLEANUP(fd_close) = -1;
	int rc = vault_lend_ended(w, &loan, why);

	if (rc == 0)
		rc = scanner_begin(j->in, &loan, j->object.size, file_type_of_name(j->file.name),
			&sock, why);
	if (rc == 0)
		rc = vault_commit(w, &j->object, why);
	j->stored = rc == 0;
	return rc < 0 ? rc : scanner_end(j->in, sock, why);
}

/* The file's verdict: 0, a refusal, or an error that is none. */
static int judge(struct scan_job *j, struct err *why)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	int rc = join_parts(j, &w, why);

	if (rc == 0)
		rc = check_announced(j, why);
	return rc < 0 ? rc : store_and_scan(j, w, why);
}

static int job_run(struct scan_job *j, struct err *err)
{
	const struct refusal *refusal;
	struct err why = {0};
	/* First, since joining would be in vain, again and again, while the scanner is away. */
	int rc = scanner_probe(j->in, err);

	if (rc == 0 && j->file.state == FILE_STATE_RECEIVED)
		rc = store_file_set_state(j->in->db, &j->file.id, FILE_STATE_RECEIVED,
			FILE_STATE_SCANNING, SV_NULL, SV_NULL, err);
	if (rc < 0)
		return rc;
	rc = judge(j, &why);
	if (rc == 0)
		return record_clean(j, err);
	refusal = refusal_find(rc);
	why.code = rc;
	return refusal ? record_refused(j, refusal, &why, err) : err_set(err, rc, "%s", why.detail);
}

int scan_task_run(struct intake *in, struct arena *a, struct err *err)
{
	struct scan_job j = {.in = in, .arena = a};
	int rc = job_load(&j, err);

	if (rc < 0)
		return rc;
	if (j.file.state != FILE_STATE_RECEIVED && j.file.state != FILE_STATE_SCANNING)
		return store_task_finish(
			in->db, &in->task, TASK_STATE_CANCELLED, SV_NULL, SV_NULL, err);
	rc = job_run(&j, err);
	if (j.stored && vault_remove(in->vault, &j.object.id, NULL) < 0)
		log_warn(&in->log, "an object stays for the sweep");
	return rc;
}

/* Three workers died or failed over it: nobody knows whether it is harmless. */
int scan_task_abandon(struct intake *in, const struct task *task, struct arena *a, struct err *err)
{
	struct file file;
	int rc = store_file_by_id(in->db, &task->subject, a, &file, err);

	if (rc < 0)
		return rc;
	if (file.state != FILE_STATE_RECEIVED && file.state != FILE_STATE_SCANNING)
		return 0;
	return store_file_set_state(in->db, &file.id, file.state, FILE_STATE_UNSCANNABLE,
		sv_from_cstr(err_wire(E_FILE_UNSCANNABLE)), SV("Scanning it failed several times."),
		err);
}
