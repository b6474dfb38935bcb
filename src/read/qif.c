/*
 * QIF: lists, records, and what their values tell about how they are written.
 */
#include "read/qif.h"

#include <string.h>

#include "read/bank.h"
#include "read/cell.h"
#include "read/detect.h"
#include "read/lines.h"
#include "read/plant.h"

enum list { NO_LIST, ENTRIES, ACCOUNTS, OTHERS };

struct qif {
	struct bank bank;
	struct lines lines;
	enum list list;
	struct buf account; /* name, from the list of accounts */
	uint32_t line;      /* where the record begins; 0: none has */
	uint64_t lists;
};

static void qif_close(struct qif *q)
{
	bank_close(&q->bank);
	lines_close(&q->lines);
	buf_free(&q->account);
}

/* ---- lists ---- */

static const struct {
	const char *word;
	enum list list;
} lists[] = {
	{"!type:bank", ENTRIES},
	{"!type:ccard", ENTRIES},
	{"!type:cash", ENTRIES},
	{"!type:oth a", ENTRIES},
	{"!type:oth l", ENTRIES},
	{"!account", ACCOUNTS},
	{"!type:cat", OTHERS},
	{"!type:class", OTHERS},
	{"!type:memorized", OTHERS},
	{"!type:security", OTHERS},
	{"!type:prices", OTHERS},
	{"!type:budget", OTHERS},
	{"!type:tag", OTHERS},
	{"!option:", NO_LIST},
	{"!clear:", NO_LIST},
};

static bool begins_with(struct sv s, const char *word)
{
	struct sv w = sv_from_cstr(word);

	return s.n >= w.n && sv_eq_nocase(sv_from(s.p, w.n), w);
}

bool qif_sniff(const struct sniff *s)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (begins_with(s->text, lists[i].word))
			return true;
	return begins_with(s->text, "!type:invst");
}

/* A line that begins a list; *ret stays where it only sets an option. */
static int take_list(struct sv line, uint32_t no, enum list *ret, struct err *err)
{
	if (begins_with(line, "!type:inv"))
		return err_set(
			err, E_UNSUPPORTED, "Line %u: lists of investments are not read.", no);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (begins_with(line, lists[i].word)) {
			if (lists[i].list != NO_LIST)
				*ret = lists[i].list;
			return 0;
		}
	return err_set(err, E_UNREADABLE, "Line %u: the list %.*s is not known.", no,
		SV_ARG(sv_from(line.p, MIN(line.n, (size_t)40))));
}

/* ---- values ---- */

/* Quicken's days: 3/ 4'26 is 3/4/2026. Appended to out. */
static void add_day(struct sv s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'') {
			size_t digits = s.n - i - 1;

			buf_add_char(out, '/');
			if (digits <= 2)
				buf_add_cstr(out, digits == 2 && s.p[i + 1] != ' ' ? "20" : "200");
		} else if (s.p[i] != ' ') {
			buf_add_char(out, s.p[i]);
		}
	}
}

static void put_day(struct bank *b, struct sv s)
{
	struct buf day CLEANUP(buf_free) = BUF_INIT;

	add_day(s, &day);
	bank_put(b, BANK_DATE, buf_sv(&day));
}

static void add_split(struct bank *b, char letter, struct sv s)
{
	if (letter == 'S')
		bank_add(b, BANK_SPLITS, s.n > 0 ? s : SV("-"), "; ");
	else
		bank_add(b, BANK_SPLITS, s, letter == '$' ? ": " : " ");
}

static void take_value(struct qif *q, struct sv line)
{
	struct bank *b = &q->bank;
	struct sv s = sv_trim(sv_from(line.p + 1, line.n - 1));

	switch (line.p[0]) {
	case 'D':
		put_day(b, s);
		break;
	case 'T':
	case 'U': /* the same amount, for larger numbers */
		bank_put(b, BANK_AMOUNT, s);
		break;
	case 'P':
		bank_put(b, BANK_PARTY, s);
		break;
	case 'M':
		bank_put(b, BANK_TEXT, s);
		break;
	case 'A':
		break; /* the address */
	case 'N':
		bank_put(b, BANK_REFERENCE, s);
		break;
	case 'L':
		bank_put(b, BANK_CATEGORY, s);
		break;
	case 'C':
		if (s.n > 0)
			bank_put(b, BANK_STATUS,
				strchr("Xx", s.p[0]) != NULL ? SV("reconciled") : SV("cleared"));
		break;
	case 'S':
	case 'E':
	case '$':
		add_split(b, line.p[0], s);
		break;
	default:
		break;
	}
}

/* ---- records ---- */

static int end_record(struct qif *q, struct err *err)
{
	uint32_t line = q->line;

	q->line = 0;
	if (q->list != ENTRIES || (line == 0 && !PLANTED))
		return 0;
	bank_put(&q->bank, BANK_ACCOUNT, buf_sv(&q->account));
	return bank_entry_end(&q->bank, line, err);
}

