/*
 * recon import FILE...: hands files to a server over its API, as an API key's owner. It needs no
 * configuration when the options name the server, the key and the project.
 *
 * One line for each file on standard output, or one JSON object with --json; progress goes to
 * standard error, live on a terminal. The exit code is that of the first file that did not become
 * rows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/import.h"
#include "sys/clock.h"

#define PATIENCE_SECONDS 300
#define WAIT_MS (30 * 60 * 1000)
#define PROGRESS_EVERY_US 200000

struct options {
	const char *server, *key_file, *ca, *project, *source, *json, *quiet, *no_wait, *patience;
};

struct command {
	struct options o;
	struct remote remote;
	struct import_limits limits;
	struct import im;
	struct clock clock;
	/* Progress of the present file. */
	const char *path;
	enum import_step step;
	int64_t told_us;
	bool live, open_line;
};

static void close_command(struct command *c)
{
	remote_close(&c->remote);
	import_limits_free(&c->limits);
}

/* Settings stand in for options that were not given. */
static int settle_options(struct cli *cli, struct options *o)
{
	const struct conf *conf = &cli->m->conf;

	if (o->server && o->key_file && o->project)
		return 0;
	if (!cli_open(cli))
		return E_CONFIG;
	if (!o->server)
		o->server = conf->import_server[0] ? conf->import_server : conf->site_origin;
	if (!o->key_file)
		o->key_file = conf->import_key_file;
	if (!o->ca && conf->import_ca_file[0])
		o->ca = conf->import_ca_file;
	if (!o->project && conf->import_project[0])
		o->project = conf->import_project;
	return 0;
}

/* --- progress --------------------------------------------------------------------------------- */

static void end_line(struct command *c)
{
	if (c->open_line)
		fputs("\r\033[K", stderr);
	c->open_line = false;
}

static void progress(void *ctx, enum import_step step, uint64_t done, uint64_t total)
{
	static const char *const words[] = {[IMPORT_HASHING] = "looking at it",
		[IMPORT_SENDING] = "sending",
		[IMPORT_SCANNING] = "being scanned",
		[IMPORT_READING] = "being read"};
	struct command *c = ctx;
	int64_t now = clock_mono_us(&c->clock);
	bool fresh = step != c->step || c->told_us == 0;

	if (c->o.quiet || (!fresh && (!c->live || now - c->told_us < PROGRESS_EVERY_US)))
		return;
	c->step = step;
	c->told_us = now;
	if (c->live)
		fputs("\r\033[K", stderr);
	fprintf(stderr, "%s: %s", c->path, words[step]);
	if (c->live && total > 0)
		fprintf(stderr, ", %llu %%", (unsigned long long)(done * 100 / total));
	if (!c->live)
		fputc('\n', stderr);
	c->open_line = c->live;
}

/* --- one file --------------------------------------------------------------------------------- */

static void print_notes(const char *what, const struct import_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("  %s: %.*s (%.*s)\n", what, SV_ARG(notes[i].detail),
			SV_ARG(notes[i].code));
}

static void print_text(const char *path, const struct import_result *r)
{
	printf("%s: %s", path, r->state);
	if (r->counted && r->outcome == IMPORT_READY)
		printf(", %lld rows read = %lld accepted + %lld rejected + %lld skipped",
			(long long)r->rows_read, (long long)r->rows_accepted,
			(long long)r->rows_rejected, (long long)r->rows_skipped);
	if (r->err.code)
		printf(": %s (%s)", r->err.detail, err_wire(r->err.code));
	putchar('\n');
	print_notes("to be confirmed", r->questions, r->question_count);
	print_notes("repeats file", r->repeats, r->repeat_count);
}

static void print_json(const char *path, const struct import_result *r)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&out);

	json_open_object(&w, NULL);
	json_put_cstr(&w, "path", path);
	import_result_to_json(r, &w);
	json_close_object(&w);
	puts(buf_cstr(&out));
}

static int exit_of(const struct import_result *r)
{
	switch (r->outcome) {
	case IMPORT_READY:
	case IMPORT_TAKEN:
		return CLI_DONE;
	case IMPORT_ASKED:
		return CLI_ASKED;
	case IMPORT_REFUSED:
		break;
	}
	return r->err.code == E_TOO_LARGE ? CLI_LIMIT : CLI_REFUSED;
}

