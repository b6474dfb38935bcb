/*
 * BAI2: lines to records, records to entries and statements.
 */
#include "read/bai2.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "read/bank.h"
#include "read/lines.h"
#include "read/plant.h"

#define RECORD_MAX (2u << 20)
#define JOINT '\x1e' /* where a record 88 goes on: a comma, within a text a space */

/* What a trailer adds up. */
struct control {
	__int128 total;
	int64_t records;
	int64_t parts; /* accounts of the group, groups of the file */
};

struct bai2 {
	struct bank bank;
	struct lines lines;
	int code; /* of the record; 0: none yet */
	struct buf record;
	uint32_t line;
	struct control account, group, file;
	bool in_file, in_group, in_account, ended;
	int32_t day; /* as of */
	bool has_day;
	int status; /* of the group: 1 update, 2 deletion, 3 correction, 4 test */
	char group_currency[4];
	bool waiting; /* the statement has ended and waits for the totals behind it */
};

static void bai2_close(struct bai2 **p)
{
	if (*p == NULL)
		return;
	bank_close(&(*p)->bank);
	lines_close(&(*p)->lines);
	buf_free(&(*p)->record);
	free(*p);
}

/* ---- fields ---- */

/* The next field; s.p is NULL when there is none. */
static struct sv next_field(struct sv *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] != ',' && s->p[n] != JOINT)
		n++;
	struct sv field = sv_trim(sv_from(s->p, n));
	*s = n < s->n ? sv_from(s->p + n + 1, s->n - n - 1) : SV_NULL;
	return field;
}

/* Digits with a sign, leading zeros allowed; nothing is 0. */
static bool parse_amount(struct sv s, int64_t *ret)
{
	struct decimal_format plain = {0, 0};

	*ret = 0;
	return s.n == 0 || decimal_parse(s, plain, 0, ret) == 0;
}

static bool parse_count(struct sv s, int64_t *ret)
{
	uint64_t v = 0;

	if (!sv_to_u64(s, INT64_MAX, &v))
		return false;
	*ret = (int64_t)v;
	return true;
}

static int refuse(const struct bai2 *b, struct err *err, const char *what)
{
	return err_set(err, E_UNREADABLE, "Line %u: the record %02d %s.", b->line, b->code, what);
}

/* ---- control totals ---- */

static void check_money(struct bai2 *b, const char *what, struct sv said, __int128 found)
{
	struct statement *st = &b->bank.st;
	int64_t v;

	if (!parse_amount(said, &v) || found > INT64_MAX || found < INT64_MIN)
		v = INT64_MAX; /* it cannot agree */
	if (st->nchecks < STATEMENT_CHECKS)
		st->checks[st->nchecks++] = (struct statement_check){what, v, (int64_t)found, true};
}

static void check_count(struct bai2 *b, const char *what, struct sv said, int64_t found)
{
	int64_t v = -1;

	if (!parse_count(said, &v))
		v = -1;
	bank_check_count(&b->bank, what, v, found);
}

static int flush_statement(struct bai2 *b, struct err *err)
{
	if (!b->waiting)
		return 0;
	b->waiting = false;
	return bank_statement_end(&b->bank, err);
}

/* ---- records ---- */

static int record_01(struct bai2 *b, struct sv s, struct err *err)
{
	(void)s;
	if (b->in_file)
		return refuse(b, err, "stands inside of another file");
	b->in_file = true;
	b->ended = false;
	b->file = (struct control){.records = 1};
	return 0;
}

/* receiver, originator, status, date, time, currency */
static int record_02(struct bai2 *b, struct sv s, struct err *err)
{
	int64_t status = 1;

	if (!b->in_file || b->in_group)
		return refuse(b, err, "is not where a group begins");
	b->in_group = true;
	b->group = (struct control){.records = 1};
	next_field(&s);
	next_field(&s);
	struct sv word = next_field(&s);
	b->status = parse_count(word, &status) && status < 5 ? (int)status : 1;
	b->has_day = bank_yymmdd(next_field(&s), &b->day);
	next_field(&s);
	struct sv currency = next_field(&s);
	b->group_currency[0] = '\0';
	if (currency.n == 3 || (PLANTED && currency.n > 0)) {
		memcpy(b->group_currency, currency.p, currency.n);
		b->group_currency[3] = '\0';
	}
	return 0;
}

