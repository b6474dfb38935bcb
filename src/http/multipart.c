/*
 * The body is looked at through a window; a boundary is searched in it, and as many bytes as could be
 * the start of one stay in it until it is known that they are none.
 */
#include "http/multipart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 65536
#define HEADERS_MAX 8192

struct multipart {
	struct http_request *rq;
	char mark[MULTIPART_BOUNDARY_MAX + 8]; /* CR LF - - boundary */
	size_t mark_n;
	char window[WINDOW];
	size_t at, n;
	bool ended; /* the file has */
};

static int malformed(struct err *err)
{
	return err_set(err, E_BAD_REQUEST, "The multipart body is not well formed.");
}

/* The boundary of the content type, quoted or not. */
static struct sv boundary_of(struct sv type)
{
	while (type.n > 0) {
		struct sv parameter = sv_trim(sv_cut(&type, ';'));
		struct sv value = parameter;
		struct sv name = sv_cut(&value, '=');

		if (!sv_eq_nocase(sv_trim(name), SV("boundary")))
			continue;
		value = sv_trim(value);
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = sv_from(value.p + 1, value.n - 2);
		return value;
	}
	return SV_NULL;
}

static int set_mark(struct multipart *m, struct err *err)
{
	struct sv boundary = boundary_of(http_env(m->rq, "CONTENT_TYPE"));

	if (!http_content_is(m->rq, MULTIPART_TYPE))
		return err_set(err, E_MEDIA_TYPE, "A form comes as %s.", MULTIPART_TYPE);
	if (boundary.n < 1 || boundary.n > MULTIPART_BOUNDARY_MAX)
		return err_set(err, E_BAD_REQUEST, "The content type has no boundary.");
	m->mark_n = (size_t)snprintf(
		m->mark, sizeof(m->mark), "\r\n--%.*s", SV_ARG(boundary));
	return 0;
}

/* More of the body into the window; false at its announced end. */
static int fill(struct multipart *m, bool *ret_more, struct err *err)
{
	memmove(m->window, m->window + m->at, m->n - m->at);
	m->n -= m->at;
	m->at = 0;
	ssize_t got = http_read(m->rq, m->window + m->n, WINDOW - m->n, err);
	if (got < 0)
		return (int)got;
	m->n += (size_t)got;
	*ret_more = got > 0;
	return 0;
}

static const char *find(const struct multipart *m, const char *what, size_t n)
{
	return m->n - m->at < n ? NULL : memmem(m->window + m->at, m->n - m->at, what, n);
}

/* Fills until what is in the window; *ret NULL: it is not within max bytes, or not at all. */
static int find_within(struct multipart *m, const char *what, size_t n, size_t max,
	const char **ret, struct err *err)
{
	bool more = true;
	int rc = 0;

	while ((*ret = find(m, what, n)) == NULL && rc == 0 && more && m->n - m->at < max)
		rc = fill(m, &more, err);
	return rc;
}

/* Behind a boundary: "--" ends the body, a line end begins a part. */
static int behind_mark(struct multipart *m, bool *ret_last, struct err *err)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && m->n - m->at < 2)
		rc = fill(m, &more, err);
	if (rc != 0)
		return rc;
	if (m->n - m->at < 2)
		return malformed(err);
	*ret_last = memcmp(m->window + m->at, "--", 2) == 0;
	if (!*ret_last && memcmp(m->window + m->at, "\r\n", 2) != 0)
		return malformed(err);
	m->at += 2;
	return 0;
}

/* The headers of a part; whether it is a file. The window stands behind them. */
static int read_headers(struct multipart *m, bool *ret_file, struct err *err)
{
	const char *end = NULL;
	int rc;

	/* So that headers always end with an empty line behind a line end, also where there are none. */
	m->at -= 2;
	rc = find_within(m, "\r\n\r\n", 4, HEADERS_MAX, &end, err);
	if (rc != 0)
		return rc;
	if (end == NULL)
		return malformed(err);
	struct sv headers = sv_from(m->window + m->at, (size_t)(end - m->window) - m->at);
	*ret_file = false;
	for (size_t i = 0; i + 9 <= headers.n; i++)
		*ret_file |= sv_eq_nocase(sv_from(headers.p + i, 9), SV("filename="));
	m->at = (size_t)(end - m->window) + 4;
	return 0;
}

/* Passes over a field of the form. */
static int skip_part(struct multipart *m, bool *ret_last, struct err *err)
{
	const char *mark = NULL;
	int rc = find_within(m, m->mark, m->mark_n, HEADERS_MAX, &mark, err);

	if (rc != 0)
		return rc;
	if (mark == NULL)
		return malformed(err);
	m->at = (size_t)(mark - m->window) + m->mark_n;
	return behind_mark(m, ret_last, err);
}

static int find_file(struct multipart *m, struct err *err)
{
	const char *mark = NULL;
	bool last = false, file = false;
	/* The first boundary has no line end before it. */
	int rc = find_within(m, m->mark + 2, m->mark_n - 2, HEADERS_MAX, &mark, err);

	if (rc != 0)
		return rc;
	if (mark != m->window)
		return malformed(err);
	m->at = m->mark_n - 2;
	rc = behind_mark(m, &last, err);
	while (rc == 0 && !last && !file) {
		rc = read_headers(m, &file, err);
		if (rc == 0 && !file)
			rc = skip_part(m, &last, err);
	}
	return rc == 0 && !file ? err_set(err, E_BAD_REQUEST, "The form has no file.") : rc;
}

int multipart_open(struct http_request *rq, struct multipart **ret, struct err *err)
{
	struct multipart *m CLEANUP(multipart_free) = calloc(1, sizeof(*m));

	if (m == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	m->rq = rq;
	int rc = set_mark(m, err);
	if (rc == 0)
		rc = find_file(m, err);
	if (rc == 0)
		*ret = TAKE(m);
	return rc;
}

void multipart_free(struct multipart **m)
{
	free(*m);
	*m = NULL;
}

/* The file has ended: nothing but the end of the form may follow. */
static int end(struct multipart *m, struct err *err)
{
	bool last = false, more = true;
	int rc;

	m->at += m->mark_n;
	rc = behind_mark(m, &last, err);
	if (rc != 0)
		return rc;
	if (!last)
		return err_set(err, E_BAD_REQUEST, "An upload is one file, and nothing behind it.");
	m->at = m->n; /* an epilogue is read and forgotten */
	while (rc == 0 && more) {
		rc = fill(m, &more, err);
		m->at = m->n;
	}
	m->ended = true;
	return rc;
}

ssize_t multipart_read(struct multipart *m, void *p, size_t n, struct err *err)
{
	bool more = true;
	int rc = 0;

	if (m->ended || n == 0)
		return 0;
	while (rc == 0 && more && m->n - m->at < m->mark_n + 2)
		rc = fill(m, &more, err);
	if (rc != 0)
		return rc;
	const char *mark = find(m, m->mark, m->mark_n);
	if (mark == m->window + m->at) {
		rc = end(m, err);
		return rc;
	}
	/* Without a boundary in sight the last bytes may still be the start of one. */
	size_t sure = mark != NULL ? (size_t)(mark - m->window) - m->at
		      : m->n - m->at >= m->mark_n ? m->n - m->at - (m->mark_n - 1)
						  : 0;
	if (sure == 0)
		return malformed(err);
	n = MIN(n, sure);
	memcpy(p, m->window + m->at, n);
	m->at += n;
	return (ssize_t)n;
}
