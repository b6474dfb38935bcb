/*
 * The ends of a job, by the matcher's own transactions: done (also when the server goes away in the
 * middle, or when only its answer is lost), failed, cancelled, again, poisoned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "matcher/commit.h"

static struct pg pg;
static struct world w;
static struct arena arena;
static struct db *api, *matcher;
static struct task task;

/* Everything a finished job writes. */
static struct record_set taken;
static const struct record_parts no_parts;
static const struct job_stats no_stats;
static struct object result, receipt;
static struct job job;
static struct commit done;

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	api = world_db(&pg, &w, "recon_api");
	matcher = pg_db(&pg, "recon_matcher");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(api);
	db_close(matcher);
	record_set_free(&taken);
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

/* The world's job is running, and claimed by us. */
static int claimed(void **state)
{
	const enum word match = TASK_MATCH;

	(void)state;
	pg_exec(&pg, "DELETE FROM dataset_page; DELETE FROM audit_outbox; UPDATE job SET "
		     "state = 'queued', attempt = 0, finished_at = NULL, error_code = NULL, "
		     "error_detail = NULL, summary = NULL, result_object = NULL, result_hash = NULL, "
		     "receipt_object = NULL; "
		     "UPDATE task SET state = 'waiting', finished_at = NULL, attempt = 0, "
		     "strikes = 0, cancel_asked = false, lease_until = now()");
	MUST(store_task_claim(matcher, &match, 1, SV("m"), 600, &arena, &task, err));
	MUST(store_job_start(matcher, &w.job, task.attempt, err));
	MUST(store_job_by_id(matcher, &w.job, &arena, &job, err));
	record_set_free(&taken);
	assert_int_equal(0, record_set_add(&taken, w.dataset_no[0], 1));
	result = (struct object){.id = random_id(),
		.project_id = w.project,
		.kind = OBJECT_KIND_RESULT,
		.size = 10,
		.stored_size = 60,
		.sha256 = {1},
		.wrapped_key = SV("k")};
	receipt = result;
	receipt.id = random_id();
	receipt.kind = OBJECT_KIND_RECEIPT;
	done = (struct commit){
		&task, &job, &result, &taken, &no_parts, &no_stats, SV("{}"), &receipt, NULL};
	return 0;
}

/* "done/done 1 job.finish": states of job and task, strikes, and what the audit says. */
static void expect(const char *want)
{
	char *got = pg_text(&pg,
		"SELECT j.state || '/' || t.state || ' ' || t.strikes || ' ' || coalesce(("
		"SELECT string_agg(action || ':' || outcome, ' ') FROM audit_outbox), '-') || "
		"coalesce(' ' || j.error_code, '') FROM job j JOIN task t ON t.subject = j.id");

	if (strcmp(got, want) != 0)
		fail_msg("\"%s\" is not \"%s\"", got, want);
	free(got);
}

static void test_done(void **state)
{
	(void)state;
	MUST(commit_done_surely(matcher, &done, err));
	expect("done/done 1 job.finish:done");
	MUST(store_job_by_id(matcher, &w.job, &arena, &job, err));
	assert_true(uuid_eq(&job.receipt_object, &receipt.id));
	assert_true(uuid_is_nil(&job.model_object));
	MUST_GIVE(E_FENCED, commit_done_surely(matcher, &done, err));
	expect("done/done 1 job.finish:done");
}

/* Ends the server's process of the connection after the n-th statement, once. */
struct cut {
	int after;
	struct db *other; /* commits meanwhile: what a lost answer looks like */
};

static void cut_once(void *arg, struct db *db, const char *statement, int code, int64_t us)
{
	struct cut *cut = arg;
	char sql[96];

	(void)statement;
	(void)code;
	(void)us;
	if (cut->after == 0 || --cut->after > 0)
		return;
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 5000)", db_backend_pid(db));
	pg_exec(&pg, sql);
	if (cut->other)
		MUST(commit_done(cut->other, &done, err));
}

