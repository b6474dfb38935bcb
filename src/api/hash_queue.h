#ifndef API_HASH_QUEUE_H
#define API_HASH_QUEUE_H
/*
 * Bounds how many passwords are hashed at once (each takes tens of MiB and a processor) and how many
 * requests wait for it; who finds the queue full is told to come back.
 */
#include "base/err.h"

struct hash_queue;

/* At most `slots` at once; at most `waiting` wait, each up to wait_ms. */
struct hash_queue *hash_queue_new(unsigned slots, unsigned waiting, unsigned wait_ms);
void hash_queue_free(struct hash_queue *q);
/* 0: go, and leave afterwards. E_UNAVAILABLE: too many wait, or it took too long. */
MUST_CHECK int hash_queue_enter(struct hash_queue *q, struct err *err);
void hash_queue_leave(struct hash_queue *q);

#endif
