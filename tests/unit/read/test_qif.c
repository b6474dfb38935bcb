/*
 * QIF: lists, records, and the order of days and marks of numbers that only all values tell.
 */
#include "read/qif.h"

#include "unit/unit.h"

#include "bank_util.h"

static void test_files(void **state)
{
	static const struct bank_case cases[] = {
		{"a list",
			SV("!Type:Bank\nD03/14/2026\nT-1,234.50\nU-1,234.50\nPShop\nMMemo\nN12\n"
			   "CX\nLFood\nAStreet\n^\n"),
			"qif\n2: date=2026-03-14; amount=-1234.50; text=Memo; reference=12; "
			"party=Shop; status=reconciled; category=Food;\n"},
		{"account, options, splits",
			SV("!Option:AutoSwitch\n!Account\nNGiro\nTBank\n^\n!Clear:AutoSwitch\n"
			   "!Type:CCard\nD14.3.26\nT5,00\nSFood\nEa\n$3,00\nS\n$2,00\n^\n"
			   "!Type:Cat\nNFood\nE\n^\n"),
			"qif\n8: date=2026-03-14; amount=5.00; splits=Food a: 3,00; -: 2,00; "
			"account=Giro;\n"},
		{"the days of Quicken", SV("!Type:Cash\nD 3/14' 6\nT1\n^\nD12/31'99\nT2\n^\n"),
			"qif\n2: date=2006-03-14; amount=1.00;\n5: date=2099-12-31; "
			"amount=2.00;\n"},
		{"day or month first", SV("!Type:Bank\nD03/04/2026\nT1.00\n^\n"),
			"qif date_order?\n2: date=2026-03-04; amount=1.00;\n"},
		{"one value tells the order",
			SV("!Type:Bank\nD03/04/2026\nT1.00\n^\nD13/04/2026\nT1.00\n^\n"),
			"qif\n2: date=2026-04-03; amount=1.00;\n5: date=2026-04-13; "
			"amount=1.00;\n"},
		{"point or comma", SV("!Type:Bank\nD2026-03-04\nT1,230\n^\n"),
			"qif decimal_mark?\n2: date=2026-03-04; amount=1230.00;\n"},
		{"a bad record", SV("!Type:Bank\nD14/31/2026\nTx\n^\nD01/31/2026\nT2.5\n^\n"),
			"qif\n5: date=2026-01-31; amount=2.50;\n"
			"2! Booking date=14/31/2026; cell_range\n"},
		{"no day", SV("!Type:Bank\nT1.5\n^\n"), "qif\n2! Booking date=~; cell_type\n"},
		{"cut", SV("!Type:Bank\nD01/31/2026\nT2.5\n"),
			"refused: unreadable: The file ends inside of the record at line 2.\n"},
		{"investments", SV("!Type:Invst\nD01/31/2026\n^\n"),
			"refused: unsupported: Line 1: lists of investments are not read.\n"},
		{"only categories", SV("!Type:Cat\nNFood\n^\n"),
			"refused: unreadable: There is no list of transactions in it.\n"},
		{"an unknown list", SV("!Type:Bank\n^\n!Type:Other thing\n"),
			"refused: unreadable: Line 3: the list !Type:Other thing is not known.\n"},
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
