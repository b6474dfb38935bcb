/*
 * Decimals.
 */
#include "base/decimal.h"

#include "unit/unit.h"

static const struct decimal_format plain = {'.', 0};
static const struct decimal_format english = {'.', ','};
static const struct decimal_format german = {',', '.'};
static const struct decimal_format french = {',', ' '};
static const struct decimal_format swiss = {'.', '\''};
static const struct decimal_format whole = {0, ','};

static const struct {
	const char *text;
	const struct decimal_format *format;
	int scale;
	int code;
	int64_t units;
} parse_cases[] = {
	{"0", &plain, 2, 0, 0},
	{"12.30", &plain, 2, 0, 1230},
	{"12.3", &plain, 2, 0, 1230},
	{"12", &plain, 2, 0, 1200},
	{".5", &plain, 2, 0, 50},
	{"-.5", &plain, 2, 0, -50},
	{"007", &plain, 0, 0, 7},
	{"000000000000000000000000000001", &plain, 2, 0, 100},
	{" 12.30 ", &plain, 2, 0, 1230},
	{"\xc2\xa0"
	 "12\xe2\x80\xaf",
		&plain, 0, 0, 12},
	/* signs */
	{"-12.30", &plain, 2, 0, -1230},
	{"+12.30", &plain, 2, 0, 1230},
	{"12.30-", &plain, 2, 0, -1230},
	{"12.30+", &plain, 2, 0, 1230},
	{"- 12", &plain, 0, 0, -12},
	{"12 -", &plain, 0, 0, -12},
	{"(12.30)", &plain, 2, 0, -1230},
	{"( 12 )", &plain, 0, 0, -12},
	{"\xe2\x88\x92"
	 "12",
		&plain, 0, 0, -12},
	{"-0", &plain, 2, 0, 0},
	{"-12-", &plain, 0, E_CELL_TYPE, 0},
	{"(-12)", &plain, 0, E_CELL_TYPE, 0},
	{"--12", &plain, 0, E_CELL_TYPE, 0},
	{"+-12", &plain, 0, E_CELL_TYPE, 0},
	{"(12", &plain, 0, E_CELL_TYPE, 0},
	{"()", &plain, 0, E_CELL_TYPE, 0},
	{"-", &plain, 0, E_CELL_TYPE, 0},
	/* groups */
	{"1,234,567.89", &english, 2, 0, 123456789},
	{"1234567.89", &english, 2, 0, 123456789},
	{"1.234,50", &german, 2, 0, 123450},
	{"1 234,50", &french, 2, 0, 123450},
	{"1\xc2\xa0"
	 "234,50",
		&french, 2, 0, 123450},
	{"1\xe2\x80\xaf"
	 "234,50",
		&french, 2, 0, 123450},
	{"1'234.50", &swiss, 2, 0, 123450},
	{"1\xe2\x80\x99"
	 "234.50",
		&swiss, 2, 0, 123450},
	{"1,234", &whole, 0, 0, 1234},
	{"1,234", &whole, 2, 0, 123400},
	{"12,34", &english, 2, E_CELL_TYPE, 0},
	{"1,2345", &english, 2, E_CELL_TYPE, 0},
	{"1234,567", &english, 2, E_CELL_TYPE, 0},
	{"1,,234", &english, 2, E_CELL_TYPE, 0},
	{"1,234,", &english, 2, E_CELL_TYPE, 0},
	{",234", &english, 2, E_CELL_TYPE, 0},
	{"1.234", &german, 2, 0, 123400},
	{"1,234.5", &german, 2, E_CELL_TYPE, 0},
	{"1.234.5", &german, 2, E_CELL_TYPE, 0},
	{"1,5", &plain, 2, E_CELL_TYPE, 0},
	{"1.5", &whole, 2, E_CELL_TYPE, 0},
	{"1.23,456", &english, 6, E_CELL_TYPE, 0},
	/* fraction */
	{"1.230000", &plain, 2, 0, 123},
	{"1.231", &plain, 2, E_CELL_RANGE, 0},
	{"1.0000000000000000000000000", &plain, 0, 0, 1},
	{"0.5", &plain, 0, E_CELL_RANGE, 0},
	{"1.", &plain, 2, E_CELL_TYPE, 0},
	{".", &plain, 2, E_CELL_TYPE, 0},
	{"1.2.3", &plain, 2, E_CELL_TYPE, 0},
	/* range */
	{"1000000000000000.00", &plain, 2, 0, DECIMAL_MONEY_MAX},
	{"-1000000000000000.00", &plain, 2, 0, -DECIMAL_MONEY_MAX},
	{"1000000000000000.01", &plain, 2, E_CELL_RANGE, 0},
	{"-1000000000000000.01", &plain, 2, E_CELL_RANGE, 0},
	{"99999999999999999999999999999999999999", &plain, 0, E_CELL_RANGE, 0},
	{"18446744073709551616", &plain, 0, E_CELL_RANGE, 0},
	{"184467440737095516160", &plain, 0, E_CELL_RANGE, 0},
	{"18446744073709551615", &plain, 18, E_CELL_RANGE, 0},
	{"9.223372036854775807", &plain, 18, 0, INT64_MAX},
	{"-9.223372036854775807", &plain, 18, 0, -INT64_MAX},
	{"9.223372036854775808", &plain, 18, E_CELL_RANGE, 0},
	{"0.971", &plain, 18, 0, INT64_C(971000000000000000)},
	/* no numbers */
	{"", &plain, 2, E_CELL_TYPE, 0},
	{" ", &plain, 2, E_CELL_TYPE, 0},
	{"abc", &plain, 2, E_CELL_TYPE, 0},
	{"12a", &plain, 2, E_CELL_TYPE, 0},
	{"1e5", &plain, 2, E_CELL_TYPE, 0},
	{"0x10", &plain, 2, E_CELL_TYPE, 0},
	{"NaN", &plain, 2, E_CELL_TYPE, 0},
	{"Infinity", &plain, 2, E_CELL_TYPE, 0},
	{"1 2", &plain, 2, E_CELL_TYPE, 0},
	{"\xd9\xa1\xd9\xa2", &plain, 2, E_CELL_TYPE, 0}, /* Arabic digits */
	{"EUR 12", &plain, 2, E_CELL_TYPE, 0},
	/* syntax is judged before range */
	{"99999999999999999999x", &plain, 2, E_CELL_TYPE, 0},
};

