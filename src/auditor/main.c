/*
 * recon-auditor: makes the audit log of the outbox, and signs checkpoints. Alone may write the log,
 * and can do nothing else in the database. It needs no network, no Redis and no vault.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "auditor/chainer.h"
#include "seal/seal.h"
#include "sys/main.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#define POLL_MS 500
#define AWAY_MS 1000
#define METRICS_US (INT64_C(5) * 1000000)
#define KEY_FILE_MAX 256

struct auditor {
	struct main_ctx *m;
	struct chainer chainer;
	int stop;
	int64_t metrics_us; /* when they are due */
	bool away;          /* said so already */
};

static int stop_open(int *ret_fd, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_set_errno(err, errno, "Signals");
	*ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret_fd < 0 ? err_set_errno(err, errno, "Signals") : 0;
}

static int file_open(struct auditor *a, struct err *err)
{
	const struct conf *conf = &a->m->conf;
	struct buf key CLEANUP(buf_wipe) = BUF_INIT;
	struct checkpoints_options o = {.file = conf->audit_checkpoint_file,
		.sink = conf->audit_sink_socket,
		.rows = conf->audit_checkpoint_rows,
		.us = conf->audit_checkpoint_seconds * 1000000,
		.log = &a->m->log};
	int rc = conf_read_credential(
		"audit-key", conf->audit_private_key_file, KEY_FILE_MAX, &key, err);

	o.key = buf_sv(&key);
	return rc == 0 ? checkpoints_open(&o, &a->chainer.checkpoints, err) : rc;
}

static int confine(struct auditor *a, struct err *err)
{
	const struct conf *conf = &a->m->conf;
	const struct sandbox_path paths[] = {
		{conf->metrics_dir, true},
		{"/etc", false},
		{"/usr", false},
		{"/proc/self", false},
	};
	const struct sandbox_spec spec = {.groups = SANDBOX_FILES | SANDBOX_SOCKETS,
		.paths = paths,
		.path_count = ARRAY_LEN(paths)};
	struct sandbox_report report;
	int rc = sandbox_enter(&spec, &report, err);

	if (rc == 0)
		log_info(&a->m->log, "confined", LOG_INT("landlock", report.landlock));
	return rc;
}

static int auditor_open(struct auditor *a, struct err *err)
{
	const struct db_options db = {.conninfo = a->m->conf.db_conninfo,
		.role = "recon_auditor",
		.program = "recon-auditor"};
	int rc = stop_open(&a->stop, err);

	if (rc == 0)
		rc = file_open(a, err);
	if (rc == 0)
		rc = db_open_lazy(&db, &a->chainer.db, err);
	return rc == 0 ? confine(a, err) : rc;
}

/* Readable once the process was told to end; nobody reads it. */
static bool stopping(const struct auditor *a, int ms)
{
	struct pollfd p = {.fd = a->stop, .events = POLLIN};

	return poll(&p, 1, ms) > 0;
}

static void keep_house(struct auditor *a)
{
	int64_t now = clock_mono_us(&a->m->clock);

	proc_notify_watchdog();
	if (now < a->metrics_us)
		return;
	main_write_metrics(a->m);
	a->metrics_us = now + METRICS_US;
}

/* How long to wait before the next step. */
static int step(struct auditor *a)
{
	struct err err = {0};
	size_t n = 0;
	int rc = chainer_step(&a->chainer, &n, &err);

	if (rc == 0)
		rc = chainer_sign(&a->chainer, false, &err);
	if (rc != 0 && !a->away)
		log_error(&a->m->log, "the audit log cannot go on", LOG_FAIL(&err));
	a->away = rc != 0;
	if (rc != 0)
		return AWAY_MS;
	return n == CHAINER_BATCH ? 0 : POLL_MS;
}

/* What is there when it is told to end is chained and signed. */
static void finish(struct auditor *a)
{
	struct err err = {0};
	size_t n;
	int rc;

	do
		rc = chainer_step(&a->chainer, &n, &err);
	while (rc == 0 && n == CHAINER_BATCH);
	if (rc == 0)
		rc = chainer_sign(&a->chainer, true, &err);
	if (rc != 0)
		log_warn(&a->m->log, "the last rows are not signed", LOG_FAIL(&err));
}

static void run(struct auditor *a)
{
	int wait = 0;

	proc_notify_ready("chaining");
	log_info(&a->m->log, "started");
	while (!stopping(a, wait)) {
		keep_house(a);
		wait = step(a);
	}
	proc_notify_stopping();
	finish(a);
	log_info(&a->m->log, "stopped");
}

int main(int argc, char **argv)
{
	static const struct main_spec spec = {
		.program = "recon-auditor", .about = "makes the audit log, and signs it"};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
	struct auditor a = {.m = &m, .stop = -1};
	struct err err = {0};
	int rc;

	if (main_options(&m, &spec, argc, argv) || main_open(&m))
		return m.exit_code;
	seal_init();
	a.chainer.log = &m.log;
	a.chainer.metrics = m.metrics;
	a.chainer.clock = m.clock;
	rc = auditor_open(&a, &err);
	if (rc == 0)
		run(&a);
	else
		log_error(&m.log, "recon-auditor ends", LOG_FAIL(&err));
	checkpoints_close(&a.chainer.checkpoints);
	db_close(a.chainer.db);
	fd_close(&a.stop);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
