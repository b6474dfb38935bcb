#ifndef MATCH_LEARN_FIND_H
#define MATCH_LEARN_FIND_H
/* Right rows ordered so that those within a window of days and ratios stand together; private to
 * learn_find.c and learn_window.c. */
#include "match/learn_parts.h"

#define LEARN_SPANS_MAX 128u

struct learn_span {
	uint32_t first, end; /* in learn_windows.row */
};

/* Right rows without a sure partner. */
struct learn_windows {
	uint32_t *row;
	uint32_t n;
	int64_t *amount; /* beside row; NULL: no amounts */
	uint32_t *first; /* by day; NULL: no days */
	int32_t day_first;
	uint32_t ndays;
	bool none;       /* nothing bounds a window */
};

/* ordered: by the model's windows; else just the rows. */
void learn_windows_make(struct learn *n, struct learn_windows *ret, bool ordered);
void learn_windows_free(struct engine *e, struct learn_windows *w);
/* Spans of a left row's window; 0 when it has none. */
uint32_t learn_window_spans(const struct learn *n, const struct learn_windows *w, uint32_t l,
	struct learn_span span[LEARN_SPANS_MAX]);

#endif
