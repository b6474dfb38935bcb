/*
 * recon-scanner: verdicts on uploaded files for recon-intake. No database, no network, no vault
 * key.
 *
 * This process only keeps the listening socket and a zygote (scanner/zygote.h). It starts another
 * zygote when there are newer signatures or on SIGHUP, ends the old one once the new one serves,
 * and restarts one that died. While none serves, clients wait in the backlog or are told that
 * nobody is there; either way no file becomes usable.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/work.h"
#include "scanner/zygote.h"
#include "sys/loop.h"
#include "sys/main.h"
#include "sys/proc.h"

/* After a zygote that died: doubled each time up to the maximum, reset by one that served. */
#define RESTART_MIN_MS 200
#define RESTART_MAX_MS 30000
#define TEMP_PREFIX "recon-scanner-" /* and the process's number */

struct child {
	struct supervisor *supervisor;
	pid_t pid; /* 0: none */
	int pidfd;
	int told; /* read end: "r" it serves, "o" its signatures are outdated */
	struct loop_watch *ended;
	struct loop_watch *speaks;
};

struct supervisor {
	struct main_ctx *m;
	struct loop *loop;
	int listen_fd;
	char temp_dir[256];
	struct child serving; /* pid 0 while none */
	struct child loading;
	struct child leaving;
	struct loop_watch *restart;
	int64_t restart_ms;
	bool stopping;
};

static void on_child_ended(void *arg, uint32_t events);
static void on_child_speaks(void *arg, uint32_t events);

static void child_forget(struct child *c)
{
	struct loop *loop = c->supervisor->loop;

	loop_remove(loop, TAKE(c->ended));
	loop_remove(loop, TAKE(c->speaks));
	fd_close(&c->pidfd);
	fd_close(&c->told);
	c->pid = 0;
}

/* Moves a child to another place, its watches with it. */
static int child_move(struct child *from, struct child *to, struct err *err)
{
	struct loop *loop = from->supervisor->loop;
	int rc;

	loop_remove(loop, TAKE(from->ended));
	loop_remove(loop, TAKE(from->speaks));
	*to = *from;
	*from = (struct child){.supervisor = to->supervisor, .pidfd = -1, .told = -1};
	rc = loop_add_fd(loop, to->pidfd, EPOLLIN, on_child_ended, to, &to->ended, err);
	if (rc == 0)
		rc = loop_add_fd(loop, to->told, EPOLLIN, on_child_speaks, to, &to->speaks, err);
	return rc;
}

/* In the new process; never returns. */
static void zygote_main(struct supervisor *s, int tell)
{
	struct zygote_options options = {
		.m = s->m,
		.temp_dir = s->temp_dir,
		.listen_fd = s->listen_fd,
		.ready_fd = tell,
		.outdated_fd = tell,
	};
	const int keep[] = {s->listen_fd, tell};
	sigset_t none;

	/* The loop's descriptors are shared with the parent; they are only closed, never used. */
	proc_keep_fds(keep, ARRAY_LEN(keep));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	proc_exit(zygote_run(&options));
}

static int zygote_start(struct supervisor *s, struct err *err)
{
	struct child c = {.supervisor = s, .pidfd = -1, .told = -1};
	int ends[2];
	int rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, errno, "The scanner cannot make a pipe");
	rc = proc_fork(&c.pid, &c.pidfd, err);
	if (rc == 0 && c.pid == 0)
		zygote_main(s, ends[1]);
	fd_close(&ends[1]);
	if (rc < 0) {
		fd_close(&ends[0]);
		return rc;
	}
	c.told = ends[0];
	return child_move(&c, &s->loading, err);
}

static void restart_later(struct supervisor *s)
{
	struct err err = {0};

	if (s->stopping || s->loading.pid)
		return;
	if (loop_set_timer(s->loop, s->restart, s->restart_ms, 0, &err) < 0) {
		log_error(&s->m->log, "the scanner cannot be restarted", LOG_FAIL(&err));
		loop_stop(s->loop);
	}
	s->restart_ms = MIN(2 * s->restart_ms, (int64_t)RESTART_MAX_MS);
}

static void replace(struct supervisor *s)
{
	struct err err = {0};

	if (s->stopping || s->loading.pid)
		return;
	if (zygote_start(s, &err) < 0) {
		log_error(&s->m->log, "the scanner cannot be started", LOG_FAIL(&err));
		restart_later(s);
	}
}

static void on_restart(void *arg, uint32_t events)
{
	(void)events;
	replace(arg);
}

/* The new zygote serves: the old one finishes what it has. */
static void on_serves(struct supervisor *s)
{
	struct err err = {0};
	int rc = 0;

	s->restart_ms = RESTART_MIN_MS;
	if (s->serving.pid && s->leaving.pid)
		proc_kill(s->leaving.pidfd, SIGKILL); /* still busy since the last replacement */
	if (s->serving.pid) {
		if (s->leaving.pid)
			child_forget(&s->leaving);
		proc_kill(s->serving.pidfd, SIGTERM);
		rc = child_move(&s->serving, &s->leaving, &err);
	}
	if (rc == 0)
		rc = child_move(&s->loading, &s->serving, &err);
	if (rc < 0) {
		log_error(&s->m->log, "the scanner cannot go on", LOG_FAIL(&err));
		loop_stop(s->loop);
		return;
	}
	proc_notify_ready("Scanning");
}

