#ifndef COURIER_MAIL_H
#define COURIER_MAIL_H
/*
 * The lane of e-mail: opens a sealed letter and hands it to the configured server. A letter is tried
 * again, each time after a longer pause, until its time is over; a letter to nobody is dropped.
 */
#include "courier/lane.h"

extern const struct lane_spec mail_lane;

/* Seconds until the next try after this many. */
int64_t mail_pause_seconds(int32_t tries);

#endif
