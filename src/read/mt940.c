/*
 * MT940: lines to fields, fields to entries and statements.
 *
 * A field begins with a line ":61:…" and goes on until the next field or the message's end. The
 * statement begins with the first field that says something about money, because only then it is
 * known whether it is another page of the one before.
 */
#include "read/mt940.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "read/bank.h"
#include "read/lines.h"
#include "read/mt940_text.h"

#define FIELD_MAX (2u << 20) /* bytes of a field with its lines */

struct mt940 {
	struct bank bank;
	struct lines lines;
	char tag[4]; /* of the current field; empty: none */
	struct buf field;
	uint32_t field_line;
	/* The message. */
	bool inside, blocks; /* of a message; begun by {4: */
	bool interim;        /* MT942, which has no balances */
	uint32_t line;       /* where it begins */
	struct buf account, number, page, first_page;
	char currency[4]; /* of its account line or its floor limit */
	bool begun;       /* its statement has */
	bool closed;      /* it has a closing balance */
	bool paged;       /* the statement goes on in the next message */
	bool first;       /* its opening balance is that of the statement, not of a page */
	bool entry;       /* there is one that waits for its text */
	uint32_t entry_line;
	uint64_t messages;
};

static void mt940_close(struct mt940 **p)
{
	struct mt940 *m = *p;

	if (m == NULL)
		return;
	bank_close(&m->bank);
	lines_close(&m->lines);
	buf_free(&m->field);
	buf_free(&m->account);
	buf_free(&m->number);
	buf_free(&m->page);
	buf_free(&m->first_page);
	free(m);
}

/* ---- tags ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Bytes of ":61:" at the start of the line, or 0. */
static size_t tag_length(struct sv line)
{
	size_t n = 3;

	if (line.n < 4 || line.p[0] != ':')
		return 0;
	if (sv_starts_with(line, SV(":NS:")))
		return 4;
	if (!is_digit(line.p[1]) || !is_digit(line.p[2]))
		return 0;
	n += is_upper(line.p[3]);
	return n < line.n && line.p[n] == ':' ? n + 1 : 0;
}

static bool tag_is(const struct mt940 *m, const char *tag)
{
	return strcmp(m->tag, tag) == 0;
}

bool mt940_sniff(const struct sniff *s)
{
	struct sv rest = s->text;

	if (sv_starts_with(rest, SV("{1:F")))
		return true;
	for (int i = 0; i < 40 && rest.p != NULL; i++) {
		struct sv line = sv_cut(&rest, '\n');
		size_t n = tag_length(line);

		if (n > 0)
			return n < line.n;
		if (line.n > 200)
			return false;
	}
	return false;
}

/* ---- statements ---- */

static void set_text(struct buf *b, struct sv s)
{
	buf_reset(b);
	buf_add_sv(b, sv_trim(s));
}

/* A statement that is complete has its number; what is a page only, number and page. */
static int end_statement(struct mt940 *m, struct err *err)
{
	if (!m->bank.open)
		return 0;
	if (m->paged || !(m->first || m->interim))
		bank_page(&m->bank, buf_sv(&m->first_page));
	m->paged = false;
	return bank_statement_end(&m->bank, err);
}

/* Before the first field about money. page_opening: of field 60M, whether it continues. */
static int begin_statement(
	struct mt940 *m, const struct statement_balance *page_opening, struct err *err)
{
	const struct statement *st = &m->bank.st;

	if (m->begun)
		return 0;
	m->begun = true;
	if (m->paged && page_opening != NULL && st->closing.known &&
		sv_eq(buf_sv(&m->bank.account), buf_sv(&m->account)) &&
		st->closing.minor == page_opening->minor)
		return 0;
	int rc = end_statement(m, err);
	bank_statement_begin(&m->bank, m->line);
	bank_account(&m->bank, buf_sv(&m->account));
	bank_number(&m->bank, buf_sv(&m->number));
	set_text(&m->first_page, buf_sv(&m->page));
	bank_currency(&m->bank, sv_from_cstr(m->currency));
	m->first = true;
	return rc;
}

/* ---- entries ---- */

