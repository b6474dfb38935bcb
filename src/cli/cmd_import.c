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
#include "cli/import_place.h"
#include "sys/clock.h"

#define PATIENCE_SECONDS 300
#define WAIT_MS (30 * 60 * 1000)
#define PROGRESS_EVERY_US 200000

struct options {
	const char *source, *json, *quiet, *no_wait;
};

struct command {
	struct options o;
	struct import_place place;
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
	import_place_close(&c->place);
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
		return import_fail(&err);
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

static int import_all(struct command *c, int argc, char **argv)
{
	int first = CLI_DONE;

	for (int i = 1; i < argc; i++) {
		int code = import_path(c, argv[i]);

		first = first ? first : code;
		/* The next file would fare no better. */
		if (code == CLI_AWAY || code == CLI_DENIED)
			break;
	}
	return first;
}

static int open_place(struct cli *cli, struct command *c, struct err *err)
{
	int rc = import_place_settle(cli, &c->place, err);

	if (rc == 0)
		rc = import_place_open(&c->place, PATIENCE_SECONDS, err);
	if (rc == 0)
		rc = remote_find_source(&c->place.remote, &c->place.project_id, c->o.source,
			&c->im.source, err);
	c->im.project = c->place.project_id;
	return rc;
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
	struct command c CLEANUP(close_command) = {.clock = clock_system()};
	const struct cli_option options[] = {IMPORT_PLACE_OPTIONS(&c.place),
		{"--source", true, &c.o.source}, {"--json", false, &c.o.json},
		{"--quiet", false, &c.o.quiet}, {"--no-wait", false, &c.o.no_wait}, {0}};
	struct err err = {0};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc < 2 || !c.o.source)
		return cli_usage("import");
	c.live = isatty(STDERR_FILENO) == 1;
	c.im = (struct import){.remote = &c.place.remote,
		.limits = &c.place.limits,
		.wait = !c.o.no_wait,
		.wait_ms = WAIT_MS,
		.progress = progress,
		.ctx = &c};
	if (open_place(cli, &c, &err) < 0)
		return import_fail(&err);
	return import_all(&c, argc, argv);
}
