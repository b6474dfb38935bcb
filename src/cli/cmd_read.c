/*
 * recon read FILE: what a file is taken for, and what its rows become. Nothing is stored.
 */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "read/encoding.h"
#include "wire/json.h"

#define FLUSH_BYTES 65536u

static void flush_text(struct buf *b)
{
	fwrite(b->p, 1, b->n, stdout);
	buf_reset(b);
}

static void put_cell(struct json_writer *w, const struct col_table *t, const struct col *c,
	uint32_t row, struct buf *scratch)
{
	if (!col_valid(c, row)) {
		json_put_null(w, c->name);
		return;
	}
	buf_reset(scratch);
	col_format(t, c, row, scratch);
	json_put_text(w, c->name, buf_sv(scratch));
}

static void put_columns(struct json_writer *w, const char *key, const struct col_table *t,
	enum col_role role, uint32_t row, struct buf *scratch)
{
	json_open_object(w, key);
	for (uint32_t i = 0; i < t->ncols; i++)
		if (t->cols[i].role == role)
			put_cell(w, t, &t->cols[i], row, scratch);
	json_close_object(w);
}

static void put_info(struct json_writer *w, const struct table_info *info)
{
	json_put_int(w, "rows_read", (int64_t)info->rows_read);
	json_put_int(w, "rows_accepted", (int64_t)info->rows_accepted);
	json_put_int(w, "rows_rejected", (int64_t)info->rows_rejected);
	json_put_int(w, "rows_skipped", (int64_t)info->rows_skipped);
}

static void print_json(const struct read_proposal *p, const struct read_result *r)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct buf scratch CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&out);

	read_proposal_to_json(p, &scratch);
	json_open_object(&w, NULL);
	json_put_raw(&w, "proposal", buf_sv(&scratch));
	put_info(&w, &r->info);
	statement_list_to_json(&r->statements, "statements", &w);
	json_open_array(&w, "rows");
	for (uint32_t row = 0; row < r->table.rows; row++) {
		json_open_object(&w, NULL);
		json_put_int(&w, "line", r->table.line == NULL ? 0 : r->table.line[row]);
		put_columns(&w, "fields", &r->table, COL_FIELD, row, &scratch);
		put_columns(&w, "other", &r->table, COL_SOURCE, row, &scratch);
		json_close_object(&w);
		if (out.n > FLUSH_BYTES)
			flush_text(&out);
	}
	json_close_array(&w);
	json_open_array(&w, "rejects");
	for (uint32_t row = 0; row < r->rejects.rows; row++)
		put_columns(&w, NULL, &r->rejects, COL_FIELD, row, &scratch);
	json_close_array(&w);
	json_close_object(&w);
	buf_add_char(&out, '\n');
	flush_text(&out);
}

/* "date  date  from Booked": the mapping in words. */
static void print_mapping(const struct mapping *m)
{
	const struct mapping_dialect *d = &m->dialect;

	unsigned members = mapping_dialect_members(m->format);

	printf("%.*s", SV_ARG(m->format));
	if (members & DIALECT_ENCODING)
		printf(", %s", encoding_word(d->encoding));
	if (members & DIALECT_MARKS)
		printf(", delimiter '%c'", d->delimiter == '\t' ? 't' : d->delimiter);
	if (d->sheet.n > 0)
		printf(", sheet '%.*s'", SV_ARG(d->sheet));
	if (members & DIALECT_HEADER)
		printf(", header in row %u, %u footer rows", d->header_row, d->footer_rows);
	putchar('\n');
	printf("decimal mark %c, dates %s\n\n", m->decimal.decimal,
		mapping_date_order_words[m->date_order]);
	for (uint32_t i = 0; i < m->nfields; i++) {
		const struct mapping_field *f = &m->fields[i];

		printf("  %-16.*s %-9s from", SV_ARG(f->field), col_type_word(f->type));
		for (uint32_t k = 0; k < f->ncolumns; k++)
			printf("%s %.*s", k > 0 ? "," : "", SV_ARG(f->columns[k]));
		if (f->sign != SIGN_PLAIN)
			printf(" (%s)", mapping_sign_words[f->sign]);
		putchar('\n');
	}
}

