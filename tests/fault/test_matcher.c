/*
 * recon-matcher killed (SIGKILL) or stopped past its lease and continued (SIGSTOP, SIGCONT) in the
 * middle of a job, ten times each: every job ends once, with the very result of a run without a
 * fault, its records taken once, its audit row written once.
 *
 * Real programs: PostgreSQL, a vault in a folder, the built recon-matcher. Each run is a
 * reconciliation of its own over the same two datasets, so results can be compared. The moment of
 * the fault is random; the seed is printed and may be given in RECON_SEED.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "jobs.h"
#include "store/store_job.h"
#include "store/store_object.h"

#define ROWS 150000
#define RUNS 10
#define LEASE_SECONDS 2
#define PATIENCE_MS 60000

static struct pg pg;
static struct world w;
static struct jobs jobs;
static char config_path[96];
static unsigned seed;
static int64_t job_ms; /* of a run without a fault, from claimed to done */

struct oracle {
	char *hash, *stats;
	int64_t taken;
};
static struct oracle expected;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(int64_t ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

static void path_in(const char *name, char *ret, size_t n)
{
	snprintf(ret, n, "%s/%s", jobs.dir, name);
}

static void write_config(void)
{
	const char *dir = jobs.dir;
	FILE *f;

	path_in("recon.conf", config_path, sizeof(config_path));
	f = fopen(config_path, "w");
	assert_non_null(f);
	fprintf(f,
		"db.conninfo = %s\nredis.socket = %s/none.sock\nrun.dir = %s\nstate.dir = %s\n"
		"vault.dir = %s/vault\nvault.public_key_file = %s/vault.pub\n"
		"vault.private_key_file = %s/vault.key\nmetrics.dir = %s\nmatcher.threads = 1\n"
		"task.lease_seconds = %d\ntask.heartbeat_seconds = 1\n",
		pg.conninfo, dir, dir, dir, dir, dir, dir, dir, LEASE_SECONDS);
	assert_int_equal(0, fclose(f));
}

/* --- the matcher ------------------------------------------------------------------------------ */

static pid_t running[2]; /* 0: none */

static pid_t spawn_matcher(void)
{
	pid_t parent = getpid(), pid = fork();
	char log[96];
	int fd;

	assert_true(pid >= 0);
	if (pid > 0) {
		running[running[0] ? 1 : 0] = pid;
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	path_in("matcher.log", log, sizeof(log));
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (getppid() == parent && fd >= 0 && dup2(fd, 2) >= 0)
		execl("./recon-matcher", "recon-matcher", "--config", config_path, NULL);
	_exit(99);
}

static void end_matcher(pid_t pid, int sig)
{
	int status = 0;

	running[running[0] == pid ? 0 : 1] = 0;
	kill(pid, sig);
	assert_int_equal(pid, waitpid(pid, &status, 0));
	/* One that was not yet ready for it dies of the signal. */
	if (sig == SIGTERM && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM))
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* After a test that failed in the middle. */
static int end_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(running); i++)
		if (running[i])
			end_matcher(running[i], SIGKILL);
	return 0;
}

static void show_log(void)
{
	char path[96], line[1024];
	FILE *f;

	path_in("matcher.log", path, sizeof(path));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		fputs(line, stderr);
	if (f)
		fclose(f);
}

static void wait_until(enum word state)
{
	int64_t end = now_ms() + PATIENCE_MS;
	enum word now;

	while ((now = jobs_state(&jobs)) != state && now != JOB_STATE_DONE) {
		if (now_ms() > end || now == JOB_STATE_FAILED) {
			show_log();
			fail_msg("the job is %s, not %s", word_text(now), word_text(state));
		}
		arena_reset(&jobs.arena);
		sleep_ms(2);
	}
}

/* --- what must hold --------------------------------------------------------------------------- */

/* A query in which `ours` is the present job's id. */
static char *about_job(const char *query)
{
	char id[UUID_TEXT_LEN + 1], sql[1024];

	uuid_format(&w.job, id);
	snprintf(sql, sizeof(sql), "WITH x AS (SELECT '%s'::uuid AS ours) %s", id, query);
	return pg_text(&pg, sql);
}

static int64_t count_of_job(const char *query)
{
	char *text = about_job(query);
	int64_t n = strtoll(text, NULL, 10);

	free(text);
	return n;
}

