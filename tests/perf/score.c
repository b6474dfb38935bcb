/*
 * Compares what the engine wrote with the truth of the generator, over pairs (left row, right row)
 * with groups expanded, the measure of record linkage:
 *   recon-score TRUTH.csv MATCHES.csv          precision, recall, F1 by kind and in all
 *   recon-score --baseline LEFT.csv RIGHT.csv TRUTH.csv
 *                                              how hard the files are, and what two simple rules get
 * Pairs of one side (netting) count as (row, row) of that side.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/date.h"
#include "base/decimal.h"

enum { CONFIRMED = 1, SUGGESTED = 2 };

struct pair {
	uint64_t key; /* left << 32 | right; bit 63: both of one side */
	uint16_t kind;
	uint16_t status;
};

struct pairs {
	struct pair *p;
	size_t n, cap;
};

#define KINDS_MAX 16
static const char *const KINDS[] = {"1:1", "1:n", "n:1", "n:m", "partial", "net", "same"};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "recon-score: %s: %s\n", what, errno ? strerror(errno) : "not understood");
	exit(1);
}

static void *resize(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (p == NULL)
		die("memory");
	return p;
}

static void pairs_add(struct pairs *s, uint64_t key, size_t kind, int status)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 4096;
		s->p = resize(s->p, s->cap * sizeof(*s->p));
	}
	s->p[s->n++] = (struct pair){key, (uint16_t)kind, (uint16_t)status};
}

static int pair_cmp(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* Cuts one CSV line in place; quoted cells lose their quotes. Returns the number of cells. */
static size_t cut(char *line, char **cells, size_t cap)
{
	size_t n = 0;
	char *p = line;

	while (n < cap) {
		if (*p == '"') {
			char *out = ++p;
			cells[n++] = out;
			while (*p && !(p[0] == '"' && p[1] != '"')) {
				p += p[0] == '"';
				*out++ = *p++;
			}
			p += *p == '"';
			const char end = *p;
			*out = '\0';
			if (end != ',')
				return n;
			p++;
		} else {
			cells[n++] = p;
			p += strcspn(p, ",\r\n");
			const char end = *p;
			*p = '\0';
			if (end != ',')
				return n;
			p++;
		}
	}
	return n;
}

static size_t kind_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
		if (strncmp(name, KINDS[i], strlen(KINDS[i])) == 0)
			return i;
	return 0;
}

static size_t list(char *cell, uint32_t **ret)
{
	static uint32_t *rows[2];
	static int turn;
	size_t n = 0, cap = 0;
	char *save = NULL;

	turn = !turn;
	free(rows[turn]);
	rows[turn] = NULL;
	for (char *s = strtok_r(cell, ";", &save); s; s = strtok_r(NULL, ";", &save)) {
		if (n == cap)
			rows[turn] = resize(rows[turn], (cap = cap ? cap * 2 : 8) * sizeof(uint32_t));
		rows[turn][n++] = (uint32_t)strtoul(s, NULL, 10);
	}
	*ret = rows[turn];
	return n;
}

static void expand(struct pairs *s, size_t kind, int status, char *left, char *right)
{
	uint32_t *l, *r;
	const size_t nl = list(left, &l), nr = list(right, &r);

	for (size_t i = 0; i < nl; i++)
		for (size_t j = 0; j < nr; j++)
			pairs_add(s, (uint64_t)l[i] << 32 | r[j], kind, status);
	const uint32_t *one = nl ? l : r;
	for (size_t i = 0; (nl == 0 || nr == 0) && i < nl + nr; i++)
		for (size_t j = i + 1; j < nl + nr; j++)
			pairs_add(s, UINT64_C(1) << 63 | (uint64_t)MIN(one[i], one[j]) << 32 |
				MAX(one[i], one[j]), kind, status);
}

static int column(char **cells, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(cells[i], name) == 0)
			return (int)i;
	return -1;
}

static struct pairs read_pairs(const char *path)
{
	struct pairs s = {0};
	char *line = NULL, *cells[64];
	size_t cap = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL || getline(&line, &cap, f) < 0)
		die(path);
	size_t n = cut(line, cells, ARRAY_LEN(cells));
	const int kind = column(cells, n, "kind"), status = column(cells, n, "status");
	const int left = column(cells, n, "left_rows"), right = column(cells, n, "right_rows");
	if (kind < 0 || left < 0 || right < 0)
		die(path);
	while (getline(&line, &cap, f) > 0) {
		n = cut(line, cells, ARRAY_LEN(cells));
		if ((int)n <= MAX(left, right))
			die(path);
		const char *word = status < 0 ? "confirmed" : cells[status];
		if (strcmp(word, "confirmed") == 0 || strcmp(word, "suggested") == 0)
			expand(&s, kind_of(cells[kind]), *word == 'c' ? CONFIRMED : SUGGESTED,
				cells[left], cells[right]);
	}
	free(line);
	fclose(f);
	if (s.n > 0)
		qsort(s.p, s.n, sizeof(*s.p), pair_cmp);
	return s;
}

static const struct pair *find(const struct pairs *s, uint64_t key)
{
	const struct pair want = {.key = key};

	return s->n ? bsearch(&want, s->p, s->n, sizeof(*s->p), pair_cmp) : NULL;
}

struct score {
	size_t truth, said, right, sure, sure_right;
};

static double ratio(size_t a, size_t b)
{
	return b ? (double)a / (double)b : 1.0;
}

