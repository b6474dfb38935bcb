#ifndef VAULT_READER_H
#define VAULT_READER_H
/*
 * Readers of the vault's objects, from a descriptor of the whole ciphertext or in ranges that somebody
 * fetches: a library of its own, so that a program which is only lent objects (vault_read_loan) links
 * no backend. Inside the vault only.
 */
#include "vault/vault.h"

/* Exactly n bytes (at least one) of the ciphertext at offset. */
typedef int (*vault_range_fn)(void *ctx, const struct uuid *id, void *p, size_t n, uint64_t offset,
	struct err *err);

/* range NULL: by loan->fd, which the reader closes when own_fd. ctx must outlive the reader. */
MUST_CHECK int vault_reader_new(const struct vault_loan *loan, vault_range_fn range, void *ctx,
	bool own_fd, struct vault_reader **ret_reader, struct err *err);

/* The associated data of an object's encryption. */
static inline struct sv vault_id_context(const struct uuid *id)
{
	return sv_from((const char *)id->b, sizeof(id->b));
}

#endif
