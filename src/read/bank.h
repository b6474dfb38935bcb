#ifndef READ_BANK_H
#define READ_BANK_H
/*
 * What the readers of bank statements share: a row put together cell by cell, the statement around
 * it with its balances and sum, and the feed that both go to.
 *
 * A reader opens a statement, tells its account, currency and balances as it meets them, puts the
 * cells of an entry and ends it, and closes the statement. The sum is taken over the entries as
 * written, whether or not the mapping accepts their rows; entries that are not booked, and those in
 * another currency than the statement's, have no part in it.
 *
 * Errors of memory stay until bank_entry_end or bank_statement_end says them.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "read/feed.h"

enum bank_column {
#define BANK(id, name, field, type, required, mt940, camt, bai2, ofx, qif) BANK_##id,
#include "read/bank_column.def"
#undef BANK
	BANK_COLUMN_COUNT
};

enum bank_format { BANK_MT940, BANK_CAMT, BANK_BAI2, BANK_OFX, BANK_QIF };

struct bank {
	struct feed *to;
	int8_t place[BANK_COLUMN_COUNT]; /* of the cell in the row; -1: the format has it not */
	uint32_t ncolumns;
	struct buf cell[BANK_COLUMN_COUNT]; /* of the entry that is being put together */
	struct buf raw;
	struct statement st;
	struct buf account, number; /* of st */
	struct {
		uint64_t n;
		__int128 sum;
	} side[2];       /* entries of it: debits, credits */
	bool open;       /* there is a statement */
	bool unprovable; /* an entry cannot be added up */
	bool pending;    /* the entry is not booked */
};

/* Tells the feed the format's columns. */
MUST_CHECK int bank_open(struct bank *b, enum bank_format format, struct feed *to, struct err *err);
void bank_close(struct bank *b); /* also the CLEANUP function */

/* ---- cells ---- */

/* Replaces the cell. */
void bank_put(struct bank *b, enum bank_column c, struct sv text);
/* Appends, with between in front unless the cell is empty or text is. */
void bank_add(struct bank *b, enum bank_column c, struct sv text, const char *between);
bool bank_has(const struct bank *b, enum bank_column c);
/* The day as 2026-03-04; one that there is not stays as written. */
void bank_put_day(struct bank *b, enum bank_column c, int year, int month, int day);
/* An unsigned amount as written, with either decimal mark; a sign in it stays. */
void bank_put_amount(struct bank *b, enum bank_column c, bool negative, struct sv digits);
/* The row as written, for the list of rejects; \n in front of all but the first part. */
void bank_raw(struct bank *b, struct sv text);

/* Feeds the entry and counts it in its statement; empties the cells. */
MUST_CHECK int bank_entry_end(struct bank *b, uint32_t line, struct err *err);
/* The entry is none. */
void bank_entry_drop(struct bank *b);

/* ---- statements ---- */

void bank_statement_begin(struct bank *b, uint32_t line);
/* What is no text becomes U+FFFD, and long ones are cut: both are shown to people. */
void bank_account(struct bank *b, struct sv account);
void bank_number(struct bank *b, struct sv number);
void bank_page(struct bank *b, struct sv page);     /* behind the number; empty: none */
void bank_currency(struct bank *b, struct sv code); /* unknown ones are left out */
/* text: an amount as for bank_put_amount, day NULL: not known. False: it is none. */
bool bank_balance(bool negative, struct sv text, struct sv currency, const int32_t *day,
	struct statement_balance *ret);
/* What the file says against what was found; what must stay. An amount is compared without its
 * sign. */
void bank_check_count(struct bank *b, const char *what, int64_t said, int64_t found);
void bank_check_amount(struct bank *b, const char *what, struct sv said, __int128 found);
void bank_days(struct bank *b, int32_t from, int32_t to);
MUST_CHECK int bank_statement_end(struct bank *b, struct err *err);

/* ---- what formats share ---- */

/* Digits at s.p[at], n of them; -1: they are none. */
int bank_digits(struct sv s, size_t at, size_t n);
/* YYMMDD, 80 to 99 being 19YY. False: no such day. */
bool bank_yymmdd(struct sv s, int32_t *ret);

#endif
