#ifndef MATCHER_PULSE_H
#define MATCHER_PULSE_H
/*
 * While a job runs, a thread beside it keeps the lease, writes progress, and finds out within
 * 100 ms why the job should end early: somebody cancelled it, the program stops, or the lease was
 * lost to another worker. The engine looks at the flag.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "store/store_job.h"
#include "store/store_task.h"
#include "sys/clock.h"
#include "sys/log.h"

enum pulse_reason {
	PULSE_NONE,
	PULSE_CANCEL, /* asked for by a person */
	PULSE_STOP,   /* this program stops */
	PULSE_FENCED, /* another worker has the task */
};

struct pulse {
	/* Set by the caller before pulse_start(). */
	struct db *db; /* used by the thread alone while it runs */
	const struct task *task;
	const struct log *log;
	struct clock clock;
	int64_t lease_seconds, heartbeat_seconds;
	int stop_fd; /* readable when the program stops */

	atomic_bool cancel; /* what the engine looks at */
	/* Private. */
	atomic_int reason;
	pthread_t thread;
	int end_fd;
	pthread_mutex_t lock; /* of what follows */
	const char *phase;
	uint64_t done, total;
	int64_t phase_us;
	bool changed;
};

MUST_CHECK int pulse_start(struct pulse *p, struct err *err);
/* Ends the thread; afterwards the lease is no longer kept. */
void pulse_end(struct pulse *p);
/* From the job's thread. phase is static. */
void pulse_progress(struct pulse *p, const char *phase, uint64_t done, uint64_t total);
enum pulse_reason pulse_reason(const struct pulse *p);

#endif
