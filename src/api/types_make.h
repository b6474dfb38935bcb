#ifndef API_TYPES_MAKE_H
#define API_TYPES_MAKE_H
/* How tables of schemas are written: for types*.c only. */
#include "http/schema.h"

#define REQ(n, t) {(n), &(t), SCHEMA_REQUIRED, NULL}
#define REQ_DOC(n, t, d) {(n), &(t), SCHEMA_REQUIRED, (d)}
#define NUL(n, t) {(n), &(t), SCHEMA_REQUIRED | SCHEMA_NULLABLE, NULL}
#define NUL_DOC(n, t, d) {(n), &(t), SCHEMA_REQUIRED | SCHEMA_NULLABLE, (d)}
#define OPT(n, t) {(n), &(t), 0, NULL}
#define OPT_DOC(n, t, d) {(n), &(t), 0, (d)}
#define OPT_NUL(n, t) {(n), &(t), SCHEMA_NULLABLE, NULL}

#define FIELDS(...) ((const struct schema_field[]){__VA_ARGS__, SCHEMA_END})
#define OBJECT(n, d, ...)                                                                          \
	{.type = SCHEMA_OBJECT, .name = (n), .doc = (d), .fields = FIELDS(__VA_ARGS__)}
#define WORD_OF(s) {.type = SCHEMA_WORD, .set = (s)}
#define ENUM_OF(...) {.type = SCHEMA_ENUM, .values = (const char *const[]){__VA_ARGS__, NULL}}
#define ARRAY_OF(t, most) {.type = SCHEMA_ARRAY, .item = &(t), .max = (most)}
#define LIST_OF(n, t)                                                                              \
	{.type = SCHEMA_OBJECT, .name = (n), .doc = "One page of a list.",                         \
		.fields = FIELDS(REQ("items", t), NUL("next_cursor", cursor))}

#endif
