/*
 * HTTP requests by libcurl's easy interface. Every option is set anew for each request, so that none
 * is left over from the one before; the connection stays.
 */
#include "net/client.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/guard.h"

#define CONNECT_MS 10000
#define STALL_MS 60000

struct net_client {
	CURL *curl;
	char *agent;
	char *ca_file;
	bool plain;
	bool proxies;
	const struct net_guard *guard;
	bool guarded; /* an address was refused */
	int64_t connect_ms, stall_ms, total_ms;
	char why[CURL_ERROR_SIZE];
};

/* One request under way. */
struct transfer {
	struct net_client *client;
	const struct net_request *rq;
	struct net_response *rs;
	uint64_t sent;
	struct err err; /* of a callback */
};

static int copy_text(const char *text, char **ret, struct err *err)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

int net_client_new(
	const struct net_options *options, struct net_client **ret_client, struct err *err)
{
	struct net_client *c CLEANUP(net_client_free) = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_set(err, E_NO_MEMORY, NULL);
	/* Counted by libcurl, and safe in threads since 7.84. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, E_NO_MEMORY, NULL);
	c->plain = options->plain;
	c->proxies = options->proxies;
	c->guard = options->guard;
	c->connect_ms = options->connect_ms ? options->connect_ms : CONNECT_MS;
	c->stall_ms = options->stall_ms ? options->stall_ms : STALL_MS;
	c->total_ms = options->total_ms;
	if (options->ca_file && access(options->ca_file, R_OK) < 0)
		return err_set(err, E_CONFIG, "The certificates in %s cannot be read.",
			options->ca_file);
	rc = copy_text(options->agent, &c->agent, err);
	if (rc == 0)
		rc = copy_text(options->ca_file, &c->ca_file, err);
	if (rc < 0)
		return rc;
	c->curl = curl_easy_init();
	if (!c->curl)
		return err_set(err, E_NO_MEMORY, NULL);
	*ret_client = TAKE(c);
	return 0;
}

void net_client_free(struct net_client **c)
{
	if (!*c)
		return;
	curl_easy_cleanup((*c)->curl);
	curl_global_cleanup();
	free((*c)->agent);
	free((*c)->ca_file);
	free(*c);
	*c = NULL;
}

void net_response_free(struct net_response *rs)
{
	buf_free(&rs->body);
}

/* --- bodies ----------------------------------------------------------------------------------- */

static size_t on_read(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	uint64_t left = t->rq->body_size - t->sent;
	ssize_t got;

	if (left == 0)
		return 0;
	n = (size_t)MIN((uint64_t)(size * n), left);
	got = t->rq->read(t->rq->read_ctx, p, n, t->sent, &t->err);
	if (got == 0)
		err_set(&t->err, E_IO, "There was less to send than announced.");
	if (got <= 0)
		return CURL_READFUNC_ABORT;
	t->sent += (uint64_t)got;
	return (size_t)got;
}

/* A kept connection that turns out to be dead is tried again from the start of the body. */
static int on_seek(void *ctx, curl_off_t offset, int origin)
{
	struct transfer *t = ctx;

	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_FAIL;
	t->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static size_t on_write(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	long status = 0;

	n *= size;
	curl_easy_getinfo(t->client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (t->rq->write && status >= 200 && status < 300)
		return t->rq->write(t->rq->write_ctx, p, n, &t->err) == 0 ? n : 0;
	buf_add(&t->rs->body, p, n);
	if (buf_ok(&t->rs->body))
		return n;
	err_set(&t->err, t->rs->body.error, "The answer is larger than expected.");
	return 0;
}

/* --- one request ------------------------------------------------------------------------------ */

/* libcurl's variadic setters report an option that this version lacks; all of ours are older than
 * the version that configure asks for, and memory is the only other reason. */
#define SET(c, option, value) (curl_easy_setopt((c)->curl, (option), (value)) == CURLE_OK)

static bool set_transport(struct net_client *c)
{
	return SET(c, CURLOPT_ERRORBUFFER, c->why) && SET(c, CURLOPT_NOSIGNAL, 1L) &&
	       SET(c, CURLOPT_PROTOCOLS_STR, c->plain ? "http,https" : "https") &&
	       SET(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       SET(c, CURLOPT_SSL_VERIFYPEER, 1L) && SET(c, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       (!c->ca_file || (SET(c, CURLOPT_CAINFO, c->ca_file) && SET(c, CURLOPT_CAPATH, NULL))) &&
	       (c->proxies || SET(c, CURLOPT_NOPROXY, "*")) &&
	       (!c->agent || SET(c, CURLOPT_USERAGENT, c->agent)) &&
	       SET(c, CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_ms) &&
	       SET(c, CURLOPT_TIMEOUT_MS, (long)c->total_ms) &&
	       SET(c, CURLOPT_LOW_SPEED_LIMIT, 1L) &&
	       SET(c, CURLOPT_LOW_SPEED_TIME, (long)((c->stall_ms + 999) / 1000));
}

/* libcurl calls it with the address that it is about to connect to. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct net_client *c = ctx;

	(void)purpose;
	if (!net_guard_allows(c->guard, &address->addr)) {
		c->guarded = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool set_guard(struct net_client *c)
{
	c->guarded = false;
	return !c->guard || (SET(c, CURLOPT_OPENSOCKETFUNCTION, on_open) &&
				    SET(c, CURLOPT_OPENSOCKETDATA, c) &&
				    SET(c, CURLOPT_FRESH_CONNECT, 1L) &&
				    SET(c, CURLOPT_FORBID_REUSE, 1L) &&
				    SET(c, CURLOPT_DNS_CACHE_TIMEOUT, 0L));
}

static bool set_trust(struct net_client *c, const struct net_request *rq)
{
	struct curl_blob pem = {.len = rq->ca_pem.n, .flags = CURL_BLOB_COPY};

	/* It is only read, though its type does not say so. */
	memcpy(&pem.data, &rq->ca_pem.p, sizeof(pem.data));
	return (!rq->ca_pem.p || (SET(c, CURLOPT_CAINFO, NULL) && SET(c, CURLOPT_CAPATH, NULL) &&
					 SET(c, CURLOPT_CAINFO_BLOB, &pem))) &&
	       (!rq->pins || SET(c, CURLOPT_PINNEDPUBLICKEY, rq->pins));
}

static bool set_sign(struct net_client *c, const struct net_sign *sign, struct buf *scratch)
{
	bool ok;

	buf_printf(scratch, "aws:amz:%s:%s", sign->region, sign->service);
	ok = buf_ok(scratch) && SET(c, CURLOPT_AWS_SIGV4, buf_cstr(scratch)) &&
	     SET(c, CURLOPT_USERNAME, sign->key_id) && SET(c, CURLOPT_PASSWORD, sign->secret);
	buf_reset(scratch);
	return ok;
}

static bool set_body(struct net_client *c, struct transfer *t)
{
	const struct net_request *rq = t->rq;

	if (rq->read)
		return SET(c, CURLOPT_UPLOAD, 1L) && SET(c, CURLOPT_READFUNCTION, on_read) &&
		       SET(c, CURLOPT_READDATA, t) && SET(c, CURLOPT_SEEKFUNCTION, on_seek) &&
		       SET(c, CURLOPT_SEEKDATA, t) &&
		       SET(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)rq->body_size);
	if (rq->body.p)
		return SET(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.n) &&
		       SET(c, CURLOPT_POSTFIELDS, rq->body.p);
	return strcmp(rq->method, "HEAD") != 0 || SET(c, CURLOPT_NOBODY, 1L);
}

static bool set_request(struct net_client *c, struct transfer *t, struct curl_slist *headers,
	struct buf *scratch)
{
	const struct net_request *rq = t->rq;

	curl_easy_reset(c->curl);
	return set_transport(c) && set_guard(c) && set_trust(c, rq) && SET(c, CURLOPT_URL, rq->url) && set_body(c, t) &&
	       SET(c, CURLOPT_CUSTOMREQUEST, rq->method) && SET(c, CURLOPT_HTTPHEADER, headers) &&
	       SET(c, CURLOPT_WRITEFUNCTION, on_write) && SET(c, CURLOPT_WRITEDATA, t) &&
	       (!rq->sign || set_sign(c, rq->sign, scratch));
}

static bool add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static void list_free(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static int make_headers(const struct net_request *rq, struct curl_slist **ret, struct err *err)
{
	/* A question before a body costs a round trip, and a second where it is not understood. A
	 * signature would cover the header that is not sent. */
	bool ok = rq->sign || add_header(ret, "Expect:");

	for (const char *const *line = rq->headers; ok && line && *line; line++)
		ok = add_header(ret, *line);
	return ok ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

static int code_of(CURLcode code)
{
	static const struct {
		CURLcode curl;
		int code;
	} codes[] = {
		{CURLE_OUT_OF_MEMORY, E_NO_MEMORY},
		{CURLE_OPERATION_TIMEDOUT, E_TIMEOUT},
		{CURLE_URL_MALFORMAT, E_CONFIG},
		{CURLE_UNSUPPORTED_PROTOCOL, E_CONFIG},
		{CURLE_PEER_FAILED_VERIFICATION, E_CONFIG},
		{CURLE_SSL_CACERT_BADFILE, E_CONFIG},
		{CURLE_SSL_CIPHER, E_CONFIG},
		{CURLE_SSL_PINNEDPUBKEYNOTMATCH, E_CONFIG},
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].curl == code)
			return codes[i].code;
	return E_UNAVAILABLE;
}

static int transfer_end(struct transfer *t, CURLcode code, struct err *err)
{
	struct net_client *c = t->client;
	long status = 0;

	if (t->err.code) {
		if (err)
			*err = t->err;
		return t->err.code;
	}
	if (code != CURLE_OK && c->guarded)
		return err_set(err, E_CONFIG, "The address is not one that may be connected to.");
	if (code != CURLE_OK)
		return err_set(err, code_of(code), "%s.",
			c->why[0] ? c->why : curl_easy_strerror(code));
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	t->rs->status = (int)status;
	t->rs->client = c;
	return 0;
}

int net_send(struct net_client *c, const struct net_request *rq, struct net_response *ret,
	struct err *err)
{
	struct curl_slist *headers CLEANUP(list_free) = NULL;
	struct buf scratch CLEANUP(buf_free) = BUF_INIT;
	struct transfer t = {.client = c, .rq = rq, .rs = ret};
	int rc = make_headers(rq, &headers, err);

	if (rc < 0)
		return rc;
	c->why[0] = '\0';
	buf_reset(&ret->body);
	ret->status = 0;
	ret->client = NULL;
	if (!set_request(c, &t, headers, &scratch))
		return err_set(err, E_NO_MEMORY, NULL);
	return transfer_end(&t, curl_easy_perform(c->curl), err);
}

struct sv net_response_header(const struct net_response *rs, const char *name)
{
	struct curl_header *header;

	if (!rs->client || curl_easy_header(rs->client->curl, name, 0, CURLH_HEADER, -1, &header))
		return SV_NULL;
	return sv_from_cstr(header->value);
}

void net_add_encoded(struct buf *out, struct sv s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr(plain, s.p[i]))
			buf_add_char(out, s.p[i]);
		else
			buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
	}
}
