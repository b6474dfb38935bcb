#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H
/*
 * One HTTP request as FastCGI parameters (RFC 3875 names) and a byte stream.
 *
 * Parsing is strict where two readers could disagree: a path with escapes, empty or dot segments is
 * not ours; a query parameter or cookie given twice is refused. All views point into the request's
 * parameters or its arena and live as long as the request.
 */
#include <sys/types.h>

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_METHODS
};

#define HTTP_HEADERS_MAX (32 * 1024) /* bytes of all header values together */
#define HTTP_PATH_MAX 1024
#define HTTP_QUERY_MAX 4096
#define HTTP_PARAMS_MAX 32
#define HTTP_REQUEST_ID_LEN 36

/* Where the body comes from and the answer goes to; the FastCGI server's, or a test's. */
struct http_io {
	/* Bytes read, 0 at the end, negative when the connection failed. Blocks. */
	ssize_t (*read)(void *ctx, void *p, size_t n);
	/* 0 or negative when the connection failed. Blocks. */
	int (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
};

struct http_param {
	struct sv name;
	struct sv value; /* decoded, valid UTF-8 without NUL */
};

struct http_request {
	struct arena *arena;
	struct http_io io;
	const char *const *env; /* NULL-terminated "NAME=value" */
	enum http_method method;
	struct sv path; /* "/api/v1/…", nothing to decode in it */
	struct http_param query[HTTP_PARAMS_MAX];
	size_t query_count;
	int64_t content_length; /* -1 when not given */
	int64_t body_read;
	char id[HTTP_REQUEST_ID_LEN + 1];
	struct sv remote_addr;
};

const char *http_method_name(enum http_method m);
bool http_method_is_safe(enum http_method m); /* GET and HEAD */

/* Fills ret from env. E_BAD_REQUEST, E_METHOD, E_NOT_FOUND (no canonical path), E_HEADER_SIZE. The
 * id is set even then: nginx's REQUEST_ID parameter, else a new one. */
MUST_CHECK int http_request_init(struct http_request *ret, struct arena *arena,
	const char *const *env, struct http_io io, struct err *err);

/* A CGI parameter, e.g. "REMOTE_ADDR"; SV_NULL when absent. */
struct sv http_env(const struct http_request *rq, const char *name);
/* A header by its usual name, e.g. "If-Match"; SV_NULL when absent. */
struct sv http_header(const struct http_request *rq, const char *name);
/* A query parameter; SV_NULL when absent. */
struct sv http_query(const struct http_request *rq, const char *name);
/* A cookie; SV_NULL in *ret when absent. E_BAD_REQUEST when it is there twice. */
MUST_CHECK int http_cookie(
	const struct http_request *rq, const char *name, struct sv *ret, struct err *err);
/* Is the media type (without parameters, any case) the one given? */
bool http_content_is(const struct http_request *rq, const char *type);

/* Some bytes of the body: their number, 0 at its announced end. E_SHORT_BODY: the client went away
 * or stopped sending. Bytes beyond the announced length are never read. */
MUST_CHECK ssize_t http_read(struct http_request *rq, void *p, size_t n, struct err *err);
/* All of the body into the arena, at most max bytes. E_LENGTH_REQUIRED, E_TOO_LARGE (before any
 * byte is read), E_SHORT_BODY, E_NO_MEMORY. No Content-Length with nothing to read is empty. */
MUST_CHECK int http_read_all(
	struct http_request *rq, size_t max, struct sv *ret, struct err *err);

#endif
