/*
 * The vault in a bucket of a server that nobody here wrote and that checks signatures: OpenStack
 * Swift with its S3 API (tests/vault/s3_server.py), started for this test on loopback. Without
 * Debian's python3-swift the test is skipped.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "s3.h"
#include "seal/hash.h"
#include "unit/unit.h"
#include "vault/backend.h"
#include "vault/keys.h"

#define KEY_ID "test:tester"
#define SECRET "a/secret+with=signs"
#define N 300000

static char folder[] = "/tmp/recon-test-s3-XXXXXX";
static const char *endpoint;
static struct vault *vault;
static uint8_t plain[N];

static const char *path_of(const char *name)
{
	static char paths[8][128];
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

static void hex_of(struct sv body, char out[65])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	hash_sha256(body.p, body.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	snprintf(out, 65, "%s", buf_cstr(&hex));
}

static void object_path(const struct uuid *id, char out[64])
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	snprintf(out, 64, "/vault/%s", text);
}

/* --- the vault -------------------------------------------------------------------------------- */

static struct vault_config config_of(const char *credentials)
{
	return (struct vault_config){.kind = "s3",
		.location = folder,
		.public_key_file = path_of("pub"),
		.private_key_file = path_of("key"),
		.s3 = {.endpoint = endpoint,
			.bucket = "vault",
			.region = "here",
			.credentials_file = credentials,
			.page = 5,
			.pause_ms = 1}};
}

static int group_setup(void **state)
{
	struct vault_config config;

	(void)state;
	for (size_t i = 0; i < N; i++)
		plain[i] = (uint8_t)(i * 7 + i / 251);
	if (!mkdtemp(folder) || !(endpoint = s3_start(path_of("swift"), KEY_ID, SECRET)) ||
		vault_keys_generate(path_of("pub"), path_of("key"), NULL) < 0)
		return -1;
	write_file(path_of("s3"), KEY_ID "\n" SECRET "\n", 0600);
	config = config_of(path_of("s3"));
	return vault_open(&config, &vault, NULL);
}

static int group_teardown(void **state)
{
	char command[64];

	(void)state;
	vault_close(&vault);
	s3_stop();
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command); /* NOLINT(cert-env33-c): a test's own folder */
}

static void store(struct vault *v, size_t n, struct vault_object *ret)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;

	assert_int_equal(vault_create(v, &w, NULL), 0);
	assert_int_equal(vault_write(w, plain, n, NULL), 0);
	assert_int_equal(vault_commit(w, ret, NULL), 0);
}

static void test_store_and_read(void **state)
{
	static const size_t sizes[] = {0, 1, 16384, N};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf all CLEANUP(buf_free) = BUF_INIT;
		struct vault_object object;
		uint64_t stored = 0;

		store(vault, sizes[i], &object);
		assert_int_equal(object.size, sizes[i]);
		assert_int_equal(vault_measure(vault, &object.id, &stored, NULL), 0);
		assert_int_equal(stored, object.stored_size);
		assert_int_equal(vault_read_all(vault, &object, &all, NULL), 0);
		assert_int_equal(all.n, sizes[i]);
		assert_memory_equal(buf_cstr(&all), plain, sizes[i]);
		assert_int_equal(vault_check(vault, &object, NULL), 0);
	}
}

/* Ranges anywhere, forwards and backwards, come from requests for parts. */
static void test_ranges(void **state)
{
	static const struct {
		uint64_t at;
		size_t n;
	} ranges[] = {{0, 10}, {200000, 70000}, {N - 5, 5}, {16380, 8}, {100, 1}, {0, N}};
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	static uint8_t got[N];
	struct vault_object object;
	size_t n = 0;

	(void)state;
	store(vault, N, &object);
	assert_int_equal(vault_read(vault, &object, &r, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		assert_int_equal(
			vault_pread(r, got, ranges[i].n, ranges[i].at, &n, NULL), 0);
		assert_int_equal(n, ranges[i].n);
		assert_memory_equal(got, plain + ranges[i].at, n);
	}
	assert_int_equal(vault_pread(r, got, 10, N, &n, NULL), 0);
	assert_int_equal(n, 0);
}

static void test_lend(void **state)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	static uint8_t got[N];
	struct vault_object object;
	size_t n = 0;

	(void)state;
	store(vault, N, &object);
	assert_int_equal(vault_lend(vault, &object, &loan, NULL), 0);
	assert_int_equal(vault_remove(vault, &object.id, NULL), 0);
	assert_int_equal(vault_read_loan(&loan, &r, NULL), 0);
	assert_int_equal(vault_pread(r, got, N, 0, &n, NULL), 0);
	assert_int_equal(n, N);
	assert_memory_equal(got, plain, N);
}

