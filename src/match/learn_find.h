#ifndef MATCH_LEARN_FIND_H
#define MATCH_LEARN_FIND_H
/* Ways to find right rows without a sure partner; private to learn_find.c, learn_window.c and
 * learn_join.c. */
#include "match/learn_parts.h"

#define LEARN_SPANS_MAX 128u

struct learn_span {
	uint32_t first, end; /* in learn_windows.row */
};

/* Right rows without a sure partner, ordered so that those within a window of days and ratios stand
 * together. */
struct learn_windows {
	uint32_t *row;
	uint32_t n;
	float *near_amount; /* beside row: what the tests bound */
	int32_t *near_day;
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

/* What left rows share a piece of their texts with: right rows of left row i are row[first[i]] up to
 * row[first[i + 1]], perhaps several times. */
struct learn_join {
	uint64_t *first;
	uint32_t *row;
	uint64_t cut; /* right rows met by pieces that there were no steps for */
};

/* Of each left row, rare pieces first, until its share of the steps is used up. by_window: within the
 * windows of the model only. Right rows are those of w. */
void learn_join_make(struct learn *n, const uint32_t *rows, uint32_t nrows,
	const struct learn_windows *w, bool by_window, struct learn_join *ret);
void learn_join_free(struct engine *e, struct learn_join *j);

#endif
