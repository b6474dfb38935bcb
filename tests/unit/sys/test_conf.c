/*
 * Configuration files and secret files.
 */
#include "sys/conf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

static char dir[64];

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/test-conf-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
	return rmdir(dir);
}

/* Writes dir/name; the caller unlinks it. */
static const char *put_file(const char *name, const char *text, mode_t mode)
{
	static char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void defaults(void **state UNUSED)
{
	struct conf c CLEANUP(conf_free);

	conf_init(&c);
	assert_string_equal(c.run_dir, "/run/recon");
	assert_true(c.upload_max_bytes == INT64_C(256) << 20);
	assert_int_equal(c.session_absolute_seconds, 43200);
	assert_int_equal(c.log_level, LVL_INFO);
}

static void every_type_is_read(void **state UNUSED)
{
	struct conf c CLEANUP(conf_free);
	struct err err = {0};

	conf_init(&c);
	assert_int_equal(conf_parse(&c,
				 SV("# a comment\n"
				    "\n"
				    "  db.conninfo=host=/x dbname=y # behind a blank\r\n"
				    "run.dir = /tmp/a#b\n"
				    "upload.max_bytes = 10 MiB\n"
				    "session.idle_seconds\t=\t2h\n"
				    "api.threads = 7\n"
				    "log.level = debug"),
				 "f", &err),
		0);
	assert_string_equal(c.db_conninfo, "host=/x dbname=y");
	assert_string_equal(c.run_dir, "/tmp/a#b");
	assert_int_equal(c.upload_max_bytes, 10485760);
	assert_int_equal(c.session_idle_seconds, 7200);
	assert_int_equal(c.api_threads, 7);
	assert_int_equal(c.log_level, LVL_DEBUG);
	assert_string_equal(c.vault_dir, "/var/lib/recon/vault");
}

static void sizes(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {
		{"20000000", 20000000},
		{"20000000B", 20000000},
		{"20000kB", 20000000},
		{"20MB", 20000000},
		{"2GB", 2000000000},
		{"2TB", 2000000000000},
		{"20480KB", 20971520},
		{"20480KiB", 20971520},
		{"20 MiB", 20971520},
		{"2GiB", INT64_C(2) << 30},
		{"2TiB", INT64_C(2) << 40},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct conf c CLEANUP(conf_free);
		char line[64];

		conf_init(&c);
		snprintf(line, sizeof(line), "matcher.memory_bytes = %s", cases[i].text);
		CHECK_INT(cases[i].text, conf_parse(&c, sv_from_cstr(line), "f", NULL), 0);
		CHECK_INT(cases[i].text, c.matcher_memory_bytes, cases[i].bytes);
	}
}

static void mistakes_are_named(void **state UNUSED)
{
	static const struct {
		const char *text, *detail;
	} cases[] = {
		{"x\n", "f:1: the line must be: key = value"},
		{"\n\n= 5", "f:3: the line must be: key = value"},
		{"run.dirr = /x", "f:1: unknown key \"run.dirr\"; did you mean \"run.dir\"?"},
		{"wholly.different.thing = /x", "f:1: unknown key \"wholly.different.thing\""},
		{"run.dir = /a\nrun.dir = /b", "f:2: run.dir is set twice"},
		{"run.dir = relative", "f:1: run.dir must be an absolute path"},
		{"run.dir =", "f:1: run.dir must have between 1 and 80 bytes"},
		{"api.threads = many", "f:1: api.threads must be a number of at least 0"},
		{"api.threads = -1", "f:1: api.threads must be a number of at least 0"},
		{"api.threads = 0", "f:1: api.threads must be between 1 and 256"},
		{"api.threads = 257", "f:1: api.threads must be between 1 and 256"},
		{"api.threads = 5 s", "f:1: api.threads has an unknown unit \"s\""},
		{"upload.max_bytes = 5 PiB", "f:1: upload.max_bytes has an unknown unit \"PiB\""},
		{"upload.max_bytes = 9223372036854775807 KiB",
			"f:1: upload.max_bytes must be between 1 and 1099511627776"},
		{"upload.max_bytes = 1.5GiB",
			"f:1: upload.max_bytes has an unknown unit \".5GiB\""},
		{"token.seconds = 1s", "f:1: token.seconds must be between 30 and 3600"},
		{"log.level = loud", "f:1: log.level must be debug, info, warn or error"},
		{"run.dir = /\xff", "f:1: the line is not text in UTF-8"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct conf c CLEANUP(conf_free);
		struct err err = {0};

		conf_init(&c);
		CHECK_INT(cases[i].text, conf_parse(&c, sv_from_cstr(cases[i].text), "f", &err),
			E_CONFIG);
		CHECK_STR(cases[i].text, err.detail, cases[i].detail);
	}
}

static void a_nul_is_no_text(void **state UNUSED)
{
	struct conf c CLEANUP(conf_free);

	conf_init(&c);
	assert_int_equal(conf_parse(&c, sv_from("run.dir = /a\0b", 14), "f", NULL), E_CONFIG);
}

static void files_are_loaded(void **state UNUSED)
{
	const char *path = put_file("recon.conf", "run.dir = /srv/run\n", 0644);
	struct conf c CLEANUP(conf_free);
	struct err err = {0};

	assert_int_equal(conf_load(&c, path, &err), 0);
	assert_string_equal(c.run_dir, "/srv/run");
	unlink(path);
	conf_free(&c);
	assert_int_equal(conf_load(&c, path, &err), E_CONFIG);
	assert_non_null(strstr(err.detail, path));
	conf_free(&c);
	assert_int_equal(conf_load(&c, dir, &err), E_CONFIG);
}

static void a_huge_file_is_refused(void **state UNUSED)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct conf c CLEANUP(conf_free);
	struct err err = {0};
	const char *path;

	while (text.n <= CONF_FILE_MAX)
		buf_add_cstr(&text, "# comment\n");
	path = put_file("big.conf", buf_cstr(&text), 0644);
	assert_int_equal(conf_load(&c, path, &err), E_CONFIG);
	unlink(path);
	assert_non_null(strstr(err.detail, "larger than 65536 bytes"));
}

static void the_description_is_a_configuration(void **state UNUSED)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT, active CLEANUP(buf_free) = BUF_INIT;
	struct conf c CLEANUP(conf_free);
	struct err err = {0};

	conf_describe(&text);
	for (struct sv rest = buf_sv(&text); rest.p;) {
		struct sv line = sv_cut(&rest, '\n');

		if (line.n > 1 && line.p[0] == '#' && line.p[1] != ' ')
			line = sv_from(line.p + 1, line.n - 1);
		buf_add_sv(&active, line);
		buf_add_char(&active, '\n');
	}
	conf_init(&c);
	if (conf_parse(&c, buf_sv(&active), "described", &err))
		fail_msg("%s", err.detail);
	assert_non_null(strstr(buf_cstr(&text), "#log.level = info\n"));
	assert_non_null(strstr(buf_cstr(&text), "(text, secret)"));
}

