/*
 * Confinement. The seccomp list is made of rows (group, system call), with a condition on one
 * argument where a call as a whole would allow too much.
 */
#include "sys/sandbox.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>
#include <seccomp.h>

#ifdef RECON_SANITIZED
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* A build that counts its lines (--enable-coverage) writes the counters when a process ends, to the
 * build folder or below GCOV_PREFIX: confined processes may do that too, and nothing else more. */
#ifdef RECON_COVERAGE
#define COVERED true
#else
#define COVERED false
#define RECON_COVERAGE ""
#endif
#define COUNTERS_MAX (INT64_C(64) << 20)

/* Groups of this file, beside those of the header. */
enum {
	GROUP_CORE = 1 << 16,
	GROUP_SANITIZER = 1 << 17,
	GROUP_COVERAGE = 1 << 18,
};

enum condition {
	ANY,
	NOT_EXECUTABLE, /* argument 2 of mmap and mprotect has no PROT_EXEC */
	OF_THREAD,      /* argument 0 of clone makes a thread */
	OF_UNIX,        /* argument 0 of socket is AF_UNIX */
	OF_TERMINAL,    /* argument 1 of ioctl is TCGETS, as isatty(3) asks */
};

#define STREAMS (SANDBOX_SOCKETS | SANDBOX_UNIX)

