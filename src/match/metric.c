/*
 * Edit distances and Jaro-Winkler by bit vectors. A pattern of up to 64 ASCII characters, the ordinary
 * case, needs one table of 128 words and one word of state; any other pattern goes through symbols and
 * blocks of 64. The vector paths work on four texts at once and give the same numbers.
 */
#include "match/metric.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "match/metric_impl.h"

static bool simd_on = true;

bool metric_use_simd(bool on)
{
	const bool was = simd_on;

	simd_on = on;
	return was;
}

struct metric *metric_new(void)
{
	struct metric *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->a.p = malloc(METRIC_MAX * sizeof(uint32_t));
	m->b.p = malloc(METRIC_MAX * sizeof(uint32_t));
	m->hash_point = malloc(HASH_SIZE * sizeof(uint32_t));
	m->hash_symbol = malloc(HASH_SIZE * sizeof(uint16_t));
	m->bits_cap = (size_t)SYMBOLS_MAX * WORDS_MAX;
	m->bits = malloc(m->bits_cap * sizeof(uint64_t));
	m->vec = malloc(6 * WORDS_MAX * sizeof(uint64_t));
	m->rows_cap = 3 * ((size_t)METRIC_MAX + 2);
	m->rows = malloc(m->rows_cap * sizeof(uint32_t));
	for (int i = 0; i < 2; i++) {
		m->text[i] = malloc(METRIC_MAX * 4 + 1);
		m->tokens[i] = malloc((METRIC_MAX / 2 + 1) * sizeof(struct sv));
		m->grams[i] = malloc((METRIC_MAX + 1) * sizeof(uint64_t));
	}
	if (!m->a.p || !m->b.p || !m->hash_point || !m->hash_symbol || !m->bits || !m->vec ||
		!m->rows || !m->text[0] || !m->text[1] || !m->tokens[0] || !m->tokens[1] ||
		!m->grams[0] || !m->grams[1])
		metric_free(&m);
	else
		metric_pattern(m, SV(""));
	return m;
}

void metric_free(struct metric **pm)
{
	struct metric *m = *pm;

	*pm = NULL;
	if (m == NULL)
		return;
	metric_free(&m->inner);
	free(m->a.p);
	free(m->b.p);
	free(m->hash_point);
	free(m->hash_symbol);
	free(m->bits);
	free(m->vec);
	free(m->rows);
	for (int i = 0; i < 2; i++) {
		free(m->text[i]);
		free(m->tokens[i]);
		free(m->grams[i]);
	}
	free(m);
}

int32_t metric_fraction(uint64_t num, uint64_t den)
{
	return (int32_t)((num * METRIC_ONE + den / 2) / den);
}

void metric_decode(struct sv text, struct points *out)
{
	const char *p = text.p, *end = text.p + text.n;

	for (out->n = 0; out->n < METRIC_MAX && p < end; out->n++)
		out->p[out->n] = utf8_next(&p, end);
}

struct sv metric_cut(struct sv text)
{
	const char *p = text.p, *end = text.p + text.n;

	if (text.n <= METRIC_MAX)
		return text;
	for (uint32_t n = 0; n < METRIC_MAX && p < end; n++)
		utf8_next(&p, end);
	return sv_from(text.p, (size_t)(p - text.p));
}

static inline bool is_ascii(struct sv s)
{
	size_t i = 0;
	uint64_t seen = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t w;
		memcpy(&w, s.p + i, 8);
		seen |= w;
	}
	for (; i < s.n; i++)
		seen |= (uint64_t)(unsigned char)s.p[i];
	return (seen & UINT64_C(0x8080808080808080)) == 0;
}

/* Forgets the last small pattern by its own characters, which is cheaper than clearing the table. */
void metric_pattern(struct metric *m, struct sv pattern)
{
	m->kept = SV_NULL;
	if (m->small)
		for (size_t i = 0; i < m->pattern.n; i++)
			m->peq[(unsigned char)m->copy[i]] = 0;
	m->pattern = metric_cut(pattern);
	m->prepared = false;
	m->small = m->pattern.n <= 64 && is_ascii(m->pattern);
	if (!m->small)
		return;
	m->n = (uint32_t)m->pattern.n;
	m->words = 1;
	if (m->pattern.n > 0)
		memcpy(m->copy, m->pattern.p, m->pattern.n);
	for (size_t i = 0; i < m->pattern.n; i++)
		m->peq[(unsigned char)m->pattern.p[i]] |= UINT64_C(1) << i;
}