static void parses(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
		int64_t units = 4711;
		int r = decimal_parse(sv_from_cstr(parse_cases[i].text), *parse_cases[i].format,
			parse_cases[i].scale, &units);

		CHECK_INT(parse_cases[i].text, r, parse_cases[i].code);
		CHECK_INT(parse_cases[i].text, units, r ? 4711 : parse_cases[i].units);
	}
}

static void an_embedded_nul_is_no_number(void **state UNUSED)
{
	int64_t units;

	assert_int_equal(decimal_parse(sv_from("1\0", 2), plain, 2, &units), E_CELL_TYPE);
	assert_int_equal(decimal_parse(SV_NULL, plain, 2, &units), E_CELL_TYPE);
}

static void formats(void **state UNUSED)
{
	static const struct {
		int64_t units;
		int scale;
		const char *text;
	} cases[] = {
		{0, 0, "0"},
		{0, 2, "0.00"},
		{5, 2, "0.05"},
		{-5, 2, "-0.05"},
		{-1230, 2, "-12.30"},
		{1230, 0, "1230"},
		{100, 3, "0.100"},
		{INT64_MAX, 0, "9223372036854775807"},
		{INT64_MIN, 2, "-92233720368547758.08"},
		{INT64_MIN, 18, "-9.223372036854775808"},
		{1, 18, "0.000000000000000001"},
	};
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_reset(&b);
		decimal_format(cases[i].units, cases[i].scale, &b);
		CHECK_STR(cases[i].text, buf_cstr(&b), cases[i].text);
	}
}

static void formats_sums_of_128_bits(void **state UNUSED)
{
	__int128 max = (__int128)(((unsigned __int128)1 << 127) - 1);
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	decimal_format128(max, 2, &b);
	assert_string_equal(buf_cstr(&b), "1701411834604692317316873037158841057.27");
	buf_reset(&b);
	decimal_format128(-max - 1, 18, &b);
	assert_string_equal(buf_cstr(&b), "-170141183460469231731.687303715884105728");
	buf_reset(&b);
	decimal_format128((__int128)DECIMAL_MONEY_MAX * 1000000, 0, &b);
	assert_string_equal(buf_cstr(&b), "100000000000000000000000");
}

static void what_is_written_reads_back(void **state UNUSED)
{
	static const int64_t units[] = {0, 1, -1, 99, -100, 123456789, DECIMAL_MONEY_MAX};
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		for (int scale = 0; scale <= DECIMAL_SCALE_MAX; scale++) {
			int64_t back = 0;

			buf_reset(&b);
			decimal_format(units[i], scale, &b);
			CHECK_INT(buf_cstr(&b), decimal_parse(buf_sv(&b), plain, scale, &back), 0);
			CHECK_INT(buf_cstr(&b), back, units[i]);
		}
}

static void powers_of_ten(void **state UNUSED)
{
	assert_int_equal(decimal_pow10(0), 1);
	assert_int_equal(decimal_pow10(3), 1000);
	assert_true(decimal_pow10(18) == INT64_C(1000000000000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(an_embedded_nul_is_no_number),
		cmocka_unit_test(formats),
		cmocka_unit_test(formats_sums_of_128_bits),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(powers_of_ten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
