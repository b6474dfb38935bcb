#ifndef READ_MT940_H
#define READ_MT940_H
/*
 * MT940 and MT950 (statements) and MT942 (interim reports) of SWIFT's Standards MT, category 9, as
 * banks deliver them: messages in SWIFT's blocks {1:}{2:}{4:} or bare, with lines of a transfer
 * program around them.
 *
 * One row per field 61 with the field 86 that follows. The booking date is the entry date, its year
 * the one nearest to the value date, else the value date. The 29th and 30th of February, which
 * banks that count 30 days to a month write, are its last day. C and RD are positive, D and RC
 * negative; expected entries (EC, ED) are no part of the balance. Pages (60M, 62M) of one statement
 * are joined.
 *
 * A file that ends inside of a message is refused as a whole.
 */
#include "read/format.h"

bool mt940_sniff(const struct sniff *s);
/* As format.feed. */
MUST_CHECK int mt940_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);

#endif
