/*
 * The process: service manager, sockets, privileges, children.
 */
#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/sv.h"

#define BACKLOG 4096

void proc_init(void)
{
	signal(SIGPIPE, SIG_IGN);
}

void proc_notify_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void proc_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void proc_notify_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t proc_watchdog_ms(void)
{
	uint64_t us;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)MAX(us / 2000, UINT64_C(1)) : 0;
}

static int address_of(const char *path, struct sockaddr_un *ret, struct err *err)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(ret->sun_path))
		return err_set(err, E_CONFIG, "the socket path %s is longer than %zu bytes", path,
			sizeof(ret->sun_path) - 1);
	memcpy(ret->sun_path, path, strlen(path));
	return 0;
}

/* The listening socket passed as fd 3; *ret_fd -1 when none was. */
static int passed_socket(int type, int *ret_fd, struct err *err)
{
	int n = sd_listen_fds(0);

	*ret_fd = -1;
	if (n <= 0)
		return 0;
	if (n > 1)
		return err_set(err, E_CONFIG, "%d sockets were passed instead of one", n);
	if (sd_is_socket_unix(SD_LISTEN_FDS_START, type, 1, NULL, 0) <= 0)
		return err_set(
			err, E_CONFIG, "the passed socket is not a listening one of that type");
	*ret_fd = SD_LISTEN_FDS_START;
	return 0;
}

/* Removes a socket that nobody listens on any more. */
static int clear_path(const char *path, int type, struct err *err)
{
	int fd CLEANUP(fd_close) = -1;
	struct stat st;
	int r;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : err_set_errno(err, errno, "cannot examine %s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, E_EXISTS, "%s exists and is no socket", path);
	r = proc_connect(path, type, &fd, NULL);
	if (r != E_UNAVAILABLE)
		return err_set(err, E_EXISTS, "somebody listens on %s already", path);
	if (unlink(path) && errno != ENOENT)
		return err_set_errno(err, errno, "cannot remove %s", path);
	return 0;
}

static int bind_socket(const char *path, int type, mode_t mode, int *ret_fd, struct err *err)
{
	int fd CLEANUP(fd_close) = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int r = address_of(path, &address, err);

	if (r)
		return r;
	r = clear_path(path, type, err);
	if (r)
		return r;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || chmod(path, mode) ||
		listen(fd, BACKLOG))
		return err_set_errno(err, errno, "cannot listen on %s", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int set_flags(int fd, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
		return err_set_errno(err, errno, "cannot set up the listening socket");
	return 0;
}

int proc_listen(const char *path, int type, mode_t mode, int *ret_fd, struct err *err)
{
	int fd;
	int r = passed_socket(type, &fd, err);

	if (!r && fd < 0)
		r = bind_socket(path, type, mode, &fd, err);
	if (!r)
		r = set_flags(fd, err);
	if (!r)
		*ret_fd = fd;
	return r;
}

int proc_connect(const char *path, int type, int *ret_fd, struct err *err)
{
	int fd CLEANUP(fd_close) = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int r = address_of(path, &address, err);

	if (r)
		return r;
	if (fd < 0)
		return err_set_errno(err, errno, "cannot make a socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN)
			return err_set(err, E_UNAVAILABLE, "nobody answers on %s", path);
		return err_set_errno(err, errno, "cannot connect to %s", path);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int proc_set_timeouts(int fd, int64_t recv_ms, int64_t send_ms, struct err *err)
{
	struct timeval in = {.tv_sec = recv_ms / 1000, .tv_usec = recv_ms % 1000 * 1000};
	struct timeval out = {.tv_sec = send_ms / 1000, .tv_usec = send_ms % 1000 * 1000};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &in, sizeof(in)) ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &out, sizeof(out)))
		return err_set_errno(err, errno, "cannot set a socket's timeouts");
	return 0;
}

int proc_drop_privileges(const char *user, struct err *err)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		return err_set(err, E_CONFIG, "there is no user %s", user);
	if (pw->pw_uid == geteuid() && pw->pw_uid == getuid())
		return 0;
	if (initgroups(user, pw->pw_gid) || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
		setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid))
		return err_set_errno(err, errno, "cannot become the user %s", user);
	if (pw->pw_uid != 0 && setuid(0) == 0)
		return err_set(err, E_INTERNAL, "privileges could be taken back");
	return 0;
}

int proc_fork(pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	int pidfd;

	if (pid < 0)
		return err_set_errno(err, errno, "cannot start a process");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(EXIT_FAILURE); /* it died before the line above */
		*ret_pid = 0;
		*ret_pidfd = -1;
		return 0;
	}
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		int saved = errno;

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return err_set_errno(err, saved, "cannot watch a process");
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}

int proc_wait(pid_t pid, int pidfd, int timeout_ms, int *ret_status, struct err *err)
{
	struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
	int n, status;

	do {
		n = poll(&poll_fd, 1, timeout_ms);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set_errno(err, errno, "cannot wait for a process");
	if (n == 0)
		return err_set(err, E_TIMEOUT, "the process still runs");
	if (waitpid(pid, &status, 0) != pid)
		return err_set_errno(err, errno, "cannot wait for a process");
	*ret_status = status;
	return 0;
}

void proc_kill(int pidfd, int signo)
{
	syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0);
}

#ifdef RECON_COVERAGE
void __gcov_dump(void); /* libgcov's */
#else
#define __gcov_dump() (void)0
#endif

void proc_exit(int code)
{
	__gcov_dump();
	_exit(code);
}

void proc_keep_fds(const int *keep, size_t n)
{
	unsigned from = 3;

	for (;;) {
		unsigned next = ~0u; /* the lowest one to keep at or above from */

		for (size_t i = 0; i < n; i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= from)
				next = MIN(next, (unsigned)keep[i]);
		if (next > from)
			close_range(from, next == ~0u ? next : next - 1, 0);
		if (next == ~0u)
			return;
		from = next + 1;
	}
}

int proc_cpu_count(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return MAX(CPU_COUNT(&set), 1);
}

int64_t proc_rss_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	char line[128];
	int64_t pages = 0;

	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f)) {
		struct sv rest = sv_from_cstr(line);

		sv_cut(&rest, ' ');
		if (!sv_to_i64(sv_cut(&rest, ' '), 0, INT64_MAX, &pages))
			pages = 0;
	}
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}