void metric_pattern_kept(struct metric *m, struct sv pattern)
{
	if (m->kept.p != NULL && m->kept.p == pattern.p && m->kept.n == pattern.n)
		return;
	metric_pattern(m, pattern);
	m->kept = pattern;
}

static uint32_t hash_slot(const struct metric *m, uint32_t point)
{
	uint32_t h = (point * UINT32_C(2654435761)) >> 19;

	while (m->hash_point[h] != UINT32_MAX && m->hash_point[h] != point)
		h = (h + 1) & (HASH_SIZE - 1);
	return h;
}

static uint32_t symbol_of(const struct metric *m, uint32_t point)
{
	if (point < 128)
		return m->ascii_symbol[point];
	const uint32_t h = hash_slot(m, point);
	return m->hash_point[h] == point ? m->hash_symbol[h] : 0;
}

static uint32_t symbol_add(struct metric *m, uint32_t point)
{
	uint32_t s = symbol_of(m, point);

	if (s != 0)
		return s;
	s = m->symbols++;
	memset(m->bits + (size_t)s * m->words, 0, m->words * sizeof(uint64_t));
	if (point < 128) {
		m->ascii_symbol[point] = (uint16_t)s;
	} else {
		const uint32_t h = hash_slot(m, point);
		m->hash_point[h] = point;
		m->hash_symbol[h] = (uint16_t)s;
	}
	return s;
}

/* Symbol 0 is every code point that the pattern does not have. */
static void prepare(struct metric *m)
{
	if (m->prepared)
		return;
	metric_decode(m->pattern, &m->a);
	m->n = m->a.n;
	m->words = MAX(1u, (m->n + 63) / 64);
	memset(m->ascii_symbol, 0, sizeof(m->ascii_symbol));
	memset(m->hash_point, 0xff, HASH_SIZE * sizeof(uint32_t));
	memset(m->bits, 0, m->words * sizeof(uint64_t));
	m->symbols = 1;
	for (uint32_t i = 0; i < m->n; i++) {
		const uint32_t s = symbol_add(m, m->a.p[i]);
		m->bits[(size_t)s * m->words + i / 64] |= UINT64_C(1) << (i % 64);
	}
	m->prepared = true;
}

static const uint64_t *bits_of(const struct metric *m, uint32_t point)
{
	return m->bits + (size_t)symbol_of(m, point) * m->words;
}

/* ---- Levenshtein ---- */

static uint32_t levenshtein_small(const struct metric *m, struct sv text)
{
	uint64_t pv = ~UINT64_C(0), mv = 0;
	uint32_t score = m->n;
	const unsigned last = m->n - 1;

	if (m->n == 0)
		return (uint32_t)text.n;
	for (size_t i = 0; i < text.n; i++) {
		const uint64_t eq = m->peq[(unsigned char)text.p[i]];
		const uint64_t d0 = (((eq & pv) + pv) ^ pv) | eq | mv;
		uint64_t hp = mv | ~(d0 | pv);
		const uint64_t hn = pv & d0;
		score += (uint32_t)((hp >> last) & 1) - (uint32_t)((hn >> last) & 1);
		hp = hp << 1 | 1;
		pv = hn << 1 | ~(d0 | hp);
		mv = hp & d0;
	}
	return score;
}

/* One step of a block of 64 rows: carries of the horizontal difference come in and go out. */
static void block_step(uint64_t eq, uint64_t *pv, uint64_t *mv, uint64_t *hp_io, uint64_t *hn_io,
	uint64_t *ret_hp, uint64_t *ret_hn)
{
	const uint64_t x = eq | *hn_io;
	const uint64_t d0 = (((x & *pv) + *pv) ^ *pv) | x | *mv;
	uint64_t hp = *mv | ~(d0 | *pv);
	uint64_t hn = *pv & d0;

	*ret_hp = hp;
	*ret_hn = hn;
	const uint64_t out_p = hp >> 63, out_n = hn >> 63;
	hp = hp << 1 | *hp_io;
	hn = hn << 1 | *hn_io;
	*hp_io = out_p;
	*hn_io = out_n;
	*pv = hn | ~(d0 | hp);
	*mv = hp & d0;
}

