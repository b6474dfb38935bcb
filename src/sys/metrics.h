#ifndef SYS_METRICS_H
#define SYS_METRICS_H
/*
 * Metrics of one process, the rows of metric.def. Updates are lock-free and may come from any
 * thread. Each process rewrites <dir>/<program>-<pid>.prom (Prometheus text format 0.0.4), replaced
 * atomically; /metrics joins the files of all processes and removes those of dead ones.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"

enum metric {
#define METRIC(kind, id, name, label, slots, help) M_##id,
#include "sys/metric.def"
#undef METRIC
	M_COUNT
};

struct metrics;

/* program is static. NULL without memory. */
struct metrics *metrics_new(const char *program);
void metrics_free(struct metrics *m); /* NULL is fine */
/* The label value of a slot, copied; before other threads exist. Slots without one are not written.
 */
void metrics_label(struct metrics *m, enum metric id, size_t slot, const char *value);

/* m may be NULL: nothing happens. A slot out of range counts in the last one. */
void metrics_add(struct metrics *m, enum metric id, size_t slot, int64_t n);
void metrics_set(struct metrics *m, enum metric id, size_t slot, int64_t value); /* gauges */
void metrics_observe(struct metrics *m, enum metric id, size_t slot, int64_t us);

/* The text of this process; every sample carries program and pid. */
void metrics_print(const struct metrics *m, struct buf *out);
/* Replaces this process's file; the folder must exist. metrics_remove() at the end. */
MUST_CHECK int metrics_write(const struct metrics *m, const char *dir, struct err *err);
void metrics_remove(const struct metrics *m, const char *dir);
/* All processes' files as one document: each metric's help and type once, then all its samples. */
MUST_CHECK int metrics_join(const char *dir, struct buf *out, struct err *err);

#endif
