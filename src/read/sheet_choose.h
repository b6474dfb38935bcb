#ifndef READ_SHEET_CHOOSE_H
#define READ_SHEET_CHOOSE_H
/*
 * Which sheet of a workbook has the table: the one with the most rows of several cells among the
 * first of each; a person is asked where more than one has any.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "read/detect.h"
#include "read/feed.h"

#define SHEET_LOOKS 32u

struct sheet_item {
	struct sv name; /* lives as long as the proposal */
	bool hidden;
};

struct sheet_list {
	struct sheet_item *items;
	uint32_t n;
	/* Feeds sheet i. */
	int (*look)(void *ctx, uint32_t i, struct feed *to, struct err *err);
	void *ctx;
	uint32_t looks; /* at most so many sheets are looked at; 0: SHEET_LOOKS */
};

/* Sets d->dialect.sheet unless the first visible sheet is the only one with a table. */
MUST_CHECK int sheet_choose(struct detect *d, const struct sheet_list *list, struct err *err);

#endif
