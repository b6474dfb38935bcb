/*
 * The vault's file format: known answers computed by another implementation of the specification,
 * every length around a chunk's edge, every kind of damage, and Wycheproof's vectors when the
 * corpus of public test data is present.
 */
#include "seal/aead_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <openssl/sha.h>
#include <zlib.h>

#include "base/buf.h"
#include "seal/hash.h"
#include "seal/seal.h"
#include "unit/corpus.h"

/* Callbacks over memory; the reader's can be told to fail. */
static int write_buf(void *ctx, const void *p, size_t n, struct err *err)
{
	struct buf *out = ctx;

	buf_add(out, p, n);
	return buf_ok(out) ? 0 : err_set(err, E_NO_SPACE, NULL);
}

struct source {
	struct sv bytes;
	int fail_after; /* calls that still succeed; -1: all */
};

static int pread_source(void *ctx, void *p, size_t n, uint64_t offset, struct err *err)
{
	struct source *s = ctx;

	if (s->fail_after == 0)
		return err_set(err, E_IO, NULL);
	if (s->fail_after > 0)
		s->fail_after--;
	/* The reader must never ask for bytes outside of the file. */
	assert_true(offset <= s->bytes.n && n <= s->bytes.n - offset);
	memcpy(p, s->bytes.p + offset, n);
	return 0;
}

static void fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7 + (i >> 8));
}

static struct aead_key counting_key(void)
{
	struct aead_key key;

	for (size_t i = 0; i < sizeof(key.b); i++)
		key.b[i] = (uint8_t)i;
	return key;
}

/* Seals n bytes in pieces of step. */
static void seal(const struct aead_key *key, struct sv context, const uint8_t *salt,
	const uint8_t *plain, size_t n, size_t step, struct buf *out)
{
	struct aead_writer *w = NULL;

	if (salt)
		assert_int_equal(
			aead_writer_new_salted(key, context, salt, write_buf, out, &w, NULL), 0);
	else
		assert_int_equal(aead_writer_new(key, context, write_buf, out, &w, NULL), 0);
	for (size_t at = 0; at < n; at += step)
		assert_int_equal(aead_writer_add(w, plain + at, MIN(step, n - at), NULL), 0);
	assert_int_equal(aead_writer_end(w, NULL), 0);
	assert_int_equal(aead_writer_plain(w), n);
	assert_int_equal(aead_writer_sealed(w), out->n);
	assert_int_equal(aead_file_sealed_size(n), out->n);
	aead_writer_free(&w);
	assert_null(w);
}

/* Opens and reads everything in one call; 0 or the first error. */
static int open_all(
	const struct aead_key *key, struct sv context, struct sv sealed, struct buf *out)
{
	struct aead_reader *r CLEANUP(aead_reader_free) = NULL;
	struct source source = {sealed, -1};
	struct err err = {0};
	size_t got = 0;
	int rc = aead_reader_new(key, context, pread_source, &source, sealed.n, &r, &err);

	if (rc == 0) {
		uint8_t *p = buf_reserve(out, (size_t)aead_reader_size(r) + 1);

		rc = aead_reader_pread(r, p, (size_t)aead_reader_size(r) + 1, 0, &got, &err);
		if (rc == 0)
			assert_int_equal(got, aead_reader_size(r));
		buf_commit(out, rc == 0 ? got : 0);
	}
	assert_int_equal(err.code, rc);
	return rc;
}

static const struct {
	const char *label;
	const char *context;
	size_t n;
	size_t sealed_n;
	const char *digest; /* SHA-256 of the file */
} answers[] = {
	{"empty", "", 0, 72, "fa6f2af807d2038dc1e15bb9a9d3e0b6ac4901e83cc09b9f5b0f3848c782cb15"},
	{"short", "", 5, 77, "0435754fcb0c70201c69c7ac49bbf7fd4c3dbc325860cdf98c32b7b6a9f86790"},
	{"context", "object 7", 11, 83,
		"bc70a742a157f42febd17a8552888d8d3e1569a1af796c6889148e82d84682cc"},
	{"one full chunk and an empty one", "", 16384, 16472,
		"c0b42a0c119989436f3682c8811b2b369facbc1afd9e1058a9565c37bf98515a"},
	{"three full chunks and a short one", "object 7", 49252, 49372,
		"8a0770bf63acc8196f19e1e4bcb2b2f2b7a871d129b0cf4d1786a25c0efc81ca"},
};

