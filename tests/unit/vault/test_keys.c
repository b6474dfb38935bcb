/* The vault's key files: made once, refused when unsafe, and rings of old keys still open. */
#include "vault/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "seal/seal.h"
#include "vault/vault.h"

static char folder[] = "/tmp/recon-test-keys-XXXXXX";

static const char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % ARRAY_LEN(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_generate(void **state)
{
	struct vault_keys keys;
	struct stat st;

	(void)state;
	assert_int_equal(vault_keys_generate(path_of("pub"), path_of("key"), NULL), 0);
	assert_int_equal(stat(path_of("key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
	assert_int_equal(vault_keys_load(path_of("pub"), path_of("key"), &keys, NULL), 0);
	assert_int_equal(keys.ring_n, 1);
	assert_int_equal(vault_keys_generate(path_of("pub2"), path_of("key"), NULL), E_EXISTS);
	assert_int_equal(access(path_of("pub2"), F_OK), -1);
	assert_int_equal(vault_keys_generate(path_of("pub"), path_of("key2"), NULL), E_EXISTS);
	assert_int_equal(access(path_of("key2"), F_OK), -1);
}

static void test_roles(void **state)
{
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct vault_keys store_only, read_only;
	struct aead_key key, back;

	(void)state;
	aead_key_new(&key);
	assert_int_equal(vault_keys_load(path_of("pub"), NULL, &store_only, NULL), 0);
	assert_int_equal(vault_keys_load(NULL, path_of("key"), &read_only, NULL), 0);
	assert_int_equal(vault_keys_wrap(&store_only, &key, wrapped, NULL), 0);
	assert_int_equal(vault_keys_unwrap(&store_only, wrapped, &back, NULL), E_CONFIG);
	assert_int_equal(vault_keys_wrap(&read_only, &key, wrapped, NULL), E_CONFIG);
	assert_int_equal(vault_keys_unwrap(&read_only, wrapped, &back, NULL), 0);
	assert_memory_equal(&back, &key, sizeof(key));
}

/* A ring: the new key first, the retired one behind it; both open, the new one wraps. */
static void test_ring(void **state)
{
	struct envelope_private fresh;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf public CLEANUP(buf_free) = BUF_INIT;
	uint8_t old_wrapped[ENVELOPE_WRAPPED_LEN], new_wrapped[ENVELOPE_WRAPPED_LEN];
	struct vault_keys old, ring;
	struct aead_key key, back;
	char line[256];
	FILE *f;

	(void)state;
	envelope_new(&fresh);
	envelope_private_format(&fresh, &text);
	f = fopen(path_of("key"), "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	buf_printf(&text, "\n%s", line);
	write_file(path_of("ring"), buf_cstr(&text), 0400);
	envelope_public_format(&fresh.public_key, &public);
	write_file(path_of("ring.pub"), buf_cstr(&public), 0444);

	aead_key_new(&key);
	assert_int_equal(vault_keys_load(path_of("pub"), NULL, &old, NULL), 0);
	assert_int_equal(vault_keys_wrap(&old, &key, old_wrapped, NULL), 0);
	assert_int_equal(vault_keys_load(path_of("ring.pub"), path_of("ring"), &ring, NULL), 0);
	assert_int_equal(ring.ring_n, 2);
	assert_int_equal(vault_keys_unwrap(&ring, old_wrapped, &back, NULL), 0);
	assert_memory_equal(&back, &key, sizeof(key));
	assert_int_equal(vault_keys_wrap(&ring, &key, new_wrapped, NULL), 0);
	assert_int_equal(envelope_unwrap(&fresh, new_wrapped, &back, NULL), 0);
	/* A key that is in no ring. */
	assert_int_equal(vault_keys_load(NULL, path_of("key"), &old, NULL), 0);
	assert_int_equal(vault_keys_unwrap(&old, new_wrapped, &back, NULL), E_CORRUPT);
}

static const struct {
	const char *label;
	const char *text;
	mode_t mode;
} bad_private[] = {
	{"empty", "", 0400},
	{"only blanks", "\n \n", 0400},
	{"damaged", "recon-vault-private:AAAA\n", 0400},
	{"a public key", "recon-vault-public:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 0400},
	{"open to others", "recon-vault-private:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		0404},
};

static void test_bad_files_are_refused(void **state)
{
	struct vault_keys keys;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_private); i++) {
		unlink(path_of("bad"));
		write_file(path_of("bad"), bad_private[i].text, bad_private[i].mode);
		if (vault_keys_load(NULL, path_of("bad"), &keys, &err) != E_CONFIG)
			fail_msg("accepted: %s", bad_private[i].label);
	}
	assert_int_equal(vault_keys_load(path_of("none"), NULL, &keys, &err), E_CONFIG);
	assert_non_null(strstr(err.detail, "none"));
	assert_int_equal(vault_keys_load(NULL, path_of("none"), &keys, &err), E_CONFIG);
	/* Halves of two different pairs. */
	assert_int_equal(vault_keys_generate(path_of("pub3"), path_of("key3"), NULL), 0);
	assert_int_equal(vault_keys_load(path_of("pub"), path_of("key3"), &keys, &err), E_CONFIG);
}

static void test_too_many_keys(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct vault_keys keys;

	(void)state;
	for (size_t i = 0; i <= VAULT_RING_MAX; i++) {
		struct envelope_private pair;

		envelope_new(&pair);
		envelope_private_format(&pair, &text);
	}
	write_file(path_of("many"), buf_cstr(&text), 0400);
	assert_int_equal(vault_keys_load(NULL, path_of("many"), &keys, NULL), E_CONFIG);
}

/* Rotating twice: what any of the keys closed opens; the newest closes. Retiring leaves the newest.
 */
static void test_rotate_and_retire(void **state)
{
	uint8_t first[ENVELOPE_WRAPPED_LEN], third[ENVELOPE_WRAPPED_LEN];
	struct vault_keys keys;
	struct aead_key key, back;
	struct stat st;
	size_t n = 99;

	(void)state;
	aead_key_new(&key);
	assert_int_equal(vault_keys_generate(path_of("r.pub"), path_of("r.key"), NULL), 0);
	assert_int_equal(vault_keys_retire(path_of("r.pub"), path_of("r.key"), &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(vault_keys_load(path_of("r.pub"), path_of("r.key"), &keys, NULL), 0);
	assert_int_equal(vault_keys_wrap(&keys, &key, first, NULL), 0);
	assert_int_equal(vault_keys_rotate(path_of("r.pub"), path_of("r.key"), NULL), 0);
	assert_int_equal(vault_keys_rotate(path_of("r.pub"), path_of("r.key"), NULL), 0);
	assert_int_equal(stat(path_of("r.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);

	assert_int_equal(vault_keys_load(path_of("r.pub"), path_of("r.key"), &keys, NULL), 0);
	assert_int_equal(keys.ring_n, 3);
	assert_int_equal(vault_keys_unwrap(&keys, first, &back, NULL), 0);
	assert_memory_equal(&back, &key, sizeof(key));
	assert_int_equal(vault_keys_wrap(&keys, &key, third, NULL), 0);
	assert_memory_equal(third, keys.public_key.id, ENVELOPE_ID_LEN);
	assert_memory_not_equal(first, third, ENVELOPE_ID_LEN);

	assert_int_equal(vault_keys_retire(path_of("r.pub"), path_of("r.key"), &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(vault_keys_load(path_of("r.pub"), path_of("r.key"), &keys, NULL), 0);
	assert_int_equal(keys.ring_n, 1);
	assert_int_equal(vault_keys_unwrap(&keys, third, &back, NULL), 0);
	assert_int_equal(vault_keys_unwrap(&keys, first, &back, NULL), E_CORRUPT);
}

static void test_rotate_has_an_end(void **state)
{
	struct vault_keys keys;

	(void)state;
	assert_int_equal(vault_keys_generate(path_of("e.pub"), path_of("e.key"), NULL), 0);
	for (int i = 1; i < VAULT_RING_MAX; i++)
		assert_int_equal(vault_keys_rotate(path_of("e.pub"), path_of("e.key"), NULL), 0);
	assert_int_equal(vault_keys_rotate(path_of("e.pub"), path_of("e.key"), NULL), E_LIMIT);
	assert_int_equal(vault_keys_load(path_of("e.pub"), path_of("e.key"), &keys, NULL), 0);
	/* Halves of two pairs are no pair to rotate. */
	assert_int_equal(vault_keys_rotate(path_of("pub"), path_of("e.key"), NULL), E_CONFIG);
}

static void test_credential_overrides(void **state)
{
	struct vault_keys keys;

	(void)state;
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_int_equal(vault_keys_load(path_of("pub"), path_of("key"), &keys, NULL), 0);
	assert_int_equal(rename(path_of("key"), path_of("vault-key")), 0);
	assert_int_equal(vault_keys_load(path_of("pub"), path_of("key"), &keys, NULL), 0);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(vault_keys_load(path_of("pub"), path_of("key"), &keys, NULL), E_CONFIG);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const names[] = {"pub", "key", "ring", "ring.pub", "bad", "pub3", "key3",
		"many", "vault-key", "r.pub", "r.key", "e.pub", "e.key"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(path_of(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generate),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_bad_files_are_refused),
		cmocka_unit_test(test_too_many_keys),
		cmocka_unit_test(test_rotate_and_retire),
		cmocka_unit_test(test_rotate_has_an_end),
		cmocka_unit_test(test_credential_overrides),
	};

	seal_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
