/*
 * BAI2: records and their continuations, signs by type code, balances, control totals, and what is
 * refused.
 */
#include "read/bai2.h"

#include "unit/unit.h"

#include "bank_util.h"

#define FILE_01 "01,BANK,CUST,260302,0800,1,80,,2/\n"
#define GROUP "02,CUST,BANK,1,260301,2400,,2/\n"

static void test_files(void **state)
{
	static const struct bank_case cases[] = {
		{"balances, entries, totals",
			SV(FILE_01 GROUP "03,123,EUR,010,10000,,,015,9500,,/\n"
					 "16,195,500,,B1,C1,WIRE IN/\n16,475,1000,,,,CHECK 12/\n"
					 "49,21000,4/\n98,21000,1,6/\n99,21000,1,8/\n"),
			"bai2\n= 123  EUR 2026-03-01..2026-03-01 100.00 95.00 2:-5.00 proven\n"
			"4: date=2026-03-01; amount=5.00; currency=EUR; text=WIRE IN; "
			"reference=C1; "
			"bank_reference=B1; code=195; account=123;\n"
			"5: date=2026-03-01; amount=-10.00; currency=EUR; text=CHECK 12; code=475; "
			"account=123;\n"},
		{"continued text, balances and funds",
			SV(FILE_01 GROUP "03,123,,010,100,,,015/\n88,600,,/\n"
					 "16,195,500,V,260303,,B1,C1,WIRE, IN\n88,ORIG/CO: X/\n"
					 "49,1200,5/\n98,1200,1,7/\n99,1200,1,9/\n"),
			"bai2\n= 123  USD 2026-03-01..2026-03-01 1.00 6.00 1:5.00 proven\n"
			"5: date=2026-03-01; value_date=2026-03-03; amount=5.00; currency=USD; "
			"text=WIRE, IN ORIG/CO: X; reference=C1; bank_reference=B1; code=195; "
			"availability=V; account=123;\n"},
		{"distributed availability",
			SV(FILE_01 GROUP "03,123,EUR,010,0,,,015,500,,/\n"
					 "16,195,500,D,2,0,200,1,300,B1,C1,TEXT/\n"
					 "49,1000,3/\n98,1000,1,5/\n99,1000,1,7/\n"),
			"bai2\n= 123  EUR 2026-03-01..2026-03-01 0.00 5.00 1:5.00 proven\n"
			"4: date=2026-03-01; amount=5.00; currency=EUR; text=TEXT; reference=C1; "
			"bank_reference=B1; code=195; availability=D 0/200/1/300; account=123;\n"},
		{"totals that do not agree",
			SV(FILE_01 GROUP "03,123,EUR,010,0,,,015,500,,/\n16,195,500,,,,/\n"
					 "49,999,4/\n98,1000,2,5/\n99,1000,1,8/\n"),
			"bai2\n= 123  EUR 2026-03-01..2026-03-01 0.00 5.00 1:5.00 proven\n"
			"  account_total: said 999, found 1000\n"
			"  account_records: said 4, found 3\n"
			"  group_accounts: said 2, found 1\n"
			"  file_records: said 8, found 7\n"
			"4: date=2026-03-01; amount=5.00; currency=EUR; code=195; account=123;\n"},
		{"a currency without cents, several records on a line",
			SV(FILE_01 GROUP "03,123,JPY,010,0,,,015,-500,,/ 16,475,500,0,,,/  "
					 "49,500,3/\n98,500,1,5/\n99,500,1,7/\n"),
			"bai2\n= 123  JPY 2026-03-01..2026-03-01 0 -500 1:-500 proven\n"
			"  account_total: said 500, found 0\n"
			"  group_total: said 500, found 0\n  file_total: said 500, found 0\n"
			"3: date=2026-03-01; amount=-500; currency=JPY; code=475; availability=0; "
			"account=123;\n"},
		{"a text over lines without a record 88",
			SV(FILE_01 GROUP "03,123,EUR,/\n16,195,500,,,,ONE\nTWO/\n"
					 "49,500,3/\n98,500,1,5/\n99,500,1,7/\n"),
			"bai2\n= 123  EUR 2026-03-01..2026-03-01 ~ ~ 1:5.00 unproven\n"
			"4: date=2026-03-01; amount=5.00; currency=EUR; text=ONE TWO; code=195; "
			"account=123;\n"},
		{"a group that is deleted",
			SV(FILE_01 "02,CUST,BANK,2,260301,2400,,2/\n"
				   "03,123,EUR,010,0,,,015,0,,/\n16,195,500,,,,/\n"
				   "49,500,3/\n98,500,1,5/\n99,500,1,7/\n"),
			"bai2\n= 123  EUR 2026-03-01..2026-03-01 0.00 0.00 0:0.00 proven\n"
			"4: date=2026-03-01; amount=5.00; currency=EUR; code=195; status=deletion; "
			"account=123;\n"},
		{"codes without a side, and what is no amount",
			SV(FILE_01 GROUP "03,123,EUR,/\n16,890,,,,,NOTE/\n16,195,5x,,,,/\n"
					 "49,0,4/\n98,0,1,6/\n99,0,1,8/\n"),
			"bai2\n= 123  EUR 2026-03-01..2026-03-01 ~ ~ 0:0.00 unproven\n"
			"4! Transaction code=890; cell_type\n5! Transaction code=5x; cell_type\n"},
		{"no trailer", SV(FILE_01 GROUP "03,123,EUR,/\n49,0,2/\n98,0,1,4/\n"),
			"refused: unreadable: The file ends before its trailer (99): it is not "
			"whole.\n"},
		{"an account in an account", SV(FILE_01 GROUP "03,1,EUR,/\n03,2,EUR,/\n"),
			"refused: unreadable: Line 4: the record 03 is not where an account "
			"begins.\n"},
		{"an entry outside", SV(FILE_01 GROUP "16,195,500,,,,/\n16,195,1,,,,/\n"),
			"refused: unreadable: Line 3: the record 16 stands outside of an "
			"account.\n"},
		{"a trailer of nothing", SV(FILE_01 GROUP "49,0,2/\n98,0,1,4/\n"),
			"refused: unreadable: Line 3: the record 49 closes no account.\n"},
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
