/*
 * The queue: claims, leases, the fence, strikes, cancelling, many workers at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "store/store_job.h"
#include "store/store_task.h"

static struct pg pg;
static struct world w;
static struct arena arena;
static struct db *api, *matcher, *second;
static const enum word match = TASK_MATCH;

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	api = world_db(&pg, &w, "recon_api");
	matcher = pg_db(&pg, "recon_matcher");
	second = pg_db(&pg, "recon_matcher");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(api);
	db_close(matcher);
	db_close(second);
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

/* One waiting task, and nothing else. */
static struct uuid fresh(void)
{
	struct uuid subject = uuid_new();

	pg_exec(&pg, "DELETE FROM task");
	MUST(store_task_insert(api, TASK_MATCH, &subject, &w.project, SV("r"), err));
	return subject;
}

static struct task claim(struct db *db)
{
	struct task task = {0};

	MUST(store_task_claim(db, &match, 1, SV("worker"), 15, &arena, &task, err));
	return task;
}

static void claim_nothing(struct db *db)
{
	struct task task;

	MUST_GIVE(E_NOT_FOUND, store_task_claim(db, &match, 1, SV("w"), 15, &arena, &task, err));
}

static void lease_runs_out(void)
{
	pg_exec(&pg, "UPDATE task SET lease_until = now() - interval '1 ms'");
}

static enum word state_of(const struct uuid *subject)
{
	struct task task;
	enum word state = WORD_NONE;

	MUST(store_task_newest(api, TASK_MATCH, subject, &arena, &task, &state, err));
	return state;
}

static void test_claimed_once(void **state)
{
	struct uuid subject = fresh();
	struct task task = claim(matcher);

	(void)state;
	assert_true(uuid_eq(&subject, &task.subject));
	assert_int_equal(1, task.attempt);
	assert_true(sv_eq_cstr(task.request_id, "r"));
	claim_nothing(second);
	MUST(store_task_finish(matcher, &task, TASK_STATE_DONE, SV_NULL, SV_NULL, err));
	assert_int_equal(TASK_STATE_DONE, state_of(&subject));
	claim_nothing(second);
	MUST_GIVE(E_FENCED,
		store_task_finish(matcher, &task, TASK_STATE_DONE, SV_NULL, SV_NULL, err));
}

static void test_one_live_task_of_a_subject(void **state)
{
	struct uuid subject = fresh();

	(void)state;
	MUST_GIVE(
		E_CONFLICT, store_task_insert(api, TASK_MATCH, &subject, &w.project, SV_NULL, err));
}

/* The former owner, stopped past its lease and continued, can do nothing any more. */
static void test_the_former_owner_is_fenced(void **state)
{
	struct uuid subject = fresh();
	struct task first = claim(matcher), taken;
	bool cancel;

	(void)state;
	lease_runs_out();
	taken = claim(second);
	assert_int_equal(2, taken.attempt);
	assert_true(uuid_eq(&subject, &taken.subject));
	MUST_GIVE(E_FENCED, store_task_heartbeat(matcher, &first, 15, &cancel, err));
	MUST_GIVE(E_FENCED, store_task_cancel_asked(matcher, &first, &cancel, err));
	MUST_GIVE(E_FENCED,
		store_task_finish(matcher, &first, TASK_STATE_DONE, SV_NULL, SV_NULL, err));
	MUST_GIVE(E_FENCED, store_task_give_back(matcher, &first, err));
	MUST_GIVE(E_FENCED, store_task_retry(matcher, &first, 0, SV("io"), SV_NULL, err));
	MUST_GIVE(E_FENCED, store_task_postpone(matcher, &first, 0, err));
	MUST(store_task_finish(second, &taken, TASK_STATE_DONE, SV_NULL, SV_NULL, err));
}

static void test_a_heartbeat_keeps_the_lease(void **state)
{
	struct task task;
	bool cancel = true;

	(void)state;
	fresh();
	task = claim(matcher);
	lease_runs_out();
	MUST(store_task_heartbeat(matcher, &task, 15, &cancel, err));
	assert_false(cancel);
	claim_nothing(second);
}

static void test_three_strikes(void **state)
{
	struct uuid subject = fresh();
	enum word end = WORD_NONE;
	struct task task;

	(void)state;
	for (int i = 0; i < TASK_STRIKES; i++) {
		MUST_GIVE(E_NOT_FOUND,
			store_task_abandon(second, &match, 1, &arena, &task, &end, err));
		claim(matcher);
		lease_runs_out();
	}
	claim_nothing(second);
	MUST(store_task_abandon(second, &match, 1, &arena, &task, &end, err));
	assert_int_equal(TASK_STATE_POISONED, end);
	assert_true(uuid_eq(&subject, &task.subject));
	assert_int_equal(TASK_STATE_POISONED, state_of(&subject));
}

