/*
 * The window holds one whole token (a tag, a comment, a run of text up to the next tag) or grows
 * until it does; text that is longer is given in pieces. Values point into the window, or into the
 * decoded buffer where they hold references.
 */
#include "read/xml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define WINDOW_FIRST 65536u
#define TEXT_MIN 4096u /* a piece of text is no shorter while more may follow */

static int broken(struct err *err, const char *what)
{
	return err_set(err, E_UNREADABLE, "The XML inside is not well-formed: %s.", what);
}

/* ---- window ---- */

/* Makes more of the document visible; false in *ret_more at its end. */
static int fill(struct xml *x, bool *ret_more, struct err *err)
{
	assert(x->cap > 0); /* it is open */
	if (x->at > 0) {
		memmove(x->window, x->window + x->at, x->n - x->at);
		x->n -= x->at;
		x->at = 0;
	}
	if (x->n == x->cap) {
		if (x->cap >= 2 * XML_TOKEN_MAX)
			return err_set(
				err, E_LIMIT, "The XML inside has a tag of more than 1 MiB.");
		char *window = realloc(x->window, x->cap * 2);

		if (window == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		x->window = window;
		x->cap *= 2;
	}
	size_t got = 0;
	int rc = x->eof ? 0 : x->read(x->ctx, x->window + x->n, x->cap - x->n, &got, err);
	if (rc != 0)
		return rc;
	x->n += got;
	x->eof = got == 0;
	*ret_more = got > 0;
	return 0;
}

/* What is visible from here. */
static struct sv rest(const struct xml *x)
{
	return sv_from(x->window + x->at, x->n - x->at);
}

/* At least n bytes visible, fewer only at the end. */
static int need(struct xml *x, size_t n, struct err *err)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && x->n - x->at < n)
		rc = fill(x, &more, err);
	return rc;
}

/* Makes the token that starts here and ends with the given mark visible as a whole. */
static int find(struct xml *x, struct sv mark, size_t from, size_t *ret_at, struct err *err)
{
	for (;;) {
		struct sv s = rest(x);
		const char *p = from >= s.n ? NULL : memmem(s.p + from, s.n - from, mark.p, mark.n);
		bool more;

		if (p != NULL) {
			*ret_at = (size_t)(p - s.p);
			return 0;
		}
		from = s.n > mark.n + from ? s.n - mark.n : from;
		int rc = fill(x, &more, err);
		if (rc != 0)
			return rc;
		if (!more)
			return broken(err, "it ends early");
	}
}

/* ---- references ---- */

static size_t one_reference(struct sv s, uint32_t *ret)
{
	static const struct {
		struct sv name;
		char c;
	} known[] = {{{"&amp;", 5}, '&'}, {{"&lt;", 4}, '<'}, {{"&gt;", 4}, '>'},
		{{"&quot;", 6}, '"'}, {{"&apos;", 6}, '\''}};
	uint32_t cp = 0;
	size_t i = 2;

	for (size_t k = 0; k < ARRAY_LEN(known); k++)
		if (sv_starts_with(s, known[k].name)) {
			*ret = (unsigned char)known[k].c;
			return known[k].name.n;
		}
	bool hex = s.n > 2 && s.p[2] == 'x';
	if (s.n < 4 || s.p[1] != '#')
		return 0;
	for (i += hex; i < s.n && s.p[i] != ';'; i++) {
		uint32_t c = (unsigned char)s.p[i], low = c | 0x20;
		uint32_t digit = 99;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (hex && low >= 'a' && low <= 'f')
			digit = low - 'a' + 10u;
		if (digit == 99 || cp > 0x10ffff)
			return 0;
		cp = cp * (hex ? 16 : 10) + digit;
	}
	if (i == s.n || i == (hex ? 3u : 2u) || cp == 0 || cp > 0x10ffff ||
		(cp >= 0xd800 && cp < 0xe000))
		return 0;
	*ret = cp;
	return i + 1;
}

