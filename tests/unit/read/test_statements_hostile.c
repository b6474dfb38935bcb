/*
 * Statements that were cut, damaged or made to hurt, in every format: each is refused with a
 * reason, or read with its bad rows named; and no row is read that the whole file does not have.
 */
#include "unit/unit.h"

#include "bank_util.h"

#define MT940                                                                                      \
	":20:R\n:25:DE1\n:28C:7/1\n:60F:C260301EUR100,00\n:61:2603020302C10,NTRFNONREF//B\n"       \
	":86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Invoice 4711 of March?32ERIKA\n"                   \
	":61:2603020302D20,5NTRFNONREF\n:86:free text\n:62F:C260302EUR89,50\n-\n"                  \
	":20:R\n:25:DE1\n:28C:8/1\n:60F:C260302EUR89,50\n:62F:C260302EUR89,50\n-\n"
#define NTRY(amount)                                                                               \
	"<Ntry><Amt Ccy=\"EUR\">" amount "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"        \
	"<BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId>" \
	"</Refs><RmtInf><Ustrd>text</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
#define CAMT_HEAD                                                                                  \
	"<?xml version=\"1.0\"?><Document "                                                        \
	"xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">"                                \
	"<BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>"
#define CAMT_END "</Stmt></BkToCstmrStmt></Document>"
#define BAI2                                                                                       \
	"01,BANK,CUST,260302,0800,1,80,,2/\n02,CUST,BANK,1,260301,2400,,2/\n"                      \
	"03,123,EUR,010,10000,,,015,9500,,/\n16,195,500,,B1,C1,WIRE IN/\n88,FROM CO/\n"            \
	"16,475,1000,,,,CHECK 12/\n49,21000,5/\n98,21000,1,7/\n99,21000,1,9/\n"
#define OFX_HEAD                                                                                   \
	"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR"         \
	"<BANKACCTFROM><ACCTID>77</BANKACCTFROM><BANKTRANLIST>"
#define OFX_TXN(amount, memo)                                                                      \
	"<STMTTRN><DTPOSTED>20260304<TRNAMT>" amount "<NAME>Shop<MEMO>" memo "</STMTTRN>"
#define OFX_END "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
#define QIF "!Type:Bank\nD03/14/2026\nT-1,234.50\nPShop\nMMemo\n^\nD03/15/2026\nT5.00\nPMore\n^\n"

static const struct {
	const char *format;
	struct sv file;
} wholes[] = {
	{"mt940", SV(MT940)},
	{"camt", SV(CAMT_HEAD NTRY("5") NTRY("6") CAMT_END)},
	{"bai2", SV(BAI2)},
	{"ofx", SV(OFX_HEAD OFX_TXN("-1.5", "one") OFX_TXN("2", "two") OFX_END)},
	{"qif", SV(QIF)},
};

/* Every row of part is one of whole, which is the text of both. */
static void check_rows(const char *label, size_t cut, struct sv part, const char *whole)
{
	sv_cut(&part, '\n');
	while (part.p != NULL && part.n > 0) {
		struct buf line CLEANUP(buf_free) = BUF_INIT;

		buf_add_sv(&line, sv_cut(&part, '\n'));
		const char *p = buf_cstr(&line);
		if (line.n == 0 || p[0] == '=' || p[0] == ' ' || strchr(p, '!') != NULL)
			continue;
		if (strstr(whole, p) == NULL)
			fail_msg("%s cut at %zu: %s", label, cut, p);
	}
}

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++) {
		struct buf whole CLEANUP(buf_free) = BUF_INIT;

		CHECK_INT(wholes[i].format, bank_file_text(wholes[i].file, &whole), 0);
		CHECK(wholes[i].format,
			sv_starts_with(buf_sv(&whole), sv_from_cstr(wholes[i].format)));
		for (size_t n = 1; n < wholes[i].file.n; n++) {
			struct buf got CLEANUP(buf_free) = BUF_INIT;
			struct sv part = sv_from(wholes[i].file.p, n);

			int rc = bank_file_text(part, &got);
			CHECK(wholes[i].format, got.n > 20 || rc == 0);
			/* Cut before the format can be told it may be a table. */
			if (rc == 0 && sv_starts_with(buf_sv(&got), sv_from_cstr(wholes[i].format)))
				check_rows(wholes[i].format, n, buf_sv(&got), buf_cstr(&whole));
		}
	}
}

/* Each byte in turn becomes another one: nothing but an answer is asked for. */
static void test_damaged(void **state)
{
	static const char bytes[] = {'\0', '\xff', '<', ':', '9', '\n', '&', ','};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++)
		for (size_t at = 0; at < wholes[i].file.n; at++) {
			struct buf file CLEANUP(buf_free) = BUF_INIT,
					got CLEANUP(buf_free) = BUF_INIT;

			buf_add_sv(&file, wholes[i].file);
			file.p[at] = bytes[at % sizeof(bytes)];
			int rc = bank_file_text(buf_sv(&file), &got);
			CHECK(wholes[i].format, rc == 0 || got.n > 20);
		}
}

