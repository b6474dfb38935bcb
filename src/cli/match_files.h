#ifndef CLI_MATCH_FILES_H
#define CLI_MATCH_FILES_H
/*
 * The files that `recon match` leaves: matches.csv, allocations.csv, open_left.csv, open_right.csv, or
 * the same as .jsonl.
 */
#include "base/err.h"
#include "col/result.h"
#include "match/match.h"
#include "read/read.h"

struct match_files {
	const char *dir; /* exists */
	const struct result *result;
	const struct read_result *side[2];
	const struct ruleset *rules;
	bool json; /* .jsonl instead of .csv */
};

/* Writes all four; each file appears whole or not at all. E_IO, E_NO_SPACE, E_NO_MEMORY. */
MUST_CHECK int match_files_write(const struct match_files *f, unsigned threads, struct err *err);

#endif
