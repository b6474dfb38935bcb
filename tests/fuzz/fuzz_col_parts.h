#ifndef FUZZ_COL_PARTS_H
#define FUZZ_COL_PARTS_H
/*
 * Column files from fuzzed bytes: sums stop a fuzzer at the door, so the input is the sections
 * alone (index, tag, u16 length, bytes), and the file with right sums is made of them here.
 */
#include "base/buf.h"
#include "col/col_file.h"

static inline void fuzz_col_file(
	const uint8_t *p, size_t n, enum col_file_kind kind, struct buf *out)
{
	struct col_part parts[256];
	size_t nparts = 0;

	while (n >= 4 && nparts < 256) {
		size_t size = (size_t)p[2] | (size_t)p[3] << 8;
		struct col_part part = {p[0], p[1], p + 4, size < n - 4 ? size : n - 4};

		/* The writer wants them ascending: others are left out. */
		if (nparts == 0 || parts[nparts - 1].index < part.index ||
			(parts[nparts - 1].index == part.index && parts[nparts - 1].tag < part.tag))
			parts[nparts++] = part;
		p += 4 + part.n;
		n -= 4 + part.n;
	}
	if (col_file_write(kind, parts, nparts, col_sink_buf(out), NULL) != 0)
		buf_reset(out);
}

#endif
