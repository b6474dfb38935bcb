/*
 * Typed cells: written forms and what they mean.
 */
#include "read/cell.h"
#include "read/cell_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct decimal_format point = {'.', ','}, comma = {',', '.'}, blank = {',', ' '};

static void test_dates(void **state)
{
	static const struct {
		const char *text;
		enum date_order order;
		int rc;
		int32_t day;
	} cases[] = {
		{"2026-03-04", DATE_YMD, 0, 20516},
		{"2026/03/04", DATE_YMD, 0, 20516},
		{"20260304", DATE_YMD, 0, 20516},
		{"04.03.2026", DATE_DMY, 0, 20516},
		{"04/03/2026", DATE_DMY, 0, 20516},
		{"04/03/2026", DATE_MDY, 0, 20546},
		{"4.3.26", DATE_DMY, 0, 20516},
		{"2026-02-29", DATE_YMD, E_CELL_RANGE, 0},
		{"2024-02-29", DATE_YMD, 0, 19782},
		{"31.12.1999", DATE_DMY, 0, 10956},
		{"1969-12-31", DATE_YMD, 0, -1},
		{"0001-01-01", DATE_YMD, 0, DATE_MIN},
		{"2026-13-01", DATE_YMD, E_CELL_RANGE, 0},
		{"2026-03/04", DATE_YMD, E_CELL_TYPE, 0},
		{"2026-03-0x", DATE_YMD, E_CELL_TYPE, 0},
		{"2026-03-04T10:11:12Z", DATE_YMD, 0, 20516},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int32_t day = 0;
		int rc = cell_date(sv_from_cstr(cases[i].text), cases[i].order, &day);

		if (rc != cases[i].rc || (rc == 0 && day != cases[i].day))
			fail_msg("'%s' gave %d, day %d", cases[i].text, rc, day);
	}
}

/* The fast path and the general one are the same over every day. */
static void test_dates_agree(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	for (int32_t day = -40000; day < 80000; day += 3) {
		int32_t got = 0;

		buf_reset(&text);
		date_format(day, &text);
		assert_int_equal(cell_date(buf_sv(&text), DATE_YMD, &got), 0);
		assert_int_equal(got, day);
	}
}

