#ifndef MATCHER_RECEIPT_H
#define MATCHER_RECEIPT_H
/*
 * The receipt of a job: what match/receipt.h says of any run, with the job's datasets, mappings,
 * versions and the bank's statements in them.
 */
#include "matcher/load.h"

struct receipt_of {
	const struct job *job;
	const struct load *load;
	const struct result *result;
	const struct match_receipt *figures;
	const struct calibration *calibration;
	const uint8_t *result_sha256; /* 32 bytes */
	const char *host;
	unsigned threads;
	int64_t started_us; /* wall clock */
	int64_t us;         /* so far */
};

/* Blocks on the database; opens sealed statements by the vault's private key. Appends one JSON object
 * to out. E_UNAVAILABLE, E_CORRUPT, E_NO_MEMORY. */
MUST_CHECK int receipt_write(struct db *db, struct vault *vault, const struct receipt_of *of,
	struct buf *out, struct err *err);

/* Statements as statement_list_to_json() writes them, appended to *ret. Pure. E_CORRUPT. */
struct statement_list;
MUST_CHECK int receipt_statements(struct sv json, struct statement_list *ret, struct err *err);

#endif
