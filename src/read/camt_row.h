#ifndef READ_CAMT_ROW_H
#define READ_CAMT_ROW_H
/*
 * The values of an entry and its transactions, and what rows they are. Values live in the entry's
 * arena.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"
#include "read/bank.h"

enum camt_value {
	/* Of statements. */
	CAMT_STATEMENT_ID,
	CAMT_SEQUENCE,
	CAMT_LEGAL_SEQUENCE,
	CAMT_FROM,
	CAMT_TO,
	CAMT_ACCOUNT,
	CAMT_ACCOUNT_CURRENCY,
	CAMT_PAGE,
	CAMT_LAST_PAGE,
	CAMT_ENTRIES,
	CAMT_CREDITS,
	CAMT_CREDIT_TOTAL,
	CAMT_DEBITS,
	CAMT_DEBIT_TOTAL,
	CAMT_BALANCE_TYPE,
	/* Of balances, entries and transactions. */
	CAMT_AMOUNT,
	CAMT_CURRENCY, /* of it */
	CAMT_TX_AMOUNT,
	CAMT_TX_CURRENCY,
	CAMT_SIDE,
	CAMT_REVERSAL,
	CAMT_STATUS,
	CAMT_BOOKED,
	CAMT_VALUED,
	CAMT_BANK_REFERENCE,
	CAMT_ENTRY_REFERENCE,
	CAMT_DOMAIN,
	CAMT_FAMILY,
	CAMT_SUBFAMILY,
	CAMT_PROPRIETARY,
	CAMT_INFORMATION,
	CAMT_CHARGES,
	CAMT_CHARGES_CURRENCY,
	CAMT_BATCH,
	CAMT_REFERENCE,
	CAMT_INSTRUCTION,
	CAMT_MANDATE,
	CAMT_CHECK,
	CAMT_DEBTOR,
	CAMT_DEBTOR_ACCOUNT,
	CAMT_DEBTOR_BANK,
	CAMT_ULTIMATE_DEBTOR,
	CAMT_CREDITOR,
	CAMT_CREDITOR_ACCOUNT,
	CAMT_CREDITOR_BANK,
	CAMT_ULTIMATE_CREDITOR,
	CAMT_CREDITOR_ID,
	CAMT_CREDITOR_REFERENCE,
	CAMT_DOCUMENT,
	CAMT_TEXT,
	CAMT_RETURN_CODE,
	CAMT_VALUE_COUNT
};

struct camt_values {
	struct sv v[CAMT_VALUE_COUNT];
	struct camt_values *next; /* of the entry's transactions */
};

/* Whether an indicator says debit. */
bool camt_is_debit(struct sv side);
/* The first ten characters of a day or an instant. False: they are no day. */
bool camt_day(struct sv s, int32_t *ret);
/* Feeds the rows of an entry. no: the number of the entry. */
MUST_CHECK int camt_put_entry(struct bank *b, const struct camt_values *entry,
	const struct camt_values *details, uint32_t no, struct err *err);

#endif
