/*
 * Writes two sides of the same money with a known truth: recon-gen SCENARIO ROWS SEED DIR gives
 * DIR/left.csv, right.csv, truth.csv (kind,left_rows,right_rows; 1-based data rows joined by ';') and,
 * where the scenario has one, advice.csv. The same arguments give the same bytes.
 */
#include "gen.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/date.h"

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "recon-gen: %s: %s\n", what, strerror(errno));
	exit(1);
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (size_t i = 0; i < ARRAY_LEN(r->s); i++) {
		uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		r->s[i] = z ^ (z >> 31);
	}
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s;
	const uint64_t result = rotl(s[1] * 5, 7) * 9;
	const uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

int64_t rng_range(struct rng *r, int64_t lo, int64_t hi)
{
	const uint64_t span = (uint64_t)(hi - lo) + 1;

	return lo + (int64_t)(((unsigned __int128)rng_next(r) * span) >> 64);
}

int rng_chance(struct rng *r, int per_mille)
{
	return rng_range(r, 0, 999) < per_mille;
}

static void *grow(void *p, size_t *cap, size_t n, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap ? *cap * 2 : 1024;
	p = realloc(p, *cap * size);
	if (p == NULL)
		die("memory");
	return p;
}

struct row *gen_row(struct gen *g UNUSED, struct rows *side)
{
	side->p = grow(side->p, &side->cap, side->n, sizeof(*side->p));
	struct row *row = &side->p[side->n++];
	memset(row, 0, sizeof(*row));
	return row;
}

uint32_t gen_truth(struct gen *g, const char *kind)
{
	g->kinds = grow(g->kinds, &g->cap_kinds, g->n_truth, sizeof(*g->kinds));
	g->kinds[g->n_truth] = kind;
	return ++g->n_truth;
}

void gen_advise(struct gen *g, size_t left, size_t right, int64_t amount)
{
	g->advice = grow(g->advice, &g->cap_advice, g->n_advice, sizeof(*g->advice));
	g->advice[g->n_advice++] = (struct advice){(uint32_t)left, (uint32_t)right, amount};
}

/* Position in the file of each row as built. */
static uint32_t *shuffle(struct rng *r, size_t n)
{
	uint32_t *order = calloc(n + 1, sizeof(*order));

	if (order == NULL)
		die("memory");
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	for (size_t i = n; i > 1; i--) {
		const size_t j = (size_t)rng_range(r, 0, (int64_t)i - 1);
		const uint32_t t = order[i - 1];
		order[i - 1] = order[j];
		order[j] = t;
	}
	return order;
}

static FILE *create(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "we");
	if (f == NULL)
		die(path);
	return f;
}

static void finish(FILE *f)
{
	if (ferror(f) || fclose(f) != 0)
		die("writing");
}

static void put_amount(FILE *f, int64_t cents)
{
	const uint64_t u = cents < 0 ? (uint64_t)-cents : (uint64_t)cents;

	fprintf(f, "%s%llu.%02llu", cents < 0 ? "-" : "", (unsigned long long)(u / 100),
		(unsigned long long)(u % 100));
}

static void put_day(FILE *f, int32_t day)
{
	int y, m, d;

	date_to_civil(day, &y, &m, &d);
	fprintf(f, "%04d-%02d-%02d", y, m, d);
}

static void write_side(struct gen *g, const struct scenario *sc, const struct rows *side,
	const uint32_t *order, char letter, const char *dir, const char *name)
{
	FILE *f = create(dir, name);

	fprintf(f, "id%s,date,amount%s,memo", sc->columns & COLS_REF ? ",ref" : "",
		sc->columns & COLS_PARTY ? ",party" : "");
	for (int c = 0; c < g->noise_columns; c++)
		fprintf(f, ",n%d", c + 1);
	fputc('\n', f);
	for (size_t i = 0; i < side->n; i++) {
		const struct row *row = &side->p[order[i]];
		fprintf(f, "%c%07zu", letter, i + 1);
		if (sc->columns & COLS_REF)
			fprintf(f, ",%s", row->ref);
		fputc(',', f);
		put_day(f, row->day);
		fputc(',', f);
		put_amount(f, row->amount);
		if (sc->columns & COLS_PARTY)
			fprintf(f, ",%s", row->party);
		fprintf(f, ",%s", row->memo);
		for (int c = 0; c < g->noise_columns; c++) {
			fputc(',', f);
			gen_noise(&g->rng, c, f);
		}
		fputc('\n', f);
	}
	finish(f);
}

