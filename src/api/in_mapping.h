#ifndef API_IN_MAPPING_H
#define API_IN_MAPPING_H
/*
 * A mapping that a request brings.
 */
#include "api/api.h"

/* The member "mapping" of the input, by the mapping's own parser, which has the last word: canonical
 * JSON in the request's arena. Pointers of errors count from the input. */
MUST_CHECK int api_in_mapping(struct api *a, struct sv *ret_json, struct err *err);

#endif
