/*
 * CAMT: entries and their transactions, balances and totals, versions, archives, and what is
 * refused.
 */
#include "read/camt.h"

#include "unit/unit.h"

#include "bank_util.h"
#include "zip_util.h"

#define NS(n, v) "urn:iso:std:iso:20022:tech:xsd:camt.05" n ".001." v
#define HEAD                                                                                       \
	"<?xml version=\"1.0\"?><Document xmlns=\"" NS(                                            \
		"3", "02") "\"><BkToCstmrStmt><Stmt><Id>S1"                                        \
			   "</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>DE1</IBAN></"       \
			   "Id><Ccy>EUR</Ccy></Acct>"
#define BAL(type, amount, day)                                                                     \
	"<Bal><Tp><CdOrPrtry><Cd>" type "</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">" amount           \
	"</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>" day "</Dt></Dt></Bal>"
#define OPEN HEAD BAL("OPBD", "10.00", "2026-03-01") BAL("CLBD", "15.00", "2026-03-02")
#define CLOSE "</Stmt></BkToCstmrStmt></Document>"
#define NTRY(amount, side, more)                                                                   \
	"<Ntry><Amt Ccy=\"EUR\">" amount "</Amt><CdtDbtInd>" side "</CdtDbtInd><Sts>BOOK</Sts>"    \
	"<BookgDt><Dt>2026-03-02</Dt></BookgDt>" more "</Ntry>"
#define TX(amount, more)                                                                           \
	"<TxDtls><Refs>" more "</Refs><AmtDtls><TxAmt><Amt Ccy=\"EUR\">" amount                    \
	"</Amt></TxAmt></AmtDtls></TxDtls>"
#define ST(sum) "camt\n= DE1 7 EUR 2026-03-01..2026-03-02 10.00 15.00 " sum "\n"
#define ROW(no, amount, more)                                                                      \
	no ": date=2026-03-02; amount=" amount "; currency=EUR;" more                              \
	   " status=BOOK; account=DE1; statement=7;\n"

