#ifndef READ_OFX_H
#define READ_OFX_H
/*
 * OFX and QFX (Open Financial Exchange 1.0.2 to 2.3): statements of bank accounts and cards.
 *
 * Version 1 is SGML whose elements with a value need no end tag, version 2 is XML; files sold as
 * either mix both, so one reader takes them: an element is known to hold others or else it has a
 * value, which ends at the next tag. There is no document type and no entity but the usual ones.
 * Elements that hold others must nest, and the whole must be closed: a file that is cut is refused.
 *
 * One row per STMTTRN, signed as written. The booking date is DTPOSTED as the bank wrote it,
 * without turning its time. Only the closing balance (LEDGERBAL) is told, so there is no proof.
 * Statements of investments are refused (E_UNSUPPORTED): they are no list of amounts.
 */
#include "read/format.h"

bool ofx_sniff(const struct sniff *s);
/* As format.feed. */
MUST_CHECK int ofx_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);

#endif
