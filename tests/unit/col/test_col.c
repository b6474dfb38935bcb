/*
 * The column table: building, cells, formatting, and that the check finds each broken promise.
 */
#include "col/col.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "col/col_build.h"

static void test_types(void **state)
{
	static const struct {
		const char *word;
		enum col_type type;
		enum col_held held;
	} cases[] = {
		{"text", COL_TEXT, COL_STR},
		{"code", COL_CODE, COL_STR},
		{"amount", COL_AMOUNT, COL_I64},
		{"quantity", COL_QUANTITY, COL_I64},
		{"rate", COL_RATE, COL_I64},
		{"date", COL_DATE, COL_I32},
		{"number", COL_NUMBER, COL_I64},
		{"currency", COL_CURRENCY, COL_I32},
	};
	enum col_type type;

	(void)state;
	assert_int_equal(ARRAY_LEN(cases), COL_TYPE_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(col_type_from_word(sv_from_cstr(cases[i].word), &type));
		assert_int_equal(type, cases[i].type);
		assert_string_equal(col_type_word(type), cases[i].word);
		assert_int_equal(col_held(type), cases[i].held);
	}
	assert_false(col_type_from_word(SV("float"), &type));
}

static void test_currency(void **state)
{
	static const struct {
		const char *code, *text;
		int exponent;
	} cases[] = {
		{"EUR", "EUR", 2},
		{"eur", "EUR", 2},
		{"JPY", "JPY", 0},
		{"KWD", "KWD", 3},
		{"ZZZ", "", 2},
		{"EURO", "", 2},
		{"", "", 2},
	};
	char text[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int32_t packed = col_currency_pack(sv_from_cstr(cases[i].code));

		col_currency_unpack(packed, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(col_currency_exponent(packed), cases[i].exponent);
	}
	assert_int_equal(col_currency_pack(SV("EUR")), COL_PACK('E', 'U', 'R'));
	assert_true(col_currency_pack(SV("EUR")) < col_currency_pack(SV("USD")));
}

/* One row per currency, with every type and a missing cell in each column. */
static void make_table(struct col_table *t)
{
	static const struct {
		const char *name;
		enum col_type type;
	} cols[] = {{"text", COL_TEXT}, {"reference", COL_CODE}, {"amount", COL_AMOUNT},
		{"quantity", COL_QUANTITY}, {"rate", COL_RATE}, {"date", COL_DATE},
		{"number", COL_NUMBER}, {"currency", COL_CURRENCY}};
	struct col_build b;

	assert_int_equal(col_build_init(&b, ARRAY_LEN(cols), NULL), 0);
	for (uint32_t i = 0; i < ARRAY_LEN(cols); i++)
		col_build_define(&b, i, cols[i].name, cols[i].type, COL_FIELD);
	b.cols[2].col.scale = COL_SCALE_OF_CURRENCY;
	b.cols[2].col.currency_col = 7;
	b.cols[3].col.scale = 3;
	b.cols[4].col.scale = 6;
	col_build_str(&b, 0, SV("Caf\xc3\xa9"), SV("caf\xc3\xa9"));
	col_build_str(&b, 1, SV("007"), SV_NULL);
	col_build_i64(&b, 2, -1230);
	col_build_i64(&b, 3, 1500);
	col_build_i64(&b, 4, 1084512);
	col_build_i32(&b, 5, 20515);
	col_build_i64(&b, 6, 42);
	col_build_i32(&b, 7, COL_PACK('E', 'U', 'R'));
	col_build_line(&b, 2);
	for (uint32_t i = 0; i < ARRAY_LEN(cols); i++)
		col_build_missing(&b, i);
	col_build_line(&b, 3);
	col_build_str(&b, 0, SV("same"), SV_NULL);
	col_build_str(&b, 1, SV(""), SV_NULL);
	col_build_i64(&b, 2, 5000);
	col_build_i64(&b, 3, 0);
	col_build_i64(&b, 4, -1);
	col_build_i32(&b, 5, -1);
	col_build_i64(&b, 6, 0);
	col_build_i32(&b, 7, COL_PACK('J', 'P', 'Y'));
	col_build_line(&b, 5);
	assert_int_equal(col_build_finish(&b, t, NULL), 0);
}

static void test_build_and_cells(void **state)
{
	static const char *const want[3][8] = {
		{"Caf\xc3\xa9", "007", "-12.30", "1.500", "1.084512", "2026-03-03", "42", "EUR"},
		{"", "", "", "", "", "", "", ""},
		{"same", "", "5000", "0.000", "-0.000001", "1969-12-31", "0", "JPY"},
	};
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err;

	(void)state;
	make_table(&t);
	assert_int_equal(col_table_check(&t, &err), 0);
	assert_int_equal(t.rows, 3);
	for (uint32_t r = 0; r < t.rows; r++)
		for (uint32_t c = 0; c < t.ncols; c++) {
			buf_reset(&text);
			col_format(&t, &t.cols[c], r, &text);
			assert_string_equal(buf_cstr(&text), want[r][c]);
			assert_int_equal(col_valid(&t.cols[c], r), r != 1);
		}
	assert_true(sv_eq(col_folded(&t.cols[0], 0), SV("caf\xc3\xa9")));
	assert_true(sv_eq(col_folded(&t.cols[0], 2), SV("same")));
	assert_null(t.cols[1].fold.off);
	assert_true(sv_eq(col_folded(&t.cols[1], 0), SV("007")));
	assert_int_equal(t.line[2], 5);
	assert_ptr_equal(col_find(&t, COL_FIELD, SV("rate")), &t.cols[4]);
	assert_null(col_find(&t, COL_SOURCE, SV("rate")));
	assert_ptr_equal(col_first(&t, COL_DATE), &t.cols[5]);
	assert_int_equal(col_amount_currency(&t, &t.cols[2], 2), COL_PACK('J', 'P', 'Y'));
	assert_true(col_table_bytes(&t) > 3 * 8 * 4);
}

static void test_build_grows(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_build b;
	char text[32];

	(void)state;
	assert_int_equal(col_build_init(&b, 2, NULL), 0);
	col_build_define(&b, 0, "n", COL_NUMBER, COL_FIELD);
	col_build_define(&b, 1, "s", COL_TEXT, COL_FIELD);
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "row %d", i);
		if (i % 7 == 5)
			col_build_missing(&b, 0);
		else
			col_build_i64(&b, 0, i);
		/* from 5000 on every third folds to something else */
		col_build_str(
			&b, 1, sv_from_cstr(text), i >= 5000 && i % 3 == 0 ? SV("other") : SV_NULL);
	}
	assert_int_equal(col_build_finish(&b, &t, NULL), 0);
	assert_int_equal(col_table_check(&t, NULL), 0);
	for (uint32_t i = 0; i < t.rows; i++) {
		snprintf(text, sizeof(text), "row %u", i);
		assert_int_equal(col_valid(&t.cols[0], i), i % 7 != 5);
		assert_int_equal(t.cols[0].i64[i], i % 7 == 5 ? 0 : i);
		assert_true(sv_eq_cstr(col_text(&t.cols[1], i), text));
		assert_true(sv_eq_cstr(
			col_folded(&t.cols[1], i), i >= 5000 && i % 3 == 0 ? "other" : text));
	}
}

