/*
 * The event loop: one epoll set, one timerfd per timer, one signalfd per signal. Watches that are
 * removed while callbacks run are only marked, and freed when the batch is over, since a later
 * event of the same batch may still name them.
 */
#include "sys/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BATCH 64

enum kind { KIND_FD, KIND_TIMER, KIND_SIGNAL, KIND_WAKE };

struct loop_watch {
	struct loop_watch *next;
	enum kind kind;
	bool removed;
	int fd;
	loop_fn fn;
	void *arg;
};

struct loop {
	int epoll;
	struct loop_watch *watches;
	struct loop_watch *wake;
	bool dispatching;
	bool stopped;
};

static void sweep(struct loop *l, bool all)
{
	struct loop_watch **at = &l->watches;

	while (*at) {
		struct loop_watch *w = *at;

		if (!all && !w->removed) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		if (w->kind != KIND_FD)
			fd_close(&w->fd);
		free(w);
	}
}

/* Takes over fd unless it is the caller's (KIND_FD). */
static int add(struct loop *l, const struct loop_watch *model, uint32_t events,
	struct loop_watch **ret, struct err *err)
{
	struct loop_watch *w = malloc(sizeof(*w));
	struct epoll_event ev = {.events = events, .data.ptr = w};
	int fd = model->fd;

	if (!w || epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev)) {
		int r = err_set_errno(err, w ? errno : ENOMEM, "cannot watch a descriptor");

		free(w);
		if (model->kind != KIND_FD)
			fd_close(&fd);
		return r;
	}
	*w = *model;
	w->next = l->watches;
	l->watches = w;
	if (ret)
		*ret = w;
	return 0;
}

int loop_new(struct loop **ret, struct err *err)
{
	struct loop *l CLEANUP(loop_cleanup) = calloc(1, sizeof(*l));
	struct loop_watch wake = {.kind = KIND_WAKE};
	int r;

	if (!l)
		return err_set(err, E_NO_MEMORY, NULL);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		return err_set_errno(err, errno, "cannot make an event loop");
	wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake.fd < 0)
		return err_set_errno(err, errno, "cannot make an event loop");
	r = add(l, &wake, EPOLLIN, &l->wake, err);
	if (r)
		return r;
	*ret = TAKE(l);
	return 0;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	sweep(l, true);
	fd_close(&l->epoll);
	free(l);
}

void loop_cleanup(struct loop **l)
{
	loop_free(*l);
}

int loop_add_fd(struct loop *l, int fd, uint32_t events, loop_fn fn, void *arg,
	struct loop_watch **ret, struct err *err)
{
	struct loop_watch model = {.kind = KIND_FD, .fd = fd, .fn = fn, .arg = arg};

	return add(l, &model, events, ret, err);
}

int loop_set_events(struct loop *l, struct loop_watch *w, uint32_t events, struct err *err)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &ev))
		return err_set_errno(err, errno, "cannot watch a descriptor");
	return 0;
}

static struct timespec from_ms(int64_t ms)
{
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

int loop_set_timer(struct loop *l UNUSED, struct loop_watch *w, int64_t first_ms, int64_t repeat_ms,
	struct err *err)
{
	struct itimerspec spec = {0};

	if (first_ms >= 0) {
		spec.it_value = from_ms(first_ms);
		spec.it_interval = from_ms(repeat_ms);
		if (first_ms == 0)
			spec.it_value.tv_nsec = 1; /* all zeros would stop it */
	}
	if (timerfd_settime(w->fd, 0, &spec, NULL))
		return err_set_errno(err, errno, "cannot set a timer");
	return 0;
}

int loop_add_timer(struct loop *l, int64_t first_ms, int64_t repeat_ms, loop_fn fn, void *arg,
	struct loop_watch **ret, struct err *err)
{
	struct loop_watch model = {.kind = KIND_TIMER, .fn = fn, .arg = arg};
	struct loop_watch *w = NULL;
	int r;

	model.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (model.fd < 0)
		return err_set_errno(err, errno, "cannot make a timer");
	r = add(l, &model, EPOLLIN, &w, err);
	if (r)
		return r;
	r = loop_set_timer(l, w, first_ms, repeat_ms, err);
	if (r) {
		loop_remove(l, w);
		return r;
	}
	if (ret)
		*ret = w;
	return 0;
}

int loop_add_signal(
	struct loop *l, int signo, loop_fn fn, void *arg, struct loop_watch **ret, struct err *err)
{
	struct loop_watch model = {.kind = KIND_SIGNAL, .fn = fn, .arg = arg};
	sigset_t set;

	sigemptyset(&set);
	if (sigaddset(&set, signo) || sigprocmask(SIG_BLOCK, &set, NULL))
		return err_set_errno(err, errno, "cannot block signal %d", signo);
	model.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (model.fd < 0)
		return err_set_errno(err, errno, "cannot watch signal %d", signo);
	return add(l, &model, EPOLLIN, ret, err);
}

void loop_remove(struct loop *l, struct loop_watch *w)
{
	if (!w)
		return;
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	w->removed = true;
	if (!l->dispatching)
		sweep(l, false);
}

/* Reads what a descriptor of ours says; false when there was nothing. */
static bool read_own(const struct loop_watch *w, uint32_t *ret_events)
{
	struct signalfd_siginfo info;
	uint64_t count;

	if (w->kind == KIND_SIGNAL) {
		if (read(w->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
			return false;
		*ret_events = info.ssi_signo;
		return true;
	}
	if (read(w->fd, &count, sizeof(count)) != (ssize_t)sizeof(count))
		return false;
	*ret_events = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	return true;
}

int loop_once(struct loop *l, int timeout_ms, struct err *err)
{
	struct epoll_event events[BATCH];
	int n = epoll_wait(l->epoll, events, BATCH, timeout_ms);

	if (n < 0 && errno != EINTR)
		return err_set_errno(err, errno, "cannot wait for events");
	l->dispatching = true;
	for (int i = 0; i < n; i++) {
		struct loop_watch *w = events[i].data.ptr;
		uint32_t what = events[i].events;

		if (w->removed || (w->kind != KIND_FD && !read_own(w, &what)))
			continue;
		if (w->fn)
			w->fn(w->arg, what);
	}
	l->dispatching = false;
	sweep(l, false);
	return 0;
}

int loop_run(struct loop *l, struct err *err)
{
	int r = 0;

	while (!r && !l->stopped)
		r = loop_once(l, -1, err);
	l->stopped = false;
	return r;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

void loop_wake(struct loop *l)
{
	uint64_t one = 1;

	(void)!write(l->wake->fd, &one, sizeof(one));
}