struct census {
	size_t n;
	uint64_t bytes;
	int64_t oldest;
};

static int count_one(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	struct census *c = ctx;

	(void)id, (void)err;
	assert_true(finished);
	c->n++;
	c->bytes += sealed_size;
	c->oldest = MIN(c->oldest, mtime);
	return 0;
}

/* More than one page, with a name among them that is none of ours. */
static void test_list_and_remove(void **state)
{
	enum { EXTRA = 7 };
	struct census before = {.oldest = INT64_MAX}, after = before, end = before;
	static struct uuid ids[EXTRA];
	size_t removed = 9;

	(void)state;
	assert_int_equal(s3_put("/vault/0-not-ours", SV("x")), 200);
	assert_int_equal(vault_list(vault, count_one, &before, NULL), 0);
	for (size_t i = 0; i < EXTRA; i++) {
		char path[64];

		ids[i] = uuid_new();
		object_path(&ids[i], path);
		assert_int_equal(s3_put(path, SV("seven b")), 200);
	}
	assert_int_equal(vault_list(vault, count_one, &after, NULL), 0);
	assert_int_equal(after.n, before.n + EXTRA);
	assert_int_equal(after.bytes, before.bytes + 7 * EXTRA);
	assert_true(after.oldest > 1600000000);
	for (size_t i = 0; i < EXTRA; i++)
		assert_int_equal(vault_remove(vault, &ids[i], NULL), 0);
	assert_int_equal(vault_remove(vault, &ids[0], NULL), 0);
	assert_int_equal(vault_list(vault, count_one, &end, NULL), 0);
	assert_int_equal(end.n, before.n);
	assert_int_equal(vault_sweep_unfinished(vault, INT64_MAX, &removed, NULL), 0);
	assert_int_equal(removed, 0);
}

static void test_missing(void **state)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	struct vault_reader *r = NULL;
	struct vault_object object;
	uint64_t size;

	(void)state;
	store(vault, 100, &object);
	assert_int_equal(vault_remove(vault, &object.id, NULL), 0);
	assert_int_equal(vault_measure(vault, &object.id, &size, NULL), E_NOT_FOUND);
	assert_int_equal(vault_read(vault, &object, &r, NULL), E_NOT_FOUND);
	assert_int_equal(vault_lend(vault, &object, &loan, NULL), E_NOT_FOUND);
}

/* Stored bytes that are changed, cut or exchanged behind our back. */
static void test_damage(void **state)
{
	static char bytes[20000];
	struct vault_object object;
	char path[64];

	(void)state;
	store(vault, 15000, &object);
	object_path(&object.id, path);
	assert_true(object.stored_size < sizeof(bytes));
	assert_int_equal(s3_put(path, sv_from(bytes, (size_t)object.stored_size)), 200);
	assert_int_equal(vault_check(vault, &object, NULL), E_CORRUPT);
	assert_int_equal(s3_put(path, sv_from(bytes, (size_t)object.stored_size - 1)), 200);
	assert_int_equal(vault_check(vault, &object, NULL), E_CORRUPT);
}

static int put_as(const struct vault_config *config, const struct uuid *id, size_t n)
{
	void *store = NULL, *one = NULL;
	int rc = vault_s3.open(config, &store, NULL);

	assert_int_equal(rc, 0);
	assert_int_equal(vault_s3.create(store, id, &one, NULL), 0);
	assert_int_equal(vault_s3.append(one, plain, n, NULL), 0);
	rc = vault_s3.finish(one, NULL);
	vault_s3.close(store);
	return rc;
}

/* Nothing is ever overwritten; a try whose answer was lost is recognised. */
static void test_condition(void **state)
{
	const struct vault_config config = config_of(path_of("s3"));
	struct uuid id = uuid_new();
	uint64_t size = 0;

	(void)state;
	assert_int_equal(put_as(&config, &id, 500), 0);
	assert_int_equal(put_as(&config, &id, 500), 0);
	assert_int_equal(put_as(&config, &id, 400), E_EXISTS);
	assert_int_equal(vault_measure(vault, &id, &size, NULL), 0);
	assert_int_equal(size, 500);
	assert_int_equal(vault_remove(vault, &id, NULL), 0);
}

