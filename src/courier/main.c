/*
 * recon-courier: hands over what leaves the house. The only program that talks to others; it knows
 * neither passwords nor files, and of people only what a letter says, which it alone can open.
 *
 * One thread for each kind of delivery (lane.h); the main thread keeps metrics and the watchdog.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>

#include "courier/mail.h"
#include "courier/webhook.h"
#include "seal/seal.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#define METRICS_SECONDS 5

static const struct lane_spec *const specs[] = {&mail_lane, &webhook_lane};

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

/* What is reached by name later: metrics, libpq's files, the resolver's, and certificates. */
static int confine(struct main_ctx *m, struct err *err)
{
	const struct sandbox_path paths[] = {
		{m->conf.metrics_dir, true},
		{"/etc", false},
		{"/usr", false},
		{"/proc/self", false},
		{"/run/systemd/resolve", false},
		{m->conf.smtp_ca_file, false},
	};
	const struct sandbox_spec spec = {
		.groups = SANDBOX_THREADS | SANDBOX_FILES | SANDBOX_SOCKETS,
		.paths = paths,
		.path_count = ARRAY_LEN(paths) - (m->conf.smtp_ca_file[0] ? 0 : 1)};
	struct sandbox_report report;
	int rc = sandbox_enter(&spec, &report, err);

	if (rc == 0)
		log_info(&m->log, "confined", LOG_INT("landlock", report.landlock));
	return rc;
}

static void label_metrics(struct metrics *m)
{
	static const char *const outcomes[] = {"ended", "given_back", "failed"};

	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		metrics_label(m, M_TASKS, i, outcomes[i]);
}

static void keep_house(struct main_ctx *m, int stop_fd)
{
	struct pollfd p = {stop_fd, POLLIN, 0};
	int ready = 0;

	for (int second = 0; ready == 0 || (ready < 0 && errno == EINTR); second++) {
		proc_notify_watchdog();
		if (second % METRICS_SECONDS == 0)
			main_write_metrics(m);
		ready = poll(&p, 1, 1000);
	}
}

static int run(struct main_ctx *m, struct lane *lanes, int stop_fd, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(specs); i++) {
		lanes[i].slot = i;
		rc = lane_open(&lanes[i], specs[i], m, stop_fd, err);
	}
	if (rc == 0)
		rc = confine(m, err);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(specs); i++)
		rc = lane_start(&lanes[i], err);
	if (rc < 0)
		return rc;
	proc_notify_ready("delivering");
	log_info(&m->log, "started");
	keep_house(m, stop_fd);
	proc_notify_stopping();
	log_info(&m->log, "stopping");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct main_spec spec = {
		.program = "recon-courier", .about = "sends e-mail and calls webhooks"};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
	struct lane lanes[ARRAY_LEN(specs)] = {{.spec = NULL}};
	int stop_fd CLEANUP(fd_close) = -1;
	struct err err = {0};
	int rc;

	if (main_options(&m, &spec, argc, argv) || main_open(&m))
		return m.exit_code;
	seal_init();
	label_metrics(m.metrics);
	rc = open_stop_fd(&stop_fd, &err);
	if (rc == 0)
		rc = run(&m, lanes, stop_fd, &err);
	if (rc < 0) {
		log_error(&m.log, "recon-courier ends", LOG_FAIL(&err));
		raise(SIGTERM); /* for lanes that were started */
	}
	for (size_t i = 0; i < ARRAY_LEN(specs); i++)
		lane_end(&lanes[i]);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
