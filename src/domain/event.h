#ifndef DOMAIN_EVENT_H
#define DOMAIN_EVENT_H
/*
 * What can happen: the one list behind audit actions, live topics, webhook types and notifications.
 */
#include "base/base.h"
#include "base/sv.h"

enum event {
	EVENT_NONE,
#define EVENT(name, word, audit, live, webhook, notify, text) EVENT_##name,
#include "domain/event.def"
#undef EVENT
	EVENT_COUNT
};

struct event_info {
	const char *word; /* "job.finish" */
	bool audit;
	bool live;
	bool webhook;
	bool notify;
	const char *text;
};

/* Static storage; the row of EVENT_NONE has empty texts. */
const struct event_info *event_info(enum event e);
/* EVENT_NONE for another word. */
enum event event_from_word(struct sv word);

#endif
