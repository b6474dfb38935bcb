#ifndef API_RATE_H
#define API_RATE_H
/*
 * Rate limits per person, key or address by class: GCRA (ITU-T I.371, the virtual scheduling form)
 * in one Redis script, so that all processes share one count; while Redis is away each process
 * counts for itself.
 */
#include "api/route.h"
#include "bus/bus.h"
#include "sys/clock.h"

struct rate_local;

struct rate_local *rate_local_new(struct clock clock);
void rate_local_free(struct rate_local *r);

struct rate_verdict {
	bool allowed;
	int64_t limit;      /* requests in a row, from rest */
	int64_t remaining;
	int64_t retry_ms;   /* until the next one is allowed; 0 when allowed */
};

/* Appends the check to a pipeline; rate_receive takes its answer. */
void rate_append(struct bus *bus, enum rate_class class, struct sv who);
MUST_CHECK int rate_receive(
	struct bus *bus, enum rate_class class, struct rate_verdict *ret, struct err *err);
/* Without Redis. */
void rate_check_local(struct rate_local *r, enum rate_class class, struct sv who,
	struct rate_verdict *ret);

/* The arithmetic itself, for both: tat is the theoretical arrival time of the next request. All in
 * microseconds. Gives the new tat, or the old one when refused. */
int64_t rate_gcra(enum rate_class class, int64_t tat_us, int64_t now_us, struct rate_verdict *ret);

#endif
