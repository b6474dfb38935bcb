/*
 * Objects in a local folder: what is committed reads back, what is not leaves nothing, and every
 * damage to the stored bytes is found. Failing storage is real: RLIMIT_FSIZE cuts writes, and a
 * removed folder fails them.
 */
#include "vault/vault.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "seal/hash.h"
#include "vault/keys.h"

#define N 100000 /* bytes of the sample object: six full chunks and a part */

struct fixture {
	char folder[64];
	char store[96];
	char public_file[96];
	char private_file[96];
	struct vault *v;
	uint8_t plain[N];
};

static void store_sample(struct fixture *f, size_t n, struct vault_object *ret_object)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;

	assert_int_equal(vault_create(f->v, &w, NULL), 0);
	for (size_t at = 0; at < n; at += 5000)
		assert_int_equal(vault_write(w, f->plain + at, MIN((size_t)5000, n - at), NULL), 0);
	assert_int_equal(vault_writer_size(w), n);
	assert_int_equal(vault_commit(w, ret_object, NULL), 0);
}

static void object_path(const struct fixture *f, const struct uuid *id, char out[256])
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	snprintf(out, 256, "%s/%.2s/%s", f->store, text, text);
}

struct census {
	size_t finished, unfinished;
	uint64_t bytes;
};

static int count_one(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	struct census *c = ctx;

	(void)id;
	(void)err;
	assert_true(mtime > 0);
	*(finished ? &c->finished : &c->unfinished) += 1;
	c->bytes += sealed_size;
	return 0;
}

static struct census census(struct fixture *f)
{
	struct census c = {0};

	assert_int_equal(vault_list(f->v, count_one, &c, NULL), 0);
	return c;
}

