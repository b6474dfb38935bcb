#ifndef READ_JSON_VALUE_H
#define READ_JSON_VALUE_H
/*
 * A file as a sequence of JSON values: one behind the other with blanks between, or the elements of
 * one array. Where a value is broken, the rest of its line is taken for it.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"

struct json_values {
	struct col_source src;
	uint64_t at; /* of src: what is not in the window yet */
	char *window;
	size_t cap, n, pos;
	uint32_t line; /* of pos */
	bool eof, array, ended;
	uint64_t count;    /* values so far */
	uint32_t runaways; /* broken values that reached over their line */
};

struct json_value {
	struct sv text; /* valid until the next one */
	uint32_t line;  /* where it begins, from 1 */
	bool several_lines;
	int code; /* 0, or why it is broken: E_JSON_*, E_INVALID */
	char detail[ERR_DETAIL_MAX];
};

MUST_CHECK int json_values_open(struct json_values *v, struct col_source src, struct err *err);
void json_values_close(struct json_values *v); /* also the CLEANUP function */
/* *ret_end: there is none. Every value with code 0 has passed json_check. E_UNREADABLE (a broken
 * array, too much that is broken), E_NO_MEMORY, errors of src. */
MUST_CHECK int json_values_next(
	struct json_values *v, struct json_value *ret, bool *ret_end, struct err *err);

#endif
