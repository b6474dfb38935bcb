/*
 * Similarities of words and q-grams. Words are cut at blanks; sets and counts are sorted arrays, so that
 * nothing depends on hashing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "match/metric.h"
#include "match/metric_impl.h"

static int token_cmp(const void *a, const void *b)
{
	return sv_cmp(*(const struct sv *)a, *(const struct sv *)b);
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Sorted words; METRIC_MAX bounds how many there can be. */
static size_t tokens_of(struct sv text, struct sv *out)
{
	size_t n = 0;

	text = metric_cut(text);
	for (size_t i = 0; i < text.n && n < METRIC_MAX / 2;) {
		while (i < text.n && blank(text.p[i]))
			i++;
		const size_t start = i;
		while (i < text.n && !blank(text.p[i]))
			i++;
		if (i > start)
			out[n++] = sv_from(text.p + start, i - start);
	}
	qsort(out, n, sizeof(*out), token_cmp);
	return n;
}

static size_t unique(struct sv *t, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (k == 0 || !sv_eq(t[k - 1], t[i]))
			t[k++] = t[i];
	return k;
}

static struct sv join(char *out, const struct sv *t, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			out[used++] = ' ';
		memcpy(out + used, t[i].p, t[i].n);
		used += t[i].n;
	}
	return sv_from(out, used);
}

/* A second metric for the joined words; falls back to the plain ratio without memory. */
static struct metric *inner(struct metric *m)
{
	if (m->inner == NULL)
		m->inner = metric_new();
	return m->inner;
}

int32_t metric_token_sort(struct metric *m, struct sv text)
{
	struct metric *in = inner(m);
	const size_t na = tokens_of(m->pattern, m->tokens[0]), nb = tokens_of(text, m->tokens[1]);

	if (in == NULL)
		return metric_ratio(m, text);
	metric_pattern(in, join(m->text[0], m->tokens[0], na));
	return metric_ratio(in, join(m->text[1], m->tokens[1], nb));
}

/* Splits two sorted sets in place into what only each has; returns code points of the common words
 * joined by blanks. */
static size_t split_common(struct sv *a, size_t *na, struct sv *b, size_t *nb)
{
	size_t i = 0, j = 0, ka = 0, kb = 0, common = 0, words = 0;

	while (i < *na || j < *nb) {
		const int c = i == *na ? 1 : j == *nb ? -1 : sv_cmp(a[i], b[j]);
		if (c < 0) {
			a[ka++] = a[i++];
		} else if (c > 0) {
			b[kb++] = b[j++];
		} else {
			common += utf8_count(a[i]);
			words++;
			i++;
			j++;
		}
	}
	*na = ka;
	*nb = kb;
	return words ? common + words - 1 : 0;
}

static int32_t normalized(size_t distance, size_t both)
{
	return both == 0 ? METRIC_ONE : metric_fraction(both - distance, both);
}

int32_t metric_token_set(struct metric *m, struct sv text)
{
	struct metric *in = inner(m);
	struct sv *a = m->tokens[0], *b = m->tokens[1];
	size_t na = unique(a, tokens_of(m->pattern, a)), nb = unique(b, tokens_of(text, b));

	if (in == NULL)
		return metric_ratio(m, text);
	if (na == 0 || nb == 0)
		return na == nb ? METRIC_ONE : 0;
	const size_t sect = split_common(a, &na, b, &nb);
	if (sect > 0 && (na == 0 || nb == 0))
		return METRIC_ONE;
	const struct sv ja = join(m->text[0], a, na), jb = join(m->text[1], b, nb);
	const size_t la = utf8_count(ja), lb = utf8_count(jb), gap = sect != 0;
	const size_t with_a = sect + gap + la, with_b = sect + gap + lb;
	metric_pattern(in, ja);
	const size_t distance = la + lb - 2 * (size_t)metric_lcs(in, jb);
	int32_t best = normalized(distance, with_a + with_b);
	if (sect == 0)
		return best;
	const int32_t by_a = normalized(gap + la, sect + with_a);
	const int32_t by_b = normalized(gap + lb, sect + with_b);
	best = MAX(best, by_a);
	return MAX(best, by_b);
}

static int gram_cmp(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* A q-gram or word as 64 bits: exact up to three code points, mixed beyond. */
static uint64_t gram(const uint32_t *p, unsigned q)
{
	uint64_t h = 0;

	for (unsigned i = 0; i < q; i++)
		h = q <= 3 ? h << 21 | p[i] : (h ^ p[i]) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 29);
	return h;
}

static size_t grams_of(struct metric *m, struct sv text, unsigned q, uint64_t *out)
{
	size_t n = 0;

	metric_decode(metric_cut(text), &m->b);
	for (uint32_t i = 0; q > 0 && i + q <= m->b.n; i++)
		out[n++] = gram(m->b.p + i, q);
	for (uint32_t i = 0; q == 0 && i < m->b.n;) {
		while (i < m->b.n && m->b.p[i] < 128 && blank((char)m->b.p[i]))
			i++;
		const uint32_t start = i;
		while (i < m->b.n && !(m->b.p[i] < 128 && blank((char)m->b.p[i])))
			i++;
		if (i > start)
			out[n++] = gram(m->b.p + start, i - start) ^ (uint64_t)(i - start) << 58;
	}
	qsort(out, n, sizeof(*out), gram_cmp);
	return n;
}

int32_t metric_jaccard(struct metric *m, struct sv text, unsigned q)
{
	uint64_t *a = m->grams[0], *b = m->grams[1];
	const size_t na = grams_of(m, m->pattern, q, a), nb = grams_of(m, text, q, b);
	size_t i = 0, j = 0, both = 0, any = 0;

	while (i < na || j < nb) {
		const uint64_t v = i == na ? b[j] : j == nb ? a[i] : MIN(a[i], b[j]);
		const bool in_a = i < na && a[i] == v, in_b = j < nb && b[j] == v;
		any++;
		both += in_a && in_b;
		while (i < na && a[i] == v)
			i++;
		while (j < nb && b[j] == v)
			j++;
	}
	return any == 0 ? METRIC_ONE : metric_fraction(both, any);
}

/* Floor of the square root, by bits. */
static uint64_t root(unsigned __int128 v)
{
	uint64_t r = 0;

	for (int bit = 63; bit >= 0; bit--) {
		const uint64_t t = r | UINT64_C(1) << bit;
		if ((unsigned __int128)t * t <= v)
			r = t;
	}
	return r;
}

int32_t metric_cosine(struct metric *m, struct sv text, unsigned q)
{
	uint64_t *a = m->grams[0], *b = m->grams[1];
	const size_t na = grams_of(m, m->pattern, q, a), nb = grams_of(m, text, q, b);
	uint64_t dot = 0, aa = 0, bb = 0;

	for (size_t i = 0, j = 0; i < na || j < nb;) {
		const uint64_t v = i == na ? b[j] : j == nb ? a[i] : MIN(a[i], b[j]);
		uint64_t ca = 0, cb = 0;
		for (; i < na && a[i] == v; i++)
			ca++;
		for (; j < nb && b[j] == v; j++)
			cb++;
		dot += ca * cb;
		aa += ca * ca;
		bb += cb * cb;
	}
	if (aa == 0 || bb == 0)
		return aa == bb ? METRIC_ONE : 0;
	/* 2 dot / sqrt(aa bb) in half-millionths, then to nearest. */
	const unsigned __int128 square =
		(unsigned __int128)dot * dot * 4 * METRIC_ONE * METRIC_ONE / aa / bb;
	return (int32_t)((root(square) + 1) / 2);
}
