/*
 * A clean file becomes a dataset: a reader's child (reader.h) parses it, its output streams into
 * the vault as it comes, and is accepted only after all of it was read back, checked and added up
 * here. Without a mapping that fits, the dataset waits with a proposal for a person.
 */
#include <stdio.h>
#include <string.h>

#include "intake/read_job.h"
#include "intake/reader.h"
#include "intake/table.h"
#include "read/preview.h"
#include "sys/proc.h"
#include "wire/json.h"

#define WAIT_MS 500
#define PROPOSAL_MAX (1u << 20)
#define STATEMENTS_JSON_MAX (8u << 20)
#define MAPPING_MAX 60000 /* of READ_REQUEST */
/* A dataset may be larger than its file (offsets, folded text), but not without bound. */
#define GROWTH_MAX 64
#define GROWTH_FREE (UINT64_C(16) << 20)

static int job_load(struct read_job *j, struct err *err)
{
	struct db *db = j->in->db;
	struct object row;
	int rc = store_dataset_by_id(db, &j->in->task.subject, j->arena, &j->dataset, err);

	if (rc == 0)
		rc = store_file_by_id(db, &j->dataset.file_id, j->arena, &j->file, err);
	if (rc == 0 && j->file.state != FILE_STATE_CLEAN)
		rc = err_set(err, E_FILE_NOT_CLEAN, NULL);
	if (rc == 0)
		rc = store_source_get(db, &j->dataset.project_id, &j->dataset.source_id, j->arena,
			&j->source, err);
	if (rc == 0 && j->source.mapping_version > 0)
		rc = store_mapping_get(db, &j->dataset.project_id, &j->source.id,
			j->source.mapping_version, j->arena, &j->mapping, err);
	if (rc == 0)
		rc = store_object_get(db, &j->file.object_id, j->arena, &row, err);
	return rc < 0 ? rc : object_of_row(&row, &j->object, err);
}

/* Texts of the row into fields of fixed size; what does not fit was never valid. */
static void put_text(char *to, size_t cap, struct sv text)
{
	snprintf(to, cap, "%.*s", SV_ARG(text));
}

static int job_ask(struct read_job *j, int child, struct err *err)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	struct msg m = {.type = MSG_TYPE_READ_REQUEST, .id = (uint64_t)j->in->task.attempt};
	struct msg_read_request *r = &m.read_request;
	int rc;

	if (j->mapping.mapping.n > MAPPING_MAX)
		return err_set(err, E_LIMIT, "The mapping is too long.");
	rc = vault_lend(j->in->vault, &j->object, &loan, err);
	if (rc < 0)
		return rc;
	r->length = j->object.size;
	memcpy(r->object, loan.id.b, sizeof(r->object));
	memcpy(r->key, loan.key.b, sizeof(r->key));
	memcpy(r->sha256, j->object.sha256, sizeof(r->sha256));
	put_text(r->name, sizeof(r->name), j->file.name);
	put_text(r->time_zone, sizeof(r->time_zone), j->source.time_zone);
	put_text(r->currency, sizeof(r->currency), j->source.currency);
	put_text(r->source_kind, sizeof(r->source_kind), sv_from_cstr(word_text(j->source.kind)));
	r->mapping_version = (uint32_t)j->mapping.version;
	r->purpose = (uint8_t)j->purpose;
	r->mapping = j->mapping.mapping;
	rc = msg_send(child, &m, loan.fd, err);
	explicit_bzero(&m, sizeof(m));
	return rc;
}

static int output_add(
	struct read_job *j, struct output *o, uint64_t offset, struct sv data, struct err *err)
{
	uint64_t limit = GROWTH_MAX * j->object.size + GROWTH_FREE;
	int rc = 0;

	if (!o->writer)
		rc = vault_create(j->in->vault, &o->writer, err);
	if (rc < 0)
		return rc;
	if (offset != vault_writer_size(o->writer))
		return err_set(err, E_CORRUPT, "The reader's output has a gap.");
	if (data.n > limit - MIN(limit, offset))
		return err_set(err, E_LIMIT, "The dataset is too large for its file.");
	return vault_write(o->writer, data.p, data.n, err);
}

static int text_add(struct buf *b, uint64_t offset, struct sv data, struct err *err)
{
	if (offset != b->n)
		return err_set(err, E_CORRUPT, "The reader's output has a gap.");
	buf_add_sv(b, data);
	return buf_ok(b) ? 0 : err_set(err, E_LIMIT, NULL);
}

