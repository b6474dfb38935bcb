/*
 * The JSON gate: one pass with an explicit stack of open containers, no recursion. Keys of open
 * objects lie on one growing list, each object owning its end of it; when an object closes, its
 * keys are sorted to find equal neighbours. A hash table would be open to chosen collisions.
 */
#include "wire/json_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#define NUMBER_MAX 512 /* bytes of one number */

struct level {
	bool object;
	size_t first_key; /* of an object, in keys */
	size_t index;     /* of an array: the item being read */
	struct sv key;    /* of an object: the member being read, decoded */
};

struct check {
	const char *p, *end;
	unsigned depth, limit;
	struct level levels[JSON_DEPTH_MAX + 1];
	struct sv *keys;
	size_t key_count, key_cap;
	struct arena arena; /* keys that had escapes */
	struct err *err;
	const char *start;
};

/* --- errors --- */

static void add_pointer_part(struct buf *out, struct sv key)
{
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~')
			buf_add_cstr(out, "~0");
		else if (key.p[i] == '/')
			buf_add_cstr(out, "~1");
		else
			buf_add_char(out, key.p[i]);
	}
}

/* E.g. "/rows/3/amount" for the value being read. */
static void add_pointer(struct buf *out, const struct check *c)
{
	for (unsigned i = 0; i < c->depth; i++) {
		buf_add_char(out, '/');
		if (c->levels[i].object)
			add_pointer_part(out, c->levels[i].key);
		else
			buf_add_u64(out, c->levels[i].index);
	}
}

static int fail_at(struct check *c, int code, const char *what)
{
	struct buf pointer CLEANUP(buf_free) = BUF_INIT;

	add_pointer(&pointer, c);
	return err_set_at(
		c->err, code, buf_cstr(&pointer), "%s at byte %td", what, c->p - c->start);
}

static int syntax(struct check *c, const char *what)
{
	return err_set(c->err, E_JSON_SYNTAX, "%s at byte %td", what, c->p - c->start);
}

/* --- tokens --- */

static void skip_blanks(struct check *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r'))
		c->p++;
}

static bool next_is(const struct check *c, char ch)
{
	return c->p < c->end && *c->p == ch;
}

static bool take(struct check *c, char ch)
{
	if (!next_is(c, ch))
		return false;
	c->p++;
	return true;
}

static bool take_word(struct check *c, struct sv word)
{
	if (!sv_starts_with(sv_from(c->p, (size_t)(c->end - c->p)), word))
		return false;
	c->p += word.n;
	return true;
}

static size_t take_digits(struct check *c)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return (size_t)(c->p - from);
}

/* A number with a fraction or an exponent must be finite. */
static bool is_finite(struct sv number)
{
	char text[NUMBER_MAX + 1];

	if (number.n > NUMBER_MAX)
		return false;
	memcpy(text, number.p, number.n);
	text[number.n] = '\0';
	return isfinite(strtod(text, NULL));
}

static int check_number(struct check *c)
{
	struct sv number = {c->p, 0};
	bool whole = true;
	int64_t v;

	take(c, '-');
	if (!take(c, '0') && take_digits(c) == 0)
		return syntax(c, "a value was expected");
	if (take(c, '.')) {
		whole = false;
		if (take_digits(c) == 0)
			return syntax(c, "a digit was expected");
	}
	if (take(c, 'e') || take(c, 'E')) {
		whole = false;
		if (!take(c, '+'))
			take(c, '-');
		if (take_digits(c) == 0)
			return syntax(c, "a digit was expected");
	}
	number.n = (size_t)(c->p - number.p);
	if (whole ? !sv_to_i64(number, INT64_MIN, INT64_MAX, &v) : !is_finite(number))
		return fail_at(c, E_INVALID, "a number out of range");
	return 0;
}

