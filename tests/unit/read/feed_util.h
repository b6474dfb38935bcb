#ifndef UNIT_FEED_UTIL_H
#define UNIT_FEED_UTIL_H
/*
 * A feed that writes down what it is fed, as text: rows by \n, cells by |, and before a row that
 * does not follow its predecessor "line:". Rejects are "!line code", statements "$account".
 */
#include "base/buf.h"
#include "read/feed.h"

struct feed_note {
	struct feed feed; /* first */
	struct buf text;
	uint32_t rows, line;
	uint32_t stop_after; /* rows; 0: never */
};

static int note_columns(
	struct feed *feed, const struct feed_column *columns, uint32_t n, struct err *err)
{
	struct feed_note *f = (struct feed_note *)feed;

	(void)err;
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&f->text, "%s%s", i > 0 ? "|" : "#", columns[i].name);
	buf_add_char(&f->text, '\n');
	return 0;
}

static int note_row(struct feed *feed, const struct feed_row *row, struct err *err)
{
	struct feed_note *f = (struct feed_note *)feed;

	(void)err;
	if (f->rows++ > 0)
		buf_add_char(&f->text, '\n');
	if (row->line != f->line + 1)
		buf_printf(&f->text, "%u:", row->line);
	f->line = row->line;
	for (uint32_t i = 0; i < row->n; i++) {
		if (i > 0)
			buf_add_char(&f->text, '|');
		buf_add_sv(&f->text, row->cells[i]);
	}
	return f->stop_after > 0 && f->rows >= f->stop_after ? FEED_STOP : 0;
}

static int note_reject(struct feed *feed, const struct feed_reject *reject, struct err *err)
{
	struct feed_note *f = (struct feed_note *)feed;

	(void)err;
	buf_printf(&f->text, "\n!%u %s", reject->line, err_wire(reject->code));
	return 0;
}

static int note_statement(struct feed *feed, const struct statement *s, struct err *err)
{
	struct feed_note *f = (struct feed_note *)feed;

	(void)err;
	buf_printf(&f->text, "\n$%.*s", SV_ARG(s->account));
	return 0;
}

static const struct feed_ops note_ops = {note_columns, note_row, note_reject, note_statement};

static inline struct feed_note feed_note_make(void)
{
	return (struct feed_note){.feed = {&note_ops}};
}

#endif