static void on_child_speaks(void *arg, uint32_t events)
{
	struct child *c = arg;
	char said = 0;

	(void)events;
	if (read(c->told, &said, 1) != 1) {
		loop_remove(c->supervisor->loop, TAKE(c->speaks)); /* its end follows */
		return;
	}
	if (said == 'r' && c == &c->supervisor->loading)
		on_serves(c->supervisor);
	else if (said == 'o' && c == &c->supervisor->serving)
		replace(c->supervisor);
}

static void on_child_ended(void *arg, uint32_t events)
{
	struct child *c = arg;
	struct supervisor *s = c->supervisor;
	int status = 0;
	struct err err = {0};

	(void)events;
	if (proc_wait(c->pid, c->pidfd, 0, &status, &err) < 0)
		log_warn(&s->m->log, "a child cannot be reaped", LOG_FAIL(&err));
	if (c != &s->leaving && !s->stopping)
		log_error(&s->m->log, "a scanner process ended", LOG_INT("status", status));
	child_forget(c);
	if (s->stopping && !s->serving.pid && !s->loading.pid && !s->leaving.pid)
		loop_stop(s->loop);
	else if (!s->serving.pid)
		restart_later(s);
}

static void on_stop(void *arg, uint32_t events)
{
	struct supervisor *s = arg;
	struct child *const children[] = {&s->serving, &s->loading, &s->leaving};
	bool any = false;

	(void)events;
	s->stopping = true;
	proc_notify_stopping();
	for (size_t i = 0; i < ARRAY_LEN(children); i++)
		if (children[i]->pid) {
			/* One that is loading has nothing to finish. */
			proc_kill(
				children[i]->pidfd, children[i] == &s->loading ? SIGKILL : SIGTERM);
			any = true;
		}
	if (!any)
		loop_stop(s->loop);
}

static void on_reload(void *arg, uint32_t events)
{
	(void)events;
	replace(arg);
}

static void on_watchdog(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	proc_notify_watchdog();
}

static int supervisor_watch(struct supervisor *s, struct err *err)
{
	int64_t watchdog = proc_watchdog_ms();
	int rc = loop_new(&s->loop, err);

	if (rc == 0)
		rc = loop_add_signal(s->loop, SIGTERM, on_stop, s, NULL, err);
	if (rc == 0)
		rc = loop_add_signal(s->loop, SIGINT, on_stop, s, NULL, err);
	if (rc == 0)
		rc = loop_add_signal(s->loop, SIGHUP, on_reload, s, NULL, err);
	if (rc == 0)
		rc = loop_add_timer(s->loop, -1, 0, on_restart, s, &s->restart, err);
	if (rc == 0 && watchdog > 0)
		rc = loop_add_timer(s->loop, watchdog, watchdog, on_watchdog, s, NULL, err);
	return rc;
}

static void close_folder(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Our own number was another's when its folder is there before we made it. */
static bool is_dead(pid_t pid)
{
	return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH);
}

/* Folders of scanners that were killed. Others' cannot be removed, living ones' are left alone. */
static void remove_left_behind(const char *temp_dir)
{
	DIR *dir CLEANUP(close_folder) = opendir(temp_dir);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct sv name = sv_from_cstr(entry->d_name);
		char path[600];
		int64_t pid;

		if (!sv_starts_with(name, SV(TEMP_PREFIX)))
			continue;
		name = sv_from(name.p + strlen(TEMP_PREFIX), name.n - strlen(TEMP_PREFIX));
		if (!sv_to_i64(name, 1, INT32_MAX, &pid) || !is_dead((pid_t)pid))
			continue;
		snprintf(path, sizeof(path), "%s/%s", temp_dir, entry->d_name);
		work_remove_folder(path);
	}
}

static int supervisor_start(struct supervisor *s, struct err *err)
{
	char path[128];
	int rc;

	snprintf(path, sizeof(path), "%s/scanner.sock", s->m->conf.run_dir);
	rc = proc_listen(path, SOCK_SEQPACKET, 0600, &s->listen_fd, err);
	if (rc < 0)
		return rc;
	remove_left_behind(s->m->conf.scanner_temp_dir);
	snprintf(s->temp_dir, sizeof(s->temp_dir), "%s/" TEMP_PREFIX "%d",
		s->m->conf.scanner_temp_dir, (int)getpid());
	if (mkdir(s->temp_dir, 0700) < 0)
		return err_set_errno(err, errno, "The folder %s for temporary files", s->temp_dir);
	rc = supervisor_watch(s, err);
	return rc < 0 ? rc : zygote_start(s, err);
}

static int run(struct main_ctx *m)
{
	struct supervisor s = {.m = m, .listen_fd = -1, .restart_ms = RESTART_MIN_MS};
	struct child none = {.supervisor = &s, .pidfd = -1, .told = -1};
	struct err err = {0};
	int rc;

	s.serving = s.loading = s.leaving = none;
	rc = supervisor_start(&s, &err);
	if (rc == 0)
		rc = loop_run(s.loop, &err);
	if (rc < 0)
		log_error(&m->log, "the scanner ends", LOG_FAIL(&err));
	loop_free(s.loop);
	fd_close(&s.listen_fd);
	work_remove_folder(s.temp_dir);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct main_spec spec = {
		.program = "recon-scanner", .about = "scans uploaded files for recon-intake"};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;

	if (main_options(&m, &spec, argc, argv) || main_open(&m))
		return m.exit_code;
	return run(&m);
}
