/*
 * One job: claim, start, load, match, store the result, commit. Whatever goes wrong is decided in
 * one place (settle), by what kind of failure it was.
 */
#include "matcher/worker.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include "col/result_file.h"
#include "matcher/commit.h"
#include "matcher/decided.h"
#include "matcher/load.h"
#include "matcher/pulse.h"
#include "matcher/receipt.h"
#include "matcher/stat.h"
#include "sys/proc.h"

#define POLL_MS 2000
#define RETRY_SECONDS 5

/* Slots of the metric of ended tasks; main.c labels them. */
enum outcome_slot { SLOT_DONE, SLOT_FAILED, SLOT_CANCELLED, SLOT_AGAIN, SLOT_FENCED };

/* What a job leaves in the vault. */
enum stored_kind { STORED_RESULT, STORED_RECEIPT, STORED_MODEL, STORED };

struct run {
	struct worker *w;
	const struct task *task;
	struct arena arena;
	struct log log;
	struct job job;
	struct pulse pulse;
	struct load load;
	struct result result;
	struct match_receipt receipt;
	struct calibration calibration; /* by decisions on earlier results */
	struct stored {
		struct object object;
		uint8_t wrapped[VAULT_WRAPPED_LEN];
		bool there; /* the vault has it, no row does */
	} stored[STORED];
	int64_t begin_us; /* wall clock */
	int64_t lap_us;   /* when the present step began */
	int64_t load_ms, match_ms, store_ms, commit_ms;
};

/* Milliseconds since the last lap. */
static int64_t lap(struct run *r)
{
	int64_t now = clock_mono_us(&r->w->clock), ms = (now - r->lap_us) / 1000;

	r->lap_us = now;
	return ms;
}

static void on_progress(void *arg, enum match_phase phase, uint64_t done, uint64_t total)
{
	pulse_progress(arg, match_phase_word(phase), done, total);
}

static int match(struct run *r, struct err *err)
{
	size_t held = load_bytes(&r->load);
	struct match_options options = {
		.threads = r->w->threads,
		.memory_bytes = r->w->memory_bytes,
		.advice = r->load.advised ? &r->load.advice : NULL,
		.model = r->load.model,
		.calibration = r->calibration.kind == CALIBRATE_NONE ? NULL : &r->calibration,
		.cancel = &r->pulse.cancel,
		.progress = on_progress,
		.arg = &r->pulse,
	};

	if (options.memory_bytes && held >= options.memory_bytes)
		return err_set(err, E_MEMORY_BOUND, "The datasets alone take %zu MB.", held >> 20);
	if (options.memory_bytes)
		options.memory_bytes -= held;
	return match_run(
		r->load.inputs, r->load.n, r->load.rules, &options, &r->result, &r->receipt, err);
}

static int write_vault(void *ctx, const void *p, size_t n, struct err *err)
{
	return vault_write(ctx, p, n, err);
}

/* Ends the writing of a vault object that no row names yet. */
static int keep(struct run *r, enum stored_kind which, enum word kind, struct vault_writer *writer,
	struct err *err)
{
	struct stored *to = &r->stored[which];
	struct vault_object object;
	int code = vault_commit(writer, &object, err);

	if (code < 0)
		return code;
	to->there = true;
	memcpy(to->wrapped, object.wrapped, sizeof(to->wrapped));
	to->object = (struct object){
		.id = object.id,
		.project_id = r->job.project_id,
		.kind = kind,
		.size = (int64_t)object.size,
		.stored_size = (int64_t)object.stored_size,
		.wrapped_key = sv_from((const char *)to->wrapped, sizeof(to->wrapped)),
	};
	memcpy(to->object.sha256, object.sha256, sizeof(to->object.sha256));
	return 0;
}

static int store_result(struct run *r, struct err *err)
{
	CLEANUP(vault_writer_free) struct vault_writer *writer = NULL;
	int code = vault_create(r->w->vault, &writer, err);

	if (code == 0)
		code = result_file_write(&r->result, (struct col_sink){write_vault, writer}, err);
	return code < 0 ? code : keep(r, STORED_RESULT, OBJECT_KIND_RESULT, writer, err);
}

