/* See pulse.h. */
#include "matcher/pulse.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TICK_MS 100
#define PROGRESS_US 500000

static void give_reason(struct pulse *p, enum pulse_reason reason)
{
	int none = PULSE_NONE;

	atomic_compare_exchange_strong(&p->reason, &none, reason);
	atomic_store(&p->cancel, true);
}

enum pulse_reason pulse_reason(const struct pulse *p)
{
	return (enum pulse_reason)atomic_load(&p->reason);
}

void pulse_progress(struct pulse *p, const char *phase, uint64_t done, uint64_t total)
{
	pthread_mutex_lock(&p->lock);
	if (p->phase != phase)
		p->phase_us = clock_mono_us(&p->clock);
	p->phase = phase;
	p->done = done;
	p->total = total;
	p->changed = true;
	pthread_mutex_unlock(&p->lock);
}

/* Copies what there is to write; false when nothing changed. */
static bool take_progress(struct pulse *p, struct job_progress *ret)
{
	int64_t us = clock_mono_us(&p->clock);
	bool changed;

	pthread_mutex_lock(&p->lock);
	changed = p->changed;
	p->changed = false;
	us = MAX(us - p->phase_us, INT64_C(1));
	*ret = (struct job_progress){
		.phase = sv_from_cstr(p->phase),
		.done = (int64_t)p->done,
		.total = (int64_t)p->total,
		.rate = (int64_t)((__int128)p->done * 1000000 / us),
		.eta_ms = -1,
	};
	pthread_mutex_unlock(&p->lock);
	if (ret->rate > 0)
		ret->eta_ms = (ret->total - ret->done) * 1000 / ret->rate;
	return changed;
}

/* A lost lease ends the job; a database that is away does not: the commit will tell. */
static void note(struct pulse *p, int code, const struct err *err, const char *what)
{
	if (code == E_FENCED)
		give_reason(p, PULSE_FENCED);
	else if (code < 0)
		log_warn(p->log, what, LOG_FAIL(err));
}

static void ask_cancel(struct pulse *p)
{
	struct err err = {0};
	bool cancel = false;

	note(p, store_task_cancel_asked(p->db, p->task, &cancel, &err), &err,
		"cannot ask whether the job was cancelled");
	if (cancel)
		give_reason(p, PULSE_CANCEL);
}

static void keep_lease(struct pulse *p)
{
	struct err err = {0};
	bool cancel = false;

	note(p, store_task_heartbeat(p->db, p->task, p->lease_seconds, &cancel, &err), &err,
		"cannot renew the lease");
	if (cancel)
		give_reason(p, PULSE_CANCEL);
}

static void write_progress(struct pulse *p)
{
	struct job_progress progress;
	struct err err = {0};

	if (take_progress(p, &progress))
		note(p,
			store_job_set_progress(
				p->db, &p->task->subject, p->task->attempt, &progress, &err),
			&err, "cannot write progress");
}

/* Waits one tick; false when the job has ended. A stop is noted once. */
static bool wait_tick(struct pulse *p)
{
	struct pollfd fds[2] = {{p->end_fd, POLLIN, 0}, {p->stop_fd, POLLIN, 0}};
	bool stopping = pulse_reason(p) != PULSE_NONE;

	if (poll(fds, stopping ? 1 : 2, TICK_MS) < 0 && errno != EINTR)
		return false;
	if (!stopping && fds[1].revents)
		give_reason(p, PULSE_STOP);
	return fds[0].revents == 0;
}

static void *run(void *arg)
{
	struct pulse *p = arg;
	int64_t beat = clock_mono_us(&p->clock), written = 0;

	while (wait_tick(p)) {
		int64_t now = clock_mono_us(&p->clock);

		if (pulse_reason(p) == PULSE_NONE)
			ask_cancel(p);
		if (now - beat >= p->heartbeat_seconds * 1000000) {
			keep_lease(p);
			beat = now;
		}
		if (now - written >= PROGRESS_US) {
			write_progress(p);
			written = now;
		}
	}
	return NULL;
}

int pulse_start(struct pulse *p, struct err *err)
{
	int code;

	p->phase = "";
	p->phase_us = clock_mono_us(&p->clock);
	pthread_mutex_init(&p->lock, NULL);
	p->end_fd = eventfd(0, EFD_CLOEXEC);
	if (p->end_fd < 0)
		return err_set_errno(err, errno, "eventfd");
	code = pthread_create(&p->thread, NULL, run, p);
	if (code != 0) {
		fd_close(&p->end_fd);
		return err_set_errno(err, code, "pthread_create");
	}
	return 0;
}

void pulse_end(struct pulse *p)
{
	uint64_t one = 1;

	while (write(p->end_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	pthread_join(p->thread, NULL);
	fd_close(&p->end_fd);
	p->end_fd = -1;
	pthread_mutex_destroy(&p->lock);
}
