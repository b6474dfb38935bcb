/*
 * Encodings. Bytes of an encoding other than UTF-8 are read in small pieces and translated; a
 * character that is cut at the end of a piece is kept for the next call.
 */
#include "read/encoding.h"

#include <string.h>

#include "base/utf8.h"

#define PIECE 16384u
#define BAD_BYTE ((char)0xff)

static const char *const words[] = {
	[ENCODING_UTF_8] = "utf-8",
	[ENCODING_UTF_16LE] = "utf-16le",
	[ENCODING_UTF_16BE] = "utf-16be",
	[ENCODING_WINDOWS_1252] = "windows-1252",
	[ENCODING_ISO_8859_1] = "iso-8859-1",
};

/* Windows-1252 0x80..0x9f (WHATWG Encoding Standard leaves five as controls; here they are bad). */
static const uint16_t windows_1252[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d,
	0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

const char *encoding_word(enum encoding e)
{
	return words[e];
}

bool encoding_from_word(struct sv word, enum encoding *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (sv_eq_cstr(word, words[i])) {
			*ret = (enum encoding)i;
			return true;
		}
	return false;
}

/* UTF-16 without a mark: ASCII text has a zero in every second byte. */
static bool looks_utf_16(struct sv head, size_t zero_at)
{
	size_t n = MIN(head.n, (size_t)4096) / 2, zeros = 0, others = 0;

	for (size_t i = 0; i < n; i++) {
		zeros += head.p[2 * i + zero_at] == 0;
		others += head.p[2 * i + 1 - zero_at] == 0;
	}
	return n >= 2 && zeros * 10 >= n * 7 && others == 0;
}

enum encoding encoding_guess(struct sv head, bool whole)
{
	if (sv_starts_with(head, SV("\xff\xfe")))
		return ENCODING_UTF_16LE;
	if (sv_starts_with(head, SV("\xfe\xff")))
		return ENCODING_UTF_16BE;
	if (sv_starts_with(head, SV("\xef\xbb\xbf")))
		return ENCODING_UTF_8;
	if (looks_utf_16(head, 1))
		return ENCODING_UTF_16LE;
	if (looks_utf_16(head, 0))
		return ENCODING_UTF_16BE;
	size_t valid = utf8_valid_prefix(head);
	/* The sample may cut the last character. */
	if (valid == head.n || (!whole && head.n - valid < 4))
		return ENCODING_UTF_8;
	return ENCODING_WINDOWS_1252;
}

void text_source_init(
	struct text_source *t, struct col_source src, enum encoding encoding, uint64_t end)
{
	*t = (struct text_source){.src = src, .encoding = encoding, .end = MIN(end, src.size)};
}

static int skip_mark(struct text_source *t, struct err *err)
{
	static const struct sv marks[] = {[ENCODING_UTF_8] = {"\xef\xbb\xbf", 3},
		[ENCODING_UTF_16LE] = {"\xff\xfe", 2},
		[ENCODING_UTF_16BE] = {"\xfe\xff", 2}};
	char head[3];

	t->started = true;
	if (t->encoding >= ARRAY_LEN(marks) || t->end < marks[t->encoding].n)
		return 0;
	struct sv mark = marks[t->encoding];
	int rc = t->src.pread(t->src.ctx, 0, head, mark.n, err);
	if (rc == 0 && memcmp(head, mark.p, mark.n) == 0)
		t->at = mark.n;
	return rc;
}

static size_t put(uint32_t cp, char *dst)
{
	char bytes[4];
	size_t n = utf8_put(cp, bytes);

	memcpy(dst, bytes, n);
	return n;
}

static size_t from_8_bit(enum encoding e, const uint8_t *p, size_t n, char *dst)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t cp = p[i];

		if (cp >= 0x80 && cp < 0xa0 && e == ENCODING_WINDOWS_1252)
			cp = windows_1252[cp - 0x80];
		if (cp < 0x80 && p[i] == cp)
			dst[out++] = (char)cp;
		else if (cp == 0)
			dst[out++] = BAD_BYTE;
		else
			out += put(cp, dst + out);
	}
	return out;
}

/* Translates whole characters; what is left over goes to t->kept. */
static size_t from_utf_16(struct text_source *t, const uint8_t *p, size_t n, char *dst)
{
	unsigned high = t->encoding == ENCODING_UTF_16BE ? 0 : 1;
	size_t out = 0, i = 0;
	bool last = t->at == t->end;

	while (n - i >= 2) {
		uint32_t u = (uint32_t)p[i + high] << 8 | p[i + 1 - high];

		if (u >= 0xd800 && u < 0xdc00) {
			if (n - i < 4 && !last)
				break;
			uint32_t v =
				n - i < 4 ? 0 : (uint32_t)p[i + 2 + high] << 8 | p[i + 3 - high];
			if (v >= 0xdc00 && v < 0xe000) {
				out += put(
					0x10000 + ((u - 0xd800) << 10) + (v - 0xdc00), dst + out);
				i += 4;
				continue;
			}
		}
		if (u >= 0xd800 && u < 0xe000)
			dst[out++] = BAD_BYTE;
		else
			out += put(u, dst + out);
		i += 2;
	}
	if (last && n - i == 1) { /* half a character */
		dst[out++] = BAD_BYTE;
		i = n;
	}
	t->nkept = n - i;
	memcpy(t->kept, p + i, t->nkept);
	return out;
}

int text_source_read(struct text_source *t, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	uint8_t piece[PIECE];
	int rc = t->started ? 0 : skip_mark(t, err);

	if (rc != 0)
		return rc;
	if (t->encoding == ENCODING_UTF_8) {
		size_t n = (size_t)MIN((uint64_t)cap, t->end - t->at);

		rc = n == 0 ? 0 : t->src.pread(t->src.ctx, t->at, dst, n, err);
		if (rc != 0)
			return rc;
		t->at += n;
		*ret_n = n;
		return 0;
	}
	size_t out = 0;
	/* Every unit of the file gives at most three bytes; so does each kept byte. */
	while (out == 0 && t->at < t->end) {
		size_t room = MIN(sizeof(piece), cap / 3) - t->nkept;
		size_t n = (size_t)MIN((uint64_t)room, t->end - t->at);

		memcpy(piece, t->kept, t->nkept);
		rc = t->src.pread(t->src.ctx, t->at, piece + t->nkept, n, err);
		if (rc != 0)
			return rc;
		t->at += n;
		n += t->nkept;
		t->nkept = 0;
		if (t->encoding == ENCODING_UTF_16LE || t->encoding == ENCODING_UTF_16BE)
			out = from_utf_16(t, piece, n, dst);
		else
			out = from_8_bit(t->encoding, piece, n, dst);
	}
	*ret_n = out;
	return 0;
}
