#ifndef MATCH_METRIC_H
#define MATCH_METRIC_H
/*
 * String similarity over Unicode code points, exact and in integers: a distance is a count, a
 * similarity is in millionths (METRIC_ONE = equal), rounded to nearest from the exact fraction.
 *
 * One struct metric per thread holds a prepared pattern and scratch memory; many texts are then
 * compared with that pattern. Only the first METRIC_MAX code points of a text count, which bounds
 * the time of one comparison. Invalid UTF-8 must not come in (readers reject it).
 *
 * Sources: Myers 1999, "A fast bit-vector algorithm for approximate string matching"; Hyyro 2003,
 * "A bit-vector algorithm for computing Levenshtein and Damerau edit distances"; Hyyro 2004, bit-parallel
 * LCS; Jaro 1989; Winkler 1990; token set and token sort as RapidFuzz documents them. Results equal
 * the vectors that jellyfish publishes.
 */
#include "base/base.h"
#include "base/sv.h"

#define METRIC_ONE 1000000
#define METRIC_MAX 4096u

struct metric;

/* NULL without memory. */
struct metric *metric_new(void);
void metric_free(struct metric **m); /* also the CLEANUP function */

/* Prepares the pattern that the functions below compare with. The text must stay valid as long. */
void metric_pattern(struct metric *m, struct sv pattern);

/* The same for a text whose bytes never change while m lives: nothing is done when it is the pattern
 * already. */
void metric_pattern_kept(struct metric *m, struct sv pattern);

/* Edit operations: insert, delete, replace. */
uint32_t metric_levenshtein(struct metric *m, struct sv text);
/* The same, of n texts: several at a time where the CPU can. */
void metric_levenshtein_batch(
	struct metric *m, const struct sv *texts, size_t n, uint32_t *ret_distances);
/* And swaps of neighbours, no part edited twice (optimal string alignment). */
uint32_t metric_osa(struct metric *m, struct sv text);
/* And swaps with edits between (Damerau-Levenshtein, unrestricted). O(n m). */
uint32_t metric_damerau(struct metric *m, struct sv text);
/* Positions that differ; the longer tail counts whole. */
uint32_t metric_hamming(struct metric *m, struct sv text);
/* Length of the longest common subsequence. */
uint32_t metric_lcs(struct metric *m, struct sv text);

/* 1 - distance / longer length; two empty texts are equal. */
int32_t metric_levenshtein_similarity(struct metric *m, struct sv text);
int32_t metric_osa_similarity(struct metric *m, struct sv text);
/* 2 LCS / (length + length): RapidFuzz's ratio. */
int32_t metric_ratio(struct metric *m, struct sv text);
int32_t metric_jaro(struct metric *m, struct sv text);
/* Jaro, raised by a tenth of what is missing for each of up to 4 equal first letters, over 0.7. */
int32_t metric_jaro_winkler(struct metric *m, struct sv text);
/* Is it at least so much? The same answer, mostly before the exact value is known. */
bool metric_jaro_winkler_least(struct metric *m, struct sv text, int32_t least);
void metric_jaro_winkler_batch(
	struct metric *m, const struct sv *texts, size_t n, int32_t *ret_similarities);
/* As above with Winkler's adjustment for long strings. */
int32_t metric_jaro_winkler_long(struct metric *m, struct sv text);

/* Words at blanks. Sort: ratio of the sorted words joined; set: best of the common and own words. */
int32_t metric_token_sort(struct metric *m, struct sv text);
int32_t metric_token_set(struct metric *m, struct sv text);
/* Sets of q-grams (q 1..8), or of words with q == 0. Two empty sets are equal. */
int32_t metric_jaccard(struct metric *m, struct sv text, unsigned q);
/* Counted q-grams as vectors. */
int32_t metric_cosine(struct metric *m, struct sv text, unsigned q);

/* Whether the vector paths are used; tests switch them off to compare with the scalar twins. */
bool metric_use_simd(bool on);

#endif
