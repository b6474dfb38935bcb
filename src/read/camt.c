/*
 * CAMT: elements to values by their paths, values to statements and entries.
 */
#include "read/camt.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "read/bank.h"
#include "read/camt_row.h"
#include "read/encoding.h"
#include "read/plant.h"
#include "read/xml.h"
#include "read/zip.h"

#define ENTRY_MAX (256u << 20) /* bytes of an entry's values: batches of some 100,000 */
#define TEXT_LIMIT (2u << 20)
#define VERSION_FIRST 2
#define VERSION_LAST 13

enum level { OUTSIDE, STATEMENT, BALANCE, ENTRY, DETAIL };

static const struct {
	enum level level;
	const char *path;
	enum camt_value value;
} paths[] = {
#define CAMT(level, path, value) {level, path, CAMT_##value},
#include "read/camt_path.def"
#undef CAMT
};

/* Elements that begin a level, under the path of the level around it. */
static const struct {
	enum level around;
	const char *path;
	enum level level;
} levels[] = {
	{OUTSIDE, "Document/BkToCstmrStmt/Stmt", STATEMENT},
	{OUTSIDE, "Document/BkToCstmrAcctRpt/Rpt", STATEMENT},
	{OUTSIDE, "Document/BkToCstmrDbtCdtNtfctn/Ntfctn", STATEMENT},
	{STATEMENT, "Bal", BALANCE},
	{STATEMENT, "Ntry", ENTRY},
	{ENTRY, "NtryDtls/TxDtls", DETAIL},
};

/* Entries as the bank counts them: a batch is one. */
struct side {
	int64_t n;
	__int128 sum;
};

struct camt {
	struct bank bank;
	struct xml *xml;
	enum level level;
	struct buf path; /* from the element of the level */
	size_t bases[8]; /* where in it each level around begins */
	uint32_t nbases;
	struct buf text; /* of the element; its attribute Ccy */
	char currency[4];
	bool leaf; /* no element ended since the last began */
	struct arena statement_arena, entry_arena;
	struct camt_values statement, balance, entry;
	struct camt_values *details, **last_detail;
	struct statement_balance opbd, prcd, clbd, first_itbd, last_itbd;
	uint32_t itbds;
	struct side side[2];
	uint32_t statements, entries;
	bool pending; /* an entry of the statement is not booked */
};

static void camt_free(struct camt **p)
{
	struct camt *c = *p;

	if (c == NULL)
		return;
	bank_close(&c->bank);
	buf_free(&c->path);
	buf_free(&c->text);
	arena_free(&c->statement_arena);
	arena_free(&c->entry_arena);
	free(c);
}

/* ---- values ---- */

static struct camt_values *values_of(struct camt *c)
{
	switch (c->level) {
	case STATEMENT:
		return &c->statement;
	case BALANCE:
		return &c->balance;
	case ENTRY:
		return &c->entry;
	case DETAIL:
		return (struct camt_values *)((char *)c->last_detail -
					      offsetof(struct camt_values, next));
	case OUTSIDE:
		break;
	}
	return NULL;
}

static bool repeats(enum camt_value v)
{
	return v == CAMT_TEXT || v == CAMT_CREDITOR_REFERENCE || v == CAMT_DOCUMENT ||
	       v == CAMT_INFORMATION;
}

static enum camt_value currency_of(enum camt_value v)
{
	return v == CAMT_AMOUNT      ? CAMT_CURRENCY
	       : v == CAMT_TX_AMOUNT ? CAMT_TX_CURRENCY
	       : v == CAMT_CHARGES   ? CAMT_CHARGES_CURRENCY
				     : CAMT_VALUE_COUNT;
}