static void test_store_and_read(void **state)
{
	struct fixture *f = *state;
	struct vault_object object;
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	struct buf back CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN], part[40];
	size_t got = 0;

	store_sample(f, N, &object);
	assert_int_equal(object.size, N);
	hash_sha256(f->plain, N, digest);
	assert_memory_equal(object.sha256, digest, sizeof(digest));
	assert_int_equal(vault_read_all(f->v, &object, &back, NULL), 0);
	assert_int_equal(back.n, N);
	assert_memory_equal(back.p, f->plain, N);

	assert_int_equal(vault_read(f->v, &object, &r, NULL), 0);
	assert_int_equal(vault_reader_size(r), N);
	assert_int_equal(vault_pread(r, part, sizeof(part), 16370, &got, NULL), 0);
	assert_int_equal(got, sizeof(part));
	assert_memory_equal(part, f->plain + 16370, sizeof(part));
	assert_int_equal(vault_pread(r, part, sizeof(part), N, &got, NULL), 0);
	assert_int_equal(got, 0);
	assert_int_equal(vault_check(f->v, &object, NULL), 0);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static void test_plaintext_is_not_stored(void **state)
{
	struct fixture *f = *state;
	struct vault_object object;
	struct buf raw CLEANUP(buf_free) = BUF_INIT;
	char path[256];
	FILE *file;

	store_sample(f, N, &object);
	object_path(f, &object.id, path);
	file = fopen(path, "r");
	assert_non_null(file);
	buf_commit(&raw, fread(buf_reserve(&raw, 2 * N), 1, 2 * N, file));
	fclose(file);
	assert_int_equal(raw.n, aead_file_sealed_size(N));
	assert_null(memmem(raw.p, raw.n, f->plain, 16));
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static void test_empty_object(void **state)
{
	struct fixture *f = *state;
	struct buf back CLEANUP(buf_free) = BUF_INIT;
	struct vault_object object;

	store_sample(f, 0, &object);
	assert_int_equal(object.size, 0);
	assert_int_equal(vault_read_all(f->v, &object, &back, NULL), 0);
	assert_int_equal(back.n, 0);
	assert_int_equal(vault_check(f->v, &object, NULL), 0);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static void test_abandoned_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct vault_writer *w = NULL;

	assert_int_equal(vault_create(f->v, &w, NULL), 0);
	assert_int_equal(vault_write(w, f->plain, N, NULL), 0);
	assert_int_equal(census(f).unfinished, 1);
	vault_writer_free(&w);
	assert_int_equal(census(f).unfinished, 0);
	assert_int_equal(census(f).finished, 0);
}

static void test_commit_only_once(void **state)
{
	struct fixture *f = *state;
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	struct vault_object object;

	assert_int_equal(vault_create(f->v, &w, NULL), 0);
	assert_int_equal(vault_commit(w, &object, NULL), 0);
	assert_int_equal(vault_write(w, "x", 1, NULL), E_INTERNAL);
	assert_int_equal(vault_commit(w, &object, NULL), E_INTERNAL);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

/* What was ended can be read by loan while it is not yet committed, and after that by its name. */
static void test_lent_before_commit(void **state)
{
	struct fixture *f = *state;
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	struct vault_object ended, committed;
	char got[16];
	size_t n = 0;

	assert_int_equal(vault_create(f->v, &w, NULL), 0);
	assert_int_equal(vault_write(w, "early bird", 10, NULL), 0);
	assert_int_equal(vault_lend_ended(w, &loan, NULL), E_INTERNAL);
	assert_int_equal(vault_end(w, &ended, NULL), 0);
	assert_int_equal(vault_end(w, &ended, NULL), E_INTERNAL);
	assert_int_equal(vault_write(w, "x", 1, NULL), E_INTERNAL);
	assert_int_equal(vault_check(f->v, &ended, NULL), E_NOT_FOUND);
	assert_int_equal(vault_lend_ended(w, &loan, NULL), 0);
	assert_int_equal(vault_commit(w, &committed, NULL), 0);
	assert_memory_equal(&ended, &committed, sizeof(ended));
	assert_int_equal(vault_read_loan(&loan, &r, NULL), 0);
	assert_int_equal(vault_pread(r, got, sizeof(got), 0, &n, NULL), 0);
	assert_int_equal(n, 10);
	assert_memory_equal(got, "early bird", n);
	assert_int_equal(vault_check(f->v, &committed, NULL), 0);
	vault_loan_end(&loan);
	assert_int_equal(vault_lend_ended(w, &loan, NULL), E_INTERNAL);
	assert_int_equal(vault_remove(f->v, &committed.id, NULL), 0);
}

static void test_removed_is_gone(void **state)
{
	struct fixture *f = *state;
	struct vault_reader *r = NULL;
	struct vault_object object;

	store_sample(f, 10, &object);
	assert_int_equal(census(f).finished, 1);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
	assert_int_equal(census(f).finished, 0);
	assert_int_equal(vault_read(f->v, &object, &r, NULL), E_NOT_FOUND);
	assert_int_equal(vault_check(f->v, &object, NULL), E_NOT_FOUND);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

/* Damages done to a stored object, and that reading it all and checking it say so. */
static void damage_flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void damage_cut(const char *path, off_t n)
{
	assert_int_equal(truncate(path, n), 0);
}

static const struct {
	const char *label;
	void (*damage)(const char *path, off_t at);
	off_t at;
} damages[] = {
	{"flip in the salt", damage_flip, 3},
	{"flip in the commitment", damage_flip, 30},
	{"flip in the first chunk", damage_flip, 60},
	{"flip in a tag", damage_flip, 56 + 16384 + 3},
	{"flip in the last chunk", damage_flip, 56 + 6 * 16400 + 1},
	{"cut to nothing", damage_cut, 0},
	{"cut in the header", damage_cut, 40},
	{"cut at a chunk's edge", damage_cut, 56 + 16400},
	{"cut in a chunk", damage_cut, 56 + 16400 + 2000},
	{"cut of one byte", damage_cut, 56 + N + 7 * 16 - 1},
	{"a byte too long", damage_cut, 56 + N + 7 * 16 + 1},
};

static void test_damage_is_found(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		struct buf back CLEANUP(buf_free) = BUF_INIT;
		struct vault_object object;
		char path[256];

		store_sample(f, N, &object);
		object_path(f, &object.id, path);
		assert_int_equal(chmod(path, 0600), 0);
		damages[i].damage(path, damages[i].at);
		if (vault_check(f->v, &object, NULL) != E_CORRUPT ||
			vault_read_all(f->v, &object, &back, NULL) != E_CORRUPT || back.n != 0)
			fail_msg("not found: %s", damages[i].label);
		assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
	}
}

static void test_exchanged_files_do_not_open(void **state)
{
	struct fixture *f = *state;
	struct vault_object a, b;
	struct vault_reader *r = NULL;
	char path_a[256], path_b[256];

	store_sample(f, 500, &a);
	store_sample(f, 500, &b);
	object_path(f, &a.id, path_a);
	object_path(f, &b.id, path_b);
	assert_int_equal(rename(path_a, path_b), 0);
	assert_int_equal(vault_read(f->v, &b, &r, NULL), E_CORRUPT);
	/* Not with its own key either: the id is bound in. */
	memcpy(b.wrapped, a.wrapped, sizeof(b.wrapped));
	assert_int_equal(vault_read(f->v, &b, &r, NULL), E_CORRUPT);
	assert_int_equal(vault_remove(f->v, &b.id, NULL), 0);
}

static void test_record_must_agree(void **state)
{
	struct fixture *f = *state;
	struct vault_object object, other;
	struct vault_reader *r = NULL;

	store_sample(f, 500, &object);
	other = object;
	other.size = 499;
	assert_int_equal(vault_read(f->v, &other, &r, NULL), E_CORRUPT);
	other = object;
	other.sha256[5] ^= 1;
	assert_int_equal(vault_check(f->v, &other, NULL), E_CORRUPT);
	other = object;
	memset(other.wrapped, 0, sizeof(other.wrapped)); /* shredded */
	assert_int_equal(vault_read(f->v, &other, &r, NULL), E_CORRUPT);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static void test_read_all_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct buf small CLEANUP(buf_free) = BUF_INIT;
	struct vault_object object;

	buf_init(&small, 499);
	store_sample(f, 500, &object);
	assert_int_equal(vault_read_all(f->v, &object, &small, NULL), E_LIMIT);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static void test_measure(void **state)
{
	struct fixture *f = *state;
	struct vault_object object;
	uint64_t size = 0;

	store_sample(f, 500, &object);
	assert_int_equal(vault_measure(f->v, &object.id, &size, NULL), 0);
	assert_int_equal(size, object.stored_size);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
	assert_int_equal(vault_measure(f->v, &object.id, &size, NULL), E_NOT_FOUND);
}

/* Without the private key: stores, cannot read. */
static void test_store_only(void **state)
{
	struct fixture *f = *state;
	struct vault_config config = {.location = f->store, .public_key_file = f->public_file};
	struct vault *full = f->v;
	struct vault_reader *r = NULL;
	struct vault_object object;

	f->v = NULL;
	assert_int_equal(vault_open(&config, &f->v, NULL), 0);
	store_sample(f, 500, &object);
	assert_int_equal(vault_read(f->v, &object, &r, NULL), E_CONFIG);
	vault_close(&f->v);
	f->v = full;
	assert_int_equal(vault_check(f->v, &object, NULL), 0);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static void test_loan(void **state)
{
	struct fixture *f = *state;
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	struct vault_object object;
	char part[8];
	size_t got = 0;

	store_sample(f, 500, &object);
	assert_int_equal(vault_lend(f->v, &object, &loan, NULL), 0);
	assert_int_equal(fcntl(loan.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(vault_read_loan(&loan, &r, NULL), 0);
	assert_int_equal(vault_pread(r, part, sizeof(part), 100, &got, NULL), 0);
	assert_memory_equal(part, f->plain + 100, sizeof(part));
	vault_reader_free(&r);
	/* The borrowed descriptor survives its reader; another key does not open it. */
	assert_true(fcntl(loan.fd, F_GETFD) >= 0);
	loan.key.b[0] ^= 1;
	assert_int_equal(vault_read_loan(&loan, &r, NULL), E_CORRUPT);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

/* A write that storage refuses: EFBIG from the kernel, once at the start and once in the middle. */
static void test_failing_write_leaves_nothing(void **state)
{
	static const rlim_t limits[] = {0, 50000};
	struct fixture *f = *state;
	struct rlimit before, low;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
		struct vault_object object;
		struct err err = {0};
		int rc;

		low = before;
		low.rlim_cur = limits[i];
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
		rc = vault_create(f->v, &w, &err);
		if (rc == 0)
			rc = vault_write(w, f->plain, N, &err);
		if (rc == 0)
			rc = vault_commit(w, &object, &err);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_true(rc < 0);
		assert_int_equal(err.code, rc);
		vault_writer_free(&w);
		assert_int_equal(census(f).finished + census(f).unfinished, 0);
	}
}

/* What a crash leaves: swept once old enough, not before. */
static void test_sweep_unfinished(void **state)
{
	struct fixture *f = *state;
	struct vault_object object;
	char path[256];
	size_t removed = 9;
	FILE *file;

	store_sample(f, 5, &object);
	snprintf(path, sizeof(path), "%s/new/00112233-4455-4677-8899-aabbccddeeff", f->store);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(census(f).unfinished, 1);
	assert_int_equal(vault_sweep_unfinished(f->v, time(NULL) - 100, &removed, NULL), 0);
	assert_int_equal(removed, 0);
	assert_int_equal(vault_sweep_unfinished(f->v, time(NULL) + 100, &removed, NULL), 0);
	assert_int_equal(removed, 1);
	assert_int_equal(census(f).unfinished, 0);
	assert_int_equal(vault_check(f->v, &object, NULL), 0);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

static int stop_listing(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	(void)id;
	(void)sealed_size;
	(void)mtime;
	(void)finished;
	(void)err;
	*(int *)ctx += 1;
	return 42;
}

static void test_list_can_be_ended(void **state)
{
	struct fixture *f = *state;
	struct vault_object a, b;
	int calls = 0;

	store_sample(f, 1, &a);
	store_sample(f, 1, &b);
	assert_int_equal(vault_list(f->v, stop_listing, &calls, NULL), 42);
	assert_int_equal(calls, 1);
	assert_int_equal(vault_remove(f->v, &a.id, NULL), 0);
	assert_int_equal(vault_remove(f->v, &b.id, NULL), 0);
}

static void test_rewrap(void **state)
{
	struct fixture *f = *state;
	struct vault_object object;
	uint8_t wrapped[VAULT_WRAPPED_LEN];

	store_sample(f, 500, &object);
	assert_int_equal(vault_rewrap(f->v, object.wrapped, wrapped, NULL), 0);
	assert_memory_not_equal(wrapped, object.wrapped, sizeof(wrapped));
	memcpy(object.wrapped, wrapped, sizeof(wrapped));
	assert_int_equal(vault_check(f->v, &object, NULL), 0);
	wrapped[70] ^= 1;
	assert_int_equal(vault_rewrap(f->v, wrapped, wrapped, NULL), E_CORRUPT);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
}

/* Several users store, read and remove by their group, whatever the umask. */
static void test_folders_belong_to_the_group(void **state)
{
	struct fixture *f = *state;
	struct vault_object object;
	struct stat file, folder;
	mode_t mask = umask(0077);
	char path[256];

	assert_int_equal(chmod(f->store, 02770), 0);
	store_sample(f, 1, &object);
	assert_int_equal(umask(mask), 0077);
	object_path(f, &object.id, path);
	assert_int_equal(stat(path, &file), 0);
	*strrchr(path, '/') = 0;
	assert_int_equal(stat(path, &folder), 0);
	assert_int_equal(folder.st_mode & 07777, 02770);
	assert_int_equal(file.st_mode & 0007, 0);
	assert_int_equal(vault_remove(f->v, &object.id, NULL), 0);
	assert_int_equal(rmdir(path), 0);
}

static void test_ids_are_random_uuids(void **state)
{
	struct fixture *f = *state;
	struct vault_object a, b;

	store_sample(f, 1, &a);
	store_sample(f, 1, &b);
	assert_false(uuid_eq(&a.id, &b.id));
	assert_int_equal(a.id.b[6] >> 4, 4);
	assert_int_equal(a.id.b[8] >> 6, 2);
	assert_int_equal(a.stored_size, aead_file_sealed_size(1));
	assert_int_equal(vault_remove(f->v, &a.id, NULL), 0);
	assert_int_equal(vault_remove(f->v, &b.id, NULL), 0);
}

static void test_no_folder(void **state)
{
	struct fixture *f = *state;
	struct vault_config config = {.location = "/nowhere", .public_key_file = f->public_file};
	struct vault *v = NULL;
	struct err err;

	assert_int_equal(vault_open(&config, &v, &err), E_CONFIG);
	assert_non_null(strstr(err.detail, "/nowhere"));
	assert_null(v);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct vault_config config = {.location = f->store,
		.public_key_file = f->public_file,
		.private_key_file = f->private_file};

	snprintf(f->folder, sizeof(f->folder), "%s", "/tmp/recon-test-vault-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	snprintf(f->store, sizeof(f->store), "%s/store", f->folder);
	snprintf(f->public_file, sizeof(f->public_file), "%s/pub", f->folder);
	snprintf(f->private_file, sizeof(f->private_file), "%s/key", f->folder);
	for (size_t i = 0; i < N; i++)
		f->plain[i] = (uint8_t)(i * 31 + (i >> 9));
	*state = f;
	if (mkdir(f->store, 0700) < 0 ||
		vault_keys_generate(f->public_file, f->private_file, NULL) < 0)
		return -1;
	return vault_open(&config, &f->v, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[256];

	vault_close(&f->v);
	for (unsigned i = 0; i < 256; i++) {
		snprintf(path, sizeof(path), "%s/%02x", f->store, i);
		rmdir(path);
	}
	snprintf(path, sizeof(path), "%s/new", f->store);
	rmdir(path);
	unlink(f->public_file);
	unlink(f->private_file);
	if (rmdir(f->store) < 0 || rmdir(f->folder) < 0)
		return -1; /* a test left an object behind */
	free(f);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders_belong_to_the_group),
		cmocka_unit_test(test_store_and_read),
		cmocka_unit_test(test_plaintext_is_not_stored),
		cmocka_unit_test(test_empty_object),
		cmocka_unit_test(test_abandoned_leaves_nothing),
		cmocka_unit_test(test_commit_only_once),
		cmocka_unit_test(test_lent_before_commit),
		cmocka_unit_test(test_removed_is_gone),
		cmocka_unit_test(test_damage_is_found),
		cmocka_unit_test(test_exchanged_files_do_not_open),
		cmocka_unit_test(test_record_must_agree),
		cmocka_unit_test(test_read_all_is_bounded),
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_store_only),
		cmocka_unit_test(test_loan),
		cmocka_unit_test(test_failing_write_leaves_nothing),
		cmocka_unit_test(test_sweep_unfinished),
		cmocka_unit_test(test_list_can_be_ended),
		cmocka_unit_test(test_rewrap),
		cmocka_unit_test(test_ids_are_random_uuids),
		cmocka_unit_test(test_no_folder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
