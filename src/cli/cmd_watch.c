/*
 * recon watch: hands every file that appears in the watched folders to a server, until it is ended;
 * with --once, what is there now. It keeps nothing in memory that has to survive: SIGKILL is as good
 * an end as any.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cli/import_place.h"
#include "cli/watch.h"
#include "cli/watch_pull.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#define PATIENCE_SECONDS 20
#define WAIT_MS (5 * 60 * 1000)
#define FOLDERS_FILE_MAX (64u * 1024)
#define STUCK_US (10 * INT64_C(1000000)) /* before the server is asked again */

struct command {
	const char *folders_file, *settle, *once;
	struct import_place place;
	struct watch watch;
	struct watch_pull pulls[WATCH_FOLDERS_MAX];
	size_t pull_count;
	const char *sftp_key, *sftp_hosts;
	char credential[512]; /* path of the key as the service manager passes it */
	struct buf text;      /* of the folders file: paths point into it */
	int64_t rescan_us;
	int inotify;
	int watches[WATCH_FOLDERS_MAX];
};

static void close_command(struct command *c)
{
	for (size_t i = 0; i < c->pull_count; i++)
		watch_pull_close(&c->pulls[i]);
	for (size_t i = 0; i < c->watch.folder_count; i++)
		watch_folder_close(&c->watch.folders[i]);
	fd_close(&c->inotify);
	buf_free(&c->text);
	import_place_close(&c->place);
}

/* --- folders ---------------------------------------------------------------------------------- */

static int read_text(const char *path, struct buf *out, struct err *err)
{
	FILE *f = fopen(path, "re");
	char *p = buf_reserve(out, FOLDERS_FILE_MAX);
	size_t n = f && p ? fread(p, 1, FOLDERS_FILE_MAX, f) : 0;
	bool failed = !f || ferror(f) || !feof(f);

	if (f)
		fclose(f);
	if (failed || !p)
		return err_set(err, E_CONFIG, "The folders in %s cannot be read.", path);
	buf_commit(out, n);
	return 0;
}

static int add_folder(struct command *c, char *path, const char *source, struct err *err)
{
	struct watch_folder *f = &c->watch.folders[c->watch.folder_count];
	int rc;

	if (c->watch.folder_count == WATCH_FOLDERS_MAX)
		return err_set(err, E_CONFIG, "At most %d folders can be watched.",
			WATCH_FOLDERS_MAX);
	if (path[0] != '/')
		return err_set(err, E_CONFIG, "The folder %s is no absolute path.", path);
	f->path = path;
	rc = remote_find_source(
		&c->place.remote, &c->place.project_id, source, &f->source, err);
	if (rc == 0)
		rc = watch_folder_open(f, err);
	if (rc == 0)
		c->watch.folder_count++;
	return rc;
}

/* "folder < sftp://user@host[:port]/remote/folder", behind the folder's own line. */
static int add_pull(struct command *c, const char *path, const char *url, struct err *err)
{
	const struct net_sftp_options where = {
		.url = url, .key_file = c->sftp_key, .known_hosts_file = c->sftp_hosts};
	struct watch_folder *folder = NULL;
	struct watch_pull *p;

	for (size_t i = 0; i < c->watch.folder_count; i++)
		if (strcmp(c->watch.folders[i].path, path) == 0)
			folder = &c->watch.folders[i];
	if (!folder)
		return err_set(err, E_CONFIG, "No line before says which source %s belongs to.",
			path);
	for (size_t i = 0; i < c->pull_count; i++)
		if (c->pulls[i].folder == folder)
			return err_set(err, E_CONFIG, "%s has an SFTP folder already.", path);
	p = &c->pulls[c->pull_count++];
	*p = WATCH_PULL_INIT;
	return watch_pull_open(folder, &where, p, err);
}

/* Ends text at its last character that is no blank; from where it begins. */
static char *trimmed(char *text, char *end)
{
	struct sv s = sv_trim(sv_from(text, (size_t)(end - text)));
	char *begin = text + (s.p - text);

	begin[s.n] = '\0';
	return begin;
}

