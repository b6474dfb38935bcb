/*
 * The FastCGI server against a client of the protocol written here: requests, bodies, several at
 * once, peers that break off or speak nonsense, and stopping.
 */
#include "http/server.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#define FCGI_BEGIN 1
#define FCGI_END 3
#define FCGI_PARAMS 4
#define FCGI_STDIN 5
#define FCGI_STDOUT 6

static char socket_path[64];
static struct http_server *server;
static pthread_t runner;
static atomic_int started;
static atomic_int ended;
static atomic_int served;
static int listen_fd = -1;

/* --- the handler: echoes the body, or says what was wrong ---------------------------------------- */

static int start_thread(void *arg, unsigned thread, void **ret, struct err *err)
{
	(void)arg;
	(void)thread;
	(void)err;
	atomic_fetch_add(&started, 1);
	*ret = &ended;
	return 0;
}

static void end_thread(void *ctx)
{
	atomic_fetch_add((atomic_int *)ctx, 1);
}

static void serve(void *ctx, struct http_request *rq, struct http_response *rs,
	const struct err *parse_error)
{
	struct err err = *parse_error;
	struct sv body = SV_NULL;

	(void)ctx;
	atomic_fetch_add(&served, 1);
	if (err.code == 0)
		err.code = http_read_all(rq, 1 << 20, &body, &err);
	if (err.code == 0 && sv_starts_with(rq->path, SV("/api/file"))) {
		assert_true(http_response_begin(rs, rq, -1));
		assert_true(http_response_write(rs, rq, "half of it", 10));
		if (sv_eq_cstr(rq->path, "/api/file/broken"))
			http_response_abort(rs);
		return;
	}
	if (err.code != 0) {
		http_response_problem(rs, rq, &err, NULL, 0);
	} else {
		rs->content_type = "text/plain";
		buf_add_sv(&rs->body, rq->path);
		buf_add_char(&rs->body, ':');
		buf_add_sv(&rs->body, body);
	}
	http_response_send(rs, rq);
}

static void *run(void *arg)
{
	struct err err = {0};

	(void)arg;
	return http_server_run(server, &err) == 0 ? NULL : (void *)1;
}

static struct http_server_options options(void)
{
	return (struct http_server_options){.listen_fd = listen_fd,
		.threads = 3,
		.io_timeout_ms = 300,
		.request_memory_max = 4 << 20,
		.start = start_thread,
		.end = end_thread,
		.serve = serve};
}

static int start_server(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct http_server_options o;

	(void)state;
	(void)snprintf(socket_path, sizeof(socket_path), "/tmp/test_server.%d", (int)getpid());
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(listen_fd, 64) != 0)
		return -1;
	o = options();
	if (http_server_new(&o, &server, NULL) != 0)
		return -1;
	return pthread_create(&runner, NULL, run, NULL);
}

static int stop_server(void **state)
{
	void *result = NULL;

	(void)state;
	http_server_stop(server);
	pthread_join(runner, &result);
	http_server_free(server);
	close(listen_fd);
	unlink(socket_path);
	/* Every thread that started has ended. */
	return result == NULL && atomic_load(&started) == 3 && atomic_load(&ended) == 3 ? 0 : -1;
}

/* --- a client of FastCGI 1.0 --------------------------------------------------------------------- */

