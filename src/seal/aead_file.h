#ifndef SEAL_AEAD_FILE_H
#define SEAL_AEAD_FILE_H
/*
 * The format of every file in the vault: chunked authenticated encryption after
 * https://c2sp.org/chunked-encryption, with AES-256-GCM and HKDF-Expand over SHA-512 (the
 * instantiation of Wycheproof's Cobblestone-256 vectors).
 *
 *	salt[24] commitment[32] { chunk, tag[16] }...
 *
 * Every chunk holds 16 KiB of plaintext but the last, which is always shorter and may be empty. So
 * any range can be read alone, and truncation, reordering, added or changed bytes, a wrong key and
 * a wrong context are all E_CORRUPT. A key serves one file only.
 *
 * This module does no I/O of its own: ciphertext leaves and enters through callbacks.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define AEAD_KEY_LEN 32
#define AEAD_FILE_HEADER 56
#define AEAD_FILE_CHUNK 16384
#define AEAD_FILE_TAG 16
#define AEAD_FILE_SALT 24
/* Longest plaintext: a bound of ours (64 TiB), far below the format's 2^38 chunks. */
#define AEAD_FILE_MAX (UINT64_C(1) << 46)

/* The secret of one file. Wiped by its owner. */
struct aead_key {
	uint8_t b[AEAD_KEY_LEN];
};

/* A fresh random key. Aborts when the kernel has no randomness. */
void aead_key_new(struct aead_key *ret_key);
/* E_INVALID unless n is AEAD_KEY_LEN. */
MUST_CHECK int aead_key_from(const void *p, size_t n, struct aead_key *ret_key, struct err *err);
/* Also the CLEANUP function. */
void aead_key_wipe(struct aead_key *key);

/* Length of the file for a plaintext of n <= AEAD_FILE_MAX bytes. */
uint64_t aead_file_sealed_size(uint64_t n);
/* Length of the plaintext in a file of n bytes; E_CORRUPT when no file can have that length. */
MUST_CHECK int aead_file_plain_size(uint64_t n, uint64_t *ret_size, struct err *err);

/* Takes the next n bytes of ciphertext. 0 or an error, which the writer passes on. */
typedef int (*aead_write_fn)(void *ctx, const void *p, size_t n, struct err *err);
/* Reads exactly n bytes at an offset that lies within the file. May block. */
typedef int (*aead_pread_fn)(void *ctx, void *p, size_t n, uint64_t offset, struct err *err);

/*
 * Encrypts a stream of any length in constant memory (about 130 kB). Nothing is complete before
 * aead_writer_end() has returned 0; after an error the writer only repeats E_INTERNAL.
 * context binds the file to its place (its id); the same bytes are needed to read it.
 */
struct aead_writer;

MUST_CHECK int aead_writer_new(const struct aead_key *key, struct sv context, aead_write_fn write,
	void *ctx, struct aead_writer **ret_writer, struct err *err);
/* The same with the salt as a parameter, for known answers; a salt must never repeat for a key. */
MUST_CHECK int aead_writer_new_salted(const struct aead_key *key, struct sv context,
	const uint8_t salt[AEAD_FILE_SALT], aead_write_fn write, void *ctx,
	struct aead_writer **ret_writer, struct err *err);
void aead_writer_free(struct aead_writer **w); /* also the CLEANUP function */
MUST_CHECK int aead_writer_add(struct aead_writer *w, const void *p, size_t n, struct err *err);
MUST_CHECK int aead_writer_end(struct aead_writer *w, struct err *err);
uint64_t aead_writer_plain(const struct aead_writer *w);  /* bytes added */
uint64_t aead_writer_sealed(const struct aead_writer *w); /* bytes given to the callback */

/*
 * Random access. Opening checks the commitment and decrypts the last chunk, so the plaintext's
 * length is authentic from the start. One reader is for one thread; memory is about 280 kB.
 */
struct aead_reader;

MUST_CHECK int aead_reader_new(const struct aead_key *key, struct sv context, aead_pread_fn pread,
	void *ctx, uint64_t sealed_size, struct aead_reader **ret_reader, struct err *err);
void aead_reader_free(struct aead_reader **r);          /* also the CLEANUP function */
uint64_t aead_reader_size(const struct aead_reader *r); /* of the plaintext */
/* Reads up to n bytes at offset; fewer only at the end, 0 at or behind it. On error nothing of p is
 * valid; bytes that fail their check are never handed out. */
MUST_CHECK int aead_reader_pread(
	struct aead_reader *r, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err);

#endif
