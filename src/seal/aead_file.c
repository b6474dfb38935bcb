/*
 * Chunked authenticated encryption (see the header). One cipher context per direction is keyed
 * once; each chunk only sets a new nonce, which is the base nonce XOR the chunk's number.
 * Ciphertext moves in batches of several chunks, because a system call per 16 KiB would cost more
 * than the cipher.
 */
#include "seal/aead_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#define COMMITMENT_LEN 32
#define NONCE_LEN 12
#define CONTEXT_MAX 256
#define HASH_LEN 64 /* SHA-512 */
#define SEALED_CHUNK (AEAD_FILE_CHUNK + AEAD_FILE_TAG)
/* Chunks per callback. */
#define WRITE_BATCH 8
#define READ_BATCH 16

static const char info_prefix[] = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";

/* What HKDF-Expand gives for one file. */
struct file_secrets {
	uint8_t key[AEAD_KEY_LEN];
	uint8_t nonce[NONCE_LEN];
	uint8_t commitment[COMMITMENT_LEN];
};

struct aead_writer {
	EVP_CIPHER_CTX *cipher;
	aead_write_fn write;
	void *ctx;
	uint8_t nonce[NONCE_LEN];
	uint64_t chunk;  /* number of the one being filled */
	uint64_t plain;  /* bytes taken */
	uint64_t sealed; /* bytes handed to write */
	bool broken;     /* failed or ended: nothing more may follow */
	size_t filled;   /* of chunk_plain */
	size_t ready;    /* of out */
	uint8_t chunk_plain[AEAD_FILE_CHUNK];
	uint8_t out[WRITE_BATCH * SEALED_CHUNK];
};

struct aead_reader {
	EVP_CIPHER_CTX *cipher;
	aead_pread_fn pread;
	void *ctx;
	uint8_t nonce[NONCE_LEN];
	uint64_t sealed;
	uint64_t plain;
	uint64_t last;   /* number of the final, short chunk */
	uint64_t cached; /* number of the chunk in cache, or UINT64_MAX */
	uint8_t cache[AEAD_FILE_CHUNK];
	uint8_t in[READ_BATCH * SEALED_CHUNK];
};

void aead_key_new(struct aead_key *ret_key)
{
	randombytes_buf(ret_key->b, sizeof(ret_key->b));
}

int aead_key_from(const void *p, size_t n, struct aead_key *ret_key, struct err *err)
{
	if (n != sizeof(ret_key->b))
		return err_set(err, E_INVALID, "A file key has %d bytes.", AEAD_KEY_LEN);
	memcpy(ret_key->b, p, n);
	return 0;
}

void aead_key_wipe(struct aead_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

uint64_t aead_file_sealed_size(uint64_t n)
{
	assert(n <= AEAD_FILE_MAX);
	return AEAD_FILE_HEADER + n + (n / AEAD_FILE_CHUNK + 1) * AEAD_FILE_TAG;
}

int aead_file_plain_size(uint64_t n, uint64_t *ret_size, struct err *err)
{
	uint64_t body, tail, plain;

	if (n < AEAD_FILE_HEADER)
		return err_set(err, E_CORRUPT, "The stored file ends inside its header.");
	body = n - AEAD_FILE_HEADER;
	tail = body % SEALED_CHUNK;
	if (tail < AEAD_FILE_TAG)
		return err_set(
			err, E_CORRUPT, "The stored file's length is impossible; it was cut.");
	plain = body / SEALED_CHUNK * AEAD_FILE_CHUNK + tail - AEAD_FILE_TAG;
	if (plain > AEAD_FILE_MAX)
		return err_set(err, E_CORRUPT, "The stored file is longer than any can be.");
	*ret_size = plain;
	return 0;
}

/* RFC 5869 section 2.3 with two rounds of SHA-512: 76 bytes are needed. */
static int secrets_derive(const struct aead_key *key, const uint8_t salt[AEAD_FILE_SALT],
	struct sv context, struct file_secrets *ret, struct err *err)
{
	uint8_t text[HASH_LEN + sizeof(info_prefix) + AEAD_FILE_SALT + CONTEXT_MAX + 1];
	uint8_t okm[2 * HASH_LEN];
	uint8_t *info = text + HASH_LEN;
	size_t n = 0;
	int rc = 0;

	if (context.n > CONTEXT_MAX)
		return err_set(err, E_INVALID, "The context of an encrypted file is too long.");
	memcpy(info, info_prefix, sizeof(info_prefix)); /* its NUL ends the cipher's name */
	n += sizeof(info_prefix);
	memcpy(info + n, salt, AEAD_FILE_SALT);
	n += AEAD_FILE_SALT;
	if (context.n > 0)
		memcpy(info + n, context.p, context.n);
	n += context.n;

	info[n] = 1;
	if (!HMAC(EVP_sha512(), key->b, AEAD_KEY_LEN, info, n + 1, okm, NULL))
		rc = E_INTERNAL;
	memcpy(text, okm, HASH_LEN);
	info[n] = 2;
	if (!HMAC(EVP_sha512(), key->b, AEAD_KEY_LEN, text, HASH_LEN + n + 1, okm + HASH_LEN, NULL))
		rc = E_INTERNAL;
	memcpy(ret->key, okm, AEAD_KEY_LEN);
	memcpy(ret->nonce, okm + AEAD_KEY_LEN, NONCE_LEN);
	memcpy(ret->commitment, okm + AEAD_KEY_LEN + NONCE_LEN, COMMITMENT_LEN);
	OPENSSL_cleanse(okm, sizeof(okm));
	OPENSSL_cleanse(text, sizeof(text));
	return rc ? err_set(err, rc, "The cryptographic library failed.") : 0;
}

static int cipher_new(
	const struct file_secrets *secrets, bool encrypt, EVP_CIPHER_CTX **ret, struct err *err)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

	if (!cipher)
		return err_set(err, E_NO_MEMORY, NULL);
	if (EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, secrets->key, NULL, encrypt) != 1) {
		EVP_CIPHER_CTX_free(cipher);
		return err_set(err, E_INTERNAL, "The cryptographic library failed.");
	}
	*ret = cipher;
	return 0;
}

