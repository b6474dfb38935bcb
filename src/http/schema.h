#ifndef HTTP_SCHEMA_H
#define HTTP_SCHEMA_H
/*
 * Declarative types of JSON documents: one table checks an input and prints itself as JSON Schema
 * 2020-12 for the OpenAPI document, so the two cannot differ.
 *
 * A schema is a static constant. An object lists its fields; a field not listed is refused unless
 * the object is open. The checks are of form only: whether a named thing exists is the handler's.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "http/response.h"

struct json_object;

enum schema_type {
	SCHEMA_STRING,   /* min..max code points */
	SCHEMA_NAME,     /* one line for people: no control or bidi characters, not blank at the ends */
	SCHEMA_SECRET,   /* a password or code; never echoed */
	SCHEMA_EMAIL,
	SCHEMA_UUID,
	SCHEMA_HASH,     /* SHA-256: 64 lower-case hex digits */
	SCHEMA_DAY,      /* 2026-03-04 */
	SCHEMA_INSTANT,  /* RFC 3339 in UTC */
	SCHEMA_MINOR,    /* int64 as decimal text: money's minor units */
	SCHEMA_CURRENCY, /* a code of currency.def */
	SCHEMA_ZONE,     /* an IANA time zone's name: form only */
	SCHEMA_INT,      /* min..max */
	SCHEMA_NUMBER,   /* a JSON number; never money */
	SCHEMA_BOOL,
	SCHEMA_WORD,     /* a word of the set in domain/word.def that .set names */
	SCHEMA_ENUM,     /* one of .values */
	SCHEMA_ARRAY,    /* of .item, min..max of them */
	SCHEMA_OBJECT,   /* .fields */
	SCHEMA_MAP,      /* any names, values of .item */
	SCHEMA_ANY,      /* any object or array; its own parser checks it */
	SCHEMA_ONE_OF,   /* .variants, told apart by the field .discriminator; only in answers */
};

struct schema_field;

struct schema {
	enum schema_type type;
	const char *name; /* of the component; NULL: printed in place */
	const char *doc;  /* NULL: none */
	int64_t min;
	int64_t max; /* 0: none */
	const char *set;
	const char *const *values; /* NULL-terminated */
	const struct schema *item;
	const struct schema_field *fields; /* ends with a row without name */
	bool open;                         /* further fields are let through */
	const struct schema *const *variants; /* NULL-terminated; each has .values[0] of .discriminator */
	const char *discriminator;
};

enum schema_flag {
	SCHEMA_REQUIRED = 1,
	SCHEMA_NULLABLE = 2,
};

struct schema_field {
	const char *name;
	const struct schema *type;
	unsigned flags;
	const char *doc;
};

#define SCHEMA_END {NULL, NULL, 0, NULL}

/* Checks doc (NULL is the value null). Findings go
 * to errors, at most HTTP_PROBLEM_ERRORS_MAX, their texts in the arena. 0, or the code of the first
 * finding, which is also in err. */
MUST_CHECK int schema_check(const struct schema *s, const struct json_object *doc, struct arena *arena,
	struct http_problem_error *errors, size_t *ret_n, struct err *err);

/* Checks one text against a schema of a scalar type: for query parameters and paths. */
MUST_CHECK int schema_check_text(
	const struct schema *s, struct sv text, const char *pointer, struct err *err);

/* Appends the JSON Schema of s; a named one as {"$ref": "#/components/schemas/…"} unless whole. */
void schema_print(const struct schema *s, bool whole, struct buf *out);
/* Calls fn for every named schema below s and s itself, inner ones first; again for each use. */
void schema_walk(const struct schema *s, void (*fn)(void *arg, const struct schema *s), void *arg);
/* Is it a scalar: fit for a query parameter or path? */
bool schema_is_scalar(const struct schema *s);

#endif
