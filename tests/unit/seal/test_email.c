/*
 * Addresses: one normal form, one index for it, sealed for one user's row.
 */
#include "seal/email.h"

#include "base/buf.h"
#include "seal/seal.h"
#include "unit/unit.h"

static struct field_keys make_keys(void)
{
	uint8_t secret[32] = {7};
	struct field_keys keys;

	field_keys_derive(secret, &keys);
	return keys;
}

static void test_normal_form(void **state)
{
	static const struct {
		const char *text;
		const char *normal; /* NULL: refused */
	} cases[] = {
		{"anna@example.com", "anna@example.com"},
		{"  Anna.B@Example.COM\n", "anna.b@example.com"},
		{"J\xc3\x96RG@example.com", "j\xc3\x96rg@example.com"},
		{"a+tag@b", "a+tag@b"},
		{"", NULL},
		{"anna", NULL},
		{"@example.com", NULL},
		{"anna@", NULL},
		{"anna@b@c", NULL},
		{"an na@example.com", NULL},
		{"anna@exam\x01ple.com", NULL},
		{"anna@\xff.com", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf normal CLEANUP(buf_free) = BUF_INIT;
		int code = email_normalise(sv_from_cstr(cases[i].text), &normal, NULL);

		CHECK_INT(cases[i].text, code, cases[i].normal ? 0 : E_INVALID);
		if (cases[i].normal)
			CHECK_STR(cases[i].text, buf_cstr(&normal), cases[i].normal);
	}
}

static void test_longest(void **state)
{
	char text[EMAIL_MAX + 2];
	struct buf normal CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[3] = '@';
	assert_int_equal(email_normalise(sv_from(text, EMAIL_MAX), &normal, NULL), 0);
	assert_int_equal(email_normalise(sv_from(text, EMAIL_MAX + 1), &normal, NULL), E_INVALID);
}

static void test_index_follows_normal_form(void **state)
{
	struct field_keys keys = make_keys();
	uint8_t a[FIELD_INDEX_LEN], b[FIELD_INDEX_LEN], c[FIELD_INDEX_LEN];

	(void)state;
	email_index(&keys, SV("anna@example.com"), a);
	email_index(&keys, SV("anna@example.com"), b);
	email_index(&keys, SV("anne@example.com"), c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
}

static void test_opens_for_its_own_user_only(void **state)
{
	struct field_keys keys = make_keys();
	struct uuid anna = {{1}}, ben = {{2}};
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf opened CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(email_seal(&keys, &anna, SV("anna@example.com"), &sealed, NULL), 0);
	assert_int_equal(email_open(&keys, &anna, buf_sv(&sealed), &opened, NULL), 0);
	assert_string_equal(buf_cstr(&opened), "anna@example.com");
	assert_int_equal(email_open(&keys, &ben, buf_sv(&sealed), &opened, NULL), E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normal_form),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_index_follows_normal_form),
		cmocka_unit_test(test_opens_for_its_own_user_only),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
