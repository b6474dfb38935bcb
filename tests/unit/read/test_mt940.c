/*
 * MT940 and MT942: messages, entries, the dialects of field 86, pages, balances, and what is
 * refused.
 */
#include "read/mt940.h"

#include "unit/unit.h"

#include "bank_util.h"

#define OPEN ":20:R\n:25:DE00 1\n:28C:7/1\n:60F:C260301EUR100,00\n"
#define CLOSE ":62F:C260302EUR110,00\n-\n"
#define PROVEN "= DE00 1 7 EUR 2026-03-01..2026-03-02 100.00 110.00 1:10.00 proven\n"
#define ROW "5: date=2026-03-02; value_date=2026-03-02; amount=10.00; currency=EUR;"
#define END " account=DE00 1; statement=7;\n"
#define ENTRY ":61:2603020302C10,NTRFNONREF\n"

static void test_messages(void **state)
{
	static const struct bank_case cases[] = {
		{"bare", SV(OPEN ENTRY CLOSE), "mt940\n" PROVEN ROW " code=NTRF;" END},
		{"CR LF, blanks in front",
			SV("\r\n:20:R\r\n:25:DE00 1\r\n:28C:7/1\r\n"
			   ":60F:C260301EUR100,00\r\n"
			   ":61:2603020302C10,NTRFNONREF\r\n"
			   ":62F:C260302EUR110,00\r\n-\r\n"),
			"mt940\n" PROVEN
			"6: date=2026-03-02; value_date=2026-03-02; amount=10.00; currency=EUR;"
			" code=NTRF;" END},
		{"blocks of SWIFT",
			SV("{1:F01BANKDEFFAXXX0000000000}{2:O9401200260302BANKDEFFAXXX00000000"
			   "002603021200N}{3:{108:X}}{4:\n" OPEN ENTRY
			   ":62F:C260302EUR110,00\n-}{5:{CHK:123456789ABC}}\n"),
			"mt940\n= DE00 1 7 EUR 2026-03-01..2026-03-02 100.00 110.00 1:10.00 "
			"proven\n6: date=2026-03-02; value_date=2026-03-02; amount=10.00; "
			"currency=EUR; code=NTRF;" END},
		{"lines of a transfer program", SV("BANKDEFF\n940\nBANKDEFF\n" OPEN CLOSE),
			"mt940\n= DE00 1 7 EUR 2026-03-01..2026-03-02 100.00 110.00 0:0.00 "
			"differs\n"},
		{"no mark between two messages",
			SV(OPEN ENTRY ":62F:C260302EUR110,00\n:20:S\n:25:2\n:28:8\n"
				      ":60F:D260302USD1,\n:62F:D260303USD1,\n"),
			"mt940\n" PROVEN
			"= 2 8 USD 2026-03-02..2026-03-03 -1.00 -1.00 0:0.00 proven\n" ROW
			" code=NTRF;" END},
		{"currency behind the account",
			SV(":20:R\n:25:123456EUR\n:28C:1\n:61:260302C1,NTRFNONREF\n"
			   ":62F:C260302EUR1,\n"),
			"mt940\n= 123456 1 EUR 2026-03-02..2026-03-02 ~ 1.00 1:1.00 unproven\n"
			"4: date=2026-03-02; value_date=2026-03-02; amount=1.00; currency=EUR; "
			"code=NTRF; account=123456; statement=1;\n"},
		{"another type of message",
			SV("{1:F01BANKDEFFAXXX0000000000}{2:I103BANKDEFFXXXXN}{4:\n:20:R\n-}\n"),
			"refused: unreadable: Line 1: the message is not an MT940, MT942 or "
			"MT950.\n"},
		{"no field 20", SV(":25:123\n"),
			"refused: unreadable: Line 1: a message begins with the field 20, not with "
			"25.\n"},
		{"no closing balance", SV(OPEN ENTRY),
			"refused: unreadable: The message at line 1 has no closing balance: it is "
			"not whole.\n"},
		{"the block does not end",
			SV("{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\n" OPEN
			   ":62F:C260302EUR100,\n"),
			"refused: unreadable: The file ends inside of the message at line 2.\n"},
		{"a balance that is none", SV(":20:R\n:25:1\n:60F:X260301EUR1,\n"),
			"refused: unreadable: Line 3: the balance of field 60F cannot be read.\n"},
	};

	(void)state;
	CHECK_BANK_CASES(cases);
}

