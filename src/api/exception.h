#ifndef API_EXCEPTION_H
#define API_EXCEPTION_H
/*
 * What the handlers of exceptions share: they are opened in the data pool, which knows what an item
 * is worth, and worked on in the api pool.
 */
#include "api/api.h"
#include "store/store_exception.h"

void exception_put(struct json_writer *w, const char *key, const struct exception *e);
/* What an object of the request sets and takes away. E_INVALID: a day that there is not. */
MUST_CHECK int exception_edit_of(
	struct api *a, const struct json_object *o, struct exception_edit *ret, struct err *err);
/* The reason is one that is given, the owner a member. E_INVALID at /reason or /owner. */
MUST_CHECK int exception_edit_check(
	struct api *a, const struct exception_edit *edit, struct err *err);
/* Whether this person may make the change to this exception: state, reason, and what is closed. */
MUST_CHECK int exception_edit_fits(struct api *a, const struct exception *e,
	const struct exception_edit *edit, struct err *err);
/* The filter of a list's query. */
struct exception_filter exception_query(const struct api *a);
/* The token of a request that is first only asked: *ret_go when it is this one, false without any.
 * E_STALE: it is of something else. */
MUST_CHECK int exception_token_check(
	struct api *a, const uint8_t token[32], bool *ret_go, struct err *err);

#endif