/* "folder = source", a line of an SFTP folder, blank lines and # comments. */
static int parse_line(struct command *c, char *line, struct err *err)
{
	char *end = line + strlen(line), *from = strstr(line, "< sftp://"), *equals;

	if (sv_trim(sv_from_cstr(line)).n == 0 || sv_trim(sv_from_cstr(line)).p[0] == '#')
		return 0;
	if (from) {
		const char *url = trimmed(from + 1, end);

		return add_pull(c, trimmed(line, from), url, err);
	}
	equals = strrchr(line, '=');
	if (!equals || sv_trim(sv_from(line, (size_t)(equals - line))).n == 0 ||
		sv_trim(sv_from_cstr(equals + 1)).n == 0)
		return err_set(err, E_CONFIG, "A line must be: folder = source.");
	const char *source = trimmed(equals + 1, end);
	return add_folder(c, trimmed(line, equals), source, err);
}

static int open_folders(struct command *c, struct err *err)
{
	char *rest, *line;
	int rc = read_text(c->folders_file, &c->text, err);

	for (rest = c->text.p; rc == 0 && (line = strsep(&rest, "\n"));)
		rc = parse_line(c, line, err);
	if (rc == 0 && c->watch.folder_count == 0)
		rc = err_set(err, E_CONFIG, "%s names no folder.", c->folders_file);
	return rc;
}

/* --- hearing ---------------------------------------------------------------------------------- */

static int open_inotify(struct command *c, struct err *err)
{
	c->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (c->inotify < 0)
		return err_set_errno(err, errno, "Nothing can be heard of folders");
	for (size_t i = 0; i < c->watch.folder_count; i++) {
		c->watches[i] = inotify_add_watch(c->inotify, c->watch.folders[i].path,
			IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR);
		if (c->watches[i] < 0)
			return err_set_errno(err, errno, "Nothing can be heard of %s",
				c->watch.folders[i].path);
	}
	return 0;
}

static void hear_one(struct command *c, const struct inotify_event *event, struct watch_rest *rest)
{
	for (size_t i = 0; (event->mask & IN_MOVED_TO) != 0 && i < c->watch.folder_count; i++)
		if (c->watches[i] == event->wd)
			watch_take_renamed(&c->watch, &c->watch.folders[i], event->name, rest);
}

/* What was renamed into a folder is taken at once; all else the next pass finds. */
static void hear(struct command *c, struct watch_rest *rest)
{
	char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(c->inotify, events, sizeof(events));

	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (const void *)(events + at);

		if (event->len > 0 && rest->stuck == 0)
			hear_one(c, event, rest);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
}

static int pause_ms(const struct command *c, const struct watch_rest *rest)
{
	int64_t us = MIN(rest->next_us, c->rescan_us);

	if (rest->stuck > 0)
		us = MIN(us, STUCK_US);
	return (int)(us / 1000 + 1);
}

/* Servers after the folders: what comes from them is imported at once. */
static void pass(struct command *c, struct watch_rest *rest)
{
	watch_pass(&c->watch, rest);
	for (size_t i = 0; i < c->pull_count; i++)
		watch_pull_pass(&c->watch, &c->pulls[i], rest);
}

/* Passes, and what is heard between them, until somebody ends us. */
static int run(struct command *c)
{
	struct watch_rest rest;

	proc_notify_ready("watching");
	for (;;) {
		struct pollfd heard = {.fd = c->inotify, .events = POLLIN};
		int n;

		pass(c, &rest);
		proc_notify_watchdog();
		n = poll(&heard, 1, pause_ms(c, &rest));
		if (n < 0 && errno != EINTR)
			return CLI_FAILED;
		if (n > 0)
			hear(c, &rest);
	}
}

static int run_once(struct command *c)
{
	struct watch_rest rest;

	pass(c, &rest);
	/* What a server has is whole when it is the same a second time. */
	if (c->pull_count > 0 && rest.next_us < INT64_MAX && rest.away == 0) {
		struct watch_rest second = {.next_us = INT64_MAX};

		poll(NULL, 0, (int)(c->watch.settle_us / 1000 + 1));
		for (size_t i = 0; i < c->pull_count; i++)
			watch_pull_pass(&c->watch, &c->pulls[i], &second);
		rest.imported += second.imported;
		rest.failed += second.failed;
		rest.stuck += second.stuck;
		rest.away += second.away;
	}
	printf("%zu imported, %zu failed, %zu waiting for the server\n", rest.imported, rest.failed,
		rest.stuck);
	if (rest.stuck > 0 || rest.away > 0)
		return CLI_AWAY;
	return rest.failed > 0 ? CLI_REFUSED : CLI_DONE;
}