static void test_entries(void **state)
{
	static const struct {
		const char *label, *entry, *sum;
		const char *row; /* behind the line number; or the reject */
	} cases[] = {
		{"credit", ":61:2603020302C10,5NTRFREF//BANK", "10.50",
			" date=2026-03-02; value_date=2026-03-02; amount=10.50; "
			"currency=EUR; bank_reference=BANK; customer_reference=REF; code=NTRF;"},
		{"debit with funds code", ":61:2603020302DR10,NCHKNONREF", "-10.00",
			" date=2026-03-02; value_date=2026-03-02; amount=-10.00; currency=EUR; "
			"code=NCHK;"},
		{"reversal of a credit", ":61:2603020302RC10,NTRFNONREF", "-10.00",
			" date=2026-03-02; value_date=2026-03-02; amount=-10.00; currency=EUR; "
			"code=NTRF; reversal=yes;"},
		{"reversal of a debit", ":61:2603020302RDR10,NTRFNONREF", "10.00",
			" date=2026-03-02; value_date=2026-03-02; amount=10.00; currency=EUR; "
			"code=NTRF; reversal=yes;"},
		{"no entry date", ":61:260302C10,NTRFNONREF", "10.00",
			" date=2026-03-02; value_date=2026-03-02; amount=10.00; currency=EUR; "
			"code=NTRF;"},
		{"entered in the year before", ":61:2601021231C10,NTRFNONREF", "10.00",
			" date=2025-12-31; value_date=2026-01-02; amount=10.00; currency=EUR; "
			"code=NTRF;"},
		{"entered in the year after", ":61:2512310102C10,NTRFNONREF", "10.00",
			" date=2026-01-02; value_date=2025-12-31; amount=10.00; currency=EUR; "
			"code=NTRF;"},
		{"the 30th of February", ":61:2602300301C10,NTRFNONREF", "10.00",
			" date=2026-03-01; value_date=2026-02-28; amount=10.00; currency=EUR; "
			"code=NTRF;"},
		{"supplementary details", ":61:260302C10,NTRFREF//BANK\n/OCMT/USD11,/", "10.00",
			" date=2026-03-02; value_date=2026-03-02; amount=10.00; currency=EUR; "
			"bank_reference=BANK; customer_reference=REF; code=NTRF; "
			"supplement=/OCMT/USD11,/;"},
		{"the last century", ":61:991231C10,NTRFNONREF", "10.00",
			" date=1999-12-31; value_date=1999-12-31; amount=10.00; currency=EUR; "
			"code=NTRF;"},
		{"expected, not booked", ":61:260302EC10,NTRFNONREF", NULL,
			" date=2026-03-02; value_date=2026-03-02; amount=10.00; currency=EUR; "
			"code=NTRF; status=expected;"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf file CLEANUP(buf_free) = BUF_INIT, want CLEANUP(buf_free) = BUF_INIT,
				got CLEANUP(buf_free) = BUF_INIT;

		buf_printf(&file, OPEN "%s\n:62F:C260302EUR100,00\n-\n", cases[i].entry);
		buf_printf(&want,
			"mt940\n= DE00 1 7 EUR 2026-03-01..2026-03-02 100.00 100.00 %d:%s %s\n5:%s "
			"account=DE00 1; statement=7;\n",
			cases[i].sum != NULL, cases[i].sum != NULL ? cases[i].sum : "0.00",
			cases[i].sum != NULL ? "differs" : "proven", cases[i].row);
		CHECK_INT(cases[i].label, bank_file_text(buf_sv(&file), &got), 0);
		CHECK_STR(cases[i].label, buf_cstr(&got), buf_cstr(&want));
	}
}

static void test_rejects(void **state)
{
	static const struct {
		const char *label, *entry, *reject;
	} cases[] = {
		{"no mark", ":61:260302X10,", "5! Amount=260302X10,; cell_type\n"},
		{"no day", ":61:C10,NTRF", "5! Amount=C10,NTRF; cell_type\n"},
		{"the 31st of April", ":61:260431C10,NTRFNONREF",
			"5! Booking date=2026-04-31; cell_range\n"},
		{"two marks", ":61:260302C1,0,0NTRFNONREF", "5! Amount=1.0.0; cell_type\n"},
		{"three digits of cents", ":61:260302C1,005NTRFNONREF",
			"5! Amount=1.005; cell_range\n"},
		{"too much", ":61:260302C9999999999999999999,NTRFNONREF",
			"5! Amount=9999999999999999999.0; cell_range\n"},
		{"no text", ":61:260302C1,NTRFNONREF\n:86:\xff\xfe\xff",
			"5! Text=\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd; cell_encoding\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf file CLEANUP(buf_free) = BUF_INIT, got CLEANUP(buf_free) = BUF_INIT;

		buf_printf(&file, OPEN "%s\n:61:260302C10,NTRFNONREF\n" CLOSE, cases[i].entry);
		CHECK_INT(cases[i].label, bank_file_text(buf_sv(&file), &got), 0);
		const char *reject = strstr(buf_cstr(&got), "5! ");
		if (i + 1 < ARRAY_LEN(cases)) /* the last one is Windows-1252 */
			CHECK_STR(cases[i].label, reject != NULL ? reject : buf_cstr(&got),
				cases[i].reject);
	}
}

static void test_texts(void **state)
{
	static const struct {
		const char *label, *text, *fields;
	} cases[] = {
		{"free text", ":86:ONE\nTWO", " text=ONE TWO; code=NTRF;"},
		{"a full line goes on in the next",
			":86:0123456789012345678901234567890123456789012345678901234567890123\n45 "
			"X",
			" text=012345678901234567890123456789012345678901234567890123456789012345 "
			"X; code=NTRF;"},
		{"a minus in front of a line", ":86:ONE\n-TWO", " text=ONE -TWO; code=NTRF;"},
		{"structured",
			":86:166?00GUTSCHRIFT?109251?20Invoice 4711?21second line?30BANKDEFFXXX"
			"?31DE02120300000000202051?32MUSTERMANN?33GMBH?34000?60third",
			" text=Invoice 4711 second line third; party=MUSTERMANN GMBH; "
			"party_account=DE02120300000000202051; party_bank=BANKDEFFXXX; code=NTRF; "
			"business_code=166; booking_text=GUTSCHRIFT; journal=9251; "
			"return_code=000;"},
		{"subfields over lines", ":86:166?20Invo\nice?21x",
			" text=Invoice x; code=NTRF; "
			"business_code=166;"},
		{"another separator", ":86:020~00WYPLATA~20FAKTURA~31PL61",
			" text=FAKTURA; party_account=PL61; code=NTRF; business_code=020; "
			"booking_text=WYPLATA;"},
		{"keywords of SEPA",
			":86:105?00LASTSCHRIFT?20EREF+E2E-1?21MREF+M-9?22CRED+DE98ZZZ09999999999"
			"?23SVWZ+Miete?24Maerz?25ABWA+Erika",
			" text=Miete Maerz; reference=E2E-1; ultimate_party=Erika; mandate=M-9; "
			"creditor=DE98ZZZ09999999999; code=NTRF; business_code=105; "
			"booking_text=LASTSCHRIFT;"},
		{"a keyword's value over two subfields",
			":86:166?20EREF+EndToEndIdTFNR20004000?2101?22SVWZ+x",
			" text=x; reference=EndToEndIdTFNR2000400001; code=NTRF; "
			"business_code=166;"},
		{"keywords in one line", ":86:166?20EREF+A KREF+B SVWZ+C",
			" text=C; reference=A; instruction=B; code=NTRF; business_code=166;"},
		{"nothing provided", ":86:166?20EREF+NOTPROVIDED?21SVWZ+x",
			" text=x; code=NTRF; business_code=166;"},
		{"words",
			":86:/TRTP/SEPA OVERBOEKING/IBAN/NL02ABNA0123456789/BIC/ABNANL2A/NAME/JAN"
			"\nSEN/REMI/INV/2026/1/EREF/E-1",
			" text=INV/2026/1; reference=E-1; party=JANSEN; "
			"party_account=NL02ABNA0123456789; party_bank=ABNANL2A; code=NTRF; "
			"booking_text=SEPA OVERBOEKING;"},
		{"words with a counterparty by place",
			":86:/EREF/X1//MARF/M2//CNTP/NL32INGB0000012345/INGBNL2A/ING BANK///REMI/"
			"USTD//PAY 5/",
			" text=PAY 5; reference=X1; party=ING BANK; "
			"party_account=NL32INGB0000012345; party_bank=INGBNL2A; mandate=M2; "
			"code=NTRF;"},
		{"two fields 86", ":86:ONE\n:86:TWO", " text=ONE TWO; code=NTRF;"},
		{"empty", ":86:", " code=NTRF;"},
		{"bidi and control characters stay data",
			":86:a\xe2\x80\xae"
			"b\tc",
			" text=a\xe2\x80\xae"
			"b\tc; code=NTRF;"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf file CLEANUP(buf_free) = BUF_INIT, want CLEANUP(buf_free) = BUF_INIT,
				got CLEANUP(buf_free) = BUF_INIT;

		buf_printf(&file, OPEN ENTRY "%s\n" CLOSE, cases[i].text);
		buf_printf(&want, "mt940\n" PROVEN ROW "%s" END, cases[i].fields);
		CHECK_INT(cases[i].label, bank_file_text(buf_sv(&file), &got), 0);
		CHECK_STR(cases[i].label, buf_cstr(&got), buf_cstr(&want));
	}
}

static void test_statements(void **state)
{
	static const struct bank_case cases[] = {
		{"two pages are one statement",
			SV(":20:R\n:25:1\n:28C:7/1\n:60F:C260301EUR1,\n:61:260301C2,NTRFX\n"
			   ":62M:C260301EUR3,\n-\n:20:R\n:25:1\n:28C:7/2\n:60M:C260301EUR3,\n"
			   ":61:260302D1,NTRFY\n:62F:C260302EUR2,\n-\n"),
			"mt940\n= 1 7 EUR 2026-03-01..2026-03-02 1.00 2.00 2:1.00 proven\n"
			"5: date=2026-03-01; value_date=2026-03-01; amount=2.00; currency=EUR; "
			"customer_reference=X; code=NTRF; account=1; statement=7;\n"
			"12: date=2026-03-02; value_date=2026-03-02; amount=-1.00; currency=EUR; "
			"customer_reference=Y; code=NTRF; account=1; statement=7;\n"},
		{"a page is missing",
			SV(":20:R\n:25:1\n:28C:7/1\n:60F:C260301EUR1,\n:62M:C260301EUR1,\n-\n"
			   ":20:R\n:25:1\n:28C:7/3\n:60M:C260301EUR5,\n:62F:C260302EUR5,\n-\n"),
			"mt940\n= 1 7/1 EUR 2026-03-01..2026-03-01 1.00 1.00 0:0.00 proven\n"
			"= 1 7/3 EUR 2026-03-01..2026-03-02 5.00 5.00 0:0.00 proven\n"},
		{"a currency without cents",
			SV(":20:R\n:25:1\n:28C:1\n:60F:C260301JPY500,\n:61:260301D100,NTRFX\n"
			   ":62F:C260301JPY400,\n-\n"),
			"mt940\n= 1 1 JPY 2026-03-01..2026-03-01 500 400 1:-100 proven\n"
			"5: date=2026-03-01; value_date=2026-03-01; amount=-100; currency=JPY; "
			"customer_reference=X; code=NTRF; account=1; statement=1;\n"},
		{"interim report with its own sums",
			SV(":20:R\n:25:1\n:28C:1\n:34F:EURD0,\n:34F:EURC0,\n:13D:2603021200+0100\n"
			   ":61:260302C2,NTRFX\n:61:260302D1,NTRFY\n:90D:1EUR1,\n:90C:1EUR3,\n"
			   "-\n"),
			"mt940\n= 1 1 EUR ~..~ ~ ~ 2:1.00 unproven\n"
			"  credit_total: said 300, found 200\n"
			"7: date=2026-03-02; value_date=2026-03-02; amount=2.00; currency=EUR; "
			"customer_reference=X; code=NTRF; account=1; statement=1;\n"
			"8: date=2026-03-02; value_date=2026-03-02; amount=-1.00; currency=EUR; "
			"customer_reference=Y; code=NTRF; account=1; statement=1;\n"},
	};

	(void)state;
	CHECK_BANK_CASES(cases);
}

/* Balances as banks write their amounts. */
static void test_amounts(void **state)
{
	static const struct {
		const char *written, *opening;
	} cases[] = {{"380115,12", "380115.12"}, {"380115,1", "380115.10"},
		{"380115,", "380115.00"}, {"0,12", "0.12"}, {"00,12", "0.12"}, {"001,12", "1.12"},
		{"5", "5.00"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf file CLEANUP(buf_free) = BUF_INIT, want CLEANUP(buf_free) = BUF_INIT,
				got CLEANUP(buf_free) = BUF_INIT;

		buf_printf(&file, ":20:R\n:25:1\n:60F:C100318EUR%s\n:62F:C100318EUR%s\n-\n",
			cases[i].written, cases[i].written);
		buf_printf(&want, "mt940\n= 1  EUR 2010-03-18..2010-03-18 %s %s 0:0.00 proven\n",
			cases[i].opening, cases[i].opening);
		CHECK_INT(cases[i].written, bank_file_text(buf_sv(&file), &got), 0);
		CHECK_STR(cases[i].written, buf_cstr(&got), buf_cstr(&want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_rejects),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_amounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