/* Four hex digits behind \u; UINT32_MAX when they are not there. */
static uint32_t take_hex4(struct check *c)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++, c->p++) {
		char ch = c->p < c->end ? *c->p : '\0';

		if (ch >= '0' && ch <= '9')
			v = v << 4 | (uint32_t)(ch - '0');
		else if (ch >= 'a' && ch <= 'f')
			v = v << 4 | (uint32_t)(ch - 'a' + 10);
		else if (ch >= 'A' && ch <= 'F')
			v = v << 4 | (uint32_t)(ch - 'A' + 10);
		else
			return UINT32_MAX;
	}
	return v;
}

/* The code point of \uXXXX or a pair of them, behind the first \u. */
static int take_unicode(struct check *c, uint32_t *ret)
{
	uint32_t high = take_hex4(c), low;

	if (high == UINT32_MAX)
		return syntax(c, "four hexadecimal digits were expected");
	*ret = high;
	if (high < 0xd800 || high > 0xdfff)
		return 0;
	if (high > 0xdbff || !take_word(c, SV("\\u")))
		return syntax(c, "a lone surrogate");
	low = take_hex4(c);
	if (low < 0xdc00 || low > 0xdfff)
		return syntax(c, "a lone surrogate");
	*ret = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return 0;
}

/* What is behind a backslash, as a code point. */
static int take_escape(struct check *c, uint32_t *ret)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (take(c, 'u'))
		return take_unicode(c, ret);
	at = c->p < c->end && *c->p ? strchr(from, *c->p) : NULL;
	if (!at)
		return syntax(c, "an unknown escape");
	c->p++;
	*ret = (uint32_t)to[at - from];
	return 0;
}

/* The inside of a string up to its closing quote; its value goes to to unless that is NULL. */
static int scan_string(struct check *c, char *to, size_t *ret_n, bool *ret_escaped)
{
	size_t n = 0;

	*ret_escaped = false;
	while (c->p < c->end && *c->p != '"') {
		char bytes[4] = {*c->p};
		size_t width = 1;

		if ((unsigned char)*c->p < 0x20)
			return syntax(c, "a control character in a string");
		if (*c->p++ == '\\') {
			uint32_t cp = 0;
			int r = take_escape(c, &cp);

			if (r)
				return r;
			width = utf8_put(cp, bytes);
			*ret_escaped = true;
		}
		if (to)
			memcpy(to + n, bytes, width);
		n += width;
	}
	*ret_n = n;
	return c->p < c->end ? 0 : syntax(c, "a string without an end");
}

/* A string. When decoded is given, its value: the text itself unless it has escapes. */
static int check_string(struct check *c, struct sv *decoded)
{
	const char *from;
	bool escaped;
	size_t n;
	char *to;
	int r;

	if (!take(c, '"'))
		return syntax(c, "a string was expected");
	from = c->p;
	r = scan_string(c, NULL, &n, &escaped);
	if (r)
		return r;
	if (decoded) {
		*decoded = sv_from(from, n);
		if (escaped) { /* again, now that its length is known */
			to = arena_alloc(&c->arena, n);
			if (!to)
				return err_set(c->err, E_NO_MEMORY, NULL);
			c->p = from;
			r = scan_string(c, to, &n, &escaped);
			*decoded = sv_from(to, n);
		}
	}
	c->p++;
	return r;
}

/* --- containers --- */

static int push_key(struct check *c, struct sv key)
{
	if (c->key_count == c->key_cap) {
		size_t cap = c->key_cap ? c->key_cap * 2 : 64;
		struct sv *keys = reallocarray(c->keys, cap, sizeof(*keys));

		if (!keys)
			return err_set(c->err, E_NO_MEMORY, NULL);
		c->keys = keys;
		c->key_cap = cap;
	}
	c->keys[c->key_count++] = key;
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sv *x = a, *y = b;

	return sv_cmp(*x, *y);
}

static int open_container(struct check *c, bool object)
{
	if (c->depth == c->limit)
		return err_set(c->err, E_JSON_DEPTH, "nested deeper than %u at byte %td", c->limit,
			c->p - c->start);
	c->p++;
	c->levels[c->depth++] = (struct level){.object = object, .first_key = c->key_count};
	return 0;
}

