/*
 * OFX: what its elements mean. Tags and values come from ofx_tag.c.
 */
#include "read/ofx.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "read/bank.h"
#include "read/ofx_tag.h"

#define DEPTH_MAX 32u

/* Elements that hold others, as far as they matter. */
enum aggregate {
	NONE,
	OFX,
	STATEMENT,
	INVESTMENT,
	ACCOUNT,
	ENTRIES,
	ENTRY,
	LEDGER,
	AVAILABLE,
	PAYEE,
	TO_ACCOUNT,
	CURRENCY,
	ORIGINAL,
};

static const struct {
	const char *tag;
	enum aggregate aggregate;
} aggregates[] = {
	{"OFX", OFX},
	{"STMTRS", STATEMENT},
	{"CCSTMTRS", STATEMENT},
	{"INVSTMTRS", INVESTMENT},
	{"BANKACCTFROM", ACCOUNT},
	{"CCACCTFROM", ACCOUNT},
	{"BANKTRANLIST", ENTRIES},
	{"STMTTRN", ENTRY},
	{"LEDGERBAL", LEDGER},
	{"AVAILBAL", AVAILABLE},
	{"PAYEE", PAYEE},
	{"BANKACCTTO", TO_ACCOUNT},
	{"CCACCTTO", TO_ACCOUNT},
	{"CURRENCY", CURRENCY},
	{"ORIGCURRENCY", ORIGINAL},
};

enum kind { CELL, DAY, AMOUNT, CUR_DEFAULT, ACCOUNT_NO, DAY_FROM, DAY_TO, BAL_AMOUNT, BAL_DAY };

static const struct {
	enum aggregate in;
	const char *tag;
	enum kind kind;
	enum bank_column column;
} values[] = {
	{STATEMENT, "CURDEF", CUR_DEFAULT, 0},
	{ACCOUNT, "ACCTID", ACCOUNT_NO, 0},
	{ENTRIES, "DTSTART", DAY_FROM, 0},
	{ENTRIES, "DTEND", DAY_TO, 0},
	{LEDGER, "BALAMT", BAL_AMOUNT, 0},
	{LEDGER, "DTASOF", BAL_DAY, 0},
	{AVAILABLE, "BALAMT", BAL_AMOUNT, 0},
	{AVAILABLE, "DTASOF", BAL_DAY, 0},
	{ENTRY, "TRNTYPE", CELL, BANK_CODE},
	{ENTRY, "DTPOSTED", DAY, BANK_DATE},
	{ENTRY, "DTAVAIL", DAY, BANK_VALUE_DATE},
	{ENTRY, "VALUEDATE", DAY, BANK_VALUE_DATE},
	{ENTRY, "TRNAMT", AMOUNT, BANK_AMOUNT},
	{ENTRY, "FITID", CELL, BANK_BANK_REFERENCE},
	{ENTRY, "CHECKNUM", CELL, BANK_CHECK},
	{ENTRY, "REFNUM", CELL, BANK_REFERENCE},
	{ENTRY, "NAME", CELL, BANK_PARTY},
	{PAYEE, "NAME", CELL, BANK_PARTY},
	{ENTRY, "MEMO", CELL, BANK_TEXT},
	{TO_ACCOUNT, "ACCTID", CELL, BANK_PARTY_ACCOUNT},
	{CURRENCY, "CURSYM", CELL, BANK_CURRENCY},
};

struct ofx {
	struct bank bank;
	enum aggregate stack[DEPTH_MAX];
	uint32_t depth;
	uint32_t entry_line;
	int32_t from, to, day; /* of the statement, of the balance */
	bool has_from, has_to, has_day;
	struct buf balance;
	uint64_t statements;
	bool whole; /* </OFX> was there */
};

static void ofx_free(struct ofx *o)
{
	bank_close(&o->bank);
	buf_free(&o->balance);
}

static enum aggregate top(const struct ofx *o)
{
	return o->depth == 0 ? NONE : o->stack[o->depth - 1];
}

static bool is_inside(const struct ofx *o, enum aggregate a)
{
	for (uint32_t i = 0; i < o->depth; i++)
		if (o->stack[i] == a)
			return true;
	return false;
}

static enum aggregate aggregate_of(struct sv tag)
{
	for (size_t i = 0; i < ARRAY_LEN(aggregates); i++)
		if (sv_eq_cstr(tag, aggregates[i].tag))
			return aggregates[i].aggregate;
	return NONE;
}

bool ofx_is_aggregate(struct sv tag)
{
	return aggregate_of(tag) != NONE;
}

/* ---- values ---- */

/* YYYYMMDD with a time and a zone behind. */
static bool parse_day(struct sv s, int *y, int *m, int *d)
{
	*y = bank_digits(s, 0, 4);
	*m = bank_digits(s, 4, 2);
	*d = bank_digits(s, 6, 2);
	return *y >= 0 && *m >= 0 && *d >= 0;
}

static bool civil(struct sv s, int32_t *ret)
{
	int y, m, d;

	return parse_day(s, &y, &m, &d) && date_from_civil(y, m, d, ret) == 0;
}

