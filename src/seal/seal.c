/*
 * Start-up of libsodium. OpenSSL 3 initialises itself.
 */
#include "seal/seal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

void seal_init(void)
{
	if (sodium_init() < 0) {
		fputs("libsodium cannot be initialised\n", stderr);
		abort();
	}
}
