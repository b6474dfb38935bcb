#ifndef MATCH_RECEIPT_H
#define MATCH_RECEIPT_H
/*
 * The receipt of a run as JSON: what a result rests on, in two parts. "hashed" is the same for the
 * same inputs, ruleset and engine on any machine; "unhashed" says how this run went.
 */
#include "base/buf.h"
#include "match/match.h"
#include "match/sample.h"
#include "read/statement.h"

/* One dataset of a job. Texts are hex where they are hashes. */
struct receipt_input {
	const char *side; /* "left", "right", "advice" */
	const char *dataset; /* its id */
	int32_t dataset_no;
	const char *name, *sha256;  /* of the file */
	const char *content_sha256; /* of the dataset */
	int32_t mapping_version;
	const char *mapping_sha256;
	uint64_t rows_read, rows_accepted, rows_rejected, rows_skipped;
	bool carried;       /* an earlier job had it: its open items are brought forward */
	int32_t first_seen; /* day; 0: unknown */
};

struct receipt_run {
	const struct receipt_input *inputs; /* of jobs; NULL: the files below are all */
	uint32_t ninputs;
	int32_t ruleset_version, model_version; /* 0: none */
	const char *model_sha256;               /* of a pinned model; NULL: none */
	const char *left_name, *right_name; /* of files or sources; may be NULL */
	const char *left_sha256, *right_sha256; /* hex; may be NULL */
	const char *advice_name, *advice_sha256; /* NULL: no advice */
	const char *mapping_sha256[2];           /* hex; may be NULL */
	const struct statement_list *statements[2]; /* what the files say about themselves; may be NULL */
	uint64_t rows_read[2], rows_rejected[2], rows_skipped[2];
	const char *result_sha256; /* hex; may be NULL */
	const struct calibration *calibration; /* what decisions say, applied or not; may be NULL */
	const struct sample_result *sample; /* of the confirmed matches; may be NULL */
	uint64_t sample_seed;
	uint64_t seconds_us;
	uint64_t peak_memory_bytes; /* of the process; 0: unknown */
	const char *host;   /* may be NULL */
	int64_t started_at; /* seconds since 1970; 0: unknown */
	unsigned threads;
};

/* receipt_identity.c: the five identities, as members of an object that is open. */
struct json_writer;
void receipt_put_identities(struct json_writer *w, const struct match_receipt *r,
	const struct result *result, const struct receipt_run *run);
/* What confirmed matches differ by, and the accounts to book it at. */
void receipt_put_differences(
	struct json_writer *w, const struct result *result, const struct ruleset *rules);
void receipt_put_units(struct json_writer *w, const char *key, __int128 units, int scale);

/* Appends the receipt around its hashed part. */
void receipt_seal(
	struct sv hashed, uint64_t engine_bytes, const struct receipt_run *run, struct buf *out);

/* Appends one JSON object. The hash in it, "receipt_sha256", is of the text of "hashed". */
void receipt_to_json(const struct match_receipt *r, const struct result *result,
	const struct ruleset *rules, const struct receipt_run *run, struct buf *out);

#endif
