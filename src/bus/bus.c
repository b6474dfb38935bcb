/*
 * The connection to Redis. hiredis runs on a non-blocking socket: this file does the waiting with
 * poll(2), so that one deadline covers a whole pipeline.
 */
#include "bus/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "base/buf.h"

#define BACKOFF_FIRST_US INT64_C(100000)
#define BACKOFF_LAST_US INT64_C(5000000)
#define WAKES_KEPT "64"    /* per kind, when nobody takes them */
#define WAIT_MARGIN_MS 100 /* Redis gives up waiting before we do */
#define KINDS_MAX 16

struct bus {
	struct bus_options options;
	redisContext *redis; /* NULL: not connected */
	unsigned expected;   /* answers still to come */
	unsigned lost;       /* answers that the caller still asks for, but never come */
	bool waiting;        /* a BRPOP is on its way */
	bool connected_before;
	int64_t deadline_us; /* of the pipeline; 0: not sent yet */
	int64_t backoff_us;
	int64_t retry_us; /* no earlier connection */
	char why[128];    /* the last failure */
};

struct bus *bus_new(const struct bus_options *options)
{
	struct bus *b = calloc(1, sizeof(*b));

	if (b)
		b->options = *options;
	return b;
}

static void disconnect(struct bus *b)
{
	if (b->redis)
		redisFree(b->redis);
	b->redis = NULL;
	b->expected = 0;
	b->deadline_us = 0;
	b->waiting = false;
}

void bus_free(struct bus *b)
{
	if (!b)
		return;
	disconnect(b);
	free(b);
}

void bus_cleanup(struct bus **b)
{
	bus_free(*b);
}

static int64_t now_us(const struct bus *b)
{
	return clock_mono_us(&b->options.clock);
}

static void back_off(struct bus *b)
{
	b->backoff_us = b->backoff_us ? MIN(b->backoff_us * 2, BACKOFF_LAST_US) : BACKOFF_FIRST_US;
	b->retry_us = now_us(b) + b->backoff_us;
}

/* Closes the connection; what the caller has appended and not received is lost. */
static int fail(struct bus *b, struct err *err, const char *what)
{
	snprintf(b->why, sizeof(b->why), "%s", what); /* what may lie in the connection */
	b->lost += b->expected;
	disconnect(b);
	back_off(b);
	return err_set(err, E_UNAVAILABLE, "Redis is not available: %s", b->why);
}

static int is_away(const struct bus *b, struct err *err)
{
	return err_set(err, E_UNAVAILABLE, "Redis is not available: %s", b->why);
}

static int connect_now(struct bus *b, struct err *err)
{
	struct timeval limit = {.tv_sec = b->options.timeout_ms / 1000,
		.tv_usec = b->options.timeout_ms % 1000 * 1000};

	if (b->redis)
		return 0;
	if (b->retry_us && now_us(b) < b->retry_us)
		return is_away(b, err);
	b->redis = redisConnectUnixWithTimeout(b->options.socket, limit);
	if (!b->redis || b->redis->err)
		return fail(b, err, b->redis ? b->redis->errstr : "there is no memory for Redis");
	if (b->connected_before)
		metrics_add(b->options.metrics, M_BUS_RECONNECTS, 0, 1);
	b->connected_before = true;
	b->backoff_us = 0;
	b->retry_us = 0;
	b->redis->flags &= ~REDIS_BLOCK;
	if (fcntl(b->redis->fd, F_SETFL, O_NONBLOCK) || fcntl(b->redis->fd, F_SETFD, FD_CLOEXEC))
		return fail(b, err, "the connection cannot be set up");
	return 0;
}

/* --- answers --- */

void bus_reply_cleanup(struct redisReply **reply)
{
	if (*reply)
		freeReplyObject(*reply);
	*reply = NULL;
}

enum bus_kind bus_kind(const struct redisReply *reply)
{
	switch (reply->type) {
	case REDIS_REPLY_INTEGER:
		return BUS_INT;
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
		return BUS_TEXT;
	case REDIS_REPLY_ARRAY:
		return BUS_ARRAY;
	default:
		return BUS_NIL;
	}
}

int64_t bus_int(const struct redisReply *reply)
{
	return bus_kind(reply) == BUS_INT ? reply->integer : 0;
}

struct sv bus_text(const struct redisReply *reply)
{
	return bus_kind(reply) == BUS_TEXT ? sv_from(reply->str, (size_t)reply->len) : SV_NULL;
}

