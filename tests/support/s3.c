/* See s3.h. */
#include "s3.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/base.h"
#include "net/client.h"
#include "seal/hash.h"

#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char endpoint[64];
static const char *id, *key;
static pid_t server;
static int server_stdin = -1;

bool s3_available(void)
{
	return system("/usr/bin/python3 -c 'import swift.proxy.server' 2>/dev/null") == 0; /* NOLINT(cert-env33-c): asks for a module */
}

static bool launch(const char *folder)
{
	int in[2], out[2];
	size_t n = 0;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || (server = fork()) < 0)
		return false;
	if (server == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl("/usr/bin/python3", "python3", TOP_SRCDIR "/tests/vault/s3_server.py", folder,
			id, key, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	server_stdin = in[1];
	while (n < sizeof(endpoint) - 1 && read(out[0], endpoint + n, 1) == 1 && endpoint[n] != '\n')
		n++;
	endpoint[n] = '\0';
	close(out[0]);
	return n > 0;
}

const char *s3_start(const char *folder, const char *key_id, const char *secret)
{
	id = key_id;
	key = secret;
	return launch(folder) && s3_ask("PUT", "/vault", SV_NULL, NOTHING, NULL) == 200 ? endpoint :
											  NULL;
}

void s3_stop(void)
{
	fd_close(&server_stdin);
	if (server > 0)
		waitpid(server, NULL, 0);
	server = 0;
}

int s3_ask(
	const char *method, const char *path, struct sv body, const char *sha256, const char *more)
{
	const struct net_options how = {.plain = true};
	const struct net_sign sign = {
		.region = "here", .service = "s3", .key_id = id, .secret = key};
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct net_client *c CLEANUP(net_client_free) = NULL;
	char url[256], sum[128];
	const char *const headers[] = {sum, "Content-Type: application/octet-stream", more, NULL};
	struct net_request rq = {
		.method = method, .url = url, .headers = headers, .body = body, .sign = &sign};

	snprintf(url, sizeof(url), "%s%s", endpoint, path);
	snprintf(sum, sizeof(sum), "x-amz-content-sha256: %s", sha256);
	assert_int_equal(net_client_new(&how, &c, NULL), 0);
	assert_int_equal(net_send(c, &rq, &rs, NULL), 0);
	return rs.status;
}

int s3_put(const char *path, struct sv body)
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	hash_sha256(body.p, body.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	return s3_ask("PUT", path, body, buf_cstr(&hex), NULL);
}
