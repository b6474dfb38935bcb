#ifndef SYS_PROC_H
#define SYS_PROC_H
/*
 * The process and its surroundings: the service manager, listening sockets, privileges, children.
 */
#include <sys/types.h>

#include "base/base.h"
#include "base/err.h"

/* Ignores SIGPIPE. First thing in every program. */
void proc_init(void);

/* sd_notify(3); without a service manager they do nothing. */
void proc_notify_ready(const char *status);
void proc_notify_stopping(void);
void proc_notify_watchdog(void);
/* How often to call proc_notify_watchdog(), in ms (half of WatchdogSec); 0: not wanted. */
int64_t proc_watchdog_ms(void);

/* The listening unix socket that the service manager passed as fd 3 (LISTEN_FDS), else one bound
 * here: path (a dead one is replaced, a live one is E_EXISTS), mode, backlog 4096. type:
 * SOCK_STREAM or SOCK_SEQPACKET. Non-blocking, close-on-exec; the caller closes it. */
MUST_CHECK int proc_listen(const char *path, int type, mode_t mode, int *ret_fd, struct err *err);
/* Connects to a unix socket. E_UNAVAILABLE when nobody listens. Blocking socket, close-on-exec. */
MUST_CHECK int proc_connect(const char *path, int type, int *ret_fd, struct err *err);
/* Timeouts of blocking reads and writes on a socket; 0 means none. */
MUST_CHECK int proc_set_timeouts(int fd, int64_t recv_ms, int64_t send_ms, struct err *err);

/* Becomes this user with its groups, for good. Nothing happens when it is that user already. */
MUST_CHECK int proc_drop_privileges(const char *user, struct err *err);

/* A child that dies with its parent. In the child: *ret_pid 0, *ret_pidfd -1. The caller closes the
 * pidfd and reaps with proc_wait(). */
MUST_CHECK int proc_fork(pid_t *ret_pid, int *ret_pidfd, struct err *err);
/* Waits at most timeout_ms (-1: without end). E_TIMEOUT when it still runs. *ret_status as of
 * waitpid(2). */
MUST_CHECK int proc_wait(pid_t pid, int pidfd, int timeout_ms, int *ret_status, struct err *err);
void proc_kill(int pidfd, int signo);

/* Ends a forked child without the parent's exit handlers and buffers. A build that counts its lines
 * writes its counters first. */
_Noreturn void proc_exit(int code);

/* Closes every descriptor above 2 but these (-1 is ignored): for a child that shall hold no more.
 */
void proc_keep_fds(const int *keep, size_t n);

/* Processors that this process may use, at least 1. */
int proc_cpu_count(void);
/* Resident bytes of this process now; 0 when unknown. */
int64_t proc_rss_bytes(void);

#endif
