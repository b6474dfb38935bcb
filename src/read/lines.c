/*
 * Lines: a window over the text that grows while a line does not fit.
 */
#include "read/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define WINDOW_FIRST 65536u
#define READ_MIN 16u

int lines_encoding(struct col_source src, enum encoding *ret, struct err *err)
{
	char *piece CLEANUP(free_ptr) = malloc(WINDOW_FIRST);
	uint64_t at = 0;

	if (piece == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	while (at < src.size) {
		size_t n = (size_t)MIN(src.size - at, (uint64_t)WINDOW_FIRST);
		int rc = src.pread(src.ctx, at, piece, n, err);

		if (rc != 0)
			return rc;
		bool last = at + n == src.size;
		enum encoding guess = encoding_guess(sv_from(piece, n), last);
		if (at == 0)
			*ret = guess;
		if (*ret != ENCODING_UTF_8)
			return 0;
		size_t valid = utf8_valid_prefix(sv_from(piece, n));
		if (n - valid > 3 || (last && valid < n)) {
			*ret = ENCODING_WINDOWS_1252;
			return 0;
		}
		at += valid; /* a character that is cut is seen again */
	}
	return 0;
}

int lines_open(struct lines *l, struct col_source src, enum encoding encoding, struct err *err)
{
	*l = (struct lines){.cap = WINDOW_FIRST, .window = malloc(WINDOW_FIRST)};
	text_source_init(&l->text, src, encoding, src.size);
	return l->window != NULL ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

void lines_close(struct lines *l)
{
	free(l->window);
	*l = (struct lines){0};
}

/* Moves what is left to the front and reads on. */
static int fill(struct lines *l, struct err *err)
{
	size_t got = 0;

	memmove(l->window, l->window + l->at, l->n - l->at);
	l->n -= l->at;
	l->at = 0;
	if (l->cap - l->n < READ_MIN + 1) {
		if (l->cap > LINES_MAX)
			return err_set(err, E_UNREADABLE, "Line %u is longer than %u bytes.",
				l->no + 1, LINES_MAX);
		char *grown = realloc(l->window, l->cap * 2);
		if (grown == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		l->window = grown;
		l->cap *= 2;
	}
	int rc = text_source_read(&l->text, l->window + l->n, l->cap - l->n, &got, err);
	l->n += got;
	l->eof = got == 0;
	return rc;
}

/* Where the line at l->at ends, or l->n. */
static size_t line_end(const struct lines *l, size_t from)
{
	const char *p = l->window + from;
	size_t n = l->n - from;
	const char *lf = memchr(p, '\n', n);
	const char *cr = memchr(p, '\r', lf != NULL ? (size_t)(lf - p) : n);
	const char *end = cr != NULL ? cr : lf;

	return end == NULL ? l->n : (size_t)(end - l->window);
}

int lines_next(struct lines *l, struct sv *ret, bool *ret_end, struct err *err)
{
	size_t end = line_end(l, l->at);

	/* A CR at the end of the window may be half of a line's end. */
	while (!l->eof && (end == l->n || (end + 1 == l->n && l->window[end] == '\r'))) {
		size_t seen = end - l->at;
		int rc = fill(l, err);

		if (rc != 0)
			return rc;
		end = line_end(l, l->at + seen);
	}
	*ret_end = l->at == l->n;
	if (*ret_end)
		return 0;
	*ret = sv_from(l->window + l->at, end - l->at);
	l->at = end;
	if (l->at < l->n)
		l->at += 1u +
			 (l->window[end] == '\r' && end + 1 < l->n && l->window[end + 1] == '\n');
	l->no++;
	return 0;
}
