/*
 * Objects of the vault: joins a backend (where bytes lie) with seal/ (what they are). Every object
 * is encrypted under its own key with its id as context, so that files exchanged behind our back
 * do not open.
 */
#include "vault/vault.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "seal/hash.h"
#include "seal/random.h"
#include "seal/seal.h"
#include "sys/conf.h"
#include "vault/backend.h"
#include "vault/keys.h"
#include "vault/reader.h"

static_assert(VAULT_HASH_LEN == SHA256_LEN, "the object's hash is SHA-256");

struct vault {
	const struct vault_backend *backend;
	void *store;
	struct vault_keys keys;
};

struct vault_writer {
	struct vault *vault;
	void *put; /* NULL once finished or abandoned */
	struct vault_object object;
	struct aead_writer *seal;
	struct hash *hash;
	bool ended; /* object is what it will stay */
};

/* RFC 9562 section 5.4. */
static struct uuid id_new(void)
{
	struct uuid id;

	random_bytes(id.b, sizeof(id.b));
	id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40);
	id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
	return id;
}

struct vault_config vault_config_of(const struct conf *conf)
{
	return (struct vault_config){
		.kind = conf->vault_kind,
		.location = conf->vault_dir,
		.s3 = {.endpoint = conf->vault_s3_endpoint,
			.bucket = conf->vault_s3_bucket,
			.region = conf->vault_s3_region,
			.credentials_file = conf->vault_s3_credentials_file,
			.ca_file = conf->vault_s3_ca_file},
	};
}

static int choose_backend(
	const char *kind, const struct vault_backend **ret_backend, struct err *err)
{
	if (!kind || strcmp(kind, "folder") == 0)
		*ret_backend = &vault_local;
	else if (strcmp(kind, "s3") == 0)
		*ret_backend = &vault_s3;
	else
		return err_set(err, E_CONFIG, "vault.kind must be folder or s3.");
	return 0;
}

int vault_open(const struct vault_config *config, struct vault **ret_vault, struct err *err)
{
	struct vault *v CLEANUP(vault_close) = calloc(1, sizeof(*v));
	int rc;

	if (!v)
		return err_set(err, E_NO_MEMORY, NULL);
	seal_init();
	rc = choose_backend(config->kind, &v->backend, err);
	if (rc == 0)
		rc = vault_keys_load(
			config->public_key_file, config->private_key_file, &v->keys, err);
	if (rc == 0)
		rc = v->backend->open(config, &v->store, err);
	if (rc == 0)
		*ret_vault = TAKE(v);
	return rc;
}

void vault_close(struct vault **v)
{
	if (!*v)
		return;
	if ((*v)->backend)
		(*v)->backend->close((*v)->store);
	vault_keys_wipe(&(*v)->keys);
	free(*v);
	*v = NULL;
}

static int writer_append(void *ctx, const void *p, size_t n, struct err *err)
{
	struct vault_writer *w = ctx;

	return w->vault->backend->append(w->put, p, n, err);
}

/* Makes the key and the stream; nothing is stored yet. */
static int writer_seal(struct vault_writer *w, struct err *err)
{
	struct aead_key key CLEANUP(aead_key_wipe);
	int rc;

	aead_key_new(&key);
	w->object.id = id_new();
	rc = vault_keys_wrap(&w->vault->keys, &key, w->object.wrapped, err);
	if (rc < 0)
		return rc;
	return aead_writer_new(&key, vault_id_context(&w->object.id), writer_append, w, &w->seal, err);
}

int vault_create(struct vault *v, struct vault_writer **ret_writer, struct err *err)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return err_set(err, E_NO_MEMORY, NULL);
	w->vault = v;
	w->hash = hash_new();
	if (!w->hash)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = writer_seal(w, err);
	if (rc == 0)
		rc = v->backend->create(v->store, &w->object.id, &w->put, err);
	if (rc == 0)
		*ret_writer = TAKE(w);
	return rc;
}

int vault_write(struct vault_writer *w, const void *p, size_t n, struct err *err)
{
	hash_update(w->hash, p, n);
	return aead_writer_add(w->seal, p, n, err);
}

