/*
 * Look-ups over event.def.
 */
#include "domain/event.h"

static const struct event_info events[EVENT_COUNT] = {
	[EVENT_NONE] = {.word = "", .text = ""},
#define EVENT(name, w, a, l, h, n, t)                                                              \
	[EVENT_##name] = {                                                                         \
		.word = (w), .audit = (a), .live = (l), .webhook = (h), .notify = (n), .text = (t)},
#include "domain/event.def"
#undef EVENT
};

const struct event_info *event_info(enum event e)
{
	return e > EVENT_NONE && e < EVENT_COUNT ? &events[e] : &events[EVENT_NONE];
}

enum event event_from_word(struct sv word)
{
	for (int e = EVENT_NONE + 1; e < EVENT_COUNT; e++) {
		if (sv_eq_cstr(word, events[e].word))
			return (enum event)e;
	}
	return EVENT_NONE;
}
