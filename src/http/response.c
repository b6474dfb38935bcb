/*
 * Answers. The security headers are one constant: an answer without them cannot be written.
 */
#include "http/response.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

/* An API answer is data: it loads nothing, frames nothing and is stored nowhere. */
static const char security_headers[] =
	"Cache-Control: no-store\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"X-Frame-Options: DENY\r\n"
	"Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; "
	"frame-ancestors 'none'; sandbox\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n";

void http_response_init(struct http_response *rs)
{
	*rs = (struct http_response){.status = 200};
}

void http_response_free(struct http_response *rs)
{
	buf_free(&rs->head);
	buf_wipe(&rs->body);
}

void http_response_reset(struct http_response *rs)
{
	buf_reset(&rs->head);
	buf_reset(&rs->body);
	rs->status = 200;
	rs->content_type = NULL;
}

void http_response_header(struct http_response *rs, const char *name, const char *fmt, ...)
{
	size_t start = rs->head.n;
	va_list ap;

	buf_printf(&rs->head, "%s: ", name);
	va_start(ap, fmt);
	buf_vprintf(&rs->head, fmt, ap);
	va_end(ap);
	for (size_t i = start; i < rs->head.n; i++)
		assert((unsigned char)rs->head.p[i] >= 0x20 && rs->head.p[i] != 0x7f);
	buf_add_cstr(&rs->head, "\r\n");
}

/* Our own sentences and pointers, which may quote a client's field name. */
void http_add_json_string(struct buf *b, const char *s)
{
	struct sv text = sv_from_cstr(s);

	text.n = utf8_valid_prefix(text);
	buf_add_char(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\u%04x", (unsigned)c);
		else
			buf_add_char(b, (char)c);
	}
	buf_add_char(b, '"');
}

static void add_member(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "\"%s\":", name);
	http_add_json_string(b, value);
}

static void add_error(
	struct buf *b, const char *before, const char *pointer, int code, const char *detail)
{
	buf_add_cstr(b, before);
	buf_add_char(b, '{');
	add_member(b, "pointer", pointer);
	buf_add_char(b, ',');
	add_member(b, "code", err_wire(code));
	buf_add_char(b, ',');
	add_member(b, "detail", detail);
	buf_add_char(b, '}');
}

static bool has_header(const struct http_response *rs, const char *name)
{
	return rs->head.p != NULL && strstr(buf_cstr(&rs->head), name) != NULL;
}

void http_response_problem(struct http_response *rs, const struct http_request *rq,
	const struct err *err, const struct http_problem_error *errors, size_t n)
{
	int status = err_status(err->code);
	struct buf *b = &rs->body;

	buf_reset(b);
	rs->status = status;
	rs->content_type = HTTP_PROBLEM_TYPE;
	if ((status == 429 || status == 503) && !has_header(rs, "Retry-After:"))
		http_response_header(rs, "Retry-After", "%d", status == 429 ? 1 : 2);
	buf_printf(b, "{\"type\":\"urn:recon:problem:%s\",", err_wire(err->code));
	add_member(b, "title", err_text(err->code));
	buf_printf(b, ",\"status\":%d,", status);
	add_member(b, "code", err_wire(err->code));
	buf_add_char(b, ',');
	add_member(b, "detail", err->detail[0] != '\0' ? err->detail : err_text(err->code));
	buf_add_char(b, ',');
	add_member(b, "request_id", rq->id);
	buf_add_cstr(b, ",\"errors\":[");
	for (size_t i = 0; i < n; i++)
		add_error(b, i == 0 ? "" : ",", errors[i].pointer, errors[i].code,
			errors[i].detail);
	if (n == 0 && err->pointer[0] != '\0')
		add_error(b, "", err->pointer, err->code, err->detail);
	buf_add_cstr(b, "]}");
}

static bool write_all(struct http_response *rs, const struct http_request *rq, struct sv bytes)
{
	if (!rs->failed && bytes.n > 0 && rq->io.write(rq->io.ctx, bytes.p, bytes.n) < 0)
		rs->failed = true;
	return !rs->failed;
}

static bool send_head(struct http_response *rs, const struct http_request *rq, int64_t length)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	assert(!rs->begun);
	rs->begun = true;
	buf_printf(&b, "Status: %d\r\n", rs->status);
	buf_add_cstr(&b, security_headers);
	buf_printf(&b, "X-Request-Id: %s\r\n", rq->id);
	buf_add_sv(&b, buf_sv(&rs->head));
	if (rs->content_type != NULL)
		buf_printf(&b, "Content-Type: %s\r\n", rs->content_type);
	if (length >= 0 && rs->status != 204)
		buf_printf(&b, "Content-Length: %lld\r\n", (long long)length);
	buf_add_cstr(&b, "\r\n");
	if (!buf_ok(&b) || !buf_ok(&rs->head)) {
		rs->failed = true;
		return false;
	}
	return write_all(rs, rq, buf_sv(&b));
}

bool http_response_send(struct http_response *rs, const struct http_request *rq)
{
	if (!buf_ok(&rs->body)) {
		struct err err = {.code = E_NO_MEMORY};

		http_response_reset(rs);
		http_response_problem(rs, rq, &err, NULL, 0);
	}
	if (!send_head(rs, rq, (int64_t)rs->body.n))
		return false;
	return rq->method == HTTP_HEAD || write_all(rs, rq, buf_sv(&rs->body));
}

bool http_response_begin(struct http_response *rs, const struct http_request *rq, int64_t length)
{
	return send_head(rs, rq, length);
}

bool http_response_write(
	struct http_response *rs, const struct http_request *rq, const void *p, size_t n)
{
	assert(rs->begun);
	return rq->method == HTTP_HEAD || write_all(rs, rq, sv_from(p, n));
}

void http_response_abort(struct http_response *rs)
{
	assert(rs->begun);
	rs->failed = true;
}
