#ifndef MATCH_ENGINE_H
#define MATCH_ENGINE_H
/*
 * What the engine's files share during one run; private to src/match. A run goes bind -> intern ->
 * per stage: block, score, assign, marginal, decide -> close. All bulk arrays are indexed by the
 * row of a side (inputs of a side follow each other) or by the value id of a field.
 *
 * Failure: the first error of any thread is kept in engine.error; par_for() stops handing out work
 * once it is set, and every phase checks engine_ok() before it goes on.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "base/base.h"
#include "col/col.h"
#include "match/match.h"
#include "match/metric.h"
#include "match/num.h"

#define LEFT RULES_LEFT
#define RIGHT RULES_RIGHT
#define NO_ROW UINT32_MAX
#define ENGINE_THREADS_MAX 64u
#define CURRENCIES_MAX 127
#define LEVELS_MAX 12
#define PATTERN_FIELDS 16u /* compared fields whose level a pattern keeps, 4 bits each */
#define EDGE_NONE UINT32_MAX

/* How much work a unit of a phase is: budgets count these, never time. */
#define PAIRS_DEFAULT UINT64_C(400000000)
#define STATES_DEFAULT (UINT64_C(1) << 31)
#define STATES_TARGET (1u << 18)

/* Values of one field on one side, by row of the side. Invalid rows hold 0 or "". */
struct vec {
	const uint64_t *valid; /* NULL: all */
	const int64_t *i64;    /* amount, quantity, rate, number */
	const int32_t *i32;    /* date, currency */
	const uint32_t *off;   /* text, code: folded bytes */
	const char *bytes;
	bool present;
};

/* Days that are no business days beside Saturdays and Sundays, ascending, no weekends. */
struct calendar {
	struct sv name;
	int32_t *day;
	uint32_t n;
};

/* Row a of side sa and row b of side sb: two sides, or two rows of one. */
struct pair {
	int sa, sb;
	uint32_t a, b;
};

/* Words of a text by row: ascending hashes of the distinct ones, then WORD_NONE up to the next row's
 * first. Two words with one hash count as one: this is evidence, never a test. */
#define WORD_NONE UINT32_MAX
struct words {
	uint32_t *first; /* rows + 1 */
	uint32_t *word;
	uint16_t *bits;  /* of each word: log2(N / df), 1/64 bit */
	uint32_t *total; /* by row: sum of its words' bits */
};

struct field {
	const struct rules_field *rule;
	struct vec v[2];
	bool both;       /* present on both sides */
	bool textual;
	bool listed;     /* a cell may hold several values, see bind.h */
	/* Value ids: equal ids are equal values; 0 is missing. NULL until interned. */
	uint32_t *id[2];
	uint32_t nids;
	uint32_t *count[2]; /* rows per id */
	uint32_t *seen;     /* by left row: right rows that have its value; not for dates */
	uint32_t most[2];   /* rows of the commonest value; not for dates */
	uint64_t equal_pairs; /* of a left and a right row; not for dates */
	uint32_t nvalid[2];
	uint64_t total[2];   /* twice the rows that a coincidence is counted against */
	int32_t log_total[2];
	int64_t *sorted;     /* numeric: ascending values of the right side's valid rows, or NULL */
	int32_t day_first;   /* date: id is day - day_first + 1 */
	/* Evidence. */
	int32_t level_bits[LEVELS_MAX]; /* text: start weight per enum level, sampled u */
	bool long_text;
	struct words words[2];
	uint32_t *word_rows; /* by hash & word_mask: rows of both sides that have the word */
	uint32_t word_mask;
};

/* Levels of a comparison as patterns keep them. */
enum level {
	LEVEL_MISSING,
	LEVEL_EQUAL,
	LEVEL_PREFIX,
	LEVEL_EDIT1,
	LEVEL_EDIT2,
	LEVEL_LIKE92,
	LEVEL_LIKE85,
	LEVEL_LIKE75,
	LEVEL_ELSE,
	LEVEL_NEAR,
	LEVEL_FAR,
	LEVEL_REVERSED,
	LEVEL_WORDS_MANY,
	LEVEL_WORDS_SOME,
	LEVEL_WORDS_FEW,
	LEVEL_COUNT
};

enum row_state {
	ROW_OPEN,
	ROW_EXCLUDED,
	ROW_RESERVED,  /* member of a suggested or ambiguous match */
	ROW_CONFIRMED,
};

/* A possible pair. Sorted by (l, r); l and r are representatives of their classes. */
struct edge {
	uint32_t l, r;
	int32_t w;     /* evidence without the prior, 1/64 bit */
	uint16_t pass;
	uint16_t flags;
};