static const struct rule {
	unsigned groups; /* any of them */
	int call;
	enum condition condition;
} rules[] = {
	{GROUP_CORE, SCMP_SYS(read), ANY},
	{GROUP_CORE, SCMP_SYS(write), ANY},
	{GROUP_CORE, SCMP_SYS(readv), ANY},
	{GROUP_CORE, SCMP_SYS(writev), ANY},
	{GROUP_CORE, SCMP_SYS(pread64), ANY},
	{GROUP_CORE, SCMP_SYS(pwrite64), ANY},
	{GROUP_CORE, SCMP_SYS(lseek), ANY},
	{GROUP_CORE, SCMP_SYS(close), ANY},
	{GROUP_CORE, SCMP_SYS(close_range), ANY},
	{GROUP_CORE, SCMP_SYS(fstat), ANY},
	{GROUP_CORE, SCMP_SYS(newfstatat), ANY}, /* glibc's fstat */
	{GROUP_CORE, SCMP_SYS(ftruncate), ANY},
	{GROUP_CORE, SCMP_SYS(fcntl), ANY},
	{GROUP_CORE, SCMP_SYS(dup), ANY},
	{GROUP_CORE, SCMP_SYS(dup3), ANY},
	{GROUP_CORE, SCMP_SYS(ioctl), OF_TERMINAL},
	{GROUP_CORE, SCMP_SYS(poll), ANY},
	{GROUP_CORE, SCMP_SYS(ppoll), ANY},
	{GROUP_CORE, SCMP_SYS(mmap), NOT_EXECUTABLE},
	{GROUP_CORE, SCMP_SYS(mprotect), NOT_EXECUTABLE},
	{GROUP_CORE, SCMP_SYS(munmap), ANY},
	{GROUP_CORE, SCMP_SYS(mremap), ANY},
	{GROUP_CORE, SCMP_SYS(madvise), ANY},
	{GROUP_CORE, SCMP_SYS(brk), ANY},
	{GROUP_CORE, SCMP_SYS(rt_sigreturn), ANY},
	{GROUP_CORE, SCMP_SYS(rt_sigaction), ANY},
	{GROUP_CORE, SCMP_SYS(rt_sigprocmask), ANY},
	{GROUP_CORE, SCMP_SYS(sigaltstack), ANY},
	{GROUP_CORE, SCMP_SYS(restart_syscall), ANY},
	{GROUP_CORE, SCMP_SYS(exit), ANY},
	{GROUP_CORE, SCMP_SYS(exit_group), ANY},
	{GROUP_CORE, SCMP_SYS(tgkill), ANY}, /* abort(3) */
	{GROUP_CORE, SCMP_SYS(getpid), ANY},
	{GROUP_CORE, SCMP_SYS(gettid), ANY},
	{GROUP_CORE, SCMP_SYS(getuid), ANY},
	{GROUP_CORE, SCMP_SYS(geteuid), ANY},
	{GROUP_CORE, SCMP_SYS(getrusage), ANY},
	{GROUP_CORE, SCMP_SYS(getrandom), ANY},
	{GROUP_CORE, SCMP_SYS(clock_gettime), ANY},
	{GROUP_CORE, SCMP_SYS(clock_nanosleep), ANY},
	{GROUP_CORE, SCMP_SYS(nanosleep), ANY},
	{GROUP_CORE, SCMP_SYS(gettimeofday), ANY},
	{GROUP_CORE, SCMP_SYS(time), ANY},
	{GROUP_CORE, SCMP_SYS(futex), ANY},
	{GROUP_CORE, SCMP_SYS(sched_yield), ANY},
	{GROUP_CORE, SCMP_SYS(uname), ANY},
	{GROUP_CORE, SCMP_SYS(sysinfo), ANY},

	{SANDBOX_THREADS, SCMP_SYS(clone), OF_THREAD},
	{SANDBOX_THREADS, SCMP_SYS(set_robust_list), ANY},
	{SANDBOX_THREADS, SCMP_SYS(rseq), ANY},
	{SANDBOX_THREADS, SCMP_SYS(membarrier), ANY},
	{SANDBOX_THREADS, SCMP_SYS(sched_getaffinity), ANY},
	{SANDBOX_THREADS, SCMP_SYS(sched_setaffinity), ANY},
	{SANDBOX_THREADS, SCMP_SYS(sched_getparam), ANY},
	{SANDBOX_THREADS, SCMP_SYS(sched_getscheduler), ANY},
	{SANDBOX_THREADS, SCMP_SYS(prctl), ANY},

	{SANDBOX_FILES, SCMP_SYS(open), ANY},
	{SANDBOX_FILES, SCMP_SYS(openat), ANY},
	{SANDBOX_FILES, SCMP_SYS(openat2), ANY},
	{SANDBOX_FILES, SCMP_SYS(creat), ANY},
	{SANDBOX_FILES, SCMP_SYS(access), ANY},
	{SANDBOX_FILES, SCMP_SYS(faccessat), ANY},
	{SANDBOX_FILES, SCMP_SYS(faccessat2), ANY},
	{SANDBOX_FILES, SCMP_SYS(stat), ANY},
	{SANDBOX_FILES, SCMP_SYS(lstat), ANY},
	{SANDBOX_FILES, SCMP_SYS(statx), ANY},
	{SANDBOX_FILES, SCMP_SYS(statfs), ANY},
	{SANDBOX_FILES, SCMP_SYS(fstatfs), ANY},
	{SANDBOX_FILES, SCMP_SYS(readlink), ANY},
	{SANDBOX_FILES, SCMP_SYS(readlinkat), ANY},
	{SANDBOX_FILES, SCMP_SYS(getdents64), ANY},
	{SANDBOX_FILES, SCMP_SYS(getcwd), ANY},
	{SANDBOX_FILES, SCMP_SYS(mkdir), ANY},
	{SANDBOX_FILES, SCMP_SYS(mkdirat), ANY},
	{SANDBOX_FILES, SCMP_SYS(rmdir), ANY},
	{SANDBOX_FILES, SCMP_SYS(unlink), ANY},
	{SANDBOX_FILES, SCMP_SYS(unlinkat), ANY},
	{SANDBOX_FILES, SCMP_SYS(rename), ANY},
	{SANDBOX_FILES, SCMP_SYS(renameat), ANY},
	{SANDBOX_FILES, SCMP_SYS(renameat2), ANY},
	{SANDBOX_FILES, SCMP_SYS(link), ANY},
	{SANDBOX_FILES, SCMP_SYS(linkat), ANY},
	{SANDBOX_FILES, SCMP_SYS(chmod), ANY},
	{SANDBOX_FILES, SCMP_SYS(fchmod), ANY},
	{SANDBOX_FILES, SCMP_SYS(fchmodat), ANY},
	{SANDBOX_FILES, SCMP_SYS(umask), ANY},
	{SANDBOX_FILES, SCMP_SYS(flock), ANY},
	{SANDBOX_FILES, SCMP_SYS(utimensat), ANY},
	{SANDBOX_FILES, SCMP_SYS(fsync), ANY},
	{SANDBOX_FILES, SCMP_SYS(fdatasync), ANY},
	{SANDBOX_FILES, SCMP_SYS(sync_file_range), ANY},
	{SANDBOX_FILES, SCMP_SYS(fallocate), ANY},
	{SANDBOX_FILES, SCMP_SYS(fadvise64), ANY},
	{SANDBOX_FILES, SCMP_SYS(copy_file_range), ANY},
	{SANDBOX_FILES, SCMP_SYS(sendfile), ANY},

	{SANDBOX_SOCKETS, SCMP_SYS(socket), ANY},
	{SANDBOX_UNIX, SCMP_SYS(socket), OF_UNIX},
	{STREAMS, SCMP_SYS(socketpair), OF_UNIX},
	{STREAMS, SCMP_SYS(connect), ANY},
	{STREAMS, SCMP_SYS(bind), ANY},
	{STREAMS, SCMP_SYS(listen), ANY},
	{STREAMS, SCMP_SYS(accept), ANY},
	{STREAMS, SCMP_SYS(accept4), ANY},
	{STREAMS, SCMP_SYS(getsockname), ANY},
	{STREAMS, SCMP_SYS(getpeername), ANY},
	{STREAMS, SCMP_SYS(setsockopt), ANY},
	{STREAMS, SCMP_SYS(sendmmsg), ANY},
	{STREAMS, SCMP_SYS(recvmmsg), ANY},
	{STREAMS, SCMP_SYS(epoll_create1), ANY},
	{STREAMS, SCMP_SYS(epoll_ctl), ANY},
	{STREAMS, SCMP_SYS(epoll_wait), ANY},
	{STREAMS, SCMP_SYS(epoll_pwait), ANY},
	{STREAMS, SCMP_SYS(epoll_pwait2), ANY},
	{STREAMS, SCMP_SYS(eventfd2), ANY},
	{STREAMS, SCMP_SYS(timerfd_create), ANY},
	{STREAMS, SCMP_SYS(timerfd_settime), ANY},
	{STREAMS, SCMP_SYS(signalfd4), ANY},
	{STREAMS, SCMP_SYS(pipe2), ANY},
	{STREAMS, SCMP_SYS(select), ANY},
	{STREAMS, SCMP_SYS(pselect6), ANY},
	{STREAMS | SANDBOX_MESSAGES, SCMP_SYS(sendmsg), ANY},
	{STREAMS | SANDBOX_MESSAGES, SCMP_SYS(recvmsg), ANY},
	{STREAMS | SANDBOX_MESSAGES, SCMP_SYS(sendto), ANY},
	{STREAMS | SANDBOX_MESSAGES, SCMP_SYS(recvfrom), ANY},
	{STREAMS | SANDBOX_MESSAGES, SCMP_SYS(shutdown), ANY},
	{STREAMS | SANDBOX_MESSAGES, SCMP_SYS(getsockopt), ANY},

	{SANDBOX_FORK | GROUP_SANITIZER, SCMP_SYS(clone), ANY},
	{SANDBOX_FORK, SCMP_SYS(fork), ANY},
	{SANDBOX_FORK, SCMP_SYS(vfork), ANY},
	{SANDBOX_FORK | GROUP_SANITIZER, SCMP_SYS(wait4), ANY},
	{SANDBOX_FORK, SCMP_SYS(waitid), ANY},
	{SANDBOX_FORK, SCMP_SYS(kill), ANY},
	{SANDBOX_FORK, SCMP_SYS(pidfd_open), ANY},
	{SANDBOX_FORK, SCMP_SYS(pidfd_send_signal), ANY},
	{SANDBOX_FORK, SCMP_SYS(set_robust_list), ANY},
	{SANDBOX_FORK, SCMP_SYS(rseq), ANY},
	{SANDBOX_FORK | GROUP_SANITIZER, SCMP_SYS(prctl), ANY},
	{SANDBOX_FORK, SCMP_SYS(prlimit64), ANY},
	{SANDBOX_FORK, SCMP_SYS(setrlimit), ANY},
	{SANDBOX_FORK | GROUP_SANITIZER, SCMP_SYS(getppid), ANY},
	/* a child confines itself further */
	{SANDBOX_FORK, SCMP_SYS(seccomp), ANY},
	{SANDBOX_FORK, SCMP_SYS(landlock_create_ruleset), ANY},
	{SANDBOX_FORK, SCMP_SYS(landlock_add_rule), ANY},
	{SANDBOX_FORK, SCMP_SYS(landlock_restrict_self), ANY},

	{GROUP_SANITIZER, SCMP_SYS(mmap), ANY},
	{GROUP_SANITIZER, SCMP_SYS(mprotect), ANY},
	{GROUP_SANITIZER, SCMP_SYS(open), ANY},
	{GROUP_SANITIZER, SCMP_SYS(openat), ANY},
	{GROUP_SANITIZER, SCMP_SYS(readlink), ANY},
	{GROUP_SANITIZER, SCMP_SYS(readlinkat), ANY},
	{GROUP_SANITIZER, SCMP_SYS(ioctl), ANY},
	{GROUP_SANITIZER, SCMP_SYS(prlimit64), ANY},
	{GROUP_SANITIZER, SCMP_SYS(sched_getaffinity), ANY},
	{GROUP_SANITIZER, SCMP_SYS(process_vm_readv), ANY},
	{GROUP_SANITIZER, SCMP_SYS(pipe2), ANY},

	{GROUP_COVERAGE, SCMP_SYS(openat), ANY},
	{GROUP_COVERAGE, SCMP_SYS(access), ANY},
	{GROUP_COVERAGE, SCMP_SYS(mkdir), ANY},
};