size_t bus_count(const struct redisReply *reply)
{
	return bus_kind(reply) == BUS_ARRAY ? reply->elements : 0;
}

const struct redisReply *bus_at(const struct redisReply *array, size_t i)
{
	return array->element[i];
}

/* --- pipeline --- */

void bus_append(struct bus *b, const struct sv *words, size_t count)
{
	const char *argv[64];
	size_t lengths[64];
	struct err ignored;

	if (b->waiting)
		disconnect(b); /* its answer would come in between */
	if (count > ARRAY_LEN(argv) || connect_now(b, &ignored)) {
		b->lost++;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		argv[i] = words[i].n ? words[i].p : "";
		lengths[i] = words[i].n;
	}
	if (redisAppendCommandArgv(b->redis, (int)count, argv, lengths) != REDIS_OK) {
		b->lost++;
		fail(b, &ignored, "there is no memory");
		return;
	}
	b->expected++;
}

/* Waits until the descriptor is ready, the deadline is over (false) or fd is readable (false). */
static bool wait_ready(const struct bus *b, short events, int64_t deadline_us, int interrupt_fd)
{
	struct pollfd fds[2] = {{.fd = b->redis ? b->redis->fd : -1, .events = events},
		{.fd = interrupt_fd, .events = POLLIN}};

	for (;;) {
		int64_t left_ms = (deadline_us - now_us(b) + 999) / 1000;
		int n = poll(fds, 2, (int)MIN(MAX(left_ms, INT64_C(0)), (int64_t)INT32_MAX));

		if (n < 0 && errno == EINTR)
			continue;
		return n > 0 && fds[0].revents && !fds[1].revents;
	}
}

/* Sends what was appended. */
static int flush(struct bus *b, struct err *err)
{
	int done = 0;

	while (!done) {
		if (redisBufferWrite(b->redis, &done) != REDIS_OK)
			return fail(b, err, b->redis->errstr);
		if (!done && !wait_ready(b, POLLOUT, b->deadline_us, -1))
			return fail(b, err, "it did not take a command in time");
	}
	return 0;
}

/* One answer of those expected. */
static int read_reply(struct bus *b, struct redisReply **ret, struct err *err)
{
	void *reply = NULL;

	for (;;) {
		if (redisGetReplyFromReader(b->redis, &reply) != REDIS_OK)
			return fail(b, err, b->redis->errstr);
		if (reply)
			break;
		if (!wait_ready(b, POLLIN, b->deadline_us, -1))
			return fail(b, err, "it did not answer in time");
		if (redisBufferRead(b->redis) != REDIS_OK)
			return fail(b, err, b->redis->errstr);
	}
	*ret = reply;
	return 0;
}

/* Redis's own refusals: some mean that it is not ready yet. */
static int check_reply(struct redisReply *reply, struct err *err)
{
	struct sv text = sv_from(reply->str, (size_t)reply->len);

	if (reply->type != REDIS_REPLY_ERROR)
		return 0;
	if (sv_starts_with(text, SV("LOADING")) || sv_starts_with(text, SV("OOM")) ||
		sv_starts_with(text, SV("READONLY")) || sv_starts_with(text, SV("MASTERDOWN")))
		return err_set(err, E_UNAVAILABLE, "Redis: %.*s", SV_ARG(text));
	return err_set(err, E_INTERNAL, "Redis: %.*s", SV_ARG(text));
}

int bus_receive(struct bus *b, struct redisReply **ret, struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	int r = 0;

	if (b->lost) {
		b->lost--;
		return is_away(b, err);
	}
	if (!b->expected)
		return err_set(err, E_INTERNAL, "no command was sent to Redis");
	if (!b->deadline_us) {
		b->deadline_us = now_us(b) + b->options.timeout_ms * INT64_C(1000);
		r = flush(b, err);
	}
	if (!r)
		r = read_reply(b, &reply, err);
	if (r) { /* this answer is one of those that fail() counted */
		b->lost--;
		return r;
	}
	if (--b->expected == 0)
		b->deadline_us = 0;
	r = check_reply(reply, err);
	if (!r)
		*ret = TAKE(reply);
	return r;
}

int bus_command(struct bus *b, const struct sv *words, size_t count, struct redisReply **ret,
	struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	unsigned before = b->lost;
	int r;

	bus_append(b, words, count);
	if (b->lost > before) {
		b->lost--;
		return is_away(b, err);
	}
	r = bus_receive(b, &reply, err);
	if (!r)
		*ret = TAKE(reply);
	return r;
}

