/*
 * How hard a pair of generated files is, and what simple rules get on it: every pair of the same
 * amount within four days; the same taken greedily; and a greedy matcher that knows the bounds of
 * the scenario and takes the pair with the rarest shared words first.
 */
#include "pairs.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/date.h"
#include "base/decimal.h"

/* Of a generated file: what a simple rule looks at. */
struct simple {
	int64_t amount;
	int32_t day;
	uint32_t row;
	char memo[96];
};

static int simple_cmp(const void *a, const void *b)
{
	const struct simple *x = a, *y = b;

	if (x->amount != y->amount)
		return x->amount < y->amount ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static struct simple *read_simple(const char *path, size_t *ret_n)
{
	size_t room = 4096;
	struct simple *s = resize(NULL, room * sizeof(*s));
	char *line = NULL, *cells[256];
	size_t cap = 0, n = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL || getline(&line, &cap, f) < 0)
		die(path);
	const size_t c = csv_cut(line, cells, ARRAY_LEN(cells));
	const int amount = csv_column(cells, c, "amount"), date = csv_column(cells, c, "date");
	const int memo = csv_column(cells, c, "memo");
	if (amount < 0 || date < 0 || memo < 0)
		die(path);
	const int later = MAX(amount, date), last = MAX(later, memo);
	while (getline(&line, &cap, f) > 0) {
		if ((int)csv_cut(line, cells, ARRAY_LEN(cells)) <= last)
			die(path);
		if (n == room)
			s = resize(s, (room *= 2) * sizeof(*s));
		struct simple *v = &s[n++];
		v->row = (uint32_t)n;
		if (decimal_parse(sv_from_cstr(cells[amount]), (struct decimal_format){'.', 0}, 2,
			    &v->amount) != 0 ||
			date_parse(sv_from_cstr(cells[date]), DATE_YMD, &v->day) != 0)
			die(path);
		snprintf(v->memo, sizeof(v->memo), "%s", cells[memo]);
	}
	free(line);
	fclose(f);
	*ret_n = n;
	return s;
}

static size_t without_partner(const struct pairs *truth, size_t n, bool left)
{
	bool *has = resize(NULL, n + 1);
	size_t alone = 0;

	memset(has, 0, n + 1);
	for (size_t i = 0; i < truth->n; i++) {
		const uint64_t k = truth->p[i].key;
		if (!(k >> 63))
			has[left ? k >> 32 : (uint32_t)k] = true;
	}
	for (size_t i = 1; i <= n; i++)
		alone += !has[i];
	free(has);
	return alone;
}

struct sides {
	struct simple *l, *r;
	size_t nl, nr;
};

/* What makes the files hard; the shares of true pairs that a simple rule could live on. */
static void print_hardness(const struct pairs *truth, const struct sides *s)
{
	size_t pairs = 0, amount = 0, memo = 0;
	int32_t most = 0;

	for (size_t i = 0; i < truth->n; i++) {
		if (truth->p[i].key >> 63)
			continue;
		const struct simple *a = &s->l[(truth->p[i].key >> 32) - 1];
		const struct simple *b = &s->r[(uint32_t)truth->p[i].key - 1];
		pairs++;
		amount += a->amount == b->amount;
		memo += strcmp(a->memo, b->memo) == 0;
		most = MAX(most, b->day - a->day);
	}
	printf("true pairs %zu  amount agrees %.3f  memo agrees %.3f  largest delay %d days  "
	       "without "
	       "partner %.3f / %.3f\n",
		pairs, ratio(amount, pairs), ratio(memo, pairs), (int)most,
		ratio(without_partner(truth, s->nl, true), s->nl),
		ratio(without_partner(truth, s->nr, false), s->nr));
}

/* Same amount, 0..4 days later. all: every such pair; else each row once, the nearest day first
 * come. */
static struct pairs rule_amount(
	const struct simple *l, size_t nl, const struct simple *r, size_t nr, bool all)
{
	struct pairs s = {0};
	bool *used = resize(NULL, nr);
	size_t lo = 0;

	memset(used, 0, nr);
	for (size_t i = 0; i < nl; i++) {
		while (lo < nr && (r[lo].amount < l[i].amount ||
					  (r[lo].amount == l[i].amount && r[lo].day < l[i].day)))
			lo++;
		for (size_t j = lo;
			j < nr && r[j].amount == l[i].amount && r[j].day <= l[i].day + 4; j++) {
			if (!all && used[j])
				continue;
			used[j] = true;
			pairs_add(&s, (uint64_t)l[i].row << 32 | r[j].row, 0, SUGGESTED);
			if (!all)
				break;
		}
	}
	free(used);
	pairs_sort(&s);
	return s;
}

/* ---- greedy by rare words ---- */

#define WORDS_MAX 16
#define WORD_ROWS_MAX 300 /* words in more right rows than this are no key */
#define WORD_BITS 20

struct memo {
	uint32_t word[WORDS_MAX]; /* hashes, ascending, distinct */
	size_t n;
};

static int u32_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static struct memo memo_cut(const char *text)
{
	struct memo m = {0};
	size_t distinct = 0;

	while (*text && m.n < WORDS_MAX) {
		uint32_t h = 2166136261u; /* FNV-1a */
		while (*text && !isalnum((unsigned char)*text))
			text++;
		if (*text == '\0')
			break;
		for (; isalnum((unsigned char)*text); text++)
			h = (h ^ (uint32_t)tolower((unsigned char)*text)) * 16777619u;
		m.word[m.n++] = h >> (32 - WORD_BITS);
	}
	qsort(m.word, m.n, sizeof(*m.word), u32_cmp);
	for (size_t i = 0; i < m.n; i++)
		if (i == 0 || m.word[i] != m.word[i - 1])
			m.word[distinct++] = m.word[i];
	m.n = distinct;
	return m;
}

