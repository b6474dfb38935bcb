/*
 * Entries to rows.
 */
#include "read/camt_row.h"

#include "base/date.h"
#include "base/decimal.h"

#define SUM_SCALE 5 /* digits behind the mark that the schema allows */

bool camt_is_debit(struct sv side)
{
	return sv_eq(side, SV("DBIT"));
}

bool camt_day(struct sv s, int32_t *ret)
{
	int y = bank_digits(s, 0, 4), m = bank_digits(s, 5, 2), d = bank_digits(s, 8, 2);

	return y >= 0 && m >= 0 && d >= 0 && date_from_civil(y, m, d, ret) == 0;
}

/* ---- whether the transactions stand for the entry ---- */

static struct sv amount_of(const struct camt_values *d, struct sv *ret_currency)
{
	bool own = d->v[CAMT_AMOUNT].n > 0;

	*ret_currency = d->v[own ? CAMT_CURRENCY : CAMT_TX_CURRENCY];
	return d->v[own ? CAMT_AMOUNT : CAMT_TX_AMOUNT];
}

static bool parse(struct sv amount, bool debit, int64_t *ret)
{
	static const struct decimal_format plain = {'.', 0};

	if (decimal_parse(amount, plain, SUM_SCALE, ret) != 0)
		return false;
	if (debit)
		*ret = -*ret;
	return true;
}

static struct sv side_of(const struct camt_values *entry, const struct camt_values *d)
{
	return d->v[CAMT_SIDE].n > 0 ? d->v[CAMT_SIDE] : entry->v[CAMT_SIDE];
}

static bool add_up(const struct camt_values *entry, const struct camt_values *details)
{
	int64_t whole, part;
	__int128 sum = 0;
	struct sv currency;

	if (details == NULL || details->next == NULL) /* one is the entry itself */
		return false;
	if (!parse(entry->v[CAMT_AMOUNT], camt_is_debit(entry->v[CAMT_SIDE]), &whole))
		return false;
	for (const struct camt_values *d = details; d != NULL; d = d->next) {
		struct sv amount = amount_of(d, &currency);

		if (!sv_eq(currency, entry->v[CAMT_CURRENCY]) ||
			!parse(amount, camt_is_debit(side_of(entry, d)), &part))
			return false;
		sum += part;
	}
	return sum == whole;
}

/* ---- cells ---- */

/* Values that are cells as they are. */
static const struct {
	enum camt_value value;
	enum bank_column column;
} plain_cells[] = {
	{CAMT_TEXT, BANK_TEXT},
	{CAMT_REFERENCE, BANK_REFERENCE},
	{CAMT_BANK_REFERENCE, BANK_BANK_REFERENCE},
	{CAMT_INSTRUCTION, BANK_INSTRUCTION},
	{CAMT_CREDITOR_REFERENCE, BANK_CREDITOR_REFERENCE},
	{CAMT_DOCUMENT, BANK_DOCUMENT},
	{CAMT_MANDATE, BANK_MANDATE},
	{CAMT_CREDITOR_ID, BANK_CREDITOR},
	{CAMT_CHECK, BANK_CHECK},
	{CAMT_RETURN_CODE, BANK_RETURN_CODE},
	{CAMT_INFORMATION, BANK_BOOKING_TEXT},
};

static bool is_nothing(struct sv s)
{
	return s.n == 0 || sv_eq_nocase(s, SV("NOTPROVIDED"));
}

/* The values of all given transactions, one after the other; one that repeats the last is not. */
static void put_all(struct bank *b, enum bank_column column, enum camt_value value,
	const struct camt_values *d, bool all)
{
	struct sv last = SV_NULL;

	for (; d != NULL; d = all ? d->next : NULL) {
		if (is_nothing(d->v[value]) || sv_eq(d->v[value], last))
			continue;
		last = d->v[value];
		bank_add(b, column, last, " ");
	}
}

struct row {
	const struct camt_values *entry;
	const struct camt_values *detail; /* first of those that the row is about; may be NULL */
	bool all;                         /* it is about all of them */
};

/* What the transactions say, else the entry. */
static void put_cell(
	struct bank *b, const struct row *r, enum camt_value value, enum bank_column column)
{
	put_all(b, column, value, r->detail, r->all);
	if (!bank_has(b, column) && !is_nothing(r->entry->v[value]))
		bank_add(b, column, r->entry->v[value], "");
}

/* The first of two values that any of the transactions has. */
static void put_either(struct bank *b, const struct row *r, enum camt_value first,
	enum camt_value second, enum bank_column column)
{
	put_all(b, column, first, r->detail, r->all);
	if (!bank_has(b, column))
		put_all(b, column, second, r->detail, r->all);
}

