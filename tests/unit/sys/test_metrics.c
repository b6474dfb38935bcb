/*
 * Metrics files.
 */
#include "sys/metrics.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/unit.h"

static char dir[64];

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/test-metrics-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
	return rmdir(dir);
}

/* The text has this line; the labels program and pid stand between before and after. */
static bool has_line(const struct buf *text, const char *before, const char *after)
{
	char line[256];

	snprintf(line, sizeof(line), "\n%sprogram=\"prog\",pid=\"%d\"%s\n", before, (int)getpid(),
		after);
	return strstr(buf_cstr(text), line) != NULL;
}

static void every_kind_is_printed(void **state UNUSED)
{
	struct metrics *m = metrics_new("prog");
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	assert_non_null(m);
	metrics_label(m, M_SCANS, 0, "clean");
	metrics_label(m, M_SCANS, 1, "a\"b\\c\n");
	metrics_label(m, M_SCANS, 999, "nowhere");
	metrics_add(m, M_SCANS, 0, 2);
	metrics_add(m, M_SCANS, 0, 1);
	metrics_set(m, M_HTTP_BUSY, 0, -4);
	metrics_observe(m, M_SCAN_SECONDS, 0, 500);
	metrics_observe(m, M_SCAN_SECONDS, 0, 501);
	metrics_observe(m, M_SCAN_SECONDS, 0, INT64_C(1000000000));
	metrics_print(m, &b);
	assert_true(has_line(&b, "recon_scans_total{", ",verdict=\"clean\"} 3"));
	assert_true(has_line(&b, "recon_scans_total{", ",verdict=\"a\\\"b\\\\c\\n\"} 0"));
	assert_true(has_line(&b, "recon_http_busy_threads{", "} -4"));
	assert_true(has_line(&b, "recon_scan_seconds_bucket{", ",le=\"0.0005\"} 1"));
	assert_true(has_line(&b, "recon_scan_seconds_bucket{", ",le=\"0.001\"} 2"));
	assert_true(has_line(&b, "recon_scan_seconds_bucket{", ",le=\"300\"} 2"));
	assert_true(has_line(&b, "recon_scan_seconds_bucket{", ",le=\"+Inf\"} 3"));
	assert_true(has_line(&b, "recon_scan_seconds_sum{", "} 1000.001001"));
	assert_true(has_line(&b, "recon_scan_seconds_count{", "} 3"));
	assert_non_null(strstr(buf_cstr(&b), "\n# TYPE recon_scan_seconds histogram\n"));
	assert_non_null(strstr(buf_cstr(&b), "\n# TYPE recon_scans_total counter\n"));
	assert_null(strstr(buf_cstr(&b), "recon_task_seconds_bucket")); /* no slot has a label */
	metrics_free(m);
}

static void kinds_are_not_mixed_up(void **state UNUSED)
{
	struct metrics *m = metrics_new("prog");
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	metrics_set(m, M_UPLOAD_BYTES, 0, 5); /* a counter cannot be set */
	metrics_observe(m, M_UPLOAD_BYTES, 0, 5);
	metrics_add(m, M_SCAN_SECONDS, 0, 5);
	metrics_add(m, M_UPLOAD_BYTES, 17, 1); /* the last slot there is */
	metrics_print(m, &b);
	assert_true(has_line(&b, "recon_upload_bytes_total{", "} 1"));
	assert_true(has_line(&b, "recon_scan_seconds_count{", "} 0"));
	metrics_free(m);
}

static void without_metrics_nothing_happens(void **state UNUSED)
{
	metrics_add(NULL, M_SCANS, 0, 1);
	metrics_set(NULL, M_HTTP_BUSY, 0, 1);
	metrics_observe(NULL, M_SCAN_SECONDS, 0, 1);
	metrics_label(NULL, M_SCANS, 0, "x");
	metrics_free(NULL);
}