bool bus_ping(struct bus *b)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;

	return BUS_COMMAND(b, &reply, NULL, SV("PING")) == 0;
}

/* --- waking --- */

static void add_key(struct buf *out, const char *kind)
{
	buf_printf(out, "wake:%s", kind);
}

int bus_wake(struct bus *b, const char *kind, struct err *err)
{
	struct redisReply *first CLEANUP(bus_reply_cleanup) = NULL;
	struct redisReply *second CLEANUP(bus_reply_cleanup) = NULL;
	struct buf key CLEANUP(buf_free) = BUF_INIT;
	int r, r2;

	add_key(&key, kind);
	BUS_APPEND(b, SV("LPUSH"), buf_sv(&key), SV("1"));
	BUS_APPEND(b, SV("LTRIM"), buf_sv(&key), SV("0"), SV(WAKES_KEPT));
	r = bus_receive(b, &first, err);
	r2 = bus_receive(b, &second, r ? NULL : err);
	return r ? r : r2;
}

/* Sends BRPOP for the kinds, which Redis ends by itself a little before timeout_ms. */
static int start_waiting(
	struct bus *b, const char *const *kinds, size_t count, int timeout_ms, struct err *err)
{
	struct buf keys[KINDS_MAX + 1] = {{0}};
	struct sv words[KINDS_MAX + 2] = {SV("BRPOP")};
	int ms = MAX(timeout_ms - WAIT_MARGIN_MS, 10);
	int r;

	for (size_t i = 0; i < count; i++) {
		add_key(&keys[i], kinds[i]);
		words[i + 1] = buf_sv(&keys[i]);
	}
	buf_printf(&keys[count], "%d.%03d", ms / 1000, ms % 1000);
	words[count + 1] = buf_sv(&keys[count]);
	b->lost = 0;
	bus_append(b, words, count + 2);
	for (size_t i = 0; i <= count; i++)
		buf_free(&keys[i]);
	if (b->lost) {
		b->lost = 0;
		return is_away(b, err);
	}
	b->deadline_us = now_us(b) + b->options.timeout_ms * INT64_C(1000);
	r = flush(b, err);
	b->lost = 0;
	b->waiting = !r;
	return r;
}

/* Index of the kind whose list the answer came from; -1: none did. */
static int kind_of(const struct redisReply *reply, const char *const *kinds, size_t count)
{
	struct sv key = bus_count(reply) == 2 ? bus_text(bus_at(reply, 0)) : SV_NULL;

	for (size_t i = 0; i < count; i++)
		if (sv_starts_with(key, SV("wake:")) &&
			sv_eq_cstr(sv_from(key.p + 5, key.n - 5), kinds[i]))
			return (int)i;
	return -1;
}

/* The answer to BRPOP, if it comes in time. *ret NULL: not yet. */
static int finish_waiting(struct bus *b, int64_t deadline_us, int interrupt_fd,
	struct redisReply **ret, struct err *err)
{
	void *reply = NULL;
	int r = 0;

	for (;;) {
		if (redisGetReplyFromReader(b->redis, &reply) != REDIS_OK)
			r = fail(b, err, b->redis->errstr);
		if (r || reply || !wait_ready(b, POLLIN, deadline_us, interrupt_fd))
			break;
		if (redisBufferRead(b->redis) != REDIS_OK)
			r = fail(b, err, b->redis->errstr);
		if (r)
			break;
	}
	b->lost = 0;
	if (reply) {
		b->waiting = false;
		b->expected = 0;
		b->deadline_us = 0;
	}
	*ret = reply;
	return r;
}

int bus_wait(struct bus *b, const char *const *kinds, size_t count, int timeout_ms,
	int interrupt_fd, int *ret_kind, struct err *err)
{
	struct redisReply *reply CLEANUP(bus_reply_cleanup) = NULL;
	int64_t deadline_us = now_us(b) + timeout_ms * INT64_C(1000);
	int r = 0;

	*ret_kind = -1;
	if (count > KINDS_MAX)
		return err_set(err, E_INTERNAL, NULL);
	if (!b->waiting)
		r = start_waiting(b, kinds, count, timeout_ms, err);
	if (!r)
		r = finish_waiting(b, deadline_us, interrupt_fd, &reply, err);
	if (!r && reply)
		r = check_reply(reply, err);
	if (r)
		wait_ready(b, 0, deadline_us, interrupt_fd); /* so that callers do not spin */
	else if (reply)
		*ret_kind = kind_of(reply, kinds, count);
	return r;
}
