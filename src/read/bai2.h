#ifndef READ_BAI2_H
#define READ_BAI2_H
/*
 * BAI2, Cash Management Balance Reporting Specifications, version 2 (Bank Administration Institute;
 * continued as ANSI X9.121): files (01, 99) of groups (02, 98) of accounts (03, 49) of entries
 * (16), each record going on in records 88.
 *
 * One row per record 16. The booking date is the group's as-of date, the value date that of the
 * funds type V. Amounts are minor units of the account's currency, else the group's, else USD; the
 * type code says whether they are credits (100 to 399, 700 to 759, 920 to 959) or debits. The
 * statement's balances are the types 010 and 015. All control totals and counts are checked and
 * reported with the statement they stand behind: those of a group and of the file with the last
 * one. A file that ends before its trailer is refused as a whole.
 *
 * Records are told by their codes, not by lines alone: several on one line and texts broken over
 * lines without a record 88 occur.
 */
#include "read/format.h"

bool bai2_sniff(const struct sniff *s);
/* As format.feed. */
MUST_CHECK int bai2_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);

#endif
