/*
 * Files of every format that were cut at every 64th byte, and ones that are made to cost: each is
 * read as far as it goes, or refused with a reason, in little memory and time.
 */
#include <sys/resource.h>
#include <time.h>

#include "../unit.h"
#include "book_util.h"
#include "read/read.h"
#include "read_util.h"

#define ROWS 120u
#define MEMORY_KB (512l * 1024)
#define SECONDS 30.0

typedef void write_row_fn(struct buf *out, uint32_t i);

static void row_csv(struct buf *out, uint32_t i)
{
	buf_printf(out, "2026-03-%02u,\"INV, %u\",%u.50\n", 1 + i % 28, i, i);
}

static void row_json(struct buf *out, uint32_t i)
{
	buf_printf(out, "{\"date\":\"2026-03-%02u\",\"ref\":\"INV %u\",\"amount\":%u.5}\n", 1 + i % 28, i,
		i);
}

static void row_mt940(struct buf *out, uint32_t i)
{
	buf_printf(out, ":61:2603%02uC%u,50NTRFNONREF//B%u\n:86:Invoice %u\n", 1 + i % 28, i, i, i);
}

static void row_camt(struct buf *out, uint32_t i)
{
	buf_printf(out,
		"<Ntry><Amt Ccy=\"EUR\">%u.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
		"<BookgDt><Dt>2026-03-%02u</Dt></BookgDt></Ntry>",
		i, 1 + i % 28);
}

static void row_bai2(struct buf *out, uint32_t i)
{
	buf_printf(out, "16,195,%u,,B%u,C,WIRE\n", 100 * i, i);
}

static void row_ofx(struct buf *out, uint32_t i)
{
	buf_printf(out, "<STMTTRN><DTPOSTED>202603%02u<TRNAMT>%u.5<FITID>%u<NAME>Shop</STMTTRN>\n",
		1 + i % 28, i, i);
}

static void row_qif(struct buf *out, uint32_t i)
{
	buf_printf(out, "D03/%02u/2026\nT%u.50\nPShop\nMInvoice %u\n^\n", 1 + i % 28, i, i);
}

static void row_xlsx(struct buf *out, uint32_t i)
{
	buf_printf(out,
		"<row r=\"%u\"><c r=\"A%u\" t=\"str\"><v>INV %u</v></c><c r=\"B%u\"><v>%u.5</v></c></row>",
		i + 2, i + 2, i, i + 2, i);
}

static const struct sample {
	const char *format, *before, *after;
	write_row_fn *row;
	bool lines; /* what is left of it is a file of its kind */
} samples[] = {
	{"csv", "date,ref,amount\n", "", row_csv, true},
	{"jsonl", "", "", row_json, true},
	{"mt940", ":20:R\n:25:DE1\n:28C:7/1\n:60F:C260301EUR100,00\n", ":62F:C260331EUR7300,00\n-\n",
		row_mt940, false},
	{"camt",
		"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>"
		"<Stmt><Id>S</Id><Acct><Id><IBAN>DE1</IBAN></Id></Acct>",
		"</Stmt></BkToCstmrStmt></Document>", row_camt, false},
	{"bai2", "01,B,C,260302,0800,1,80,,2/\n02,C,B,1,260301,2400,EUR,2/\n03,123,,010,0,,/\n",
		"49,0,122/\n98,0,1,124/\n99,0,1,126/\n", row_bai2, false},
	{"ofx",
		"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR"
		"<BANKACCTFROM><ACCTID>77</BANKACCTFROM><BANKTRANLIST>\n",
		"</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n", row_ofx, false},
	{"qif", "!Type:Bank\n", "", row_qif, false},
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void write_sample(const struct sample *s, struct buf *out)
{
	buf_add_cstr(out, s->before);
	for (uint32_t i = 0; i < ROWS; i++)
		s->row(out, i);
	buf_add_cstr(out, s->after);
}

/* The accepted rows as text, one a line; the error that refused the file. */
static int read_text(struct sv file, const struct mapping *as, struct buf *out)
{
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct arena a CLEANUP(arena_free) = {0};
	struct read_proposal p = {0};
	struct col_memory m;
	struct err err = {0};

	arena_init(&a, 0);
	int rc = as != NULL ? 0 : read_detect(source_of(file, &m), NULL, &a, &p, &err);
	if (rc == 0)
		rc = read_file(source_of(file, &m), as != NULL ? as : &p.mapping, &r, &err);
	if (rc != 0) {
		CHECK("a reason", err.code == rc && err.detail[0] != '\0');
		return rc;
	}
	CHECK_INT("each row is counted", r.info.rows_read,
		r.info.rows_accepted + r.info.rows_rejected + r.info.rows_skipped);
	table_text(&r.table, out);
	return 0;
}

/* All rows but the last, which may have been cut where nobody sees it, are those of the whole. */
static void check_start(const char *label, size_t cut, const struct buf *part, const struct buf *whole)
{
	size_t n = part->n;

	while (n > 0 && part->p[n - 1] != '\n')
		n--;
	if (n > whole->n || (n > 0 && memcmp(part->p, whole->p, n) != 0))
		fail_msg("%s cut at %zu: other rows than in the whole file", label, cut);
}

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const char *format = samples[i].format;
		struct buf file CLEANUP(buf_free) = BUF_INIT, whole CLEANUP(buf_free) = BUF_INIT;
		struct arena a CLEANUP(arena_free) = {0};
		struct read_proposal p = {0};
		struct col_memory m;
		uint32_t refused = 0, read = 0;

		arena_init(&a, 0);
		write_sample(&samples[i], &file);
		CHECK_INT(format, read_detect(source_of(buf_sv(&file), &m), NULL, &a, &p, NULL), 0);
		CHECK(format, sv_eq_cstr(p.mapping.format, format));
		CHECK_INT(format, read_text(buf_sv(&file), &p.mapping, &whole), 0);
		for (size_t n = 64; n < file.n; n += 64) {
			struct buf part CLEANUP(buf_free) = BUF_INIT, own CLEANUP(buf_free) = BUF_INIT;
			struct sv cut = sv_from(file.p, n);
			int rc = read_text(cut, &p.mapping, &part);

			refused += rc != 0;
			read += rc == 0;
			if (rc == 0)
				check_start(format, n, &part, &whole);
			rc = read_text(cut, NULL, &own);
			CHECK(format, rc == 0 || rc == E_UNREADABLE || rc == E_FILE_EMPTY);
		}
		CHECK(format, samples[i].lines ? refused == 0 : refused > read);
	}
}