/* What stands behind a funds type: V date, time; S three amounts; D n, then n times two. Returns
 * the words in out, if any. */
static bool parse_funds(struct sv *s, struct buf *out, int32_t *ret_day)
{
	struct sv type = next_field(s);
	int64_t n = type.n == 1 && type.p[0] == 'S' ? 3 : 0;
	bool dated = false;

	buf_add_sv(out, type);
	if (type.n == 1 && type.p[0] == 'V') {
		struct sv day = next_field(s);

		dated = bank_yymmdd(day, ret_day);
		next_field(s);
	} else if (type.n == 1 && type.p[0] == 'D' && parse_count(next_field(s), &n)) {
		n = MIN(n, (int64_t)100) * 2;
	}
	for (int64_t i = 0; i < n && s->p != NULL; i++) {
		buf_add_char(out, i == 0 ? ' ' : '/');
		buf_add_sv(out, next_field(s));
	}
	return dated;
}

static void put_balance(struct bai2 *b, int type, int64_t minor)
{
	struct statement *st = &b->bank.st;
	struct statement_balance balance = {true, b->has_day, b->day, minor};

	if (type == 10)
		st->opening = balance;
	else if (type == 15)
		st->closing = balance;
	else if (type == 45 || (type == 40 && !st->available.known))
		st->available = balance;
}

/* account, currency, then type, amount, count, funds again and again */
static int record_03(struct bai2 *b, struct sv s, struct err *err)
{
	struct buf funds CLEANUP(buf_free) = BUF_INIT;
	int32_t day;

	if (!b->in_group || b->in_account)
		return refuse(b, err, "is not where an account begins");
	int rc = flush_statement(b, err);
	if (rc != 0)
		return rc;
	b->in_account = true;
	b->account = (struct control){.records = 1};
	bank_statement_begin(&b->bank, b->line);
	bank_account(&b->bank, next_field(&s));
	bank_currency(&b->bank,
		b->group_currency[0] != '\0' ? sv_from_cstr(b->group_currency) : SV("USD"));
	bank_currency(&b->bank, next_field(&s));
	if (b->has_day)
		bank_days(&b->bank, b->day, b->day);
	while (s.p != NULL) {
		struct sv type = next_field(&s), amount = next_field(&s);
		int64_t minor = 0;

		if (!parse_amount(amount, &minor))
			return refuse(b, err, "has an amount that is none");
		b->account.total += minor;
		next_field(&s);
		buf_reset(&funds);
		parse_funds(&s, &funds, &day);
		if (amount.n > 0 && type.n == 3)
			put_balance(b, bank_digits(type, 0, 3), minor);
	}
	return 0;
}

/* Credit or debit by type code; 0: neither. */
static int side_of(int type)
{
	static const struct {
		int from, to, side;
	} ranges[] = {{100, 399, 1}, {400, 699, -1}, {700, 759, 1}, {760, 799, -1}, {920, 959, 1},
		{960, 999, -1}};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (type >= ranges[i].from && type <= ranges[i].to)
			return ranges[i].side;
	return 0;
}

static void put_minor(struct bank *b, int64_t minor)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	decimal_format(minor, b->st.scale, &text);
	bank_put(b, BANK_AMOUNT, buf_sv(&text));
}

static void put_day(struct bank *b, enum bank_column c, int32_t day)
{
	int year, month, of_month;

	date_to_civil(day, &year, &month, &of_month);
	bank_put_day(b, c, year, month, of_month);
}

/* The rest of the record: where it was broken, a space. */
static void put_text(struct bank *b, struct sv s)
{
	while (s.p != NULL)
		bank_add(b, BANK_TEXT, sv_trim(sv_cut(&s, JOINT)), " ");
}

static int reject_entry(struct bai2 *b, struct sv value, const char *detail, struct err *err)
{
	struct feed_reject reject = {.line = b->line,
		.column = SV("Transaction code"),
		.value = value,
		.code = E_CELL_TYPE,
		.detail = detail,
		.raw = buf_sv(&b->record)};

	bank_entry_drop(&b->bank);
	return feed_reject(b->bank.to, &reject, err);
}

