#ifndef MATCH_RADIX_H
#define MATCH_RADIX_H
/* Sorting many rows by a number, a byte at a time, least significant byte first; bytes in which no
 * two items differ cost nothing. */
#include "match/engine.h"

struct radix_item {
	uint64_t key;
	uint32_t second;
	uint32_t row;
};

/* By (key, second); what is equal in both stays in its order. Few items are sorted in place, many need
 * as much room again: without it the engine has failed, and the order is any. */
void radix_sort(struct engine *e, struct radix_item *item, size_t n);

/* Signed numbers in the order of unsigned ones. */
static inline uint64_t radix_signed(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}

static inline uint32_t radix_signed32(int32_t v)
{
	return (uint32_t)v ^ UINT32_C(1) << 31;
}

#endif