static void test_entries(void **state)
{
	static const struct bank_case cases[] = {
		{"two entries", SV(OPEN NTRY("7", "CRDT", "") NTRY("2.00", "DBIT", "") CLOSE),
			ST("2:5.00 proven") ROW("1", "7.00", "") ROW("2", "-2.00", "")},
		{"what a transaction says",
			SV(OPEN NTRY("5.00", "CRDT",
				"<ValDt><DtTm>2026-03-03T01:00:00+01:00</DtTm></ValDt>"
				"<AcctSvcrRef>BR</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>"
				"<Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
				"<NtryDtls><TxDtls><Refs><InstrId>I</InstrId><EndToEndId>E</"
				"EndToEndId>"
				"<MndtId>M</MndtId></Refs><RltdPties><Dbtr><Nm>Erika &amp; Co</Nm>"
				"</Dbtr><DbtrAcct><Id><IBAN>DE2</IBAN></Id></DbtrAcct><UltmtDbtr>"
				"<Nm>U</Nm></UltmtDbtr><Cdtr><Nm>Me</Nm></Cdtr></"
				"RltdPties><RltdAgts>"
				"<DbtrAgt><FinInstnId><BIC>BANKDEFF</BIC></FinInstnId></DbtrAgt>"
				"</RltdAgts><RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd><Strd>"
				"<RfrdDocInf><Nb>R-1</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18</Ref>"
				"</CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
				"<AddtlNtryInf>CREDIT</AddtlNtryInf>") CLOSE),
			ST("1:5.00 proven") "1: date=2026-03-02; value_date=2026-03-03; "
					    "amount=5.00; currency=EUR; text=one two; reference=E; "
					    "party=Erika & Co; party_account=DE2; "
					    "party_bank=BANKDEFF; ultimate_party=U; "
					    "bank_reference=BR; instruction=I; "
					    "creditor_reference=RF18; document=R-1; mandate=M; "
					    "code=PMNT-RCDT-ESCT; booking_text=CREDIT; "
					    "status=BOOK; "
					    "account=DE1; statement=7;\n"},
		{"since 001.08: a code in the status, parties wrapped",
			SV("<Document xmlns=\"" NS("3",
				"08") "\"><BkToCstmrStmt><Stmt><Id>S1</Id>"
				      "<LglSeqNb>7</LglSeqNb><Acct><Id><Othr><Id>DE1</Id></Othr></"
				      "Id></Acct>" BAL("PRCD", "10", "2026-03-01") BAL("CLBD", "5",
					      "2026-03-02") "<Ntry><Amt "
							    "Ccy=\"EUR\">5</Amt><CdtDbtInd>DBIT</"
							    "CdtDbtInd><Sts><Cd>BOOK"
							    "</Cd></Sts><BookgDt><Dt>2026-03-02</"
							    "Dt></BookgDt><NtryDtls><TxDtls>"
							    "<Refs><EndToEndId>NOTPROVIDED</"
							    "EndToEndId></"
							    "Refs><RltdPties><Dbtr><Pty>"
							    "<Nm>Me</Nm></Pty></"
							    "Dbtr><Cdtr><Pty><Nm>Shop</Nm></Pty></"
							    "Cdtr>"
							    "</"
							    "RltdPties><RltdAgts><CdtrAgt><"
							    "FinInstnId><BICFI>SHOPDEFF</BICFI>"
							    "</FinInstnId></CdtrAgt></RltdAgts></"
							    "TxDtls></NtryDtls></Ntry>" CLOSE),
			"camt\n= DE1 7 EUR 2026-03-01..2026-03-02 10.00 5.00 1:-5.00 proven\n" ROW(
				"1", "-5.00", " party=Shop; party_bank=SHOPDEFF;")},
		{"a batch whose parts add up is its parts",
			SV(OPEN NTRY("5.00", "CRDT",
				"<NtryDtls><Btch><PmtInfId>P</PmtInfId></Btch>" TX(
					"2.00", "<EndToEndId>A</EndToEndId>") TX("3.00",
					"<EndToEndId>B</EndToEndId>") "</NtryDtls>") CLOSE),
			ST("2:5.00 proven") ROW("1", "2.00", " reference=A; instruction=P;")
				ROW("1", "3.00", " reference=B; instruction=P;")},
		{"a batch whose parts do not stays one row",
			SV(OPEN NTRY("5.00", "CRDT",
				"<NtryDtls>" TX("2.00", "<EndToEndId>A</EndToEndId>") TX(
					"2.99", "<EndToEndId>B</EndToEndId>") "</NtryDtls>") CLOSE),
			ST("1:5.00 proven") ROW("1", "5.00", " reference=A B;")},
		{"parts of both sides",
			SV(OPEN NTRY("5.00", "CRDT",
				"<NtryDtls><TxDtls><Amt "
				"Ccy=\"EUR\">7</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
				"</TxDtls><TxDtls><Amt "
				"Ccy=\"EUR\">2</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
				"</TxDtls></NtryDtls>") CLOSE),
			ST("2:5.00 proven") ROW("1", "7.00", "") ROW("1", "-2.00", "")},
		{"a reversal keeps the sign of its side",
			SV(OPEN NTRY("5.00", "CRDT",
				"<RvslInd>true</RvslInd><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Me</"
				"Nm>"
				"</Dbtr><Cdtr><Nm>Shop</Nm></Cdtr></RltdPties><RtrInf><Rsn><Cd>AC04"
				"</Cd></Rsn></RtrInf></TxDtls></NtryDtls>") CLOSE),
			ST("1:5.00 proven") "1: date=2026-03-02; amount=5.00; currency=EUR; "
					    "party=Shop; "
					    "return_code=AC04; status=BOOK; reversal=yes; "
					    "account=DE1; "
					    "statement=7;\n"},
		{"what is pending has no part in the proof",
			SV(OPEN NTRY("5.00", "CRDT",
				"") "<Ntry><Amt "
				    "Ccy=\"EUR\">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG"
				    "</Sts><ValDt><Dt>2026-03-03</Dt></ValDt></Ntry>" CLOSE),
			ST("1:5.00 proven") ROW("1", "5.00",
				"") "2: date=2026-03-03; value_date=2026-03-03; amount=-1.00; "
				    "currency=EUR; status=PDNG; account=DE1; statement=7;\n"},
		{"charges",
			SV(OPEN NTRY("5.00", "CRDT",
				"<Chrgs><TtlChrgsAndTaxAmt "
				"Ccy=\"EUR\">0.3</TtlChrgsAndTaxAmt></Chrgs>") CLOSE),
			ST("1:5.00 proven") "1: date=2026-03-02; amount=5.00; currency=EUR; "
					    "fee=0.30; "
					    "status=BOOK; account=DE1; statement=7;\n"},
		{"another currency cannot be added up",
			SV(OPEN "<Ntry><Amt Ccy=\"USD\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
				"<Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></"
				"Ntry>" CLOSE),
			"camt\n= DE1 7 EUR 2026-03-01..2026-03-02 10.00 15.00 1:0.00 unproven\n"
			"1: date=2026-03-02; amount=5.00; currency=USD; status=BOOK; account=DE1; "
			"statement=7;\n"},
		{"the bank's own totals",
			SV(HEAD "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>"
				"<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>5.01</Sum></"
				"TtlCdtNtries>"
				"</TxsSummry>" NTRY("5.00", "CRDT", "") CLOSE),
			"camt\n= DE1 7 EUR ~..~ ~ ~ 1:5.00 unproven\n"
			"  entries: said 2, found 1\n  credit_total: said 501, found 500\n" ROW(
				"1", "5.00", "")},
		{"rows that cannot be read",
			SV(OPEN NTRY("5.001", "CRDT", "") NTRY("", "CRDT", "")
					NTRY("99999999999999999999", "CRDT", "") CLOSE),
			ST("3:0.00 unproven") "1! Amount=5.001; cell_range\n2! Amount=~; cell_type\n"
					     "3! Amount=99999999999999999999; cell_range\n"},
	};

	(void)state;
	CHECK_BANK_CASES(cases);
}