static int take_line(struct qif *q, struct sv line, struct err *err)
{
	int rc = 0;

	if (sv_trim(line).n == 0)
		return 0;
	if (line.p[0] == '!') {
		if (q->line != 0 && q->list == ENTRIES)
			return err_set(err, E_UNREADABLE,
				"Line %u: the record at line %u has no end.", q->lines.no, q->line);
		rc = take_list(sv_trim(line), q->lines.no, &q->list, err);
		q->lists += q->list == ENTRIES;
		return rc;
	}
	if (q->list == NO_LIST)
		return err_set(
			err, E_UNREADABLE, "Line %u: it stands outside of a list.", q->lines.no);
	if (line.p[0] == '^')
		return end_record(q, err);
	if (q->line == 0)
		q->line = q->lines.no;
	if (q->list == ACCOUNTS && line.p[0] == 'N') {
		buf_reset(&q->account);
		buf_add_sv(&q->account, sv_trim(sv_from(line.p + 1, line.n - 1)));
	}
	if (q->list == ENTRIES) {
		bank_raw(&q->bank, line);
		take_value(q, line);
	}
	return 0;
}

int qif_feed(struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct qif q CLEANUP(qif_close) = {0};
	struct sv line;
	bool end = false;
	int rc = bank_open(&q.bank, BANK_QIF, to, err);

	if (rc == 0)
		rc = lines_open(&q.lines, src, mapping->dialect.encoding, err);
	while (rc == 0) {
		rc = lines_next(&q.lines, &line, &end, err);
		if (rc != 0 || end)
			break;
		rc = take_line(&q, line, err);
	}
	if (rc == 0 && q.line != 0 && q.list == ENTRIES)
		return err_set(err, E_UNREADABLE, "The file ends inside of the record at line %u.",
			q.line);
	if (rc == 0 && q.lists == 0)
		return err_set(err, E_UNREADABLE, "There is no list of transactions in it.");
	return rc;
}

/* ---- how values are written ---- */

struct habits {
	uint64_t days, amounts;
	uint64_t orders[3];  /* days that fit each order */
	uint64_t formats[2]; /* amounts with decimal point, with decimal comma */
	bool marked;         /* an amount has a mark */
};

static void look_at(struct habits *h, char letter, struct sv s)
{
	struct buf day CLEANUP(buf_free) = BUF_INIT;
	int32_t at;
	int64_t v;

	if (letter == 'D') {
		add_day(s, &day);
		h->days++;
		for (int o = 0; o < 3; o++)
			h->orders[o] += cell_date(buf_sv(&day), (enum date_order)o, &at) == 0;
	} else if (letter == 'T') {
		h->amounts++;
		h->marked = h->marked || sv_find(s, '.') >= 0 || sv_find(s, ',') >= 0;
		for (int f = 0; f < 2; f++)
			h->formats[f] +=
				cell_amount(s, detect_formats[f], 2, ROUNDING_NONE, 0, &v) == 0;
	}
}

static int look(struct detect *d, struct habits *h, struct err *err)
{
	struct lines lines CLEANUP(lines_close) = {0};
	enum list list = NO_LIST;
	struct sv line;
	bool end = false;
	int rc = lines_open(&lines, d->src, d->dialect.encoding, err);

	while (rc == 0) {
		rc = lines_next(&lines, &line, &end, err);
		if (rc != 0 || end)
			break;
		if (line.n > 0 && line.p[0] == '!')
			rc = take_list(sv_trim(line), lines.no, &list, err);
		else if (line.n > 0 && list == ENTRIES)
			look_at(h, line.p[0], sv_trim(sv_from(line.p + 1, line.n - 1)));
	}
	return rc;
}

/* The order that most days fit; two that fit equally many are a question. */
static void choose_order(struct detect *d, const struct habits *h)
{
	const uint64_t *n = h->orders;

	d->order = DATE_MDY; /* Quicken's home */
	if (n[DATE_DMY] > n[DATE_MDY])
		d->order = DATE_DMY;
	if (n[DATE_YMD] > n[DATE_DMY] && n[DATE_YMD] > n[DATE_MDY])
		d->order = DATE_YMD;
	else if (h->days > 0 && n[DATE_DMY] == n[DATE_MDY])
		detect_ask(d, "date_order", "/date_order",
			SV("Every date in the file can be read day first or month first."),
			(const char *const[]){"mdy", "dmy", NULL});
}

static void choose_marks(struct detect *d, const struct habits *h)
{
	d->format_sure = true;
	d->format = h->formats[1] > h->formats[0];
	if (h->marked && h->formats[0] == h->formats[1])
		detect_ask(d, "decimal_mark", "/decimal",
			SV("The numbers can be read with a decimal point or with a decimal "
			   "comma."),
			(const char *const[]){".", ",", NULL});
}

int qif_choose(struct detect *d, struct err *err)
{
	struct habits h = {0};
	int rc = lines_encoding(d->src, &d->dialect.encoding, err);

	if (rc == 0)
		rc = look(d, &h, err);
	if (rc != 0)
		return rc;
	choose_order(d, &h);
	choose_marks(d, &h);
	return 0;
}
