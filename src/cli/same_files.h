#ifndef CLI_SAME_FILES_H
#define CLI_SAME_FILES_H
/*
 * What `recon match FILE --dedupe` leaves: clusters.csv (cluster_id,row,confidence), every row of
 * the file once, clusters by their smallest row, or the same as clusters.jsonl.
 */
#include "base/err.h"
#include "match/cluster.h"
#include "read/read.h"
#include "seal/hash.h"

/* Rows are data rows counted from 1, rejected ones included. The file appears whole or not at all.
 * ret_sha256: hex, of its text. E_IO, E_NO_SPACE, E_NO_MEMORY, E_LIMIT. */
MUST_CHECK int same_files_write(const char *dir, bool json, const struct read_result *side,
	const struct clusters *c, char ret_sha256[2 * SHA256_LEN + 1], struct err *err);

#endif
