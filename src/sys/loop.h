#ifndef SYS_LOOP_H
#define SYS_LOOP_H
/*
 * An event loop over epoll for the single-threaded programs: descriptors, timers, signals. A watch
 * may be removed from any callback, also its own. Not thread-safe but for loop_wake().
 */
#include <sys/epoll.h>

#include "base/base.h"
#include "base/err.h"

struct loop;
struct loop_watch; /* owned by the loop */

/* events: EPOLLIN ... for a descriptor, the number of expirations for a timer, the signal number.
 */
typedef void (*loop_fn)(void *arg, uint32_t events);

MUST_CHECK int loop_new(struct loop **ret, struct err *err);
void loop_free(struct loop *l); /* closes its own descriptors, not the watched ones; NULL is fine */
void loop_cleanup(struct loop **l); /* the CLEANUP function */

/* ret may be NULL when the watch is never touched again. */
MUST_CHECK int loop_add_fd(struct loop *l, int fd, uint32_t events, loop_fn fn, void *arg,
	struct loop_watch **ret, struct err *err);
MUST_CHECK int loop_set_events(
	struct loop *l, struct loop_watch *w, uint32_t events, struct err *err);
/* First after first_ms (0: at once), then every repeat_ms (0: once). Monotonic time. */
MUST_CHECK int loop_add_timer(struct loop *l, int64_t first_ms, int64_t repeat_ms, loop_fn fn,
	void *arg, struct loop_watch **ret, struct err *err);
/* Sets a timer anew; first_ms < 0 stops it. */
MUST_CHECK int loop_set_timer(
	struct loop *l, struct loop_watch *w, int64_t first_ms, int64_t repeat_ms, struct err *err);
/* Blocks the signal for this thread and delivers it here. Call before threads are made. */
MUST_CHECK int loop_add_signal(
	struct loop *l, int signo, loop_fn fn, void *arg, struct loop_watch **ret, struct err *err);
void loop_remove(struct loop *l, struct loop_watch *w); /* NULL is fine */

/* Until loop_stop(). */
MUST_CHECK int loop_run(struct loop *l, struct err *err);
/* One wait of at most timeout_ms (-1: without end) and its callbacks. */
MUST_CHECK int loop_once(struct loop *l, int timeout_ms, struct err *err);
void loop_stop(struct loop *l);
/* From any thread: makes a waiting loop return from its wait. */
void loop_wake(struct loop *l);

#endif
