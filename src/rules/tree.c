/*
 * A recursive-descent parser of bounded depth over one string, and the canonical writer. Strings
 * are unescaped into the arena; everything else points into the arena's copy of the text.
 */
#include "rules/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utf8.h"

struct parser {
	const char *p, *end, *start;
	struct arena *arena;
	uint32_t nodes;
	struct err *err;
};

static int syntax(struct parser *ps, const char *what)
{
	return err_set(ps->err, E_JSON_SYNTAX, "At byte %zu: %s.", (size_t)(ps->p - ps->start), what);
}

static void skip_blanks(struct parser *ps)
{
	while (ps->p < ps->end && strchr(" \t\r\n", *ps->p) != NULL && *ps->p != 0)
		ps->p++;
}

static bool hex4(const char *p, const char *end, uint32_t *ret)
{
	uint32_t v = 0;

	if (end - p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		uint32_t d;
		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			d = (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			d = (uint32_t)(c - 'A' + 10);
		else
			return false;
		v = v << 4 | d;
	}
	*ret = v;
	return true;
}

static int parse_unicode(struct parser *ps, char **out)
{
	uint32_t cp, low;

	if (!hex4(ps->p, ps->end, &cp))
		return syntax(ps, "\\u needs four hexadecimal digits");
	ps->p += 4;
	if (cp >= 0xd800 && cp < 0xdc00) {
		if (ps->end - ps->p < 6 || ps->p[0] != '\\' || ps->p[1] != 'u' ||
			!hex4(ps->p + 2, ps->end, &low) || low < 0xdc00 || low > 0xdfff)
			return syntax(ps, "half of a surrogate pair");
		ps->p += 6;
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
	}
	size_t n = utf8_put(cp, *out);
	if (n == 0)
		return syntax(ps, "half of a surrogate pair");
	*out += n;
	return 0;
}

static int parse_escape(struct parser *ps, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

	if (ps->p >= ps->end)
		return syntax(ps, "an unfinished string");
	char c = *ps->p++;
	if (c == 'u')
		return parse_unicode(ps, out);
	const char *at = c != 0 ? strchr(from, c) : NULL;
	if (at == NULL)
		return syntax(ps, "an unknown escape");
	*(*out)++ = to[at - from];
	return 0;
}

/* ps->p is behind the opening quote. */
static int parse_string(struct parser *ps, struct sv *ret)
{
	const char *q = ps->p;

	while (q < ps->end && *q != '"')
		q += *q == '\\' && q + 1 < ps->end ? 2 : 1;
	char *text = arena_alloc(ps->arena, (size_t)(q - ps->p) + 4);
	if (text == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	char *out = text;
	while (ps->p < ps->end && *ps->p != '"') {
		unsigned char c = (unsigned char)*ps->p++;
		int rc = 0;
		if (c < 0x20)
			return syntax(ps, "a control character in a string");
		if (c == '\\')
			rc = parse_escape(ps, &out);
		else
			*out++ = (char)c;
		if (rc < 0)
			return rc;
	}
	if (ps->p >= ps->end)
		return syntax(ps, "an unfinished string");
	ps->p++;
	*ret = sv_from(text, (size_t)(out - text));
	return 0;
}

static bool digits(struct parser *ps)
{
	const char *p = ps->p;

	while (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
		ps->p++;
	return ps->p > p;
}

static int parse_number(struct parser *ps, struct tree *t)
{
	const char *p = ps->p;

	if (*ps->p == '-')
		ps->p++;
	const char *lead = ps->p;
	if (!digits(ps) || (*lead == '0' && ps->p - lead > 1))
		return syntax(ps, "not a number");
	if (ps->p < ps->end && *ps->p == '.') {
		ps->p++;
		if (!digits(ps))
			return syntax(ps, "a number needs digits behind its point");
	}
	if (ps->p < ps->end && (*ps->p == 'e' || *ps->p == 'E'))
		return syntax(ps, "write numbers without an exponent");
	t->kind = TREE_NUMBER;
	t->text = sv_from(p, (size_t)(ps->p - p));
	return 0;
}

static int parse_value(struct parser *ps, struct tree *parent, int depth, struct tree **ret);

static int parse_key(struct parser *ps, const struct tree *object, struct sv *ret)
{
	if (ps->p >= ps->end || *ps->p != '"')
		return syntax(ps, "a member needs a name in quotes");
	ps->p++;
	int rc = parse_string(ps, ret);
	if (rc < 0)
		return rc;
	for (const struct tree *c = object->first; c != NULL; c = c->next)
		if (sv_eq(c->key, *ret))
			return tree_error(ps->err, E_JSON_DUPLICATE, c, "\"%.*s\" is named twice.",
				SV_ARG(*ret));
	skip_blanks(ps);
	if (ps->p >= ps->end || *ps->p != ':')
		return syntax(ps, "a colon is missing");
	ps->p++;
	return 0;
}

static int parse_children(struct parser *ps, struct tree *t, char close, int depth)
{
	struct tree **tail = &t->first;

	ps->p++;
	skip_blanks(ps);
	if (ps->p < ps->end && *ps->p == close) {
		ps->p++;
		return 0;
	}
	for (;;) {
		struct sv key = SV_NULL;
		int rc = 0;
		skip_blanks(ps);
		if (t->kind == TREE_OBJECT)
			rc = parse_key(ps, t, &key);
		if (rc == 0)
			rc = parse_value(ps, t, depth + 1, tail);
		if (rc < 0)
			return rc;
		(*tail)->key = key;
		(*tail)->index = t->count++;
		tail = &(*tail)->next;
		skip_blanks(ps);
		if (ps->p >= ps->end || (*ps->p != ',' && *ps->p != close))
			return syntax(ps, "a comma or the closing bracket is missing");
		if (*ps->p++ == close)
			return 0;
	}
}

static bool literal(struct parser *ps, struct sv word)
{
	if (!sv_starts_with(sv_from(ps->p, (size_t)(ps->end - ps->p)), word))
		return false;
	ps->p += word.n;
	return true;
}

static int parse_value(struct parser *ps, struct tree *parent, int depth, struct tree **ret)
{
	struct tree *t = ARENA_NEW(ps->arena, struct tree);

	if (t == NULL)
		return err_set(ps->err, E_NO_MEMORY, NULL);
	if (depth > TREE_DEPTH_MAX)
		return err_set(ps->err, E_JSON_DEPTH, NULL);
	if (++ps->nodes > TREE_NODES_MAX)
		return err_set(ps->err, E_LIMIT, "More than %d values.", TREE_NODES_MAX);
	t->parent = parent;
	*ret = t;
	skip_blanks(ps);
	if (ps->p >= ps->end)
		return syntax(ps, "the text ends too early");
	switch (*ps->p) {
	case '{':
		t->kind = TREE_OBJECT;
		return parse_children(ps, t, '}', depth);
	case '[':
		t->kind = TREE_ARRAY;
		return parse_children(ps, t, ']', depth);
	case '"':
		t->kind = TREE_STRING;
		ps->p++;
		return parse_string(ps, &t->text);
	default:
		break;
	}
	if (literal(ps, SV("true")))
		t->kind = TREE_TRUE;
	else if (literal(ps, SV("false")))
		t->kind = TREE_FALSE;
	else if (literal(ps, SV("null")))
		t->kind = TREE_NULL;
	else
		return parse_number(ps, t);
	return 0;
}

int tree_parse(struct sv json, struct arena *a, struct tree **ret, struct err *err)
{
	if (!utf8_valid(json))
		return err_set(err, E_JSON_SYNTAX, "The text is not valid UTF-8.");
	struct sv copy = arena_sv(a, json);
	if (!arena_ok(a))
		return err_set(err, E_NO_MEMORY, NULL);
	struct parser ps = {.p = copy.p, .start = copy.p, .end = copy.p + copy.n, .arena = a,
		.err = err};
	struct tree *t = NULL;
	int rc = parse_value(&ps, NULL, 0, &t);
	if (rc < 0)
		return rc;
	skip_blanks(&ps);
	if (ps.p != ps.end)
		return syntax(&ps, "text behind the value");
	*ret = t;
	return 0;
}

const struct tree *tree_get(const struct tree *t, const char *key)
{
	if (t->kind != TREE_OBJECT)
		return NULL;
	for (const struct tree *c = t->first; c != NULL; c = c->next)
		if (sv_eq_cstr(c->key, key))
			return c;
	return NULL;
}

static void pointer_add(const struct tree *t, struct buf *out)
{
	if (t->parent == NULL)
		return;
	pointer_add(t->parent, out);
	buf_add_char(out, '/');
	if (t->parent->kind == TREE_ARRAY) {
		buf_add_u64(out, t->index);
		return;
	}
	for (size_t i = 0; i < t->key.n; i++) {
		if (t->key.p[i] == '~')
			buf_add_cstr(out, "~0");
		else if (t->key.p[i] == '/')
			buf_add_cstr(out, "~1");
		else
			buf_add_char(out, t->key.p[i]);
	}
}

void tree_pointer(const struct tree *t, char out[ERR_POINTER_MAX])
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	pointer_add(t, &b);
	snprintf(out, ERR_POINTER_MAX, "%s", buf_cstr(&b));
}

int tree_error(struct err *err, int code, const struct tree *t, const char *fmt, ...)
{
	char pointer[ERR_POINTER_MAX], detail[ERR_DETAIL_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	tree_pointer(t, pointer);
	return err_set_at(err, code, pointer, "%s", detail);
}

int tree_decimal(const struct tree *t, int scale, int64_t *ret, struct err *err)
{
	if ((t->kind != TREE_NUMBER && t->kind != TREE_STRING) ||
		decimal_parse(t->text, (struct decimal_format){'.', 0}, scale, ret) < 0)
		return tree_error(err, E_RULESET, t,
			"A decimal number with at most %d digits behind the point is needed.", scale);
	return 0;
}

int tree_integer(const struct tree *t, int64_t min, int64_t max, int64_t *ret, struct err *err)
{
	if (t->kind != TREE_NUMBER || !sv_to_i64(t->text, min, max, ret))
		return tree_error(err, E_RULESET, t, "A whole number from %lld to %lld is needed.",
			(long long)min, (long long)max);
	return 0;
}

void tree_quote(struct sv s, struct buf *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";

	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *at = c != 0 ? strchr(from, c) : NULL;
		if (at != NULL)
			buf_printf(out, "\\%c", to[at - from]);
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '"');
}

static int by_key(const void *a, const void *b)
{
	const struct tree *const *x = a, *const *y = b;

	return sv_cmp((*x)->key, (*y)->key);
}

static void canonical_object(const struct tree *t, struct buf *out)
{
	const struct tree **sorted = calloc(t->count + 1, sizeof(struct tree *));
	uint32_t n = 0;

	if (sorted == NULL) {
		out->error = E_NO_MEMORY;
		return;
	}
	for (const struct tree *c = t->first; c != NULL; c = c->next)
		sorted[n++] = c;
	qsort(sorted, n, sizeof(struct tree *), by_key);
	buf_add_char(out, '{');
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		tree_quote(sorted[i]->key, out);
		buf_add_char(out, ':');
		tree_canonical(sorted[i], out);
	}
	buf_add_char(out, '}');
	free(sorted);
}

/* 1.50 -> 1.5, 2.0 -> 2, -0 -> 0 */
static void canonical_number(struct sv text, struct buf *out)
{
	if (sv_find(text, '.') >= 0) {
		while (text.p[text.n - 1] == '0')
			text.n--;
		if (text.p[text.n - 1] == '.')
			text.n--;
	}
	buf_add_sv(out, sv_eq_cstr(text, "-0") ? SV("0") : text);
}

void tree_canonical(const struct tree *t, struct buf *out)
{
	switch (t->kind) {
	case TREE_NULL:
		buf_add_cstr(out, "null");
		break;
	case TREE_FALSE:
		buf_add_cstr(out, "false");
		break;
	case TREE_TRUE:
		buf_add_cstr(out, "true");
		break;
	case TREE_NUMBER:
		canonical_number(t->text, out);
		break;
	case TREE_STRING:
		tree_quote(t->text, out);
		break;
	case TREE_OBJECT:
		canonical_object(t, out);
		break;
	case TREE_ARRAY:
		buf_add_char(out, '[');
		for (const struct tree *c = t->first; c != NULL; c = c->next) {
			if (c != t->first)
				buf_add_char(out, ',');
			tree_canonical(c, out);
		}
		buf_add_char(out, ']');
		break;
	}
}
