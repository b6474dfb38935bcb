#ifndef BASE_UUID_H
#define BASE_UUID_H
/*
 * UUID version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then random. The id of
 * everything that has a URL. Time and randomness are parameters, so tests are repeatable. New ones
 * carry the fraction of the millisecond in front of 62 random bits: lists by id are lists by time.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

struct uuid {
	uint8_t b[16];
};

#define UUID_TEXT_LEN 36

struct uuid uuid_v7(uint64_t unix_ms, const uint8_t random[10]);
/* Now, to a quarter of a microsecond, and getrandom(2). Aborts when the kernel has no randomness.
 */
struct uuid uuid_new(void);
/* Canonical 8-4-4-4-12 form only, either case. */
MUST_CHECK int uuid_parse(struct sv text, struct uuid *ret);
/* Writes 36 lower-case characters and a NUL. */
void uuid_format(const struct uuid *u, char out[UUID_TEXT_LEN + 1]);
bool uuid_eq(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *u);

#endif
