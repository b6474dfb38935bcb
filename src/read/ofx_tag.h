#ifndef READ_OFX_TAG_H
#define READ_OFX_TAG_H
/*
 * The tags and values of an OFX file: SGML as OFX 1 has it and XML as OFX 2, in one stream.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"
#include "read/encoding.h"

#define OFX_TAG_MAX 64u
#define OFX_VALUE_MAX (2u << 20)

/* Tags are in capitals. Errors are passed on. */
struct ofx_sink {
	int (*open)(void *ctx, struct sv tag, uint32_t line, struct err *err);
	int (*value)(void *ctx, struct sv tag, struct sv value, uint32_t line, struct err *err);
	int (*close)(void *ctx, struct sv tag, uint32_t line, struct err *err);
	void *ctx;
};

/* Whether the element holds others: only for those open and close are called. */
bool ofx_is_aggregate(struct sv tag);

/* E_UNREADABLE: a tag or value that is none, a document type; errors of src and of the sink. */
MUST_CHECK int ofx_tags(struct col_source src, enum encoding encoding, const struct ofx_sink *sink,
	struct err *err);

#endif