static void put_parties(struct bank *b, const struct row *r, bool debit)
{
	static const struct {
		enum camt_value debtor, creditor;
		enum bank_column column;
	} parties[] = {
		{CAMT_DEBTOR, CAMT_CREDITOR, BANK_PARTY},
		{CAMT_DEBTOR_ACCOUNT, CAMT_CREDITOR_ACCOUNT, BANK_PARTY_ACCOUNT},
		{CAMT_DEBTOR_BANK, CAMT_CREDITOR_BANK, BANK_PARTY_BANK},
		{CAMT_ULTIMATE_DEBTOR, CAMT_ULTIMATE_CREDITOR, BANK_ULTIMATE_PARTY},
	};
	bool creditor = debit != sv_eq(r->entry->v[CAMT_REVERSAL], SV("true"));
	struct sv account =
		r->detail == NULL
			? SV_NULL
			: r->detail->v[creditor ? CAMT_CREDITOR_ACCOUNT : CAMT_DEBTOR_ACCOUNT];

	/* One's own account is not the other one's, whatever the side says. */
	if (account.n > 0 && sv_eq(account, buf_sv(&b->account)))
		creditor = !creditor;
	for (size_t i = 0; i < ARRAY_LEN(parties); i++) {
		enum camt_value first = creditor ? parties[i].creditor : parties[i].debtor;
		enum camt_value second = creditor ? parties[i].debtor : parties[i].creditor;

		put_either(b, r, first, second, parties[i].column);
	}
}

static void put_day(struct bank *b, enum bank_column column, struct sv s)
{
	if (s.n > 10 && (s.p[10] == 'T' || s.p[10] == '+' || s.p[10] == '-' || s.p[10] == 'Z'))
		s.n = 10;
	bank_put(b, column, s);
}

/* PMNT-RCDT-ESCT, else the bank's own code. */
static void put_code(struct bank *b, const struct row *r)
{
	const struct camt_values *of = r->entry;

	if (r->detail != NULL && (!r->all || r->detail->next == NULL) &&
		(r->detail->v[CAMT_DOMAIN].n > 0 || r->detail->v[CAMT_PROPRIETARY].n > 0))
		of = r->detail;
	if (of->v[CAMT_DOMAIN].n == 0) {
		bank_put(b, BANK_CODE, of->v[CAMT_PROPRIETARY]);
		return;
	}
	bank_put(b, BANK_CODE, of->v[CAMT_DOMAIN]);
	bank_add(b, BANK_CODE, of->v[CAMT_FAMILY], "-");
	bank_add(b, BANK_CODE, of->v[CAMT_SUBFAMILY], "-");
}

/* Charges in another currency than the row's are told in words. */
static void put_charges(struct bank *b, const struct row *r, struct sv currency)
{
	bool own = r->detail != NULL && r->detail->v[CAMT_CHARGES].n > 0 && r->detail->next == NULL;
	const struct camt_values *of = own || (r->detail != NULL && !r->all) ? r->detail : r->entry;
	struct sv charges = of->v[CAMT_CHARGES];

	if (charges.n == 0)
		return;
	if (sv_eq(of->v[CAMT_CHARGES_CURRENCY], currency)) {
		bank_put_amount(b, BANK_FEE, false, charges);
		return;
	}
	bank_add(b, BANK_BOOKING_TEXT, SV("Charges"), " ");
	bank_add(b, BANK_BOOKING_TEXT, of->v[CAMT_CHARGES_CURRENCY], " ");
	bank_add(b, BANK_BOOKING_TEXT, charges, " ");
}

static bool is_booked(struct sv status)
{
	return status.n == 0 || sv_eq(status, SV("BOOK"));
}

static int put_row(struct bank *b, const struct row *r, struct sv amount, struct sv currency,
	bool debit, uint32_t no, struct err *err)
{
	const struct camt_values *e = r->entry;

	put_day(b, BANK_DATE, e->v[CAMT_BOOKED].n > 0 ? e->v[CAMT_BOOKED] : e->v[CAMT_VALUED]);
	put_day(b, BANK_VALUE_DATE, e->v[CAMT_VALUED]);
	bank_put_amount(b, BANK_AMOUNT, debit, amount);
	bank_put(b, BANK_CURRENCY, currency);
	for (size_t i = 0; i < ARRAY_LEN(plain_cells); i++)
		put_cell(b, r, plain_cells[i].value, plain_cells[i].column);
	if (!bank_has(b, BANK_REFERENCE) && !is_nothing(e->v[CAMT_ENTRY_REFERENCE]))
		bank_put(b, BANK_REFERENCE, e->v[CAMT_ENTRY_REFERENCE]);
	if (!bank_has(b, BANK_INSTRUCTION))
		put_cell(b, r, CAMT_BATCH, BANK_INSTRUCTION);
	put_parties(b, r, debit);
	put_code(b, r);
	put_charges(b, r, currency);
	bank_put(b, BANK_STATUS, e->v[CAMT_STATUS]);
	if (sv_eq(e->v[CAMT_REVERSAL], SV("true")))
		bank_put(b, BANK_REVERSAL, SV("yes"));
	b->pending = !is_booked(e->v[CAMT_STATUS]);
	return bank_entry_end(b, no, err);
}

int camt_put_entry(struct bank *b, const struct camt_values *entry,
	const struct camt_values *details, uint32_t no, struct err *err)
{
	struct sv currency;
	int rc = 0;

	if (!add_up(entry, details)) {
		const struct row whole = {entry, details, true};

		return put_row(b, &whole, entry->v[CAMT_AMOUNT], entry->v[CAMT_CURRENCY],
			camt_is_debit(entry->v[CAMT_SIDE]), no, err);
	}
	for (const struct camt_values *d = details; d != NULL && rc == 0; d = d->next) {
		const struct row one = {entry, d, false};
		struct sv amount = amount_of(d, &currency);

		rc = put_row(b, &one, amount, currency, camt_is_debit(side_of(entry, d)), no, err);
	}
	return rc;
}
