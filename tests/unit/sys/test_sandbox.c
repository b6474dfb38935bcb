/*
 * Confinement: each case confines a child and sees what it still can do.
 */
#include "sys/sandbox.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/proc.h"
#include "unit/unit.h"

static char dir[64];

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/test-sandbox-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/new", dir);
	unlink(path);
	return rmdir(dir);
}

/* Exit status of a confined child: what probe says, or 100 when it could not be confined; -signal.
 */
static int confined(const struct sandbox_spec *spec, int (*probe)(void))
{
	int status = 0, pidfd = -1;
	pid_t pid = 0;

	assert_int_equal(proc_fork(&pid, &pidfd, NULL), 0);
	if (pid == 0) {
		struct sandbox_report report;

		unit_exit(sandbox_enter(spec, &report, NULL) ? 100 : probe());
	}
	assert_int_equal(proc_wait(pid, pidfd, 30000, &status, NULL), 0);
	close(pidfd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Probes: 0 it went well, else the errno. */
static int probe_memory(void)
{
	void *p = malloc(1 << 20);

	if (!p)
		return errno;
	free(p);
	return getpid() > 0 ? 0 : 1;
}

static int probe_unix_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? errno : 0;
}

static int probe_inet_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : 0;
}

static int probe_fork(void)
{
	pid_t pid = (pid_t)syscall(SYS_fork);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static void *do_nothing(void *arg)
{
	return arg;
}

static int probe_thread(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, do_nothing, NULL);

	return r ? r : pthread_join(thread, NULL);
}

static int probe_message(void)
{
	return recv(0, NULL, 0, MSG_DONTWAIT) < 0 ? errno : 0;
}

static int probe_executable_memory(void)
{
	void *p = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int probe_ptrace(void)
{
	return syscall(SYS_ptrace, 0, 0, 0, 0) < 0 ? errno : 0;
}

static int probe_swapon(void)
{
	return syscall(SYS_swapon, "/nonexistent", 0) < 0 ? errno : 0;
}

static int probe_read_etc(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	return fd < 0 ? errno : 0;
}

static int probe_read_dir(void)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? errno : 0;
}

static int probe_create(void)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/new", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	return fd < 0 ? errno : 0;
}

/* Makes dir/sub/new and moves it to dir/new, as files are stored. */
static int probe_rename(void)
{
	char sub[96], from[112], to[96];
	int fd, r = 0;

	snprintf(sub, sizeof(sub), "%s/sub", dir);
	snprintf(from, sizeof(from), "%s/new", sub);
	snprintf(to, sizeof(to), "%s/new", dir);
	if (mkdir(sub, 0700))
		return errno;
	fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || rename(from, to))
		r = errno;
	close(fd);
	return rmdir(sub) ? errno : r;
}

/* What a child of a confined parent does: confines itself further. */
static int probe_confine_again(void)
{
	const struct sandbox_spec less = {.groups = SANDBOX_FILES};
	struct sandbox_report report;

	if (sandbox_enter(&less, &report, NULL))
		return 1;
	return probe_unix_socket() == EPERM ? 0 : 2;
}

static int probe_privileges(void)
{
	struct rlimit core;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 1;
	if (getrlimit(RLIMIT_CORE, &core) || core.rlim_max != 0)
		return 2;
	return 0;
}

static int probe_open_files(void)
{
	int fd = fcntl(0, F_DUPFD, 100);

	return fd < 0 ? errno : 0;
}

