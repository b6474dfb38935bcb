#ifndef PERF_PAIRS_H
#define PERF_PAIRS_H
/*
 * Pairs (left row, right row) of a truth or of a result, groups expanded, and how two lists of them
 * compare. Pairs of one side (netting) count as (row, row) of that side. Failure ends the program.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONFIRMED = 1, SUGGESTED = 2 };

struct true_pair {
	uint64_t key; /* left << 32 | right, 1-based data rows; bit 63: both of one side */
	uint16_t kind;
	uint16_t status;
	bool interchangeable; /* as matches.csv says: its rows have equals */
	bool bulk;            /* so is an n:m match, which says who, but not who with whom */
};

struct pairs {
	struct true_pair *p;
	size_t n, cap;
};

struct score {
	size_t truth, said, right, sure, sure_right;
};

_Noreturn void die(const char *what);
void *resize(void *p, size_t n);
void pairs_add(struct pairs *s, uint64_t key, size_t kind, int status);
void pairs_sort(struct pairs *s);
/* Of truth.csv (all count as confirmed) or matches.csv (ambiguous ones are left out), sorted. */
struct pairs pairs_read(const char *path);
const char *pairs_kind(size_t kind); /* its word; static */
const struct true_pair *pairs_find(const struct pairs *s, uint64_t key);

/* Cuts one CSV line in place; quoted cells lose their quotes. Returns the number of cells. */
size_t csv_cut(char *line, char **cells, size_t cap);
/* Number of the named column; -1: there is none. */
int csv_column(char **cells, size_t n, const char *name);

/* A pair said counts under the kind of the true match if it is right, else under the kind said. */
struct score pairs_score(const struct pairs *truth, const struct pairs *said, bool print_by_kind);
void score_print(const char *name, const struct score *s);
double ratio(size_t a, size_t b); /* 1 when both are nothing */

/* classes.c: leaves of each interchangeable n:m match, which names every left with every right row, as
 * many pairs as it has rows on its smaller side, true ones first. Returns how many pairs went. */
size_t pairs_settle_bulk(const struct pairs *truth, struct pairs *said);
/* Gives each interchangeable pair of said that is wrong the place of a true pair that was
 * not said, where rows are equal in the named columns on both sides; returns how many got one. */
size_t pairs_exchange(const struct pairs *truth, struct pairs *said, const char *left_path,
	const char *right_path, char **columns, size_t ncolumns);

/* baseline.c: how hard generated files are, and what simple rules get on them. */
void baseline(const char *left, const char *right, const char *truth_path);

#endif
