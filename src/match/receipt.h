#ifndef MATCH_RECEIPT_H
#define MATCH_RECEIPT_H
/*
 * The receipt of a run as JSON: what a result rests on, in two parts. "hashed" is the same for the
 * same inputs, ruleset and engine on any machine; "unhashed" says how this run went.
 */
#include "base/buf.h"
#include "match/match.h"
#include "match/sample.h"

struct receipt_run {
	const char *left_name, *right_name; /* of files or sources; may be NULL */
	const char *left_sha256, *right_sha256; /* hex; may be NULL */
	uint64_t rows_read[2], rows_rejected[2], rows_skipped[2];
	const char *result_sha256; /* hex; may be NULL */
	const struct calibration *calibration; /* what decisions say, applied or not; may be NULL */
	const struct sample_result *sample; /* of the confirmed matches; may be NULL */
	uint64_t sample_seed;
	uint64_t seconds_us;
	uint64_t peak_memory_bytes; /* of the process; 0: unknown */
	unsigned threads;
};

/* Appends one JSON object. The hash in it, "receipt_sha256", is of the text of "hashed". */
void receipt_to_json(const struct match_receipt *r, const struct result *result,
	const struct ruleset *rules, const struct receipt_run *run, struct buf *out);

#endif
