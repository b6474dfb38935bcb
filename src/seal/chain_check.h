#ifndef SEAL_CHAIN_CHECK_H
#define SEAL_CHAIN_CHECK_H
/*
 * Whether an audit log is whole, and if not, what was done to it. Rows are given in the order in
 * which they were found, checkpoints in any order; the hashes tell in which order the rows were
 * written, which are missing and which do not belong there. Pure; 96 bytes of memory per row.
 *
 * What can be told: everything that somebody does who cannot sign checkpoints. Rows after the last
 * checkpoint vouch only for each other: whoever may write the table could write those anew.
 */
#include "seal/chain.h"

enum chain_kind {
	CHAIN_EDIT,       /* a row does not say what it said */
	CHAIN_INSERTION,  /* a row that nothing leads on from */
	CHAIN_DELETION,   /* rows are missing between others, or before the first */
	CHAIN_REORDERING, /* rows do not stand in the order in which they were written */
	CHAIN_TRUNCATION, /* a checkpoint knows of rows after the last one */
	CHAIN_RESTAMPING, /* rows hang together, but are not those that a checkpoint signed */
	CHAIN_FORGERY,    /* a checkpoint that our key did not sign */
	CHAIN_KINDS
};

struct chain_finding {
	enum chain_kind kind;
	int64_t from, to; /* rows, by number */
	const char *text; /* static: what it is that was seen */
};

#define CHAIN_FINDINGS_MAX 100 /* further ones are counted only */

struct chain_report {
	int64_t rows;
	int64_t checkpoints;   /* whose signature holds */
	int64_t signed_seq;    /* the last row that a checkpoint vouches for; 0: none */
	int64_t signed_ts;     /* when that one was made */
	struct chain_finding findings[CHAIN_FINDINGS_MAX];
	size_t n;              /* of findings, at most CHAIN_FINDINGS_MAX */
	size_t more;           /* beyond */
};

struct chain_check;

MUST_CHECK int chain_check_new(struct chain_check **ret, struct err *err);
void chain_check_free(struct chain_check **c); /* also the CLEANUP function */
MUST_CHECK int chain_check_row(
	struct chain_check *c, const struct chain_row *row, struct err *err);
/* A place where a row was to be read and was not. */
void chain_check_damage(struct chain_check *c);
MUST_CHECK int chain_check_checkpoint(struct chain_check *c, const struct chain_checkpoint *cp,
	const struct sign_ring *ring, struct err *err);
/* What there is to say. Without findings the log is whole. E_NO_MEMORY. */
MUST_CHECK int chain_check_end(
	struct chain_check *c, struct chain_report *ret, struct err *err);

const char *chain_kind_word(enum chain_kind kind); /* "edit" */

#endif
