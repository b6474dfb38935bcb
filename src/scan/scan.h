#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H
/*
 * Is a file harmless, and is it what its name says? ClamAV's engine over the whole file, libmagic
 * and checks of our own over its start. Only recon-scanner links this folder (libclamav is GPL-2).
 *
 * The verdict is an error code: 0 is an explicit "clean", and everything else blocks the file:
 * E_FILE_INFECTED, E_FILE_TYPE, E_FILE_EMPTY, E_FILE_ENCRYPTED, E_ARCHIVE (a container that no
 * program writes), E_FILE_UNSCANNABLE (a limit, a time-out, an engine's error), or the source's own
 * error (E_CORRUPT, E_IO), which says nothing about the file.
 */
#include "base/base.h"
#include "base/err.h"
#include "domain/file_type.h"

/* How much of a file's start its type is told from. */
#define SCAN_HEAD_MAX 65536

/* The plaintext. pread gives up to n bytes, fewer only at the end. */
struct scan_source {
	int (*pread)(void *ctx, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err);
	void *ctx;
	uint64_t size;
};

struct scan_options {
	const char *database_dir; /* signatures; read when the scanner is made */
	const char *temp_dir;     /* for members of archives; should be a private tmpfs */
	uint64_t max_bytes;       /* no larger file is ever scanned, smaller ones wholly */
	int max_seconds;          /* for one file */
};

struct scan;

/* Loads the signatures: seconds and over 1 GB with ClamAV's own. E_CONFIG when there are none. */
MUST_CHECK int scan_new(
	const struct scan_options *options, struct scan **ret_scan, struct err *err);
void scan_free(struct scan **s); /* also the CLEANUP function */
unsigned scan_signatures(const struct scan *s);
/* A newer set of files in the folder than the one that was loaded? */
bool scan_is_outdated(const struct scan *s);
/* Modification time of the newest file that was loaded, Unix seconds. */
int64_t scan_database_time(const struct scan *s);

/* Another folder for temporary files, e.g. of one child alone. E_INTERNAL. */
MUST_CHECK int scan_set_temp_dir(struct scan *s, const char *path, struct err *err);

/* The verdict on one file; see above. Opens no file by name but below temp_dir, so it can run in
 * a confined child after fork(2). err->detail tells a person why. */
MUST_CHECK int scan_run(
	struct scan *s, enum file_type type, const struct scan_source *source, struct err *err);

/* The check of the type by the start of the file alone, without the engine. */
MUST_CHECK int scan_check_type(
	struct scan *s, enum file_type type, const void *head, size_t n, struct err *err);

/* A file of max_bytes that is harmless but for the EICAR test text in its very last bytes: what
 * cannot find it must not go to work. The source's size is max_bytes of the scanner. */
struct scan_source scan_self_test_source(struct scan *s);

#endif
