#ifndef PERF_GEN_H
#define PERF_GEN_H
/*
 * What the scenarios of the generator share: a repeatable random source, rows of the two sides, and the
 * truth about which belong together. Rows are built in true order and shuffled when written, so
 * that nothing can be learned from the order of the files.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct rng {
	uint64_t s[4];
};

/* xoshiro256** (Blackman, Vigna 2018), seeded by splitmix64: the same on every machine. */
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Uniform in [lo, hi]. */
int64_t rng_range(struct rng *r, int64_t lo, int64_t hi);
/* True with probability per_mille / 1000. */
int rng_chance(struct rng *r, int per_mille);

#define REF_MAX 24
#define PARTY_MAX 40
#define MEMO_MAX 96

struct row {
	int64_t amount; /* cents */
	int32_t day;    /* since 1970-01-01 */
	uint32_t truth; /* 1-based number of the true match; 0: belongs to nothing */
	char ref[REF_MAX];
	char party[PARTY_MAX];
	char memo[MEMO_MAX];
};

struct rows {
	struct row *p;
	size_t n, cap;
};

struct advice {
	uint32_t left;       /* index into the left rows as built */
	uint32_t right;
	int64_t amount;
};

/* One generated pair of files. Truth numbers are taken from gen_truth(). */
struct gen {
	struct rng rng;
	struct rows left, right;
	struct advice *advice;
	size_t n_advice, cap_advice;
	uint32_t n_truth;
	const char **kinds; /* by truth number - 1 */
	size_t cap_kinds;
	int noise_columns;
};

/* Appends a zeroed row and returns it; valid until the next call. Ends the program without memory. */
struct row *gen_row(struct gen *g, struct rows *side);
/* A new true match of this kind ("1:1", "n:1" ...; a static string). */
uint32_t gen_truth(struct gen *g, const char *kind);
void gen_advise(struct gen *g, size_t left, size_t right, int64_t amount);

/* Made-up but pronounceable: a company, an invoice number, a memo naming both. */
void gen_party(uint64_t id, char out[PARTY_MAX]);
void gen_invoice(uint64_t id, char out[REF_MAX]);
/* Log-uniform cents between lo and hi. */
int64_t gen_amount(struct rng *r, int64_t lo, int64_t hi);
/* Damages a memo as banks do: cut, upper-cased, words dropped or replaced, letters mistyped. */
void gen_reword(struct rng *r, const char *in, char out[MEMO_MAX]);

/* A cell of column `column` of noise, 0-based: what kind of noise depends on the column alone. */
void gen_noise(struct rng *r, int column, FILE *f);

struct scenario {
	const char *name;
	const char *about;
	void (*make)(struct gen *g, size_t rows);
	int columns; /* COLS_* */
};

enum {
	COLS_REF = 1,
	COLS_PARTY = 2,
	COLS_ADVICE = 4,
};

extern const struct scenario gen_scenarios[];
extern const size_t gen_scenarios_len;

#endif