static void test_amounts(void **state)
{
	static const struct {
		const char *text;
		const struct decimal_format *format;
		int rc;
		int64_t units;
	} cases[] = {
		{"12.50", &point, 0, 1250},
		{"-12.5", &point, 0, -1250},
		{"1,234.56", &point, 0, 123456},
		{"1.234,56", &comma, 0, 123456},
		{"1 234,56", &blank, 0, 123456},
		{"110.7", &point, 0, 11070},
		{"110.7", &comma, E_CELL_TYPE, 0},
		{"(12.50)", &point, 0, -1250},
		{"12.50-", &point, 0, -1250},
		{"12.50 CR", &point, 0, 1250},
		{"12.50 DR", &point, 0, -1250},
		{"12.50dr", &point, 0, -1250},
		{"-12.50 DR", &point, E_CELL_TYPE, 0},
		{"$12.50", &point, 0, 1250},
		{"-$12.50", &point, 0, -1250},
		{"$-12.50", &point, 0, -1250},
		{"-$-12.50", &point, E_CELL_TYPE, 0},
		{"12,50 \xe2\x82\xac", &comma, 0, 1250},
		{"EUR 12.50", &point, 0, 1250},
		{"12.50 USD", &point, 0, 1250},
		{"12.50 XXQ", &point, E_CELL_TYPE, 0},
		{"12.500", &point, 0, 1250},
		{"12.505", &point, E_CELL_RANGE, 0},
		{"1000000000000000.00", &point, 0, INT64_C(100000000000000000)},
		{"1000000000000000.01", &point, E_CELL_RANGE, 0},
		{"99999999999999999999", &point, E_CELL_RANGE, 0},
		{"", &point, E_CELL_TYPE, 0},
		{"-", &point, E_CELL_TYPE, 0},
		{"CR", &point, E_CELL_TYPE, 0},
		{"1.2.3", &point, E_CELL_TYPE, 0},
		{"12.", &point, E_CELL_TYPE, 0},
		{"1e5", &point, E_CELL_TYPE, 0},
		{"NaN", &point, E_CELL_TYPE, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t units = 0;
		int rc = cell_amount(
			sv_from_cstr(cases[i].text), *cases[i].format, 2, ROUNDING_NONE, 0, &units);

		if (rc != cases[i].rc || (rc == 0 && units != cases[i].units))
			fail_msg("'%s' gave %d, %lld", cases[i].text, rc, (long long)units);
	}
}

/* ---- many at once ---- */

static const char *const variants[] = {"scalar", "avx2"};

/* What the block makes of one cell, in all variants: false, or its value. */
static bool block_decimal(struct sv cell, char mark, int scale, int64_t *ret)
{
	const struct sv cells[] = {cell, SV("1.00,,,,,,,,,,,,,,,,,"), cell};
	int64_t value[ARRAY_LEN(cells)] = {0};
	uint8_t done[ARRAY_LEN(cells)] = {9, 9, 9};
	bool first = false;

	for (size_t v = 0; v < ARRAY_LEN(variants); v++) {
		const struct cell_block_fns *fns = cell_block_named(variants[v]);

		if (fns == NULL)
			continue;
		assert_false(fns->decimals(cells, ARRAY_LEN(cells), mark, scale, value, done));
		assert_true(done[0] <= 1 && done[1] == 0);
		assert_int_equal(done[0], done[2]);
		assert_int_equal(fns->decimals(cells, 1, mark, scale, value, done), done[0]);
		assert_true(v == 0 || first == done[0]);
		first = done[0];
		if (first && v > 0)
			assert_true(*ret == value[0] && *ret == value[2]);
		*ret = value[0];
	}
	return first;
}

/* The common form: taken, and as the general parser takes it. Anything else is left to that. */
static void test_plain_amounts(void **state)
{
	static const char *const left[] = {"", "-", "1", "12", ".12", "-.12", "1.2", "1.234",
		"1,234.56", "1.2x", "x1.23", "1x.23", "--1.23", "+1.23", "1.-2",
		"1234567890123.45x", "(1.23)", "1 2.34", "12345678901234.56", "1/.23", "1:.23"};
	uint32_t seed = 9;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		char text[64] = {0};
		int64_t got = 0;

		memcpy(text, left[i], strlen(left[i]));
		if (block_decimal(sv_from_cstr(text), '.', 2, &got))
			fail_msg("'%s' is %lld", text, (long long)got);
	}
	for (int round = 0; round < 100000; round++) {
		struct buf text CLEANUP(buf_free) = BUF_INIT;
		struct decimal_format format = {round & 1 ? '.' : ',', 0};
		int scale = round % 7;
		int64_t got = 0, want = 0;

		seed = seed * 1664525 + 1013904223;
		int64_t units = (int64_t)((uint64_t)seed * seed >> (seed >> 27) << 1 >> 15);
		decimal_format(seed & 1 ? units : -units, scale, &text);
		size_t n = text.n;
		for (size_t k = 0; k < n; k++)
			if (text.p[k] == '.')
				text.p[k] = format.decimal;
		buf_add_cstr(&text, "9.9,9-9/9:9 9999"); /* what lies behind must not matter */
		struct sv cell = sv_from(text.p, n);
		bool plain = block_decimal(cell, format.decimal, scale, &got);
		assert_int_equal(cell_decimal(cell, format, scale, ROUNDING_NONE, &want), 0);
		assert_int_equal(plain, n - (text.p[0] == '-') <= 15);
		if (plain && got != want)
			fail_msg("'%.*s': %lld is not %lld", (int)n, text.p, (long long)got,
				(long long)want);
	}
}

static int64_t day_of(struct sv s, enum date_order order, bool *ret_ok)
{
	int32_t day = 0;

	*ret_ok = cell_date(s, order, &day) == 0;
	return day;
}

/* Days, and texts that are nearly days: what a block takes is what the general parser takes. */
static void test_plain_dates(void **state)
{
	static const char *const forms[] = {"2026-03-04", "04/03/2026", "29.02.2024", "31-12-9999"};
	static const char odd[] = "0123456789-./:x\xff";
	char text[64];
	uint32_t seed = 11, taken = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		enum date_order order = (enum date_order)(round % 3);
		int64_t got[ARRAY_LEN(variants)] = {0};
		uint8_t done[ARRAY_LEN(variants)] = {0};

		memset(text, '7', sizeof(text));
		memcpy(text, forms[(size_t)round / 3 % ARRAY_LEN(forms)], 10);
		for (uint32_t k = 0; k < (uint32_t)round % 4; k++) {
			seed = seed * 1664525 + 1013904223;
			text[(seed >> 8) % 10] = odd[(seed >> 16) % (sizeof(odd) - 1)];
		}
		struct sv cell = sv_from(text, round % 101 == 0 ? 9 : 10);
		for (size_t v = 0; v < ARRAY_LEN(variants); v++) {
			const struct cell_block_fns *fns = cell_block_named(variants[v]);
			bool known;

			if (fns == NULL)
				continue;
			bool all = fns->dates(&cell, 1, order, &got[v], &done[v]);
			assert_int_equal(all, done[v]);
			assert_int_equal(done[v], done[0]);
			int64_t want = day_of(cell, order, &known);
			if (done[v] && (!known || got[v] != want))
				fail_msg("'%.10s' is day %lld", text, (long long)got[v]);
		}
		taken += done[0];
	}
	assert_true(taken > 20000);
	assert_null(cell_block_named("mmx"));
}

