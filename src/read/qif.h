#ifndef READ_QIF_H
#define READ_QIF_H
/*
 * QIF (Quicken Interchange Format): lists of transactions of bank, cash and card accounts. Lines of
 * one letter and a value, a record ends with ^, a list begins with !Type:.
 *
 * One row per transaction; what it is split into is told in one column. Nothing in the format says
 * in which order a day is written, which mark is the decimal one, or in which currency amounts are:
 * the first two are found out by looking at all values, and asked for where those do not tell; the
 * currency is that of the source. Lists of investments are refused, memorised transactions,
 * categories and classes stepped over.
 */
#include "read/format.h"

bool qif_sniff(const struct sniff *s);
/* As format.feed. */
MUST_CHECK int qif_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);
/* As format.choose: encoding, order of days, marks of numbers. */
MUST_CHECK int qif_choose(struct detect *d, struct err *err);

#endif
