/*
 * The common start of programs.
 */
#include "sys/main.h"

#include <fcntl.h>
#include <unistd.h>

#include "unit/unit.h"

static const char *const pools[] = {"auth", "data", NULL};

static const char *depth, *dump;

static const struct main_option options[] = {
	{"depth", "N", "how deep", &depth},
	{"dump", NULL, "print it", &dump},
	{NULL, NULL, NULL, NULL},
};

static const struct main_spec plain = {.program = "prog", .about = "Tests"};
static const struct main_spec full = {
	.program = "prog", .about = "Tests", .pools = pools, .options = options, .arguments = true};

/* Standard output and error of what runs between go into a file; end gives what was said. */
static int saved[2], caught;

static void begin_catch(void)
{
	char name[] = "/tmp/test-main-XXXXXX";

	fflush(NULL);
	caught = mkstemp(name);
	assert_true(caught >= 0);
	unlink(name);
	for (int i = 0; i < 2; i++) {
		saved[i] = dup(i + 1);
		dup2(caught, i + 1);
	}
}

static void end_catch(char *out, size_t cap)
{
	ssize_t n;

	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
	}
	n = pread(caught, out, cap - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	close(caught);
}

#define ARGS_MAX 8

static const struct {
	const char *label;
	const struct main_spec *spec;
	const char *args[ARGS_MAX];
	bool leave;
	int code;
	const char *says;
} cases[] = {
	{"nothing", &plain, {NULL}, false, 0, ""},
	{"help", &plain, {"--help"}, true, 0, "Usage: prog [OPTION]...\nTests.\n"},
	{"help names options", &full, {"--help"}, true, 0, "  --depth N"},
	{"help names pools", &full, {"--help"}, true, 0, "auth data\n"},
	{"version", &plain, {"--version"}, true, 0, "prog 0."},
	{"settings", &plain, {"--help-conf"}, true, 0, "#run.dir = /run/recon\n"},
	{"unknown option", &plain, {"--frob"}, true, 2, "unknown option --frob"},
	{"pool of a program without", &plain, {"--pool", "auth"}, true, 2, "unknown option --pool"},
	{"value missing", &plain, {"--config"}, true, 2, "a value is missing behind --config"},
	{"value where none is taken", &full, {"--dump=1"}, true, 2, "takes no value: --dump=1"},
	{"argument where none is taken", &plain, {"x"}, true, 2, "unexpected argument x"},
	{"unknown pool", &full, {"--pool", "web"}, true, 2, "unknown pool web"},
	{"pool", &full, {"--pool", "data"}, false, 0, ""},
	{"argument", &full, {"x", "--help"}, false, 0, ""},
	{"end of options", &full, {"--", "--help"}, false, 0, ""},
};

/* "prog" and the words, as main() gets them. */
static char **args_of(const char *const *words, int *ret_argc)
{
	static char texts[ARGS_MAX + 1][64];
	static char *argv[ARGS_MAX + 2];
	int n = 1;

	snprintf(texts[0], sizeof(texts[0]), "prog");
	for (; n <= ARGS_MAX && words[n - 1]; n++)
		snprintf(texts[n], sizeof(texts[n]), "%s", words[n - 1]);
	for (int i = 0; i < n; i++)
		argv[i] = texts[i];
	argv[n] = NULL;
	*ret_argc = n;
	return argv;
}

static bool read_options(struct main_ctx *m, const struct main_spec *spec, const char *const *words)
{
	int argc;
	char **argv = args_of(words, &argc);

	return main_options(m, spec, argc, argv);
}

static void options_are_read(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
		char said[32768];
		bool leave;

		begin_catch();
		leave = read_options(&m, cases[i].spec, cases[i].args);
		end_catch(said, sizeof(said));
		CHECK_INT(cases[i].label, leave, cases[i].leave);
		CHECK_INT(cases[i].label, m.exit_code, cases[i].code);
		CHECK(cases[i].label, strstr(said, cases[i].says) != NULL);
	}
}

static void values_are_kept(void **state UNUSED)
{
	static const char *const words[] = {
		"--config=/x/y", "--depth", "5", "--dump", "--pool=auth", "a", "--b", NULL};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;

	depth = dump = NULL;
	assert_false(read_options(&m, &full, words));
	assert_string_equal(m.config_path, "/x/y");
	assert_string_equal(depth, "5");
	assert_string_equal(dump, "");
	assert_string_equal(m.pool, "auth");
	assert_int_equal(m.argc, 2);
	assert_string_equal(m.argv[0], "a");
	assert_string_equal(m.argv[1], "--b");
}

static void opening_takes_the_configuration(void **state UNUSED)
{
	char dir[] = "/tmp/test-main-XXXXXX", conf[64], said[4096];
	const char *const words[] = {"--config", conf, NULL};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(conf, sizeof(conf), "%s/c", dir);
	f = fopen(conf, "w");
	assert_non_null(f);
	fprintf(f, "metrics.dir = %s\nlog.level = warn\n", dir);
	fclose(f);
	assert_false(read_options(&m, &plain, words));
	begin_catch();
	assert_false(main_open(&m));
	main_write_metrics(&m);
	log_info(&m.log, "not said");
	end_catch(said, sizeof(said));
	assert_string_equal(said, "");
	assert_int_equal(m.log.level, LVL_WARN);
	assert_non_null(m.metrics);
	assert_true(clock_wall_us(&m.clock) > 0);
	unlink(conf);
	assert_int_not_equal(rmdir(dir), 0); /* the metrics file is there */
	begin_catch();
	main_close(&m); /* removes it */
	end_catch(said, sizeof(said));
	assert_int_equal(rmdir(dir), 0);
}

static void opening_fails_with_a_reason(void **state UNUSED)
{
	static const char *const words[] = {"--config", "/nonexistent/c", NULL};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT, n CLEANUP(main_close) = MAIN_INIT;
	char said[4096];

	assert_false(read_options(&m, &plain, words));
	begin_catch();
	assert_true(main_open(&m));
	end_catch(said, sizeof(said));
	assert_int_equal(m.exit_code, EXIT_FAILURE);
	assert_non_null(strstr(said, "\"code\":\"config\""));
	assert_non_null(strstr(said, "/nonexistent/c"));
	assert_false(read_options(&n, &full, words));
	begin_catch();
	assert_true(main_open(&n));
	end_catch(said, sizeof(said));
	assert_int_equal(n.exit_code, 2);
	assert_non_null(strstr(said, "--pool is missing"));
}

static void metrics_that_cannot_be_written_are_logged(void **state UNUSED)
{
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
	char said[4096];

	begin_catch();
	m.spec = &plain;
	m.log = log_open(STDERR_FILENO, LVL_INFO, "prog");
	m.metrics = metrics_new("prog");
	m.conf.metrics_dir = "/nonexistent";
	main_write_metrics(&m);
	end_catch(said, sizeof(said));
	assert_non_null(strstr(said, "the metrics file cannot be written"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(values_are_kept),
		cmocka_unit_test(opening_takes_the_configuration),
		cmocka_unit_test(opening_fails_with_a_reason),
		cmocka_unit_test(metrics_that_cannot_be_written_are_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