static void test_build_errors(void **state)
{
	struct col_table t = COL_TABLE_INIT;
	struct col_build b;
	struct err err;

	(void)state;
	assert_int_equal(col_build_init(&b, COL_COLUMNS_MAX + 1, &err), E_LIMIT);
	assert_int_equal(col_build_init(&b, 2, &err), 0);
	col_build_define(&b, 0, "a", COL_NUMBER, COL_FIELD);
	col_build_define(&b, 1, "b", COL_NUMBER, COL_FIELD);
	col_build_i64(&b, 0, 1);
	assert_int_equal(col_build_finish(&b, &t, &err), E_INVALID);
	col_build_free(&b);
	assert_int_equal(col_build_init(&b, 1, &err), 0);
	col_build_define(&b, 0, "a", COL_TEXT, COL_FIELD);
	col_build_str(&b, 0, SV("x"), SV_NULL);
	col_build_line(&b, 1);
	col_build_line(&b, 2);
	assert_int_equal(col_build_finish(&b, &t, &err), E_INVALID);
	col_build_free(&b);
	assert_int_equal(col_build_init(&b, 1, &err), 0);
	col_build_define(&b, 0, "a", COL_TEXT, COL_FIELD);
	assert_false(col_build_reserve(&b, 0, COL_ROWS_MAX + 1u, 0));
	col_build_str(&b, 0, SV("x"), SV_NULL);
	assert_int_equal(col_build_finish(&b, &t, &err), E_LIMIT);
	col_build_free(&b);
}

