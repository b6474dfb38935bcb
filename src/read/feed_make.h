#ifndef READ_FEED_MAKE_H
#define READ_FEED_MAKE_H
/*
 * The feed that makes a table: header, footer and empty rows are sorted out by the mapping's
 * dialect, the others go to the maker in blocks.
 */
#include "read/feed.h"
#include "read/mapping.h"
#include "read/read.h"

struct format;

/* Reads all of src by the format's feed. As read_file. */
MUST_CHECK int feed_make(const struct format *format, struct col_source src,
	const struct mapping *mapping, struct read_result *ret, struct err *err);

/* The name of a column whose header has two rows. over is in a already, or empty. */
struct sv feed_join_names(struct sv over, struct sv under, struct arena *a);

#endif
