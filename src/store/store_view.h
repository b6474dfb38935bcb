#ifndef STORE_STORE_VIEW_H
#define STORE_STORE_VIEW_H
/*
 * Review views: a spec fixed at a seq of the decision log, of one person. Any process can rebuild
 * what it shows.
 */
#include "store/db.h"

struct view {
	struct uuid id; /* 128 random bits */
	struct uuid project_id, reconciliation_id, job_id, user_id;
	enum word kind; /* VIEW_KIND_ */
	struct sv spec; /* JSON */
	int64_t seq, total;
	int64_t created_at, expires_at;
};

/* Takes all but the times. */
MUST_CHECK int store_view_insert(
	struct db *db, const struct view *view, int64_t seconds, struct err *err);
/* E_NOT_FOUND also for another person's, and when it has expired. */
MUST_CHECK int store_view_get(struct db *db, const struct uuid *project, const struct uuid *user,
	const struct uuid *id, struct arena *arena, struct view *ret, struct err *err);

#endif
