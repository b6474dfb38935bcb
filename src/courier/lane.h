#ifndef COURIER_LANE_H
#define COURIER_LANE_H
/*
 * A lane is a thread that claims the tasks of one kind and hands them over one after the other. What
 * is delivered has lanes of its own, so that a slow receiver of one holds up nothing else.
 *
 * Nothing is delivered twice but by accident: when this program dies between a receiver's yes and
 * the commit, the next holder of the task delivers again.
 */
#include <pthread.h>

#include "bus/bus.h"
#include "store/store_task.h"
#include "sys/main.h"

struct lane;

/* What one kind of task needs; a row of main.c's table. */
struct lane_spec {
	enum word kind;
	const char *wake;
	/* Before the process is confined; sets lane->state. */
	int (*open)(struct lane *lane, struct err *err);
	void (*close)(struct lane *lane);
	/* How long a task is leased for: longer than run may take. */
	int64_t (*lease_seconds)(const struct conf *conf);
	/* Ends the task in a transaction of its own, or moves it to later. An error is a strike:
	 * E_FENCED leaves the task alone, E_CANCELLED gives it back, any other one tries again. */
	int (*run)(struct lane *lane, const struct task *task, struct arena *a, struct err *err);
	/* In a transaction: nobody will finish this task any more. */
	int (*abandon)(
		struct lane *lane, const struct task *task, struct arena *a, struct err *err);
};

struct lane {
	const struct lane_spec *spec;
	struct main_ctx *m;
	struct log log; /* of the task at hand */
	struct db *db;
	struct bus *bus;
	void *state; /* the spec's own */
	int stop_fd; /* readable: end; nobody reads it */
	char name[96];
	size_t slot; /* of its metrics */
	pthread_t thread;
	bool started;
	bool database_away; /* said so already */
};

/* Opens what the lane needs; nothing connects yet. */
MUST_CHECK int lane_open(struct lane *lane, const struct lane_spec *spec, struct main_ctx *m,
	int stop_fd, struct err *err);
MUST_CHECK int lane_start(struct lane *lane, struct err *err);
/* Waits for the end of the task at hand, and closes. Fine on a lane that was not opened. */
void lane_end(struct lane *lane);

#endif
