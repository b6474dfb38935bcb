#ifndef API_OPENAPI_H
#define API_OPENAPI_H
/*
 * Documents derived from a route table: OpenAPI 3.1 for people and generators, and nginx's map from
 * path to pool.
 */
#include "api/route.h"
#include "base/buf.h"

/* Appends the document, indented, with a line end. E_NO_MEMORY. */
MUST_CHECK int openapi_print(
	const struct route *rows, size_t n, struct buf *out, struct err *err);
/* Appends the lines of nginx's `map $uri $recon_pool { … }` block. E_NO_MEMORY. */
MUST_CHECK int openapi_print_nginx(
	const struct route *rows, size_t n, struct buf *out, struct err *err);

#endif
