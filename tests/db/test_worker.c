/*
 * The matcher's worker on real jobs, in this process: each way a job can go, and that nothing of a
 * job that did not finish stays in the vault.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cmocka.h>
#include "jobs.h"
#include "matcher/worker.h"

#define ROWS 40000
#define PATIENCE_MS 30000

static struct pg pg;
static struct world w;
static struct jobs jobs;
static struct worker worker;
static struct log quiet;
static pthread_t thread;

static int start(void **state)
{
	const struct bus_options no_redis = {"/nonexistent.sock", 100, clock_system(), NULL};

	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	jobs_start(&jobs, &pg, &w, ROWS);
	quiet = log_open(-1, LVL_ERROR, "test");
	worker = (struct worker){
		.db = pg_db(&pg, "recon_matcher"),
		.pulse_db = pg_db(&pg, "recon_matcher"),
		.bus = bus_new(&no_redis),
		.vault = jobs.vault,
		.log = &quiet,
		.clock = clock_system(),
		.name = "test",
		.threads = 2,
		.lease_seconds = 15,
		.heartbeat_seconds = 1,
		.stop_fd = eventfd(0, EFD_NONBLOCK),
	};
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(worker.db);
	db_close(worker.pulse_db);
	bus_free(worker.bus);
	close(worker.stop_fd);
	jobs_stop(&jobs);
	pg_stop(&pg);
	return 0;
}

static void *work(void *arg)
{
	(void)arg;
	worker_run(&worker);
	return NULL;
}

static void worker_start(void)
{
	assert_int_equal(0, pthread_create(&thread, NULL, work, NULL));
}

static void worker_stop(void)
{
	uint64_t n = 1;

	assert_int_equal(sizeof(n), write(worker.stop_fd, &n, sizeof(n)));
	pthread_join(thread, NULL);
	assert_int_equal(sizeof(n), read(worker.stop_fd, &n, sizeof(n)));
}

static bool in_state(enum word a, enum word b)
{
	enum word now = jobs_state(&jobs);

	return now == a || now == b;
}

static void wait_for(enum word a, enum word b)
{
	for (int i = 0; i < PATIENCE_MS && !in_state(a, b); i++)
		usleep(1000);
	if (!in_state(a, b))
		fail_msg("the job stays %s", word_text(jobs_state(&jobs)));
}

/* Runs the waiting job to an end, or until it waits again. */
static void run_job(void)
{
	worker_start();
	for (int i = 0; i < PATIENCE_MS; i++) {
		if (pg_int(&pg, "SELECT count(*) FROM task WHERE state = 'running' OR "
				"(state = 'waiting' AND attempt = 0)") == 0)
			break;
		usleep(1000);
	}
	worker_stop();
}

/* Ends with this error, and the vault is as it was. */
static void fails_with(const char *code, int stored)
{
	char *got;

	run_job();
	assert_int_equal(JOB_STATE_FAILED, jobs_state(&jobs));
	got = pg_text(&pg, "SELECT error_code FROM job ORDER BY id DESC LIMIT 1");
	assert_string_equal(code, got);
	free(got);
	assert_int_equal(stored, jobs_stored(&jobs));
}

static void test_done(void **state)
{
	int stored = jobs_stored(&jobs);

	(void)state;
	jobs_new(&jobs, jobs_rules);
	run_job();
	assert_int_equal(JOB_STATE_DONE, jobs_state(&jobs));
	assert_int_equal(stored + 2, jobs_stored(&jobs)); /* result and receipt */
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM job WHERE state = 'done' AND "
					"(summary->>'left_rows')::int = 40000"));
	assert_int_equal(2 * ROWS, pg_int(&pg, "SELECT sum(n) FROM job_stat"));
}

/* The same datasets once more: what the first job left open is brought forward, since that day. */
static void test_carried(void **state)
{
	(void)state;
	pg_exec(&pg, "UPDATE job SET created_at = '2026-03-05T23:30:00Z' WHERE state = 'done'; "
		     "UPDATE job_input i SET first_seen = NULL FROM job j "
		     "WHERE j.id = i.job_id AND j.state = 'done'");
	jobs_again(&jobs, 1);
	assert_int_equal(2, pg_int(&pg, "SELECT count(*) FROM job_input i JOIN job j ON j.id = i.job_id "
					"WHERE j.state = 'queued' AND i.carried AND i.first_seen = "
					"('2026-03-05T23:30:00Z'::timestamptz AT TIME ZONE (SELECT time_zone FROM "
					"project p WHERE p.id = i.project_id))::date"));
	run_job();
	assert_int_equal(JOB_STATE_DONE, jobs_state(&jobs));
	assert_int_equal(1, pg_int(&pg,
		"SELECT count(*) FROM job WHERE state = 'done' AND (summary->>'carried')::int > 0 AND "
		"(summary->>'carried')::int = (SELECT sum((r->>'brought_forward')::int) FROM "
		"json_array_elements(summary->'identities'->'rows') r) AND "
		"(SELECT sum((r->>'accepted')::int) FROM "
		"json_array_elements(summary->'identities'->'rows') r) = 0"));
}

static void test_done_with_the_proposed_rules(void **state)
{
	(void)state;
	jobs_new(&jobs, NULL);
	run_job();
	assert_int_equal(JOB_STATE_DONE, jobs_state(&jobs));
}

