/*
 * FastCGI over libfcgi with our own accept: FCGX_Accept_r would block in accept(2) holding a global
 * lock and could not be woken to stop. Each thread waits in epoll for the listening socket
 * (EPOLLEXCLUSIVE: one thread wakes per connection) or the stop event, accepts, and hands the
 * descriptor to the library as if it had been kept open. The web server does not keep connections
 * (a kept one would pin a thread), so each carries one request and is then closed.
 */
#include "http/server.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct worker {
	struct http_server *server;
	pthread_t thread;
	unsigned index;
	bool started;
	int rc;
	struct err err;
};

struct http_server {
	struct http_server_options o;
	int stop_fd;
	atomic_bool stopping;
	struct worker workers[HTTP_THREADS_MAX];
};

/* What is there, and waits only where nothing is: FCGX_GetStr would wait for all n bytes, so that a
 * caller could not see how slowly they come. */
static ssize_t stream_read(void *ctx, void *p, size_t n)
{
	FCGX_Stream *in = ((FCGX_Request *)ctx)->in;

	if (in->rdNext == in->stop) {
		int c = FCGX_GetChar(in);

		/* After an error the library reports an ordinary end. */
		if (c == EOF)
			return FCGX_GetError(in) != 0 ? -1 : 0;
		FCGX_UnGetChar(c, in);
	}
	return FCGX_GetStr(p, (int)MIN(n, (size_t)(in->stop - in->rdNext)), in);
}

static int stream_write(void *ctx, const void *p, size_t n)
{
	FCGX_Request *r = ctx;
	const char *at = p;

	while (n > 0) {
		int part = (int)MIN(n, (size_t)1 << 30);

		if (FCGX_PutStr(at, part, r->out) != part)
			return -1;
		at += part;
		n -= (size_t)part;
	}
	return 0;
}

static void serve_request(struct http_server *s, void *ctx, FCGX_Request *r, struct arena *arena)
{
	struct http_io io = {.read = stream_read, .write = stream_write, .ctx = r};
	struct http_response rs CLEANUP(http_response_free);
	struct http_request rq;
	struct err err = {0};

	http_response_init(&rs);
	err.code = http_request_init(&rq, arena, (const char *const *)r->envp, io, &err);
	s->o.serve(ctx, &rq, &rs, &err);
	/* What is not whole must not be ended as if it were. */
	if (rs.failed)
		(void)shutdown(r->ipcFd, SHUT_RDWR);
	arena_reset(arena);
}

static void set_timeouts(int fd, unsigned ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static void serve_connection(
	struct http_server *s, void *ctx, FCGX_Request *r, struct arena *arena, int fd)
{
	set_timeouts(fd, s->o.io_timeout_ms);
	r->ipcFd = fd;
	r->keepConnection = 1;
	/* A peer that does not speak the protocol is closed by the library, which then finds no
	 * listening socket to go on with. */
	if (FCGX_Accept_r(r) != 0)
		return;
	serve_request(s, ctx, r, arena);
	r->keepConnection = 0;
	FCGX_Finish_r(r);
}

static bool accept_error_is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EMFILE ||
		error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EPROTO;
}

static int loop(struct worker *w, void *ctx, int ep, FCGX_Request *r, struct arena *arena)
{
	struct http_server *s = w->server;

	while (!atomic_load(&s->stopping)) {
		struct epoll_event ev;
		int n = epoll_wait(ep, &ev, 1, -1);
		int fd;

		if (n < 0 && errno != EINTR)
			return err_set_errno(&w->err, errno, "epoll_wait");
		if (n <= 0 || ev.data.fd == s->stop_fd)
			continue;
		fd = accept4(s->o.listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			serve_connection(s, ctx, r, arena, fd);
		else if (!accept_error_is_passing(errno))
			return err_set_errno(&w->err, errno, "accept");
		else if (errno == EMFILE || errno == ENFILE)
			usleep(10000);
	}
	return 0;
}

static int watch(struct worker *w, int ep)
{
	struct epoll_event listening = {
		.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = w->server->o.listen_fd};
	struct epoll_event stop = {.events = EPOLLIN, .data.fd = w->server->stop_fd};

	if (epoll_ctl(ep, EPOLL_CTL_ADD, listening.data.fd, &listening) != 0 ||
		epoll_ctl(ep, EPOLL_CTL_ADD, stop.data.fd, &stop) != 0)
		return err_set_errno(&w->err, errno, "epoll_ctl");
	return 0;
}

static int work(struct worker *w)
{
	struct http_server *s = w->server;
	int ep CLEANUP(fd_close) = epoll_create1(EPOLL_CLOEXEC);
	struct arena arena CLEANUP(arena_free);
	FCGX_Request r;
	void *ctx = NULL;
	int rc;

	arena_init(&arena, s->o.request_memory_max);
	if (ep < 0)
		return err_set_errno(&w->err, errno, "epoll_create1");
	rc = watch(w, ep);
	if (rc == 0 && s->o.start != NULL)
		rc = s->o.start(s->o.arg, w->index, &ctx, &w->err);
	if (rc != 0)
		return rc;
	FCGX_InitRequest(&r, -1, 0);
	rc = loop(w, ctx, ep, &r, &arena);
	FCGX_Free(&r, 1);
	if (s->o.end != NULL)
		s->o.end(ctx);
	return rc;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	w->rc = work(w);
	if (w->rc != 0)
		http_server_stop(w->server);
	return NULL;
}

int http_server_new(const struct http_server_options *o, struct http_server **ret, struct err *err)
{
	struct http_server *s;
	int flags = fcntl(o->listen_fd, F_GETFL);

	if (o->threads < 1 || o->threads > HTTP_THREADS_MAX)
		return err_set(err, E_CONFIG, "The number of threads must be 1 to %d.",
			HTTP_THREADS_MAX);
	if (flags < 0 || fcntl(o->listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_set_errno(err, errno, "The listening socket");
	if (FCGX_Init() != 0)
		return err_set(err, E_INTERNAL, "libfcgi cannot be initialised");
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	s->o = *o;
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->stop_fd < 0) {
		free(s);
		return err_set_errno(err, errno, "eventfd");
	}
	*ret = s;
	return 0;
}

void http_server_free(struct http_server *s)
{
	if (s == NULL)
		return;
	fd_close(&s->stop_fd);
	free(s);
}

int http_server_run(struct http_server *s, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < s->o.threads; i++) {
		struct worker *w = &s->workers[i];
		int error;

		w->server = s;
		w->index = i;
		error = pthread_create(&w->thread, NULL, worker_main, w);
		if (error != 0) {
			rc = err_set_errno(err, error, "pthread_create");
			http_server_stop(s);
			break;
		}
		w->started = true;
	}
	for (unsigned i = 0; i < s->o.threads; i++) {
		struct worker *w = &s->workers[i];

		if (!w->started)
			continue;
		pthread_join(w->thread, NULL);
		if (w->rc != 0 && rc == 0) {
			rc = w->rc;
			if (err != NULL)
				*err = w->err;
		}
	}
	return rc;
}

void http_server_stop(struct http_server *s)
{
	static const uint64_t one = 1;
	int kept = errno;
	ssize_t n;

	atomic_store(&s->stopping, true);
	n = write(s->stop_fd, &one, sizeof(one));
	(void)n; /* full means that it is signalled already */
	errno = kept;
}