/* What was decided about an edge; parallel to the edges of a stage. */
struct verdict {
	uint32_t flow;       /* pairs of the two classes; 0: not chosen */
	uint32_t confidence; /* ppm */
	uint16_t margin;     /* 1/64 bit, capped */
	uint16_t flags;      /* VERDICT_* */
};

enum {
	VERDICT_UNPROVED = 1,
	VERDICT_CLASS = 2, /* of a class of several equal rows */
	VERDICT_BULK = 4,
	VERDICT_RIVAL = 8, /* another pair wants one of its rows */
	VERDICT_NEAR = 16, /* no pair of its component is better than another by a bit */
	VERDICT_TAKEN = 32, /* part of a choice "k of n" */
	VERDICT_IDLE = 64, /* of a component of which no pair can become a match: nothing was assigned */
};

/* A match as it is found; members are in engine.member. */
struct found {
	uint64_t levels;     /* pattern: 4 bits per compared field */
	int64_t sum[2];
	uint32_t member;     /* first of its members */
	uint32_t nmembers;
	uint32_t confidence;
	uint32_t marginal;   /* before calibration; 0: the confidence itself */
	uint32_t margin;     /* RESULT_NONE: not proved */
	uint32_t pool;
	int32_t chance;
	int32_t weight;
	uint16_t pass;
	uint8_t kind, status, flags, difference_type;
	uint32_t key[2];     /* first left and right row: the order of the result */
};

struct member {
	uint32_t row;
	uint32_t side;
	int64_t allocated;
};

struct candidate {
	uint32_t row, other;
	uint32_t confidence;
	int32_t weight;
	uint64_t levels;
	uint8_t side;
	uint16_t pass;
};

#define VECTOR(type)                                                                               \
	struct {                                                                                   \
		type *p;                                                                           \
		size_t n, cap;                                                                     \
	}

struct engine {
	const struct match_options *opt;
	const struct ruleset *rs;
	const struct match_input *in;
	uint32_t nin;
	uint32_t base[MATCH_INPUTS_MAX + 1]; /* first row of an input within its side */
	uint32_t n[2];
	unsigned threads;
	struct err *err;

	struct block *blocks; /* every live allocation */
	struct block *spare;  /* mapped memory that waits to be used again */
	size_t spare_bytes;
	pthread_mutex_t lock; /* of blocks */
	atomic_size_t used;
	size_t peak;
	struct metric *metric[ENGINE_THREADS_MAX]; /* per thread; NULL until asked for */
	atomic_int error;
	enum match_phase phase;

	struct field *f;
	uint32_t nf;
	uint32_t compared[RULES_FIELDS_MAX]; /* fields of both sides, in order: the comparisons */
	uint32_t ncompared;
	struct calendar *calendars; /* [0]: weekends alone */
	uint32_t ncalendars;
	uint8_t *currency[2];    /* index by row into currencies; NULL: all are index 0 */
	int32_t currencies[CURRENCIES_MAX];
	uint32_t ncurrencies;
	const int64_t *amount[2]; /* the balance, sign flipped where asked; NULL: no money */
	int64_t *open_amount[2];  /* what is left of it; NULL until something is partial */
	int64_t *carried[2];      /* what was left when the run began; NULL: nothing is carried */
	int64_t *reserved_amount[2]; /* of it, what undecided partial matches hold; NULL: nothing */
	int32_t *prior;           /* by pass: of the stage it competed in, 1/64 bit; 0: none yet */
	int32_t prior_last;       /* of the last stage that paired */
	uint8_t *state[2];        /* enum row_state */
	uint32_t nopen[2];
	uint32_t repeated[2];     /* rows left out because they came before, or were superseded */
	uint8_t *advised[2];      /* rows that the advice contradicts; NULL: none */
	struct match_advice_stat advice;
	const int64_t *foreign[2]; /* the balance before it was put into the base currency, or NULL */
	uint64_t *row_hash[2];    /* NULL until needed */
	uint32_t *sample[2];      /* rows chosen by their content, for sampled u; NULL until needed */
	uint32_t nsample[2];
	/* Classes of equal rows: each row's representative, which stays the same; on representatives
	 * the number of open members (0 on others) and the first of them; members are chained in tie
	 * order. NULL: every row is its own class. */
	uint32_t *rep[2];
	uint32_t *cap[2];
	uint32_t *head[2];
	uint32_t *chain[2];       /* next open member */

	VECTOR(struct found) found;
	VECTOR(struct member) member;
	VECTOR(struct candidate) candidate;
	struct match_pass_stat *stats;
	uint8_t *fixed;           /* by pass x field: the two records of a pair have one value */
	int32_t *day_start;       /* by pass x field: start weight of a day difference of 0 */
	const struct tree *models; /* pinned; NULL: none */
	struct learn **learned;   /* by pass: the model of a learned one; NULL: none yet */
	struct num num;
};

