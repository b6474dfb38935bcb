#ifndef CLI_WATCH_CLAIM_H
#define CLI_WATCH_CLAIM_H
/*
 * A claim: one file that was taken out of a watched folder, from then to its end in done/ or
 * failed/. Everything about it is on the disk, so that a process that is killed at any point is
 * followed by one that goes on:
 *
 *	taking/<claim>/NAME     the file itself; claimed by the rename to here
 *	taking/<claim>.ticket   the upload that the server knows, before its first byte is sent
 *	taking/<claim>.json     the report: what became of it, and where it goes
 *
 * Its end moves the file, then the report, then removes the rest. A claim's bytes go to the one
 * upload of its ticket, which is why no file is imported twice; a file is in the folder, in a claim
 * or at its end, which is why none is lost.
 *
 * Errors: those of file operations (err_set_errno).
 */
#include <limits.h>

#include "base/base.h"
#include "base/err.h"
#include "base/uuid.h"
#include "cli/import.h"

/* A watched folder and its own ones. */
struct watch_folder {
	const char *path;
	struct uuid source;
	int dir, taking, done, failed; /* -1: not open */
};

/* Makes and opens taking/ (0700), done/ and failed/, and locks taking/ against a second watcher
 * (E_EXISTS). */
MUST_CHECK int watch_folder_open(struct watch_folder *f, struct err *err);
void watch_folder_close(struct watch_folder *f);

struct watch_claim {
	struct watch_folder *folder;
	struct uuid id;
	char name[NAME_MAX + 1]; /* of the file; "": its end has begun already */
	struct import_ticket ticket;
	bool reported; /* there is a report: only the end is missing */
};

/* Takes a file out of the folder. E_NOT_FOUND: somebody else did. */
MUST_CHECK int watch_claim_make(
	struct watch_folder *f, const char *name, struct watch_claim *ret, struct err *err);
/* The claims of earlier processes; up to cap. */
MUST_CHECK int watch_claim_list(struct watch_folder *f, struct watch_claim *ret, size_t cap,
	size_t *ret_n, struct err *err);
/* Opens the file for reading. */
MUST_CHECK int watch_claim_file(const struct watch_claim *c, int *ret_fd, struct err *err);
/* Keeps a ticket on stable storage. */
MUST_CHECK int watch_claim_keep(
	struct watch_claim *c, const struct import_ticket *ticket, struct err *err);
/* Writes the report of a result; then watch_claim_end. */
MUST_CHECK int watch_claim_report(struct watch_claim *c, const struct import_result *r, bool failed,
	int64_t now_us, struct err *err);
/* Carries out what the report says. */
MUST_CHECK int watch_claim_end(struct watch_claim *c, struct err *err);

/* A name as it can be shown and kept: what is no text, or controls a terminal, becomes "_". */
void watch_clean_name(const char *name, char out[NAME_MAX + 1]);

#endif