/* Sorts the n keys; the second of two equal ones, or NULL. */
static const struct sv *find_duplicate(struct sv *keys, size_t n)
{
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < n; i++)
		if (sv_eq(keys[i - 1], keys[i]))
			return &keys[i];
	return NULL;
}

static int close_container(struct check *c)
{
	struct level *level = &c->levels[c->depth - 1];
	size_t n = c->key_count - level->first_key;
	const struct sv *twice = n > 1 ? find_duplicate(c->keys + level->first_key, n) : NULL;

	c->p++;
	if (twice) {
		level->key = *twice;
		return fail_at(c, E_JSON_DUPLICATE, "an object with the same key twice");
	}
	c->key_count = level->first_key;
	c->depth--;
	return 0;
}

/* The key and colon of a member. */
static int check_key(struct check *c)
{
	struct level *level = &c->levels[c->depth - 1];
	int r;

	skip_blanks(c);
	r = check_string(c, &level->key);
	if (r)
		return r;
	if (level->key.n && memchr(level->key.p, '\0', level->key.n))
		return syntax(c, "a NUL in a key");
	skip_blanks(c);
	if (!take(c, ':'))
		return syntax(c, "a colon was expected");
	return push_key(c, level->key);
}

static int check_scalar(struct check *c)
{
	if (next_is(c, '"'))
		return check_string(c, NULL);
	if (take_word(c, SV("true")) || take_word(c, SV("false")) || take_word(c, SV("null")))
		return 0;
	return check_number(c);
}

/* Opens containers until a value is complete: a scalar or an empty container. */
static int check_start(struct check *c)
{
	for (;;) {
		bool object;
		int r;

		skip_blanks(c);
		object = next_is(c, '{');
		if (!object && !next_is(c, '['))
			return check_scalar(c);
		r = open_container(c, object);
		if (r)
			return r;
		skip_blanks(c);
		if (next_is(c, object ? '}' : ']'))
			return close_container(c);
		if (object && (r = check_key(c)))
			return r;
	}
}

/* Behind a value: closes containers until another value follows (*ret_more) or all are closed. */
static int check_end(struct check *c, bool *ret_more)
{
	while (c->depth) {
		struct level *level = &c->levels[c->depth - 1];
		int r;

		skip_blanks(c);
		if (take(c, ',')) {
			level->index++;
			*ret_more = true;
			return level->object ? check_key(c) : 0;
		}
		if (!next_is(c, level->object ? '}' : ']'))
			return syntax(c, level->object ? "a comma or } was expected"
						       : "a comma or ] was expected");
		r = close_container(c);
		if (r)
			return r;
	}
	*ret_more = false;
	return 0;
}

static int check_text(struct check *c)
{
	bool more = true;
	int r = 0;

	while (more && !r) {
		r = check_start(c);
		if (!r)
			r = check_end(c, &more);
	}
	skip_blanks(c);
	if (!r && c->p < c->end)
		r = syntax(c, "more text behind the value");
	return r;
}

int json_check(struct sv text, unsigned depth, struct err *err)
{
	size_t valid = utf8_valid_prefix(text);
	struct check *c;
	int r;

	if (valid != text.n)
		return err_set(err, E_JSON_SYNTAX, "the text is not UTF-8 at byte %zu", valid);
	c = calloc(1, sizeof(*c));
	if (!c)
		return err_set(err, E_NO_MEMORY, NULL);
	c->start = c->p = text.n ? text.p : "";
	c->end = c->p + text.n;
	c->limit = MIN(MAX(depth, 1U), (unsigned)JSON_DEPTH_MAX);
	c->err = err;
	arena_init(&c->arena, 0);
	r = check_text(c);
	arena_free(&c->arena);
	free(c->keys);
	free(c);
	return r;
}