static int connect_client(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void add_record(struct buf *b, int type, const void *p, size_t n)
{
	const uint8_t head[8] = {
		1, (uint8_t)type, 0, 1, (uint8_t)(n >> 8), (uint8_t)(n & 0xff), 0, 0};

	buf_add(b, head, sizeof(head));
	buf_add(b, p, n);
}

static void add_param(struct buf *b, const char *name, const char *value)
{
	buf_add_char(b, (char)strlen(name));
	buf_add_char(b, (char)strlen(value));
	buf_add_cstr(b, name);
	buf_add_cstr(b, value);
}

/* The bytes of a request whose body may be shorter than announced. */
static void make_request(struct buf *out, const char *uri, const char *length, struct sv body)
{
	static const uint8_t begin[8] = {0, 1, 0};
	struct buf params CLEANUP(buf_free) = BUF_INIT;

	add_record(out, FCGI_BEGIN, begin, sizeof(begin));
	add_param(&params, "REQUEST_METHOD", "POST");
	add_param(&params, "REQUEST_URI", uri);
	add_param(&params, "CONTENT_LENGTH", length);
	add_record(out, FCGI_PARAMS, params.p, params.n);
	add_record(out, FCGI_PARAMS, NULL, 0);
	while (body.n > 0) {
		size_t n = MIN(body.n, (size_t)60000);

		add_record(out, FCGI_STDIN, body.p, n);
		body = sv_from(body.p + n, body.n - n);
	}
	add_record(out, FCGI_STDIN, NULL, 0);
}

static void send_all(int fd, struct sv bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		assert_true(n > 0);
		bytes = sv_from(bytes.p + n, bytes.n - (size_t)n);
	}
}

/* Everything the server writes to stdout, until it closes; whether it said that this is all. */
static bool receive(int fd, struct buf *out)
{
	bool whole = false;
	struct buf raw CLEANUP(buf_free) = BUF_INIT;
	char part[4096];
	ssize_t n;
	size_t at = 0;

	while ((n = recv(fd, part, sizeof(part), 0)) > 0)
		buf_add(&raw, part, (size_t)n);
	while (at + 8 <= raw.n) {
		const uint8_t *h = (const uint8_t *)raw.p + at;
		size_t length = (size_t)h[4] << 8 | h[5];

		assert_true(at + 8 + length <= raw.n);
		if (h[1] == FCGI_STDOUT)
			buf_add(out, raw.p + at + 8, length);
		whole |= h[1] == FCGI_END;
		at += 8 + length + h[6];
	}
	return whole;
}

static bool ask(const char *uri, const char *length, struct sv body, struct buf *answer)
{
	struct buf request CLEANUP(buf_free) = BUF_INIT;
	int fd = connect_client();

	make_request(&request, uri, length, body);
	send_all(fd, buf_sv(&request));
	bool whole = receive(fd, answer);
	close(fd);
	return whole;
}

static void assert_answer(const char *uri, const char *length, struct sv body, const char *status,
	const char *end)
{
	struct buf answer CLEANUP(buf_free) = BUF_INIT;

	assert_true(ask(uri, length, body, &answer));
	assert_int_equal(strncmp(buf_cstr(&answer), status, strlen(status)), 0);
	assert_non_null(strstr(buf_cstr(&answer), end));
}

/* --- tests --------------------------------------------------------------------------------------- */

static void test_requests(void **state)
{
	(void)state;
	assert_answer("/api/x", "5", SV("hello"), "Status: 200\r\n", "\r\n\r\n/api/x:hello");
	assert_answer("/api/x", "0", SV(""), "Status: 200\r\n", "\r\n\r\n/api/x:");
	assert_answer("/api/../x", "0", SV(""), "Status: 404\r\n", "\"code\":\"not_found\"");
	assert_answer("/api/x", "6", SV("hello"), "Status: 400\r\n", "\"code\":\"short_body\"");
	assert_answer("/api/x", "9999999", SV(""), "Status: 413\r\n", "\"code\":\"too_large\"");
}

/* An answer that failed half-way never ends as if it were whole, and the server goes on. */
static void test_a_broken_answer(void **state)
{
	struct buf whole CLEANUP(buf_free) = BUF_INIT, broken CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_true(ask("/api/file", "0", SV(""), &whole));
	assert_non_null(strstr(buf_cstr(&whole), "half of it"));
	assert_false(ask("/api/file/broken", "0", SV(""), &broken));
	assert_answer("/api/x", "5", SV("hello"), "Status: 200\r\n", "/api/x:hello");
}

