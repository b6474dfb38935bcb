/*
 * The connection: named statements through libpq's pipeline mode.
 *
 * One call is one pipeline and one round trip: [Parse of what is not prepared yet] [BEGIN]
 * [set_config of the scope] statement Sync. Outside of a transaction that pipeline is an implicit
 * one, so a scope set with is_local ends with it. Reading is bounded by our own clock too: a
 * stopped server must not stop us.
 */
#include "store/db_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/buf.h"

#define STATEMENT_MS 10000
#define LOCK_MS 3000
#define IDLE_MS 15000
#define GRACE_MS 5000
#define DB_ROWS_MAX 100000

static const struct {
	const char *name;
	const char *types;
	const char *text;
} statements[SQL_COUNT] = {
#define SQL_STATEMENT(id, name, types, text) [SQL_##id] = {name, types, text},
#include "store/sql_gen.def"
#undef SQL_STATEMENT
};

/* What a transaction of ours is at. */
enum tx {
	TX_NONE,
	TX_WANTED, /* db_begin() was called, BEGIN not sent yet */
	TX_OPEN,
	TX_FAILED, /* a statement failed, or the connection was lost */
};

/* A statement's declaration, parsed at first use, and whether this connection has prepared it. */
struct statement {
	bool parsed, prepared;
	size_t ntypes;
	enum db_type types[DB_PARAMS_MAX];
	Oid oids[DB_PARAMS_MAX];
};

struct db {
	PGconn *conn; /* NULL until first connected */
	bool ending;  /* the server said that it ends this connection */
	char *conninfo, *role, *program;
	char settings[256];
	int statement_ms;
	enum tx tx;
	struct buf user, projects; /* the scope, as set_config takes it */
	bool scoped;
	struct db_encoded encoded;
	struct db_encoded scope_encoded;
	struct statement statements[SQL_COUNT];
	db_watch_fn watch;
	void *watch_arg;
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- connecting ------------------------------------------------------------------------------- */

/* Notices are not for us, but for the one that says goodbye: 57P01 to 57P03, as a notice while no
 * statement runs. */
static void on_notice(void *arg, const PGresult *result)
{
	struct db *db = arg;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state && strncmp(state, "57P", 3) == 0)
		db->ending = true;
}

static void forget_prepared(struct db *db)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		db->statements[i].prepared = false;
}

static int connect_new(struct db *db, struct err *err)
{
	const char *keys[] = {"dbname", "user", "application_name", "options", "connect_timeout",
		"client_encoding", "tcp_user_timeout", NULL};
	const char *values[] = {
		db->conninfo, db->role, db->program, db->settings, "5", "UTF8", "10000", NULL};

	forget_prepared(db);
	PQfinish(db->conn);
	db->ending = false;
	db->conn = PQconnectdbParams(keys, values, 1);
	if (!db->conn)
		return err_set(err, E_NO_MEMORY, NULL);
	if (PQstatus(db->conn) != CONNECTION_OK)
		return db_error(db->conn, NULL, err);
	PQsetNoticeReceiver(db->conn, on_notice, db);
	if (!PQenterPipelineMode(db->conn))
		return db_error(db->conn, NULL, err);
	return 0;
}

/* A server that went away while we were idle has closed the socket, or has at least said goodbye:
 * read what is there before sending. */
static bool is_alive(struct db *db)
{
	struct pollfd p = {.events = POLLIN};

	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK)
		return false;
	p.fd = PQsocket(db->conn);
	while (poll(&p, 1, 0) > 0)
		if (!PQconsumeInput(db->conn) || PQisBusy(db->conn) || db->ending)
			return false;
	return PQstatus(db->conn) == CONNECTION_OK;
}

static int ensure_connected(struct db *db, struct err *err)
{
	if (db->tx == TX_OPEN)
		return 0;
	return is_alive(db) ? 0 : connect_new(db, err);
}

/* Gives the connection up: the next call outside of the transaction connects again. */
static void drop_connection(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	forget_prepared(db);
	if (db->tx != TX_NONE)
		db->tx = TX_FAILED;
}

