/* The type that a file's name claims. */
#include "domain/file_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *name;
	enum file_type type;
} names[] = {
	{"ledger.csv", FILE_TYPE_CSV},
	{"LEDGER.CSV", FILE_TYPE_CSV},
	{"bank.2026-03.tsv", FILE_TYPE_CSV},
	{"notes.txt", FILE_TYPE_CSV},
	{"camt.053.2026-03-01.XML", FILE_TYPE_CAMT},
	{"statement.sta", FILE_TYPE_MT940},
	{"interim.942", FILE_TYPE_MT940},
	{"previous-day.bai2", FILE_TYPE_BAI2},
	{"card.qfx", FILE_TYPE_OFX},
	{"cash.qif", FILE_TYPE_QIF},
	{"book.xlsx", FILE_TYPE_XLSX},
	{"book.ods", FILE_TYPE_ODS},
	{"book.xls", FILE_TYPE_XLS},
	{"book.xlsm", FILE_TYPE_NONE},
	{"orders.jsonl", FILE_TYPE_JSON},
	{"ledger.csv.gz", FILE_TYPE_GZIP},
	{"ledger.csv.zst", FILE_TYPE_NONE},
	{"ledger.csv.exe", FILE_TYPE_NONE},
	{"ledger.csvx", FILE_TYPE_NONE},
	{"ledgercsv", FILE_TYPE_NONE},
	{"ledger.", FILE_TYPE_NONE},
	{".csv", FILE_TYPE_NONE},
	{"csv", FILE_TYPE_NONE},
	{"", FILE_TYPE_NONE},
	{"a.csv tsv", FILE_TYPE_NONE},
};

static void test_type_of_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (file_type_of_name(sv_from_cstr(names[i].name)) != names[i].type)
			fail_msg("name: \"%s\"", names[i].name);
}

static void test_refusals_have_reasons(void **state)
{
	(void)state;
	assert_non_null(strstr(file_type_refusal(sv_from_cstr("a.csv.ZST")), "gzip"));
	assert_non_null(strstr(file_type_refusal(sv_from_cstr("book.xlsm")), "macros"));
	assert_null(file_type_refusal(sv_from_cstr("book.xlsx")));
	assert_null(file_type_refusal(sv_from_cstr("book.exe")));
	assert_null(file_type_refusal(sv_from_cstr(".zst")));
	assert_null(file_type_refusal(SV_NULL));
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(file_type_word(FILE_TYPE_CSV), "csv");
	assert_string_equal(file_type_extensions(FILE_TYPE_CSV), "csv tsv txt");
	assert_int_equal(file_type_form(FILE_TYPE_CAMT), FILE_FORM_MARKUP);
	assert_int_equal(file_type_form(FILE_TYPE_CSV), FILE_FORM_TEXT);
	assert_int_equal(file_type_form(FILE_TYPE_XLSX), FILE_FORM_ZIP);
	assert_null(file_type_word(FILE_TYPE_NONE));
	assert_null(file_type_word(FILE_TYPE_END));
	assert_string_equal(file_type_extensions(FILE_TYPE_END), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_type_of_name),
		cmocka_unit_test(test_refusals_have_reasons),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