/* type, amount, funds, bank's reference, customer's reference, text */
static int record_16(struct bai2 *b, struct sv s, struct err *err)
{
	static const char *const statuses[] = {"", "", "deletion", "correction", "test"};
	struct buf funds CLEANUP(buf_free) = BUF_INIT;
	struct bank *bank = &b->bank;
	int32_t value_day;
	int64_t minor;

	if (!b->in_account)
		return refuse(b, err, "stands outside of an account");
	struct sv type = next_field(&s), amount = next_field(&s);
	int side = type.n == 3 ? side_of(bank_digits(type, 0, 3)) : 0;
	bool good = parse_amount(amount, &minor);
	if (!good || (side == 0 && minor != 0))
		bank->unprovable = true;
	if (!good)
		return reject_entry(b, amount, "The amount is none.", err);
	b->account.total += minor;
	if (side == 0)
		return reject_entry(b, type, "The type code is neither a credit nor a debit.", err);
	bank_put(bank, BANK_CODE, type);
	if (amount.n > 0)
		put_minor(bank, side * minor);
	if (b->has_day)
		put_day(bank, BANK_DATE, b->day);
	if (parse_funds(&s, &funds, &value_day))
		put_day(bank, BANK_VALUE_DATE, value_day);
	bank_put(bank, BANK_AVAILABILITY, buf_sv(&funds));
	bank_put(bank, BANK_BANK_REFERENCE, next_field(&s));
	bank_put(bank, BANK_REFERENCE, next_field(&s));
	put_text(bank, s);
	bank_put(bank, BANK_STATUS, sv_from_cstr(statuses[b->status]));
	bank->pending = b->status == 2 || b->status == 4;
	bank_raw(bank, buf_sv(&b->record));
	return bank_entry_end(bank, b->line, err);
}

/* Adds what the trailer closes to what is around it. */
static void add_control(struct control *to, const struct control *from)
{
	to->total += from->total;
	to->records += from->records;
	to->parts++;
}

/* total, records */
static int record_49(struct bai2 *b, struct sv s, struct err *err)
{
	if (!b->in_account)
		return refuse(b, err, "closes no account");
	b->in_account = false;
	b->waiting = true;
	check_money(b, "account_total", next_field(&s), b->account.total);
	check_count(b, "account_records", next_field(&s), b->account.records);
	add_control(&b->group, &b->account);
	return 0;
}

/* total, accounts, records */
static int record_98(struct bai2 *b, struct sv s, struct err *err)
{
	if (!b->in_group || b->in_account)
		return refuse(b, err, "closes no group");
	b->in_group = false;
	check_money(b, "group_total", next_field(&s), b->group.total);
	check_count(b, "group_accounts", next_field(&s), b->group.parts);
	check_count(b, "group_records", next_field(&s), b->group.records);
	add_control(&b->file, &b->group);
	return 0;
}

/* total, groups, records */
static int record_99(struct bai2 *b, struct sv s, struct err *err)
{
	if (!b->in_file || b->in_group)
		return refuse(b, err, "closes no file");
	b->in_file = false;
	b->ended = true;
	check_money(b, "file_total", next_field(&s), b->file.total);
	check_count(b, "file_groups", next_field(&s), b->file.parts);
	check_count(b, "file_records", next_field(&s), b->file.records);
	return flush_statement(b, err);
}

static const struct {
	int code;
	size_t control; /* whose records it and its continuations are */
	int (*take)(struct bai2 *b, struct sv s, struct err *err);
} records[] = {
	{1, offsetof(struct bai2, file), record_01},
	{2, offsetof(struct bai2, group), record_02},
	{3, offsetof(struct bai2, account), record_03},
	{16, offsetof(struct bai2, account), record_16},
	{49, offsetof(struct bai2, account), record_49},
	{98, offsetof(struct bai2, group), record_98},
	{99, offsetof(struct bai2, file), record_99},
};

/* How many records 88 the record has. */
static int64_t count_joints(struct sv s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == JOINT;
	return n;
}

static int take_row(struct bai2 *b, size_t row, struct err *err)
{
	struct sv s = buf_sv(&b->record);
	int64_t *n = &((struct control *)(void *)((char *)b + records[row].control))->records;
	bool opens = b->code <= 3; /* counts itself when it opens its control */

	if (!opens)
		*n += 1 + count_joints(s);
	int rc = records[row].take(b, s, err);
	if (opens)
		*n += count_joints(s);
	return rc;
}

