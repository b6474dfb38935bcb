/*
 * JSON string literals and nearest words.
 */
#include "base/text.h"

#include <string.h>

#include "base/utf8.h"

#define WORD_MAX 64

/* What stands for a character that may not stand for itself; NULL when it may. */
static const char *escape_of(unsigned char c, char room[7])
{
	static const char digits[] = "0123456789abcdef";

	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		break;
	}
	if (c >= 0x20 && c != 0x7f)
		return NULL;
	memcpy(room, "\\u00", 4);
	room[4] = digits[c >> 4];
	room[5] = digits[c & 15];
	room[6] = '\0';
	return room;
}

static void add_valid(struct buf *out, struct sv s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		char room[7];
		const char *instead = escape_of((unsigned char)s.p[i], room);
		size_t width = 1;

		if (!instead && s.n - i >= 3 && memcmp(s.p + i, "\xe2\x80", 2) == 0 &&
			(s.p[i + 2] == '\xa8' || s.p[i + 2] == '\xa9')) {
			instead = s.p[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
			width = 3;
		}
		if (!instead)
			continue;
		buf_add(out, s.p + from, i - from);
		buf_add_cstr(out, instead);
		i += width - 1;
		from = i + 1;
	}
	if (s.n > from)
		buf_add(out, s.p + from, s.n - from);
}

void text_add_json(struct buf *out, struct sv s)
{
	buf_add_char(out, '"');
	while (s.n) {
		size_t good = utf8_valid_prefix(s);

		add_valid(out, sv_from(s.p, good));
		if (good == s.n)
			break;
		buf_add_cstr(out, "\xef\xbf\xbd");
		s.p += good + 1;
		s.n -= good + 1;
	}
	buf_add_char(out, '"');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Levenshtein, two rows of the matrix in one. Both are at most WORD_MAX long. */
static size_t distance(struct sv a, struct sv b)
{
	size_t row[WORD_MAX + 1];

	for (size_t k = 0; k <= b.n; k++)
		row[k] = k;
	for (size_t i = 0; i < a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < b.n; k++) {
			size_t replaced = diagonal + (lower(a.p[i]) != lower(b.p[k]));
			size_t shifted = MIN(row[k], row[k + 1]) + 1;

			diagonal = row[k + 1];
			row[k + 1] = MIN(replaced, shifted);
		}
	}
	return row[b.n];
}

const char *text_nearest(struct sv word, const char *const *words, size_t count)
{
	size_t best = word.n / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < count && word.n <= WORD_MAX; i++) {
		struct sv candidate = sv_from_cstr(words[i]);
		size_t d = candidate.n > WORD_MAX ? SIZE_MAX : distance(word, candidate);

		if (d < best) {
			best = d;
			nearest = words[i];
		}
	}
	return nearest;
}
