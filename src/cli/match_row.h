#ifndef CLI_MATCH_ROW_H
#define CLI_MATCH_ROW_H
/*
 * Rows of the files that `recon match` leaves, as CSV or as JSON (one object per line). Rows of the
 * inputs are data rows counted from 1, rejected ones included. Nothing here allocates per row.
 */
#include "base/arena.h"
#include "cli/match_files.h"

struct match_text;

/* What all rows of a result share. */
struct match_rows {
	const struct match_files *f;
	uint32_t *data_row[2]; /* by row: data row of the file; NULL: row + 1 */
	bool currencies;       /* several: amounts carry theirs */
	const struct col **column[2]; /* ncomparisons x RULES_TERMS_MAX: columns of the compared fields */
	struct arena arena;           /* of the leads, which have bytes behind them for put_padded() */
	struct sv *level_lead;        /* by level of the result */
	struct sv *prior_lead;        /* by pass */
};

/* False without memory. */
MUST_CHECK bool match_rows_init(struct match_rows *w);
void match_rows_free(struct match_rows *w);

/* Appends match or open item i. */
typedef void (*match_row_fn)(struct match_text *t, const struct match_rows *w, uint32_t i);
void match_row_csv(struct match_text *t, const struct match_rows *w, uint32_t no);
void match_row_csv_parts(struct match_text *t, const struct match_rows *w, uint32_t no);
void match_row_csv_open(struct match_text *t, const struct match_rows *w, uint32_t i);
void match_row_json(struct match_text *t, const struct match_rows *w, uint32_t no);
void match_row_json_parts(struct match_text *t, const struct match_rows *w, uint32_t no);
void match_row_json_open(struct match_text *t, const struct match_rows *w, uint32_t i);

#endif
