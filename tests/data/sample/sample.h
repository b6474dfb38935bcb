#ifndef SAMPLE_SAMPLE_H
#define SAMPLE_SAMPLE_H
/*
 * The sample of the demo: a quarter of a made-up company's ledger, the statement of its bank, and
 * which rows belong together. Made by a seeded generator without floats, so equal seeds give equal
 * bytes everywhere; the committed files are those of SAMPLE_SEED.
 *
 * Most rows pair up one to one, 0 to 6 days apart, with a reference that is whole, reworded, cut,
 * mistyped or missing. Beside them: payments less a bank's fee, one payment for several invoices,
 * one invoice paid in two parts, rows booked twice, rows with the sign reversed, and rows that are
 * missing on the other side. The last three kinds are open items: truth.csv does not name them.
 */
#include "base/buf.h"

#define SAMPLE_SEED UINT64_C(378)

struct sample {
	struct buf ledger; /* CSV: comma, ISO dates, signed decimals with a point */
	struct buf bank;   /* CSV: semicolon, DD.MM.YYYY, decimal comma, S or H for the sign */
	struct buf truth;  /* CSV: match_id,left_row,right_row; rows from 1, without the header */
};

/* 0 or E_NO_MEMORY. */
MUST_CHECK int sample_make(uint64_t seed, struct sample *ret);
void sample_free(struct sample *s);

#endif
