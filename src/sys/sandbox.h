#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H
/*
 * Confinement of this process, for good: no new privileges, resource limits, Landlock (no file can
 * be reached that is not open or listed) and a seccomp allow-list. It is applied in the program
 * itself so that it holds, and is tested, without systemd.
 *
 * What a kernel without Landlock or a build with a sanitizer cannot do is left out and named in the
 * report; the caller logs it. seccomp and no_new_privs are never left out. Memory can be mapped
 * executable only when SYS_mmap and SYS_mprotect are among the extra calls. Core dumps end.
 *
 * Call it before threads are made: Landlock and the limits hold for threads made later.
 */
#include "base/base.h"
#include "base/err.h"

/* System calls that are allowed, as groups. SANDBOX_CORE is always in: memory, reading and writing
 * open descriptors, clocks, exit, signals' return. */
enum {
	SANDBOX_THREADS = 1 << 0,  /* clone of threads, futexes, scheduling */
	SANDBOX_FILES = 1 << 1,    /* opening, creating, renaming, listing, syncing files */
	SANDBOX_SOCKETS = 1 << 2,  /* sockets of any family, epoll */
	SANDBOX_UNIX = 1 << 3,     /* unix sockets, epoll; no other family can be opened */
	SANDBOX_FORK = 1 << 4,     /* fork, wait, kill, pidfd */
	SANDBOX_MESSAGES = 1 << 5, /* sendmsg, recvmsg on sockets that are open */
};

struct sandbox_path {
	const char *path; /* folder or file; all below it. Must exist, but for what is in /sys or
			   * /run/systemd, which containers do not always have. */
	bool writable;
};

struct sandbox_spec {
	unsigned groups;  /* SANDBOX_* */
	const int *extra; /* further system call numbers (SYS_...), NULL: none */
	size_t extra_count;
	const struct sandbox_path *paths; /* what stays reachable by name */
	size_t path_count;
	bool any_path;        /* no Landlock */
	bool deny_kills;      /* another call kills the process; else it fails with EPERM */
	int64_t memory_bytes; /* RLIMIT_AS; 0: as it is */
	int64_t cpu_seconds;  /* RLIMIT_CPU; 0: as it is */
	int64_t file_bytes;   /* RLIMIT_FSIZE; 0: as it is */
	int64_t open_files;   /* RLIMIT_NOFILE; 0: as it is */
};

struct sandbox_report {
	bool landlock;       /* applied */
	bool memory_limited; /* applied */
	bool sanitizer;      /* more calls are allowed than were asked for */
};

MUST_CHECK int sandbox_enter(
	const struct sandbox_spec *spec, struct sandbox_report *ret, struct err *err);

#endif