/* The first value counts, texts are joined. */
static void set_value(struct camt *c, enum camt_value v, struct sv s)
{
	struct arena *a =
		c->level == ENTRY || c->level == DETAIL ? &c->entry_arena : &c->statement_arena;
	struct camt_values *to = values_of(c);
	enum camt_value currency = currency_of(v);

	if (to->v[v].n > 0 && repeats(v)) {
		to->v[v] = sv_from_cstr(arena_printf(a, "%.*s %.*s", SV_ARG(to->v[v]), SV_ARG(s)));
		return;
	}
	if (to->v[v].n > 0)
		return;
	to->v[v] = arena_sv(a, s);
	if (currency != CAMT_VALUE_COUNT)
		to->v[currency] = arena_sv(a, sv_from_cstr(c->currency));
}

static struct sv level_path(const struct camt *c)
{
	size_t base = c->nbases == 0 ? 0 : c->bases[c->nbases - 1];
	struct sv s = sv_from(c->path.p + base, c->path.n - base);

	return s.n > 0 && s.p[0] == '/' ? sv_from(s.p + 1, s.n - 1) : s;
}

static void take_value(struct camt *c)
{
	struct sv text = sv_trim(buf_sv(&c->text)), path = level_path(c);

	if (text.n == 0 || c->level == OUTSIDE)
		return;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i].level == c->level && sv_eq_cstr(path, paths[i].path)) {
			set_value(c, paths[i].value, text);
			return;
		}
}

/* ---- balances ---- */

static void end_balance(struct camt *c)
{
	const struct sv *v = c->balance.v;
	struct statement_balance balance;
	int32_t day;
	bool has_day = camt_day(v[CAMT_BOOKED], &day);

	if (c->bank.st.currency == 0)
		bank_currency(&c->bank, v[CAMT_CURRENCY]);
	if (c->bank.st.currency != col_currency_pack(v[CAMT_CURRENCY]) ||
		!bank_balance(camt_is_debit(v[CAMT_SIDE]), v[CAMT_AMOUNT], v[CAMT_CURRENCY],
			has_day ? &day : NULL, &balance))
		return;
	struct sv type = v[CAMT_BALANCE_TYPE];
	if (sv_eq(type, SV("OPBD")) && !c->opbd.known)
		c->opbd = balance;
	else if (sv_eq(type, SV("PRCD")) && !c->prcd.known)
		c->prcd = balance;
	else if (sv_eq(type, SV("CLBD")))
		c->clbd = balance;
	else if (sv_eq(type, SV("CLAV")) || sv_eq(type, SV("ITAV")))
		c->bank.st.available = balance;
	if (!sv_eq(type, SV("ITBD")))
		return;
	if (c->itbds++ == 0)
		c->first_itbd = balance;
	c->last_itbd = balance;
}

static void settle_balances(struct camt *c)
{
	struct statement *st = &c->bank.st;

	st->opening = c->opbd.known ? c->opbd : c->prcd;
	if (!st->opening.known && c->itbds > 1)
		st->opening = c->first_itbd;
	st->closing = c->clbd.known ? c->clbd : c->last_itbd;
}

/* ---- statements ---- */

static void begin_statement(struct camt *c)
{
	arena_reset(&c->statement_arena);
	c->statement = (struct camt_values){0};
	c->opbd = c->prcd = c->clbd = c->first_itbd = c->last_itbd = (struct statement_balance){0};
	c->itbds = 0;
	memset(c->side, 0, sizeof(c->side));
	c->pending = false;
	bank_statement_begin(&c->bank, ++c->statements);
}

/* What is known of the statement before its balances and entries. */
static void head_statement(struct camt *c)
{
	const struct sv *v = c->statement.v;
	struct sv number = v[CAMT_SEQUENCE];

	if (number.n == 0)
		number = v[CAMT_LEGAL_SEQUENCE].n > 0 ? v[CAMT_LEGAL_SEQUENCE]
						      : v[CAMT_STATEMENT_ID];
	bank_account(&c->bank, v[CAMT_ACCOUNT]);
	bank_number(&c->bank, number);
	if (c->bank.st.currency == 0)
		bank_currency(&c->bank, v[CAMT_ACCOUNT_CURRENCY]);
}