int vault_end(struct vault_writer *w, struct vault_object *ret_object, struct err *err)
{
	int rc;

	if (!w->put || w->ended)
		return err_set(err, E_INTERNAL, "The object has its end already.");
	rc = aead_writer_end(w->seal, err);
	if (rc < 0)
		return rc;
	w->object.size = aead_writer_plain(w->seal);
	w->object.stored_size = aead_writer_sealed(w->seal);
	hash_final(w->hash, w->object.sha256);
	w->ended = true;
	*ret_object = w->object;
	return 0;
}

int vault_commit(struct vault_writer *w, struct vault_object *ret_object, struct err *err)
{
	int rc = 0;

	if (!w->put)
		return err_set(err, E_INTERNAL, "The object is committed already.");
	if (!w->ended)
		rc = vault_end(w, &w->object, err);
	if (rc == 0)
		rc = w->vault->backend->finish(TAKE(w->put), err);
	if (rc == 0)
		*ret_object = w->object;
	return rc;
}

void vault_writer_free(struct vault_writer **w)
{
	if (!*w)
		return;
	if ((*w)->put)
		(*w)->vault->backend->abandon((*w)->put);
	aead_writer_free(&(*w)->seal);
	hash_freep(&(*w)->hash);
	free(*w);
	*w = NULL;
}

uint64_t vault_writer_size(const struct vault_writer *w)
{
	return aead_writer_plain(w->seal);
}

/* The loan, with a descriptor of the whole object or only its measure. */
static int lend(struct vault *v, const struct vault_object *object, bool whole,
	struct vault_loan *ret_loan, struct err *err)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.id = object->id, .fd = -1};
	uint64_t plain = 0;
	int rc = vault_keys_unwrap(&v->keys, object->wrapped, &loan.key, err);

	if (rc == 0)
		rc = whole ? v->backend->fetch(
				     v->store, &object->id, &loan.fd, &loan.sealed_size, err) :
			     v->backend->measure(
				     v->store, &object->id, &loan.sealed_size, err);
	if (rc == 0)
		rc = aead_file_plain_size(loan.sealed_size, &plain, err);
	if (rc < 0)
		return rc;
	if (plain != object->size)
		return err_set(err, E_CORRUPT, "The stored file has another length than recorded.");
	*ret_loan = loan;
	loan.fd = -1;
	return 0;
}

int vault_lend_ended(const struct vault_writer *w, struct vault_loan *ret_loan, struct err *err)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.id = w->object.id, .fd = -1};
	int rc;

	if (!w->put || !w->ended)
		return err_set(err, E_INTERNAL, "The object is not between its end and its commit.");
	rc = vault_keys_unwrap(&w->vault->keys, w->object.wrapped, &loan.key, err);
	if (rc == 0)
		rc = w->vault->backend->peek(w->put, &loan.fd, err);
	if (rc < 0)
		return rc;
	loan.sealed_size = w->object.stored_size;
	*ret_loan = loan;
	loan.fd = -1;
	return 0;
}

int vault_lend(struct vault *v, const struct vault_object *object, struct vault_loan *ret_loan,
	struct err *err)
{
	return lend(v, object, true, ret_loan, err);
}

static int range_pread(void *ctx, const struct uuid *id, void *p, size_t n, uint64_t offset,
	struct err *err)
{
	struct vault *v = ctx;

	return v->backend->pread(v->store, id, p, n, offset, err);
}

int vault_read(struct vault *v, const struct vault_object *object, struct vault_reader **ret_reader,
	struct err *err)
{
	struct vault_loan loan CLEANUP(vault_loan_end) = {.fd = -1};
	bool ranges = v->backend->pread != NULL;
	int rc = lend(v, object, !ranges, &loan, err);

	if (rc == 0)
		rc = vault_reader_new(
			&loan, ranges ? range_pread : NULL, v, true, ret_reader, err);
	if (rc == 0)
		loan.fd = -1;
	return rc;
}