static void put_day(struct bank *b, enum bank_column c, struct sv s)
{
	int y, m, d;

	if (parse_day(s, &y, &m, &d))
		bank_put_day(b, c, y, m, d);
	else
		bank_put(b, c, s);
}

static void put_value(struct ofx *o, enum kind kind, enum bank_column column, struct sv s)
{
	struct bank *b = &o->bank;

	switch (kind) {
	case CELL:
		if (column == BANK_CHECK && sv_eq(s, SV("0")))
			break;
		if (!bank_has(b, column)) /* PAYEE and NAME are one of the other */
			bank_put(b, column, s);
		break;
	case DAY:
		put_day(b, column, s);
		break;
	case AMOUNT:
		bank_put_amount(b, column, false, s);
		break;
	case CUR_DEFAULT:
		bank_currency(b, s);
		break;
	case ACCOUNT_NO:
		bank_account(b, s);
		break;
	case DAY_FROM:
		o->has_from = civil(s, &o->from);
		break;
	case DAY_TO:
		o->has_to = civil(s, &o->to);
		break;
	case BAL_AMOUNT:
		buf_reset(&o->balance);
		buf_add_sv(&o->balance, s);
		break;
	case BAL_DAY:
		o->has_day = civil(s, &o->day);
		break;
	}
}

static int take_value(void *ctx, struct sv tag, struct sv value, uint32_t line, struct err *err)
{
	struct ofx *o = ctx;

	(void)line, (void)err;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (values[i].in == top(o) && sv_eq_cstr(tag, values[i].tag) &&
			is_inside(o, STATEMENT))
			put_value(o, values[i].kind, values[i].column, value);
	return 0;
}

/* ---- elements that hold others ---- */

static int take_open(void *ctx, struct sv tag, uint32_t line, struct err *err)
{
	struct ofx *o = ctx;
	enum aggregate a = aggregate_of(tag);

	if (a == INVESTMENT)
		return err_set(err, E_UNSUPPORTED,
			"Line %u: statements of investments are not read.", line);
	if (o->depth == DEPTH_MAX)
		return err_set(err, E_UNREADABLE, "Line %u: elements are nested too deeply.", line);
	if ((a == STATEMENT || a == ENTRY) && is_inside(o, a))
		return err_set(err, E_UNREADABLE, "Line %u: %.*s stands inside of another one.",
			line, SV_ARG(tag));
	o->stack[o->depth++] = a;
	if (a == STATEMENT) {
		bank_statement_begin(&o->bank, line);
		o->has_from = o->has_to = false;
		o->statements++;
	} else if (a == ENTRY) {
		o->entry_line = line;
	} else if (a == LEDGER || a == AVAILABLE) {
		buf_reset(&o->balance);
		o->has_day = false;
	}
	return 0;
}

static void end_balance(struct ofx *o, struct statement_balance *to)
{
	char currency[4];

	col_currency_unpack(o->bank.st.currency, currency);
	(void)!bank_balance(false, buf_sv(&o->balance), sv_from_cstr(currency),
		o->has_day ? &o->day : NULL, to);
}

static int end_statement(struct ofx *o, struct err *err)
{
	if (o->has_from && o->has_to)
		bank_days(&o->bank, o->from, o->to);
	return bank_statement_end(&o->bank, err);
}

static int take_close(void *ctx, struct sv tag, uint32_t line, struct err *err)
{
	struct ofx *o = ctx;
	enum aggregate a = aggregate_of(tag);

	if (top(o) != a)
		return err_set(err, E_UNREADABLE, "Line %u: </%.*s> does not close what is open.",
			line, SV_ARG(tag));
	o->depth--;
	if (a == OFX)
		o->whole = true;
	if (!is_inside(o, STATEMENT) && a != STATEMENT)
		return 0;
	if (a == ENTRY) {
		if (!o->bank.open)
			return 0;
		return bank_entry_end(&o->bank, o->entry_line, err);
	}
	if (a == LEDGER)
		end_balance(o, &o->bank.st.closing);
	else if (a == AVAILABLE)
		end_balance(o, &o->bank.st.available);
	return a == STATEMENT ? end_statement(o, err) : 0;
}

/* ---- the whole ---- */

bool ofx_sniff(const struct sniff *s)
{
	struct sv head = sv_from(s->text.p, MIN(s->text.n, (size_t)4096));

	if (sv_starts_with(head, SV("OFXHEADER:")))
		return true;
	if (head.n == 0 || head.p[0] != '<')
		return false;
	return memmem(head.p, head.n, "<OFX>", 5) != NULL ||
	       memmem(head.p, head.n, "<?OFX", 5) != NULL;
}

int ofx_feed(struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct ofx o CLEANUP(ofx_free) = {0};
	const struct ofx_sink sink = {take_open, take_value, take_close, &o};
	int rc = bank_open(&o.bank, BANK_OFX, to, err);

	if (rc == 0)
		rc = ofx_tags(src, mapping->dialect.encoding, &sink, err);
	if (rc != 0)
		return rc;
	if (!o.whole)
		return err_set(err, E_UNREADABLE, "The file ends before </OFX>: it is not whole.");
	if (o.statements == 0)
		return err_set(err, E_UNREADABLE,
			"There is no statement of a bank account or a card in it.");
	return 0;
}
