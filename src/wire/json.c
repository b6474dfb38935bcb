/*
 * The tree (json-c behind the gate) and the reader that takes it apart.
 */
#include "wire/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/currency.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/text.h"
#include "wire/json_check.h"

/* json-c's getters take a pointer that is not const, though they change nothing. */
static struct json_object *loose(const struct json_object *o)
{
	struct json_object *p;

	memcpy(&p, &o, sizeof(void *));
	return p;
}

int json_parse(struct sv text, unsigned depth, struct json_object **ret, struct err *err)
{
	struct json_tokener *tokener;
	enum json_tokener_error why;
	struct json_object *o;
	int r = json_check(text, depth, err);

	if (r)
		return r;
	if (text.n > INT32_MAX)
		return err_set(err, E_TOO_LARGE, NULL);
	tokener = json_tokener_new_ex((int)MIN(depth, (unsigned)JSON_DEPTH_MAX) + 1);
	if (!tokener)
		return err_set(err, E_NO_MEMORY, NULL);
	o = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	why = json_tokener_get_error(tokener);
	if (why == json_tokener_continue) { /* a number at the end could go on */
		o = json_tokener_parse_ex(tokener, "\n", 1);
		why = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (why != json_tokener_success) {
		json_object_put(o);
		return err_set(err, E_JSON_SYNTAX, "%s", json_tokener_error_desc(why));
	}
	*ret = o;
	return 0;
}

void json_free(struct json_object *o)
{
	json_object_put(o);
}

void json_cleanup(struct json_object **o)
{
	json_object_put(*o);
}

enum json_kind json_kind(const struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return JSON_NULL;
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_double:
		return JSON_REAL;
	case json_type_string:
		return JSON_TEXT;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		break;
	}
	return JSON_OBJECT;
}

bool json_find(const struct json_object *o, const char *key, const struct json_object **ret)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value))
		return false;
	*ret = value;
	return true;
}

size_t json_count(const struct json_object *o)
{
	switch (json_kind(o)) {
	case JSON_ARRAY:
		return json_object_array_length(o);
	case JSON_OBJECT:
		return (size_t)json_object_object_length(o);
	default:
		return 0;
	}
}

const struct json_object *json_at(const struct json_object *array, size_t i)
{
	return json_kind(array) == JSON_ARRAY ? json_object_array_get_idx(array, i) : NULL;
}

size_t json_members(const struct json_object *o, struct json_member *out, size_t cap)
{
	struct json_object *object = loose(o);
	size_t n = 0;

	if (json_kind(o) != JSON_OBJECT)
		return 0;
	json_object_object_foreach(object, key, value)
	{
		if (n < cap)
			out[n] = (struct json_member){sv_from_cstr(key), value};
		n++;
	}
	return n;
}

struct sv json_as_text(const struct json_object *o)
{
	if (json_kind(o) != JSON_TEXT)
		return SV("");
	return sv_from(json_object_get_string(loose(o)), (size_t)json_object_get_string_len(o));
}

int64_t json_as_int(const struct json_object *o)
{
	return json_kind(o) == JSON_INT ? json_object_get_int64(o) : 0;
}

bool json_as_bool(const struct json_object *o)
{
	return json_kind(o) == JSON_BOOL && json_object_get_boolean(o);
}

/* --- values as text --- */

static int compare_members(const void *a, const void *b)
{
	const struct json_member *x = a, *y = b;

	return sv_cmp(x->key, y->key);
}

static void add_value(struct buf *out, const struct json_object *o, bool sorted);

static void add_members(struct buf *out, const struct json_object *o, bool sorted)
{
	size_t n = json_count(o);
	struct json_member *members CLEANUP(free_ptr) = calloc(n + 1, sizeof(*members));

	if (!members) {
		out->error = E_NO_MEMORY;
		return;
	}
	json_members(o, members, n);
	if (sorted)
		qsort(members, n, sizeof(*members), compare_members);
	buf_add_char(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(out, ',');
		text_add_json(out, members[i].key);
		buf_add_char(out, ':');
		add_value(out, members[i].value, sorted);
	}
	buf_add_char(out, '}');
}

