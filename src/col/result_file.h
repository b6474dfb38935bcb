#ifndef COL_RESULT_FILE_H
#define COL_RESULT_FILE_H
/*
 * Results as files: the arrays of result.h as they lie in memory, and a description with the
 * inputs, passes, comparisons and levels. The hash of this file is the job's result_hash.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"
#include "col/result.h"

/* Writes a result that must be valid (result_check). */
MUST_CHECK int result_file_write(const struct result *r, struct col_sink sink, struct err *err);
/* Loads and checks. *ret is the caller's (result_free). Blocks as the source does. E_CORRUPT,
 * E_NO_MEMORY, errors of the source. */
MUST_CHECK int result_file_load(struct col_source src, struct result *ret, struct err *err);

#endif
