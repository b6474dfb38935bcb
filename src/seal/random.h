#ifndef SEAL_RANDOM_H
#define SEAL_RANDOM_H
/*
 * Random bytes from the kernel. Never fails: aborts when the kernel has no randomness.
 */
#include "base/base.h"

void random_bytes(void *p, size_t n);

#endif
