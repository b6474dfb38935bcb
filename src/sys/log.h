#ifndef SYS_LOG_H
#define SYS_LOG_H
/*
 * Log: one JSON object per line, in one write(2), with ts, level, program, pid, msg, request_id
 * and the fields given. A log is a small value that is passed explicitly; a request works with a
 * copy that carries its id, so nothing is found in thread-local or global state.
 *
 * Never put record data or secrets in a log. As a second line of defence the value of a field whose
 * key contains password, secret, token, cookie, authorization or private is written as "[hidden]".
 *
 *	log_info(log, "file stored", LOG_STR("file", id), LOG_INT("bytes", n));
 *	log_error(log, "cannot claim a task", LOG_FAIL(&err));
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

enum log_level { LVL_DEBUG, LVL_INFO, LVL_WARN, LVL_ERROR };

struct log {
	int fd;                 /* where lines go; -1: nowhere */
	enum log_level level;   /* lower ones are dropped */
	const char *program;    /* static */
	const char *request_id; /* NULL: none. Owned by the request. */
};

enum log_kind { LOG_KIND_END, LOG_KIND_STR, LOG_KIND_INT, LOG_KIND_ERR };

struct log_field {
	enum log_kind kind;
	const char *key;
	struct sv str;
	int64_t num;
	const struct err *err;
};

#define LOG_SV(k, v) ((struct log_field){.kind = LOG_KIND_STR, .key = (k), .str = (v)})
#define LOG_STR(k, v) LOG_SV((k), sv_from_cstr(v))
#define LOG_INT(k, v) ((struct log_field){.kind = LOG_KIND_INT, .key = (k), .num = (int64_t)(v)})
/* Adds "code", "detail" and, when there is one, "pointer". */
#define LOG_FAIL(e) ((struct log_field){.kind = LOG_KIND_ERR, .err = (e)})
#define LOG_FIELDS_(...)                                                                           \
	((const struct log_field[]){                                                               \
		__VA_ARGS__ __VA_OPT__(, )(struct log_field){.kind = LOG_KIND_END}})

#define log_debug(l, msg, ...) log_write((l), LVL_DEBUG, (msg), LOG_FIELDS_(__VA_ARGS__))
#define log_info(l, msg, ...) log_write((l), LVL_INFO, (msg), LOG_FIELDS_(__VA_ARGS__))
#define log_warn(l, msg, ...) log_write((l), LVL_WARN, (msg), LOG_FIELDS_(__VA_ARGS__))
#define log_error(l, msg, ...) log_write((l), LVL_ERROR, (msg), LOG_FIELDS_(__VA_ARGS__))

struct log log_open(int fd, enum log_level level, const char *program);
/* A copy that adds request_id to every line; the text must outlive it. */
struct log log_with_request(const struct log *l, const char *request_id);
/* Keeps errno. Safe from several threads. A line that cannot be written is lost. l may be NULL. */
void log_write(
	const struct log *l, enum log_level level, const char *msg, const struct log_field *fields);

/* "debug", "info", "warn", "error"; false for anything else. */
bool log_level_parse(struct sv s, enum log_level *ret);
const char *log_level_name(enum log_level level);

#endif
