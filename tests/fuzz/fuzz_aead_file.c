/*
 * The vault's file format. With an even first byte the rest is a stored file: it opens wholly or is
 * E_CORRUPT. With an odd one the rest is content: it comes back, and with any one byte of its
 * stored form changed, or the form cut, nothing does.
 */
#include "fuzz/fuzz.h"
#include "base/buf.h"
#include "seal/aead_file.h"

#include <stdlib.h>
#include <string.h>

static int write_buf(void *ctx, const void *p, size_t n, struct err *err)
{
	struct buf *out = ctx;

	buf_add(out, p, n);
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

static int pread_sv(void *ctx, void *p, size_t n, uint64_t offset, struct err *err)
{
	const struct sv *bytes = ctx;

	(void)err;
	FUZZ_ASSERT(offset <= bytes->n && n <= bytes->n - offset);
	memcpy(p, bytes->p + offset, n);
	return 0;
}

/* The key and salt of the known answers in tests/unit/seal/test_aead_file.c. */
static struct aead_key counting_key(void)
{
	struct aead_key key;

	for (size_t i = 0; i < sizeof(key.b); i++)
		key.b[i] = (uint8_t)i;
	return key;
}

/* Reads in uneven steps; 0 or the error. */
static int open_all(struct sv sealed, struct buf *out)
{
	struct aead_reader *r CLEANUP(aead_reader_free) = NULL;
	struct aead_key key = counting_key();
	uint8_t step[5000];
	size_t got = 0;
	int rc = aead_reader_new(&key, SV_NULL, pread_sv, &sealed, sealed.n, &r, NULL);

	while (rc == 0) {
		rc = aead_reader_pread(r, step, sizeof(step), out->n, &got, NULL);
		if (rc < 0 || got == 0)
			break;
		buf_add(out, step, got);
	}
	if (rc == 0)
		FUZZ_ASSERT(out->n == aead_reader_size(r));
	return rc;
}

static void seal(const uint8_t *p, size_t n, struct buf *out)
{
	struct aead_writer *w CLEANUP(aead_writer_free) = NULL;
	struct aead_key key = counting_key();
	const uint8_t salt[AEAD_FILE_SALT] = {1};

	FUZZ_ASSERT(aead_writer_new_salted(&key, SV_NULL, salt, write_buf, out, &w, NULL) == 0);
	FUZZ_ASSERT(aead_writer_add(w, p, n, NULL) == 0);
	FUZZ_ASSERT(aead_writer_end(w, NULL) == 0);
	FUZZ_ASSERT(out->n == aead_file_sealed_size(n));
}

static void check_content(const uint8_t *p, size_t n)
{
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf back CLEANUP(buf_free) = BUF_INIT;
	struct buf none CLEANUP(buf_free) = BUF_INIT;
	size_t at;

	seal(p, n, &sealed);
	FUZZ_ASSERT(open_all(buf_sv(&sealed), &back) == 0);
	FUZZ_ASSERT(back.n == n && (n == 0 || memcmp(back.p, p, n) == 0));
	at = n > 0 ? (size_t)(p[0] * 257 + p[n - 1]) % sealed.n : 0;
	FUZZ_ASSERT(open_all(sv_from(sealed.p, at), &none) == E_CORRUPT);
	sealed.p[at] ^= 1;
	buf_reset(&none);
	FUZZ_ASSERT(open_all(buf_sv(&sealed), &none) == E_CORRUPT);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf back CLEANUP(buf_free) = BUF_INIT;
	int rc;

	if (n == 0)
		return 0;
	if (p[0] & 1) {
		check_content(p + 1, n - 1);
		return 0;
	}
	rc = open_all(sv_from((const char *)p + 1, n - 1), &back);
	FUZZ_ASSERT(rc == 0 || rc == E_CORRUPT);
	return 0;
}