static void secret_files_are_guarded(void **state UNUSED)
{
	static const struct {
		const char *label;
		mode_t mode;
		int code;
	} cases[] = {
		{"0400", 0400, 0},
		{"0600", 0600, 0},
		{"0440", 0440, E_CONFIG},
		{"0640", 0640, E_CONFIG},
		{"0604", 0604, E_CONFIG},
		{"0700", 0700, E_CONFIG},
		{"0620", 0620, E_CONFIG},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *path = put_file("secret", "key material", cases[i].mode);
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct err err = {0};

		CHECK_INT(cases[i].label, conf_read_secret(path, 64, &out, &err), cases[i].code);
		unlink(path);
		CHECK_STR(cases[i].label, buf_cstr(&out), cases[i].code ? "" : "key material");
		CHECK(cases[i].label, strstr(err.detail, "key material") == NULL);
	}
}

static void secret_files_have_bounds(void **state UNUSED)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	const char *path = put_file("empty", "", 0600);

	assert_int_equal(conf_read_secret(path, 64, &out, &err), E_CONFIG);
	unlink(path);
	path = put_file("long", "0123456789", 0600);
	assert_int_equal(conf_read_secret(path, 10, &out, &err), 0);
	assert_int_equal(conf_read_secret(path, 9, &out, &err), E_CONFIG);
	unlink(path);
	assert_int_equal(conf_read_secret(path, 64, &out, &err), E_CONFIG);
	assert_int_equal(conf_read_secret(dir, 64, &out, &err), E_CONFIG);
}

static void credentials_go_first(void **state UNUSED)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	char fallback[128];

	snprintf(fallback, sizeof(fallback), "%s", put_file("fallback", "file", 0600));
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(conf_read_credential("cred", fallback, 64, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), "file");
	buf_reset(&out);
	/* access lists of the service manager show as group bits */
	put_file("cred", "credential", 0440);
	assert_int_equal(conf_read_credential("cred", fallback, 64, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), "credential");
	unsetenv("CREDENTIALS_DIRECTORY");
	buf_reset(&out);
	assert_int_equal(conf_read_credential("cred", fallback, 64, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), "file");
	unlink(fallback);
	snprintf(fallback, sizeof(fallback), "%s/cred", dir);
	unlink(fallback);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(sizes),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_nul_is_no_text),
		cmocka_unit_test(files_are_loaded),
		cmocka_unit_test(a_huge_file_is_refused),
		cmocka_unit_test(the_description_is_a_configuration),
		cmocka_unit_test(secret_files_are_guarded),
		cmocka_unit_test(secret_files_have_bounds),
		cmocka_unit_test(credentials_go_first),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