static int end_entry(struct mt940 *m, struct err *err)
{
	if (!m->entry)
		return 0;
	m->entry = false;
	return bank_entry_end(&m->bank, m->entry_line, err);
}

struct entry {
	int year, month, day;       /* of the value */
	int entry_month, entry_day; /* 0: none */
	bool reversal, expected, credit;
	struct sv amount, code, reference, bank_reference, supplement;
};

static bool take(struct sv *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = sv_from(s->p + 1, s->n - 1);
	return true;
}

static struct sv take_n(struct sv *s, size_t n)
{
	struct sv head = sv_from(s->p, MIN(n, s->n));

	*s = sv_from(s->p + head.n, s->n - head.n);
	return head;
}

/* YYMMDD[MMDD] */
static bool parse_days(struct sv *s, struct entry *e)
{
	e->year = bank_digits(*s, 0, 2);
	e->month = bank_digits(*s, 2, 2);
	e->day = bank_digits(*s, 4, 2);
	if (e->year < 0 || e->month < 0 || e->day < 0)
		return false;
	e->year += e->year < 80 ? 2000 : 1900;
	take_n(s, 6);
	if (bank_digits(*s, 0, 4) >= 0) {
		e->entry_month = bank_digits(*s, 0, 2);
		e->entry_day = bank_digits(*s, 2, 2);
		take_n(s, 4);
	}
	return true;
}

/* [R|E](C|D)[funds code] */
static bool parse_mark(struct sv *s, struct entry *e)
{
	e->reversal = take(s, 'R');
	e->expected = !e->reversal && take(s, 'E');
	bool credit = take(s, 'C');
	if (!credit && !take(s, 'D'))
		return false;
	e->credit = credit != e->reversal;
	if (s->n > 0 && is_upper(s->p[0])) /* the third letter of the currency */
		take_n(s, 1);
	return true;
}

static bool is_code(struct sv s)
{
	if (s.n < 4 || strchr("NFS", s.p[0]) == NULL || s.p[0] == '\0')
		return false;
	for (size_t i = 1; i < 4; i++)
		if (!is_digit(s.p[i]) && !is_upper(s.p[i]))
			return false;
	return true;
}

static bool parse_entry(struct sv s, struct entry *e)
{
	size_t n = 0;

	*e = (struct entry){0};
	if (!parse_days(&s, e) || !parse_mark(&s, e))
		return false;
	while (take(&s, '\n') || take(&s, ' ')) /* some banks break the line here */
		continue;
	while (n < s.n && (is_digit(s.p[n]) || s.p[n] == ',' || s.p[n] == '.'))
		n++;
	e->amount = take_n(&s, n);
	struct sv line = sv_cut(&s, '\n');
	if (is_code(line))
		e->code = take_n(&line, 4);
	for (n = 0; n + 1 < line.n && !(line.p[n] == '/' && line.p[n + 1] == '/');)
		n++;
	if (n + 1 < line.n) {
		e->bank_reference = sv_from(line.p + n + 2, line.n - n - 2);
		line.n = n;
	}
	e->reference = sv_trim(line);
	e->supplement = s;
	return e->amount.n > 0 && is_digit(e->amount.p[0]);
}

static int last_of_february(int year)
{
	int32_t day;

	return date_from_civil(year, 2, 29, &day) == 0 ? 29 : 28;
}

static void bank_day(struct bank *b, enum bank_column c, int year, int month, int day)
{
	if (month == 2 && (day == 29 || day == 30))
		day = MIN(day, last_of_february(year));
	bank_put_day(b, c, year, month, day);
}

/* The year in which month and day are nearest to the value date. */
static int entry_year(const struct entry *e)
{
	int month = e->month, day = MIN(e->day, month == 2 ? 28 : 30), best = e->year;
	int32_t value, candidate, least = INT32_MAX;

	if (date_from_civil(e->year, month, day, &value) != 0)
		return e->year;
	for (int year = e->year - 1; year <= e->year + 1; year++) {
		int entry_day = MIN(e->entry_day, e->entry_month == 2 ? 28 : 30);

		if (date_from_civil(year, e->entry_month, entry_day, &candidate) == 0 &&
			abs(candidate - value) < least) {
			least = abs(candidate - value);
			best = year;
		}
	}
	return best;
}