static void test_giving_back_is_no_strike(void **state)
{
	struct task task;

	(void)state;
	fresh();
	for (int i = 1; i <= 5; i++) {
		task = claim(matcher);
		assert_int_equal(i, task.attempt);
		assert_int_equal(1, task.strikes);
		MUST(store_task_give_back(matcher, &task, err));
	}
}

static void test_a_retry_waits_and_counts(void **state)
{
	struct task task;

	(void)state;
	fresh();
	task = claim(matcher);
	MUST(store_task_retry(matcher, &task, 60, SV("io"), SV("disk"), err));
	claim_nothing(second);
	lease_runs_out();
	task = claim(second);
	assert_int_equal(2, task.strikes);
	MUST(store_task_postpone(second, &task, 60, err));
	claim_nothing(matcher);
	lease_runs_out();
	assert_int_equal(2, claim(matcher).strikes);
}

static void test_cancelling_a_waiting_job_ends_it(void **state)
{
	struct job job;
	enum word now = WORD_NONE;

	(void)state;
	pg_exec(&pg, "DELETE FROM task");
	MUST(store_task_insert(api, TASK_MATCH, &w.job, &w.project, SV_NULL, err));
	MUST(db_begin(api, err));
	MUST(store_job_cancel(api, &w.job, &now, err));
	MUST(db_commit(api, err));
	assert_int_equal(JOB_STATE_CANCELLED, now);
	MUST(store_job_get(api, &w.project, &w.job, &arena, &job, err));
	assert_int_equal(JOB_STATE_CANCELLED, job.state);
	assert_true(job.finished_at > 0);
	claim_nothing(matcher);
	MUST_GIVE(E_JOB_STATE, store_job_cancel(api, &w.job, &now, err));
	db_rollback(api);
}

static void test_cancelling_a_running_task_tells_its_worker(void **state)
{
	struct uuid subject = fresh();
	struct task task = claim(matcher);
	enum word now = WORD_NONE, end = WORD_NONE;
	bool cancel = false;

	(void)state;
	MUST(store_task_cancel_asked(matcher, &task, &cancel, err));
	assert_false(cancel);
	MUST(store_task_cancel(api, TASK_MATCH, &subject, &now, err));
	assert_int_equal(TASK_STATE_RUNNING, now);
	MUST(store_task_cancel_asked(matcher, &task, &cancel, err));
	assert_true(cancel);
	MUST(store_task_heartbeat(matcher, &task, 15, &cancel, err));
	assert_true(cancel);
	lease_runs_out(); /* and the worker dies before it can answer */
	claim_nothing(second);
	MUST(store_task_abandon(second, &match, 1, &arena, &task, &end, err));
	assert_int_equal(TASK_STATE_CANCELLED, end);
}

#define MANY 200
#define WORKERS 4

static void *work(void *arg)
{
	int *claims = arg;
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_matcher");
	CLEANUP(arena_free) struct arena mine;
	struct task task;

	arena_init(&mine, 0);
	while (store_task_claim(db, &match, 1, SV("w"), 15, &mine, &task, NULL) == 0) {
		if (store_task_finish(db, &task, TASK_STATE_DONE, SV_NULL, SV_NULL, NULL) == 0)
			++*claims;
	}
	return NULL;
}

static void test_many_workers_lose_and_double_nothing(void **state)
{
	pthread_t threads[WORKERS];
	int claims[WORKERS] = {0}, sum = 0;

	(void)state;
	fresh();
	for (int i = 1; i < MANY; i++) {
		struct uuid subject = uuid_new();

		MUST(store_task_insert(api, TASK_MATCH, &subject, &w.project, SV_NULL, err));
	}
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(0, pthread_create(&threads[i], NULL, work, &claims[i]));
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], NULL);
		sum += claims[i];
	}
	assert_int_equal(MANY, sum);
	assert_int_equal(MANY, pg_int(&pg, "SELECT count(*) FROM task WHERE state = 'done' "
					   "AND attempt = 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancelling_a_waiting_job_ends_it),
		cmocka_unit_test(test_claimed_once),
		cmocka_unit_test(test_one_live_task_of_a_subject),
		cmocka_unit_test(test_the_former_owner_is_fenced),
		cmocka_unit_test(test_a_heartbeat_keeps_the_lease),
		cmocka_unit_test(test_three_strikes),
		cmocka_unit_test(test_giving_back_is_no_strike),
		cmocka_unit_test(test_a_retry_waits_and_counts),
		cmocka_unit_test(test_cancelling_a_running_task_tells_its_worker),
		cmocka_unit_test(test_many_workers_lose_and_double_nothing),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