static uint32_t levenshtein_blocks(struct metric *m, const struct points *b)
{
	uint64_t *pv = m->vec, *mv = m->vec + WORDS_MAX;
	uint32_t score = m->n;

	if (m->n == 0)
		return b->n;
	memset(pv, 0xff, m->words * sizeof(*pv));
	memset(mv, 0, m->words * sizeof(*mv));
	for (uint32_t j = 0; j < b->n; j++) {
		const uint64_t *eq = bits_of(m, b->p[j]);
		uint64_t hp_in = 1, hn_in = 0, hp = 0, hn = 0;
		for (uint32_t w = 0; w < m->words; w++)
			block_step(eq[w], &pv[w], &mv[w], &hp_in, &hn_in, &hp, &hn);
		const unsigned last = (m->n - 1) % 64;
		score += (uint32_t)((hp >> last) & 1) - (uint32_t)((hn >> last) & 1);
	}
	return score;
}

uint32_t metric_levenshtein(struct metric *m, struct sv text)
{
	text = metric_cut(text);
	if (m->small && is_ascii(text))
		return levenshtein_small(m, text);
	prepare(m);
	metric_decode(text, &m->b);
	return levenshtein_blocks(m, &m->b);
}

#if defined(__x86_64__)
#define LANES 8
typedef uint32_t lanes __attribute__((vector_size(32)));

/* What the pattern says of character i of each text; nothing of a text that has ended. */
__attribute__((target("avx2"), always_inline)) static inline lanes lane_bits(
	const struct metric *m, const struct sv text[LANES], size_t i, bool all)
{
	uint32_t eq[LANES] __attribute__((aligned(32)));

	for (int k = 0; k < LANES; k++)
		eq[k] = all || i < text[k].n ? (uint32_t)m->peq[(unsigned char)text[k].p[i]] : 0;
	return *(const lanes *)eq;
}

/* Eight texts, one in each lane; a lane whose text has ended keeps its state. The pattern has at most
 * 32 characters. */
__attribute__((target("avx2"))) static void levenshtein_lanes(
	const struct metric *m, const struct sv text[LANES], uint32_t ret[LANES])
{
	lanes pv = ~(lanes){0}, mv = {0}, score = {0}, len;
	const lanes one = (lanes){0} + 1;
	const int last = (int)m->n - 1;
	size_t longest = 0, shortest = SIZE_MAX;

	for (int k = 0; k < LANES; k++) {
		longest = text[k].n > longest ? text[k].n : longest;
		shortest = text[k].n < shortest ? text[k].n : shortest;
		ret[k] = (uint32_t)text[k].n;
	}
	memcpy(&len, ret, sizeof(len));
	for (size_t i = 0; i < longest; i++) {
		const bool all = i < shortest;
		const lanes eq = all ? lane_bits(m, text, i, true) : lane_bits(m, text, i, false);
		const lanes d0 = (((eq & pv) + pv) ^ pv) | eq | mv;
		lanes hp = mv | ~(d0 | pv);
		const lanes hn = pv & d0;
		const lanes step = ((hp >> last) & one) - ((hn >> last) & one);
		hp = hp << 1 | one;
		const lanes next_pv = hn << 1 | ~(d0 | hp);
		const lanes next_mv = hp & d0;
		const lanes live = all ? ~(lanes){0} : (lanes)((lanes){0} + (uint32_t)i < len);
		score += step & live;
		pv = (next_pv & live) | (pv & ~live);
		mv = (next_mv & live) | (mv & ~live);
	}
	score += m->n;
	memcpy(ret, &score, sizeof(score));
}

static bool have_lanes(void)
{
	return simd_on && __builtin_cpu_supports("avx2");
}
#endif