/* Page 1 that is the last one is the whole statement. */
static void name_page(struct camt *c)
{
	const struct sv *v = c->statement.v;

	if (v[CAMT_PAGE].n > 0 &&
		!(sv_eq(v[CAMT_PAGE], SV("1")) && sv_eq(v[CAMT_LAST_PAGE], SV("true"))))
		bank_page(&c->bank, v[CAMT_PAGE]);
}

static void check_count(struct camt *c, const char *what, enum camt_value v, int64_t found)
{
	uint64_t said;

	if (sv_to_u64(c->statement.v[v], INT64_MAX, &said))
		bank_check_count(&c->bank, what, (int64_t)said, found);
}

/* The bank's own counts; those that may have pending entries in them are not compared. */
static void check_totals(struct camt *c)
{
	const struct sv *v = c->statement.v;

	if (c->pending)
		return;
	check_count(c, "entries", CAMT_ENTRIES, c->side[0].n + c->side[1].n);
	check_count(c, "credits", CAMT_CREDITS, c->side[1].n);
	check_count(c, "debits", CAMT_DEBITS, c->side[0].n);
	if (v[CAMT_CREDIT_TOTAL].n > 0)
		bank_check_amount(&c->bank, "credit_total", v[CAMT_CREDIT_TOTAL], c->side[1].sum);
	if (v[CAMT_DEBIT_TOTAL].n > 0)
		bank_check_amount(&c->bank, "debit_total", v[CAMT_DEBIT_TOTAL], c->side[0].sum);
}

static int end_statement(struct camt *c, struct err *err)
{
	const struct sv *v = c->statement.v;
	int32_t from, to;

	head_statement(c);
	name_page(c);
	settle_balances(c);
	check_totals(c);
	if (camt_day(v[CAMT_FROM], &from) && camt_day(v[CAMT_TO], &to))
		bank_days(&c->bank, from, to);
	return bank_statement_end(&c->bank, err);
}

/* ---- entries ---- */

static void begin_entry(struct camt *c)
{
	head_statement(c);
	arena_reset(&c->entry_arena);
	c->entry = (struct camt_values){0};
	c->details = NULL;
	c->last_detail = &c->details;
	c->entries++;
}

static int begin_detail(struct camt *c, struct err *err)
{
	struct camt_values *d = ARENA_NEW(&c->entry_arena, struct camt_values);

	if (d == NULL)
		return err_set(err, E_LIMIT,
			"Entry %u has more transactions than an entry can have.", c->entries);
	*c->last_detail = d;
	c->last_detail = &d->next;
	return 0;
}

static void count_entry(struct camt *c)
{
	static const struct decimal_format plain = {'.', 0};
	const struct sv *v = c->entry.v;
	struct side *side = &c->side[!camt_is_debit(v[CAMT_SIDE])];
	int64_t minor;

	side->n++;
	c->pending = c->pending || (v[CAMT_STATUS].n > 0 && !sv_eq(v[CAMT_STATUS], SV("BOOK")));
	if (decimal_parse(v[CAMT_AMOUNT], plain, c->bank.st.scale, &minor) == 0)
		side->sum += minor;
}

static int end_entry(struct camt *c, struct err *err)
{
	if (!arena_ok(&c->entry_arena))
		return err_set(err, E_LIMIT,
			"Entry %u has more transactions than an entry can have.", c->entries);
	if (c->bank.st.currency == 0)
		bank_currency(&c->bank, c->entry.v[CAMT_CURRENCY]);
	count_entry(c);
	return camt_put_entry(&c->bank, &c->entry, c->details, c->entries, err);
}

/* ---- levels ---- */

static int begin_level(struct camt *c, enum level level, struct err *err)
{
	c->level = level;
	c->bases[c->nbases++] = c->path.n;
	switch (level) {
	case STATEMENT:
		begin_statement(c);
		return 0;
	case BALANCE:
		c->balance = (struct camt_values){0};
		return 0;
	case ENTRY:
		begin_entry(c);
		return 0;
	case DETAIL:
		return begin_detail(c, err);
	case OUTSIDE:
		break;
	}
	return 0;
}

