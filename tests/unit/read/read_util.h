#ifndef UNIT_READ_UTIL_H
#define UNIT_READ_UTIL_H
/*
 * Tables as one line of text, for comparing in tests: rows by \n, cells by |, a missing cell is ~.
 */
#include "base/buf.h"
#include "read/read.h"

static inline void table_text(const struct col_table *t, struct buf *out)
{
	for (uint32_t r = 0; r < t->rows; r++) {
		if (r > 0)
			buf_add_char(out, '\n');
		for (uint32_t c = 0; c < t->ncols; c++) {
			if (c > 0)
				buf_add_char(out, '|');
			if (col_valid(&t->cols[c], r))
				col_format(t, &t->cols[c], r, out);
			else
				buf_add_char(out, '~');
		}
	}
}

static inline struct col_source source_of(struct sv text, struct col_memory *m)
{
	*m = (struct col_memory){(const uint8_t *)text.p, text.n};
	return col_source_memory(m);
}

#endif