/* Appends s with its references replaced. */
static int decode(struct sv s, struct buf *out, struct err *err)
{
	while (s.n > 0) {
		const char *amp = memchr(s.p, '&', s.n);
		size_t plain = amp == NULL ? s.n : (size_t)(amp - s.p);
		uint32_t cp;
		char bytes[4];

		buf_add(out, s.p, plain);
		s = sv_from(s.p + plain, s.n - plain);
		if (s.n == 0)
			break;
		size_t used = one_reference(s, &cp);
		if (used == 0)
			return broken(err, "it refers to an entity that XML does not have");
		buf_add(out, bytes, utf8_put(cp, bytes));
		s = sv_from(s.p + used, s.n - used);
	}
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* ---- tags ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_name(char c)
{
	return is_blank(c) || c == '=' || c == '>' || c == '/' || c == '<' || c == '"' ||
	       c == '\'' || c == '&';
}

/* A name at the start of *s, which moves behind it. */
static struct sv take_name(struct sv *s)
{
	size_t n = 0;

	while (n < s->n && !ends_name(s->p[n]))
		n++;
	struct sv name = sv_from(s->p, n);
	*s = sv_from(s->p + n, s->n - n);
	return name;
}

static void skip_blanks(struct sv *s)
{
	while (s->n > 0 && is_blank(s->p[0]))
		*s = sv_from(s->p + 1, s->n - 1);
}

static struct sv local(struct sv name)
{
	size_t i = name.n;

	while (i > 0 && name.p[i - 1] != ':')
		i--;
	return sv_from(name.p + i, name.n - i);
}

static int take_value(struct sv *s, struct sv *ret, struct err *err)
{
	char quote = s->n > 0 ? s->p[0] : '\0';
	const char *end = quote == '"' || quote == '\'' ? memchr(s->p + 1, quote, s->n - 1) : NULL;

	if (end == NULL)
		return broken(err, "an attribute has no quotes");
	struct sv value = sv_from(s->p + 1, (size_t)(end - s->p) - 1);
	*s = sv_from(end + 1, s->n - value.n - 2);
	*ret = value;
	if (memchr(value.p, '<', value.n) != NULL)
		return broken(err, "an attribute has a <");
	return 0;
}

static bool repeated(const struct xml *x, struct sv name, const struct sv *full)
{
	for (uint32_t i = 0; i < x->nattrs; i++)
		if (full[i].p[0] == name.p[0] && sv_eq(full[i], name))
			return true;
	return false;
}

static int take_attrs(struct xml *x, struct sv s, struct err *err)
{
	struct sv full[XML_ATTRS_MAX];

	x->nattrs = 0;
	for (skip_blanks(&s); s.n > 0; skip_blanks(&s)) {
		struct sv name = take_name(&s);

		skip_blanks(&s);
		if (name.n == 0 || s.n == 0 || s.p[0] != '=')
			return broken(err, "an attribute has no value");
		if (x->nattrs == XML_ATTRS_MAX)
			return err_set(err, E_LIMIT,
				"The XML inside has a tag with more than %u attributes.",
				XML_ATTRS_MAX);
		if (repeated(x, name, full))
			return broken(err, "an attribute is there twice");
		s = sv_from(s.p + 1, s.n - 1);
		skip_blanks(&s);
		struct xml_attr *a = &x->attrs[x->nattrs];
		int rc = take_value(&s, &a->value, err);
		if (rc != 0)
			return rc;
		if (s.n > 0 && !is_blank(s.p[0]))
			return broken(err, "attributes are not apart");
		a->name = local(name);
		full[x->nattrs++] = name;
	}
	return 0;
}

/* Attributes with references point into the decoded text; room for all of it is made first. */
static int decode_attrs(struct xml *x, struct err *err)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < x->nattrs; i++)
		if (memchr(x->attrs[i].value.p, '&', x->attrs[i].value.n) != NULL)
			bytes += x->attrs[i].value.n;
	if (bytes == 0)
		return 0;
	buf_reset(&x->decoded);
	if (buf_reserve(&x->decoded, bytes + 1) == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < x->nattrs; i++) {
		struct sv *v = &x->attrs[i].value;
		size_t from = x->decoded.n;

		if (memchr(v->p, '&', v->n) == NULL)
			continue;
		int rc = decode(*v, &x->decoded, err);
		if (rc != 0)
			return rc;
		*v = sv_from(x->decoded.p + from, x->decoded.n - from);
	}
	return 0;
}