static int end_record(struct bai2 *b, struct err *err)
{
	int rc = 0;

	if (b->code == 0)
		return 0;
	if (!buf_ok(&b->record))
		return refuse(b, err, "is longer than a record can be");
	for (size_t i = 0; i < ARRAY_LEN(records) && rc == 0; i++)
		if (records[i].code == b->code)
			rc = take_row(b, i, err);
	b->code = 0;
	return rc;
}

/* ---- lines ---- */

/* The code of a record that begins at s: two digits that are one, a comma, and for the codes that a
 * text may well have, what follows. */
static int code_at(struct sv s, bool strict)
{
	static const int codes[] = {1, 2, 3, 16, 49, 88, 98, 99};
	int code = bank_digits(s, 0, 2);

	if (s.n < 3 || s.p[2] != ',')
		return 0;
	if (strict && code == 16 && (bank_digits(s, 3, 3) < 0 || s.n < 7 || s.p[6] != ','))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i] == code)
			return code;
	return 0;
}

/* Where the next record on the line begins: behind a slash and blanks. s.n: nowhere. */
static size_t next_on_line(struct sv s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		size_t at = i + 1;

		if (s.p[i] != '/' || s.p[at] != ' ')
			continue;
		while (at < s.n && s.p[at] == ' ')
			at++;
		if (code_at(sv_from(s.p + at, s.n - at), true) != 0)
			return at;
	}
	return s.n;
}

/* Without the slash that ends a record. */
static struct sv trim_end(struct sv s)
{
	s = sv_trim(s);
	if (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

static int take_record(struct bai2 *b, struct sv s, struct err *err)
{
	int code = code_at(s, false);

	if (code == 0) {
		if (b->code == 0)
			return err_set(err, E_UNREADABLE, "Line %u: it is not a record of BAI2.",
				b->lines.no);
		buf_add_char(&b->record, ' ');
		buf_add_sv(&b->record, trim_end(s));
		return 0;
	}
	struct sv fields = trim_end(sv_from(s.p + 3, s.n - 3));
	if (code == 88) {
		if (b->code == 0)
			return err_set(err, E_UNREADABLE, "Line %u: a continuation of nothing.",
				b->lines.no);
		buf_add_char(&b->record, JOINT);
		buf_add_sv(&b->record, fields);
		return 0;
	}
	int rc = end_record(b, err);
	b->code = code;
	b->line = b->lines.no;
	buf_reset(&b->record);
	buf_add_sv(&b->record, fields);
	return rc;
}

static int take_line(struct bai2 *b, struct sv line, struct err *err)
{
	int rc = 0;

	line = sv_trim(line);
	while (line.n > 0 && rc == 0) {
		size_t next = next_on_line(line);

		rc = take_record(b, sv_from(line.p, next), err);
		line = sv_from(line.p + next, line.n - next);
	}
	return rc;
}

bool bai2_sniff(const struct sniff *s)
{
	struct sv text = s->text;
	ptrdiff_t slash = sv_find(text, '/');

	if (!sv_starts_with(text, SV("01,")))
		return false;
	struct sv header = sv_from(text.p, slash < 0 ? text.n : (size_t)slash);
	int commas = 0;
	for (size_t i = 0; i < header.n; i++)
		commas += header.p[i] == ',';
	if (slash < 0 || commas < 7 || sv_trim(header).n > 512)
		return false;
	struct sv rest = sv_trim(sv_from(text.p + slash + 1, text.n - (size_t)slash - 1));
	return rest.n == 0 || sv_starts_with(rest, SV("02,")) || sv_starts_with(rest, SV("88,")) ||
	       sv_starts_with(rest, SV("99,"));
}

int bai2_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct bai2 *b CLEANUP(bai2_close) = calloc(1, sizeof(*b));
	struct sv line;
	bool end = false;

	if (b == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	buf_init(&b->record, RECORD_MAX);
	int rc = bank_open(&b->bank, BANK_BAI2, to, err);
	if (rc == 0)
		rc = lines_open(&b->lines, src, mapping->dialect.encoding, err);
	while (rc == 0) {
		rc = lines_next(&b->lines, &line, &end, err);
		if (rc != 0 || end)
			break;
		rc = take_line(b, line, err);
	}
	if (rc == 0)
		rc = end_record(b, err);
	if (rc == 0 && !b->ended)
		rc = err_set(err, E_UNREADABLE,
			"The file ends before its trailer (99): it is not whole.");
	return rc;
}
