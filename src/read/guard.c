/*
 * One rule for both ways: s is guarded when what follows its apostrophes opens a formula; so s and
 * "'" s either both need one or both do not, and no text is read back as another one.
 */
#include "read/guard.h"

#include <string.h>

static struct sv skip(struct sv s, size_t n)
{
	return sv_from(s.p + n, s.n - n);
}

/* Full-width = + - @, as UTF-8. */
static bool is_wide_mark(struct sv s)
{
	static const char marks[][4] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (s.n >= 3 && memcmp(s.p, marks[i], 3) == 0)
			return true;
	return false;
}

/* A sign, then digits and marks only: what it would be computed to is itself. */
static bool is_plain_number(struct sv s)
{
	bool digit = false;

	if (s.p[0] != '-' && s.p[0] != '+')
		return false;
	for (size_t i = 1; i < s.n; i++) {
		bool is_digit = s.p[i] >= '0' && s.p[i] <= '9';

		if (!is_digit && s.p[i] != '.' && s.p[i] != ',')
			return false;
		digit |= is_digit;
	}
	return digit;
}

bool guard_needed(struct sv s)
{
	while (s.n > 0 && s.p[0] == '\'')
		s = skip(s, 1);
	while (s.n > 0 && (s.p[0] == ' ' || (s.n > 1 && memcmp(s.p, "\xc2\xa0", 2) == 0)))
		s = skip(s, s.p[0] == ' ' ? 1 : 2);
	if (s.n == 0)
		return false;
	if (memchr("=@\t\r\n", s.p[0], 5) != NULL || is_wide_mark(s))
		return true;
	return (s.p[0] == '+' || s.p[0] == '-') && !is_plain_number(s);
}

struct sv guard_strip(struct sv s)
{
	return s.n > 1 && s.p[0] == '\'' && guard_needed(skip(s, 1)) ? skip(s, 1) : s;
}