static void add_value(struct buf *out, const struct json_object *o, bool sorted)
{
	switch (json_kind(o)) {
	case JSON_NULL:
		buf_add_cstr(out, "null");
		break;
	case JSON_BOOL:
		buf_add_cstr(out, json_as_bool(o) ? "true" : "false");
		break;
	case JSON_INT:
		buf_add_i64(out, json_as_int(o));
		break;
	case JSON_REAL: /* json-c keeps the text it was read from */
		buf_add_cstr(out, json_object_to_json_string_ext(loose(o), JSON_C_TO_STRING_PLAIN));
		break;
	case JSON_TEXT:
		text_add_json(out, json_as_text(o));
		break;
	case JSON_ARRAY:
		buf_add_char(out, '[');
		for (size_t i = 0; i < json_count(o); i++) {
			if (i)
				buf_add_char(out, ',');
			add_value(out, json_at(o, i), sorted);
		}
		buf_add_char(out, ']');
		break;
	case JSON_OBJECT:
		add_members(out, o, sorted);
		break;
	}
}

void json_add_canonical(struct buf *out, const struct json_object *o)
{
	add_value(out, o, true);
}

void json_add_value(struct buf *out, const struct json_object *o)
{
	add_value(out, o, false);
}

/* --- reader --- */

/* pointer of field key of r, or of r itself. */
static void point(const struct json_reader *r, const char *key, struct buf *out)
{
	buf_add_cstr(out, r->pointer);
	if (!key)
		return;
	buf_add_char(out, '/');
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_add_char(out, '~');
		buf_add_char(out, *key == '~' ? '0' : *key == '/' ? '1' : *key);
	}
}

int json_reader_fail(struct json_reader *r, int code, const char *key, const char *fmt, ...)
{
	struct buf pointer CLEANUP(buf_free) = BUF_INIT;
	char detail[ERR_DETAIL_MAX];
	va_list ap;

	if (r->failed || r->err->code) {
		r->failed = r->failed ? r->failed : r->err->code;
		return r->failed;
	}
	snprintf(detail, sizeof(detail), "%s", err_text(code));
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(detail, sizeof(detail), fmt, ap);
		va_end(ap);
	}
	point(r, key, &pointer);
	r->failed = err_set_at(r->err, code, buf_cstr(&pointer), "%s", detail);
	return r->failed;
}

struct json_reader json_reader_of(const struct json_object *o, struct err *err)
{
	struct json_reader r = {.o = o, .err = err};

	err->code = 0;
	if (json_kind(o) != JSON_OBJECT)
		json_reader_fail(&r, E_INVALID, NULL, "an object was expected");
	return r;
}

static bool was_asked(const struct json_reader *r, struct sv key)
{
	for (size_t i = 0; i < r->asked_count; i++)
		if (sv_eq_cstr(key, r->asked[i]))
			return true;
	return false;
}

static void refuse_unknown(struct json_reader *r, const char *key)
{
	const char *nearest = text_nearest(sv_from_cstr(key), r->asked, r->asked_count);

	if (nearest)
		json_reader_fail(r, E_UNKNOWN_FIELD, key,
			"there is no field of this name; did you mean \"%s\"?", nearest);
	else
		json_reader_fail(r, E_UNKNOWN_FIELD, key, NULL);
}

int json_reader_end(struct json_reader *r)
{
	if (!r->failed && r->err->code)
		r->failed = r->err->code; /* of a nested reader */
	if (r->failed)
		return r->failed;
	json_object_object_foreach(loose(r->o), key, value)
	{
		(void)value;
		if (!was_asked(r, sv_from_cstr(key)))
			refuse_unknown(r, key);
	}
	return r->failed;
}

/* The value of a field; false when it is absent or null, which is an error if it is required. */
static bool ask(
	struct json_reader *r, const char *key, enum json_need need, const struct json_object **ret)
{
	if (!was_asked(r, sv_from_cstr(key))) {
		assert(r->asked_count < JSON_FIELDS_MAX);
		r->asked[r->asked_count++] = key;
	}
	if (r->failed || r->err->code)
		return false;
	if (json_find(r->o, key, ret) && *ret)
		return true;
	if (need == JSON_REQUIRED)
		json_reader_fail(r, E_MISSING_FIELD, key, NULL);
	return false;
}

