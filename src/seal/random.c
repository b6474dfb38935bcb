/*
 * Random bytes: libsodium's wrapper of getrandom(2), which aborts on failure.
 */
#include "seal/random.h"

#include <sodium.h>

void random_bytes(void *p, size_t n)
{
	randombytes_buf(p, n);
}