static int limit(int resource, const char *name, int64_t value, struct err *err)
{
	struct rlimit lim;

	if (getrlimit((__rlimit_resource_t)resource, &lim))
		return err_set_errno(err, errno, "cannot read the limit of %s", name);
	if (lim.rlim_max == RLIM_INFINITY || (rlim_t)value < lim.rlim_max)
		lim.rlim_max = (rlim_t)value;
	lim.rlim_cur = lim.rlim_max;
	if (setrlimit((__rlimit_resource_t)resource, &lim))
		return err_set_errno(err, errno, "cannot limit %s", name);
	return 0;
}

static int set_limits(
	const struct sandbox_spec *spec, struct sandbox_report *report, struct err *err)
{
	int64_t file_bytes = COVERED ? MAX(spec->file_bytes, COUNTERS_MAX) : spec->file_bytes;
	const struct {
		int resource;
		const char *name;
		int64_t value;
		bool wanted;
	} limits[] = {
		{RLIMIT_CORE, "core dumps", 0, true},
		{RLIMIT_CPU, "processor time", spec->cpu_seconds, spec->cpu_seconds > 0},
		{RLIMIT_FSIZE, "file sizes", file_bytes, spec->file_bytes > 0},
		{RLIMIT_NOFILE, "open files", spec->open_files, spec->open_files > 0},
		/* a sanitizer reserves terabytes of addresses for its shadow */
		{RLIMIT_AS, "memory", spec->memory_bytes, spec->memory_bytes > 0 && !SANITIZED},
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		int r = limits[i].wanted
				? limit(limits[i].resource, limits[i].name, limits[i].value, err)
				: 0;

		if (r)
			return r;
	}
	report->memory_limited = spec->memory_bytes > 0 && !SANITIZED;
	return 0;
}

