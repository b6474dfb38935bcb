#ifndef VAULT_BACKEND_H
#define VAULT_BACKEND_H
/*
 * Where sealed bytes lie. A backend knows ids, bytes and durability, and no keys; what it stores is
 * ciphertext already. One row per kind of storage; inside the vault only.
 */
#include "vault/vault.h"

struct vault_backend {
	const char *name;
	int (*open)(const struct vault_config *config, void **ret_store, struct err *err);
	void (*close)(void *store);

	/* One object being written: append.., then finish (durable and visible) or abandon. Both
	 * end the put. Two objects never have the same id. */
	int (*create)(void *store, const struct uuid *id, void **ret_put, struct err *err);
	int (*append)(void *put, const void *p, size_t n, struct err *err);
	int (*finish)(void *put, struct err *err);
	void (*abandon)(void *put);
	/* A read-only descriptor of what was appended so far. */
	int (*peek)(void *put, int *ret_fd, struct err *err);

	/* A read-only descriptor of the whole object. */
	int (*fetch)(void *store, const struct uuid *id, int *ret_fd, uint64_t *ret_size,
		struct err *err);
	int (*measure)(void *store, const struct uuid *id, uint64_t *ret_size, struct err *err);
	/* Exactly n bytes (at least one) at offset, for storage where that is cheaper than the whole;
	 * else NULL. E_CORRUPT: they are not there. */
	int (*pread)(void *store, const struct uuid *id, void *p, size_t n, uint64_t offset,
		struct err *err);
	/* A missing object is no error. */
	int (*remove)(void *store, const struct uuid *id, struct err *err);
	int (*list)(void *store, vault_list_fn each, void *ctx, struct err *err);
	int (*remove_unfinished)(void *store, const struct uuid *id, struct err *err);
};

/* A folder of this machine: vault/local.c. */
extern const struct vault_backend vault_local;
/* A bucket of an S3 server: vault/s3.c. */
extern const struct vault_backend vault_s3;

#endif
