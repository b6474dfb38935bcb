#ifndef SEAL_JWT_PRIVATE_H
#define SEAL_JWT_PRIVATE_H
/*
 * What jwt.c and jwt_key.c share.
 */
#include <openssl/evp.h>

#include "seal/jwt.h"

struct jwt_key {
	EVP_PKEY *pkey;
	uint8_t point[JWT_PUBLIC_LEN];
};

#endif
