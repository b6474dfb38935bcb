/*
 * Sealed fields open only under their key and for their row; the key file is read strictly.
 */
#include "seal/field.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "seal/seal.h"

static struct field_keys make_keys(uint8_t first)
{
	uint8_t secret[32] = {first};
	struct field_keys keys;

	field_keys_derive(secret, &keys);
	return keys;
}

static void test_seal_and_open(void **state)
{
	static const char *const texts[] = {"", "a", "anna@example.com", "\xf0\x9f\x92\xb6 0"};
	struct field_keys keys = make_keys(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct sv plain = sv_from_cstr(texts[i]);
		struct buf sealed CLEANUP(buf_free) = BUF_INIT;
		struct buf again CLEANUP(buf_free) = BUF_INIT;
		struct buf opened CLEANUP(buf_free) = BUF_INIT;

		assert_int_equal(field_seal(&keys, SV("t.c:1"), plain, &sealed, NULL), 0);
		assert_int_equal(field_seal(&keys, SV("t.c:1"), plain, &again, NULL), 0);
		assert_int_equal(sealed.n, plain.n + FIELD_OVERHEAD);
		assert_false(sv_eq(buf_sv(&sealed), buf_sv(&again)));
		assert_int_equal(field_open(&keys, SV("t.c:1"), buf_sv(&sealed), &opened, NULL), 0);
		assert_true(sv_eq(buf_sv(&opened), plain));
	}
}

static void test_every_changed_bit_is_noticed(void **state)
{
	struct field_keys keys = make_keys(1);
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(field_seal(&keys, SV("t.c:1"), SV("secret"), &sealed, NULL), 0);
	for (size_t bit = 0; bit < sealed.n * 8; bit++) {
		struct buf opened CLEANUP(buf_free) = BUF_INIT;

		sealed.p[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(
			field_open(&keys, SV("t.c:1"), buf_sv(&sealed), &opened, NULL), E_CORRUPT);
		assert_int_equal(opened.n, 0);
		sealed.p[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static void test_other_row_key_or_length(void **state)
{
	struct field_keys keys = make_keys(1);
	struct field_keys other = make_keys(2);
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf opened CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(field_seal(&keys, SV("t.c:1"), SV("secret"), &sealed, NULL), 0);
	assert_int_equal(
		field_open(&keys, SV("t.c:2"), buf_sv(&sealed), &opened, NULL), E_CORRUPT);
	assert_int_equal(
		field_open(&other, SV("t.c:1"), buf_sv(&sealed), &opened, NULL), E_CORRUPT);
	for (size_t n = 0; n < sealed.n; n++)
		assert_int_equal(
			field_open(&keys, SV("t.c:1"), sv_from(sealed.p, n), &opened, NULL),
			E_CORRUPT);
}

static void test_index(void **state)
{
	struct field_keys keys = make_keys(1);
	struct field_keys other = make_keys(2);
	uint8_t a[FIELD_INDEX_LEN];
	uint8_t b[FIELD_INDEX_LEN];

	(void)state;
	field_index(&keys, SV("email"), SV("anna@example.com"), a);
	field_index(&keys, SV("email"), SV("anna@example.com"), b);
	assert_memory_equal(a, b, sizeof(a));
	field_index(&keys, SV("emaila"), SV("nna@example.com"), b);
	assert_memory_not_equal(a, b, sizeof(a));
	field_index(&other, SV("email"), SV("anna@example.com"), b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void test_purposes_have_their_own_keys(void **state)
{
	struct field_keys keys = make_keys(1);

	(void)state;
	assert_memory_not_equal(keys.field, keys.blind, 32);
	assert_memory_not_equal(keys.blind, keys.csrf, 32);
	assert_memory_not_equal(keys.csrf, keys.cursor, 32);
	field_keys_wipe(&keys);
	assert_int_equal(keys.field[0] | keys.cursor[31], 0);
}

static void write_file(const char *path, const char *text, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void test_key_file(void **state)
{
	static const char hex[] = "000102030405060708090a0b0c0d0e0f"
				  "101112131415161718191a1b1c1d1e1f\n";
	char raw[32];
	char path[] = "/tmp/test_field_XXXXXX";
	int fd = mkstemp(path);
	struct field_keys from_hex;
	struct field_keys from_raw;
	const struct {
		const char *label;
		const char *text;
		size_t n;
		mode_t mode;
		int want;
	} cases[] = {
		{"hex with line end", hex, 65, 0400, 0},
		{"raw", raw, 32, 0600, 0},
		{"others may read", hex, 65, 0404, E_CONFIG},
		{"group may read", hex, 65, 0440, E_CONFIG},
		{"group may write", hex, 65, 0620, E_CONFIG},
		{"too short", hex, 62, 0400, E_CONFIG},
		{"empty", hex, 0, 0400, E_CONFIG},
		{"no hex", "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 64,
			0400, E_CONFIG},
	};

	(void)state;
	close(fd);
	for (int i = 0; i < 32; i++)
		raw[i] = (char)i;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct field_keys keys;
		struct err err = {0};
		int rc;

		write_file(path, cases[i].text, cases[i].n, cases[i].mode);
		rc = field_keys_load(path, &keys, &err);
		if (rc != cases[i].want)
			fail_msg("%s: %d %s", cases[i].label, rc, err.detail);
		if (i == 0)
			from_hex = keys;
		if (i == 1)
			from_raw = keys;
	}
	assert_memory_equal(&from_hex, &from_raw, sizeof(from_hex));
	unlink(path);
	assert_int_equal(field_keys_load(path, &from_hex, NULL), E_CONFIG);
	assert_int_equal(field_keys_load("/tmp", &from_hex, NULL), E_CONFIG);
}

/* What the service manager hands over goes first, whatever the file is. */
static void test_the_credential_goes_before_the_file(void **state)
{
	char dir[] = "/tmp/test-field-XXXXXX", path[64];
	struct field_keys keys;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/auth-key", dir);
	write_file(path, "0123456789abcdef0123456789abcdef", 32, 0440);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(field_keys_load("/nonexistent", &keys, NULL), 0);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(field_keys_load("/nonexistent", &keys, NULL), E_CONFIG);
	unlink(path);
	rmdir(dir);
}

static void test_full_buffer_is_an_error(void **state)
{
	struct field_keys keys = make_keys(1);
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf small CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	buf_init(&small, 8);
	assert_int_equal(field_seal(&keys, SV("x"), SV("12345678"), &small, NULL), E_NO_MEMORY);
	assert_int_equal(field_seal(&keys, SV("x"), SV("12345678"), &sealed, NULL), 0);
	buf_init(&small, 8);
	assert_int_equal(field_open(&keys, SV("x"), buf_sv(&sealed), &small, NULL), E_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seal_and_open),
		cmocka_unit_test(test_every_changed_bit_is_noticed),
		cmocka_unit_test(test_other_row_key_or_length),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_purposes_have_their_own_keys),
		cmocka_unit_test(test_key_file),
		cmocka_unit_test(test_the_credential_goes_before_the_file),
		cmocka_unit_test(test_full_buffer_is_an_error),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
