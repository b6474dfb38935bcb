#ifndef MATCH_LEARN_PARTS_H
#define MATCH_LEARN_PARTS_H
/*
 * Parts of the learned model; private to learn*.c. A model lives in struct learn while a pass runs:
 * comparisons (what is compared, in which levels, what each level is worth), keys (what finds
 * candidates), candidates of the rows it is fitted on.
 */
#include "match/learn.h"
#include "rules/tree.h"

#define LEARN_COMPARISONS_MAX 32u /* those that tell most; a pair's levels are kept for each */
#define LEARN_LEVELS_MAX 128u
#define LEARN_KEYS_MAX 30u        /* chosen: one bit each of a candidate's mask */
#define LEARN_BIT_WINDOW 30u
#define LEARN_BIT_PRODUCT 31u
#define LEARN_SINGLES_MAX 64u     /* keys to choose from */
#define LEARN_VALUES_MAX 16u      /* of one key in one row */
#define LEARN_FIT_ROWS 65536u
#define LEARN_BELIEF_ROWS 20000u  /* up to here rounds weigh rivals from both sides */
#define LEARN_ROW_BEST 25u        /* candidates kept of a row */
#define LEARN_HOPELESS (-554)     /* log2(e^-6), 1/64 bit */
#define LEARN_SURE 0.99
#define LEARN_FEW 30              /* below so many expected matches start values hold */
#define LEARN_ATOMS_MAX 24u
#define LEARN_SMALL_PRODUCT UINT64_C(4000000) /* all pairs are looked at, without keys */

/* How values are compared. */
enum learn_how {
	LEARN_SAME,   /* equal or not: currencies, lists of codes */
	LEARN_SHORT,  /* codes, names */
	LEARN_LONG,   /* texts of several words */
	LEARN_AMOUNT,
	LEARN_DATE,
};

enum learn_short_level {
	SHORT_EQUAL,
	SHORT_PREFIX,
	SHORT_EDIT1,
	SHORT_EDIT2,
	SHORT_LIKE92,
	SHORT_LIKE85,
	SHORT_LIKE75,
	SHORT_ELSE,
	SHORT_LEVELS
};

#define LONG_STEPS 11u
#define LONG_SHARES 11u
#define LONG_STEP_BITS 83  /* a step is worth 1.3 bit at the start, 1/64 bit */
#define LONG_SHARE_BITS 51 /* a share .8 bit */
#define LONG_LEVELS (LONG_STEPS * LONG_SHARES)

/* Amounts: below by bins of the ratio, far to near; equal; above, near to far. */
#define AMOUNT_BINS 28u
#define AMOUNT_EQUAL AMOUNT_BINS
#define AMOUNT_NEAR 21u /* bins up to 15 % are near */
#define AMOUNT_OTHER (2 * AMOUNT_BINS + 1) /* another sign, or nothing on one side */
#define AMOUNT_REVERSED (AMOUNT_OTHER + 1)
#define AMOUNT_ATOM (AMOUNT_REVERSED + 1)

/* Dates: right - left. */
#define DATE_NEAR 40
#define DATE_FIRST 4u /* level of -DATE_NEAR */
#define DATE_EQUAL (DATE_FIRST + DATE_NEAR)
#define DATE_LAST (DATE_FIRST + 2 * DATE_NEAR) /* of +DATE_NEAR */
#define DATE_RANGES (DATE_LAST + 5)
#define DATE_SWAPPED DATE_RANGES
#define DATE_DIGIT (DATE_RANGES + 1)
#define DATE_LEVELS (DATE_RANGES + 2)

/* Words, joined neighbours and four-letter pieces of texts, each once, none of them 0, words first. They
 * stay where they were made, chunk by chunk of rows. */
#define LEARN_PIECE 1u           /* bits of a token: it is a piece ... */
#define LEARN_RARE (1u << 31) /* ... or a word that few rows have */
struct learn_tokens {
	uint32_t *first;  /* places in the chunk, of its rows and one more; see learn_tokens_of() */
	uint32_t **chunk;
	int32_t *total;  /* bits of all tokens of a row, 1/64 bit */
};

/* The tokens of one left text with their bits, to look those of right texts up in. */
#define LEARN_SET_SLOTS 1024u
struct learn_set {
	uint32_t shift, mask;
	int32_t total;
	uint32_t token[LEARN_SET_SLOTS]; /* 0: free */
	uint16_t bits[LEARN_SET_SLOTS];
};

#define LEARN_NANO INT64_C(1000000000)
/* An exact relation between amounts that occurs too often to be chance: right = left * ratio + add,
 * rounded either way to a multiple of the grain. */
struct learn_atom {
	int64_t ratio; /* 10^-9 */
	int64_t add, grain;
};

