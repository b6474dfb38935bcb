/*
 * Passwords by argon2id. The check of a new password follows NIST SP 800-63B: length and a list of
 * common ones instead of composition rules.
 */
#include "seal/password.h"

#include <sodium.h>
#include <string.h>

#include "base/utf8.h"

_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "hash text");

const struct password_cost password_default = {.memory_bytes = (size_t)46 << 20, .passes = 1};
const struct password_cost password_floor = {.memory_bytes = (size_t)19 << 20, .passes = 2};

static const char *const common[] = {
#define PASSWORD(text) text,
#include "seal/password_common.def"
#undef PASSWORD
};

static bool is_common(struct sv password)
{
	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		if (sv_eq_nocase(password, sv_from_cstr(common[i])))
			return true;
	}
	return false;
}

/* True for "aaaa…", "abcabcabc…" and the like: some period of at most four bytes. */
static bool is_repeated(struct sv s)
{
	for (size_t period = 1; period <= 4; period++) {
		size_t i = period;

		while (i < s.n && s.p[i] == s.p[i - period])
			i++;
		if (i == s.n)
			return true;
	}
	return false;
}

/* True for "abcdefgh…", "0123456789…" and their reverse; 9 is followed by 0. */
static bool is_run(struct sv s)
{
	for (int step = -1; step <= 1; step += 2) {
		size_t i = 1;

		while (i < s.n && (s.p[i] - s.p[i - 1] == step ||
					  (s.p[i - 1] == (step > 0 ? '9' : '0') &&
						  s.p[i] == (step > 0 ? '0' : '9'))))
			i++;
		if (i == s.n)
			return true;
	}
	return false;
}

int password_check(struct sv password, struct sv email, struct err *err)
{
	struct sv rest = email;
	struct sv local = sv_cut(&rest, '@');

	if (password.n < PASSWORD_MIN)
		return err_set(err, E_PASSWORD_WEAK, "Choose at least %d characters.", PASSWORD_MIN);
	if (password.n > PASSWORD_MAX)
		return err_set(err, E_PASSWORD_WEAK, "Choose at most %d bytes.", PASSWORD_MAX);
	if (!utf8_valid(password))
		return err_set(err, E_PASSWORD_WEAK, "The password is not valid text.");
	if (is_repeated(password) || is_run(password))
		return err_set(err, E_PASSWORD_WEAK, "Choose something less regular.");
	if (is_common(password))
		return err_set(err, E_PASSWORD_WEAK, "This is one of the most common passwords.");
	if (email.n > 0 && (sv_eq_nocase(password, email) || sv_eq_nocase(password, local)))
		return err_set(err, E_PASSWORD_WEAK, "Do not use the e-mail address as password.");
	return 0;
}

int password_hash(struct sv password, const struct password_cost *cost,
	char ret_hash[PASSWORD_HASH_MAX], struct err *err)
{
	char text[crypto_pwhash_STRBYTES];

	if (password.n > PASSWORD_MAX)
		return err_set(err, E_INVALID, "The password is too long.");
	if (crypto_pwhash_str_alg(text, password.p, password.n, cost->passes, cost->memory_bytes,
		    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(err, E_NO_MEMORY, NULL);
	memcpy(ret_hash, text, sizeof(text));
	return 0;
}

bool password_verify(const char *hash, struct sv password)
{
	return password.n <= PASSWORD_MAX &&
		crypto_pwhash_str_verify(hash, password.p, password.n) == 0;
}

bool password_needs_rehash(const char *hash, const struct password_cost *cost)
{
	return crypto_pwhash_str_needs_rehash(hash, cost->passes, cost->memory_bytes) != 0;
}

void password_spend(const struct password_cost *cost, struct sv password)
{
	static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
	unsigned char out[32];

	if (password.n > PASSWORD_MAX)
		password.n = PASSWORD_MAX;
	if (crypto_pwhash(out, sizeof(out), password.p, password.n, salt, cost->passes,
		    cost->memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return;
	sodium_memzero(out, sizeof(out));
}