static int job_take(struct read_job *j, const struct msg_read_data *d, struct err *err)
{
	switch ((enum msg_output)d->output) {
	case OUTPUT_DATASET:
		return output_add(j, &j->data, d->offset, d->data, err);
	case OUTPUT_REJECTS:
		return output_add(j, &j->rejects, d->offset, d->data, err);
	case OUTPUT_PROPOSAL:
		return text_add(&j->proposal, d->offset, d->data, err);
	case OUTPUT_STATEMENTS:
		return text_add(&j->statements, d->offset, d->data, err);
	case OUTPUT_PREVIEW:
		return text_add(&j->preview, d->offset, d->data, err);
	}
	return err_set(err, E_CORRUPT, "The reader's output is of no kind.");
}

/* Until the child's result. A child that ended without one crashed, or was ended by a limit or by
 * somebody: it is tried again, up to the task's strikes. */
static int job_follow(struct read_job *j, int child, struct err *err)
{
	static uint8_t room[MSG_MAX_SIZE]; /* one task at a time in this process */
	struct msg m;
	int fd = -1;
	int rc;

	for (;;) {
		rc = intake_beat(j->in, err);
		if (rc < 0)
			return rc;
		rc = msg_recv(child, room, &m, &fd, err);
		fd_close(&fd);
		if (rc == E_TIMEOUT)
			continue;
		if (rc == E_UNAVAILABLE)
			return err_set(
				err, E_INTERNAL, "The reader crashed on it, or took too long.");
		if (rc < 0)
			return rc;
		if (m.type == MSG_TYPE_READ_RESULT)
			break;
		if (m.type == MSG_TYPE_READ_DATA)
			rc = job_take(j, &m.read_data, err);
		if (rc < 0)
			return rc;
	}
	j->result = m.read_result;
	return 0;
}

/* --- checking what came ----------------------------------------------------------------------- */

int read_job_table(struct read_job *j, struct output *o, enum col_file_kind kind,
	struct table_info *ret_info, struct col_table *ret, struct err *err)
{
	int rc = vault_commit(o->writer, &o->object, err);

	if (rc < 0)
		return rc;
	o->stored = true;
	return intake_table_load(j->in, &o->object, kind, TABLE_ALL, ret_info, ret, err);
}

int read_job_check(const struct read_job *j, const struct table_info *info,
	const struct col_table *t, struct err *err)
{
	const struct msg_read_result *r = &j->result;

	if (memcmp(info->file_sha256, j->object.sha256, sizeof(info->file_sha256)) != 0 ||
		info->mapping_version != (uint32_t)j->mapping.version ||
		info->rows_read != r->rows_read || info->rows_accepted != r->rows_accepted ||
		info->rows_rejected != r->rows_rejected || info->rows_skipped != r->rows_skipped ||
		info->rows_accepted != t->rows ||
		info->rows_read != info->rows_accepted + info->rows_rejected + info->rows_skipped)
		return err_set(err, E_CORRUPT, "The reader's dataset contradicts its result.");
	return 0;
}

void read_job_sums(const struct col_table *t, struct buf *out)
{
	struct json_writer w = json_writer_of(out);

	read_sums_to_json(t, &w, NULL);
}

static int check_dataset(struct read_job *j, struct err *err)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct table_info info;
	int rc;

	if (!j->data.writer)
		return err_set(err, E_CORRUPT, "The reader gave no dataset.");
	rc = read_job_table(j, &j->data, COL_FILE_DATASET, &info, &t, err);
	if (rc == 0)
		rc = read_job_check(j, &info, &t, err);
	if (rc == 0)
		rc = intake_beat(j->in, err);
	if (rc < 0)
		return rc;
	read_job_sums(&t, &j->sums);
	j->has_days = repeat_days(&t, &j->first_day, &j->last_day);
	return repeat_find(j->in, &j->dataset, &j->file, &t, buf_sv(&j->statements), j->arena,
		&j->repeats, err);
}

static int check_rejects(struct read_job *j, struct err *err)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct table_info info;

	if (!j->rejects.writer)
		return j->result.rows_rejected == 0
			       ? 0
			       : err_set(err, E_CORRUPT,
					 "The reader gave no list of rejected rows.");
	return read_job_table(j, &j->rejects, COL_FILE_REJECTS, &info, &t, err);
}

int read_job_json(const struct buf *json, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;

	return json->n == 0 ? 0 : json_parse(buf_sv(json), JSON_DEPTH, &root, err);
}

/* --- a mapping that nobody needs to confirm --------------------------------------------------- */