static void put_entry(struct mt940 *m, const struct entry *e)
{
	struct bank *b = &m->bank;
	struct sv rest = e->supplement;
	int year = entry_year(e);

	bank_day(b, BANK_VALUE_DATE, e->year, e->month, e->day);
	if (e->entry_month > 0 || e->entry_day > 0)
		bank_day(b, BANK_DATE, year, e->entry_month, e->entry_day);
	else
		bank_day(b, BANK_DATE, e->year, e->month, e->day);
	bank_put_amount(b, BANK_AMOUNT, !e->credit, e->amount);
	bank_put(b, BANK_CODE, e->code);
	if (!sv_eq(e->reference, SV("NONREF")))
		bank_put(b, BANK_CUSTOMER_REFERENCE, e->reference);
	bank_put(b, BANK_BANK_REFERENCE, e->bank_reference);
	while (rest.p != NULL)
		bank_add(b, BANK_SUPPLEMENT, sv_trim(sv_cut(&rest, '\n')), " ");
	if (e->reversal)
		bank_put(b, BANK_REVERSAL, SV("yes"));
	if (e->expected)
		bank_put(b, BANK_STATUS, SV("expected"));
	b->pending = e->expected;
}

static int field_61(struct mt940 *m, struct sv s, struct err *err)
{
	struct entry e;
	int rc = end_entry(m, err);

	if (rc == 0)
		rc = begin_statement(m, NULL, err);
	if (rc != 0)
		return rc;
	if (!parse_entry(s, &e)) {
		const struct feed_reject reject = {.line = m->field_line,
			.column = SV("Amount"),
			.value = s,
			.code = E_CELL_TYPE,
			.detail = "The field 61 has no date, mark or amount where they belong.",
			.raw = s};

		m->bank.st.entries++;
		m->bank.unprovable = true;
		return feed_reject(m->bank.to, &reject, err);
	}
	put_entry(m, &e);
	bank_raw(&m->bank, s);
	m->entry = true;
	m->entry_line = m->field_line;
	return 0;
}

static int field_86(struct mt940 *m, struct sv s, struct err *err)
{
	(void)err;
	if (m->entry) { /* else it is about the whole statement */
		bank_raw(&m->bank, s);
		mt940_text_put(&m->bank, s);
	}
	return 0;
}

/* ---- balances ---- */

/* C|D YYMMDD currency amount. currency: room for its letters. */
static bool parse_balance(struct sv s, char currency[4], struct statement_balance *ret)
{
	bool debit = s.n > 0 && s.p[0] == 'D';
	int32_t day;

	if (s.n < 11 || (s.p[0] != 'C' && s.p[0] != 'D'))
		return false;
	take_n(&s, 1);
	bool has_day = bank_yymmdd(s, &day);
	take_n(&s, 6);
	memcpy(currency, take_n(&s, 3).p, 3);
	currency[3] = '\0';
	return bank_balance(
		debit, sv_cut(&s, '\n'), sv_from_cstr(currency), has_day ? &day : NULL, ret);
}

static int refuse_balance(const struct mt940 *m, struct err *err)
{
	return err_set(err, E_UNREADABLE, "Line %u: the balance of field %s cannot be read.",
		m->field_line, m->tag);
}

static int field_60(struct mt940 *m, struct sv s, struct err *err)
{
	bool page = tag_is(m, "60M");
	struct statement_balance balance;

	if (m->begun || !parse_balance(s, m->currency, &balance))
		return refuse_balance(m, err);
	int rc = begin_statement(m, page ? &balance : NULL, err);
	if (rc == 0 && !m->bank.st.opening.known) {
		m->bank.st.opening = balance;
		m->first = !page;
	}
	return rc;
}

static int field_62(struct mt940 *m, struct sv s, struct err *err)
{
	struct statement_balance balance;
	int rc = end_entry(m, err);

	if (rc != 0)
		return rc;
	if (!parse_balance(s, m->currency, &balance))
		return refuse_balance(m, err);
	rc = begin_statement(m, NULL, err);
	if (m->bank.st.currency == 0)
		bank_currency(&m->bank, sv_from_cstr(m->currency));
	m->bank.st.closing = balance;
	m->closed = true;
	m->paged = tag_is(m, "62M");
	return rc;
}

