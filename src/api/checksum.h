#ifndef API_CHECKSUM_H
#define API_CHECKSUM_H
/*
 * The checksum of one body, as the extension of tus 1.0 has it: "Upload-Checksum: sha1 <Base64>". What
 * arrives with another one is not kept (460). It guards against damage on the way; what a file is, is
 * said by its SHA-256 of the announcement.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"
#include "seal/hash.h"

#define CHECKSUM_ALGORITHMS "sha1,sha256"

struct checksum {
	struct hash *hash; /* NULL: none was announced */
	size_t n;
	uint8_t want[SHA256_LEN];
};

/* header: SV_NULL gives none. E_BAD_REQUEST: another algorithm, or no digest. */
MUST_CHECK int checksum_init(struct sv header, struct checksum *ret, struct err *err);
void checksum_free(struct checksum *c); /* also the CLEANUP function */
void checksum_update(struct checksum *c, const void *p, size_t n);
/* After the last byte. E_CHECKSUM. */
MUST_CHECK int checksum_check(struct checksum *c, struct err *err);

#endif