/* What stands between us and the server, as an exit code. */
static int fail(struct command *c, const struct err *err)
{
	static const struct {
		int code;
		int exit_code;
	} exits[] = {
		{E_UNAVAILABLE, CLI_AWAY},
		{E_TIMEOUT, CLI_AWAY},
		{E_RATE, CLI_AWAY},
		{E_UNAUTHENTICATED, CLI_DENIED},
		{E_TOKEN_INVALID, CLI_DENIED},
		{E_TOKEN_EXPIRED, CLI_DENIED},
		{E_FORBIDDEN, CLI_DENIED},
		{E_QUOTA, CLI_LIMIT},
		{E_NO_SPACE, CLI_LIMIT},
	};
	int code = cli_fail(err);

	(void)c;
	for (size_t i = 0; i < ARRAY_LEN(exits); i++)
		if (exits[i].code == err->code)
			return exits[i].exit_code;
	return code;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int import_fd(struct command *c, int fd)
{
	struct import_result r CLEANUP(import_result_free) = IMPORT_RESULT_INIT;
	char key[UUID_TEXT_LEN + 1];
	struct uuid id = uuid_new();
	struct err err = {0};
	int rc;

	uuid_format(&id, key);
	c->im.idempotency = key;
	rc = import_file(&c->im, fd, &r, &err);
	end_line(c);
	if (rc < 0)
		return fail(c, &err);
	if (c->o.json)
		print_json(c->path, &r);
	else
		print_text(c->path, &r);
	fflush(stdout);
	return exit_of(&r);
}

/* A FIFO is opened without waiting for its writer, and then refused for what it is. */
static int import_path(struct command *c, const char *path)
{
	int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct err err = {0};

	c->path = path;
	c->told_us = 0;
	c->im.name = base_name(path);
	if (fd >= 0)
		return import_fd(c, fd);
	err_set_errno(&err, errno, "%s", path);
	return cli_fail(&err);
}

static int find_place(struct command *c, struct err *err)
{
	int rc = import_limits_load(&c->remote, &c->limits, err);

	if (rc == 0)
		rc = remote_find_project(&c->remote, c->o.project, &c->im.project, err);
	return rc < 0 ? rc :
			remote_find_source(
				&c->remote, &c->im.project, c->o.source, &c->im.source, err);
}

static int import_all(struct command *c, int argc, char **argv)
{
	struct err err = {0};
	int worst = CLI_DONE;

	if (find_place(c, &err) < 0)
		return fail(c, &err);
	for (int i = 1; i < argc; i++) {
		int code = import_path(c, argv[i]);

		worst = worst ? worst : code;
		/* The next file would fare no better. */
		if (code == CLI_AWAY || code == CLI_DENIED)
			break;
	}
	return worst;
}

static int open_remote(struct command *c, struct err *err)
{
	struct remote_options how = {
		.server = c->o.server,
		.key_file = c->o.key_file,
		.ca_file = c->o.ca,
		.patience_ms = PATIENCE_SECONDS * 1000,
	};
	uint64_t seconds;

	if (c->o.patience) {
		if (!sv_to_u64(sv_from_cstr(c->o.patience), 86400, &seconds))
			return err_set(err, E_USAGE, "--patience takes seconds, at most a day.");
		how.patience_ms = (int64_t)seconds * 1000;
	}
	return remote_open(&how, &c->remote, err);
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
	struct command c CLEANUP(close_command) = {.clock = clock_system()};
	const struct cli_option options[] = {{"--server", true, &c.o.server},
		{"--key-file", true, &c.o.key_file}, {"--ca", true, &c.o.ca},
		{"--project", true, &c.o.project}, {"--source", true, &c.o.source},
		{"--json", false, &c.o.json}, {"--quiet", false, &c.o.quiet},
		{"--no-wait", false, &c.o.no_wait}, {"--patience", true, &c.o.patience}, {0}};
	struct err err = {0};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc < 2 || !c.o.source)
		return cli_usage("import");
	if (settle_options(cli, &c.o) < 0)
		return CLI_FAILED;
	if (!c.o.project) {
		err_set(&err, E_USAGE, "Which project? Say --project, or set import.project.");
		return cli_fail(&err);
	}
	c.live = isatty(STDERR_FILENO) == 1;
	c.im = (struct import){.remote = &c.remote,
		.limits = &c.limits,
		.wait = !c.o.no_wait,
		.wait_ms = WAIT_MS,
		.progress = progress,
		.ctx = &c};
	if (open_remote(&c, &err) < 0)
		return fail(&c, &err);
	return import_all(&c, argc, argv);
}
