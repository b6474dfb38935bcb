#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H
/*
 * The matching engine: column tables and a ruleset in, a result (col/result.h) and the figures of
 * the receipt out. Pure computation: no I/O, no clock, no randomness that is not seeded by the
 * input. The same inputs, ruleset and MATCH_ENGINE give a byte-identical result with any number of
 * threads on any CPU; the order of rows changes nothing but row numbers.
 *
 * Money is int64 minor units with the record's sign (after flip_sign), confidence is parts per
 * million, weights and margins are 1/64 bit. Rows are 0-based.
 *
 * Guarantees of a result, proved by match_check():
 *   - a record's allocations over all matches have its sign and stay within its amount;
 *   - a member of a whole-record match is in no other match;
 *   - |sum of left allocations - sum of right ones| is within the pass's limit;
 *   - a match under the confirm line because of a rival is ambiguous, never confirmed;
 *   - per side and currency: brought forward + accepted = matched + excluded + open, in rows and money.
 */
#include <stdatomic.h>
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "col/col.h"
#include "col/result.h"
#include "match/calibrate.h"
#include "rules/ruleset.h"

/* Which engine made a result; in the hashed part of every receipt, so that a run that is made again and
 * gives another hash is known to be of another engine, not of other data. Grows with every change after
 * which the same inputs and ruleset may give another result (weights, confidences, ties, budgets), not
 * with those that only make it faster.
 * 2: pairs settled without their component, small components counted out, nettings and partials that
 *    compete, "k of n", dependence and atoms of learned passes, budgets of the assignment in edges. */
#define MATCH_ENGINE 2
#define MATCH_MARGIN_CAP (20 * RULES_BIT)
#define MATCH_ROWS_MAX UINT32_C(1000000000) /* of one side */
#define MATCH_INPUTS_MAX 1000

enum match_phase {
#define MATCH_PHASE(name, word) MATCH_PHASE_##name,
#include "match/phase.def"
#undef MATCH_PHASE
	MATCH_PHASE_COUNT
};

/* One table of one side. Left ones come first. */
struct match_input {
	const struct col_table *table; /* not NULL; unchanged during the run */
	uint8_t side;                  /* RESULT_LEFT, RESULT_RIGHT */
	int32_t dataset_no;
	uint8_t sha256[32];            /* of the dataset's content, or zero */
	/* Per row the amount that is open (carried items), in minor units; 0: the row is not offered;
	 * NULL: all rows are offered whole. */
	const int64_t *remaining;
	int32_t first_seen; /* day its rows were first taken in; 0: not known */
};

/* What became of the lines of the advice. */
struct match_advice_stat {
	uint32_t lines, settled; /* settled: by confirmed, suggested or ambiguous matches */
	uint32_t unknown;        /* name a record that is not open here */
	uint32_t differing;      /* records whose lines do not add up */
};

/* How a run is made. Zeroed members take their defaults. */
struct match_options {
	unsigned threads;          /* 0: one per CPU that this process may use */
	size_t memory_bytes;       /* bound on what the engine allocates; 0: none */
	const struct col_table *advice; /* with the columns of the ruleset's advice; NULL: none */
	/* Acts on every marginal before a line is drawn; NULL: what the model says is stated. */
	const struct calibration *calibration;
	struct sv model; /* as match_receipt.model: passes that it has are scored by it; p NULL: none */
	const atomic_bool *cancel; /* looked at at least every 50 ms; NULL: never */
	/* Called from the calling thread only, at most some hundred times a phase; NULL: never. */
	void (*progress)(void *arg, enum match_phase phase, uint64_t done, uint64_t total);
	void *arg;
};

/* Identity of one side and currency, in rows and money:
 * brought forward + accepted = matched + excluded + open (nothing is written off by a run). Matched is
 * what confirmed matches took; reserved, the suggested and ambiguous part, is open. Rows of an input
 * that has `remaining` are brought forward; those of which nothing remains are in none of the terms. */
