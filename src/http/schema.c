/*
 * Checking documents against schemas. All findings of a document are collected (up to a bound), so
 * that a form can show them at once; the first one is the answer's code.
 */
#include "http/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/currency.h"
#include "base/date.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "domain/word.h"
#include "wire/json.h"

struct check {
	struct arena *arena;
	struct http_problem_error *errors;
	size_t n;
	char pointer[ERR_POINTER_MAX]; /* of the value being looked at */
};

static void find_fault(struct check *c, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void find_fault(struct check *c, int code, const char *fmt, ...)
{
	char detail[ERR_DETAIL_MAX];
	va_list ap;

	if (c->n == HTTP_PROBLEM_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	c->errors[c->n].code = code;
	c->errors[c->n].pointer = arena_strdup(c->arena, c->pointer);
	c->errors[c->n].detail = arena_strdup(c->arena, detail);
	if (c->errors[c->n].pointer != NULL && c->errors[c->n].detail != NULL)
		c->n++;
}

/* Appends "/name", escaped as RFC 6901 says; gives back where to cut it off again. A pointer that
 * grows too long keeps its beginning. */
static size_t enter(struct check *c, struct sv name)
{
	size_t start = strlen(c->pointer);
	size_t at = start;

	if (at + 1 < sizeof(c->pointer))
		c->pointer[at++] = '/';
	for (size_t i = 0; i < name.n && at + 2 < sizeof(c->pointer); i++) {
		char ch = name.p[i];

		if (ch == '~' || ch == '/') {
			c->pointer[at++] = '~';
			ch = ch == '~' ? '0' : '1';
		}
		c->pointer[at++] = ch;
	}
	c->pointer[at] = '\0';
	return start;
}

static void leave(struct check *c, size_t start)
{
	c->pointer[start] = '\0';
}

/* --- texts ------------------------------------------------------------------------------------ */

static void check_count(struct check *c, const struct schema *s, size_t n, const char *what)
{
	if (n < (size_t)s->min)
		find_fault(c, E_INVALID, "Must have at least %lld %s.", (long long)s->min, what);
	else if (s->max != 0 && n > (size_t)s->max)
		find_fault(c, E_INVALID, "Must have at most %lld %s.", (long long)s->max, what);
}

static void check_name(struct check *c, const struct schema *s, struct sv text)
{
	const char *p = text.p;

	for (uint32_t cp; (cp = utf8_next(&p, text.p + text.n)) != UINT32_MAX;) {
		if (cp == 0 || utf8_is_unsafe_in_name(cp)) {
			find_fault(c, E_INVALID, "Has a character that names may not have.");
			return;
		}
	}
	if (sv_trim(text).n != text.n)
		find_fault(c, E_INVALID, "Must not begin or end with a blank.");
	check_count(c, s, utf8_count(text), "characters");
}

static bool is_email(struct sv text)
{
	struct sv domain = text;
	struct sv local = sv_cut(&domain, '@');

	if (local.n == 0 || local.n > 64 || domain.n == 0 || sv_find(domain, '@') >= 0)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char ch = (unsigned char)text.p[i];

		if (ch <= ' ' || ch == 0x7f || strchr("<>()[]\\,;:\"", ch) != NULL)
			return false;
	}
	return domain.p[0] != '.' && domain.p[domain.n - 1] != '.';
}

static bool is_hash(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
			    (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	}
	return text.n == 64;
}

/* "Europe/Berlin": letters, digits and _+- in parts; whether it exists, the database knows. */
static bool is_zone(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
			    (ch >= '0' && ch <= '9') || ch == '_' || ch == '+' || ch == '-' ||
			    (ch == '/' && i > 0 && i + 1 < text.n)))
			return false;
	}
	return text.n > 0;
}

static bool is_minor(struct sv text)
{
	int64_t value;

	return sv_to_i64(text, INT64_MIN, INT64_MAX, &value);
}

static bool is_day(struct sv text)
{
	int32_t day;

	return text.n == 10 && date_parse(text, DATE_YMD, &day) == 0;
}

static bool is_instant(struct sv text)
{
	int64_t us;

	return instant_parse(text, &us) == 0;
}

static bool is_currency(struct sv text)
{
	const struct currency *found = currency_find(text);

	return found != NULL && sv_eq_cstr(text, found->code);
}