static int open_element(struct xml *x, struct sv name, struct err *err)
{
	if (x->depth == 0 && x->rooted)
		return broken(err, "it has two roots");
	if (x->depth == XML_DEPTH_MAX)
		return err_set(err, E_LIMIT, "The XML inside is more than %u deep.", XML_DEPTH_MAX);
	x->rooted = true;
	x->name_at[x->depth++] = (uint32_t)x->names.n;
	buf_add_sv(&x->names, name);
	x->name = local(name);
	return buf_ok(&x->names) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

static int close_element(struct xml *x, struct sv name, struct err *err)
{
	if (x->depth == 0)
		return broken(err, "a tag closes what is not open");
	size_t from = x->name_at[x->depth - 1];
	if (!sv_eq(name, sv_from(x->names.p + from, x->names.n - from)))
		return broken(err, "tags do not nest");
	x->names.n = from;
	x->depth--;
	x->name = local(name);
	x->nattrs = 0;
	return 0;
}

/* The > that ends a tag: one inside of a quoted value does not. */
static int find_tag_end(struct xml *x, size_t *ret, struct err *err)
{
	size_t i = 1;
	char quote = '\0';

	for (;;) {
		const char *p = x->window + x->at;
		size_t n = x->n - x->at;
		bool more;

		for (; i < n; i++) {
			if (quote != '\0')
				quote = p[i] == quote ? '\0' : quote;
			else if (p[i] == '>')
				break;
			else if (p[i] == '"' || p[i] == '\'')
				quote = p[i];
		}
		if (i < n) {
			*ret = i;
			return 0;
		}
		int rc = fill(x, &more, err);
		if (rc != 0)
			return rc;
		if (!more)
			return broken(err, "it ends early");
	}
}

static int take_tag(struct xml *x, enum xml_event *ret, struct err *err)
{
	size_t end = 0;
	int rc = find_tag_end(x, &end, err);

	if (rc != 0)
		return rc;
	struct sv s = sv_from(x->window + x->at + 1, end - 1);
	x->at += end + 1;
	if (s.n > 0 && s.p[0] == '/') {
		s = sv_from(s.p + 1, s.n - 1);
		struct sv name = take_name(&s);

		skip_blanks(&s);
		*ret = XML_END;
		return s.n > 0 ? broken(err, "a closing tag has attributes")
			       : close_element(x, name, err);
	}
	x->closing = s.n > 0 && s.p[s.n - 1] == '/';
	s.n -= x->closing;
	struct sv name = take_name(&s);
	if (name.n == 0 || (s.n > 0 && !is_blank(s.p[0])))
		return broken(err, "a tag has no name");
	*ret = XML_START;
	rc = open_element(x, name, err);
	if (rc == 0)
		rc = take_attrs(x, s, err);
	return rc != 0 ? rc : decode_attrs(x, err);
}

/* ---- what is no element ---- */

/* The declaration says in which encoding: only the one that it is in, or is part of it. */
static int check_declaration(struct sv s, struct err *err)
{
	const char *p = memmem(s.p, s.n, "encoding", 8);

	if (p == NULL)
		return 0;
	struct sv value = sv_from(p + 8, (size_t)(s.p + s.n - p) - 8);
	while (value.n > 0 && (is_blank(value.p[0]) || strchr("='\"", value.p[0]) != NULL))
		value = sv_from(value.p + 1, value.n - 1);
	size_t n = 0;
	while (n < value.n && value.p[n] != '"' && value.p[n] != '\'')
		n++;
	value.n = n;
	if (!sv_eq_nocase(value, SV("utf-8")) && !sv_eq_nocase(value, SV("us-ascii")))
		return broken(err, "its encoding is not UTF-8");
	return 0;
}

static int take_instruction(struct xml *x, struct err *err)
{
	size_t end = 0;
	int rc = find(x, SV("?>"), 2, &end, err);

	if (rc != 0)
		return rc;
	struct sv s = sv_from(x->window + x->at, end);
	x->at += end + 2;
	return sv_starts_with(s, SV("<?xml ")) && !x->rooted && !x->transcoded
		       ? check_declaration(s, err)
		       : 0;
}

/* Comments are of any length: stepped over piece by piece. */
static int skip_comment(struct xml *x, struct err *err)
{
	x->at += 4;
	for (;;) {
		struct sv s = rest(x);
		const char *p = memmem(s.p, s.n, "-->", 3);
		bool more;

		if (p != NULL) {
			x->at += (size_t)(p - s.p) + 3;
			return 0;
		}
		x->at += s.n > 2 ? s.n - 2 : 0;
		int rc = fill(x, &more, err);
		if (rc != 0)
			return rc;
		if (!more)
			return broken(err, "it ends early");
	}
}

static int take_cdata(struct xml *x, struct err *err)
{
	size_t end = 0;
	int rc = find(x, SV("]]>"), 9, &end, err);

	if (rc != 0)
		return rc;
	if (x->depth == 0)
		return broken(err, "text stands outside of the root");
	x->text = sv_from(x->window + x->at + 9, end - 9);
	x->at += end + 3;
	return 0;
}

/* ---- text ---- */

/* How much of the n bytes can be given now: no reference and no character is cut. */
static size_t whole_text(const char *p, size_t n)
{
	const char *amp = n == 0 ? NULL : memrchr(p, '&', n);

	if (amp != NULL && memchr(amp, ';', n - (size_t)(amp - p)) == NULL &&
		n - (size_t)(amp - p) < 16)
		n = (size_t)(amp - p);
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)p[n - back];

		if (c < 0x80)
			break;
		if (c >= 0xc0) /* starts a character of two to four bytes */
			return back < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? n - back : n;
	}
	return n;
}

