/*
 * Folding. The vector path lower-cases 16 bytes at a time and looks at the same time whether any
 * blank needs collapsing; if so, a second pass over the short text does that.
 */
#include "read/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

/* ASCII that a code's folded text does not have. */
static const uint8_t separators[256] = {[' '] = 1,
	['-'] = 1,
	['_'] = 1,
	['/'] = 1,
	['.'] = 1,
	[':'] = 1,
	['#'] = 1,
	['\''] = 1,
	[','] = 1};

bool fold_is_separator(char c)
{
	return separators[(unsigned char)c] != 0;
}

/* Drops blanks and separators in place; returns the new length. */
static size_t collapse_code(char *p, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		p[out] = (char)c;
		out += (size_t) !(separators[c] | is_blank(c));
	}
	return out;
}

/* Collapses in place what is lower case already; returns the new length. */
static size_t collapse(char *p, size_t n, enum fold_kind kind)
{
	size_t out = 0;
	bool pending = false;

	if (kind == FOLD_CODE)
		return collapse_code(p, n);
	for (size_t i = 0; i < n; i++) {
		if (is_blank((unsigned char)p[i])) {
			pending = out > 0;
			continue;
		}
		if (pending)
			p[out++] = ' ';
		pending = false;
		p[out++] = p[i];
	}
	return out;
}

#ifdef __SSE2__
/* Lower-cases n bytes; *ret_blanks: some blank is no single inner space. False: not ASCII. */
static bool lower_ascii(const char *p, size_t n, char *dst, bool *ret_blanks)
{
	const __m128i before_a = _mm_set1_epi8('A' - 1), after_z = _mm_set1_epi8('Z' + 1);
	const __m128i bit = _mm_set1_epi8(0x20), space = _mm_set1_epi8(' ' + 1);
	const __m128i del = _mm_set1_epi8(0x7f), blank = _mm_set1_epi8(' ');
	unsigned carry = 1, bad = 0; /* a blank before the start: leading blanks count as double */

	for (size_t i = 0; i < n; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		unsigned used = n - i >= 16 ? 0xffffu : (1u << (n - i)) - 1;

		if ((unsigned)_mm_movemask_epi8(v) & used)
			return false;
		__m128i upper =
			_mm_and_si128(_mm_cmpgt_epi8(v, before_a), _mm_cmplt_epi8(v, after_z));
		_mm_storeu_si128(
			(__m128i *)(void *)(dst + i), _mm_or_si128(v, _mm_and_si128(upper, bit)));
		unsigned any = (unsigned)_mm_movemask_epi8(_mm_or_si128(
				       _mm_cmplt_epi8(v, space), _mm_cmpeq_epi8(v, del))) &
			       used;
		unsigned plain = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, blank)) & used;

		bad |= (any & (any << 1 | carry)) | (any ^ plain);
		carry = any >> 15 & 1;
		if (n - i <= 16)
			bad |= any >> (n - i - 1) & 1;
	}
	*ret_blanks = bad != 0;
	return true;
}
/* False: certainly none. Separators lie before '0', but for two. */
static bool may_have_separator(const char *p, size_t n)
{
	const __m128i digit = _mm_set1_epi8('0'), colon = _mm_set1_epi8(':'),
		      line = _mm_set1_epi8('_');
	unsigned found = 0;

	for (size_t i = 0; i < n; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		unsigned used = n - i >= 16 ? 0xffffu : (1u << (n - i)) - 1;
		__m128i hit = _mm_or_si128(_mm_cmplt_epi8(v, digit),
			_mm_or_si128(_mm_cmpeq_epi8(v, colon), _mm_cmpeq_epi8(v, line)));

		found |= (unsigned)_mm_movemask_epi8(hit) & used;
	}
	return found != 0;
}
#else
static bool may_have_separator(const char *p, size_t n)
{
	(void)p;
	return n > 0;
}

static bool lower_ascii(const char *p, size_t n, char *dst, bool *ret_blanks)
{
	bool before = true, bad = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool blank = is_blank(c);

		if (c >= 0x80)
			return false;
		bad |= blank && (before || c != ' ');
		before = blank;
		dst[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	*ret_blanks = bad || (n > 0 && before);
	return true;
}
#endif

bool fold_ascii(struct sv text, enum fold_kind kind, char *dst, size_t *ret_n)
{
	bool blanks = false;

	if (!lower_ascii(text.p, text.n, dst, &blanks))
		return false;
	if (!blanks && kind == FOLD_CODE)
		blanks = may_have_separator(dst, text.n);
	*ret_n = blanks ? collapse(dst, text.n, kind) : text.n;
	return true;
}

/* Unicode blanks that NFKC leaves: made a space so that collapsing sees them. */
static size_t replace_blanks(char *p, size_t n)
{
	static const struct {
		const char *bytes;
		size_t n;
	} blanks[] = {
		{"\xe1\x9a\x80", 3}, {"\xe2\x80\xa8", 3}, {"\xe2\x80\xa9", 3}, {"\xc2\x85", 2}};
	size_t out = 0;

	for (size_t i = 0; i < n;) {
		size_t skip = 0;

		for (size_t k = 0; k < ARRAY_LEN(blanks) && skip == 0; k++)
			if (n - i >= blanks[k].n &&
				memcmp(p + i, blanks[k].bytes, blanks[k].n) == 0)
				skip = blanks[k].n;
		p[out++] = skip > 0 ? ' ' : p[i];
		i += skip > 0 ? skip : 1;
	}
	return out;
}

void fold(struct sv text, enum fold_kind kind, struct buf *out)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n =
		utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &folded,
			UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE |
				UTF8PROC_STABLE);

	if (n < 0) {
		buf_add_sv(out, text);
		return;
	}
	char *p = (char *)folded;
	size_t len = collapse(p, replace_blanks(p, (size_t)n), kind);
	buf_add(out, p, len);
	free(folded);
}
