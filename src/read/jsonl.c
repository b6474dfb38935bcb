/*
 * Records to rows. The text of a value has passed json_check, so walking over it needs no checks of
 * grammar: each step knows what comes next.
 */
#include "read/jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "col/col.h"
#include "read/json_value.h"
#include "read/number.h"
#include "read/plant.h"
#include "read/read.h"
#include "read/sheet.h"

#define NOT_A_TABLE "The JSON document is one object, not a list of records."

bool jsonl_sniff(const struct sniff *s)
{
	struct sv text = s->text;

	if (text.n > 0 && text.p[0] == '[')
		text = sv_trim(sv_from(text.p + 1, text.n - 1));
	if (text.n == 0 || text.p[0] != '{')
		return false;
	text = sv_trim(sv_from(text.p + 1, text.n - 1));
	return text.n == 0 || text.p[0] == '"' || text.p[0] == '}';
}

/* ---- walking over checked text ---- */

static void skip_blanks(struct sv *s)
{
	while (s->n > 0 && memchr(" \t\r\n", s->p[0], 4) != NULL)
		*s = sv_from(s->p + 1, s->n - 1);
}

static void step(struct sv *s, size_t n)
{
	*s = sv_from(s->p + n, s->n - n);
}

static uint32_t hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t c = (unsigned char)p[i];

		v = v * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

/* The escape behind a backslash at p; returns what it takes. */
static size_t put_escape(const char *p, struct buf *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *known = strchr(from, *p);
	char bytes[4];

	if (*p != 'u') {
		buf_add_char(out, known != NULL ? to[known - from] : *p);
		return 1;
	}
	uint32_t cp = hex4(p + 1);
	size_t used = 5;
	if (cp >= 0xd800 && cp < 0xdc00) { /* its second half follows */
		cp = 0x10000 + ((cp - 0xd800) << 10) + (hex4(p + 7) - 0xdc00);
		used = 11;
	}
	buf_add(out, bytes, utf8_put(cp, bytes));
	return used;
}

/* Appends the string that *s begins with. */
static void take_string(struct sv *s, struct buf *out)
{
	size_t i = 1;

	while (s->p[i] != '"') {
		size_t from = i;

		while (s->p[i] != '"' && s->p[i] != '\\')
			i++;
		buf_add(out, s->p + from, i - from);
		if (s->p[i] == '\\')
			i += 1 + put_escape(s->p + i + 1, out);
	}
	step(s, i + 1);
}

/* The extent of the value that s begins with. */
static size_t value_bytes(struct sv s)
{
	size_t i = 0, depth = 0;

	do {
		if (s.p[i] == '"') {
			for (i++; s.p[i] != '"'; i++)
				i += s.p[i] == '\\';
			i++;
		} else if (s.p[i] == '{' || s.p[i] == '[') {
			depth++;
			i++;
		} else if (s.p[i] == '}' || s.p[i] == ']') {
			depth--;
			i++;
		} else if (depth > 0) {
			i++;
		} else {
			while (i < s.n && memchr(",]} \t\r\n", s.p[i], 7) == NULL)
				i++;
		}
	} while (depth > 0);
	return i;
}

static void put_bare(struct sv word, struct buf *out)
{
	struct number v;

	if (sv_eq_cstr(word, "null"))
		return;
	if (memchr(word.p, 'e', word.n) == NULL && memchr(word.p, 'E', word.n) == NULL)
		buf_add_sv(out, word);
	else if (sv_eq_cstr(word, "true") || sv_eq_cstr(word, "false") || !number_read(word, &v))
		buf_add_sv(out, word);
	else
		number_put(&v, out);
}

static bool is_bracket(char c)
{
	return c == '{' || c == '[';
}

/* An array without brackets inside becomes one text. */
static void take_array(struct sv *s, struct buf *out)
{
	size_t n = value_bytes(*s), before = out->n;
	struct sv rest = sv_from(s->p + 1, n - 2);
	bool first = true;

	for (skip_blanks(&rest); rest.n > 0; skip_blanks(&rest)) {
		if (is_bracket(rest.p[0])) {
			out->n = before;
			buf_add(out, s->p, n);
			break;
		}
		if (rest.p[0] == ',') {
			step(&rest, 1);
			continue;
		}
		if (!first)
			buf_add_cstr(out, ", ");
		first = false;
		if (rest.p[0] == '"') {
			take_string(&rest, out);
			continue;
		}
		size_t bare = value_bytes(rest);
		put_bare(sv_from(rest.p, bare), out);
		step(&rest, bare);
	}
	step(s, n);
}

/* ---- columns ---- */

struct columns {
	struct arena arena;
	struct sv names[READ_COLUMNS_MAX];
	uint64_t seen[READ_COLUMNS_MAX]; /* the record that had it last */
	uint32_t n;
	uint32_t next; /* where the next member is likely to be */
	uint64_t record;
};

/* The column of a name; READ_COLUMNS_MAX when there is none (or no room for it). */
static uint32_t find_column(struct columns *c, struct sv name, bool add)
{
	for (uint32_t k = 0; k < c->n; k++) {
		uint32_t i = (c->next + k) % c->n;

		if (sv_eq(c->names[i], name)) {
			c->next = i + 1;
			return i;
		}
	}
	if (!add || c->n == READ_COLUMNS_MAX)
		return READ_COLUMNS_MAX;
	c->names[c->n] = arena_sv(&c->arena, name);
	return c->n++;
}

