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

/* Adds a row to a header that may have several: "Amount" over "EUR" is "Amount EUR", and a name
 * over several columns is in front of each. over (nover 0: the first row) must live in a, as the
 * result does; NULL without memory. */
struct sv *feed_join_header(const struct sv *over, uint32_t nover, const struct sv *under,
	uint32_t nunder, uint32_t *ret_n, struct arena *a);

#endif