static void *add_many(void *arg)
{
	for (int i = 0; i < 10000; i++) {
		metrics_add(arg, M_UPLOAD_BYTES, 0, 1);
		metrics_observe(arg, M_SCAN_SECONDS, 0, 1);
	}
	return NULL;
}

static void threads_lose_nothing(void **state UNUSED)
{
	struct metrics *m = metrics_new("prog");
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, m), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	metrics_print(m, &b);
	assert_true(has_line(&b, "recon_upload_bytes_total{", "} 40000"));
	assert_true(has_line(&b, "recon_scan_seconds_count{", "} 40000"));
	metrics_free(m);
}

static size_t count_of(const struct buf *b, const char *part)
{
	const char *text = buf_cstr(b);
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void put_file(const char *name, const char *text)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* 0 when it was there. */
static int remove_file(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return unlink(path);
}

/* A pid that nobody has now. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void files_are_joined_and_the_dead_removed(void **state UNUSED)
{
	struct metrics *m = metrics_new("prog");
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	char dead[64], alive[64];
	struct err err = {0};

	snprintf(dead, sizeof(dead), "other-%d.prom", (int)dead_pid());
	snprintf(alive, sizeof(alive), "second-%d.prom", (int)getppid());
	put_file(dead, "recon_http_busy_threads{program=\"dead\"} 1\n");
	put_file(alive,
		"# HELP recon_http_busy_threads x\nrecon_http_busy_threads{program=\"second\"} 7\n"
		"recon_http_busy_threads_more{} 1\nrecon_scan_seconds_sum{program=\"second\"} 1\n"
		"recon_scan_seconds_other{} 1\nunknown{} 5\nrecon_http_busy_threads 3");
	put_file("noise.txt", "recon_http_busy_threads{program=\"noise\"} 1\n");
	put_file("no-pid.prom", "recon_http_busy_threads{program=\"noise\"} 1\n");
	metrics_add(m, M_UPLOAD_BYTES, 0, 9);
	assert_int_equal(metrics_write(m, dir, &err), 0);
	assert_int_equal(metrics_join(dir, &b, &err), 0);
	assert_int_equal(count_of(&b, "# TYPE recon_http_busy_threads gauge\n"), 1);
	assert_int_equal(count_of(&b, "\nrecon_http_busy_threads{"), 2);
	assert_int_equal(count_of(&b, "recon_http_busy_threads{program=\"second\"} 7\n"), 1);
	assert_int_equal(count_of(&b, "recon_scan_seconds_sum{program=\"second\"} 1\n"), 1);
	assert_true(has_line(&b, "recon_upload_bytes_total{", "} 9"));
	assert_int_equal(count_of(&b, "dead"), 0);
	assert_int_equal(count_of(&b, "noise"), 0);
	assert_int_equal(count_of(&b, "unknown"), 0);
	assert_int_equal(count_of(&b, "_other"), 0);
	assert_int_equal(count_of(&b, "threads_more"), 0);
	assert_int_equal(remove_file(dead), -1);
	assert_int_equal(
		remove_file(alive) + remove_file("noise.txt") + remove_file("no-pid.prom"), 0);
	metrics_remove(m, dir);
	metrics_free(m); /* tear_down sees whether the folder is empty */
}

static void a_missing_folder_is_an_error(void **state UNUSED)
{
	struct metrics *m = metrics_new("prog");
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	assert_int_equal(metrics_write(m, "/nonexistent", NULL), E_NOT_FOUND);
	assert_int_equal(metrics_join("/nonexistent", &b, NULL), E_NOT_FOUND);
	metrics_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_printed),
		cmocka_unit_test(kinds_are_not_mixed_up),
		cmocka_unit_test(without_metrics_nothing_happens),
		cmocka_unit_test(threads_lose_nothing),
		cmocka_unit_test_setup_teardown(
			files_are_joined_and_the_dead_removed, set_up, tear_down),
		cmocka_unit_test(a_missing_folder_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