static struct oracle observe(void)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
		"SELECT coalesce(sum(bit_count(taken)), 0) FROM dataset_page "
		"WHERE reconciliation_no = %d",
		w.rec_no);
	return (struct oracle){
		.hash = about_job("SELECT encode(result_hash, 'hex') FROM job, x WHERE id = ours"),
		.stats = about_job(
			"SELECT md5(string_agg(concat_ws(',', day, side, pass, kind, status, "
			"currency, n, minor), ';' ORDER BY day, side, pass, kind, status, "
			"currency)) FROM job_stat, x WHERE job_id = ours"),
		.taken = pg_int(&pg, sql),
	};
}

struct tally {
	int lost, doubled, wrong, late;
};

/* The result object can be read back and is what the job's hash says. */
static bool result_is_readable(void)
{
	struct job job;
	struct object row;
	struct vault_object object = {0};

	MUST(store_job_get(jobs.api, &w.project, &w.job, &jobs.arena, &job, err));
	MUST(store_object_get(jobs.intake, &job.result_object, &jobs.arena, &row, err));
	object.id = row.id;
	object.size = (uint64_t)row.size;
	memcpy(object.wrapped, row.wrapped_key.p, sizeof(object.wrapped));
	memcpy(object.sha256, job.result_hash, sizeof(object.sha256));
	return vault_check(jobs.vault, &object, NULL) == 0;
}

static void judge(struct tally *t)
{
	struct oracle seen = observe();

	t->lost += jobs_state(&jobs) != JOB_STATE_DONE;
	t->lost += count_of_job("SELECT count(*) FROM task, x WHERE subject = ours "
				"AND state = 'done'") != 1;
	t->doubled += count_of_job("SELECT count(*) FROM audit_outbox, x WHERE object_id = ours "
				   "AND action = 'job.finish'") != 1;
	t->doubled += count_of_job("SELECT count(*) FROM vault_object v JOIN job j ON "
				   "j.result_object = v.id JOIN x ON j.id = ours") != 1;
	t->doubled += pg_int(&pg, "SELECT count(*) FROM vault_object WHERE kind = 'result'") !=
		      pg_int(&pg, "SELECT count(*) FROM job WHERE state = 'done'");
	t->wrong += seen.taken != expected.taken || strcmp(seen.hash, expected.hash) != 0 ||
		    strcmp(seen.stats, expected.stats) != 0;
	t->wrong += !result_is_readable();
	free(seen.hash);
	free(seen.stats);
}