/* ---- engine.c: memory, threads, failure ---- */
/* Memory counted against the bound, 64-byte aligned, with COL_PAD bytes behind; NULL sets the
 * error. engine_zalloc zeroes it. Freed by engine_free only. Thread-safe. */
void *engine_alloc(struct engine *e, size_t count, size_t size);
void *engine_zalloc(struct engine *e, size_t count, size_t size);
void engine_free(struct engine *e, const void *p);
/* Memory that waits to be used again, about n bytes of it if there is so much, becomes the result's. */
void engine_give(struct engine *e, struct result *r, size_t n);
/* Everything that is left. */
void engine_free_all(struct engine *e);
/* The thread's own metric; NULL without memory. */
struct metric *engine_metric(struct engine *e, unsigned thread);
bool engine_ok(const struct engine *e);
/* Keeps the first error; the caller goes on and finds out by engine_ok(). */
void engine_fail(struct engine *e, int code);
#define ENGINE_NEW(e, count, type) ((type *)engine_alloc((e), (count), sizeof(type)))
#define ENGINE_ZNEW(e, count, type) ((type *)engine_zalloc((e), (count), sizeof(type)))
/* Makes room for one more element of a VECTOR; false when that failed. */
bool engine_grow(struct engine *e, void **p, size_t n, size_t *cap, size_t size);
#define ENGINE_PUSH(e, v, value)                                                                   \
	(((v)->n < (v)->cap ||                                                                     \
		 engine_grow((e), (void **)&(v)->p, (v)->n, &(v)->cap, sizeof(*(v)->p))) ?         \
			((v)->p[(v)->n++] = (value), true) :                                       \
			false)

/* Runs fn for 0 <= task < ntasks on all threads; returns when all are done. Tasks must write to
 * places that depend on task alone, so that the result does not depend on threads; the number of
 * the thread is for scratch memory only. */
typedef void (*par_fn)(struct engine *e, void *arg, uint32_t task, unsigned thread);
void par_for(struct engine *e, uint32_t ntasks, par_fn fn, void *arg);
/* Rows are cut into tasks of this many. */
#define CHUNK_ROWS 16384u
static inline uint32_t chunks(size_t n)
{
	return (uint32_t)((n + CHUNK_ROWS - 1) / CHUNK_ROWS);
}
void engine_phase(struct engine *e, enum match_phase phase);

/* ---- run.c ---- */
/* NULL with err set when the inputs are out of order or memory is out. options may be NULL. */
struct engine *engine_open(const struct match_input *inputs, uint32_t ninputs,
	const struct ruleset *rules, const struct match_options *options, struct err *err);
void engine_close(struct engine *e);
/* Calendars and columns: after it all tests can be put. */
MUST_CHECK int engine_bind(struct engine *e);
/* Which rows take part, start weights, classes of equal rows: after it stages can run. */
void engine_prepare(struct engine *e);
/* The first error that engine_fail() was told, described in err. */
int engine_error(struct engine *e);

/* ---- bind.c: fields of the ruleset onto columns ---- */
MUST_CHECK int bind_fields(struct engine *e);

/* ---- intern.c: value ids, counts, classes ---- */
void intern_field(struct engine *e, struct field *f);
/* Ids of pairs of ids: *ret_id[side] by row, to be freed; 0 where either is 0. */
void intern_pairs(struct engine *e, uint32_t *const a[2], uint32_t *const b[2], uint32_t *ret_id[2],
	uint32_t *ret_nids);
/* ---- repeats.c: excludes rows that came before, or that a later file supersedes ---- */
void repeats_drop(struct engine *e);

/* ---- words.c ---- */
/* Words of both sides, cut at blanks and punctuation, or at BIND_LIST_MARK for a listed field. */
void words_prepare(struct engine *e, struct field *f);
struct word_overlap {
	int32_t shared, poorer; /* sums of log2(N / df), 1/64 bit; poorer: of the side with less */
	int32_t rarest;         /* the largest of a shared word; 0: none is shared */
};
struct word_overlap words_compare(const struct field *f, struct pair p);
void intern_classes(struct engine *e);
/* Fills engine.row_hash once. */
void intern_row_hashes(struct engine *e);

/* ---- score.c ---- */
void score_prepare(struct engine *e);
/* Fills field.sorted once. */
void score_sort_values(struct engine *e, struct field *f);
/* Evidence of a pair over the fields that the pass uses. */
int32_t score_pair(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	struct pair p);
/* The same by compared field: 4 bits of level each, from the low end, and the weights. tested: the
 * pair is known to pass the tests of the pass, as every pair of score_pair is. */
uint64_t score_levels(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	struct pair p, bool tested, int32_t ret_bits[PATTERN_FIELDS]);
const char *score_level_word(unsigned level);
/* Ask for what comparing a row will touch before it is compared: where its values are, and, once that
 * is there, the values. */