int vault_read_all(
	struct vault *v, const struct vault_object *object, struct buf *out, struct err *err)
{
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	size_t size = (size_t)object->size;
	size_t got = 0;
	void *p;
	int rc;

	p = buf_reserve(out, size);
	if (!p)
		return err_set(err, buf_ok(out) ? E_NO_MEMORY : out->error, NULL);
	rc = vault_read(v, object, &r, err);
	if (rc == 0)
		rc = vault_pread(r, p, size, 0, &got, err);
	if (rc == 0)
		buf_commit(out, got);
	return rc;
}

int vault_remove(struct vault *v, const struct uuid *id, struct err *err)
{
	return v->backend->remove(v->store, id, err);
}

int vault_measure(
	struct vault *v, const struct uuid *id, uint64_t *ret_sealed_size, struct err *err)
{
	return v->backend->measure(v->store, id, ret_sealed_size, err);
}

/* The digest of everything a reader gives. */
static int reader_digest(
	struct vault_reader *r, struct hash *hash, uint8_t ret[SHA256_LEN], struct err *err)
{
	enum { STEP = 256 * 1024 };
	char *chunk CLEANUP(free_ptr) = malloc(STEP);
	uint64_t offset = 0;
	size_t got = 0;

	if (!chunk)
		return err_set(err, E_NO_MEMORY, NULL);
	do {
		int rc = vault_pread(r, chunk, STEP, offset, &got, err);

		if (rc < 0)
			return rc;
		hash_update(hash, chunk, got);
		offset += got;
	} while (got > 0);
	hash_wipe(chunk, STEP);
	hash_final(hash, ret);
	return 0;
}

int vault_check(struct vault *v, const struct vault_object *object, struct err *err)
{
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	struct hash *hash CLEANUP(hash_freep) = hash_new();
	uint8_t digest[SHA256_LEN];
	int rc;

	if (!hash)
		return err_set(err, E_NO_MEMORY, NULL);
	rc = vault_read(v, object, &r, err);
	if (rc == 0)
		rc = reader_digest(r, hash, digest, err);
	if (rc < 0)
		return rc;
	if (!hash_equal(digest, object->sha256, sizeof(digest)))
		return err_set(err, E_CORRUPT, "The stored file has another hash than recorded.");
	return 0;
}

int vault_list(struct vault *v, vault_list_fn each, void *ctx, struct err *err)
{
	return v->backend->list(v->store, each, ctx, err);
}

struct sweep {
	struct vault *vault;
	int64_t before;
	size_t removed;
};

static int sweep_one(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	struct sweep *s = ctx;
	int rc;

	(void)sealed_size;
	if (finished || mtime >= s->before)
		return 0;
	rc = s->vault->backend->remove_unfinished(s->vault->store, id, err);
	if (rc == 0)
		s->removed++;
	return rc;
}

int vault_sweep_unfinished(struct vault *v, int64_t before, size_t *ret_removed, struct err *err)
{
	struct sweep s = {.vault = v, .before = before};
	int rc = vault_list(v, sweep_one, &s, err);

	if (rc == 0)
		*ret_removed = s.removed;
	return rc;
}

const uint8_t *vault_key_id(const struct vault *v)
{
	return v->keys.can_wrap ? v->keys.public_key.id : NULL;
}

int vault_rewrap(struct vault *v, const uint8_t wrapped[VAULT_WRAPPED_LEN],
	uint8_t ret_wrapped[VAULT_WRAPPED_LEN], struct err *err)
{
	struct aead_key key CLEANUP(aead_key_wipe) = {0};
	int rc = vault_keys_unwrap(&v->keys, wrapped, &key, err);

	return rc < 0 ? rc : vault_keys_wrap(&v->keys, &key, ret_wrapped, err);
}

int vault_seal(struct vault *v, struct sv text, struct buf *out, struct err *err)
{
	return vault_keys_seal(&v->keys, text, out, err);
}

int vault_unseal(struct vault *v, struct sv sealed, struct buf *out, struct err *err)
{
	return vault_keys_unseal(&v->keys, sealed, out, err);
}