static int end_level(struct camt *c, struct err *err)
{
	static const enum level around[] = {[STATEMENT] = OUTSIDE,
		[BALANCE] = STATEMENT,
		[ENTRY] = STATEMENT,
		[DETAIL] = ENTRY};
	enum level level = c->level;

	c->level = around[level];
	c->nbases--;
	switch (level) {
	case STATEMENT:
		return end_statement(c, err);
	case BALANCE:
		head_statement(c);
		end_balance(c);
		return 0;
	case ENTRY:
		return end_entry(c, err);
	case DETAIL:
	case OUTSIDE:
		break;
	}
	return 0;
}

/* ---- elements ---- */

/* The version in the name of the message, "camt.053.001.08"; 0: it is in none of the namespaces. */
static int version_of(const struct xml *x)
{
	for (uint32_t i = 0; i < x->nattrs; i++) {
		struct sv s = x->attrs[i].value;
		const char *p = s.n < 15 ? NULL : memmem(s.p, s.n, "camt.05", 7);

		if (p == NULL)
			continue;
		struct sv name = sv_from(p, (size_t)(s.p + s.n - p));
		if (bank_digits(name, 9, 3) == 1 && bank_digits(name, 13, 2) > 0)
			return bank_digits(name, 13, 2);
	}
	return 0;
}

static int check_document(const struct camt *c, struct err *err)
{
	int version = version_of(c->xml);

	if (version != 0 && (version < VERSION_FIRST || version > VERSION_LAST))
		return err_set(err, E_UNREADABLE,
			"The document is in version 001.%02d; those that are read are 001.%02d to "
			"001.%02d.",
			version, VERSION_FIRST, VERSION_LAST);
	return 0;
}

static int take_start(struct camt *c, struct err *err)
{
	struct sv currency = xml_attr(c->xml, "Ccy");

	/* What is wrapped around a document has no part in its paths. */
	if (c->path.n == 0 && !xml_is(c->xml, "Document"))
		return 0;
	int rc = c->path.n == 0 ? check_document(c, err) : 0;
	if (rc != 0)
		return rc;
	if (c->path.n > 0)
		buf_add_char(&c->path, '/');
	buf_add_sv(&c->path, c->xml->name);
	buf_reset(&c->text);
	c->leaf = true;
	c->currency[0] = '\0';
	if (currency.n == 3 || (PLANTED && currency.n > 0)) {
		memcpy(c->currency, currency.p, currency.n);
		c->currency[3] = '\0';
	}
	struct sv path = level_path(c);
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (levels[i].around == c->level && sv_eq_cstr(path, levels[i].path))
			return begin_level(c, levels[i].level, err);
	return 0;
}

static int take_end(struct camt *c, struct err *err)
{
	int rc = 0;

	if (c->path.n == 0)
		return 0;
	if (!buf_ok(&c->path) || !buf_ok(&c->text))
		return err_set(err, E_UNREADABLE, "Entry %u: a value is longer than it can be.",
			c->entries);
	if (c->leaf)
		take_value(c);
	c->leaf = false;
	if (c->nbases > 0 && c->bases[c->nbases - 1] == c->path.n)
		rc = end_level(c, err);
	const char *slash = memrchr(c->path.p, '/', c->path.n);
	c->path.n = slash == NULL ? 0 : (size_t)(slash - c->path.p);
	return rc;
}

static int take_document(struct camt *c, struct err *err)
{
	enum xml_event event = XML_START;
	int rc = 0;

	while (rc == 0 && event != XML_EOF) {
		rc = xml_next(c->xml, &event, err);
		if (rc != 0)
			return rc;
		if (event == XML_START)
			rc = take_start(c, err);
		else if (event == XML_END)
			rc = take_end(c, err);
		else if (event == XML_TEXT && c->leaf)
			buf_add_sv(&c->text, c->xml->text);
	}
	if (rc == 0 && (!arena_ok(&c->statement_arena) || !buf_ok(&c->text)))
		rc = err_set(err, E_NO_MEMORY, NULL);
	return rc;
}

