/*
 * supervise: what systemd is on a server, for a private instance of ./dev. It reads a table of
 * programs, opens their listening sockets and keeps them running.
 *
 *   supervise TABLE RUN-DIR LOG-DIR
 *
 * A row is NAME, LEVEL, SOCKET, SIGNAL and the command, separated by tabs. SOCKET is "-" or
 * "stream:PATH" or "seqpacket:PATH"; it is opened once, passed as descriptor 3 (the LISTEN_FDS
 * protocol) and stays open while its program is away, so that clients wait instead of failing.
 * SIGNAL is the number that asks the program to end. A program that ends is started again after
 * 0.1 s, 0.2 s ... 5 s; the delay is forgotten once it has run for ten seconds.
 *
 * SIGHUP reads the table again: new rows start, vanished or changed rows stop. A file
 * RUN-DIR/NAME.stopped keeps a program stopped. SIGTERM ends everything, the highest level first.
 *
 * Nothing outlives the supervisor: children ask the kernel for their end signal when it dies, and
 * what a crashed program leaves behind in its process group is killed. RUN-DIR/supervise.lock is
 * locked while it runs, which no stale pid file can pretend.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROWS_MAX 32
#define ARGS_MAX 64
#define LINE_MAX_BYTES 8192
#define BACKLOG 4096
#define DELAY_FIRST_MS 100
#define DELAY_MAX_MS 5000
#define SETTLED_MS 10000
#define STOP_MS 10000

struct row {
	char line[LINE_MAX_BYTES]; /* as read; compared on reload */
	char text[LINE_MAX_BYTES]; /* the same, cut into the fields below */
	char *name;
	int level;
	char *socket;
	int signal;
	char *argv[ARGS_MAX + 1];
	int fd;         /* listening socket, -1 without */
	pid_t pid;      /* 0 when it does not run */
	long started;   /* ms */
	long due;       /* ms, when to start it; 0 now */
	long delay;     /* ms, before the next start */
	long kill_at;   /* ms, when patience ends; 0 when it was not asked to end */
	bool keep;      /* named by the table that is being read */
	bool leaving;   /* to be dropped once it has ended */
};

static struct row rows[ROWS_MAX];
static int n_rows;
static const char *table_path;
static const char *run_dir;
static const char *log_dir;

static long now_ms(void) {
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000L;
}

__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...) {
	char when[32];
	time_t t = time(NULL);
	struct tm tm;
	va_list ap;

	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%FT%TZ", &tm);
	fprintf(stderr, "%s supervise: ", when);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

__attribute__((noreturn)) static void die(const char *what) {
	note("%s: %s", what, strerror(errno));
	exit(1);
}

static void path_of(char *ret, size_t size, const char *dir, const char *name, const char *suffix) {
	if (snprintf(ret, size, "%s/%s%s", dir, name, suffix) >= (int)size) {
		errno = ENAMETOOLONG;
		die(name);
	}
}

static bool is_stopped(const struct row *row) {
	char path[PATH_MAX];

	path_of(path, sizeof(path), run_dir, row->name, ".stopped");
	return access(path, F_OK) == 0;
}

static void pid_file_write(const struct row *row) {
	char path[PATH_MAX];
	FILE *f;

	path_of(path, sizeof(path), run_dir, row->name, ".pid");
	if (row->pid == 0) {
		unlink(path);
		return;
	}
	f = fopen(path, "we");
	if (!f)
		return;
	fprintf(f, "%d\n", (int)row->pid);
	fclose(f);
}

/* ---- the table ---- */

static bool row_parse(struct row *row, const char *line) {
	char *save = NULL;
	char *level, *signal;
	int n = 0;

	snprintf(row->line, sizeof(row->line), "%s", line);
	snprintf(row->text, sizeof(row->text), "%s", line);
	row->name = strtok_r(row->text, "\t", &save);
	level = strtok_r(NULL, "\t", &save);
	row->socket = strtok_r(NULL, "\t", &save);
	signal = strtok_r(NULL, "\t", &save);
	while (n < ARGS_MAX && (row->argv[n] = strtok_r(NULL, "\t", &save)))
		n++;
	row->argv[n] = NULL;
	if (n == 0 || !signal)
		return false;
	row->level = (int)strtol(level, NULL, 10);
	row->signal = (int)strtol(signal, NULL, 10);
	row->fd = -1;
	row->delay = DELAY_FIRST_MS;
	return row->level >= 0 && row->level <= 9 && row->signal > 0 && row->signal < 32;
}

static int socket_open(const char *spec) {
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const char *path = strchr(spec, ':');
	int type = strncmp(spec, "seqpacket:", 10) == 0 ? SOCK_SEQPACKET : SOCK_STREAM;
	int fd;

	if (!path || strlen(path + 1) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		die(spec);
	}
	memcpy(addr.sun_path, path + 1, strlen(path + 1) + 1);
	unlink(addr.sun_path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, BACKLOG) < 0)
		die(spec);
	return fd;
}

static struct row *row_find(const char *line) {
	for (int i = 0; i < n_rows; i++) {
		if (!rows[i].leaving && strcmp(rows[i].line, line) == 0)
			return &rows[i];
	}
	return NULL;
}

static void table_read(void) {
	char line[LINE_MAX_BYTES];
	struct row *row;
	FILE *f = fopen(table_path, "re");

	if (!f) {
		note("%s: %s; the programs stay as they are", table_path, strerror(errno));
		return;
	}
	for (int i = 0; i < n_rows; i++)
		rows[i].keep = false;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		row = row_find(line);
		if (!row && n_rows < ROWS_MAX) {
			row = &rows[n_rows];
			memset(row, 0, sizeof(*row));
			if (!row_parse(row, line)) {
				note("bad row: %s", line);
				continue;
			}
			n_rows++;
		}
		if (row)
			row->keep = true;
	}
	fclose(f);
	for (int i = 0; i < n_rows; i++) {
		if (!rows[i].keep)
			rows[i].leaving = true;
	}
}

