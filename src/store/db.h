#ifndef STORE_DB_H
#define STORE_DB_H
/*
 * One connection to PostgreSQL, for one thread. Statements are the named ones of sql/<area>.sql,
 * prepared at first use and executed with binary parameters and results; SQL text is never built.
 *
 * Scope: db_scope() says what the person at the other end may see. It is sent along in the same
 * pipeline with every statement outside of a transaction, and with the first one inside, so it
 * costs no round trip and never outlives its transaction. Without a scope people's pools see no
 * row of a project; services need none.
 *
 * Transactions: db_begin() sends nothing; BEGIN travels with the first statement. After a failed
 * statement only db_rollback() is of use, and db_commit() fails. db_rollback() is harmless when
 * nothing is open, so it may be the clean-up of every exit.
 *
 * Errors are translated here, once, by the tables in db_err.c: a lost or unreachable server is
 * E_UNAVAILABLE (the next call connects again), unique violations E_EXISTS, our own functions'
 * RC... states what they mean (E_RECORD_TAKEN, E_STALE ...), timeouts E_TIMEOUT. Messages never
 * carry row values. All calls block, at most for the statement timeout and a grace of 5 seconds.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"
#include "domain/perm.h"
#include "domain/word.h"

/* SQL_USER_BY_ID ... from the headers `-- name: user_by_id(uuid)` of sql/<area>.sql */
enum sql {
#define SQL_STATEMENT(id, name, types, text) SQL_##id,
#include "store/sql_gen.def"
#undef SQL_STATEMENT
	SQL_COUNT,
};

struct db;

struct db_options {
	const char *conninfo; /* without user: host, port, dbname ... */
	const char *role;     /* "recon_api" */
	const char *program;  /* application_name */
	int statement_ms;     /* statement_timeout; 0: 10 s */
	int lock_ms;          /* lock_timeout; 0: 3 s */
	int idle_ms;          /* a transaction that pauses for longer is ended; 0: 15 s */
};

/* Strings are copied. Fails with E_UNAVAILABLE when the server does not answer, E_CONFIG when
 * conninfo cannot be understood. */
MUST_CHECK int db_open(const struct db_options *options, struct db **ret, struct err *err);
/* As db_open, but connects only when first used: for daemons that start before the server. */
MUST_CHECK int db_open_lazy(const struct db_options *options, struct db **ret, struct err *err);
void db_close(struct db *db);  /* NULL is fine */
void db_freep(struct db **db); /* CLEANUP function */

/* Copies up to DB_SCOPE_MAX projects; user NULL: none. Holds until db_scope_clear(), and must not
 * be changed inside a transaction that has begun. E_LIMIT. */
#define DB_SCOPE_MAX 1000
MUST_CHECK int db_scope(struct db *db, const struct uuid *user, const struct uuid *projects,
	size_t nprojects, struct err *err);
void db_scope_clear(struct db *db);

MUST_CHECK int db_begin(struct db *db, struct err *err);
MUST_CHECK int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);

/* --- parameters ------------------------------------------------------------------------------- */

enum db_type {
	DB_TYPE_NONE,
	DB_TYPE_UUID,
	DB_TYPE_TEXT,
	DB_TYPE_BYTEA,
	DB_TYPE_INT4,
	DB_TYPE_INT8,
	DB_TYPE_BOOL,
	DB_TYPE_TIMESTAMPTZ,
	DB_TYPE_DATE,
	DB_TYPE_UUIDS,
	DB_TYPE_TEXTS,
	DB_TYPE_INT4S,
	DB_TYPE_INT8S,
	DB_TYPE_DATES,
	DB_TYPE_BITS,
	DB_TYPE_COUNT,
};

/* A value on its way in; everything it points to is only looked at during the call. */
struct db_param {
	enum db_type type;
	bool null;
	int64_t i;
	const void *p;
	size_t n;
	size_t unit; /* DB_BITS: bits per element */
};

