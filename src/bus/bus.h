#ifndef BUS_BUS_H
#define BUS_BUS_H
/*
 * Redis over its unix socket: one connection per owner (a thread), made when it is first needed and
 * made anew with back-off when it was lost. Redis may be away at any time and holds nothing that
 * cannot be rebuilt, so every caller has a way on for E_UNAVAILABLE, and nothing here blocks longer
 * than the time-out it was given. Needs SIGPIPE ignored (proc_init). Not thread-safe.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "sys/clock.h"
#include "sys/metrics.h"

struct bus;

struct bus_options {
	const char *socket; /* path; must outlive the bus */
	int timeout_ms;     /* of connecting, and of one command or pipeline */
	struct clock clock;
	struct metrics *metrics; /* or NULL */
};

/* Does not connect. NULL without memory. */
struct bus *bus_new(const struct bus_options *options);
void bus_free(struct bus *b);     /* NULL is fine */
void bus_cleanup(struct bus **b); /* the CLEANUP function */

/* --- commands --- */

/* An answer, or an item of one; the caller frees the outermost one. */
struct redisReply;

enum bus_kind { BUS_NIL, BUS_INT, BUS_TEXT, BUS_ARRAY };

void bus_reply_cleanup(struct redisReply **reply); /* frees; the CLEANUP function */
enum bus_kind bus_kind(const struct redisReply *reply);
int64_t bus_int(const struct redisReply *reply);    /* of BUS_INT; else 0 */
struct sv bus_text(const struct redisReply *reply); /* of BUS_TEXT; else SV_NULL */
size_t bus_count(const struct redisReply *reply);   /* of BUS_ARRAY; else 0 */
const struct redisReply *bus_at(const struct redisReply *array, size_t i);

/* Adds a command to the pipeline; nothing is sent yet. Errors come from bus_receive(). */
void bus_append(struct bus *b, const struct sv *words, size_t count);
#define BUS_APPEND(b, ...)                                                                         \
	bus_append((b), (const struct sv[]){__VA_ARGS__},                                          \
		sizeof((const struct sv[]){__VA_ARGS__}) / sizeof(struct sv))
/* The next answer of the pipeline, in order: call it once per appended command. E_UNAVAILABLE: not
 * connected, lost, or too late; all answers that were to come are dropped with the connection.
 * E_INTERNAL: Redis refused this command (its words are in err); the others still come. */
MUST_CHECK int bus_receive(struct bus *b, struct redisReply **ret, struct err *err);

/* One command and its answer. */
MUST_CHECK int bus_command(struct bus *b, const struct sv *words, size_t count,
	struct redisReply **ret, struct err *err);
#define BUS_COMMAND(b, ret, err, ...)                                                              \
	bus_command((b), (const struct sv[]){__VA_ARGS__},                                         \
		sizeof((const struct sv[]){__VA_ARGS__}) / sizeof(struct sv), (ret), (err))

/* True when Redis answers. */
bool bus_ping(struct bus *b);

/* --- waking --- */

/* Wakes one worker that waits for tasks of this kind. A hint that may be lost: workers poll too. */
MUST_CHECK int bus_wake(struct bus *b, const char *kind, struct err *err);
/* Waits at most timeout_ms for a wake of one of the kinds, or until interrupt_fd (-1: none) is
 * readable. *ret_kind is its index; -1: time-out or interrupt. When Redis is away it waits just so
 * for interrupt_fd and the time, and returns E_UNAVAILABLE. */
MUST_CHECK int bus_wait(struct bus *b, const char *const *kinds, size_t count, int timeout_ms,
	int interrupt_fd, int *ret_kind, struct err *err);

#endif
