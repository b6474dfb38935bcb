#ifndef READ_CFB_H
#define READ_CFB_H
/*
 * Compound files ([MS-CFB]), the container of Office documents before 2007, and of
 * password-protected ones since: a stream by its name, as one piece of memory. Chains of sectors
 * that run in circles or out of the file are E_UNREADABLE; a stream has at most CFB_STREAM_MAX
 * bytes.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col_file.h"

#define CFB_STREAM_MAX (128u << 20)

struct cfb;

bool cfb_sniff(struct sv head);
/* Reads the allocation table and the directory; src must stay. E_UNREADABLE, E_NO_MEMORY. */
MUST_CHECK int cfb_open(struct col_source src, struct cfb **ret, struct err *err);
void cfb_close(struct cfb **c); /* also the CLEANUP function */
bool cfb_has(const struct cfb *c, const char *name);
/* All bytes of a stream, which must exist, appended to out. E_LIMIT when it is too large. */
MUST_CHECK int cfb_read(const struct cfb *c, const char *name, struct buf *out, struct err *err);

#endif
