/* Standard Webhooks; see webhook.h. */
#include "seal/webhook.h"

#include <string.h>

#include <sodium.h>

#include "seal/hash.h"
#include "seal/random.h"

#define SECRET_MIN 24
#define SECRET_LEN 32
#define BASE64_MAX 64
#define SCHEME "v1,"

static void add_base64(struct buf *out, const void *p, size_t n)
{
	char text[BASE64_MAX];

	buf_add_cstr(out, sodium_bin2base64(text, sizeof(text), p, n, sodium_base64_VARIANT_ORIGINAL));
}

void webhook_secret_new(struct buf *out)
{
	uint8_t key[SECRET_LEN];

	random_bytes(key, sizeof(key));
	buf_add_cstr(out, WEBHOOK_SECRET_PREFIX);
	add_base64(out, key, sizeof(key));
	hash_wipe(key, sizeof(key));
}

/* A shorter key is one with zeros behind it: so does HMAC (RFC 2104). */
static bool read_secret(struct sv secret, uint8_t key[SECRET_LEN])
{
	struct sv text = secret;
	size_t n = 0;

	memset(key, 0, SECRET_LEN);
	if (!sv_starts_with(text, SV(WEBHOOK_SECRET_PREFIX)))
		return false;
	text.p += strlen(WEBHOOK_SECRET_PREFIX);
	text.n -= strlen(WEBHOOK_SECRET_PREFIX);
	return sodium_base642bin(key, SECRET_LEN, text.p, text.n, NULL, &n, NULL,
		       sodium_base64_VARIANT_ORIGINAL) == 0 && n >= SECRET_MIN;
}

int webhook_sign(struct sv secret, const struct webhook_message *m, struct buf *out, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	uint8_t key[SECRET_LEN], mac[SHA256_LEN];

	if (!read_secret(secret, key))
		return err_set(err, E_INVALID, "It is no secret of a webhook.");
	buf_add_sv(&text, m->id);
	buf_add_char(&text, '.');
	buf_add_i64(&text, m->timestamp);
	buf_add_char(&text, '.');
	buf_add_sv(&text, m->body);
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	hash_hmac(key, text.p, text.n, mac);
	hash_wipe(key, sizeof(key));
	buf_add_cstr(out, SCHEME);
	add_base64(out, mac, sizeof(mac));
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int webhook_verify(struct sv secret, const struct webhook_message *m, struct sv signatures,
	int64_t now, struct err *err)
{
	struct buf wanted CLEANUP(buf_free) = BUF_INIT;
	bool found = false;
	int rc = webhook_sign(secret, m, &wanted, err);

	if (rc != 0)
		return rc;
	if (m->timestamp < now - WEBHOOK_WINDOW_SECONDS || m->timestamp > now + WEBHOOK_WINDOW_SECONDS)
		return err_set(err, E_FORBIDDEN, "Its time is not within five minutes of now.");
	while (signatures.n > 0)
		found = hash_equal_sv(sv_cut(&signatures, ' '), buf_sv(&wanted)) || found;
	return found ? 0 : err_set(err, E_FORBIDDEN, "It is not signed with the secret.");
}
