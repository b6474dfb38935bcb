#ifndef READ_STATEMENT_H
#define READ_STATEMENT_H
/*
 * What a bank says about the entries in its file: whose account, which statement, from which
 * balance to which. One file may hold several statements, and one of them none of the balances.
 *
 * The proof: opening balance + entries = closing balance, over what the file says, before any
 * mapping is applied: a row that a mapping rejects still counts as an entry of its statement.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "wire/json.h"

#define STATEMENTS_MAX 10000u /* of one file */

struct statement_balance {
	bool known;
	bool has_day;
	int32_t day;   /* as in base/date.h */
	int64_t minor; /* in units of the statement's scale, credit positive */
};

/* A number or sum that the file says about its entries, against what was found. */
struct statement_check {
	const char *what;    /* "credits", "credit_total", "account_total", …; static */
	int64_t said, found; /* counts, or minor units of the statement's scale */
	bool money;
};

#define STATEMENT_CHECKS 16u

struct statement {
	struct sv account; /* IBAN or number, as written */
	struct sv number;  /* of the statement, with its page where there is one */
	int32_t currency;  /* packed; 0: not said */
	uint8_t scale;     /* of all amounts below */
	bool has_days;     /* from and to are known */
	int32_t from, to;  /* first and last day that it is about */
	struct statement_balance opening, closing;
	struct statement_balance available; /* no part of the proof */
	uint64_t entries;                   /* as found */
	int64_t sum;                        /* of them, credit positive */
	bool incomplete;                    /* an entry could not be added up: there is no proof */
	uint32_t line;                      /* where it begins, from 1 */
	struct statement_check checks[STATEMENT_CHECKS];
	uint32_t nchecks;
};

enum statement_proof {
	STATEMENT_UNPROVEN, /* a balance is missing */
	STATEMENT_PROVEN,
	STATEMENT_DIFFERS,
};

struct statement_list {
	struct statement *items;
	uint32_t n, cap;
	struct arena arena; /* their texts */
};

void statement_list_free(struct statement_list *l); /* also the CLEANUP function */
/* Copies s and its texts. E_LIMIT, E_NO_MEMORY. */
MUST_CHECK int statement_list_add(
	struct statement_list *l, const struct statement *s, struct err *err);
/* *ret_difference (may be NULL): closing - (opening + sum), 0 when unproven. */
enum statement_proof statement_prove(const struct statement *s, int64_t *ret_difference);
/* An array under key: {account, number, currency, from, to, opening, closing, available,
 * entries, sum, line, proof, difference?, checks: [{what, said, found, agrees}]}; amounts are
 * decimal strings, what is not known is null. */
void statement_list_to_json(const struct statement_list *l, const char *key, struct json_writer *w);

#endif
