/*
 * TOTP over liboath, which does the arithmetic; comparing is ours, in constant time.
 */
#include "seal/totp.h"

#include <liboath/oath.h>
#include <string.h>

#include "seal/hash.h"

static const int flags[] = {
	[TOTP_SHA1] = 0,
	[TOTP_SHA256] = OATH_TOTP_HMAC_SHA256,
	[TOTP_SHA512] = OATH_TOTP_HMAC_SHA512,
};

int totp_code(struct sv secret, enum totp_hash hash, unsigned digits, int64_t now, char ret[9],
	struct err *err)
{
	int rc;

	if (digits < 6 || digits > 8)
		return err_set(err, E_INTERNAL, "A code has 6 to 8 digits.");
	rc = oath_totp_generate2(secret.p, secret.n, (time_t)now, TOTP_STEP_SECONDS, 0, digits,
		flags[hash], ret);
	return rc == OATH_OK ? 0 : err_set(err, E_INTERNAL, "%s", oath_strerror(rc));
}

bool totp_verify(struct sv secret, struct sv code, int64_t now, int64_t *ret_step)
{
	int64_t step = now / TOTP_STEP_SECONDS;
	bool found = false;

	if (code.n != TOTP_DIGITS)
		return false;
	for (int64_t s = step - TOTP_WINDOW; s <= step + TOTP_WINDOW; s++) {
		char want[9];

		if (totp_code(secret, TOTP_SHA1, TOTP_DIGITS, s * TOTP_STEP_SECONDS, want, NULL) == 0 &&
			hash_equal(want, code.p, TOTP_DIGITS)) {
			*ret_step = s;
			found = true;
		}
	}
	return found;
}

void totp_add_base32(struct buf *out, struct sv secret)
{
	static const char alphabet[33] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned value = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < secret.n; i++) {
		value = (value << 8 | (unsigned char)secret.p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_add_char(out, alphabet[value >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_add_char(out, alphabet[value << (5 - bits) & 31]);
}

/* RFC 3986: everything but unreserved characters as %XX. */
static void add_encoded(struct buf *out, struct sv s)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\0' && strchr(plain, s.p[i]) != NULL)
			buf_add_char(out, s.p[i]);
		else
			buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
	}
}

void totp_add_uri(struct buf *out, const char *issuer, struct sv account, struct sv secret)
{
	buf_add_cstr(out, "otpauth://totp/");
	add_encoded(out, sv_from_cstr(issuer));
	buf_add_char(out, ':');
	add_encoded(out, account);
	buf_add_cstr(out, "?secret=");
	totp_add_base32(out, secret);
	buf_add_cstr(out, "&issuer=");
	add_encoded(out, sv_from_cstr(issuer));
	buf_printf(out, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_SECONDS);
}