static void test_currency_of_amount(void **state)
{
	int64_t units;

	(void)state;
	assert_int_equal(
		cell_amount(SV("USD 5"), point, 2, ROUNDING_NONE, COL_PACK('U', 'S', 'D'), &units),
		0);
	assert_int_equal(
		cell_amount(SV("USD 5"), point, 2, ROUNDING_NONE, COL_PACK('E', 'U', 'R'), &units),
		E_CELL_TYPE);
}

static void test_rounding(void **state)
{
	static const struct {
		const char *text;
		enum mapping_rounding rounding;
		int64_t units;
	} cases[] = {
		{"0.125", ROUNDING_HALF_EVEN, 12},
		{"0.135", ROUNDING_HALF_EVEN, 14},
		{"0.125", ROUNDING_HALF_UP, 13},
		{"-0.125", ROUNDING_HALF_UP, -13},
		{"-0.125", ROUNDING_HALF_EVEN, -12},
		{"0.1250001", ROUNDING_HALF_EVEN, 13},
		{"0.1249999", ROUNDING_HALF_UP, 12},
		{"0.12", ROUNDING_HALF_UP, 12},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t units = 0;

		assert_int_equal(cell_decimal(sv_from_cstr(cases[i].text), point, 2,
					 cases[i].rounding, &units),
			0);
		if (units != cases[i].units)
			fail_msg("'%s' gave %lld", cases[i].text, (long long)units);
	}
}

static void test_currencies(void **state)
{
	int32_t packed;

	(void)state;
	assert_int_equal(cell_currency(SV("eur"), &packed), 0);
	assert_int_equal(packed, COL_PACK('E', 'U', 'R'));
	assert_int_equal(cell_currency(SV("\xc2\xa3"), &packed), 0);
	assert_int_equal(packed, COL_PACK('G', 'B', 'P'));
	assert_int_equal(cell_currency(SV("$"), &packed), E_CURRENCY);
	assert_int_equal(cell_currency(SV("EURO"), &packed), E_CURRENCY);
}

static void test_markers(void **state)
{
	const struct mapping_field plain = {0};
	const struct mapping_field own = {.negative = {SV("AUS")}, .nnegative = 1};
	bool negative;

	(void)state;
	assert_int_equal(cell_marker(SV("d"), &plain, &negative), 0);
	assert_true(negative);
	assert_int_equal(cell_marker(SV("Haben"), &plain, &negative), 0);
	assert_false(negative);
	assert_int_equal(cell_marker(SV("X"), &plain, &negative), E_CELL_TYPE);
	assert_int_equal(cell_marker(SV(""), &plain, &negative), E_CELL_TYPE);
	assert_int_equal(cell_marker(SV("aus"), &own, &negative), 0);
	assert_true(negative);
	assert_int_equal(cell_marker(SV("EIN"), &own, &negative), 0);
	assert_false(negative);
	assert_int_equal(cell_marker(SV(""), &own, &negative), E_CELL_TYPE);
}

static void test_trim(void **state)
{
	(void)state;
	assert_true(sv_eq(cell_trim(SV("  a b\t")), SV("a b")));
	assert_true(sv_eq(cell_trim(SV("\xc2\xa0 7 \xe2\x80\xaf")), SV("7")));
	assert_int_equal(cell_trim(SV(" \xc2\xa0 ")).n, 0);
	assert_true(sv_eq(cell_trim(SV("\xc3\xa9")), SV("\xc3\xa9")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_dates_agree),
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_plain_amounts),
		cmocka_unit_test(test_plain_dates),
		cmocka_unit_test(test_currency_of_amount),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_currencies),
		cmocka_unit_test(test_markers),
		cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
