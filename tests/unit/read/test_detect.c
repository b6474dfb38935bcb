/*
 * Detection: what files people have are taken for, the questions that are left, and that a file
 * read by its own proposal gives the rows a person would see in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../corpus.h"
#include "read_util.h"
#include "wire/json.h"

/* "date:date(Booked) amount:amount(In,Out)credit_debit …" */
static void mapping_text(const struct mapping *m, struct buf *out)
{
	for (uint32_t i = 0; i < m->nfields; i++) {
		const struct mapping_field *f = &m->fields[i];

		buf_printf(out, "%s%.*s:%s(", i > 0 ? " " : "", SV_ARG(f->field),
			col_type_word(f->type));
		for (uint32_t k = 0; k < f->ncolumns; k++)
			buf_printf(out, "%s%.*s", k > 0 ? "," : "", SV_ARG(f->columns[k]));
		buf_printf(out, ")%s", f->sign != SIGN_PLAIN ? mapping_sign_words[f->sign] : "");
	}
}

static void test_files(void **state)
{
	static const struct {
		const char *label, *kind;
		struct sv text;
		char delimiter;
		uint32_t header, footer;
		const char *fields, *questions;
		const char *rows; /* NULL: not compared */
	} cases[] = {
		{"plain", NULL,
			SV("Date,Amount,Description\n2026-03-04,12.50,Rent\n2026-03-05,-3.00,"
			   "Fee\n"),
			',', 1, 0, "amount:amount(Amount) date:date(Date) text:text(Description)",
			"", "12.50|2026-03-04|Rent\n-3.00|2026-03-05|Fee"},
		{"German bank with marker", "bank",
			SV("Buchungstag;Betrag;Soll/Haben;Verwendungszweck;W\xc3\xa4hrung\n"
			   "31.12.2025;1.234,56;S;Miete;EUR\n02.01.2026;7,00;H;Erstattung Nr "
			   "5;EUR\n"),
			';', 1, 0,
			"amount:amount(Betrag,Soll/Haben)marker date:date(Buchungstag) "
			"text:text(Verwendungszweck) currency:currency(W\xc3\xa4hrung)",
			"", "-1234.56|2025-12-31|Miete|EUR\n7.00|2026-01-02|Erstattung Nr 5|EUR"},
		{"preamble, pair, footer", NULL,
			SV("Account statement;;;;\nPeriod March;;;;\n\nDate;Details;Paid out;Paid "
			   "in;Balance\n"
			   "13/04/2026;Foo;1.234,56;;1.000,00\n14/04/2026;Baz;;2.345,00;3.345,00\n"
			   "Total;;1.234,56;2.345,00;\n"),
			';', 4, 1,
			"amount:amount(Paid in,Paid out)credit_debit date:date(Date) "
			"balance:amount(Balance) "
			"text:text(Details)",
			"", "-1234.56|2026-04-13|1000.00|Foo\n2345.00|2026-04-14|3345.00|Baz"},
		{"debit and credit of a ledger", "ledger",
			SV("Date,Debit,Credit,Text\n2026-01-02,5.00,,a\n2026-01-03,,6.00,b\n"), ',',
			1, 0,
			"amount:amount(Debit,Credit)debit_credit date:date(Date) text:text(Text)",
			"", "5.00|2026-01-02|a\n-6.00|2026-01-03|b"},
		{"debit and credit of a bank", "bank",
			SV("Date,Debit,Credit,Text\n2026-01-02,5.00,,a\n2026-01-03,,6.00,b\n"), ',',
			1, 0,
			"amount:amount(Credit,Debit)credit_debit date:date(Date) text:text(Text)",
			"", NULL},
		{"debit and credit of nobody knows whom", NULL,
			SV("Date,Debit,Credit,Text\n2026-01-02,5.00,,a\n2026-01-03,,6.00,b\n"), ',',
			1, 0,
			"amount:amount(Debit,Credit)debit_credit date:date(Date) text:text(Text)",
			"sign /fields/0/sign;", NULL},
		{"ambiguous dates are asked", NULL,
			SV("Date,Amount\n03/04/2026,1.00\n05/06/2026,2.50\n"), ',', 1, 0,
			"amount:amount(Amount) date:date(Date)", "date_order /date_order;",
			"1.00|2026-04-03\n2.50|2026-06-05"},
		{"one date tells", NULL, SV("Date,Amount\n03/04/2026,1.00\n05/13/2026,2.50\n"), ',',
			1, 0, "amount:amount(Amount) date:date(Date)", "",
			"1.00|2026-03-04\n2.50|2026-05-13"},
		{"dots are day first", NULL, SV("Date,Amount\n03.04.2026,1.00\n05.06.2026,2.50\n"),
			',', 1, 0, "amount:amount(Amount) date:date(Date)", "",
			"1.00|2026-04-03\n2.50|2026-06-05"},
		{"a thousand, or one and a bit", NULL,
			SV("Date\tAmount\n2026-01-01\t1,234\n2026-01-02\t5,678\n"), '\t', 1, 0,
			"amount:amount(Amount) date:date(Date)", "decimal_mark /decimal;", NULL},
		{"110.7 is no thousand", NULL,
			SV("Date;Amount\n2026-01-01;1,234.5\n2026-01-02;110.7\n"), ';', 1, 0,
			"amount:amount(Amount) date:date(Date)", "",
			"1234.50|2026-01-01\n110.70|2026-01-02"},
		{"leading zeros are a code", NULL, SV("Branch,Amount\n007,1.00\n012,2.00\n"), ',',
			1, 0, "amount:amount(Amount) branch:code(Branch)", "",
			"1.00|007\n2.00|012"},
		{"signs and codes of currencies", NULL,
			SV("When|Amount (EUR)|Who\n2026-01-01|\xe2\x82\xac "
			   "5.00|A\n2026-01-02|\xe2\x82\xac 6.10|B\n"),
			'|', 1, 0, "amount:amount(Amount (EUR)) date:date(When) who:text(Who)", "",
			"5.00|2026-01-01|A\n6.10|2026-01-02|B"},
		{"no header", NULL, SV("2026-01-01,5.00,x y\n2026-01-02,6.10,z\n"), ',', 0, 0,
			"amount:amount(Column 2) date:date(Column 1) column_3:text(Column 3)", "",
			"5.00|2026-01-01|x y\n6.10|2026-01-02|z"},
		{"people", NULL,
			SV("id,name,zip,born\n1,Ann Lee,0123,19900102\n2,Bob,4567,1990x\n"), ',', 1,
			0, "reference:code(id) party:text(name) zip:code(zip) born:code(born)", "",
			NULL},
		{"one column", NULL, SV("name\nAnn\nBob\n"), ',', 1, 0, "party:text(name)", "",
			"Ann\nBob"},
		{"quoted by apostrophes", NULL,
			SV("name,note\n'Ann, Dr','a'\n'Bob','b, c'\n'Cy','d'\n"), ',', 1, 0,
			"party:text(name) text:text(note)", "", "Ann, Dr|a\nBob|b, c\nCy|d"},
		{"Windows-1252", NULL, SV("Name;Betrag\nM\xfcller;1,50\nGro\xdf;2,75\n"), ';', 1, 0,
			"amount:amount(Betrag) party:text(Name)", "",
			"1.50|M\xc3\xbcller\n2.75|Gro\xc3\x9f"},
		{"empty column is not mapped", NULL,
			SV("Date,Amount,Void\n2026-01-01,1.00,\n2026-01-02,2.00,\n"), ',', 1, 0,
			"amount:amount(Amount) date:date(Date)", "",
			"1.00|2026-01-01|~\n2.00|2026-01-02|~"},
		{"header over two rows", "bank",
			SV("Account 1;;;\nDate;Text;Amount;\n;;Debit;Credit\n2024-01-31;a;1,00;\n"
			   "2024-01-31;b;;2,00\n2024-02-01;c;;3,00\n"),
			';', 2, 0,
			"amount:amount(Amount Credit,Amount Debit)credit_debit date:date(Date) "
			"text:text(Text)",
			"", "-1.00|2024-01-31|a\n2.00|2024-01-31|b\n3.00|2024-02-01|c"},
		{"units under the header", NULL,
			SV("Date,Amount,Fee\n,EUR,EUR\n2024-01-31,1.00,0.10\n2024-02-01,2.00,0."
			   "10\n"),
			',', 1, 0, "amount:amount(Amount EUR) date:date(Date) fee:amount(Fee EUR)",
			"", "1.00|2024-01-31|0.10\n2.00|2024-02-01|0.10"},
		{"text in the first row is no second header", NULL,
			SV("Name,Amount\nFoo,none\nBar,1.00\nBaz,2.00\nQux,3.00\n"), ',', 1, 0,
			"party:text(Name) amount:text(Amount)", "",
			"Foo|none\nBar|1.00\nBaz|2.00\nQux|3.00"},
		{"something above a table without a header", NULL,
			SV("My bank\n\n2024-01-31,a b,1.00\n2024-02-01,c d,2.00\n"), ',', 0, 0,
			"amount:amount(Column 3) date:date(Column 1) column_2:text(Column 2)", "",
			"1.00|2024-01-31|a b\n2.00|2024-02-01|c d"},
		{"quantity, rate and fee", NULL,
			SV("Date,Amount,Fee,Qty,Exchange rate\n2026-01-01,1.00,0.10,3,1.0845\n"
			   "2026-01-02,2.00,0.20,4.5,1.1\n"),
			',', 1, 0,
			"amount:amount(Amount) date:date(Date) fee:amount(Fee) "
			"quantity:quantity(Qty) "
			"rate:rate(Exchange rate)",
			"", "1.00|2026-01-01|0.10|3.0|1.0845\n2.00|2026-01-02|0.20|4.5|1.1000"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
		struct buf fields CLEANUP(buf_free) = BUF_INIT;
		struct buf questions CLEANUP(buf_free) = BUF_INIT;
		struct buf rows CLEANUP(buf_free) = BUF_INIT;
		struct read_hint hint = {.kind = sv_from_cstr(cases[i].kind)};
		struct read_proposal p;
		struct col_memory m;

		arena_init(&a, 0);
		print_message("%s\n", cases[i].label);
		assert_int_equal(read_detect(source_of(cases[i].text, &m), &hint, &a, &p, NULL), 0);
		assert_int_equal(mapping_check(&p.mapping, NULL), 0);
		mapping_text(&p.mapping, &fields);
		assert_string_equal(buf_cstr(&fields), cases[i].fields);
		assert_int_equal(p.mapping.dialect.delimiter, cases[i].delimiter);
		assert_int_equal(p.mapping.dialect.header_row, cases[i].header);
		assert_int_equal(p.mapping.dialect.footer_rows, cases[i].footer);
		for (uint32_t q = 0; q < p.nquestions; q++)
			buf_printf(
				&questions, "%s %s;", p.questions[q].code, p.questions[q].pointer);
		assert_string_equal(buf_cstr(&questions), cases[i].questions);
		assert_int_equal(p.nquestions > 0, p.confidence <= 500000);
		if (cases[i].rows == NULL)
			continue;
		assert_int_equal(read_file(source_of(cases[i].text, &m), &p.mapping, &r, NULL), 0);
		table_text(&r.table, &rows);
		assert_string_equal(buf_cstr(&rows), cases[i].rows);
	}
}

/* What the sample leaves open, the rest of the file may tell. */
static void test_date_order_far_down(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct read_proposal p;
	struct col_memory m;

	(void)state;
	arena_init(&a, 0);
	buf_add_cstr(&text, "Date,Amount,Description\n");
	for (int i = 0; i < 30000; i++)
		buf_printf(&text, "%02d/%02d/2026,%d.00,something long enough\n", i % 12 + 1,
			i % 11 + 1, i);
	buf_add_cstr(&text, "03/25/2026,1.00,the one that tells\n");
	assert_int_equal(read_detect(source_of(buf_sv(&text), &m), NULL, &a, &p, NULL), 0);
	assert_int_equal(p.mapping.date_order, DATE_MDY);
	assert_int_equal(p.nquestions, 0);
}

static void test_currency_hint(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_hint hint = {.currency = COL_PACK('C', 'H', 'F')};
	struct read_proposal p;
	struct col_memory m;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(read_detect(source_of(SV("Date,Amount\n2026-01-01,1.00\n"), &m), &hint, &a,
				 &p, NULL),
		0);
	assert_int_equal(p.mapping.currency, COL_PACK('C', 'H', 'F'));
	assert_int_equal(read_detect(source_of(SV("Date,Amount,Ccy\n2026-01-01,1.00,USD\n"), &m),
				 &hint, &a, &p, NULL),
		0);
	assert_int_equal(p.mapping.currency, 0);
}

static void test_refused(void **state)
{
	static const struct {
		const char *label;
		struct sv text;
		int rc;
	} cases[] = {
		{"empty", SV(""), E_FILE_EMPTY},
		{"only a mark", SV("\xef\xbb\xbf"), E_FILE_EMPTY},
		{"a program",
			SV("\x7f"
			   "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0"),
			E_UNREADABLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free) = {0};
		struct read_proposal p;
		struct col_memory m;

		arena_init(&a, 0);
		if (read_detect(source_of(cases[i].text, &m), NULL, &a, &p, NULL) != cases[i].rc)
			fail_msg("%s", cases[i].label);
	}
}

static void test_proposal_json(void **state)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	const struct json_object *columns = NULL, *mapping = NULL, *questions = NULL;
	struct read_proposal p;
	struct col_memory m;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(read_detect(source_of(SV("Date,Amount\n03/04/2026,1.00\n"), &m), NULL, &a,
				 &p, NULL),
		0);
	read_proposal_to_json(&p, &out);
	assert_int_equal(json_parse(buf_sv(&out), JSON_DEPTH, &root, NULL), 0);
	assert_true(json_find(root, "columns", &columns) && json_count(columns) == 2);
	assert_true(json_find(root, "mapping", &mapping) && json_kind(mapping) == JSON_OBJECT);
	assert_true(json_find(root, "questions", &questions) && json_count(questions) == 1);
}

