#ifndef TESTS_SUPPORT_S3_H
#define TESTS_SUPPORT_S3_H
/*
 * OpenStack Swift with its S3 API on loopback (tests/vault/s3_server.py), for one test program at a time.
 */
#include <stdbool.h>

#include "base/sv.h"

/* Is Debian's python3-swift there? Else tests are skipped. */
bool s3_available(void);
/* Starts it in a folder that it makes, and the bucket "vault"; its address, or NULL. */
const char *s3_start(const char *folder, const char *key_id, const char *secret);
void s3_stop(void);
/* A request of our own, signed with the right key; more is a further header or NULL. Its status. */
int s3_ask(const char *method, const char *path, struct sv body, const char *sha256,
	const char *more);
/* The same for a PUT with the body's own hash. */
int s3_put(const char *path, struct sv body);

#endif
