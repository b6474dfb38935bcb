#ifndef COURIER_WEBHOOK_H
#define COURIER_WEBHOOK_H
/*
 * The lane of webhooks: signs a message and posts it to its receiver, whose address is checked when it
 * is connected to. What the receiver does not take is tried again, each time after a longer pause,
 * for a day. Every try is written down.
 */
#include "courier/lane.h"

extern const struct lane_spec webhook_lane;

/* Seconds until the next try after this many, when the first pause is `first`; chance is 0..255 and
 * makes it up to a fifth shorter or longer, so that receivers that were away are not all met at once. */
int64_t webhook_pause_seconds(int64_t first, int32_t tries, uint8_t chance);

#endif