/* The available balance, which is no part of the proof. */
static int field_64(struct mt940 *m, struct sv s, struct err *err)
{
	int rc = end_entry(m, err);

	if (rc == 0 && !parse_balance(s, m->currency, &m->bank.st.available))
		return refuse_balance(m, err);
	return rc;
}

/* ---- the other fields ---- */

/* The account, with the currency behind its digits at some banks. */
static int field_25(struct mt940 *m, struct sv s, struct err *err)
{
	(void)err;
	s = sv_trim(sv_cut(&s, '\n'));
	if (s.n > 3 && col_currency_pack(sv_from(s.p + s.n - 3, 3)) != 0 &&
		(is_digit(s.p[s.n - 4]) || s.p[s.n - 4] == ' ')) {
		memcpy(m->currency, s.p + s.n - 3, 3);
		m->currency[3] = '\0';
		s.n -= 3;
	}
	set_text(&m->account, s);
	return 0;
}

static int field_28(struct mt940 *m, struct sv s, struct err *err)
{
	(void)err;
	s = sv_cut(&s, '\n');
	set_text(&m->number, sv_cut(&s, '/'));
	set_text(&m->page, s);
	return 0;
}

/* The floor limit: the first three letters are the currency. */
static int field_34(struct mt940 *m, struct sv s, struct err *err)
{
	(void)err;
	m->interim = true;
	if (s.n >= 3) {
		memcpy(m->currency, s.p, 3);
		m->currency[3] = '\0';
	}
	return 0;
}

static int field_13(struct mt940 *m, struct sv s, struct err *err)
{
	(void)s, (void)err;
	m->interim = true;
	return 0;
}

/* Number and sum of the debits or credits as the bank has them, against ours. */
static int field_90(struct mt940 *m, struct sv s, struct err *err)
{
	bool credit = tag_is(m, "90C");
	uint64_t count = 0;
	size_t n = 0;
	int rc = end_entry(m, err);

	if (rc == 0)
		rc = begin_statement(m, NULL, err);
	if (rc != 0)
		return rc;
	while (n < s.n && is_digit(s.p[n]))
		n++;
	struct sv number = take_n(&s, n);
	take_n(&s, 3);
	if (sv_to_u64(number, INT64_MAX, &count))
		bank_check_count(&m->bank, credit ? "credits" : "debits", (int64_t)count,
			(int64_t)m->bank.side[credit].n);
	bank_check_amount(&m->bank, credit ? "credit_total" : "debit_total", sv_cut(&s, '\n'),
		m->bank.side[credit].sum);
	m->interim = m->interim || !m->bank.st.opening.known;
	return rc;
}

static const struct {
	const char *tag;
	int (*take)(struct mt940 *m, struct sv s, struct err *err);
} fields[] = {
	{"25", field_25},
	{"25P", field_25},
	{"28", field_28},
	{"28C", field_28},
	{"34F", field_34},
	{"13", field_13},
	{"13D", field_13},
	{"60F", field_60},
	{"60M", field_60},
	{"61", field_61},
	{"86", field_86},
	{"NS", field_86},
	{"62F", field_62},
	{"62M", field_62},
	{"64", field_64},
	{"90C", field_90},
	{"90D", field_90},
};

static int end_field(struct mt940 *m, struct err *err)
{
	int rc = 0;

	if (m->tag[0] == '\0')
		return 0;
	if (!buf_ok(&m->field))
		return err_set(err, m->field.error == E_LIMIT ? E_UNREADABLE : E_NO_MEMORY,
			"The field at line %u is longer than a field can be.", m->field_line);
	for (size_t i = 0; i < ARRAY_LEN(fields) && rc == 0; i++)
		if (tag_is(m, fields[i].tag))
			rc = fields[i].take(m, buf_sv(&m->field), err);
	m->tag[0] = '\0';
	return rc;
}

/* ---- messages ---- */