static void test_known_answers(void **state)
{
	struct aead_key key = counting_key();
	uint8_t salt[AEAD_FILE_SALT];

	(void)state;
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)(100 + i);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct buf hex CLEANUP(buf_free) = BUF_INIT;
		uint8_t *plain CLEANUP(free_ptr) = malloc(answers[i].n + 1);
		uint8_t digest[SHA256_LEN];

		fill(plain, answers[i].n);
		seal(&key, sv_from_cstr(answers[i].context), salt, plain, answers[i].n, 1000, &out);
		assert_int_equal(out.n, answers[i].sealed_n);
		hash_sha256(out.p, out.n, digest);
		buf_add_hex(&hex, digest, sizeof(digest));
		if (strcmp(buf_cstr(&hex), answers[i].digest) != 0)
			fail_msg("%s: the file differs from the known answer", answers[i].label);
	}
}

/* Lengths around every edge, in pieces of several sizes. */
static void test_round_trip(void **state)
{
	static const size_t lengths[] = {0, 1, 15, 16, 17, 16383, 16384, 16385, 32767, 32768, 32769,
		8 * 16384, 8 * 16384 + 1, 16 * 16384, 17 * 16384, 40 * 16384 + 77};
	static const size_t steps[] = {1021, 16384, 16385, 1 << 20};
	struct aead_key key;

	(void)state;
	aead_key_new(&key);
	for (size_t i = 0; i < ARRAY_LEN(lengths) * ARRAY_LEN(steps); i++) {
		size_t n = lengths[i / ARRAY_LEN(steps)];
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct buf back CLEANUP(buf_free) = BUF_INIT;
		uint8_t *plain CLEANUP(free_ptr) = malloc(n + 1);
		uint64_t size = 0;

		fill(plain, n);
		seal(&key, SV("place"), NULL, plain, n, steps[i % ARRAY_LEN(steps)], &out);
		assert_int_equal(aead_file_plain_size(out.n, &size, NULL), 0);
		assert_int_equal(size, n);
		assert_int_equal(open_all(&key, SV("place"), buf_sv(&out), &back), 0);
		assert_int_equal(back.n, n);
		if (n > 0)
			assert_memory_equal(back.p, plain, n);
	}
}

