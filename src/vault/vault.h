#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H
/*
 * The vault: immutable encrypted objects. Everything bulky (upload parts, files, datasets, results,
 * exports) is one object with a random id and a key of its own, in the format of seal/aead_file.h
 * with the id as context.
 *
 * An object is complete on stable storage when vault_commit() returns; what the caller then has
 * to store in the same transaction as its own facts is struct vault_object, whose wrapped key is
 *the only way to the content. The vault itself knows no database. Hence the order of things:
 *
 *	create:  vault_create, vault_write.., vault_commit, then COMMIT of the row.
 *	         A crash in between leaves an object without a row: vault_list + the sweep.
 *	delete:  COMMIT that the row's wrapped key is gone (this destroys the content), then
 *	         vault_remove. A crash in between: the sweep again.
 *
 * A vault opened without a private key can store and cannot read. All calls block on storage. One
 * struct vault may be shared by threads; writers and readers belong to one thread each.
 *
 * Errors: E_NO_SPACE, E_IO, E_NOT_FOUND (no such object), E_CORRUPT (short, changed or exchanged
 * bytes, wrong key), E_CONFIG (keys, folder), E_NO_MEMORY.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"
#include "seal/aead_file.h"
#include "seal/envelope.h"

#define VAULT_WRAPPED_LEN ENVELOPE_WRAPPED_LEN
#define VAULT_KEY_ID_LEN ENVELOPE_ID_LEN
#define VAULT_HASH_LEN 32

/* What the database keeps of an object. */
struct vault_object {
	struct uuid id;                     /* version 4: random, it tells nothing */
	uint8_t wrapped[VAULT_WRAPPED_LEN]; /* its key, sealed to the vault's public key */
	uint64_t size;                      /* of the plaintext */
	uint64_t stored_size;               /* of the file; set by vault_commit, never read */
	uint8_t sha256[VAULT_HASH_LEN];     /* of the plaintext */
};

/* Where a bucket is; all texts are settings vault.s3_*. */
struct vault_s3 {
	const char *endpoint, *bucket, *region;
	const char *credentials_file; /* unless there is the systemd credential "vault-s3" */
	const char *ca_file;          /* "" or NULL: the system's certificates */
	unsigned page;     /* names in one answer of a listing; 0: 100 */
	unsigned pause_ms; /* before a second try, doubled before each further one; 0: 100 */
};

struct vault_config {
	const char *kind;     /* vault.kind: "folder" (also NULL) or "s3" */
	const char *location; /* vault.dir: an existing folder; with s3 for files without a name */
	const char *public_key_file;  /* vault.public_key_file; NULL: nothing can be stored */
	const char *private_key_file; /* vault.private_key_file; NULL: nothing can be read */
	struct vault_s3 s3;
};

struct conf;
/* The place that the settings name, without keys. */
struct vault_config vault_config_of(const struct conf *conf);

struct vault;
struct vault_writer;
struct vault_reader;

/*
 * The private key file (0400 or 0600, or the systemd credential "vault-key") holds one key per
 * line, the newest first; older ones still open what was wrapped for them.
 */
MUST_CHECK int vault_open(
	const struct vault_config *config, struct vault **ret_vault, struct err *err);
void vault_close(struct vault **v); /* also the CLEANUP function */

/* Storing. Freeing a writer that was not committed leaves nothing. */
MUST_CHECK int vault_create(struct vault *v, struct vault_writer **ret_writer, struct err *err);
MUST_CHECK int vault_write(struct vault_writer *w, const void *p, size_t n, struct err *err);
/* Ends the content, which nothing can be added to any more: *ret_object is what vault_commit() will
 * give, but nothing is durable, and the object cannot be found by its id. */
MUST_CHECK int vault_end(struct vault_writer *w, struct vault_object *ret_object, struct err *err);
/* Flushes file and folder to stable storage, ending the content first unless vault_end() did. After
 * it only vault_writer_free() is allowed. */
MUST_CHECK int vault_commit(
	struct vault_writer *w, struct vault_object *ret_object, struct err *err);
