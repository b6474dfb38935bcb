#ifndef READ_PREVIEW_H
#define READ_PREVIEW_H
/*
 * What a mapping would make of a file, before anybody confirms it: the whole file is read, as
 * read_file does, and the answer is small: counts and sums of all rows, the first accepted rows with
 * every value beside the cells it was made of, and the first rejected rows with their reasons.
 *
 *   {"fields": [{"field": "amount", "type": "amount", "columns": ["Debit", "Credit"]}],
 *    "sums": [{"field": "amount", "money": {…}}],
 *    "rows": [{"line": 2, "cells": [{"value": "-12.30", "money": {…}, "raw": ["12,30", ""]}]}],
 *    "rejects": [{"row": 0, "line": 9, "column": "Debit", "value": "x", "code": …, "detail": …}]}
 *
 * cells are in the order of fields, raw in the order of the field's columns. A file with so many
 * columns that their cells find no room beside the fields has empty raws.
 */
#include "base/buf.h"
#include "base/err.h"
#include "read/read.h"

#define PREVIEW_ROWS 50u
#define PREVIEW_REJECTS 100u
#define PREVIEW_JSON_MAX (2u << 20)

/* mapping must be valid; appends to out, of which E_LIMIT says that it is too small. Errors of read_file;
 * that no row at all could be read is none. */
MUST_CHECK int preview_read(struct col_source src, const struct mapping *mapping, struct buf *out,
	struct table_info *ret_info, struct err *err);

#endif