static void print_score(const char *name, const struct score *s)
{
	const double p = ratio(s->right, s->said), r = ratio(s->right, s->truth);

	printf("%-9s true %9zu said %9zu  P %.4f  R %.4f  F1 %.4f  confirmed %9zu  P(confirmed) %.5f\n",
		name, s->truth, s->said, p, r, p + r > 0 ? 2 * p * r / (p + r) : 0.0, s->sure,
		ratio(s->sure_right, s->sure));
}

/* A pair said counts under the kind of the true match if it is right, else under the kind said. */
static struct score score(const struct pairs *truth, const struct pairs *said, bool by_kind)
{
	struct score all = {.truth = truth->n, .said = said->n}, kinds[KINDS_MAX] = {0};

	for (size_t i = 0; i < truth->n; i++)
		kinds[truth->p[i].kind].truth++;
	for (size_t i = 0; i < said->n; i++) {
		const struct pair *t = find(truth, said->p[i].key);
		struct score *k = &kinds[t ? t->kind : said->p[i].kind];
		const bool sure = said->p[i].status == CONFIRMED;
		k->said++;
		k->right += t != NULL;
		k->sure += sure;
		k->sure_right += sure && t != NULL;
		all.right += t != NULL;
		all.sure += sure;
		all.sure_right += sure && t != NULL;
	}
	for (size_t i = 0; by_kind && i < ARRAY_LEN(KINDS); i++)
		if (kinds[i].truth || kinds[i].said)
			print_score(KINDS[i], &kinds[i]);
	return all;
}

/* Of a generated file: what a simple rule looks at. */
struct simple {
	int64_t amount;
	int32_t day;
	uint32_t row;
	char memo[64];
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
	struct simple *s = NULL;
	char *line = NULL, *cells[256];
	size_t cap = 0, n = 0, room = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL || getline(&line, &cap, f) < 0)
		die(path);
	const size_t c = cut(line, cells, ARRAY_LEN(cells));
	const int amount = column(cells, c, "amount"), date = column(cells, c, "date");
	const int memo = column(cells, c, "memo");
	if (amount < 0 || date < 0 || memo < 0)
		die(path);
	const int later = MAX(amount, date), last = MAX(later, memo);
	while (getline(&line, &cap, f) > 0) {
		if ((int)cut(line, cells, ARRAY_LEN(cells)) <= last)
			die(path);
		if (n == room)
			s = resize(s, (room = room ? room * 2 : 4096) * sizeof(*s));
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

static void print_hardness(
	const struct pairs *truth, const struct simple *l, const struct simple *r)
{
	size_t pairs = 0, amount = 0, memo = 0;
	int32_t most = 0;

	for (size_t i = 0; i < truth->n; i++) {
		if (truth->p[i].key >> 63)
			continue;
		const struct simple *a = &l[(truth->p[i].key >> 32) - 1];
		const struct simple *b = &r[(uint32_t)truth->p[i].key - 1];
		pairs++;
		amount += a->amount == b->amount;
		memo += strcmp(a->memo, b->memo) == 0;
		most = MAX(most, b->day - a->day);
	}
	printf("true pairs %zu  amount agrees %.3f  memo agrees %.3f  largest delay %d days\n", pairs,
		ratio(amount, pairs), ratio(memo, pairs), (int)most);
}

/* Same amount, 0..4 days later. all: every such pair; else each row once, the nearest day first come. */
static struct pairs rule_amount(const struct simple *l, size_t nl, const struct simple *r, size_t nr,
	bool all)
{
	struct pairs s = {0};
	bool *used = resize(NULL, nr);
	size_t lo = 0;

	memset(used, 0, nr);
	for (size_t i = 0; i < nl; i++) {
		while (lo < nr && (r[lo].amount < l[i].amount ||
					  (r[lo].amount == l[i].amount && r[lo].day < l[i].day)))
			lo++;
		for (size_t j = lo; j < nr && r[j].amount == l[i].amount && r[j].day <= l[i].day + 4;
			j++) {
			if (!all && used[j])
				continue;
			used[j] = true;
			pairs_add(&s, (uint64_t)l[i].row << 32 | r[j].row, 0, SUGGESTED);
			if (!all)
				break;
		}
	}
	free(used);
	if (s.n > 0)
		qsort(s.p, s.n, sizeof(*s.p), pair_cmp);
	return s;
}

static void baseline(const char *left, const char *right, const char *truth_path)
{
	size_t nl, nr;
	struct simple *l = read_simple(left, &nl), *r = read_simple(right, &nr);
	struct pairs truth = read_pairs(truth_path);

	print_hardness(&truth, l, r);
	qsort(l, nl, sizeof(*l), simple_cmp);
	qsort(r, nr, sizeof(*r), simple_cmp);
	for (int all = 1; all >= 0; all--) {
		struct pairs s = rule_amount(l, nl, r, nr, all);
		const struct score sc = score(&truth, &s, false);
		print_score(all ? "join" : "greedy", &sc);
		free(s.p);
	}
	free(truth.p);
	free(l);
	free(r);
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "--baseline") == 0) {
		baseline(argv[2], argv[3], argv[4]);
		return 0;
	}
	if (argc != 3) {
		fputs("usage: recon-score TRUTH.csv MATCHES.csv\n"
		      "       recon-score --baseline LEFT.csv RIGHT.csv TRUTH.csv\n", stderr);
		return 2;
	}
	struct pairs truth = read_pairs(argv[1]), said = read_pairs(argv[2]);
	const struct score all = score(&truth, &said, true);

	print_score("all", &all);
	free(truth.p);
	free(said.p);
	return 0;
}