static int begin_message(struct mt940 *m, struct err *err)
{
	if (!tag_is(m, "20"))
		return err_set(err, E_UNREADABLE,
			"Line %u: a message begins with the field 20, not with %s.", m->field_line,
			m->tag);
	m->messages++;
	m->inside = true;
	m->begun = m->closed = false;
	m->line = m->field_line;
	m->currency[0] = '\0';
	buf_reset(&m->account);
	buf_reset(&m->number);
	buf_reset(&m->page);
	return 0;
}

static int end_message(struct mt940 *m, struct err *err)
{
	int rc = end_field(m, err);

	if (rc == 0)
		rc = end_entry(m, err);
	if (rc != 0 || !m->inside)
		return rc;
	if (!m->closed && !m->interim)
		return err_set(err, E_UNREADABLE,
			"The message at line %u has no closing balance: it is not whole.", m->line);
	m->inside = m->blocks = false;
	rc = begin_statement(m, NULL, err);
	if (rc == 0 && !m->paged)
		rc = end_statement(m, err);
	m->interim = false;
	return rc;
}

/* SWIFT's blocks in front of the text: which message it is. Leaves in *line what is behind {4:. */
static int header_blocks(struct mt940 *m, struct sv *line, struct err *err)
{
	for (; line->n > 0; take_n(line, 1)) {
		if (sv_starts_with(*line, SV("{4:"))) {
			take_n(line, 3);
			m->blocks = true;
			return 0;
		}
		if (!sv_starts_with(*line, SV("{2:")) || line->n < 7)
			continue;
		int type = bank_digits(*line, 4, 3);
		m->interim = type == 942;
		if (type != 940 && type != 942 && type != 950)
			return err_set(err, E_UNREADABLE,
				"Line %u: the message is not an MT940, MT942 or MT950.",
				m->lines.no);
	}
	return 0;
}

/* "-" alone, "-}" with what follows, "-XXX". */
static bool is_end(struct sv line)
{
	struct sv s = sv_trim(line);

	return sv_eq_cstr(s, "-") || sv_starts_with(s, SV("-}")) || sv_eq_cstr(s, "-XXX");
}

static int take_line(struct mt940 *m, struct sv line, struct err *err)
{
	int rc = 0;

	if (is_end(line)) {
		rc = end_message(m, err);
		ptrdiff_t next = sv_find(line, '{');
		line = next < 0 ? SV_NULL : sv_from(line.p + next, line.n - (size_t)next);
	}
	if (rc == 0 && line.n > 0 && line.p[0] == '{' && m->tag[0] == '\0')
		rc = header_blocks(m, &line, err);
	size_t n = tag_length(line);
	if (rc != 0 || line.n == 0)
		return rc;
	if (n == 0) {
		if (m->tag[0] != '\0') {
			buf_add_char(&m->field, '\n');
			buf_add_sv(&m->field, line);
		}
		return 0;
	}
	bool twenty = sv_starts_with(line, SV(":20:"));
	rc = twenty ? end_message(m, err) : end_field(m, err);
	if (rc != 0)
		return rc;
	memcpy(m->tag, line.p + 1, n - 2);
	m->tag[n - 2] = '\0';
	m->field_line = m->lines.no;
	buf_reset(&m->field);
	buf_add(&m->field, line.p + n, line.n - n);
	return twenty || !m->inside ? begin_message(m, err) : 0;
}

int mt940_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct mt940 *m CLEANUP(mt940_close) = calloc(1, sizeof(*m));
	struct sv line;
	bool end = false;

	if (m == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	buf_init(&m->field, FIELD_MAX);
	int rc = bank_open(&m->bank, BANK_MT940, to, err);
	if (rc == 0)
		rc = lines_open(&m->lines, src, mapping->dialect.encoding, err);
	while (rc == 0) {
		rc = lines_next(&m->lines, &line, &end, err);
		if (rc != 0 || end)
			break;
		rc = take_line(m, line, err);
	}
	if (rc == 0 && m->blocks)
		return err_set(err, E_UNREADABLE, "The file ends inside of the message at line %u.",
			m->line);
	if (rc == 0)
		rc = end_message(m, err);
	if (rc == 0)
		rc = end_statement(m, err);
	if (rc == 0 && m->messages == 0)
		rc = err_set(err, E_UNREADABLE, "There is no message in it.");
	return rc;
}