int db_open_lazy(const struct db_options *options, struct db **ret, struct err *err)
{
	CLEANUP(db_freep) struct db *db = calloc(1, sizeof(*db));

	if (!db)
		return err_set(err, E_NO_MEMORY, NULL);
	db->conninfo = strdup(options->conninfo);
	db->role = strdup(options->role);
	db->program = strdup(options->program);
	if (!db->conninfo || !db->role || !db->program)
		return err_set(err, E_NO_MEMORY, NULL);
	db->statement_ms = options->statement_ms > 0 ? options->statement_ms : STATEMENT_MS;
	snprintf(db->settings, sizeof(db->settings),
		"-c statement_timeout=%d -c lock_timeout=%d -c "
		"idle_in_transaction_session_timeout=%d "
		"-c TimeZone=UTC -c search_path=public",
		db->statement_ms, options->lock_ms > 0 ? options->lock_ms : LOCK_MS,
		options->idle_ms > 0 ? options->idle_ms : IDLE_MS);
	*ret = TAKE(db);
	return 0;
}

static int conninfo_check(const char *conninfo, struct err *err)
{
	char *message = NULL;
	PQconninfoOption *parsed = PQconninfoParse(conninfo, &message);
	int code = 0;

	if (!parsed)
		code = err_set(err, E_CONFIG, "db.conninfo: %s", message ? message : "no memory");
	PQconninfoFree(parsed);
	PQfreemem(message);
	return code;
}

int db_open(const struct db_options *options, struct db **ret, struct err *err)
{
	CLEANUP(db_freep) struct db *db = NULL;
	int code = conninfo_check(options->conninfo, err);

	if (code == 0)
		code = db_open_lazy(options, &db, err);
	if (code == 0)
		code = connect_new(db, err);
	if (code == 0)
		*ret = TAKE(db);
	return code;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	PQfinish(db->conn);
	free(db->conninfo);
	free(db->role);
	free(db->program);
	buf_free(&db->user);
	buf_free(&db->projects);
	buf_free(&db->encoded.buf);
	buf_free(&db->scope_encoded.buf);
	free(db);
}

void db_freep(struct db **db)
{
	db_close(*db);
	*db = NULL;
}

/* --- scope ------------------------------------------------------------------------------------ */

int db_scope(struct db *db, const struct uuid *user, const struct uuid *projects, size_t nprojects,
	struct err *err)
{
	char text[UUID_TEXT_LEN + 1];

	if (nprojects > DB_SCOPE_MAX)
		return err_set(err, E_LIMIT, "more than %d projects", DB_SCOPE_MAX);
	db_scope_clear(db);
	if (user) {
		uuid_format(user, text);
		buf_add_cstr(&db->user, text);
	}
	buf_add_char(&db->projects, '{');
	for (size_t i = 0; i < nprojects; i++) {
		uuid_format(&projects[i], text);
		buf_printf(&db->projects, "%s%s", i ? "," : "", text);
	}
	buf_add_char(&db->projects, '}');
	if (!buf_ok(&db->user) || !buf_ok(&db->projects)) {
		db_scope_clear(db);
		return err_set(err, E_NO_MEMORY, NULL);
	}
	db->scoped = true;
	return 0;
}

void db_scope_clear(struct db *db)
{
	buf_reset(&db->user);
	buf_reset(&db->projects);
	db->scoped = false;
}

/* --- one pipeline ----------------------------------------------------------------------------- */

/* What a pipeline's next result belongs to. */
enum step {
	STEP_PREPARE_SCOPE,
	STEP_PREPARE,
	STEP_BEGIN,
	STEP_SCOPE,
	STEP_STATEMENT,
	STEP_MAX,
};

struct pipeline {
	enum step steps[STEP_MAX];
	int n;
};

static int send_prepare(
	struct db *db, enum sql id, enum step step, struct pipeline *pl, struct err *err)
{
	struct statement *s = &db->statements[id];
	int code;

	if (!s->parsed) {
		code = db_types_parse(statements[id].types, s->oids, s->types, &s->ntypes, err);
		if (code < 0)
			return code;
		s->parsed = true;
	}
	if (s->prepared)
		return 0;
	if (!PQsendPrepare(
		    db->conn, statements[id].name, statements[id].text, (int)s->ntypes, s->oids))
		return db_error(db->conn, NULL, err);
	pl->steps[pl->n++] = step;
	return 0;
}