void score_fetch_places(const struct engine *e, int side, uint32_t row);
void score_fetch_values(const struct engine *e, int side, uint32_t row);
/* Has the field four words or more on the mean? */
bool score_is_long(const struct engine *e, const struct field *f);

/* ---- test.c: the tests of a pass ---- */
struct test_bounds {
	int64_t low, high;
};
/* What right value a numeric test admits for a left value of that scale and currency. */
struct test_bounds test_numeric_bounds(const struct rules_test *t, int64_t left, int exponent);
/* The same of a test with rates by day, those of the record's own day; false: it has none. */
bool test_rate_bounds(const struct engine *e, const struct rules_test *t, int side, uint32_t row,
	struct test_bounds *ret);
int test_exponent(const struct engine *e, const struct rules_test *t, int side, uint32_t row);
/* Row a of side sa against row b of side sb: do all tests hold? skip: bit i leaves test i out. */
bool test_branch(const struct engine *e, struct metric *m, const struct rules_branch *branch,
	int sa, uint32_t a, int sb, uint32_t b, uint64_t skip);
/* One record against the tests of an "only". */
bool test_only(const struct engine *e, const struct rules_when *only, int side, uint32_t row);
/* Number of business days up to and including a day, from an origin of its own. */
int32_t test_business_day(const struct calendar *c, int32_t day);
/* The ruleset's list of that name, the built-in TARGET, or weekends alone. */
const struct calendar *test_calendar(const struct engine *e, struct sv name);
MUST_CHECK int test_prepare(struct engine *e);

/* ---- block.c: candidates ---- */
struct edges {
	struct edge *p;
	size_t n;
};
/* Sorts by (l, r) and keeps the first pass of each pair. */
void edges_unify(struct edges *edges);
/* Appends to ret all pairs of open records (or of one side's own: sa == sb) for which the pass's tests hold,
 * scored, sorted by (l, r), each once. The caller frees ret->p. */
void block_pass(struct engine *e, uint32_t pass, struct edges *ret);

/* ---- stage.c ---- */
void stage_run(struct engine *e, uint32_t first_pass, uint32_t npasses);
/* ---- close.c ---- */
void close_result(struct engine *e, struct result *ret, struct match_receipt *receipt);

static inline bool vec_valid(const struct vec *v, uint32_t row)
{
	return v->valid == NULL || (v->valid[row >> 6] >> (row & 63) & 1);
}

static inline struct sv vec_text(const struct vec *v, uint32_t row)
{
	return (struct sv){v->bytes + v->off[row], v->off[row + 1] - v->off[row]};
}

static inline uint64_t mix64(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	return x;
}

/* Of bytes; the seed tells one use from another. */
static inline uint64_t mix_bytes(uint64_t seed, struct sv s)
{
	uint64_t h = seed + s.n;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return mix64(h);
}

/* Order of a row's pairs: heaviest first, equal ones by what the other row holds (hash: by row), not
 * where it stands. */
static inline int pairs_order(
	int32_t w1, uint32_t row1, int32_t w2, uint32_t row2, const uint64_t *hash)
{
	if (w1 != w2)
		return w1 > w2 ? -1 : 1;
	if (hash[row1] != hash[row2])
		return hash[row1] < hash[row2] ? -1 : 1;
	return row1 < row2 ? -1 : row1 > row2;
}

static inline uint32_t row_currency(const struct engine *e, int side, uint32_t row)
{
	return e->currency[side] == NULL ? 0 : e->currency[side][row];
}

static inline int64_t row_amount(const struct engine *e, int side, uint32_t row)
{
	if (e->amount[side] == NULL)
		return 0;
	return e->open_amount[side] != NULL ? e->open_amount[side][row] : e->amount[side][row];
}

/* Is the row's balance a converted one? Then it is taken whole or not at all. */
static inline bool row_foreign(const struct engine *e, int side, uint32_t row)
{
	const int64_t *foreign = e->foreign[side];

	return foreign != NULL && foreign[row] != e->amount[side][row] &&
		foreign[row] != -e->amount[side][row];
}

/* No partial match of this run took some of it: what is left of a record goes to partial matches
 * only. */
static inline bool row_whole(const struct engine *e, int side, uint32_t row)
{
	const int64_t *all = e->carried[side] != NULL ? e->carried[side] : e->amount[side];

	return e->open_amount[side] == NULL || e->open_amount[side][row] == all[row];
}

/* Open rows that a row stands for. */
static inline uint32_t row_cap(const struct engine *e, int side, uint32_t row)
{
	return e->cap[side] == NULL ? e->state[side][row] == ROW_OPEN : e->cap[side][row];
}

#endif
