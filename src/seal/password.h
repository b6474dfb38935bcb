#ifndef SEAL_PASSWORD_H
#define SEAL_PASSWORD_H
/*
 * Passwords: argon2id (RFC 9106) by libsodium, stored in its own text form
 * "$argon2id$v=19$m=…,t=…,p=1$salt$hash". Hashing takes tens of milliseconds and memory_bytes of
 * memory: callers bound how many run at once.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define PASSWORD_MIN 12
#define PASSWORD_MAX 1024
#define PASSWORD_HASH_MAX 128

struct password_cost {
	size_t memory_bytes; /* never under PASSWORD_FLOOR's */
	unsigned passes;
};

/* OWASP's first choice (46 MiB, one pass), and the least that is accepted (19 MiB, two passes). */
extern const struct password_cost password_default;
extern const struct password_cost password_floor;

/* Is it fit to be chosen: 12 to 1024 bytes of valid UTF-8, not on the list of common ones, not one
 * character or run repeated, not the e-mail address. E_PASSWORD_WEAK with a sentence in err. */
MUST_CHECK int password_check(struct sv password, struct sv email, struct err *err);
/* E_INVALID: too long; E_NO_MEMORY. */
MUST_CHECK int password_hash(struct sv password, const struct password_cost *cost,
	char ret_hash[PASSWORD_HASH_MAX], struct err *err);
/* False also for a malformed hash. */
MUST_CHECK bool password_verify(const char *hash, struct sv password);
/* Was it made with other parameters than cost? True for a malformed hash. */
bool password_needs_rehash(const char *hash, const struct password_cost *cost);
/* Spends the time of one verification at cost: for users that do not exist. */
void password_spend(const struct password_cost *cost, struct sv password);

#endif
