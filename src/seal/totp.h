#ifndef SEAL_TOTP_H
#define SEAL_TOTP_H
/*
 * One-time passwords of time (TOTP, RFC 6238) [liboath]: six digits of SHA-1 every 30 seconds, which
 * is what every authenticator can do. A code is taken one step early or late; that none is taken
 * twice is the caller's part, who is told the step.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define TOTP_SECRET_LEN 20
#define TOTP_DIGITS 6
#define TOTP_STEP_SECONDS 30
#define TOTP_WINDOW 1 /* steps to either side */

enum totp_hash {
	TOTP_SHA1,
	TOTP_SHA256,
	TOTP_SHA512,
};

/* The code of a moment (Unix seconds), 6 to 8 digits. E_INTERNAL. */
MUST_CHECK int totp_code(struct sv secret, enum totp_hash hash, unsigned digits, int64_t now,
	char ret[9], struct err *err);
/* Is it one of six digits of the present step or its neighbours? *ret_step is that step's number.
 * Takes the same time for every code. */
MUST_CHECK bool totp_verify(struct sv secret, struct sv code, int64_t now, int64_t *ret_step);

/* Appends the secret in base32 (RFC 4648, without padding), as people type it. */
void totp_add_base32(struct buf *out, struct sv secret);
/* Appends the address that authenticators read: otpauth://totp/Issuer:account?secret=… */
void totp_add_uri(struct buf *out, const char *issuer, struct sv account, struct sv secret);

#endif
