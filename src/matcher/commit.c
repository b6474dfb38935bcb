/* See commit.h. */
#include "matcher/commit.h"

#include <time.h>
#include "matcher/balance.h"
#include "store/store_platform.h"

#define TRIES 10
#define TRY_NS 500000000L

/* --- members ---------------------------------------------------------------------------------- */

static int add_whole(const struct result *r, uint32_t i, struct record_set *set, struct err *err)
{
	int code =
		record_set_add(set, r->inputs[r->members.input[i]].dataset_no, r->members.row[i]);

	if (code == E_RECORD_TAKEN)
		return err_set(err, E_INTERNAL, "the engine matched a record twice");
	return code < 0 ? err_set(err, code, NULL) : 0;
}

static bool is_confirmed(const struct result *r, uint32_t match)
{
	return r->matches.status[match] == STATUS_CONFIRMED;
}

static uint32_t count_parts(const struct result *r)
{
	uint32_t n = 0;

	for (uint32_t m = 0; m < r->matches.n; m++)
		if (is_confirmed(r, m) && r->matches.kind[m] == KIND_PARTIAL)
			n += r->matches.member[m + 1] - r->matches.member[m];
	return n;
}

/* The arrays behind record_parts while they are filled. */
struct part_arrays {
	struct balance *balances; /* by input */
	int32_t *dataset_no;
	int64_t *row, *amount, *part;
	size_t n;
};

static int part_arrays_new(const struct match_input *inputs, const struct ruleset *rules,
	const struct result *r, struct arena *arena, struct part_arrays *ret)
{
	uint32_t n = count_parts(r);

	*ret = (struct part_arrays){
		.balances = ARENA_ARRAY(arena, r->ninputs, struct balance),
		.dataset_no = ARENA_ARRAY(arena, n, int32_t),
		.row = ARENA_ARRAY(arena, n, int64_t),
		.amount = ARENA_ARRAY(arena, n, int64_t),
		.part = ARENA_ARRAY(arena, n, int64_t),
	};
	if (!arena_ok(arena))
		return E_NO_MEMORY;
	for (uint32_t i = 0; i < r->ninputs; i++)
		balance_init(
			&ret->balances[i], rules, (enum rules_side)inputs[i].side, inputs[i].table);
	return 0;
}

static void add_part(const struct result *r, uint32_t i, struct part_arrays *a)
{
	uint16_t input = r->members.input[i];

	a->dataset_no[a->n] = r->inputs[input].dataset_no;
	a->row[a->n] = r->members.row[i];
	a->amount[a->n] = balance_amount(&a->balances[input], r->members.row[i]);
	a->part[a->n++] = r->members.allocated[i];
}

int commit_members(const struct match_input *inputs, const struct ruleset *rules,
	const struct result *r, struct arena *arena, struct record_set *set,
	struct record_parts *parts, struct err *err)
{
	struct part_arrays a;
	int code = part_arrays_new(inputs, rules, r, arena, &a);

	if (code < 0)
		return err_set(err, code, NULL);
	for (uint32_t m = 0; m < r->matches.n; m++) {
		if (!is_confirmed(r, m))
			continue;
		for (uint32_t i = r->matches.member[m]; i < r->matches.member[m + 1]; i++) {
			if (r->matches.kind[m] == KIND_PARTIAL)
				add_part(r, i, &a);
			else
				code = add_whole(r, i, set, err);
			if (code < 0)
				return code;
		}
	}
	*parts = (struct record_parts){a.n, a.dataset_no, a.row, a.amount, a.part};
	return 0;
}

/* --- transactions ----------------------------------------------------------------------------- */

static int audit(struct db *db, const struct task *task, enum event event, enum word outcome,
	struct err *err)
{
	struct audit row = {
		.project_id = task->project_id,
		.actor_kind = ACTOR_SYSTEM,
		.event = event,
		.object_kind = "job",
		.object_id = task->subject,
		.outcome = outcome,
		.request_id = task->request_id,
	};

	return store_audit_insert(db, &row, err);
}

/* Ends what db_begin() began: commits when all went well. */
static int end(struct db *db, int code, struct err *err)
{
	if (code == 0)
		code = db_commit(db, err);
	db_rollback(db);
	return code;
}

static int write_objects(struct db *db, const struct commit *c, struct err *err)
{
	const struct object *const objects[] = {c->result, c->receipt, c->model};
	int code = 0;

	for (size_t i = 0; code == 0 && i < ARRAY_LEN(objects); i++)
		if (objects[i])
			code = store_object_insert(db, objects[i], err);
	return code;
}

