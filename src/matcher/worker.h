#ifndef MATCHER_WORKER_H
#define MATCHER_WORKER_H
/*
 * The matcher's work: claims match tasks one after the other and brings each to exactly one end.
 * Nothing is kept between jobs; the engine's threads are the job's.
 */
#include "bus/bus.h"
#include "store/db.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/metrics.h"
#include "vault/vault.h"

struct worker {
	struct db *db;       /* the worker's own */
	struct db *pulse_db; /* of the thread beside a job */
	struct bus *bus;
	struct vault *vault;
	const struct log *log;
	struct metrics *metrics;
	struct clock clock;
	const char *name; /* host:pid, for people who look at the queue */
	const char *host; /* for receipts */
	unsigned threads;
	size_t memory_bytes;
	int64_t lease_seconds, heartbeat_seconds;
	int stop_fd; /* readable when the program shall stop */
	bool away;   /* private: the queue cannot be reached, and that was logged */
};

/* Until stop_fd is readable. */
void worker_run(struct worker *w);

#endif
