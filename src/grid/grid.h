#ifndef GRID_GRID_H
#define GRID_GRID_H
/*
 * The review grid: views over a result, its tables and the decisions made since. Pure computation
 * on columns; any process that has the same files and the same log computes the same view.
 *
 * Three things with three lifetimes:
 *   struct grid         per result: columns derived from it once, immutable, shared by threads
 *   struct grid_states  per seq of the decision log: the state of every match, the records taken
 *   a view              ids of rows in their order, selected by a spec under the states of one seq
 *
 * Ids of rows: of matches the number from 0 (no - 1). Of open items: below result.open.n the open
 * item; from there on open.n + m is member m of a match that the engine had confirmed and a person
 * has taken apart.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "col/col.h"
#include "col/result.h"
#include "domain/decision_fold.h"

struct grid;

/* tables[i] is the table of result->inputs[i], with at least its fields; both must outlive the
 * grid. E_NO_MEMORY; E_CORRUPT when a table has other rows than the result says. */
MUST_CHECK int grid_new(const struct result *result, const struct col_table *const *tables,
	struct grid **ret, struct err *err);
void grid_free(struct grid **g); /* also the CLEANUP function */
/* Days on which the inputs were first taken in (GRID_NO_DAY: not known), for the age of open items;
 * the array must outlive the grid. Before the grid is shared. */
#define GRID_NO_DAY INT32_MAX
void grid_set_first_seen(struct grid *g, const int32_t *days);
int32_t grid_first_seen(const struct grid *g, uint16_t input);
size_t grid_bytes(const struct grid *g);

/* After the decisions of the job, in order. Immutable once made. */
struct grid_states {
	uint8_t *state;  /* per match: enum match_state */
	uint64_t *taken; /* per record, by inputs and rows: in a match that a person confirmed */
	bool any_taken;  /* a bit of taken is set */
	bool any_freed;  /* a match that the engine had confirmed was taken apart */
	/* Matches whose records a person chose, ascending; those of chosen[i] are the places
	 * first[i] .. first[i + 1] of input and row, ascending. */
	uint32_t nchosen, *chosen, *first;
	uint16_t *input;
	uint32_t *row;
};
#define GRID_STATES_INIT ((struct grid_states){0})
MUST_CHECK int grid_states_make(const struct grid *g, const struct decision_step *steps, size_t n,
	struct grid_states *ret, struct err *err);
void grid_states_free(struct grid_states *s); /* also the CLEANUP function */
size_t grid_states_bytes(const struct grid *g);

/* What a match consists of under these states (NULL: as the engine made it). Borrowed from both. */
struct grid_members {
	const uint16_t *input;
	const uint32_t *row;
	uint32_t n;
};
struct grid_members grid_members_of(
	const struct grid *g, const struct grid_states *s, uint32_t match);
/* The input that a dataset is; false: it is none of this result. */
bool grid_input_of(const struct grid *g, int32_t dataset_no, uint16_t *ret);

/* ---- what a record shows ---- */

/* Columns of a table that every screen knows; NULL: it has none. */
struct grid_columns {
	const struct col *date, *amount, *currency, *text, *reference;
};
void grid_columns(const struct col_table *t, struct grid_columns *ret);
const struct grid_columns *grid_columns_of(const struct grid *g, uint16_t input);

/* ---- a view ---- */

enum grid_kind {
	GRID_MATCHES,
	GRID_OPEN_ITEMS,
};

enum grid_field {
#define GRID_FIELD(name, word) GRID_##name,
#include "grid/grid_field.def"
#undef GRID_FIELD
	GRID_FIELD_COUNT
};
const char *grid_field_word(enum grid_field f);
bool grid_field_from_word(struct sv word, enum grid_field *ret);

#define GRID_SORTS_MAX 3
#define GRID_PASSES_MAX 100
#define GRID_PATTERNS_MAX 100
#define GRID_ANY_SIDE 2

struct grid_sort {
	enum grid_field field;
	bool descending;
};

/* Every part given must hold. Bit sets by number (0: not asked). */
struct grid_spec {
	enum grid_kind kind;
	uint8_t side; /* of open items: RESULT_LEFT, RESULT_RIGHT or GRID_ANY_SIDE */
	uint32_t kinds, statuses, states, breaks;
	struct sv passes[GRID_PASSES_MAX];
	uint32_t npasses;
	uint32_t patterns[GRID_PATTERNS_MAX]; /* numbers of the result's; other ones are none */
	uint32_t npatterns;
	bool has_confidence_min, has_confidence_max, has_margin_max, has_amount_min, has_amount_max;
	bool has_date_from, has_date_to;
	uint32_t confidence_min, confidence_max; /* millionths */
	uint32_t margin_max;                     /* 1/64 bit; not proved counts as 0 */
	int64_t amount_min, amount_max;          /* magnitudes: of a match the larger side's */
	int32_t currency;                        /* packed; 0: any */
	int32_t date_from, date_to;              /* of a match its earliest date */
	struct sv text;                          /* part of any text of its records; folded here */
	struct grid_sort sorts[GRID_SORTS_MAX];
	uint32_t nsorts; /* then by id */
};

/* The ids that the spec selects, in its order: malloc'ed, the caller frees. E_NO_MEMORY. */
MUST_CHECK int grid_select(const struct grid *g, const struct grid_states *states,
	const struct grid_spec *spec, uint32_t **ret_ids, uint32_t *ret_n, struct err *err);

/* What an id of an open item is. */
struct grid_item {
	uint16_t input;
	uint32_t row;
	uint8_t break_type;
	int64_t remaining;
	uint32_t nearest; /* candidate, or RESULT_NONE */
	uint32_t match;   /* number of the match that reserves it; 0: none */
};
void grid_item(const struct grid *g, uint32_t id, struct grid_item *ret);
/* Whether it is open under these states: rows of an older view may be so no more. */
bool grid_item_open(const struct grid *g, const struct grid_states *states, uint32_t id);
/* How many ids of a kind there are: ids from outside are checked against it. */
uint32_t grid_ids(const struct grid *g, enum grid_kind kind);

/* ---- facets ---- */

struct grid_money {
	int32_t currency;
	__int128 sum; /* of magnitudes */
};

struct grid_value {
	struct sv value; /* of ranges the lower end */
	struct sv label; /* for people; p NULL: the value itself */
	uint32_t count;
	struct grid_money *money;
	uint32_t nmoney;
};

struct grid_facet {
	enum grid_field field;
	struct grid_value *values; /* most frequent first; ranges in their order */
	uint32_t nvalues;
};

/*
 * Counts the values of a view's rows as they are now, the order of ids is of no account. Everything
 * of *ret lives in a. Ranges: confidence by tenths, margin by powers of two of a bit, amounts by
 * digits of the minor unit, dates by months of 1900 to 2199. Of patterns the 100 most frequent, with
 * the levels they consist of as label. Sums are kept of the first 255 currencies.
 */
MUST_CHECK int grid_facets(const struct grid *g, const struct grid_states *states,
	enum grid_kind kind, const uint32_t *ids, uint32_t n, struct arena *a,
	struct grid_facet **ret, size_t *ret_n, struct err *err);

#endif