static void test_same_content_differs(void **state)
{
	struct aead_key key = counting_key();
	struct buf a CLEANUP(buf_free) = BUF_INIT;
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	seal(&key, SV_NULL, NULL, (const uint8_t *)"same", 4, 4, &a);
	seal(&key, SV_NULL, NULL, (const uint8_t *)"same", 4, 4, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_not_equal(a.p, b.p, AEAD_FILE_SALT);
}

static const struct {
	const char *label;
	uint64_t offset;
	size_t n;
	size_t want;
} ranges[] = {
	{"start", 0, 10, 10},
	{"inside a chunk", 100, 50, 50},
	{"across an edge", 16380, 8, 8},
	{"exactly a chunk", 16384, 16384, 16384},
	{"aligned, then a part", 16384, 20000, 20000},
	{"unaligned over several", 5, 16384 * 5, 16384 * 5},
	{"more than one batch", 0, 16384 * 20, 16384 * 20},
	{"into the last chunk", 16384 * 20, 1000, 123},
	{"last byte", 16384 * 20 + 122, 10, 1},
	{"at the end", 16384 * 20 + 123, 10, 0},
	{"behind the end", UINT64_MAX, 10, 0},
	{"nothing asked", 7, 0, 0},
};

static void test_ranges(void **state)
{
	enum { N = 16384 * 20 + 123 };
	struct aead_key key = counting_key();
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	uint8_t *plain CLEANUP(free_ptr) = malloc(N);
	uint8_t *back CLEANUP(free_ptr) = malloc(N);
	struct aead_reader *r CLEANUP(aead_reader_free) = NULL;
	struct source source;

	(void)state;
	fill(plain, N);
	seal(&key, SV_NULL, NULL, plain, N, 4096, &sealed);
	source = (struct source){buf_sv(&sealed), -1};
	assert_int_equal(
		aead_reader_new(&key, SV_NULL, pread_source, &source, sealed.n, &r, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		size_t got = 99;

		assert_int_equal(
			aead_reader_pread(r, back, ranges[i].n, ranges[i].offset, &got, NULL), 0);
		if (got != ranges[i].want ||
			(got > 0 && memcmp(back, plain + ranges[i].offset, got) != 0))
			fail_msg("range: %s", ranges[i].label);
	}
}

static void test_every_cut_is_found(void **state)
{
	enum { N = 16384 * 2 + 40 };
	struct aead_key key = counting_key();
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	uint8_t *plain CLEANUP(free_ptr) = malloc(N);

	(void)state;
	fill(plain, N);
	seal(&key, SV_NULL, NULL, plain, N, N, &sealed);
	for (size_t n = 0; n < sealed.n; n += n < 200 || n > 16400 - 40 ? 1 : 97) {
		struct buf back CLEANUP(buf_free) = BUF_INIT;

		assert_int_equal(open_all(&key, SV_NULL, sv_from(sealed.p, n), &back), E_CORRUPT);
		assert_int_equal(back.n, 0);
		if (n > 16600 && n < sealed.n - 200)
			n += 311;
	}
}

static void test_every_flip_is_found(void **state)
{
	enum { N = 16384 + 40 };
	struct aead_key key = counting_key();
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	uint8_t *plain CLEANUP(free_ptr) = malloc(N);

	(void)state;
	fill(plain, N);
	seal(&key, SV_NULL, NULL, plain, N, N, &sealed);
	for (size_t i = 0; i < sealed.n; i += i < 80 || i > sealed.n - 80 ? 1 : 101) {
		struct buf back CLEANUP(buf_free) = BUF_INIT;

		sealed.p[i] ^= 0x10;
		assert_int_equal(open_all(&key, SV_NULL, buf_sv(&sealed), &back), E_CORRUPT);
		sealed.p[i] ^= 0x10;
	}
}

static void test_wrong_key_and_context(void **state)
{
	struct aead_key key = counting_key();
	struct aead_key other = counting_key();
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf back CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	other.b[31] ^= 1;
	seal(&key, SV("a"), NULL, (const uint8_t *)"secret", 6, 6, &sealed);
	assert_int_equal(open_all(&other, SV("a"), buf_sv(&sealed), &back), E_CORRUPT);
	assert_int_equal(open_all(&key, SV("b"), buf_sv(&sealed), &back), E_CORRUPT);
	assert_int_equal(open_all(&key, SV_NULL, buf_sv(&sealed), &back), E_CORRUPT);
	assert_int_equal(open_all(&key, SV("a"), buf_sv(&sealed), &back), 0);
	assert_string_equal(buf_cstr(&back), "secret");
}

static void test_key_length(void **state)
{
	uint8_t bytes[AEAD_KEY_LEN + 1] = {1, 2, 3};
	struct aead_key key = {{0}};

	(void)state;
	assert_int_equal(aead_key_from(bytes, AEAD_KEY_LEN - 1, &key, NULL), E_INVALID);
	assert_int_equal(aead_key_from(bytes, AEAD_KEY_LEN + 1, &key, NULL), E_INVALID);
	assert_int_equal(key.b[2], 0);
	assert_int_equal(aead_key_from(bytes, AEAD_KEY_LEN, &key, NULL), 0);
	assert_memory_equal(key.b, bytes, AEAD_KEY_LEN);
	aead_key_wipe(&key);
	assert_int_equal(key.b[0] | key.b[1] | key.b[2], 0);
}

static void test_limits(void **state)
{
	char long_context[257];
	struct aead_key key = counting_key();
	struct aead_writer *w CLEANUP(aead_writer_free) = NULL;
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	uint64_t size = 7;

	(void)state;
	memset(long_context, 'x', sizeof(long_context));
	assert_int_equal(aead_writer_new(&key, sv_from(long_context, sizeof(long_context)),
				 write_buf, &out, &w, NULL),
		E_INVALID);
	assert_null(w);
	assert_int_equal(aead_writer_new(&key, SV_NULL, write_buf, &out, &w, NULL), 0);
	assert_int_equal(aead_writer_add(w, "", (size_t)AEAD_FILE_MAX + 1, NULL), E_LIMIT);
	assert_int_equal(
		aead_file_plain_size(aead_file_sealed_size(AEAD_FILE_MAX), &size, NULL), 0);
	assert_int_equal(size, AEAD_FILE_MAX);
	assert_int_equal(
		aead_file_plain_size(aead_file_sealed_size(AEAD_FILE_MAX) + 1, &size, NULL),
		E_CORRUPT);
}

static void test_writer_passes_errors_on_and_stays_broken(void **state)
{
	struct aead_key key = counting_key();
	struct aead_writer *w CLEANUP(aead_writer_free) = NULL;
	struct buf full CLEANUP(buf_free) = BUF_INIT;
	uint8_t *plain CLEANUP(free_ptr) = calloc(1, 1 << 20);

	(void)state;
	buf_init(&full, 1000);
	assert_int_equal(aead_writer_new(&key, SV_NULL, write_buf, &full, &w, NULL), 0);
	assert_int_equal(aead_writer_add(w, plain, 1 << 20, NULL), E_NO_SPACE);
	assert_int_equal(aead_writer_add(w, plain, 1, NULL), E_INTERNAL);
	assert_int_equal(aead_writer_end(w, NULL), E_INTERNAL);
	aead_writer_free(&w);

	assert_int_equal(aead_writer_new(&key, SV_NULL, write_buf, &full, &w, NULL), 0);
	assert_int_equal(aead_writer_add(w, plain, 2000, NULL), 0);
	assert_int_equal(aead_writer_end(w, NULL), E_NO_SPACE);
}

static void test_ended_writer_takes_nothing(void **state)
{
	struct aead_key key = counting_key();
	struct aead_writer *w CLEANUP(aead_writer_free) = NULL;
	struct buf out CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	assert_int_equal(aead_writer_new(&key, SV_NULL, write_buf, &out, &w, NULL), 0);
	assert_int_equal(aead_writer_end(w, NULL), 0);
	assert_int_equal(aead_writer_add(w, "x", 1, NULL), E_INTERNAL);
	assert_int_equal(aead_writer_end(w, NULL), E_INTERNAL);
	assert_int_equal(out.n, aead_file_sealed_size(0));
}

/* A read error at any call is passed on, and the reader works again once storage does. */
static void test_reader_passes_errors_on(void **state)
{
	enum { N = 16384 * 40 };
	struct aead_key key = counting_key();
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	uint8_t *plain CLEANUP(free_ptr) = malloc(N);
	uint8_t *back CLEANUP(free_ptr) = malloc(N);
	int failures = 0;

	(void)state;
	fill(plain, N);
	seal(&key, SV_NULL, NULL, plain, N, N, &sealed);
	for (int calls = 0; calls < 8; calls++) {
		struct aead_reader *r CLEANUP(aead_reader_free) = NULL;
		struct source source = {buf_sv(&sealed), calls};
		size_t got = 0;
		int rc = aead_reader_new(&key, SV_NULL, pread_source, &source, sealed.n, &r, NULL);

		if (rc == 0) {
			rc = aead_reader_pread(r, back, N, 3, &got, NULL);
			source.fail_after = -1;
			assert_int_equal(aead_reader_pread(r, back, N, 3, &got, NULL), 0);
			assert_memory_equal(back, plain + 3, N - 3);
		}
		failures += rc == E_IO;
		assert_true(rc == 0 || rc == E_IO);
	}
	assert_true(failures >= 4 && failures < 8);
}

/* What a vector of the corpus expects of us. */
struct vector {
	int id;
	struct buf key, context, sealed;
	bool valid;
	uint64_t length;
	const char *sha512;
};

static void hex_to_buf(const char *hex, struct buf *out)
{
	struct sv text = sv_from_cstr(hex);
	size_t n = 0;
	void *p = buf_reserve(out, text.n / 2 + 1);

	assert_int_equal(hex_decode(text, p, text.n / 2 + 1, &n), 0);
	buf_commit(out, n);
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	return json_object_object_get_ex(o, key, &v) ? json_object_get_string(v) : "";
}

/* Ciphertexts of the corpus are compressed with zlib. */
static void inflate_to_buf(const struct buf *in, struct buf *out)
{
	enum { MAX_LEN = 8 << 20 };
	uLongf n = MAX_LEN;

	assert_int_equal(
		uncompress(buf_reserve(out, MAX_LEN), &n, (const Bytef *)in->p, in->n), Z_OK);
	buf_commit(out, n);
}

static int vector_open(const struct vector *v, struct buf *back)
{
	struct aead_key key;
	int rc = aead_key_from(v->key.p, v->key.n, &key, NULL);

	return rc < 0 ? rc : open_all(&key, buf_sv(&v->context), buf_sv(&v->sealed), back);
}

static void vector_check(const struct vector *v)
{
	struct buf back CLEANUP(buf_free) = BUF_INIT;
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA512_DIGEST_LENGTH];
	int rc = vector_open(v, &back);

	if ((rc == 0) != v->valid)
		fail_msg("vector %d: gave %s", v->id, rc == 0 ? "success" : err_name(rc));
	if (!v->valid)
		return;
	SHA512((const uint8_t *)back.p, back.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	assert_int_equal(back.n, v->length);
	assert_string_equal(buf_cstr(&hex), v->sha512);
}

static void vector_run(struct json_object *test)
{
	struct buf packed CLEANUP(buf_free) = BUF_INIT;
	struct vector v = {.id = atoi(text_of(test, "tcId"))};

	hex_to_buf(text_of(test, "key"), &v.key);
	hex_to_buf(text_of(test, "ctx"), &v.context);
	hex_to_buf(text_of(test, "ct"), &packed);
	inflate_to_buf(&packed, &v.sealed);
	v.valid = strcmp(text_of(test, "result"), "valid") == 0;
	v.length = strtoull(text_of(test, "msgLength"), NULL, 10);
	v.sha512 = text_of(test, "msgSha512");
	vector_check(&v);
	buf_free(&v.key);
	buf_free(&v.context);
	buf_free(&v.sealed);
}

static void test_wycheproof(void **state)
{
	static const char name[] = "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json";
	struct json_object *root, *groups = NULL, *tests = NULL;
	char path[4096];

	(void)state;
	if (!corpus_path(name, path))
		skip();
	root = json_object_from_file(path);
	assert_non_null(root);
	assert_true(json_object_object_get_ex(root, "testGroups", &groups));
	assert_true(
		json_object_object_get_ex(json_object_array_get_idx(groups, 0), "tests", &tests));
	assert_int_equal(json_object_array_length(tests), 35);
	for (size_t i = 0; i < json_object_array_length(tests); i++)
		vector_run(json_object_array_get_idx(tests, i));
	json_object_put(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_content_differs),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_every_cut_is_found),
		cmocka_unit_test(test_every_flip_is_found),
		cmocka_unit_test(test_wrong_key_and_context),
		cmocka_unit_test(test_key_length),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_writer_passes_errors_on_and_stays_broken),
		cmocka_unit_test(test_ended_writer_takes_nothing),
		cmocka_unit_test(test_reader_passes_errors_on),
		cmocka_unit_test(test_wycheproof),
	};

	seal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
