/*
 * Sockets, service manager, children.
 */
#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/unit.h"

static char dir[64], path[96];

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/test-proc-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/s.sock", dir);
	return 0;
}

static int tear_down(void **state UNUSED)
{
	unlink(path);
	return rmdir(dir);
}

static void listening_and_connecting(void **state UNUSED)
{
	int server = -1, client = -1, accepted;
	struct err err = {0};
	struct stat st;
	char c;

	assert_int_equal(proc_listen(path, SOCK_STREAM, 0660, &server, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_true(fcntl(server, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(server, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(proc_connect(path, SOCK_STREAM, &client, &err), 0);
	accepted = accept(server, NULL, NULL);
	assert_true(accepted >= 0);
	assert_int_equal(write(client, "x", 1), 1);
	assert_int_equal(read(accepted, &c, 1), 1);
	close(accepted);
	close(client);
	close(server);
}

static void a_dead_socket_is_replaced_a_live_one_not(void **state UNUSED)
{
	int first = -1, second = -1, client = -1;
	struct err err = {0};

	assert_int_equal(proc_listen(path, SOCK_SEQPACKET, 0600, &first, &err), 0);
	assert_int_equal(proc_listen(path, SOCK_SEQPACKET, 0600, &second, &err), E_EXISTS);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(proc_connect(path, SOCK_SEQPACKET, &client, &err), E_UNAVAILABLE);
	assert_int_equal(proc_listen(path, SOCK_SEQPACKET, 0600, &second, &err), 0);
	close(second);
}

static void a_file_in_the_way_stays(void **state UNUSED)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), server = -1;
	struct err err = {0};

	close(fd);
	assert_int_equal(proc_listen(path, SOCK_STREAM, 0600, &server, &err), E_EXISTS);
	assert_int_equal(access(path, F_OK), 0);
}

static void bad_paths(void **state UNUSED)
{
	char longest[200];
	struct err err = {0};
	int fd = -1;

	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(proc_listen(longest, SOCK_STREAM, 0600, &fd, &err), E_CONFIG);
	assert_int_equal(proc_connect(longest, SOCK_STREAM, &fd, &err), E_CONFIG);
	assert_int_equal(proc_connect("/nonexistent/s", SOCK_STREAM, &fd, &err), E_UNAVAILABLE);
	assert_int_equal(proc_listen("/nonexistent/s", SOCK_STREAM, 0600, &fd, &err), E_NOT_FOUND);
	assert_int_equal(fd, -1);
}

/* In a child with a socket as fd 3, as the service manager passes it. 0 when all was well. */
static int use_passed_socket(int type, const char *count)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), got = -1;
	char pid[16];

	memcpy(address.sun_path, path, strlen(path));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1) ||
		dup2(fd, 3) != 3)
		return 10;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
	if (proc_listen("/never/used", type, 0600, &got, NULL))
		return 1;
	return got == 3 ? 0 : 2;
}