static void report(const char *kind, const struct tally *t)
{
	print_message("%s: runs %d lost %d doubled %d wrong %d (the fault came too late: %d), "
		      "seed %u\n",
		kind, RUNS, t->lost, t->doubled, t->wrong, t->late, seed);
	if (t->lost || t->doubled || t->wrong)
		show_log();
	assert_int_equal(0, t->lost);
	assert_int_equal(0, t->doubled);
	assert_int_equal(0, t->wrong);
	assert_true(t->late <= RUNS / 2);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_without_a_fault(void **state)
{
	pid_t pid;
	int64_t begin;

	(void)state;
	jobs_new(&jobs, jobs_rules);
	pid = spawn_matcher();
	wait_until(JOB_STATE_RUNNING);
	begin = now_ms();
	wait_until(JOB_STATE_DONE);
	job_ms = MAX(now_ms() - begin, INT64_C(1));
	end_matcher(pid, SIGTERM);
	expected = observe();
	assert_true(expected.taken > ROWS / 10);
	assert_true(result_is_readable());
	print_message("a job takes %d ms\n", (int)job_ms);
}

static int64_t moment(void)
{
	return (int64_t)rand_r(&seed) % job_ms;
}

/* A job was done before its fault came: on a machine that has become faster the next one comes earlier. */
static void note_late(struct tally *t)
{
	if (jobs_state(&jobs) != JOB_STATE_DONE)
		return;
	t->late++;
	job_ms = MAX(job_ms * 2 / 3, INT64_C(1));
}

static void test_killed(void **state)
{
	struct tally t = {0};
	unsigned first = seed;

	(void)state;
	for (int i = 0; i < RUNS; i++) {
		pid_t pid;

		jobs_new(&jobs, jobs_rules);
		pid = spawn_matcher();
		wait_until(JOB_STATE_RUNNING);
		sleep_ms(moment());
		end_matcher(pid, SIGKILL);
		note_late(&t);
		pid = spawn_matcher();
		wait_until(JOB_STATE_DONE);
		end_matcher(pid, SIGTERM);
		judge(&t);
	}
	seed = first;
	report("kill", &t);
}

static void test_stopped_past_its_lease(void **state)
{
	struct tally t = {0};
	unsigned first = seed;

	(void)state;
	for (int i = 0; i < RUNS; i++) {
		pid_t stopped, other;

		jobs_new(&jobs, jobs_rules);
		stopped = spawn_matcher();
		wait_until(JOB_STATE_RUNNING);
		sleep_ms(moment());
		kill(stopped, SIGSTOP);
		note_late(&t);
		other = spawn_matcher();
		wait_until(JOB_STATE_DONE);
		kill(stopped, SIGCONT);
		sleep_ms(job_ms + 300); /* time to do harm */
		end_matcher(stopped, SIGTERM);
		end_matcher(other, SIGTERM);
		judge(&t);
	}
	seed = first;
	report("stop", &t);
}

/* What an earlier job has taken is not offered to the next one, so a second job over the same
 * datasets takes nothing away and adds only what was open. */
static void test_a_second_job_goes_on_from_the_first(void **state)
{
	struct oracle first, second;
	pid_t pid;

	(void)state;
	jobs_new(&jobs, jobs_rules);
	pid = spawn_matcher();
	wait_until(JOB_STATE_DONE);
	first = observe();
	jobs_again(&jobs, 1);
	wait_until(JOB_STATE_DONE);
	end_matcher(pid, SIGTERM);
	second = observe();
	assert_true(second.taken >= first.taken);
	assert_true(count_of_job("SELECT coalesce(sum(n), 0) FROM job_stat, x WHERE job_id = ours "
				 "AND status = 'confirmed'") == second.taken - first.taken);
	assert_true(result_is_readable());
	free(first.hash);
	free(first.stats);
	free(second.hash);
	free(second.stats);
}

/* SIGTERM in the middle gives the job back at once, without a strike. */
static void test_ended_politely(void **state)
{
	struct tally t = {0};
	int64_t begin;
	pid_t pid;

	(void)state;
	jobs_new(&jobs, jobs_rules);
	pid = spawn_matcher();
	wait_until(JOB_STATE_RUNNING);
	sleep_ms(job_ms / 4);
	begin = now_ms();
	end_matcher(pid, SIGTERM);
	assert_true(now_ms() - begin < 2000);
	assert_int_equal(JOB_STATE_QUEUED, jobs_state(&jobs));
	assert_int_equal(0, count_of_job("SELECT strikes FROM task, x WHERE subject = ours"));
	pid = spawn_matcher();
	wait_until(JOB_STATE_DONE);
	end_matcher(pid, SIGTERM);
	judge(&t);
	assert_int_equal(0, t.lost + t.doubled + t.wrong);
}

static void test_cancelled(void **state)
{
	enum word now;
	pid_t pid;
	int64_t end;

	(void)state;
	jobs_new(&jobs, jobs_rules);
	pid = spawn_matcher();
	wait_until(JOB_STATE_RUNNING);
	MUST(db_begin(jobs.api, err));
	MUST(store_job_cancel(jobs.api, &w.job, &now, err));
	MUST(db_commit(jobs.api, err));
	end = now_ms() + 2000;
	while (jobs_state(&jobs) == JOB_STATE_RUNNING && now_ms() < end)
		sleep_ms(2);
	assert_int_equal(JOB_STATE_CANCELLED, jobs_state(&jobs));
	end_matcher(pid, SIGTERM);
	assert_int_equal(0, observe().taken);
}

static int start(void **state)
{
	const char *given = getenv("RECON_SEED");

	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	jobs_start(&jobs, &pg, &w, ROWS);
	write_config();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	jobs_stop(&jobs);
	free(expected.hash);
	free(expected.stats);
	pg_stop(&pg);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_without_a_fault, end_all),
		cmocka_unit_test_teardown(test_a_second_job_goes_on_from_the_first, end_all),
		cmocka_unit_test_teardown(test_ended_politely, end_all),
		cmocka_unit_test_teardown(test_cancelled, end_all),
		cmocka_unit_test_teardown(test_killed, end_all),
		cmocka_unit_test_teardown(test_stopped_past_its_lease, end_all),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