/* --- confinement ------------------------------------------------------------------------------ */

/* From here on it reads what is needed to reach a server (names, certificates), and writes to the watched
 * folders; a name is looked up in a thread. Called after everything else is open. */
static int confine(const struct command *c, const struct cli *cli, struct err *err)
{
	struct sandbox_path paths[WATCH_FOLDERS_MAX + 6] = {
		{"/etc", false}, {"/usr", false}, {"/run/systemd", false}};
	size_t n = 3;
	struct sandbox_spec spec = {
		.groups = SANDBOX_FILES | SANDBOX_SOCKETS | SANDBOX_THREADS, .paths = paths};
	struct sandbox_report report = {0};

	if (c->place.ca)
		paths[n++] = (struct sandbox_path){c->place.ca, false};
	if (c->pull_count > 0) {
		paths[n++] = (struct sandbox_path){c->sftp_key, false};
		paths[n++] = (struct sandbox_path){c->sftp_hosts, false};
	}
	for (size_t i = 0; i < c->watch.folder_count; i++)
		paths[n++] = (struct sandbox_path){c->watch.folders[i].path, true};
	spec.path_count = n;
	int rc = sandbox_enter(&spec, &report, err);
	if (rc == 0)
		log_info(&cli->m->log, "confined", LOG_INT("landlock", report.landlock));
	return rc;
}

/* --- the command ------------------------------------------------------------------------------ */

static const char *sftp_key(struct command *c, const struct conf *conf)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	snprintf(c->credential, sizeof(c->credential), "%s/sftp-key", folder ? folder : "");
	return folder && access(c->credential, R_OK) == 0 ? c->credential : conf->watch_sftp_key_file;
}

static int settle(struct cli *cli, struct command *c, struct err *err)
{
	const struct conf *conf = &cli->m->conf;
	uint64_t seconds = 0;

	if (!cli_open(cli))
		return err_set(err, E_CONFIG, NULL);
	c->rescan_us = conf->watch_rescan_seconds * 1000000;
	c->watch.settle_us = conf->watch_settle_seconds * 1000000;
	if (!c->folders_file)
		c->folders_file = conf->watch_folders_file;
	if (!c->sftp_hosts)
		c->sftp_hosts = conf->watch_sftp_hosts_file;
	if (!c->sftp_key)
		c->sftp_key = sftp_key(c, conf);
	if (c->settle && !sv_to_u64(sv_from_cstr(c->settle), 86400, &seconds))
		return err_set(err, E_USAGE, "--settle takes seconds, at most a day.");
	if (c->settle)
		c->watch.settle_us = (int64_t)seconds * 1000000;
	return import_place_settle(cli, &c->place, err);
}

static int open_all(struct cli *cli, struct command *c, struct err *err)
{
	int rc = settle(cli, c, err);

	if (rc == 0)
		rc = import_place_open(&c->place, PATIENCE_SECONDS, err);
	c->watch.project = c->place.project_id;
	if (rc == 0)
		rc = open_folders(c, err);
	if (rc == 0 && !c->once)
		rc = open_inotify(c, err);
	return rc < 0 ? rc : confine(c, cli, err);
}

int cmd_watch(struct cli *cli, int argc, char **argv)
{
	struct command c CLEANUP(close_command) = {.inotify = -1};
	const struct cli_option options[] = {IMPORT_PLACE_OPTIONS(&c.place),
		{"--folders", true, &c.folders_file}, {"--settle", true, &c.settle},
		{"--sftp-key", true, &c.sftp_key}, {"--sftp-hosts", true, &c.sftp_hosts},
		{"--once", false, &c.once}, {0}};
	struct err err = {0};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc != 1)
		return cli_usage("watch");
	c.watch.remote = &c.place.remote;
	c.watch.limits = &c.place.limits;
	c.watch.clock = clock_system();
	c.watch.wait_ms = WAIT_MS;
	c.watch.log = &cli->m->log;
	if (open_all(cli, &c, &err) < 0)
		return import_fail(&err);
	return c.once ? run_once(&c) : run(&c);
}