static int send_statement(struct db *db, enum sql id, const struct db_param *params, size_t nparams,
	struct db_encoded *encoded, enum step step, struct pipeline *pl, struct err *err)
{
	const struct statement *s = &db->statements[id];
	int code =
		db_encode(statements[id].name, s->types, s->ntypes, params, nparams, encoded, err);

	if (code < 0)
		return code;
	if (!PQsendQueryPrepared(db->conn, statements[id].name, encoded->n, encoded->values,
		    encoded->lengths, encoded->formats, 1))
		return db_error(db->conn, NULL, err);
	pl->steps[pl->n++] = step;
	return 0;
}

static int send_begin(struct db *db, struct pipeline *pl, struct err *err)
{
	if (!PQsendQueryParams(db->conn, "BEGIN", 0, NULL, NULL, NULL, NULL, 1))
		return db_error(db->conn, NULL, err);
	pl->steps[pl->n++] = STEP_BEGIN;
	return 0;
}

static int send_pipeline(struct db *db, enum sql id, const struct db_param *params, size_t nparams,
	struct pipeline *pl, struct err *err)
{
	bool scope = db->scoped && db->tx != TX_OPEN;
	int code = 0;

	if (scope)
		code = send_prepare(db, SQL_SCOPE_SET, STEP_PREPARE_SCOPE, pl, err);
	if (code == 0)
		code = send_prepare(db, id, STEP_PREPARE, pl, err);
	if (code == 0 && db->tx == TX_WANTED)
		code = send_begin(db, pl, err);
	if (code == 0 && scope)
		code = send_statement(db, SQL_SCOPE_SET,
			DB_PARAMS(DB_STR(buf_cstr(&db->user)), DB_STR(buf_cstr(&db->projects))),
			&db->scope_encoded, STEP_SCOPE, pl, err);
	if (code == 0)
		code = send_statement(
			db, id, params, nparams, &db->encoded, STEP_STATEMENT, pl, err);
	if (code == 0 && !PQpipelineSync(db->conn))
		code = db_error(db->conn, NULL, err);
	return code;
}

/* As PQgetResult, but gives up at the deadline. *ret NULL is libpq's separator. */
static int next_result(struct db *db, int64_t deadline_us, PGresult **ret, struct err *err)
{
	while (PQisBusy(db->conn)) {
		struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
		int64_t left = (deadline_us - now_us()) / 1000;
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (n == 0)
			return err_set(err, E_TIMEOUT, "PostgreSQL does not answer");
		if (n < 0 && errno != EINTR)
			return err_set_errno(err, errno, "poll");
		if (n > 0 && !PQconsumeInput(db->conn))
			return db_error(db->conn, NULL, err);
	}
	*ret = PQgetResult(db->conn);
	return 0;
}

static void result_clear(PGresult **result)
{
	PQclear(*result);
	*result = NULL;
}

static void step_done(struct db *db, enum step step, enum sql id)
{
	if (step == STEP_PREPARE_SCOPE)
		db->statements[SQL_SCOPE_SET].prepared = true;
	else if (step == STEP_PREPARE)
		db->statements[id].prepared = true;
	else if (step == STEP_BEGIN)
		db->tx = TX_OPEN;
}

