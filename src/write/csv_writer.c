/*
 * CSV. A cell is quoted when a reader would otherwise cut it, trim it or take the row for empty.
 */
#include "base/date.h"
#include "base/decimal.h"
#include "read/guard.h"
#include "write/writer_private.h"

static int csv_begin(struct writer *w, struct err *err)
{
	(void)w;
	(void)err;
	return 0;
}

static void csv_row_begin(struct writer *w)
{
	(void)w;
}

static void separate(struct writer *w)
{
	if (w->column > 0)
		buf_add_char(&w->out, ',');
}

static bool is_blank(char c)
{
	return c == ' ' || (unsigned char)c >= 0x80; /* which may be another kind of blank */
}

/* Of other programs' delimiters too: some guess which one it is. */
static bool needs_quotes(struct sv s)
{
	if (s.n == 0 || is_blank(s.p[0]) || is_blank(s.p[s.n - 1]))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c == ',' || c == ';' || c == '|' || c == '"')
			return true;
	}
	return false;
}

static void csv_text(struct writer *w, struct sv text)
{
	bool guarded = guard_needed(text);

	separate(w);
	if (!guarded && !needs_quotes(text)) {
		buf_add_sv(&w->out, text);
		return;
	}
	buf_add_cstr(&w->out, guarded ? "\"'" : "\"");
	while (text.n > 0) {
		ptrdiff_t at = sv_find(text, '"');
		size_t n = at < 0 ? text.n : (size_t)at + 1;

		buf_add(&w->out, text.p, n);
		if (at >= 0)
			buf_add_char(&w->out, '"');
		text = sv_from(text.p + n, text.n - n);
	}
	buf_add_char(&w->out, '"');
}

static void csv_decimal(struct writer *w, __int128 units, int scale)
{
	separate(w);
	decimal_format128(units, scale, &w->out);
}

static void csv_day(struct writer *w, int32_t day)
{
	separate(w);
	date_format(day, &w->out);
}

static void csv_row_end(struct writer *w)
{
	buf_add_char(&w->out, '\n');
}

static int csv_flush(struct writer *w, struct err *err)
{
	return w->out.n == 0 ? 0 : w->sink.write(w->sink.ctx, w->out.p, w->out.n, err);
}

const struct writer_ops csv_writer_ops = {
	.begin = csv_begin,
	.row_begin = csv_row_begin,
	.text = csv_text,
	.decimal = csv_decimal,
	.day = csv_day,
	.empty = separate,
	.row_end = csv_row_end,
	.flush = csv_flush,
	.end = csv_begin,
};