struct member {
	uint32_t truth, pos;
};

static int member_cmp(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->truth != y->truth)
		return x->truth < y->truth ? -1 : 1;
	return (x->pos > y->pos) - (x->pos < y->pos);
}

static struct member *members(const struct rows *side, const uint32_t *order, size_t *ret_n)
{
	struct member *m = malloc((side->n ? side->n : 1) * sizeof(*m));
	size_t n = 0;

	if (m == NULL)
		die("memory");
	for (size_t i = 0; i < side->n; i++)
		if (side->p[order[i]].truth)
			m[n++] = (struct member){side->p[order[i]].truth, (uint32_t)i + 1};
	qsort(m, n, sizeof(*m), member_cmp);
	*ret_n = n;
	return m;
}

static size_t put_members(FILE *f, const struct member *m, size_t n, size_t at, uint32_t truth)
{
	fputc(',', f);
	for (int first = 1; at < n && m[at].truth == truth; at++, first = 0)
		fprintf(f, first ? "%u" : ";%u", m[at].pos);
	return at;
}

static void write_truth(struct gen *g, const uint32_t *lo, const uint32_t *ro, const char *dir)
{
	FILE *f = create(dir, "truth.csv");
	size_t nl, nr, il = 0, ir = 0;
	struct member *l = members(&g->left, lo, &nl), *r = members(&g->right, ro, &nr);

	fputs("kind,left_rows,right_rows\n", f);
	for (uint32_t t = 1; t <= g->n_truth; t++) {
		fputs(g->kinds[t - 1], f);
		il = put_members(f, l, nl, il, t);
		ir = put_members(f, r, nr, ir, t);
		fputc('\n', f);
	}
	free(l);
	free(r);
	finish(f);
}

static void write_advice(struct gen *g, const char *dir)
{
	FILE *f = create(dir, "advice.csv");

	fputs("of,names,amount\n", f);
	for (size_t i = 0; i < g->n_advice; i++) {
		fprintf(f, "%s,%s,", g->left.p[g->advice[i].left].ref,
			g->right.p[g->advice[i].right].ref);
		put_amount(f, g->advice[i].amount);
		fputc('\n', f);
	}
	finish(f);
}

static void run(const struct scenario *sc, size_t rows, uint64_t seed, int noise, const char *dir)
{
	struct gen g = {.noise_columns = noise};

	rng_seed(&g.rng, seed);
	sc->make(&g, rows);
	uint32_t *lo = shuffle(&g.rng, g.left.n), *ro = shuffle(&g.rng, g.right.n);
	write_side(&g, sc, &g.left, lo, 'L', dir, "left.csv");
	write_side(&g, sc, &g.right, ro, 'R', dir, "right.csv");
	write_truth(&g, lo, ro, dir);
	if (sc->columns & COLS_ADVICE)
		write_advice(&g, dir);
	printf("%s rows=%zu seed=%llu left=%zu right=%zu true_matches=%u\n", sc->name, rows,
		(unsigned long long)seed, g.left.n, g.right.n, g.n_truth);
	free(lo);
	free(ro);
	free(g.left.p);
	free(g.right.p);
	free(g.advice);
	free(g.kinds);
}

int main(int argc, char **argv)
{
	if (argc != 5 && argc != 6) {
		fputs("usage: recon-gen SCENARIO ROWS SEED DIR [NOISE-COLUMNS]\n", stderr);
		for (size_t i = 0; i < gen_scenarios_len; i++)
			fprintf(stderr, "  %-10s %s\n", gen_scenarios[i].name, gen_scenarios[i].about);
		return 2;
	}
	const unsigned long long rows = strtoull(argv[2], NULL, 10);
	const unsigned long long seed = strtoull(argv[3], NULL, 10);
	const long noise = argc == 6 ? strtol(argv[5], NULL, 10) : 0;

	if (rows == 0 || rows > 20000000 || noise < 0 || noise > 200) {
		fputs("recon-gen: ROWS is 1 to 20000000, NOISE-COLUMNS 0 to 200\n", stderr);
		return 2;
	}
	if (mkdir(argv[4], 0777) != 0 && errno != EEXIST)
		die(argv[4]);
	for (size_t i = 0; i < gen_scenarios_len; i++) {
		if (strcmp(argv[1], gen_scenarios[i].name) == 0) {
			run(&gen_scenarios[i], (size_t)rows, seed, (int)noise, argv[4]);
			return 0;
		}
	}
	fprintf(stderr, "recon-gen: no scenario \"%s\"\n", argv[1]);
	return 2;
}