/* The mapping of the proposal, checked, as it is stored. */
static int proposed_mapping(struct read_job *j, struct buf *out, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	const struct json_object *member = NULL;
	struct mapping mapping;
	int rc = json_parse(buf_sv(&j->proposal), JSON_DEPTH, &root, err);

	if (rc < 0)
		return rc;
	if (!json_find(root, "mapping", &member) || member == NULL)
		return err_set(err, E_CORRUPT, "The reader's proposal has no mapping.");
	json_add_value(&text, member);
	rc = mapping_from_json(buf_sv(&text), j->arena, &mapping, err);
	if (rc < 0)
		return rc;
	mapping_to_json(&mapping, out);
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* A source's first file whose format says what everything in it is gives the source its mapping, in
 * the name of who uploaded it. */
static int adopt_steps(struct read_job *j, struct sv mapping, struct err *err)
{
	struct db *db = j->in->db;
	int rc = store_mapping_insert(db, &j->dataset.project_id, &j->dataset.source_id, mapping,
		&j->file.uploaded_by, j->arena, &j->mapping, err);

	if (rc == 0)
		rc = store_dataset_set_reading(db, &j->dataset.id, j->mapping.version, err);
	if (rc == 0)
		rc = intake_audit(j->in, &j->dataset.project_id, EVENT_MAPPING_CREATE, "source",
			&j->dataset.source_id, NULL, err);
	return rc;
}

static int adopt_mapping(struct read_job *j, struct err *err)
{
	struct buf mapping CLEANUP(buf_free) = BUF_INIT;
	int rc = proposed_mapping(j, &mapping, err);

	if (rc == 0)
		rc = db_begin(j->in->db, err);
	if (rc == 0)
		rc = adopt_steps(j, buf_sv(&mapping), err);
	if (rc == 0)
		rc = db_commit(j->in->db, err);
	db_rollback(j->in->db);
	return rc;
}

/* --- outcome ---------------------------------------------------------------------------------- */

static int set_ready(struct read_job *j, struct err *err)
{
	struct intake *in = j->in;
	struct dataset d = {
		.mapping_version = j->mapping.version,
		.rows_read = (int64_t)j->result.rows_read,
		.rows_accepted = (int64_t)j->result.rows_accepted,
		.rows_rejected = (int64_t)j->result.rows_rejected,
		.rows_skipped = (int64_t)j->result.rows_skipped,
		.sums = buf_sv(&j->sums),
		.data_object = j->data.object.id,
		.has_days = j->has_days,
		.first_day = j->first_day,
		.last_day = j->last_day,
	};
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	int rc = object_insert(
		in, &j->dataset.project_id, OBJECT_KIND_DATASET, &j->data.object, err);

	if (rc == 0 && j->rejects.stored) {
		d.rejects_object = j->rejects.object.id;
		rc = object_insert(
			in, &j->dataset.project_id, OBJECT_KIND_REJECTS, &j->rejects.object, err);
	}
	/* Statements name accounts, which the database may not hold in the clear. */
	if (rc == 0 && j->statements.n > 0)
		rc = vault_seal(in->vault, buf_sv(&j->statements), &sealed, err);
	if (sealed.n > 0)
		d.statements_sealed = buf_sv(&sealed);
	if (rc == 0)
		rc = store_dataset_set_ready(in->db, &j->dataset.id, &d, err);
	d.id = j->dataset.id;
	d.no = j->dataset.no;
	d.project_id = j->dataset.project_id;
	d.source_id = j->dataset.source_id;
	if (rc == 0)
		rc = read_job_receipt(j, &d, &j->file, NULL, err);
	return rc < 0 ? rc : repeat_store(in, &j->dataset, &j->repeats, err);
}

static int set_unreadable(struct read_job *j, const struct err *why, struct err *err)
{
	return store_dataset_set_unreadable(j->in->db, &j->dataset.id,
		sv_from_cstr(err_wire(why->code)), sv_from_cstr(why->detail), err);
}

/* The proposal shows cells of the file, which the database may not hold in the clear. */
static int set_needs_mapping(struct read_job *j, struct err *err)
{
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	int rc = vault_seal(j->in->vault, buf_sv(&j->proposal), &sealed, err);

	return rc != 0 ? rc
		       : store_dataset_set_needs_mapping(
				 j->in->db, &j->dataset.id, buf_sv(&sealed), err);
}

/* Inside a transaction. why: of an unreadable one. */
static int record_steps(struct read_job *j, const struct err *why, struct err *err)
{
	struct intake *in = j->in;
	const char *code = why ? err_wire(why->code) : NULL;
	int rc;

	if (why)
		rc = set_unreadable(j, why, err);
	else if (j->result.outcome == OUTCOME_READY)
		rc = set_ready(j, err);
	else
		rc = set_needs_mapping(j, err);
	if (rc == 0)
		rc = intake_audit(in, &j->dataset.project_id,
			why ? EVENT_DATASET_REFUSE : EVENT_DATASET_READ, "dataset", &j->dataset.id,
			code, err);
	if (rc == 0)
		rc = store_task_finish(in->db, &in->task, why ? TASK_STATE_FAILED : TASK_STATE_DONE,
			sv_from_cstr(code), why ? sv_from_cstr(why->detail) : SV_NULL, err);
	return rc;
}

static int record(struct read_job *j, const struct err *why, struct err *err)
{
	struct intake *in = j->in;
	int rc = db_begin(in->db, err);

	if (rc == 0)
		rc = record_steps(j, why, err);
	if (rc == 0) {
		if (!why) /* a commit whose answer is lost may have happened: the sweep's */
			j->data.stored = j->rejects.stored = false;
		rc = db_commit(in->db, err);
	}
	db_rollback(in->db);
	return rc;
}

bool read_job_is_verdict(int code)
{
	static const int verdicts[] = {E_FILE_EMPTY, E_UNREADABLE, E_LIMIT, E_UNSUPPORTED,
		E_MAPPING, E_NO_MEMORY, E_MEMORY_BOUND, E_CELL_ENCODING, E_FILE_ENCRYPTED,
		E_ARCHIVE};

	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		if (verdicts[i] == code)
			return true;
	return false;
}

int read_job_child(struct read_job *j, struct err *why)
{
	int child CLEANUP(fd_close) = -1;
	int rc = reader_open(j->in->reader, &child, why);

	j->in->reader_lost = rc < 0;
	if (rc == 0)
		rc = proc_set_timeouts(child, WAIT_MS, WAIT_MS, why);
	if (rc == 0)
		rc = job_ask(j, child, why);
	return rc < 0 ? rc : job_follow(j, child, why);
}

static int job_read(struct read_job *j, struct err *why)
{
	int rc = read_job_child(j, why);

	if (rc < 0)
		return rc;
	switch ((enum msg_outcome)j->result.outcome) {
	case OUTCOME_READY:
		rc = read_job_json(&j->statements, why);
		if (rc == 0)
			rc = check_dataset(j, why);
		return rc < 0 ? rc : check_rejects(j, why);
	case OUTCOME_NEEDS_MAPPING:
		return read_job_json(&j->proposal, why);
	case OUTCOME_UNREADABLE:
		break;
	}
	return err_set(
		why, j->result.code ? -(int)j->result.code : E_UNREADABLE, "%s", j->result.detail);
}

static int job_run(struct read_job *j, struct err *err)
{
	struct err why = {0};
	int rc = store_dataset_set_reading(j->in->db, &j->dataset.id, j->mapping.version, err);

	if (rc < 0)
		return rc;
	rc = job_read(j, &why);
	if (rc == 0 && j->result.outcome == OUTCOME_NEEDS_MAPPING && j->result.certain &&
		j->source.mapping_version == 0) {
		rc = adopt_mapping(j, err);
		if (rc < 0)
			return rc;
		rc = job_read(j, &why);
	}
	if (rc == 0)
		return record(j, NULL, err);
	why.code = rc;
	return read_job_is_verdict(rc) ? record(j, &why, err) : err_set(err, rc, "%s", why.detail);
}

static void output_end(struct read_job *j, struct output *o)
{
	vault_writer_free(&o->writer);
	if (o->stored && vault_remove(j->in->vault, &o->object.id, NULL) < 0)
		log_warn(&j->in->log, "an object stays for the sweep");
}

void read_job_init(struct read_job *j)
{
	buf_init(&j->proposal, PROPOSAL_MAX);
	buf_init(&j->statements, STATEMENTS_JSON_MAX);
	buf_init(&j->preview, PREVIEW_JSON_MAX);
}

void read_job_end(struct read_job *j)
{
	output_end(j, &j->data);
	output_end(j, &j->rejects);
	buf_free(&j->proposal);
	buf_free(&j->statements);
	buf_free(&j->preview);
	buf_free(&j->sums);
}

static bool is_readable_state(enum word state)
{
	return state == DATASET_STATE_READING || state == DATASET_STATE_NEEDS_MAPPING ||
	       state == DATASET_STATE_UNREADABLE;
}

int read_task_run(struct intake *in, struct arena *a, struct err *err)
{
	struct read_job j = {.in = in, .arena = a};
	int rc = job_load(&j, err);

	if (rc < 0)
		return rc;
	if (!is_readable_state(j.dataset.state))
		return store_task_finish(
			in->db, &in->task, TASK_STATE_CANCELLED, SV_NULL, SV_NULL, err);
	read_job_init(&j);
	rc = job_run(&j, err);
	read_job_end(&j);
	return rc;
}

int read_task_abandon(struct intake *in, const struct task *task, struct arena *a, struct err *err)
{
	struct dataset d;
	int rc = store_dataset_by_id(in->db, &task->subject, a, &d, err);

	if (rc < 0 || d.state != DATASET_STATE_READING)
		return rc;
	return store_dataset_set_unreadable(in->db, &d.id, sv_from_cstr(err_wire(E_UNREADABLE)),
		SV("Reading it failed several times."), err);
}