static void test_cancelled(void **state)
{
	int stored = jobs_stored(&jobs);

	(void)state;
	jobs_new(&jobs, jobs_rules);
	worker_start();
	wait_for(JOB_STATE_RUNNING, JOB_STATE_DONE);
	pg_exec(&pg, "UPDATE task SET cancel_asked = true WHERE state = 'running'");
	wait_for(JOB_STATE_CANCELLED, JOB_STATE_DONE);
	worker_stop();
	assert_int_equal(
		stored + 2 * in_state(JOB_STATE_DONE, JOB_STATE_DONE), jobs_stored(&jobs));
}

static void test_fenced(void **state)
{
	int stored = jobs_stored(&jobs);

	(void)state;
	jobs_new(&jobs, jobs_rules);
	worker_start();
	wait_for(JOB_STATE_RUNNING, JOB_STATE_DONE);
	pg_exec(&pg, "UPDATE task SET attempt = attempt + 1 WHERE state = 'running'");
	usleep(300000);
	worker_stop();
	if (in_state(JOB_STATE_DONE, JOB_STATE_DONE))
		return;                                         /* it was faster */
	assert_int_equal(JOB_STATE_RUNNING, jobs_state(&jobs)); /* the other worker's business */
	assert_int_equal(stored, jobs_stored(&jobs));
	pg_exec(&pg,
		"UPDATE task SET state = 'cancelled', finished_at = now() WHERE state = 'running'; "
		"UPDATE job SET state = 'cancelled', finished_at = now() WHERE state = 'running'");
}

static void test_a_column_that_is_not_there(void **state)
{
	(void)state;
	jobs_new(&jobs,
		"{\"ruleset\":1,\"name\":\"x\",\"currency\":\"each alone\",\"left\":{\"label\":"
		"\"L\",\"balance\":\"a\"},\"right\":{\"label\":\"R\",\"balance\":\"a\"},\"fields\":"
		"{\"a\":{\"type\":\"amount\",\"left\":\"nowhere\",\"right\":\"amount\"}},"
		"\"passes\":[{\"name\":\"p\",\"stage\":1,\"kind\":\"1:1\",\"when\":{\"a\":\"same\"}"
		","
		"\"then\":{\"suggest\":{\"confidence\":0.5}}}]}");
	fails_with("ruleset", jobs_stored(&jobs));
}

static void test_rules_that_are_none(void **state)
{
	(void)state;
	jobs_new(&jobs, "{\"ruleset\":1,\"pases\":[]}");
	run_job();
	assert_int_equal(JOB_STATE_FAILED, jobs_state(&jobs));
}

static void test_too_little_memory(void **state)
{
	(void)state;
	jobs_new(&jobs, jobs_rules);
	worker.memory_bytes = 100000;
	fails_with("memory_bound", jobs_stored(&jobs));
	jobs_again(&jobs, 1);
	worker.memory_bytes = 2000000;
	fails_with("memory_bound", jobs_stored(&jobs));
	worker.memory_bytes = 0;
}

/* A database that says the bytes are erased, and one whose bytes are not what it says. */
static void test_content_that_is_gone(void **state)
{
	char *key;
	char sql[512];

	(void)state;
	key = pg_text(&pg, "SELECT encode(wrapped_key, 'hex') FROM vault_object v JOIN dataset d "
			   "ON d.data_object = v.id WHERE v.size > 100 ORDER BY d.no LIMIT 1");
	jobs_new(&jobs, jobs_rules);
	pg_exec(&pg, "UPDATE vault_object SET wrapped_key = NULL, erased_at = now() WHERE id = "
		     "(SELECT v.id FROM vault_object v JOIN dataset d ON d.data_object = v.id "
		     "WHERE v.size > 100 ORDER BY d.no LIMIT 1)");
	fails_with("dataset_not_ready", jobs_stored(&jobs));
	snprintf(sql, sizeof(sql),
		"UPDATE vault_object SET wrapped_key = decode('%s', 'hex'), "
		"erased_at = NULL, size = size - 1 WHERE erased_at IS NOT NULL",
		key);
	pg_exec(&pg, sql);
	jobs_again(&jobs, 1);
	fails_with("corrupt", jobs_stored(&jobs));
	pg_exec(&pg,
		"UPDATE vault_object v SET size = size + 1 FROM dataset d WHERE "
		"d.data_object = v.id AND v.wrapped_key = (SELECT wrapped_key FROM vault_object x "
		"JOIN dataset y ON y.data_object = x.id WHERE x.size > 100 ORDER BY y.no LIMIT 1)");
	free(key);
}

static void test_poisoned(void **state)
{
	(void)state;
	jobs_new(&jobs, jobs_rules);
	pg_exec(&pg, "UPDATE task SET strikes = 3 WHERE state = 'waiting'");
	worker_start();
	wait_for(JOB_STATE_FAILED, JOB_STATE_DONE);
	worker_stop();
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM job WHERE error_code = 'poisoned'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_done_with_the_proposed_rules),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_fenced),
		cmocka_unit_test(test_a_column_that_is_not_there),
		cmocka_unit_test(test_rules_that_are_none),
		cmocka_unit_test(test_too_little_memory),
		cmocka_unit_test(test_content_that_is_gone),
		cmocka_unit_test(test_poisoned),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