void metric_levenshtein_batch(
	struct metric *m, const struct sv *texts, size_t n, uint32_t *ret_distances)
{
	size_t i = 0;

#if defined(__x86_64__)
	if (m->small && m->n > 0 && m->n <= 32 && have_lanes()) {
		for (; i + LANES <= n; i += LANES) {
			bool fit = true;
			for (size_t k = 0; k < LANES; k++)
				fit = fit && texts[i + k].n <= METRIC_MAX && is_ascii(texts[i + k]);
			if (fit)
				levenshtein_lanes(m, texts + i, ret_distances + i);
			else
				for (size_t k = 0; k < LANES; k++)
					ret_distances[i + k] = metric_levenshtein(m, texts[i + k]);
		}
	}
#endif
	for (; i < n; i++)
		ret_distances[i] = metric_levenshtein(m, texts[i]);
}

/* ---- optimal string alignment (Hyyro 2003, section 4) ---- */

static uint32_t osa_small(const struct metric *m, struct sv text)
{
	uint64_t pv = ~UINT64_C(0), mv = 0, d0 = 0, eq_before = 0;
	uint32_t score = m->n;
	const unsigned last = m->n - 1;

	if (m->n == 0)
		return (uint32_t)text.n;
	for (size_t i = 0; i < text.n; i++) {
		const uint64_t eq = m->peq[(unsigned char)text.p[i]];
		const uint64_t swap = ((~d0 & eq) << 1) & eq_before;
		d0 = (((eq & pv) + pv) ^ pv) | eq | mv | swap;
		uint64_t hp = mv | ~(d0 | pv);
		const uint64_t hn = pv & d0;
		score += (uint32_t)((hp >> last) & 1) - (uint32_t)((hn >> last) & 1);
		hp = hp << 1 | 1;
		pv = hn << 1 | ~(d0 | hp);
		mv = hp & d0;
		eq_before = eq;
	}
	return score;
}

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static uint32_t osa_rows(struct metric *m, const struct points *b)
{
	const uint32_t width = m->n + 1;
	uint32_t *before = m->rows, *prev = before + width, *cur = prev + width;

	for (uint32_t i = 0; i < width; i++)
		prev[i] = i;
	for (uint32_t j = 1; j <= b->n; j++) {
		cur[0] = j;
		for (uint32_t i = 1; i <= m->n; i++) {
			const uint32_t cost = m->a.p[i - 1] != b->p[j - 1];
			uint32_t d = min3(prev[i] + 1, cur[i - 1] + 1, prev[i - 1] + cost);
			if (i > 1 && j > 1 && m->a.p[i - 1] == b->p[j - 2] &&
				m->a.p[i - 2] == b->p[j - 1] && before[i - 2] + 1 < d)
				d = before[i - 2] + 1;
			cur[i] = d;
		}
		uint32_t *t = before;
		before = prev;
		prev = cur;
		cur = t;
	}
	return prev[m->n];
}

uint32_t metric_osa(struct metric *m, struct sv text)
{
	text = metric_cut(text);
	if (m->small && is_ascii(text))
		return osa_small(m, text);
	prepare(m);
	metric_decode(text, &m->b);
	return osa_rows(m, &m->b);
}

/* ---- Damerau-Levenshtein (Lowrance, Wagner 1975) ---- */

/* The whole table is needed: where a letter was last seen may be far back. NULL without memory. */
static uint32_t *damerau_table(struct metric *m, size_t cells)
{
	if (cells > m->rows_cap) {
		uint32_t *p = realloc(m->rows, cells * sizeof(*p));
		if (p == NULL)
			return NULL;
		m->rows = p;
		m->rows_cap = cells;
	}
	return m->rows;
}

uint32_t metric_damerau(struct metric *m, struct sv text)
{
	prepare(m);
	metric_decode(metric_cut(text), &m->b);
	const uint32_t n = m->n, k = m->b.n;
	const size_t width = (size_t)k + 1;
	/* Last row in which each symbol stood: behind the table. */
	uint32_t *d = damerau_table(m, (n + 1) * width + m->symbols);

	if (d == NULL)
		return osa_rows(m, &m->b);
	uint32_t *seen = d + (n + 1) * width;
	memset(seen, 0, m->symbols * sizeof(*seen));
	for (uint32_t i = 0; i <= n; i++)
		d[i * width] = i;
	for (uint32_t j = 0; j <= k; j++)
		d[j] = j;
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t match_col = 0;
		for (uint32_t j = 1; j <= k; j++) {
			const uint32_t row = seen[symbol_of(m, m->b.p[j - 1])], col = match_col;
			const bool same = m->a.p[i - 1] == m->b.p[j - 1];
			uint32_t v = min3(d[(i - 1) * width + j] + 1, d[i * width + j - 1] + 1,
				d[(i - 1) * width + j - 1] + !same);
			if (row > 0 && col > 0) {
				const uint32_t swapped = d[(row - 1) * width + col - 1] +
							 (i - row - 1) + 1 + (j - col - 1);
				v = swapped < v ? swapped : v;
			}
			if (same)
				match_col = j;
			d[i * width + j] = v;
		}
		seen[symbol_of(m, m->a.p[i - 1])] = i;
	}
	return d[n * width + k];
}

