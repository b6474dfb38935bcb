/* See match_text.h. */
#include "cli/match_text.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/decimal.h"

void match_text_free(struct match_text *t)
{
	free(t->p);
	buf_free(&t->cell);
	*t = (struct match_text){0};
}

void match_text_grow(struct match_text *t, size_t n)
{
	if (t->failed)
		return;
	size_t cap = MAX(t->cap * 2, t->n + n + (1u << 16));
	char *p = realloc(t->p, cap);
	if (p == NULL) {
		t->failed = true;
		t->n = 0;
		return;
	}
	t->p = p;
	t->cap = cap;
}

struct sv match_text_keep(const struct match_text *t, struct arena *a)
{
	char *p = arena_alloc(a, t->n + 32);

	if (p == NULL)
		return SV_NULL;
	memcpy(p, t->p, t->n);
	return sv_from(p, t->n);
}

/* ---- numbers: how many digits first, then from the last to the first ---- */

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
				 "25262728293031323334353637383940414243444546474849"
				 "50515253545556575859606162636465666768697071727374"
				 "75767778798081828384858687888990919293949596979899";

static inline unsigned digits_of(uint64_t v)
{
	static const uint64_t power[] = {0, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
		100000000, 1000000000, UINT64_C(10000000000), UINT64_C(100000000000),
		UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000),
		UINT64_C(1000000000000000), UINT64_C(10000000000000000),
		UINT64_C(100000000000000000), UINT64_C(1000000000000000000),
		UINT64_C(10000000000000000000)};
	/* 1233 / 4096 is a little more than log10(2). */
	unsigned guess = (64 - (unsigned)__builtin_clzll(v | 1)) * 1233 >> 12;

	return guess + (v >= power[guess]);
}

static inline void put_digits(char *p, uint64_t v, unsigned n)
{
	for (; n >= 2; v /= 100) {
		n -= 2;
		memcpy(p + n, two_digits + 2 * (v % 100), 2);
	}
	if (n == 1)
		p[0] = (char)('0' + v % 10);
}

static inline void put_number(struct match_text *t, uint64_t v)
{
	unsigned n = v == 0 ? 1 : digits_of(v);

	put_digits(t->p + t->n, v, n);
	t->n += n;
}

void put_u64(struct match_text *t, uint64_t v)
{
	put_number(t, v);
}

void put_decimal(struct match_text *t, int64_t v, int scale)
{
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

	t->p[t->n] = '-';
	t->n += v < 0;
	if (scale == 2) { /* which most have: a division by what the compiler knows */
		put_number(t, u / 100);
		t->p[t->n] = '.';
		memcpy(t->p + t->n + 1, two_digits + 2 * (u % 100), 2);
		t->n += 3;
		return;
	}
	uint64_t unit = (uint64_t)decimal_pow10(scale);
	put_number(t, u / unit);
	if (scale == 0)
		return;
	t->p[t->n] = '.';
	put_digits(t->p + t->n + 1, u % unit, (unsigned)scale);
	t->n += 1 + (size_t)scale;
}

void put_ppm(struct match_text *t, uint32_t v)
{
	char *p = t->p + t->n;

	p[0] = (char)('0' + v / 1000000);
	p[1] = '.';
	memcpy(p + 2, two_digits + 2 * (v / 10000 % 100), 2);
	memcpy(p + 4, two_digits + 2 * (v / 100 % 100), 2);
	memcpy(p + 6, two_digits + 2 * (v % 100), 2);
	t->n += 8;
}

void put_day(struct match_text *t, int32_t day)
{
	int year, month, of_month;
	char *p = t->p + t->n;

	date_to_civil(day, &year, &month, &of_month);
	memcpy(p, two_digits + 2 * (year / 100), 2);
	memcpy(p + 2, two_digits + 2 * (year % 100), 2);
	p[4] = p[7] = '-';
	memcpy(p + 5, two_digits + 2 * month, 2);
	memcpy(p + 8, two_digits + 2 * of_month, 2);
	t->n += 10;
}

/* ---- texts ---- */

void put_quoted(struct match_text *t, struct sv s)
{
	match_text_room(t, 2 * s.n + MATCH_TEXT_ROOM);
	for (size_t i = 0; i < s.n && !t->failed; i++) {
		if (s.p[i] == '"')
			put_char(t, '"');
		put_char(t, s.p[i]);
	}
}

void put_quoted_cell(struct match_text *t, struct sv s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), quotes = ones * '"';
	uint64_t hit = 0, v;

	match_text_room(t, 2 * s.n + MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	char *to = t->p + t->n;
	for (size_t i = 0; i < s.n; i += 8) {
		memcpy(&v, s.p + i, 8);
		memcpy(to + i, &v, 8);
		v ^= quotes;
		hit |= (v - ones) & ~v; /* its top bits: some byte was a quote, perhaps one behind */
	}
	if ((hit & ones * 0x80) == 0)
		t->n += s.n;
	else
		put_quoted(t, s);
}

void put_cell(struct match_text *t, struct sv s)
{
	bool quote = false;

	for (size_t i = 0; i < s.n; i++)
		quote |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
	match_text_room(t, 2 * s.n + MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	if (!quote) {
		put_sv(t, s);
		return;
	}
	put_char(t, '"');
	put_quoted(t, s);
	put_char(t, '"');
}

void put_string(struct match_text *t, struct sv s)
{
	static const char hex[] = "0123456789abcdef";

	match_text_room(t, 6 * s.n + MATCH_TEXT_ROOM);
	if (t->failed)
		return;
	put_char(t, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		if (ch == '"' || ch == '\\')
			put_char(t, '\\');
		if (ch >= 0x20) {
			put_char(t, (char)ch);
			continue;
		}
		put_cstr(t, "\\u00");
		put_char(t, hex[ch >> 4]);
		put_char(t, hex[ch & 15]);
	}
	put_char(t, '"');
}

void put_key(struct match_text *t, const char *key)
{
	put_cstr(t, ",\"");
	put_cstr(t, key);
	put_cstr(t, "\":");
}

void put_word(struct match_text *t, const char *key, const char *word)
{
	put_key(t, key);
	put_string(t, sv_from_cstr(word));
}