#define DB_NULL(T) ((struct db_param){.type = DB_TYPE_##T, .null = true})
#define DB_UUID(u) ((struct db_param){.type = DB_TYPE_UUID, .p = (u)->b, .n = 16})
/* The nil id is NULL. */
#define DB_UUID_OPT(u)                                                                             \
	((struct db_param){.type = DB_TYPE_UUID, .null = uuid_is_nil(u), .p = (u)->b, .n = 16})
#define DB_SV(s) ((struct db_param){.type = DB_TYPE_TEXT, .null = !(s).p, .p = (s).p, .n = (s).n})
#define DB_STR(s) DB_SV(sv_from_cstr(s))
#define DB_WORD(w) DB_STR(word_text(w))
/* WORD_NONE is NULL: for filters. */
#define DB_WORD_OPT(w) DB_SV((w) == WORD_NONE ? SV_NULL : sv_from_cstr(word_text(w)))
#define DB_BYTES(s)                                                                                \
	((struct db_param){.type = DB_TYPE_BYTEA, .null = !(s).p, .p = (s).p, .n = (s).n})
#define DB_HASH(h) ((struct db_param){.type = DB_TYPE_BYTEA, .p = (h), .n = 32})
#define DB_I32(v) ((struct db_param){.type = DB_TYPE_INT4, .i = (v)})
#define DB_I64(v) ((struct db_param){.type = DB_TYPE_INT8, .i = (v)})
#define DB_BOOL(v) ((struct db_param){.type = DB_TYPE_BOOL, .i = (v) ? 1 : 0})
/* Microseconds since the Unix epoch. */
#define DB_INSTANT(us) ((struct db_param){.type = DB_TYPE_TIMESTAMPTZ, .i = (us)})
#define DB_DAY(d) ((struct db_param){.type = DB_TYPE_DATE, .i = (d)})
#define DB_UUIDS(a, count) ((struct db_param){.type = DB_TYPE_UUIDS, .p = (a), .n = (count)})
#define DB_SVS(a, count) ((struct db_param){.type = DB_TYPE_TEXTS, .p = (a), .n = (count)})
#define DB_I32S(a, count) ((struct db_param){.type = DB_TYPE_INT4S, .p = (a), .n = (count)})
#define DB_I64S(a, count) ((struct db_param){.type = DB_TYPE_INT8S, .p = (a), .n = (count)})
#define DB_DAYS(a, count) ((struct db_param){.type = DB_TYPE_DATES, .p = (a), .n = (count)})
/* count bit strings of bits each, one after the other, bits a multiple of 8, first bit highest. */
#define DB_BITS(a, count, bits)                                                                    \
	((struct db_param){.type = DB_TYPE_BITS, .p = (a), .n = (count), .unit = (bits)})

/* DB_PARAMS(DB_UUID(&id), DB_I32(5)) stands for the two arguments params, nparams. */
#define DB_PARAMS(...)                                                                             \
	(const struct db_param[]){__VA_ARGS__},                                                    \
		sizeof((const struct db_param[]){__VA_ARGS__}) / sizeof(struct db_param)
#define DB_NO_PARAMS NULL, 0

/* --- rows ------------------------------------------------------------------------------------- */

/* How a column becomes a member. NULL gives zero: nil id, SV_NULL, 0, false, WORD_NONE. */
enum db_member {
	DB_MEMBER_UUID,    /* struct uuid */
	DB_MEMBER_TEXT,    /* struct sv, in the arena, NUL-terminated */
	DB_MEMBER_BYTES,   /* struct sv, in the arena */
	DB_MEMBER_HASH,    /* uint8_t[32] */
	DB_MEMBER_I32,     /* int32_t from int4 */
	DB_MEMBER_I64,     /* int64_t from int8 */
	DB_MEMBER_BOOL,    /* bool */
	DB_MEMBER_INSTANT, /* int64_t microseconds since the Unix epoch */
	DB_MEMBER_DAY,     /* int32_t days since 1970-01-01 */
	DB_MEMBER_WORD,    /* enum word; set names its set */
	DB_MEMBER_ROLE,    /* enum role */
	DB_MEMBER_UUIDS,   /* struct db_uuids, in the arena */
	DB_MEMBER_TEXTS,   /* struct db_texts, in the arena */
};