static void test_documents(void **state)
{
	static const struct bank_case cases[] = {
		{"a prefix, an envelope, another message's words",
			SV("<e:Envelope xmlns:e=\"x\"><Ntry/><c:Document xmlns:c=\"" NS(
				"2", "06") "\"><c:BkToCstmrAcctRpt><c:Rpt><c:Id>R</"
					   "c:Id><c:Acct><c:Id><c:IBAN>DE1"
					   "</c:IBAN></c:Id></c:Acct><c:Ntry><c:Amt "
					   "Ccy=\"EUR\">5</c:Amt>"
					   "<c:CdtDbtInd>CRDT</c:CdtDbtInd><c:Sts>BOOK</"
					   "c:Sts><c:BookgDt><c:Dt>"
					   "2026-03-02</c:Dt></c:BookgDt></c:Ntry></c:Rpt></"
					   "c:BkToCstmrAcctRpt>"
					   "</c:Document></e:Envelope>"),
			"camt\n= DE1 R EUR ~..~ ~ ~ 1:5.00 unproven\n"
			"1: date=2026-03-02; amount=5.00; currency=EUR; status=BOOK; account=DE1; "
			"statement=R;\n"},
		{"interim balances only",
			SV(HEAD BAL("ITBD", "10", "2026-03-01") BAL("ITBD", "15", "2026-03-02")
					NTRY("5", "CRDT", "") CLOSE),
			ST("1:5.00 proven") ROW("1", "5.00", "")},
		{"ISO 8859-1 as declared",
			SV("<?xml version='1.0' "
			   "encoding='ISO-8859-1'?><Document><BkToCstmrStmt><Stmt>"
			   "<Id>\xe9</Id></Stmt></BkToCstmrStmt></Document>"),
			"camt\n=  \xc3\xa9 ~ ~..~ ~ ~ 0:0.00 unproven\n"},
		{"a page",
			SV(HEAD "<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></"
				"StmtPgntn>" CLOSE),
			"camt\n= DE1 7/2 EUR ~..~ ~ ~ 0:0.00 unproven\n"},
		{"a version that is not known",
			SV("<Document xmlns=\"" NS("3", "99") "\"><BkToCstmrStmt/></Document>"),
			"refused: unreadable: The document is in version 001.99; those that are "
			"read "
			"are 001.02 to 001.13.\n"},
		{"no statement",
			SV("<Document xmlns=\"" NS("3", "02") "\"><BkToCstmrStmt/></Document>"),
			"refused: unreadable: There is no statement, report or notification in "
			"it.\n"},
		{"an unknown encoding",
			SV("<?xml version='1.0' encoding='EBCDIC'?><Document xmlns=\"" NS(
				"3", "02") "\"/>"),
			"refused: unreadable: Its encoding EBCDIC is not one that is read.\n"},
		{"another message",
			SV("<?xml version='1.0'?><Document xmlns=\"urn:iso:std:iso:20022:"
			   "tech:xsd:pain.001.001.03\"/>"),
			"refused: unreadable: The file is no table: it is an XML document of no "
			"kind "
			"that is read.\n"},
	};

	(void)state;
	CHECK_BANK_CASES(cases);
}

