#ifndef WIRE_JSON_H
#define WIRE_JSON_H
/*
 * JSON in and out. In: text that passed json_check becomes a tree, which a reader takes apart field
 * by field; the reader keeps the first error with its pointer and finally refuses fields that
 * nobody asked for. Out: a writer that streams into a struct buf, no tree.
 *
 *	struct json_reader r = json_reader_of(root, &err);
 *	json_read_text(&r, "name", JSON_REQUIRED, 1, 200, &name);
 *	json_read_int(&r, "limit", JSON_OPTIONAL, 1, 1000, &limit);   (limit keeps its default)
 *	if (json_reader_end(&r)) return err.code;
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"

/* One value of a tree; NULL is JSON's null. Lives as long as the tree's root. */
struct json_object;

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_REAL,
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT,
};

#define JSON_DEPTH 32 /* of requests */

/* --- the tree --- */

/* json_check and parse. The caller frees *ret. */
MUST_CHECK int json_parse(
	struct sv text, unsigned depth, struct json_object **ret, struct err *err);
void json_free(struct json_object *o);
void json_cleanup(struct json_object **o); /* the CLEANUP function */

enum json_kind json_kind(const struct json_object *o);
/* Member of an object; false when there is none (or o is no object). *ret may become NULL: null. */
bool json_find(const struct json_object *o, const char *key, const struct json_object **ret);
size_t json_count(const struct json_object *o); /* of an array or object; else 0 */
const struct json_object *json_at(const struct json_object *array, size_t i);
struct json_member {
	struct sv key; /* NUL-terminated */
	const struct json_object *value;
};
/* Writes up to cap members in the order of the text; returns how many there are. */
size_t json_members(const struct json_object *o, struct json_member *out, size_t cap);
/* Values of the fitting kind; of another kind "", 0, false. */
struct sv json_as_text(const struct json_object *o); /* NUL-terminated, may contain NUL */
int64_t json_as_int(const struct json_object *o);
bool json_as_bool(const struct json_object *o);
/* The value as text in canonical form (members sorted by the bytes of their keys, no blanks): equal
 * values give equal bytes. Reals keep the digits they were written with. */
void json_add_canonical(struct buf *out, const struct json_object *o);
/* The same in the order of the text. */
void json_add_value(struct buf *out, const struct json_object *o);

/* --- reader --- */

enum json_need { JSON_REQUIRED, JSON_OPTIONAL }; /* optional: absent or null leaves *ret alone */

#define JSON_FIELDS_MAX 48

struct json_reader {
	const struct json_object *o;
	struct err *err;                    /* where the first error goes */
	int failed;                         /* its code */
	char pointer[ERR_POINTER_MAX];      /* of o */
	const char *asked[JSON_FIELDS_MAX]; /* names read so far */
	size_t asked_count;
};

/* o must be an object, or the reader fails with E_INVALID. err must not be NULL. */
struct json_reader json_reader_of(const struct json_object *o, struct err *err);
/* 0, or the first error; a field that was never asked for is E_UNKNOWN_FIELD. */
MUST_CHECK int json_reader_end(struct json_reader *r);
/* Makes the reader fail at field key (NULL: the object itself), for rules of the caller. */
int json_reader_fail(struct json_reader *r, int code, const char *key, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* True when the object has the field and it is not null. Counts as asked for. */
bool json_has(struct json_reader *r, const char *key);

/* Bytes min..max, without NUL. The text lives in the tree. */
void json_read_text(struct json_reader *r, const char *key, enum json_need need, size_t min,
	size_t max, struct sv *ret);
void json_read_int(struct json_reader *r, const char *key, enum json_need need, int64_t min,
	int64_t max, int64_t *ret);
void json_read_bool(struct json_reader *r, const char *key, enum json_need need, bool *ret);
/* Index among the names; an error names the nearest. */
void json_read_choice(struct json_reader *r, const char *key, enum json_need need,
	const char *const *names, size_t count, size_t *ret);
void json_read_uuid(struct json_reader *r, const char *key, enum json_need need, struct uuid *ret);
void json_read_day(struct json_reader *r, const char *key, enum json_need need, int32_t *ret);
void json_read_instant(
	struct json_reader *r, const char *key, enum json_need need, int64_t *ret_us);
void json_read_currency(struct json_reader *r, const char *key, enum json_need need, char ret[4]);
/* {"minor":"123456","currency":"EUR"} */
void json_read_money(struct json_reader *r, const char *key, enum json_need need,
	int64_t *ret_minor, char ret_currency[4]);
/* A value of any kind, for what reads itself. */
void json_read_value(struct json_reader *r, const char *key, enum json_need need,
	const struct json_object **ret);
/* A nested object: *ret reads it and must be ended too; its error is r's as well when r is ended
 * after it (they share err). Absent: returns false. */
bool json_read_object(
	struct json_reader *r, const char *key, enum json_need need, struct json_reader *ret);
/* An array of at most max items; absent: *ret NULL and 0 items. */
void json_read_array(struct json_reader *r, const char *key, enum json_need need, size_t max,
	const struct json_object **ret, size_t *ret_count);
/* Reader of the object at index i of array key of r. */
struct json_reader json_reader_item(
	struct json_reader *r, const char *key, const struct json_object *array, size_t i);
/* The text at index i of array key of r; false when it failed. */
bool json_item_text(struct json_reader *r, const char *key, const struct json_object *array,
	size_t i, size_t min, size_t max, struct sv *ret);
bool json_item_uuid(struct json_reader *r, const char *key, const struct json_object *array,
	size_t i, struct uuid *ret);

/* --- writer --- */

#define JSON_WRITE_DEPTH_MAX 63

/* Commas are its business; keys are NULL inside arrays and at the top. */
struct json_writer {
	struct buf *out;
	uint64_t filled; /* bit per level: something was written there */
	unsigned level;
};

struct json_writer json_writer_of(struct buf *out);
void json_open_object(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);
void json_put_text(struct json_writer *w, const char *key, struct sv text);   /* p NULL: null */
void json_put_cstr(struct json_writer *w, const char *key, const char *text); /* NULL: null */
void json_put_int(struct json_writer *w, const char *key, int64_t v);
void json_put_bool(struct json_writer *w, const char *key, bool v);
void json_put_null(struct json_writer *w, const char *key);
void json_put_uuid(struct json_writer *w, const char *key, const struct uuid *v); /* NULL: null */
void json_put_day(struct json_writer *w, const char *key, int32_t day);
void json_put_instant(struct json_writer *w, const char *key, int64_t us);
/* units of 10^-scale as a decimal string. */
void json_put_decimal(struct json_writer *w, const char *key, int64_t units, int scale);
void json_put_money(struct json_writer *w, const char *key, __int128 minor, const char *currency);
void json_put_value(struct json_writer *w, const char *key, const struct json_object *o);
/* Text that is JSON already. */
void json_put_raw(struct json_writer *w, const char *key, struct sv json);

#endif