#define REJECTS_SHOWN 20u

static void print_rejects(const struct col_table *t)
{
	for (uint32_t row = 0; row < t->rows && row < REJECTS_SHOWN; row++) {
		struct buf b CLEANUP(buf_free) = BUF_INIT;

		col_format(t, &t->cols[0], row, &b);
		for (uint32_t i = 1; i <= 4; i++) {
			buf_add_cstr(&b, "  ");
			col_format(t, &t->cols[i], row, &b);
		}
		printf("  line %s\n", buf_cstr(&b));
	}
	if (t->rows > REJECTS_SHOWN)
		printf("  and %u more\n", t->rows - REJECTS_SHOWN);
}

#define STATEMENTS_SHOWN 20u

/* "DE02… 31  EUR  1000.00 + 1234.00 (12 entries) = 2234.00, proven": the statements of a bank. */
static void print_statement(const struct statement *s)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	char currency[4] = "";
	int64_t difference;
	enum statement_proof proof = statement_prove(s, &difference);

	col_currency_unpack(s->currency, currency);
	buf_printf(&b, "  %.*s %.*s %s ", SV_ARG(s->account), SV_ARG(s->number), currency);
	if (s->opening.known)
		decimal_format(s->opening.minor, s->scale, &b);
	else
		buf_add_char(&b, '?');
	buf_add_cstr(&b, " + ");
	decimal_format(s->sum, s->scale, &b);
	buf_printf(&b, " (%llu entries) = ", (unsigned long long)s->entries);
	if (s->closing.known)
		decimal_format(s->closing.minor, s->scale, &b);
	else
		buf_add_char(&b, '?');
	if (proof == STATEMENT_DIFFERS) {
		buf_add_cstr(&b, ", off by ");
		decimal_format(difference, s->scale, &b);
	}
	printf("%s%s\n", buf_cstr(&b),
		proof == STATEMENT_PROVEN     ? ", proven"
		: proof == STATEMENT_UNPROVEN ? ", unproven"
					      : "");
	for (uint32_t i = 0; i < s->nchecks; i++)
		if (s->checks[i].said != s->checks[i].found)
			printf("    %s: the file says %lld, found %lld\n", s->checks[i].what,
				(long long)s->checks[i].said, (long long)s->checks[i].found);
}

static void print_statements(const struct statement_list *l)
{
	if (l->n > 0)
		printf("\n%u statements\n", l->n);
	for (uint32_t i = 0; i < l->n && i < STATEMENTS_SHOWN; i++)
		print_statement(&l->items[i]);
	if (l->n > STATEMENTS_SHOWN)
		printf("  and %u more\n", l->n - STATEMENTS_SHOWN);
}

static void print_text(const struct read_proposal *p, const struct read_result *r)
{
	print_mapping(&p->mapping);
	for (uint32_t i = 0; i < p->nquestions; i++)
		printf("\nTo be confirmed: %.*s (%s)\n", SV_ARG(p->questions[i].detail),
			p->questions[i].code);
	printf("\n%llu rows read = %llu accepted + %llu rejected + %llu skipped\n",
		(unsigned long long)r->info.rows_read, (unsigned long long)r->info.rows_accepted,
		(unsigned long long)r->info.rows_rejected,
		(unsigned long long)r->info.rows_skipped);
	print_rejects(&r->rejects);
	print_statements(&r->statements);
}

int cmd_read(struct cli *cli, int argc, char **argv)
{
	const char *json = NULL, *mapping = NULL, *kind = NULL;
	const struct cli_option options[] = {{"--json", false, &json},
		{"--mapping", true, &mapping}, {"--kind", true, &kind}, {0}};
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_proposal p = {0};
	struct err err = {0};

	(void)cli;
	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc != 2)
		return cli_usage("read");
	arena_init(&a, 0);
	struct read_hint hint = {.kind = sv_from_cstr(kind)};
	if (load_table(argv[1], mapping, &hint, &a, &p, &r, &err) != 0)
		return cli_fail(&err);
	if (json != NULL)
		print_json(&p, &r);
	else
		print_text(&p, &r);
	return CLI_DONE;
}
