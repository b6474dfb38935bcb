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
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "col/col_build.h"
#include "col/table_file.h"
#include "fixture.h"
#include "store/store_dataset.h"
#include "store/store_job.h"
#include "store/store_object.h"
#include "store/store_reconciliation.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "vault/keys.h"
#include "vault/vault.h"

#define ROWS 150000
#define RUNS 10
#define LEASE_SECONDS 2
#define PATIENCE_MS 60000

static const char rules[] =
	"{\"ruleset\":1,\"name\":\"fault\",\"currency\":\"each alone\","
	"\"left\":{\"label\":\"L\",\"balance\":\"amount\"},"
	"\"right\":{\"label\":\"R\",\"balance\":\"amount\"},"
	"\"fields\":{\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},"
	"\"date\":{\"type\":\"date\",\"left\":\"date\",\"right\":\"date\"}},"
	"\"passes\":[{\"name\":\"days\",\"stage\":1,\"kind\":\"1:1\","
	"\"when\":{\"amount\":\"same\",\"date\":{\"days\":[0,3]}},"
	"\"then\":{\"confirm\":{\"confidence\":0.9},\"suggest\":{\"confidence\":0.5}}}]}";

static struct pg pg;
static struct world w;
static struct arena arena;
static struct db *api, *intake;
static struct vault *vault;
static char dir[64], config_path[96];
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

/* --- the world -------------------------------------------------------------------------------- */

static int write_vault(void *ctx, const void *p, size_t n, struct err *err)
{
	return vault_write(ctx, p, n, err);
}

/* Amounts that repeat some ten times and days that overlap: components of many edges. */
static void make_table(int side, struct col_table *ret)
{
	struct col_build b = COL_BUILD_INIT;
	unsigned state = 7;

	MUST(col_build_init(&b, 2, err));
	col_build_define(&b, 0, "amount", COL_AMOUNT, COL_FIELD);
	col_build_define(&b, 1, "date", COL_DATE, COL_FIELD);
	b.cols[0].col.scale = 2;
	b.cols[0].col.currency = COL_PACK('E', 'U', 'R');
	b.cols[0].col.currency_col = -1;
	b.cols[1].col.currency_col = -1;
	for (int i = 0; i < ROWS; i++) {
		int32_t day = 20000 + rand_r(&state) % 1000;
		int32_t lag = rand_r(&state) % 4;

		col_build_i64(&b, 0, 100 + rand_r(&state) % (ROWS / 10));
		col_build_i32(&b, 1, side ? day + lag : day);
	}
	MUST(col_build_finish(&b, ret, err));
}

static void store_table(const struct col_table *table, struct object *ret)
{
	static uint8_t wrapped[VAULT_WRAPPED_LEN];
	struct table_info info = {.mapping_version = 2, .rows_read = ROWS, .rows_accepted = ROWS};
	struct vault_writer *writer = NULL;
	struct vault_object stored;

	MUST(vault_create(vault, &writer, err));
	MUST(table_file_write(
		COL_FILE_DATASET, table, &info, (struct col_sink){write_vault, writer}, err));
	MUST(vault_commit(writer, &stored, err));
	vault_writer_free(&writer);
	memcpy(wrapped, stored.wrapped, sizeof(wrapped));
	*ret = (struct object){.id = stored.id,
		.project_id = w.project,
		.kind = OBJECT_KIND_DATASET,
		.size = (int64_t)stored.size,
		.stored_size = (int64_t)stored.stored_size,
		.wrapped_key = sv_from((const char *)wrapped, sizeof(wrapped))};
	memcpy(ret->sha256, stored.sha256, sizeof(ret->sha256));
}

static void make_dataset(int side)
{
	CLEANUP(col_table_free) struct col_table table = COL_TABLE_INIT;
	struct dataset dataset = {
		.mapping_version = 2, .rows_read = ROWS, .rows_accepted = ROWS, .sums = SV("[]")};
	struct mapping_row mapping;
	struct object object;

	make_table(side, &table);
	store_table(&table, &object);
	w.dataset[side] = uuid_new();
	MUST(db_begin(api, err));
	MUST(store_mapping_insert(
		api, &w.project, &w.source[side], SV("{}"), &w.user, &arena, &mapping, err));
	MUST(db_commit(api, err));
	MUST(store_object_insert(intake, &object, err));
	MUST(store_dataset_insert(intake, &w.dataset[side], &w.project, &w.source[side],
		&w.file[side], 2, &w.dataset_no[side], err));
	dataset.data_object = object.id;
	MUST(store_dataset_set_ready(intake, &w.dataset[side], &dataset, err));
}

static void path_in(const char *name, char *ret, size_t n)
{
	snprintf(ret, n, "%s/%s", dir, name);
}

static void make_vault(void)
{
	char folder[96], public_key[96], private_key[96];
	struct vault_config config = {folder, public_key, private_key};

	path_in("vault", folder, sizeof(folder));
	path_in("vault.pub", public_key, sizeof(public_key));
	path_in("vault.key", private_key, sizeof(private_key));
	assert_int_equal(0, mkdir(folder, 0700));
	MUST(vault_keys_generate(public_key, private_key, err));
	MUST(vault_open(&config, &vault, err));
}