/* ---- bytes ---- */

/* The encoding that the declaration names; UTF-16 is told by its mark. */
static int declared_encoding(struct col_source src, enum encoding *ret, struct err *err)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} names[] = {{"utf-8", ENCODING_UTF_8}, {"us-ascii", ENCODING_UTF_8},
		{"iso-8859-1", ENCODING_ISO_8859_1}, {"latin1", ENCODING_ISO_8859_1},
		{"windows-1252", ENCODING_WINDOWS_1252}, {"cp1252", ENCODING_WINDOWS_1252}};
	char head[200];
	size_t n = (size_t)MIN(src.size, (uint64_t)sizeof(head));
	int rc = src.pread(src.ctx, 0, head, n, err);

	if (rc != 0)
		return rc;
	struct sv s = sv_from(head, n);
	*ret = encoding_guess(s, n == src.size);
	if (*ret == ENCODING_UTF_16LE || *ret == ENCODING_UTF_16BE)
		return 0;
	*ret = ENCODING_UTF_8;
	const char *end = memmem(s.p, s.n, "?>", 2);
	const char *p = end == NULL ? NULL : memmem(s.p, (size_t)(end - s.p), "encoding", 8);
	if (p == NULL)
		return 0;
	s = sv_from(p + 8, (size_t)(end - p) - 8);
	while (s.n > 0 && strchr(" \t\r\n='\"", s.p[0]) != NULL)
		s = sv_from(s.p + 1, s.n - 1);
	for (n = 0; n < s.n && s.p[n] != '"' && s.p[n] != '\'';)
		n++;
	s.n = n;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sv_eq_nocase(s, sv_from_cstr(names[i].name))) {
			*ret = names[i].encoding;
			return 0;
		}
	return err_set(err, E_UNREADABLE, "Its encoding %.*s is not one that is read.",
		SV_ARG(sv_from(s.p, MIN(s.n, (size_t)40))));
}

/* The document as UTF-8. The reader of XML may ask for fewer bytes than can be given whole. */
struct document {
	struct text_source text;
	char spare[256];
	size_t at, n;
};

static int read_document(void *ctx, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	struct document *d = ctx;

	if (d->at == d->n && cap >= sizeof(d->spare))
		return text_source_read(&d->text, dst, cap, ret_n, err);
	if (d->at == d->n) {
		d->at = d->n = 0;
		int rc = text_source_read(&d->text, d->spare, sizeof(d->spare), &d->n, err);
		if (rc != 0)
			return rc;
	}
	*ret_n = MIN(cap, d->n - d->at);
	memcpy(dst, d->spare + d->at, *ret_n);
	d->at += *ret_n;
	return 0;
}

static int take_source(struct camt *c, struct col_source src, struct err *err)
{
	struct document document = {.n = 0};
	enum encoding encoding;
	int rc = declared_encoding(src, &encoding, err);

	if (rc != 0)
		return rc;
	text_source_init(&document.text, src, encoding, src.size);
	rc = xml_open(c->xml, read_document, &document, err);
	c->xml->transcoded = true;
	if (rc == 0)
		rc = take_document(c, err);
	xml_close(c->xml);
	return rc;
}

/* ---- archives ---- */

static int read_member(void *ctx, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	return zip_stream_read(ctx, dst, cap, ret_n, err);
}

static bool is_document(const struct zip_entry *e)
{
	return e->name.n > 4 && sv_eq_nocase(sv_from(e->name.p + e->name.n - 4, 4), SV(".xml"));
}

