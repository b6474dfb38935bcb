/*
 * One-time codes and API keys. Reading is strict: one text per secret, so that a log or cache keyed
 * by the text cannot hold two spellings of one key.
 */
#include "seal/code.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "seal/hash.h"
#include "seal/random.h"

#define ID_CHARS 26
#define SECRET_CHARS 52
#define CRC_CHARS 7

static const char alphabet[33] = "0123456789abcdefghjkmnpqrstvwxyz";

void code_new(struct code *ret)
{
	uint8_t raw[32];

	random_bytes(raw, sizeof(raw));
	sodium_bin2base64(ret->text, sizeof(ret->text), raw, sizeof(raw),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	hash_sha256(ret->text, CODE_TEXT_LEN, ret->hash);
	hash_wipe(raw, sizeof(raw));
}

int code_hash(struct sv text, uint8_t ret_hash[32])
{
	uint8_t raw[32];
	size_t n;

	if (text.n != CODE_TEXT_LEN || b64url_decode(text, raw, sizeof(raw), &n) != 0 || n != 32)
		return E_INVALID;
	hash_wipe(raw, sizeof(raw));
	hash_sha256(text.p, text.n, ret_hash);
	return 0;
}

uint32_t code_crc32(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= b[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (UINT32_C(0xedb88320) & (0U - (crc & 1U)));
	}
	return ~crc;
}

/* Big-endian bits in groups of five, the last group filled with zeros. Writes chars characters. */
static void base32_encode(const uint8_t *in, size_t n, char *out, size_t chars)
{
	for (size_t c = 0; c < chars; c++) {
		unsigned value = 0;

		for (size_t bit = c * 5; bit < c * 5 + 5; bit++) {
			unsigned one = bit / 8 < n ? ((unsigned)in[bit / 8] >> (7 - bit % 8)) & 1U : 0;

			value = value << 1 | one;
		}
		out[c] = alphabet[value];
	}
}

/* The reverse; false for another character or filling bits that are not zero. */
static bool base32_decode(const char *in, size_t chars, uint8_t *out, size_t n)
{
	memset(out, 0, n);
	for (size_t c = 0; c < chars; c++) {
		const char *at = in[c] == '\0' ? NULL : strchr(alphabet, in[c]);
		unsigned value;

		if (at == NULL)
			return false;
		value = (unsigned)(at - alphabet);
		for (size_t i = 0; i < 5; i++) {
			size_t bit = c * 5 + i;
			unsigned one = (value >> (4 - i)) & 1U;

			if (bit / 8 < n)
				out[bit / 8] = (uint8_t)(out[bit / 8] | one << (7 - bit % 8));
			else if (one != 0)
				return false;
		}
	}
	return true;
}

static void crc_bytes(const char *text, uint8_t out[4])
{
	uint32_t crc = code_crc32(text, CODE_API_KEY_LEN - CRC_CHARS);

	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(crc >> (24 - 8 * i));
}

void code_api_key_new(const struct uuid *id, struct code_api_key *ret)
{
	const size_t prefix = strlen(CODE_API_KEY_PREFIX);
	uint8_t secret[32];
	uint8_t crc[4];

	memcpy(ret->text, CODE_API_KEY_PREFIX, prefix);
	base32_encode(id->b, sizeof(id->b), ret->text + prefix, ID_CHARS);
	random_bytes(secret, sizeof(secret));
	base32_encode(secret, sizeof(secret), ret->text + prefix + ID_CHARS, SECRET_CHARS);
	hash_wipe(secret, sizeof(secret));
	crc_bytes(ret->text, crc);
	base32_encode(crc, sizeof(crc), ret->text + CODE_API_KEY_LEN - CRC_CHARS, CRC_CHARS);
	ret->text[CODE_API_KEY_LEN] = '\0';
	ret->id = *id;
	hash_sha256(ret->text, CODE_API_KEY_LEN, ret->hash);
}

int code_api_key_parse(struct sv text, struct uuid *ret_id, uint8_t ret_hash[32])
{
	const size_t prefix = strlen(CODE_API_KEY_PREFIX);
	struct uuid id;
	uint8_t secret[32];
	uint8_t crc[4];
	uint8_t want[4];
	bool ok;

	if (text.n != CODE_API_KEY_LEN || memcmp(text.p, CODE_API_KEY_PREFIX, prefix) != 0)
		return E_INVALID;
	crc_bytes(text.p, want);
	ok = base32_decode(text.p + prefix, ID_CHARS, id.b, sizeof(id.b)) &&
		base32_decode(text.p + prefix + ID_CHARS, SECRET_CHARS, secret, sizeof(secret)) &&
		base32_decode(text.p + CODE_API_KEY_LEN - CRC_CHARS, CRC_CHARS, crc, sizeof(crc)) &&
		memcmp(crc, want, sizeof(crc)) == 0;
	hash_wipe(secret, sizeof(secret));
	if (!ok)
		return E_INVALID;
	*ret_id = id;
	hash_sha256(text.p, text.n, ret_hash);
	return 0;
}

#define RECOVERY_BYTES 15
#define RECOVERY_CHARS 24
#define RECOVERY_GROUP 6

void code_recovery_new(struct code_recovery *ret)
{
	uint8_t raw[RECOVERY_BYTES];
	char chars[RECOVERY_CHARS];
	size_t at = 0;

	random_bytes(raw, sizeof(raw));
	base32_encode(raw, sizeof(raw), chars, RECOVERY_CHARS);
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		if (i > 0 && i % RECOVERY_GROUP == 0)
			ret->text[at++] = '-';
		ret->text[at++] = chars[i];
	}
	ret->text[at] = '\0';
	hash_sha256(chars, sizeof(chars), ret->hash);
	hash_wipe(raw, sizeof(raw));
	hash_wipe(chars, sizeof(chars));
}

/* The alphabet's character that a typed one means; '\0': none. */
static char typed(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c | 0x20);
	if (c == 'o')
		return '0';
	if (c == 'i' || c == 'l')
		return '1';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

int code_recovery_hash(struct sv text, uint8_t ret_hash[32])
{
	char chars[RECOVERY_CHARS];
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '-' || c == ' ')
			continue;
		if (n == RECOVERY_CHARS || typed(c) == '\0')
			return E_INVALID;
		chars[n++] = typed(c);
	}
	if (n != RECOVERY_CHARS)
		return E_INVALID;
	hash_sha256(chars, sizeof(chars), ret_hash);
	hash_wipe(chars, sizeof(chars));
	return 0;
}