/* The server refuses what is not signed as it should be. */
static void test_signatures(void **state)
{
	char hex[65], date[64];
	time_t old = time(NULL) - 3600;
	struct tm tm;

	(void)state;
	hex_of(SV("as signed"), hex);
	gmtime_r(&old, &tm);
	strftime(date, sizeof(date), "X-Amz-Date: %Y%m%dT%H%M%SZ", &tm);
	assert_int_equal(s3_ask("PUT", "/vault/signed", SV("as signed"), hex, NULL), 200);
	assert_int_equal(s3_ask("PUT", "/vault/signed", SV("As signed"), hex, NULL), 400);
	assert_int_equal(s3_ask("PUT", "/vault/signed", SV("as signed"), hex, date), 403);
}

static void test_credentials(void **state)
{
	static const struct {
		const char *label, *text;
		mode_t mode;
		int open, put;
	} cases[] = {
		{"the right ones", KEY_ID "\n" SECRET, 0600, 0, 0},
		{"a wrong secret", KEY_ID "\nwrong\n", 0600, 0, E_CONFIG},
		{"an unknown key", "test:nobody\n" SECRET "\n", 0600, 0, E_CONFIG},
		{"no secret", KEY_ID "\n", 0600, E_CONFIG, 0},
		{"three lines", "a\nb\nc\n", 0600, E_CONFIG, 0},
		{"readable by others", KEY_ID "\n" SECRET "\n", 0644, E_CONFIG, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *file = path_of("other");
		struct vault_config config = config_of(file);
		struct vault *v CLEANUP(vault_close) = NULL;
		struct uuid id = uuid_new();

		unlink(file);
		write_file(file, cases[i].text, cases[i].mode);
		CHECK_INT(cases[i].label, vault_open(&config, &v, NULL), cases[i].open);
		if (cases[i].open == 0)
			CHECK_INT(cases[i].label, put_as(&config, &id, 10), cases[i].put);
	}
}

static void test_places(void **state)
{
	static const struct {
		const char *label, *endpoint, *bucket, *location, *kind;
		int open;
	} cases[] = {
		{"not encrypted", "http://s3.example.com", "vault", NULL, "s3", E_CONFIG},
		{"no address", "", "vault", NULL, "s3", E_CONFIG},
		{"no bucket", "https://s3.example.com", "", NULL, "s3", E_CONFIG},
		{"no folder", "https://s3.example.com/", "vault", "/nowhere", "s3", E_CONFIG},
		{"another kind", "https://s3.example.com/", "vault", NULL, "tape", E_CONFIG},
		{"a server", "https://s3.example.com/", "vault", NULL, "s3", 0},
	};
	struct vault_config config = config_of(path_of("s3"));
	struct uuid id = uuid_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct vault_config other = config;
		struct vault *v CLEANUP(vault_close) = NULL;

		other.kind = cases[i].kind;
		other.s3.endpoint = cases[i].endpoint;
		other.s3.bucket = cases[i].bucket;
		other.location = cases[i].location ? cases[i].location : folder;
		CHECK_INT(cases[i].label, vault_open(&other, &v, NULL), cases[i].open);
	}
	config.s3.bucket = "nowhere";
	assert_int_equal(put_as(&config, &id, 10), E_NOT_FOUND);
}

static void *store_many(void *ctx)
{
	struct vault_object object;

	(void)ctx;
	for (int i = 0; i < 2; i++) {
		store(vault, 20000, &object);
		assert_int_equal(vault_check(vault, &object, NULL), 0);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, store_many, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Last: the server goes away for good. */
static void test_away(void **state)
{
	struct vault_object object;
	uint64_t size;

	(void)state;
	store(vault, 10, &object);
	s3_stop();
	assert_int_equal(vault_measure(vault, &object.id, &size, NULL), E_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store_and_read),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_lend),
		cmocka_unit_test(test_list_and_remove),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_condition),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_away),
	};

	signal(SIGPIPE, SIG_IGN);
	if (!s3_available()) {
		printf("Debian's python3-swift is not installed\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
