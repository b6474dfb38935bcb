/*
 * The currency table; currency.def is ordered by code, so finding is a binary search.
 */
#include "base/currency.h"

#include <stdlib.h>
#include <string.h>

static const struct currency table[] = {
#define CURRENCY(code, numeric, exponent, name) {#code, numeric, exponent, name},
#include "base/currency.def"
#undef CURRENCY
};

static int compare(const void *key, const void *row)
{
	return memcmp(key, ((const struct currency *)row)->code, 3);
}

const struct currency *currency_find(struct sv code)
{
	char key[3];

	if (code.n != sizeof(key))
		return NULL;
	for (size_t i = 0; i < sizeof(key); i++) {
		char c = code.p[i];

		key[i] = c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
	}
	return bsearch(key, table, ARRAY_LEN(table), sizeof(table[0]), compare);
}

const struct currency *currency_at(size_t i)
{
	return i < ARRAY_LEN(table) ? &table[i] : NULL;
}

size_t currency_count(void)
{
	return ARRAY_LEN(table);
}