static void chunk_nonce(const uint8_t base[NONCE_LEN], uint64_t chunk, uint8_t ret[NONCE_LEN])
{
	memcpy(ret, base, NONCE_LEN);
	for (int i = NONCE_LEN - 1; chunk; i--, chunk >>= 8)
		ret[i] ^= (uint8_t)chunk;
}

static bool chunk_seal(EVP_CIPHER_CTX *cipher, const uint8_t base[NONCE_LEN], uint64_t chunk,
	const uint8_t *plain, size_t n, uint8_t *out)
{
	uint8_t nonce[NONCE_LEN];
	int done = 0;

	chunk_nonce(base, chunk, nonce);
	return EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, nonce) == 1 &&
	       EVP_EncryptUpdate(cipher, out, &done, plain, (int)n) == 1 &&
	       EVP_EncryptFinal_ex(cipher, out + done, &done) == 1 &&
	       EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, AEAD_FILE_TAG, out + n) == 1;
}

/* n counts the plaintext; the tag follows it in sealed. Wipes out again when the tag is wrong. */
static bool chunk_open(EVP_CIPHER_CTX *cipher, const uint8_t base[NONCE_LEN], uint64_t chunk,
	const uint8_t *sealed, size_t n, uint8_t *out)
{
	uint8_t nonce[NONCE_LEN];
	uint8_t tag[AEAD_FILE_TAG];
	int done = 0;

	chunk_nonce(base, chunk, nonce);
	memcpy(tag, sealed + n, AEAD_FILE_TAG);
	if (EVP_DecryptInit_ex(cipher, NULL, NULL, NULL, nonce) == 1 &&
		EVP_DecryptUpdate(cipher, out, &done, sealed, (int)n) == 1 &&
		EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, AEAD_FILE_TAG, tag) == 1 &&
		EVP_DecryptFinal_ex(cipher, out + done, &done) == 1)
		return true;
	OPENSSL_cleanse(out, n);
	return false;
}

static int writer_flush(struct aead_writer *w, struct err *err)
{
	int rc;

	if (w->ready == 0)
		return 0;
	rc = w->write(w->ctx, w->out, w->ready, err);
	w->sealed += w->ready;
	w->ready = 0;
	return rc;
}

/* Encrypts one chunk into out and passes the batch on when it is full. */
static int writer_chunk(struct aead_writer *w, const uint8_t *plain, size_t n, struct err *err)
{
	if (w->ready + SEALED_CHUNK > sizeof(w->out)) {
		int rc = writer_flush(w, err);

		if (rc < 0)
			return rc;
	}
	if (!chunk_seal(w->cipher, w->nonce, w->chunk, plain, n, w->out + w->ready))
		return err_set(err, E_INTERNAL, "The cryptographic library failed.");
	w->ready += n + AEAD_FILE_TAG;
	w->chunk++;
	return 0;
}

int aead_writer_new(const struct aead_key *key, struct sv context, aead_write_fn write, void *ctx,
	struct aead_writer **ret_writer, struct err *err)
{
	uint8_t salt[AEAD_FILE_SALT];

