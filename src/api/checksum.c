/* The checksum of a body; see checksum.h. */
#include "api/checksum.h"

#include <string.h>

#include "base/buf.h"

/* Base64 with its own two marks and padding. */
static bool decode(struct sv text, uint8_t *dst, size_t want)
{
	char copy[64];
	size_t n = 0, got = 0;

	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	if (text.n > sizeof(copy))
		return false;
	for (; n < text.n; n++) {
		char c = text.p[n];

		if (c == '-' || c == '_')
			return false;
		copy[n] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	return b64url_decode(sv_from(copy, n), dst, SHA256_LEN, &got) == 0 && got == want;
}

int checksum_init(struct sv header, struct checksum *ret, struct err *err)
{
	static const struct {
		const char *word;
		size_t n;
		struct hash *(*make)(void);
	} algorithms[] = {{"sha1", SHA1_LEN, hash_new_sha1}, {"sha256", SHA256_LEN, hash_new}};
	struct sv rest = header;
	struct sv word = sv_cut(&rest, ' ');

	*ret = (struct checksum){.hash = NULL};
	if (header.p == NULL)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!sv_eq_cstr(word, algorithms[i].word))
			continue;
		if (!decode(rest, ret->want, algorithms[i].n))
			return err_set(err, E_BAD_REQUEST, "The Upload-Checksum is no %s in Base64.",
				algorithms[i].word);
		ret->n = algorithms[i].n;
		ret->hash = algorithms[i].make();
		return ret->hash != NULL ? 0 : err_set(err, E_NO_MEMORY, NULL);
	}
	return err_set(err, E_BAD_REQUEST, "Checksums are one of %s.", CHECKSUM_ALGORITHMS);
}

void checksum_free(struct checksum *c)
{
	hash_freep(&c->hash);
}

void checksum_update(struct checksum *c, const void *p, size_t n)
{
	if (c->hash != NULL)
		hash_update(c->hash, p, n);
}

int checksum_check(struct checksum *c, struct err *err)
{
	uint8_t got[SHA256_LEN];

	if (c->hash == NULL)
		return 0;
	hash_final(c->hash, got);
	return memcmp(got, c->want, c->n) == 0 ? 0 : err_set(err, E_CHECKSUM, NULL);
}