/* Rights of files alone, which a rule for a single file may name. */
#define FILE_READ LANDLOCK_ACCESS_FS_READ_FILE
#define FILE_WRITE LANDLOCK_ACCESS_FS_WRITE_FILE
#define FOLDER_READ (FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR)
#define FOLDER_WRITE                                                                               \
	(FILE_WRITE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |             \
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                        \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |                       \
		LANDLOCK_ACCESS_FS_REFER)
#define HANDLED                                                                                    \
	(FOLDER_READ | FOLDER_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |  \
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

/* What not every machine has. */
static bool is_optional(const char *path)
{
	return strncmp(path, "/sys/", 5) == 0 || strncmp(path, "/run/systemd/", 13) == 0;
}

static int allow_path(int ruleset, const struct sandbox_path *path, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path->path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = {.parent_fd = fd};
	struct stat st;

	if (fd < 0 && errno == ENOENT && is_optional(path->path))
		return 0;
	if (fd < 0 || fstat(fd, &st))
		return err_set_errno(err, errno, "cannot allow %s", path->path);
	if (S_ISDIR(st.st_mode))
		rule.allowed_access = FOLDER_READ | (path->writable ? FOLDER_WRITE : 0);
	else
		rule.allowed_access = FILE_READ | (path->writable ? FILE_WRITE : 0);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		return err_set_errno(err, errno, "cannot allow %s", path->path);
	return 0;
}

static int allow_counters(int ruleset, struct err *err)
{
	const char *prefix = getenv("GCOV_PREFIX");
	const struct sandbox_path path = {prefix ? prefix : RECON_COVERAGE, true};

	return COVERED ? allow_path(ruleset, &path, err) : 0;
}

static int restrict_paths(
	const struct sandbox_spec *spec, struct sandbox_report *report, struct err *err)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = HANDLED};
	int ruleset CLEANUP(fd_close) = -1;
	int r;

	/* The first version denies every rename between folders, which storing a file needs. */
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 2)
		return 0; /* the report says so */
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return err_set_errno(err, errno, "cannot make a Landlock ruleset");
	r = allow_counters(ruleset, err);
	for (size_t i = 0; i < spec->path_count && !r; i++)
		r = allow_path(ruleset, &spec->paths[i], err);
	if (r)
		return r;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0))
		return err_set_errno(err, errno, "cannot apply Landlock");
	report->landlock = true;
	return 0;
}

