#ifndef READ_CAMT_H
#define READ_CAMT_H
/*
 * CAMT: reports (camt.052), statements (camt.053) and notifications (camt.054) of ISO 20022, in the
 * versions 001.02 to 001.13, one document or a ZIP archive of documents.
 *
 * Rows. An entry (Ntry) is one row, unless its transactions (TxDtls) can stand for it: each has an
 * amount of its own in the entry's currency, and with their signs these add up to the entry's
 * amount exactly. Then each transaction is a row. So the rows always add up to the entries, and a
 * batch whose parts the bank does not tell stays one row with all references and texts it has.
 *
 * The sign is that of CdtDbtInd, which the reversal indicator does not change: a returned payment
 * is an entry of its own. The counterparty is the debtor of a credit and the creditor of a debit,
 * the other way round for a reversal; where the bank names one of both only, it is that one, and
 * never the one whose account the statement is of. Entries that are not booked (PDNG, INFO, FUTR)
 * have their status and no part in the proof. A row's line is the number of its entry in the file.
 *
 * The opening balance is OPBD, else PRCD, else the first of two ITBD; the closing one CLBD, else
 * the last ITBD.
 */
#include "read/format.h"

bool camt_sniff(const struct sniff *s);
/* As format.feed. */
MUST_CHECK int camt_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err);

#endif
