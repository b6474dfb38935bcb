#ifndef SCANNER_WORK_H
#define SCANNER_WORK_H
/*
 * One file in one confined child process: the zygote forks, the child confines itself, decrypts and
 * scans, and writes a verdict of fixed size into a pipe. The child has the signatures, one
 * read-only descriptor of ciphertext and that file's key; it can open nothing but below the folder
 * for temporary files, reach no network and start nothing.
 */
#include <sys/types.h>

#include "base/base.h"
#include "base/err.h"
#include "scan/scan.h"
#include "vault/vault.h"

#define WORK_DETAIL_MAX 256

/* What a child writes. Anything else, or nothing, counts as a crash. */
struct work_verdict {
	uint32_t magic;
	int32_t code; /* 0: clean; else E_* */
	char detail[WORK_DETAIL_MAX];
};

struct work_limits {
	const char *temp_dir;  /* each child gets a folder in it */
	int max_seconds;       /* of processor time; the zygote watches the clock */
	int64_t address_space; /* of the zygote; a child may take 512 MB more than that; 0: any */
};

/* A folder and all below it; links are not followed. */
void work_remove_folder(const char *path);

/* Address space that this process uses now, which the signatures dominate; 0 when unknown. */
int64_t work_address_space(void);

struct work {
	char temp_dir[256];
	pid_t pid;
	int pidfd;  /* readable when the child has ended */
	int result; /* read end of the verdict's pipe */
};

/* Starts a child. loan NULL scans the built-in self-test file. The caller keeps loan and ends the
 * work with work_end(). */
MUST_CHECK int work_start(struct scan *s, const struct work_limits *limits,
	const struct vault_loan *loan, enum file_type type, struct work *ret_work, struct err *err);

/* Waits until the child has ended; false when it still runs after timeout_ms. */
bool work_wait(const struct work *w, int timeout_ms);

/* Once the child has ended, or to kill it: reaps it, closes everything and gives its verdict. What
 * died or lied gives E_FILE_UNSCANNABLE with `why` as detail, when that is given. */
int work_end(struct work *w, bool kill, const char *why, struct err *err);

#endif