/* What is packed is whole or nothing. */
static void test_packed_cut(void **state)
{
	struct buf plain CLEANUP(buf_free) = BUF_INIT, gzip CLEANUP(buf_free) = BUF_INIT,
			 rows CLEANUP(buf_free) = BUF_INIT;
	struct zip_make z CLEANUP(zip_make_free) = {0};

	(void)state;
	write_sample(&samples[0], &plain);
	zip_make_gzip(buf_sv(&plain), &gzip);
	for (uint32_t i = 0; i < ROWS; i++)
		row_xlsx(&rows, i);
	const struct sv files[] = {buf_sv(&gzip), book_make(&z, buf_cstr(&rows), "")};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct buf whole CLEANUP(buf_free) = BUF_INIT;

		CHECK_INT("whole", read_text(files[i], NULL, &whole), 0);
		for (size_t n = 64; n < files[i].n; n += 64) {
			struct buf part CLEANUP(buf_free) = BUF_INIT;
			int rc = read_text(sv_from(files[i].p, n), NULL, &part);

			CHECK(i == 0 ? "gzip" : "workbook", rc == E_UNREADABLE || rc == E_ARCHIVE);
		}
	}
}

/* ---- made to cost ---- */

static void add_wide_sheet(struct zip_make *z, const char *cell, uint32_t columns)
{
	struct buf x CLEANUP(buf_free) = BUF_INIT;

	buf_printf(&x,
		"<d><table><table-row><table-cell number-columns-repeated=\"%u\"><p>%s</p></table-cell>"
		"</table-row><table-row number-rows-repeated=\"1000\"><table-cell "
		"number-columns-repeated=\"%u\"><p>1</p></table-cell></table-row></table></d>",
		columns, cell, columns);
	zip_make_store(z, "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
	zip_make_add(z, "content.xml", buf_cstr(&x));
}

static void add_deep_xml(struct zip_make *z)
{
	struct buf x CLEANUP(buf_free) = BUF_INIT;

	for (int i = 0; i < 200000; i++)
		buf_add_cstr(&x, "<table>");
	zip_make_store(z, "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
	zip_make_store(z, "content.xml", buf_cstr(&x));
}

static void add_entities(struct zip_make *z)
{
	zip_make_store(z, "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
	zip_make_add(z, "content.xml",
		"<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c SYSTEM \"file:///etc/passwd\">]><d><table><table-row><table-cell><p>&b;&c;"
		"</p></table-cell></table-row></table></d>");
}

static void check_cost(const char *label, struct sv file, int want)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct rusage before, after;
	double start = now();

	getrusage(RUSAGE_SELF, &before);
	int rc = read_text(file, NULL, &out);
	getrusage(RUSAGE_SELF, &after);
	CHECK_INT(label, rc, want);
	CHECK(label, after.ru_maxrss - before.ru_maxrss <= MEMORY_KB);
	CHECK(label, now() - start <= SECONDS);
}

static void test_cost(void **state)
{
	struct zip_make wide CLEANUP(zip_make_free) = {0}, wider CLEANUP(zip_make_free) = {0},
				deep CLEANUP(zip_make_free) = {0},
				entities CLEANUP(zip_make_free) = {0};
	struct buf zeros CLEANUP(buf_free) = BUF_INIT, bomb CLEANUP(buf_free) = BUF_INIT,
			 twice CLEANUP(buf_free) = BUF_INIT, braces CLEANUP(buf_free) = BUF_INIT,
			 quotes CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	add_wide_sheet(&wide, "same", 1024);
	add_wide_sheet(&wider, "same", 1025);
	add_deep_xml(&deep);
	add_entities(&entities);
	memset(buf_reserve(&zeros, 64u << 20), '0', 64u << 20);
	buf_commit(&zeros, 64u << 20);
	zip_make_gzip(buf_sv(&zeros), &bomb);
	zip_make_gzip(buf_sv(&bomb), &twice);
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&braces, '[');
	buf_add_cstr(&quotes, "a,b\n");
	for (int i = 0; i < 200000; i++)
		buf_add_cstr(&quotes, "\"x,1\n");
	check_cost("as many equal names as there can be", zip_make_end(&wide), 0);
	check_cost("one more", zip_make_end(&wider), E_UNREADABLE);
	check_cost("deep XML", zip_make_end(&deep), E_LIMIT);
	check_cost("entities", zip_make_end(&entities), E_UNREADABLE);
	check_cost("64 MiB of one digit", buf_sv(&bomb), E_ARCHIVE);
	check_cost("packed twice", buf_sv(&twice), E_UNREADABLE);
	check_cost("deep JSON", buf_sv(&braces), E_UNREADABLE);
	check_cost("quotes that do not close", buf_sv(&quotes), E_UNREADABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_packed_cut),
		cmocka_unit_test(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
