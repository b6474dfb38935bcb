#ifndef WRITE_WRITER_PRIVATE_H
#define WRITE_WRITER_PRIVATE_H
/*
 * A format is a row of functions that append to w->out; what is there goes on to the sink (csv) or
 * into the archive (sheet) at the end of a row.
 */
#include "base/buf.h"
#include "read/zip_write.h"
#include "write/writer.h"

#define WRITER_FLUSH 65536u

struct writer_ops {
	int (*begin)(struct writer *w, struct err *err);
	void (*row_begin)(struct writer *w);
	void (*text)(struct writer *w, struct sv text);
	void (*decimal)(struct writer *w, __int128 units, int scale);
	void (*day)(struct writer *w, int32_t day);
	void (*empty)(struct writer *w);
	void (*row_end)(struct writer *w);
	int (*flush)(struct writer *w, struct err *err); /* empties w->out */
	int (*end)(struct writer *w, struct err *err);
};

struct writer {
	const struct writer_ops *ops;
	struct col_sink sink;
	struct buf out;
	struct zip_writer *zip; /* of a sheet */
	uint32_t rows;          /* begun, the header included */
	uint32_t column;        /* of the next cell */
	bool in_row;
	const char *limit; /* what a sheet has no room for; NULL: all fits so far */
};

extern const struct writer_ops csv_writer_ops, sheet_writer_ops;

#endif
