/*
 * The sample's generator: events (an invoice, a batch, a fee ...) put rows on either side, then
 * each side is put in the order of its days, and the truth is written with the rows' final numbers.
 */
#include "sample.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"

#define ROWS_MAX 4000
#define PARTIES 160
#define FIRST_DAY 20454 /* 2026-01-01 */
#define DAYS 90
#define LEDGER 0
#define BANK 1

struct row {
	int32_t day;
	int64_t minor;
	unsigned serial; /* order of making; makes the sort total */
	unsigned match;  /* 0: open */
	unsigned party;
	unsigned document; /* the number in its reference */
	char reference[24];
	char text[96];
};

struct party {
	char name[64];
	bool vendor;
};

struct maker {
	uint64_t state;
	struct row *rows[2];
	unsigned count[2];
	unsigned next_match;
	unsigned next_document;
	struct party parties[PARTIES];
};

/* --- chance: splitmix64 (Steele, Lea, Flood 2014) --- */

/* No expression below draws twice: the order of evaluation would be the compiler's choice. */

static uint64_t next(struct maker *m)
{
	uint64_t z = m->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 .. n - 1 */
static unsigned below(struct maker *m, unsigned n)
{
	return (unsigned)(next(m) % n);
}

static bool percent(struct maker *m, unsigned n)
{
	return below(m, 100) < n;
}

#define PICK(m, list) ((list)[below((m), (unsigned)ARRAY_LEN(list))])

/* --- words --- */

static const char *const first_names[] = {"Alder", "Birken", "Brücken", "Falken", "Garten", "Hafen",
	"Holler", "Insel", "Kessel", "Linden", "Mühlen", "Nord", "Ober", "Quell", "Rosen", "Sonnen",
	"Tannen", "Ufer", "Wald", "Winter"};
static const char *const last_names[] = {
	"bach", "berg", "feld", "hof", "mann", "stein", "tal", "werk"};
static const char *const trades[] = {"Logistik", "Maschinenbau", "Software", "Papier", "Elektro",
	"Bürobedarf", "Medizintechnik", "Energie", "Verlag", "Catering", "Spedition",
	"Kältetechnik"};
static const char *const forms[] = {"GmbH", "AG", "KG", "GmbH & Co. KG", "e.K.", "SE"};
static const char *const services[] = {"maintenance contract", "hardware delivery",
	"annual licence", "consulting days", "spare parts", "transport", "training",
	"monthly service", "installation", "rent", "packaging", "cleaning"};
static const char *const thanks[] = {"Vielen Dank fuer Ihren Auftrag", "Ueberweisung", "Zahlung",
	"Ausgleich Ihrer Rechnung", "wie besprochen", "laut Vereinbarung"};
static const char *const bank_items[] = {"KONTOFUEHRUNG", "ZINSEN UND ENTGELTE", "KARTENENTGELT",
	"RUECKLASTSCHRIFT GEBUEHR", "EINZAHLUNG BAR", "UMBUCHUNG", "GUTSCHRIFT OHNE ANGABE"};
static const int64_t subscriptions[] = {4990, 11900, 23800, 59500};

static void format(char *out, size_t cap, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void format(char *out, size_t cap, const char *fmt, ...)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	n = MIN(b.n, cap - 1);
	while (n && ((unsigned char)buf_cstr(&b)[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	memcpy(out, buf_cstr(&b), n);
	out[n] = '\0';
}

static void make_parties(struct maker *m)
{
	for (unsigned i = 0; i < PARTIES; i++) { /* distinct: i chooses both halves of the name */
		struct party *p = &m->parties[i];
		const char *trade = PICK(m, trades);

		format(p->name, sizeof(p->name), "%s%s %s %s",
			first_names[i % ARRAY_LEN(first_names)],
			last_names[i / ARRAY_LEN(first_names) % ARRAY_LEN(last_names)], trade,
			PICK(m, forms));
		p->vendor = percent(m, 35);
	}
}

/* --- rows --- */

static struct row *add_row(struct maker *m, int side, int32_t day, int64_t minor, unsigned party)
{
	struct row *row = &m->rows[side][m->count[side]];

	*row = (struct row){.day = day, .minor = minor, .party = party, .serial = m->count[side]++};
	return row;
}

static int64_t amount(struct maker *m, const struct party *p)
{
	static const int64_t tops[] = {10000, 50000, 200000, 1000000, 5000000};
	int64_t top = PICK(m, tops);
	int64_t minor = 500 + (int64_t)(next(m) % (uint64_t)top);

	if (percent(m, 12))
		minor = PICK(m, subscriptions);
	return p->vendor ? -minor : minor;
}

static struct row *add_invoice(struct maker *m, int32_t day, unsigned party, int64_t minor)
{
	struct row *row = add_row(m, LEDGER, day, minor, party);

	row->document = m->next_document;
	m->next_document += 1 + below(m, 7);
	format(row->reference, sizeof(row->reference), "RE-2026-%06u", row->document);
	format(row->text, sizeof(row->text), "%s %s, %s",
		m->parties[party].vendor ? "Payment of" : "Invoice", row->reference,
		PICK(m, services));
	return row;
}

/* Two neighbouring digits that differ change places: a person's slip. */
static unsigned mistype(struct maker *m, unsigned number)
{
	unsigned unit = 1;

	for (unsigned i = below(m, 4); i; i--)
		unit *= 10;
	for (; unit < 100000; unit *= 10) {
		unsigned low = number / unit % 10, high = number / unit / 10 % 10;

		if (low != high)
			return number - low * unit - high * unit * 10 + high * unit +
			       low * unit * 10;
	}
	return number + 1;
}

/* What the payer wrote about a document: in most cases enough to find it. */
static void write_memo(struct maker *m, struct row *row, unsigned document)
{
	unsigned how = below(m, 100);

	if (how < 4)
		document = mistype(m, document);
	if (how >= 18 && how < 70)
		format(row->reference, sizeof(row->reference), "RE-2026-%06u", document);
	if (how < 30)
		format(row->text, sizeof(row->text), "RG %u %s", document, PICK(m, thanks));
	else if (how < 50)
		format(row->text, sizeof(row->text), "Rechnung RE-2026-%06u %s", document,
			PICK(m, thanks));
	else if (how < 65)
		format(row->text, sizeof(row->text), "INV%06u/KD%u", document,
			10000 + row->party * 7);
	else if (how < 85)
		format(row->text, sizeof(row->text), "ZAHLUNG RE-2026-%06u DANKE", document);
	else
		format(row->text, sizeof(row->text), "%s", PICK(m, thanks));
	if (percent(m, 12))
		row->text[18] = '\0'; /* cut by some system on the way; it is ASCII */
}

static struct row *add_payment(
	struct maker *m, const struct row *invoice, int64_t minor, unsigned least_delay)
{
	int32_t day = invoice->day + (int32_t)(least_delay + below(m, 7 - least_delay));
	struct row *row = add_row(m, BANK, day, minor, invoice->party);

	write_memo(m, row, invoice->document);
	return row;
}

static void pair(struct maker *m, struct row *left, struct row *right)
{
	left->match = right->match = m->next_match++;
}

/* --- events --- */

static int32_t any_day(struct maker *m)
{
	return FIRST_DAY + (int32_t)below(m, DAYS);
}

static struct row *any_invoice(struct maker *m)
{
	unsigned party = below(m, PARTIES);
	int64_t minor = amount(m, &m->parties[party]);

	return add_invoice(m, any_day(m), party, minor);
}

static void event_plain(struct maker *m)
{
	struct row *invoice = any_invoice(m);

	pair(m, invoice, add_payment(m, invoice, invoice->minor, 0));
}

/* The bank keeps a fee of 0.35 to 14.99 for itself. */
static void event_fee(struct maker *m)
{
	unsigned party = below(m, PARTIES);
	int64_t minor = 20000 + (int64_t)below(m, 500000);
	struct row *invoice = add_invoice(m, any_day(m), party, minor);

	pair(m, invoice, add_payment(m, invoice, invoice->minor - 35 - (int64_t)below(m, 1465), 1));
}

/* One payment for three to eight invoices of one party. */
static void event_batch(struct maker *m)
{
	unsigned party = below(m, PARTIES), lines = 3 + below(m, 6);
	unsigned match = m->next_match++;
	int32_t day = any_day(m);
	int64_t sum = 0;
	struct row *row = NULL, *payment;

	for (unsigned i = 0; i < lines; i++) {
		int64_t minor = amount(m, &m->parties[party]);

		row = add_invoice(m, day - (int32_t)below(m, 4), party, minor);
		row->match = match;
		sum += row->minor;
	}
	payment = add_row(m, BANK, day + (int32_t)below(m, 4), sum, party);
	payment->match = match;
	format(payment->text, sizeof(payment->text), "SAMMELZAHLUNG %u POSTEN BIS RE-2026-%06u",
		lines, row->document);
}

/* One invoice that is paid in two parts. */
static void event_parts(struct maker *m)
{
	struct row *invoice = any_invoice(m);
	int64_t first = invoice->minor * (20 + (int64_t)below(m, 60)) / 100;
	struct row *one = add_payment(m, invoice, first, 0);
	struct row *two = add_payment(m, invoice, invoice->minor - first, 3);

	pair(m, invoice, one);
	two->match = one->match;
	format(one->text, sizeof(one->text), "TEILZAHLUNG 1 RE-2026-%06u", invoice->document);
	format(two->text, sizeof(two->text), "REST RE-2026-%06u", invoice->document);
}

/* Booked twice, on either side; the second row stays open. */
static void event_twice(struct maker *m)
{
	struct row *invoice = any_invoice(m);
	struct row *payment = add_payment(m, invoice, invoice->minor, 0);
	int side = percent(m, 50) ? LEDGER : BANK;
	const struct row *original = side == LEDGER ? invoice : payment;
	struct row *again;

	pair(m, invoice, payment);
	again = add_row(m, side, original->day, original->minor, original->party);
	again->document = original->document;
	memcpy(again->reference, original->reference, sizeof(again->reference));
	memcpy(again->text, original->text, sizeof(again->text));
}

static void event_reversed(struct maker *m)
{
	struct row *invoice = any_invoice(m);

	add_payment(m, invoice, -invoice->minor, 0);
}

static void event_only_ledger(struct maker *m)
{
	any_invoice(m);
}

static void event_only_bank(struct maker *m)
{
	int64_t minor = 1 + (int64_t)below(m, 20000);
	unsigned party = below(m, PARTIES);
	int32_t day = any_day(m);
	struct row *row = add_row(m, BANK, day, percent(m, 60) ? -minor : minor, party);

	format(row->text, sizeof(row->text), "%s", PICK(m, bank_items));
}

static const struct {
	void (*make)(struct maker *m);
	unsigned count;
} events[] = {
	{event_plain, 2560},
	{event_fee, 80},
	{event_batch, 28},
	{event_parts, 45},
	{event_twice, 30},
	{event_reversed, 15},
	{event_only_ledger, 95},
	{event_only_bank, 120},
};

/* --- files --- */

static int by_day(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static void write_ledger(const struct maker *m, struct buf *out)
{
	buf_add_cstr(out, "Document No,Posting Date,Partner,Reference,Text,Amount,Currency\n");
	for (unsigned i = 0; i < m->count[LEDGER]; i++) {
		const struct row *row = &m->rows[LEDGER][i];

		buf_printf(out, "%u,", 900001 + i);
		date_format(row->day, out);
		buf_printf(out, ",%s,%s,\"%s\",", m->parties[row->party].name, row->reference,
			row->text);
		decimal_format(row->minor, 2, out);
		buf_add_cstr(out, ",EUR\n");
	}
}

/* 1.234,56 without a sign. */
static void write_german(int64_t minor, struct buf *out)
{
	struct buf plain CLEANUP(buf_free) = BUF_INIT;
	size_t whole;

	decimal_format(minor < 0 ? -minor : minor, 2, &plain);
	whole = plain.n - 3;
	for (size_t i = 0; i < plain.n; i++) {
		if (i && i < whole && (whole - i) % 3 == 0)
			buf_add_char(out, '.');
		buf_add_char(out, i == whole ? ',' : buf_cstr(&plain)[i]);
	}
}

/* As banks write names: upper case, no umlauts, at most 27 characters. */
static void write_payer(const char *name, struct buf *out)
{
	static const struct {
		const char *from, *to;
	} umlauts[] = {{"ä", "AE"}, {"ö", "OE"}, {"ü", "UE"}, {"ß", "SS"}};
	size_t end = out->n + 27;

	while (*name && out->n < end) {
		size_t i = 0;

		while (i < ARRAY_LEN(umlauts) && strncmp(name, umlauts[i].from, 2) != 0)
			i++;
		if (i < ARRAY_LEN(umlauts)) {
			buf_add_cstr(out, umlauts[i].to);
			name += 2;
			continue;
		}
		buf_add_char(out, *name >= 'a' && *name <= 'z' ? (char)(*name - 32) : *name);
		name++;
	}
}

static void write_bank_day(int32_t day, struct buf *out)
{
	int y, mo, d;

	date_to_civil(day, &y, &mo, &d);
	buf_printf(out, "%02d.%02d.%04d;", d, mo, y);
}

static void write_bank(const struct maker *m, struct buf *out)
{
	buf_add_cstr(out,
		"Buchungstag;Wertstellung;Zahlungspartner;Kundenreferenz;Verwendungszweck;"
		"Betrag;Soll/Haben;Währung\n");
	for (unsigned i = 0; i < m->count[BANK]; i++) {
		const struct row *row = &m->rows[BANK][i];

		write_bank_day(row->day, out);
		write_bank_day(row->day, out);
		write_payer(m->parties[row->party].name, out);
		buf_printf(out, ";%s;%s;", row->reference, row->text);
		write_german(row->minor, out);
		buf_printf(out, ";%s;EUR\n", row->minor < 0 ? "S" : "H");
	}
}

static void write_truth(const struct maker *m, struct buf *out)
{
	buf_add_cstr(out, "match_id,left_row,right_row\n");
	for (unsigned i = 0; i < m->count[LEDGER]; i++) {
		const struct row *left = &m->rows[LEDGER][i];

		for (unsigned k = 0; left->match && k < m->count[BANK]; k++)
			if (m->rows[BANK][k].match == left->match)
				buf_printf(out, "%u,%u,%u\n", left->match, i + 1, k + 1);
	}
}

static int make(struct maker *m, struct sample *s)
{
	make_parties(m);
	for (size_t e = 0; e < ARRAY_LEN(events); e++)
		for (unsigned i = 0; i < events[e].count; i++)
			events[e].make(m);
	for (int side = LEDGER; side <= BANK; side++)
		qsort(m->rows[side], m->count[side], sizeof(struct row), by_day);
	write_ledger(m, &s->ledger);
	write_bank(m, &s->bank);
	write_truth(m, &s->truth);
	return buf_ok(&s->ledger) && buf_ok(&s->bank) && buf_ok(&s->truth) ? 0 : E_NO_MEMORY;
}

int sample_make(uint64_t seed, struct sample *ret)
{
	struct maker *m = calloc(1, sizeof(*m));
	int r = E_NO_MEMORY;

	*ret = (struct sample){0};
	if (!m)
		return r;
	m->state = seed;
	m->next_match = 1;
	m->next_document = 100017;
	m->rows[LEDGER] = calloc(ROWS_MAX, sizeof(struct row));
	m->rows[BANK] = calloc(ROWS_MAX, sizeof(struct row));
	if (m->rows[LEDGER] && m->rows[BANK])
		r = make(m, ret);
	free(m->rows[LEDGER]);
	free(m->rows[BANK]);
	free(m);
	return r;
}

void sample_free(struct sample *s)
{
	buf_free(&s->ledger);
	buf_free(&s->bank);
	buf_free(&s->truth);
}
