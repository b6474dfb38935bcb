#ifndef COL_RESULT_H
#define COL_RESULT_H
/*
 * The result of one job as plain arrays: what the engine writes, what a result file holds, what the
 * grid reads. Words (kind, status, difference, break) are those of domain/outcome.h.
 *
 * A record is (input, row): input indexes result.inputs, which names its side and dataset. Rows are
 * 0-based here and in the API. A match's number `no` is its index + 1.
 *
 * Confidence is in millionths, 0..1000000. Weights and margins are in 1/64 bit.
 * Order: matches by (left-most member's input, row); members of a match by (input, row), so left
 * before right when inputs are ordered by side, which they must be; candidates by
 * (input, row, rank); alternatives by (match, input, row); open items by (input, row). Equal content gives equal bytes.
 *
 * Ownership: the result owns every array (result_alloc); result_free() frees all. Immutable once
 * handed out. No I/O.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "domain/outcome.h"

#define RESULT_LEFT 0
#define RESULT_RIGHT 1
#define RESULT_NONE UINT32_MAX /* no pattern, no candidate, no margin proved */
#define RESULT_CONFIDENCE_ONE 1000000u
#define RESULT_CANDIDATES_MAX 5 /* per record */

enum result_flag {
	RESULT_MARGIN_CAPPED = 1, /* match: the margin is this or more */
	RESULT_INTERCHANGEABLE =
		2,             /* match, open: rows equal in all compared fields were chosen from */
	RESULT_NOT_PROVEN = 4, /* match: its component was cut by a budget */
	RESULT_POOL_CUT = 8,   /* match: the group's pool was cut */
	RESULT_HINT = 16,      /* open: its nearest candidate is the hint of a pass */
	RESULT_CHOICE = 32,    /* match, ambiguous: "k of n", see struct result_alternatives */
	RESULT_SHOWN = 64,     /* match, confirmed: not by its confidence, but checks have shown it */
};

struct result_input {
	uint8_t side;       /* RESULT_LEFT before RESULT_RIGHT */
	int32_t dataset_no; /* the database's number; on the command line 0 and 1 */
	uint32_t rows;
	uint8_t sha256[32]; /* of the dataset's content, or zero */
};

struct result_pass {
	const char *name;
	uint8_t stage;
	int32_t prior; /* log2 of theta when it ran, 1/64 bit; 0: it never came to weigh pairs */
};

/* A compared field; its levels are result.levels[level_first] .. + level_count, best first. */
struct result_comparison {
	const char *field;
	uint32_t level_first;
	uint32_t level_count; /* <= 255; pattern level 255: a value is missing */
};

struct result_level {
	const char *name; /* "equal", "+1 day", … */
	int32_t weight;   /* average weight */
};

#define RESULT_LEVEL_MISSING 255

/* Matches, one place per match. */
struct result_matches {
	uint32_t n;
	uint8_t *kind, *status, *flags;
	uint8_t *difference_type;
	uint16_t *pass; /* index into passes */
	uint32_t *confidence;
	uint32_t *marginal;  /* what the model said before calibration by decisions */
	uint32_t *margin;      /* RESULT_NONE: not proved */
	uint32_t *pattern;     /* RESULT_NONE: none (a rule without comparisons) */
	int16_t *bits;         /* n x ncomparisons: weight given to the first left and right member */
	uint32_t *rival;       /* candidate index of the runner-up, or RESULT_NONE */
	int32_t *currency;     /* packed as col/col.h; 0: no money */
	int64_t *left, *right; /* allocated sums; difference = left - right */
	uint32_t *pool;        /* groups: records in the pool; else 0 */
	int32_t *chance;       /* groups: log2 of the chance fits expected; else 0 */
	uint32_t *member;      /* n + 1: members of match i are member[i] .. member[i + 1] */
};

struct result_members {
	uint32_t n;
	uint16_t *input;
	uint32_t *row;
	int64_t *allocated; /* the record's sign; 0 where there is no money */
};

