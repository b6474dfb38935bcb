/* Outgoing HTTP against a server of a few lines: what is sent, what is taken, what is given up. */
#include "net/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "unit/unit.h"

/* A server that answers each connection once, with what it is told, and keeps what it was sent. */
static struct peer {
	int fd;
	char url[64];
	const char *answer; /* NULL: closes without one */
	char got[65536];
	size_t got_n;
	pthread_t thread;
} peer;

static bool is_whole(const char *text, size_t n)
{
	const char *end = memmem(text, n, "\r\n\r\n", 4);
	const char *length = memmem(text, n, "Content-Length: ", 16);

	if (!end)
		return false;
	return !length || (size_t)(text + n - end - 4) >= strtoul(length + 16, NULL, 10);
}

static void *serve_once(void *ctx)
{
	int fd = accept(peer.fd, NULL, NULL);
	ssize_t n = 1;

	(void)ctx;
	peer.got_n = 0;
	while (n > 0 && !is_whole(peer.got, peer.got_n)) {
		n = read(fd, peer.got + peer.got_n, sizeof(peer.got) - 1 - peer.got_n);
		peer.got_n += n > 0 ? (size_t)n : 0;
	}
	peer.got[peer.got_n] = '\0';
	if (peer.answer && write(fd, peer.answer, strlen(peer.answer)) < 0)
		perror("write");
	close(fd);
	return NULL;
}

static void serve(const char *answer)
{
	peer.answer = answer;
	assert_int_equal(pthread_create(&peer.thread, NULL, serve_once, NULL), 0);
}

static void served(void)
{
	assert_int_equal(pthread_join(peer.thread, NULL), 0);
}

static int group_setup(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	(void)state;
	peer.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (peer.fd < 0 || bind(peer.fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		listen(peer.fd, 4) < 0 || getsockname(peer.fd, (struct sockaddr *)&at, &n) < 0)
		return -1;
	snprintf(peer.url, sizeof(peer.url), "http://127.0.0.1:%d", ntohs(at.sin_port));
	return 0;
}

static struct net_client *new_client(struct net_options options)
{
	struct net_client *c = NULL;

	options.plain = true;
	options.agent = "unit";
	assert_int_equal(net_client_new(&options, &c, NULL), 0);
	return c;
}

static const char ok[] = "HTTP/1.1 200 OK\r\nX-What: first\r\nContent-Length: 5\r\n\r\nhello";

static void test_get(void **state)
{
	static const char *const headers[] = {"X-Own: 7", NULL};
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});
	struct net_request rq = {.method = "GET", .url = peer.url, .headers = headers};

	(void)state;
	serve(ok);
	assert_int_equal(net_send(c, &rq, &rs, NULL), 0);
	served();
	assert_int_equal(rs.status, 200);
	assert_string_equal(buf_cstr(&rs.body), "hello");
	assert_true(sv_eq_cstr(net_response_header(&rs, "x-what"), "first"));
	assert_null(net_response_header(&rs, "X-Other").p);
	assert_non_null(strstr(peer.got, "GET / HTTP/1.1\r\n"));
	assert_non_null(strstr(peer.got, "\r\nX-Own: 7\r\n"));
	assert_non_null(strstr(peer.got, "\r\nUser-Agent: unit\r\n"));
	assert_null(strstr(peer.got, "Expect:"));
}

static ssize_t give(void *ctx, char *p, size_t n, uint64_t offset, struct err *err)
{
	const char *text = ctx;

	(void)err;
	n = MIN(n, (size_t)3); /* in small pieces */
	memcpy(p, text + offset, n);
	return (ssize_t)n;
}

static void test_bodies(void **state)
{
	static const char none[] = "HTTP/1.1 204 No Content\r\n\r\n";
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});
	const struct {
		const char *label;
		struct net_request rq;
		const char *line;
	} cases[] = {
		{"text", {.method = "POST", .body = SV("twelve bytes")}, "POST / HTTP/1.1\r\n"},
		{"nothing, as text", {.method = "POST", .body = SV("")}, "POST / HTTP/1.1\r\n"},
		{"a stream",
			{.method = "PATCH", .read = give, .read_ctx = (void *)(uintptr_t)"twelve bytes",
				.body_size = 12},
			"PATCH / HTTP/1.1\r\n"},
		{"none", {.method = "DELETE"}, "DELETE / HTTP/1.1\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
		struct net_request rq = cases[i].rq;
		bool twelve = rq.body_size + rq.body.n == 12;

		rq.url = peer.url;
		serve(none);
		CHECK_INT(cases[i].label, net_send(c, &rq, &rs, NULL), 0);
		served();
		CHECK_INT(cases[i].label, rs.status, 204);
		CHECK(cases[i].label, strncmp(peer.got, cases[i].line, strlen(cases[i].line)) == 0);
		CHECK(cases[i].label, !twelve == !strstr(peer.got, "\r\n\r\ntwelve bytes"));
	}
}

static void test_head(void **state)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});
	struct net_request rq = {.method = "HEAD", .url = peer.url};

	(void)state;
	serve("HTTP/1.1 200 OK\r\nUpload-Offset: 12\r\nContent-Length: 900\r\n\r\n");
	assert_int_equal(net_send(c, &rq, &rs, NULL), 0);
	served();
	assert_true(sv_eq_cstr(net_response_header(&rs, "Upload-Offset"), "12"));
	assert_int_equal(rs.body.n, 0);
}

static int keep(void *ctx, const char *p, size_t n, struct err *err)
{
	struct buf *out = ctx;

	buf_add(out, p, n);
	return out->n > 8 ? err_set(err, E_NO_SPACE, NULL) : 0;
}

