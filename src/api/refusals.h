#ifndef API_REFUSALS_H
#define API_REFUSALS_H
/*
 * Requests that were refused to nobody in particular, counted per address and minute: each becomes one
 * row of the audit log once its minute is over, so that somebody who knocks all day fills no disk. What
 * is refused to somebody who is signed in has a row of its own.
 *
 * Threads may note at once; one of them at a time writes.
 */
#include "base/err.h"
#include "base/sv.h"
#include "store/db.h"
#include "sys/clock.h"

#define REFUSALS_MAX 1024 /* addresses of a minute; those beyond it are counted together */

struct refusals;

struct refusals *refusals_new(struct clock clock); /* NULL without memory */
void refusals_free(struct refusals *r);            /* NULL is fine */
/* Counts, if the code is one of a refusal. */
void refusals_note(struct refusals *r, struct sv address, int code);
/* Writes what belongs to minutes that are over (all: to this one too). What could not be written is
 * tried again next time. */
MUST_CHECK int refusals_write(struct refusals *r, struct db *db, bool all, struct err *err);

#endif
