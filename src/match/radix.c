/* See radix.h. */
#include "match/radix.h"

#include <string.h>

#define FEW 48u
#define DIGITS 12u /* bytes of second, then of key */

static bool is_after(const struct radix_item *x, const struct radix_item *y)
{
	return x->key != y->key ? x->key > y->key : x->second > y->second;
}

static void sort_few(struct radix_item *item, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct radix_item moving = item[i];
		size_t k = i;
		for (; k > 0 && is_after(&item[k - 1], &moving); k--)
			item[k] = item[k - 1];
		item[k] = moving;
	}
}

static inline uint32_t digit_of(const struct radix_item *item, unsigned digit)
{
	return digit < 4 ? item->second >> 8 * digit & 255 :
		(uint32_t)(item->key >> 8 * (digit - 4)) & 255;
}

/* Bit d: items differ in digit d. */
static uint32_t differing(const struct radix_item *item, size_t n)
{
	uint64_t key = 0;
	uint32_t second = 0, digits = 0;

	for (size_t i = 1; i < n; i++) {
		key |= item[i].key ^ item[0].key;
		second |= item[i].second ^ item[0].second;
	}
	for (unsigned d = 0; d < 4; d++)
		digits |= (uint32_t)((second >> 8 * d & 255) != 0) << d;
	for (unsigned d = 4; d < DIGITS; d++)
		digits |= (uint32_t)((key >> 8 * (d - 4) & 255) != 0) << d;
	return digits;
}

static void scatter(const struct radix_item *from, struct radix_item *to, size_t n, unsigned digit)
{
	size_t place[256] = {0}, sum = 0;

	for (size_t i = 0; i < n; i++)
		place[digit_of(&from[i], digit)]++;
	for (unsigned d = 0; d < 256; d++) {
		size_t count = place[d];
		place[d] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[place[digit_of(&from[i], digit)]++] = from[i];
}

void radix_sort(struct engine *e, struct radix_item *item, size_t n)
{
	struct radix_item *other, *from = item, *to;

	if (n <= FEW) {
		sort_few(item, n);
		return;
	}
	to = other = ENGINE_NEW(e, n, struct radix_item);
	if (other == NULL)
		return;
	uint32_t digits = differing(item, n);
	for (unsigned d = 0; d < DIGITS; d++) {
		if ((digits >> d & 1) == 0)
			continue;
		scatter(from, to, n, d);
		struct radix_item *swap = from;
		from = to;
		to = swap;
	}
	if (from != item)
		memcpy(item, from, n * sizeof(*item));
	engine_free(e, other);
}
