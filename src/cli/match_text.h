#ifndef CLI_MATCH_TEXT_H
#define CLI_MATCH_TEXT_H
/*
 * Text of result files as it grows, millions of rows of it: room is asked for once for the fixed parts
 * of a row, then everything is written in place. put_cell(), put_quoted() and put_string() ask for the
 * room of their text and MATCH_TEXT_ROOM behind it; after them, and after asking, look at failed.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/sv.h"

#define MATCH_TEXT_ROOM 1024u
#define MATCH_LEAD_MAX 96u

/* Of one thread; free with match_text_free. */
struct match_text {
	char *p;
	size_t n, cap;
	bool failed; /* without memory: nothing more is added */
	struct buf cell; /* scratch */
	bool has_odds;   /* odds are those of a confidence seen before */
	uint32_t odds_of;
	int64_t odds;
	uint32_t lead_of, lead_n; /* the beginning of a row seen before; 0: none */
	char lead[MATCH_LEAD_MAX + 32];
};
void match_text_free(struct match_text *t);

/* The rest of match_text_room(). */
void match_text_grow(struct match_text *t, size_t n);

static inline void match_text_room(struct match_text *t, size_t n)
{
	if (t->cap - t->n < n)
		match_text_grow(t, n);
}

/* A copy of all of it for put_padded(). Empty without memory. */
struct sv match_text_keep(const struct match_text *t, struct arena *a);

/* ---- in place ---- */

static inline void put_char(struct match_text *t, char c)
{
	t->p[t->n++] = c;
}

static inline void put_sv(struct match_text *t, struct sv s)
{
	memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

/* Inline, so that the lengths of literals are known. */
__attribute__((always_inline)) static inline void put_cstr(struct match_text *t, const char *s)
{
	put_sv(t, sv_from_cstr(s));
}

/* s has 31 bytes behind it that can be read. */
static inline void put_padded(struct match_text *t, struct sv s)
{
	for (size_t i = 0; i < s.n; i += 32)
		memcpy(t->p + t->n + i, s.p + i, 32);
	t->n += s.n;
}

void put_u64(struct match_text *t, uint64_t v);
/* v units of 10^-scale */
void put_decimal(struct match_text *t, int64_t v, int scale);
/* Millionths, at most one whole. */
void put_ppm(struct match_text *t, uint32_t v);
void put_day(struct match_text *t, int32_t day);

/* ---- texts ---- */

/* Inside a quoted CSV cell. */
void put_quoted(struct match_text *t, struct sv s);
/* The same of a column's text, which has bytes behind it that can be read. */
void put_quoted_cell(struct match_text *t, struct sv s);
/* A CSV cell; quoted where it must be. */
void put_cell(struct match_text *t, struct sv s);
/* A JSON string; s is valid UTF-8. */
void put_string(struct match_text *t, struct sv s);
/* ,"key": */
void put_key(struct match_text *t, const char *key);
void put_word(struct match_text *t, const char *key, const char *word);

#endif
