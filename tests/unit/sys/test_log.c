/*
 * JSON log lines.
 */
#include "sys/log.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "unit/unit.h"

/* A log that writes into memory. */
static struct log open_log(enum log_level level)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return log_open(fd, level, "prog");
}

/* What was logged so far; closes the log. */
static void read_log(struct log *l, struct buf *out)
{
	ssize_t n;

	lseek(l->fd, 0, SEEK_SET);
	do {
		char *to = buf_reserve(out, 65536);

		n = read(l->fd, to, 65536);
		assert_true(n >= 0);
		buf_commit(out, (size_t)n);
	} while (n);
	fd_close(&l->fd);
}

/* The part of the line behind "pid":n, which is the same every time. */
static const char *tail_of(const struct buf *line)
{
	const char *at = strstr(buf_cstr(line), "\"pid\":");

	assert_non_null(at);
	return strchr(at, ',');
}

static void a_line_has_all_parts(void **state UNUSED)
{
	struct log l = open_log(LVL_INFO), request = log_with_request(&l, "r-1");
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	char pid[32];
	int64_t us;

	err_set_at(&err, E_STALE, "/a", "was \"changed\"");
	log_warn(&request, "hello\n", LOG_STR("file", "x\"y"), LOG_INT("n", INT64_MIN),
		LOG_SV("sv", sv_from("ab", 1)), LOG_FAIL(&err));
	read_log(&l, &b);
	assert_true(sv_starts_with(buf_sv(&b), SV("{\"ts\":\"")));
	assert_int_equal(instant_parse(sv_from(b.p + 7, 27), &us), 0);
	assert_non_null(strstr(b.p, "\",\"level\":\"warn\",\"program\":\"prog\",\"pid\":"));
	snprintf(pid, sizeof(pid), "\"pid\":%d,", (int)getpid());
	assert_non_null(strstr(b.p, pid));
	assert_string_equal(tail_of(&b),
		",\"msg\":\"hello\\n\",\"request_id\":\"r-1\",\"file\":\"x\\\"y\","
		"\"n\":-9223372036854775808,\"sv\":\"a\",\"code\":\"stale\","
		"\"detail\":\"was \\\"changed\\\"\",\"pointer\":\"/a\"}\n");
}

static void fields_and_request_are_optional(void **state UNUSED)
{
	struct log l = open_log(LVL_DEBUG);
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	log_debug(&l, "plain");
	read_log(&l, &b);
	assert_string_equal(tail_of(&b), ",\"msg\":\"plain\"}\n");
}

static void lower_levels_are_dropped(void **state UNUSED)
{
	struct log l = open_log(LVL_WARN);
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	log_debug(&l, "a");
	log_info(&l, "b");
	log_warn(&l, "c");
	log_error(&l, "d");
	read_log(&l, &b);
	assert_null(strstr(b.p, "\"msg\":\"a\""));
	assert_null(strstr(b.p, "\"msg\":\"b\""));
	assert_non_null(strstr(b.p, "\"msg\":\"c\""));
	assert_non_null(strstr(b.p, "\"level\":\"error\""));
}

static void secrets_are_hidden(void **state UNUSED)
{
	static const char *const keys[] = {"password", "new_password", "client_secret",
		"access_token", "Cookie", "Authorization", "private_key"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct log l = open_log(LVL_INFO);
		struct buf b CLEANUP(buf_free) = BUF_INIT;

		log_info(&l, "m", LOG_STR(keys[i], "hunter2"));
		read_log(&l, &b);
		CHECK(keys[i], strstr(b.p, "hunter2") == NULL);
		CHECK(keys[i], strstr(b.p, "[hidden]") != NULL);
	}
}

static void what_does_not_fit_is_left_out(void **state UNUSED)
{
	struct log l = open_log(LVL_INFO);
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	char big[20000];

	memset(big, 'x', sizeof(big));
	log_info(&l, "m", LOG_STR("a", "1"), LOG_SV("big", sv_from(big, sizeof(big))),
		LOG_STR("b", "2"));
	read_log(&l, &b);
	assert_string_equal(tail_of(&b), ",\"msg\":\"m\",\"a\":\"1\"}\n");
}

static void nothing_to_write_to(void **state UNUSED)
{
	struct log l = log_open(-1, LVL_DEBUG, "prog"), full = log_open(9999, LVL_DEBUG, "prog");

	errno = EXDEV;
	log_info(NULL, "x");
	log_info(&l, "x");
	log_info(&full, "x");
	assert_int_equal(errno, EXDEV);
}

static void level_names(void **state UNUSED)
{
	enum log_level level = LVL_ERROR;

	for (int i = LVL_DEBUG; i <= LVL_ERROR; i++) {
		const char *name = log_level_name((enum log_level)i);

		assert_true(log_level_parse(sv_from_cstr(name), &level));
		assert_int_equal(level, i);
	}
	assert_false(log_level_parse(SV("INFO"), &level));
	assert_false(log_level_parse(SV(""), &level));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_all_parts),
		cmocka_unit_test(fields_and_request_are_optional),
		cmocka_unit_test(lower_levels_are_dropped),
		cmocka_unit_test(secrets_are_hidden),
		cmocka_unit_test(what_does_not_fit_is_left_out),
		cmocka_unit_test(nothing_to_write_to),
		cmocka_unit_test(level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