static void write_config(void)
{
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

/* Inside a transaction. */
static void queue_job(void)
{
	w.job = uuid_new();
	MUST(store_job_insert(api, &w.job, &w.project, &w.rec, 1, &w.user,
		&(struct db_uuids){&w.dataset[0], 1}, &(struct db_uuids){&w.dataset[1], 1}, err));
	MUST(store_task_insert(api, TASK_MATCH, &w.job, &w.project, SV("req"), err));
}

/* A reconciliation of its own, with its job waiting. */
static void new_job(void)
{
	static int count;
	char name[32];
	const uint8_t hash[32] = {0};
	struct ruleset_row ruleset;
	struct reconciliation rec = {.id = uuid_new(),
		.project_id = w.project,
		.left_sources = {&w.source[0], 1},
		.right_sources = {&w.source[1], 1}};

	snprintf(name, sizeof(name), "run %d", ++count);
	rec.name = sv_from_cstr(name);
	w.rec = rec.id;
	MUST(db_begin(api, err));
	MUST(store_reconciliation_insert(api, &rec, &w.user, err));
	MUST(store_ruleset_insert(
		api, &w.project, &w.rec, SV(rules), hash, &w.user, &arena, &ruleset, err));
	queue_job();
	MUST(db_commit(api, err));
	MUST(store_reconciliation_get(api, &w.project, &w.rec, &arena, &rec, err));
	w.rec_no = rec.no;
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
	if (sig == SIGTERM)
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

static enum word job_state(void)
{
	struct job job;

	MUST(store_job_get(api, &w.project, &w.job, &arena, &job, err));
	return job.state;
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

	while ((now = job_state()) != state && now != JOB_STATE_DONE) {
		if (now_ms() > end || now == JOB_STATE_FAILED) {
			show_log();
			fail_msg("the job is %s, not %s", word_text(now), word_text(state));
		}
		arena_reset(&arena);
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

	MUST(store_job_get(api, &w.project, &w.job, &arena, &job, err));
	MUST(store_object_get(intake, &job.result_object, &arena, &row, err));
	object.id = row.id;
	object.size = (uint64_t)row.size;
	memcpy(object.wrapped, row.wrapped_key.p, sizeof(object.wrapped));
	memcpy(object.sha256, job.result_hash, sizeof(object.sha256));
	return vault_check(vault, &object, NULL) == 0;
}

static void judge(struct tally *t)
{
	struct oracle seen = observe();

	t->lost += job_state() != JOB_STATE_DONE;
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
	new_job();
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

static void test_killed(void **state)
{
	struct tally t = {0};
	unsigned first = seed;

	(void)state;
	for (int i = 0; i < RUNS; i++) {
		pid_t pid;

		new_job();
		pid = spawn_matcher();
		wait_until(JOB_STATE_RUNNING);
		sleep_ms(moment());
		end_matcher(pid, SIGKILL);
		t.late += job_state() == JOB_STATE_DONE;
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

		new_job();
		stopped = spawn_matcher();
		wait_until(JOB_STATE_RUNNING);
		sleep_ms(moment());
		kill(stopped, SIGSTOP);
		t.late += job_state() == JOB_STATE_DONE;
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
	new_job();
	pid = spawn_matcher();
	wait_until(JOB_STATE_DONE);
	first = observe();
	MUST(db_begin(api, err));
	queue_job();
	MUST(db_commit(api, err));
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
	new_job();
	pid = spawn_matcher();
	wait_until(JOB_STATE_RUNNING);
	sleep_ms(job_ms / 4);
	begin = now_ms();
	end_matcher(pid, SIGTERM);
	assert_true(now_ms() - begin < 2000);
	assert_int_equal(JOB_STATE_QUEUED, job_state());
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
	new_job();
	pid = spawn_matcher();
	wait_until(JOB_STATE_RUNNING);
	MUST(db_begin(api, err));
	MUST(store_job_cancel(api, &w.job, &now, err));
	MUST(db_commit(api, err));
	end = now_ms() + 2000;
	while (job_state() == JOB_STATE_RUNNING && now_ms() < end)
		sleep_ms(2);
	assert_int_equal(JOB_STATE_CANCELLED, job_state());
	end_matcher(pid, SIGTERM);
	assert_int_equal(0, observe().taken);
}

static int start(void **state)
{
	const char *given = getenv("RECON_SEED");

	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	pg_exec(&pg, "DELETE FROM task; UPDATE job SET state = 'cancelled', finished_at = now()");
	arena_init(&arena, 0);
	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	snprintf(dir, sizeof(dir), "/tmp/recon-fault-XXXXXX");
	assert_non_null(mkdtemp(dir));
	api = world_db(&pg, &w, "recon_api");
	intake = pg_db(&pg, "recon_intake");
	make_vault();
	write_config();
	make_dataset(0);
	make_dataset(1);
	return 0;
}

static int stop(void **state)
{
	char command[96];

	(void)state;
	db_close(api);
	db_close(intake);
	vault_close(&vault);
	arena_free(&arena);
	free(expected.hash);
	free(expected.stats);
	pg_stop(&pg);
	snprintf(command, sizeof(command), "/bin/rm -rf %s", dir);
	return system(command);
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