static int write_done(struct db *db, const struct commit *c, struct err *err)
{
	struct job_done done = {.summary = c->summary,
		.result_object = c->result->id,
		.result_hash = c->result->sha256};
	int code = store_task_finish(db, c->task, TASK_STATE_DONE, SV_NULL, SV_NULL, err);

	if (c->receipt)
		done.receipt_object = c->receipt->id;
	if (c->model)
		done.model_object = c->model->id;
	if (code == 0)
		code = write_objects(db, c, err);
	if (code == 0)
		code = store_job_set_done(db, &c->job->id, c->task->attempt, &done, err);
	if (code == 0)
		code = store_record_take(db, c->job->reconciliation_no, c->taken, err);
	if (code == 0 && c->parts->n > 0)
		code = store_record_allocate(db, c->job->reconciliation_no, c->parts, err);
	if (code == 0)
		code = store_job_insert_stats(db, &c->job->id, &c->job->project_id, c->stats, err);
	if (code == 0)
		code = audit(db, c->task, EVENT_JOB_FINISH, AUDIT_DONE, err);
	return code;
}

int commit_done(struct db *db, const struct commit *c, struct err *err)
{
	int code = db_begin(db, err);

	if (code == 0)
		code = write_done(db, c, err);
	return end(db, code, err);
}

/* Is this very result the job's? */
static bool is_committed(struct db *db, const struct commit *c)
{
	CLEANUP(arena_free) struct arena arena;
	struct job job;

	arena_init(&arena, 0);
	return store_job_by_id(db, &c->job->id, &arena, &job, NULL) == 0 &&
	       job.state == JOB_STATE_DONE && uuid_eq(&job.result_object, &c->result->id);
}

int commit_done_surely(struct db *db, const struct commit *c, struct err *err)
{
	const struct timespec pause = {.tv_nsec = TRY_NS};
	int code = commit_done(db, c, err);

	for (int i = 0; i < TRIES && code == E_UNAVAILABLE; i++) {
		nanosleep(&pause, NULL);
		code = commit_done(db, c, err);
		/* The row of the result is there already: the first answer was lost. */
		if ((code == E_EXISTS || code == E_FENCED) && is_committed(db, c))
			return 0;
	}
	return code;
}

int commit_failed(struct db *db, const struct task *task, const struct err *why, struct err *err)
{
	struct sv wire = sv_from_cstr(err_wire(why->code));
	struct sv detail = sv_from_cstr(why->detail);
	int code = db_begin(db, err);

	if (code == 0)
		code = store_task_finish(db, task, TASK_STATE_FAILED, wire, detail, err);
	if (code == 0)
		code = store_job_set_failed(db, &task->subject, task->attempt, wire, detail, err);
	if (code == 0)
		code = audit(db, task, EVENT_JOB_FAIL, AUDIT_FAILED, err);
	return end(db, code, err);
}

int commit_cancelled(struct db *db, const struct task *task, struct err *err)
{
	int code = db_begin(db, err);

	if (code == 0)
		code = store_task_finish(db, task, TASK_STATE_CANCELLED, SV_NULL, SV_NULL, err);
	if (code == 0)
		code = store_job_set_cancelled(db, &task->subject, err);
	if (code == 0)
		code = audit(db, task, EVENT_JOB_CANCEL, AUDIT_DONE, err);
	return end(db, code, err);
}

int commit_again(struct db *db, const struct task *task, int64_t seconds, const struct err *why,
	struct err *err)
{
	int code = db_begin(db, err);

	if (code == 0 && why)
		code = store_task_retry(db, task, seconds, sv_from_cstr(err_wire(why->code)),
			sv_from_cstr(why->detail), err);
	else if (code == 0)
		code = store_task_give_back(db, task, err);
	if (code == 0)
		code = store_job_requeue(db, &task->subject, task->attempt, err);
	return end(db, code, err);
}

/* The job's own attempt is older than the task's, or 0 when no worker came to start it. */
static int end_abandoned_job(
	struct db *db, const struct task *task, enum word state, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct job job;
	int code;

	arena_init(&arena, 0);
	if (state == TASK_STATE_CANCELLED)
		return store_job_set_cancelled(db, &task->subject, err);
	code = store_job_by_id(db, &task->subject, &arena, &job, err);
	if (code < 0)
		return code;
	return store_job_set_failed(db, &job.id, job.attempt, sv_from_cstr(err_wire(E_POISONED)),
		sv_from_cstr(err_text(E_POISONED)), err);
}

int commit_abandoned(struct db *db, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	const enum word match = TASK_MATCH;
	struct task task;
	enum word state = WORD_NONE;
	int code = db_begin(db, err);

	arena_init(&arena, 0);
	if (code == 0)
		code = store_task_abandon(db, &match, 1, &arena, &task, &state, err);
	if (code == 0)
		code = end_abandoned_job(db, &task, state, err);
	if (code == 0)
		code = audit(db, &task,
			state == TASK_STATE_CANCELLED ? EVENT_JOB_CANCEL : EVENT_JOB_FAIL,
			state == TASK_STATE_CANCELLED ? AUDIT_DONE : AUDIT_FAILED, err);
	return end(db, code, err);
}