#define LEARN_ALONE UINT32_MAX
/* Which other comparison one depends on among pairs that are no matches: what agrees on a postcode
 * agrees on the town. */
struct learn_given {
	uint32_t parent;                   /* LEARN_ALONE: none */
	uint64_t agrees[LEARN_LEVELS_MAX / 64]; /* levels of the parent at which it agrees */
	int16_t lift[LEARN_LEVELS_MAX];    /* log2(u given that / u), 1/64 bit, 0 or more */
	struct learn_both *both;           /* right rows by (value of parent, own value) */
	uint32_t both_mask;
	uint32_t both_of;                  /* the parent that it was made for */
};

struct comparison {
	enum learn_how how;
	uint32_t field;
	const struct field *f;
	uint32_t nlevels;
	bool dropped;        /* tells too little */
	bool muted;          /* nothing depends on it as far as keys show: dropped until m is learned */
	uint64_t columns;    /* which other comparisons read the same columns, itself included */
	/* Text. */
	struct learn_tokens tokens[2];
	uint16_t *token_bits; /* by place: log2(N / rows that have it), 1/64 bit */
	uint32_t word_mask;
	uint32_t piece_places, piece_shift;
	uint64_t *letters[2]; /* SHORT: which letters a value has, by row */
	/* Numbers of the right side. */
	const int64_t *sorted;
	uint32_t nsorted;
	uint32_t *sorted_first; /* by learn_count.c's code of an amount */
	unsigned code_shift;
	uint32_t *below;      /* dates: right rows before day_first + i */
	int32_t day_first;
	uint32_t ndays;
	int32_t log_rows;     /* log2(2 (right rows with a value + 1)) */
	struct learn_atom atom[LEARN_ATOMS_MAX];
	uint32_t natoms;
	/* What was learned. */
	double start[LEARN_LEVELS_MAX];
	double m[LEARN_LEVELS_MAX];
	double seen[LEARN_LEVELS_MAX]; /* expected matches at the level, of the last round */
	double binned[AMOUNT_ATOM];    /* of amounts: those at atoms, by their bin */
	double u[LEARN_LEVELS_MAX];    /* of pairs that are no matches, sampled */
	uint8_t low[LEARN_LEVELS_MAX]; /* levels merged with this one: low .. high */
	uint8_t high[LEARN_LEVELS_MAX];
	int32_t log_m[LEARN_LEVELS_MAX]; /* of what a level is merged to */
	int32_t log_u[LEARN_LEVELS_MAX];
	double sampled;                  /* pairs that u was shared out to */
	double bits;                     /* sum of m log2(m / u) */
	struct learn_given given;
};

enum learn_key_kind { KEY_EQUAL, KEY_PREFIX, KEY_WORD };

struct learn_single {
	enum learn_key_kind kind;
	uint8_t c;      /* comparison */
	uint8_t letters; /* KEY_PREFIX */
	double raw;     /* right rows met per left row */
	double cost;    /* pairs per left row; what the bounds pass over counts little */
};

#define NO_SINGLE 255u
/* One or two single keys that must both agree. */
struct learn_key {
	uint8_t a, b;
	double cost, gain;
};

struct candidate_pair {
	uint32_t l, r;
	uint32_t keys; /* what found it */
	int32_t w;
};

struct candidates {
	VECTOR(struct candidate_pair) pair;
};

/* What the tests of a pass bound of the right record: at most one amount and one day. They are kept
 * where records are found, so that most pairs are passed over without looking at the record. */
struct learn_near {
	const struct field *amount, *day;                 /* NULL: none */
	const struct rules_test *amount_test, *day_test;  /* NULL: windows alone bound it */
};

#define LEARN_NO_DAY INT32_MIN
/* Rounded outwards: what lies outside fails the tests, what lies inside is tested. */
struct learn_bounds {
	float low, high;
	int32_t first, last;
};

/* Which right rows have a key's value. */
struct learn_index {
	uint32_t *first;
	struct learn_entry *entry;
	uint32_t mask;
};

struct learn_entry {
	uint32_t tag, row;
	float amount; /* as learn_near has it; NaN: missing */
	int32_t day;  /* LEARN_NO_DAY: missing */
};

/* Smallest range of levels with nearly all of m; of amounts as ratios, of dates as days. */
struct learn_window {
	int date, amount;    /* comparison, or -1 */
	int32_t day_low, day_high;
	unsigned level_low, level_high; /* of amounts */
	double ratio_low, ratio_high;
};

