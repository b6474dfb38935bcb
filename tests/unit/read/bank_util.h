#ifndef UNIT_READ_BANK_UTIL_H
#define UNIT_READ_BANK_UTIL_H
/*
 * Statement files as text, for comparing in tests: detected and read as everywhere.
 *
 *   format, and the question that is asked, if any
 *   = account number currency from..to opening closing +sum proof; what of the checks disagrees
 *   line: field=value; …        a row, its fields in order, the missing ones left out
 *   line! column=value; code    a reject
 *   refused: code: detail       instead of all that
 */
#include "base/date.h"
#include "base/decimal.h"
#include "read/read.h"
#include "read_util.h"

static inline void put_day_of(bool known, int32_t day, struct buf *out)
{
	if (known)
		date_format(day, out);
	else
		buf_add_char(out, '~');
}

static inline void put_balance_of(const struct statement_balance *b, uint8_t scale, struct buf *out)
{
	buf_add_char(out, ' ');
	if (b->known)
		decimal_format(b->minor, scale, out);
	else
		buf_add_char(out, '~');
}

static inline void put_statement_text(const struct statement *s, struct buf *out)
{
	static const char *const proofs[] = {"unproven", "proven", "differs"};
	char currency[4] = "~";

	if (s->currency != 0)
		col_currency_unpack(s->currency, currency);
	buf_printf(out, "= %.*s %.*s %s ", SV_ARG(s->account), SV_ARG(s->number), currency);
	put_day_of(s->has_days, s->from, out);
	buf_add_cstr(out, "..");
	put_day_of(s->has_days, s->to, out);
	put_balance_of(&s->opening, s->scale, out);
	put_balance_of(&s->closing, s->scale, out);
	buf_printf(out, " %llu:", (unsigned long long)s->entries);
	decimal_format(s->sum, s->scale, out);
	buf_printf(out, " %s\n", proofs[statement_prove(s, NULL)]);
	for (uint32_t i = 0; i < s->nchecks; i++)
		if (s->checks[i].said != s->checks[i].found)
			buf_printf(out, "  %s: said %lld, found %lld\n", s->checks[i].what,
				(long long)s->checks[i].said, (long long)s->checks[i].found);
}

static inline void put_row_text(const struct col_table *t, uint32_t r, struct buf *out)
{
	buf_printf(out, "%u:", t->line == NULL ? 0 : t->line[r]);
	for (uint32_t c = 0; c < t->ncols; c++) {
		if (!col_valid(&t->cols[c], r))
			continue;
		buf_printf(out, " %s=", t->cols[c].name);
		col_format(t, &t->cols[c], r, out);
		buf_add_char(out, ';');
	}
	buf_add_char(out, '\n');
}

static inline void put_reject_text(const struct col_table *t, uint32_t r, struct buf *out)
{
	struct sv cells[4];

	for (uint32_t i = 0; i < 4; i++)
		cells[i] = col_valid(&t->cols[i], r) && i > 0 ? col_text(&t->cols[i], r) : SV("~");
	buf_printf(out, "%lld! %.*s=%.*s; %.*s\n", (long long)t->cols[0].i64[r], SV_ARG(cells[1]),
		SV_ARG(cells[2]), SV_ARG(cells[3]));
}

static inline void bank_result_text(const struct read_result *r, struct buf *out)
{
	for (uint32_t i = 0; i < r->statements.n; i++)
		put_statement_text(&r->statements.items[i], out);
	for (uint32_t i = 0; i < r->table.rows; i++)
		put_row_text(&r->table, i, out);
	for (uint32_t i = 0; i < r->rejects.rows; i++)
		put_reject_text(&r->rejects, i, out);
}

/* Returns 0 or the error that refused the file. */
static inline int bank_file_text(struct sv file, struct buf *out)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct arena a CLEANUP(arena_free) = {0};
	struct read_proposal p = {0};
	struct col_memory m;
	struct err err = {0};

	arena_init(&a, 0);
	int rc = read_detect(source_of(file, &m), NULL, &a, &p, &err);
	if (rc == 0)
		rc = read_file(source_of(file, &m), &p.mapping, &r, &err);
	if (rc != 0) {
		buf_printf(out, "refused: %s: %s\n", err_wire(rc), err.detail);
		return rc;
	}
	buf_printf(out, "%.*s", SV_ARG(p.mapping.format));
	for (uint32_t i = 0; i < p.nquestions; i++)
		buf_printf(out, " %s?", p.questions[i].code);
	buf_add_char(out, '\n');
	bank_result_text(&r, out);
	return 0;
}

/* For tables of cases. */
struct bank_case {
	const char *label;
	struct sv file;
	const char *want;
};

#define CHECK_BANK_CASES(cases)                                                                    \
	for (size_t i_ = 0; i_ < ARRAY_LEN(cases); i_++) {                                         \
		struct buf got_ CLEANUP(buf_free) = BUF_INIT;                                      \
		(void)!bank_file_text((cases)[i_].file, &got_);                                    \
		if (strcmp(buf_cstr(&got_), (cases)[i_].want) != 0)                                \
			fail_msg("%s:\n%sinstead of\n%s", (cases)[i_].label, buf_cstr(&got_),      \
				(cases)[i_].want);                                                 \
	}

#endif
