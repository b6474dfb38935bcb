/*
 * UTF-8 by the table of well-formed byte sequences (Unicode 15, table 3-7).
 */
#include "base/utf8.h"

#include <string.h>

/* Length of the sequence at p of at most n bytes, or 0 when it is not well formed. */
static size_t sequence(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	switch (p[0]) { /* the second byte is narrower after these */
	case 0xe0:
		low = 0xa0;
		break;
	case 0xed:
		high = 0x9f;
		break;
	case 0xf0:
		low = 0x90;
		break;
	case 0xf4:
		high = 0x8f;
		break;
	default:
		break;
	}
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t utf8_valid_prefix(struct sv s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	while (i < s.n) {
		uint64_t word;
		size_t len;

		while (s.n - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if (word & UINT64_C(0x8080808080808080))
				break;
			i += sizeof(word);
		}
		if (i == s.n)
			break;
		len = sequence(p + i, s.n - i);
		if (!len)
			break;
		i += len;
	}
	return i;
}

bool utf8_valid(struct sv s)
{
	return utf8_valid_prefix(s) == s.n;
}

size_t utf8_count(struct sv s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

uint32_t utf8_next(const char **p, const char *end)
{
	const unsigned char *s = (const unsigned char *)*p;
	uint32_t cp;
	int more;

	if (*p >= end)
		return UINT32_MAX;
	if (s[0] < 0x80) {
		*p += 1;
		return s[0];
	}
	more = s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
	cp = s[0] & (0x3fU >> more);
	for (int i = 1; i <= more; i++)
		cp = cp << 6 | (s[i] & 0x3fU);
	*p += 1 + more;
	return cp;
}

size_t utf8_put(uint32_t cp, char out[4])
{
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)(lead[n] | cp);
	return n;
}

bool utf8_is_unsafe_in_name(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} unsafe[] = {
		{0x0000, 0x001f}, /* C0 */
		{0x007f, 0x009f}, /* DEL, C1 */
		{0x061c, 0x061c}, /* Arabic letter mark */
		{0x200e, 0x200f}, /* left-to-right and right-to-left marks */
		{0x2028, 0x202e}, /* line and paragraph separators, embeddings, overrides */
		{0x2066, 0x206f}, /* isolates, deprecated format characters */
		{0xfeff, 0xfeff}, /* byte order mark */
		{0xfff9, 0xfffb}, /* interlinear annotation */
	};

	for (size_t i = 0; i < ARRAY_LEN(unsafe); i++)
		if (cp >= unsafe[i].first && cp <= unsafe[i].last)
			return true;
	return false;
}
