#ifndef CLI_WATCH_H
#define CLI_WATCH_H
/*
 * Watched folders: which files in them are whole, and what is done with each. One pass looks through
 * everything once; whoever calls decides when the next one is due.
 *
 * Taken are regular files with a name that does not begin with a dot and does not end as unfinished
 * ones do (.part, .tmp, .filepart, .crdownload, ~). Links, pipes and folders are left alone, and so
 * is what may not be read; each is logged once.
 */
#include "cli/watch_claim.h"
#include "sys/clock.h"
#include "sys/log.h"

#define WATCH_FOLDERS_MAX 64
#define WATCH_TOLD_MAX 256

struct watch {
	struct remote *remote;
	const struct import_limits *limits;
	struct uuid project;
	struct watch_folder folders[WATCH_FOLDERS_MAX];
	size_t folder_count;
	int64_t settle_us;
	int64_t wait_ms; /* for one file's scan and reading, in one pass */
	struct clock clock;
	struct log *log;
	struct watch_told { /* what was logged of whom, so that it is once */
		uint64_t device, inode;
		int code;
	} told[WATCH_TOLD_MAX];
	size_t told_count; /* ever; the ring keeps the last */
};

/* What a pass left behind. */
struct watch_rest {
	size_t imported, failed;
	size_t stuck;    /* claims that wait for the server */
	size_t away;     /* SFTP servers that could not be read from */
	int64_t next_us; /* until the next file may be whole; INT64_MAX: none is waited for */
	int error;       /* of the last claim that is stuck */
};

/* Is it a name that may be taken? */
bool watch_takes_name(const char *name);
/* Goes on with the claims, then looks through the files of all folders. */
void watch_pass(struct watch *w, struct watch_rest *ret);
/* A file that was just renamed into the folder is whole. Adds to rest. */
void watch_take_renamed(
	struct watch *w, struct watch_folder *f, const char *name, struct watch_rest *rest);

#endif