/* ---- csv-spectrum: every file and what its rows are ---- */

static char *load(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "rb");
	char *p = calloc(1, 1 << 16);

	assert_non_null(f);
	assert_non_null(p);
	*ret_n = fread(p, 1, (1 << 16) - 1, f);
	fclose(f);
	return p;
}

/* The table as the corpus writes it: an array of objects, every value a text. */
static void table_json(
	const struct col_table *t, const struct mapping *m, struct arena *a, struct buf *out)
{
	struct json_writer w = json_writer_of(out);

	json_open_array(&w, NULL);
	for (uint32_t r = 0; r < t->rows; r++) {
		json_open_object(&w, NULL);
		for (uint32_t c = 0; c < t->ncols; c++) {
			/* The column's own name: of fields it is in the mapping. */
			struct sv name = t->cols[c].role == COL_FIELD
						 ? m->fields[c].columns[0]
						 : sv_from_cstr(t->cols[c].name);
			json_put_text(&w, arena_sv(a, name).p, col_text(&t->cols[c], r));
		}
		json_close_object(&w);
	}
	json_close_array(&w);
}

/* Copies of the corpus may have lost the line ends that some of its files are about. */
static void restore_line_ends(const char *name, const char *text, size_t n, struct buf *out)
{
	bool crlf = strstr(name, "_crlf") != NULL && memchr(text, '\r', n) == NULL;

	for (size_t i = 0; i < n; i++) {
		if (crlf && text[i] == '\n')
			buf_add_char(out, '\r');
		buf_add_char(out, text[i]);
	}
}

