/* Checksums of parts: which are taken, which fit, what is no checksum. */
#include "api/checksum.h"

#include "../unit.h"

static const struct {
	const char *label, *header, *body;
	int init, check;
} cases[] = {
	{"none", NULL, "abc", 0, 0},
	{"sha1", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "abc", 0, 0},
	{"sha1 of something else", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "abd", 0, E_CHECKSUM},
	{"sha1 of less", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "ab", 0, E_CHECKSUM},
	{"sha256", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "abc", 0, 0},
	{"sha256, no padding", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0", "abc", 0, 0},
	{"another byte", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "abC", 0, E_CHECKSUM},
	{"another algorithm", "md5 kAFQmDzST7DWlj99KOF/cg==", "abc", E_BAD_REQUEST, 0},
	{"no digest", "sha1", "abc", E_BAD_REQUEST, 0},
	{"empty", "", "abc", E_BAD_REQUEST, 0},
	{"too short", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ", "abc", E_BAD_REQUEST, 0},
	{"of the other length", "sha1 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "abc",
		E_BAD_REQUEST, 0},
	{"far too long", "sha256 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"abc", E_BAD_REQUEST, 0},
	{"base64url", "sha1 qZk-NkcGgWq6PiVxeFDCbJzQ2J0=", "abc", E_BAD_REQUEST, 0},
};

static void test_checksums(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct checksum c CLEANUP(checksum_free) = {0};
		struct err err = {0};
		int rc = checksum_init(sv_from_cstr(cases[i].header), &c, &err);

		CHECK_INT(cases[i].label, rc, cases[i].init);
		if (rc != 0)
			continue;
		checksum_update(&c, cases[i].body, 1);
		checksum_update(&c, cases[i].body + 1, strlen(cases[i].body) - 1);
		CHECK_INT(cases[i].label, checksum_check(&c, &err), cases[i].check);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_checksums)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
