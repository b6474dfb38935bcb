#ifndef READ_JSONL_H
#define READ_JSONL_H
/*
 * JSON records: objects one behind the other, mostly one in a line (JSON Lines, NDJSON), or one
 * array of objects. A member is a column; the members of an object inside are columns too, "a.b".
 * An array of texts and numbers is one cell, its values joined by ", "; any other array is a cell
 * as written. null is an empty cell. Numbers are kept digit by digit.
 *
 * The file is read twice, since a record may have members that no earlier one has. A line that is
 * no JSON is rejected with its reason; in an array that ends the file, E_UNREADABLE. A document of
 * one object that is no record (over several lines, or with lists of records inside) is refused.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"
#include "read/feed.h"
#include "read/format.h"

bool jsonl_sniff(const struct sniff *s);
/* As format.h says. The names of the columns are fed as row 1, the header. */
MUST_CHECK int jsonl_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);

#endif