static void test_done_when_the_server_goes_away(void **state)
{
	struct cut cut = {.after = 5};

	(void)state;
	db_watch(matcher, cut_once, &cut);
	MUST(commit_done_surely(matcher, &done, err));
	db_watch(matcher, NULL, NULL);
	expect("done/done 1 job.finish:done");
	assert_int_equal(1, pg_int(&pg, "SELECT sum(bit_count(taken)) FROM dataset_page"));
}

static void test_done_when_the_answer_is_lost(void **state)
{
	CLEANUP(db_freep) struct db *other = pg_db(&pg, "recon_matcher");
	struct cut cut = {.after = 1, .other = other};

	(void)state;
	db_watch(matcher, cut_once, &cut);
	MUST(commit_done_surely(matcher, &done, err));
	db_watch(matcher, NULL, NULL);
	expect("done/done 1 job.finish:done");
}

static void test_a_record_taken_meanwhile(void **state)
{
	(void)state;
	MUST(store_record_take(matcher, w.rec_no, &taken, err));
	MUST_GIVE(E_RECORD_TAKEN, commit_done_surely(matcher, &done, err));
	expect("running/running 1 -");
}

static void test_failed(void **state)
{
	struct err why = {.code = E_RULESET, .detail = "no field amount"};

	(void)state;
	MUST(commit_failed(matcher, &task, &why, err));
	expect("failed/failed 1 job.fail:failed ruleset");
	MUST_GIVE(E_FENCED, commit_failed(matcher, &task, &why, err));
}

static void test_cancelled(void **state)
{
	(void)state;
	MUST(commit_cancelled(matcher, &task, err));
	expect("cancelled/cancelled 1 job.cancel:done");
}

static void test_given_back(void **state)
{
	(void)state;
	MUST(commit_again(matcher, &task, 0, NULL, err));
	expect("queued/waiting 0 -");
}

static void test_tried_again(void **state)
{
	struct err why = {.code = E_IO, .detail = "disk"};

	(void)state;
	MUST(commit_again(matcher, &task, 5, &why, err));
	expect("queued/waiting 1 -");
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM task WHERE lease_until > now() "
					"AND error_code = 'io'"));
}

/* A worker that could not even start the job may give it back too. */
static void test_again_without_a_start(void **state)
{
	struct err why = {.code = E_UNAVAILABLE, .detail = "away"};

	(void)state;
	pg_exec(&pg, "UPDATE job SET attempt = 0, state = 'queued'");
	MUST(commit_again(matcher, &task, 5, &why, err));
	expect("queued/waiting 1 -");
}

static void test_poisoned(void **state)
{
	(void)state;
	MUST_GIVE(E_NOT_FOUND, commit_abandoned(matcher, err));
	pg_exec(&pg, "UPDATE task SET strikes = 3, lease_until = now() - interval '1 s'");
	MUST(commit_abandoned(matcher, err));
	expect("failed/poisoned 3 job.fail:failed poisoned");
	MUST_GIVE(E_FENCED, commit_done_surely(matcher, &done, err));
}

static void test_cancelled_while_nobody_held_it(void **state)
{
	enum word now = WORD_NONE;

	(void)state;
	MUST(db_begin(api, err));
	MUST(store_job_cancel(api, &w.job, &now, err));
	MUST(db_commit(api, err));
	pg_exec(&pg, "UPDATE task SET lease_until = now() - interval '1 s'");
	MUST(commit_abandoned(matcher, err));
	expect("cancelled/cancelled 1 job.cancel:done");
}

#define TEST(fn) cmocka_unit_test_setup(fn, claimed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_done),
		TEST(test_done_when_the_server_goes_away),
		TEST(test_done_when_the_answer_is_lost),
		TEST(test_a_record_taken_meanwhile),
		TEST(test_failed),
		TEST(test_cancelled),
		TEST(test_given_back),
		TEST(test_tried_again),
		TEST(test_again_without_a_start),
		TEST(test_poisoned),
		TEST(test_cancelled_while_nobody_held_it),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
