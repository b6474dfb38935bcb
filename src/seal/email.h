#ifndef SEAL_EMAIL_H
#define SEAL_EMAIL_H
/*
 * E-mail addresses as accounts keep them: sealed for the row of one user, and found by an index of
 * the normal form. Every program that stores or looks for an address goes through here, because two
 * normal forms would be two accounts.
 *
 * The normal form has no blanks at its ends and ASCII letters in lower case; nothing else changes,
 * since only the receiving server knows more about its local parts.
 */
#include "base/uuid.h"
#include "seal/field.h"

#define EMAIL_MAX 254 /* bytes, RFC 5321 section 4.5.3.1.3 */

/* Replaces ret's content. E_INVALID: not local@domain of printable ASCII and UTF-8 without blanks,
 * or longer than EMAIL_MAX. */
MUST_CHECK int email_normalise(struct sv text, struct buf *ret, struct err *err);
/* normal is a normal form. */
void email_index(const struct field_keys *keys, struct sv normal, uint8_t out[FIELD_INDEX_LEN]);
/* Appends. Errors as field_seal and field_open. */
MUST_CHECK int email_seal(const struct field_keys *keys, const struct uuid *user, struct sv normal,
	struct buf *ret, struct err *err);
MUST_CHECK int email_open(const struct field_keys *keys, const struct uuid *user, struct sv sealed,
	struct buf *ret, struct err *err);

#endif
