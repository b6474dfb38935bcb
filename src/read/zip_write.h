#ifndef READ_ZIP_WRITE_H
#define READ_ZIP_WRITE_H
/*
 * The other direction of zip.h, for what writes workbooks; it lives here because this folder owns
 * zlib. An archive is written from front to back, its members one after the other, with memory that
 * does not depend on their size: sizes and sums follow each member (PKWARE APPNOTE 6.3, 4.3.9).
 * There is no time in it: equal content gives equal bytes.
 *
 * Every function but new and free returns 0, E_LIMIT (4 GiB, or ZIP_WRITE_MEMBERS_MAX members),
 * E_NO_MEMORY, or what the sink returned; after an error the archive is lost and is only freed.
 */
#include "base/base.h"
#include "base/err.h"
#include "col/col_file.h"

#define ZIP_WRITE_MEMBERS_MAX 16u

struct zip_writer;

MUST_CHECK int zip_writer_new(struct col_sink sink, struct zip_writer **ret, struct err *err);
void zip_writer_free(struct zip_writer **w); /* also the CLEANUP function */
/* Begins a member; the one before it is ended. name must stay until the end. */
MUST_CHECK int zip_writer_begin(struct zip_writer *w, const char *name, struct err *err);
/* Bytes of the member, to be deflated. */
MUST_CHECK int zip_writer_put(struct zip_writer *w, const void *p, size_t n, struct err *err);
/* Ends the last member and writes the directory. */
MUST_CHECK int zip_writer_finish(struct zip_writer *w, struct err *err);

#endif
