#ifndef SEAL_WEBHOOK_H
#define SEAL_WEBHOOK_H
/*
 * Signatures of webhooks: Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks), scheme
 * v1: HMAC-SHA-256 over "id.timestamp.body" in base64. A secret reads whsec_<base64 of 24 to 32 bytes>.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define WEBHOOK_SECRET_PREFIX "whsec_"
#define WEBHOOK_WINDOW_SECONDS 300

struct webhook_message {
	struct sv id;
	int64_t timestamp; /* seconds since the epoch */
	struct sv body;    /* the very bytes */
};

/* Appends a new random secret. */
void webhook_secret_new(struct buf *out);
/* Appends "v1,<base64>". E_INVALID: not a secret. */
MUST_CHECK int webhook_sign(struct sv secret, const struct webhook_message *m, struct buf *out,
	struct err *err);
/* Is one of the signatures of the header (apart by blanks) one with this secret, and the message not
 * older or newer than the window? E_FORBIDDEN, with which of both in the detail; E_INVALID. */
MUST_CHECK int webhook_verify(struct sv secret, const struct webhook_message *m,
	struct sv signatures, int64_t now, struct err *err);

#endif