/* What surrounds a value of each format. */
static const struct around {
	const char *format, *before, *after;
} arounds[] = {
	{"mt940", ":20:R\n:25:1\n:60F:C260301EUR0,\n:61:2603020302C10,NTRFNONREF\n:86:",
		"\n:62F:C260302EUR10,\n-\n"},
	{"camt",
		CAMT_HEAD "<Ntry><Amt Ccy=\"EUR\">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
			  "<BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>",
		"</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>" CAMT_END},
	{"bai2",
		"01,B,C,260302,0800,1,80,,2/\n02,C,B,1,260301,2400,,2/\n03,1,EUR,/\n16,195,500,,,,",
		"/\n49,500,3/\n98,500,1,5/\n99,500,1,7/\n"},
	{"ofx", OFX_HEAD "<STMTTRN><DTPOSTED>20260304<TRNAMT>5<MEMO>", "</STMTTRN>" OFX_END},
	{"qif", "!Type:Bank\nD03/14/2026\nT5\nM", "\n^\n"},
};

static int read_with(const struct around *a, struct sv value, struct buf *got)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT;

	buf_add_cstr(&file, a->before);
	buf_add_sv(&file, value);
	buf_add_cstr(&file, a->after);
	return bank_file_text(buf_sv(&file), got);
}

/* A value of a megabyte is read; one that is longer than a cell rejects its row or the file. */
static void test_long(void **state)
{
	static const size_t sizes[] = {1000000, (1u << 20) + 1, 5u << 20};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(arounds); i++)
		for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
			struct buf value CLEANUP(buf_free) = BUF_INIT,
					 got CLEANUP(buf_free) = BUF_INIT;

			memset(buf_reserve(&value, sizes[k]), 'x', sizes[k]);
			buf_commit(&value, sizes[k]);
			int rc = read_with(&arounds[i], buf_sv(&value), &got);
			CHECK(arounds[i].format, k > 0 || rc == 0);
			CHECK(arounds[i].format, (k > 0) == (rc != 0 || got.n < sizes[k]));
			CHECK(arounds[i].format,
				rc != 0 || k == 0 || strchr(buf_cstr(&got), '!') != NULL);
		}
}

/* Data is kept as it is: what could deceive a reader on a screen is the screen's to show. */
static void test_characters(void **state)
{
	static const char *const values[] = {"a\xe2\x80\xaegnp.exe", "a\xe2\x81\xa6x\xe2\x81\xa9",
		"\xf0\x9f\x98\x80", "=cmd|'/c calc'!A1", "a\x01z", "a\x1bz"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(arounds); i++)
		for (size_t k = 0; k < ARRAY_LEN(values); k++) {
			struct buf got CLEANUP(buf_free) = BUF_INIT;

			CHECK_INT(arounds[i].format,
				read_with(&arounds[i], sv_from_cstr(values[k]), &got), 0);
			CHECK(arounds[i].format, strstr(buf_cstr(&got), values[k]) != NULL);
		}
}

/* A NUL and what is no text reject the row: the statement around it is read. */
static void test_no_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(arounds); i++) {
		struct buf got CLEANUP(buf_free) = BUF_INIT;

		int rc = read_with(&arounds[i], SV("a\0b"), &got);
		CHECK(arounds[i].format,
			rc != 0 || strstr(buf_cstr(&got), "cell_encoding") != NULL);
		buf_reset(&got);
		/* 0x81 is in neither UTF-8 nor Windows-1252. */
		rc = read_with(&arounds[i], SV("a\x81z"), &got);
		CHECK(arounds[i].format,
			rc != 0 || strstr(buf_cstr(&got), "cell_encoding") != NULL);
	}
}

/* Money ends at 10^17 minor units, and sums beyond it are no proof. */
static void test_limits(void **state)
{
	static const struct bank_case cases[] = {
		{"the largest amount, twice",
			SV(":20:R\n:25:1\n:60F:C260301EUR0,\n:61:260302C1000000000000000,NTRFX\n"
			   ":61:260302C1000000000000000,NTRFX\n:62F:C260302EUR1000000000000000,\n-"
			   "\n"),
			"mt940\n= 1  EUR 2026-03-01..2026-03-02 0.00 1000000000000000.00 "
			"2:2000000000000000.00 differs\n"
			"4: date=2026-03-02; value_date=2026-03-02; amount=1000000000000000.00; "
			"currency=EUR; customer_reference=X; code=NTRF; account=1;\n"
			"5: date=2026-03-02; value_date=2026-03-02; amount=1000000000000000.00; "
			"currency=EUR; customer_reference=X; code=NTRF; account=1;\n"},
		{"one cent more",
			SV(":20:R\n:25:1\n:60F:C260301EUR0,\n:61:260302C1000000000000000,01NTRFX\n"
			   ":62F:C260302EUR0,\n-\n"),
			"mt940\n= 1  EUR 2026-03-01..2026-03-02 0.00 0.00 1:0.00 unproven\n"
			"4! Amount=1000000000000000.01; cell_range\n"},
		{"a balance beyond",
			SV(":20:R\n:25:1\n:60F:C260301EUR99999999999999999999,\n"
			   ":62F:C260302EUR0,\n-\n"),
			"refused: unreadable: Line 3: the balance of field 60F cannot be read.\n"},
	};

	(void)state;
	CHECK_BANK_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