static int in_child(int (*fn)(int, const char *), int number, const char *text)
{
	int status = 0, pidfd = -1;
	pid_t pid = 0;

	assert_int_equal(proc_fork(&pid, &pidfd, NULL), 0);
	if (pid == 0)
		unit_exit(fn(number, text));
	assert_int_equal(proc_wait(pid, pidfd, 10000, &status, NULL), 0);
	close(pidfd);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_passed_socket_goes_first(void **state UNUSED)
{
	assert_int_equal(in_child(use_passed_socket, SOCK_STREAM, "1"), 0);
}

static void a_passed_socket_of_another_type_is_refused(void **state UNUSED)
{
	assert_int_equal(in_child(use_passed_socket, SOCK_SEQPACKET, "1"), 1);
}

static void two_passed_sockets_are_refused(void **state UNUSED)
{
	assert_int_equal(in_child(use_passed_socket, SOCK_STREAM, "2"), 1);
}

static void children_are_waited_for(void **state UNUSED)
{
	int status = 0, pidfd = -1;
	struct err err = {0};
	pid_t pid = 0;

	assert_int_equal(proc_fork(&pid, &pidfd, &err), 0);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(proc_wait(pid, pidfd, 20, &status, &err), E_TIMEOUT);
	proc_kill(pidfd, SIGTERM);
	assert_int_equal(proc_wait(pid, pidfd, 10000, &status, &err), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_true(proc_wait(pid, pidfd, 10, &status, &err) < 0); /* reaped already */
	close(pidfd);
}

/* A child that leaves a child of its own, which holds the pipe open as long as it lives. */
static int leave_a_child(int fd, const char *text UNUSED)
{
	int pidfd;
	pid_t pid;

	if (proc_fork(&pid, &pidfd, NULL))
		return 1;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	return write(fd, &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : 2;
}

static void a_child_dies_with_its_parent(void **state UNUSED)
{
	int pipes[2];
	pid_t pid = 0;
	char c;

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(in_child(leave_a_child, pipes[1], ""), 0);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &pid, sizeof(pid)), sizeof(pid));
	alarm(10);
	assert_int_equal(read(pipes[0], &c, 1), 0);
	alarm(0);
	close(pipes[0]);
}

static void messages_for_the_service_manager(void **state UNUSED)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[256];
	ssize_t n;

	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", path, 1);
	proc_notify_ready("serving");
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "READY=1\nSTATUS=serving");
	proc_notify_watchdog();
	assert_int_equal(read(fd, text, sizeof(text)), 10);
	assert_memory_equal(text, "WATCHDOG=1", 10);
	proc_notify_stopping();
	assert_int_equal(read(fd, text, sizeof(text)), 10);
	assert_memory_equal(text, "STOPPING=1", 10);
	unsetenv("NOTIFY_SOCKET");
	proc_notify_ready("nobody hears");
	close(fd);
}

static void the_watchdog_is_met_at_half_time(void **state UNUSED)
{
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(proc_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(proc_watchdog_ms(), 15000);
	setenv("WATCHDOG_USEC", "100", 1);
	assert_int_equal(proc_watchdog_ms(), 1);
	unsetenv("WATCHDOG_USEC");
}

/* In a child, since it is for good. */
static int become(int ignored UNUSED, const char *user)
{
	const struct passwd *pw = getpwnam(user);
	struct err err = {0};

	if (proc_drop_privileges(user, &err))
		return 1;
	return pw && geteuid() == pw->pw_uid && getuid() == pw->pw_uid && getegid() == pw->pw_gid
		       ? 0
		       : 2;
}

static void privileges_are_dropped(void **state UNUSED)
{
	const struct passwd *me = getpwuid(geteuid());
	char name[64];

	assert_int_equal(in_child(become, 0, "no-such-user-here"), 1);
	if (me) {
		snprintf(name, sizeof(name), "%s", me->pw_name);
		assert_int_equal(in_child(become, 0, name), 0);
	}
	if (getpwnam("nobody"))
		assert_int_equal(in_child(become, 0, "nobody"), geteuid() == 0 ? 0 : 1);
}

static void facts_about_the_process(void **state UNUSED)
{
	assert_true(proc_cpu_count() >= 1);
	assert_true(proc_rss_bytes() > 100000);
}

static void a_broken_pipe_is_an_error_not_a_signal(void **state UNUSED)
{
	int pipes[2];

	proc_init();
	assert_int_equal(pipe(pipes), 0);
	close(pipes[0]);
	assert_int_equal(write(pipes[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(pipes[1]);
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(listening_and_connecting),
		WITH_DIR(a_dead_socket_is_replaced_a_live_one_not),
		WITH_DIR(a_file_in_the_way_stays),
		cmocka_unit_test(bad_paths),
		WITH_DIR(a_passed_socket_goes_first),
		WITH_DIR(a_passed_socket_of_another_type_is_refused),
		WITH_DIR(two_passed_sockets_are_refused),
		cmocka_unit_test(children_are_waited_for),
		cmocka_unit_test(a_child_dies_with_its_parent),
		WITH_DIR(messages_for_the_service_manager),
		cmocka_unit_test(the_watchdog_is_met_at_half_time),
		cmocka_unit_test(privileges_are_dropped),
		cmocka_unit_test(facts_about_the_process),
		cmocka_unit_test(a_broken_pipe_is_an_error_not_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