/* Nothing of a document with entities of its own is read. */
static void test_attacks(void **state)
{
	static const struct {
		const char *label;
		struct sv file;
	} cases[] = {
		{"a document type",
			SV("<?xml version=\"1.0\"?><!DOCTYPE Document [<!ENTITY a \"b\">]>"
			   "<Document xmlns=\"" NS("3", "02") "\">&a;</Document>")},
		{"an outside entity",
			SV("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Document "
			   "xmlns=\"" NS(
				   "3", "02") "\"><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>")},
		{"an entity from nowhere", SV(OPEN "&lol;" CLOSE)},
		{"tags that do not nest", SV(OPEN "</BkToCstmrStmt></Stmt></Document>")},
		{"behind the end", SV(OPEN CLOSE "<Document/>")},
		{"cut", SV(OPEN)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf got CLEANUP(buf_free) = BUF_INIT;

		CHECK(cases[i].label, bank_file_text(cases[i].file, &got) != 0);
		CHECK(cases[i].label, sv_starts_with(buf_sv(&got), SV("refused: ")));
	}
}

static void test_archives(void **state)
{
	struct zip_make z CLEANUP(zip_make_free) = {0};
	struct buf got CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	zip_make_add(&z, "2026/1.xml", OPEN NTRY("5", "CRDT", "") CLOSE);
	zip_make_add(&z, "2026/2.XML", OPEN NTRY("6", "CRDT", "") CLOSE);
	assert_int_equal(bank_file_text(zip_make_end(&z), &got), 0);
	assert_string_equal(buf_cstr(&got),
		ST("1:5.00 proven") "= DE1 7 EUR 2026-03-01..2026-03-02 10.00 15.00 1:6.00 "
				    "differs\n" ROW("1", "5.00", "") ROW("2", "6.00", ""));
}

static void test_archives_refused(void **state)
{
	static const struct {
		const char *label, *name, *text;
	} cases[] = {
		{"something else in it", "2026/notes.txt", "x"},
		{"a document that is cut", "2026/2.xml", OPEN},
		{"a name that leads out", "../2.xml", OPEN CLOSE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip_make z CLEANUP(zip_make_free) = {0};
		struct buf got CLEANUP(buf_free) = BUF_INIT;

		zip_make_add(&z, "2026/1.xml", OPEN CLOSE);
		zip_make_add(&z, cases[i].name, cases[i].text);
		CHECK(cases[i].label, bank_file_text(zip_make_end(&z), &got) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_attacks),
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_archives_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