static void test_empty_table(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_build b;

	(void)state;
	assert_int_equal(col_build_init(&b, 2, NULL), 0);
	col_build_define(&b, 0, "a", COL_TEXT, COL_FIELD);
	col_build_define(&b, 1, "b", COL_AMOUNT, COL_FIELD);
	assert_int_equal(col_build_finish(&b, &t, NULL), 0);
	assert_int_equal(col_table_check(&t, NULL), 0);
	assert_int_equal(t.rows, 0);
}

static void test_check_finds(void **state)
{
	static const char *const labels[] = {"offset at start", "negative length", "not UTF-8",
		"split character", "amount", "date", "currency", "name", "long name", "type",
		"role", "scale", "currency of column", "currency column", "currency column's type",
		"same names", "rows", "columns", "folded text"};
	static char long_name[COL_NAME_MAX + 2];
	struct err err;

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;

		make_table(&t);
		switch (i) {
		case 0:
			t.cols[0].str.off[0] = 1;
			break;
		case 1:
			t.cols[0].str.off[1] = 0xffffff;
			break;
		case 2:
			t.cols[0].str.bytes[0] = (char)0xff;
			break;
		case 3:
			t.cols[0].str.off[1] = t.cols[0].str.off[2] = 4;
			break;
		case 4:
			t.cols[2].i64[0] = INT64_MAX;
			break;
		case 5:
			t.cols[5].i32[1] = INT32_MAX;
			break;
		case 6:
			t.cols[7].i32[1] = -1;
			break;
		case 7:
			t.cols[0].name = "";
			break;
		case 8:
			t.cols[0].name = long_name;
			break;
		case 9:
			t.cols[0].type = COL_TYPE_COUNT;
			break;
		case 10:
			t.cols[0].role = (enum col_role)9;
			break;
		case 11:
			t.cols[2].scale = 19;
			break;
		case 12:
			t.cols[2].currency = -5;
			break;
		case 13:
			t.cols[2].currency_col = 8;
			break;
		case 14:
			t.cols[2].currency_col = 0;
			break;
		case 15:
			t.cols[0].name = "reference";
			break;
		case 16:
			t.rows = COL_ROWS_MAX + 1u;
			break;
		case 17:
			t.ncols = COL_COLUMNS_MAX + 1u;
			break;
		case 18:
			t.cols[0].fold.bytes[3] = (char)0xff;
			break;
		default:
			break;
		}
		if (col_table_check(&t, &err) != E_CORRUPT)
			fail_msg("the check did not find: %s", labels[i]);
	}
}

static void test_row_hash(void **state)
{
	struct col_table t CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_build b;
	uint64_t h[5], fields[5];

	(void)state;
	assert_int_equal(col_build_init(&b, 3, NULL), 0);
	col_build_define(&b, 0, "a", COL_TEXT, COL_FIELD);
	col_build_define(&b, 1, "b", COL_NUMBER, COL_FIELD);
	col_build_define(&b, 2, "c", COL_TEXT, COL_SOURCE);
	for (int i = 0; i < 5; i++) { /* rows 0 and 3 are equal; 1 differs in the source column */
		col_build_str(&b, 0, i == 2 ? SV("longer than eight") : SV("x"), SV_NULL);
		if (i == 4)
			col_build_missing(&b, 1);
		else
			col_build_i64(&b, 1, 0);
		col_build_str(&b, 2, i == 1 ? SV("p") : SV("q"), SV_NULL);
	}
	assert_int_equal(col_build_finish(&b, &t, NULL), 0);
	col_row_hash(&t, 1u << COL_FIELD | 1u << COL_SOURCE, h);
	col_row_hash(&t, 1u << COL_FIELD, fields);
	assert_true(h[0] == h[3]);
	assert_true(h[0] != h[1] && fields[0] == fields[1]);
	assert_true(h[0] != h[2] && h[0] != h[4]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_currency),
		cmocka_unit_test(test_build_and_cells),
		cmocka_unit_test(test_build_grows),
		cmocka_unit_test(test_build_errors),
		cmocka_unit_test(test_empty_table),
		cmocka_unit_test(test_check_finds),
		cmocka_unit_test(test_row_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
