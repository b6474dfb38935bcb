/*
 * See pg.h. Nothing here is clever: initdb and postgres as child processes, psql for the bootstrap.
 */
#include "pg.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
// clang-format off
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include "store/migrate.h"

#define SKIPPED 77

static void give_up(const char *what)
{
	fprintf(stderr, "pg: %s: %s\n", what, strerror(errno));
	exit(99);
}

/* The newest installed server's folder. */
static void find_server(char *ret, size_t n)
{
	glob_t found;

	if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) != 0) {
		printf("skipped: PostgreSQL's server programs are not installed\n");
		exit(SKIPPED);
	}
	snprintf(ret, n, "%s", found.gl_pathv[found.gl_pathc - 1]);
	*strrchr(ret, '/') = 0;
	globfree(&found);
}

/* PostgreSQL refuses to run as root. */
static const struct passwd *server_user(void)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return NULL;
	user = getpwnam("postgres");
	return user ? user : getpwnam("nobody");
}

static void become_server_user(void)
{
	const struct passwd *user = server_user();

	if (user && (setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0))
		_exit(99);
}

/* Starts a program with its output in dir/log. */
static pid_t spawn(const struct pg *pg, bool as_server, const char *const argv[])
{
	char path[128];
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	if (as_server)
		become_server_user();
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (getppid() != parent)
		_exit(99);
	snprintf(path, sizeof(path), "%s/log", pg->dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (fd >= 0 && dup2(fd, 1) >= 0 && dup2(fd, 2) >= 0)
		execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(99);
}

static void show_log(const struct pg *pg)
{
	char line[512];
	FILE *f;

	snprintf(line, sizeof(line), "%s/log", pg->dir);
	f = fopen(line, "r");
	while (f && fgets(line, sizeof(line), f))
		fputs(line, stderr);
	if (f)
		fclose(f);
}

static void run(const struct pg *pg, bool as_server, const char *const argv[])
{
	int status = 0;
	pid_t pid = spawn(pg, as_server, argv);

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		give_up(argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		show_log(pg);
		fprintf(stderr, "pg: %s failed\n", argv[0]);
		exit(99);
	}
}

static void start_server(struct pg *pg)
{
	char bin[256], program[280], data[96], sockets[128];
	const char *const argv[] = {program, "-D", data, "-c", "listen_addresses=", "-c", sockets,
		"-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "log_min_messages=warning",
		"-c", "max_connections=40", NULL};

	find_server(bin, sizeof(bin));
	snprintf(program, sizeof(program), "%s/postgres", bin);
	snprintf(data, sizeof(data), "%s/data", pg->dir);
	snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s", pg->dir);
	pg->pid = spawn(pg, true, argv);
	if (pg->pid < 0)
		give_up("fork");
}

static PGconn *connect_as(const struct pg *pg, const char *dbname)
{
	char text[160];

	snprintf(text, sizeof(text), "host=%s user=postgres dbname=%s", pg->dir, dbname);
	return PQconnectdb(text);
}

static void wait_ready(const struct pg *pg)
{
	for (int i = 0; i < 600; i++) {
		PGconn *conn = connect_as(pg, "postgres");
		bool ok = PQstatus(conn) == CONNECTION_OK;

		PQfinish(conn);
		if (ok)
			return;
		if (waitpid(pg->pid, NULL, WNOHANG) != 0)
			break;
		usleep(20000);
	}
	show_log(pg);
	give_up("the server does not start");
}

static struct pg *running;

static void stop_running(void)
{
	if (running)
		pg_stop(running);
}

static void make_folder(struct pg *pg)
{
	const struct passwd *user = server_user();
	const char *tmp = getenv("TMPDIR");

	if (!tmp || strlen(tmp) > 30)
		tmp = "/tmp";
	snprintf(pg->dir, sizeof(pg->dir), "%s/recon-pg-XXXXXX", tmp);
	if (!mkdtemp(pg->dir))
		give_up(pg->dir);
	if (chmod(pg->dir, 0755) < 0 || (user && chown(pg->dir, user->pw_uid, user->pw_gid) < 0))
		give_up(pg->dir);
}

const char *pg_migrations(void)
{
	return TOP_SRCDIR "/migrations";
}

void pg_start(struct pg *pg)
{
	char bin[256], initdb[280], data[96], bootstrap[600];
	const char *const init[] = {initdb, "-D", data, "-A", "trust", "-U", "postgres",
		"--no-sync", "--no-instructions", "--locale=C", "-E", "UTF8", NULL};
	const char *const psql[] = {"/usr/bin/psql", "-X", "-q", "-h", pg->dir, "-U", "postgres",
		"-d", "postgres", "-f", bootstrap, NULL};

	memset(pg, 0, sizeof(*pg));
	find_server(bin, sizeof(bin));
	make_folder(pg);
	snprintf(initdb, sizeof(initdb), "%s/initdb", bin);
	snprintf(data, sizeof(data), "%s/data", pg->dir);
	snprintf(bootstrap, sizeof(bootstrap), "%s/bootstrap.sql", pg_migrations());
	snprintf(pg->conninfo, sizeof(pg->conninfo), "host=%s dbname=recon", pg->dir);
	run(pg, true, init);
	start_server(pg);
	running = pg;
	atexit(stop_running);
	wait_ready(pg);
	run(pg, false, psql);
	pg->admin = connect_as(pg, "recon");
	if (PQstatus(pg->admin) != CONNECTION_OK)
		give_up(PQerrorMessage(pg->admin));
}

void pg_up(struct pg *pg)
{
	struct err err = {0};
	struct db *db;

	pg_start(pg);
	db = pg_db(pg, "recon_operator");
	if (migrate_up(db, pg_migrations(), 0, NULL, NULL, &err) < 0) {
		fprintf(stderr, "pg: %s\n", err.detail);
		exit(99);
	}
	db_close(db);
}

static void end_server(struct pg *pg, int sig)
{
	PQfinish(pg->admin);
	pg->admin = NULL;
	if (pg->pid > 0) {
		kill(pg->pid, sig);
		waitpid(pg->pid, NULL, 0);
	}
	pg->pid = 0;
}

void pg_stop(struct pg *pg)
{
	const char *const argv[] = {"/bin/rm", "-rf", pg->dir, NULL};
	pid_t pid;

	if (running != pg)
		return;
	running = NULL;
	end_server(pg, SIGQUIT);
	pid = fork();
	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
}

void pg_crash(struct pg *pg)
{
	end_server(pg, SIGQUIT);
	start_server(pg);
	wait_ready(pg);
	pg->admin = connect_as(pg, "recon");
}

struct db *pg_db(const struct pg *pg, const char *role)
{
	struct db_options options = {.conninfo = pg->conninfo, .role = role, .program = "test"};
	struct db *db = NULL;
	struct err err = {0};

	if (db_open(&options, &db, &err) < 0) {
		fprintf(stderr, "pg: %s: %s\n", role, err.detail);
		exit(99);
	}
	return db;
}

static PGresult *query(struct pg *pg, const char *sql)
{
	PGresult *result = PQexec(pg->admin, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQresultErrorMessage(result));
	return result;
}

void pg_exec(struct pg *pg, const char *sql)
{
	PQclear(query(pg, sql));
}

char *pg_text(struct pg *pg, const char *sql)
{
	PGresult *result = query(pg, sql);
	char *text = strdup(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");

	PQclear(result);
	assert_non_null(text);
	return text;
}

int64_t pg_int(struct pg *pg, const char *sql)
{
	char *text = pg_text(pg, sql);
	int64_t v = strtoll(text, NULL, 10);

	free(text);
	return v;
}
