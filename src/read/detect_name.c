/*
 * What names of columns say.
 */
#include "read/detect.h"

#include <string.h>

static const struct {
	enum name_role role;
	const char *words;
} names[] = {
#define NAME(role, words) {NAME_##role, (words)},
#include "read/name.def"
#undef NAME
};

#define NAME_MAX_BYTES 80u

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

/* Lower case, every run of marks one space: "Amount (EUR)" is "amount eur". A small letter before a
 * capital ends a word too: "ValueDate". */
static size_t plain_name(struct sv name, char out[NAME_MAX_BYTES])
{
	size_t n = 0;
	bool gap = false, small = false;

	for (size_t i = 0; i < name.n && n + 2 < NAME_MAX_BYTES; i++) {
		unsigned char c = (unsigned char)name.p[i];
		bool capital = c >= 'A' && c <= 'Z';

		if (capital)
			c = (unsigned char)(c + 32);
		if (!is_word(c)) {
			gap = n > 0;
			small = false;
			continue;
		}
		if (gap || (capital && small))
			out[n++] = ' ';
		gap = false;
		small = !capital && c < 0x80;
		out[n++] = (char)c;
	}
	return n;
}

/* words stand in name as whole words at its start or end, or are all of it. */
static bool fits(struct sv name, struct sv words)
{
	if (!sv_starts_with(name, words) && !sv_ends_with(name, words))
		return false;
	if (name.n == words.n)
		return true;
	return (sv_starts_with(name, words) && name.p[words.n] == ' ') ||
	       (sv_ends_with(name, words) && name.p[name.n - words.n - 1] == ' ');
}

static bool is_side(enum name_role role)
{
	return role == NAME_DEBIT || role == NAME_CREDIT || role == NAME_OUT || role == NAME_IN;
}

enum name_role detect_name_role(struct sv name)
{
	char plain[NAME_MAX_BYTES];
	struct sv s = sv_from(plain, plain_name(name, plain));
	enum name_role best = NAME_NONE, side = NAME_NONE;
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct sv words = sv_from_cstr(names[i].words);

		if (!fits(s, words))
			continue;
		if (is_side(names[i].role))
			side = names[i].role;
		if (words.n > length) {
			best = names[i].role;
			length = words.n;
		}
	}
	/* "Amount Debit" is the debits, whichever word is longer. */
	return best == NAME_AMOUNT && side != NAME_NONE ? side : best;
}

struct sv detect_field_name(struct sv name, struct arena *a)
{
	char plain[NAME_MAX_BYTES];
	size_t n = plain_name(name, plain), out = 0;

	for (size_t i = 0; i < n && out < 36; i++) {
		char c = plain[i];

		if ((unsigned char)c >= 0x80 || (out == 0 && (c < 'a' || c > 'z')))
			continue;
		if (c == ' ' && plain[out - 1] == '_')
			continue;
		plain[out++] = c == ' ' ? '_' : c;
	}
	while (out > 0 && plain[out - 1] == '_')
		out--;
	return out == 0 ? SV("column") : arena_sv(a, sv_from(plain, out));
}
