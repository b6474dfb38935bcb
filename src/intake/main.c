/*
 * recon-intake: turns received files into scanned files and scanned files into datasets. This
 * process only keeps its workers alive (worker.h); it opens neither the vault nor the database.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intake/worker.h"
#include "sys/loop.h"
#include "sys/main.h"
#include "sys/proc.h"

#define WORKERS_MAX 64
#define RESTART_MS 1000
#define METRICS_MS 5000

struct worker_slot {
	struct keeper *keeper;
	int number;
	pid_t pid; /* 0: none */
	int pidfd;
	struct loop_watch *ended;
	struct loop_watch *restart;
};

struct keeper {
	struct main_ctx *m;
	struct loop *loop;
	struct worker_slot slots[WORKERS_MAX];
	int count;
	int running;
	bool stopping;
};

static void on_ended(void *arg, uint32_t events);

/* In the new process; never returns. */
static void worker_main(struct worker_slot *s)
{
	sigset_t none;

	proc_keep_fds(NULL, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	proc_exit(worker_run(s->keeper->m, s->number));
}

static int slot_start(struct worker_slot *s, struct err *err)
{
	struct keeper *k = s->keeper;
	int rc = proc_fork(&s->pid, &s->pidfd, err);

	if (rc == 0 && s->pid == 0)
		worker_main(s);
	if (rc == 0)
		rc = loop_add_fd(k->loop, s->pidfd, EPOLLIN, on_ended, s, &s->ended, err);
	if (rc == 0)
		k->running++;
	return rc;
}

static void on_restart(void *arg, uint32_t events)
{
	struct worker_slot *s = arg;
	struct err err = {0};

	(void)events;
	if (s->keeper->stopping || s->pid)
		return;
	if (slot_start(s, &err) < 0) {
		log_error(&s->keeper->m->log, "a worker cannot be started", LOG_FAIL(&err));
		loop_stop(s->keeper->loop);
	}
}

static void on_ended(void *arg, uint32_t events)
{
	struct worker_slot *s = arg;
	struct keeper *k = s->keeper;
	int status = 0;
	struct err err = {0};

	(void)events;
	loop_remove(k->loop, TAKE(s->ended));
	if (proc_wait(s->pid, s->pidfd, 0, &status, &err) < 0)
		log_warn(&k->m->log, "a worker cannot be reaped", LOG_FAIL(&err));
	fd_close(&s->pidfd);
	s->pid = 0;
	k->running--;
	if (k->stopping) {
		if (k->running == 0)
			loop_stop(k->loop);
		return;
	}
	log_error(&k->m->log, "a worker ended", LOG_INT("status", status));
	if (loop_set_timer(k->loop, s->restart, RESTART_MS, 0, &err) < 0)
		loop_stop(k->loop);
}

static void on_stop(void *arg, uint32_t events)
{
	struct keeper *k = arg;

	(void)events;
	k->stopping = true;
	proc_notify_stopping();
	for (int i = 0; i < k->count; i++)
		if (k->slots[i].pid)
			proc_kill(k->slots[i].pidfd, SIGTERM);
	if (k->running == 0)
		loop_stop(k->loop);
}

static void on_metrics(void *arg, uint32_t events)
{
	struct keeper *k = arg;

	(void)events;
	main_write_metrics(k->m);
}

static void on_watchdog(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	proc_notify_watchdog();
}

static int keeper_watch(struct keeper *k, struct err *err)
{
	int64_t watchdog = proc_watchdog_ms();
	int rc = loop_new(&k->loop, err);

	if (rc == 0)
		rc = loop_add_signal(k->loop, SIGTERM, on_stop, k, NULL, err);
	if (rc == 0)
		rc = loop_add_signal(k->loop, SIGINT, on_stop, k, NULL, err);
	if (rc == 0)
		rc = loop_add_timer(k->loop, 0, METRICS_MS, on_metrics, k, NULL, err);
	if (rc == 0 && watchdog > 0)
		rc = loop_add_timer(k->loop, watchdog, watchdog, on_watchdog, k, NULL, err);
	return rc;
}

static int keeper_start(struct keeper *k, struct err *err)
{
	int rc = keeper_watch(k, err);

	k->count = (int)MIN(k->m->conf.intake_workers, (int64_t)WORKERS_MAX);
	for (int i = 0; i < k->count && rc == 0; i++) {
		struct worker_slot *s = &k->slots[i];

		*s = (struct worker_slot){.keeper = k, .number = i, .pidfd = -1};
		rc = loop_add_timer(k->loop, -1, 0, on_restart, s, &s->restart, err);
		if (rc == 0)
			rc = slot_start(s, err);
	}
	return rc;
}

static int run(struct main_ctx *m)
{
	struct keeper k = {.m = m};
	struct err err = {0};
	int rc = keeper_start(&k, &err);

	if (rc == 0) {
		proc_notify_ready("Working");
		log_info(&m->log, "ready", LOG_INT("workers", k.count));
		rc = loop_run(k.loop, &err);
	}
	if (rc < 0)
		log_error(&m->log, "the intake ends", LOG_FAIL(&err));
	loop_free(k.loop);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct main_spec spec = {
		.program = "recon-intake", .about = "scans and reads what was uploaded"};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;

	if (main_options(&m, &spec, argc, argv) || main_open(&m))
		return m.exit_code;
	return run(&m);
}