struct learn {
	struct engine *e;
	const struct rules_pass *pass;
	bool same;              /* one table on both sides */
	uint32_t nc;
	struct comparison *c;
	/* Rows that take part, in order of rows; fit: those that the model is fitted on. */
	uint32_t *rows[2], nrows[2];
	uint32_t *fit, nfit;
	bool *sure[2];          /* has a partner of p >= LEARN_SURE */
	/* The sample of the full product. */
	uint32_t npairs;
	uint32_t *pair_row[2];
	uint8_t *pair_level;    /* comparison x pair */
	double *pair_weight;    /* chance that it is no match */
	/* Keys. */
	struct learn_single single[LEARN_SINGLES_MAX];
	uint32_t nsingles;
	struct learn_key key[LEARN_KEYS_MAX];
	struct learn_index index[LEARN_KEYS_MAX];
	uint32_t nkeys;
	uint64_t touches[32];   /* by bit of a candidate's mask: comparisons it selects by */
	struct learn_window window;
	struct learn_near near;
	/* The fit. */
	struct candidates cand; /* by (l, r) */
	double *p;              /* per candidate */
	int32_t prior;          /* log2 of theta, 1/64 bit */
	double expected;        /* matches */
	double recall;          /* of candidates, estimated */
	int forced;             /* first rounds of the next fit in which half the records have partners */
	bool learned;           /* enough matches to learn from */
	bool pinned;
	bool applied;           /* the model is as it stays; candidates of all rows are looked for */
	bool doubtful;          /* more pairs look like matches than can be */
	uint64_t pairs, not_searched;
	struct learn_joint *joint; /* while a model is fitted */
};

/* ---- learn_compare.c ---- */
void learn_compare_make(struct learn *n);
/* Level of a pair in a comparison; LEARN_LEVELS_MAX: a value is missing. */
unsigned learn_level(const struct learn *n, const struct comparison *c, struct metric *m, uint32_t l,
	uint32_t r, int32_t *ret_shape);
const char *learn_level_word(const struct comparison *c, unsigned level, char out[64]);
/* The level of an amount by its ratio alone, atoms left aside. */
unsigned learn_amount_bin(const struct comparison *c, uint32_t l, uint32_t r);

/* ---- learn_atom.c ---- */
/* Looks for atoms among the amounts of sure pairs of the last fit; true when there are new ones, for
 * which another fit is needed. */
bool learn_atoms_take(struct learn *n);
/* The right amounts that are just what an atom makes of a left one. */
void learn_atom_range(const struct learn_atom *atom, int64_t a, int64_t *ret_low, int64_t *ret_high);

/* ---- learn_text.c ---- */
struct learn_token_list {
	const uint32_t *p;
	uint32_t n;
};

static inline struct learn_token_list learn_tokens_of(const struct learn_tokens *t, uint32_t row)
{
	uint32_t chunk = row / CHUNK_ROWS;
	const uint32_t *first = &t->first[row + chunk];

	return (struct learn_token_list){t->chunk[chunk] + first[0], first[1] - first[0]};
}

void learn_tokens_make(struct engine *e, struct comparison *c);
/* learn_long_level() for many right rows of one left row. */
void learn_set_open(const struct comparison *c, uint32_t l, struct learn_set *ret);
unsigned learn_set_level(const struct comparison *c, const struct learn_set *s, uint32_t r,
	int32_t *ret_shape);
/* Empty, with room for n tokens. */
void learn_set_clear(struct learn_set *s, uint32_t n);
/* Shape: how much better than the worst level of long texts, as the start values have it, 1/64 bit:
 * it orders pairs within a level. */
unsigned learn_long_level(const struct comparison *c, uint32_t l, uint32_t r, int32_t *ret_shape);
int32_t learn_long_shape(unsigned level);

/* ---- learn_count.c: u of a level for the left record at hand ---- */
void learn_count_make(struct engine *e, struct comparison *c);
/* log2(u), 1/64 bit; the candidate r itself left out. */
int32_t learn_log_u(const struct learn *n, const struct comparison *c, unsigned level, int32_t shape,
	uint32_t l, uint32_t r);
int32_t learn_log2(double v); /* in 1/64 bit */
/* Bounds of the ratio of a merged range of amount levels on one side of equality. */
void learn_ratio_bounds(unsigned low, unsigned high, double *ret_low, double *ret_high);

/* ---- learn_joint.c: what agrees together among pairs that are no matches ---- */
/* Pairs that agree on one field, chosen by what they hold, beside those of the sample. */
void learn_joint_open(struct learn *n);
/* Who depends on whom, and how much, by the model as it is. */
void learn_joint_weigh(struct learn *n);
void learn_joint_close(struct learn *n);
/* Rows by both values, for a model that was read. */
void learn_joint_count(struct learn *n);
/* log2(u) of comparison k when the other levels of the pair are known; log_u: without them. */
int32_t learn_joint_log_u(const struct learn *n, uint32_t k, const uint8_t *level, int32_t log_u,
	uint32_t l, uint32_t r);