uint32_t metric_hamming(struct metric *m, struct sv text)
{
	prepare(m);
	metric_decode(metric_cut(text), &m->b);
	const uint32_t shorter = MIN(m->n, m->b.n), longer = MAX(m->n, m->b.n);
	uint32_t d = longer - shorter;

	for (uint32_t i = 0; i < shorter; i++)
		d += m->a.p[i] != m->b.p[i];
	return d;
}

/* ---- longest common subsequence ---- */

uint32_t metric_lcs(struct metric *m, struct sv text)
{
	text = metric_cut(text);
	if (m->small && is_ascii(text)) {
		uint64_t s = ~UINT64_C(0);
		for (size_t i = 0; i < text.n; i++) {
			const uint64_t u = s & m->peq[(unsigned char)text.p[i]];
			s = (s + u) | (s - u);
		}
		return m->n == 0 ? 0
				 : (uint32_t)__builtin_popcountll(
					   ~s & (~UINT64_C(0) >> (64 - m->n)));
	}
	prepare(m);
	metric_decode(text, &m->b);
	uint64_t *s = m->vec;
	uint32_t common = 0;

	memset(s, 0xff, m->words * sizeof(*s));
	for (uint32_t j = 0; j < m->b.n; j++) {
		const uint64_t *eq = bits_of(m, m->b.p[j]);
		uint64_t carry = 0;
		for (uint32_t w = 0; w < m->words; w++) {
			const uint64_t u = s[w] & eq[w];
			uint64_t sum, over;
			over = (uint64_t)__builtin_add_overflow(s[w], u, &sum);
			over |= (uint64_t)__builtin_add_overflow(sum, carry, &sum);
			carry = over;
			s[w] = sum | (s[w] - u);
		}
	}
	for (uint32_t i = 0; i < m->n; i++)
		common += (uint32_t)((~s[i / 64] >> (i % 64)) & 1);
	return common;
}

/* ---- similarities ---- */

static uint32_t text_length(const struct metric *m, struct sv text)
{
	return m->small && is_ascii(text) ? (uint32_t)text.n : m->b.n;
}

static int32_t similarity(uint32_t distance, uint32_t a, uint32_t b)
{
	const uint32_t longer = MAX(a, b);

	return longer == 0 ? METRIC_ONE : metric_fraction(longer - distance, longer);
}

int32_t metric_levenshtein_similarity(struct metric *m, struct sv text)
{
	text = metric_cut(text);
	const uint32_t d = metric_levenshtein(m, text);

	return similarity(d, m->n, text_length(m, text));
}

int32_t metric_osa_similarity(struct metric *m, struct sv text)
{
	text = metric_cut(text);
	const uint32_t d = metric_osa(m, text);

	return similarity(d, m->n, text_length(m, text));
}

int32_t metric_ratio(struct metric *m, struct sv text)
{
	text = metric_cut(text);
	const uint32_t common = metric_lcs(m, text), both = m->n + text_length(m, text);

	return both == 0 ? METRIC_ONE : metric_fraction(2 * (uint64_t)common, both);
}

/* ---- Jaro, Winkler ---- */

struct jaro {
	uint32_t a, b, common, swapped; /* swapped: common characters out of order, not halved */
	uint32_t prefix;		/* equal first characters, at most 4 */
};

/* (c/a + c/b + (c - t)/c) / 3 as one fraction. */
static void jaro_fraction(const struct jaro *j, uint64_t *ret_num, uint64_t *ret_den)
{
	const uint64_t a = j->a, b = j->b, c = j->common, t = j->swapped / 2;

	if (a == 0 || b == 0 || c == 0) {
		*ret_num = a == 0 && b == 0;
		*ret_den = 1;
		return;
	}
	*ret_num = c * c * (a + b) + (c - t) * a * b;
	*ret_den = 3 * a * b * c;
}

