/* What a feed that does not want everything puts in its place. */
#include "read/feed.h"

int feed_ignore_reject(struct feed *f, const struct feed_reject *reject, struct err *err)
{
	(void)f;
	(void)reject;
	(void)err;
	return 0;
}

int feed_ignore_statement(struct feed *f, const struct statement *s, struct err *err)
{
	(void)f;
	(void)s;
	(void)err;
	return 0;
}
