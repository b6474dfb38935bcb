/*
 * The currency table.
 */
#include "base/currency.h"

#include "unit/unit.h"

static void known_exponents(void **state UNUSED)
{
	static const struct {
		const char *code;
		int numeric, exponent;
	} cases[] = {
		{"EUR", 978, 2},
		{"usd", 840, 2},
		{"Jpy", 392, 0},
		{"BHD", 48, 3},
		{"CLF", 990, 4},
		{"AED", 784, 2},
		{"ZWG", 924, 2},
		{"ALL", 8, 2},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct currency *c = currency_find(sv_from_cstr(cases[i].code));

		CHECK(cases[i].code, c != NULL);
		CHECK(cases[i].code,
			sv_eq_nocase(sv_from_cstr(c->code), sv_from_cstr(cases[i].code)));
		CHECK_INT(cases[i].code, c->numeric, cases[i].numeric);
		CHECK_INT(cases[i].code, c->exponent, cases[i].exponent);
	}
}

static void unknown_codes(void **state UNUSED)
{
	static const char *const codes[] = {
		"", "EU", "EURO", "XXX", "XAU", "AAA", "ZZZ", "E\xc3R", "978"};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		CHECK(codes[i], currency_find(sv_from_cstr(codes[i])) == NULL);
	assert_null(currency_find(SV_NULL));
}

static void table_is_ordered_and_complete(void **state UNUSED)
{
	assert_true(currency_count() > 150);
	assert_null(currency_at(currency_count()));
	for (size_t i = 0; i < currency_count(); i++) {
		const struct currency *c = currency_at(i);

		assert_ptr_equal(currency_find(sv_from_cstr(c->code)), c);
		CHECK(c->code, i == 0 || strcmp(currency_at(i - 1)->code, c->code) < 0);
		CHECK(c->code, c->exponent >= 0 && c->exponent <= 4);
		CHECK(c->code, c->numeric > 0 && c->numeric < 1000);
		CHECK(c->code, c->name[0]);
	}
}

static void numeric_codes_are_unique(void **state UNUSED)
{
	for (size_t i = 0; i < currency_count(); i++)
		for (size_t k = 0; k < i; k++) {
			const struct currency *a = currency_at(k), *b = currency_at(i);

			if (strcmp(a->code, "ANG") == 0 && strcmp(b->code, "XCG") == 0)
				continue; /* ISO 4217 amendment 176 gave it the same one */
			CHECK(b->code, a->numeric != b->numeric);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_exponents),
		cmocka_unit_test(unknown_codes),
		cmocka_unit_test(table_is_ordered_and_complete),
		cmocka_unit_test(numeric_codes_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