/* ---- learn_weight.c: model to weights ---- */
void learn_start(struct learn *n);
/* Start values of a comparison that has got more levels. */
void learn_start_again(struct comparison *c);
/* log_m, log_u of all levels from m and u, after merging what is alike. */
void learn_weights(struct learn *n, bool merge);
int32_t learn_weigh(const struct learn *n, struct metric *m, uint32_t l, uint32_t r);
/* The level and the weight of each comparison, 0 for those that are missing or dropped. */
void learn_weigh_each(const struct learn *n, struct metric *m, uint32_t l, uint32_t r,
	uint8_t ret_level[LEARN_COMPARISONS_MAX], int32_t ret_bits[LEARN_COMPARISONS_MAX]);

/* ---- learn_sample.c ---- */
void learn_sample_make(struct learn *n);
/* Levels anew, when comparisons have got others. */
void learn_sample_level(struct learn *n);
/* Participating rows with the smallest hashes of what they hold, by hash; at most most. */
uint32_t learn_sample_rows(struct learn *n, int side, uint32_t most, uint32_t *out);
/* u of all levels anew, what the model as it is takes for matches weighed out. */
void learn_sample_weigh(struct learn *n);
void learn_sample_free(struct learn *n);

/* ---- learn_key.c ---- */
bool learn_key_fits(const struct comparison *c, enum learn_key_kind kind);
uint32_t learn_single_values(const struct learn *n, const struct learn_single *s, int side,
	uint32_t row, uint64_t out[LEARN_VALUES_MAX]);
uint32_t learn_key_values(const struct learn *n, const struct learn_key *k, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX]);
/* Which single keys of the model two records agree on. */
uint64_t learn_key_agreeing(const struct learn *n, uint32_t l, uint32_t r);
/* Which comparisons a key selects by. */
uint64_t learn_key_selects(const struct learn *n, const struct learn_key *k);

/* ---- learn_index.c ---- */
/* Index and reach of the keys that the model has. */
void learn_keys_open(struct learn *n);
void learn_index_free(struct engine *e, struct learn_index *x);
/* Which tests of the pass bound what is looked at. */
void learn_near_make(struct learn *n);
/* What a left row's partners keep to. */
struct learn_bounds learn_near_bounds(const struct learn *n, uint32_t l);
/* Those that are within the model's windows, too; all that are bound by other fields than near's. */
struct learn_bounds learn_near_window(const struct learn *n, uint32_t l);
float learn_near_amount(const struct learn *n, uint32_t r);
int32_t learn_near_day(const struct learn *n, uint32_t r);

static inline bool learn_within(struct learn_bounds b, float amount, int32_t day)
{
	return !(amount < b.low) && !(amount > b.high) &&
		((day >= b.first && day <= b.last) || day == LEARN_NO_DAY);
}

/* ---- learn_lift.c ---- */
struct learn_met {
	uint32_t l, r;
};
/* Comparisons that are not spread by chance where a key joins records, and the key's own; 0: all are.
 * met: pairs that agree on it, all of some left rows. */
uint64_t learn_lift(struct learn *n, struct metric *m, const struct learn_single *s,
	const struct learn_met *met, uint32_t count);

/* ---- learn_choose.c ---- */
void learn_keys_choose(struct learn *n);

/* ---- learn_find.c: candidates of some left rows ---- */
enum learn_step { STEP_KEYS, STEP_WINDOW, STEP_PRODUCT };
/* Adds what the step finds for the rows to the candidates of n, weighed, sorted, each once. */
void learn_find(struct learn *n, const uint32_t *rows, uint32_t nrows, enum learn_step step);
void learn_window_make(struct learn *n);
void learn_window_ratios(struct learn_window *w, unsigned low, unsigned high);
/* Amounts of the window of a. */
void learn_window_amounts(const struct learn_window *w, int64_t a, int64_t *ret_low,
	int64_t *ret_high);

/* First of v[low .. high), ascending, that is not below the value; high when there is none. */
static inline uint32_t learn_first_from(const int64_t *v, uint32_t low, uint32_t high, int64_t value)
{
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (v[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- learn_fit.c ---- */
/* Expectation and maximisation over n->cand, then probabilities of all candidates and n->sure. */
void learn_fit(struct learn *n);
/* Weights and probabilities by the model as it is. */
void learn_judge(struct learn *n);

/* ---- learn_file.c ---- */
/* Takes the model of the pass of that name; E_RULESET when it is not for these fields. */
MUST_CHECK int learn_model_read(struct learn *n, const struct tree *t);

#endif