static void test_write(void **state)
{
	static const struct {
		const char *label, *answer;
		int rc;
		size_t kept, body;
	} cases[] = {
		{"a body that is taken", ok, 0, 5, 0},
		{"one that does not fit", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789",
			E_NO_SPACE, 9, 0},
		{"one of a refusal", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", 0, 0, 4},
		{"one that ends early", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234", E_UNAVAILABLE,
			4, 0},
	};
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
		struct buf kept CLEANUP(buf_free) = BUF_INIT;
		struct net_request rq = {
			.method = "GET", .url = peer.url, .write = keep, .write_ctx = &kept};
		struct err err = {0};

		serve(cases[i].answer);
		CHECK_INT(cases[i].label, net_send(c, &rq, &rs, &err), cases[i].rc);
		served();
		CHECK_INT(cases[i].label, err.code, cases[i].rc);
		CHECK_INT(cases[i].label, kept.n, cases[i].kept);
		CHECK_INT(cases[i].label, rs.body.n, cases[i].body);
	}
}

static ssize_t give_up(void *ctx, char *p, size_t n, uint64_t offset, struct err *err)
{
	(void)ctx, (void)p, (void)n, (void)offset;
	return err_set(err, E_CORRUPT, "no more");
}

static ssize_t give_nothing(void *ctx, char *p, size_t n, uint64_t offset, struct err *err)
{
	(void)ctx, (void)p, (void)n, (void)offset, (void)err;
	return 0;
}

static void test_failures(void **state)
{
	static const struct {
		const char *label, *answer;
		net_read_fn read;
		int rc;
	} cases[] = {
		{"no answer", NULL, NULL, E_UNAVAILABLE},
		{"an answer that is none", "hello\r\n\r\n", NULL, E_CONFIG},
		{"a source that fails", NULL, give_up, E_CORRUPT},
		{"a source that ends early", NULL, give_nothing, E_IO},
	};
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
		struct net_request rq = {.method = cases[i].read ? "PUT" : "GET",
			.url = peer.url,
			.read = cases[i].read,
			.body_size = 10};
		struct err err = {0};

		serve(cases[i].answer);
		CHECK_INT(cases[i].label, net_send(c, &rq, &rs, &err), cases[i].rc);
		served();
		CHECK_INT(cases[i].label, err.code, cases[i].rc);
		CHECK(cases[i].label, err.detail[0] != '\0');
	}
}

static void test_limit(void **state)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});
	struct net_request rq = {.method = "GET", .url = peer.url};

	(void)state;
	rs.body.limit = 4;
	serve(ok);
	assert_int_equal(net_send(c, &rq, &rs, NULL), E_LIMIT);
	served();
}

/* A redirect is an answer like any other: the credential stays here. */
static void test_redirect(void **state)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});
	struct net_request rq = {.method = "GET", .url = peer.url};

	(void)state;
	serve("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(net_send(c, &rq, &rs, NULL), 0);
	served();
	assert_int_equal(rs.status, 302);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *label, *url;
		bool plain;
		int rc;
	} cases[] = {
		{"nobody listens", "http://127.0.0.1:1/", true, E_UNAVAILABLE},
		{"plain text where TLS is asked for", "http://127.0.0.1:1/", false, E_CONFIG},
		{"another protocol", "file:///etc/passwd", true, E_CONFIG},
		{"no address", "http://", true, E_CONFIG},
		{"no such host", "http://nowhere.invalid/", true, E_UNAVAILABLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
		struct net_options options = {.plain = cases[i].plain, .connect_ms = 3000};
		struct net_client *c CLEANUP(net_client_free) = NULL;
		struct net_request rq = {.method = "GET", .url = cases[i].url};

		assert_int_equal(net_client_new(&options, &c, NULL), 0);
		CHECK_INT(cases[i].label, net_send(c, &rq, &rs, NULL), cases[i].rc);
	}
}

static void test_stall(void **state)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) =
		new_client((struct net_options){.total_ms = 200});
	struct net_request rq = {.method = "GET", .url = peer.url};

	(void)state;
	/* Nobody accepts. */
	assert_int_equal(net_send(c, &rq, &rs, NULL), E_TIMEOUT);
	serve(NULL);
	served();
}

static void test_ca_file(void **state)
{
	struct net_options options = {.ca_file = "/nonexistent/ca.pem"};
	struct net_client *c = NULL;

	(void)state;
	assert_int_equal(net_client_new(&options, &c, NULL), E_CONFIG);
	assert_null(c);
}

/* The signature covers the method, the path, the time and the headers: any of them changes it. */
static void test_sign(void **state)
{
	static const char *const headers[] = {
		"x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		NULL};
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = new_client((struct net_options){0});
	const struct net_sign sign = {.region = "here", .service = "s3", .key_id = "me", .secret = "s"};
	struct net_request rq = {
		.method = "GET", .url = peer.url, .headers = headers, .sign = &sign};

	(void)state;
	serve(ok);
	assert_int_equal(net_send(c, &rq, &rs, NULL), 0);
	served();
	assert_non_null(strstr(peer.got, "Authorization: AWS4-HMAC-SHA256 Credential=me/"));
	assert_non_null(strstr(peer.got, "/here/s3/aws4_request"));
	assert_non_null(strstr(peer.got, "host;x-amz-content-sha256;x-amz-date"));
}

static void test_encoded(void **state)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	net_add_encoded(&out, SV("aZ0-._~ /+\xc3\xa9\0"));
	assert_string_equal(buf_cstr(&out), "aZ0-._~%20%2F%2B%C3%A9%00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_ca_file),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_encoded),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
