#ifndef MATCH_PROPOSE_PARTS_H
#define MATCH_PROPOSE_PARTS_H
/*
 * Parts of the proposal; private to propose*.c. Columns are paired by what they hold, never by
 * their names alone: a name decides only between columns that are equally alike.
 */
#include "match/match.h"

#define COLUMNS_MAX 128u
#define PROPOSE_SAMPLE 4000u
#define SET_ROWS 400000u
#define SHARE_ONE 1000u /* shares are per mille */
#define CODES_MAX 8u
#define COLUMN_PAIRS_MAX 64u

/* How often values (or words) occur, for those with the smallest hashes: two columns keep the same
 * values, so what they have in common can be told from few. */
struct sketch {
	struct sketch_value {
		uint64_t hash;
		uint32_t count;
	} *v;
	uint32_t n;
	uint64_t limit; /* hashes up to here are kept */
};

struct profile {
	const struct col_table *t;
	const struct col *col[COLUMNS_MAX];
	uint32_t unique[COLUMNS_MAX]; /* distinct values per mille of the sampled rows */
	uint32_t filled[COLUMNS_MAX];
	uint32_t words[COLUMNS_MAX];  /* of a text, on the mean */
	struct sketch values[COLUMNS_MAX];
	struct sketch terms[COLUMNS_MAX]; /* words of texts */
	uint32_t n;
};

/* A set of 64-bit hashes. */
struct set {
	uint64_t *slot;
	uint32_t size;
};

struct row_pair {
	uint32_t l, r;
};

struct propose {
	struct profile p[2];
	struct buf *out;
	const struct col *amount[2], *date[2];
	uint32_t amount_at[2]; /* in p[].col */
	struct lift *lift;     /* made when it is asked for */
	bool flip;
	bool money; /* the amounts are what is to be balanced: nearly every record has one */
	struct row_pair *once; /* rows whose amount occurs once on each side, and is the same */
	uint32_t nonce;
	const struct col *code[2][CODES_MAX]; /* paired references */
	char pattern[CODES_MAX][128];         /* found inside the text of this side, or "" */
	int found_in[CODES_MAX];
	uint32_t ncodes;
	const struct col *party[2]; /* who: short texts that recur and share words, or NULL */
	const struct col *pair[2][COLUMN_PAIRS_MAX]; /* other columns that mean the same */
	uint32_t npairs;
	const struct col *text[2][COLUMNS_MAX]; /* all text of a record */
	uint32_t ntexts[2];
	int32_t day_low, day_high;
};

/* ---- propose_profile.c ---- */
MUST_CHECK int propose_profile(struct profile *p, const struct col_table *t, struct err *err);
void propose_profile_free(struct profile *p);
uint64_t propose_hash(struct sv s);
/* A code without separators, in lower case; at most cap bytes. */
size_t propose_fold(struct sv s, char *out, size_t cap);
/* Of a value as text, so that a number meets a code; plain: of one type on both sides. */
uint64_t propose_cell_hash(
	const struct col_table *t, const struct col *c, uint32_t row, bool plain);
bool propose_set_make(struct set *s, uint32_t values);
bool propose_set_add(struct set *s, uint64_t h); /* true when it was not there */
bool propose_set_has(const struct set *s, uint64_t h);
uint32_t propose_sample_row(const struct col_table *t, uint32_t i);
bool propose_same_name(const struct col *a, const struct col *b);
bool propose_is_string(const struct col *c);
/* What two columns' values or words have in common, per mille: the sum of the smaller shares. */
uint32_t propose_common(const struct sketch *a, const struct sketch *b, uint32_t most);

/* ---- propose_lift.c: do rows that one thing joins agree elsewhere? ---- */
struct lift *propose_lift_new(const struct propose *q); /* NULL without memory */
void propose_lift_free(struct lift **f);
/* The least share of rows joined by these columns of amounts (in p[].col) that belong together, per
 * mille; 0: what they have in common is chance. candidates: how many pairs of columns are asked for. */
MUST_CHECK int propose_lift_amount(struct lift *f, uint32_t i, uint32_t k, uint32_t candidates,
	uint32_t *ret, struct err *err);
/* The same of columns of days, of rows that amounts join. */
MUST_CHECK int propose_lift_days(struct lift *f, const uint32_t amount[2], const struct col *a,
	const struct col *b, uint32_t candidates, uint32_t *ret, struct err *err);

/* ---- propose_pair.c: amounts, dates, parties, columns ---- */
MUST_CHECK int propose_amounts(struct propose *q, struct err *err);
MUST_CHECK int propose_dates(struct propose *q, struct err *err);
/* Rows that an amount alone joins, and the days between them. */
MUST_CHECK int propose_once(struct propose *q, struct err *err);
void propose_party(struct propose *q);
void propose_columns(struct propose *q);
MUST_CHECK int propose_texts(struct propose *q, struct err *err);

/* ---- propose_code.c ---- */
/* References that both sides have, and those that the other side's texts mention. */
MUST_CHECK int propose_codes(struct propose *q, struct err *err);

/* ---- propose_write.c ---- */
void propose_write(struct propose *q, struct sv left_label, struct sv right_label);

#endif
