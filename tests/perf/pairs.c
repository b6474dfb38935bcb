/* Reading and comparing pairs. */
#include "pairs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define KINDS_MAX 16
static const char *const KINDS[] = {"1:1", "1:n", "n:1", "n:m", "partial", "net", "same"};

_Noreturn void die(const char *what)
{
	fprintf(stderr, "recon-score: %s: %s\n", what, errno ? strerror(errno) : "not understood");
	exit(1);
}

void *resize(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (p == NULL)
		die("memory");
	return p;
}

void pairs_add(struct pairs *s, uint64_t key, size_t kind, int status)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 4096;
		s->p = resize(s->p, s->cap * sizeof(*s->p));
	}
	s->p[s->n++] = (struct true_pair){key, (uint16_t)kind, (uint16_t)status, false, false};
}

static int pair_cmp(const void *a, const void *b)
{
	const struct true_pair *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

size_t csv_cut(char *line, char **cells, size_t cap)
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

void pairs_sort(struct pairs *s)
{
	if (s->n > 0)
		qsort(s->p, s->n, sizeof(*s->p), pair_cmp);
}

const char *pairs_kind(size_t kind)
{
	return kind < ARRAY_LEN(KINDS) ? KINDS[kind] : "";
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
			rows[turn] =
				resize(rows[turn], (cap = cap ? cap * 2 : 8) * sizeof(uint32_t));
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
			pairs_add(s,
				UINT64_C(1) << 63 | (uint64_t)MIN(one[i], one[j]) << 32 |
					MAX(one[i], one[j]),
				kind, status);
}

int csv_column(char **cells, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(cells[i], name) == 0)
			return (int)i;
	return -1;
}

struct pairs pairs_read(const char *path)
{
	struct pairs s = {0};
	char *line = NULL, *cells[64];
	size_t cap = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL || getline(&line, &cap, f) < 0)
		die(path);
	size_t n = csv_cut(line, cells, ARRAY_LEN(cells));
	const int kind = csv_column(cells, n, "kind"), status = csv_column(cells, n, "status");
	const int left = csv_column(cells, n, "left_rows"),
		  right = csv_column(cells, n, "right_rows");
	const int evidence = csv_column(cells, n, "evidence");
	if (kind < 0 || left < 0 || right < 0)
		die(path);
	while (getline(&line, &cap, f) > 0) {
		n = csv_cut(line, cells, ARRAY_LEN(cells));
		if ((int)n <= MAX(left, right))
			die(path);
		const char *word = status < 0 ? "confirmed" : cells[status];
		const size_t before = s.n;
		if (strcmp(word, "confirmed") == 0 || strcmp(word, "suggested") == 0)
			expand(&s, kind_of(cells[kind]), *word == 'c' ? CONFIRMED : SUGGESTED,
				cells[left], cells[right]);
		const bool equals = evidence >= 0 && (int)n > evidence &&
				    strstr(cells[evidence], "; interchangeable") != NULL;
		const bool bulk = equals && strncmp(cells[kind], "n:m", 3) == 0;
		for (size_t i = before; equals && i < s.n; i++)
			s.p[i].interchangeable = true, s.p[i].bulk = bulk;
	}
	free(line);
	fclose(f);
	pairs_sort(&s);
	return s;
}

const struct true_pair *pairs_find(const struct pairs *s, uint64_t key)
{
	const struct true_pair want = {.key = key};

	return s->n ? bsearch(&want, s->p, s->n, sizeof(*s->p), pair_cmp) : NULL;
}

double ratio(size_t a, size_t b)
{
	return b ? (double)a / (double)b : 1.0;
}

void score_print(const char *name, const struct score *s)
{
	const double p = ratio(s->right, s->said), r = ratio(s->right, s->truth);

	printf("%-9s true %9zu said %9zu  P %.4f  R %.4f  F1 %.4f  confirmed %9zu  P(confirmed) "
	       "%.5f\n",
		name, s->truth, s->said, p, r, p + r > 0 ? 2 * p * r / (p + r) : 0.0, s->sure,
		ratio(s->sure_right, s->sure));
}

struct score pairs_score(const struct pairs *truth, const struct pairs *said, bool by_kind)
{
	struct score all = {.truth = truth->n, .said = said->n}, kinds[KINDS_MAX] = {0};

	for (size_t i = 0; i < truth->n; i++)
		kinds[truth->p[i].kind].truth++;
	for (size_t i = 0; i < said->n; i++) {
		const struct true_pair *t = pairs_find(truth, said->p[i].key);
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
			score_print(KINDS[i], &kinds[i]);
	return all;
}
