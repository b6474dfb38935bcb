#ifndef WIRE_JSON_CHECK_H
#define WIRE_JSON_CHECK_H
/*
 * The gate before the JSON parser: RFC 8259's grammar to the letter, and beyond it what json-c lets
 * pass: keys that occur twice in an object (also when written with escapes), bytes that are not
 * UTF-8, lone surrogates, integers outside int64, numbers that are not finite in a double, and
 * nesting over a limit. A NUL in a key is refused too, since json-c would cut the key there. No
 * byte order mark. Time is O(n log n) for any input.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define JSON_DEPTH_MAX 512

/* depth: 1..JSON_DEPTH_MAX containers in each other. E_JSON_SYNTAX, E_JSON_DUPLICATE (with its
 * pointer), E_JSON_DEPTH, E_INVALID (a number out of range, with its pointer), E_NO_MEMORY. */
MUST_CHECK int json_check(struct sv text, unsigned depth, struct err *err);

#endif