/* Right rows by word: rows[first[w]] .. rows[first[w + 1]]. */
struct index {
	uint32_t *first, *rows;
	struct memo *memo;
};

static struct index index_build(const struct simple *r, size_t n)
{
	const size_t words = (size_t)1 << WORD_BITS;
	struct index x = {.first = resize(NULL, (words + 2) * sizeof(uint32_t)),
		.memo = resize(NULL, n * sizeof(struct memo))};
	size_t total = 0;

	memset(x.first, 0, (words + 2) * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++) {
		x.memo[i] = memo_cut(r[i].memo);
		total += x.memo[i].n;
		for (size_t k = 0; k < x.memo[i].n; k++)
			x.first[x.memo[i].word[k] + 2]++;
	}
	for (size_t w = 2; w < words + 2; w++)
		x.first[w] += x.first[w - 1];
	x.rows = resize(NULL, total * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < x.memo[i].n; k++)
			x.rows[x.first[x.memo[i].word[k] + 1]++] = (uint32_t)i;
	return x;
}

struct offer {
	double bits;
	uint32_t l, r;
};

static int offer_cmp(const void *a, const void *b)
{
	const struct offer *x = a, *y = b;

	if (x->bits < y->bits || x->bits > y->bits)
		return x->bits < y->bits ? 1 : -1;
	if (x->l != y->l)
		return x->l < y->l ? -1 : 1;
	return (x->r > y->r) - (x->r < y->r);
}

/* Bits of the words that both memos have, less what the amounts differ; < 0: out of bounds. */
static double offer_bits(const struct index *x, const struct memo *m, const struct simple *a,
	const struct simple *b, uint32_t row, size_t n)
{
	const struct memo *other = &x->memo[row];
	const double off = a->amount > 0 && b->amount > 0
				   ? fabs(log((double)b->amount / (double)a->amount))
			   : a->amount == b->amount ? 0
						    : 9;
	double bits = 0;

	if (b->day < a->day || b->day > a->day + 21 || off > 0.13)
		return -1;
	for (size_t i = 0, k = 0; i < m->n && k < other->n;) {
		if (m->word[i] == other->word[k]) {
			const uint32_t w = m->word[i++];
			k++;
			bits += log2((double)n / (double)(x->first[w + 1] - x->first[w]));
		} else if (m->word[i] < other->word[k]) {
			i++;
		} else {
			k++;
		}
	}
	return bits - 10 * off;
}

static struct pairs rule_words(const struct sides *s)
{
	struct index x = index_build(s->r, s->nr);
	struct offer *offers = NULL;
	size_t n = 0, cap = 0;
	bool *used = resize(NULL, s->nl + s->nr);
	struct pairs out = {0};

	for (size_t i = 0; i < s->nl; i++) {
		const struct memo m = memo_cut(s->l[i].memo);
		for (size_t k = 0; k < m.n; k++) {
			const uint32_t from = x.first[m.word[k]], end = x.first[m.word[k] + 1];
			for (uint32_t at = from; end - from <= WORD_ROWS_MAX && at < end; at++) {
				const uint32_t j = x.rows[at];
				const double bits =
					offer_bits(&x, &m, &s->l[i], &s->r[j], j, s->nr);
				if (bits <= 0)
					continue;
				if (n == cap)
					offers = resize(offers,
						(cap = cap ? cap * 2 : 4096) * sizeof(*offers));
				offers[n++] = (struct offer){bits, (uint32_t)i, j};
			}
		}
	}
	if (n > 0)
		qsort(offers, n, sizeof(*offers), offer_cmp);
	memset(used, 0, s->nl + s->nr);
	for (size_t i = 0; i < n; i++) {
		bool *l = &used[offers[i].l], *r = &used[s->nl + offers[i].r];
		if (*l || *r)
			continue;
		pairs_add(&out, (uint64_t)s->l[offers[i].l].row << 32 | s->r[offers[i].r].row, 0,
			SUGGESTED);
		*l = *r = true;
	}
	pairs_sort(&out);
	free(x.first);
	free(x.rows);
	free(x.memo);
	free(offers);
	free(used);
	return out;
}

void baseline(const char *left, const char *right, const char *truth_path)
{
	struct pairs truth = pairs_read(truth_path);
	struct sides s = {0};

	s.l = read_simple(left, &s.nl);
	s.r = read_simple(right, &s.nr);
	print_hardness(&truth, &s);
	qsort(s.l, s.nl, sizeof(*s.l), simple_cmp);
	qsort(s.r, s.nr, sizeof(*s.r), simple_cmp);
	const struct {
		const char *name;
		struct pairs said;
	} rules[] = {
		{"join", rule_amount(s.l, s.nl, s.r, s.nr, true)},
		{"greedy", rule_amount(s.l, s.nl, s.r, s.nr, false)},
		{"words", rule_words(&s)},
	};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct score sc = pairs_score(&truth, &rules[i].said, false);
		score_print(rules[i].name, &sc);
		free(rules[i].said.p);
	}
	free(truth.p);
	free(s.l);
	free(s.r);
}
