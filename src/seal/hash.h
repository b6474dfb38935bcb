#ifndef SEAL_HASH_H
#define SEAL_HASH_H
/*
 * SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), HKDF-SHA-256 (RFC 5869) and comparison in constant
 * time. SHA-1 only where a protocol has it as a guard against damage on the way, never for trust.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define SHA256_LEN 32
#define SHA1_LEN 20

/* A running hash. hash_new gives NULL without memory. */
struct hash;

struct hash *hash_new(void);
void hash_free(struct hash *h);
/* CLEANUP function. */
void hash_freep(struct hash **h);
/* Starts again. */
void hash_reset(struct hash *h);
void hash_update(struct hash *h, const void *p, size_t n);
/* The digest of everything since the start; the hash must be reset before further use. */
void hash_final(struct hash *h, uint8_t out[SHA256_LEN]);

/* SHA-1 in place of SHA-256: hash_final gives SHA1_LEN bytes. NULL without memory. */
struct hash *hash_new_sha1(void);

/* One call for short inputs. */
void hash_sha256(const void *p, size_t n, uint8_t out[SHA256_LEN]);
void hash_hmac(const uint8_t key[SHA256_LEN], const void *p, size_t n, uint8_t out[SHA256_LEN]);
/* Derives 32 bytes from a secret of high entropy, separated by what they are for. */
void hash_derive(const uint8_t secret[SHA256_LEN], const char *purpose, uint8_t out[SHA256_LEN]);

/* Compares n bytes in time that does not depend on their content. */
bool hash_equal(const void *a, const void *b, size_t n);
/* As hash_equal; texts of different length are unequal at once. */
bool hash_equal_sv(struct sv a, struct sv b);
/* Overwrites in a way that the compiler keeps. */
void hash_wipe(void *p, size_t n);

#endif
