#ifndef CLI_DECISIONS_H
#define CLI_DECISIONS_H
/*
 * What people decided about matches, from a file, for a run without a server; and the blind sample
 * that they are asked to check.
 *
 * The file is CSV with a header. Each line names a match, by match_id or by left_rows and
 * right_rows (left_row and right_row will do; several joined by ';', data rows counted from 1), and
 * what was decided in the column decision: confirm or reject. Lines without a decision are passed
 * over, so a sample.csv that was filled in can be given back as it is. Of several lines on one
 * match the last counts.
 */
#include "base/err.h"
#include "col/result.h"
#include "match/calibrate.h"
#include "match/sample.h"
#include "read/read.h"

struct decided {
	uint64_t key;   /* of the members */
	uint32_t match; /* match_id, until it is settled; 0: key says it */
	uint32_t line;
	bool right;
};

struct decisions {
	struct decided *p;
	size_t n;
};

void decisions_free(struct decisions *d); /* also the CLEANUP function */

/* sides: what the run read; rows of the file are data rows of it. E_INVALID with the line. */
MUST_CHECK int decisions_read(const char *path, const struct read_result *const sides[2],
	struct decisions *ret, struct err *err);

/* Decisions by match_id become decisions on the members that r's match of that number has. */
void decisions_settle(struct decisions *d, const struct result *r);

/* Fits a calibration of what r states, which must be uncalibrated. *ret_unknown: decisions on what
 * is no match of r, nor a candidate. */
MUST_CHECK int decisions_fit(const struct decisions *d, const struct result *r,
	struct calibration *ret, uint32_t *ret_unknown, struct err *err);

/* What decisions on the sample of r's confirmed matches prove: those from its beginning up to the first
 * match that nobody has decided. The first `write` matches of it go into a CSV file; 0: none is made. */
MUST_CHECK int decisions_sample(const struct decisions *d, const struct result *r,
	const struct read_result *const sides[2], uint32_t write, uint64_t seed, const char *path,
	struct sample_result *ret, struct err *err);

#endif
