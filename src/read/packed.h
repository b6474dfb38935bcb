#ifndef READ_PACKED_H
#define READ_PACKED_H
/*
 * Files that are compressed as a whole (gzip, RFC 1952, also of several members; Zstandard, RFC
 * 8878), as the source of what is inside. Below the readers: none of them knows.
 *
 * All of the file is decompressed once when it is opened: for its length, its checksums, and the
 * limits, which are READ_FILE_MAX and PACKED_RATIO to one beyond PACKED_FREE_BYTES. Its first and
 * last PACKED_KEPT bytes are kept then; other bytes are decompressed as they are asked for, which
 * is meant for reading from front to back: a step back beyond what is kept starts anew.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"

#define PACKED_RATIO 100u
#define PACKED_FREE_BYTES (UINT64_C(10) << 20)
#define PACKED_KEPT (1u << 20)

struct packed;

/* *ret_src is src itself where that is not compressed, and *ret then NULL; else it lives as long as
 * *ret, and is for one thread at a time. src must stay. E_ARCHIVE (a limit), E_UNREADABLE (damaged,
 * cut short, a container inside), E_NO_MEMORY, errors of src. */
MUST_CHECK int packed_open(
	struct col_source src, struct packed **ret, struct col_source *ret_src, struct err *err);
void packed_close(struct packed **p); /* also the CLEANUP function */

#endif
