#ifndef CLI_WATCH_PULL_H
#define CLI_WATCH_PULL_H
/*
 * A folder of an SFTP server whose files come into a watched folder, each once; what happens to them
 * there is the watch's. Nothing on the server is changed: what was taken is remembered by name, length
 * and time, so a file that is written anew under its old name comes again.
 *
 * A file is taken when two looks, the settling time apart, saw the same length and time, and when it
 * still has them after all of it was read. In the watched folder it appears by a rename. On the disk,
 * all in pulling/ of the watched folder:
 *
 *	pulling/<id>     what is being read; without a line in the list it is nothing
 *	pulling/list     a line for each file: id, length, time, name. Flushed before the file appears
 *
 * A process that is killed between the line and the rename is followed by one that does the rename.
 */
#include "cli/watch.h"
#include "net/sftp.h"

#define WATCH_PULL_FILES_MAX 4096u /* of one remote folder */

struct watch_pull_file;

struct watch_pull {
	struct watch_folder *folder;
	struct net_sftp *sftp;
	int dir, list; /* -1: not open */
	struct buf taken;              /* lines of the list, with one end of line in front */
	struct watch_pull_file *files; /* what the last look saw */
	size_t file_count;
	int error; /* of the last look, so that it is told once */
};

#define WATCH_PULL_INIT ((struct watch_pull){.dir = -1, .list = -1})

/* folder is open and outlives it. Ends what an earlier process began. E_CONFIG as net_sftp_new. */
MUST_CHECK int watch_pull_open(struct watch_folder *folder, const struct net_sftp_options *where,
	struct watch_pull *ret, struct err *err);
void watch_pull_close(struct watch_pull *p);
/* Looks at the server, and takes what is whole; counts what becomes of it in rest, whose next_us is when
 * to look again at a file that is not settled yet. A server that is away is logged once. */
void watch_pull_pass(struct watch *w, struct watch_pull *p, struct watch_rest *rest);

#endif