static int32_t jaro_millionths(const struct jaro *j)
{
	uint64_t num, den;

	jaro_fraction(j, &num, &den);
	return metric_fraction(num, den);
}

static int32_t winkler_millionths(const struct jaro *j)
{
	uint64_t num, den;

	jaro_fraction(j, &num, &den);
	if (num * 10 > den * 7) {
		num = num * (10 - j->prefix) + den * j->prefix;
		den *= 10;
	}
	assert(den > 0);
	return (int32_t)(((unsigned __int128)num * METRIC_ONE + den / 2) / den);
}

static uint32_t jaro_window(uint32_t a, uint32_t b)
{
	const uint32_t half = MAX(a, b) / 2;

	return half > 0 ? half - 1 : 0;
}

/* What two texts of at most 64 ASCII characters have in common. */
struct common {
	uint64_t in_a, in_b; /* positions */
	uint32_t n;
};

static inline uint32_t prefix_of(const struct metric *m, struct sv text)
{
	const uint32_t n = MIN(m->n, 4u), most = MIN((uint32_t)text.n, n);
	uint32_t prefix = 0;

	while (prefix < most && m->pattern.p[prefix] == text.p[prefix])
		prefix++;
	return prefix;
}

__attribute__((always_inline)) static inline struct common find_common(
	const struct metric *m, struct sv text)
{
	const uint32_t n = (uint32_t)text.n, window = jaro_window(m->n, n);
	struct common c = {0};
	/* Bits of the pattern within the window of position j. */
	uint64_t reach = window >= 63 ? ~UINT64_C(0) : (UINT64_C(1) << (window + 1)) - 1;

	for (uint32_t j = 0; j < n; j++) {
		const uint64_t hit = m->peq[(unsigned char)text.p[j]] & reach & ~c.in_a;
		c.in_a |= hit & -hit;
		c.in_b |= (uint64_t)(hit != 0) << j;
		reach = reach << 1 | (j < window);
	}
	c.n = (uint32_t)__builtin_popcountll(c.in_a);
	return c;
}

/* Common characters that do not come in the same order. */
__attribute__((always_inline)) static inline uint32_t count_swapped(
	const struct metric *m, struct sv text, const struct common *c)
{
	uint32_t swapped = 0;

	for (uint64_t x = c->in_a, y = c->in_b; x; x &= x - 1, y &= y - 1) {
		const unsigned j = (unsigned)__builtin_ctzll(y);
		swapped += (m->peq[(unsigned char)text.p[j]] & x & -x) == 0;
	}
	return swapped;
}

__attribute__((always_inline)) static inline void jaro_of(
	const struct metric *m, struct sv text, struct jaro *ret)
{
	const struct common c = find_common(m, text);

	*ret = (struct jaro){.a = m->n, .b = (uint32_t)text.n, .common = c.n,
		.swapped = count_swapped(m, text, &c), .prefix = prefix_of(m, text)};
}

/* Is the similarity of so much in common at least so many millionths? Without dividing. */
static inline bool is_least(const struct jaro *j, int32_t least)
{
	uint64_t num, den;

	jaro_fraction(j, &num, &den);
	if (num * 10 > den * 7) {
		num = num * (10 - j->prefix) + den * j->prefix;
		den *= 10;
	}
	return num * METRIC_ONE + den / 2 >= (uint64_t)least * den;
}

/* Most pairs are decided before it is known how many characters are swapped, many by their lengths. */
__attribute__((always_inline)) static inline bool least_of(
	const struct metric *m, struct sv text, int32_t least)
{
	struct jaro j = {.a = m->n, .b = (uint32_t)text.n, .prefix = prefix_of(m, text)};

	j.common = MIN(j.a, j.b);
	if (!is_least(&j, least))
		return false;
	const struct common c = find_common(m, text);
	j.common = c.n;
	if (!is_least(&j, least))
		return false;
	j.swapped = c.n; /* all of them */
	if (is_least(&j, least))
		return true;
	j.swapped = count_swapped(m, text, &c);
	return is_least(&j, least);
}

static void jaro_plain(const struct metric *m, struct sv text, struct jaro *ret)
{
	jaro_of(m, text, ret);
}

