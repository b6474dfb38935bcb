#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H
/*
 * A FastCGI responder of a few threads on one listening socket. A thread serves one request at a
 * time; the handler sees HTTP only. Bad protocol, slow and vanished peers cost one thread for at
 * most the timeout and never the process.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "http/request.h"
#include "http/response.h"

#define HTTP_THREADS_MAX 64

struct http_server;

struct http_server_options {
	int listen_fd; /* stays the caller's; is set non-blocking */
	unsigned threads;
	unsigned io_timeout_ms;    /* for each read and write of the connection */
	size_t request_memory_max; /* arena limit of one request */
	/* Per thread, in the thread: its context, and the end of it. start may be NULL; when it
	 * fails, the server stops and run returns its error. */
	int (*start)(void *arg, unsigned thread, void **ret_ctx, struct err *err);
	void (*end)(void *ctx);
	/* Serves one request. parse_error is what http_request_init found: 0, or what to answer. Must
	 * send the response. */
	void (*serve)(void *ctx, struct http_request *rq, struct http_response *rs,
		const struct err *parse_error);
	void *arg;
};

MUST_CHECK int http_server_new(
	const struct http_server_options *o, struct http_server **ret, struct err *err);
void http_server_free(struct http_server *s);
/* Serves until http_server_stop; requests under way are finished. */
MUST_CHECK int http_server_run(struct http_server *s, struct err *err);
/* From any thread or signal handler. */
void http_server_stop(struct http_server *s);

#endif
