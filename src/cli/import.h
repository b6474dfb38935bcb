#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H
/*
 * One file's way into the platform: checked against the server's limits, announced, sent in parts
 * that go on where a broken connection left them, and watched until it was scanned and read.
 *
 * A file is announced once: before its first byte is sent, the caller is given a ticket, and whoever
 * keeps tickets on stable storage and comes back with them sends no file twice.
 *
 * Errors of import_file: what stands in the way of the file but says nothing about it (no
 * connection, a key that is not accepted, a full server). What becomes of the file itself, refusals
 * included, is in the result.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"
#include "cli/remote.h"
#include "wire/json.h"

struct import_limits {
	struct arena arena;
	int64_t max_bytes, part_bytes;
	struct sv *types; /* extensions without the dot */
	size_t type_count;
};

/* What the server takes. */
MUST_CHECK int import_limits_load(struct remote *r, struct import_limits *ret, struct err *err);
void import_limits_free(struct import_limits *l); /* also the CLEANUP function */

#define IMPORT_HREF_MAX 256

/* An upload that the server knows. */
struct import_ticket {
	char href[IMPORT_HREF_MAX]; /* "": none */
	struct uuid file;
};

enum import_step { IMPORT_HASHING, IMPORT_SENDING, IMPORT_SCANNING, IMPORT_READING };

/* Called now and then; total 0: unknown. */
typedef void (*import_progress_fn)(
	void *ctx, enum import_step step, uint64_t done, uint64_t total);
/* The ticket of a fresh announcement, before its first byte; an error ends the import. */
typedef int (*import_ticket_fn)(void *ctx, const struct import_ticket *ticket, struct err *err);

struct import {
	struct remote *remote;
	const struct import_limits *limits;
	struct uuid project, source;
	const char *name;           /* what the file is called there */
	const char *idempotency;    /* of the announcement: one word for one file */
	struct import_ticket ticket; /* of an earlier try, or none */
	bool wait;                  /* until it was read; else it is only sent */
	int64_t wait_ms;            /* at most; a file that takes longer is IMPORT_TAKEN */
	import_progress_fn progress; /* NULL: none */
	import_ticket_fn announced;  /* NULL: none */
	void *ctx;
};

enum import_outcome {
	IMPORT_READY,   /* its rows are there */
	IMPORT_ASKED,   /* a person has to confirm how it is read */
	IMPORT_REFUSED, /* err says why */
	IMPORT_TAKEN,   /* the server has all of it; what becomes of it is not known here */
};

struct import_note {
	struct sv code, detail;
};

struct import_result {
	struct arena arena;
	enum import_outcome outcome;
	const char *state; /* of the dataset, else of the file, else "refused" */
	struct err err;    /* IMPORT_REFUSED */
	struct uuid file, dataset; /* nil: none */
	uint64_t size;
	uint8_t sha256[32];
	bool blind;   /* IMPORT_TAKEN: the key may not see more, however long one waits */
	bool counted; /* the rows are known */
	int64_t rows_read, rows_accepted, rows_rejected, rows_skipped;
	struct import_note *questions;
	size_t question_count;
	struct import_note *repeats; /* code: file, statement, rows; detail: id of the other file */
	size_t repeat_count;
};

#define IMPORT_RESULT_INIT ((struct import_result){0})

/* Imports an open regular file from its start. */
MUST_CHECK int import_file(
	const struct import *im, int fd, struct import_result *ret, struct err *err);
void import_result_free(struct import_result *r); /* also the CLEANUP function */

const char *import_outcome_word(enum import_outcome outcome);
/* Members of an object: outcome, state, file, dataset, size, sha256, rows, questions, repeats,
 * error. */
void import_result_to_json(const struct import_result *r, struct json_writer *w);

#endif