static int probe_much_memory(void)
{
	void *p = mmap(
		NULL, (size_t)1 << 32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

#ifdef RECON_SANITIZED
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#ifdef RECON_COVERAGE
#define COVERED 1 /* opens its counters' files */
#else
#define COVERED 0
#endif

static const struct {
	const char *label;
	struct sandbox_spec spec;
	int (*probe)(void);
	int result;
	bool also_sanitized; /* the sanitizers' own calls are not part of the case */
} cases[] = {
	{"the core is enough to compute", {.groups = 0}, probe_memory, 0, true},
	{"no sockets", {.groups = 0}, probe_unix_socket, EPERM, true},
	{"no network", {.groups = SANDBOX_UNIX}, probe_inet_socket, EPERM, true},
	{"unix sockets", {.groups = SANDBOX_UNIX}, probe_unix_socket, 0, true},
	{"network", {.groups = SANDBOX_SOCKETS}, probe_inet_socket, 0, true},
	{"no messages", {.groups = 0}, probe_message, EPERM, true},
	{"messages", {.groups = SANDBOX_MESSAGES}, probe_message, ENOTSOCK, true},
	{"no fork", {.groups = SANDBOX_THREADS}, probe_fork, EPERM, true},
	{"fork", {.groups = SANDBOX_FORK}, probe_fork, 0, true},
	{"no threads", {.groups = 0}, probe_thread, EPERM, false},
	{"threads", {.groups = SANDBOX_THREADS}, probe_thread, 0, true},
	{"no executable memory", {.groups = 0}, probe_executable_memory, EPERM, false},
	{"executable memory", {.extra = (const int[]){SYS_mmap}, .extra_count = 1},
		probe_executable_memory, 0, true},
	{"a child confines itself further", {.groups = SANDBOX_FORK | SANDBOX_UNIX},
		probe_confine_again, 0, true},
	{"never ptrace", {.groups = ~0u & 0xffff}, probe_ptrace, EPERM, true},
	{"never swapon", {.groups = ~0u & 0xffff}, probe_swapon, EPERM, true},
	{"or death", {.deny_kills = true}, probe_swapon, -SIGSYS, true},
	{"no files at all", {.groups = 0, .any_path = true}, probe_read_etc, COVERED ? 0 : EPERM,
		false},
	{"any file", {.groups = SANDBOX_FILES, .any_path = true}, probe_read_etc, 0, true},
	{"no new privileges, no core dumps", {.groups = SANDBOX_FORK}, probe_privileges, 0, true},
	{"few open files", {.open_files = 20}, probe_open_files, EINVAL, true},
	{"little memory", {.memory_bytes = 1 << 30}, probe_much_memory, ENOMEM, false},
};

static void what_is_left(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (SANITIZED && !cases[i].also_sanitized)
			continue;
		CHECK_INT(
			cases[i].label, confined(&cases[i].spec, cases[i].probe), cases[i].result);
	}
}

static bool have_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 2; /* the first cannot rename */
}

static void paths_are_fenced(void **state UNUSED)
{
	const struct sandbox_path readable = {dir, false}, writable = {dir, true};
	const struct sandbox_path file = {"/etc/passwd", false}, root = {"/", true};
	const struct {
		const char *label;
		const struct sandbox_path *path;
		int (*probe)(void);
		int result;
	} fences[] = {
		{"nothing is reachable", NULL, probe_read_etc, EACCES},
		{"a folder that may be read", &readable, probe_read_dir, 0},
		{"but not written", &readable, probe_create, EACCES},
		{"a folder that may be written", &writable, probe_create, 0},
		{"nor moved into", &readable, probe_rename, EACCES},
		{"but may be moved into", &writable, probe_rename, 0},
		{"and nothing else", &writable, probe_read_etc, EACCES},
		{"everything", &root, probe_read_etc, 0},
		{"one file", &file, probe_read_etc, 0},
		{"and not another folder", &file, probe_read_dir, EACCES},
	};

	if (!have_landlock()) {
		fprintf(stderr, "# skipped: this kernel has no Landlock\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(fences); i++) {
		struct sandbox_spec spec = {.groups = SANDBOX_FILES,
			.paths = fences[i].path,
			.path_count = fences[i].path ? 1 : 0};

		CHECK_INT(fences[i].label, confined(&spec, fences[i].probe), fences[i].result);
	}
}

static void a_missing_path_is_an_error(void **state UNUSED)
{
	const struct sandbox_path missing = {"/nonexistent", false};
	struct sandbox_spec spec = {.paths = &missing, .path_count = 1};

	if (!have_landlock()) {
		fprintf(stderr, "# skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(confined(&spec, probe_memory), 100);
}

static int report_says(void)
{
	struct sandbox_spec spec = {.groups = SANDBOX_FORK, .memory_bytes = INT64_C(1) << 40};
	struct sandbox_report report = {0};

	if (sandbox_enter(&spec, &report, NULL))
		return 1;
	if (report.sanitizer != (SANITIZED == 1) || report.memory_limited != (SANITIZED == 0))
		return 2;
	return report.landlock ? 0 : 3;
}

static void a_missing_part_of_sys_is_not(void **state UNUSED)
{
	const struct sandbox_path missing = {"/sys/nonexistent", false};
	struct sandbox_spec spec = {.paths = &missing, .path_count = 1};

	assert_int_equal(confined(&spec, probe_memory), 0);
}

static void the_report_says_what_was_done(void **state UNUSED)
{
	int expected = have_landlock() ? 0 : 3, status = 0, pidfd = -1;
	pid_t pid = 0;

	assert_int_equal(proc_fork(&pid, &pidfd, NULL), 0);
	if (pid == 0)
		unit_exit(report_says());
	assert_int_equal(proc_wait(pid, pidfd, 30000, &status, NULL), 0);
	close(pidfd);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left),
		cmocka_unit_test(paths_are_fenced),
		cmocka_unit_test(a_missing_path_is_an_error),
		cmocka_unit_test(a_missing_part_of_sys_is_not),
		cmocka_unit_test(the_report_says_what_was_done),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
