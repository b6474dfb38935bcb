/*
 * The one place that knows how an address is written, indexed and bound to its row.
 */
#include "seal/email.h"

#include <stdio.h>
#include <string.h>
#include "base/utf8.h"

#define COLUMN "app_user.email"

static bool is_address(struct sv s)
{
	ptrdiff_t at = sv_find(s, '@');

	if (s.n > EMAIL_MAX || at <= 0 || (size_t)at + 1 >= s.n)
		return false;
	if (sv_find((struct sv){s.p + at + 1, s.n - (size_t)at - 1}, '@') >= 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

int email_normalise(struct sv text, struct buf *ret, struct err *err)
{
	struct sv s = sv_trim(text);

	if (!is_address(s) || !utf8_valid(s))
		return err_set(err, E_INVALID, "This is not an e-mail address.");
	buf_reset(ret);
	for (size_t i = 0; i < s.n; i++)
		buf_add_char(ret, (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 0x20 : s.p[i]));
	return buf_ok(ret) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

void email_index(const struct field_keys *keys, struct sv normal, uint8_t out[FIELD_INDEX_LEN])
{
	field_index(keys, sv_from_cstr(COLUMN), normal, out);
}

/* What a sealed address is bound to: it does not open in another user's row. */
static struct sv identity_of(const struct uuid *user, char text[sizeof(COLUMN) + 1 + UUID_TEXT_LEN])
{
	memcpy(text, COLUMN ":", sizeof(COLUMN));
	uuid_format(user, text + sizeof(COLUMN));
	return (struct sv){text, sizeof(COLUMN) + UUID_TEXT_LEN};
}

int email_seal(const struct field_keys *keys, const struct uuid *user, struct sv normal,
	struct buf *ret, struct err *err)
{
	char identity[sizeof(COLUMN) + 1 + UUID_TEXT_LEN];

	return field_seal(keys, identity_of(user, identity), normal, ret, err);
}

int email_open(const struct field_keys *keys, const struct uuid *user, struct sv sealed,
	struct buf *ret, struct err *err)
{
	char identity[sizeof(COLUMN) + 1 + UUID_TEXT_LEN];

	return field_open(keys, identity_of(user, identity), sealed, ret, err);
}