static int allow(scmp_filter_ctx ctx, int call, enum condition condition)
{
	switch (condition) {
	case ANY:
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 0);
	case NOT_EXECUTABLE:
		return seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	case OF_THREAD:
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	case OF_UNIX:
		return seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, call, 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	case OF_TERMINAL:
		return seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, call, 1, SCMP_A1(SCMP_CMP_EQ, TCGETS, 0));
	}
	return -EINVAL;
}

static int fill(scmp_filter_ctx ctx, const struct sandbox_spec *spec)
{
	unsigned groups = GROUP_CORE | spec->groups | (SANITIZED ? GROUP_SANITIZER : 0) |
			  (COVERED ? GROUP_COVERAGE : 0);
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(rules) && !r; i++)
		if (rules[i].groups & groups)
			r = allow(ctx, rules[i].call, rules[i].condition);
	for (size_t i = 0; i < spec->extra_count && !r; i++)
		r = allow(ctx, spec->extra[i], ANY);
	if (!r) /* its flags cannot be looked at; glibc falls back to clone */
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

static int filter_calls(const struct sandbox_spec *spec, struct err *err)
{
	scmp_filter_ctx ctx =
		seccomp_init(spec->deny_kills ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!ctx)
		return err_set(err, E_NO_MEMORY, NULL);
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!r)
		r = fill(ctx, spec);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r ? err_set_errno(err, -r, "cannot apply seccomp") : 0;
}

int sandbox_enter(const struct sandbox_spec *spec, struct sandbox_report *ret, struct err *err)
{
	struct sandbox_report report = {.sanitizer = SANITIZED};
	int r = set_limits(spec, &report, err);

	if (r)
		return r;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_set_errno(err, errno, "cannot give up new privileges");
	if (!spec->any_path) {
		r = restrict_paths(spec, &report, err);
		if (r)
			return r;
	}
	r = filter_calls(spec, err);
	if (!r)
		*ret = report;
	return r;
}
