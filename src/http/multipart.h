#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H
/*
 * The one file of a multipart/form-data body (RFC 7578), as a stream: `curl -F file=@ledger.csv`. A
 * field without a file name may come before it and is passed over; a second file is refused, since one
 * upload is one file. Memory is a buffer of fixed size.
 */
#include "base/base.h"
#include "base/err.h"
#include "http/request.h"

#define MULTIPART_TYPE "multipart/form-data"
#define MULTIPART_BOUNDARY_MAX 70 /* RFC 2046, 5.1.1 */
/* What may surround the file in a body: boundaries, headers, small fields. */
#define MULTIPART_OVERHEAD_MAX 16384

struct multipart;

/* Reads up to the first byte of the file. E_MEDIA_TYPE, E_BAD_REQUEST, E_SHORT_BODY, E_NO_MEMORY. */
MUST_CHECK int multipart_open(struct http_request *rq, struct multipart **ret, struct err *err);
void multipart_free(struct multipart **m); /* also the CLEANUP function */
/* Some bytes of the file; 0 when it and the body have ended as they must. Errors as above. */
MUST_CHECK ssize_t multipart_read(struct multipart *m, void *p, size_t n, struct err *err);

#endif
