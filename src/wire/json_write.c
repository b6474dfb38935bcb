/*
 * The JSON writer.
 */
#include "wire/json.h"

#include <assert.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/text.h"

struct json_writer json_writer_of(struct buf *out)
{
	return (struct json_writer){.out = out};
}

/* The comma and the key before a value. */
static void start(struct json_writer *w, const char *key)
{
	uint64_t bit = UINT64_C(1) << w->level;

	if (w->filled & bit)
		buf_add_char(w->out, ',');
	w->filled |= bit;
	if (key) {
		text_add_json(w->out, sv_from_cstr(key));
		buf_add_char(w->out, ':');
	}
}

static void open_level(struct json_writer *w, const char *key, char bracket)
{
	assert(w->level < JSON_WRITE_DEPTH_MAX);
	start(w, key);
	buf_add_char(w->out, bracket);
	w->level++;
	w->filled &= ~(UINT64_C(1) << w->level);
}

static void close_level(struct json_writer *w, char bracket)
{
	assert(w->level > 0);
	w->level--;
	buf_add_char(w->out, bracket);
}

void json_open_object(struct json_writer *w, const char *key)
{
	open_level(w, key, '{');
}

void json_close_object(struct json_writer *w)
{
	close_level(w, '}');
}

void json_open_array(struct json_writer *w, const char *key)
{
	open_level(w, key, '[');
}

void json_close_array(struct json_writer *w)
{
	close_level(w, ']');
}

void json_put_raw(struct json_writer *w, const char *key, struct sv json)
{
	start(w, key);
	buf_add_sv(w->out, json);
}

void json_put_text(struct json_writer *w, const char *key, struct sv text)
{
	if (!text.p) {
		json_put_null(w, key);
		return;
	}
	start(w, key);
	text_add_json(w->out, text);
}

void json_put_cstr(struct json_writer *w, const char *key, const char *text)
{
	json_put_text(w, key, sv_from_cstr(text));
}

void json_put_int(struct json_writer *w, const char *key, int64_t v)
{
	start(w, key);
	buf_add_i64(w->out, v);
}

void json_put_bool(struct json_writer *w, const char *key, bool v)
{
	json_put_raw(w, key, v ? SV("true") : SV("false"));
}

void json_put_null(struct json_writer *w, const char *key)
{
	json_put_raw(w, key, SV("null"));
}

void json_put_uuid(struct json_writer *w, const char *key, const struct uuid *v)
{
	char text[UUID_TEXT_LEN + 1];

	if (v)
		uuid_format(v, text);
	json_put_cstr(w, key, v ? text : NULL);
}

void json_put_day(struct json_writer *w, const char *key, int32_t day)
{
	start(w, key);
	buf_add_char(w->out, '"');
	date_format(day, w->out);
	buf_add_char(w->out, '"');
}

void json_put_instant(struct json_writer *w, const char *key, int64_t us)
{
	start(w, key);
	buf_add_char(w->out, '"');
	instant_format(us, w->out);
	buf_add_char(w->out, '"');
}

void json_put_decimal(struct json_writer *w, const char *key, int64_t units, int scale)
{
	start(w, key);
	buf_add_char(w->out, '"');
	decimal_format(units, scale, w->out);
	buf_add_char(w->out, '"');
}

void json_put_money(struct json_writer *w, const char *key, __int128 minor, const char *currency)
{
	json_open_object(w, key);
	start(w, "minor");
	buf_add_char(w->out, '"');
	decimal_format128(minor, 0, w->out);
	buf_add_char(w->out, '"');
	json_put_cstr(w, "currency", currency);
	json_close_object(w);
}

void json_put_value(struct json_writer *w, const char *key, const struct json_object *o)
{
	start(w, key);
	json_add_value(w->out, o);
}