/* As ask, and of this kind. */
static bool ask_kind(struct json_reader *r, const char *key, enum json_need need,
	enum json_kind kind, const struct json_object **ret)
{
	static const char *const names[] = {[JSON_NULL] = "null",
		[JSON_BOOL] = "true or false",
		[JSON_INT] = "a whole number",
		[JSON_REAL] = "a number",
		[JSON_TEXT] = "a text",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object"};

	if (!ask(r, key, need, ret))
		return false;
	if (json_kind(*ret) == kind)
		return true;
	json_reader_fail(r, E_INVALID, key, "%s was expected", names[kind]);
	return false;
}

bool json_has(struct json_reader *r, const char *key)
{
	const struct json_object *o;

	return ask(r, key, JSON_OPTIONAL, &o);
}

static bool good_text(
	struct json_reader *r, const char *key, struct sv text, size_t min, size_t max)
{
	if (text.n && memchr(text.p, '\0', text.n)) {
		json_reader_fail(r, E_INVALID, key, "the text contains a NUL");
		return false;
	}
	if (text.n >= min && text.n <= max)
		return true;
	if (min == 1 && text.n == 0)
		json_reader_fail(r, E_INVALID, key, "the text is empty");
	else
		json_reader_fail(
			r, E_INVALID, key, "the text must have %zu to %zu bytes", min, max);
	return false;
}

void json_read_text(struct json_reader *r, const char *key, enum json_need need, size_t min,
	size_t max, struct sv *ret)
{
	const struct json_object *o;

	if (ask_kind(r, key, need, JSON_TEXT, &o) && good_text(r, key, json_as_text(o), min, max))
		*ret = json_as_text(o);
}

void json_read_int(struct json_reader *r, const char *key, enum json_need need, int64_t min,
	int64_t max, int64_t *ret)
{
	const struct json_object *o;

	if (!ask_kind(r, key, need, JSON_INT, &o))
		return;
	if (json_as_int(o) < min || json_as_int(o) > max)
		json_reader_fail(r, E_INVALID, key, "the number must be %lld to %lld",
			(long long)min, (long long)max);
	else
		*ret = json_as_int(o);
}

void json_read_bool(struct json_reader *r, const char *key, enum json_need need, bool *ret)
{
	const struct json_object *o;

	if (ask_kind(r, key, need, JSON_BOOL, &o))
		*ret = json_as_bool(o);
}

void json_read_choice(struct json_reader *r, const char *key, enum json_need need,
	const char *const *names, size_t count, size_t *ret)
{
	const struct json_object *o;
	const char *nearest;

	if (!ask_kind(r, key, need, JSON_TEXT, &o))
		return;
	for (size_t i = 0; i < count; i++)
		if (sv_eq_cstr(json_as_text(o), names[i])) {
			*ret = i;
			return;
		}
	nearest = text_nearest(json_as_text(o), names, count);
	json_reader_fail(r, E_INVALID, key, "the value is not one of the known ones%s%s%s",
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

void json_read_uuid(struct json_reader *r, const char *key, enum json_need need, struct uuid *ret)
{
	const struct json_object *o;

	if (ask_kind(r, key, need, JSON_TEXT, &o) && uuid_parse(json_as_text(o), ret))
		json_reader_fail(r, E_INVALID, key, "an id was expected");
}

void json_read_day(struct json_reader *r, const char *key, enum json_need need, int32_t *ret)
{
	const struct json_object *o;

	if (!ask_kind(r, key, need, JSON_TEXT, &o))
		return;
	if (json_as_text(o).n != sizeof("2026-03-04") - 1 || json_as_text(o).p[4] != '-' ||
		date_parse(json_as_text(o), DATE_YMD, ret))
		json_reader_fail(r, E_INVALID, key, "a day as 2026-03-04 was expected");
}

void json_read_instant(struct json_reader *r, const char *key, enum json_need need, int64_t *ret_us)
{
	const struct json_object *o;

	if (ask_kind(r, key, need, JSON_TEXT, &o) && instant_parse(json_as_text(o), ret_us))
		json_reader_fail(r, E_INVALID, key, "a time of RFC 3339 was expected");
}

void json_read_currency(struct json_reader *r, const char *key, enum json_need need, char ret[4])
{
	const struct currency *currency;
	const struct json_object *o;

	if (!ask_kind(r, key, need, JSON_TEXT, &o))
		return;
	currency = currency_find(json_as_text(o));
	if (currency)
		memcpy(ret, currency->code, sizeof(currency->code));
	else
		json_reader_fail(r, E_CURRENCY, key, NULL);
}

void json_read_money(struct json_reader *r, const char *key, enum json_need need,
	int64_t *ret_minor, char ret_currency[4])
{
	struct json_reader in;
	struct sv minor = SV_NULL;
	char currency[4];
	int64_t v = 0;

	if (!json_read_object(r, key, need, &in))
		return;
	json_read_text(&in, "minor", JSON_REQUIRED, 1, 20, &minor);
	json_read_currency(&in, "currency", JSON_REQUIRED, currency);
	if (!in.failed && !sv_to_i64(minor, -DECIMAL_MONEY_MAX, DECIMAL_MONEY_MAX, &v))
		json_reader_fail(&in, E_INVALID, "minor", "an amount in minor units was expected");
	if (json_reader_end(&in))
		return;
	*ret_minor = v;
	memcpy(ret_currency, currency, sizeof(currency));
}

void json_read_value(
	struct json_reader *r, const char *key, enum json_need need, const struct json_object **ret)
{
	const struct json_object *o;

	if (ask(r, key, need, &o))
		*ret = o;
}

/* A reader of a value below r, at /key or /key/i. */
static struct json_reader below(
	const struct json_reader *r, const char *key, const size_t *i, const struct json_object *o)
{
	struct buf pointer CLEANUP(buf_free) = BUF_INIT;
	struct json_reader in = {.o = o, .err = r->err};

	point(r, key, &pointer);
	if (i)
		buf_printf(&pointer, "/%zu", *i);
	snprintf(in.pointer, sizeof(in.pointer), "%s", buf_cstr(&pointer));
	return in;
}

bool json_read_object(
	struct json_reader *r, const char *key, enum json_need need, struct json_reader *ret)
{
	const struct json_object *o;

	if (!ask_kind(r, key, need, JSON_OBJECT, &o))
		return false;
	*ret = below(r, key, NULL, o);
	return true;
}

void json_read_array(struct json_reader *r, const char *key, enum json_need need, size_t max,
	const struct json_object **ret, size_t *ret_count)
{
	const struct json_object *o;

	*ret = NULL;
	*ret_count = 0;
	if (!ask_kind(r, key, need, JSON_ARRAY, &o))
		return;
	if (json_count(o) > max) {
		json_reader_fail(r, E_LIMIT, key, "there may be at most %zu items", max);
		return;
	}
	*ret = o;
	*ret_count = json_count(o);
}

struct json_reader json_reader_item(
	struct json_reader *r, const char *key, const struct json_object *array, size_t i)
{
	struct json_reader in = below(r, key, &i, json_at(array, i));

	if (json_kind(in.o) != JSON_OBJECT)
		json_reader_fail(&in, E_INVALID, NULL, "an object was expected");
	return in;
}

bool json_item_text(struct json_reader *r, const char *key, const struct json_object *array,
	size_t i, size_t min, size_t max, struct sv *ret)
{
	struct json_reader in = below(r, key, &i, json_at(array, i));

	if (json_kind(in.o) != JSON_TEXT)
		json_reader_fail(&in, E_INVALID, NULL, "a text was expected");
	else if (good_text(&in, NULL, json_as_text(in.o), min, max))
		*ret = json_as_text(in.o);
	return !in.failed;
}

bool json_item_uuid(struct json_reader *r, const char *key, const struct json_object *array,
	size_t i, struct uuid *ret)
{
	struct json_reader in = below(r, key, &i, json_at(array, i));

	if (json_kind(in.o) != JSON_TEXT || uuid_parse(json_as_text(in.o), ret))
		json_reader_fail(&in, E_INVALID, NULL, "an id was expected");
	return !in.failed;
}