static bool least_plain(const struct metric *m, struct sv text, int32_t least)
{
	return least_of(m, text, least);
}

#if defined(__x86_64__)
/* The same with single instructions for lowest bits and for counting them. */
__attribute__((target("bmi,bmi2,popcnt"))) static void jaro_bits(
	const struct metric *m, struct sv text, struct jaro *ret)
{
	jaro_of(m, text, ret);
}

__attribute__((target("bmi,bmi2,popcnt"))) static bool least_bits(
	const struct metric *m, struct sv text, int32_t least)
{
	return least_of(m, text, least);
}

static bool have_bits(void)
{
	return simd_on && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}
#else
#define jaro_bits jaro_plain
#define least_bits least_plain

static bool have_bits(void)
{
	return false;
}
#endif

/* Both of at most 64 ASCII characters. */
static void jaro_small(const struct metric *m, struct sv text, struct jaro *ret)
{
	if (have_bits())
		jaro_bits(m, text, ret);
	else
		jaro_plain(m, text, ret);
}

static void jaro_points(struct metric *m, const struct points *b, struct jaro *ret)
{
	const uint32_t window = jaro_window(m->n, b->n);
	uint8_t *in_a = (uint8_t *)m->rows, *in_b = in_a + METRIC_MAX;

	memset(in_a, 0, 2 * METRIC_MAX);
	*ret = (struct jaro){.a = m->n, .b = b->n};
	for (uint32_t j = 0; j < b->n; j++) {
		const uint32_t lo = j > window ? j - window : 0;
		for (uint32_t i = lo; i < m->n && i <= j + window; i++) {
			if (!in_a[i] && m->a.p[i] == b->p[j]) {
				in_a[i] = in_b[j] = 1;
				ret->common++;
				break;
			}
		}
	}
	for (uint32_t i = 0, j = 0; i < m->n; i++) {
		if (!in_a[i])
			continue;
		while (!in_b[j])
			j++;
		ret->swapped += m->a.p[i] != b->p[j++];
	}
	while (ret->prefix < 4 && ret->prefix < m->n && ret->prefix < b->n &&
		m->a.p[ret->prefix] == b->p[ret->prefix])
		ret->prefix++;
}

static struct jaro jaro(struct metric *m, struct sv text)
{
	struct jaro j;

	text = metric_cut(text);
	if (m->small && text.n <= 64 && is_ascii(text)) {
		jaro_small(m, text, &j);
	} else {
		prepare(m);
		metric_decode(text, &m->b);
		jaro_points(m, &m->b, &j);
	}
	return j;
}

int32_t metric_jaro(struct metric *m, struct sv text)
{
	const struct jaro j = jaro(m, text);

	return jaro_millionths(&j);
}

int32_t metric_jaro_winkler(struct metric *m, struct sv text)
{
	const struct jaro j = jaro(m, text);

	return winkler_millionths(&j);
}

bool metric_jaro_winkler_least(struct metric *m, struct sv text, int32_t least)
{
	if (least <= 0)
		return true;
	if (!m->small || text.n > 64 || !is_ascii(text))
		return metric_jaro_winkler(m, text) >= least;
	return have_bits() ? least_bits(m, text, least) : least_plain(m, text, least);
}

void metric_jaro_winkler_batch(
	struct metric *m, const struct sv *texts, size_t n, int32_t *ret_similarities)
{
	for (size_t i = 0; i < n; i++)
		ret_similarities[i] = metric_jaro_winkler(m, texts[i]);
}

int32_t metric_jaro_winkler_long(struct metric *m, struct sv text)
{
	const struct jaro j = jaro(m, text);
	const int64_t w = winkler_millionths(&j);
	const uint32_t shorter = MIN(j.a, j.b);

	if (shorter <= 4 || j.common <= j.prefix + 1 || 2 * j.common < shorter + j.prefix ||
		10 * w <= 7 * (int64_t)METRIC_ONE)
		return (int32_t)w;
	const int64_t num = (int64_t)j.common - j.prefix - 1;
	const int64_t den = (int64_t)j.a + j.b - 2 * (int64_t)j.prefix + 2;
	return (int32_t)(w + ((METRIC_ONE - w) * num + den / 2) / den);
}
