/*
 * UUID version 7. The known value is that of RFC 9562 appendix A.6.
 */
#include "base/uuid.h"

#include <string.h>
#include <time.h>

#include "unit/unit.h"

static void version_7_of_the_rfc(void **state UNUSED)
{
	/* rand_a is 0xcc3, rand_b 0x18c4dc0c0c07398f behind the variant. */
	static const uint8_t random[10] = {
		0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
	struct uuid u = uuid_v7(UINT64_C(0x017F22E279B0), random);
	char text[UUID_TEXT_LEN + 1];

	uuid_format(&u, text);
	assert_string_equal(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void version_and_variant_are_forced(void **state UNUSED)
{
	uint8_t random[10];
	char text[UUID_TEXT_LEN + 1];
	struct uuid u;

	memset(random, 0xff, sizeof(random));
	u = uuid_v7(UINT64_MAX, random);
	uuid_format(&u, text);
	assert_string_equal(text, "ffffffff-ffff-7fff-bfff-ffffffffffff");
	memset(random, 0, sizeof(random));
	u = uuid_v7(0, random);
	uuid_format(&u, text);
	assert_string_equal(text, "00000000-0000-7000-8000-000000000000");
}

static void new_ones_differ_and_are_version_7(void **state UNUSED)
{
	struct uuid a = uuid_new(), b = uuid_new();

	assert_false(uuid_eq(&a, &b));
	assert_int_equal(a.b[6] >> 4, 7);
	assert_int_equal(a.b[8] >> 6, 2);
	assert_true(memcmp(a.b, b.b, 6) <= 0);
}

/* Most of a millisecond apart would still be in order; here it is one call of the kernel. */
static void new_ones_are_in_order(void **state UNUSED)
{
	struct uuid before = uuid_new();

	for (int i = 0; i < 1000; i++) {
		struct timespec end, now;
		clock_gettime(CLOCK_REALTIME, &end);
		end.tv_nsec += 1000;
		do
			clock_gettime(CLOCK_REALTIME, &now);
		while (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec);
		struct uuid after = uuid_new();
		assert_true(memcmp(&before, &after, sizeof(after)) < 0);
		before = after;
	}
}

static void parses_the_canonical_form_only(void **state UNUSED)
{
	static const struct {
		const char *label, *text;
		int code;
	} cases[] = {
		{"lower case", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 0},
		{"upper case", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", 0},
		{"nil", "00000000-0000-0000-0000-000000000000", 0},
		{"empty", "", E_INVALID},
		{"no dashes", "017f22e279b07cc398c4dc0c0c07398f", E_INVALID},
		{"braces", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398}", E_INVALID},
		{"too long", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", E_INVALID},
		{"dash moved", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", E_INVALID},
		{"other mark", "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", E_INVALID},
		{"no digit", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", E_INVALID},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[UUID_TEXT_LEN + 1];
		struct uuid u;

		CHECK_INT(
			cases[i].label, uuid_parse(sv_from_cstr(cases[i].text), &u), cases[i].code);
		if (cases[i].code)
			continue;
		uuid_format(&u, text);
		CHECK(cases[i].label,
			sv_eq_nocase(sv_from_cstr(text), sv_from_cstr(cases[i].text)));
	}
}

static void nil_and_equality(void **state UNUSED)
{
	struct uuid nil = {0}, other = {.b = {[15] = 1}};

	assert_true(uuid_is_nil(&nil));
	assert_false(uuid_is_nil(&other));
	assert_true(uuid_eq(&nil, &nil));
	assert_false(uuid_eq(&nil, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_7_of_the_rfc),
		cmocka_unit_test(version_and_variant_are_forced),
		cmocka_unit_test(new_ones_differ_and_are_version_7),
		cmocka_unit_test(new_ones_are_in_order),
		cmocka_unit_test(parses_the_canonical_form_only),
		cmocka_unit_test(nil_and_equality),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
