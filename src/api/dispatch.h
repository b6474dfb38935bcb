#ifndef API_DISPATCH_H
#define API_DISPATCH_H
/*
 * From a request to an answer: the order in which every route's conditions are checked. Handlers run
 * last and only when all of them hold.
 */
#include "api/api.h"

/* What one thread owns. */
struct api_thread {
	const struct api_env *env;
	struct db *db;
	struct bus *bus;
};

/* The server's serve function; ctx is a struct api_thread. */
void dispatch_serve(void *ctx, struct http_request *rq, struct http_response *rs,
	const struct err *parse_error);

/* Runs the checks of another request's route for nginx's auth_request, without its body: who sends
 * it, CSRF, membership, permission. method and uri are the original request's. */
MUST_CHECK int dispatch_authorize(
	struct api *a, struct sv method, struct sv uri, struct err *err);

#endif