/* The corpus's own answer for this file names another number than the file has. */
static const struct sv coordinates = SV("[{\"Contact Phone Number\":\"2095257564\",\"Location "
					"Coordinates\":\"37\xef\xbf\xbd"
					"36'37.8\\\"N 121\xef\xbf\xbd"
					"2'17.9\\\"W\",\"Cities\":"
					"\"Modesto\",\"Counties\":\"Stanislaus\"}]");

static void compare_spectrum(const char *name)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct buf got CLEANUP(buf_free) = BUF_INIT;
	struct buf got_canonical CLEANUP(buf_free) = BUF_INIT;
	struct buf want_canonical CLEANUP(buf_free) = BUF_INIT;
	struct json_object *want_json CLEANUP(json_cleanup) = NULL;
	struct json_object *got_json CLEANUP(json_cleanup) = NULL;
	char path[4096], file[128];
	struct read_proposal p;
	struct col_memory m;
	size_t n;

	arena_init(&a, 0);
	snprintf(file, sizeof(file), "csv-spectrum/csvs/%s.csv", name);
	if (!corpus_path(file, path))
		skip();
	char *text CLEANUP(free_ptr) = load(path, &n);
	struct buf file_text CLEANUP(buf_free) = BUF_INIT;
	restore_line_ends(name, text, n, &file_text);
	snprintf(file, sizeof(file), "csv-spectrum/json/%s.json", name);
	assert_true(corpus_path(file, path));
	size_t want_n;
	char *want CLEANUP(free_ptr) = load(path, &want_n);
	assert_int_equal(read_detect(source_of(buf_sv(&file_text), &m), NULL, &a, &p, NULL), 0);
	for (uint32_t i = 0; i < p.mapping.nfields; i++) /* as written */
		p.mapping.fields[i].type = COL_TEXT;
	assert_int_equal(read_file(source_of(buf_sv(&file_text), &m), &p.mapping, &r, NULL), 0);
	assert_int_equal(r.info.rows_rejected, 0);
	table_json(&r.table, &p.mapping, &a, &got);
	assert_int_equal(json_parse(buf_sv(&got), JSON_DEPTH, &got_json, NULL), 0);
	struct sv answer =
		strcmp(name, "location_coordinates") == 0 ? coordinates : sv_from(want, want_n);
	assert_int_equal(json_parse(answer, JSON_DEPTH, &want_json, NULL), 0);
	json_add_canonical(&got_canonical, got_json);
	json_add_canonical(&want_canonical, want_json);
	assert_string_equal(buf_cstr(&got_canonical), buf_cstr(&want_canonical));
}

static void test_spectrum(void **state)
{
	static const char *const names[] = {"comma_in_quotes", "empty", "empty_crlf",
		"escaped_quotes", "json", "location_coordinates", "newlines", "newlines_crlf",
		"quotes_and_newlines", "simple", "simple_crlf", "utf8"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		print_message("%s\n", names[i]);
		compare_spectrum(names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_date_order_far_down),
		cmocka_unit_test(test_currency_hint),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_proposal_json),
		cmocka_unit_test(test_spectrum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
