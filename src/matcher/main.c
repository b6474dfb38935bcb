/*
 * recon-matcher: runs the engine for jobs. Reads datasets and writes results; may change nothing
 * but its jobs. Any number of processes on any number of hosts share the queue.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "matcher/worker.h"
#include "sys/main.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#define METRICS_SECONDS 5

/* SIGTERM and SIGINT make a descriptor readable, which nobody reads: every thread can poll it. */
static int open_stop_fd(int *ret, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return err_set_errno(err, errno, "sigmask");
	*ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret < 0 ? err_set_errno(err, errno, "signalfd") : 0;
}

static int open_vault(const struct conf *conf, struct vault **ret, struct err *err)
{
	struct vault_config config = vault_config_of(conf);

	config.public_key_file = conf->vault_public_key_file;
	config.private_key_file = conf->vault_private_key_file;
	return vault_open(&config, ret, err);
}

static int open_db(const struct conf *conf, struct db **ret, struct err *err)
{
	struct db_options options = {
		.conninfo = conf->db_conninfo,
		.role = "recon_matcher",
		.program = "recon-matcher",
		.statement_ms = 60000,
		.idle_ms = (int)conf->task_lease_seconds * 1000,
	};

	return db_open_lazy(&options, ret, err);
}

/* --- beside the worker: metrics and the watchdog ---------------------------------------------- */

struct house {
	struct main_ctx *m;
	int end_fd;
	pthread_t thread;
};

static void *keep_house(void *arg)
{
	struct house *h = arg;
	struct pollfd p = {h->end_fd, POLLIN, 0};

	for (int second = 0; poll(&p, 1, 1000) == 0; second++) {
		proc_notify_watchdog();
		if (second % METRICS_SECONDS == 0)
			main_write_metrics(h->m);
	}
	return NULL;
}

static int house_start(struct house *h, struct err *err)
{
	int code;

	h->end_fd = eventfd(0, EFD_CLOEXEC);
	if (h->end_fd < 0)
		return err_set_errno(err, errno, "eventfd");
	code = pthread_create(&h->thread, NULL, keep_house, h);
	return code == 0 ? 0 : err_set_errno(err, code, "pthread_create");
}

static void house_end(struct house *h)
{
	uint64_t one = 1;

	while (write(h->end_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	pthread_join(h->thread, NULL);
	fd_close(&h->end_fd);
	main_write_metrics(h->m);
}

/* --- starting --------------------------------------------------------------------------------- */

static int enter_sandbox(struct main_ctx *m, struct err *err)
{
	const struct sandbox_path paths[] = {
		{m->conf.vault_dir, true},
		{m->conf.metrics_dir, true},
		{"/etc", false},
		{"/usr", false},
		{"/proc/self", false},
		{"/sys/fs/cgroup", false},
	};
	const struct sandbox_spec spec = {
		.groups = SANDBOX_THREADS | SANDBOX_FILES | SANDBOX_SOCKETS,
		.paths = paths,
		.path_count = ARRAY_LEN(paths),
	};
	struct sandbox_report report;
	int code = sandbox_enter(&spec, &report, err);

	if (code == 0)
		log_info(&m->log, "confined", LOG_INT("landlock", report.landlock));
	return code;
}

static void label_metrics(struct metrics *metrics)
{
	static const char *const outcomes[] = {"done", "failed", "cancelled", "again", "fenced"};

	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		metrics_label(metrics, M_TASKS, i, outcomes[i]);
	metrics_label(metrics, M_TASK_SECONDS, 0, "match");
}

static int open_all(struct main_ctx *m, struct worker *w, struct err *err)
{
	struct bus_options bus = {m->conf.redis_socket, 1000, m->clock, m->metrics};
	int code = open_stop_fd(&w->stop_fd, err);

	if (code == 0)
		code = open_vault(&m->conf, &w->vault, err);
	if (code == 0)
		code = open_db(&m->conf, &w->db, err);
	if (code == 0)
		code = open_db(&m->conf, &w->pulse_db, err);
	if (code < 0)
		return code;
	w->bus = bus_new(&bus);
	if (!w->bus)
		return err_set(err, E_NO_MEMORY, NULL);
	return enter_sandbox(m, err);
}

static void close_all(struct worker *w)
{
	bus_free(w->bus);
	db_close(w->pulse_db);
	db_close(w->db);
	if (w->vault)
		vault_close(&w->vault);
	fd_close(&w->stop_fd);
}

static void run(struct main_ctx *m, struct worker *w, struct err *err)
{
	struct house house = {.m = m};

	if (house_start(&house, err) < 0)
		return;
	proc_notify_ready("waiting for jobs");
	log_info(&m->log, "started");
	worker_run(w);
	proc_notify_stopping();
	log_info(&m->log, "stopping");
	house_end(&house);
}

int main(int argc, char **argv)
{
	static const struct main_spec spec = {
		.program = "recon-matcher", .about = "runs the matching engine for jobs"};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
	char host[128] = "", name[160];
	struct worker w = {.stop_fd = -1};
	struct err err = {0};

	if (main_options(&m, &spec, argc, argv) || main_open(&m))
		return m.exit_code;
	gethostname(host, sizeof(host) - 1);
	snprintf(name, sizeof(name), "%s:%d", host, (int)getpid());
	label_metrics(m.metrics);
	w.log = &m.log;
	w.metrics = m.metrics;
	w.clock = m.clock;
	w.name = name;
	w.host = host;
	w.threads = (unsigned)m.conf.matcher_threads;
	w.memory_bytes = (size_t)m.conf.matcher_memory_bytes;
	w.lease_seconds = m.conf.task_lease_seconds;
	w.heartbeat_seconds = m.conf.task_heartbeat_seconds;
	if (open_all(&m, &w, &err) == 0)
		run(&m, &w, &err);
	close_all(&w);
	if (err.code < 0)
		log_error(&m.log, "cannot run", LOG_FAIL(&err));
	return err.code < 0 ? 1 : 0;
}