static bool is_uuid(struct sv text)
{
	struct uuid id;

	return uuid_parse(text, &id) == 0;
}

static bool has_value(const char *const *values, struct sv text)
{
	for (size_t i = 0; values[i] != NULL; i++) {
		if (sv_eq_cstr(text, values[i]))
			return true;
	}
	return false;
}

static bool has_word(const char *set, struct sv text)
{
	enum word w;

	return word_parse(set, text, &w);
}

/* Types that are one predicate and one sentence. */
static const struct {
	bool (*holds)(struct sv text);
	int code;
	const char *sentence;
} forms[] = {
	[SCHEMA_EMAIL] = {is_email, E_INVALID, "Must be an e-mail address."},
	[SCHEMA_UUID] = {is_uuid, E_INVALID, "Must be a UUID."},
	[SCHEMA_HASH] = {is_hash, E_INVALID, "Must be 64 lower-case hexadecimal digits."},
	[SCHEMA_DAY] = {is_day, E_INVALID, "Must be a day like 2026-03-04."},
	[SCHEMA_INSTANT] = {is_instant, E_INVALID, "Must be a time like 2026-03-04T10:00:00Z."},
	[SCHEMA_MINOR] = {is_minor, E_INVALID, "Must be a whole number as text."},
	[SCHEMA_CURRENCY] = {is_currency, E_CURRENCY, "Must be an ISO 4217 currency code."},
	[SCHEMA_ZONE] = {is_zone, E_INVALID, "Must be a time zone like Europe/Berlin."},
};

static bool is_text_type(enum schema_type type)
{
	return type <= SCHEMA_ZONE || type == SCHEMA_WORD || type == SCHEMA_ENUM;
}

static void check_text(struct check *c, const struct schema *s, struct sv text)
{
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL) {
		find_fault(c, E_INVALID, "Must not contain a NUL character.");
	} else if (s->type == SCHEMA_STRING) {
		check_count(c, s, utf8_count(text), "characters");
	} else if (s->type == SCHEMA_SECRET) {
		check_count(c, s, text.n, "bytes");
	} else if (s->type == SCHEMA_NAME) {
		check_name(c, s, text);
	} else if (s->type == SCHEMA_ENUM) {
		if (!has_value(s->values, text))
			find_fault(c, E_INVALID, "Must be one of the listed values.");
	} else if (s->type == SCHEMA_WORD) {
		if (!has_word(s->set, text))
			find_fault(c, E_INVALID, "Must be one of the listed values.");
	} else if (!forms[s->type].holds(text)) {
		find_fault(c, forms[s->type].code, "%s", forms[s->type].sentence);
	} else if (s->max != 0) {
		check_count(c, s, text.n, "bytes");
	}
}

/* --- values ----------------------------------------------------------------------------------- */

static const char *const type_names[] = {
	[SCHEMA_INT] = "a whole number",
	[SCHEMA_NUMBER] = "a number",
	[SCHEMA_BOOL] = "true or false",
	[SCHEMA_ARRAY] = "an array",
	[SCHEMA_OBJECT] = "an object",
	[SCHEMA_MAP] = "an object",
	[SCHEMA_ANY] = "an object",
	[SCHEMA_ONE_OF] = "an object",
};

static bool kind_fits(const struct schema *s, enum json_kind kind)
{
	switch (s->type) {
	case SCHEMA_INT:
		return kind == JSON_INT;
	case SCHEMA_NUMBER:
		return kind == JSON_INT || kind == JSON_REAL;
	case SCHEMA_BOOL:
		return kind == JSON_BOOL;
	case SCHEMA_ARRAY:
		return kind == JSON_ARRAY;
	case SCHEMA_OBJECT:
	case SCHEMA_MAP:
	case SCHEMA_ANY:
	case SCHEMA_ONE_OF:
		return kind == JSON_OBJECT;
	default:
		return kind == JSON_TEXT;
	}
}

static void check_int(struct check *c, const struct schema *s, int64_t value)
{
	if (value < s->min || (s->max != 0 && value > s->max))
		find_fault(c, E_INVALID, "Must be %lld to %lld.", (long long)s->min,
			(long long)s->max);
}

static void check_value(struct check *c, const struct schema *s, const struct json_object *v);