static int store_text(
	struct run *r, enum stored_kind which, enum word kind, struct sv text, struct err *err)
{
	CLEANUP(vault_writer_free) struct vault_writer *writer = NULL;
	int code = vault_create(r->w->vault, &writer, err);

	if (code == 0)
		code = vault_write(writer, text.p, text.n, err);
	return code < 0 ? code : keep(r, which, kind, writer, err);
}

static int store_receipt(struct run *r, struct err *err)
{
	CLEANUP(buf_free) struct buf text = BUF_INIT;
	const struct receipt_of of = {.job = &r->job,
		.load = &r->load,
		.result = &r->result,
		.figures = &r->receipt,
		.calibration = &r->calibration,
		.result_sha256 = r->stored[STORED_RESULT].object.sha256,
		.host = r->w->host,
		.threads = r->w->threads,
		.started_us = r->begin_us,
		.us = clock_wall_us(&r->w->clock) - r->begin_us};
	int code = receipt_write(r->w->db, r->w->vault, &of, &text, err);

	return code < 0 ? code :
			store_text(r, STORED_RECEIPT, OBJECT_KIND_RECEIPT, buf_sv(&text), err);
}

static int store_all(struct run *r, struct err *err)
{
	int code = store_result(r, err);

	if (code == 0)
		code = store_receipt(r, err);
	if (code == 0 && r->receipt.model)
		code = store_text(r, STORED_MODEL, OBJECT_KIND_MODEL,
			sv_from_cstr(r->receipt.model), err);
	return code;
}

static const struct object *stored_object(const struct run *r, enum stored_kind which)
{
	return r->stored[which].there ? &r->stored[which].object : NULL;
}

/* What the transaction takes besides the objects; computed while those are written. */
struct prepared {
	struct run *r;
	struct record_set taken;
	struct record_parts parts;
	struct job_stats stats;
	struct buf summary;
	struct err err;
	int code;
};

/* Uses the run's arena, which storing does not. */
static void *prepare(void *arg)
{
	struct prepared *p = arg;
	struct run *r = p->r;

	p->code = commit_members(r->load.inputs, r->load.rules, &r->result, &r->arena, &p->taken,
		&p->parts, &p->err);
	if (p->code == 0)
		p->code = stat_rows(r->load.inputs, r->load.rules, &r->result, &r->arena, &p->stats,
			&p->err);
	if (p->code == 0)
		p->code = stat_summary(
			&r->result, &r->receipt, &r->calibration, &p->summary, &p->err);
	return NULL;
}

static void prepared_free(struct prepared *p)
{
	record_set_free(&p->taken);
	buf_free(&p->summary);
}

/* Writing waits for the disk, preparing for the processor. */
static int store_and_prepare(struct run *r, struct prepared *p, struct err *err)
{
	pthread_t thread;
	bool aside = pthread_create(&thread, NULL, prepare, p) == 0;
	int code = store_all(r, err);

	if (aside)
		pthread_join(thread, NULL);
	else
		prepare(p);
	if (code == 0 && p->code < 0) {
		*err = p->err;
		code = p->code;
	}
	return code;
}

static int commit(struct run *r, struct prepared *p, struct err *err)
{
	struct commit c = {.task = r->task,
		.job = &r->job,
		.result = &r->stored[STORED_RESULT].object,
		.taken = &p->taken,
		.parts = &p->parts,
		.stats = &p->stats,
		.summary = buf_sv(&p->summary),
		.receipt = stored_object(r, STORED_RECEIPT),
		.model = stored_object(r, STORED_MODEL)};
	int code = commit_done_surely(r->w->db, &c, err);

	for (int i = 0; code == 0 && i < STORED; i++)
		r->stored[i].there = false;
	return code;
}

/* Between steps that cannot be interrupted. */
static int go_on(const struct run *r, struct err *err)
{
	return atomic_load(&r->pulse.cancel) ? err_set(err, E_CANCELLED, NULL) : 0;
}