/* ---- programs ---- */

__attribute__((noreturn)) static void child_run(const struct row *row, pid_t parent) {
	char path[PATH_MAX], pid[16];
	sigset_t none;
	int log;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, row->signal);
	if (getppid() != parent)
		_exit(0);
	path_of(path, sizeof(path), log_dir, row->name, ".log");
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log >= 0) {
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
	}
	if (row->fd >= 0) {
		/* dup2 onto itself would keep close-on-exec. */
		if (row->fd == 3)
			fcntl(3, F_SETFD, 0);
		else
			dup2(row->fd, 3);
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(row->argv[0], row->argv);
	note("%s: %s", row->argv[0], strerror(errno));
	_exit(127);
}

static void row_start(struct row *row) {
	pid_t parent = getpid();
	pid_t pid;

	if (row->fd < 0 && strcmp(row->socket, "-") != 0)
		row->fd = socket_open(row->socket);
	pid = fork();
	if (pid < 0) {
		row->due = now_ms() + row->delay;
		return;
	}
	if (pid == 0)
		child_run(row, parent);
	setpgid(pid, pid);
	row->pid = pid;
	row->started = now_ms();
	row->kill_at = 0;
	pid_file_write(row);
}

static void row_stop(struct row *row) {
	if (row->pid == 0 || row->kill_at != 0)
		return;
	row->kill_at = now_ms() + STOP_MS;
	kill(row->pid, row->signal);
}

static void row_drop(int i) {
	struct row *row = &rows[i];

	if (row->fd >= 0) {
		close(row->fd);
		row->fd = -1;
	}
	n_rows--;
	if (i != n_rows) {
		*row = rows[n_rows];
		/* The fields point into the row's own text. */
		for (char **p = row->argv; *p; p++)
			*p = row->text + (*p - rows[n_rows].text);
		row->name = row->text + (row->name - rows[n_rows].text);
		row->socket = row->text + (row->socket - rows[n_rows].text);
	}
}

static void row_ended(struct row *row, int status) {
	long now = now_ms();

	kill(-row->pid, SIGKILL);
	if (row->kill_at == 0) {
		if (now - row->started >= SETTLED_MS)
			row->delay = DELAY_FIRST_MS;
		row->due = now + row->delay;
		note("%s ended (%s %d); again in %ld ms", row->name,
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), row->delay);
		row->delay = row->delay * 2 > DELAY_MAX_MS ? DELAY_MAX_MS : row->delay * 2;
	} else {
		row->due = 0;
		row->delay = DELAY_FIRST_MS;
	}
	row->pid = 0;
	row->kill_at = 0;
	pid_file_write(row);
}

static void reap(void) {
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < n_rows; i++) {
			if (rows[i].pid == pid)
				row_ended(&rows[i], status);
		}
	}
}

/* A changed row waits for its predecessor of the same name, which may hold a port or a lock. */
static bool has_predecessor(const struct row *row) {
	for (int i = 0; i < n_rows; i++) {
		if (&rows[i] != row && rows[i].leaving && strcmp(rows[i].name, row->name) == 0)
			return true;
	}
	return false;
}

/* Moves every program towards its wanted state. Returns ms until it wants to be called again. */
static long converge(bool ending) {
	long now = now_ms();
	long wait = 1000;
	int highest = -1;

	for (int i = 0; i < n_rows; i++) {
		if (rows[i].pid != 0 && rows[i].level > highest)
			highest = rows[i].level;
	}
	for (int i = n_rows - 1; i >= 0; i--) {
		struct row *row = &rows[i];
		bool wanted = !ending && !row->leaving && !is_stopped(row);

		if (row->pid != 0 && !wanted && (!ending || row->level == highest))
			row_stop(row);
		if (row->pid != 0 && row->kill_at != 0 && now >= row->kill_at)
			kill(-row->pid, SIGKILL);
		if (row->pid == 0 && row->leaving)
			row_drop(i);
		else if (row->pid == 0 && wanted && has_predecessor(row))
			wait = wait > 10 ? 10 : wait;
		else if (row->pid == 0 && wanted && now >= row->due)
			row_start(row);
		else if (row->pid == 0 && wanted && row->due - now < wait)
			wait = row->due - now;
	}
	return wait;
}

static bool any_runs(void) {
	for (int i = 0; i < n_rows; i++) {
		if (rows[i].pid != 0)
			return true;
	}
	return false;
}

static int lock_take(void) {
	char path[PATH_MAX];
	int fd;

	path_of(path, sizeof(path), run_dir, "supervise", ".lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		die(path);
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		die(path);
	return fd;
}

int main(int argc, char **argv) {
	sigset_t set;
	bool ending = false;
	int lock;

	if (argc != 4) {
		fputs("usage: supervise TABLE RUN-DIR LOG-DIR\n", stderr);
		return 2;
	}
	table_path = argv[1];
	run_dir = argv[2];
	log_dir = argv[3];
	umask(0077);
	lock = lock_take();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);

	table_read();
	while (!ending || any_runs()) {
		long wait = converge(ending);
		struct timespec ts = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000L};
		int sig = sigtimedwait(&set, NULL, &ts);

		if (sig == SIGHUP)
			table_read();
		else if (sig == SIGTERM || sig == SIGINT)
			ending = true;
		reap();
	}
	close(lock);
	return 0;
}