static bool result_is_fine(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Reads until the Sync. The first error counts; later ones only say that the pipeline was aborted.
 */
static int read_pipeline(
	struct db *db, enum sql id, const struct pipeline *pl, PGresult **ret, struct err *err)
{
	int64_t deadline = now_us() + (int64_t)(db->statement_ms + GRACE_MS) * 1000;
	int code = 0, at = 0, separators = 0;

	for (;;) {
		CLEANUP(result_clear) PGresult *result = NULL;
		int got = next_result(db, deadline, &result, err);

		if (got < 0)
			return got;
		if (!result) {
			if (++separators > 2 * STEP_MAX || PQstatus(db->conn) != CONNECTION_OK)
				return db_error(db->conn, NULL, err);
			continue;
		}
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			return code;
		if (result_is_fine(result) && at < pl->n) {
			step_done(db, pl->steps[at], id);
			if (pl->steps[at] == STEP_STATEMENT)
				*ret = TAKE(result);
		} else if (code == 0) {
			code = db_error(db->conn, result, err);
		}
		at++;
	}
}

static void after_statement(struct db *db, enum sql id, int code, int64_t start_us)
{
	if (db->watch)
		db->watch(db->watch_arg, db, statements[id].name, code, now_us() - start_us);
}

/* One statement in one round trip. *ret is the statement's result, which the caller clears. */
static int execute(struct db *db, enum sql id, const struct db_param *params, size_t nparams,
	PGresult **ret, struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	struct pipeline pl = {.n = 0};
	int64_t start = now_us();
	int code;

	if (db->tx == TX_FAILED)
		return err_set(err, E_UNAVAILABLE, "The transaction has failed already.");
	code = ensure_connected(db, err);
	if (code < 0)
		return code;
	code = send_pipeline(db, id, params, nparams, &pl, err);
	if (code == 0)
		code = read_pipeline(db, id, &pl, &result, err);
	else
		drop_connection(db);
	if (code < 0 && db->conn && (PQstatus(db->conn) != CONNECTION_OK || code == E_TIMEOUT))
		drop_connection(db);
	if (code < 0 && db->tx != TX_NONE)
		db->tx = TX_FAILED;
	after_statement(db, id, code, start);
	if (code == 0)
		*ret = TAKE(result);
	return code;
}

/* --- transactions ----------------------------------------------------------------------------- */

int db_begin(struct db *db, struct err *err)
{
	if (db->tx != TX_NONE)
		return err_set(err, E_INTERNAL, "a transaction is open already");
	db->tx = TX_WANTED;
	return 0;
}

/* COMMIT or ROLLBACK, which take no parameters and are not worth preparing. */
static int end_transaction(struct db *db, const char *command, struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	struct pipeline pl = {.steps = {STEP_STATEMENT}, .n = 1};
	int code;

	if (!PQsendQueryParams(db->conn, command, 0, NULL, NULL, NULL, NULL, 1) ||
		!PQpipelineSync(db->conn))
		code = db_error(db->conn, NULL, err);
	else
		code = read_pipeline(db, SQL_SCOPE_SET, &pl, &result, err);
	if (code == 0 && strcmp(PQcmdStatus(result), command) != 0)
		code = err_set(
			err, E_INTERNAL, "the transaction had failed: %s", PQcmdStatus(result));
	if (code < 0)
		drop_connection(db);
	return code;
}

int db_commit(struct db *db, struct err *err)
{
	enum tx was = db->tx;
	int code = 0;

	if (was == TX_FAILED) {
		db_rollback(db);
		return err_set(err, E_INTERNAL, "commit of a failed transaction");
	}
	if (was == TX_OPEN)
		code = end_transaction(db, "COMMIT", err);
	db->tx = TX_NONE;
	return code;
}

void db_rollback(struct db *db)
{
	if ((db->tx == TX_OPEN || db->tx == TX_FAILED) && db->conn &&
		PQstatus(db->conn) == CONNECTION_OK)
		(void)end_transaction(db, "ROLLBACK", NULL);
	db->tx = TX_NONE;
}

bool db_in_transaction(const struct db *db)
{
	return db->tx != TX_NONE;
}

/* --- the calls -------------------------------------------------------------------------------- */

/* Rows that a command changed, or gave. */
static int64_t rows_affected(PGresult *result)
{
	int64_t n = 0;
	const char *text = PQcmdTuples(result);

	if (!sv_to_i64(sv_from_cstr(text), 0, INT64_MAX, &n))
		n = PQntuples(result);
	return n;
}

int db_run(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	int64_t *ret_rows, struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	int code = execute(db, statement, params, nparams, &result, err);

	if (code == 0 && ret_rows)
		*ret_rows = rows_affected(result);
	return code;
}

int db_run_one(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	struct err *err)
{
	int64_t rows = 0;
	int code = db_run(db, statement, params, nparams, &rows, err);

	if (code == 0 && rows != 1)
		return err_set(err, E_NOT_FOUND, NULL);
	return code;
}

int db_one(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	const struct db_shape *shape, struct arena *arena, void *ret, struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	int *columns = NULL;
	int code = execute(db, statement, params, nparams, &result, err);

	if (code == 0 && PQntuples(result) == 0)
		return err_set(err, E_NOT_FOUND, NULL);
	if (code == 0 && PQntuples(result) > 1)
		return err_set(
			err, E_INTERNAL, "%s gave more than one row", statements[statement].name);
	if (code == 0)
		code = db_columns(result, shape, arena, &columns, err);
	if (code == 0)
		code = db_decode(result, 0, columns, shape, arena, ret, err);
	return code;
}

int db_list(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	const struct db_shape *shape, struct arena *arena, void *ret_rows, size_t *ret_n,
	struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	int *columns = NULL;
	char *rows;
	int n, code = execute(db, statement, params, nparams, &result, err);

	if (code < 0)
		return code;
	n = PQntuples(result);
	if (n > DB_ROWS_MAX)
		return err_set(err, E_LIMIT, "%s gave %d rows", statements[statement].name, n);
	rows = (char *)arena_array(arena, (size_t)n, shape->size);
	if (!rows)
		return err_set(err, E_NO_MEMORY, NULL);
	code = db_columns(result, shape, arena, &columns, err);
	for (int i = 0; i < n && code == 0; i++)
		code = db_decode(
			result, i, columns, shape, arena, rows + (size_t)i * shape->size, err);
	if (code == 0) {
		*(void **)ret_rows = rows;
		*ret_n = (size_t)n;
	}
	return code;
}

int db_value(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	int64_t *ret, struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	int code = execute(db, statement, params, nparams, &result, err);

	if (code < 0)
		return code;
	if (PQntuples(result) == 0)
		return err_set(err, E_NOT_FOUND, NULL);
	return db_decode_value(result, ret, err);
}

/* Simple query mode runs several commands in one text, which pipeline mode cannot. */
int db_script(struct db *db, const char *text, struct err *err)
{
	CLEANUP(result_clear) PGresult *result = NULL;
	int code;

	if (db->tx == TX_WANTED || db->tx == TX_FAILED)
		return err_set(
			err, E_INTERNAL, "a script cannot be a transaction's first statement");
	code = ensure_connected(db, err);
	if (code < 0)
		return code;
	PQexitPipelineMode(db->conn);
	result = PQexec(db->conn, text);
	code = result_is_fine(result) ? 0 : db_error(db->conn, result, err);
	if (code < 0 && db->tx == TX_OPEN)
		db->tx = TX_FAILED;
	if (PQstatus(db->conn) != CONNECTION_OK)
		drop_connection(db);
	else
		PQenterPipelineMode(db->conn);
	return code;
}

/* --- lists and watching ----------------------------------------------------------------------- */

struct uuid db_page_before(const struct db_page *page)
{
	struct uuid last;

	if (!uuid_is_nil(&page->before))
		return page->before;
	memset(&last, 0xff, sizeof(last));
	return last;
}

int32_t db_page_limit(const struct db_page *page)
{
	return page->limit + 1;
}

void db_page_end(struct db_page *page, const void *rows, size_t size, size_t *n)
{
	page->more = *n > (size_t)page->limit;
	if (!page->more)
		return;
	*n = (size_t)page->limit;
	memcpy(&page->next, (const char *)rows + (*n - 1) * size, sizeof(page->next));
}

void db_watch(struct db *db, db_watch_fn fn, void *arg)
{
	db->watch = fn;
	db->watch_arg = arg;
}

int db_backend_pid(const struct db *db)
{
	return db->conn ? PQbackendPID(db->conn) : 0;
}

const char *db_statement_name(enum sql statement)
{
	return statements[statement].name;
}

const char *db_statement_text(enum sql statement)
{
	return statements[statement].text;
}

const char *db_statement_types(enum sql statement)
{
	return statements[statement].types;
}