struct db_uuids {
	struct uuid *v;
	size_t n;
};

struct db_texts {
	struct sv *v;
	size_t n;
};

/* One column: its name is the member's name. */
struct db_field {
	const char *name;
	enum db_member member;
	size_t offset;
	const char *set;
};

#define DB_FIELD(type, kind, m)                                                                    \
	{                                                                                          \
#m, DB_MEMBER_##kind, offsetof(struct type, m), NULL                               \
	}
#define DB_FIELD_WORD(type, words, m)                                                              \
	{                                                                                          \
#m, DB_MEMBER_WORD, offsetof(struct type, m), words                                \
	}

/* What a statement's rows are read into; a column that is missing is E_INTERNAL. */
struct db_shape {
	const struct db_field *fields;
	size_t nfields;
	size_t size;
};

#define DB_SHAPE(type, fields)                                                                     \
	{                                                                                          \
		(fields), ARRAY_LEN(fields), sizeof(struct type)                                   \
	}

/* Runs a statement for its effect; ret_rows (may be NULL) gets the number of rows affected. */
MUST_CHECK int db_run(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, int64_t *ret_rows, struct err *err);
/* As db_run; E_NOT_FOUND unless exactly one row was affected. */
MUST_CHECK int db_run_one(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, struct err *err);
/* Reads one row; E_NOT_FOUND without. ret is a struct of shape->size. */
MUST_CHECK int db_one(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, const struct db_shape *shape, struct arena *arena, void *ret,
	struct err *err);
/* Reads all rows into an array in the arena (never NULL on success). */
MUST_CHECK int db_list(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, const struct db_shape *shape, struct arena *arena, void *ret_rows,
	size_t *ret_n, struct err *err);
/* Reads a single int8 or int4 of a single row; E_NOT_FOUND without a row. */
MUST_CHECK int db_value(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, int64_t *ret, struct err *err);
/* Runs a script without parameters, outside of a transaction or in one that has run a statement:
 * only for migrations and tests. */
MUST_CHECK int db_script(struct db *db, const char *text, struct err *err);

/* --- lists ------------------------------------------------------------------------------------ */

/* Keyset paging of lists that are ordered by id, newest first (ids are time-ordered). The first
 * page has a nil `before`. limit is 1..1000. */
struct db_page {
	struct uuid before;
	int32_t limit;
	bool more;        /* out: there is another page ... */
	struct uuid next; /* out: ... before this id */
};

/* The bound of a page's statement: `id < $n`. For the first page an id above all others. */
struct uuid db_page_before(const struct db_page *page);
/* What its LIMIT is: one row more than asked, to know whether there is another page. */
int32_t db_page_limit(const struct db_page *page);
/* Cuts the extra row off and fills more and next; ids lies at offset 0 of each row. */
void db_page_end(struct db_page *page, const void *rows, size_t size, size_t *n);

/* --- watching --------------------------------------------------------------------------------- */

/* Called after every statement, successful or not, with its name and duration: for metrics, slow
 * statement logs, and tests that cut a transaction at a chosen place. */
typedef void (*db_watch_fn)(void *arg, struct db *db, const char *statement, int code, int64_t us);
void db_watch(struct db *db, db_watch_fn fn, void *arg);
/* Process number of the server's side; 0 when not connected. */
int db_backend_pid(const struct db *db);

const char *db_statement_name(enum sql statement);
const char *db_statement_text(enum sql statement);
/* "uuid, int4": the declared parameter types. */
const char *db_statement_types(enum sql statement);

#endif