static void check_array(struct check *c, const struct schema *s, const struct json_object *v)
{
	size_t n = json_count(v);

	check_count(c, s, n, "entries");
	if (s->max != 0 && n > (size_t)s->max)
		return;
	for (size_t i = 0; i < n; i++) {
		char index[24];
		size_t start;

		(void)snprintf(index, sizeof(index), "%zu", i);
		start = enter(c, sv_from_cstr(index));
		check_value(c, s->item, json_at(v, i));
		leave(c, start);
	}
}

static const struct schema_field *field_of(const struct schema *s, struct sv name)
{
	for (const struct schema_field *f = s->fields; f->name != NULL; f++) {
		if (sv_eq_cstr(name, f->name))
			return f;
	}
	return NULL;
}

static void check_member(struct check *c, const struct schema *s, const struct json_member *m)
{
	const struct schema_field *f = s->type == SCHEMA_OBJECT ? field_of(s, m->key) : NULL;
	size_t start = enter(c, m->key);

	if (s->type == SCHEMA_MAP)
		check_value(c, s->item, m->value);
	else if (f == NULL && !s->open)
		find_fault(c, E_UNKNOWN_FIELD, "This field is not known here.");
	else if (f != NULL && !(m->value == NULL && (f->flags & SCHEMA_NULLABLE) != 0))
		check_value(c, f->type, m->value);
	leave(c, start);
}

static void check_members(struct check *c, const struct schema *s, const struct json_object *v)
{
	size_t n = json_count(v);
	struct json_member *m = ARENA_ARRAY(c->arena, n, struct json_member);

	if (m == NULL) {
		find_fault(c, E_NO_MEMORY, "There is not enough memory for this.");
		return;
	}
	json_members(v, m, n);
	for (size_t i = 0; i < n; i++)
		check_member(c, s, &m[i]);
	if (s->type != SCHEMA_OBJECT)
		return;
	for (const struct schema_field *f = s->fields; f->name != NULL; f++) {
		const struct json_object *value;
		size_t start;

		if ((f->flags & SCHEMA_REQUIRED) == 0 || json_find(v, f->name, &value))
			continue;
		start = enter(c, sv_from_cstr(f->name));
		find_fault(c, E_MISSING_FIELD, "This field is required.");
		leave(c, start);
	}
}

static void check_value(struct check *c, const struct schema *s, const struct json_object *v)
{
	if (!kind_fits(s, json_kind(v))) {
		find_fault(c, E_INVALID, "Must be %s.",
			is_text_type(s->type) ? "a text" : type_names[s->type]);
		return;
	}
	if (is_text_type(s->type))
		check_text(c, s, json_as_text(v));
	else if (s->type == SCHEMA_INT)
		check_int(c, s, json_as_int(v));
	else if (s->type == SCHEMA_ARRAY)
		check_array(c, s, v);
	else if (s->type == SCHEMA_OBJECT || s->type == SCHEMA_MAP)
		check_members(c, s, v);
}

int schema_check(const struct schema *s, const struct json_object *doc, struct arena *arena,
	struct http_problem_error *errors, size_t *ret_n, struct err *err)
{
	struct check c = {.arena = arena, .errors = errors};

	check_value(&c, s, doc);
	*ret_n = c.n;
	if (c.n > 0)
		return err_set_at(
			err, errors[0].code, errors[0].pointer, "%s", errors[0].detail);
	return arena_ok(arena) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int schema_check_text(
	const struct schema *s, struct sv text, const char *pointer, struct err *err)
{
	struct http_problem_error errors[HTTP_PROBLEM_ERRORS_MAX] = {0};
	struct arena arena CLEANUP(arena_free);
	struct check c = {.arena = &arena, .errors = errors};
	int64_t value;

	arena_init(&arena, 16384);
	if (is_text_type(s->type))
		check_text(&c, s, text);
	else if (s->type == SCHEMA_INT && sv_to_i64(text, INT64_MIN, INT64_MAX, &value))
		check_int(&c, s, value);
	else if (s->type == SCHEMA_BOOL && (sv_eq_cstr(text, "true") || sv_eq_cstr(text, "false")))
		return 0;
	else
		find_fault(&c, E_INVALID, "Must be %s.", type_names[s->type]);
	return c.n == 0 ? 0 :
			  err_set_at(err, errors[0].code, pointer, "%s", errors[0].detail);
}
