/*
 * Finding where a value ends needs strings and brackets only; what is between them is json_check's
 * business.
 */
#include "read/json_value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/read.h"
#include "wire/json_check.h"

#define WINDOW_FIRST 65536u
#define VALUE_DEPTH 32u
#define RUNAWAYS_MAX 100u /* each may cost a look at READ_ROW_MAX bytes */

int json_values_open(struct json_values *v, struct col_source src, struct err *err)
{
	char mark[3];
	int rc = 0;

	*v = (struct json_values){.src = src, .cap = WINDOW_FIRST, .line = 1};
	if (src.size >= sizeof(mark))
		rc = src.pread(src.ctx, 0, mark, sizeof(mark), err);
	if (rc != 0)
		return rc;
	if (src.size >= sizeof(mark) && memcmp(mark, "\xef\xbb\xbf", sizeof(mark)) == 0)
		v->at = sizeof(mark);
	v->window = malloc(v->cap);
	return v->window == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

void json_values_close(struct json_values *v)
{
	free(v->window);
	*v = (struct json_values){0};
}

/* ---- window ---- */

/* More of the file behind what is there; what is before pos is dropped. */
static int fill(struct json_values *v, struct err *err)
{
	assert(v->cap > 0); /* it is open */
	memmove(v->window, v->window + v->pos, v->n - v->pos);
	v->n -= v->pos;
	v->pos = 0;
	if (v->n == v->cap) {
		if (v->cap >= READ_ROW_MAX)
			return err_set(err, E_UNREADABLE,
				"The record at line %u is longer than %u bytes.", v->line,
				READ_ROW_MAX);
		char *window = realloc(v->window, v->cap * 2);

		if (window == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		v->window = window;
		v->cap *= 2;
	}
	size_t n = (size_t)MIN((uint64_t)(v->cap - v->n), v->src.size - v->at);
	int rc = n == 0 ? 0 : v->src.pread(v->src.ctx, v->at, v->window + v->n, n, err);
	v->n += n;
	v->at += n;
	v->eof = v->at == v->src.size;
	return rc;
}

static int skip_blanks(struct json_values *v, struct err *err)
{
	for (;;) {
		while (v->pos < v->n && strchr(" \t\r\n", v->window[v->pos]) != NULL &&
			v->window[v->pos] != '\0')
			v->line += v->window[v->pos++] == '\n';
		if (v->pos < v->n || v->eof)
			return 0;
		int rc = fill(v, err);
		if (rc != 0)
			return rc;
	}
}

/* ---- where a value ends ---- */

struct extent {
	size_t i; /* looked at so far */
	unsigned depth;
	bool in_string, escaped;
	bool done, broken;
};

/* Goes on at x->i; stops at the end of the value, or where it cannot be one. */
static void scan(struct extent *x, const char *p, size_t n)
{
	for (; x->i < n && !x->done && !x->broken; x->i++) {
		char c = p[x->i];

		if (x->in_string) {
			x->broken = c == '\n';
			x->in_string = x->escaped || c != '"';
			x->escaped = !x->escaped && c == '\\';
			x->done = !x->in_string && x->depth == 0;
		} else if (c == '"') {
			x->in_string = true;
		} else if (c == '{' || c == '[') {
			x->depth++;
		} else if (c == '}' || c == ']') {
			x->broken = x->depth == 0;
			x->done = x->depth == 1;
			x->depth -= x->depth > 0;
		} else if (x->depth == 0 && strchr(", \t\r\n", c) != NULL && c != '\0') {
			x->done = true;
			return; /* not part of a bare word */
		}
		if (x->broken)
			return;
	}
}

static size_t line_end(const char *p, size_t n)
{
	const char *end = n == 0 ? NULL : memchr(p, '\n', n);

	return end == NULL ? n : (size_t)(end - p);
}

static uint32_t count_lines(struct sv s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static int find_value(struct json_values *v, struct extent *x, struct err *err)
{
	*x = (struct extent){0};
	for (;;) {
		scan(x, v->window + v->pos, v->n - v->pos);
		if (x->done || x->broken || v->eof)
			return 0;
		int rc = fill(v, err);
		if (rc != 0)
			return rc;
	}
}

/* A broken value: its line is what is lost. */
static int give_up(struct json_values *v, struct json_value *ret, struct err *err)
{
	size_t n = line_end(v->window + v->pos, v->n - v->pos);

	if (v->array)
		return err_set(err, E_UNREADABLE, "The JSON is broken at line %u: %s", ret->line,
			ret->detail);
	if (count_lines(ret->text) > 0 && ++v->runaways > RUNAWAYS_MAX)
		return err_set(
			err, E_UNREADABLE, "More than %u JSON records are broken.", RUNAWAYS_MAX);
	ret->text = sv_from(v->window + v->pos, n);
	v->pos += n;
	return 0;
}

/* Outside of an array nothing follows a value on its line. */
static int check_end(struct json_values *v, size_t n, bool *ret_ok, struct err *err)
{
	*ret_ok = v->array;
	for (; !v->array; n++) {
		int rc = v->pos + n == v->n && !v->eof ? fill(v, err) : 0;

		if (rc != 0)
			return rc;
		char c = v->pos + n == v->n ? '\n' : v->window[v->pos + n];
		*ret_ok = c == '\n';
		if (c != ' ' && c != '\t' && c != '\r')
			break;
	}
	return 0;
}

static int take_value(struct json_values *v, struct json_value *ret, struct err *err)
{
	struct extent x;
	struct err why = {0};
	bool ends = false;
	int rc = find_value(v, &x, err);

	if (rc == 0)
		rc = check_end(v, x.i, &ends, err);
	if (rc != 0)
		return rc;
	*ret = (struct json_value){.text = sv_from(v->window + v->pos, x.i), .line = v->line};
	ret->code = ends ? json_check(ret->text, VALUE_DEPTH, &why)
			 : err_set(&why, E_JSON_SYNTAX, "something follows the value");
	if (ret->code == E_NO_MEMORY)
		return err_set(err, E_NO_MEMORY, NULL);
	if (ret->code != 0) {
		snprintf(ret->detail, sizeof(ret->detail), "%s", why.detail);
		return give_up(v, ret, err);
	}
	uint32_t lines = count_lines(ret->text);
	ret->several_lines = lines > 0;
	v->line += lines;
	v->pos += x.i;
	return 0;
}

/* ---- the sequence ---- */

static int broken_array(const struct json_values *v, struct err *err)
{
	return err_set(err, E_UNREADABLE, "The JSON array is broken at line %u.", v->line);
}

static char peek(const struct json_values *v)
{
	return v->pos < v->n ? v->window[v->pos] : '\0';
}

static int end_array(struct json_values *v, struct err *err)
{
	v->pos++;
	v->ended = true;
	int rc = skip_blanks(v, err);
	return rc != 0 || v->pos == v->n ? rc : broken_array(v, err);
}

/* The bracket or comma before the next element; v->ended behind the last. */
static int next_element(struct json_values *v, struct err *err)
{
	bool first = v->count == 0;

	if (!first && peek(v) == ']')
		return end_array(v, err);
	if (!first && peek(v) != ',')
		return broken_array(v, err);
	v->pos++;
	int rc = skip_blanks(v, err);
	if (rc != 0 || peek(v) != ']')
		return rc;
	return first ? end_array(v, err) : broken_array(v, err);
}

int json_values_next(struct json_values *v, struct json_value *ret, bool *ret_end, struct err *err)
{
	int rc = v->ended ? 0 : skip_blanks(v, err);

	if (rc == 0 && v->count == 0 && !v->ended && v->pos < v->n && v->window[v->pos] == '[')
		v->array = true;
	if (rc == 0 && v->array && !v->ended)
		rc = next_element(v, err);
	if (rc != 0)
		return rc;
	*ret_end = v->ended || v->pos == v->n;
	if (*ret_end)
		return v->array && !v->ended ? broken_array(v, err) : 0;
	rc = take_value(v, ret, err);
	v->count++;
	return rc;
}