	randombytes_buf(salt, sizeof(salt));
	return aead_writer_new_salted(key, context, salt, write, ctx, ret_writer, err);
}

int aead_writer_new_salted(const struct aead_key *key, struct sv context,
	const uint8_t salt[AEAD_FILE_SALT], aead_write_fn write, void *ctx,
	struct aead_writer **ret_writer, struct err *err)
{
	struct aead_writer *w CLEANUP(aead_writer_free) = calloc(1, sizeof(*w));
	struct file_secrets secrets = {0};
	int rc;

	if (!w)
		return err_set(err, E_NO_MEMORY, NULL);
	w->write = write;
	w->ctx = ctx;
	rc = secrets_derive(key, salt, context, &secrets, err);
	if (rc == 0)
		rc = cipher_new(&secrets, true, &w->cipher, err);
	if (rc == 0) {
		memcpy(w->nonce, secrets.nonce, NONCE_LEN);
		memcpy(w->out, salt, AEAD_FILE_SALT);
		memcpy(w->out + AEAD_FILE_SALT, secrets.commitment, COMMITMENT_LEN);
		w->ready = AEAD_FILE_HEADER;
		*ret_writer = TAKE(w);
	}
	OPENSSL_cleanse(&secrets, sizeof(secrets));
	return rc;
}

void aead_writer_free(struct aead_writer **w)
{
	if (!*w)
		return;
	EVP_CIPHER_CTX_free((*w)->cipher);
	OPENSSL_cleanse(*w, sizeof(**w));
	free(*w);
	*w = NULL;
}

static int writer_take(struct aead_writer *w, const uint8_t *p, size_t n, struct err *err)
{
	while (n > 0) {
		size_t part = MIN(n, AEAD_FILE_CHUNK - w->filled);
		int rc = 0;

		if (w->filled == 0 && part == AEAD_FILE_CHUNK) {
			rc = writer_chunk(w, p, part, err);
		} else {
			memcpy(w->chunk_plain + w->filled, p, part);
			w->filled += part;
			if (w->filled == AEAD_FILE_CHUNK) {
				rc = writer_chunk(w, w->chunk_plain, AEAD_FILE_CHUNK, err);
				w->filled = 0;
			}
		}
		if (rc < 0)
			return rc;
		p += part;
		n -= part;
	}
	return 0;
}

int aead_writer_add(struct aead_writer *w, const void *p, size_t n, struct err *err)
{
	int rc;

	if (w->broken)
		return err_set(err, E_INTERNAL, "The encrypted file is ended or failed before.");
	if (n > AEAD_FILE_MAX - w->plain)
		return err_set(err, E_LIMIT, "The file is too long to encrypt.");
	rc = writer_take(w, p, n, err);
	w->plain += n;
	w->broken = rc < 0;
	return rc;
}

int aead_writer_end(struct aead_writer *w, struct err *err)
{
	int rc;

	if (w->broken)
		return err_set(err, E_INTERNAL, "The encrypted file is ended or failed before.");
	w->broken = true;
	rc = writer_chunk(w, w->chunk_plain, w->filled, err);
	return rc < 0 ? rc : writer_flush(w, err);
}

uint64_t aead_writer_plain(const struct aead_writer *w)
{
	return w->plain;
}

uint64_t aead_writer_sealed(const struct aead_writer *w)
{
	return w->sealed;
}

/* Plaintext bytes of a chunk. */
static size_t reader_chunk_len(const struct aead_reader *r, uint64_t chunk)
{
	return chunk < r->last ? AEAD_FILE_CHUNK : (size_t)(r->plain % AEAD_FILE_CHUNK);
}

/* Reads count chunks from first on as ciphertext into r->in. */
static int reader_fetch(struct aead_reader *r, uint64_t first, size_t count, struct err *err)
{
	size_t n =
		(count - 1) * SEALED_CHUNK + reader_chunk_len(r, first + count - 1) + AEAD_FILE_TAG;

	return r->pread(r->ctx, r->in, n, AEAD_FILE_HEADER + first * SEALED_CHUNK, err);
}

static int reader_open_chunk(
	struct aead_reader *r, uint64_t chunk, const uint8_t *sealed, uint8_t *out, struct err *err)
{
	if (chunk_open(r->cipher, r->nonce, chunk, sealed, reader_chunk_len(r, chunk), out))
		return 0;
	return err_set(err, E_CORRUPT, "Chunk %llu of the stored file was changed.",
		(unsigned long long)chunk);
}

