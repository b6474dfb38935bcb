/*
 * OFX: versions 1 and 2, accounts and cards, and what is refused.
 */
#include "read/ofx.h"

#include "unit/unit.h"

#include "bank_util.h"

#define HEAD "OFXHEADER:100\nDATA:OFXSGML\nENCODING:USASCII\nCHARSET:1252\n\n<OFX>"
#define OPEN                                                                                       \
	HEAD "<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>77"       \
	     "<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260331"
#define CLOSE "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
#define ST(sum) "ofx\n= 77  EUR 2026-03-01..2026-03-31 ~ ~ " sum " unproven\n"

static void test_files(void **state)
{
	static const struct bank_case cases[] = {
		{"SGML without end tags",
			SV(OPEN "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260304120000[-5:EST]<TRNAMT>-1."
				"5"
				"<FITID>F1<CHECKNUM>319<REFNUM>R1<NAME>Shop &amp; Co\n<MEMO>AT&T "
				"&lt;x"
				"</STMTTRN>" CLOSE),
			ST("1:-1.50") "6: date=2026-03-04; amount=-1.50; currency=EUR; "
				      "text=AT&T <x; reference=R1; party=Shop & Co; "
				      "bank_reference=F1; check_number=319; code=DEBIT; "
				      "account=77;\n"},
		{"end tags and empty elements",
			SV(OPEN "<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20260304</DTPOSTED>"
				"<TRNAMT>2,50</TRNAMT><FITID></FITID><NAME>\n<MEMO>x</MEMO>"
				"</STMTTRN>" CLOSE),
			ST("1:2.50") "6: date=2026-03-04; amount=2.50; currency=EUR; text=x; "
				     "code=CREDIT; account=77;\n"},
		{"XML with sections of characters",
			SV("<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?>\n<OFX><BANKMSGSRSV1>"
			   "<STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>77</"
			   "ACCTID>"
			   "</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301</DTSTART>"
			   "<DTEND>20260331</DTEND><STMTTRN><DTPOSTED>20260304</DTPOSTED>"
			   "<TRNAMT>1</TRNAMT><NAME><![CDATA[A <b> & c]]></NAME><!-- <MEMO>no -->"
			   "<PAYEE><NAME>Z</NAME></PAYEE></STMTTRN></BANKTRANLIST>"
			   "<LEDGERBAL><BALAMT>9.00</BALAMT><DTASOF>20260331</DTASOF></LEDGERBAL>"
			   "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"),
			"ofx\n= 77  EUR 2026-03-01..2026-03-31 ~ 9.00 1:1.00 unproven\n"
			"2: date=2026-03-04; amount=1.00; currency=EUR; party=A <b> & c; "
			"account=77;\n"},
		{"a card, in another currency",
			SV(HEAD "<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR<CCACCTFROM>"
				"<ACCTID>4111</CCACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20260304"
				"<TRNAMT>5<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY></STMTTRN>"
				"</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></"
				"OFX>"),
			"ofx\n= 4111  EUR ~..~ ~ ~ 1:0.00 unproven\n"
			"6: date=2026-03-04; amount=5.00; currency=USD; account=4111;\n"},
		{"the other account of a transfer is not one's own",
			SV(OPEN "<STMTTRN><DTPOSTED>20260304<TRNAMT>5<BANKACCTTO><BANKID>2"
				"<ACCTID>88</BANKACCTTO></STMTTRN>" CLOSE),
			ST("1:5.00") "6: date=2026-03-04; amount=5.00; currency=EUR; "
				     "party_account=88; account=77;\n"},
		{"a bad day and a bad amount",
			SV(OPEN "<STMTTRN><DTPOSTED>20261301<TRNAMT>5</STMTTRN>"
				"<STMTTRN><DTPOSTED>20260301<TRNAMT>five</STMTTRN>" CLOSE),
			ST("2:5.00") "6! Booking date=2026-13-01; cell_range\n"
				     "6! Amount=five; cell_type\n"},
		{"Windows-1252 whatever the header says",
			SV(OPEN "<STMTTRN><DTPOSTED>20260304<TRNAMT>5<NAME>Caf\xe9</"
				"STMTTRN>" CLOSE),
			ST("1:5.00") "6: date=2026-03-04; amount=5.00; currency=EUR; "
				     "party=Caf\xc3\xa9; account=77;\n"},
		{"no statement", SV(HEAD "</OFX>"),
			"refused: unreadable: There is no statement of a bank account or a card in "
			"it.\n"},
		{"investments", SV(HEAD "<INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS>"),
			"refused: unsupported: Line 6: statements of investments are not read.\n"},
		{"cut", SV(OPEN "<STMTTRN><DTPOSTED>20260304<TRNAMT>5</STMTTRN>"),
			"refused: unreadable: The file ends before </OFX>: it is not whole.\n"},
		{"does not nest", SV(OPEN "<STMTTRN><DTPOSTED>20260304</BANKTRANLIST>"),
			"refused: unreadable: Line 6: </BANKTRANLIST> does not close what is "
			"open.\n"},
		{"entities of its own",
			SV("<?OFX OFXHEADER=\"200\"?>\n<!DOCTYPE OFX [<!ENTITY a \"b\">]>\n<OFX>"),
			"refused: unreadable: Line 2: it has a document type, which is not "
			"accepted.\n"},
	};

	(void)state;
	CHECK_BANK_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