static int take_member(
	struct camt *c, const struct zip *z, const struct zip_entry *e, struct err *err)
{
	struct zip_stream *s CLEANUP(zip_stream_free) = NULL;
	int rc = zip_stream_new(z, e, &s, err);

	if (rc == 0)
		rc = xml_open(c->xml, read_member, s, err);
	if (rc == 0)
		rc = take_document(c, err);
	xml_close(c->xml);
	return rc;
}

static int take_archive(struct camt *c, struct col_source src, struct err *err)
{
	struct zip z CLEANUP(zip_free) = {0};
	int rc = zip_open(src, &z, err);

	for (uint32_t i = 0; i < z.n && rc == 0; i++) {
		const struct zip_entry *e = &z.entries[i];

		if (e->name.n > 0 && e->name.p[e->name.n - 1] == '/')
			continue;
		rc = is_document(e)
			     ? take_member(c, &z, e, err)
			     : err_set(err, E_UNREADABLE,
				       "The archive has a file that is no XML document: "
				       "%.*s.",
				       SV_ARG(sv_from(e->name.p, MIN(e->name.n, (size_t)80))));
	}
	return rc;
}

/* ---- the whole ---- */

static bool is_camt(struct sv text)
{
	static const char *const marks[] = {":camt.052.001.", ":camt.053.001.", ":camt.054.001.",
		"<BkToCstmrStmt", "<BkToCstmrAcctRpt", "<BkToCstmrDbtCdtNtfctn"};
	struct sv head = sv_from(text.p, MIN(text.n, (size_t)16384));

	if (head.n == 0 || head.p[0] != '<')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (memmem(head.p, head.n, marks[i], strlen(marks[i])) != NULL)
			return true;
	return false;
}

/* An archive whose first document is one. */
static bool is_camt_archive(const struct sniff *s)
{
	struct zip z CLEANUP(zip_free) = {0};
	struct zip_stream *stream CLEANUP(zip_stream_free) = NULL;
	char *head CLEANUP(free_ptr) = malloc(16384);
	size_t n = 0, got = 1;
	uint32_t i = 0;

	if (head == NULL || !zip_sniff(s->head) || zip_open(s->src, &z, NULL) != 0)
		return false;
	while (i < z.n && !is_document(&z.entries[i]))
		i++;
	if (i == z.n || zip_stream_new(&z, &z.entries[i], &stream, NULL) != 0)
		return false;
	while (n < 16384 && got > 0) {
		if (zip_stream_read(stream, head + n, 16384 - n, &got, NULL) != 0)
			return false;
		n += got;
	}
	struct sv text = sv_from(head, n);
	if (sv_starts_with(text, SV("\xef\xbb\xbf")))
		text = sv_from(text.p + 3, text.n - 3);
	return is_camt(sv_trim(text));
}

bool camt_sniff(const struct sniff *s)
{
	return is_camt(s->text) || is_camt_archive(s);
}

int camt_feed(
	struct col_source src, const struct mapping *mapping, struct feed *to, struct err *err)
{
	struct camt *c CLEANUP(camt_free) = calloc(1, sizeof(*c));
	struct xml *xml CLEANUP(free_ptr) = calloc(1, sizeof(*xml));
	char mark[4] = "";

	(void)mapping;
	if (c == NULL || xml == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	c->xml = xml;
	arena_init(&c->statement_arena, 16u << 20);
	arena_init(&c->entry_arena, ENTRY_MAX);
	buf_init(&c->text, TEXT_LIMIT);
	int rc = bank_open(&c->bank, BANK_CAMT, to, err);
	if (rc == 0 && src.size >= sizeof(mark))
		rc = src.pread(src.ctx, 0, mark, sizeof(mark), err);
	if (rc == 0)
		rc = zip_sniff(sv_from(mark, sizeof(mark))) ? take_archive(c, src, err)
							    : take_source(c, src, err);
	if (rc == 0 && c->statements == 0)
		rc = err_set(
			err, E_UNREADABLE, "There is no statement, report or notification in it.");
	return rc;
}