struct match_money {
	uint8_t side;
	int32_t currency; /* packed as in col.h; 0: none known */
	uint32_t rows_forward, rows_accepted, rows_matched, rows_excluded, rows_open, rows_reserved;
	__int128 forward, accepted, matched, excluded, open, reserved;
	bool balanced;
};

struct match_pass_stat {
	/* hints: pairs chosen that reach no line; where none could, as many as there might be. */
	uint32_t confirmed, suggested, ambiguous, hints;
	uint32_t choices;      /* of the ambiguous ones: "k of n", see RESULT_CHOICE */
	uint64_t pairs;        /* compared */
	uint64_t not_searched; /* pairs that a budget left out */
	uint32_t largest;      /* nodes of the largest component */
	uint32_t unproved;     /* components or targets whose search was not complete */
	uint64_t gap;          /* by how much components at most miss the optimum, 1/64 bit */
	uint32_t pools_cut;
	uint32_t not_identifiable; /* targets skipped: more than one chance fit expected */
	uint64_t states;       /* of the group search */
	/* Of a learned pass: matches that are expected, how many of them are among the candidates
	 * (estimated, ppm), and whether there were enough to learn from; recall 0: of no learned pass. */
	uint32_t expected, recall;
	bool learned;
	bool doubtful; /* the weights say more than they can know: nothing was confirmed */
};

/* A record of an earlier run that is still open, with what is left of it. */
struct match_carried {
	uint32_t row;
	uint16_t input;
	int32_t first_seen;
	int64_t remaining;
};

/* What the receipt says beside the result. */
struct match_receipt {
	uint32_t rows[2], excluded[2], matched[2], open[2], reserved[2]; /* rows */
	struct match_money *money;
	uint32_t nmoney;
	struct match_carried *carried;  /* by input and row */
	uint32_t ncarried;
	struct match_pass_stat *passes; /* as many as the ruleset has */
	uint32_t npasses;
	int32_t as_of[2];        /* day used for ageing; INT32_MIN: no dates */
	int32_t transit_days[2]; /* lag after which an open item is overdue */
	uint32_t repeated[2]; /* of excluded: came before, or superseded by a later input */
	struct match_advice_stat advice;
	bool prior;              /* start values were used, nothing was learned */
	char *model;             /* what learned passes learned, as JSON; NULL: there was none */
	uint64_t peak_bytes;     /* unhashed: the engine's own memory */
};

void match_receipt_free(struct match_receipt *r); /* also the CLEANUP function */

/*
 * Runs the ruleset. Writes *ret (to be freed by result_free) and *ret_receipt on success only. The
 * result's model is the canonical ruleset. E_RULESET (a field's column is missing or of
 * another type, with the pointer), E_CURRENCY, E_LIMIT, E_MEMORY_BOUND, E_NO_MEMORY, E_CANCELLED.
 * Blocks for the whole run.
 */
MUST_CHECK int match_run(const struct match_input *inputs, uint32_t ninputs,
	const struct ruleset *rules, const struct match_options *options, struct result *ret,
	struct match_receipt *ret_receipt, struct err *err);

/* Proves the guarantees above; E_CORRUPT with the first one that does not hold. For results from
 * outside and for tests. */
MUST_CHECK int match_check(const struct match_input *inputs, uint32_t ninputs,
	const struct ruleset *rules, const struct result *r, struct err *err);

/* "assigning": static. */
const char *match_phase_word(enum match_phase phase);

/*
 * Proposes a ruleset for two tables without one: profiles both sides, pairs columns that mean the
 * same, and writes the JSON that a person can edit. Labels name the sides. E_INVALID when the
 * sides have nothing in common.
 */
MUST_CHECK int match_propose(const struct col_table *left, const struct col_table *right,
	struct sv left_label, struct sv right_label, struct buf *out, struct err *err);

/* The same proposal (JSON as match_propose writes it) with the way in which a third table of lines is to
 * be read. E_INVALID when its columns do not tell. */
MUST_CHECK int match_propose_advice(const struct col_table *left, const struct col_table *right,
	const struct col_table *advice, struct sv rules, struct buf *out, struct err *err);

#endif
