#ifndef API_VIEW_H
#define API_VIEW_H
/*
 * A review view in hand: what every request about one needs, pinned until view_ctx_end.
 */
#include "api/data.h"
#include "store/store_view.h"

/* The ids of a view's rows. */
struct data_view {
	enum grid_kind kind;
	uint32_t *ids;
	uint32_t n;
};

struct view_ctx {
	struct api *a;
	struct view view;
	struct job job;
	int64_t seq; /* of the log now */
	struct cache_item *job_item, *then_item, *now_item, *view_item;
};

/* The view of the path, its rows and the states of now; c->a is set before. */
MUST_CHECK int view_ctx_open(struct view_ctx *c, struct err *err);
void view_ctx_end(struct view_ctx *c); /* also the CLEANUP function */

static inline const struct data_job *view_ctx_job(const struct view_ctx *c)
{
	return data_job_of(c->job_item);
}

#endif