static int reader_cache(struct aead_reader *r, uint64_t chunk, struct err *err)
{
	int rc;

	if (r->cached == chunk)
		return 0;
	r->cached = UINT64_MAX;
	rc = reader_fetch(r, chunk, 1, err);
	if (rc == 0)
		rc = reader_open_chunk(r, chunk, r->in, r->cache, err);
	if (rc == 0)
		r->cached = chunk;
	return rc;
}

static int reader_open(
	struct aead_reader *r, const struct aead_key *key, struct sv context, struct err *err)
{
	struct file_secrets secrets = {0};
	uint8_t header[AEAD_FILE_HEADER];
	int rc = aead_file_plain_size(r->sealed, &r->plain, err);

	if (rc < 0)
		return rc;
	r->last = r->plain / AEAD_FILE_CHUNK;
	r->cached = UINT64_MAX;
	rc = r->pread(r->ctx, header, sizeof(header), 0, err);
	if (rc < 0)
		return rc;
	rc = secrets_derive(key, header, context, &secrets, err);
	if (rc == 0 &&
		CRYPTO_memcmp(secrets.commitment, header + AEAD_FILE_SALT, COMMITMENT_LEN) != 0)
		rc = err_set(err, E_CORRUPT, "The stored file does not belong to its key.");
	if (rc == 0)
		rc = cipher_new(&secrets, false, &r->cipher, err);
	memcpy(r->nonce, secrets.nonce, NONCE_LEN);
	OPENSSL_cleanse(&secrets, sizeof(secrets));
	return rc < 0 ? rc : reader_cache(r, r->last, err);
}

int aead_reader_new(const struct aead_key *key, struct sv context, aead_pread_fn pread, void *ctx,
	uint64_t sealed_size, struct aead_reader **ret_reader, struct err *err)
{
	struct aead_reader *r CLEANUP(aead_reader_free) = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return err_set(err, E_NO_MEMORY, NULL);
	r->pread = pread;
	r->ctx = ctx;
	r->sealed = sealed_size;
	rc = reader_open(r, key, context, err);
	if (rc == 0)
		*ret_reader = TAKE(r);
	return rc;
}

void aead_reader_free(struct aead_reader **r)
{
	if (!*r)
		return;
	EVP_CIPHER_CTX_free((*r)->cipher);
	OPENSSL_cleanse(*r, sizeof(**r));
	free(*r);
	*r = NULL;
}

uint64_t aead_reader_size(const struct aead_reader *r)
{
	return r->plain;
}

/* Whole chunks go straight to their place; returns how many bytes, 0 when the range has none. */
static int reader_bulk(
	struct aead_reader *r, uint8_t *p, size_t n, uint64_t chunk, size_t *ret_n, struct err *err)
{
	uint64_t whole = MIN((uint64_t)(n / AEAD_FILE_CHUNK), r->last - chunk);
	size_t count = (size_t)MIN(whole, (uint64_t)READ_BATCH);
	int rc;

	*ret_n = 0;
	if (count == 0)
		return 0;
	rc = reader_fetch(r, chunk, count, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = reader_open_chunk(
			r, chunk + i, r->in + i * SEALED_CHUNK, p + i * AEAD_FILE_CHUNK, err);
	if (rc == 0)
		*ret_n = count * AEAD_FILE_CHUNK;
	return rc;
}

/* The part of one chunk that the range covers, by way of the cache. */
static int reader_part(struct aead_reader *r, uint8_t *p, size_t n, uint64_t offset, size_t *ret_n,
	struct err *err)
{
	uint64_t chunk = offset / AEAD_FILE_CHUNK;
	size_t skip = (size_t)(offset % AEAD_FILE_CHUNK);
	int rc = reader_cache(r, chunk, err);

	if (rc < 0)
		return rc;
	*ret_n = MIN(n, reader_chunk_len(r, chunk) - skip);
	memcpy(p, r->cache + skip, *ret_n);
	return 0;
}

int aead_reader_pread(
	struct aead_reader *r, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err)
{
	uint8_t *out = p;
	size_t done = 0;

	if (offset >= r->plain) {
		*ret_n = 0;
		return 0;
	}
	n = (size_t)MIN((uint64_t)n, r->plain - offset);
	while (done < n) {
		uint64_t at = offset + done;
		size_t got = 0;
		int rc = 0;

		if (at % AEAD_FILE_CHUNK == 0)
			rc = reader_bulk(r, out + done, n - done, at / AEAD_FILE_CHUNK, &got, err);
		if (rc == 0 && got == 0)
			rc = reader_part(r, out + done, n - done, at, &got, err);
		if (rc < 0) {
			OPENSSL_cleanse(p, n);
			return rc;
		}
		done += got;
	}
	*ret_n = n;
	return 0;
}