static int run_steps(struct run *r, struct err *err)
{
	CLEANUP(prepared_free) struct prepared prepared = {.r = r};
	int code;

	lap(r);
	code = load_job(r->w->db, r->w->vault, &r->job, &r->load, err);
	if (code == 0)
		code = decided_calibration(r->w->db, r->w->vault, &r->job, &r->calibration, err);
	r->load_ms = lap(r);
	if (code == 0)
		code = go_on(r, err);
	if (code == 0)
		code = match(r, err);
	r->match_ms = lap(r);
	if (code == 0) {
		pulse_progress(&r->pulse, "storing", 0, 1);
		code = store_and_prepare(r, &prepared, err);
	}
	r->store_ms = lap(r);
	if (code == 0)
		code = go_on(r, err);
	if (code == 0)
		code = commit(r, &prepared, err);
	r->commit_ms = lap(r);
	return code;
}

static int start(struct run *r, struct err *err)
{
	int code = store_job_start(r->w->db, &r->task->subject, r->task->attempt, err);

	if (code == 0)
		code = store_job_by_id(r->w->db, &r->task->subject, &r->arena, &r->job, err);
	if (code < 0)
		return code;
	r->pulse = (struct pulse){
		.db = r->w->pulse_db,
		.task = r->task,
		.log = &r->log,
		.clock = r->w->clock,
		.lease_seconds = r->w->lease_seconds,
		.heartbeat_seconds = r->w->heartbeat_seconds,
		.stop_fd = r->w->stop_fd,
	};
	code = pulse_start(&r->pulse, err);
	if (code < 0)
		return code;
	pulse_progress(&r->pulse, "loading", 0, 1);
	code = run_steps(r, err);
	pulse_end(&r->pulse);
	return code;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Failures that another attempt may not have. */
static bool may_pass(int code)
{
	static const int codes[] = {
		E_UNAVAILABLE, E_TIMEOUT, E_IO, E_NO_SPACE, E_NO_MEMORY, E_RECORD_TAKEN};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* Objects that no row names: only when it is known that none does. */
static void drop_stored(struct run *r, int code)
{
	struct err err = {0};

	for (int i = 0; i < STORED && code != E_UNAVAILABLE; i++)
		if (r->stored[i].there &&
			vault_remove(r->w->vault, &r->stored[i].object.id, &err) < 0)
			log_warn(&r->log, "cannot remove a result that was not committed",
				LOG_FAIL(&err));
}

static int settle_failure(
	struct run *r, const struct err *why, enum outcome_slot *slot, struct err *err)
{
	enum pulse_reason reason = pulse_reason(&r->pulse);
	struct db *db = r->w->db;

	if (why->code == E_FENCED || reason == PULSE_FENCED) {
		*slot = SLOT_FENCED;
		return 0;
	}
	if (why->code == E_CANCELLED && reason == PULSE_CANCEL) {
		*slot = SLOT_CANCELLED;
		return commit_cancelled(db, r->task, err);
	}
	if (why->code == E_CANCELLED) {
		*slot = SLOT_AGAIN;
		return commit_again(db, r->task, 0, NULL, err);
	}
	if (may_pass(why->code) && r->task->strikes < TASK_STRIKES) {
		*slot = SLOT_AGAIN;
		return commit_again(db, r->task, RETRY_SECONDS, why, err);
	}
	*slot = SLOT_FAILED;
	return commit_failed(db, r->task, why, err);
}

static const char *const slot_words[] = {
	[SLOT_DONE] = "done",
	[SLOT_FAILED] = "failed",
	[SLOT_CANCELLED] = "cancelled",
	[SLOT_AGAIN] = "again",
	[SLOT_FENCED] = "fenced",
};

/* Logs once, counts once. */
static void settle(struct run *r, int code, const struct err *why, int64_t us)
{
	enum outcome_slot slot = SLOT_DONE;
	char job[UUID_TEXT_LEN + 1];
	struct err err = {0};

	uuid_format(&r->task->subject, job);
	if (code < 0) {
		drop_stored(r, code);
		if (settle_failure(r, why, &slot, &err) < 0)
			log_error(&r->log, "cannot end a job; its lease will run out",
				LOG_STR("job", job), LOG_FAIL(&err));
		log_warn(&r->log, "job did not finish", LOG_STR("job", job),
			LOG_STR("outcome", slot_words[slot]), LOG_INT("attempt", r->task->attempt),
			LOG_FAIL(why));
	} else {
		log_info(&r->log, "job finished", LOG_STR("job", job),
			LOG_INT("attempt", r->task->attempt),
			LOG_INT("matches", r->result.matches.n), LOG_INT("ms", us / 1000),
			LOG_INT("load_ms", r->load_ms), LOG_INT("match_ms", r->match_ms),
			LOG_INT("store_ms", r->store_ms), LOG_INT("commit_ms", r->commit_ms),
			LOG_INT("rss_mb", proc_rss_bytes() >> 20));
		metrics_add(r->w->metrics, M_MATCH_ROWS, 0,
			(int64_t)r->receipt.rows[0] + r->receipt.rows[1]);
	}
	metrics_add(r->w->metrics, M_TASKS, slot, 1);
	metrics_observe(r->w->metrics, M_TASK_SECONDS, 0, us);
}

static void run_task(struct worker *w, const struct task *task)
{
	struct run r = {.w = w, .task = task, .load = LOAD_INIT, .result = RESULT_INIT};
	int64_t begin = clock_mono_us(&w->clock);
	struct err err = {0};
	int code;

	arena_init(&r.arena, 0);
	r.begin_us = clock_wall_us(&w->clock);
	r.log = log_with_request(w->log, task->request_id.p);
	metrics_set(w->metrics, M_TASKS_RUNNING, 0, 1);
	code = start(&r, &err);
	settle(&r, code, &err, clock_mono_us(&w->clock) - begin);
	metrics_set(w->metrics, M_TASKS_RUNNING, 0, 0);
	result_free(&r.result);
	match_receipt_free(&r.receipt);
	load_free(&r.load);
	arena_free(&r.arena);
}

/* --- the queue -------------------------------------------------------------------------------- */

static bool is_stopping(const struct worker *w)
{
	struct pollfd p = {w->stop_fd, POLLIN, 0};

	return poll(&p, 1, 0) > 0;
}

/* Logged when it begins and when it ends, not every time it is tried. */
static void note_queue(struct worker *w, int code, const struct err *err)
{
	bool away = code < 0 && code != E_NOT_FOUND;

	if (away && !w->away)
		log_warn(w->log, "the queue cannot be reached", LOG_FAIL(err));
	else if (!away && w->away)
		log_info(w->log, "the queue is back");
	w->away = away;
}

/* Ends jobs that nobody will finish. */
static void sweep(struct worker *w)
{
	struct err err = {0};
	int code;

	do
		code = commit_abandoned(w->db, &err);
	while (code == 0);
	note_queue(w, code, &err);
}

/* 0 when there was one, E_NOT_FOUND, or why the queue cannot be asked. */
static int claim_and_run(struct worker *w)
{
	CLEANUP(arena_free) struct arena arena;
	const enum word kind = TASK_MATCH;
	struct task task;
	struct err err = {0};
	int code;

	arena_init(&arena, 0);
	code = store_task_claim(w->db, &kind, 1, sv_from_cstr(w->name), w->lease_seconds, &arena,
		&task, &err);
	note_queue(w, code, &err);
	if (code == 0)
		run_task(w, &task);
	return code;
}

void worker_run(struct worker *w)
{
	const char *const kinds[] = {"match"};
	struct err err = {0};
	int kind;

	while (!is_stopping(w)) {
		int code = claim_and_run(w);

		if (code == 0)
			continue;
		if (code == E_NOT_FOUND)
			sweep(w);
		/* Redis only wakes; without it this just waits as long. */
		(void)!bus_wait(w->bus, kinds, 1, POLL_MS, w->stop_fd, &kind, &err);
	}
}