struct reader {
	struct columns columns;
	struct feed *to; /* NULL in the first pass */
	struct sheet_row *row;
	struct buf path, cell;
	const char *why; /* the record is rejected */
};

static void reader_free(struct reader *r)
{
	arena_free(&r->columns.arena);
	sheet_row_free(&r->row);
	buf_free(&r->path);
	buf_free(&r->cell);
}

/* A member that is no object. */
static void put_member(struct reader *r, struct sv *s)
{
	struct columns *c = &r->columns;
	uint32_t i;

	buf_reset(&r->cell);
	if (s->p[0] == '"') {
		take_string(s, &r->cell);
	} else if (s->p[0] == '[') {
		take_array(s, &r->cell);
	} else {
		size_t n = value_bytes(*s);

		put_bare(sv_from(s->p, n), &r->cell);
		step(s, n);
	}
	i = find_column(c, buf_sv(&r->path), r->to == NULL);
	if (i == READ_COLUMNS_MAX) {
		r->why = "The record has more members than a table has columns.";
		return;
	}
	if (c->seen[i] == c->record)
		r->why = "Two members of the record come to the same column.";
	c->seen[i] = c->record;
	if (r->to != NULL)
		sheet_row_put(r->row, i, buf_sv(&r->cell), true);
}

/* The object that *s begins with; its members are put under path. */
static void take_object(struct reader *r, struct sv *s)
{
	size_t prefix = r->path.n;

	step(s, 1);
	for (skip_blanks(s); s->p[0] != '}'; skip_blanks(s)) {
		if (s->p[0] == ',') {
			step(s, 1);
			continue;
		}
		r->path.n = prefix;
		if (prefix > 0)
			buf_add_char(&r->path, '.');
		take_string(s, &r->path);
		skip_blanks(s);
		step(s, 1); /* : */
		skip_blanks(s);
		if (s->p[0] == '{')
			take_object(r, s);
		else
			put_member(r, s);
	}
	step(s, 1);
	r->path.n = prefix;
}

/* ---- records ---- */

static int reject(
	struct reader *r, const struct json_value *v, int code, const char *detail, struct err *err)
{
	const struct feed_reject reject = {
		.line = v->line, .code = code, .detail = detail, .raw = v->text};

	return r->to == NULL ? 0 : feed_reject(r->to, &reject, err);
}

static int take_record(struct reader *r, const struct json_value *v, struct err *err)
{
	struct sv s = v->text;

	if (v->code != 0)
		return reject(r, v, v->code, v->detail, err);
	if (s.n == 0 || (s.p[0] != '{' && !PLANTED))
		return reject(r, v, E_CELL_TYPE, "The record is no JSON object.", err);
	r->columns.record++;
	r->columns.next = 0;
	r->why = NULL;
	buf_reset(&r->path);
	if (r->to != NULL)
		sheet_row_reset(r->row);
	take_object(r, &s);
	if (!buf_ok(&r->path) || !buf_ok(&r->cell) || !arena_ok(&r->columns.arena))
		return err_set(err, E_NO_MEMORY, NULL);
	if (r->why != NULL)
		return reject(r, v, E_ROW_RAGGED, r->why, err);
	if (r->to == NULL)
		return 0;
	return sheet_row_feed(r->row, v->line, r->to, err);
}

/* Whether one object alone is a document rather than a record. */
static bool is_document(const struct json_value *v)
{
	struct sv s = v->text;

	if (v->code != 0)
		return true;
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] != '[')
			continue;
		struct sv rest = sv_from(s.p + i + 1, s.n - i - 1);
		skip_blanks(&rest);
		if (rest.n > 0 && is_bracket(rest.p[0]))
			return true;
	}
	return v->several_lines;
}

static int run_pass(struct reader *r, struct col_source src, struct err *err)
{
	struct json_values values CLEANUP(json_values_close) = {0};
	struct json_value v;
	bool end = false, document = false;
	int rc = json_values_open(&values, src, err);

	while (rc == 0) {
		rc = json_values_next(&values, &v, &end, err);
		if (rc != 0 || end)
			break;
		document = document || (values.count == 1 && !values.array && is_document(&v));
		rc = take_record(r, &v, err);
	}
	if (rc == 0 && document && values.count == 1)
		rc = err_set(err, E_UNREADABLE, NOT_A_TABLE);
	return rc;
}

static int feed_names(struct reader *r, struct err *err)
{
	const struct feed_row names = {.line = 1, .cells = r->columns.names, .n = r->columns.n};

	if (r->columns.n == 0)
		return err_set(err, E_UNREADABLE, "The JSON records have no members.");
	return feed_row(r->to, &names, err);
}

/* A member that no record of this file has is as good as null in all of them. */
static void add_mapped(struct columns *c, const struct mapping *m)
{
	for (uint32_t i = 0; i < m->nfields; i++)
		for (uint32_t k = 0; k < m->fields[i].ncolumns && !m->fields[i].required; k++)
			(void)find_column(c, m->fields[i].columns[k], true);
}

int jsonl_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct reader *r CLEANUP(free_ptr) = calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	arena_init(&r->columns.arena, 16u << 20);
	int rc = sheet_row_new(&r->row, err);
	if (rc == 0)
		rc = run_pass(r, src, err);
	r->to = to;
	if (rc == 0 && r->columns.n > 0)
		add_mapped(&r->columns, mapping);
	if (rc == 0)
		rc = feed_names(r, err);
	if (rc == 0)
		rc = run_pass(r, src, err);
	reader_free(r);
	return rc;
}
