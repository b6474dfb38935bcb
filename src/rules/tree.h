#ifndef RULES_TREE_H
#define RULES_TREE_H
/*
 * JSON (RFC 8259) as a tree that keeps what a ruleset needs and general parsers lose: numbers as
 * they are written (0.05 stays exact), the order of members, and the JSON pointer (RFC 6901) of
 * every node for errors. Duplicate keys, invalid UTF-8 and nesting deeper than TREE_DEPTH_MAX are
 * errors. Nodes live in the arena.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define TREE_DEPTH_MAX 32
#define TREE_NODES_MAX 1000000

enum tree_kind { TREE_NULL, TREE_FALSE, TREE_TRUE, TREE_NUMBER, TREE_STRING, TREE_ARRAY, TREE_OBJECT };

struct tree {
	enum tree_kind kind;
	struct sv key;       /* of a member of an object */
	struct sv text;      /* STRING: unescaped; NUMBER: as written */
	struct tree *parent;
	struct tree *first;  /* ARRAY, OBJECT: children in order */
	struct tree *next;
	uint32_t index;      /* position among its parent's children */
	uint32_t count;      /* children */
};

MUST_CHECK int tree_parse(struct sv json, struct arena *a, struct tree **ret, struct err *err);
/* The member of an object, or NULL. */
const struct tree *tree_get(const struct tree *t, const char *key);
/* RFC 6901 pointer of a node, cut to what fits. */
void tree_pointer(const struct tree *t, char out[ERR_POINTER_MAX]);
/* err_set_at with the node's pointer. */
int tree_error(struct err *err, int code, const struct tree *t, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* A number or a numeric string as units of 10^-scale, exactly; E_RULESET when it is none. */
MUST_CHECK int tree_decimal(const struct tree *t, int scale, int64_t *ret, struct err *err);
MUST_CHECK int tree_integer(
	const struct tree *t, int64_t min, int64_t max, int64_t *ret, struct err *err);
/* Canonical form: members sorted by key, no blanks, numbers in shortest decimal notation. */
void tree_canonical(const struct tree *t, struct buf *out);
/* A JSON string with its quotes. */
void tree_quote(struct sv s, struct buf *out);

#endif