void vault_writer_free(struct vault_writer **w);          /* also the CLEANUP function */
uint64_t vault_writer_size(const struct vault_writer *w); /* plaintext bytes so far */

/* Reading. Opening proves key and length, each read proves its bytes; the hash is proven only by
 * vault_check(). object->size must agree. */
MUST_CHECK int vault_read(struct vault *v, const struct vault_object *object,
	struct vault_reader **ret_reader, struct err *err);
void vault_reader_free(struct vault_reader **r); /* also the CLEANUP function */
uint64_t vault_reader_size(const struct vault_reader *r);
/* Up to n bytes at offset, fewer only at the end, 0 behind it. */
MUST_CHECK int vault_pread(
	struct vault_reader *r, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err);
/* The whole plaintext appended to out, whose limit bounds it (E_LIMIT). */
MUST_CHECK int vault_read_all(
	struct vault *v, const struct vault_object *object, struct buf *out, struct err *err);

/*
 * A loan gives one object, and nothing else of the vault, to another process: a read-only
 * descriptor of the ciphertext, that object's key, and what a reader needs.
 */
struct vault_loan {
	struct uuid id;
	struct aead_key key;
	uint64_t sealed_size;
	int fd; /* owned; -1: none */
};

MUST_CHECK int vault_lend(struct vault *v, const struct vault_object *object,
	struct vault_loan *ret_loan, struct err *err);
/* The same of an object that is ended and not committed, so that another process can begin with it
 * while storage is waited for. The loan outlives the writer. E_INTERNAL before and after that. */
MUST_CHECK int vault_lend_ended(
	const struct vault_writer *w, struct vault_loan *ret_loan, struct err *err);
void vault_loan_end(struct vault_loan *loan); /* closes and wipes; also the CLEANUP function */
/* Needs no vault. The reader borrows loan->fd, which must outlive it. */
MUST_CHECK int vault_read_loan(
	const struct vault_loan *loan, struct vault_reader **ret_reader, struct err *err);

/*
 * Sealing: what the database has to keep of a file's content (a proposal with sample cells) as
 * bytes that only holders of the private key can read. Both append to out; E_CONFIG without the
 * key.
 */
MUST_CHECK int vault_seal(struct vault *v, struct sv text, struct buf *out, struct err *err);
MUST_CHECK int vault_unseal(struct vault *v, struct sv sealed, struct buf *out, struct err *err);

/* Removes the stored bytes; a missing object is no error. See the order above. */
MUST_CHECK int vault_remove(struct vault *v, const struct uuid *id, struct err *err);
/* Length of the stored bytes, without any key. E_NOT_FOUND. */
MUST_CHECK int vault_measure(
	struct vault *v, const struct uuid *id, uint64_t *ret_sealed_size, struct err *err);
/* Reads everything: 0, or E_NOT_FOUND, E_CORRUPT, E_IO. */
MUST_CHECK int vault_check(struct vault *v, const struct vault_object *object, struct err *err);

/* Called for every stored object, in no order; mtime in Unix seconds. Unfinished ones have
 * finished = false. Not 0 ends the listing with that value. */
typedef int (*vault_list_fn)(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err);
MUST_CHECK int vault_list(struct vault *v, vault_list_fn each, void *ctx, struct err *err);
/* Unfinished objects last written before a time, left behind by a crash. */
MUST_CHECK int vault_sweep_unfinished(
	struct vault *v, int64_t before, size_t *ret_removed, struct err *err);

/* Names the key pair that this vault wraps for: what was wrapped for it starts with these
 * VAULT_KEY_ID_LEN bytes. NULL: opened without the public key. Borrowed. */
const uint8_t *vault_key_id(const struct vault *v);
/* Opens a key that was wrapped for any of the private keys and wraps it for the public one. */
MUST_CHECK int vault_rewrap(struct vault *v, const uint8_t wrapped[VAULT_WRAPPED_LEN],
	uint8_t ret_wrapped[VAULT_WRAPPED_LEN], struct err *err);

#endif