static int take_text(struct xml *x, struct err *err)
{
	struct sv s = rest(x);
	const char *lt = memchr(s.p, '<', s.n);

	while (lt == NULL && s.n < TEXT_MIN && !x->eof) {
		bool more;
		int rc = fill(x, &more, err);

		if (rc != 0)
			return rc;
		s = rest(x);
		lt = memchr(s.p, '<', s.n);
	}
	size_t n = lt != NULL ? (size_t)(lt - s.p) : x->eof ? s.n : whole_text(s.p, s.n);
	x->text = sv_from(s.p, n);
	x->at += n;
	if (x->depth == 0)
		return sv_trim(x->text).n == 0 ? 0 : broken(err, "text stands outside of the root");
	if (memchr(x->text.p, '&', n) == NULL)
		return 0;
	buf_reset(&x->decoded);
	int rc = decode(x->text, &x->decoded, err);
	x->text = buf_sv(&x->decoded);
	return rc;
}

/* ---- events ---- */

int xml_open(struct xml *x, xml_read_fn *read, void *ctx, struct err *err)
{
	memset(x, 0, sizeof(*x));
	x->read = read;
	x->ctx = ctx;
	x->cap = WINDOW_FIRST;
	x->window = malloc(x->cap);
	return x->window == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

void xml_close(struct xml *x)
{
	free(x->window);
	x->window = NULL;
	buf_free(&x->decoded);
	buf_free(&x->names);
}

static int skip_mark(struct xml *x, struct err *err)
{
	int rc = need(x, 3, err);

	x->started = true;
	if (rc == 0 && sv_starts_with(rest(x), SV("\xef\xbb\xbf")))
		x->at += 3;
	else if (rc == 0 && (sv_starts_with(rest(x), SV("\xff\xfe")) ||
				    sv_starts_with(rest(x), SV("\xfe\xff"))))
		rc = broken(err, "its encoding is not UTF-8");
	return rc;
}

/* What begins with <; *ret_done: an event came of it. */
static int take_markup(struct xml *x, enum xml_event *ret, bool *ret_done, struct err *err)
{
	int rc = need(x, 9, err);
	struct sv s = rest(x);

	*ret_done = false;
	if (rc != 0)
		return rc;
	if (s.n < 2 || (s.p[1] != '?' && s.p[1] != '!')) {
		*ret_done = true;
		return take_tag(x, ret, err);
	}
	if (s.p[1] == '?')
		return take_instruction(x, err);
	if (sv_starts_with(s, SV("<!--")))
		return skip_comment(x, err);
	if (!sv_starts_with(s, SV("<![CDATA[")))
		return broken(err, "it has a document type, which is not accepted");
	*ret_done = true;
	*ret = XML_TEXT;
	return take_cdata(x, err);
}

int xml_next(struct xml *x, enum xml_event *ret, struct err *err)
{
	int rc = x->started ? 0 : skip_mark(x, err);
	bool done = false;

	if (rc == 0 && x->closing) {
		size_t from = x->name_at[x->depth - 1];

		x->closing = false;
		x->names.n = from;
		x->depth--;
		x->nattrs = 0;
		*ret = XML_END;
		return 0;
	}
	while (rc == 0 && !done) {
		if (x->at == x->n) {
			rc = need(x, 1, err);
			if (rc == 0 && x->at == x->n) {
				*ret = XML_EOF;
				return x->depth > 0 || !x->rooted ? broken(err, "it ends early")
								  : 0;
			}
			if (rc != 0)
				return rc;
		}
		if (x->window[x->at] == '<') {
			rc = take_markup(x, ret, &done, err);
			continue;
		}
		rc = take_text(x, err);
		*ret = XML_TEXT;
		done = x->depth > 0;
	}
	return rc;
}

struct sv xml_attr(const struct xml *x, const char *name)
{
	for (uint32_t i = 0; i < x->nattrs; i++)
		if (xml_same(x->attrs[i].name, name))
			return x->attrs[i].value;
	return SV_NULL;
}

int xml_skip(struct xml *x, struct err *err)
{
	uint32_t outside = x->depth - 1;
	enum xml_event event = XML_START;
	int rc = 0;

	while (rc == 0 && !(event == XML_END && x->depth == outside))
		rc = xml_next(x, &event, err);
	return rc;
}

int xml_collect(struct xml *x, struct buf *out, struct err *err)
{
	uint32_t outside = x->depth - 1;
	enum xml_event event = XML_START;
	int rc = 0;

	while (rc == 0 && !(event == XML_END && x->depth == outside)) {
		rc = xml_next(x, &event, err);
		if (rc == 0 && event == XML_TEXT)
			buf_add_sv(out, x->text);
	}
	return rc != 0 || buf_ok(out) ? rc : err_set(err, out->error, NULL);
}
