#ifndef AUDITOR_CHECKPOINT_H
#define AUDITOR_CHECKPOINT_H
/*
 * The file of signed checkpoints: lines are appended and flushed, nothing else is ever done to it
 * (an administrator may say so with chattr +a). Each line may also be sent to a syslog daemon, which
 * takes it to another host.
 */
#include "base/err.h"
#include "seal/chain.h"
#include "sys/log.h"

struct checkpoints;

struct checkpoints_options {
	const char *file;
	const char *sink;     /* Unix datagram socket; "": none */
	struct sv key;        /* the private key's line */
	int64_t rows;         /* at most this many without a checkpoint */
	int64_t us;           /* at most this long */
	const struct log *log;
};

/* Reads the file's last checkpoint and leaves it open. E_CONFIG, E_IO. */
MUST_CHECK int checkpoints_open(
	const struct checkpoints_options *options, struct checkpoints **ret, struct err *err);
void checkpoints_close(struct checkpoints **c); /* also the CLEANUP function */

/* seq 0: there is none yet. */
const struct chain_checkpoint *checkpoints_last(const struct checkpoints *c);
/* Whether the log whose end is now (seq, ts) has rows that ought to be signed. */
bool checkpoints_due(
	struct checkpoints *c, const struct chain_checkpoint *now, bool in_any_case);
/* Signs, appends, flushes, sends. Only what concerns the file is an error. */
MUST_CHECK int checkpoints_add(
	struct checkpoints *c, struct chain_checkpoint *cp, struct err *err);

#endif
