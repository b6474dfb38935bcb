#ifndef API_EP_H
#define API_EP_H
/*
 * The handlers of all routes: int ep_<id>(struct api *a, struct err *err), see api.h.
 */
#include "api/route.h"

#define ROUTE(id, ...) int ep_##id(struct api *a, struct err *err);
#include "api/route.def"
#undef ROUTE

#endif
