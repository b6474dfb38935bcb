#ifndef SEAL_LETTER_H
#define SEAL_LETTER_H
/*
 * Letters (e-mail) as the queue keeps them: the whole of one, address included, in a sealed box
 * (seal/envelope.h) for recon-courier's key pair, bound to its row's id. Whoever writes letters
 * holds the public key and cannot read them afterwards.
 *
 * The pair is made by `recon vault keygen`, in files of the same form as the vault's.
 */
#include "base/uuid.h"
#include "seal/envelope.h"

#define LETTER_TO_MAX 254
#define LETTER_SUBJECT_MAX 255
#define LETTER_TEXT_MAX ((size_t)32 << 10)

struct letter {
	struct sv to;      /* an address; empty: to nobody, it is thrown away unsent */
	struct sv subject; /* one line of UTF-8 */
	struct sv text;    /* UTF-8, lines end with \n */
};

/* E_CONFIG with the path: missing, damaged, or (private) readable by others. The systemd credential
 * courier-key goes before the private file. */
MUST_CHECK int letter_public_load(
	const char *path, struct envelope_public *ret, struct err *err);
MUST_CHECK int letter_private_load(
	const char *path, struct envelope_private *ret, struct err *err);

/* Appends the sealed letter. E_INVALID: too long, or control characters where they would end a
 * header; E_NO_MEMORY. */
MUST_CHECK int letter_seal(const struct envelope_public *to, const struct uuid *id,
	const struct letter *letter, struct buf *ret, struct err *err);
/* ret points into plain, which the caller wipes. E_CORRUPT: not sealed for this key and row. */
MUST_CHECK int letter_open(const struct envelope_private *with, const struct uuid *id,
	struct sv sealed, struct buf *plain, struct letter *ret, struct err *err);

#endif
