/* What both formats share; see writer.h. */
#include <stdlib.h>

#include "write/writer_private.h"

const char *const write_format_words[] = {
#define WRITE_FORMAT(id, word, media) word,
#include "write/format.def"
#undef WRITE_FORMAT
	NULL};

static const struct writer_ops *const formats[] = {
	[WRITE_CSV] = &csv_writer_ops,
	[WRITE_XLSX] = &sheet_writer_ops,
};

const char *write_format_media(enum write_format f)
{
	static const char *const media_types[] = {
#define WRITE_FORMAT(id, word, media) media,
#include "write/format.def"
#undef WRITE_FORMAT
	};

	return media_types[f];
}

bool write_format_from_word(struct sv word, enum write_format *ret)
{
	for (int f = 0; f < WRITE_FORMAT_COUNT; f++)
		if (sv_eq_cstr(word, write_format_words[f])) {
			*ret = (enum write_format)f;
			return true;
		}
	return false;
}

int writer_new(
	enum write_format format, struct col_sink sink, struct writer **ret, struct err *err)
{
	struct writer *w CLEANUP(writer_free) = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	w->ops = formats[format];
	w->sink = sink;
	int rc = w->ops->begin(w, err);
	if (rc == 0)
		*ret = TAKE(w);
	return rc;
}

void writer_free(struct writer **w)
{
	if (*w == NULL)
		return;
	zip_writer_free(&(*w)->zip);
	buf_free(&(*w)->out);
	free(*w);
	*w = NULL;
}

/* ---- cells ---- */

static void row_begin(struct writer *w)
{
	if (w->in_row)
		return;
	w->in_row = true;
	w->column = 0;
	w->rows++;
	w->ops->row_begin(w);
}

void writer_text(struct writer *w, struct sv text)
{
	row_begin(w);
	w->ops->text(w, text);
	w->column++;
}

void writer_decimal(struct writer *w, __int128 units, int scale)
{
	row_begin(w);
	w->ops->decimal(w, units, scale);
	w->column++;
}

void writer_day(struct writer *w, int32_t day)
{
	row_begin(w);
	w->ops->day(w, day);
	w->column++;
}

void writer_empty(struct writer *w)
{
	row_begin(w);
	w->ops->empty(w);
	w->column++;
}

/* ---- rows ---- */

static int flush(struct writer *w, struct err *err)
{
	if (w->limit != NULL)
		return err_set(err, E_LIMIT, "%s", w->limit);
	if (!buf_ok(&w->out))
		return err_set(err, w->out.error, NULL);
	int rc = w->ops->flush(w, err);
	buf_reset(&w->out);
	return rc;
}

int writer_row(struct writer *w, struct err *err)
{
	row_begin(w);
	w->ops->row_end(w);
	w->in_row = false;
	return w->out.n >= WRITER_FLUSH || w->limit != NULL || !buf_ok(&w->out) ? flush(w, err) : 0;
}

int writer_header(struct writer *w, const struct sv *names, uint32_t n, struct err *err)
{
	if (n > WRITER_COLUMNS_MAX)
		return err_set(err, E_LIMIT, "A table has at most %u columns.", WRITER_COLUMNS_MAX);
	for (uint32_t i = 0; i < n; i++)
		writer_text(w, names[i]);
	return writer_row(w, err);
}

int writer_finish(struct writer *w, struct err *err)
{
	int rc = flush(w, err);

	return rc != 0 ? rc : w->ops->end(w, err);
}