static void test_a_large_body(void **state)
{
	struct buf body CLEANUP(buf_free) = BUF_INIT;
	struct buf answer CLEANUP(buf_free) = BUF_INIT;
	char length[32];

	(void)state;
	while (body.n < 700000)
		buf_add_cstr(&body, "0123456789abcdef");
	(void)snprintf(length, sizeof(length), "%zu", body.n);
	ask("/api/x", length, buf_sv(&body), &answer);
	assert_true(answer.n > body.n);
	assert_memory_equal(answer.p + answer.n - body.n, body.p, body.n);
}

static void *one_client(void *arg)
{
	struct buf answer CLEANUP(buf_free) = BUF_INIT;

	ask("/api/x", "5", SV("hello"), &answer);
	if (strstr(buf_cstr(&answer), "/api/x:hello") != NULL)
		atomic_fetch_add((atomic_int *)arg, 1);
	return NULL;
}

static void test_many_at_once(void **state)
{
	pthread_t threads[40];
	atomic_int good = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, one_client, &good), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&good), 40);
}

/* Each costs a thread at most the time-out; afterwards all threads serve again. */
static void test_bad_peers(void **state)
{
	struct buf whole CLEANUP(buf_free) = BUF_INIT;
	int silent[3];

	(void)state;
	make_request(&whole, "/api/x", "5", SV("hello"));
	for (size_t n = 1; n < whole.n; n += 7) {
		int fd = connect_client();

		send_all(fd, sv_from(whole.p, n));
		close(fd);
	}
	for (int i = 0; i < 3; i++) {
		int fd = connect_client();

		send_all(fd, SV("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
		close(fd);
	}
	for (int i = 0; i < 3; i++)
		silent[i] = connect_client();
	assert_answer("/api/x", "5", SV("hello"), "Status: 200\r\n", "/api/x:hello");
	for (int i = 0; i < 3; i++)
		close(silent[i]);
}

static void test_a_body_that_stops(void **state)
{
	struct buf whole CLEANUP(buf_free) = BUF_INIT;
	struct buf answer CLEANUP(buf_free) = BUF_INIT;
	int fd = connect_client();

	(void)state;
	make_request(&whole, "/api/x", "11", SV("hello"));
	/* Without the end of the body: the server waits for its time-out and says so. */
	send_all(fd, sv_from(whole.p, whole.n - 8));
	receive(fd, &answer);
	close(fd);
	assert_non_null(strstr(buf_cstr(&answer), "\"code\":\"short_body\""));
}

static void test_options_are_checked(void **state)
{
	struct http_server_options o = options();
	struct http_server *s = NULL;

	(void)state;
	o.threads = 0;
	assert_int_equal(http_server_new(&o, &s, NULL), E_CONFIG);
	o.threads = HTTP_THREADS_MAX + 1;
	assert_int_equal(http_server_new(&o, &s, NULL), E_CONFIG);
	o = options();
	o.listen_fd = -1;
	assert_true(http_server_new(&o, &s, NULL) < 0);
	assert_null(s);
	http_server_free(NULL);
}

static int refuse_start(void *arg, unsigned thread, void **ret, struct err *err)
{
	(void)arg;
	(void)thread;
	(void)ret;
	return err_set(err, E_CONFIG, "no");
}

static void test_a_thread_that_cannot_start_ends_the_server(void **state)
{
	struct http_server_options o = options();
	struct http_server *s = NULL;
	struct err err = {0};

	(void)state;
	o.start = refuse_start;
	assert_int_equal(http_server_new(&o, &s, NULL), 0);
	assert_int_equal(http_server_run(s, &err), E_CONFIG);
	assert_string_equal(err.detail, "no");
	http_server_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_a_broken_answer),
		cmocka_unit_test(test_a_large_body),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_bad_peers),
		cmocka_unit_test(test_a_body_that_stops),
		cmocka_unit_test(test_options_are_checked),
		cmocka_unit_test(test_a_thread_that_cannot_start_ends_the_server),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
