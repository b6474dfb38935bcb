#ifndef DOMAIN_DECISION_FOLD_H
#define DOMAIN_DECISION_FOLD_H
/*
 * What decisions do to matches: which decision is allowed in which state, what it does to the
 * records, and the state of every match after a log of decisions, folded in order.
 *
 * An undone decision counts as if it had never been made. Only the latest decision on a match that
 * still counts can be undone, so nobody pulls away what somebody else has built upon.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/outcome.h"
#include "domain/word.h"

/* The engine's status is the first state; the numbers agree with outcome.def's STATUS. */
enum match_state {
	MATCH_CONFIRMED = STATUS_CONFIRMED,
	MATCH_SUGGESTED = STATUS_SUGGESTED,
	MATCH_AMBIGUOUS = STATUS_AMBIGUOUS,
	MATCH_REJECTED = 4,
	MATCH_UNDONE = 5, /* a confirmed match that was taken apart */
};
#define MATCH_STATE_MAX 5
/* "rejected"; NULL for a number that is no state. Static. */
const char *match_state_word(unsigned state);
bool match_state_from_word(struct sv word, uint8_t *ret);

/* What a change of state does to the records of the match. */
enum record_effect {
	RECORDS_STAY,
	RECORDS_TAKE,
	RECORDS_RELEASE,
};
enum record_effect match_effect(enum match_state before, enum match_state after);

/* The state after a decision of kind confirm, reject or unmatch; false: not allowed in this one. */
bool decision_apply(enum word kind, enum match_state before, enum match_state *ret_after);
/* Confirming what the engine has confirmed and nobody has decided on (latest < 0) is allowed too: it
 * changes no state and says that somebody checked it and agrees. */
bool decision_agrees(enum word kind, enum match_state before, ptrdiff_t latest);

/* A record that a person chose for a match, by its dataset's number. */
struct decision_record {
	int32_t dataset_no;
	uint32_t row;
};
#define DECISION_RECORDS_MAX 1000u

/* One decision of the log about a match of one job, or the undoing of one. */
struct decision_step {
	struct uuid id;
	enum word kind;     /* DECISION_ */
	int32_t match_no;   /* from 1; of undo: ignored */
	struct uuid undoes; /* of undo */
	/* Of confirm: what the match consists of by this decision; none: the engine's own members. */
	const struct decision_record *records;
	uint32_t nrecords;
};

/*
 * Applies the steps, in order, to state (nmatches places, filled with the engine's statuses).
 * Steps about other matches, and ones that are not allowed, change nothing: the log was checked
 * when it was written. E_NO_MEMORY.
 */
MUST_CHECK int decision_fold(
	const struct decision_step *steps, size_t n, uint8_t *state, uint32_t nmatches);

/* The same; latest (nmatches places): index + 1 of the step that made a match's state, 0 where it is
 * the engine's. */
MUST_CHECK int decision_fold_latest(const struct decision_step *steps, size_t n, uint8_t *state,
	uint32_t *latest, uint32_t nmatches);

/* What people said about the engine's matches, by the last decision on each that counts. */
enum decision_verdict {
	VERDICT_NONE,
	VERDICT_RIGHT,
	VERDICT_WRONG, /* rejected, taken apart, or split */
};

/* verdict: nmatches places. E_NO_MEMORY. */
MUST_CHECK int decision_verdicts(
	const struct decision_step *steps, size_t n, uint8_t *verdict, uint32_t nmatches);

/* The state of one match, and the latest decision on it that counts (-1: none) as an index. */
enum match_state decision_state_of(const struct decision_step *steps, size_t n, int32_t match_no,
	enum match_state engine, ptrdiff_t *ret_latest);

#endif
