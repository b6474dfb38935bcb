#ifndef TESTS_DB_PG_H
#define TESTS_DB_PG_H
/*
 * A private PostgreSQL for one test program: a new cluster in a temporary folder, on a Unix socket
 * only, run by an unprivileged user, with our roles and (pg_up) our schema. It ends with the
 * program, however that ends.
 *
 * Without PostgreSQL's server programs the test says so and leaves with 77 (skipped).
 */
#include <libpq-fe.h>
#include <sys/types.h>
#include "store/db.h"

struct pg {
	char dir[64];
	char conninfo[128]; /* of the database recon, without a user */
	pid_t pid;
	PGconn *admin; /* superuser, in the database recon */
};

/* The cluster, its roles and the empty database. Ends the program when that fails. */
void pg_start(struct pg *pg);
/* As pg_start, with all migrations. */
void pg_up(struct pg *pg);
void pg_stop(struct pg *pg);
/* Ends the server at once, as a crash would, and starts it again. */
void pg_crash(struct pg *pg);

/* The folder of the migrations in the source tree. */
const char *pg_migrations(void);

/* A connection as a role; fails the test when it cannot be made. */
struct db *pg_db(const struct pg *pg, const char *role);

/* As the superuser; a failing statement fails the test. */
void pg_exec(struct pg *pg, const char *sql);
int64_t pg_int(struct pg *pg, const char *sql);
/* The first value as text, "" without a row; the caller frees. */
char *pg_text(struct pg *pg, const char *sql);

#endif