/* Candidate partners of records that are open, suggested or ambiguous. */
struct result_candidates {
	uint32_t n;
	uint16_t *input;
	uint32_t *row;
	uint16_t *other_input;
	uint32_t *other_row;
	uint32_t *confidence;
	uint8_t *level; /* n x ncomparisons: level in its comparison, or RESULT_LEVEL_MISSING */
	int16_t *bits;  /* n x ncomparisons: weight given */
	int32_t *weight; /* their sum and the prior */
};

/*
 * What else an ambiguous match might hold: records that are not its members but might be in place of
 * a member of their side. Equal records are named once. One place per alternative, ascending by
 * (match, input, row); result_alternatives_of() finds those of a match.
 *
 * A match flagged RESULT_CHOICE is one decision about k of n records of a side: no pair of a member or
 * alternative with another is better than the next by a bit, so the engine chose k by content alone.
 * k is the number of its members on that side, n is k and the alternatives of that side; its kind is
 * 1:1 where k is 1, else n:m. Its members are a whole answer: confirming it as it
 * stands takes exactly them and leaves the alternatives open. All its alternatives are listed; of
 * other ambiguous matches those among the RESULT_CANDIDATES_MAX best partners of a member that come
 * within the pass's margin.
 */
struct result_alternatives {
	uint32_t n;
	uint32_t *match; /* index of the match */
	uint16_t *input;
	uint32_t *row;
	uint32_t *confidence; /* of its best pair with a member of the other side */
};

/* Every record, or open part of one, that no confirmed match consumes. */
struct result_open {
	uint32_t n;
	uint16_t *input;
	uint32_t *row;
	uint8_t *break_type;
	uint8_t *flags;
	int64_t *remaining;
	uint32_t *nearest; /* candidate index, or RESULT_NONE */
	uint32_t *match; /* number of the suggested or ambiguous match that reserves it; 0: none */
};

struct result {
	uint32_t ninputs, npasses, ncomparisons, nlevels, npatterns;
	struct result_input *inputs;           /* left ones first; <= 65535 */
	struct result_pass *passes;            /* <= 65535 */
	struct result_comparison *comparisons; /* <= 255 */
	struct result_level *levels;
	uint8_t *pattern_level; /* npatterns x ncomparisons: level in its comparison, or _MISSING */
	struct result_matches matches;
	struct result_members members;
	struct result_candidates candidates;
	struct result_alternatives alternatives;
	struct result_open open;
	struct sv model;          /* the canonical ruleset, or what else the engine keeps; opaque here */
	struct col_alloc *allocs; /* private */
};

#define RESULT_INIT ((struct result){0})
/* Also the CLEANUP function; leaves an empty result. */
void result_free(struct result *r);
/* Zeroed memory owned by r; NULL without memory. */
void *result_alloc(struct result *r, size_t n);
/* Pages of base/pages.h that r now owns, whatever is in them: large arrays are made of them first. */
void result_give(struct result *r, void *pages, size_t size);
/* A copy with a NUL, owned by r; NULL without memory. */
const char *result_strdup(struct result *r, struct sv s);
/* Allocate all arrays of a part for n rows, once comparisons are set. 0, E_NO_MEMORY or E_LIMIT. */
MUST_CHECK int result_set_matches(struct result *r, uint32_t n, struct err *err);
MUST_CHECK int result_set_members(struct result *r, uint32_t n, struct err *err);
MUST_CHECK int result_set_candidates(struct result *r, uint32_t n, struct err *err);
MUST_CHECK int result_set_open(struct result *r, uint32_t n, struct err *err);
MUST_CHECK int result_set_alternatives(struct result *r, uint32_t n, struct err *err);
MUST_CHECK int result_set_patterns(struct result *r, uint32_t npatterns, struct err *err);
/* The first alternative of a match, and in *ret_end the one behind its last. */
uint32_t result_alternatives_of(const struct result *r, uint32_t match, uint32_t *ret_end);
size_t result_bytes(const struct result *r);
/* Everything promised above (ranges, orders, indices): E_CORRUPT with what is wrong. */
MUST_CHECK int result_check(const struct result *r, struct err *err);

#endif
