#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H
/*
 * The answer to one request: built in memory and sent once, or begun and then streamed. Every answer
 * carries the security headers and X-Request-Id; nobody else writes status lines.
 */
#include "base/buf.h"
#include "base/err.h"
#include "http/request.h"

#define HTTP_PROBLEM_TYPE "application/problem+json"
#define HTTP_JSON_TYPE "application/json"
#define HTTP_LINES_TYPE "application/x-ndjson"
#define HTTP_PROBLEM_ERRORS_MAX 16

struct http_response {
	int status;
	const char *content_type; /* NULL: no body */
	struct buf head;          /* further header lines */
	struct buf body;
	bool begun;  /* the head was sent */
	bool failed; /* the connection broke */
};

void http_response_init(struct http_response *rs);
void http_response_free(struct http_response *rs); /* also the CLEANUP function */
/* Forgets status, headers and body, for an error after half an answer was built. */
void http_response_reset(struct http_response *rs);

/* A header line; control characters in the value are a defect of ours and end the program. */
void http_response_header(struct http_response *rs, const char *name, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Several findings of one request, e.g. of a schema. */
struct http_problem_error {
	const char *pointer;
	int code;
	const char *detail;
};

/* Makes the answer an RFC 9457 document for err. With n == 0 and a pointer in err, that is the one
 * entry of errors. 429 and 503 get Retry-After unless the caller has set one. */
void http_response_problem(struct http_response *rs, const struct http_request *rq,
	const struct err *err, const struct http_problem_error *errors, size_t n);

/* Appends s as a JSON string; invalid UTF-8 ends it. */
void http_add_json_string(struct buf *b, const char *s);

/* Sends what was built. False when the client has gone; there is nobody to tell. */
bool http_response_send(struct http_response *rs, const struct http_request *rq);

/* Sends status and headers now; the body follows with http_response_write. length < 0: unknown. */
bool http_response_begin(
	struct http_response *rs, const struct http_request *rq, int64_t length);
bool http_response_write(
	struct http_response *rs, const struct http_request *rq, const void *p, size_t n);

/* After begin: the answer has failed, and shall not look whole to whoever reads it. */
void http_response_abort(struct http_response *rs);

#endif
