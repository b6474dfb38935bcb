#ifndef SEAL_FIELD_H
#define SEAL_FIELD_H
/*
 * Secrets inside database rows (e-mail addresses, MFA seeds): XChaCha20-Poly1305 under a key of
 * this installation, with the row's identity as associated data, so that a value copied into another
 * row or column does not open. Sealed form: version byte 1, 24 bytes of nonce, ciphertext, 16 bytes
 * of tag. To find a row by such a value there is a keyed blind index.
 *
 * All keys are derived (HKDF) from one secret of 32 bytes in a file; purposes never share a key.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define FIELD_OVERHEAD 41
#define FIELD_INDEX_LEN 32

struct field_keys {
	uint8_t field[32];  /* sealing */
	uint8_t blind[32];  /* blind index */
	uint8_t csrf[32];   /* double-submit tokens */
	uint8_t cursor[32]; /* list cursors */
};

/* Reads the secret from the systemd credential auth-key, else from the file: 32 raw bytes, or 64 hex
 * digits with or without a line end. E_CONFIG with the path when it cannot be read, has another
 * length, or others than its owner may read it. */
MUST_CHECK int field_keys_load(const char *path, struct field_keys *ret, struct err *err);
void field_keys_derive(const uint8_t secret[32], struct field_keys *ret);
/* CLEANUP function: wipes. */
void field_keys_wipe(struct field_keys *keys);

/* identity names table, column and row, e.g. "app_user.email:0190…". Appends to ret. E_NO_MEMORY. */
MUST_CHECK int field_seal(const struct field_keys *keys, struct sv identity, struct sv plain,
	struct buf *ret, struct err *err);
/* Appends the plain bytes. E_CORRUPT: not sealed with this key for this identity. */
MUST_CHECK int field_open(const struct field_keys *keys, struct sv identity, struct sv sealed,
	struct buf *ret, struct err *err);
/* The index of a value that the caller has normalised; column keeps equal values of different
 * columns apart. */
void field_index(const struct field_keys *keys, struct sv column, struct sv value,
	uint8_t out[FIELD_INDEX_LEN]);

#endif
